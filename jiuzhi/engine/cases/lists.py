"""Cases as people look for them: mine, my unit's, all; by stage on a board; what is overdue first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from jiuzhi.core import access
from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Org, User, county_of

from . import rights, terms
from .declare import WORKFLOWS
from .models import Case

WHOSE = ("mine", "unit", "all")
MOST = 20_000  # cases in one map, table or export


def of(user: User, county: Org, whose: str) -> QuerySet[Case]:
    """Cases a person sees: given to them or registered with a unit they hold a role in, or all within their grants."""
    seen = rights.visible(user, county)
    if whose == "mine":
        return seen.filter(person=user)
    if whose == "unit":
        codes = {g.org_id for g in access.grants(user, "view_case")}
        return seen.filter(org__in=codes)
    return seen


def coloured(colour: str, now: datetime) -> Q:
    """The cases of one colour (`terms.COLOURS`), as a condition."""
    running = Q(closed_at=None, paused_at=None)
    return {
        "red": running & Q(due_at__lt=now),
        "yellow": running & Q(due_at__gte=now, due_at__lte=now + terms.SOON),
        "green": running & Q(due_at__gt=now + terms.SOON),
        "grey": Q(closed_at=None) & (Q(due_at=None) | ~Q(paused_at=None)),
        "closed": ~Q(closed_at=None),
    }[colour]


# What a list asks for by its word; without one: what is open.
_DUE = {"overdue": "red", "soon": "yellow", "running": "green", "standing": "grey", "closed": "closed"}
DUE = (*_DUE, "revisit", "paused", "all")
DUE_OF = {colour: due for due, colour in _DUE.items()}


def filtered(cases: QuerySet[Case], asked: Mapping[str, str], now: datetime) -> QuerySet[Case]:
    """Cases that fit a filter: q, workflow, stage, unit, town, risk, source, on (a day on which something falls due), due (of `_DUE`, revisit,
    paused, all; empty: open)."""
    due, day = asked.get("due", ""), asked.get("on", "")
    today = now.astimezone(LOCAL).date()
    if due in _DUE:
        cases = cases.filter(coloured(_DUE[due], now))
    elif due == "revisit":
        cases = cases.exclude(closed_at=None).filter(revisit_on__lte=today)
    elif due == "paused":
        cases = cases.filter(closed_at=None).exclude(paused_at=None)
    elif due != "all" and not day:
        cases = cases.filter(closed_at=None)
    for name in ("workflow", "stage", "risk", "source"):
        if asked.get(name):
            cases = cases.filter(**{name: asked[name]})
    if asked.get("unit"):
        cases = cases.filter(org__code=asked["unit"])
    if asked.get("town"):
        cases = cases.filter(_in_town(Org.objects.filter(code=asked["town"]).first()))
    if day:
        cases = cases.filter(falls_due(*_span(day)))
    words = asked.get("q", "").split()
    if words:
        cases = cases.filter(*map(_said, words))
    return cases


_NO_DAY = date(1900, 1, 1)  # before any case


def _span(text: str) -> tuple[date, date]:
    """The day of an address, and the next; a day that is none has no cases."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = _NO_DAY
    if not _NO_DAY <= day < date(2200, 1, 1):
        day = _NO_DAY
    return day, day + timedelta(days=1)


def falls_due(first: date, end: date) -> Q:
    """Cases with a term that ends, or a look-back that is due, from ``first`` to before ``end``."""
    begin, over = (datetime.combine(d, time(), LOCAL) for d in (first, end))
    return Q(closed_at=None, due_at__gte=begin, due_at__lt=over) | (
        ~Q(closed_at=None) & Q(revisit_on__gte=first, revisit_on__lt=end)
    )


def _towns(county: Org | None) -> list[Org]:
    """The townships of a county, in the order in which a place is asked for their names."""
    inside = Org.objects.filter(kind=Org.Kind.TOWNSHIP, path__startswith=county.path if county else "/")
    return list(inside.order_by("path"))


