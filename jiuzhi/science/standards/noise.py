"""Limits of the acoustic environment by functional area (GB 3096-2008). Classes 4a and 4b stand from memory (grade M)."""

from __future__ import annotations

from decimal import Decimal

from jiuzhi.science.standards.tables import rows

STANDARD = "GB 3096-2008"
ZONES = tuple(row["zone"] for row in rows("noise_limits"))
SUDDEN_NIGHT = 15  # [dB] a sudden noise at night may exceed the night limit by


def limits(zone: str) -> tuple[int, int]:
    """Day and night limit [dB(A)] of a functional area. Errors: ``LookupError`` for an unknown class."""
    for row in rows("noise_limits"):
        if row["zone"] == zone:
            return int(row["day"]), int(row["night"])
    raise LookupError(f"{STANDARD} knows no area {zone}")


def meets(zone: str, day: Decimal | None, night: Decimal | None) -> tuple[bool | None, bool | None]:
    """Whether day and night level [dB(A)] keep the limits; a level equal to the limit does. None where nothing was measured."""
    by_day, by_night = limits(zone)
    return None if day is None else day <= by_day, None if night is None else night <= by_night
