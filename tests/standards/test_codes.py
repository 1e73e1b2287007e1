"""Codes of industries (GB/T 4754-2017): known ones pass, others are named with a way out."""

import pytest

from jiuzhi.science.standards import industry, tables


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
