"""What the rest of a year will do to a section's yearly mean: a plain reckoning that a person can do again by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

from jiuzhi.science.standards import water

SEASON_YEARS = 3  # same months of so many years before
RECENT = 3  # months, where no year before has the month


@dataclass(frozen=True)
class Outlook:
    """One item of a year. ``mean``: measured months and expected ones together; ``rest``: what the months left may average at most (DO: must
    average at least) for the yearly mean to keep ``limit``. All in the unit of the table."""

    item: str
    mean: Decimal
    limit: Decimal
    rest: Decimal
    known: int
    left: int

    @property
    def missed(self) -> bool:
        return self.mean < self.limit if self.item == "DO" else self.mean > self.limit

    @property
    def share(self) -> Decimal:
        """How far the limit is used up [1]."""
        return self.limit / self.mean if self.item == "DO" else self.mean / self.limit


def year_end(
    months: Iterable[Mapping[str, Any]], year: int, target: int, *, is_lake: bool = False
) -> list[Outlook]:
    """The outlook of every item of ``year``, most used up first. months: rows of ``water_month`` with ``month`` and items [mg/L].

    The months after the newest one measured are taken as the mean of the same months of the three years before, and where none of them has it as the mean
    of the newest three months measured. An item with fewer than three measured months of the year, or none left, is not foretold; nor is pH.
    """
    table = {row["month"]: row for row in months}
    with localcontext() as context:
        context.prec = 28
        found = [
            one for item in water.CLASS_ITEMS if item != "pH" and (one := _item(table, item, year, target, is_lake))
        ]  # fmt: skip
        return sorted(found, key=lambda one: -one.share)


def _item(
    table: Mapping[str, Mapping[str, Any]], item: str, year: int, target: int, is_lake: bool
) -> Outlook | None:
    def value(y: int, month: int) -> Decimal | None:
        row = table.get(f"{y}-{month:02d}")
        return None if row is None else row.get(item)

    limit = water.target_limit(item, target, is_lake=is_lake)
    known = {m: v for m in range(1, 13) if (v := value(year, m)) is not None}
    left = list(range(max(known, default=12) + 1, 13))
    if limit is None or len(known) < RECENT or not left:
        return None
    recent = [known[m] for m in sorted(known)[-RECENT:]]
    expected = []
    for month in left:
        same = [v for back in range(1, SEASON_YEARS + 1) if (v := value(year - back, month)) is not None]
        expected.append(_mean(same or recent))
    total, count = sum(known.values(), Decimal(0)), len(known) + len(left)
    mean = (total + sum(expected, Decimal(0))) / count
    if not mean:
        return None
    return Outlook(item, mean, limit, (limit * count - total) / len(left), len(known), len(left))


def _mean(values: list[Decimal]) -> Decimal:
    return sum(values, Decimal(0)) / len(values)
