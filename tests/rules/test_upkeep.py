"""Open alarms stay true: the worst value, limits that go away, a lost memory, rules that cannot be judged, two steps up at once."""

import logging
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ValidationError

from jiuzhi.core import records
from jiuzhi.core.records import SYSTEM
from jiuzhi.engine.notify.models import Message
from jiuzhi.engine.rules import declare, expand, faults, standing, telling, upkeep, watching
from jiuzhi.engine.rules.declare import Finding, Threshold
from jiuzhi.engine.rules.look import Look
from jiuzhi.engine.rules.models import Episode, RuleSetting
from jiuzhi.master.models import Station
from tests.rules.test_watching import MINUTE, NOON, alone, arrive, county, too_much, watch  # noqa: F401

DAY = timedelta(days=1)


def standing_rule(found, code="t.state", **more):
    """A rule that says what ``found`` (subject → value) holds."""

    @declare.rule(
        code,
        "低于核定",
        **{"severity": "mid", "why": "x", "fix": "y", "cause": "z", "every": "day", "rejoin": timedelta(0)}
        | more,
    )
    def rule(look):
        return [Finding(s, s, value=v, limit=Decimal(5)) for s, v in found.items()]


# --- the worst value ---


def test_the_worst_value_follows_while_the_alarm_is_on(county):  # noqa: F811
    too_much(fire=1, clear=1)
    arrive(25, 31, 28)
    watch()
    arrive(29, start=NOON + 3 * MINUTE)
    watch(9)
    assert (Episode.objects.get().value, Episode.objects.get().worst) == (25, 31)
    arrive(
        19, 99, start=NOON + 9 * MINUTE
    )  # cleared; then bad again within the rejoin time: the same episode
    watch(15)
    assert (Episode.objects.get().times, Episode.objects.get().worst) == (2, 99)


def test_of_a_lower_limit_the_least_is_worst(county):  # noqa: F811
    @declare.watch("t.do", "溶解氧", severity="mid", why="x", fix="y", cause="z", basis="b")
    def rule(look):
        yield Threshold("S1", "DO", "minute", [(Decimal(5), 0)], "S1 DO", below=True)

    arrive(4, "2.5", 3, item="DO")
    watch()
    assert Episode.objects.get().worst == Decimal("2.5")


@pytest.mark.parametrize(("values", "worst"), [((4, 2, 3), 2), ((6, 9, 8), 9)])
def test_a_standing_rule_s_worst_lies_on_its_side_of_the_limit(county, values, worst):  # noqa: F811
    found = {}
    standing_rule(found)
    for n, value in enumerate(values):
        found["record:x:1"] = Decimal(value)
        standing.look_at(county, NOON + n * DAY)
    assert Episode.objects.get().worst == worst


# --- limits that go away ---


def test_an_alarm_nobody_watches_any_more_ends_and_says_why(county, person):  # noqa: F811
    person("monitoring", "500229")
    stations = ["S1", "S2"]
    too_much(fire=1, stations=stations)
    arrive(25)
    arrive(25, station="S2")
    watch()
    stations.remove("S2")
    later = NOON + 10 * MINUTE
    standing.look_at(county, later)
    found = Episode.objects.get(subject__startswith="series:S2")
    assert found.cleared_at == later
    assert (
        found.events.get(kind="cleared").text
        == "限值已取消（点位、考核类别、台账或许可有变化）：不再判断，报警解除"
    )
    assert Episode.objects.get(subject__startswith="series:S1").on
    assert Message.objects.filter(title__startswith="【已解除】").count() == 1
    stations.append("S2")  # watched again: a new episode of its own
    arrive(26, station="S2", start=NOON + 20 * MINUTE)
    assert watch(25) == 1


def test_a_station_taken_off_ends_its_alarms(county):  # noqa: F811
    @declare.watch("t.a", "超标", severity="mid", why="x", fix="y", cause="z", basis="b")
    def rule(look):
        for station in look.stations("river"):
            yield Threshold(station.code, "COD", "minute", [(Decimal(20), 0)], station.code)

    arrive(25)
    watch()
    Station.objects.get(code="S1").delete()
    standing.look_at(county, NOON + 10 * MINUTE)
    assert Episode.objects.get().events.last().text == "点位已撤销：不再判断，报警解除"


