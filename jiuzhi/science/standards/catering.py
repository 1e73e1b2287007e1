"""Catering fume: scale by stoves, removal wanted, limit in force (GB 18483-2001; in Chongqing DB50/859-2018, from one source)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from jiuzhi.science.standards.tables import rows

SCALES = tuple(row["scale"] for row in rows("catering_fume"))


def scale(stoves: Decimal) -> str:
    """小型, 中型 or 大型 by standard stoves (基准灶头) [1]; a border belongs to the larger; "" below one stove."""
    for row in rows("catering_fume"):
        if Decimal(row["stoves_from"]) <= stoves and (
            not row["stoves_below"] or stoves < Decimal(row["stoves_below"])
        ):
            return row["scale"]
    return ""


def least_removal(scale: str) -> int:
    """Least removal efficiency of the purifier [%]. Errors: ``LookupError`` for an unknown scale."""
    for row in rows("catering_fume"):
        if row["scale"] == scale:
            return int(row["removal"])
    raise LookupError(f"GB 18483-2001 knows no scale {scale}")


def fume_limit(day: date) -> tuple[Decimal, str] | None:
    """Limit of fume in Chongqing [mg/m3] on ``day`` and its standard; the strictest in force holds. None before any standard."""
    held = [
        (Decimal(row["limit"]), row["standard"])
        for row in rows("catering_fume_limits")
        if row["valid_from"] <= day.isoformat() <= (row["valid_to"] or "9999-12-31")
    ]
    return min(held, default=None)
