"""The path a commitment walks: its points, the promise in numbers, and the straight road from baseline to target.

Time runs to the day: 31 December 2026 stands at 2027. All arithmetic is exact (fractions).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from statistics import median

from .wording import as_decimal, period_end, period_said, say, year_of


@dataclass(frozen=True)
class Point:
    """One value. ``period`` is "2026" or "2026-10"; ``value`` [the commitment's unit].

    ``complete`` False: the year is not over (or not sufficient) and ``value`` covers it only up to ``to`` (至今).
    ``projected``: what the whole year would come to if the rest of it goes as last year's rest went; None
    when last year's same part is not known. ``accumulates``: the number only grows within the year (days, sums).
    """

    period: str
    value: Decimal
    complete: bool = True
    to: date | None = None
    projected: Decimal | None = None
    accumulates: bool = False

    @property
    def end(self) -> date:
        return self.to or period_end(self.period)

    @property
    def year(self) -> int:
        return year_of(self.period)

    @property
    def whole_year(self) -> bool:
        """Whether it stands for a year that is over: no month or quarter, and nothing reported before the year's end."""
        return self.complete and len(self.period) == 4 and self.end == period_end(self.period)


@dataclass(frozen=True)
class Promise:
    """What was promised, in numbers. ``better``: "up" or "down". ``start``: first year of the plan period."""

    kind: str
    better: str
    comparator: str
    target: Decimal | None
    target_year: int
    start: int
    baseline: Decimal | None = None
    baseline_year: int | None = None
    milestones: tuple[tuple[int, Decimal], ...] = ()
    unit: str = ""
    text: str = ""  # the target as said, where it is not a number
    stand_in: bool = False  # the baseline is the first known value, not the plan's own

    @property
    def sign(self) -> int:
        return 1 if self.better == "up" else -1

    def met(self, value: Decimal) -> bool:
        """Whether ``value`` satisfies the target. Equal is inside, except for the strict > and <."""
        if self.target is None:
            raise ValueError("a promise without a number cannot be met by one")
        ahead = self.sign * (value - self.target)
        return ahead > 0 if self.comparator in (">", "<") else ahead >= 0

    def bound(self) -> str:
        """The limit to hold, in words."""
        return f"{'下限' if self.better == 'up' else '上限'} {say(self.target, self.unit)}"

    def goal(self) -> str:
        return (
            f"{symbol(self.comparator, self.better)}{say(self.target, self.unit)}"
            if self.target is not None
            else self.text
        )


def symbol(comparator: str, better: str) -> str:
    """The sign to print before a target."""
    if comparator in (">", "<"):
        return comparator
    return "≥" if better == "up" else "≤"


def project(
    to_date: Decimal, last_full: Decimal | None, last_same: Decimal | None, gone: Fraction = Fraction(1)
) -> Decimal | None:
    """The whole year's value if the rest of it goes as last year's rest went.

    ``gone``: share of the year behind ``to_date`` for means, rates and percentiles; 1 for what only adds up. In 263 city years of
    PM2.5 this misses the year by 12 % at the end of March and 8 % at the end of September (root mean square); assuming that
    the whole difference so far persists misses by 27 % and 8 %.
    """
    if last_full is None or last_same is None:
        return None
    return as_decimal(Fraction(last_full) + gone * Fraction(to_date - last_same))


def road(promise: Promise) -> list[tuple[int, Decimal, str]]:
    """(year, value asked for at its end, why) for every year of the path; empty where there is none."""
    if promise.target is None:
        return []
    if promise.kind in ("hold", "growth"):
        word = "限值" if promise.kind == "hold" else "年均目标"
        return [(y, promise.target, word) for y in range(promise.start, promise.target_year + 1)]
    line = knots(promise)
    if line is None:
        return [(promise.target_year, promise.target, "目标")]
    words = {
        line[0][0]: "起点" if promise.stand_in or promise.kind == "cumulative" else "基线",
        line[-1][0]: "目标",
    } | {y: "阶段目标" for y, _ in line[1:-1]}
    return [
        (y, as_decimal(at(line, Fraction(y + 1))), words.get(y, "路径"))
        for y in range(line[0][0], line[-1][0] + 1)
    ]


def slope_seen(points: Sequence[Point]) -> Decimal | None:
    """Sen's slope: the median of the slopes between all pairs of complete values [unit per year]; None below three."""
    whole = [(position(p.end), Fraction(p.value)) for p in points if p.complete]
    slopes = [
        (b[1] - a[1]) / (b[0] - a[0]) for i, a in enumerate(whole) for b in whole[i + 1 :] if b[0] > a[0]
    ]
    return as_decimal(median(slopes)) if len({t for t, _ in whole}) >= 3 else None


def allowed_rest(limit: Decimal, to_date: Decimal, to: date) -> tuple[int, Decimal] | None:
    """(days left in the year, what they may average so that the year's mean ends on ``limit``); None on its last day.

    The days so far are taken to carry ``to_date`` as their mean, missing ones included.
    """
    whole, gone = _day_of_year(date(to.year, 12, 31)), _day_of_year(to)
    if gone == whole:
        return None
    return whole - gone, as_decimal((Fraction(limit) * whole - Fraction(to_date) * gone) / (whole - gone))


def position(day: date) -> Fraction:
    """A day on the line of years; the end of 2026 is 2027."""
    return day.year + Fraction(_day_of_year(day), _day_of_year(date(day.year, 12, 31)))


def _day_of_year(day: date) -> int:
    return day.timetuple().tm_yday


def knots(promise: Promise) -> list[tuple[int, Fraction]] | None:
    """(year, value at its end) through which the path goes; None without a start or when it would not lead anywhere."""
    base, since, target = promise.baseline, promise.baseline_year, promise.target
    if promise.kind == "cumulative" and base is None:
        base, since = Decimal(0), promise.start - 1
    if base is None or since is None or target is None or since >= promise.target_year:
        return None
    if promise.sign * (target - base) <= 0:
        return None
    inner = [(y, Fraction(v)) for y, v in promise.milestones if since < y < promise.target_year]
    return [(since, Fraction(base)), *inner, (promise.target_year, Fraction(target))]


def at(line: list[tuple[int, Fraction]], when: Fraction) -> Fraction:
    """The path at a position; before its start the baseline, after its end the target."""
    for (y0, v0), (y1, v1) in pairwise(line):
        if when <= y1 + 1:
            return v0 + (v1 - v0) * max(when - (y0 + 1), Fraction(0)) / (y1 - y0)
    return line[-1][1]


def when_said(point: Point) -> str:
    """The period of a value in words; a part of a period says up to which day."""
    if not point.complete or (point.to and point.to < period_end(point.period)):
        return f"{period_said(point.period)}至今（截至 {point.end.month} 月 {point.end.day} 日）"
    return period_said(point.period)
