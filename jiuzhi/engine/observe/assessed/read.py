"""Reading the assessed tables from memory, per committed version."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .. import delta
from . import air, water

TABLES: dict[str, pa.Schema] = {
    "air_day": air.DAY_SCHEMA,
    "air_year": air.YEAR_SCHEMA,
    "water_month": water.MONTH_SCHEMA,
    "water_sample": water.SAMPLE_SCHEMA,
}
_ORDER = {"air_day": "day", "air_year": "year", "water_month": "month", "water_sample": "time"}


class _Held:
    """One version of a table, sorted by station and time, with where each station's rows are."""

    def __init__(self, version: int, table: pa.Table) -> None:
        self.version = version
        self.table = table
        self.lists: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
        counts = table.group_by("station", use_threads=False).aggregate([([], "count_all")])
        self.span: dict[str, tuple[int, int]] = {}
        start = 0
        for station, n in zip(counts["station"].to_pylist(), counts["count_all"].to_pylist(), strict=True):
            self.span[station] = (start, n)
            start += n

    def select(self, equals: dict[str, Any]) -> pa.Table:
        found, rest = self.table, dict(equals)
        if "station" in rest:
            found = found.slice(*self.span.get(rest.pop("station"), (0, 0)))
        for column, value in rest.items():
            found = found.filter(pc.equal(found[column], pa.scalar(value, found.schema.field(column).type)))
        return found


_held: dict[Path, _Held] = {}
_lock = Lock()


def _load(name: str) -> _Held:
    version, path = delta.version(name), delta.folder(name)
    held = _held.get(path)
    if held is not None and held.version == version:
        return held
    with _lock:
        held = _held.get(path)
        if held is None or held.version != version:
            held = _held[path] = _Held(version, _all_rows(name, version))
        return held


def _all_rows(name: str, version: int) -> pa.Table:
    schema = TABLES[name]
    files = delta.files(name, version)
    if not files:
        return schema.empty_table()
    paths = ", ".join(delta.literal(delta.uri(name, file)) for file in files)
    part = "year" if name == "air_year" else "month"
    columns = ", ".join(f'"{column}"' for column in schema.names)
    with delta.connect() as session:
        session.register("shape", schema.empty_table())  # columns that files of an earlier METHOD do not have
        found = session.execute(f"""
            SELECT {columns} FROM (
                SELECT * FROM shape UNION ALL BY NAME
                SELECT * FROM read_parquet([{paths}], hive_partitioning = true, hive_types = {{'{part}': VARCHAR}},
                                           union_by_name = true))
            ORDER BY station, "{_ORDER[name]}" """)
        return found.to_arrow_table().cast(schema).combine_chunks()


def read(table: str, **equals: Any) -> pa.Table:
    """Rows of an assessed table whose columns equal the given values, sorted by station and time.

    From memory after the first call of a version. Raises KeyError for a table or column there is not.
    """
    if table not in TABLES:
        raise KeyError(f"没有评价表 {table}，可用：{'、'.join(TABLES)}")
    return _load(table).select(equals)


def rows(table: str, **equals: Any) -> list[dict[str, Any]]:
    """As ``read``, as dicts that are kept too. Several callers share them: do not change them."""
    held = _load(table)
    key = tuple(sorted(equals.items()))
    if (found := held.lists.get(key)) is None:
        if len(held.lists) > 500:
            held.lists.clear()
        found = held.lists[key] = read(table, **equals).to_pylist()
    return found
