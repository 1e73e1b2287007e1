"""Air indicators on rows whose results can be worked out by hand."""

from datetime import date
from decimal import Decimal

import pytest

from jiuzhi.core.records import SYSTEM
from jiuzhi.engine.indicators.evaluate import evaluate
from jiuzhi.engine.indicators.models import ComputedValue
from tests.indicators.conftest import COUNTY, Rows, air_day, days

YEAR = days(date(2025, 1, 1), date(2025, 12, 31), lambda d: 20 if d.month > 6 else 10)


def value(code: str, period: str) -> ComputedValue:
    return ComputedValue.objects.get(indicator=code, period=period)


def test_annual_mean_is_exact_and_complete(county) -> None:
    evaluate(county, date(2026, 2, 1), actor=SYSTEM, source=Rows(air_day=YEAR))
    found = value("air.pm25_mean", "2025")
    # 181 days of 10 and 184 of 20: 5490 / 365
    assert found.complete
    assert abs(found.value - Decimal(5490) / 365) < Decimal("0.000001")
    assert found.explain["inputs"][0] == ["有效日均值", "365 个"]
    assert "GB 3095-2012" in found.edition
    assert found.explain["rows"] == [
        {"table": "air_day", "equals": {"station": COUNTY}, "start": "2025-01-01", "end": "2025-12-31"}
    ]


def test_the_annual_mean_rests_on_daily_values_before_their_rounding(county) -> None:
    """GB/T 8170 forbids chained rounding: days of 14.5 are reported as 14."""
    rows = [r | {"PM2.5": Decimal(14), "unrounded_PM2.5": Decimal("14.5")} for r in YEAR]
    evaluate(county, date(2026, 2, 1), actor=SYSTEM, source=Rows(air_day=rows), only=["air.pm25_mean"])
    assert value("air.pm25_mean", "2025").value == Decimal("14.5")


@pytest.mark.parametrize(("left_out", "why"), [(4, "3 月有效日 27"), (5, "3 月有效日 26")])
def test_a_month_needs_27_days(county, left_out, why) -> None:
    rows = [r for r in YEAR if not (r["day"].month == 3 and r["day"].day <= left_out)]
    evaluate(county, date(2026, 2, 1), actor=SYSTEM, source=Rows(air_day=rows), only=["air.pm25_mean"])
    found = value("air.pm25_mean", "2025")
    assert (found.value is None) == (left_out == 5)
    assert (why in found.why) == (left_out == 5)


def test_a_year_that_is_not_over_is_set_beside_last_years_same_part(county) -> None:
    rows = YEAR + days(date(2026, 1, 1), date(2026, 3, 31), lambda d: 12)
    evaluate(county, date(2026, 3, 31), actor=SYSTEM, source=Rows(air_day=rows))
    found = value("air.pm25_mean", "2026")
    assert (found.value, found.complete, found.data_to) == (Decimal(12), False, date(2026, 3, 31))
    assert Decimal(found.explain["same_last_year"]) == 10
    whole = Decimal(found.explain["whole_last_year"])
    # 90 of 365 days were 2 higher than last year; the rest is taken to go as last year's rest
    assert abs(Decimal(found.explain["projected"]) - (whole + Decimal(90) / 365 * 2)) < Decimal("0.00001")
    assert Decimal(value("air.good_days", "2026").explain["projected"]) == 90 + 365 - 90


def test_good_days_of_the_first_year_by_the_law_of_each_day(county) -> None:
    """PM2.5 of 70 is 良 under the 2012 edition (AQI 94) and 轻度污染 under 2026 (limit 60): the law changes on 1 March."""
    rows = days(date(2026, 1, 1), date(2026, 12, 31), lambda d: 70 if d.month in (2, 3) else 20)
    evaluate(county, date(2027, 1, 31), actor=SYSTEM, source=Rows(air_day=rows))
    found = value("air.good_days", "2026")
    assert found.value == 365 - 31  # March only
    assert [(o["label"], Decimal(o["value"])) for o in found.explain["others"]] == [
        ("全部按 HJ 633-2012", Decimal(365)),
        ("全部按 HJ 633-2026", Decimal(365 - 31 - 28)),
    ]
    assert found.edition == "HJ 633-2012、HJ 633-2026"
    assert any("少 31 天" in note for note in found.explain["notes"])
    assert value("air.good_rate", "2026").value == pytest.approx(Decimal(33400) / 365)
    assert value("air.good_days", "2026-03").value == 0


def test_ozone_percentile_and_composite(county) -> None:
    rows = [air_day(r["day"], 15, O3_8h=n % 100 + 1) for n, r in enumerate(YEAR)]
    evaluate(county, date(2026, 2, 1), actor=SYSTEM, source=Rows(air_day=rows))
    # 365 values: k = 1 + 364×0.9 = 328.6 of the sorted list; each of 1…65 four times, 66…100 three times
    ordered = sorted(n % 100 + 1 for n in range(365))
    assert value("air.o3_p90", "2025").value == Decimal(ordered[327]) + (
        ordered[328] - ordered[327]
    ) * Decimal("0.6")
    index = value("air.composite", "2025")
    # SO2 6/60 NO2 10/40 CO 0.5/4 O3 p90/160 PM10 30/70 PM2.5 15/35 by the 2012 limits
    ozone = value("air.o3_p90", "2025").value
    expected = (
        sum(Decimal(a) / b for a, b in ((6, 60), (10, 40), ("0.5", 4), (30, 70), (15, 35))) + ozone / 160
    )
    assert index.value == round(expected, 2)


def test_heavy_days_name_the_days(county) -> None:
    rows = days(date(2025, 1, 1), date(2025, 12, 31), lambda d: 160 if d == date(2025, 1, 7) else 20)
    evaluate(county, date(2026, 1, 31), actor=SYSTEM, source=Rows(air_day=rows))
    found = value("air.heavy_days", "2025")
    assert found.value == 1
    assert found.explain["notes"] == ["2025-01-07"]
