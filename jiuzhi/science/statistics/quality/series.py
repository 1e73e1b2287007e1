"""Checks that look at one series alone, in the order of its times.

Values and thresholds may be given in any unit. Nothing is divided, so with whole numbers (10⁻⁶ of a unit, say) every
comparison is exact below 2⁵³. ``suspect`` and ``fail`` are thresholds that must be exceeded; None leaves that step out.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from .flags import FAIL, MISSING, NOT_EVALUATED, PASS, SUSPECT, Flags, blank, floats, graded

Span = tuple[float, float]


def gross_range(values: Any, fail: Span, suspect: Span | None = None) -> Flags:
    """Whether values lie within what can be (``fail``) and what is usual (``suspect``); the ends count as inside.

    values: any shape. Returns int8 flags of that shape. Errors: ValueError when ``suspect`` reaches beyond ``fail``.
    Source: QARTOD, Gross Range Test; as ioos-qc ``gross_range_test``.
    """
    found = floats(values)
    low, high = sorted(fail)
    flags = blank(found)
    if suspect is not None:
        usual_low, usual_high = sorted(suspect)
        if usual_low < low or usual_high > high:
            raise ValueError(f"the suspect span {suspect} must lie within the fail span {fail}")
        flags[(found < usual_low) | (found > usual_high)] = SUSPECT
    flags[(found < low) | (found > high)] = FAIL
    return flags


def spike(
    values: Any,
    suspect: float | None = None,
    fail: float | None = None,
    method: Literal["average", "differential"] = "average",
) -> Flags:
    """Whether a value stands out from the one before and the one after it.

    values: shape (n,). average: distance from the mean of both neighbours. differential: the smaller of the two steps where
    they go opposite ways, so that neither a flank nor a front counts. The first, the last and those beside a missing value are
    NOT_EVALUATED. Returns int8 (n,).
    Source: QARTOD, Spike Test; as ioos-qc ``spike_test``, but a threshold of 0 counts, and fewer than three values are legal.
    """
    found = floats(values)
    excess = np.full(found.shape, np.nan)
    if len(found) > 2:
        if method == "average":  # doubled, so that no half appears
            excess[1:-1] = np.abs(2 * found[1:-1] - (found[:-2] + found[2:]))
            suspect, fail = (None if bound is None else 2 * bound for bound in (suspect, fail))
        else:
            step = np.diff(found)
            smaller = np.minimum(np.abs(step[:-1]), np.abs(step[1:]))
            excess[1:-1] = np.where(np.sign(step[:-1]) * np.sign(step[1:]) >= 0, 0.0, smaller)
    return graded(found, excess, suspect, fail)


def rate_of_change(
    values: Any,
    seconds: Any,
    suspect: float | None = None,
    fail: float | None = None,
    per: float = 1,
    least: float = 0,
) -> Flags:
    """Whether a value has moved too fast since the one before it.

    values, seconds: shape (n,), times rising; thresholds in units per ``per`` seconds (3600: per hour). least: a shorter
    time counts as this long, so that the noise of values a minute apart is not taken for a rate. The first value and one after a
    missing value are NOT_EVALUATED, as is one without time between. Returns int8 (n,).
    Source: QARTOD, Rate of Change Test; as ioos-qc ``rate_of_change_test``, which passes what we call not evaluated.
    """
    found, times = floats(values), floats(seconds)
    moved, passed = np.full(found.shape, np.nan), np.full(found.shape, np.nan)
    moved[1:], passed[1:] = np.abs(np.diff(found)) * per, np.diff(times)
    passed = np.where(passed > 0, np.maximum(passed, least), np.nan)
    flags = blank(found)
    known = flags != MISSING
    flags[known & np.isnan(moved * passed)] = NOT_EVALUATED
    for bound, flag in ((suspect, SUSPECT), (fail, FAIL)):
        if bound is not None:
            flags[known & (moved > bound * passed)] = flag
    return flags


def flat_line(
    values: Any, suspect: int | None, fail: int | None = None, tolerance: float = 0, whole: bool = False
) -> Flags:
    """Whether a value and the ``suspect`` (``fail``) ones before it all lie within ``tolerance`` of one another.

    values: shape (n,); missing ones are passed over, they neither break nor make a flat line. whole: the values the line began
    with are flagged too, which is known only afterwards. Returns int8 (n,).
    Source: QARTOD, Flat Line Test. ioos-qc ``flat_line_test`` asks for a range below the tolerance, so that its 0 never fires, and
    counts missing values into the window; here the range may equal it.
    """
    found = floats(values)
    flags = blank(found)
    present = np.flatnonzero(flags != MISSING)
    for count, flag in ((suspect, SUSPECT), (fail, FAIL)):
        if count is not None:
            flags[present[_flat(found[present], count, tolerance, whole)]] = flag
    return flags


def _flat(found: NDArray[np.float64], count: int, tolerance: float, whole: bool) -> NDArray[np.bool_]:
    marked = np.zeros(found.shape, bool)
    if count < 1:
        raise ValueError("a flat line needs at least one value before it")
    if len(found) <= count:
        return marked
    if tolerance == 0:  # the usual case: how long the same value has stood, without windows
        starts = np.concatenate(([True], np.diff(found) != 0))
        since = np.arange(len(found)) - np.maximum.accumulate(np.where(starts, np.arange(len(found)), 0))
        marked = since >= count
    else:
        window = sliding_window_view(found, count + 1)
        marked[count:] = window.max(axis=1) - window.min(axis=1) <= tolerance
    return _reach_back(marked, count) if whole else marked


def _reach_back(marked: NDArray[np.bool_], count: int) -> NDArray[np.bool_]:
    """Mark the ``count`` places before each marked one too."""
    total = np.concatenate(([0], np.cumsum(marked)))
    ahead = np.minimum(np.arange(len(marked)) + count + 1, len(marked))
    return np.asarray(total[ahead] > total[:-1])


def attenuated(
    values: Any,
    window: int,
    suspect: float,
    fail: float | None = None,
    kind: Literal["range", "std"] = "range",
) -> Flags:
    """Whether a series moves too little: its range or standard deviation over the last ``window`` values is below a threshold.

    values: shape (n,). A window that is not full or has a missing value in it is NOT_EVALUATED. Returns int8 (n,).
    Source: QARTOD, Attenuated Signal Test; as ioos-qc ``attenuated_signal_test`` with ``min_obs`` = ``window`` on an even series.
    """
    found = floats(values)
    flags = blank(found)
    flags[flags == PASS] = NOT_EVALUATED
    if window < 2:
        raise ValueError("a window holds at least two values")
    if len(found) >= window:
        windows = sliding_window_view(found, window)
        moved = windows.max(axis=1) - windows.min(axis=1) if kind == "range" else windows.std(axis=1)
        tail = flags[window - 1 :]
        known = ~np.isnan(moved)
        tail[known] = PASS
        tail[known & (moved < suspect)] = SUSPECT
        if fail is not None:
            tail[known & (moved < fail)] = FAIL
    return flags


def gap(seconds: Any, suspect: float | None = None, fail: float | None = None) -> Flags:
    """Whether more than so many seconds passed since the value before.

    seconds: shape (n,), times rising. The first is NOT_EVALUATED. Returns int8 (n,).
    Source: QARTOD, Timing/Gap Test. ioos-qc ``time_gap_test`` gives the first value the flag of the second.
    """
    times = floats(seconds)
    passed = np.full(times.shape, np.nan)
    passed[1:] = np.diff(times)
    return graded(times, passed, suspect, fail)


def clock(
    seconds: Any,
    received: Any = None,
    suspect: float | None = None,
    fail: float | None = None,
    grid: float | None = None,
) -> Flags:
    """Whether data times can be true: in the order of arrival they must advance, be near their arrival, and lie on the grid.

    seconds: shape (n,), data times in the order they arrived; received: times of arrival, same shape, or None; suspect, fail:
    seconds a data time may lie before or after its arrival; grid: data times are whole multiples of it (3600 for hours), else
    SUSPECT. A time that stands still or goes back is a FAIL. Returns int8 (n,).
    Source: QARTOD, Timing/Gap Test, widened to what data loggers do (a clock that stopped or was never set).
    """
    times = floats(seconds)
    away = np.zeros(times.shape) if received is None else np.abs(floats(received) - times)
    flags = graded(times, away, suspect, fail)
    known = flags != MISSING
    if grid is not None:
        flags[known & (np.mod(times, grid) != 0) & (flags != FAIL)] = SUSPECT
    if len(times) > 1:
        before = np.concatenate(([-np.inf], np.fmax.accumulate(np.where(known, times, -np.inf))[:-1]))
        flags[known & (times <= before)] = FAIL
    return flags
