"""Is there a trend? Mann–Kendall with correction for season and autocorrelation, and Sen's slope.

Plain Mann–Kendall raises a false alarm in a third of autocorrelated monthly series, so it is not offered.
Source: Hirsch & Slack (1984), Water Resources Research 20(6), through pymannkendall.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

MIN_MONTHS = 36
MIN_YEARS = 5


@dataclass(frozen=True)
class Trend:
    """``direction``: up, down, none, or "" when there are too few values. ``slope`` [unit per year]; ``p`` two-sided."""

    direction: str
    slope: float | None
    p: float | None
    reason: str


def trend(series: Sequence[tuple[str, float | None]], alpha: float = 0.05) -> Trend:
    """Trend of monthly ("2026-10") or yearly ("2026") values; gaps are kept as gaps."""
    values = sorted((p, v) for p, v in series if v is not None)
    monthly = bool(values) and len(values[0][0]) == 7
    least = MIN_MONTHS if monthly else MIN_YEARS
    if len(values) < least:
        unit = "个月" if monthly else "年"
        return Trend(
            "", None, None, f"数据不足：已有 {len(values)} {unit}，趋势检验至少需要 {least} {unit}。"
        )
    if len({v for _, v in values}) == 1:
        return Trend("none", 0.0, None, "各期数值相同，没有趋势")
    import pymannkendall  # brings scipy.stats: a second that only a judgement should pay, not every start

    if not monthly:
        found = pymannkendall.original_test([v for _, v in values], alpha=alpha)
        return _said(found, "Mann–Kendall 检验，Sen 斜率")
    steps = [int(p[:4]) * 12 + int(p[5:7]) - 1 for p, _ in values]
    first = steps[0] - steps[0] % 12  # whole years, so that every column is one month of the year
    line = np.full(steps[-1] - steps[-1] % 12 + 12 - first, np.nan)
    line[np.array(steps) - first] = [v for _, v in values]
    found = pymannkendall.correlated_seasonal_test(line, alpha=alpha, period=12)
    return _said(found, "相关季节 Mann–Kendall 检验，Sen 斜率")


def _said(found: Any, method: str) -> Trend:
    """The test's own answer; where its variance vanishes (nearly constant series) there is no p and no trend."""
    slope, p = float(found.slope), float(found.p)
    if not (isfinite(slope) and isfinite(p)):
        return Trend(
            "none", slope if isfinite(slope) else None, None, method + "；数值几乎不变，检验无从判断"
        )
    return Trend(_WORD[found.trend], slope, p, method)


_WORD = {"increasing": "up", "decreasing": "down", "no trend": "none"}
