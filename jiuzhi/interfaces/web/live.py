"""How the values of stations are shown as they come in: the newest ones in words, one property as a line, its table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jiuzhi.core.local import LOCAL
from jiuzhi.engine.observe import reported
from jiuzhi.engine.observe.properties import EVERY
from jiuzhi.engine.observe.reported import Extent, Line, Observed, Point
from jiuzhi.master.models import Device, Station

from . import closed
from .monitoring import WATER_FIRST
from .present import number, plain, property_name, shown, unit

# What says most about a station of a kind; what else it measures comes after.
TELLING = {
    "air": ("PM2.5", "PM10", "O3", "NO2", "SO2", "CO"),
    "river": WATER_FIRST,
    "lake": WATER_FIRST,
    "outlet": ("COD", "NH3N", "TP", "pH", "flow", "TN"),
    "stack": ("a34013", "a21026", "a21002", "a19001"),
    "hydrology": ("water_level", "flow", "rain"),
    "weather": ("air_temperature", "rain", "wind_speed", "humidity"),
    "noise": ("Leq", "Ld", "Ln"),
    "radiation": ("gamma", "rain"),
}
SHOWN = 4  # values of a station in a list
DAY = timedelta(days=1)
_NO_AMOUNT = ("water_level", "pH", "conductivity")


class Period(NamedTuple):
    name: Any
    length: timedelta
    prefers: tuple[str, ...]  # the kinds that read best over this length, best first


PERIODS = {
    "1h": Period(
        gettext_lazy("近 1 小时"), timedelta(hours=1), ("instant", "minute", "hour", "4h", "sample", "day")
    ),
    "24h": Period(gettext_lazy("近 24 小时"), DAY, ("instant", "minute", "hour", "4h", "sample", "day")),
    "7d": Period(gettext_lazy("近 7 天"), 7 * DAY, ("hour", "minute", "4h", "instant", "sample", "day")),
    "30d": Period(gettext_lazy("近 30 天"), 30 * DAY, ("hour", "4h", "sample", "day", "minute", "instant")),
    "1y": Period(
        gettext_lazy("近一年"), 366 * DAY, ("day", "hour", "4h", "sample", "month", "minute", "instant")
    ),
}
JOINED = {
    "mean": gettext_lazy("均值"), "sum": gettext_lazy("合计"), "min": gettext_lazy("最小值"), "max": gettext_lazy("最大值"),
    "first": gettext_lazy("首个值"),
}  # fmt: skip


@dataclass(frozen=True)
class Now:
    """The newest value of one property in words. bad: why it cannot be used, "" when it can."""

    property: str
    name: str
    value: str
    unit: str
    kind: str
    time: datetime
    ago: str
    bad: str
    synthetic: bool


@dataclass(frozen=True)
class Row:
    """A station in a list: its most telling values, and whether it should have reported again."""

    station: Station
    values: list[Now]
    ago: str
    silent: bool
    synthetic: bool


def ago(moment: datetime, now: datetime) -> str:
    """How long ago in words a person says."""
    minutes = int((now - moment).total_seconds()) // 60
    if minutes < 1:
        return _("刚刚")
    if minutes < 60:
        return _("%(n)s 分钟前") % {"n": minutes}
    return (
        _("%(n)s 小时前") % {"n": minutes // 60}
        if minutes < 48 * 60
        else _("%(n)s 天前") % {"n": minutes // 1440}
    )


def kind_word(kind: str) -> str:
    """The word of a kind in the reader's language: hour.max → 小时最大."""
    base, _dot, side = kind.partition(".")
    said = closed.word(reported.KINDS.get(base, base))
    return said + (" " if closed.abroad() and side else "") + closed.word(reported.SIDES.get(side, side))


def mark_word(qualifier: str) -> str:
    return closed.word(reported.mark_name(qualifier))


def _why_bad(usable: bool, qualifier: str) -> str:
    return "" if usable else mark_word(qualifier) or _("不可用")


def figure(value: Decimal | None, qualifier: str = "") -> str:
    """A value as it is read: <0.02 when it was not detected, — when there is none."""
    return ("<" if qualifier == "<" and value is not None else "") + shown(value)


def item_name(item: str, kind: str) -> str:
    """A property's name at a station of a kind: at a stack everything is of the waste gas."""
    known = EVERY.get(item)
    if kind == "stack" and known is not None:
        return closed.word(known.title.removesuffix("（废气）"))
    return property_name(item)


def told(item: str, one: Observed, kind: str, now: datetime) -> Now:
    """A newest value in words, at a station of a kind."""
    return Now(
        item, item_name(item, kind), figure(one.value, one.qualifier), unit(one.unit), kind_word(one.kind), one.time.astimezone(LOCAL),
        ago(one.end, now), _why_bad(one.usable, one.qualifier), one.synthetic,
    )  # fmt: skip


def in_order(kind: str, items: Iterable[str]) -> list[str]:
    """Properties with the most telling ones of a kind of station first."""
    first = {item: at for at, item in enumerate(TELLING.get(kind, ()))}
    return sorted(items, key=lambda item: first.get(item, len(first)))


def intervals(stations: Iterable[Station]) -> dict[str, timedelta]:
    """Station code → how seldom its slowest device in use is set to report."""
    listed = Device.objects.filter(station__in=[s.pk for s in stations], state="在用").values_list(
        "station__code", "interval"
    )
    found: dict[str, timedelta] = {}
    for code, seconds in listed:
        found[code] = max(timedelta(seconds=seconds or 0), found.get(code, timedelta(0)))
    return found


