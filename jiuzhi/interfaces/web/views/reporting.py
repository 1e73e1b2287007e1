"""A station as it reports: the newest values, one property over time, and every revision of a value. New values appear by themselves."""

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from jiuzhi.core.local import LOCAL
from jiuzhi.engine.observe import reported
from jiuzhi.master.models import Station

from .. import live
from ..present import unit
from .base import Scope, county_page, page

ROWS = 30  # newest values in the table


def reporting(stations: list[Station]) -> list[Station]:
    """Those that send values more often than they are judged."""
    newest = reported.latest([s.code for s in stations], timezone.now())
    often = ("instant", "minute")
    return [s for s in stations if any(one.kind in often for one in newest.get(s.code, {}).values())]


def reports(station: Station) -> bool:
    return bool(reporting([station]))


def show(request: HttpRequest, scope: Scope, station: Station) -> HttpResponse:
    """The whole page."""
    return page(request, "web/reporting.html", _context(request, station), active="stations")


@county_page
def fresh(request: HttpRequest, scope: Scope, station: str) -> HttpResponse:
    """The part of the page that changes; 204 while nothing came for this station and no minute has passed since ``seen``."""
    found = get_object_or_404(Station, code=station, county=scope.county)
    now = timezone.now()
    if not _news(found, request.GET.get("seen", ""), now):
        return HttpResponse(status=204)
    return render(request, "web/parts/live.html", _context(request, found) | {"scope": scope})


def _seen(station: Station, now: datetime) -> str:
    """What a page shows: the lake's version, and the minute, by which 3 分钟前 is true."""
    return f"{reported.changed(station.code, now)[0]}-{int(now.timestamp()) // 60}"


def _news(station: Station, seen: str, now: datetime) -> bool:
    version, _dash, minute = seen.partition("-")
    if not (version.isdecimal() and len(version) < 16 and minute == str(int(now.timestamp()) // 60)):
        return True
    at, since = reported.changed(station.code, now)
    # A lake put back from a backup counts from a lower version.
    return since > int(version) or at < int(version)


def _context(request: HttpRequest, station: Station) -> dict[str, Any]:
    """Errors: 404 for a property the station does not measure, or a day that is none."""
    now = timezone.now()
    seen = _seen(station, now)
    asked = request.GET
    newest = reported.latest([station.code], now).get(station.code, {})
    choices = live.in_order(station.kind, reported.properties(station.code, now))
    item = asked.get("property", "") or next(iter(choices), "")
    if choices and item not in choices:
        raise Http404(_("这个站点没有监测这一项。"))
    period = asked.get("period", "24h")
    if period not in live.PERIODS:
        period = "24h"
    until = day(asked.get("until", ""))
    start, end = live.span(period, until, now)
    have = reported.kinds(station.code, item, start, end) if item else {}
    kind = live.choose_kind(period, have, asked.get("kind", ""))
    line = reported.line(station.code, item, kind, start, end) if kind else reported.Line("", [])
    name, of = live.item_name(item, station.kind), unit(line.unit)
    rows = live.table(line, ROWS)
    nows = [live.told(code, newest[code], station.kind, now) for code in choices if code in newest]
    last = max(newest.values(), key=lambda one: one.end, default=None)
    interval = live.intervals([station]).get(station.code, timedelta(0))
    return {
        "station": station, "nows": nows, "choices": [(code, live.item_name(code, station.kind)) for code in choices], "property": item, "name": name, "unit": of, "period": period,
        "periods": [(k, p.name) for k, p in live.PERIODS.items()], "until": until, "line": line, "kind": kind, "asked_kind": asked.get("kind", ""),
        "kind_word": live.kind_word(kind), "kinds": [(k, live.kind_word(k), extent.values) for k, extent in have.items()],
        "thinned": live.thinned(line), "chart": live.chart([(name, item, of, line)], start, min(end, now)), "rows": rows,
        "revised": any(row["revision"] > 1 for row in rows), "moments": ("Y-m-d " if until else "m-d ") + ("H:i:s" if kind == "instant" else "H:i"),
        "synthetic": station.synthetic or line.synthetic or any(one.synthetic for one in nows),
        "last": live.ago(last.end, now) if last else "", "silent": reported.silent(newest.values(), now, interval),
        "seen": seen, "judged": station.kind in ("air", *Station.WATER),
        "at": reverse("station_data", args=[station.county.code, station.code, "csv"]).removesuffix("csv"),
        "take": urlencode({"property": item, "from": start.astimezone(LOCAL).date(), "to": min(end, now).astimezone(LOCAL).date()}),
    }  # fmt: skip


def day(text: str) -> date | None:
    """A day of an address, None for none. Errors: 404 for what is no day."""
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError:
        found = date.min
    if found is not None and not 1980 <= found.year <= 2200:
        raise Http404(_("“%(text)s”不是日期：请写成 2026-11-25。") % {"text": text[:20]})
    return found


@county_page
def revisions(request: HttpRequest, scope: Scope, station: str) -> HttpResponse:
    """Every revision of one value. Errors: 404 for a value there is not."""
    found = get_object_or_404(Station, code=station, county=scope.county)
    item, kind = request.GET.get("property", ""), request.GET.get("kind", "")
    try:
        moment = datetime.fromisoformat(request.GET.get("time", "")).astimezone(LOCAL)
    except (ValueError, OverflowError):
        raise Http404(_("没有这个值。")) from None
    rows = reported.revisions(found.code, item, kind, moment)
    if not rows:
        raise Http404(_("没有这个值。"))
    listed = [
        row | {
            "said": live.figure(row["value"], row["qualifier"]), "mark": live.mark_word(row["qualifier"]),
            "usable": row["flag"] < reported.USABLE and row["value"] is not None,
        }
        for row in rows
    ]  # fmt: skip
    context = {
        "station": found, "rows": listed, "name": live.item_name(item, found.kind), "unit": unit(rows[0]["unit"]), "property": item,
        "kind_word": live.kind_word(kind), "time": moment, "synthetic": any(r["synthetic"] for r in rows),
    }  # fmt: skip
    return page(request, "web/revisions.html", context, active="stations")
