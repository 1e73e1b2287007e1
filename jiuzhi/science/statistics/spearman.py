"""Spearman rank trend of yearly values (Daniel's test), as 环办[2011]22号 and HJ 663 use it.

The critical values Wp are recorded from memory (grade M): show as unverified.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from jiuzhi.science.standards.tables import rows


@dataclass(frozen=True)
class Trend:
    """rs in [-1, 1]; critical: Wp at the level asked; direction: up, down or none (not significant)."""

    rs: float
    critical: float
    significant: bool
    direction: str
    verification: str = "M"


def _ranks(values: Sequence[Any]) -> list[Fraction]:
    numbers = [Decimal(str(value)) for value in values]
    return [
        Fraction(2 * sum(other < one for other in numbers) + sum(other == one for other in numbers) + 1, 2)
        for one in numbers
    ]


def critical_value(n: int, level: str = "0.05") -> float:
    """Wp for n periods, linear between tabulated n. Raises ValueError below 5 and above 30."""
    table = {int(row["n"]): float(row[f"wp_{level}"]) for row in rows("spearman_critical")}
    if n in table:
        return table[n]
    below, above = (
        max((k for k in table if k < n), default=None),
        min((k for k in table if k > n), default=None),
    )
    if below is None or above is None:
        raise ValueError(f"no critical value for {n} periods: the table holds {min(table)} to {max(table)}")
    return table[below] + (table[above] - table[below]) * (n - below) / (above - below)


def spearman(values: Sequence[Any], level: str = "0.05") -> Trend:
    """Trend of values in time order: rs = 1 - 6Σd²/(n³-n), significant when |rs| > Wp.

    level: "0.05" or "0.01". Raises ValueError with fewer than 5 values. Equal values share their mean rank.
    """
    n = len(values)
    critical = critical_value(n, level)
    squares = sum(((rank - place) ** 2 for place, rank in enumerate(_ranks(values), start=1)), Fraction(0))
    rs = 1 - Fraction(6) * squares / (n**3 - n)
    significant = abs(rs) > Fraction(str(critical))
    direction = "none" if not significant else "up" if rs > 0 else "down"
    return Trend(float(rs), critical, significant, direction)
