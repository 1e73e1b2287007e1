"""The newest a county has: the air of the last hour, the class of each section's last month."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal, localcontext
from functools import lru_cache
from typing import Any

from jiuzhi.core.local import LOCAL
from jiuzhi.master.models import Station
from jiuzhi.science.standards import aqi

from .. import delta, lake
from ..formats.times import HOUR
from .read import rows


def latest(county: str, as_of: date | None = None) -> dict[str, Any]:
    """Newest air and water of a county, not after the local day ``as_of``.

    air: ``{}`` without data, else ``aqi level level_name primary edition synthetic sites`` with ``hour`` (local time at which
    the hour ends) from the evaluated stations' last common picture, and the ``day`` row before it. water: per station
    ``code name water_body target class met month exceeding synthetic`` (class None without data).
    """
    stations = list(Station.objects.filter(county__code=county).order_by("kind", "code"))
    sites = tuple(s.code for s in stations if s.kind == "air" and s.evaluated)
    day = _last_day(county, as_of)
    hour = _hour(sites, day, lake.version(), str(delta.folder(lake.NAME))) if day and sites else {}
    return {
        "air": {**hour, "daily": _day_row(county, day)} if day else {},
        "water": [_section(s, as_of) for s in stations if s.kind in Station.WATER],
    }


def _last_day(county: str, as_of: date | None) -> date | None:
    days = [row["day"] for row in rows("air_day", station=county) if as_of is None or row["day"] <= as_of]
    return days[-1] if days else None


def _day_row(county: str, day: date | None) -> dict[str, Any]:
    """The last whole day with an AQI, not after ``day``."""
    known = [
        r
        for r in rows("air_day", station=county)
        if r["aqi"] is not None and day is not None and r["day"] <= day
    ]
    return dict(known[-1]) if known else {}


@lru_cache(maxsize=64)
def _hour(sites: tuple[str, ...], day: date, version: int, folder: str) -> dict[str, Any]:
    """AQI of the last hour in which any site measured: the mean of the sites that did. version, folder: keep the cache true."""
    items = list(aqi.POLLUTANTS)
    found = lake.current(sites, items, day - timedelta(days=1), day, "hour").to_pylist()
    found = [row for row in found if row["value"] is not None and row["flag"] < 2]
    if not found:
        return {}
    last: datetime = max(row["time"] for row in found)
    now = [row for row in found if row["time"] == last]
    judged = aqi.assess_in_force("hourly", now[0]["day"], _means(now))
    return {
        "aqi": judged.aqi, "level": judged.level, "level_name": aqi.level_name(judged.level),
        "primary": ",".join(judged.primary), "edition": judged.edition, "hour": last.astimezone(LOCAL) + HOUR,
        "day": now[0]["day"], "sites": len({row["station"] for row in now}),
        "synthetic": any(row["synthetic"] for row in now),
    }  # fmt: skip


def _means(now: list[dict[str, Any]]) -> dict[str, Any]:
    values: dict[str, list[Decimal]] = {}
    for row in now:
        values.setdefault(row["property"], []).append(row["value"])
    with localcontext() as context:
        context.prec = 28
        return {item: sum(known, Decimal(0)) / len(known) for item, known in values.items()}


def _section(station: Station, as_of: date | None) -> dict[str, Any]:
    limit = f"{as_of:%Y-%m}" if as_of else "9999"
    known = [r for r in rows("water_month", station=station.code) if r["class"] and r["month"] <= limit]
    row = known[-1] if known else {}
    return {
        "id": station.pk, "code": station.code, "name": station.name, "water_body": station.water_body,
        "target": station.target_class, "class": row.get("class"), "met": row.get("met"), "month": row.get("month", ""),
        "exceeding": row.get("exceeding", ""), "synthetic": bool(row.get("synthetic", False)),
    }  # fmt: skip
