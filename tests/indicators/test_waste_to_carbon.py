"""Indicators of the waste, plastic, countryside, city, culture and carbon registers, on a few records worked out by hand."""

from datetime import date
from decimal import Decimal

import pytest

from jiuzhi.engine.indicators.registry import INDICATORS

from .standing import DAY, standing

D = Decimal
DOMAINS = ("waste", "plastic", "countryside", "city", "culture", "carbon")
OURS = [c for c, i in INDICATORS.items() if i.register and i.domain in DOMAINS]


def ago(days: int) -> date:
    return date.fromordinal(DAY.toordinal() - days)


def test_every_domain_has_one() -> None:
    assert {c.partition(".")[0] for c in OURS} == set(DOMAINS)


@pytest.mark.parametrize("code", OURS)
def test_nothing_registered_is_no_value_and_says_why(code: str) -> None:
    found = standing(code, [])
    assert found.value is None
    assert found.why
    assert not found.sufficient


def ledger(**more) -> dict:
    return {
        "producer": "甲", "code": "321-001-S01", "period": "2026-01", "state": "已审核", "opening_t": D(0), "made_t": D(0), "closing_t": D(0),
    } | more  # fmt: skip


def test_use_of_old_stock_stands_above_and_below_the_line() -> None:
    """The catalogue's worked example: 70 000 used, of it 10 000 old, 100 000 made → 63.6364 %, not 70 %."""
    row = ledger(made_t=D(100_000), sent_used_t=D(50_000), self_used_t=D(20_000), used_old_t=D(10_000))
    found = standing("waste.industrial_use", [row])
    assert round(found.value, 4) == D("63.6364")
    assert not found.sufficient  # one month of ten


def test_what_was_not_sent_in_or_belongs_to_another_year_does_not_count() -> None:
    good = ledger(made_t=D(100), sent_used_t=D(80))
    rows = [good, good | {"state": "退回", "made_t": D(900)}, good | {"state": "待提交"}, good | {"period": "2025-12", "made_t": D(900)}]  # fmt: skip
    found = standing("waste.industrial_use", rows)
    assert found.value == 80
    assert ("未提交或退回的台账", "2 条") in found.inputs


def test_ten_months_of_ten_suffice_unless_a_ledger_is_open() -> None:
    rows = [ledger(period=f"2026-{m:02d}", made_t=D(10), sent_used_t=D(9)) for m in range(1, 11)]
    assert standing("waste.industrial_use", rows).sufficient
    assert not standing("waste.industrial_use", rows[1:]).sufficient
    assert not standing("waste.industrial_use", [*rows, ledger(period="2026-11", state="待提交")]).sufficient


def test_bulk_waste_is_what_the_list_names() -> None:
    rows = [
        ledger(code="900-001-S02", made_t=D(100), sent_used_t=D(95)),
        ledger(code="900-005-S17", made_t=D(100)),
    ]
    assert standing("waste.bulk_use", rows).value == 95
    assert standing("waste.industrial_use", rows).value == D("47.5")


def test_stock_is_the_last_month_of_each_waste() -> None:
    rows = [
        ledger(period="2026-10", closing_t=D(70)), ledger(period="2026-09", closing_t=D(100)),
        ledger(producer="乙", period="2025-12", closing_t=D(5)), ledger(code="900-001-S02", closing_t=D(1)),
        ledger(period="2026-11", closing_t=D(1000), state="待提交"),
    ]  # fmt: skip
    found = standing("waste.stock", rows)
    assert found.value == 76
    assert ("最早的月份", "2025-12") in found.inputs


def test_an_interval_beyond_two_days_needs_an_approval() -> None:
    """Collected: within 2 d; within 7 d by approval. Not: 3 d ago, 7 d without approval, never. Pets and closed ones stay out."""
    point = {"kind": "诊所", "state": "在用", "interval_days": 2, "last_collected_on": ago(2)}
    rows = [
        point, point | {"interval_days": 7, "interval_basis": "批复", "last_collected_on": ago(7)},
        point | {"last_collected_on": ago(3)}, point | {"interval_days": 7, "last_collected_on": ago(3)},
        point | {"last_collected_on": None}, point | {"kind": "宠物诊疗机构"}, point | {"state": "停用"},
    ]  # fmt: skip
    assert standing("waste.medical_collected", rows).value == 40


def test_medical_waste_in_time_and_made_harmless() -> None:
    """46 of 50 handovers in time; 940 kg of (1000 + 20 − 60) made harmless."""
    rows = [
        {"period": "2026-09", "handovers": 30, "late": 0, "total_kg": D(600), "brought_kg": D(20), "disposed_kg": D(590), "carried_kg": D(10)},
        {"period": "2026-10", "handovers": 20, "late": 4, "total_kg": D(400), "brought_kg": D(10), "disposed_kg": D(350), "carried_kg": D(60)},
        {"period": "2025-12", "handovers": 10, "late": 10, "total_kg": D(9), "disposed_kg": D(0)},
    ]  # fmt: skip
    assert standing("waste.medical_48h", rows).value == 92
    assert standing("waste.medical_safe", rows).value == D(94000) / 960


