"""Rules across fields of the water registers: the mistakes Excel makes are refused at their field, good rows pass."""

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest

from jiuzhi.domains.water.models import (
    FlowExemption,
    FlowPoint,
    MineInflow,
    MineSample,
    Outlet,
    Plant,
    PlantMonth,
    Source,
    SourceRisk,
)

CASES: list[tuple[Any, dict[str, Any], list[tuple[str, dict[str, Any]]]]] = [
    (Outlet, {"remediation": "依法取缔", "state": "已销号"}, [("remediation", {"state": "日常监管"})]),
    (Source, {"kind": "地下水", "level": "农村千人以上", "population": 1000, "zone_on": date(2024, 5, 1), "zone_paper": "1号"},
     [("water_body", {"water_body_id": 1}), ("population", {"population": 999}), ("zone_paper", {"zone_paper": ""})]),
    (SourceRisk, {"kind": "排污口", "zone": "一级保护区", "due": date(2026, 12, 31)}, [("due", {"due": None})]),
    (Plant, {"upgrade": "施工", "upgrade_year": 2026}, [("upgrade_year", {"upgrade_year": None})]),
    (PlantMonth, {"inflow": D(900), "outflow": D(900), "cod_in": D(180), "cod_out": D(20), "nh3n_in": D(24), "nh3n_out": D(1), "days_run": 30, "days_met": 30},
     [("outflow", {"outflow": D(901)}), ("cod_out", {"cod_out": D(181)}), ("nh3n_out", {"nh3n_out": D(25)}), ("days_met", {"days_met": 31})]),
    (MineInflow, {"state": "验收", "treatment": "人工湿地"}, [("treatment", {"treatment": ""})]),
    (MineSample, {"met": True, "fe": D(6), "mn": D(4), "ph": D(6)},
     [("met", {"fe": D("6.001")}), ("met", {"mn": D("4.001")}), ("met", {"ph": D("5.99")}), ("met", {"ph": D("9.01")})]),
    (FlowPoint, {"online": True, "gauge": "流量计"}, [("gauge", {"gauge": "无"})]),
    (FlowExemption, {"start": date(2026, 2, 1), "end": date(2026, 2, 1)}, [("end", {"end": date(2026, 1, 31)})]),
]  # fmt: skip


@pytest.mark.parametrize(("model", "good", "mistakes"), CASES, ids=[c[0].__name__ for c in CASES])
def test_mistakes_are_refused_at_the_field_they_are_in(model, good, mistakes) -> None:
    assert model(**good).faults() == {}
    for field, wrong in mistakes:
        assert list(model(**good | wrong).faults()) == [field], wrong
