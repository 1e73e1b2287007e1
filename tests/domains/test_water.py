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
from jiuzhi.domains.water.models.outlets import OUTLET_CLASSES
from jiuzhi.master.models import Enterprise

USCC = "91500229MAMT0001AQ"
COMPANY = Enterprise(pk=1, uscc=USCC, name="模拟企业甲")
COAL = MineInflow(pk=1, mineral="煤")
CASES: list[tuple[Any, dict[str, Any], list[tuple[str, dict[str, Any]]]]] = [
    (Outlet, {"remediation": "依法取缔", "state": "已销号", "class1": "其他排口", "class2": "规模以下畜禽养殖排污口", "closed_on": date(2026, 5, 20),
              "revisit_on": date(2026, 11, 20), "enterprise": COMPANY, "pollution_permit": USCC + "001P"},
     [("remediation", {"state": "日常监管"}), ("class2", {"class1": "农业排口"}), ("class2", {"class1": "工业排污口", "class2": "港口码头排口"}),
      ("class2", {"class2": "城镇污水处理厂排污口"}), ("revisit_on", {"revisit_on": date(2026, 5, 1)}), ("pollution_permit", {"pollution_permit": "9" + USCC[1:-1] + "0001P"})]),
    (Source, {"kind": "地下水", "level": "农村千人以上", "population": 1000, "zone_on": date(2024, 5, 1), "zone_paper": "1号"},
     [("water_body", {"water_body_id": 1}), ("population", {"population": 999}), ("zone_paper", {"zone_paper": ""})]),
    (SourceRisk, {"kind": "排污口", "zone": "一级保护区", "due": date(2026, 12, 31)}, [("due", {"due": None})]),
    (Plant, {"upgrade": "施工", "upgrade_year": 2026}, [("upgrade_year", {"upgrade_year": None})]),
    (PlantMonth, {"inflow": D(900), "outflow": D(900), "cod_in": D(180), "cod_out": D(20), "nh3n_in": D(24), "nh3n_out": D(1), "days_run": 30, "days_met": 30},
     [("outflow", {"outflow": D(901)}), ("cod_out", {"cod_out": D(181)}), ("nh3n_out", {"nh3n_out": D(25)}), ("days_met", {"days_met": 31})]),
    (MineInflow, {"state": "验收", "treatment": "人工湿地", "no_owner": True, "flow": D(60), "water_rain": D(60)},
     [("treatment", {"treatment": ""}), ("no_owner", {"owner": COMPANY}), ("water_rain", {"water_rain": D(59)})]),
    (MineSample, {"point": COAL, "met": True, "fe": D(6), "mn": D(4), "ph": D(6), "ss": D(50), "cod": D(50)},
     [("met", {"fe": D("6.001")}), ("met", {"mn": D("4.001")}), ("met", {"ph": D("5.99")}), ("met", {"ph": D("9.01")}), ("met", {"ss": D("50.001")}),
      ("met", {"cod": D("50.001")})]),
    (FlowPoint, {"online": True, "gauge": "流量计", "met_days": 255, "due_days": 292},
     [("gauge", {"gauge": "无"}), ("due_days", {"due_days": None}), ("met_days", {"met_days": None}), ("met_days", {"met_days": 293})]),
    (FlowExemption, {"start": date(2026, 2, 1), "end": date(2026, 2, 1)}, [("end", {"end": date(2026, 1, 31)})]),
]  # fmt: skip


@pytest.mark.parametrize(("model", "good", "mistakes"), CASES, ids=[c[0].__name__ for c in CASES])
def test_mistakes_are_refused_at_the_field_they_are_in(model, good, mistakes) -> None:
    assert model(**good).faults() == {}
    for field, wrong in mistakes:
        assert list(model(**good | wrong).faults()) == [field], wrong


def test_limits_of_coal_mines_judge_no_other_mine() -> None:
    other = MineInflow(pk=2, mineral="锰")
    assert MineSample(point=other, met=True, fe=D(60), ph=D(5)).faults() == {}


def test_every_kind_of_outlet_stands_under_one_class() -> None:
    kinds = [k for c in OUTLET_CLASSES.values() for k in c.split()]
    assert len(kinds) == len(set(kinds)) == 16
    for class1, given in OUTLET_CLASSES.items():
        for kind in given.split():
            assert Outlet(class1=class1, class2=kind).faults() == {}


def test_the_rate_of_released_flow_follows_from_the_days() -> None:
    point = FlowPoint(met_days=255, due_days=292)
    point.prepare()
    assert point.met_rate == D("87.3")
    point.due_days = None
    point.prepare()
    assert point.met_rate is None
