"""挂图作战: the cases of a list on a map and in a calendar, in the colours of their terms."""

from __future__ import annotations

from calendar import Calendar
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from jiuzhi.core import geo, workdays
from jiuzhi.core.local import LOCAL
from jiuzhi.engine.cases import lists, terms
from jiuzhi.engine.cases.models import Case

from .base import Scope, county_page, page
from .cases import chosen, offered, state_of

# How the map marks a colour; mark and word say it without colour.
_KINDS = {"red": "expired", "yellow": "open", "green": "running", "grey": "still", "closed": "closed"}
_UNPLACED = 30  # cases without a place that are listed beside the map
_IN_CELL = 4  # cases of one day of the calendar


@county_page
def on_map(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The cases of the list where they are, how many of each colour, by township, and those without a place."""
    found, asked, whose = chosen(request, scope)
    now = timezone.now()
    every = chosen(request, scope, due="all")[0]
    placed = found.filter(lon__isnull=False)
    context = {
        "asked": asked, "counts": [(c, lists.DUE_OF[c], terms.COLOURS[c], n) for c, n in lists.colours(every, now).items() if n],
        "open_total": every.filter(closed_at=None).count(), "towns": lists.by_town(every, scope.county, now),
        "placed": placed.count(), "unplaced": found.filter(lon=None).count(), "most": lists.MOST,
        "missing": [(c, *state_of(c, now)) for c in lists.sorted_(found.filter(lon=None), asked["due"]).select_related("org")[:_UNPLACED]],
        "synthetic": found.filter(synthetic=True).exists(),
    } | offered(scope, asked, whose)  # fmt: skip
    return page(request, "web/cases/map.html", context, active="cases")


@county_page
def layer(request: HttpRequest, scope: Scope) -> JsonResponse:
    """GeoJSON of the cases of the list that have a place. ``?crs=GCJ-02`` for web maps that draw so."""
    found, asked, _whose = chosen(request, scope)
    now, shifted = timezone.now(), request.GET.get("crs") == "GCJ-02"
    placed = lists.sorted_(found.filter(lon__isnull=False), asked["due"]).select_related("org")[: lists.MOST]
    made = {
        "type": "FeatureCollection", "system": "GCJ-02" if shifted else "CGCS2000",
        "features": [_feature(case, now, shifted) for case in placed],
    }  # fmt: skip
    return JsonResponse(made, content_type="application/geo+json", json_dumps_params={"ensure_ascii": False})


def _feature(case: Case, now: Any, shifted: bool) -> dict[str, Any]:
    place = (float(case.lon), float(case.lat))
    colour, _days = state_of(case, now)
    said = case.stage
    if case.open and case.due_at:
        said += " · " + _("期限 %(day)s") % {"day": f"{case.due_at.astimezone(LOCAL):%Y-%m-%d}"}
    return {
        "type": "Feature", "id": case.pk,
        "geometry": {"type": "Point", "coordinates": geo.to_gcj02(*place) if shifted else place},
        "properties": {
            "name": case.title, "label": case.code, "unit": str(case.org), "state": said, "kind": _KINDS[colour], "synthetic": case.synthetic,
            "blurred_km": 0,
        },
    }  # fmt: skip


@county_page
def calendar(request: HttpRequest, scope: Scope) -> HttpResponse:
    """A month: on each day the terms that end and the look-backs that are due."""
    found, asked, whose = chosen(request, scope, due="all")
    now = timezone.now()
    today = now.astimezone(LOCAL).date()
    first = _month(request.GET.get("month", ""), today)
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    start, end = weeks[0][0], weeks[-1][-1] + timedelta(days=1)
    days: dict[date, list[tuple[Case, str, bool]]] = {}
    for case in found.filter(lists.falls_due(start, end)).select_related("org")[: lists.MOST]:
        look_back = not case.open
        due = case.revisit_on if look_back else case.due_at and case.due_at.astimezone(LOCAL).date()
        if due:
            days.setdefault(due, []).append((case, state_of(case, now)[0], look_back))
    order = list(terms.COLOURS)
    for listed in days.values():
        listed.sort(key=lambda one: (order.index(one[1]), one[0].pk))
    context = {
        "weeks": [[_cell(day, first, today, days.get(day, [])) for day in week] for week in weeks], "month": first,
        "before": f"{first - timedelta(days=1):%Y-%m}", "after": f"{first + timedelta(days=31):%Y-%m}", "announced": workdays.announced(first),
        "late": found.filter(lists.coloured("red", now)).count(), "today": today, "held": sum(map(len, days.values())),
        "synthetic": any(c.synthetic for listed in days.values() for c, _colour, _back in listed),
    } | offered(scope, asked | {"due": ""}, whose)  # fmt: skip
    return page(request, "web/cases/calendar.html", context, active="cases")


def _cell(day: date, first: date, today: date, listed: list[Any]) -> dict[str, Any]:
    return {
        "day": day, "inside": day.month == first.month, "today": day == today, "rest": not workdays.is_working(day),
        "cases": listed[:_IN_CELL], "more": max(len(listed) - _IN_CELL, 0), "n": len(listed),
    }  # fmt: skip


def _month(text: str, today: date) -> date:
    """The first day of "2026-11"; of the present month for what is none."""
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    return found if 2000 <= found.year <= 2100 else today.replace(day=1)
