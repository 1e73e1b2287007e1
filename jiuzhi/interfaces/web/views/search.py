"""One box for everything: commitments, tasks, clauses, projects, stations, records of registers, systems."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Case, Q, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from jiuzhi.core import local
from jiuzhi.core.files import printable
from jiuzhi.core.registers import REGISTERS, reading
from jiuzhi.core.registers.search import search as search_registers
from jiuzhi.master.models import Station

from ..keep import kept
from .base import Scope, everybodys_page, page, registers_only
from .registers import figures, index
from .systems import matching

SHOWN = 12
EACH = 3  # records of one register
# What was promised comes before what was measured or merely described.
_TARGETS_FIRST = Case(When(kind="target", then=0), default=1)


class Found(NamedTuple):
    """One line of the results."""

    name: str
    what: str
    address: str
    synthetic: bool = False


Group = tuple[str, Sequence[tuple[Any, ...]]]


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
    groups: list[Group] = []
    if scope.plan:
        plan = scope.plan
        found = _having(
            plan.commitments.select_related("owner").order_by(_TARGETS_FIRST, "start", "pk"),
            words,
            "name",
            "place",
            "code",
            "owner__name",
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
    groups += _registers(scope, words)
    named = matching(q)[: SHOWN + 1]
    groups.append((_("系统"), [(s.name, s.domain, reverse("systems") + f"?q={s.id}") for s in named]))
    return _cut(groups)


def _cut(groups: list[Group]) -> list[dict[str, Any]]:
    return [
        {"title": t, "rows": [Found(*r) for r in rows[:SHOWN]], "more": len(rows) > SHOWN} for t, rows in groups if rows
    ]  # fmt: skip


def _registers(scope: Scope, words: list[str]) -> list[Group]:
    """Registers by their title, and records: a few of each register, so that one does not hide the others."""
    code = scope.county.code
    by_title = [
        (r.title, r.about, reverse("register", args=[code, r.code])) for r in index.titled(scope, words)
    ]
    where = (
        (r, reading.visible_to(r, scope.user, county=scope.county))
        for r in REGISTERS.values()
        if figures.may_view(scope, r)
    )
    found = search_registers(where, " ".join(words), EACH, local.today()) if words else {}
    # The first hit of every register before the second of any, so that one register does not hide the others.
    ranked = sorted((row for hits in found.values() for row in enumerate(hits)), key=lambda row: row[0])
    records = [
        Found(
            hit.name, f"{hit.register.title} {hit.key}".strip(), reverse("record", args=[code, hit.register.code, hit.pk]), hit.synthetic
        )
        for _n, hit in ranked
    ]  # fmt: skip
    asked = urlencode({"q": " ".join(words)})
    lists = [
        (
            _("%(title)s：全部结果") % {"title": r.title},
            "",
            f"{reverse('register', args=[code, r.code])}?{asked}",
        )
        for r, hits in found.items()
        if len(hits) == EACH
    ]
    return [(_("台账"), by_title + lists), (_("台账记录"), records)]


def _own(scope: Scope, q: str) -> list[dict[str, Any]]:
    """What somebody finds who keeps records here and sees no plan."""
    return _cut(_registers(scope, q.split()))


@everybodys_page
@kept
def search(request: HttpRequest, scope: Scope) -> HttpResponse:
    q = printable(request.GET.get("q", "")).strip()[:60]
    find = _own if registers_only(request) else _groups
    groups = find(scope, q) if q else []
    synthetic = any(row.synthetic for group in groups for row in group["rows"])
    context = {"q": q, "groups": groups, "synthetic": synthetic}
    return page(request, "web/search.html", context, active="search")
