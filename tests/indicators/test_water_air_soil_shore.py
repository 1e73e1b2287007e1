"""Indicators of the water, air, soil and shore registers on a few records whose results can be worked out by hand."""

from datetime import date
from decimal import Decimal as D

import pytest

from jiuzhi.domains.shore.models import Segment
from jiuzhi.engine.indicators.registry import INDICATORS, Inputs, Result
from tests.indicators.test_mountain_risk_governance import DAY, standing

OURS = [c for c, i in INDICATORS.items() if i.register and i.domain in ("water", "air", "soil", "shore")]


@pytest.mark.parametrize("code", OURS)
def test_nothing_registered_is_no_value_and_says_why(code: str) -> None:
    found = standing(code, [])
    assert found.value is None
    assert found.why


def test_mine_water_treated_is_accepted_or_watched() -> None:
    """Two of five; a trial run is not yet treated."""
    states = ("验收", "长期监测", "试运行", "施工", "排查")
    assert standing("water.mine_treated", [{"state": s} for s in states]).value == 40


def test_outlets_done_among_those_that_need_it() -> None:
    """Two of three; nothing to mend and struck off do not count."""
    rows = [
        {"state": "已销号"}, {"state": "日常监管"}, {"state": "整治中"}, {"state": "注销"},
        {"state": "已监测", "remediation": "无需整治"},
    ]  # fmt: skip
    assert standing("water.outlet_rate", rows).value == D(200) / 3


def test_works_upgraded_are_counted() -> None:
    found = standing("water.plants_upgraded", [{"upgrade": u} for u in ("完成", "完成", "调试", "未列入")])
    assert found.value == 2


def test_sources_closed_among_those_listed() -> None:
    """Two closed of three listed; surveyed and filed without a problem are not listed."""
    states = ("已销号", "关停取缔", "整治中", "建档", "摸排")
    found = standing("air.sources_closed", [{"state": s} for s in states])
    assert found.value == 2
    assert found.others[0].value == D(200) / 3


def test_video_counts_from_eighty_percent_and_only_where_due() -> None:
    """One of three due: 80 % online is enough, 79.9 % and unknown are not; not due, new or struck off stand outside."""
    site = {"video_due": True, "state": "在册", "video": "在线", "video_rate": D(80)}
    rows = [
        site, site | {"video_rate": D("79.9")}, site | {"video_rate": None}, site | {"video_due": False},
        site | {"state": "出册"}, site | {"state": "新增"},
    ]  # fmt: skip
    assert standing("air.dust_video", rows).value == D(100) / 3


def test_cover_of_dust_sites_weighs_by_area() -> None:
    """(3000 × 90 + 1000 × 0) ÷ 4000 = 67.5 %; unknown cover counts as none and is said."""
    rows = [
        {"area": D(3000), "covered": D(90), "state": "在册"}, {"area": D(1000), "state": "整改中"},
        {"area": D(9000), "covered": D(100), "state": "出册"},
    ]  # fmt: skip
    found = standing("air.dust_covered", rows)
    assert found.value == D("67.5")
    assert ("未填覆盖率", "1 处") in found.inputs


def test_bare_land_done_by_area_after_the_recheck() -> None:
    """(3000 + 1000) of 10,000 m2; half-covered without recheck is not done, struck off uncovered never was bare land."""
    rows = [
        {"area": D(3000), "covered": D(3000), "state": "已治理"}, {"area": D(1000), "covered": D(1000), "state": "出册"},
        {"area": D(6000), "covered": D(2500), "state": "待复核"}, {"area": D(500), "state": "出册"},
        {"area": D(800), "state": "待核实"},
    ]  # fmt: skip
    assert standing("air.bare_done", rows).value == 40


def test_old_machines_out_this_year() -> None:
    """Two out this year (one a farm machine); last year's, a newer stage and a transfer are not; one old one is left."""
    gone = {"stage": "国二", "state": "已淘汰", "scrapped_on": date(2026, 5, 30), "scope": "工程机械"}
    rows = [
        gone, gone | {"stage": "国一前", "scope": "农业机械", "scrapped_on": DAY}, gone | {"scrapped_on": date(2025, 12, 31)},
        gone | {"stage": "国三"}, gone | {"state": "已转出"}, {"stage": "国一", "state": "在用"},
    ]  # fmt: skip
    found = standing("air.old_machine_out", rows)
    assert found.value == 2
    assert ("其中农业机械", "1 台") in found.inputs
    assert found.others[0].value == 1


