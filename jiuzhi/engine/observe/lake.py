"""Observations in long form: one row per value and revision, in months.

Identity is (station, property, kind, time). A later value is a new revision; the old one stays. ``current`` shows the
latest revision of each identity.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from jiuzhi.core.local import LOCAL

from . import delta
from .delta import LakeBusy, writing

__all__ = [
    "GIVEN", "IDENTITY", "RULED", "SCHEMA", "Counts", "LakeBusy", "append", "changed_days", "changes", "compact", "counts_of",
    "current", "last_version", "may_hold", "open_added", "open_months", "revisions", "select", "take_in", "version", "writing",
]  # fmt: skip

NAME = "observations"
IDENTITY = ("station", "property", "kind", "time")
SCHEMA = pa.schema(
    [
        ("station", pa.string()),
        ("property", pa.string()),
        ("kind", pa.string()),
        ("time", pa.timestamp("us", tz="UTC")),
        ("day", pa.date32()),
        ("value", pa.decimal128(18, 6)),
        ("unit", pa.string()),
        ("qualifier", pa.string()),
        ("raw", pa.string()),
        ("flag", pa.int8()),
        ("revision", pa.int32()),
        ("batch", pa.string()),
        ("synthetic", pa.bool_()),
        ("received", pa.timestamp("us", tz="UTC")),
        ("month", pa.string()),
    ]
)
# Worked out or stamped here, not brought along: `revision` always, `received` (when this value became known) when not given.
GIVEN = [name for name in SCHEMA.names if name not in ("revision", "received")]
COLUMNS = ", ".join(SCHEMA.names)
_UNSTAMPED = COLUMNS.replace("received", "NULL::TIMESTAMPTZ AS received")
_ID = ", ".join(IDENTITY)
# What makes a value another one; its raw text may be written differently.
_CONTENT = ("value", "unit", "qualifier", "flag", "synthetic")
RULED = "overrule-"
"""How the batch of a revision begins whose flag a person decided: it holds until the instrument sends another value."""
_FILES_PER_MONTH = 24  # more than this and a month is compacted


class Counts(NamedTuple):
    """What came of rows taken in. ``written`` is False when this transaction had been committed before."""

    new: int
    revised: int
    unchanged: int
    written: bool = True


def version() -> int:
    """Latest committed version, -1 for an empty lake."""
    return delta.version(NAME)


def last_version(app: str) -> int | None:
    """The last transaction of ``app`` that is committed, None when there is none."""
    return delta.transaction(NAME, app)


def append(rows: pa.Table, *, app: str, version: int) -> bool:
    """Take rows in, exactly once per (app, version). False when that transaction had been committed before.

    rows: the columns GIVEN. ``revision`` and repeats are worked out against what is there.
    """
    chosen = rows.select(GIVEN)
    return take_in(
        chosen.cast(pa.schema([SCHEMA.field(name) for name in GIVEN])), app=app, version=version
    ).written


def take_in(
    rows: pa.Table | Path,
    *,
    app: str,
    version: int,
    sequence: str = "",
    every: bool = False,
    batch: str = "",
    ruling: bool = False,
) -> Counts:
    """Write what is new or different, exactly once per (app, version).

    rows: a table or a Parquet file with the columns GIVEN, and ``received`` where it is known; sequence: a column that orders rows of
    one identity, the last one counts; every: earlier different ones are kept as revisions too; batch: written to all rows;
    ruling: a person decided on these values, so each becomes a revision whatever is held.
    """
    with writing(), delta.connect() as session:
        target = delta.create(NAME, SCHEMA, "month")
        last = target.transaction_version(app)
        if last is not None and last >= version:
            return Counts(0, 0, 0, written=False)
        if isinstance(rows, Path):
            session.execute(f"CREATE TEMP VIEW brought AS SELECT * FROM read_parquet({delta.literal(rows)})")
            names = pq.read_schema(rows).names
        else:
            _copy(session, "brought", rows)
            names = rows.column_names
        stamped = (
            "" if "received" in names else f", TIMESTAMPTZ '{datetime.now(UTC).isoformat()}' AS received"
        )
        session.execute(f"CREATE TEMP VIEW incoming AS SELECT *{stamped} FROM brought")
        counts = _decide(session, sequence, every, ruling)
        if counts.new + counts.revised:
            columns = f"* REPLACE ({delta.literal(batch)} AS batch)" if batch else "*"
            session.execute(f"CREATE TEMP VIEW written AS SELECT {columns} FROM fresh")
            fresh = session.execute(f"SELECT {COLUMNS} FROM written ORDER BY month, {_ID}")
            delta.commit(target, fresh.to_arrow_reader(200_000).cast(SCHEMA), {app: version})
        return counts


def counts_of(batch: str, total: int) -> Counts:
    """What a committed batch of ``total`` rows came to."""
    with delta.connect() as session:
        _open(session, None, None)
        found = session.execute(
            "SELECT count(*) FILTER (revision = 1), count(*) FILTER (revision > 1) FROM stored WHERE batch = ?",
            [batch],
        ).fetchone()
        new, revised = found or (0, 0)
        return Counts(new, revised, total - new - revised, written=False)


def _decide(session: duckdb.DuckDBPyConnection, sequence: str, every: bool, ruling: bool) -> Counts:
    """Fill the table ``fresh`` with the rows to write. A row is fresh when it differs from the one before it of the
    same identity; the first one is compared with what the lake holds. A simulated value never replaces a measured one, and
    a value sent once more does not undo what a person decided on it."""
    months, stations = _extent(session)
    repeats = _open(session, months, stations)
    latest = f"QUALIFY row_number() OVER (PARTITION BY {_ID} ORDER BY revision DESC) = 1" if repeats else ""
    session.execute(f"CREATE TEMP VIEW held AS SELECT * FROM stored {latest}")
    _choose(session, sequence or "0", every)
    differs = " OR ".join(
        f"arrived.{name} IS DISTINCT FROM held.{name}"
        + (f" AND NOT starts_with(coalesce(held.batch, ''), '{RULED}')" if name == "flag" else "")
        for name in _CONTENT
    )
    if ruling:
        differs = "true"
    columns = ", ".join(f"arrived.{name}" for name in SCHEMA.names if name != "revision")
    session.execute(f"""
        CREATE TEMP TABLE fresh AS
        WITH compared AS (
            SELECT {columns}, place, coalesce(held.revision, 0) AS top
            FROM arrived LEFT JOIN held USING ({_ID})
            WHERE (place > 1 OR held.revision IS NULL OR {differs})
              AND NOT (arrived.synthetic AND held.revision IS NOT NULL AND NOT held.synthetic))
        SELECT * EXCLUDE (place, top), (top + {"row_number() OVER (PARTITION BY " + _ID + " ORDER BY place)" if every else "1"})
               ::INTEGER AS revision FROM compared""")
    counted = session.execute("""
        SELECT (SELECT count(*) FROM incoming), count(*) FILTER (revision = 1), count(*) FILTER (revision > 1) FROM fresh
        """).fetchone()
    assert counted is not None
    total, new, revised = counted
    return Counts(new, revised, total - new - revised)


def _choose(session: duckdb.DuckDBPyConnection, order: str, every: bool) -> None:
    """Make the view ``arrived``: incoming rows that count, with their ``place`` (1, 2, …) in the line of an identity."""
    columns = ", ".join(name for name in SCHEMA.names if name != "revision")
    if every:  # each one that differs from the one before
        content = ", ".join(_CONTENT)
        session.execute(f"""
            CREATE TEMP TABLE arrived AS
            WITH different AS (
                SELECT {columns}, {order} AS seat FROM incoming
                QUALIFY row_number() OVER (PARTITION BY {_ID} ORDER BY {order}) = 1 OR
                        lag(row({content})) OVER (PARTITION BY {_ID} ORDER BY {order}) IS DISTINCT FROM row({content}))
            SELECT * EXCLUDE (seat), row_number() OVER (PARTITION BY {_ID} ORDER BY seat) AS place FROM different""")
        return
    session.execute(f"""
        CREATE TEMP TABLE repeated AS SELECT {_ID} FROM incoming GROUP BY {_ID} HAVING count(*) > 1""")
    if not session.execute("SELECT count(*) FROM repeated").fetchall()[0][0]:
        session.execute(f"CREATE TEMP VIEW arrived AS SELECT {columns}, 1 AS place FROM incoming")
        return
    session.execute(f"""
        CREATE TEMP VIEW arrived AS
        SELECT {columns}, 1 AS place FROM incoming ANTI JOIN repeated USING ({_ID})
        UNION ALL
        SELECT {columns}, 1 FROM (
            SELECT * FROM incoming SEMI JOIN repeated USING ({_ID})
            QUALIFY row_number() OVER (PARTITION BY {_ID} ORDER BY {order} DESC) = 1)""")


def _extent(session: duckdb.DuckDBPyConnection) -> tuple[set[str], set[str]]:
    found = session.execute("SELECT list(DISTINCT month), list(DISTINCT station) FROM incoming").fetchall()
    months, stations = found[0]
    return set(months or ()), set(stations or ())


def _chosen(months: Collection[str] | None, stations: Collection[str] | None) -> list[dict[str, Any]]:
    """Files that can hold rows of these months and stations, by partition and statistics."""
    return [
        file
        for file in delta.files(NAME)
        if (months is None or file["partition.month"] in months)
        and (stations is None or may_hold(file, stations))
    ]


def may_hold(file: dict[str, Any], stations: Collection[str]) -> bool:
    """Whether a data file can hold rows of these stations, by its statistics."""
    low, high = file.get("min.station"), file.get("max.station")
    if low is None or high is None:
        return True
    # Long names are cut in the statistics: compare by the part that is kept.
    return any(low <= name and name[: len(high)] <= high for name in stations)


def _open(
    session: duckdb.DuckDBPyConnection, months: Collection[str] | None, stations: Collection[str] | None
) -> bool:
    """Make the view ``stored`` over those files. True when some of them hold second revisions."""
    chosen = _chosen(months, stations)
    # Files written before values knew when they came have no such column.
    stamped = [file.get("null_count.received") is not None for file in chosen]
    columns = COLUMNS if any(stamped) else _UNSTAMPED
    by_name = not all(stamped) and any(stamped)
    _view(session, "stored", [delta.uri(NAME, file) for file in chosen], columns, by_name=by_name)
    return any((file.get("max.revision") or 2) > 1 for file in chosen)


def _view(
    session: duckdb.DuckDBPyConnection, name: str, paths: list[str], columns: str, *, by_name: bool
) -> None:
    """A view of the rows in some data files; always a view, so that the next one of a session can take its place."""
    if paths:
        listed = ", ".join(map(delta.literal, paths))
        source = f"""read_parquet(
            [{listed}], hive_partitioning = true, hive_types = {{'month': VARCHAR}}, union_by_name = {by_name})"""
    else:
        _copy(session, "nothing", SCHEMA.empty_table())
        source, columns = "nothing", COLUMNS
    session.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT {columns} FROM {source}")


def _copy(session: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    """A table of DuckDB's own: it pushes filters on times into Arrow tables through pytz, which is not needed otherwise."""
    session.register("lent", rows)
    session.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM lent")
    session.unregister("lent")


