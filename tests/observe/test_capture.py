"""Data capture: what was due, what came, what could be used."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from jiuzhi.engine.observe.quality.capture import capture, observed, of_device, totals
from tests.observe.messages import START, run, take, wave

DAY = date(2026, 10, 14)


def test_data_capture_of_a_month(stations):
    take(
        run(wave(20)), run([30] * 2, start=START + timedelta(hours=20), flag=2),
        run(wave(24), start=START + timedelta(days=2)), run([20, 30], "O3_8h"),
    )  # fmt: skip
    rows = capture(["A1", "A2"], "2026-10", DAY + timedelta(days=2))
    assert [r.day.day for r in rows] == [14, 15, 16]  # nothing was due before it first came
    assert {(r.property, r.kind, r.expected) for r in rows} == {("PM2.5", "hour", 24)}
    one = next(r for r in rows if r.day == DAY)
    assert (one.received, one.valid) == (22, 20)
    assert (one.transmission, one.validity, one.effective) == (
        Fraction(22, 24),
        Fraction(20, 22),
        Fraction(20, 24),
    )
    assert one.transmission * one.validity == one.effective
    month = totals(rows)[0]
    assert (month.expected, month.received, month.valid, month.day) == (3 * 24, 46, 44, None)
    whole, each = of_device("A1", ["PM2.5"], "2026-10", DAY + timedelta(days=2))
    assert whole == month
    assert each == month._replace(property="PM2.5")
    assert of_device("A1", ["SO2"], "2026-10", DAY) == []
    assert capture(["A1"], "2026-10", date(2026, 9, 1)) == []


def test_a_station_that_fell_silent_still_owes_its_values(stations):
    take(run(wave(24), start=datetime(2026, 9, 20, tzinfo=UTC)))
    rows = capture(["A1"], "2026-10", date(2026, 10, 3))
    assert [(r.expected, r.received, r.effective) for r in rows] == [(24, 0, Fraction(0))] * 3
    assert rows[0].validity is None


def test_the_interval_is_told_from_the_values_or_given(stations):
    take(
        run(wave(288), "COD", "500229-W01", "minute", step=300),
        run(wave(3), "COD", "500229-W01", "day", step=86400),
    )
    # A daily mean that exists counts before minute values do: the first of MAIN.
    assert {r.kind for r in capture(["500229-W01"], "2026-10", DAY)} == {"day"}
    take(run(wave(288), "TP", "500229-W01", "minute", step=300))
    one = next(r for r in capture(["500229-W01"], "2026-10", DAY, properties=["TP"]) if r.day == DAY)
    assert (one.expected, one.received) == (288, 288)
    steps = {("500229-W01", "TP", "minute"): 60}
    one = next(
        r for r in capture(["500229-W01"], "2026-10", DAY, properties=["TP"], steps=steps) if r.day == DAY
    )
    assert (one.expected, one.received) == (1440, 288)
    assert of_device("500229-W01", ["TP"], "2026-10", DAY, interval=60)[0].expected == 1440


def test_what_is_observed_in_a_month(stations):
    take(run(wave(2)), run(wave(2), "SO2", "A2"), run(wave(2), "TP", "500229-W01", "sample", synthetic=True))
    assert observed("2026-10", ["A1", "500229-W01"]) == {"PM2.5": False, "TP": True}
    assert observed("2026-09", ["A1"]) == {}


def test_a_value_a_minute_does_not_outweigh_a_value_an_hour(stations):
    take(run(wave(12)), run(wave(1440), "SO2", kind="minute", step=60))
    rows = capture(["A1"], "2026-10", DAY)
    assert totals(rows)[0].effective == Fraction(1452, 1464)
    even = totals(rows, evenly=True)[0]
    assert even.effective == Fraction(3, 4)
    assert even.transmission * even.validity == even.effective


def test_what_came_the_month_before_is_due_from_the_first_day(stations):
    take(run(wave(2), start=datetime(2026, 9, 20, tzinfo=UTC)), run(wave(24)))
    assert [r.day.day for r in capture(["A1"], "2026-10", DAY)] == list(range(1, 15))