def test_a_watching_rule_switched_off_or_gone_ends_its_alarms(county, alone):  # noqa: F811
    too_much("t.a", fire=1)
    too_much("t.b", fire=1)
    arrive(25)
    watch()
    records.save(RuleSetting(org=county, rule="t.a", active=False, why="检修"), SYSTEM)
    del alone["t.b"]
    standing.look_at(county, NOON + 10 * MINUTE)
    said = {e.rule: e.events.last().text for e in Episode.objects.all()}
    assert said == {"t.a": "规则已停用：不再判断，报警解除", "t.b": "这条规则已不再使用：不再判断，报警解除"}
    assert not Episode.objects.filter(cleared_at=None).exists()


def test_a_rule_that_cannot_be_told_keeps_its_alarms(county, monkeypatch):  # noqa: F811
    broken = []
    too_much(fire=1, stations=_unless(broken))
    arrive(25)
    watch()
    broken.append(True)
    standing.look_at(county, NOON + 10 * MINUTE)
    assert Episode.objects.get().on


class _unless:
    """S1, unless something is broken."""

    def __init__(self, broken):
        self.broken = broken

    def __iter__(self):
        if self.broken:
            raise ZeroDivisionError("坏了")
        return iter(["S1"])


# --- faults ---


def test_a_fault_is_logged_once_and_listed_until_it_is_gone(county, caplog):  # noqa: F811
    error = [ValueError("一")]

    @declare.rule("t.broken", "坏的", severity="mid", why="x", fix="y", cause="z")
    def rule(look):
        if error:
            raise error[0]
        return []

    with caplog.at_level(logging.ERROR, "jiuzhi.rules"):
        for n in range(3):
            standing.look_at(county, NOON + n * MINUTE)
        assert caplog.text.count("Traceback") == 1
        (one,) = faults.listed(county)
        assert (one.rule, one.times, one.since, one.last) == ("t.broken", 3, NOON, NOON + 2 * MINUTE)
        assert one.error.startswith("ValueError: 一（rule 第")
        error[0] = ValueError("二")
        standing.look_at(county, NOON + 3 * MINUTE)
        assert caplog.text.count("Traceback") == 2
        assert [f.times for f in standing.faults(county)] == [1]
        error.clear()
        standing.look_at(county, NOON + 4 * MINUTE)
    assert faults.listed(county) == []


def test_a_watching_rule_s_fault_is_its_own(county, caplog):  # noqa: F811
    broken = [True]
    too_much("t.a", fire=1, stations=_unless(broken))
    too_much("t.b", fire=1)
    for n in range(3):
        arrive(25, start=NOON + n * MINUTE)
        watch(5 + n)
    assert caplog.text.count("Traceback") == 1
    assert [f.rule for f in faults.listed(county)] == ["t.a"]
    broken.clear()
    standing.look_at(county, NOON + 10 * MINUTE)
    assert faults.listed(county) == []


# --- limits told once a minute ---


def test_limits_are_told_anew_when_a_record_changed_or_a_minute_has_passed(county):  # noqa: F811
    told = []

    @declare.watch(
        "t.a", "超标", severity="mid", why="x", fix="y", cause="z", params={"most": (20, "上限", "mg/L")}
    )
    def rule(look):
        told.append(look.now)
        yield Threshold("S1", "COD", "minute", [(look.param("most"), 0)], "S1")

    def limit(seconds):
        look = Look(county, NOON + timedelta(seconds=seconds))
        return expand.expanded(look).series["S1", "COD", "minute"][0].limits[0][0]

    assert [limit(0), limit(1), limit(59)] == [20_000_000] * 3
    assert len(told) == 1
    records.save(RuleSetting(org=county, rule="t.a", params={"most": "50"}, why="本县"), SYSTEM)
    assert limit(59) == 50_000_000
    limit(59 + 60)
    assert len(told) == 3
    limit(0)  # an earlier moment is another one
    assert len(told) == 4


# --- a lost memory ---


def forget_all():
    for name in ("rules.sqlite3", "rules.sqlite3-wal", "rules.sqlite3-shm"):
        (django_settings.HOME / name).unlink(missing_ok=True)


