"""The API keeps what its OpenAPI page promises: schemathesis tries every operation of every register, in process.

Bounded and repeatable: a fixed seed and few examples an operation. `positive_data_acceptance` is not asked: a schema cannot say that
two fields must agree, that a unit must exist, that a revision must be the present one.
"""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from jiuzhi.core import records, tokens
from jiuzhi.core.models import AuditEntry
from jiuzhi.core.registers import REGISTERS, get
from jiuzhi.project.wsgi import application

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance, negative_data_rejection,
]  # fmt: skip
ALL = sorted(REGISTERS)
EXAMPLES = 2  # of each operation, well-formed and as many ill-formed


@pytest.fixture(scope="module")
def whole():
    """The API as described. Requests leave the test's connection open, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def tried(operation, mode, headers, examples):
    """Every example of one operation: returns how many were answered, and fails on the first broken promise."""
    answered = []

    @settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.data())
    def run(data):
        case = data.draw(operation.as_strategy(generation_mode=mode))
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=CHECKS)
        answered.append(answer.status_code)

    run()
    return answered


@pytest.mark.parametrize("code", ALL)
def test_every_operation_answers_as_it_promises(code, whole, load, person):
    load(get(code))
    _token, text = tokens.issue(person("admin", "500000"), "试", 30, records.SYSTEM)
    headers = {"Authorization": f"Bearer {text}"}
    start = f"/api/v1/registers/{code}/"
    found = [r.ok() for r in whole.get_all_operations() if r.ok().path.startswith(start)]
    assert len(found) >= 7
    for operation in found:
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):
            # The steps of a register are one function with other fields: one example of each will do.
            examples = 1 if "/steps/" in operation.path else EXAMPLES
            answered = tried(operation, mode, headers, examples)
            if (
                mode is schemathesis.GenerationMode.POSITIVE
                and operation.path.endswith(("/records", "/layer"))
                and operation.method == "get"
            ):
                assert 200 in answered
            assert not [s for s in answered if s in (401, 429)], "the program is let in"
    assert AuditEntry.objects.filter(action="delete", route="api").count() <= EXAMPLES * 2
