"""One box for everything: commitments, tasks, clauses, projects, stations, systems."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from jiuzhi.core.files import printable
from jiuzhi.master.models import Station

from ..keep import kept
from .base import Scope, any_county_page, page
from .systems import matching

SHOWN = 12


def _having(rows: QuerySet[Any], words: list[str], *fields: str) -> list[Any]:
    for word in words:
        any_field = Q()
        for field in fields:
            any_field |= Q(**{f"{field}__icontains": word})
        rows = rows.filter(any_field)
    return list(rows[: SHOWN + 1])


def _groups(scope: Scope, q: str) -> list[dict[str, Any]]:
    words = q.split()
    code = scope.county.code
    plan_at = reverse("plan", args=[code])
    groups: list[tuple[str, list[tuple[str, str, str]]]] = []
    if scope.plan:
        plan = scope.plan
        found = _having(
            plan.commitments.select_related("owner"), words, "name", "place", "code", "owner__name"
        )
        groups.append(
            (
                _("承诺"),
                [
                    (c.name, f"{c.get_kind_display()} {c.place}", reverse("commitment", args=[code, c.pk]))
                    for c in found
                ],
            )
        )
        tasks = _having(plan.tasks.all(), words, "title", "places", "code")
        groups.append((_("任务"), [(t.title, t.domain, f"{plan_at}?q={t.code}") for t in tasks]))
        clauses = _having(plan.clauses.all(), words, "title", "number")
        groups.append((_("条款"), [(str(c), c.get_level_display(), f"{plan_at}#c{c.pk}") for c in clauses]))
        projects_at = reverse("projects", args=[code])
        projects = _having(plan.projects.all(), words, "name", "place")
        groups.append(
            (
                _("项目"),
                [(p.name, p.place, f"{projects_at}?{urlencode({'q': p.name})}") for p in projects],
            )
        )
    stations = _having(Station.objects.filter(county=scope.county), words, "name", "water_body", "code")
    groups.append(
        (
            _("监测点位"),
            [(str(s), s.get_kind_display(), reverse("station", args=[code, s.code])) for s in stations],
        )
    )
    named = matching(q)[: SHOWN + 1]
    groups.append((_("系统"), [(s.name, s.domain, reverse("systems") + f"?q={s.id}") for s in named]))
    return [{"title": t, "rows": rows[:SHOWN], "more": len(rows) > SHOWN} for t, rows in groups if rows]


@any_county_page
@kept
def search(request: HttpRequest, scope: Scope) -> HttpResponse:
    q = printable(request.GET.get("q", "")).strip()[:60]
    context = {"q": q, "groups": _groups(scope, q) if q else []}
    return page(request, "web/search.html", context, active="search")
