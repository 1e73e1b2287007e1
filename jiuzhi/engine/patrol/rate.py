"""Patrol rate (到位率): of the periods that a duty asks a patrol in, those in which one was walked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

DAY = timedelta(days=1)


def periods(
    every: int, unit: str, valid_from: date, valid_to: date | None, first: date, last: date
) -> list[tuple[date, date]]:
    """The periods (first day, last day) of a duty that end within ``first`` … ``last``: so many days from its beginning, whole weeks
    (Monday to Sunday) or whole calendar months. A period that a duty ends within is not asked for."""
    found: list[tuple[date, date]] = []
    start = _before(every, unit, _begin(unit, valid_from), first)
    while start <= last and start < date.max:
        after = _next(unit, start, every)
        end = after - DAY
        if first <= end <= last and (valid_to is None or end <= valid_to):
            found.append((max(start, valid_from), end))
        start = after
    return found


def current(every: int, unit: str, valid_from: date, day: date) -> tuple[date, date]:
    """The period that holds ``day``; the first one for a day before the duty begins."""
    start = _before(every, unit, _begin(unit, valid_from), day)
    return max(start, valid_from), _next(unit, start, every) - DAY


def done(asked: Iterable[tuple[date, date]], walked: Iterable[date]) -> int:
    """In how many of the periods asked somebody walked."""
    days = set(walked)
    return sum(any(start <= d <= end for d in days) for start, end in asked)


def _begin(unit: str, day: date) -> date:
    if unit == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if unit == "month" else day


def _next(unit: str, day: date, every: int) -> date:
    """The beginning of the period after the one that begins on ``day``; the last day there is where the calendar ends."""
    if unit == "month":
        months = day.year * 12 + day.month - 1 + every
        return date.max if months // 12 > date.max.year else date(months // 12, months % 12 + 1, day.day)
    days = every * (7 if unit == "week" else 1)
    return date.max if days > (date.max - day).days else day + timedelta(days=days)


def _before(every: int, unit: str, start: date, day: date) -> date:
    """The beginning of the period that holds ``day``, counted from ``start``; ``start`` itself for an earlier day."""
    if day <= start:
        return start
    if unit == "month":
        months = (day.year - start.year) * 12 + day.month - start.month
        return _next("month", start, months // every * every)
    step = every * (7 if unit == "week" else 1)
    return start + timedelta(days=(day - start).days // step * step)