def test_safe_use_by_area_of_the_year_and_the_other_method_beside() -> None:
    """(46.5 + 0) of (46.5 + 28 + 12.5) 亩 by degree; by category the slightly polluted plot that is 优先保护类 is left out."""
    plot = {
        "area_mu": D("46.5"),
        "degree": "轻中度",
        "category": "安全利用类",
        "use_year": 2026,
        "safe_mu": D("46.5"),
    }
    rows = [
        plot,
        plot
        | {"area_mu": D(28), "degree": "重度", "category": "严格管控类", "use_year": 2025, "safe_mu": D(28)},
        plot
        | {
            "area_mu": D("12.5"),
            "degree": "轻微",
            "category": "优先保护类",
            "use_year": None,
            "safe_mu": None,
        },
        plot
        | {"area_mu": D(60), "degree": "无", "category": "优先保护类", "use_year": None, "safe_mu": None},
    ]
    found = standing("soil.safe_use_rate", rows)
    assert found.value == 100 * D("46.5") / 87
    assert found.others[0].value == 100 * D("46.5") / D("74.5")


def test_land_supplied_before_it_was_clear_is_unsafe() -> None:
    """1000 of 4000 m2 of housing and public land were supplied too early; an industrial plot counts only in the wider scope."""
    plot = {
        "name": "甲",
        "area": D(3000),
        "planned_use": "居住",
        "clear_on": date(2026, 4, 1),
        "supplied_on": date(2026, 4, 1),
    }
    early = {"area": D(1000), "planned_use": "公共管理与公共服务", "supplied_on": date(2026, 3, 31)}
    other = {"area": D(4000), "planned_use": "工业", "clear_on": None, "supplied_on": None}
    found = standing("soil.land_safe_rate", [plot, plot | early, plot | other])
    assert found.value == 75
    assert found.others[0].value == D("87.5")
    never = plot | {"clear_on": None}
    assert standing("soil.land_safe_rate", [plot, never]).value == 50


def test_duties_in_time_among_those_due() -> None:
    """One of three due: late and not done are not in time, one not yet due stands outside; two dangers are open."""
    duty = {
        "due_on": date(2026, 9, 30),
        "done_on": date(2026, 9, 30),
        "state": "已提交",
        "dangers": 3,
        "fixed": 1,
    }
    rows = [
        duty, duty | {"done_on": date(2026, 10, 1), "dangers": None, "fixed": None},
        duty | {"done_on": None, "state": "待履行", "dangers": None, "fixed": None},
        duty | {"due_on": date(2026, 11, 25), "dangers": 1},
    ]  # fmt: skip
    found = standing("soil.unit_duty", rows)
    assert found.value == D(100) / 3
    assert ("未整改隐患", "2 个") in found.inputs
    assert standing("soil.dangers_fixed", rows).value == 50


def shoreline(code: str, rows: list[dict]) -> Result:
    """Segments with the river as people call it, as `register_rows` gives it."""
    plain = [f.name for f in Segment._meta.concrete_fields if not f.is_relation]
    made = [{**{n: getattr(Segment(**r), n) for n in plain}, "water_body": river} for river, r in rows]
    return INDICATORS[code].function(Inputs("500999", "2026", date(2026, 1, 1), DAY, False, made))


BANK = {"length": D(900), "nature": "自然", "zone": "岸线保护区", "imagery_on": date(2026, 4, 2)}
RIVERS = [
    ("任河", BANK), ("任河", BANK | {"length": D(100), "nature": "人工", "zone": "岸线控制利用区", "used": D(40)}),
    ("前河", BANK | {"length": D(300), "nature": "近自然", "zone": "岸线保留区", "used": D(60)}), ("前河", BANK | {"length": D(700)}),
]  # fmt: skip


def test_natural_shoreline_of_each_river() -> None:
    """任河 900 of 1000 m, 前河 700 of 1000 m, together 80 %; with the near-natural bank 前河 is whole and the sum 95 %."""
    found = shoreline("shore.natural_ratio", RIVERS)
    assert found.value == 80
    assert {p.name: p.value for p in found.parts} == {"任河": "90.0", "前河": "70.0"}
    assert found.others[0].value == 95
    assert found.others[0].note == "任河 90.0%；前河 100.0%"


def test_protected_share_and_occupation() -> None:
    """1900 of 2000 m lie in the two kept zones; 100 of 2000 m are occupied, 40 of 100 m in the zone of controlled use."""
    assert shoreline("shore.protected_share", RIVERS).value == 95
    found = shoreline("shore.occupied_rate", RIVERS)
    assert found.value == 5
    assert {p.name: p.value for p in found.parts}["岸线控制利用区"] == "40.0"
