"""Rules of instruments, reports, tasks and patrols, over real devices, values and records."""

import uuid
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from jiuzhi.core import periods, records
from jiuzhi.core.local import LOCAL
from jiuzhi.core.registers import get
from jiuzhi.engine.exchange import samples
from jiuzhi.engine.indicators.models import ReportedValue
from jiuzhi.engine.observe import health, inbox
from jiuzhi.engine.patrol.models import Duty, Patrol
from jiuzhi.engine.plan.models import Commitment, Milestone, Plan, Task
from jiuzhi.engine.rules import standing
from jiuzhi.engine.rules.declare import RULES
from jiuzhi.engine.rules.look import Look
from jiuzhi.engine.rules.models import Episode
from jiuzhi.master.models import Device, Station
from tests.observe.messages import report

NOW = datetime(2026, 11, 24, 12, tzinfo=LOCAL)
DAY = timedelta(days=1)


def found(code, county, now=NOW):
    look = Look(county, now)
    return list(RULES[code].function(look.as_(RULES[code])))


@pytest.fixture
def county(land):
    return land["500229"]


@pytest.fixture
def device(county):
    station = Station.objects.create(code="S1", name="S1", kind="river", level="county", county=county)
    made = Device(
        code="D1", name="D1", protocol="HJ212", station=station, org=county, interval=3600, clock=300
    )
    records.save(made, records.SYSTEM)
    return made


@pytest.mark.parametrize(("ahead", "said"), [(301, ["设备时钟快 301 秒"]), (-400, ["设备时钟慢 400 秒"]), (300, []), (None, [])])  # fmt: skip
def test_a_clock_that_is_off(county, device, ahead, said):
    with inbox.opened() as database, inbox.committing(database):
        at = int(NOW.timestamp() * 1000)
        health.note_heard(database, [health.Heard("D1", "HJ212", "x", at, 1, clock=ahead)])
    assert [f.text for f in found("observe.clock_off", county)] == said


def hourly(hours, start, flag=0, value="7"):
    report("S1", "pH", "hour", *((start + timedelta(hours=n), value) for n in hours), flag=flag)


def test_a_station_is_silent_after_three_of_its_periods(county, device):
    assert found("observe.station_silent", county) == []  # it never had a value
    hourly(range(4), NOW - timedelta(hours=7))  # the last one is over at 9 o'clock
    assert found("observe.station_silent", county, NOW) == []
    (one,) = found("observe.station_silent", county, NOW + timedelta(minutes=1))
    assert one.text == "最近数据 11-24 09:00"


def test_a_station_stays_silent_after_a_week(county, device):
    hourly(range(4), NOW - 30 * DAY)
    assert [f.text for f in found("observe.station_silent", county)] == ["一周以上没有数据"]
    Device.objects.update(state="检修")
    assert found("observe.station_silent", county) == []


def test_low_capture_counts_what_could_not_be_used(county, device):
    hourly(range(20), datetime(2026, 11, 20, tzinfo=LOCAL))
    hourly(range(18), datetime(2026, 11, 21, tzinfo=LOCAL))
    assert found("observe.capture_low", county, NOW - 2 * DAY) == []  # two days are too few to say
    hourly(range(24), datetime(2026, 11, 22, tzinfo=LOCAL), flag=3)
    (one,) = found("observe.capture_low", county, NOW - DAY)
    assert (one.value, one.limit, one.unit) == (Decimal("52.8"), 80, "%")  # 38 of 72


def test_units_that_reported_before_owe_the_period_that_is_due(county):
    register = get("water.plantmonth")
    samples.load_samples(records.SYSTEM, only=[register])
    rows = list(register.model.objects.filter(county=county))
    assert {r.period for r in rows} == {"2026-08", "2026-09"}
    for month in ("2026-09", "2026-10"):
        periods.open_period(county, register.code, month, date(2026, 11, 10), records.SYSTEM)
    (one,) = found("observe.report_late", county)
    assert one.org == rows[0].org
    assert one.text == "应于 2026-11-10 报送"
    assert found("observe.report_late", county, datetime(2026, 11, 10, 12, tzinfo=LOCAL)) == []
    periods.lock(Look(county, NOW).due_periods, records.SYSTEM)
    assert found("observe.report_late", county) == []


