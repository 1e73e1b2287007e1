"""Air stations and river sections: what they measured, against which limit, and how complete it is."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from jiuzhi.engine.plan import board
from jiuzhi.master.models import Station

from .. import live, monitoring
from ..keep import kept, shared
from . import reporting
from .base import Scope, county_page, page

JUDGED = ("air", *Station.WATER)
RAW = "raw"
PERIODS = {
    RAW: (gettext_lazy("近几天实测"), 30),
    "30d": (gettext_lazy("近 30 天"), 30),
    "1y": (gettext_lazy("近一年"), 365),
    "3y": (gettext_lazy("近三年"), 3 * 365 + 1),
    "all": (gettext_lazy("全部"), 40 * 366),
}


@county_page
def listing(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Every station of the county by kind; the county's own air first. What reports by itself stands with its newest values."""
    now = timezone.now()
    today = board.today(scope.county.code)
    every = list(Station.objects.filter(county=scope.county))
    q, kind, silent = (
        request.GET.get("q", "").strip(),
        request.GET.get("kind", ""),
        bool(request.GET.get("silent")),
    )
    known = Counter(s.kind for s in every)
    stations = [s for s in every if _fits(s, q, kind)]
    judged = _judged_rows(stations, {s.code: s for s in today.sections})
    shown = {s.pk for s, _section, _air in judged}
    rows = live.rows([s for s in stations if s.pk not in shown], now)
    quiet = [row for row in rows if row.silent]
    context = {
        "today": today,
        "air": [] if silent else [r for r in judged if r[0].kind == "air"],
        "water": [] if silent else [r for r in judged if r[0].kind in Station.WATER],
        "groups": _groups(quiet if silent else rows),
        "quiet": quiet,
        "reporting": len(rows),
        "county_air": monitoring.latest_air(scope.county.code),
        "narrowed": bool(q or kind or silent),
        "q": q, "kind": kind, "silent": silent, "every": len(every),
        "kinds": [(k, label, known[k]) for k, label in Station.Kind.choices if known[k]],
        "synthetic": today.synthetic or any(r[0].synthetic for r in judged) or any(r.synthetic for r in rows),
        "levels": monitoring.LEVELS,
        "classes": monitoring.CLASSES,
    }  # fmt: skip
    return page(request, "web/stations.html", context, active="stations")


def _judged_rows(stations: list[Station], sections: dict[str, Any]) -> list[tuple[Station, Any, Any]]:
    """Air stations and river sections with their newest judgement: (station, section, day of air), by level. What is not judged yet but
    reports (a micro-station, a new section) is left to the lists of what reports."""
    order = {level: n for n, level in enumerate(Station.Level.values)}
    found = [
        (s, sections.get(s.code), monitoring.latest_air(s.code) if s.kind == "air" else None)
        for s in sorted(stations, key=lambda s: (order[s.level], s.code))
        if s.kind in JUDGED
    ]
    begun = reporting.reporting(
        [s for s, section, air in found if not air and not getattr(section, "period", "")]
    )
    return [row for row in found if row[0] not in begun]


def _fits(station: Station, q: str, kind: str) -> bool:
    said = f"{station.code} {station.name} {station.water_body}".casefold()
    return (not kind or station.kind == kind) and all(word in said for word in q.casefold().split())


def _groups(rows: list[live.Row]) -> list[tuple[str, list[live.Row], int, bool]]:
    """(title of the kind, its stations, how many are silent, whether others of the kind are judged), in the order of the kinds."""
    found = []
    for kind, label in Station.Kind.choices:
        if mine := [row for row in rows if row.station.kind == kind]:
            found.append((label, mine, sum(row.silent for row in mine), kind in JUDGED))
    return found


def _last_day(code: str, kind: str, scope: Scope) -> date:
    return monitoring.last_day(code, kind) or scope.as_of or timezone.localdate()


@county_page
def detail(request: HttpRequest, scope: Scope, station: str) -> HttpResponse:
    """One station: what it reports now, or, where a standard judges it, what came of that."""
    found = Station.objects.filter(code=station, county=scope.county).first()
    if found is not None and _reports(found, request.GET.get("tab", "")):
        return reporting.show(request, scope, found)
    return _judged(request, scope, station=station)


def _reports(station: Station, tab: str) -> bool:
    """Whether a station's page shows what it reports: by its kind, as asked for, or because nothing is judged yet."""
    if station.kind not in JUDGED or tab == "live":
        return True
    return not tab and monitoring.last_day(station.code, station.kind) is None and reporting.reports(station)


@kept
def _judged(request: HttpRequest, scope: Scope, station: str) -> HttpResponse:
    """An air station or a river section. The county's code stands for the county's own daily air value (HJ 663 mean of its sites)."""
    county = scope.county
    if station == county.code:
        found = Station(code=station, name=_("全县评价"), kind="air", level="county", county=county)
    else:
        found = get_object_or_404(Station, code=station, county=county)
    choices = monitoring.properties(found)
    prop = request.GET.get("property", "") or choices[0]
    if prop not in choices:
        raise Http404(_("这个站点没有监测这一项。"))
    period = request.GET.get("period", "1y")
    if period not in PERIODS:
        period = "1y"
    end = _last_day(found.code, found.kind, scope)
    start = end - timedelta(days=PERIODS[period][1] - 1)
    # What is only worked out day by day (an index, the whole county) has no readings of its own.
    measured = found.pk is not None and prop not in ("AQI", "O3_8h")
    if period == RAW and measured:
        series = monitoring.readings(found, prop, end)
    else:
        series = monitoring.series(found, prop, start, end)
    context: dict[str, Any] = {
        "station": found,
        "choices": choices,
        "property": prop,
        "periods": [(k, v[0]) for k, v in PERIODS.items() if measured or k != RAW],
        "period": period,
        "series": series,
        "last": list(reversed(series["points"][-12:])),
        "synthetic": series["synthetic"] or found.synthetic,
        "reports": bool(found.pk) and reporting.reports(found),
    }
    if found.kind == "air":
        years = monitoring.years(found.code)
        year = request.GET.get("year", "")
        chosen = int(year) if year.isdecimal() and int(year) in years else (years[-1] if years else end.year)
        context |= {
            "years": years,
            "year": chosen,
            "calendar": shared(
                ("calendar", found.code, chosen, get_language()),
                scope.version,
                lambda: monitoring.calendar(found.code, chosen),
            ),
            "levels": monitoring.LEVELS,
        }
    else:
        context |= {"history": monitoring.class_history(found.code), "classes": monitoring.CLASSES}
    context["completeness"] = shared(
        ("completeness", found.code), scope.version, lambda: monitoring.completeness(found, end)
    )
    return page(request, "web/station.html", context, active="stations")
