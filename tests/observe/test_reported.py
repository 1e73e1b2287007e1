"""What stations report now, and one property over time."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from jiuzhi.engine.observe import lake, reported
from tests.observe.messages import report

NOW = datetime(2024, 11, 25, 2, 0, tzinfo=UTC)  # 10:00 in China
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def newest(item="COD", station="O1", now=NOW):
    return reported.latest([station], now).get(station, {}).get(item)


def test_the_newest_value_of_every_property():
    report("O1", "COD", "hour", (NOW - HOUR, "30"), (NOW - 2 * HOUR, "40"))
    report("O1", "NH3N", "minute", (NOW - 10 * MINUTE, "1.5"))
    report("O2", "COD", "hour", (NOW - 3 * HOUR, "9"))
    found = reported.latest(["O1", "O3"], NOW)
    assert set(found) == {"O1"}
    assert {item: one.value for item, one in found["O1"].items()} == {"COD": 30, "NH3N": Decimal("1.5")}


def test_of_one_moment_the_finer_kind_is_newer_and_side_values_are_none():
    report("O1", "COD", "hour", (NOW, "1"))
    report("O1", "COD", "instant", (NOW, "2"))
    report("O1", "COD", "minute", (NOW, "3"))
    report("O1", "COD", "hour.max", (NOW + MINUTE, "99"))
    assert newest().kind == "instant"


def test_what_comes_later_is_merged_without_reading_the_lake_again(monkeypatch):
    report("O1", "COD", "minute", (NOW - 20 * MINUTE, "30"))
    report("O2", "COD", "minute", (NOW - 20 * MINUTE, "5"))
    assert newest().value == 30
    first, of_other = reported.changed("O1", NOW)[1], reported.changed("O2", NOW)[1]
    monkeypatch.setattr(lake, "select", lambda *a, **k: pytest.fail("read everything again"))
    report("O1", "COD", "minute", (NOW - 10 * MINUTE, "31"))
    assert newest().value == 31
    report("O1", "COD", "minute", (NOW - 10 * MINUTE, "32"))  # revised
    assert (newest().value, newest().revision) == (32, 2)
    report("O1", "COD", "minute", (NOW - 3 * HOUR, "7"))  # sent late: not the newest
    assert newest().value == 32
    assert reported.changed("O1", NOW)[1] > first
    assert reported.changed("O2", NOW)[1] == of_other


def test_after_the_lake_was_compacted_the_newest_is_the_same(monkeypatch):
    report("O1", "COD", "minute", (NOW - 20 * MINUTE, "30"))
    assert newest().value == 30
    report("O1", "COD", "minute", (NOW - 10 * MINUTE, "31"))
    lake.compact(everything=True)
    assert newest().value == 31


def test_what_is_older_than_the_window_or_from_the_future_is_not_now():
    report("O1", "COD", "hour", (NOW - 8 * DAY, "30"))
    report("O2", "COD", "instant", (NOW + 2 * DAY, "30"))
    assert reported.latest(["O1", "O2"], NOW) == {}


@pytest.mark.parametrize(
    ("kind", "before", "interval", "silent"),
    [
        ("instant", 29 * MINUTE, 0 * HOUR, False),
        ("instant", 31 * MINUTE, 0 * HOUR, True),
        ("instant", 31 * MINUTE, HOUR, False),  # its device reports once an hour
        ("minute", 61 * MINUTE, 0 * HOUR, True),
        ("hour", 179 * MINUTE, 0 * HOUR, False),  # an hour ends an hour after its time
        ("hour", 181 * MINUTE, 0 * HOUR, True),
        ("4h", 15 * HOUR, 0 * HOUR, False),
        ("4h", 17 * HOUR, 0 * HOUR, True),
        ("day", 2 * DAY, 0 * HOUR, False),
        ("sample", 6 * DAY, 0 * HOUR, False),
    ],
)
def test_when_a_station_should_have_reported_again(kind, before, interval, silent):
    report("O1", "COD", kind, (NOW - before, "1"))
    assert reported.silent(reported.latest(["O1"], NOW)["O1"].values(), NOW, interval) is silent


def test_a_station_without_values_is_silent():
    assert reported.silent([], NOW)


def test_a_line_as_observed_holds_what_cannot_be_used_and_non_detects():
    report("O1", "COD", "minute", (NOW - 3 * MINUTE, "30"))
    report("O1", "COD", "minute", (NOW - 2 * MINUTE, "88"), qualifier="D", flag=2)
    report("O1", "COD", "minute", (NOW - MINUTE, "4"), qualifier="<")
    report("O1", "COD", "minute", (NOW, None))
    found = reported.line("O1", "COD", "minute", NOW - HOUR, NOW + HOUR)
    assert (found.step, found.count, found.unit) == ("", 4, "mg/L")
    assert [(p.value, p.usable, p.qualifier) for p in found.points] == [
        (30, True, ""), (88, False, "D"), (4, True, "<"), (None, False, ""),
    ]  # fmt: skip


def test_the_span_is_half_open_and_cut_to_the_minute():
    report("O1", "COD", "minute", *((NOW + n * MINUTE, str(n)) for n in range(5)))
    found = reported.line("O1", "COD", "minute", NOW + MINUTE, NOW + 3 * MINUTE)
    assert [p.value for p in found.points] == [1, 2]
    assert reported.kinds("O1", "COD", NOW + MINUTE, NOW + 3 * MINUTE) == {"minute": (2, MINUTE)}


@pytest.mark.parametrize(
    ("item", "kind", "how", "value"),
    [
        ("COD", "minute", "mean", "2.5"),
        ("rain", "minute", "sum", "10"),
        ("wind_direction", "minute", "first", "1"),
        ("COD", "minute.max", "max", "4"),
        ("COD", "minute.min", "min", "1"),
        ("COD", "minute.zsmax", "max", "4"),
        ("rain", "instant", "max", "4"),
        ("COD", "minute.cou", "sum", "10"),
    ],
)
def test_too_many_values_are_joined_by_hour(monkeypatch, item, kind, how, value):
    monkeypatch.setattr(reported, "MOST", 3)
    start = NOW - HOUR
    report("O1", item, kind, *((start + n * MINUTE, str(n + 1)) for n in range(4)))
    report("O1", item, kind, (start + 5 * MINUTE, "500"), flag=2)
    found = reported.line("O1", item, kind, start, NOW)
    assert (found.step, found.how, found.count) == ("hour", how, 5)
    assert [(p.time, p.value, p.revision) for p in found.points] == [(start, Decimal(value), 0)]


def test_too_many_hours_are_joined_by_local_day_and_a_non_detect_counts_half(monkeypatch):
    monkeypatch.setattr(reported, "MOST", 3)
    midnight = datetime(2024, 11, 24, 16, tzinfo=UTC)
    report("O1", "COD", "hour", *((midnight + n * HOUR, "3") for n in (-2, -1, 0, 1)))
    report("O1", "COD", "hour", (midnight + 2 * HOUR, "3"), qualifier="<")
    found = reported.line("O1", "COD", "hour", midnight - DAY, midnight + DAY)
    assert found.step == "day"
    assert [(p.time, p.value) for p in found.points] == [(midnight - DAY, 3), (midnight, Decimal("2.5"))]


def test_kinds_finest_first_and_properties_of_a_year():
    report("O1", "COD", "day", (NOW - DAY, "1"))
    report("O1", "COD", "hour", (NOW - HOUR, "1"))
    report("O1", "COD", "hour.max", (NOW - HOUR, "1"))
    report("O1", "COD", "instant", (NOW, "1"))
    report("O1", "TP", "sample", (NOW - 300 * DAY, "0.1"))
    report("O1", "TN", "sample", (NOW - 900 * DAY, "0.1"))
    assert list(reported.kinds("O1", "COD", NOW - 2 * DAY, NOW + HOUR)) == [
        "instant",
        "hour",
        "hour.max",
        "day",
    ]
    assert reported.properties("O1", NOW) == ["COD", "TP"]
    report("O1", "pH", "instant", (NOW, "7"))
    assert "pH" in reported.properties("O1", NOW)


def test_every_revision_of_one_value():
    for value in ("1", "2", "3"):
        report("O1", "COD", "hour", (NOW, value))
    report("O1", "COD", "minute", (NOW, "9"))
    assert [row["value"] for row in reported.revisions("O1", "COD", "hour", NOW)] == [1, 2, 3]
    assert reported.revisions("O1", "COD", "hour", NOW + HOUR) == []


def test_words():
    assert [reported.kind_name(k) for k in ("instant", "hour.max", "hour.zs", "15min")] == [
        "实时",
        "小时最大",
        "小时折算",
        "15min",
    ]
    assert [reported.mark_name(q) for q in ("", "N", "<", "D", "?")] == ["", "", "未检出", "故障", "?"]
