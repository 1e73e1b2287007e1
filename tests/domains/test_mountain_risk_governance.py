"""Rules across fields of the mountain, risk and governance registers: the mistakes Excel makes are refused, good rows pass."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from jiuzhi.core.models import Org
from jiuzhi.core.registers import get
from jiuzhi.core.registers.parse import References, parse
from jiuzhi.domains.governance.models import ExecutionReport, Milestone, Permit, PermitLimit, Project
from jiuzhi.domains.mountain.models import (
    Marker,
    Mine,
    MineRestoration,
    Occurrence,
    ProtectedArea,
    Species,
    Subcompartment,
)  # fmt: skip
from jiuzhi.domains.risk.models import (
    Depot,
    EnterpriseRisk,
    Geohazard,
    GeohazardCard,
    RadiationSource,
    RadiationUnit,
    RayDevice,
    RiskSubstance,
    Supply,
)  # fmt: skip
from jiuzhi.domains.risk.models.geohazards import danger_level
from jiuzhi.master.models import Enterprise, Site

D = Decimal
USCC = "91500229MAMT0001AQ"
COMPANY = Enterprise(pk=1, uscc=USCC, name="模拟企业甲")
MINE = Site(pk=1, code="S1", name="模拟矿", kind="矿山")
AREA = ProtectedArea(pk=1, code="A1", name="模拟保护地")
CASES: list[tuple[Any, dict[str, Any], list[tuple[str, dict[str, Any]]]]] = [
    (ProtectedArea, {"area_ha": D(470), "shape_m2": D(4_700_000), "plan_from": 2026, "plan_to": 2035},
     [("area_ha", {"area_ha": D(47_000)}), ("area_ha", {"area_ha": D("4.7")}), ("plan_to", {"plan_to": 2025})]),
    (Marker, {"area": AREA, "lon": D(108), "lat": D(31), "set_on": date(2026, 3, 1), "last_check_on": date(2026, 9, 1)},
     [("lon", {"lon": None, "lat": None}), ("last_check_on", {"last_check_on": date(2026, 2, 28)})]),
    (Mine, {"site": MINE, "status": "生产", "disturbed_ha": D(10), "restored_ha": D(10), "edition": "2024年版（100分）", "self_score": D(100)},
     [("site", {"site": Site(pk=2, name="x", kind="园区")}), ("restored_ha", {"restored_ha": D(150)}), ("closed_on", {"closed_on": date(2020, 1, 1)}),
      ("self_score", {"self_score": D(805)}), ("edition", {"edition": ""})]),
    (MineRestoration, {"mine": Mine(pk=1, disturbed_ha=D(10)), "area_ha": D(10), "start_on": date(2026, 1, 1), "accepted_on": date(2026, 8, 1),
                       "cost": D(60), "fund_used": D(60)},
     [("area_ha", {"area_ha": D(150)}), ("accepted_on", {"accepted_on": date(2025, 8, 1)}), ("fund_used", {"fund_used": D(600_000)})]),
    (Species, {"latin": "Thuja sutchuenensis", "name": "崖柏", "protect_level": "国家一级", "list_edition": "2021年"},
     [("list_edition", {"list_edition": ""}), ("alien", {"alien": True}), ("name", {"name": "崖柏6株"}), ("alien", {"protect_level": "无", "invasive_list": "第一批", "alien": False})]),
    (Occurrence, {"lon": D(108), "lat": D(31), "event_date": date(2026, 5, 12), "basis": "机器观察", "device": "CAM-1", "individual_count": 1},
     [("individual_count", {"individual_count": 0}), ("individual_count", {"status": "未出现"}), ("lon", {"lon": None}), ("device", {"device": ""}), ("event_date", {"event_date": date(9999, 1, 1)})]),
    (Subcompartment, {"land_class": "乔木林地", "canopy": D("0.2"), "forest_class": "公益林", "public_level": "市级", "area_ha": D("3.7"), "stock_m3": D(402)},
     [("canopy", {"canopy": D("0.19")}), ("public_level", {"public_level": ""}), ("public_level", {"forest_class": "商品林"}),
      ("stock_m3", {"stock_m3": D(402_000)}), ("special_shrub", {"special_shrub": True}), ("area_ha", {"shape_m2": D(2467), "stock_m3": None})]),
    (Geohazard, {"zone_kind": "隐患点", "lon": D(108), "lat": D(31), "households": 18, "people": 62, "rain_1h": D(45), "rain_24h": D(120), "monitor": "群测群防", "watcher": "甲"},
     [("people", {"people": 17}), ("rain_24h", {"rain_24h": D(40)}), ("watcher", {"watcher": ""}), ("lon", {"lon": None})]),
    (GeohazardCard, {"point": Geohazard(pk=1, state="在册"), "kind": "避险明白卡", "persons": 4, "state": "已签收", "issued_on": date(2026, 4, 2), "signed_on": date(2026, 4, 2)},
     [("signed_on", {"signed_on": date(2026, 4, 1)}), ("signed_on", {"signed_on": None}), ("persons", {"persons": None}), ("state", {"point": Geohazard(pk=2, state="已核销")})]),
    (EnterpriseRisk, {"q_air": D("0.5"), "q_water": D("1"), "m_water": 30, "e_water": "E2", "assessed_on": date(2026, 1, 1), "next_assess_on": date(2029, 1, 1)},
     [("m_water", {"m_water": None}), ("e_water", {"e_water": ""}), ("next_assess_on", {"next_assess_on": date(2026, 1, 1)}), ("m_air", {"q_air": D(1)})]),
    (RiskSubstance, {"cas": "7664-41-7"}, [("cas", {"cas": "7664-14-7"}), ("cas", {"cas": "7664-41-8"})]),
    (RadiationUnit, {"issued_on": date(2023, 1, 1), "valid_to": date(2028, 1, 1)}, [("valid_to", {"valid_to": date(2022, 1, 1)})]),
    (RadiationSource, {"code": "0122CS000014", "class_given": "Ⅳ类", "activity": D("1.85E9"), "state": "在用"},
     [("class_given", {"class_given": "Ⅴ类"}), ("activity", {"activity": D(50)}), ("state", {"stored_on": date(2026, 1, 1)}),
      ("stored_on", {"state": "已送贮"}), ("stored_at", {"state": "已送贮", "stored_on": date(2026, 1, 1)}),
      ("stored_on", {"state": "待送贮", "retired_on": date(2026, 2, 1), "stored_on": date(2026, 1, 1)})]),
    (RayDevice, {"check_result": "合格", "checked_on": date(2026, 3, 5)}, [("checked_on", {"checked_on": None})]),
    (Depot, {"owner_kind": "代储", "enterprise": COMPANY}, [("enterprise", {"enterprise": None})]),
    (Supply, {"quantity": D(5), "state": "在库", "made_on": date(2025, 1, 1), "expires_on": date(2028, 1, 1)},
     [("expires_on", {"expires_on": date(2024, 1, 1)}), ("state", {"quantity": D(0)})]),
    (Permit, {"number": USCC + "001P", "enterprise": COMPANY, "category": "重点管理", "valid_from": date(2024, 3, 1), "valid_to": date(2029, 2, 28), "report_types": "年报", "industry": "1020"},
     [("industry", {"industry": "0822"}), ("number", {"number": "91500229MAMT0001A1001P"}), ("number", {"enterprise": Enterprise(pk=2, uscc="91500240MAMT0001A0", name="乙")}),
      ("valid_to", {"valid_to": date(2024, 3, 1)}), ("valid_to", {"valid_to": date(2034, 2, 28)}), ("report_types", {"category": "登记管理"})]),
    (PermitLimit, {"outlet": "DW001", "pollutant": "化学需氧量", "code": "w01018", "conc": D(50), "conc_unit": "mg/L"},
     [("code", {"code": "a21026"}), ("code", {"code": "COD"}), ("code", {"pollutant": "氨氮"}), ("conc_unit", {"conc_unit": "mg/m3"}), ("conc_unit", {"conc_unit": ""}), ("conc", {"conc": None, "conc_unit": ""}), ("rate", {"rate": D(1)}), ("conc_unit", {"outlet": "DA001", "code": ""})]),
    (ExecutionReport, {"state": "已提交", "submitted_on": date(2026, 1, 22), "nh3n": D("1.2"), "tn": D("6.9"), "exceed_count": 0},
     [("submitted_on", {"submitted_on": None}), ("so2", {"nh3n": None, "tn": None}), ("exceed_why", {"exceed_count": 1}), ("nh3n", {"nh3n": D(7)})]),
    (Project, {"invest": D(4200), "paid": D(2650), "start_on": date(2026, 3, 12), "stage": "在建", "quantity": D(6), "quantity_unit": "公里",
               "year_paid": D(1650), "progress": D(62), "progress_on": date(2026, 10, 31)},
     [("year_paid", {"year_paid": D(2651)}), ("progress_on", {"progress_on": None}), ("progress", {"progress": None}), ("invest", {"invest": D(42_000_000)}), ("paid", {"paid": D(4201)}), ("finished_on", {"finished_on": date(2026, 3, 11)}),
      ("quantity_unit", {"quantity_unit": ""}), ("stage", {"stage": "前期"})]),
    (Milestone, {"state": "已完成", "actual_on": date(2026, 8, 25), "adjusted_on": date(2026, 8, 31), "adjust_reason": "汛期"},
     [("adjust_reason", {"adjust_reason": ""}), ("actual_on", {"actual_on": None}), ("state", {"state": "未完成"})]),
]  # fmt: skip


@pytest.mark.parametrize(("model", "good", "mistakes"), CASES, ids=[c[0].__name__ for c in CASES])
def test_mistakes_are_refused_at_the_field_they_are_in(model, good, mistakes) -> None:
    assert model(**good).faults() == {}
    for field, wrong in mistakes:
        assert list(model(**good | wrong).faults()) == [field], wrong


@pytest.mark.parametrize("model", [c[0] for c in CASES], ids=lambda m: m.__name__)
def test_an_empty_form_is_checked_without_falling_over(model) -> None:
    assert isinstance(model().faults(), dict)


@pytest.mark.parametrize(
    ("people", "assets", "level"),
    [(99, 0, "小型"), (100, 0, "中型"), (499, 499.9, "中型"), (500, 0, "大型"), (10, 500, "中型"), (10, 10000, "特大型"), (1000, 0, "特大型")],
)  # fmt: skip
def test_danger_by_people_or_assets(people: int, assets: float, level: str) -> None:
    assert danger_level(people, assets) == level


@pytest.fixture
def county(db) -> Org:
    city = Org.objects.create(code="500000", name="某市", kind=Org.Kind.CITY)
    return Org.objects.create(code="500999", name="某县", kind=Org.Kind.COUNTY, parent=city)


def test_a_latin_name_keeps_its_blanks_and_a_code_loses_them(county: Org) -> None:
    species, source = get("mountain.species"), get("risk.radiationsource")
    refs = References(species, county)
    for given, held in (
        ("Thuja　sutchuenensis ", "Thuja sutchuenensis"),
        ("Taxus wallichiana  var. chinensis", "Taxus wallichiana var. chinensis"),
        ("Platanus × acerifolia", "Platanus × acerifolia"),
    ):
        read = parse(species.fields["latin"], given, refs)
        assert read == held
        assert Species._meta.get_field("latin").clean(read, Species()) == held
    assert parse(source.fields["code"], " 0122 CS 000014", References(source, county)) == "0122CS000014"


def test_levels_by_rule_stand_beside_those_given(county: Org) -> None:
    source = RadiationSource(org=county, nuclide="Co-60", activity=D("3E11"))
    source.prepare()
    assert source.class_by_rule == "Ⅱ类"
    unit = EnterpriseRisk(
        org=county, q_air=D("0.4"), q_water=D(12), m_water=50, e_water="E2", penalty_3y=False
    )
    unit.prepare()
    assert (unit.level_by_rule, unit.notation) == ("重大", "一般-大气(Q0)+重大-水(Q2-M3-E2)")
    unit.m_water = None
    unit.prepare()
    assert unit.level_by_rule == ""
    parcel = Subcompartment(org=county, rate=D(16), area_ha=D("3.7"))
    parcel.prepare()
    assert parcel.amount == 888  # 16 × 3.7 × 15
    moved = Milestone(org=county, planned_on=date(2026, 6, 30), adjusted_on=date(2026, 8, 31))
    moved.prepare()
    assert moved.due_on == date(2026, 8, 31)


def test_q_is_the_sum_of_the_list_of_substances(county: Org) -> None:
    company = Enterprise.objects.create(org=county, county=county, uscc=USCC, name="模拟企业甲")
    unit = EnterpriseRisk(
        org=county,
        enterprise=company,
        assessed_on=date(2026, 1, 1),
        q_air=D("1.3"),
        q_water=D("0.8"),
        m_air=30,
        e_air="E2",
        level="较大",
    )
    unit.prepare()
    unit.save()
    for name, medium, amount, critical in (("甲", "气", 5, 10), ("乙", "气和水", "0.8", 1)):
        line = RiskSubstance(
            org=county, assessment=unit, name=name, medium=medium, max_onsite=D(amount), critical=D(critical)
        )
        line.prepare()
        line.save()
    unit.q_air = D("9")
    unit.prepare()
    assert (unit.q_air, unit.q_water) == (D("1.3"), D("0.8"))
    assert unit.faults() == {}
    RiskSubstance.objects.filter(assessment=unit).delete()
    unit.q_air = D("9")
    unit.prepare()
    assert unit.q_air == 9


def test_a_level_below_the_rule_is_explained() -> None:
    filed = EnterpriseRisk(q_air=D("0.5"), q_water=D("0.5"), level="一般", level_by_rule="较大")
    assert list(filed.faults()) == ["note"]
    filed.note = "专家评审意见〔2026〕1号"
    assert filed.faults() == {}
    assert EnterpriseRisk(q_air=D("0.5"), q_water=D("0.5"), level="重大", level_by_rule="较大").faults() == {}


def test_cards_are_checked_off_only_when_all_are_signed(county: Org) -> None:
    point = Geohazard(
        org=county,
        county=county,
        code="P",
        name="P",
        zone_kind="隐患点",
        households=1,
        people=2,
        lon=D(108),
        lat=D(31),
    )
    point.save()
    card = GeohazardCard(org=county, county=county, number="P-B-001", point=point, state="已发放")
    card.save()
    point.cards_checked_on = date(2026, 4, 20)
    assert "还有 1 张卡没有签收" in point.faults()["cards_checked_on"]
    card.state = "已签收"
    card.save()
    assert point.faults() == {}


def _kept(record):
    record.prepare()
    record.save()
    return record


def test_a_border_is_marked_only_when_its_markers_stand(county: Org) -> None:
    area = _kept(
        ProtectedArea(org=county, code="A9", name="甲", kind="湿地公园", markers_planned=2, state="勘界中")
    )
    _kept(
        Marker(org=county, area=area, number="1", kind="界桩", lon=D(108), lat=D(31), set_on=date(2026, 3, 1))
    )
    second = _kept(
        Marker(
            org=county,
            area=area,
            number="2",
            kind="界桩",
            lon=D(108),
            lat=D(31),
            set_on=date(2026, 3, 1),
            state="缺失",
        )
    )
    area.state = "已立标"
    assert "完好的只有 1 个" in area.faults()["markers_planned"]
    Marker.objects.filter(pk=second.pk).update(state="完好")
    assert area.faults() == {}
    ProtectedArea.objects.filter(pk=area.pk).update(state="已立标")
    Marker.objects.filter(pk=second.pk).update(state="损坏")
    assert area.faults() == {}
