"""Quality checks on series of observations, after QARTOD, each giving one flag per value and changing none.

1 pass, 2 not evaluated, 3 suspect, 4 fail, 9 missing. Pure numpy: arrays in, int8 flags of the same shape out, NaN is 9 and
nothing given is written to. ``aggregate`` makes one flag of several.

Sources: the QARTOD manuals of IOOS for range, spike, rate of change, flat line, attenuated signal, timing and the flags; HJ 212-2017
for the data marks. HJ 355-2019 and HJ 356-2019 (running and data validity of on-line waste-water systems) and HJ 75-2017 (flue gas)
name which hours count; that belongs to the data-capture rate, not to these checks.
"""

from .flags import (
    FAIL,
    MARKS,
    MISSING,
    NOT_EVALUATED,
    PASS,
    SUSPECT,
    Flags,
    aggregate,
    of_marks,
)
from .relations import below_detection, drift, parts_above_whole, unit_factor, wrong_unit
from .series import attenuated, clock, flat_line, gap, gross_range, rate_of_change, spike

__all__ = [
    "FAIL", "MARKS", "MISSING", "NOT_EVALUATED", "PASS", "SUSPECT", "Flags", "aggregate", "attenuated", "below_detection", "clock",
    "drift", "flat_line", "gap", "gross_range", "of_marks", "parts_above_whole", "rate_of_change", "spike", "unit_factor",
    "wrong_unit",
]  # fmt: skip
