"""Rules hold on their boundaries, and a column gives what a single value gives."""

import itertools
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiuzhi.science.expressions import Fixed
from jiuzhi.science.standards import (
    air_columns,
    air_days,
    air_year,
    aqi,
    rounding,
    tables,
    water,
)

units = st.one_of(st.none(), st.integers(0, 4000))
days = st.dates(date(2025, 1, 1), date(2027, 12, 31))
quick = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6))
def test_rounding_is_half_even(numerator, denominator):
    exact = Fraction(numerator, denominator)
    assert rounding.round_ratio(numerator, denominator) == round(exact)


@given(st.decimals("-99999", "99999", places=6), st.sampled_from(["0.001", "0.1", "1", "10"]))
def test_rounding_agrees_with_decimal(value, interval):
    expected = (value / Decimal(interval)).quantize(Decimal(1), ROUND_HALF_EVEN) * Decimal(interval)
    assert rounding.round_half_even(value, interval) == expected


def test_rounding_never_chains():
    assert rounding.round_half_even("15.4546") == 15  # not 15.4546 -> 15.5 -> 16
    assert rounding.round_half_even("0.1000000000000000000001", "0.2") == Decimal(
        "0.2"
    )  # just above the half


@quick
@given(st.lists(st.tuples(st.integers(-(10**9), 10**9), st.integers(1, 10**5)), min_size=1, max_size=50))
def test_rounding_of_columns_equals_single_values(duck, pairs):
    table = ibis.memtable({"n": [n for n, _ in pairs], "d": [d for _, d in pairs]})
    found = duck.to_pyarrow(table.select(r=rounding.round_ratio(table.n, table.d)))["r"].to_pylist()
    assert found == [rounding.round_ratio(n, d) for n, d in pairs]


@quick
@given(
    st.lists(st.tuples(units, units, units, units, units, units, units, days), min_size=1, max_size=60),
    st.sampled_from(["daily", "hourly"]),
)
def test_columns_equal_single_values_under_both_editions(duck, rows, form):
    names = ["SO2", "NO2", "CO", "O3", "PM10", "PM2.5", "O3_1h"]
    data = {name: [row[k] for row in rows] for k, name in enumerate(names)}
    schema = {**dict.fromkeys(names, "int64"), "day": "date"}
    table = ibis.memtable({**data, "day": [row[7] for row in rows]}, schema=schema)
    given_units = {name: table[name] for name in names if form == "daily" or name != "O3_1h"}
    judged = air_columns.with_aqi(table, form, given_units, day=table.day)
    found = duck.to_pyarrow(judged).to_pylist()
    for row, columns in zip(rows, found, strict=True):
        values = dict(zip(names, row[:7], strict=True))
        law = aqi.edition_in_force(row[7])
        each = {edition: aqi.assess_units(form, edition, values) for edition in aqi.EDITIONS}
        assert columns["edition"] == law
        assert (columns["aqi"], columns["level"]) == (each[law].aqi, each[law].level)
        assert columns["primary_mask"] == each[law].primary_mask or each[law].aqi is None
        assert [columns[f"aqi_{edition[-4:]}"] for edition in aqi.EDITIONS] == [a.aqi for a in each.values()]


