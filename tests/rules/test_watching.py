"""Values as they arrive: one alarm, once; late and revised values open nothing; an event is told once."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest

from jiuzhi.core import records
from jiuzhi.core.local import LOCAL
from jiuzhi.core.records import SYSTEM, Actor
from jiuzhi.engine.cases.models import Case
from jiuzhi.engine.notify.models import Message
from jiuzhi.engine.observe import lake
from jiuzhi.engine.rules import declare, episodes, standing, telling, watching
from jiuzhi.engine.rules.declare import Finding, Threshold
from jiuzhi.engine.rules.look import Look
from jiuzhi.engine.rules.models import AfterTheFact, Episode, RuleSetting
from jiuzhi.master.models import Station

NOON = datetime(2026, 11, 20, 12, tzinfo=LOCAL)
MINUTE = timedelta(minutes=1)
_n = iter(range(1, 10_000))


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """No rules but those a test declares."""
    monkeypatch.setattr(declare, "RULES", rules := {})
    monkeypatch.setattr(standing, "RULES", rules)
    from jiuzhi.engine.rules import models

    monkeypatch.setattr(models, "RULES", rules)
    return rules


@pytest.fixture
def county(land):
    for code in ("S1", "S2"):
        Station.objects.create(
            code=code, name=code, kind="river", level="county", county=land["500229"], lon=108, lat=31
        )
    watching.watch_new(NOON)  # from here on values are live
    return land["500229"]


def too_much(code="t.cod", stations=("S1",), limits=((Decimal(20), 0),), **more):
    options = {
        "severity": "high",
        "why": "超标",
        "fix": "核查",
        "cause": "水质",
        "fire": 2,
        "clear": 3,
        "basis": "表1",
    } | more

    @declare.watch(code, "化学需氧量超标", **options)
    def rule(look):
        for station in stations:
            yield Threshold(station, "COD", "minute", list(limits), f"{station} COD", "mg/L")

    return rule


def arrive(*values, station="S1", start=NOON, flag=0, received=None, item="COD", kind="minute"):
    """Values a minute apart, taken in as they came."""
    rows = []
    for n, value in enumerate(values):
        at = (start + n * MINUTE).astimezone(UTC)
        rows.append({
            "station": station, "property": item, "kind": kind, "time": at, "value": Decimal(str(value)), "unit": "mg/L",
            "qualifier": "", "raw": str(value), "flag": flag, "synthetic": False, "batch": f"b{next(_n)}",
            "received": received or at + MINUTE, "day": (start + n * MINUTE).date(), "month": f"{start:%Y-%m}",
        })  # fmt: skip
    table = pa.Table.from_pylist(
        rows, schema=pa.schema([lake.SCHEMA.field(n) for n in (*lake.GIVEN, "received")])
    )
    with lake.writing():
        lake.take_in(table, app="test", version=next(_n))


def watch(minutes=5):
    return watching.watch_new(NOON + minutes * MINUTE)


def test_a_value_beyond_its_limit_is_one_alarm_from_the_second_on(county):
    too_much()
    arrive(19, 25, 26, 30)
    assert watch() == 1
    found = Episode.objects.get()
    assert (found.value, found.limit, found.on) == (26, 20, True)
    assert found.since == NOON + MINUTE
    assert watch() == 0
    assert Episode.objects.count() == 1


def test_it_clears_after_three_good_ones(county):
    too_much()
    arrive(25, 25)
    watch()
    arrive(20, 20, 20, start=NOON + 2 * MINUTE)  # a value equal to the limit meets it
    watch()
    found = Episode.objects.get()
    assert found.cleared_at == NOON + 4 * MINUTE
    assert [e.kind for e in found.events.all()] == ["fired", "cleared"]


def test_an_hour_of_flapping_is_one_episode(county):
    too_much(fire=1)
    for minute in range(0, 60, 2):
        arrive(25, 19, start=NOON + minute * MINUTE)
        watching.watch_new(NOON + (minute + 3) * MINUTE)
    assert Episode.objects.count() == 1
    assert Episode.objects.get().on


def test_a_batch_judged_twice_gives_one_episode(county, monkeypatch):
    """Stopped after the episode was written and before it was remembered."""
    too_much()
    arrive(25, 26)
    with monkeypatch.context() as patch:
        patch.setattr(watching.memory, "write", lambda *a: (_ for _ in ()).throw(RuntimeError("cut")))
        with pytest.raises(RuntimeError):
            watch()
    watch()
    assert Episode.objects.count() == 1
    assert Episode.objects.get().events.count() == 1


def test_a_late_value_opens_nothing_and_waits_for_a_person(county):
    too_much(fire=1)
    arrive(25, received=NOON.astimezone(UTC) + timedelta(hours=5))
    assert watch() == 0
    assert not Episode.objects.exists()
    kept = AfterTheFact.objects.get()
    assert (kept.bad, kept.episode) == (True, None)
    assert "迟到" in kept.text


def test_a_revised_value_changes_no_alarm_but_is_told(county):
    too_much(fire=1)
    arrive(25)
    watch()
    arrive(18)
    assert watch() == 0
    kept = AfterTheFact.objects.get()
    assert (kept.bad, kept.revision) == (False, 2)
    assert kept.episode == Episode.objects.get()
    assert Episode.objects.get().on
    watch()
    assert AfterTheFact.objects.count() == 1


def test_a_value_marked_unusable_is_neither_good_nor_bad(county):
    too_much(fire=1)
    arrive(25, flag=3)
    assert watch() == 0
    assert not AfterTheFact.objects.exists()


def test_levels_rise(county):
    too_much(fire=1, limits=((Decimal(20), 2), (Decimal(40), 3), (Decimal(60), 4)))
    arrive(25, 45, 30, 61)
    watch()
    found = Episode.objects.get()
    assert (found.level_word, found.worst) == ("红", 61)
    assert [e.kind for e in found.events.all()] == ["fired", "level", "level"]


def test_a_county_tunes_and_switches_off(county):
    @declare.watch(
        "t.tuned", "可调", severity="mid", why="x", fix="y", cause="z", params={"most": (20, "上限", "mg/L")}
    )
    def rule(look):
        yield Threshold("S1", "COD", "minute", [(look.param("most"), 0)], "S1")

    records.save(RuleSetting(org=county, rule="t.tuned", params={"most": "50"}, why="本县"), SYSTEM)
    arrive(45)
    assert watch() == 0
    own = RuleSetting.objects.get()
    own.active = False
    records.save(own, SYSTEM)
    arrive(99, start=NOON + MINUTE)
    assert watch() == 0


def test_a_rule_that_cannot_be_told_does_not_silence_the_others(county, caplog):
    @declare.watch("t.broken", "坏的", severity="mid", why="x", fix="y", cause="z")
    def broken(look):
        raise ZeroDivisionError

    too_much(fire=1)
    arrive(25)
    assert watch() == 1
    assert "t.broken" in caplog.text


def test_alarms_of_one_place_and_cause_are_told_once(county, person):
    person("monitoring", "500229")
    too_much("t.a", fire=1)
    too_much("t.b", fire=1)
    arrive(25)
    assert watch() == 2
    assert Message.objects.count() == 1


def test_a_storm_is_told_in_one_sentence(county, person, land):
    person("monitoring", "500229")
    places = [f"P{n}" for n in range(8)]
    for code in places:
        Station.objects.create(code=code, name=code, kind="river", level="county", county=county)
    too_much(fire=1, stations=places)
    for code in places:
        arrive(25, station=code)
    assert watch() == 8
    assert Message.objects.get().title == "【重要】化学需氧量超标 8 处"
    assert Message.objects.get().link == "alerts:500229:t.cod"


def test_at_night_nobody_is_woken_unless_it_is_urgent(county, person):
    person("monitoring", "500229")
    too_much("t.calm", fire=1, quiet="10-14")
    arrive(25)
    assert watch() == 1
    assert not Message.objects.exists()
    too_much("t.urgent", fire=1, quiet="10-14", severity="critical")
    arrive(25, start=NOON + MINUTE)
    watch()
    assert Message.objects.get().severity == "critical"


def test_it_goes_up_when_nobody_answers(county, person):
    leader = person("leader", "500229")
    too_much(fire=1)
    arrive(25)
    watch()
    found = Episode.objects.get()
    assert telling.escalate(Look(county, found.noticed_at + timedelta(hours=3))) == 0
    assert telling.escalate(Look(county, found.noticed_at + timedelta(hours=4))) == 1
    assert telling.escalate(Look(county, found.noticed_at + timedelta(hours=5))) == 0
    assert Message.objects.filter(user=leader).count() == 1
    found.refresh_from_db()
    episodes.acknowledge(found, "在查", Actor(person("monitoring", "500229")), at=NOON + timedelta(hours=6))
    assert telling.escalate(Look(county, found.noticed_at + timedelta(hours=48))) == 0


def test_it_opens_a_case_once_and_the_case_knows_its_alarm(county, person):
    too_much("t.a", fire=1, opens="rectification")
    too_much("t.b", fire=1, opens="rectification")
    arrive(25)
    watch()
    case = Case.objects.get()
    assert case.episodes.count() == 2
    assert "触发值 25 mg/L，限值 20 mg/L" in case.detail


def test_what_comes_back_after_its_case_was_closed_has_a_new_case(county, person):
    too_much(fire=1, clear=1, opens="rectification")
    arrive(25)
    watch()
    first = Case.objects.get()
    first.closed_at, first.stage = NOON + MINUTE, "销号"
    first.save()
    arrive(19, 26, start=NOON + MINUTE)
    watch(5)
    assert Episode.objects.get().times == 2
    assert Episode.objects.get().case != first
    assert Case.objects.filter(closed_at=None).count() == 1


# --- rules that look at how things stand ---


@pytest.fixture
def wrong(alone):
    """What is wrong now, as a set the test changes."""
    found = set()

    @declare.rule(
        "t.state", "缺货", severity="mid", why="x", fix="y", cause="物资", every="day", rejoin=timedelta(0)
    )
    def rule(look):
        return [Finding(f"record:x:{n}", f"第 {n} 件") for n in found]

    return found


def test_what_is_no_longer_wrong_clears(county, wrong):
    wrong.update({1, 2})
    assert standing.look_at(county, NOON) == 2
    wrong.discard(1)
    standing.look_at(county, NOON + timedelta(days=1))
    assert {e.name for e in Episode.objects.filter(cleared_at=None)} == {"第 2 件"}
    wrong.add(1)
    assert standing.look_at(county, NOON + timedelta(days=2)) == 1
    assert Episode.objects.filter(subject="record:x:1").count() == 2  # the next episode


def test_a_daily_rule_is_looked_at_once_a_day(county, wrong):
    assert standing.look_at(county, NOON) == 0
    wrong.add(1)
    assert standing.look_at(county, NOON + timedelta(hours=3)) == 0
    assert standing.look_at(county, NOON + timedelta(hours=3), force=True) == 1
    assert standing.look_at(county, NOON + timedelta(days=1)) == 0


def test_replayed_in_bulk_it_comes_to_the_same(county):
    too_much(fire=2)
    arrive(25, 26, 19, 19, 19, 30, 31)
    watch(9)
    found = watching.replay(Look(county, NOON), NOON, NOON + timedelta(hours=1))
    assert [(e.kind, e.at) for e in found["t.cod", "series:S1:COD:minute"]] == [
        ("fired", NOON + MINUTE), ("cleared", NOON + 4 * MINUTE), ("rejoined", NOON + 6 * MINUTE),
    ]  # fmt: skip
    assert Episode.objects.get().times == 2


def test_what_was_written_but_not_told_is_told_by_the_next_look(county, person, monkeypatch):
    person("monitoring", "500229")
    too_much(fire=1, opens="rectification")
    arrive(25)
    with monkeypatch.context() as patch:
        patch.setattr(telling, "tell", lambda *a: (_ for _ in ()).throw(RuntimeError("cut")))
        with pytest.raises(RuntimeError):
            watch()
    watch()
    watch()
    assert Message.objects.filter(topic="alert").count() == 1
    assert Case.objects.count() == 1


def test_both_ends_of_a_range_are_watched(county):
    @declare.watch("t.ph", "酸碱度", severity="mid", why="x", fix="y", cause="z", basis="b")
    def rule(look):
        yield Threshold("S1", "pH", "minute", [(Decimal(9), 0)], "S1 pH")
        yield Threshold("S1", "pH", "minute", [(Decimal(6), 0)], "S1 pH", below=True)

    arrive(5, item="pH")
    assert watch() == 1
    arrive(7, 10, item="pH", start=NOON + MINUTE)
    assert watch() == 1


def test_what_began_at_night_is_told_in_the_morning(county, person):
    person("monitoring", "500229")
    too_much(fire=1, quiet="10-14")
    arrive(25)
    watch()
    for hours in (1, 3, 4):
        telling.after_quiet_hours(Look(county, NOON + timedelta(hours=hours)))
        assert Message.objects.count() == (hours > 2)


def test_a_rule_switched_off_clears_what_was_on(county, wrong):
    wrong.add(1)
    standing.look_at(county, NOON)
    records.save(RuleSetting(org=county, rule="t.state", active=False, why="不适用"), SYSTEM)
    standing.look_at(county, NOON + timedelta(days=1))
    assert not Episode.objects.get().on


@pytest.mark.parametrize("number", ["nan", "inf", "0.0000001", "很多", "1e12"])
def test_a_number_that_is_none_does_not_reach_a_rule(county, number):
    from django.core.exceptions import ValidationError

    @declare.watch(
        "t.tuned", "可调", severity="mid", why="x", fix="y", cause="z", params={"most": (20, "上限", "mg/L")}
    )
    def rule(look):
        return []

    with pytest.raises(ValidationError, match="数字"):
        records.save(RuleSetting(org=county, rule="t.tuned", params={"most": number}, why="x"), SYSTEM)