def rows(stations: list[Station], now: datetime) -> list[Row]:
    """Each station with its newest values; what should have reported again comes first, then by name."""
    newest, often = reported.latest([s.code for s in stations], now), intervals(stations)
    found = []
    for station in stations:
        held = newest.get(station.code, {})
        values = [told(item, held[item], station.kind, now) for item in in_order(station.kind, held)]
        last = max(held.values(), key=lambda one: one.end, default=None)
        found.append(
            Row(
                station, values[:SHOWN], ago(last.end, now) if last else "",
                reported.silent(held.values(), now, often.get(station.code, timedelta(0))),
                station.synthetic or any(one.synthetic for one in values),
            )
        )  # fmt: skip
    return sorted(found, key=lambda row: (not row.silent, row.station.name, row.station.code))


def span(period: str, until: date | None, now: datetime) -> tuple[datetime, datetime]:
    """Start and end of a period: up to now (a clock may be a little fast), or to the end of a local day."""
    end = now + timedelta(hours=1)
    if until is not None:
        end = datetime(until.year, until.month, until.day, tzinfo=LOCAL) + DAY
    return (now if until is None else end) - PERIODS[period].length, end


def choose_kind(period: str, have: Mapping[str, Extent], wanted: str = "") -> str:
    """The kind to draw: the wanted one, else the one that reads best over the period, of those there are; "" when there is none.

    One that covers less than half of what another covers is passed over: an instrument that began this minute draws no day.
    """
    if wanted in have:
        return wanted
    longest = max((extent.length for extent in have.values()), default=timedelta(0))
    fitting = (kind for kind in (*PERIODS[period].prefers, *have) if kind in have)
    return next((kind for kind in fitting if 2 * have[kind].length >= longest), "")


def common(every: Iterable[Mapping[str, Extent]]) -> dict[str, Extent]:
    """What there is in all of several series (those that have anything), by the one that has least."""
    holding = [have for have in every if have]
    shared = [kind for kind in (holding[0] if holding else ()) if all(kind in have for have in holding)]
    return {kind: min((have[kind] for have in holding), key=lambda extent: extent.length) for kind in shared}


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(LOCAL):%Y-%m-%d %H:%M:%S}"


def _drawn(points: list[Point]) -> list[list[Any]]:
    """The usable values; nothing is drawn across a gap of more than three steps."""
    usable = [point for point in points if point.usable]
    gaps = [(b.time - a.time).total_seconds() for a, b in pairwise(usable)]
    wide = 3 * median(gaps) if len(gaps) > 2 else float("inf")
    found: list[list[Any]] = []
    for at, point in enumerate(usable):
        if at and gaps[at - 1] > wide:
            found.append([_stamp(usable[at - 1].time + timedelta(seconds=1)), None])
        found.append([_stamp(point.time), number(point.value)])
    return found


def _from_zero(items: Iterable[str]) -> bool:
    """Whether an axis begins at nought: amounts do; levels, temperatures, pH and pressures do not."""
    return not any(
        item in _NO_AMOUNT or (item in EVERY and EVERY[item].unit in ("℃", "hPa", "kPa")) for item in items
    )


def chart(lines: list[tuple[str, str, str, Line]], start: datetime, end: datetime) -> dict[str, Any]:
    """Data of `lines.js` for (name, property, unit, line) from start to end; the axes are the units in the order they come."""
    units = list(dict.fromkeys(of for _name, _item, of, _line in lines))
    return {
        "axes": [
            {"unit": of, "zero": _from_zero(item for _n, item, u, _l in lines if u == of)} for of in units
        ],
        "lines": [
            {
                "name": name, "axis": units.index(of), "data": _drawn(line.points),
                "bad": [[_stamp(p.time), number(p.value)] for p in line.points if not p.usable and p.value is not None],
            }
            for name, _item, of, line in lines
        ],
        "from": _stamp(start), "to": _stamp(max([end, *(line.points[-1].time for *_rest, line in lines if line.points)])),
        "badWord": _("不可用"),
        "sim": _("模拟数据") if any(line.synthetic for *_rest, line in lines) else "",
    }  # fmt: skip


def table(line: Line, most: int) -> list[dict[str, Any]]:
    """The newest values of a line, newest first, in words. Where all are simulated the page says it once."""
    mixed = not all(p.synthetic for p in line.points)
    return [
        {
            "time": p.time.astimezone(LOCAL), "utc": p.time.isoformat(), "value": figure(p.value, p.qualifier), "exact": plain(p.value),
            "mark": mark_word(p.qualifier), "bad": _why_bad(p.usable, p.qualifier), "revision": p.revision, "synthetic": mixed and p.synthetic,
        }
        for p in reversed(line.points[-most:])
    ]  # fmt: skip


def thinned(line: Line) -> str:
    """What was joined, in one sentence; "" when every value is drawn."""
    if not line.step:
        return ""
    said = {"n": f"{line.count:,}", "how": JOINED[line.how]}
    if line.step == "hour":
        return _("这段时间有 %(n)s 个值，图表按小时取%(how)s；逐个值请下载。") % said
    return _("这段时间有 %(n)s 个值，图表按日取%(how)s；逐个值请下载。") % said
