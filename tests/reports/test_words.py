"""Numbers and days in official Chinese, and the order of a composition."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiuzhi.engine.reports import phrases, words
from jiuzhi.engine.reports.blocks import Heading, Table
from jiuzhi.engine.reports.compose import compose, heading_lines


@pytest.mark.parametrize(
    ("number", "text"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (21, "二十一"), (99, "九十九")]
)
def test_ordinals(number, text):
    assert words.numeral(number) == text


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_a_printed_decimal_is_the_same_number(value):
    text = words.plain(value)
    assert Decimal(text) == value
    assert "E" not in text


@given(st.integers(0, 500), st.integers(1, 500))
def test_shares_round_half_to_even(part, whole):
    exact = (Decimal(part * 100) / Decimal(whole)).quantize(Decimal("0.1"))
    assert words.share(part, whole) == f"{exact}%"


def test_nothing_of_nothing_is_not_zero():
    assert words.share(0, 0) == "—"
    assert words.plain(None) == "—"


def test_a_running_year_is_said_to_run():
    assert phrases.period("2026", date(2026, 11, 22)) == "2026年至今"
    assert phrases.period("2026", date(2026, 12, 31)) == "2026年"
    assert phrases.period("2025", date(2026, 11, 22)) == "2025年"
    assert phrases.period("2026-10", date(2026, 11, 22)) == "2026年10月"
    assert phrases.period("2026-Q3") == "2026年第三季度"
    assert phrases.now(None, "", date(2026, 1, 1)) == "—"


def test_a_title_breaks_between_words():
    assert heading_lines("城口县生态环境保护“十五五”规划实施评估报告", "城口县") == [
        "城口县",
        "生态环境保护“十五五”规划",
        "实施评估报告",
    ]
    assert heading_lines("规划", "城口县") == ["规划"]


def test_targets_appear_once_in_the_completion_table_and_once_in_their_chapter(report):
    blocks = compose(report).blocks
    completion = next(b for b in blocks if isinstance(b, Table) and "指标完成情况" in b.caption)
    assert [r[0] for r in completion.rows if len(r) > 1] == [str(t.number) for t in report.targets]


def test_a_plan_that_is_wholly_on_track_says_so(report):
    fine = replace(report, late=[], no_data=[], owners=[], unassigned=[], pending=[], editions=[])
    text = compose(fine).text()
    assert "没有滞后的目标" in text
    assert "全部目标都有数据" in text
    assert "不同口径" not in text


def test_headings_count_from_one_below_each_heading(report):
    headings = [b for b in compose(report).blocks if isinstance(b, Heading)]
    for above, below in pairwise(headings):
        if below.level > above.level:
            assert below.text.startswith(("（一）", "1. "))
        assert below.level <= above.level + 1
