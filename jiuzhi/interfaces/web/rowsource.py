"""Rows of the lake as tables a person reads: assessed rows, and the raw observations they were made from."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jiuzhi.core.models import Org
from jiuzhi.engine.observe import assessed, lake
from jiuzhi.engine.observe.models import ImportBatch
from jiuzhi.engine.plan.board import RowsLink
from jiuzhi.master.models import Station

from .present import plain, property_name

LOCAL = ZoneInfo("Asia/Shanghai")
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
    "revision": gettext_lazy("修订"), "batch": gettext_lazy("来源文件"),
}  # fmt: skip
KINDS = {
    "hour": gettext_lazy("小时值"),
    "day": gettext_lazy("日值"),
    "4h": gettext_lazy("4 小时值"),
    "sample": gettext_lazy("单次"),
    "month": gettext_lazy("月均"),
}
HIDDEN = ("level_name",)


@dataclass(frozen=True)
class Table:
    """``columns``: printed heads; ``rows``: (cells, address of the raw rows or "")."""

    columns: list[str]
    rows: list[tuple[list[str], str]]
    numeric: list[bool]


def title(link: RowsLink) -> str:
    return f"{TITLES.get(link.table, link.table)} {link.start:%Y-%m-%d} – {link.end:%Y-%m-%d}"


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
    if name == "station":
        return names.get(str(value), str(value))
    if name == "property":
        return property_name(str(value))
    if name == "kind":
        return str(KINDS.get(str(value), value))
    return "" if value is None else plain(value)


def _heading(name: str) -> str:
    if name.startswith("hours_"):
        return f"{name.removeprefix('hours_')} " + _("有效小时")
    return str(COLUMNS.get(name, name))


def _within(row: dict[str, Any], link: RowsLink) -> bool:
    if "day" in row and row["day"] is not None:
        return link.start <= row["day"] <= link.end
    if row.get("month"):
        return f"{link.start:%Y-%m}" <= str(row["month"]) <= f"{link.end:%Y-%m}"
    if row.get("year"):
        return link.start.year <= int(row["year"]) <= link.end.year
    return True


def _station_names() -> dict[str, str]:
    found = {s.code: str(s) for s in Station.objects.only("code", "name", "water_body")}
    found.update(Org.objects.filter(kind=Org.Kind.COUNTY).values_list("code", "name"))
    return found


def assessed_rows(link: RowsLink) -> Table:
    """The assessed rows of one link, newest first."""
    listed = [r for r in assessed.rows(link.table, **link.equals) if _within(r, link)]
    key = next((k for k in ("day", "month", "year") if listed and k in listed[0]), "")
    if key:
        listed.sort(key=lambda r: (str(r[key]), str(r.get("station", ""))), reverse=True)
    used = [
        n
        for n in (listed[0] if listed else {})
        if n not in HIDDEN and any(r[n] not in (None, "") for r in listed)
    ]
    names = _station_names()
    counties = {c for c in names if len(c) == 6 and c.isdigit()}
    rows = []
    for r in listed:
        code, period = str(r.get("station", "")), str(r.get(key, "")) if key else ""
        address = (
            f"station={code}&period={period}"
            if code and code not in counties and key in ("day", "month")
            else ""
        )
        rows.append(([_cell(n, r[n], names) for n in used], address))
    return Table([_heading(n) for n in used], rows, _numeric(listed, used))


def _numeric(listed: list[dict[str, Any]], used: list[str]) -> list[bool]:
    first = {n: next((r[n] for r in listed if r[n] is not None), "") for n in used}
    return [not isinstance(first[n], str | bool | date | datetime) for n in used]


def _span(period: str) -> tuple[date, date] | None:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", period):
        day = date.fromisoformat(period)
        return day, day
    if re.fullmatch(r"\d{4}-\d{2}", period):
        year, month = map(int, period.split("-"))
        return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
    return None


def raw(station: str, period: str) -> Table:
    """The observations of one station on one day or in one month: as they were written, with revision and file."""
    try:
        span = _span(period)
    except ValueError:
        span = None
    if span is None:
        return Table([], [], [])
    found = lake.current(station=station, start=span[0], end=span[1])
    used = ["time", "property", "kind", "value", "unit", "raw", "revision", "batch", "synthetic"]
    listed = sorted(found.to_pylist(), key=lambda r: (r["time"], r["property"]))
    files = {str(b.pk): b.name for b in ImportBatch.objects.only("id", "name")} if listed else {}
    files |= {b.sha256: b.name for b in ImportBatch.objects.only("sha256", "name")} if listed else {}
    names: dict[str, str] = {}
    rows = []
    for r in listed:
        cells = [_cell(n, r.get(n), names) for n in used]
        cells[3] = f"{r.get('qualifier') or ''}{cells[3]}"
        cells[7] = files.get(str(r.get("batch")), str(r.get("batch") or ""))
        rows.append((cells, ""))
    return Table([_heading(n) for n in used], rows, [n == "value" for n in used])
