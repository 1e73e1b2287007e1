"""Working days in China: weekends, statutory holidays, and the weekends worked instead of them (调休).

The arrangement of a year is announced by the State Council late in the year before. Until then the days of that year are told by the
weekend and the holidays of fixed date (全国年节及纪念日放假办法, 2024 revision), and `announced` says that they may still change.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar

# 元旦 1 day, 劳动节 2 days, 国庆节 3 days; the others follow the lunar calendar or the solar terms.
_FIXED = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}
_DAY = timedelta(days=1)


@lru_cache(maxsize=4000)
def is_working(day: date) -> bool:
    """Whether people work on ``day``."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:  # how the library says that a year is not announced yet
        return day.weekday() < 5 and (day.month, day.day) not in _FIXED


@lru_cache(maxsize=200)
def _known(year: int) -> bool:
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:  # as above
        return False
    return True


def announced(day: date) -> bool:
    """Whether the arrangement of holidays of that year is known."""
    return _known(day.year)


def after(day: date, days: int) -> date:
    """The last day of a term of ``days`` working days that begins with the day after ``day``. ``days`` 0: the first working day from
    ``day`` on. Errors: ``ValueError`` for a negative term."""
    if days < 0:
        raise ValueError(f"a term of {days} days")
    if days == 0:
        return rolled(day)
    while days:
        day += _DAY
        days -= is_working(day)
    return day


def rolled(day: date) -> date:
    """``day``, or the first working day after it: a term that ends on a holiday ends on the day after (民法典 art. 203)."""
    while not is_working(day):
        day += _DAY
    return day


def between(start: date, end: date) -> int:
    """Working days after ``start`` up to and with ``end``; negative when ``end`` lies before ``start``."""
    if end < start:
        return -between(end, start)
    return sum(is_working(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))
