"""Water indicators on months whose results can be worked out by hand."""

from datetime import date
from decimal import Decimal

from jiuzhi.core.records import SYSTEM
from jiuzhi.engine.indicators.evaluate import evaluate
from jiuzhi.engine.indicators.models import ComputedValue
from tests.indicators.conftest import Rows, water_month


def value(code: str, period: str) -> ComputedValue:
    return ComputedValue.objects.get(indicator=code, period=period)


def test_compliance_judges_the_mean_of_the_months(county, station) -> None:
    """TP 0.05 in ten months and 0.25 in two: the mean 0.0833 is class Ⅱ (≤0.1) although two months were Ⅳ."""
    station("A", target_class="Ⅱ")
    station("B", target_class="Ⅱ")
    rows = [water_month("A", f"2025-{m:02d}") for m in range(1, 13)]
    rows += [
        water_month("B", f"2025-{m:02d}", 4 if m > 10 else 2, TP="0.25" if m > 10 else "0.05")
        for m in range(1, 13)
    ]
    evaluate(county, date(2026, 1, 31), actor=SYSTEM, source=Rows(water_month=rows))
    found = value("water.national_compliance", "2025")
    assert found.value == 100
    assert found.complete
    assert [(p["code"], p["value"], p["met"]) for p in found.explain["parts"]] == [
        ("A", "Ⅱ", True),
        ("B", "Ⅱ", True),
    ]
    assert abs(Decimal(found.explain["others"][0]["value"]) - Decimal(2200) / 24) < Decimal("1e-9")
    assert value("water.national_compliance", "2025-11").value == 50


def test_worse_than_target_names_the_item(county, station) -> None:
    station("A", target_class="Ⅱ")
    rows = [water_month("A", f"2025-{m:02d}", 3, TP="0.11") for m in range(1, 13)]
    evaluate(county, date(2026, 1, 31), actor=SYSTEM, source=Rows(water_month=rows))
    found = value("water.national_compliance", "2025")
    assert found.value == 0
    assert "总磷（Ⅲ类）" in found.explain["parts"][0]["note"]
    assert value("water.worst_class", "2025").value == 3
    assert value("water.good_ratio", "2025").value == 100


def test_a_section_with_seven_months_leaves_the_year_without_value(county, station) -> None:
    station("A", target_class="Ⅱ")
    station("B", target_class="Ⅱ")
    rows = [water_month("A", f"2025-{m:02d}") for m in range(1, 13)] + [
        water_month("B", f"2025-{m:02d}") for m in range(1, 8)
    ]
    evaluate(county, date(2026, 1, 31), actor=SYSTEM, source=Rows(water_month=rows))
    found = value("water.national_compliance", "2025")
    assert found.value is None
    assert "B（7 个月）" in found.why
    assert value("water.national_compliance", "2025-05").value == 100


def test_national_and_city_sections_are_two_sets(county, station) -> None:
    station("N", target_class="Ⅱ")
    station("C", target_class="Ⅱ", level="city")
    station("X", target_class="Ⅱ", level="county")
    rows = [
        water_month(s, f"2025-{m:02d}", 3 if s != "N" else 2, TP="0.05" if s == "N" else "0.15")
        for s in "NCX"
        for m in range(1, 13)
    ]
    evaluate(county, date(2026, 1, 31), actor=SYSTEM, source=Rows(water_month=rows))
    assert value("water.national_compliance", "2025").value == 100
    assert value("water.city_compliance", "2025").value == 50
    assert value("water.good_ratio", "2025").value == 100


def test_trophic_index_of_the_worst_lake(county, station) -> None:
    """chla 10 mg/m³, TP 0.05, TN 1, SD 1 m, CODMn 4: by the published formulas with weights renormalised over five items."""
    station("L", kind="lake", water_body="某水库")
    rows = [
        water_month("L", f"2025-{m:02d}", TP="0.05", TN="1", SD="1", CODMn="4", chla="10")
        for m in range(1, 13)
    ]
    evaluate(county, date(2026, 1, 31), actor=SYSTEM, source=Rows(water_month=rows))
    subs = {1: 50.006053, 0.7056: 45.709083, 0.6724: 54.53, 0.6889: 51.18}
    code = 37.979294
    weight = sum(subs) + 0.6889
    expected = (sum(w * v for w, v in subs.items()) + 0.6889 * code) / weight
    assert abs(float(value("water.tli", "2025").value) - expected) < 0.001


def test_margin_is_the_nearest_item_of_the_nearest_section(county, station) -> None:
    """Class Ⅱ: TP 0.08 of 0.1 is 80 %, DO 6 of 7 is 85.7 % (a minimum); class Ⅲ: CODMn 3 of 6 is 50 %."""
    station("A", target_class="Ⅱ")
    station("B", target_class="Ⅲ")
    rows = [water_month("A", f"2025-{m:02d}", TP="0.08", DO="7") for m in range(1, 13)]
    rows += [water_month("B", f"2025-{m:02d}", CODMn="3", TP="0.02") for m in range(1, 13)]
    evaluate(county, date(2026, 1, 31), actor=SYSTEM, source=Rows(water_month=rows))
    found = value("water.national_margin", "2025")
    assert abs(found.value - Decimal(600) / 7) < Decimal("0.000001")
    assert [p["value"] for p in found.explain["parts"]] == ["86", "59"]
    assert value("water.national_margin", "2025-04").complete
