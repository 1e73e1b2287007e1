"""Rules across fields of the waste, plastic, countryside, city, culture and carbon registers: Excel's mistakes are refused."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from jiuzhi.core import local, periods, records
from jiuzhi.core.models import Org
from jiuzhi.core.registers import get
from jiuzhi.core.registers.query import ordered
from jiuzhi.domains.carbon.models import ChargingMonth, ChargingStation, EnergyProject
from jiuzhi.domains.city.models import Catering, NoiseTest, NoiseZone
from jiuzhi.domains.countryside.models import Farm, ManureMonth, VillageProfile
from jiuzhi.domains.culture.models import Heritage, Venue
from jiuzhi.domains.plastic.models import FilmRecovery
from jiuzhi.domains.waste.models import (
    Cell,
    GeneralWasteMonth,
    MedicalMonth,
    MedicalPoint,
    Producer,
    ProducerWaste,
)  # fmt: skip
from jiuzhi.master.models import Enterprise, Site, Village

D = Decimal
USCC, OTHER = "91500229MAMT0001AQ", "91500229MAMT0002AR"
COMPANY, STRANGER = (
    Enterprise(pk=1, uscc=USCC, name="模拟企业甲"),
    Enterprise(pk=2, uscc=OTHER, name="模拟企业乙"),
)
PLANT = Site(pk=1, code="S1", name="模拟厂区", kind="企业", enterprise=COMPANY)
FARM = Site(pk=2, code="S2", name="模拟养殖场", kind="养殖场")
MAKER = Producer(pk=1, site=PLANT, enterprise=COMPANY, hw_class="登记管理")
CLEAN = Producer(pk=2, site=PLANT, enterprise=COMPANY, hw_class="不产危废")
GATHERING, CLINIC = (
    MedicalPoint(pk=n, code=str(n), name="点", kind=k) for n, k in ((1, "集中暂存点"), (2, "诊所"))
)
STATION = ChargingStation(pk=1, code="C1", name="模拟充电站", dc_guns=2, ac_guns=0, power_kw=D(240))
TOMORROW = local.today() + timedelta(days=1)
NEXT = str(local.today().year + 1)

CASES: list[tuple[Any, dict[str, Any], list[tuple[str, dict[str, Any]]]]] = [
    (Producer, {"site": PLANT, "enterprise": COMPANY, "hw_class": "简化管理", "hw_class_by_rule": "简化管理", "annual_max_t": D(12), "permit_no": USCC + "001P",
                "state": "在管", "plan_on": date(2026, 3, 20)},
     [("plan_on", {"plan_on": None}), ("enterprise", {"enterprise": STRANGER, "permit_no": ""}), ("hw_class", {"hw_class": "登记管理"}), ("class_basis", {"hw_class": "重点监管"}),
      ("annual_max_t", {"annual_max_t": D(12_000_000)}), ("permit_no", {"permit_no": OTHER + "001P"}), ("assessed", {"assessed_on": date(2026, 5, 1)}),
      ("assessed_on", {"assessed": "达标"})]),
    (ProducerWaste, {"producer": MAKER, "code": "900-214-08", "edition": "2021年版", "way": "委托利用", "receiver": "乙"},
     [("code", {"code": "900-241-08"}), ("code", {"producer": CLEAN}), ("identified", {"identified": "鉴别为一般固废"}),
      ("hazard", {"code": "900-005-S17", "hazard": "T"}), ("receiver", {"receiver": ""})]),
    (GeneralWasteMonth, {"code": "900-001-S02", "kind": "SW02 粉煤灰", "opening_t": D(100), "made_t": D(50), "sent_used_t": D(60), "used_old_t": D(40), "closing_t": D(90), "receiver": "乙"},
     [("code", {"code": "900-214-08"}), ("code", {"code": "900-001-S64"}), ("code", {"code": "粉煤灰"}), ("period", {"period": f"{NEXT}-12"}), ("made_t", {"closing_t": D(-10)}),
      ("used_old_t", {"used_old_t": D(61)}), ("used_old_t", {"opening_t": D(39)}), ("receiver", {"receiver": ""})]),
    (MedicalPoint, {"kind": "诊所", "gathers_at": GATHERING, "interval_days": 7, "interval_basis": "批复", "state": "在用"},
     [("interval_basis", {"interval_basis": ""}), ("gathers_at", {"gathers_at": CLINIC}), ("gathers_at", {"kind": "集中暂存点", "collector": "甲"}),
      ("last_collected_on", {"last_collected_on": TOMORROW}), ("collector", {"kind": "医院", "gathers_at": None})]),
    (MedicalMonth, {"handovers": 30, "late": 1, "longest_h": D("52.5"), "total_kg": D(100), "brought_kg": D(5), "disposed_kg": D(95), "carried_kg": D(10)},
     [("late", {"late": 31}), ("longest_h", {"late": 0}), ("longest_h", {"longest_h": D(48)}), ("handovers", {"handovers": 0, "late": 0, "longest_h": None}),
      ("disposed_kg", {"disposed_kg": D(95_000)}), ("period", {"period": f"{NEXT}-12"})]),
    (Cell, {"state": "已授牌", "applied_on": date(2025, 3, 10), "granted_on": date(2025, 6, 5), "valid_to": date(2028, 6, 4)},
     [("granted_on", {"granted_on": None}), ("granted_on", {"granted_on": date(2024, 6, 5)}), ("valid_to", {"valid_to": date(2025, 6, 4)}), ("revoked_on", {"state": "已撤销", "revoke_reason": "反弹"}),
      ("revoke_reason", {"state": "已撤销", "revoked_on": date(2026, 6, 4)}), ("revoked_on", {"revoked_on": date(2026, 6, 4)}), ("rechecked_on", {"rechecked_on": date(2025, 6, 1)})]),
    (FilmRecovery, {"period": "2026", "film": "普通地膜", "area_mu": D(100), "used_kg": D(500), "gross_kg": D(600), "impurity": D(20), "net_kg": D(480), "measured": "称重", "slips": 3},
     [("period", {"period": NEXT}), ("used_kg", {"used_kg": D(5000)}), ("impurity", {"impurity": None}), ("measured", {"measured": ""}), ("slips", {"slips": None}),
      ("outside_kg", {"net_kg": D(501)}), ("outside_kg", {"net_kg": D(-1)}), ("processed_kg", {"processed_kg": D(601)})]),
    (VillageProfile, {"households": 300, "pipe": 100, "central": 100, "reuse": 50, "control": 50, "toilets": 290, "harmless": 280, "judgement": "完成治理", "judge_basis": "核查表",
                      "judged_on": date(2025, 12, 1), "state": "已验收", "accepted_on": date(2026, 1, 18), "rechecked_on": date(2026, 9, 1)},
     [("pipe", {"pipe": 101}), ("toilets", {"toilets": 301}), ("harmless", {"harmless": 291}), ("judge_basis", {"judge_basis": ""}), ("judged_on", {"judged_on": None}),
      ("judgement", {"overflow": "重"}), ("sort_scored_on", {"sort_score": D(90)}), ("accepted_on", {"accepted_on": None}), ("rechecked_on", {"rechecked_on": date(2026, 1, 1)})]),
    (Farm, {"site": FARM, "county": Org(pk=1, code="500240"), "code": "15002400032", "species": "生猪", "capacity": 1000, "stock": 1200, "manure_year": 2025, "manure_t": D(900), "used_t": D(900)},
     [("site", {"site": PLANT}), ("code", {"species": "羊"}), ("code", {"code": "15002290032"}), ("stock", {"stock": 1201}), ("manure_year", {"manure_year": None}),
      ("used_t", {"used_t": D(901)}), ("closed_on", {"state": "关停"})]),
    (ManureMonth, {"opening_t": D(10), "made_t": D(100), "field_t": D(50), "field_mu": D(20), "sent_t": D(40), "receiver": "乙", "slips": 2, "lost_t": D(10), "closing_t": D(10)},
     [("made_t", {"closing_t": D(-1)}), ("lost_t", {"lost_t": D(11)}), ("field_mu", {"field_mu": None}), ("receiver", {"receiver": ""}), ("slips", {"slips": None}), ("period", {"period": f"{NEXT}-12"})]),
    (NoiseZone, {"zone": "1类", "state": "现行", "valid_from": date(2023, 7, 1), "paper": "批复", "review_due": date(2028, 6, 30), "area_km2": D(2), "shape_m2": D(2_000_000)},
     [("valid_to", {"valid_to": date(2023, 7, 1)}), ("review_due", {"review_due": date(2023, 6, 30)}), ("valid_from", {"valid_from": None}), ("paper", {"paper": ""}),
      ("area_km2", {"area_km2": D(200)}), ("sources", {"zone": "0类", "sources": "工业"})]),
    (NoiseTest, {"period": "2026-Q2", "method": "手工", "day_level": D(52), "night_level": D(44), "night_most": D(50)},
     [("period", {"period": f"{NEXT}-Q4"}), ("day_level", {"day_level": None, "night_level": None}), ("night_level", {"day_level": D(33)}), ("night_most", {"night_most": D(43)}),
      ("weather_ok", {"weather_ok": False})]),
    (Catering, {"stoves": D(4), "scale": "中型", "purifier": True, "efficient": True, "removal": D(75), "fume": D("0.8"), "tested_on": date(2026, 4, 1), "key_reasons": "连片"},
     [("stoves", {"stoves": D(61)}), ("key_reasons", {"key_reasons": "大型"}), ("purifier", {"purifier": False}), ("removal", {"removal": D(74)}), ("tested_on", {"tested_on": None}),
      ("fume", {"fume": None}), ("cleaned_on", {"cleaned_on": TOMORROW})]),
    (Heritage, {"kind": "不可移动文物", "category": "古建筑", "level": "全国重点", "state": "已公布", "condition": "好", "assessed_on": date(2026, 4, 1), "survey": "照片", "surveyed_on": date(2026, 4, 1)},
     [("category", {"kind": "传统村落", "level": "国家级"}), ("folk_class", {"folk_class": "民俗"}), ("level", {"kind": "农业文化遗产", "category": ""}), ("level", {"level": "尚未核定公布"}),
      ("assessed_on", {"assessed_on": None}), ("condition", {"condition": ""}), ("surveyed_on", {"surveyed_on": None}), ("survey", {"survey": ""}), ("patrolled_on", {"patrolled_on": TOMORROW})]),
    (Venue, {"kind": "环保开放设施", "facility": "环境监测", "capacity": 20, "sessions": 2, "visitors": 120, "named_on": date(2024, 6, 5), "valid_to": date(2027, 6, 4)},
     [("facility", {"facility": ""}), ("facility", {"kind": "博物馆"}), ("sessions", {"sessions": None}), ("visitors", {"visitors": 121}), ("opened_on", {"opened_on": TOMORROW}), ("valid_to", {"valid_to": date(2024, 6, 5)})]),
    (EnergyProject, {"kind": "风电", "state": "并网", "capacity_mw": D(200), "grid_mw": D(200), "approved_on": date(2019, 4, 2), "started_on": date(2019, 11, 15), "grid_on": date(2021, 12, 25),
                     "year": 2025, "annual_mwh": D(412_000), "hours": D(2060)},
     [("capacity_mw", {"capacity_mw": D(200_000)}), ("grid_mw", {"grid_mw": D(201)}), ("grid_on", {"grid_on": None}), ("state", {"state": "前期"}), ("energy_mwh", {"energy_mwh": D(100)}),
      ("annual_mwh", {"hours": D(8785)}), ("year", {"year": None}), ("started_on", {"started_on": date(2019, 4, 1)}), ("retired_on", {"retired_on": date(2020, 1, 1)})]),
    (ChargingStation, {"state": "运营", "dc_guns": 12, "ac_guns": 4, "power_kw": D(1468), "opened_on": date(2023, 9, 28)},
     [("dc_guns", {"dc_guns": 0, "ac_guns": 0}), ("power_kw", {"power_kw": D(1_468_000)}), ("power_kw", {"dc_guns": 0}), ("opened_on", {"opened_on": None}), ("closed_on", {"closed_on": date(2023, 9, 27)})]),
    (ChargingMonth, {"station": STATION, "period": "2026-10", "kwh": D(62_400), "orders": 2510, "fault_h": D(1488), "most_kwh": D(178_560)},
     [("kwh", {"kwh": D(178_561)}), ("orders", {"orders": 0}), ("green_kwh", {"green_kwh": D(62_401)}), ("fault_h", {"fault_h": D(1489)}), ("period", {"period": f"{NEXT}-12"})]),
]  # fmt: skip


@pytest.mark.parametrize(("model", "good", "mistakes"), CASES, ids=[c[0].__name__ for c in CASES])
def test_mistakes_are_refused_at_the_field_they_are_in(model, good, mistakes) -> None:
    assert model(**good).faults() == {}
    for field, wrong in mistakes:
        assert list(model(**good | wrong).faults()) == [field], wrong


@pytest.mark.parametrize("model", [c[0] for c in CASES], ids=lambda m: m.__name__)
def test_an_empty_form_is_checked_without_falling_over(model) -> None:
    model().prepare()
    assert isinstance(model().faults(), dict)


def test_months() -> None:
    assert periods.month_before("2026-01") == "2025-12"
    assert periods.month_before("2026-11") == "2026-10"
    assert periods.month_before("2026-Q3") == periods.month_before("2026-13") == ""
    today = local.today()
    assert periods.has_begun(f"{today.year}")
    assert periods.has_begun(f"{today:%Y-%m}")
    assert periods.has_begun(f"{today.year}-Q{(today.month + 2) // 3}")
    assert periods.has_begun("去年")
    assert not any(periods.has_begun(f"{NEXT}{part}") for part in ("", "-01", "-Q1"))


@pytest.fixture
def county(db) -> Org:
    city = Org.objects.create(code="500000", name="某市", kind=Org.Kind.CITY)
    return Org.objects.create(code="500240", name="某县", kind=Org.Kind.COUNTY, parent=city)


def saved(record: Any) -> Any:
    records.save(record, records.SYSTEM)
    return record


def test_what_is_computed_follows_from_what_was_typed(county: Org) -> None:
    def prepared(record: Any) -> Any:
        record.org = county
        record.prepare()
        return record

    line = prepared(ProducerWaste(code="900-003-SW17", hazard="", edition="2025年版"))
    assert (line.code, line.kind, line.edition, line.hazard) == ("900-003-S17", "SW17 可再生类废物", "", "")
    assert prepared(ProducerWaste(code="900-214-08")).hazard == "T、I"
    assert (
        prepared(Producer(annual_max_t=D(12), own_facility=False, licensed=False)).hw_class_by_rule
        == "简化管理"
    )
    month = GeneralWasteMonth(
        code="900-001-S02", opening_t=D(100), made_t=D(50), sent_used_t=D(60), self_disposed_t=D("0.5")
    )
    assert prepared(month).closing_t == D("89.5")
    assert prepared(FilmRecovery(gross_kg=D(600), impurity=D(20), outside_kg=D(30))).net_kg == 450
    profile = prepared(VillageProfile(households=300, pipe=100, central=101))
    assert profile.treated_share == D("67.0")
    assert prepared(Farm(species="奶牛", stock=126)).pigs == 840
    zone = prepared(NoiseZone(zone="2类"))
    assert (zone.day_limit, zone.night_limit) == (60, 50)
    test = NoiseTest(zone="1类", day_level=D("55"), night_level=D("45.1"), night_most=D(60))
    test = prepared(test)
    assert (test.day_met, test.night_met, test.sudden_met) == (True, False, True)
    shop = prepared(Catering(stoves=D(3), fume=D("1.1"), tested_on=date(2026, 4, 1)))
    assert (shop.scale, shop.fume_met) == ("中型", False)
    assert prepared(EnergyProject(grid_mw=D(200), annual_mwh=D(412_000))).hours == 2060
    assert prepared(ChargingMonth(station=STATION, period="2026-02")).most_kwh == 240 * 24 * 28
    assert prepared(ChargingMonth(station=STATION, period="2026-2x")).most_kwh is None


def test_a_new_edition_of_the_zoning_leaves_what_was_judged(county: Org) -> None:
    zone = saved(NoiseZone(org=county, code="1", name="片区", zone="2类"))
    test = saved(
        NoiseTest(org=county, area=zone, point="1", period="2026-Q2", method="手工", day_level=D(58))
    )
    zone.zone = "1类"
    saved(zone)
    test.cause = "复核"
    saved(test)
    assert (test.zone, test.day_met) == ("2类", True)


def test_what_a_record_is_called_by_comes_along_with_it(county: Org, django_assert_num_queries) -> None:
    register = get("waste.generalwastemonth")
    assert {"producer__site", "producer__enterprise__unit"} <= set(register.links())
    site = saved(Site(org=county, code="S1", name="模拟厂区", kind="企业"))
    company = saved(Enterprise(org=county, uscc=USCC, name="模拟企业甲"))
    more = {"hw_class": "不产危废", "annual_max_t": D(0), "general_class": "重点"}
    maker = saved(Producer(org=county, site=site, enterprise=company, **more))
    saved(GeneralWasteMonth(org=county, producer=maker, code="900-001-S02", name="粉煤灰", period="2026-01", opening_t=D(0), made_t=D(1), measured="称重"))  # fmt: skip
    with django_assert_num_queries(1):
        assert [str(r.producer) for r in ordered(register, GeneralWasteMonth.objects.all(), "")] == [
            "模拟厂区"
        ]


def test_stock_is_carried_from_month_to_month(county: Org) -> None:
    company = saved(Enterprise(org=county, uscc=USCC, name="模拟企业甲"))
    site = saved(Site(org=county, code="S1", name="模拟厂区", kind="企业", enterprise=company))
    maker = saved(
        Producer(
            org=county,
            site=site,
            enterprise=company,
            hw_class="不产危废",
            annual_max_t=D(0),
            general_class="重点",
        )
    )

    def month(period: str, opening: str) -> GeneralWasteMonth:
        return GeneralWasteMonth(
            org=county, producer=maker, code="900-001-S02", name="粉煤灰", period=period, opening_t=D(opening), made_t=D(10), measured="称重",
        )  # fmt: skip

    saved(month("2025-12", "5"))
    with pytest.raises(ValidationError, match="15 t"):
        saved(month("2026-01", "14"))
    assert saved(month("2026-01", "15")).closing_t == 25


def test_a_farm_cannot_use_less_than_its_ledger_says(county: Org) -> None:
    site = saved(Site(org=county, code="F1", name="模拟养殖场", kind="养殖场"))
    farm = saved(
        Farm(org=county, site=site, species="生猪", capacity=100, stock=90, counted_on=date(2026, 9, 30), scale="规模场", manure_year=2025, manure_t=D(200), used_t=D(150))
    )  # fmt: skip
    ledger = {
        "org": county,
        "farm": farm,
        "opening_t": D(0),
        "made_t": D(100),
        "field_t": D(90),
        "field_mu": D(40),
    }
    saved(ManureMonth(**ledger, period="2025-06"))
    farm.used_t = D(89)
    with pytest.raises(ValidationError, match="90 t"):
        saved(farm)
    with pytest.raises(ValidationError, match="上月"):
        saved(ManureMonth(**ledger, period="2025-07"))


def test_a_village_passes_and_falls_back_by_steps(county: Org) -> None:
    village = saved(Village(org=county, code="1", name="模拟村"))
    profile = saved(VillageProfile(org=county, village=village, year=2026, kind="行政村", households=100))
    with pytest.raises(ValidationError, match="纳管户数"):
        records.take_step(profile, "启动创建", records.SYSTEM)
    records.take_step(
        profile, "启动创建", records.SYSTEM, filled={"pipe": 40, "central": 0, "reuse": 30, "control": 30}
    )
    assert (profile.state, profile.treated_share) == ("创建中", 100)
    with pytest.raises(ValidationError, match="不能办理"):
        records.take_step(profile, "验收通过", records.SYSTEM)


def test_who_makes_no_hazardous_waste_comes_under_management_too() -> None:
    steps = {s.name: s for s in get("waste.producer").lifecycle.steps}
    assert steps["建档"].needs == ("officer",)
    assert steps["纳入管理（不产危废）"].needs == ("general_class",)
    clean = {"hw_class": "不产危废", "annual_max_t": D(0), "state": "在管"}
    assert Producer(**clean).faults() == {}


def test_a_farm_code_has_ten_or_eleven_digits() -> None:
    import re

    farm = {"county": Org(pk=1, code="500240"), "site": FARM, "species": "羊"}
    assert Farm(code="5002400011", **farm).faults() == {}
    assert Farm(code="35002400011", **farm).faults() == {}
    assert list(Farm(code="15002400011", **farm).faults()) == ["code"]
    assert list(Farm(code="5002290011", **farm).faults()) == ["code"]
    pattern = Farm._meta.get_field("code").pattern[0]
    assert [bool(re.fullmatch(pattern, c)) for c in ("5002400011", "35002400011", "500240001", "035002400011")] == [True, True, False, False]  # fmt: skip


def test_each_village_counts_by_its_newest_profile(county: Org) -> None:
    from jiuzhi.engine.indicators.evaluate import register_rows
    from jiuzhi.engine.indicators.registry import INDICATORS, Inputs

    for n, (year, judgement) in enumerate([(2025, "完成治理"), (2026, "未完成"), (2027, "完成治理")]):
        if n == 0:
            stale = saved(Village(org=county, code="2", name="模拟村乙"))
            saved(
                VillageProfile(
                    org=county,
                    village=stale,
                    year=2025,
                    kind="行政村",
                    households=9,
                    judgement="完成管控",
                    judge_basis="表",
                    judged_on=date(2025, 6, 1),
                )
            )
            village = saved(Village(org=county, code="1", name="模拟村甲"))
        saved(
            VillageProfile(
                org=county,
                village=village,
                year=year,
                kind="行政村",
                households=9,
                judgement=judgement,
                judge_basis="表",
                judged_on=date(2025, 6, 1),
            )
        )
    rows = register_rows("countryside.villageprofile", county)
    declared = INDICATORS["countryside.sewage_rate"]
    found = declared.function(Inputs(county.code, "2026", date(2026, 1, 1), date(2026, 11, 24), False, rows))
    assert found.value == 50
