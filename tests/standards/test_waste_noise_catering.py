"""Waste codes and classes, noise limits, catering scales and pig equivalents: worked values and borders."""

from datetime import date
from decimal import Decimal

import pytest

from jiuzhi.science.standards import catering, livestock, noise, tables, waste

D = Decimal


@pytest.mark.parametrize(
    ("annual", "own", "licensed", "expected"),
    [
        ("100", False, False, "重点监管"),
        ("99.9999", False, False, "简化管理"),
        ("3", True, False, "重点监管"),
        ("10", False, False, "简化管理"),
        ("9.9999", False, False, "登记管理"),
        ("2", False, True, "重点监管"),
        ("0", False, False, "不产危废"),
    ],
)
def test_class_of_a_producer(annual: str, own: bool, licensed: bool, expected: str) -> None:
    assert waste.management_class(D(annual), own, licensed) == expected


def test_every_listed_code_belongs_to_a_known_category() -> None:
    listed = [row["code"] for row in tables.rows("hazardous_wastes")]
    assert len(listed) == len(set(listed)) == 467
    for code in listed:
        assert waste.is_hazardous(code), code
        assert waste.code_fault(code) == ""
        assert set(waste.hazards(code).split("、")) <= set(waste.HAZARDS), code


def test_general_waste_is_stored_in_one_spelling() -> None:
    assert waste.normal("900-003-SW17") == waste.normal("900-003-S17") == "900-003-S17"
    assert waste.named("900-003-S17") == "SW17 可再生类废物"
    assert waste.group_of("900-003-S64") == "生活垃圾"
    assert not waste.is_hazardous("900-003-S17")


@pytest.mark.parametrize(
    ("code", "edition", "says"),
    [
        ("900-214-8", "2021年版", "写作"),
        ("HW08", "2021年版", "写作"),
        ("900-214-51", "2021年版", "HW51"),
        ("900-003-S88", "", "SW88"),
        ("900-241-08", "2021年版", "是不是 900-2"),
        ("900-241-08", "2025年版", ""),
        ("900-214-08", "2021年版", ""),
    ],
)
def test_a_wrong_code_is_told_apart(code: str, edition: str, says: str) -> None:
    found = waste.code_fault(code, edition)
    assert (says in found) if says else found == ""


@pytest.mark.parametrize(
    ("zone", "day", "night", "met"),
    [
        ("2类", "60", "50", (True, True)),
        ("2类", "60.1", "50", (False, True)),
        ("0类", "50", "40.1", (True, False)),
        ("4b类", "70", "60", (True, True)),
        ("1类", None, "45", (None, True)),
    ],
)
def test_noise_at_its_limits(zone: str, day: str | None, night: str, met: tuple) -> None:
    assert noise.meets(zone, day and D(day), D(night)) == met


def test_an_unknown_area_has_no_limits() -> None:
    with pytest.raises(LookupError):
        noise.limits("5类")


@pytest.mark.parametrize(
    ("stoves", "scale"),
    [
        ("0.9", ""),
        ("1", "小型"),
        ("2.9", "小型"),
        ("3", "中型"),
        ("5.9", "中型"),
        ("6", "大型"),
        ("40", "大型"),
    ],
)
def test_scale_by_stoves(stoves: str, scale: str) -> None:
    assert catering.scale(D(stoves)) == scale


def test_the_strictest_fume_limit_in_force_holds() -> None:
    assert catering.fume_limit(date(2001, 12, 31)) is None
    assert catering.fume_limit(date(2018, 12, 31)) == (D("2.0"), "GB 18483-2001")
    assert catering.fume_limit(date(2019, 1, 1)) == (D("1.0"), "DB50/859-2018")
    assert [catering.least_removal(s) for s in catering.SCALES] == [60, 75, 85]
    with pytest.raises(LookupError):
        catering.least_removal("特大型")


def test_pig_equivalents() -> None:
    assert livestock.pig_equivalents("奶牛", 30) == 200
    assert livestock.pig_equivalents("羊", 250) == 100
    assert livestock.pig_equivalents("蛋鸡", 50) == 2
    assert livestock.pig_equivalents("兔", 50) is None


@pytest.mark.parametrize(
    "name",
    [
        "waste_kinds",
        "hazardous_wastes",
        "noise_limits",
        "catering_fume",
        "catering_fume_limits",
        "pig_equivalents",
    ],
)
def test_tables_say_how_well_they_are_verified(name: str) -> None:
    assert {row["verification"] for row in tables.rows(name)} <= set(tables.GRADES)
