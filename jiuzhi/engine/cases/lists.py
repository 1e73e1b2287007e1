"""Cases as people look for them: mine, my unit's, all; by stage on a board; what is overdue first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import reduce
from operator import or_

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
        fields = ("title", "code", "place", "org__name")
        cases = cases.filter(*(reduce(or_, (Q(**{f"{f}__icontains": w}) for f in fields)) for w in words))
    return cases


def sorted_(cases: QuerySet[Case], due: str = "") -> QuerySet[Case]:
    """The nearest term first; closed ones newest first."""
    if due in ("closed", "all"):
        return cases.order_by("-closed_at" if due == "closed" else "-opened_at", "-id")
    return cases.order_by(F("due_at").asc(nulls_last=True), "id")


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