def _names(given: str | Iterable[str] | None) -> list[str] | None:
    if given is None:
        return None
    return [given] if isinstance(given, str) else list(given)


def _days(start: date | None, end: date | None) -> tuple[date | None, date | None]:
    def day(given: date | None) -> date | None:
        if isinstance(given, datetime):
            return (given.astimezone(LOCAL) if given.tzinfo else given).date()
        return given

    return day(start), day(end)


def _between(start: date | None, end: date | None) -> set[str] | None:
    """Months from start to end that the lake has; None without bounds."""
    if start is None and end is None:
        return None
    have = {file["partition.month"] for file in delta.files(NAME)}
    low = f"{start:%Y-%m}" if start else ""
    high = f"{end:%Y-%m}" if end else "9999-99"
    return {month for month in have if low <= month <= high}


def select(
    session: duckdb.DuckDBPyConnection, station: Any = None, property: Any = None, start: date | None = None,
    end: date | None = None, kind: Any = None, *, every: bool = False,
) -> tuple[str, list[Any]]:  # fmt: skip
    """The files that can hold these rows opened in a session, and the query, with its values, that gives the rows: columns of SCHEMA.

    For what is to be cut, summed up or streamed inside DuckDB; else ``current`` and ``revisions``. every: also replaced revisions.
    """
    stations, properties, kinds = _names(station), _names(property), _names(kind)
    start, end = _days(start, end)
    where, values = ["true"], list[Any]()
    for column, names in (("station", stations), ("property", properties), ("kind", kinds)):
        if names is not None:
            where.append(f"list_contains(?, {column})")
            values.append(names)
    for bound, sign in ((start, ">="), (end, "<=")):
        if bound is not None:
            where.append(f"day {sign} ?")
            values.append(bound)
    repeats = _open(session, _between(start, end), stations)
    only = ""
    if repeats and not every:
        only = f"QUALIFY row_number() OVER (PARTITION BY {_ID} ORDER BY revision DESC) = 1"
    return f"SELECT {COLUMNS} FROM stored WHERE {' AND '.join(where)} {only}", values


