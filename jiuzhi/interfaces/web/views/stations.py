"""Air stations and river sections: what they measured, against which limit, and how complete it is."""

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from jiuzhi.engine.plan import board
from jiuzhi.master.models import Station

from .. import monitoring
from ..keep import kept, shared
from .base import Scope, county_page, page

RAW = "raw"
PERIODS = {
    RAW: (gettext_lazy("近几天实测"), 30),
    "30d": (gettext_lazy("近 30 天"), 30),
    "1y": (gettext_lazy("近一年"), 365),
    "3y": (gettext_lazy("近三年"), 3 * 365 + 1),
    "all": (gettext_lazy("全部"), 40 * 366),
}


@county_page
@kept
def listing(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Every station of the county with its latest judged value; the county's own air first."""
    today = board.today(scope.county.code)
    sections = {s.code: s for s in today.sections}
    rows = []
    order = {level: n for n, level in enumerate(Station.Level.values)}
    for station in sorted(
        Station.objects.filter(county=scope.county), key=lambda s: (order[s.level], s.code)
    ):
        rows.append(
            (
                station,
                sections.get(station.code),
                monitoring.latest_air(station.code) if station.kind == "air" else None,
            )
        )
    context = {
        "today": today,
        "air": [r for r in rows if r[0].kind == "air"],
        "water": [r for r in rows if r[0].kind in Station.WATER],
        "county_air": monitoring.latest_air(scope.county.code),
        "synthetic": today.synthetic or any(r[0].synthetic for r in rows),
        "levels": monitoring.LEVELS,
        "classes": monitoring.CLASSES,
    }
    return page(request, "web/stations.html", context, active="stations")


def _last_day(code: str, kind: str, scope: Scope) -> date:
    return monitoring.last_day(code, kind) or scope.as_of or timezone.localdate()


@county_page
@kept
def detail(request: HttpRequest, scope: Scope, station: str) -> HttpResponse:
    """One station. The county's code stands for the county's own daily air value (HJ 663 mean of its sites)."""
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
