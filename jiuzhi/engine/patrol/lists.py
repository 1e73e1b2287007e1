"""Patrols as supervisors look for them, and how many of those asked for were walked (到位率)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Org

from . import rate
from .models import Duty, Patrol

RECENT = 31  # days: in so many every month and every week ends once
YEAR = 366


def span(asked: str, today: date) -> tuple[date, date]:
    """First and last day of "2026-11", "year", or of the last `RECENT` days; never later than ``today``."""
    if re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", asked, re.ASCII):
        first = date.fromisoformat(f"{asked}-01")
        return first, min((first + timedelta(days=31)).replace(day=1) - timedelta(days=1), today)
    return today - timedelta(days=(YEAR if asked == "year" else RECENT) - 1), today


def begins(day: date) -> datetime:
    """The first moment of a local day."""
    return datetime.combine(day, time(), LOCAL)


def of_kind(duties: QuerySet[Any], asked: Mapping[str, str], at: str = "") -> QuerySet[Any]:
    """What fits kind, level and unit (with the units below it). ``at``: the duty's place, as "duty__"."""
    for name in ("kind", "level"):
        if asked.get(name):
            duties = duties.filter(**{f"{at}{name}": asked[name]})
    if asked.get("unit"):
        below = Org.objects.filter(path__startswith=_path(asked["unit"])).values("pk")
        duties = duties.filter(org__in=below)
    return duties


def _path(code: str) -> str:
    return Org.objects.filter(code=code).values_list("path", flat=True).first() or "-"


def filtered(
    patrols: QuerySet[Patrol], asked: Mapping[str, str], first: date, last: date
) -> QuerySet[Patrol]:
    """Patrols begun from ``first`` to ``last``, newest first: q, kind, level, unit, person, state."""
    found = of_kind(patrols, asked, "duty__")
    found = found.filter(started__gte=begins(first), started__lt=begins(last + timedelta(days=1)))
    if asked.get("state") in Patrol.State.values:
        found = found.filter(state=asked["state"])
    if asked.get("person"):
        found = found.filter(user__username=asked["person"])
    return found.filter(words(asked.get("q", ""), _SEARCHED)).order_by("-started", "-id")


_SEARCHED = ("duty__name", "duty__code", "org__name", "user__first_name", "user__username", "decision")


def words(text: str, fields: Iterable[str]) -> Q:
    """Every word stands in one of the fields."""
    found = Q()
    for word in text.split():
        found &= reduce(or_, (Q(**{f"{field}__icontains": word}) for field in fields))
    return found


@dataclass(frozen=True)
class Standing:
    """One duty over a span: in how many periods it was asked for, and in how many of them somebody walked."""

    duty: Duty
    asked: int
    done: int


@dataclass(frozen=True)
class Rate:
    """Duties put together by unit or level. ``share`` [%], None while no period has ended."""

    name: str
    code: str
    duties: int
    asked: int
    done: int

    @property
    def share(self) -> Decimal | None:
        if not self.asked:
            return None
        return (Decimal(100 * self.done) / self.asked).quantize(Decimal("0.1"), ROUND_HALF_EVEN)


def standings(duties: QuerySet[Duty], first: date, last: date) -> list[Standing]:
    """How duties that were asked for in ``first`` … ``last`` were kept. Doubtful patrols count only after somebody accepted them."""
    listed = list(
        duties.filter(Q(valid_to=None) | Q(valid_to__gte=first), valid_from__lte=last).select_related("org")
    )
    asked = {d.pk: rate.periods(d.every, d.unit, d.valid_from, d.valid_to, first, last) for d in listed}
    earliest = min((start for periods in asked.values() for start, _end in periods), default=None)
    walked = days_walked(duties, earliest, last) if earliest else {}
    return [Standing(d, len(asked[d.pk]), rate.done(asked[d.pk], walked.get(d.pk, ()))) for d in listed]


def days_walked(duties: QuerySet[Duty], first: date, last: date) -> dict[int, set[date]]:
    """Duty → the local days on which a patrol that counts began."""
    counted = Patrol.objects.filter(
        duty__in=duties.order_by().values("pk"), state__in=Patrol.COUNTED, started__gte=begins(first), started__lt=begins(last + timedelta(days=1)),
    )  # fmt: skip
    found: dict[int, set[date]] = defaultdict(set)
    for duty, started in counted.order_by().values_list("duty_id", "started"):
        found[duty].add(started.astimezone(LOCAL).date())
    return found


def rates(found: Iterable[Standing], by: Callable[[Duty], tuple[str, str]]) -> list[Rate]:
    """Standings put together by (name, code), in the order they come."""
    groups: dict[tuple[str, str], list[Standing]] = defaultdict(list)
    for one in found:
        groups[by(one.duty)].append(one)
    return [
        Rate(name, code, len(held), sum(s.asked for s in held), sum(s.done for s in held))
        for (name, code), held in groups.items()
    ]


def by_level(found: list[Standing]) -> list[Rate]:
    """City, county, township, village."""
    order = {level: n for n, level in enumerate(Duty.Level.values)}
    made = rates(found, lambda d: (d.get_level_display(), d.level))
    return sorted(made, key=lambda r: order.get(r.code, 9))


def by_unit(found: list[Standing]) -> list[Rate]:
    """The lowest rate first; units without an ended period last."""
    made = rates(found, lambda d: (d.org.name, d.org.code))
    return sorted(made, key=lambda r: (r.share is None, r.share or Decimal(0), r.code))


def present(duties: list[Duty], today: date) -> list[tuple[Duty, str, date | None]]:
    """How each duty stands in the period that holds ``today``: "done"; "open" with the last day there is time; "later" with the day it
    begins; "stopped" with its last day."""
    if not duties:
        return []
    periods = {d.pk: rate.current(d.every, d.unit, d.valid_from, today) for d in duties}
    begin = min(start for start, _end in periods.values())
    days = days_walked(Duty.objects.filter(pk__in=periods), begin, today)
    return [(d, *_present(d, periods[d.pk], days.get(d.pk, set()), today)) for d in duties]


def _present(duty: Duty, period: tuple[date, date], days: set[date], today: date) -> tuple[str, date | None]:
    start, end = period
    if duty.valid_to is not None and duty.valid_to < today:
        return "stopped", duty.valid_to
    if duty.valid_from > today:
        return "later", duty.valid_from
    return ("done" if any(start <= d <= end for d in days) else "open"), min(end, duty.valid_to or end)
