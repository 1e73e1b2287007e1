"""Indicators of the mountain, risk and governance registers on a few records whose results can be worked out by hand."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from jiuzhi.engine.indicators.registry import INDICATORS

from .standing import DAY, standing

D = Decimal
OURS = [c for c, i in INDICATORS.items() if i.register and i.domain in ("mountain", "risk", "governance")]


@pytest.mark.parametrize("code", OURS)
def test_nothing_registered_is_no_value_and_says_why(code: str) -> None:
    found = standing(code, [])
    assert found.value is None
    assert found.why


def test_restored_area_counts_what_was_accepted_since_2026() -> None:
    """5.2 + 7.8 ha; accepted in 2025, not accepted, or accepted after the day are left out."""
    work = {"state": "已验收", "accepted_on": date(2026, 8, 12), "area_ha": D("5.2")}
    rows = [
        work,
        work | {"area_ha": D("7.8")},
        work | {"accepted_on": date(2025, 12, 31)},
        work | {"state": "完工", "accepted_on": None},
        work | {"accepted_on": date(2026, 11, 25)},
    ]
    assert standing("mountain.mine_restored", rows).value == 13


def test_restored_share_weighs_mines_by_area() -> None:
    """(5 + 0) of (10 + 15) ha = 20 %; a mine without disturbed area stands beside, not in the share."""
    rows = [
        {"disturbed_ha": D(10), "restored_ha": D(5)}, {"disturbed_ha": D(15)}, {"restored_ha": D(3)},
    ]  # fmt: skip
    found = standing("mountain.mine_restored_share", rows)
    assert found.value == 20
    assert ("未填损毁面积", "1 座") in found.inputs


def test_green_mines_are_counted_among_large_and_medium_working_ones() -> None:
    mine = {"status": "生产", "scale": "中型", "green": "市级"}
    rows = [
        mine,
        mine | {"scale": "大型", "green": "自评"},
        mine | {"scale": "小型"},
        mine | {"status": "停产"},
    ]
    assert standing("mountain.green_mine_rate", rows).value == 50


def test_protected_species_with_a_measure() -> None:
    """Two of three confirmed national species have a measure; city level and suspected ones do not count."""
    kind = {"local_status": "确认", "protect_level": "国家二级", "measures": "就地保护"}
    rows = [
        kind, kind | {"protect_level": "国家一级"}, kind | {"measures": ""}, kind | {"local_status": "疑似"},
        kind | {"protect_level": "市级"}, kind | {"protect_level": ""},
    ]  # fmt: skip
    assert standing("mountain.protected_species_rate", rows).value == D(200) / 3
    assert standing("mountain.species_graded", rows).value == D(500) / 6


def test_boundaries_and_markers() -> None:
    assert standing("mountain.boundary_done", [{"state": "已立标"}, {"state": "勘界中"}]).value == 50
    assert standing("mountain.markers_intact", [{"state": "完好"}] * 3 + [{"state": "缺失"}]).value == 75


def test_cards_count_only_when_sign_plan_and_this_years_check_are_there() -> None:
    point = {
        "zone_kind": "隐患点", "state": "在册", "sign_set": True, "plan_set": True, "cards_checked_on": date(2026, 4, 20),
    }  # fmt: skip
    rows = [
        point, point | {"cards_checked_on": date(2025, 12, 31)}, point | {"plan_set": None},
        point | {"sign_set": False}, point | {"zone_kind": "风险区"}, point | {"state": "已核销"},
    ]  # fmt: skip
    assert standing("risk.cards_ok", rows).value == 25


def test_a_card_out_of_date_is_not_in_place() -> None:
    card = {"state": "已签收", "valid_to": date(2027, 4, 30)}
    rows = [
        card,
        card | {"valid_to": date(2026, 4, 30)},
        {"state": "已发放"},
        card | {"state": "已作废"},
        card | {"valid_to": None},
    ]
    assert standing("risk.cards_signed", rows).value == 50


def test_sources_retired_under_ninety_days_are_not_due() -> None:
    """The worked example of the catalogue: 120 d stored, 100 d not, 30 d not, 95 d stored → 2 of 3, one in grace."""

    def retired(days: int, stored: bool) -> dict[str, Any]:
        return {
            "state": "已送贮" if stored else "待送贮",
            "retired_on": date.fromordinal(DAY.toordinal() - days),
        }

    rows = [retired(120, True), retired(100, False), retired(30, False), retired(95, True), {"state": "在用"}]
    found = standing("risk.source_stored", rows)
    assert found.value == D(200) / 3
    assert ("退役未满 90 天", "1") in found.inputs
    assert standing("risk.source_stored", [*rows, {"state": "丢失被盗"}]).value == 50


def test_supplies_are_ready_when_there_intact_unexpired_and_enough() -> None:
    item = {"state": "在库", "condition": "完好", "quantity": D(20), "minimum": D(20), "expires_on": DAY}
    rows = [
        item, item | {"minimum": None, "expires_on": None}, item | {"quantity": D(19)}, item | {"condition": "待修"},
        item | {"expires_on": date(2026, 11, 23)}, item | {"state": "调出"}, item | {"state": "已报废", "quantity": D(0)},
    ]  # fmt: skip
    assert standing("risk.supply_ok", rows).value == D(200) / 6


def test_assessments_in_time() -> None:
    unit = {"state": "在管", "next_assess_on": DAY}
    rows = [
        unit,
        unit | {"next_assess_on": date(2026, 11, 23)},
        unit | {"state": "申报"},
        unit | {"next_assess_on": None},
    ]
    assert standing("risk.assessed_in_time", rows).value == D(100) / 3  # fmt: skip


def test_permits_hold_on_their_last_day_and_registrations_do_not_count() -> None:
    permit = {
        "category": "重点管理", "state": "有效", "valid_from": date(2021, 11, 25), "valid_to": DAY,
    }  # fmt: skip
    rows = [
        permit, permit | {"valid_to": date(2026, 11, 23)}, permit | {"state": "失效"}, permit | {"state": "延续申请"},
        permit | {"category": "登记管理"}, permit | {"state": "已注销"}, permit | {"state": "申请"},
    ]  # fmt: skip
    assert standing("governance.permits_valid", rows).value == 50


def test_execution_reports_on_time() -> None:
    report = {"due_on": date(2026, 1, 31), "submitted_on": date(2026, 1, 31), "state": "已审核"}
    rows = [
        report, report | {"submitted_on": date(2026, 2, 1)}, report | {"state": "退回"},
        report | {"submitted_on": None, "state": "待提交"}, report | {"due_on": date(2027, 1, 31)},
    ]  # fmt: skip
    assert standing("governance.exec_report_on_time", rows).value == 25


def test_projects_and_their_milestones() -> None:
    rows = [{"stage": s} for s in ("待核实", "前期", "开工", "验收")]
    assert standing("governance.project_started", rows).value == 50
    assert standing("governance.project_finished", rows).value == 25
    step = {"state": "已完成", "due_on": date(2026, 8, 31), "actual_on": date(2026, 8, 31)}
    steps = [
        step, step | {"actual_on": date(2026, 9, 1)}, step | {"state": "未完成"}, {"state": "未完成", "due_on": date(2026, 10, 31)},
        {"state": "未完成", "due_on": date(2026, 12, 31)}, {"state": "已取消", "due_on": date(2026, 6, 30)},
    ]  # fmt: skip
    assert standing("governance.project_milestone", steps).value == 25