def _read(station: Any, property: Any, start: Any, end: Any, kind: Any, latest: bool) -> pa.Table:
    with delta.connect() as session:
        found = session.execute(*select(session, station, property, start, end, kind, every=not latest))
        return found.to_arrow_table().cast(SCHEMA)


def open_months(session: duckdb.DuckDBPyConnection, months: Collection[str]) -> None:
    """Make the view ``current`` in a session: the latest revisions of these months, columns of SCHEMA."""
    repeats = _open(session, months, None)
    only = f"QUALIFY row_number() OVER (PARTITION BY {_ID} ORDER BY revision DESC) = 1" if repeats else ""
    session.execute(f"CREATE OR REPLACE TEMP VIEW current AS SELECT * FROM stored {only}")


def current(
    station: str | Iterable[str] | None = None,
    property: str | Iterable[str] | None = None,
    start: date | None = None,
    end: date | None = None,
    kind: str | Iterable[str] | None = None,
) -> pa.Table:
    """Latest revision of each identity, columns of SCHEMA. start … end: local days, both included."""
    return _read(station, property, start, end, kind, latest=True)


def revisions(
    station: str, property: str | None, start: date | None = None, end: date | None = None
) -> pa.Table:
    """Every revision, also the replaced ones; columns of SCHEMA. For the page that shows a value's history."""
    return _read(station, property, start, end, None, latest=False).sort_by(
        [("time", "ascending"), ("kind", "ascending"), ("revision", "ascending")]
    )


