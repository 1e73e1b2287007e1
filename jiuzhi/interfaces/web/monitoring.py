"""What the station pages show, cut from the assessed tables. Nothing is judged here."""

import calendar as months
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from jiuzhi.core.local import LOCAL
from jiuzhi.engine.observe import assessed, lake
from jiuzhi.engine.observe.properties import EVERY, PROPERTIES
from jiuzhi.master.models import Station
from jiuzhi.science.standards import tables, water

from .present import AQI_LEVELS, AQI_RANGES, WATER, number, property_name, water_class

AIR = ("AQI", "PM2.5", "PM10", "O3_8h", "NO2", "SO2", "CO")
WATER_FIRST = ("CODMn", "NH3N", "TP", "DO", "pH", "COD", "BOD5", "TN", "F", "water_temperature")
LEVELS = [(n, level, AQI_RANGES[n]) for n, level in AQI_LEVELS.items()]
CLASSES = list(WATER.values())
Row = dict[str, Any]
RAW_DAYS = {True: 7, False: 30}  # air, water


def _rows(table: str, code: str) -> list[Row]:
    """Rows of one station, oldest first; kept by the engine and shared, so only read here."""
    return assessed.rows(table, station=code)


def _period(row: Row) -> str:
    return str(row.get("day") or row.get("month") or "")


def latest_air(code: str) -> Row | None:
    """The newest day with an AQI, or None."""
    return next((row for row in reversed(_rows("air_day", code)) if row["aqi"] is not None), None)


def last_day(code: str, kind: str) -> date | None:
    rows = _rows("air_day" if kind == "air" else "water_month", code)
    if not rows:
        return None
    newest = _period(rows[-1])
    if len(newest) == 7:
        year, month = map(int, newest.split("-"))
        return date(year, month, months.monthrange(year, month)[1])
    return date.fromisoformat(newest)


def years(code: str) -> list[int]:
    rows = _rows("air_day", code)  # oldest first
    return list(range(rows[0]["day"].year, rows[-1]["day"].year + 1)) if rows else []


def holdings(codes: list[str]) -> Row:
    """What is held of these stations however it came in: how many are observed, first and last day, whether any is synthetic."""
    seen: set[str] = set()
    days: list[date] = []
    synthetic = False
    for name in ("air_day", "water_sample"):
        table = assessed.read(name)
        if not len(table):
            continue
        table = table.filter(pc.is_in(table["station"], pa.array(codes, pa.string())))
        if len(table):
            seen |= set(pc.unique(table["station"]).to_pylist())
            ends = pc.min_max(table["day"])
            days += [ends["min"].as_py(), ends["max"].as_py()]
            synthetic = synthetic or bool(pc.any(table["synthetic"]).as_py())
    if not seen:
        return {}
    return {"stations": len(seen), "first": min(days), "last": max(days), "synthetic": synthetic}


def properties(station: Station) -> list[str]:
    """What can be chosen on the station's page: what it has values of."""
    if station.kind == "air":
        return list(AIR)
    columns = assessed.read("water_month", station=station.code)
    have = [
        c for c in columns.column_names if c in PROPERTIES and columns.column(c).null_count < len(columns)
    ]
    known = [c for c in WATER_FIRST if c in have] + [c for c in have if c not in WATER_FIRST]
    return known or ["CODMn"]


def _limits(station: Station, prop: str, start: date, end: date, averaging: str = "") -> list[Row]:
    """Limit lines: for air the daily limit of each edition in the span, for water the target class of the section."""
    if station.kind != "air":
        wanted = water.class_number(station.target_class) if station.target_class else None
        value = water.target_limit(prop, wanted, is_lake=station.kind == "lake") if wanted else None
        if value is None:
            return []
        label = _("%(class)s类限值 %(value)s") % {"class": station.target_class, "value": value}
        return [{"value": number(value), "from": str(start), "to": str(end), "label": label}]
    if prop == "AQI":
        return [{"value": 100, "from": str(start), "to": str(end), "label": _("良 100")}]
    item, daily = ("O3", "mda8") if prop == "O3_8h" else (prop, "24h")
    found: list[Row] = []
    spans = sorted({e.valid_from for e in tables.editions("GB 3095")} | {date(2031, 1, 1)})
    for n, begin in enumerate(spans):
        until = spans[n + 1] if n + 1 < len(spans) else date.max
        low, high = max(begin, start), min(until, end)
        if low >= high:
            continue
        try:
            limit = tables.air_limit(item, averaging or daily, day=low)
        except LookupError:
            continue
        found.append(
            {
                "value": number(limit.value),
                "from": str(low),
                "to": str(high),
                "label": _("%(edition)s 二级 %(value)s") % {"edition": limit.edition, "value": limit.value},
            }
        )
    return found


def _within(limits: list[Row], periods: list[str]) -> list[Row]:
    """The limit lines cut to the values drawn: a line that leaves the axis would not be drawn at all."""
    if not periods:
        return []
    size = len(periods[0])
    cut = [
        line | {"from": max(line["from"][:size], periods[0]), "to": min(line["to"][:size], periods[-1])}
        for line in limits
    ]
    return [line for line in cut if line["from"] < line["to"]]


