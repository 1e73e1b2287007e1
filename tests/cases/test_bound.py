"""Cases that follow what they are about: a reported value, a permit's expiry; and alarms that follow their case."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from jiuzhi.core import records
from jiuzhi.core.local import LOCAL
from jiuzhi.core.records import SYSTEM, Actor
from jiuzhi.core.registers import REGISTERS
from jiuzhi.engine.cases import clock, manage, rights, work
from jiuzhi.engine.cases.models import Case
from jiuzhi.engine.indicators.models import ReportedValue
from jiuzhi.engine.notify.models import Message
from jiuzhi.engine.plan import values
from jiuzhi.engine.plan.models import Clause, Commitment, Plan
from jiuzhi.engine.rules import episodes, telling
from jiuzhi.engine.rules.declare import RULES, Finding
from jiuzhi.engine.rules.hysteresis import FIRED, Event
from jiuzhi.engine.rules.look import Look

NOON = datetime(2026, 9, 29, 12, tzinfo=LOCAL)
UNIT, OTHER = "500229-县水利局", "500229-县林业局"


@pytest.fixture
def commitment(land):
    plan = Plan.objects.create(
        county=land["500229"], title="规划", status="final", version=1, period_start=2026, period_end=2030,
        document_name="x", sha256="0" * 64, loaded_at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    clause = Clause.objects.create(plan=plan, code="1", level="chapter", number="一", title="治水", order=1)
    return Commitment.objects.create(
        plan=plan, clause=clause, code="C1", name="污水治理率", unit="%", kind="target", comparator=">=",
        value=Decimal(95), year=2030, progress="reach", start=0, end=1, owner=land[UNIT], domain="治水",
    )  # fmt: skip


@pytest.fixture
def officer(person):
    return Actor(person("plan_officer", "500229"))


@pytest.fixture
def reporter(person):
    return Actor(person("unit", UNIT))


def report(commitment, actor, number):
    return values.report_value(commitment, "2026", Decimal(number), None, "", actor)


def test_a_reported_value_waits_is_returned_and_passes_as_one_case(commitment, land, officer, reporter):
    first = report(commitment, reporter, 80)
    case = Case.objects.get()
    assert (case.workflow, case.stage, case.org) == ("value_approval", "待审核", land["500229"])
    assert case.commitment == commitment
    assert rights.visible(reporter.user, land["500229"]).get() == case  # the unit helps, so it sees it
    values.decide(first, False, "缺佐证", officer)
    case.refresh_from_db()
    assert (case.stage, case.org) == ("待改报", land[UNIT])
    second = report(commitment, reporter, 81)
    case.refresh_from_db()
    assert (case.stage, case.org) == ("待审核", land["500229"])
    values.decide(second, True, "", officer)
    case.refresh_from_db()
    assert (case.stage, case.closed_at is None, Case.objects.count()) == ("已通过", False, 1)


def test_of_two_waiting_values_the_case_ends_with_the_last(commitment, officer, reporter):
    one, two = report(commitment, reporter, 80), report(commitment, reporter, 81)
    values.decide(one, True, "", officer)
    assert Case.objects.get().stage == "待审核"
    values.withdraw(two, "", reporter)
    assert Case.objects.get().stage == "已通过"


def test_withdrawn_it_comes_to_nothing_and_a_new_report_begins_anew(commitment, reporter):
    values.withdraw(report(commitment, reporter, 80), "", reporter)
    assert (Case.objects.get().stage, Case.objects.get().revisit_on) == ("已撤回", None)
    report(commitment, reporter, 82)
    assert list(Case.objects.order_by("pk").values_list("stage", flat=True)) == ["已撤回", "待审核"]


def test_nobody_moves_a_value_by_its_case(commitment, officer, reporter):
    report(commitment, reporter, 80)
    case, parts = Case.objects.get(), [("甲", commitment.owner), ("乙", commitment.owner)]
    into = work.open_case("rectification", commitment.owner, "别的", SYSTEM, at=NOON)
    for act in (
        lambda: work.take(case, "审核通过", officer, at=NOON),
        lambda: manage.split(case, parts, officer, at=NOON),
        lambda: manage.merge([case], into, "x", officer, at=NOON),
        lambda: manage.merge([into], case, "x", officer, at=NOON),
        lambda: work.take_back(case, officer, at=NOON),
    ):
        with pytest.raises(ValidationError, match="关联的页面"):
            act()
    values.decide(ReportedValue.objects.get(), True, "", officer)
    with pytest.raises(ValidationError, match="关联的页面"):
        manage.reopen(case, "x", officer, at=NOON)


def test_a_renewal_ends_when_the_expiry_has_moved_on(land, load):
    register = REGISTERS["culture.venue"]
    permit = next(p for p in load(register) if getattr(p, register.lifecycle.expires))
    field = register.lifecycle.expires
    case = work.open_case(
        "renewal", permit.org, "换证", SYSTEM, at=NOON, register=register.code, record=permit.pk
    )
    manage.pause(case, "等材料", SYSTEM, at=NOON)
    clock.tick(NOON)
    case.refresh_from_db()
    assert case.open
    setattr(permit, field, getattr(permit, field) + timedelta(days=365))
    records.save(permit, SYSTEM, "换证")
    clock.tick(NOON)
    case.refresh_from_db()
    assert (case.stage, case.closed_at, case.paused_at) == ("已延续", NOON, None)
    assert str(getattr(permit, field)) in case.events.last().text


@pytest.fixture
def renewed(land, load):
    """A permit that was renewed since, and what opens a renewal of it."""
    register = REGISTERS["culture.venue"]
    permit = next(p for p in load(register) if getattr(p, register.lifecycle.expires))
    links = {"register": register.code, "record": permit.pk}

    def later():
        field = register.lifecycle.expires
        setattr(permit, field, getattr(permit, field) + timedelta(days=365))
        records.save(permit, SYSTEM, "换证")

    return lambda **more: work.open_case(
        "renewal", permit.org, "换证", SYSTEM, at=NOON, **links, **more
    ), later


def test_parts_of_a_renewal_end_with_it(land, renewed):
    opened, renew = renewed
    case = opened()
    parts = manage.split(case, [("甲", land[UNIT]), ("乙", land[OTHER])], SYSTEM, at=NOON)
    renew()
    with pytest.raises(ValidationError, match="拆出的问题"):
        work.follow(case, case.flow.renewed_by, SYSTEM, at=NOON)
    assert clock.close_renewed(NOON) == 3
    assert not Case.objects.filter(pk__in=[case.pk, *(p.pk for p in parts)], closed_at=None).exists()


def test_one_renewal_that_cannot_end_stops_nothing_else(land, renewed, caplog):
    opened, renew = renewed
    first, stuck = opened(), opened()
    late = work.open_case("rectification", land[UNIT], "堆渣", SYSTEM, at=NOON)
    Case.objects.filter(pk=late.pk).update(due_at=NOON - timedelta(days=1))
    part = manage.split(stuck, [("甲", land[UNIT]), ("乙", land[OTHER])], SYSTEM, at=NOON)[0]
    part.events.update(facts={})  # nothing tells until when it held
    renew()
    clock.tick(NOON)
    first.refresh_from_db()
    stuck.refresh_from_db()
    late.refresh_from_db()
    assert (first.open, stuck.open, late.escalated) == (False, True, 1)
    assert stuck.code in caplog.text


@pytest.fixture
def alarm(land):
    def made(subject="device:X", org=UNIT, rule="observe.device_offline"):
        finding = Finding(
            subject, "甲站设备", value=Decimal(2), limit=Decimal(1), unit="h", org=land[org], place="甲站"
        )
        look = Look(land["500229"], NOON)
        return episodes.write(look, RULES[rule], finding, Event(FIRED, NOON, NOON, NOON, 0, 0)).episode

    return made


def test_an_alarm_notes_that_its_case_is_closed_and_is_not_told_again(land, alarm):
    found = alarm()
    case = episodes.hand_over(found, "rectification", SYSTEM, at=NOON)
    work.take(case, "不予立案", SYSTEM, at=NOON, words="已修好")
    found.refresh_from_db()
    assert found.acked_at == NOON
    assert found.events.last().text == f"问题 {case.code} 已办结：不属实"
    before = Message.objects.count()
    assert telling.escalate(Look(land["500229"], NOON + timedelta(days=9))) == 0
    assert Message.objects.count() == before
    manage.reopen(case, "又坏了", SYSTEM, at=NOON)
    assert "已重开" in found.events.last().text


def test_an_alarm_goes_with_its_case_into_the_one_it_is_merged_into(land, alarm):
    found = alarm()
    case = episodes.hand_over(found, "rectification", SYSTEM, at=NOON)
    into = work.open_case("rectification", land[UNIT], "总问题", SYSTEM, at=NOON)
    manage.merge([case], into, "同一处", SYSTEM, at=NOON)
    found.refresh_from_db()
    assert found.case == into
    assert episodes.hand_over(found, "rectification", SYSTEM, at=NOON) == into


def test_a_person_joins_only_a_case_that_is_theirs_to_work_on(land, alarm, person):
    """Two alarms of one event, of two units: the second unit neither joins nor reaches the first one's case."""
    case = episodes.hand_over(alarm(), "rectification", SYSTEM, at=NOON)
    other = alarm("device:Y", OTHER)
    assert other.group == case.episodes.get().group
    with pytest.raises(PermissionDenied, match="县水利局"):
        episodes.hand_over(other, "rectification", Actor(person("unit", OTHER)), at=NOON)
    other.refresh_from_db()
    assert other.case is None
    assert episodes.hand_over(other, "rectification", Actor(person("monitoring", "500229")), at=NOON) == case