def open_added(session: duckdb.DuckDBPyConnection, since: int) -> bool:
    """Make the view ``added`` in a session: the rows committed after version ``since``; ``received`` is empty unless all these files
    tell it. False when that is no longer known."""
    actions = delta.added(NAME, since)
    if actions is None:
        return False
    paths = [delta.uri(NAME, action) for action in actions]
    if not all(Path(path).exists() for path in paths):
        return False  # compacted and cleared meanwhile
    stamped = all('"received"' in action.get("stats", "") for action in actions)
    _view(session, "added", paths, COLUMNS if stamped else _UNSTAMPED, by_name=False)
    return True


def changes(since: int) -> set[tuple[str, str]] | None:
    """(month, station) with rows committed after version ``since``; None when that is no longer known: all of them."""
    with delta.connect() as session:
        if not open_added(session, since):
            return None
        return set(session.execute("SELECT DISTINCT month, station FROM added").fetchall())


def changed_days(since: int) -> dict[str, tuple[date, date]] | None:
    """Month → first and last local day with rows committed after version ``since``; None as for ``changes``."""
    with delta.connect() as session:
        if not open_added(session, since):
            return None
        found = session.execute("SELECT month, min(day), max(day) FROM added GROUP BY month").fetchall()
        return {month: (first, last) for month, first, last in found}


def compact(everything: bool = False) -> int:
    """Join the small files of months that have many, and clear files replaced more than a day ago.

    Returns how many files went into larger ones. Rows, revisions and transactions stay as they are.
    """
    with writing():
        target = delta.table(NAME)
        if target is None:
            return 0
        count: dict[str, int] = {}
        for file in delta.files(NAME):
            count[file["partition.month"]] = count.get(file["partition.month"], 0) + 1
        months = [month for month, n in count.items() if n > (1 if everything else _FILES_PER_MONTH)]
        if not months:
            return 0
        done = target.optimize.compact(partition_filters=[("month", "in", months)])
        delta.clear_replaced(target)
        return int(done["numFilesRemoved"])
