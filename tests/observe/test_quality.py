"""Quality flags over the lake, decisions of people, data capture."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest
from django.core.exceptions import ValidationError

from jiuzhi.core.models import AuditEntry
from jiuzhi.core.records import SYSTEM
from jiuzhi.engine.observe import assessed, delta, lake, quality
from jiuzhi.engine.observe.decoding import plain
from jiuzhi.engine.observe.drain import drain
from jiuzhi.engine.observe.models import Overrule
from jiuzhi.engine.observe.properties import EVERY, PROPERTIES
from jiuzhi.engine.observe.quality import declare
from jiuzhi.engine.observe.quality.capture import capture
from jiuzhi.engine.observe.quality.overrule import overrule, settle, undo
from tests.observe.messages import START, hours, run, sample, take, wave

DAY = date(2026, 10, 14)


def hits(month="2026-10", **equals):
    """{(property, hour of the local day): checks} of the rows of one month."""
    return {
        (row["property"], (row["time"] - START) // timedelta(hours=1)): row["checks"]
        for row in quality.read(month).to_pylist()
        if all(row[name] == value for name, value in equals.items())
    }


def checked(*messages):
    take(*messages)
    quality.refresh()
    return hits()


def test_an_empty_lake_has_no_flags(db):
    assert quality.refresh() == {}
    assert quality.read().num_rows == 0


def test_good_values_leave_no_row(stations):
    assert checked(run(wave())) == {}
    assert quality.refresh() == {}  # nothing changed: nothing done


@pytest.mark.parametrize(
    ("values", "more", "found"),
    [
        ([*wave(6), 480, *wave(6)], {}, {("PM2.5", 6): "spike"}),
        ([*wave(4), 700, *wave(4)], {}, {("PM2.5", 4): "range,spike"}),
        ([*wave(4), 390, 400, 398, *wave(4)], {}, {("PM2.5", 4): "rate", ("PM2.5", 7): "rate"}),
        ([*wave(3), *[17] * 13, *wave(3)], {}, {("PM2.5", n): "flat" for n in range(3, 16)}),
        ([0.03] * 14, {}, {("PM2.5", n): "flat,unit" for n in range(14)}),
        ([30, None, 32], {}, {("PM2.5", 1): ""}),
        ([30, 31, 32], {"qualifier": "D"}, {("PM2.5", n): "mark" for n in range(3)}),
        ([30, 31, 32], {"qualifier": "S"}, {("PM2.5", n): "mark" for n in range(3)}),
        ([30, 31, 32], {"qualifier": "N"}, {}),
        ([30, 31, 32], {"flag": 2}, {("PM2.5", n): "source" for n in range(3)}),
        ([0] * 40, {"prop": "rain"}, {}),
        ([0] * 40, {"prop": "wind_speed"}, {}),
        ([7.1] * 20, {"prop": "pH", "kind": "4h", "step": 14400}, {("pH", 4 * n): "flat" for n in range(20)}),
        (["0.025L"] * 40, {"prop": "NH3N", "kind": "4h", "step": 14400}, {}),
        ([0.5] * 169, {"prop": "Cu"}, {("Cu", n): "flat" for n in range(169)}),
        ([0] * 169, {"prop": "flow"}, {}),
        ([0.01, "0.025L", 0.03], {"prop": "NH3N", "kind": "sample", "step": 86400}, {("NH3N", 0): "detection"}),
        ([30, 31], {"start": START + timedelta(minutes=7)}, {("PM2.5", 0): "clock", ("PM2.5", 1): "clock"}),
        ([30, 31, 90, 31], {"kind": "hour.max"}, {}),
        ([30, 1900, 30], {"kind": "hour.max"}, {("PM2.5", 1): "range"}),
        ([99999, 99999], {"kind": "hour.cou"}, {}),
    ],
)  # fmt: skip
def test_what_each_check_finds(stations, values, more, found):
    assert checked(run(values, **more)) == found


def test_a_bad_value_is_not_held_against_its_neighbours(stations):
    # Calibration gas at 900 in the middle: only it is named, no spike or jump beside it.
    messages = run(wave())
    messages[10] = messages[10]._replace(value=Decimal(900), qualifier="C")
    assert checked(messages) == {("PM2.5", 10): "mark,range"}


def test_after_a_long_gap_the_first_value_is_looked_at(stations):
    assert checked(run(wave(6)), run(wave(6), start=START + timedelta(hours=12))) == {("PM2.5", 12): "gap"}


def test_parts_above_their_whole_flag_both(stations):
    found = checked(run(wave(4), "PM10"), run([20, 60, 20, None], "PM2.5"))
    assert found == {("PM10", 1): "parts", ("PM2.5", 1): "parts", ("PM2.5", 3): ""}
    day = datetime(2026, 10, 14, 2, tzinfo=UTC)
    take(sample("500229-W01", day, COD="12", CODMn="20", TN="1.5", NH3N="0.4"))
    quality.refresh()
    assert set(hits(station="500229-W01")) == {("COD", 10), ("CODMn", 10)}


def test_a_station_that_leaves_the_others_is_drifting(stations):
    start = datetime(2026, 9, 30, 16, tzinfo=UTC)
    n = 480
    for station in ("A1", "A2", "A3"):
        level = [k * 0.15 if station == "A3" else 0 for k in range(n)]
        plain.put(run([Decimal(str(round(v + up, 1))) for v, up in zip(wave(n), level, strict=True)],
                      station=station, start=start))  # fmt: skip
    drain()
    quality.refresh()
    drifting = [r for r in quality.read("2026-10", ["A1", "A2", "A3"]).to_pylist() if "drift" in r["checks"]]
    assert {r["station"] for r in drifting} == {"A3"}
    assert min(r["day"] for r in drifting) > date(2026, 10, 8)


def test_a_data_time_after_its_receipt_is_a_fast_clock(stations):
    row = {
        "station": "A1", "property": "PM2.5", "kind": "instant", "time": START + timedelta(minutes=17), "day": DAY, "value": Decimal(30),
        "unit": "µg/m³", "qualifier": "", "raw": "30", "flag": 0, "batch": "b", "synthetic": False, "month": "2026-10",
    }  # fmt: skip
    for n, late in enumerate((11, -3)):  # minutes
        received = row["time"] - timedelta(minutes=late)
        table = pa.Table.from_pylist(
            [row | {"received": received, "revision": 1, "station": f"A{n + 1}"}], schema=lake.SCHEMA
        )
        lake.take_in(table, app="test", version=n + 1)
    quality.refresh()
    assert [(r["station"], r["checks"]) for r in quality.read().to_pylist()] == [("A1", "clock")]


def test_what_instruments_send_under_their_own_code_is_checked_too(stations):
    own = sorted(set(EVERY) - set(PROPERTIES))[0]
    assert checked(run([12.5] * 80, own)) == {(own, n): "flat" for n in range(80)}
    assert capture(["A1"], "2026-10", DAY, properties=[own])[-1].received == 24


def test_many_values_for_one_time_are_a_stopped_clock(stations):
    for n in range(declare.RESENT + 1):
        take(run([20 + n]))
    quality.refresh()
    assert hits() == {("PM2.5", 0): "clock"}


def test_only_what_changed_is_looked_at_again(stations):
    take(run(wave(24 * 3), start=datetime(2026, 8, 10, tzinfo=UTC)), run(wave(24 * 3)))
    assert set(quality.refresh()) == {"2026-08", "2026-10"}
    take(run([900], start=START + timedelta(hours=80)))
    assert set(quality.refresh()) == {"2026-10"}
    # A value beside the end of a month is compared with those beyond it.
    take(run([30], start=datetime(2026, 9, 30, 17, tzinfo=UTC)))
    assert set(quality.refresh()) == {"2026-10"}
    take(run([30], start=datetime(2026, 9, 30, 15, tzinfo=UTC)))
    assert set(quality.refresh()) == {"2026-09", "2026-10"}
    assert quality.refresh(["2026-08"]) == {"2026-08": 0}


def test_a_flat_line_across_the_end_of_a_month_is_seen(stations):
    take(run([17] * 14, start=datetime(2026, 9, 30, 12, tzinfo=UTC)))  # four hours before midnight
    quality.refresh()
    assert quality.read("2026-09").num_rows == 4
    assert quality.read("2026-10").num_rows == 10


def test_the_observations_stay_as_they_came(stations):
    take(run([*wave(6), 480, *wave(6)]))
    before = lake.current().to_pylist()
    quality.refresh()
    assert lake.current().to_pylist() == before


# --- decisions of people ---


def ruled(station="A1", prop="PM2.5"):
    found = sorted(lake.current(station, prop).to_pylist(), key=lambda r: r["time"])
    return [(str(row["value"].normalize()), row["flag"], row["revision"]) for row in found]


def test_one_value_is_ruled_out_and_taken_back(stations):
    take(run([30, 480, 31]))
    made = overrule(
        stations["A1"], "PM2.5", START + timedelta(hours=1), "invalid", " 仪器校准 ", SYSTEM, kind="hour"
    )
    assert (made.values, made.why) == (1, "仪器校准")
    assert ruled() == [("3E+1", 0, 1), ("4.8E+2", 4, 2), ("31", 0, 1)]
    quality.refresh()
    row = quality.read("2026-10").to_pylist()[0]
    assert (row["flag"], row["verdict"], row["used"], row["revision"]) == (4, "invalid", False, 2)
    assert row["checks"] == ""  # it was a person, not the source
    undo(made, "误判", SYSTEM)
    assert ruled()[1] == ("4.8E+2", 0, 3)
    made.refresh_from_db()
    assert (made.undone_values, made.undone_why) == (1, "误判")
    with pytest.raises(ValidationError, match="已经撤销"):
        undo(made, "又", SYSTEM)
    # Every step left its trace.
    entries = AuditEntry.objects.filter(model="observe.Overrule")
    assert [e.why for e in entries] == ["写入观测库", "误判", "写入观测库", "仪器校准"]


def test_a_value_is_ruled_in(stations):
    take(run([30, 480, 31], flag=2))
    overrule(stations["A1"], "PM2.5", START + timedelta(hours=1), "valid", "沙尘过境，属实", SYSTEM)
    assert [flag for _, flag, _ in ruled()] == [2, 1, 2]
    quality.refresh()
    found = {
        (r["time"] - START) // timedelta(hours=1): (r["flag"], r["verdict"])
        for r in quality.read().to_pylist()
    }
    assert found == {0: (4, ""), 1: (1, "valid"), 2: (4, "")}


def test_a_whole_span_of_every_property(stations):
    take(hours(DAY))
    made = overrule(
        stations["A1"], "", START + timedelta(hours=8), "invalid", "断电检修", SYSTEM, end=START + timedelta(hours=12)
    )  # fmt: skip
    assert made.values == 4 * 6
    assert [flag for _, flag, _ in ruled()] == [0] * 8 + [4] * 4 + [0] * 12
    undo(made, "时段写错", SYSTEM)
    assert [flag for _, flag, _ in ruled()] == [0] * 24


def test_the_assessment_follows_a_decision(stations):
    take(hours(DAY))
    assessed.refresh(DAY)
    assert assessed.rows("air_day", station="A1")[0]["hours_PM2.5"] == 24
    made = overrule(stations["A1"], "PM2.5", START, "invalid", "校准", SYSTEM, end=START + timedelta(hours=6))
    assessed.refresh(DAY)
    assert assessed.rows("air_day", station="A1")[0]["hours_PM2.5"] == 18
    undo(made, "误判", SYSTEM)
    assessed.refresh(DAY)
    assert assessed.rows("air_day", station="A1")[0]["hours_PM2.5"] == 24


def test_a_decision_outlives_the_same_value_but_not_another_one(stations):
    take(run([30]))
    overrule(stations["A1"], "PM2.5", START, "invalid", "校准", SYSTEM)
    take(run([30]))  # 补传
    assert ruled() == [("3E+1", 4, 2)]
    take(run([33]))
    assert ruled() == [("33", 0, 3)]
    made = overrule(stations["A1"], "PM2.5", START, "invalid", "仍在校准", SYSTEM)
    take(run([35]))
    undo(made, "校准已结束", SYSTEM)  # what came since stays as it came
    assert ruled() == [("35", 0, 5)]


def test_the_newer_decision_stands_and_undoing_it_shows_what_the_instrument_sent(stations):
    take(run([30], flag=1))
    first = overrule(stations["A1"], "PM2.5", START, "invalid", "疑似", SYSTEM)
    second = overrule(stations["A1"], "PM2.5", START, "valid", "已核实", SYSTEM)
    undo(first, "由后一次代替", SYSTEM)
    assert ruled() == [("3E+1", 1, 3)]
    undo(second, "再核", SYSTEM)
    assert ruled() == [("3E+1", 1, 4)]
    assert quality.refresh()
    assert quality.read().num_rows == 0


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"why": " "}, "原因"),
        ({"verdict": "maybe"}, "有效或无效"),
        ({"property": "没有"}, "没有项目"),
        ({"start": START + timedelta(days=300)}, "没有可判定的数据"),
        ({"end": START - timedelta(hours=1)}, "止要晚于起"),
        ({"end": START + timedelta(days=100)}, "92"),
        ({"revision": 7}, "新的修订"),
    ],
)
def test_a_decision_that_cannot_stand_is_refused_and_leaves_nothing(stations, changed, said):
    take(run([30]))
    asked = {
        "property": "PM2.5",
        "start": START,
        "verdict": "invalid",
        "why": "校准",
        "actor": SYSTEM,
    } | changed
    with pytest.raises(ValidationError, match=said):
        overrule(stations["A1"], **asked)
    assert not Overrule.objects.exists()
    assert ruled() == [("3E+1", 0, 1)]


def test_a_decision_held_up_by_a_crash_is_settled_later_and_once(stations, monkeypatch):
    take(run([30]))
    with monkeypatch.context() as patch:

        def dies(*args, **kwargs):
            raise lake.LakeBusy("忙")

        patch.setattr(lake, "take_in", dies)
        with pytest.raises(lake.LakeBusy):
            overrule(stations["A1"], "PM2.5", START, "invalid", "校准", SYSTEM)
    made = Overrule.objects.get()
    assert made.values is None
    assert settle() == 1
    assert ruled() == [("3E+1", 4, 2)]
    # Killed between the lake and the record: the lake knows it has it.
    Overrule.objects.filter(pk=made.pk).update(values=None)
    assert settle() == 1
    made.refresh_from_db()
    assert (made.values, ruled()) == (1, [("3E+1", 4, 2)])
    assert settle() == 0


def test_every_declaration_is_about_a_known_property():
    named = set(declare.CHECKS) | {p for w in declare.WHOLES for p in (w.whole, *w.parts)} | declare.DERIVED
    assert named <= set(PROPERTIES)
    for code, checks in declare.CHECKS.items():
        low, high = checks.usual or (PROPERTIES[code].low, PROPERTIES[code].high)
        assert PROPERTIES[code].low <= low < high <= PROPERTIES[code].high, code


def test_the_table_takes_a_partition_per_month(stations):
    checked(run([900]))
    assert {file["partition.month"] for file in delta.files(quality.NAME)} == {"2026-10"}


def test_rows_without_batch_or_qualifier_are_like_any_other(stations):
    take(run([30, 31], flag=2))
    bare = lake.current().to_pylist()
    lake.append(
        lake.SCHEMA.empty_table().from_pylist(
            [row | {"batch": None, "qualifier": None, "station": "A2", "flag": 2} for row in bare], schema=lake.SCHEMA
        ),
        app="bare", version=1,
    )  # fmt: skip
    quality.refresh()
    assert hits(station="A2") == {("PM2.5", 0): "source", ("PM2.5", 1): "source"}
    assert {row["verdict"] for row in quality.read().to_pylist()} == {""}
