"""Every declared workflow: it can be walked to its end, and every step is open to those roles in those places, and to no others."""

from datetime import date, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from jiuzhi.core import workdays
from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Grant, User
from jiuzhi.core.records import SYSTEM, Actor
from jiuzhi.engine.cases import declare, evidence, rights, terms, work
from jiuzhi.engine.cases.declare import WORKFLOWS
from jiuzhi.engine.cases.models import Case

NOON = datetime(2026, 11, 20, 12, tzinfo=LOCAL)
UNIT, OTHER = "500229-县水利局", "500229-县林业局"
HELPER = "500229-县农业农村委"
PLACES = {"责任单位": UNIT, "上级": "500229", "配合单位": HELPER, "别的单位": OTHER, "外县": "500240"}


@pytest.mark.parametrize("flow", WORKFLOWS.values(), ids=list(WORKFLOWS))
def test_from_every_stage_an_end_can_be_reached(flow):
    reached = {s.name for s in flow.stages if s.closed}
    for _round in flow.stages:
        reached |= {start for step in flow.steps if step.end in reached for start in step.start}
    assert reached == {s.name for s in flow.stages}
    come = {flow.first.name}
    for _round in flow.stages:
        come |= {step.end for step in flow.steps if come & set(step.start)}
    assert come == {s.name for s in flow.stages}


@pytest.fixture
def photo(land):
    """``photo(case)``: a file that meets every need of evidence."""

    def made(case):
        file = SimpleUploadedFile("后.jpg", f"{case.pk}".encode())
        return evidence.attach(case, file, SYSTEM, moment="after")

    return made


FULL = {"words": "x", "counterpart": "某局", "answer": "已处理", "place": "桥下"}


@pytest.mark.parametrize("code", WORKFLOWS)
def test_every_step_for_every_role_in_every_place(code, land, photo):
    """The permission matrix that `jiuzhi cases matrix` prints, against the declaration, and against what `take` really does: every step is
    taken, or refused, by every role in every place."""
    flow = WORKFLOWS[code]
    case = work.open_case(flow, land[UNIT], "矩阵", SYSTEM, at=NOON, helpers=[land[HELPER]])
    photo(case)
    people = {}
    for role in Grant.Role.values:
        for place, unit in PLACES.items():
            user = User.objects.create_user(f"{role} {place}")
            Grant.objects.create(user=user, role=role, org=land[unit])
            people[role, place] = Actor(user)
    matrix = {(m["step"], m["role"], m["place"]): m["may"] for m in rights.matrix([flow])}
    assert {(s, r, p) for s, r, p in matrix} == {(s.name, r, p) for s in flow.steps for r, p in people}
    for step in flow.steps:
        for (role, place), actor in people.items():
            told = (step.name, role, place)
            above = case.org.path.startswith(land[PLACES[place]].path)
            may = role in step.by and above and role not in ("auditor", "enterprise")
            assert rights.may_take(actor.user, step, case) is may, told
            assert matrix[told] is (may and not flow.driven), told
            _really(case, flow, step, actor, matrix[told], land)


def _really(case, flow, step, actor, may, land):
    """Take ``step`` from each of its stages with all that it needs, and undo it."""
    given = FULL | ({"org": land[UNIT]} if "unit" in step.needs else {})
    for start in step.start:
        with transaction.atomic():
            closed = NOON if flow.stage(start).closed else None
            Case.objects.filter(pk=case.pk).update(stage=start, closed_at=closed)
            if may:
                work.take(case, step.name, actor, at=NOON, **given)
                assert case.stage == step.end
            else:
                with pytest.raises(ValidationError if flow.driven else PermissionDenied):
                    work.take(case, step.name, actor, at=NOON, **given)
                assert Case.objects.get(pk=case.pk).stage == start
            transaction.set_rollback(True)
        case.refresh_from_db()


def test_a_declaration_that_does_not_hold_together_is_refused():
    stages = [declare.stage("甲"), declare.stage("乙", closed=True)]
    for steps, said in (
        ([declare.step("x", "甲", "丙")], "丙"),
        ([], "no step leaves"),
        ([declare.step("x", "甲", "乙", by=("king",))], "king"),
    ):
        with pytest.raises(ValueError, match=said):
            declare.workflow("t.bad", "坏", stages=stages, steps=steps)
    assert "t.bad" not in WORKFLOWS


days = st.dates(date(2005, 1, 1), date(2028, 12, 31))


@given(days, st.integers(0, 60))
def test_working_days_count_out_and_back(day, number):
    end = workdays.after(day, number)
    assert workdays.is_working(end)
    assert number == 0 or workdays.between(day, end) == number
    assert workdays.between(end, day) == -workdays.between(day, end)


@given(days, st.integers(0, 30), st.integers(0, 30))
def test_a_longer_term_never_ends_earlier(day, one, two):
    assert (workdays.after(day, one) <= workdays.after(day, two)) == (one <= two) or one == 0 or two == 0


@pytest.mark.parametrize(("day", "working"), [
    ("2026-10-01", False), ("2026-10-10", True), ("2026-02-16", False), ("2026-02-14", True), ("2026-11-21", False),
    ("2027-01-01", False), ("2027-01-04", True), ("2027-10-02", False),
])  # fmt: skip
def test_days_of_the_notice(day, working):
    assert workdays.is_working(date.fromisoformat(day)) is working
    assert workdays.announced(date.fromisoformat(day)) is (day < "2027")


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 1)),
    st.integers(1, 40),
    st.sampled_from(["workdays", "days", "hours"]),
)
def test_terms_end_with_a_local_day_or_to_the_hour(moment, number, kind):
    """A term begun just before and just after local midnight differs by a day, whatever the zone it is written in."""
    start = moment.replace(tzinfo=LOCAL)
    term = declare.Deadline(**{kind: number})
    end = term.from_(start)
    assert end == term.from_(start.astimezone(tz=None))
    assert end > start
    if kind == "hours":
        assert end - start == timedelta(hours=number)
    else:
        assert end.astimezone(LOCAL).time() == time(23, 59, 59)
        assert workdays.is_working(end.astimezone(LOCAL).date())


@given(st.integers(1, 30), st.integers(0, 40), st.sampled_from(["workdays", "days", "hours"]))
def test_a_pause_never_shortens_a_term(number, stood, kind):
    term = declare.Deadline(**{kind: number})
    end = term.from_(NOON)
    assert terms.later(term, end, NOON, NOON + timedelta(days=stood)) >= end
    assert terms.later(term, end, NOON, NOON) == end
