"""Quality flags of observations: a Delta table ``quality`` beside them, worked out again where something changed.

One row per observation that did not simply pass. The observations themselves never change; what a person decides is a new
revision there (``overrule``). ``capture`` counts how much of what was due arrived and could be used.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection
from datetime import date, timedelta

import pyarrow as pa

from jiuzhi.master.models import Station

from .. import delta, derived, lake
from .declare import NAMES
from .overrule import settle
from .run import AFTER, BEFORE, SCHEMA, month_table
from .runs import runs

__all__ = ["NAME", "NAMES", "SCHEMA", "behind", "read", "refresh", "runs", "seen"]

NAME = "quality"
PATIENCE = 180.0  # [s]
METHOD = 1  # raised when the checks change, so that everything is looked at again


def refresh(
    months: Collection[str] | None = None, progress: Callable[[str], None] | None = None
) -> dict[str, int]:
    """Check what changed since the last time, or these months ("2026-10"). Returns month → rows of ``quality`` written.

    Decisions of people that are not in the lake yet are settled first. Errors: LakeBusy.
    """
    with lake.writing():
        settle()
        counties = dict(Station.objects.values_list("code", "county__code"))
        now = {
            "observations": lake.version(),
            "stations": zlib.crc32(repr(sorted(counties.items())).encode()),
            "method": METHOD,
        }
        written = {}
        for month in _stale(now) if months is None else sorted(months):
            if progress:
                progress(month)
            table = month_table(month, counties)
            derived.replace(NAME, table, "month", [month])
            written[month] = len(table)
        if months is None:
            derived.keep_state(NAME, now)
        return written


def behind() -> bool:
    """Whether values wait to be checked for longer than the gateway leaves between two rounds."""
    return seen() != lake.version() and derived.age(NAME) > PATIENCE


def seen() -> int:
    """The version of the observations that was checked last, -1 before the first."""
    return int(derived.state(NAME).get("observations", -1))


def _stale(now: dict[str, int]) -> list[str]:
    before = derived.state(NAME)
    known = {file["partition.month"] for file in delta.files(lake.NAME)}
    same = all(before.get(name) == now[name] for name in ("stations", "method"))
    changed = lake.changed_days(before["observations"]) if same else None
    if changed is None:
        return sorted(known | {file["partition.month"] for file in delta.files(NAME)})
    months = set(changed)
    for first, last in changed.values():  # values beside a month's end are compared with those beyond it
        months |= {f"{day:%Y-%m}" for day in (first - AFTER, last + BEFORE + timedelta(days=1))} & known
    return sorted(months)


def read(
    month: str | None = None, stations: Collection[str] | None = None, start: date | None = None
) -> pa.Table:
    """Rows of ``quality``, newest first, of a month and of these stations; start: from this local day on."""
    files = [file for file in delta.files(NAME) if month is None or file["partition.month"] == month]
    if not files:
        return SCHEMA.empty_table()
    paths = ", ".join(delta.literal(delta.uri(NAME, file)) for file in files)
    with delta.connect() as session:
        found = session.execute(
            f"""
            SELECT {", ".join(f'"{name}"' for name in SCHEMA.names)}
            FROM read_parquet([{paths}], hive_partitioning = true, hive_types = {{'month': VARCHAR}})
            WHERE ($stations IS NULL OR list_contains($stations, station)) AND ($start IS NULL OR day >= $start)
            ORDER BY time DESC, station, property, kind""",
            {"stations": None if stations is None else list(stations), "start": start},
        )
        return found.to_arrow_table().cast(SCHEMA)
