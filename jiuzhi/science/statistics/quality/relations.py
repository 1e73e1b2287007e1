"""Checks that hold a value against others: its neighbours, its whole, its method, its unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from .flags import MISSING, NOT_EVALUATED, SUSPECT, Flags, blank, floats, graded


def drift(
    values: Any,
    neighbours: Any,
    window: int,
    suspect: float | None = None,
    fail: float | None = None,
    least: int = 2,
) -> Flags:
    """Whether a station slowly leaves the middle of its neighbours.

    values: shape (n,); neighbours: shape (k, n), the same times. The distance from the neighbours' median (of at least ``least``
    present) is smoothed by a median over the last ``window`` values, and compared with the smoothed distance at the start of the
    series: stations may differ, but not ever more. With an even number of neighbours anything between the two middle ones is no
    distance, so that of three stations only the one that leaves both others is blamed. NOT_EVALUATED until two windows are full by
    half. Returns int8 (n,).
    Source: QARTOD leaves the method of its neighbour test to the operator; this one is ours.
    """
    found = floats(values)
    low, high = _middles(np.atleast_2d(floats(neighbours)), least)
    smooth = _running_median(found - np.clip(found, low, high), window)
    moved = np.full(found.shape, np.nan)
    settled = np.flatnonzero(~np.isnan(smooth))
    if len(settled):
        begin = settled[0]
        moved[begin + window :] = np.abs(smooth[begin + window :] - smooth[begin])
    return graded(found, moved, suspect, fail)


def _middles(around: NDArray[np.float64], least: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The two middle ones over the first axis of what is present, the same one for an odd number; NaN where fewer than ``least``."""
    present = (~np.isnan(around)).sum(axis=0)
    if not len(around):
        return np.full(around.shape[1:], np.nan), np.full(around.shape[1:], np.nan)
    ordered = np.sort(around, axis=0)  # NaN at the end
    index, columns = np.maximum(present - 1, 0), np.arange(around.shape[1])
    enough = present >= max(least, 1)
    low, high = ordered[index // 2, columns], ordered[(index + 1) // 2, columns]
    return np.where(enough, low, np.nan), np.where(enough, high, np.nan)


def _running_median(series: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """Median of the last ``window`` values; NaN before the first full window and where less than half of it is present."""
    result = np.full(series.shape, np.nan)
    if len(series) >= window:
        low, high = _middles(sliding_window_view(series, window).T, (window + 1) // 2)
        result[window - 1 :] = (low + high) / 2
    return result


def parts_above_whole(
    parts: Any, whole: Any, suspect: float | None = 0, fail: float | None = None, share: float = 0
) -> Flags:
    """Whether the parts come to more than the whole they are parts of: PM2.5 and PM10, ammonia and total nitrogen.

    parts: shape (n,) or (k, n), parts that are missing count as nothing; whole: shape (n,); suspect, fail: by how much the sum may
    exceed the whole, beside ``share`` of the whole that two instruments may differ anyway. Where there is no whole the rule is
    NOT_EVALUATED; MISSING where no part is there. Returns int8 (n,): it cannot say which of them is wrong.
    """
    each, total = np.atleast_2d(floats(parts)), floats(whole)
    none = np.isnan(each).all(axis=0)
    summed = np.where(none, np.nan, np.nansum(each, axis=0))
    return graded(summed, summed - total - share * np.abs(total), suspect, fail)


def below_detection(values: Any, limit: float, qualified: Any) -> Flags:
    """Whether a value lies below what its method can see and does not say so.

    values: shape (n,); limit: detection limit, same unit; qualified: shape (n,), bool, True where the value carries its mark
    (``L`` or ``<``: the number is the limit). A marked one passes: it is a valid result and keeps its mark. Returns int8 (n,).
    """
    found = floats(values)
    flags = blank(found)
    flags[(found < limit) & ~np.asarray(qualified, bool)] = SUSPECT
    return flags


def unit_factor(median: Any, low: Any, high: Any, factors: Sequence[int] = (10, 1000)) -> int:
    """By which factor a median seems to be in another unit, given that right ones lie between ``low`` and ``high``.

    1000: too large by 1000; −1000: too small by 1000; 0: right, or no factor explains it. The smallest factor counts. Works with
    floats and with Decimal, exactly.
    """
    for factor in sorted(factors):
        if median < low <= median * factor <= high:
            return -factor
        if median > high >= median / factor >= low:
            return factor
    return 0


def wrong_unit(
    values: Any, low: float, high: float, factors: Sequence[int] = (10, 1000), least: int = 12
) -> Flags:
    """Whether a whole series is in another unit, told by its median. Returns int8 of the shape of ``values``.

    low, high: between these the median of right ones lies; least: with fewer values it is NOT_EVALUATED.
    """
    found = floats(values)
    flags = blank(found)
    known = flags != MISSING
    if known.sum() < least:
        flags[known] = NOT_EVALUATED
    elif unit_factor(float(np.median(found[known])), low, high, factors):
        flags[known] = SUSPECT
    return flags
