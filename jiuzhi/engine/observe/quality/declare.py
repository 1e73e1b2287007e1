"""Which checks hold for which property. The numbers are ours: fences for a look by a person, no limits of a standard.

A property without an entry has the one of its medium: its possible range (``properties.py``) and a number that stands for days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ..properties import AIR, DISCHARGE, EVERY, NOISE, WATER, WEATHER

HOUR, DAY = 3600, 86400

STEPS: Mapping[str, int | None] = {"hour": HOUR, "4h": 4 * HOUR, "day": DAY, "minute": None, "instant": None}
"""Kinds that come by themselves → seconds between two values; None: the station's own, told from its values."""
FREQUENT = frozenset({"hour", "4h", "minute", "instant"})
"""Kinds dense enough for checks on neighbouring values."""
GAPS: Mapping[str, int] = {"hour": 4 * HOUR, "4h": 12 * HOUR, "day": 2 * DAY, "minute": HOUR, "instant": HOUR}
"""A longer time without a value [s] and the first one after it is looked at: the instrument may still be warming up."""
GRIDS: Mapping[str, int] = {"hour": HOUR, "4h": HOUR}
"""Data times lie on whole multiples [s] of the local clock. A day may begin at midnight or, in hydrology, at eight."""
DERIVED = frozenset({"AQI", "O3_8h", "water_class"})
"""Computed from others by whoever sent them: checked for their range, counted in no data capture."""
AHEAD = 600
"""A data time so many seconds after its receipt was not measured yet: the logger's clock is fast."""
RESENT = 6
"""So many different values for one and the same data time, and the logger's clock stands still."""

NAMES = (
    "mark", "source", "range", "spike", "rate", "flat", "gap", "drift", "detection", "unit", "parts", "clock",
)  # fmt: skip
"""Every check, in the order in which they are named; the place is its bit while values are worked on."""


@dataclass(frozen=True)
class Checks:
    """What is unusual for one property, in the lake's unit; None leaves a check out.

    usual: both ends included; spike: a step up and down again, or down and up; rate: change per hour, and between any two values; flat: hours without any
    change (at least three repeats); still: values that may stand for ever (calm, no rain); drift: how far a station may leave
    the median of its county's others; detection: limit of the usual laboratory method, for samples.
    """

    usual: tuple[Decimal, Decimal] | None = None
    spike: Decimal | None = None
    rate: Decimal | None = None
    flat: int | None = None
    still: frozenset[Decimal] = field(default_factory=frozenset)
    drift: Decimal | None = None
    detection: Decimal | None = None


@dataclass(frozen=True)
class Whole:
    """``parts`` of one station, kind and time come to no more than ``whole``, but for ``slack`` and a ``share`` of it."""

    whole: str
    parts: tuple[str, ...]
    slack: Decimal
    share: float = 0.05


def _checks(
    usual: str = "", spike: str = "", rate: str = "", flat: int | None = None, drift: str = "", detection: str = "",
    still: str = "",
) -> Checks:  # fmt: skip
    def number(text: str) -> Decimal | None:
        return Decimal(text) if text else None

    low, _, high = usual.partition("…")
    return Checks(
        (Decimal(low), Decimal(high)) if usual else None, number(spike), number(rate), flat,
        frozenset(map(Decimal, still.split())), number(drift), number(detection),
    )  # fmt: skip


CHECKS: Mapping[str, Checks] = {
    # air, hour by hour: µg/m³, CO mg/m³
    "PM2.5": _checks("0…500", spike="120", rate="250", flat=12, drift="25"),
    "PM10": _checks("0…1000", spike="250", rate="500", flat=12, drift="50"),
    "SO2": _checks("0…500", spike="120", rate="250", flat=48, drift="25"),
    "NO2": _checks("0…300", spike="80", rate="150", flat=12, drift="30"),
    "CO": _checks("0…15", spike="3", rate="6", flat=72, drift="0.8"),
    "O3": _checks("0…400", spike="100", rate="150", flat=12, drift="50"),
    # weather
    "air_temperature": _checks("-40…45", spike="8", rate="12", flat=12),
    "pressure": _checks("550…1060", spike="5", rate="10", flat=24),
    "dew_point": _checks("-50…35", spike="10", rate="15", flat=24),
    "wind_speed": _checks("0…40", spike="15", flat=24, still="0"),
    "rain": _checks("0…150"),
    # water; detection limits: HJ 535-2009, HJ 828-2017, HJ 505-2009, HJ 636-2012, GB 11893-89, GB 7484-87, GB 11892-89
    "water_temperature": _checks("0…35", spike="4", rate="4", flat=72),
    "pH": _checks("5.5…10", spike="1", rate="1.5", flat=72),
    "DO": _checks("0…20", spike="4", rate="6", flat=72),
    "conductivity": _checks("5…5000", spike="500", flat=72),
    "turbidity": _checks("0…5000", flat=72),
    "CODMn": _checks("0…50", spike="8", flat=96, detection="0.5"),
    "COD": _checks("0…1000", spike="200", flat=72, detection="4"),
    "BOD5": _checks("0…300", detection="0.5"),
    "NH3N": _checks("0…60", spike="5", flat=96, detection="0.025"),
    "TP": _checks("0…10", spike="1", flat=120, detection="0.01"),
    "TN": _checks("0…100", spike="8", flat=96, detection="0.05"),
    "F": _checks("0…10", detection="0.05"),
    "flow": _checks(flat=120, still="0"),
}
# A stopped plant discharges nothing, for as long as it likes; a river's level may stand for weeks.
DEFAULTS: Mapping[str, Checks] = {
    AIR: _checks(flat=72), WEATHER: _checks(flat=72), WATER: _checks(flat=168), DISCHARGE: _checks(flat=72, still="0"),
    NOISE: _checks(flat=24),
}  # fmt: skip

# The slack is what two instruments, or two laboratories, may differ.
WHOLES = (
    Whole("PM10", ("PM2.5",), Decimal(5), 0.1),
    Whole("TN", ("NH3N",), Decimal("0.1"), 0.1),
    Whole("COD", ("CODMn",), Decimal(1), 0.1),
    Whole("COD", ("BOD5",), Decimal(1), 0.1),
)


def checks_of(prop: str) -> Checks:
    """What is declared for a property, or for its medium; nothing for one that is not known or computed by its sender."""
    if prop in CHECKS:
        return CHECKS[prop]
    item = EVERY.get(prop)
    return DEFAULTS.get(item.medium, Checks()) if item is not None and prop not in DERIVED else Checks()


def repeats(hours: int, step: int) -> int:
    """How many equal values after the first make ``hours`` without change, at ``step`` seconds; at least three."""
    return max(3, -(-hours * HOUR // step))