def series(station: Station, prop: str, start: date, end: date) -> dict[str, Any]:
    """Daily (air) or monthly (water) values of one property with the limits that hold."""
    air = station.kind == "air"
    column = "aqi" if prop == "AQI" else prop
    points = []
    synthetic = False
    low, high = (str(start), str(end)) if air else (f"{start:%Y-%m}", f"{end:%Y-%m}")
    for row in _rows("air_day" if air else "water_month", station.code):
        if low <= _period(row) <= high:
            value = row.get(column)
            points.append(
                {
                    "period": _period(row),
                    "value": value,
                    "valid": row.get("valid", True),
                    "edition": row.get("edition", ""),
                }
            )
            synthetic = synthetic or bool(row.get("synthetic"))
    limits = _limits(station, prop, start, end)
    return _series(station, prop, points, limits, synthetic)


def readings(station: Station, prop: str, end: date) -> dict[str, Any]:
    """What was measured in the last days, hour by hour (air) or reading by reading (water), with the hour's limit."""
    start = end - timedelta(days=RAW_DAYS[station.kind == "air"] - 1)
    found = lake.current(station.code, prop, start, end + timedelta(days=1), ("hour", "4h", "sample", "day"))
    rows = sorted(found.to_pylist(), key=lambda r: r["time"])
    points = [
        {
            "period": f"{r['time'].astimezone(LOCAL):%Y-%m-%d %H:%M}",
            "value": r["value"],
            "valid": r["flag"] < 2,
            "edition": "",
        }
        for r in rows
    ]
    limits = _limits(station, prop, start, end + timedelta(days=1), "1h" if station.kind == "air" else "")
    return _series(station, prop, points, limits, any(r["synthetic"] for r in rows))


def _series(
    station: Station, prop: str, points: list[Row], limits: list[Row], synthetic: bool
) -> dict[str, Any]:
    known = EVERY.get(prop)
    air = station.kind == "air"
    drawn = _within(limits, [p["period"] for p in points])
    return {
        "name": "AQI" if prop == "AQI" else property_name(prop),
        "unit": known.unit if known else "",
        "points": points,
        "limits": limits,
        "synthetic": synthetic,
        "chart": {
            "unit": known.unit if known else "", "name": prop, "monthly": not air, "limits": drawn,
            "points": [[p["period"], number(p["value"])] for p in points], "sim": _("模拟数据") if synthetic else "",
        },
    }  # fmt: skip


def _word(prop: str | None) -> str:
    return _("，首要 %(item)s") % {"item": prop} if prop else ""


def calendar(code: str, year: int) -> dict[str, Any]:
    """The AQI of every day of a year: months of weeks, each day with its official colour and its level's character."""
    days = {r["day"]: r for r in _rows("air_day", code) if r["day"].year == year}
    counts = Counter(r["level"] for r in days.values() if r.get("aqi") is not None)
    blocks = []
    for month in range(1, 13):
        cells = []
        for week in months.Calendar().monthdatescalendar(year, month):
            for day in week:
                cells.append(_cell(day, days.get(day)) if day.month == month else "<i></i>")
        blocks.append((month, mark_safe("".join(cells))))
    return {
        "months": blocks,
        "counts": [(n, AQI_LEVELS[n], counts.get(n, 0)) for n in AQI_LEVELS],
        "days": len(days),
    }


def _cell(day: date, row: Row | None) -> SafeString | str:
    if row is None or row.get("aqi") is None:
        return f'<i class="d lv-none" title="{day:%m-%d} {escape(_("无有效数据"))}">{day.day}</i>'
    level = AQI_LEVELS[int(row["level"])]
    said = f"{day:%m-%d} AQI {row['aqi']} {level.name}{_word(row.get('primary'))} {row.get('edition') or ''}"
    return f'<i class="d aqi-{level.number}" title="{escape(said)}"><small>{day.day}</small>{level.mark}</i>'


def class_history(code: str) -> list[dict[str, Any]]:
    """Water class month by month, one line per year, newest first; months without samples are None."""
    rows = {str(r["month"]): r for r in _rows("water_month", code)}
    listed = []
    for year in sorted({int(m[:4]) for m in rows}, reverse=True):
        cells = []
        for month in range(1, 13):
            row = rows.get(f"{year}-{month:02d}")
            cells.append((month, row, water_class(row["class"]) if row and row.get("class") else None))
        listed.append({"year": year, "cells": cells})
    return listed


def completeness(station: Station, end: date) -> list[dict[str, Any]]:
    """Per year: how many days (air) or months (water) there are, and how many of them count."""
    air = station.kind == "air"
    table: dict[int, Counter[str]] = {}
    for row in _rows("air_day" if air else "water_month", station.code):
        counter = table.setdefault(int(_period(row)[:4]), Counter())
        counter["rows"] += 1
        counter["valid"] += bool(row.get("valid", True) if air else row.get("class"))
        counter["met"] += bool((row.get("aqi") or 999) <= 100 if air else row.get("met"))
    found = []
    for year, counter in sorted(table.items(), reverse=True):
        last = end if year == end.year else date(year, 12, 31)
        due = (last - date(year, 1, 1)).days + 1 if air else last.month
        share = Decimal(counter["valid"] * 100) / due if due else Decimal(0)
        found.append({"year": year, "due": due, "share": share.quantize(Decimal("0.1")), **counter})
    return found
