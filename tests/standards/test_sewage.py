"""GB 18918-2002: figures of the printed tables, their borders, and what cold water, age and the amendment of 2026 change."""

from datetime import date
from decimal import Decimal

import pytest

from jiuzhi.science.standards import sewage

D = Decimal
DAY = date(2025, 10, 1)


@pytest.mark.parametrize(
    ("item", "limits"),
    [
        ("COD", "50 60 100 120"), ("BOD5", "10 20 30 60"), ("w01012", "10 20 30 50"), ("TN", "15 20 - -"), ("NH3N", "5 8 25 -"),
        ("TP", "0.5 1 3 5"), ("LAS", "0.5 1 2 5"), ("fecal_coliform", "1000 10000 10000 -"),
    ],
)  # fmt: skip
def test_table_1_as_printed(item, limits):
    found = [sewage.limits(item, grade, DAY)[1] for grade in sewage.GRADES]
    assert [None if one is None else one.value for one in found] == [
        None if text == "-" else D(text) for text in limits.split()
    ]


@pytest.mark.parametrize(("temperature", "limit"), [("12", 8), ("12.1", 5), ("4", 8), (None, 5)])
def test_in_cold_water_the_bracketed_limit_of_ammonia_holds(temperature, limit):
    _, high = sewage.limits("NH3N", "一级A", DAY, temperature=temperature and D(temperature))
    assert high.value == limit
    assert high.clause == f"表1 一级A 水温{'≤' if limit == 8 else '>'}12℃"


@pytest.mark.parametrize(
    ("built", "limit"), [(date(2005, 12, 31), "1"), (date(2006, 1, 1), "0.5"), (None, "0.5")]
)
def test_phosphorus_of_old_works(built, limit):
    assert sewage.limits("TP", "一级A", DAY, built_on=built)[1].value == D(limit)


def test_tables_2_and_3_hold_for_every_grade():
    assert {sewage.limits("Hg", grade, DAY)[1].value for grade in sewage.GRADES} == {D("0.001")}
    assert sewage.limits("w20124", "二级", DAY)[1].clause == "表3 各级"


@pytest.mark.parametrize(
    ("item", "value", "met"),
    [("COD", "50", True), ("COD", "50.000001", False), ("pH", "6", True), ("pH", "5.99", False), ("pH", "9.01", False), ("COD", None, None)],
)  # fmt: skip
def test_a_daily_mean_equal_to_its_limit_meets_it(item, value, met):
    assert sewage.meets(item, value, "一级A", DAY) is met


def test_where_the_standard_sets_none_nothing_is_judged():
    assert sewage.limits("TN", "二级", DAY) == (None, None)
    assert sewage.meets("TN", 30, "二级", DAY) is None


def test_the_amendment_of_2026_makes_the_limits_unverified():
    before, after = (sewage.limits("COD", "一级A", date(2026, *day))[1] for day in ((2, 28), (3, 1)))
    assert (before.verification, after.verification) == ("T", "X")
    assert after.edition == "GB 18918-2002（含2026年修改单）"
    assert before.value == after.value == 50


def test_before_the_standard_there_is_none():
    with pytest.raises(LookupError):
        sewage.limits("COD", "一级A", date(2003, 6, 30))
    with pytest.raises(ValueError, match="一级C"):
        sewage.limits("COD", "一级C", DAY)