def test_who_reported_only_after_a_quarter_does_not_owe_it(county):
    register = get("water.plantmonth")
    samples.load_samples(records.SYSTEM, only=[register])
    periods.open_period(county, register.code, "2026-Q2", date(2026, 7, 10), records.SYSTEM)
    assert [f.org for f in found("observe.report_late", county)] == [county]


def test_where_nobody_ever_reported_the_county_owes(county):
    periods.open_period(county, "waste.medicalmonth", "2026-Q3", date(2026, 10, 15), records.SYSTEM)
    assert [f.org for f in found("observe.report_late", county)] == [county]


@pytest.fixture
def plan(county):
    return Plan.objects.create(
        county=county, title="规划", version=1, period_start=2026, period_end=2030, loaded_at=NOW
    )


def test_a_year_without_a_value_is_overdue_after_its_days(county, plan):
    promise = Commitment.objects.create(
        plan=plan, code="C1", name="森林覆盖率", kind="target", value=72, unit="%"
    )
    Commitment.objects.create(
        plan=plan, code="C2", name="计算", kind="target", value=72, indicator="air.pm25"
    )
    at = datetime(2027, 4, 2, 12, tzinfo=LOCAL)
    assert [f.name for f in found("plan.value_overdue", county, at)] == ["森林覆盖率"]
    assert found("plan.value_overdue", county, datetime(2027, 3, 31, 12, tzinfo=LOCAL)) == []
    assert found("plan.value_overdue", county) == []  # 2025 lies before the plan
    value = ReportedValue.objects.create(
        commitment=promise, period="2026", value=71, status="returned", reported_at=at
    )
    assert len(found("plan.value_overdue", county, at)) == 1
    ReportedValue.objects.filter(pk=value.pk).update(status="submitted")
    assert found("plan.value_overdue", county, at) == []


def test_a_step_of_a_task_that_is_past_its_day(county, plan, land):
    Task.objects.create(plan=plan, code="T1", title="建厂")
    step = Milestone(org=county, task="T1", title="开工", due_on=date(2026, 11, 23))
    records.save(step, records.SYSTEM)
    assert [f.text for f in found("plan.task_overdue", county)] == ["“开工”应于 2026-11-23 完成"]
    step.done_on = date(2026, 11, 24)
    records.save(step, records.SYSTEM)
    assert found("plan.task_overdue", county) == []


def test_a_week_nobody_walked_clears_when_somebody_walks(county, person):
    duty = Duty(
        code="R1", name="任河", kind="河长", level="乡", org=county, unit="week", valid_from=date(2026, 11, 1)
    )
    records.save(duty, records.SYSTEM)
    code = "patrol.missed"  # the last whole week: Monday 16 to Sunday 22
    assert standing.look_at(county, NOW, only=[code], force=True) == 1
    assert Episode.objects.get().text == "2026-11-16 至 2026-11-22（每周一次）没有有效巡查"

    def walked(day, state):
        at = datetime(2026, 11, day, 9, tzinfo=LOCAL)
        Patrol.objects.create(
            county=county, org=county, duty=duty, user=person("chief", "500229"), uuid=uuid.uuid4(), digest="x", state=state, started=at,
            ended=at + timedelta(hours=1), received=at,
        )  # fmt: skip

    walked(15, "good")  # the week before
    walked(18, "doubtful")
    standing.look_at(county, NOW + timedelta(hours=1), only=[code], force=True)
    assert Episode.objects.get().on  # held until somebody has decided
    walked(24, "good")
    standing.look_at(county, NOW + timedelta(hours=2), only=[code], force=True)
    assert not Episode.objects.get().on
