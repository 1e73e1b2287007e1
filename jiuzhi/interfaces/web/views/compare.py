"""Up to six series in one chart: each a station's property, told by the address, so that the picture can be sent on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from jiuzhi.core.local import LOCAL
from jiuzhi.engine.observe import reported
from jiuzhi.engine.observe.properties import EVERY
from jiuzhi.engine.observe.reported import Line, Observed
from jiuzhi.master.models import Station

from .. import live
from ..present import property_name, unit
from .base import Scope, county_page, page
from .reporting import day

MOST = 6
ROWS = 48  # newest moments in the table
Newest = dict[str, dict[str, Observed]]


@dataclass(frozen=True)
class Chosen:
    """One series; ``key`` is how the address says it."""

    station: Station
    property: str

    @property
    def key(self) -> str:
        return f"{self.station.code}|{self.property}"


@county_page
def compare(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The chart, its table and the ways to change it. Without a series in the address: one property at the stations of one kind."""
    if request.GET.get("station"):  # one more, chosen in the form
        return _added(request, scope)
    now = timezone.now()
    stations = list(Station.objects.filter(county=scope.county).order_by("kind", "name", "code"))
    newest = reported.latest([s.code for s in stations], now)
    offers = _offers(stations, newest)
    keys, left = (found, 0) if (found := _keys(request)) else _start(request, offers)
    chosen = _chosen(keys, stations)
    period = request.GET.get("period", "24h")
    period = period if period in live.PERIODS else "24h"
    until = day(request.GET.get("until", ""))
    start, end = live.span(period, until, now)
    lines = _lines(chosen, period, request.GET.get("kind", ""), start, end)
    end = min(end, now)
    refused = _refusal(chosen, lines)
    context: dict[str, Any] = {
        "chips": _chips(request, chosen, lines, period), "refused": refused, "left": left, "most": MOST, "more": len(chosen) < MOST,
        "period": period, "periods": [(k, p.name) for k, p in live.PERIODS.items()], "until": until, "keys": keys,
        "offers": [(label, live.item_name(item, kind), f"?{urlencode({'of': kind, 'property': item})}") for kind, label, item, _codes in offers],
        "groups": [(label, [s for s in stations if s.kind == kind]) for kind, label in Station.Kind.choices], "items": _items(newest),
        "at": reverse("compare_data", args=[scope.county.code, "csv"]).removesuffix("csv"),
        "take": urlencode({"s": keys, "from": start.astimezone(LOCAL).date(), "to": end.astimezone(LOCAL).date()}, doseq=True),
        "synthetic": any(line.synthetic for _one, line in lines),
    }  # fmt: skip
    context |= {} if refused else _picture(chosen, lines, start, end)
    return page(request, "web/compare.html", context, active="stations")


def _picture(
    chosen: list[Chosen], lines: list[tuple[Chosen, Line]], start: datetime, end: datetime
) -> dict[str, Any]:
    named = [(_name(one, chosen), one.property, unit(_unit(one, line)), line) for one, line in lines]
    return {
        "chart": live.chart(named, start, end), "table": _table(lines), "heads": [(name, of) for name, _item, of, _line in named],
        "thinned": next(filter(None, (live.thinned(line) for _one, line in lines)), ""), "drawn": any(line.points for _one, line in lines),
    }  # fmt: skip


def _chips(
    request: HttpRequest, chosen: list[Chosen], lines: list[tuple[Chosen, Line]], period: str
) -> list[dict[str, Any]]:
    """Each series with the address of the comparison without it."""
    return [
        {
            "name": _name(one, chosen), "kind": live.kind_word(line.kind), "empty": not line.points, "station": one.station,
            "item": live.item_name(one.property, one.station.kind),
            "without": _address(request, [other.key for other in chosen if other != one], period),
        }
        for one, line in lines
    ]  # fmt: skip


def _keys(request: HttpRequest) -> list[str]:
    return list(dict.fromkeys(request.GET.getlist("s")))


def _chosen(keys: list[str], stations: list[Station]) -> list[Chosen]:
    """Errors: 404 for a station the county has not."""
    known = {s.code: s for s in stations}
    found = []
    for key in keys:
        code, _bar, item = key.rpartition("|")
        if code not in known or not item:
            raise Http404(_("没有这个序列：站点或项目不在本县的监测里。"))
        found.append(Chosen(known[code], item))
    return found


def of_address(request: HttpRequest, scope: Scope) -> list[Chosen]:
    """The series an address names, for the download. Errors: 404 for none, too many, or a station the county has not."""
    keys = _keys(request)
    if not 0 < len(keys) <= MOST:
        raise Http404(_("请选 1 到 %(n)s 条序列。") % {"n": MOST})
    return _chosen(keys, list(Station.objects.filter(county=scope.county)))