@given(
    st.sampled_from(["SO2_24h", "NO2_1h", "CO_24h", "O3_8h", "PM10_24h", "PM2.5_24h"]),
    st.integers(0, 5000),
    st.sampled_from(aqi.EDITIONS),
)
def test_iaqi_is_the_exact_interpolation_rounded_up(item, value, edition):
    pairs = aqi.breakpoints(item, edition)
    found = aqi.iaqi_of_units(value, item, edition)
    segment = next(((low, high) for low, high in itertools.pairwise(pairs) if value <= high[0]), None)
    if segment is None:
        assert found in (None, 200, 300, 500)
        return
    (low, i_low), (high, i_high) = segment
    exact = Fraction(i_high - i_low, high - low) * (value - low) + i_low
    assert found == -(-exact.numerator // exact.denominator)


def test_a_single_literal_goes_through_the_same_expression(duck):
    expression = aqi.iaqi_of_units(ibis.literal(76), "PM2.5_24h", "HJ 633-2012")
    assert duck.execute(expression) == aqi.iaqi("PM2.5_24h", 76, "HJ 633-2012") == 102


def test_edition_follows_the_sample_day():
    assert aqi.edition_in_force("2026-02-28") == "HJ 633-2012"
    assert aqi.edition_in_force(date(2026, 3, 1)) == "HJ 633-2026"
    assert tables.air_limit("PM2.5", "annual", day="2030-12-31").value == 30
    assert tables.air_limit("PM2.5", "annual", day="2031-01-01").value == 25
    with pytest.raises(LookupError):
        tables.air_limit("PM2.5", "annual", day="1999-01-01")
    with pytest.raises(LookupError):
        aqi.assess_in_force("daily", "1999-01-01", {"SO2": 3})


def test_missing_pollutant_under_each_edition():
    values = {"SO2": 10, "NO2": 20, "CO": "0.5", "O3": 90, "PM10": 60}
    assert aqi.air_quality_index("daily", "HJ 633-2012", values).aqi == 55
    held_back = aqi.air_quality_index("daily", "HJ 633-2026", values)
    assert (held_back.aqi, held_back.level, held_back.primary, held_back.aqi_of_known) == (None, None, (), 58)
    assert aqi.air_quality_index("daily", "HJ 633-2026", values | {"PM10": 130}).aqi == 104
    assert aqi.air_quality_index("daily", "HJ 633-2026", values, not_monitored=("PM2.5",)).aqi == 58


def test_beyond_the_table():
    assert aqi.iaqi("SO2_1h", 801, "HJ 633-2012") is None
    assert aqi.iaqi("SO2_1h", 801, "HJ 633-2026") == 200
    assert aqi.iaqi("O3_8h", 801, "HJ 633-2026") == 300
    assert aqi.iaqi("PM2.5_24h", 5000, "HJ 633-2026") == 500
    day = {"SO2": 1, "NO2": 1, "CO": 1, "PM10": 1, "PM2.5": 1, "O3": 801}
    assert aqi.air_quality_index("daily", "HJ 633-2012", day | {"O3_1h": 900}).aqi == 350
    assert aqi.air_quality_index("daily", "HJ 633-2012", day).aqi == 300


def test_co_at_a_breakpoint_is_not_lifted_by_float():
    assert aqi.iaqi("CO_24h", "2.2", "HJ 633-2026") == 55
    assert aqi.iaqi("CO_24h", 2.2, "HJ 633-2026") == 55


def test_unverified_is_said():
    assert tables.verification("GB 3095", "GB 3095-2026") == "T"
    assert not tables.is_verified(tables.verification("HJ 663", "HJ 663-2026"))
    with pytest.raises(LookupError):
        tables.verification("GB 3095", "GB 3095-1996")
    assert "二级限值 30 µg/m³" in tables.air_limit("PM2.5", "annual", day="2026-05-01").text


def test_mda8_needs_fourteen_windows_or_an_exceedance():
    assert air_days.mda8([100] * 24) == 100
    assert air_days.mda8([100] * 13 + [None] * 11) is None
    assert air_days.mda8([170] * 13 + [None] * 11) == 170
    assert air_days.mda8([None] * 24) is None
    assert air_days.mda8([0] * 16 + [161] * 8) == 161  # 17–24 is the last window


def test_daily_mean_needs_twenty_hours_and_ties_go_to_even():
    assert air_days.daily_mean_units(20 * 35 + 10, 20, 0, "PM2.5") == 36  # 35.5
    assert air_days.daily_mean_units(20 * 34 + 10, 20, 0, "PM2.5") == 34  # 34.5
    assert air_days.daily_mean_units(1000, 19, 0, "PM2.5") is None


def _hours(station, day, ozone, base):
    return [
        {"station": station, "day": day, "hour": h + 1, "O3": ozone[h], "PM2.5": base, "CO": 5}
        for h in range(24)
    ]


@quick
@given(
    st.lists(
        st.lists(st.one_of(st.none(), st.integers(0, 400)), min_size=24, max_size=24), min_size=1, max_size=4
    )
)
def test_daily_table_equals_the_single_day(duck, ozone_days):
    hours = [
        hour for k, ozone in enumerate(ozone_days) for hour in _hours("a", date(2026, 5, k + 1), ozone, 30)
    ]
    table = ibis.memtable(
        hours,
        schema={
            "station": "string",
            "day": "date",
            "hour": "int64",
            "O3": "int64",
            "PM2.5": "int64",
            "CO": "int64",
        },
    )
    columns = {"O3": Fixed(table.O3, 0), "PM2.5": Fixed(table["PM2.5"], 0), "CO": Fixed(table.CO, 1)}
    daily = {
        row["day"].day: row for row in duck.to_pyarrow(air_days.daily_from_hourly(table, columns)).to_pylist()
    }
    for k, ozone in enumerate(ozone_days):
        assert daily[k + 1]["O3"] == air_days.mda8(ozone)
        assert (daily[k + 1]["PM2.5"], daily[k + 1]["CO"]) == (30, 5)


def test_year_statistics_and_good_days_under_both_editions(duck):
    start = date(2026, 1, 1).toordinal()
    rows = [
        {
            "station": "a",
            "day": date.fromordinal(start + k),
            "SO2": 10,
            "NO2": 20,
            "CO": 5,
            "O3": 80,
            "PM10": 60,
            "PM2.5": 70 if k % 10 == 0 else 20,
            "O3_1h": 90,
        }
        for k in range(365)
    ]
    schema = {
        "station": "string",
        "day": "date",
        **dict.fromkeys(("SO2", "NO2", "CO", "O3", "PM10", "PM2.5", "O3_1h"), "int64"),
    }
    table = ibis.memtable(rows, schema=schema)
    judged = air_columns.with_aqi(
        table, "daily", {p: table[p] for p in (*aqi.POLLUTANTS, "O3_1h")}, day=table.day
    )
    (good,) = duck.to_pyarrow(air_year.good_days(judged)).to_pylist()
    high = [
        row["day"] for row in rows if row["PM2.5"] == 70
    ]  # 70 µg/m³: good under 2012 (AQI 94), not under 2026 (AQI 110)
    assert (good["days"], good["good_2012"], good["good_2026"]) == (365, 365, 365 - len(high))
    assert good["good"] == 365 - sum(day >= date(2026, 3, 1) for day in high)
    statistics = {
        (r["item"], r["statistic"]): r for r in duck.to_pyarrow(air_year.annual_statistics(table)).to_pylist()
    }
    values = [row["PM2.5"] for row in rows]
    assert statistics["PM2.5", "mean"]["value"] == round(Fraction(sum(values), 365))
    assert statistics["PM2.5", "p95"]["value"] == round(air_year.percentile(values, 95))
    assert statistics["PM2.5", "mean"]["valid"]
    months = {(r["item"], r["month"]): r for r in duck.to_pyarrow(air_year.monthly_means(table)).to_pylist()}
    january = values[:31]
    assert months["PM2.5", 1]["value"] == round(Fraction(sum(january), 31))
    assert len(months) == 6 * 12
    assert all(r["valid"] for r in months.values())
    cut = table.filter(table.day >= ibis.date(2026, 2, 4))  # 25 days of February, none of January
    assert {r["month"]: r["valid"] for r in duck.to_pyarrow(air_year.monthly_means(cut)).to_pylist()}[2]
    cut = table.filter((table.day >= ibis.date(2026, 2, 5)) & (table.day <= ibis.date(2026, 3, 26)))
    assert not any(r["valid"] for r in duck.to_pyarrow(air_year.monthly_means(cut)).to_pylist())
    short = air_year.annual_statistics(table.filter(table.day < ibis.date(2026, 12, 10)))
    assert not any(r["valid"] for r in duck.to_pyarrow(short).to_pylist())


def test_annual_compliance_names_its_limits():
    met = air_year.annual_compliance("PM2.5", 31, 60, year=2026)
    assert met["met"] is False
    assert met["multiples"] == {"mean": Decimal("0.03")}
    assert [limit.edition for limit in met["limits"]] == ["GB 3095-2026", "GB 3095-2026"]
    assert air_year.annual_compliance("PM2.5", 31, 60, year=2025)["met"]
    assert air_year.annual_compliance("O3", None, 160, year=2026)["met"]
    assert air_year.annual_compliance("PM2.5", None, 60, year=2026)["met"] is None


def test_every_table_says_how_well_it_is_verified():
    for name in (
        "air_limits",
        "aqi_breakpoints",
        "water_limits",
        "drinking_source_limits",
        "tli",
        "editions",
        "spearman_critical",
    ):
        assert {row["verification"] for row in tables.rows(name)} <= set(tables.GRADES), name
    for row in tables.rows("air_limits"):
        assert row["valid_from"] < (row["valid_to"] or "9999")


def test_limits_leave_no_day_without_a_limit_and_none_with_two():
    for item, averaging, grade in {
        (r["item"], r["averaging"], r["grade"]) for r in tables.rows("air_limits")
    }:
        spans = sorted(
            (r["valid_from"], r["valid_to"])
            for r in tables.rows("air_limits")
            if (r["item"], r["averaging"], r["grade"]) == (item, averaging, grade)
        )
        for (_, end), (start, _) in itertools.pairwise(spans):
            assert date.fromisoformat(start).toordinal() - date.fromisoformat(end).toordinal() == 1
        assert spans[-1][1] == ""


def test_a_second_engine_gives_the_same_integers(duck):
    """SQLite divides, rounds up and compares on its own; complete rows, because its MAX does not pass over nulls."""
    numbers = {
        name: [(k * step) % 1300 for k in range(400)]
        for name, step in zip(aqi.POLLUTANTS, (7, 11, 13, 17, 19, 23), strict=True)
    }
    rows = pa.table({**numbers, "n": range(400), "d": [k % 299 + 1 for k in range(400)]})
    found = []
    for engine in (duck, ibis.sqlite.connect()):
        table = engine.create_table("rows", rows)
        judged = air_columns.with_aqi(
            table, "hourly", {p: table[p] for p in aqi.POLLUTANTS}, edition="HJ 633-2026"
        )
        judged = judged.mutate(
            half=rounding.round_ratio(table.n * 37 - 5000, table.d), cod=water.indicator_class("COD", table.n)
        )
        columns = judged.order_by("n").select("aqi", "level", "primary_mask", "half", "cod")
        found.append(engine.to_pyarrow(columns).to_pylist())
    assert found[0] == found[1]


def test_annual_index_takes_the_worse_of_mean_and_percentile():
    found = air_year.annual_index(
        {"PM2.5": 35, "CO": 9}, {"PM2.5": 150, "CO": "2", "O3": 80}, day="2025-12-31"
    )
    assert found["single"] == {"CO": Fraction(1, 2), "O3": Fraction(1, 2), "PM2.5": Fraction(2)}
    assert (found["sum"], found["max"]) == (Decimal("3.00"), Decimal("2.00"))


def test_sums_stay_in_sixty_four_bits(duck):
    """DuckDB sums into 128 bits; carried on, that made the days of a year a third slower."""
    schema = dict.fromkeys(("station", "hour", "a", "b"), "int64") | {"day": "date"}
    hourly = duck.create_table("hourly", schema=schema)
    columns = {"PM2.5": Fixed(hourly.a, 0), "O3": Fixed(hourly.b, 0)}
    daily = air_days.daily_from_hourly(hourly, columns)
    for made in (daily, air_year.annual_statistics(daily)):
        described = duck.raw_sql(f"DESCRIBE {duck.compile(made)}").fetchall()
        assert "HUGEINT" not in {kind for _, kind, *_ in described}
