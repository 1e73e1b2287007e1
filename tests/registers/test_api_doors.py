"""The JSON API: who gets in, and what hostile programs are told."""

import pytest
from django.test import Client

from jiuzhi.core import local, records, tokens
from jiuzhi.core.attempts import TRIES
from jiuzhi.core.models import ApiToken, AuditEntry
from jiuzhi.core.records import Actor
from jiuzhi.core.registers import columns, get, reading

from .program import ALL, BASE, machine, own, problem

__all__ = ["machine", "own"]  # fixtures


# Who gets in.


def test_without_a_token_or_session_nothing_is_answered(own):
    _register, rows, _program = own("water.outlet")
    nobody = Client()
    for path in ("", "/water.outlet/records", f"/water.outlet/records/{rows[0].pk}", "/water.outlet/layer"):
        answer = nobody.get(BASE + path)
        problem(answer, 401)
        assert answer["WWW-Authenticate"].startswith("Bearer")
    problem(nobody.post(f"{BASE}/water.outlet/records", {}, content_type="application/json"), 401)


def test_a_session_reads_and_changes_only_with_the_csrf_token(own, person):
    _register, rows, _program = own("water.outlet")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person("admin", "500229"))
    at = f"{BASE}/water.outlet/records/{rows[0].pk}"
    assert browser.get(at).status_code == 200
    body = {"note": "页面改的", "revision": rows[0].revision}
    assert "CSRF" in problem(browser.patch(at, body, content_type="application/json"), 403)["detail"]
    browser.get(f"/county/500229/registers/water.outlet/{rows[0].pk}/edit/")
    token = browser.cookies["csrftoken"].value
    assert (
        browser.patch(at, body, content_type="application/json", headers={"X-CSRFToken": token}).status_code
        == 200
    )


def test_a_token_is_kept_as_a_fingerprint_and_used_once_a_day(machine):
    program = machine("admin", "500229")
    secret = program.text.split("_", 2)[2]
    kept = ApiToken.objects.get(user=program.user)
    assert secret not in str(kept.__dict__)
    assert kept.used_on is None
    for _ in range(2):
        assert program.get("").status_code == 200
    kept.refresh_from_db()
    assert kept.used_on == local.today()
    entries = AuditEntry.objects.filter(model="core.ApiToken", key=str(kept.pk))
    assert [e.action for e in entries] == ["update", "create"]
    assert not any(kept.secret in e.before_text + e.after_text for e in entries)


def test_an_expired_or_retired_token_says_so(machine):
    program = machine("admin", "500229")
    kept = ApiToken.objects.get(user=program.user)
    ApiToken.objects.filter(pk=kept.pk).update(expires_on="2020-01-01")
    assert "到期" in problem(program.get(""), 401)["detail"]
    ApiToken.objects.filter(pk=kept.pk).update(expires_on="2099-01-01")
    type(program.user).objects.filter(pk=program.user.pk).update(is_active=False)
    assert "停用" in problem(program.get(""), 401)["detail"]
    records.delete(kept, Actor(None, "cli"), "作废")
    problem(program.get(""), 401)


def test_guessing_is_slow_and_shuts_nobody_else_out(machine):
    program, other = machine("admin", "500229"), machine("admin", "500229")
    stem = program.text.rsplit("_", 1)[0]
    for n in range(TRIES):
        problem(Client().get(BASE, headers={"Authorization": f"Bearer {stem}_wrong{n}"}), 401)
    shut = program.get("")
    problem(shut, 429)
    assert shut["Retry-After"] == "600"
    assert other.get("").status_code == 200
    for n in range(TRIES):
        problem(Client().get(BASE, headers={"Authorization": f"Bearer jz_none_{n}"}), 401)
    problem(Client().get(BASE, headers={"Authorization": "Bearer jz_none_x"}), 429)
    assert other.get("").status_code == 200


