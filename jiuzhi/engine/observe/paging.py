"""Which series the lake holds, and their values page by page, filtered and ordered by the analytical engine.

A series is what one station measures of one property in one kind: (station, property, kind). Nothing here reads the whole lake
into memory: the extents of series are kept per set of data files, and a page reads the months it lies in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from . import delta, lake

Key = tuple[str, str, str]  # station, property, kind
OLDEST, NEWEST = ("time",), ("time DESC",)
_ID = ", ".join(lake.IDENTITY)
_SHOWN = f"{_ID}, value, unit, qualifier, raw, flag, revision, synthetic"


class Series(NamedTuple):
    """One series: start of its first and last value (UTC), its unit, whether simulated values are among them."""

    station: str
    property: str
    kind: str
    first: datetime
    last: datetime
    unit: str
    synthetic: bool

    def key(self) -> Key:
        return self[:3]


@dataclass(frozen=True)
class Wanted:
    """Which values: those of ``keys`` that meet ``where``, a condition of SQL over the columns of the lake with ``values`` bound
    to its question marks. ``start`` … ``end`` (UTC, both included) only save reading; ``where`` decides."""

    keys: frozenset[Key]
    where: str = "true"
    values: tuple[Any, ...] = ()
    start: datetime | None = None
    end: datetime | None = None


class Page(NamedTuple):
    """``rows``: dicts of station, property, kind, time (UTC), value, unit, qualifier, raw, flag, revision, synthetic.
    ``total``: how many meet the condition, where it was asked; ``more``: whether others follow."""

    rows: list[dict[str, Any]]
    total: int | None
    more: bool


_lock = Lock()
_held: tuple[Path, int, frozenset[str], dict[Key, Series]] = (Path(), -1, frozenset(), {})


def catalogue() -> dict[Key, Series]:
    """Every series of the lake. Only files that came since the last call are read: no row ever leaves the lake, so what was known of
    files that were joined since still holds.

    ``synthetic`` also counts simulated values that a measured one has replaced since.
    """
    global _held
    with _lock:
        folder, version = delta.folder(lake.NAME), lake.version()
        paths = frozenset(delta.uri(lake.NAME, file) for file in delta.files(lake.NAME))
        known, at, before, found = _held
        if known != folder or version < at:  # another lake, or one put back from a backup
            before, found = frozenset(), {}
        if fresh := paths - before:
            found = dict(found)
            for one in _extents(sorted(fresh)):
                found[one.key()] = _joined(found.get(one.key()), one)
        _held = (folder, version, paths, found)
        return found


def _extents(paths: Sequence[str]) -> Iterator[Series]:
    listed = ", ".join(map(delta.literal, paths))
    with delta.connect() as session:
        rows = session.execute(f"""
            SELECT station, property, kind, min(time) AS first, max(time) AS last, arg_max(unit, time) AS unit,
                   bool_or(synthetic) AS synthetic
            FROM read_parquet([{listed}]) GROUP BY ALL""").to_arrow_table()
    for row in rows.to_pylist():
        yield Series(**row | {"unit": row["unit"] or ""})


def _joined(one: Series | None, other: Series) -> Series:
    if one is None:
        return other
    late = max(one, other, key=lambda s: s.last)
    return late._replace(first=min(one.first, other.first), synthetic=one.synthetic or other.synthetic)


def page(
    wanted: Wanted, *, order: Sequence[str] = OLDEST, skip: int = 0, top: int = 100, count: bool = False
) -> Page:
    """One page of the latest revisions, in ``order`` (terms of SQL) and then by identity, so that it is the same order every time.
    Values withdrawn since are left out.

    In the order of time, days are the ladder: whole days are skipped by their counts and only the months the page lies in are read.
    Errors: ``duckdb.Error`` for a condition the engine cannot work out.
    """
    files = _files(wanted)
    if not files or not wanted.keys:
        return Page([], 0 if count else None, False)
    with delta.connect() as session:
        condition, values = _condition(session, wanted)
        by_time = tuple(order) in (OLDEST, NEWEST)
        months = sorted({f["partition.month"] for f in files}, reverse=tuple(order) == NEWEST)
        total = None
        if count or (skip and by_time):
            counts = _counts(session, files, condition, values)
            total = sum(counts.values())
            days = sorted(counts, reverse=tuple(order) == NEWEST)
            while by_time and days and skip >= counts[days[0]]:
                skip -= counts[days.pop(0)]  # afterwards it lies within the first day
            if by_time and len(days) < len(counts):
                condition += f" AND day {'<=' if tuple(order) == NEWEST else '>='} ?"
                values.append(days[0] if days else None)
            months = list(dict.fromkeys(f"{day:%Y-%m}" for day in days))
        rows: list[dict[str, Any]] = []
        for some in _chunks(months) if by_time else [months]:
            if len(rows) > top or not top or not some:
                break
            _observed(session, [f for f in files if f["partition.month"] in some])
            asked = f"SELECT {_SHOWN} FROM observed WHERE {condition} ORDER BY {', '.join(order)}, {_ID} LIMIT ? OFFSET ?"
            found = session.execute(asked, [*values, top + 1 - len(rows), skip])
            rows += found.to_arrow_table().to_pylist()
            skip = 0  # it lay within the first day, or there is no second round
        return Page(rows[:top], total if count else None, len(rows) > top)


def one(key: Key, time: datetime) -> dict[str, Any] | None:
    """The latest revision of one identity, or None when there is none or it is withdrawn."""
    same = Wanted(frozenset({key}), "time = ?::TIMESTAMPTZ", (time.isoformat(),), time, time)
    return next(iter(page(same, top=1).rows), None)


def _chunks(months: list[str]) -> Iterator[list[str]]:
    """One month, then two, four …: the first is mostly enough, and a rare value is not looked for month by month."""
    size = 1
    while months:
        yield months[:size]
        months, size = months[size:], size * 2


def _files(wanted: Wanted) -> list[dict[str, Any]]:
    """Data files that can hold such values, by their statistics."""
    stations = {key[0] for key in wanted.keys}
    return [
        file
        for file in delta.files(lake.NAME)
        if lake.may_hold(file, stations) and _within(file, wanted.start, wanted.end)
    ]


def _within(file: dict[str, Any], start: datetime | None, end: datetime | None) -> bool:
    first, last = file.get("min.time"), file.get("max.time")
    if first is None or last is None:
        return True
    return not ((start is not None and last < start) or (end is not None and first > end))


def _condition(session: duckdb.DuckDBPyConnection, wanted: Wanted) -> tuple[str, list[Any]]:
    """The condition with the series as the narrowest columns that say the same; a table of them only where columns cannot."""
    every = catalogue()
    chosen = [set(part) for part in zip(*wanted.keys, strict=True)]
    terms, values = ["value IS NOT NULL"], []
    for name, part, all_of in zip(lake.IDENTITY, chosen, zip(*every, strict=True), strict=False):
        if part < set(all_of):
            terms.append(f"{name} IN ({', '.join('?' * len(part))})")
            values += sorted(part)
    if any(
        all(k in part for k, part in zip(key, chosen, strict=True)) and key not in wanted.keys
        for key in every
    ):
        columns = zip(*sorted(wanted.keys), strict=True)
        _lend(session, pa.table(dict(zip(("station", "property", "kind"), map(list, columns), strict=True))))
        terms.append("(station, property, kind) IN (SELECT (station, property, kind) FROM chosen)")
    return " AND ".join([*terms, f"({wanted.where})"]), [*values, *wanted.values]


def _lend(session: duckdb.DuckDBPyConnection, rows: pa.Table) -> None:
    session.register("lent_series", rows)
    session.execute("CREATE OR REPLACE TEMP TABLE chosen AS SELECT * FROM lent_series")
    session.unregister("lent_series")


def _observed(session: duckdb.DuckDBPyConnection, files: Collection[dict[str, Any]]) -> None:
    """Make the view ``observed``: latest revisions in these files. An identity has one row per revision, the first is 1."""
    # The engine guesses from the first file how large all are, and joins by that guess: the largest stands first.
    by_size = sorted(files, key=lambda file: file["num_records"], reverse=True)
    paths = ", ".join(delta.literal(delta.uri(lake.NAME, file)) for file in by_size)
    session.execute(f"""
        CREATE OR REPLACE TEMP VIEW every AS SELECT {_SHOWN}, day
        FROM read_parquet([{paths}])""")
    latest = ""
    if any((file.get("max.revision") or 2) > 1 for file in files):
        # Few values have later revisions; as a table their number is known, so that the join is built on them.
        session.execute(f"""
            CREATE OR REPLACE TEMP TABLE later AS
            SELECT {_ID}, max(revision) AS newest FROM every WHERE revision > 1 GROUP BY ALL""")
        latest = f"LEFT JOIN later USING ({_ID}) WHERE every.revision = coalesce(later.newest, 1)"
    session.execute(f"CREATE OR REPLACE TEMP VIEW observed AS SELECT every.* FROM every {latest}")


def _counts(
    session: duckdb.DuckDBPyConnection, files: Collection[dict[str, Any]], condition: str, values: list[Any]
) -> dict[date, int]:
    """How many values meet the condition on each local day that has some."""
    _observed(session, files)
    found = session.execute(f"SELECT day, count(*) FROM observed WHERE {condition} GROUP BY day", values)
    return dict(found.fetchall())
