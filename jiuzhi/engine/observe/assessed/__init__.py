"""Assessed tables: what the observations come to under the standards. Derived, recomputed where something changed.

``air_day``, ``air_year``, ``water_month``, ``water_sample`` are Delta tables beside the observations. ``refresh`` works
out which months have new observations since it last ran, and replaces these months as a whole. ``read`` keeps each
table in memory per committed version.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from jiuzhi.master.models import Station

from .. import delta, derived, lake
from . import air, water
from .latest import latest
from .read import TABLES, read, rows

__all__ = ["TABLES", "latest", "read", "refresh", "rows"]

NAME = "assessed"
METHOD = 3  # raised when the rules here change, so that everything is assessed again
_PORTION = 12  # months worked out at a time, so that memory does not grow with the years

Progress = Callable[[str], None]


def refresh(
    as_of: date, counties: Collection[str] | None = None, progress: Progress | None = None
) -> dict[str, int]:
    """Assess what changed since the last time, with nothing observed after the local day ``as_of``.

    counties: look only for changes of these counties' stations; the others' wait for the next call.
    Returns the number of rows written per table; empty when nothing had changed.
    """
    with lake.writing():
        stations = list(Station.objects.select_related("county").order_by("code"))
        now = {
            "observations": lake.version(),
            "as_of": as_of.isoformat(),
            "stations": _print_of(stations),
            "method": METHOD,
        }
        months = _stale_months(now, stations, counties)
        written: dict[str, int] = {}
        for start in range(0, len(months), _PORTION):
            portion = months[start : start + _PORTION]
            if progress:
                progress(f"{portion[0]} 至 {portion[-1]}")
            for table, n in _assess(portion, as_of, stations).items():
                written[table] = written.get(table, 0) + n
        if months:
            written["air_year"] = _assess_years(sorted({month[:4] for month in months}))
        if counties is None:
            derived.keep_state(NAME, now)
        return {table: n for table, n in written.items() if n}


def _print_of(stations: list[Station]) -> int:
    """Changes when a station, its target or whether it is evaluated changes."""
    facts = [(s.code, s.kind, s.county.code, s.target_class, s.evaluated) for s in stations]
    return zlib.crc32(repr(facts).encode())


def _stale_months(
    now: dict[str, Any], stations: list[Station], counties: Collection[str] | None
) -> list[str]:
    before = derived.state(NAME)
    known = {file["partition.month"] for file in delta.files(lake.NAME)}
    kept = {file["partition.month"] for name in ("air_day", "water_sample") for file in delta.files(name)}
    same = all(before.get(name) == now[name] for name in ("stations", "method"))
    changed = lake.changes(before["observations"]) if same else None
    if changed is None:
        return sorted(known | kept)
    if counties is not None:
        wanted = {s.code for s in stations if s.county.code in counties}
        changed = {(month, station) for month, station in changed if station in wanted}
    months = {month for month, _ in changed}
    if before["as_of"] != now["as_of"]:
        low, high = sorted((before["as_of"], now["as_of"]))
        months |= {month for month in known | kept if low[:7] <= month <= high[:7]}
    return sorted(months)


def _assess(months: list[str], as_of: date, stations: list[Station]) -> dict[str, int]:
    known = water.sections(stations)
    with delta.connect() as session:
        lake.open_months(session, months)
        days = air.assess_days(session, "current", as_of, air.membership(stations))
        others = [s.code for s in stations if s.kind not in Station.WATER]
        water.stage(session, "current", as_of, known, others)
        samples = water.assess_samples(session, known)
        means = water.assess_months(session, as_of, known)
    for name, table in (("air_day", days), ("water_sample", samples), ("water_month", means)):
        derived.replace(name, table, "month", months)
    return {"air_day": len(days), "water_sample": len(samples), "water_month": len(means)}


def _assess_years(years: list[str]) -> int:
    days = read("air_day")
    wanted = days.filter(pc.is_in(pc.utf8_slice_codeunits(days["month"], 0, 4), pa.array(years)))
    table = air.assess_years(wanted)
    derived.replace("air_year", table, "year", years)
    return len(table)