def test_the_command_issues_lists_and_revokes(person):
    from typer.testing import CliRunner

    from jiuzhi.interfaces.cli.main import app

    user = person("admin", "500229")
    run = CliRunner()
    made = run.invoke(app, ["user", "token", user.username, "--name", "对接", "--days", "10"])
    text = made.stdout.strip().splitlines()[0]
    assert tokens.check(text, "") == user
    kept = user.tokens.get()
    assert (kept.expires_on - local.today()).days == 10
    listed = run.invoke(app, ["user", "tokens", user.username]).stdout
    assert kept.ident in listed
    assert text not in listed
    assert run.invoke(app, ["user", "token-revoke", kept.ident]).exit_code == 0
    with pytest.raises(tokens.TokenFault):
        tokens.check(text, "")


# Hostile.


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"7", b'"x"', b"\xff\xfe", b'{"note": NaN, "revision": 0}', b"[" * 100_000,
     b'{"revision": 1e999999999}', b'{"revision": ' + b"9" * 5000 + b"}", b'{"note": "\\ud800", "revision": 0}',
     b'{"note": "\\u0000", "revision": true}', b'{"\\ud800": 1, "revision": 0}', b'{"lon": 1e30, "lat": -1e-30, "revision": 0}'],
)  # fmt: skip
def test_a_hostile_body_is_refused_in_words(body, own):
    _register, rows, program = own("water.outlet")
    for method, path in (("PATCH", f"/{rows[0].pk}"), ("POST", "")):
        answer = program.client.generic(
            method, f"{BASE}/water.outlet/records{path}", body, content_type="application/json"
        )
        assert answer.status_code in (400, 409, 422), answer.content.decode()
        problem(answer, answer.status_code)


@pytest.mark.parametrize(
    "query",
    ["?nothing=1", "?page=0", "?page=x", "?size=501", "?size=-1", "?sort=county", "?sort=id", "?county=500229' or 1=1", "?state=x",
     "?water_body=99999999999999999999", "?water_body=1;2", "?plan_end_from=x", "?approved_flow_from=nan", "?due=x", "?page=1&page=2",
     "?approved_flow_from=1e9999", "?q=" + "长" * 81],
)  # fmt: skip
def test_a_hostile_question_is_refused_in_words(query, machine):
    program = machine("admin", "500229")
    refused = problem(program.client.get(f"{BASE}/water.outlet/records{query}"), 422)
    assert refused["fields"]


def test_odd_questions_are_answered(machine):
    program = machine("admin", "500229")
    for query in (
        "?q=%00",
        "?q=%ff%fe",
        "?page=1000000000",
        "?q='%22;--",
        "?approved_flow_from=-1e300",
        "?state=空".replace("空", "注销"),
    ):
        assert program.client.get(f"{BASE}/water.outlet/records{query}").status_code == 200, query


def test_what_is_not_there_is_refused_in_json(machine):
    program = machine("admin", "500229")
    problem(program.get("/no.such/records"), 404)
    problem(Client().get("/api/v9/x"), 404)
    problem(program.get("/water.outlet/records/999999"), 404)
    problem(program.get("/water.outlet/records/99999999999999999999999"), 422)


def test_the_documentation_needs_no_foreign_host_and_names_every_field(client, db):
    import re

    spec = client.get("/api/v1/openapi.json").json()
    for code in ALL:
        page = client.get("/api/v1/docs", {"register": code}).content.decode()
        shown = spec["components"]["schemas"][f"{get(code).domain.title()}{get(code).model.__name__}"][
            "properties"
        ]
        for column in get(code).fields.values():
            assert column.heading in page
            assert shown[column.name]["title"] == column.title
            assert shown[column.name].get("x-unit", "") == column.unit
            if column.kind == columns.CHOICE:
                assert shown[column.name]["enum"][:-1] == list(column.choices)
        assert not re.findall(r"""(?:src|href)=["']?(?:https?:)?//""", page)
        assert "<script" not in page


def test_nobody_reads_without_the_right(machine, land):
    """A person with no grant over registers gets 403, in words."""
    program = machine("unit", "500229")
    program.user.grants.update(actions="view enter")
    problem(program.get("/water.outlet/records"), 403)
    assert program.get("").json() == []


def test_reading_is_the_only_source(own):
    """What the API lists is what `reading.visible_to` gives, register by register."""
    for code in ALL[:5]:
        register, _rows, program = own(code, "monitoring", "500229")
        listed = {r["id"] for r in program.get(f"/{code}/records", size=500).json()["results"]}
        assert listed == set(reading.visible_to(register, program.user).values_list("pk", flat=True))
