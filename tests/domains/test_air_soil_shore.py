"""Rules across fields of the air, soil and shore registers: the mistakes Excel makes are refused, good rows pass."""

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from jiuzhi.core import records
from jiuzhi.core.models import Org
from jiuzhi.core.records import SYSTEM
from jiuzhi.core.registers import get
from jiuzhi.domains.air.models import BareLand, DustCheck, DustSite, Machine, SmokeTest, Source, VocMaterial
from jiuzhi.domains.shore.models import Observation, Segment
from jiuzhi.domains.soil.models import (
    FarmMeasure,
    FarmPlot,
    FarmSample,
    KeyUnit,
    LandPlot,
    LandPollutant,
    UnitDuty,
)
from jiuzhi.master.models import Enterprise, Site, Village, WaterBody

USCC = "91500229MAMT0001AQ"
COMPANY = Enterprise(pk=1, uscc=USCC, name="模拟企业甲")
PLANT = Site(pk=1, code="S1", name="模拟厂", kind="企业", enterprise=COMPANY)
PLOT = FarmPlot(pk=1, code="N1", area_mu=D(40), land_use="水田", degree="轻中度")
UNIT = KeyUnit(pk=1, enterprise=COMPANY, year=2026, entered_on=date(2024, 3, 1))
CASES: list[tuple[Any, dict[str, Any], list[tuple[str, dict[str, Any]]]]] = [
    (Source, {"site": PLANT, "permit_no": USCC + "001P", "treatment": "袋式除尘、活性炭", "carbon_due": date(2026, 12, 1), "state": "已销号",
              "closed_on": date(2026, 5, 1), "revisit_on": date(2026, 11, 1), "grade": "未评"},
     [("site", {"site": Site(pk=2, name="无主场所", kind="企业")}), ("permit_no", {"permit_no": "91500240MAMT0001AM001P"}),
      ("carbon_due", {"carbon_due": None}), ("treatment", {"treatment": "袋式除尘、无"}), ("grade_on", {"grade": "B级"}),
      ("closed_on", {"closed_on": None}), ("revisit_on", {"revisit_on": date(2026, 4, 1)})]),
    (VocMaterial, {"content": D(420), "content_unit": "g/L", "low_voc": True, "report_no": "1"},
     [("content_unit", {"content_unit": ""}), ("content", {"content_unit": "%"}), ("content", {"content": None}), ("report_no", {"report_no": ""})]),
    (DustSite, {"area": D(6000), "shape_m2": D(6100), "start_on": date(2026, 3, 1), "phase": "主体", "state": "在册", "video": "在线", "video_rate": D(90)},
     [("area", {"area": D(9)}), ("end_on", {"end_on": date(2026, 2, 1)}), ("phase", {"phase": "完工"}), ("video_rate", {"video": "无"})]),
    (DustCheck, {"checked_on": date(2026, 11, 14), "problem": "未覆盖", "due_on": date(2026, 11, 17), "fixed_on": date(2026, 11, 16), "state": "待复核"},
     [("problem", {"problem": ""}), ("problem", {"state": "无问题"}), ("fixed_on", {"fixed_on": None}), ("due_on", {"due_on": date(2026, 11, 1)}),
      ("due_on", {"state": "整改中", "due_on": None})]),
    (BareLand, {"area": D(3000), "shape_m2": D(2900), "covered": D(3000), "found_by": "卫星", "found_on": date(2026, 4, 12), "image_on": date(2026, 4, 2),
                "measure": "绿化", "done_on": date(2026, 8, 1), "state": "已治理"},
     [("area", {"area": D("4.5"), "covered": D(4)}), ("covered", {"covered": D(30_000)}), ("image_on", {"image_on": None}),
      ("image_on", {"image_on": date(2026, 5, 1)}), ("done_on", {"done_on": date(2026, 4, 1)}), ("state", {"measure": ""})]),
    (Machine, {"fuel": "柴油", "stage": "国二", "enterprise": COMPANY, "made_on": date(2012, 1, 1), "got_on": date(2012, 2, 1),
               "registered_on": date(2020, 1, 1), "state": "已淘汰", "scrapped_on": date(2026, 5, 1), "subsidy": D(8000)},
     [("stage", {"fuel": "电"}), ("stage", {"stage": "电动"}), ("owner", {"enterprise": None}), ("registered_on", {"registered_on": date(2012, 1, 15)}),
      ("got_on", {"got_on": date(2011, 1, 1)}), ("scrapped_on", {"scrapped_on": None, "subsidy": None}),
      ("subsidy", {"scrapped_on": None, "state": "在用"})]),
    (SmokeTest, {"tested_on": date(2026, 9, 20), "k": D("0.8"), "k_limit": D("0.8"), "state": "合格"},
     [("k", {"k": None}), ("k_limit", {"k_limit": None}), ("state", {"k": D("0.81")}), ("fixed_on", {"fixed_on": date(2026, 9, 1)})]),
    (LandPlot, {"area": D(2000), "shape_m2": D(2000), "planned_use": "居住", "land_class": "第一类", "sampled_on": date(2025, 9, 1), "survey_on": date(2025, 11, 1),
                "survey_result": "超筛选值", "risk_on": date(2026, 3, 1), "listed_on": date(2026, 5, 1), "delisted_on": date(2026, 9, 1)},
     [("supplied_on", {"delisted_on": None, "supplied_on": date(2026, 6, 1)}), ("area", {"area": D(3)}), ("land_class", {"land_class": "第二类"}), ("survey_on", {"survey_on": date(2025, 8, 1)}),
      ("survey_result", {"survey_result": ""}), ("risk_on", {"survey_result": "未超筛选值"}), ("listed_on", {"listed_on": None})]),
    (LandPollutant, {"item": "砷", "background": D(18)}, [("background", {"item": "铅"})]),
    (KeyUnit, {"enterprise": COMPANY, "year": 2026, "site": PLANT, "published_on": date(2026, 3, 25), "entered_on": date(2021, 3, 1)},
     [("entered_on", {"entered_on": date(2027, 1, 1)}), ("published_on", {"published_on": date(2025, 3, 25)}),
      ("site", {"site": Site(pk=3, name="别家", enterprise=Enterprise(pk=2, name="乙"))}), ("left_on", {"left_on": date(2020, 1, 1)})]),
    (UnitDuty, {"unit": UNIT, "kind": "隐患排查", "done_on": date(2026, 6, 1), "dangers": 3, "fixed": 3, "state": "已办结", "exceeds": True, "exceeding": "钡"},
     [("done_on", {"done_on": None}), ("fixed", {"fixed": 4}), ("fixed", {"fixed": 2}), ("dangers", {"dangers": None, "fixed": None}),
      ("exceeding", {"exceeding": ""}), ("exceeding", {"exceeds": False}), ("done_on", {"done_on": date(2023, 6, 1)})]),
    (FarmPlot, {"area_mu": D(15), "shape_m2": D(10_000), "category": "安全利用类", "degree": "轻微", "pollutants": "镉", "ph": D(6),
                "category_on": date(2023, 6, 1), "category_paper": "1号", "use_year": 2026, "safe_mu": D(15)},
     [("area_mu", {"area_mu": D(1)}), ("degree", {"degree": "无"}), ("pollutants", {"pollutants": ""}), ("ph", {"ph": None}),
      ("category_paper", {"category_paper": ""}), ("use_year", {"use_year": None})]),
    (FarmMeasure, {"plot": PLOT, "area_mu": D(40), "start_on": date(2026, 3, 1), "end_on": date(2026, 3, 9)},
     [("area_mu", {"area_mu": D(26_667)}), ("end_on", {"end_on": date(2026, 2, 9)}), ("plot", {"plot": FarmPlot(pk=2, code="N2", area_mu=D(50), degree="无")})]),
    (FarmSample, {"plot": PLOT, "cd": D("0.3"), "produce": "稻谷", "produce_met": True},
     [("cd", {"cd": None}), ("cd", {"cd": D(0)}), ("produce", {"produce": ""})]),
    (Segment, {"code": "RH-L-0042", "bank": "左岸", "length": D(1000), "shape_m": D(1050), "use": "堤防护岸", "used": D(1000), "zone_on": date(2024, 6, 1), "zone_paper": "1号"},
     [("bank", {"bank": "右岸"}), ("length", {"length": None, "used": None}), ("length", {"length": D(500), "used": D(400)}), ("used", {"used": D(1001)}),
      ("use", {"use": "无"}), ("zone_paper", {"zone_paper": ""}), ("parents", {"parents": "RH-L-0001、RH-L-0042"}),
      ("proposed", {"nature": "人工", "proposed": "人工"})]),
    (Observation, {"segment": Segment(pk=1, code="RH-L-0001", length=D(1000)), "by": "卫星", "sensor": "A", "changed": D(1000), "finding": "护岸", "state": "属实"},
     [("sensor", {"sensor": ""}), ("changed", {"changed": D(1001)}), ("changed", {"state": "无变化"}), ("finding", {"finding": ""})]),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _stored(db) -> None:
    """Some rules look at what is stored; here there is nothing unless a test keeps it."""


@pytest.mark.parametrize(("model", "good", "mistakes"), CASES, ids=[c[0].__name__ for c in CASES])
def test_mistakes_are_refused_at_the_field_they_are_in(model, good, mistakes) -> None:
    assert model(**good).faults() == {}
    for field, wrong in mistakes:
        assert list(model(**good | wrong).faults()) == [field], wrong


@pytest.mark.parametrize("model", [c[0] for c in CASES], ids=lambda m: m.__name__)
def test_an_empty_form_is_checked_without_falling_over(model) -> None:
    assert isinstance(model().faults(), dict)


@pytest.fixture
def county(db) -> Org:
    city = Org.objects.create(code="500000", name="某市", kind=Org.Kind.CITY)
    return Org.objects.create(code="500999", name="某县", kind=Org.Kind.COUNTY, parent=city)


def kept(record):
    records.save(record, SYSTEM)
    return record


def test_video_is_due_from_5000_m2_of_a_building_site_in_town(county: Org) -> None:
    cases = [("房屋工地", 5000, True, True), ("房屋工地", 4999, True, False), ("市政工地", 9000, False, False), ("堆场", 9000, True, False)]  # fmt: skip
    for kind, area, built_up, due in cases:
        site = DustSite(org=county, kind=kind, area=D(area), built_up=built_up)
        site.prepare()
        assert site.video_due is due, (kind, area)


def test_one_permit_and_one_engine_stand_once(county: Org) -> None:
    site = {
        "org": county,
        "kind": "房屋工地",
        "area": D(900),
        "phase": "主体",
        "oversight": county,
        "permit_no": "MN-1",
    }
    kept(DustSite(code="A", name="项目名", **site))
    with pytest.raises(ValidationError, match="同一施工许可证号已有一条"):
        records.save(DustSite(code="B", name="建设单位名", **site), SYSTEM)
    machine = {
        "org": county,
        "kind": "挖掘机",
        "power": D(90),
        "fuel": "柴油",
        "stage": "国三",
        "stage_by": "铭牌",
        "owner": "甲",
        "engine_no": "E1",
    }
    first = kept(Machine(code="M1", **machine))
    with pytest.raises(ValidationError, match="同一发动机编号"):
        records.save(Machine(code="M2", **machine), SYSTEM)
    Machine.objects.filter(pk=first.pk).update(state="已转出")
    kept(Machine(code="M2", **machine))


def test_soil_is_judged_by_the_class_of_the_plot(county: Org) -> None:
    """Arsenic 61 mg/kg: above control? class 1 screening 20, control 120; class 2 screening 60. Without a class: 不可评."""
    for land_class, screening, grade in (
        ("第一类", D(20), "超筛选值"),
        ("第二类", D(60), "超筛选值"),
        ("", None, "不可评"),
    ):
        found = LandPollutant(
            org=county, plot=LandPlot(pk=1, land_class=land_class), item="砷", highest=D(61)
        )
        found.prepare()
        assert (found.screening, found.grade) == (screening, grade)
    listed = LandPollutant(org=county, plot=LandPlot(pk=1, land_class="第一类"), item="锰", highest=D(8600))
    listed.prepare()
    assert listed.grade == "不可评"


def test_farm_soil_by_its_own_ph(county: Org) -> None:
    """Paddy at pH 5.5: Cd 0.3 is the screening value, 1.5 the control value; lead 81 is above 80."""
    for values, grade, over in (
        ({"ph": D("5.5"), "cd": D("0.3")}, "未超筛选值", ""),
        ({"ph": D("5.5"), "cd": D("0.31"), "pb": D(81)}, "超筛选值", "镉、铅"),
        ({"ph": D("5.5"), "cd": D("1.51"), "pb": D(10)}, "超管制值", "镉"),
        ({"cd": D(9)}, "不可评", ""),
    ):
        sample = FarmSample(org=county, plot=PLOT, **values)
        sample.prepare()
        assert (sample.grade, sample.over) == (grade, over)


def test_safe_area_is_claimed_with_evidence_only(county: Org) -> None:
    village = kept(Village(org=county, code="V1", name="模拟村"))
    plot = kept(
        FarmPlot(org=county, code="N1", village=village, area_mu=D(40), land_use="水田", category="安全利用类", degree="轻中度",
                 pollutants="镉", ph=D("5.8"))
    )  # fmt: skip
    measure = kept(
        FarmMeasure(
            org=county, plot=plot, year=2026, season="春", kind="撒施石灰", area_mu=D(30), state="待核实"
        )
    )

    def claim(area: str) -> bool:
        again = FarmPlot.objects.get(pk=plot.pk)
        again.use_year, again.safe_mu = 2026, D(area)
        return "safe_mu" not in again.faults()

    assert not claim("30"), "not verified"
    FarmMeasure.objects.filter(pk=measure.pk).update(state="已核实")
    assert not claim("30"), "light to medium pollution needs produce that meets its limit"
    sample = kept(
        FarmSample(org=county, plot=plot, sampled_on=date(2026, 9, 1), number="1", ph=D("5.8"), cd=D("0.5"), produce="稻谷", produce_met=True)
    )  # fmt: skip
    assert claim("30")
    assert not claim("30.01")
    FarmSample.objects.filter(pk=sample.pk).update(produce_met=False)
    assert not claim("30")


def test_nature_of_a_bank_changes_by_a_second_persons_step_only(county: Org) -> None:
    river = kept(WaterBody(org=county, name="模拟河", kind="河流"))
    bank = kept(
        Segment(org=county, code="MN-L-001", water_body=river, bank="左岸", length=D(500), zone="岸线保护区", nature="自然", nature_by="现场",
                imagery_on=date(2026, 4, 2))
    )  # fmt: skip
    bank.nature = "人工"
    with pytest.raises(ValidationError, match="岸线性质不能直接改"):
        records.save(bank, SYSTEM)
    bank.refresh_from_db()
    Segment.objects.filter(pk=bank.pk).update(state="变更待核", proposed="人工")
    records.take_step(bank, "不予变更", SYSTEM)
    assert (bank.nature, bank.state) == ("自然", "现状")
    Segment.objects.filter(pk=bank.pk).update(state="变更待核", proposed="人工")
    records.take_step(bank, "核定变更", SYSTEM)
    assert (bank.nature, bank.state, bank.proposed) == ("人工", "已变更", "")


def test_a_drawn_bank_measures_itself(county: Org) -> None:
    bank = Segment(org=county, code="MN-L-002", bank="左岸", shape="LINESTRING(108.6 31.9, 108.61 31.9)")
    bank.prepare()
    assert 940 < bank.length < 950  # 0.01° of longitude at 31.9° N: 111.32 km × cos 31.9° ÷ 100 = 945 m
    assert bank.length_by == "图形量算"


def test_a_finished_site_leaves_the_list_in_one_step(county: Org) -> None:
    site = kept(
        DustSite(
            org=county,
            code="A",
            name="甲",
            kind="市政工地",
            area=D(900),
            phase="主体",
            oversight=county,
            state="在册",
        )
    )
    with pytest.raises(ValidationError):
        records.save(_with(site, phase="完工"), SYSTEM)
    step = get("air.dustsite").lifecycle.named("出册")
    assert step.needs == ("end_on", "phase")


def _with(record, **values):
    for name, value in values.items():
        setattr(record, name, value)
    return record


def test_a_listed_plot_may_be_supplied_for_a_factory_or_when_it_has_left_the_list() -> None:
    listed = {
        "planned_use": "居住",
        "land_class": "第一类",
        "listed_on": date(2026, 5, 1),
        "supplied_on": date(2026, 9, 1),
    }
    assert "移出名录前不能供地" in LandPlot(**listed).faults()["supplied_on"]
    assert LandPlot(**listed | {"planned_use": "工业"}).faults() == {}
    assert LandPlot(**listed | {"delisted_on": date(2026, 8, 1)}).faults() == {}