def _address(request: HttpRequest, keys: list[str], period: str) -> str:
    kept = {name: value for name in ("until", "kind") if (value := request.GET.get(name))}
    return "?" + urlencode({"s": keys, "period": period} | kept, doseq=True)


def _added(request: HttpRequest, scope: Scope) -> HttpResponse:
    keys = [*_keys(request), f"{request.GET['station']}|{request.GET.get('property', '')}"]
    at = reverse("compare", args=[scope.county.code])
    return redirect(at + _address(request, list(dict.fromkeys(keys)), request.GET.get("period", "24h")))


def _offers(stations: list[Station], newest: Newest) -> list[tuple[str, str, str, list[str]]]:
    """(kind, its title, property, stations that measure it) wherever there are two to compare; at most four properties of a kind."""
    found = []
    for kind, label in Station.Kind.choices:
        mine = [s.code for s in stations if s.kind == kind]
        items = live.in_order(kind, dict.fromkeys(item for code in mine for item in newest.get(code, {})))
        shared = [(item, [code for code in mine if item in newest.get(code, {})]) for item in items]
        found += [(kind, label, item, codes) for item, codes in shared if len(codes) > 1][:4]
    return found


def _start(request: HttpRequest, offers: list[tuple[str, str, str, list[str]]]) -> tuple[list[str], int]:
    """The series to begin with, and how many of the stations are left out."""
    of, item = request.GET.get("of", ""), request.GET.get("property", "")
    fitting = [o for o in offers if (not of or o[0] == of) and (not item or o[2] == item)]
    if not fitting:
        return [], 0
    _kind, _label, item, codes = fitting[0]
    return [f"{code}|{item}" for code in codes[:MOST]], max(0, len(codes) - MOST)


def _lines(
    chosen: list[Chosen], period: str, wanted: str, start: datetime, end: datetime
) -> list[tuple[Chosen, Line]]:
    """Each series over the period; all of one kind where they share one that reads well."""
    have = [reported.kinds(one.station.code, one.property, start, end) for one in chosen[:MOST]]
    shared = live.choose_kind(period, live.common(have), wanted)
    found = []
    for one, held in zip(chosen, have, strict=False):
        kind = live.choose_kind(period, held, shared or wanted)
        line = reported.line(one.station.code, one.property, kind, start, end) if kind else Line("", [])
        found.append((one, line))
    return found


def _refusal(chosen: list[Chosen], lines: list[tuple[Chosen, Line]]) -> str:
    """Why this cannot be one picture, in one sentence."""
    if len(chosen) > MOST:
        return _("一张图最多比 %(n)s 条序列，这里有 %(m)s 条：请去掉几条。") % {"n": MOST, "m": len(chosen)}
    units = list(dict.fromkeys(_unit(one, line) for one, line in lines))
    if len(units) > 2:
        said = "、".join(unit(of) or _("无量纲") for of in units)
        return _("一张图最多两种单位，这里有 %(n)s 种（%(units)s）：请去掉几条，分成两张图比。") % {
            "n": len(units),
            "units": said,
        }
    return ""


def _unit(one: Chosen, line: Line) -> str:
    """As the values stand in the lake; without values, as the property is declared."""
    return line.unit or (EVERY[one.property].unit if one.property in EVERY else "")


def _name(one: Chosen, chosen: list[Chosen]) -> str:
    """The station alone where all measure the same."""
    same = len({other.property for other in chosen}) == 1
    return (
        one.station.name if same else f"{one.station.name} {live.item_name(one.property, one.station.kind)}"
    )


def _items(newest: Newest) -> list[tuple[str, str]]:
    have = {item for held in newest.values() for item in held}
    return [(item, property_name(item)) for item in EVERY if item in have]


def _table(lines: list[tuple[Chosen, Line]]) -> list[tuple[Any, list[str]]]:
    """The newest moments any series has, newest first, with each one's value beside the others."""
    held = [{point.time: point for point in line.points} for _one, line in lines]
    moments = sorted({moment for points in held for moment in points}, reverse=True)[:ROWS]
    return [(moment.astimezone(LOCAL), [_cell(points.get(moment)) for points in held]) for moment in moments]


def _cell(point: reported.Point | None) -> str:
    if point is None:
        return ""
    said = live.figure(point.value, point.qualifier)
    return said if point.usable else f"{said}（{live.mark_word(point.qualifier) or _('不可用')}）"
