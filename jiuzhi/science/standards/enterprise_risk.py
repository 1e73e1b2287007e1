"""Level of sudden-incident risk of an enterprise (HJ 941-2018): quantity Q, process and control M, receptor E.

The borders of Q and M and the matrix were recorded from memory (grade M): a level computed here is shown as 未核实.
"""

from __future__ import annotations

from decimal import Decimal

from jiuzhi.science.standards.tables import rows

STANDARD = "HJ 941-2018"
LEVELS = ("一般", "较大", "重大")
_Q_BOUNDS = (1, 10, 100)
_M_BOUNDS = (25, 45, 65)


def quantity_class(q: Decimal) -> str:
    """Q0 to Q3 for ``q``, the sum of amount on site over critical amount [1]; a border belongs to the higher class."""
    return f"Q{sum(q >= bound for bound in _Q_BOUNDS)}"


def process_class(m: int) -> str:
    """M1 to M4 for the points of process and control [0–100]; a border belongs to the higher class."""
    return f"M{1 + sum(m >= bound for bound in _M_BOUNDS)}"


def path_level(q: Decimal, m: int | None, sensitivity: str) -> str | None:
    """Level by one path (air or water); ``sensitivity``: E1 to E3. None when Q ≥ 1 and M or E is missing."""
    quantity = quantity_class(q)
    if quantity == "Q0":
        return LEVELS[0]
    if m is None or not sensitivity:
        return None
    found = next(
        r
        for r in rows("enterprise_risk_levels")
        if (r["sensitivity"], r["quantity"]) == (sensitivity, quantity)
    )
    return found[process_class(m)]


def notation(path: str, q: Decimal, m: int | None, sensitivity: str) -> str:
    """A path as reports print it: ``一般-大气(Q0)``, ``较大-水(Q1-M3-E2)``."""
    level, quantity = path_level(q, m, sensitivity), quantity_class(q)
    if quantity == "Q0" or m is None:
        return f"{level or '待定'}-{path}({quantity})"
    return f"{level or '待定'}-{path}({quantity}-{process_class(m)}-{sensitivity or '待定'})"


def overall(levels: tuple[str, str], penalised: bool) -> str:
    """The higher of air and water, one level up after a penalty for illegal discharge within three years (at most 重大)."""
    worst = max(LEVELS.index(level) for level in levels)
    return LEVELS[min(worst + penalised, len(LEVELS) - 1)]
