"""Cases as people look for them: mine, my unit's, all; by stage on a board; what is overdue first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from jiuzhi.core import access
from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Org, User

from . import rights, terms
from .declare import WORKFLOWS
from .models import Case

WHOSE = ("mine", "unit", "all")


def of(user: User, county: Org, whose: str) -> QuerySet[Case]:
    """Cases a person sees: given to them or registered with a unit they hold a role in, or all within their grants."""
    seen = rights.visible(user, county)
    if whose == "mine":
        return seen.filter(person=user)
    if whose == "unit":
        codes = {g.org_id for g in access.grants(user, "view_case")}
        return seen.filter(org__in=codes)
    return seen


def filtered(cases: QuerySet[Case], asked: Mapping[str, str], now: datetime) -> QuerySet[Case]:
    """Cases that fit a filter: q, workflow, stage, unit, risk, due (overdue, soon, revisit, paused, closed; empty: open)."""
    due = asked.get("due", "")
    today = now.astimezone(LOCAL).date()
    cases = {
        "overdue": lambda: cases.filter(closed_at=None, paused_at=None, due_at__lt=now),
        "soon": lambda: cases.filter(closed_at=None, due_at__gte=now, due_at__lte=now + terms.SOON),
        "revisit": lambda: cases.exclude(closed_at=None).filter(revisit_on__lte=today),
        "paused": lambda: cases.filter(closed_at=None).exclude(paused_at=None),
        "closed": lambda: cases.exclude(closed_at=None),
        "all": lambda: cases,
    }.get(due, lambda: cases.filter(closed_at=None))()
    for name in ("workflow", "stage", "risk"):
        if asked.get(name):
            cases = cases.filter(**{name: asked[name]})
    if asked.get("unit"):
        cases = cases.filter(org__code=asked["unit"])
    words = asked.get("q", "").split()
    if words:
        cases = cases.filter(*map(_said, words))
    return cases


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