def _town(case: Case, towns: Sequence[Org]) -> Org | None:
    """The township of a case: the one its unit lies in; only for a unit that lies in none, the first that the place is written with."""
    of_unit = next((t for t in towns if case.org.path.startswith(t.path)), None)
    return of_unit or next((t for t in towns if t.name in case.place), None)


def _in_town(town: Org | None) -> Q:
    """The cases of a township (`_town`), as a condition."""
    if town is None:
        return Q(pk=None)
    towns = _towns(county_of(town))
    inside = Org.objects.filter(reduce(or_, (Q(path__startswith=t.path) for t in towns), Q(pk=None)))
    named = Q(place__contains=town.name) & ~Q(org__in=inside.values("pk"))
    for earlier in towns[: towns.index(town)] if town in towns else []:
        named &= ~Q(place__contains=earlier.name)
    return Q(org__path__startswith=town.path) | named


def colours(cases: QuerySet[Case], now: datetime) -> dict[str, int]:
    """Colour → how many, in the order of `terms.COLOURS`."""
    return cases.order_by().aggregate(**{c: Count("id", filter=coloured(c, now)) for c in terms.COLOURS})


def by_town(cases: QuerySet[Case], county: Org, now: datetime) -> list[tuple[Org | None, dict[str, int]]]:
    """Open cases by township (`_town`) and colour, the most overdue first; None: no township is named. Townships without any are left out,
    and what is beyond `MOST`."""
    towns = _towns(county)
    found: dict[Org | None, dict[str, int]] = {}
    open_now = cases.filter(closed_at=None).select_related("org").only(
        "org__path", "place", "due_at", "closed_at", "paused_at"
    )  # fmt: skip
    for case in open_now.order_by()[:MOST]:
        counts = found.setdefault(_town(case, towns), dict.fromkeys(terms.COLOURS, 0))
        counts[terms.colour(case, now)] += 1
    return sorted(found.items(), key=lambda f: (f[0] is None, *(-n for n in f[1].values()), str(f[0])))


def _said(word: str) -> Q:
    """Cases in whose title, number, place or unit's name a word stands. Units are few: they are looked up once, not at every case."""
    units = Org.objects.filter(name__icontains=word).values("pk")
    fields = ("title", "code", "place")
    return reduce(or_, (Q(**{f"{f}__icontains": word}) for f in fields), Q(org__in=units))


def sorted_(cases: QuerySet[Case], due: str = "") -> QuerySet[Case]:
    """The nearest term first, or look-back; closed ones newest first."""
    if due in ("closed", "all"):
        return cases.order_by("-closed_at" if due == "closed" else "-opened_at", "-id")
    if due == "revisit":
        return cases.order_by("revisit_on", "id")
    return cases.order_by(F("due_at").asc(nulls_last=True), "id")


def numbers(cases: QuerySet[Case], searched: bool) -> Sequence[Any]:
    """Ids of ``cases`` in their order, for pages: a far page passes over ids, not over whole cases with their units. ``searched``: words were
    sought, so every case is read anyway: once, and not again to be counted."""
    ids = cases.values_list("pk", flat=True)
    return list(ids) if searched else ids


def told(ids: Iterable[Any]) -> list[Case]:
    """The cases of these ids in this order, with unit and person."""
    order = list(ids)
    held = Case.objects.select_related("org", "person").in_bulk(order)
    return [held[pk] for pk in order if pk in held]


def board(cases: QuerySet[Case], workflow: str, most: int = 20) -> list[tuple[str, int, list[Case]]]:
    """Stage → how many open cases, and the first ``most`` by term, in the order of the workflow."""
    flow = WORKFLOWS[workflow]
    mine = cases.filter(workflow=workflow, closed_at=None)
    counts: dict[str, int] = dict(mine.order_by().values_list("stage").annotate(n=Count("id")))
    found: list[tuple[str, int, list[Case]]] = []
    for stage in flow.stages:
        if not stage.closed:
            shown = (
                sorted_(mine.filter(stage=stage.name)).select_related("org")[:most]
                if counts.get(stage.name)
                else []
            )
            found.append((stage.name, counts.get(stage.name, 0), list(shown)))
    return found