def test_cells_granted_and_not_revoked() -> None:
    cell = {"state": "已授牌", "granted_on": date(2025, 6, 5), "level": "县级"}
    rows = [
        cell, cell | {"level": "市级", "state": "复核中"}, cell | {"valid_to": ago(1)}, cell | {"state": "已撤销"},
        {"state": "公示", "level": "县级"}, cell | {"granted_on": date(2026, 11, 25)},
    ]  # fmt: skip
    found = standing("waste.cells", rows)
    assert found.value == 3
    assert [o.value for o in found.others] == [2, 1]
    assert ("过期未复核", "1 个") in found.inputs


def film(used: int, net: int | None = None, **more) -> dict:
    return {
        "period": "2026",
        "film": "普通地膜",
        "measured": "称重",
        "used_kg": D(used),
        "net_kg": net and D(net),
    } | more


def test_film_counts_net_weighed_and_without_degradable() -> None:
    """The catalogue's worked example: 49 000 + 48 000 kg net of 100 000 kg used → 97 %; 5 000 kg degradable apart."""
    rows = [film(60_000, 49_000), film(40_000, 48_000, period="2026-Q3"), film(5_000, film="全生物降解地膜")]
    assert standing("plastic.film_recovery", rows).value == 97
    guessed = [rows[0], rows[1] | {"measured": "估算"}, film(9_000, 9_000, period="2025")]
    found = standing("plastic.film_recovery", guessed)
    assert found.value == 49
    assert found.others[0].value == 97


def test_sewage_counts_unjudged_villages_as_not_done() -> None:
    """The catalogue's worked example: 120 treated + 61 controlled of 204 → 88.7255 %."""
    rows = [
        {"judgement": j}
        for j, n in (("完成治理", 120), ("完成管控", 61), ("未完成", 14), ("", 9))
        for _ in range(n)
    ]
    found = standing("countryside.sewage_rate", rows)
    assert round(found.value, 4) == D("88.7255")
    assert [round(o.value, 4) for o in found.others] == [D("58.8235"), D("29.9020")]


def test_zero_discharge_villages_fall_out_when_the_recheck_fails() -> None:
    village = {"state": "已验收", "accepted_on": date(2026, 1, 18)}
    rows = [
        village,
        village | {"state": "复核不合格"},
        {"state": "待验收"},
        village | {"accepted_on": date(2026, 11, 25)},
    ]
    found = standing("countryside.zero_villages", rows)
    assert found.value == 1
    assert found.inputs == [("创建中", "1 个"), ("复核不合格", "1 个")]


def test_toilets_of_households_as_they_live_there() -> None:
    rows = [{"households": 300, "toilets": 255, "harmless": 210}, {"households": 100}]
    found = standing("countryside.toilet_rate", rows)
    assert found.value == D("63.75")
    assert found.others[0].value == D("52.5")
    assert ("未填的村", "1 个") in found.inputs


def test_sorting_needs_points_collector_destination_and_this_years_score() -> None:
    village = {
        "kind": "行政村", "sort_points": 3, "sort_collector": "甲", "sort_destination": "乙", "sort_scored_on": date(2026, 10, 1),
    }  # fmt: skip
    rows = [
        village, village | {"sort_scored_on": date(2025, 12, 31)}, village | {"sort_points": 0}, village | {"sort_destination": ""},
        village | {"kind": "涉农社区", "sort_points": 0},
    ]  # fmt: skip
    assert standing("countryside.waste_sorting", rows).value == 25


def test_farms_without_accounts_enter_with_no_use() -> None:
    """(100 × 0.9 + 50 × 0.5) of 100 + 50 + 50 pigs → 57.5 %; closed farms and those without factor stay out, accounts of 2024 are old."""
    farm = {"state": "在养", "pigs": D(100), "manure_year": 2025, "manure_t": D(200), "used_t": D(180)}
    rows = [
        farm, farm | {"pigs": D(50), "used_t": D(100), "manure_year": 2026}, farm | {"pigs": D(50), "manure_year": 2024},
        farm | {"state": "关停"}, farm | {"pigs": None},
    ]  # fmt: skip
    found = standing("countryside.manure_rate", rows)
    assert found.value == D("57.5")
    assert ("没有核算、按 0 计的养殖场", "1 家") in found.inputs
    assert ("存栏为零或无系数、不计的养殖场", "1 家") in found.inputs


