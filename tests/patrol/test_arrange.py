"""Who may say who walks what; how duties stand, and their rates put together."""

import itertools
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from jiuzhi.core import records
from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import AuditEntry
from jiuzhi.core.records import Actor
from jiuzhi.engine.patrol import arrange, lists, rate, work
from jiuzhi.engine.patrol.models import Duty, Patrol

from .conftest import NOW, UNIT, walk
from .test_work import sent

FOREST, TOWN = "500229-县林业局", "500229107"


def made(org, /, **more):
    fields = {"name": "牧龙河", "kind": "河长", "level": "乡", "unit": "week", "valid_from": date(2026, 9, 1)}
    return Duty(org=org, **(fields | more))


def test_a_duty_is_made_in_ones_own_unit_only(land, person):
    officer = Actor(person("unit", UNIT))
    one, two = made(land[UNIT]), made(land[UNIT])
    arrange.save(one, officer)
    arrange.save(two, officer)
    assert (one.code, two.code) == ("XC-0001", "XC-0002")
    assert AuditEntry.objects.filter(model="patrol.Duty", key=str(one.pk)).get().why == "新建巡查任务"
    for unit in (FOREST, "500229", "500240"):
        with pytest.raises(PermissionDenied, match=r"没有权限安排"):
            arrange.save(made(land[unit]), officer)
    with pytest.raises(PermissionDenied):
        arrange.save(made(land[UNIT]), Actor(person("chief", UNIT)))  # who walks does not arrange


def test_a_duty_of_another_unit_is_neither_taken_nor_given_away(land, person):
    theirs, officer = made(land[FOREST]), Actor(person("unit", UNIT))
    arrange.save(theirs, records.SYSTEM)
    theirs.org = land[UNIT]
    with pytest.raises(PermissionDenied):
        arrange.save(theirs, officer)
    own = made(land[UNIT])
    arrange.save(own, officer)
    own.org = land["500240"]
    with pytest.raises(ValidationError, match="另一个区县"):
        arrange.save(own, records.SYSTEM)


def test_only_who_may_walk_there_is_offered_and_taken(land, person):
    here, above, beside, below = (person("chief", o) for o in (UNIT, "500229", FOREST, TOWN))
    far, reader = person("chief", "500240"), person("leader", UNIT)
    offered = {u for u, _grant in arrange.walkers([land[UNIT]], land["500229"])}
    assert offered == {here, above}
    whole = {
        u
        for u, _grant in arrange.walkers(
            arrange.units(person("plan_officer", "500229"), land["500229"]), land["500229"]
        )
    }
    assert whole == {here, above, beside, below}
    arrange.save(made(land[UNIT], person=above), records.SYSTEM)
    for other in (beside, below, far, reader):
        with pytest.raises(ValidationError, match="没有在县水利局巡查的权限"):
            arrange.save(made(land[UNIT], person=other), records.SYSTEM)
    here.is_active = False
    here.save()
    assert here not in {u for u, _grant in arrange.walkers([land[UNIT]], land["500229"])}


def test_a_stopped_duty_is_not_asked_for_and_keeps_its_walks(duty, chief, person):
    work.take_patrol(chief, sent(duty), NOW)
    officer = Actor(person("unit", UNIT))
    with pytest.raises(ValidationError, match="原因"):
        arrange.stop(duty, NOW.date(), " ", officer)
    with pytest.raises(ValidationError, match="结束日期早于开始日期"):
        arrange.stop(duty, date(2025, 1, 1), "改由乡里巡", officer)
    duty.refresh_from_db()
    arrange.stop(duty, NOW.date(), "改由乡里巡", officer)
    after = NOW.date() + timedelta(days=1)
    assert duty in work.duties(chief, NOW.date())
    assert duty not in work.duties(chief, after)
    assert not Duty.objects.filter(arrange.on(after)).exists()
    assert Duty.objects.filter(arrange.on(after, stopped=True)).get().patrols.count() == 1


def days(duty, chief, *walked, track=None):
    for day in walked:
        begun = datetime.combine(day, datetime.min.time(), LOCAL) + timedelta(hours=9)
        start = begun.timestamp()
        given = sent(
            duty,
            started=start,
            ended=start + 400,
            track=track(start) if track else walk(start, lon=108.6 + day.day / 1000),
        )
        work.take_patrol(chief, given, begun + timedelta(hours=1))


def test_rates_by_level_and_unit_count_what_is_believed(duty, chief, land):
    other = made(land[FOREST], kind="林长", level="县", code="F1", unit="month", valid_from=date(2026, 1, 1))
    records.save(other, records.SYSTEM, "test")
    days(duty, chief, date(2026, 9, 1), date(2026, 9, 2), date(2026, 9, 9))
    days(duty, chief, date(2026, 9, 15), track=lambda start: walk(start)[:3])  # in doubt: does not count
    first, last = lists.span("2026-09", date(2026, 10, 5))
    found = lists.standings(Duty.objects.all(), first, last)
    assert [(r.name, r.duties, r.done, r.asked, r.share) for r in lists.by_level(found)] == [
        ("县级", 1, 0, 1, Decimal("0.0")), ("乡级", 1, 2, 4, Decimal("50.0")),
    ]  # fmt: skip
    assert [r.code for r in lists.by_unit(found)] == [FOREST, UNIT]
    doubted = Patrol.objects.get(state="doubtful")
    work.decide(doubted, True, "看过现场", records.SYSTEM)
    assert lists.standings(Duty.objects.filter(pk=duty.pk), first, last)[0].done == 3
    work.decide(doubted, False, "核对有误", records.SYSTEM)
    assert lists.standings(Duty.objects.filter(pk=duty.pk), first, last)[0].done == 2


def test_how_a_duty_stands_in_its_present_period(duty, chief):
    state = lambda day: lists.present([duty], day)[0][1:]  # noqa: E731
    assert state(date(2026, 9, 8)) == ("open", date(2026, 9, 13))
    days(duty, chief, date(2026, 9, 8))
    assert state(date(2026, 9, 13)) == ("done", date(2026, 9, 13))
    assert state(date(2026, 9, 14)) == ("open", date(2026, 9, 20))
    assert state(date(2025, 12, 31)) == ("later", date(2026, 1, 1))
    duty.valid_to = date(2026, 9, 16)
    assert state(date(2026, 9, 15)) == ("open", date(2026, 9, 16))
    assert state(date(2026, 9, 17)) == ("stopped", date(2026, 9, 16))


@pytest.mark.parametrize("unit", ["day", "week", "month"])
@pytest.mark.parametrize("every", [1, 2, 5])
def test_the_present_period_is_the_one_that_is_asked_for(unit, every):
    begun = date(2025, 1, 15)
    asked = rate.periods(every, unit, begun, None, begun, date(2028, 1, 1))
    assert all(b[0] - a[1] == timedelta(days=1) for a, b in itertools.pairwise(asked))
    for start, end in asked:
        assert {rate.current(every, unit, begun, day) for day in (start, end)} == {(start, end)}
        assert rate.periods(every, unit, begun, None, end, end) == [(start, end)]


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("", date(2026, 10, 31), date(2026, 11, 30)),
        ("year", date(2025, 11, 30), date(2026, 11, 30)),
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        ("2026-11", date(2026, 11, 1), date(2026, 11, 30)),
        ("2026-13", date(2026, 10, 31), date(2026, 11, 30)),
        ("2026-1１", date(2026, 10, 31), date(2026, 11, 30)),
    ],
)  # fmt: skip
def test_the_days_a_list_is_asked_for(asked, first, last):
    assert lists.span(asked, date(2026, 11, 30)) == (first, last)
