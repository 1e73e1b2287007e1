"""The flags, how several become one, and what the data marks of HJ 212 mean as flags."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

PASS, NOT_EVALUATED, SUSPECT, FAIL, MISSING = 1, 2, 3, 4, 9
"""QARTOD primary flags (IOOS, Manual for the Use of Real-Time Oceanographic Data Quality Control Flags)."""

Flags = NDArray[np.int8]
_PRECEDENCE = (MISSING, NOT_EVALUATED, PASS, SUSPECT, FAIL)  # the later one wins

MARKS: Mapping[str, int] = MappingProxyType(
    {"N": PASS, "F": SUSPECT, "S": SUSPECT, "M": FAIL, "C": FAIL, "D": FAIL, "T": FAIL, "B": FAIL}
)
"""Data marks of HJ 212-2017 (N normal, F stopped, M maintenance, S set by hand, D fault, C calibration, T over range,
B no connection to the logger) → flag.

D, T, B: the instrument itself says that the number is no measurement. M, C: it measured, but a standard gas or solution or a
cleaned cell, not the air or water. All five fail. F, S: the number may be true (a stopped plant discharges nothing; a person
typed what a laboratory found) but does not represent normal running, so it is suspect and a person decides. The standard gives
the marks; this mapping is ours.
"""


def floats(values: Any) -> NDArray[np.float64]:
    """A float copy of ``values``; None, masked and infinite ones become NaN. The caller's array is never written to."""
    if isinstance(values, np.ma.MaskedArray):
        values = np.ma.filled(values.astype(np.float64), np.nan)
    found = np.array(values, dtype=np.float64)
    found[~np.isfinite(found)] = np.nan
    return found


def blank(values: NDArray[np.float64], flag: int = PASS) -> Flags:
    """``flag`` everywhere, MISSING where there is no value."""
    flags = np.full(values.shape, flag, np.int8)
    flags[np.isnan(values)] = MISSING
    return flags


def graded(values: NDArray[np.float64], excess: Any, suspect: float | None, fail: float | None) -> Flags:
    """SUSPECT and FAIL where ``excess`` is above these bounds, NOT_EVALUATED where there is no excess to look at."""
    flags = blank(values)
    known = flags != MISSING
    flags[known & np.isnan(excess)] = NOT_EVALUATED
    for bound, flag in ((suspect, SUSPECT), (fail, FAIL)):
        if bound is not None:
            flags[known & (excess > bound)] = flag
    return flags


def aggregate(*flags: Any) -> Flags:
    """One flag out of several per value: FAIL before SUSPECT before PASS before NOT_EVALUATED before MISSING.

    flags: arrays of one shape. Returns int8 of that shape. Errors: ValueError for none or for unlike shapes.
    Source: QARTOD's roll-up to a primary flag, in the precedence of ioos-qc's ``qartod_compare``.
    """
    arrays = [np.asarray(one) for one in flags]
    if not arrays or len({one.shape for one in arrays}) > 1:
        raise ValueError("aggregate needs at least one array of flags, all of one shape")
    result = np.full(arrays[0].shape, MISSING, np.int8)
    for flag in _PRECEDENCE:
        for one in arrays:
            result[one == flag] = flag
    return result


def of_marks(marks: Any) -> Flags:
    """Flags of HJ 212 data marks. marks: array of letters; "" counts as N, what is no mark as NOT_EVALUATED.

    Source: HJ 212-2017, table of data marks, and the mapping ``MARKS``.
    """
    letters = np.asarray(marks)
    flags = np.full(letters.shape, NOT_EVALUATED, np.int8)
    flags[letters == ""] = PASS
    for letter, flag in MARKS.items():
        flags[letters == letter] = flag
    return flags
