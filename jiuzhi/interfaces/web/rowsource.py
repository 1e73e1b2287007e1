"""Rows of the lake as tables a person reads: assessed rows, and the raw observations they were made from."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Org
from jiuzhi.engine.observe import assessed, lake
from jiuzhi.engine.observe.assessed.air import UNROUNDED
from jiuzhi.engine.observe.models import ImportBatch
from jiuzhi.engine.observe.properties import PROPERTIES
from jiuzhi.engine.plan.board import RowsLink
from jiuzhi.master.models import Station

from .present import AQI_LEVELS, plain, printed, property_name

TITLES = {
    "air_day": gettext_lazy("空气日评价"),
    "air_year": gettext_lazy("空气年评价"),
    "water_month": gettext_lazy("断面月评价"),
    "water_sample": gettext_lazy("断面单次评价"),
}
COLUMNS = {
    "station": gettext_lazy("站点"), "day": gettext_lazy("日期"), "month": gettext_lazy("月份"), "year": gettext_lazy("年份"),
    "aqi": "AQI", "level": gettext_lazy("级别"), "primary": gettext_lazy("首要污染物"), "edition": gettext_lazy("标准"),
    "aqi_2012": gettext_lazy("AQI（2012 版）"), "aqi_2026": gettext_lazy("AQI（2026 版）"), "valid": gettext_lazy("有效"),
    "synthetic": gettext_lazy("数据性质"), "class": gettext_lazy("类别"), "target": gettext_lazy("目标"),
    "met": gettext_lazy("达标"), "exceeding": gettext_lazy("超标项目"), "n": gettext_lazy("样本数"),
    "time": gettext_lazy("时间"), "property": gettext_lazy("项目"), "kind": gettext_lazy("数据类型"),
    "value": gettext_lazy("数值"), "unit": gettext_lazy("单位"), "raw": gettext_lazy("原文"),
    "sites": gettext_lazy("站点数"),
    "source": gettext_lazy("来源"),
    "days": gettext_lazy("天数"),
    "tli": gettext_lazy("综合营养状态指数"),
    "trophic_state": gettext_lazy("营养状态"),
    "revision": gettext_lazy("修订"), "batch": gettext_lazy("来源文件"),
}  # fmt: skip
KINDS = {
    "hour": gettext_lazy("小时值"),
    "day": gettext_lazy("日值"),
    "4h": gettext_lazy("4 小时值"),
    "sample": gettext_lazy("单次"),
    "month": gettext_lazy("月均"),
    "manual": gettext_lazy("手工"),
    "automatic": gettext_lazy("自动"),
}
FIRST = (
    "station",
    "day",
    "month",
    "year",
    "aqi",
    "level",
    "class",
    "target",
    "met",
    "exceeding",
    "primary",
    "valid",
    "n",
)
LAST = ("edition", "synthetic")
HIDDEN = ("level_name", "class_number", "month")


@dataclass(frozen=True)
class Table:
    """``columns``: printed heads; ``rows``: (cells, address of the raw rows or "")."""

    columns: list[str]
    rows: list[tuple[list[str], str]]
    numeric: list[bool]


def titles(links: list[RowsLink], county: Org) -> list[str]:
    """What stands on the tab of each link: the table and the place it is cut to."""
    names = _station_names(county)
    places = [names.get(str(link.equals.get("station", "")), "") for link in links]
    return [
        f"{TITLES.get(link.table, link.table)} {place}".strip()
        for link, place in zip(links, places, strict=True)
    ]


def place(code: str, county: Org) -> str:
    """The name of a station, or of the county where its own code stands for all its stations."""
    return _station_names(county).get(code, code)


def belongs(code: str, county: Org) -> bool:
    """Whether the station (or the county itself) lies in the county the person may see."""
    return code == county.code or Station.objects.filter(code=code, county=county).exists()


def _cell(name: str, value: Any, names: dict[str, str]) -> str:
    if name == "synthetic":
        return _("模拟数据") if value else ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, datetime):
        return f"{value.astimezone(LOCAL):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if name == "level" and value in AQI_LEVELS:
        return str(AQI_LEVELS[value].name)
    if name == "station":
        return names.get(str(value), str(value))
    if name == "property":
        return property_name(str(value))
    if name in ("kind", "source"):
        return str(KINDS.get(str(value), value))
    return "" if value in (None, "") else plain(value)


def _heading(name: str) -> str:
    if name.startswith("hours_"):
        return f"{printed(name.removeprefix('hours_'))}\n" + _("有效小时")
    if name.startswith(UNROUNDED):
        return f"{printed(name.removeprefix(UNROUNDED))}\n" + _("修约前")
    if name in COLUMNS:
        return str(COLUMNS[name])
    known = PROPERTIES.get(name)  # the unit stands under the name: a bare number says nothing
    return f"{property_name(name)}\n{known.unit}" if known and known.unit else property_name(name)


def _within(row: dict[str, Any], link: RowsLink) -> bool:
    if "day" in row and row["day"] is not None:
        return link.start <= row["day"] <= link.end
    if row.get("month"):
        return f"{link.start:%Y-%m}" <= str(row["month"]) <= f"{link.end:%Y-%m}"
    if row.get("year"):
        return link.start.year <= int(row["year"]) <= link.end.year
    return True


def _station_names(county: Org) -> dict[str, str]:
    found = {s.code: str(s) for s in Station.objects.filter(county=county)}
    return found | {county.code: county.name}


def _address(station: str, period: str, prop: str = "") -> str:
    return urlencode({"station": station, "period": period} | ({"property": prop} if prop else {}))


def _side(name: str) -> bool:
    """A column of the workings (hours that counted, value before rounding) rather than of the result."""
    return name.startswith(("hours_", UNROUNDED))


def assessed_rows(link: RowsLink, county: Org, *, full: bool = True) -> Table:
    """The assessed rows of one link, newest first. ``full``: with the workings beside the results, some thirty columns."""
    listed = [r for r in assessed.rows(link.table, **link.equals) if _within(r, link)]
    key = next((k for k in ("day", "month", "year") if listed and k in listed[0]), "")
    if key:
        listed.sort(key=lambda r: (str(r[key]), str(r.get("station", ""))), reverse=True)
    have = [n for n in (listed[0] if listed else {}) if any(r[n] not in (None, "") for r in listed)]
    shown = [n for n in have if (n == key or n not in HIDDEN) and (full or not _side(n))]
    used = (
        [n for n in FIRST if n in shown]
        + [n for n in shown if n not in FIRST + LAST]
        + [n for n in LAST if n in shown]
    )
    names = _station_names(county)
    rows = []
    for r in listed:
        open_to = key in ("day", "month") and r.get("station") in names
        address = _address(r["station"], str(r[key])) if open_to else ""
        rows.append(([_cell(n, r[n], names) for n in used], address))
    return Table([_heading(n) for n in used], rows, _numeric(listed, used))


def _numeric(listed: list[dict[str, Any]], used: list[str]) -> list[bool]:
    first = {n: next((r[n] for r in listed if r[n] is not None), "") for n in used}
    return [n != "level" and not isinstance(first[n], str | bool | date | datetime) for n in used]


def _span(period: str) -> tuple[date, date] | None:
    """First and last day of ``2026-10-03`` or ``2026-10``; None for anything else."""
    try:
        first = date.fromisoformat(period if len(period) == 10 else f"{period}-01")
    except ValueError:
        return None
    if len(period) == 10:
        return first, first
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])


_RAW = ("station", "time", "property", "kind", "value", "unit", "raw", "revision", "batch", "synthetic")


def raw(station: str, period: str, prop: str, county: Org) -> Table:
    """Observations of one day or month as they were written, with revision and file.

    station: a station, or the county's code for all its evaluated air stations. prop: one property with every revision it
    had; empty: the latest of each.
    """
    span = _span(period)
    if span is None:
        return Table([], [], [])
    codes = [station]
    if station == county.code:
        codes = list(
            Station.objects.filter(county=county, kind="air", evaluated=True).values_list("code", flat=True)
        )
    found = lake.revisions(station, prop, *span) if prop else lake.current(codes, None, *span)
    listed = sorted(found.to_pylist(), key=lambda r: (r["station"], r["time"], r["property"], r["revision"]))
    prints = {str(r["batch"]).split(":")[0] for r in listed}
    files = (
        dict(ImportBatch.objects.filter(sha256__in=prints).values_list("sha256", "name")) if prints else {}
    )
    names = _station_names(county)
    rows = []
    for r in listed:
        cells = [_cell(n, r.get(n), names) for n in _RAW]
        cells[4] = f"{r.get('qualifier') or ''}{cells[4]}"
        batch = str(r.get("batch") or "")
        cells[8] = files.get(batch.split(":")[0], batch)
        earlier = r["revision"] > 1 and not prop
        rows.append((cells, _address(r["station"], period, r["property"]) if earlier else ""))
    return Table([_heading(n) for n in _RAW], rows, [n == "value" for n in _RAW])
