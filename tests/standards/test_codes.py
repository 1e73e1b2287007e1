"""Codes of industries (GB/T 4754-2017) and of pollutants (HJ 212-2017): known ones pass, others are named with a way out."""

import pytest

from jiuzhi.science.standards import industry, pollutants, tables


def test_the_classification_is_whole() -> None:
    codes = [row["code"] for row in tables.rows("industries")]
    assert len(codes) == len(set(codes))
    assert [sum(len(c) == n for c in codes) for n in (2, 3, 4)] == [97, 473, 1380]
    assert all(len(c) == 2 or c[:-1] in codes for c in codes)


@pytest.mark.parametrize("code", ["3140", "C3140", "314", "31", "0820", "082", "B08"])
def test_a_listed_industry_passes(code: str) -> None:
    assert industry.fault(code) == ""
    assert industry.named(code)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("B0822", "0820 锰矿、铬矿采选"),
        ("9999", "请按企业的主营业务"),
        ("A3140", "属门类 C"),
        ("3", "2 至 4 位"),
        ("铁合金", "2 至 4 位"),
    ],
)
def test_an_unknown_industry_is_told_where_to_look(code: str, said: str) -> None:
    assert said in industry.fault(code)


def test_pollutants_by_code() -> None:
    assert len(tables.rows("pollutants")) == 184
    assert pollutants.named("w01018") == "化学需氧量"
    assert pollutants.codes_of("氰化物") == ("w21016", "a21017")
    assert pollutants.named("w99999") == pollutants.medium("x") == ""


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("w01018", "化学需氧量", "水"), ""),
        (("a34013", "颗粒物", "气"), ""),
        (("w01018", "氨氮"), "是化学需氧量，不是氨氮"),
        (("w21017", "氟化物", "气"), "废水中的氟化物"),
        (("COD", "化学需氧量"), "化学需氧量是 w01018"),
        (("w99999", "某物"), "后接 5 位数字"),
    ],
)
def test_a_code_is_held_against_its_name_and_its_outlet(given: tuple[str, ...], said: str) -> None:
    found = pollutants.fault(*given)
    assert said in found if said else found == ""