def test_after_the_loss_of_the_memory_what_is_open_goes_on(county):  # noqa: F811
    found = {"record:x:1": Decimal(4), "record:x:2": Decimal(4)}
    standing_rule(found, fire=2, clear=2, every="minute")
    too_much(fire=2)
    arrive(25, 25)
    watch()
    for n in range(2):
        standing.look_at(county, NOON + n * MINUTE)
    assert Episode.objects.filter(cleared_at=None).count() == 3
    forget_all()
    del found["record:x:2"]
    for n in range(2, 4):
        assert standing.look_at(county, NOON + n * MINUTE) == 0
    assert {e.subject: e.on for e in Episode.objects.filter(rule="t.state")} == {
        "record:x:1": True,
        "record:x:2": False,
    }
    watching.watch_new(NOON + 5 * MINUTE)  # what came before the loss is not live any more
    arrive(30, 19, 19, 19, start=NOON + 6 * MINUTE)
    assert watching.watch_new(NOON + 10 * MINUTE) == 0
    alarm = Episode.objects.get(rule="t.cod")
    assert (alarm.worst, alarm.cleared_at) == (30, NOON + 9 * MINUTE)


# --- two steps at once ---


def test_two_steps_due_at_once_tell_both(county, land, person):  # noqa: F811
    unit = next(o for o in land.values() if o.parent_id == county.pk)
    nearer, county_leader = person("leader", unit.code), person("leader", "500229")
    found = {"record:x:1": Decimal(4)}

    @declare.rule("t.unit", "逾期", severity="high", why="x", fix="y", cause="z", every="day")
    def rule(look):
        return [Finding(s, s, org=unit) for s in found]

    standing.look_at(county, NOON)
    Message.objects.all().delete()
    assert telling.escalate(Look(county, NOON + 2 * DAY)) == 1
    assert Message.objects.filter(user=nearer).count() == 1
    assert Message.objects.filter(user=county_leader).exists()
    alarm = Episode.objects.get()
    assert alarm.escalated == 2
    assert [e.text for e in alarm.events.filter(kind="escalated")] == [
        "未确认，提级至单位负责人",
        "未确认，提级至县级领导",
    ]
    assert telling.escalate(Look(county, NOON + 3 * DAY)) == 0


def test_an_alarm_acknowledged_meanwhile_is_not_taken_up(county):  # noqa: F811
    standing_rule({"record:x:1": Decimal(4)})
    standing.look_at(county, NOON)
    read_before = Episode.objects.get()
    Episode.objects.update(acked_at=NOON)
    telling._one_up(Look(county, NOON + DAY), read_before, 1)
    assert (Episode.objects.get().acked_at, Episode.objects.get().escalated) == (NOON, 0)


def test_one_limit_that_cannot_be_held_leaves_the_others_watched(county):  # noqa: F811
    @declare.watch("t.a", "超标", severity="mid", why="x", fix="y", cause="z")
    def rule(look):
        for station, limit in (("S1", "20"), ("S2", "0.0000001"), ("S1", "30")):
            yield Threshold(station, "COD", "minute", [(Decimal(limit), 0)], station)

    arrive(25)
    assert watch() == 1
    assert [f.rule for f in faults.listed(county)] == ["t.a"]


def test_the_worst_value_keeps_an_acknowledgement_made_meanwhile(county, monkeypatch):  # noqa: F811
    too_much(fire=1)
    arrive(25)
    watch()
    alarm = Episode.objects.get()
    six = upkeep.episodes.six

    def meanwhile(value):
        Episode.objects.update(acked_at=NOON)
        return six(value)

    monkeypatch.setattr(upkeep.episodes, "six", meanwhile)
    look = Look(county, NOON + MINUTE)
    upkeep.worsened(look, {(alarm.rule, alarm.subject, alarm.fired_at): (Decimal(99), False)})
    assert (Episode.objects.get().worst, Episode.objects.get().acked_at) == (99, NOON)


def test_a_number_beyond_all_bounds_is_refused_in_words(county):  # noqa: F811
    with pytest.raises(ValidationError, match="要是 0 到 1000000000 的数字"):
        RuleSetting(org=county, rule="t.a", params={"most": "1e30"}, why="x").clean()


# --- one event, or two ---


def test_two_records_of_one_unit_are_two_events_each_told(county, person):  # noqa: F811
    person("monitoring", "500229")
    found = {"record:x:1": Decimal(4)}
    standing_rule(found, opens="rectification")
    standing.look_at(county, NOON)
    found["record:x:2"] = Decimal(4)
    standing.look_at(county, NOON + DAY)
    assert Message.objects.filter(topic="alert").count() == 2
    assert len({e.case_id for e in Episode.objects.all()}) == 2