def test_farms_inside_the_ban_zone() -> None:
    rows = [
        {"state": "在养", "ban_zone": True},
        {"state": "关停", "ban_zone": True},
        {"state": "在养"},
        {"state": "整改", "ban_zone": False},
    ]
    found = standing("countryside.ban_zone_farms", rows)
    assert found.value == 1
    assert found.inputs == [("未核对禁养区", "1 家")]


def test_noise_by_site_and_period_day_and_night_apart() -> None:
    """Days 2 of 3, nights 1 of 2 → 3 of 5."""
    rows = [
        {"period": "2026-Q2", "day_met": True, "night_met": True}, {"period": "2026-09", "day_met": True, "night_met": False},
        {"period": "2026-Q3", "day_met": False}, {"period": "2025-Q4", "day_met": False, "night_met": False},
    ]  # fmt: skip
    found = standing("city.noise_zone", rows)
    assert found.value == 60
    assert [o.value for o in found.others] == [D(200) / 3, 50]


def test_purifiers_count_when_seen_and_cleaned_within_a_month() -> None:
    shop = {
        "state": "在管", "key_reasons": "大型", "purifier": True, "efficient": True, "verified_on": ago(90), "cleaned_on": ago(31),
    }  # fmt: skip
    rows = [
        shop, shop | {"verified_on": None, "cleaned_on": ago(32)}, shop | {"efficient": False, "cleaned_on": None},
        shop | {"key_reasons": ""}, shop | {"state": "歇业"}, shop | {"purifier": False, "efficient": None},
    ]  # fmt: skip
    assert standing("city.purifier", rows).value == 25
    assert standing("city.clean_ontime", rows).value == 50


def test_monuments_with_both_lines_drawn() -> None:
    lines = {"area_set_on": date(2015, 6, 1), "control_set_on": date(2015, 6, 1)}
    relic = {
        "kind": "不可移动文物",
        "state": "已公布",
        "level": "市级",
        "surveyed_on": date(2025, 1, 1),
    } | lines
    rows = [
        relic, relic | {"control_set_on": None, "surveyed_on": None}, relic | {"level": "尚未核定公布"}, relic | {"state": "已撤销"},
        relic | {"kind": "传统村落"}, {"kind": "不可移动文物", "state": "线索"},
    ]  # fmt: skip
    assert standing("culture.heritage_protected", rows).value == 50
    assert standing("culture.survey_done", rows).value == 75


def test_open_days_within_two_months() -> None:
    place = {"facility": "环境监测", "state": "开放", "opened_on": ago(61)}
    rows = [place, place | {"opened_on": ago(62)}, place | {"state": "暂停", "opened_on": None}, place | {"facility": ""}, place | {"state": "停办"}]  # fmt: skip
    assert standing("culture.open_days", rows).value == D(100) / 3


def test_capacity_new_and_clean_without_storage_and_coal() -> None:
    """Wind 200 + solar 80 MW → 28; with 25 MW hydro 30.5 [万千瓦]; under way: 100 approved, 40 of the solar."""
    unit = {"state": "并网", "grid_on": date(2021, 12, 25), "capacity_mw": D(200), "grid_mw": D(200)}
    rows = [
        unit | {"kind": "风电"}, unit | {"kind": "光伏", "state": "在建", "capacity_mw": D(120), "grid_mw": D(80)},
        unit | {"kind": "水电", "grid_mw": D(25)}, unit | {"kind": "新型储能"}, unit | {"kind": "煤电"},
        unit | {"kind": "风电", "state": "退役"}, unit | {"kind": "风电", "grid_on": date(2026, 12, 1)},
        {"kind": "风电", "state": "核准", "capacity_mw": D(100)},
    ]  # fmt: skip
    new, clean = standing("carbon.new_energy_capacity", rows), standing("carbon.clean_capacity", rows)
    assert (new.value, clean.value) == (28, D("30.5"))
    assert ("核准、在建尚未并网", "14 万千瓦") in new.inputs
    assert standing("carbon.new_energy_capacity", [unit | {"kind": "水电"}]).value is None


def test_guns_of_public_stations_at_work() -> None:
    station = {"state": "运营", "public": True, "dc_guns": 12, "ac_guns": 4}
    rows = [station, station | {"public": False}, station | {"state": "规划"}]
    found = standing("carbon.charging_guns", rows)
    assert found.value == 16
    assert [o.value for o in found.others] == [12, 4]


def test_use_of_chargers_weighs_by_power() -> None:
    rows = [
        {"period": "2026-09", "kwh": D(90), "most_kwh": D(600)},
        {"period": "2026-10", "kwh": D(10), "most_kwh": D(200)},
        {"period": "2025-10", "kwh": D(1), "most_kwh": D(1)},
    ]
    assert standing("carbon.charger_use", rows).value == D("12.5")
