"""What stations report now and how it ran: the newest value of every property, and one property over a span of time.

Values stand in the lake by kind: ``instant`` (as measured), ``minute`` ``hour`` ``day`` (means), ``4h`` ``sample`` ``month``; a side value
has a suffix (``hour.max``). ``flag`` 2 and more: not usable.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import duckdb

from jiuzhi.core.local import LOCAL
from jiuzhi.protocol.hj212.tables import MARKS_2005

from . import delta, lake
from .properties import EVERY

KINDS = {
    "instant": "实时", "minute": "分钟", "hour": "小时", "sample": "采样", "4h": "4 小时", "day": "日", "month": "月",
}  # fmt: skip
# What instruments send beside a value: `hour.max` is the highest within the hour.
SIDES = {
    "min": "最小",
    "max": "最大",
    "cou": "总量",
    "zs": "折算",
    "zsmin": "折算最小",
    "zsmax": "折算最大",
    "daytime": "昼间",
    "night": "夜间",
}
USABLE = 2  # flags below it
WINDOW = timedelta(days=7)  # what came earlier is not "now"
MOST = 5_000  # points drawn; more are joined by hour or day
LASTS = {
    "hour": timedelta(hours=1),
    "4h": timedelta(hours=4),
    "day": timedelta(days=1),
}  # a value is dated by the start of its period
# How long nothing may come before a station counts as silent, by the kind of its newest value.
SILENCE = {
    "instant": timedelta(minutes=30), "minute": timedelta(hours=1), "hour": timedelta(hours=2), "4h": timedelta(hours=12),
    "day": timedelta(days=2),
}  # fmt: skip


class Observed(NamedTuple):
    """One value as it stands in the lake. time: UTC, start of the period; value: None when it was withdrawn or the instrument gave none."""

    kind: str
    time: datetime
    value: Decimal | None
    unit: str
    qualifier: str
    flag: int
    revision: int
    synthetic: bool

    @property
    def usable(self) -> bool:
        return self.flag < USABLE and self.value is not None

    @property
    def end(self) -> datetime:
        """When its period was over, so that it could be reported."""
        return self.time + LASTS.get(self.kind, timedelta(0))


class Point(NamedTuple):
    """One point of a line: as observed, or several joined (then revision is 0)."""

    time: datetime
    value: Decimal | None
    usable: bool
    qualifier: str = ""
    revision: int = 0
    synthetic: bool = False


class Extent(NamedTuple):
    """How many values, and how long from the first to the last."""

    values: int
    length: timedelta


@dataclass(frozen=True)
class Line:
    """One property of a station over a span, in ``unit``. step: "" for values as observed, else "hour" or "day"; how: in what way they were
    joined."""

    kind: str
    points: list[Point]
    unit: str = ""
    count: int = 0  # values in the span
    step: str = ""
    how: str = ""

    @property
    def synthetic(self) -> bool:
        return any(point.synthetic for point in self.points)


def kind_name(kind: str) -> str:
    """The Chinese word of a kind: hour.max → 小时最大."""
    base, _dot, side = kind.partition(".")
    return KINDS.get(base, base) + SIDES.get(side, side)


def mark_name(qualifier: str) -> str:
    """The Chinese word of a qualifier: `<` below the detection limit, a letter of HJ 212 (D 故障); "" when there is nothing to say."""
    if qualifier in ("", "N"):
        return ""
    return "未检出" if qualifier == "<" else MARKS_2005.get(qualifier, qualifier)


# --- what is newest ---


@dataclass
class _Held:
    version: int = -1
    since: date = date.max
    newest: dict[str, dict[str, Observed]] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)


_held: dict[Path, _Held] = {}
_lock = Lock()
_ORDER = ", ".join(
    f"'{kind}'" for kind in reversed(KINDS)
)  # of two values of one moment the finer kind is the newer one


def latest(stations: Iterable[str], now: datetime) -> dict[str, dict[str, Observed]]:
    """Station → property → its newest value of the last days [WINDOW], side values left out. A station without any is left out."""
    newest = _fresh(now).newest
    found = {}
    for code in stations:
        known = {
            p: o for p, o in newest.get(code, {}).items() if now - WINDOW <= o.time <= now + timedelta(days=1)
        }
        if known:
            found[code] = known
    return found


def changed(station: str, now: datetime) -> tuple[int, int]:
    """The lake's version now, and the one since which nothing came for this station as far as this process knows."""
    held = _fresh(now)
    return held.version, held.changed.get(station, -1)


def silent(newest: Iterable[Observed], now: datetime, interval: timedelta = timedelta(0)) -> bool:
    """Whether a station should have reported again by now. interval: how often its device is set to report.

    Samples and months are brought by people and are never silent.
    """
    last = max(newest, key=lambda one: one.end, default=None)
    if last is None:
        return True
    allowed = SILENCE.get(last.kind)
    return allowed is not None and now - last.end > max(allowed, 3 * interval)


def _fresh(now: datetime) -> _Held:
    """What is newest at the lake's present version; only what was committed since the last look is read."""
    path, at, since = delta.folder(lake.NAME), lake.version(), (now - WINDOW).astimezone(LOCAL).date()
    held = _held.get(path)
    if held is not None and held.version == at and held.since <= since:
        return held
    with _lock, delta.connect() as session:
        held = _held.get(path)
        if held is not None and held.version == at and held.since <= since:
            return held
        known = (
            held is not None
            and held.since <= since
            and held.version < at
            and lake.open_added(session, held.version)
        )
        if held is None or not known:
            held = _Held(since=since)
            sql, values = lake.select(session, start=since, every=True)
        else:
            held = _Held(since=held.since, newest=dict(held.newest), changed=dict(held.changed))
            sql, values = "SELECT * FROM added", []
        _take(session, held, sql, values, at)
        held.version = at
        _held[path] = held
        return held


def _take(session: duckdb.DuckDBPyConnection, held: _Held, sql: str, values: list[Any], at: int) -> None:
    for (station,) in session.execute(f"SELECT DISTINCT station FROM ({sql})", values).fetchall():
        held.changed[station] = at
    found = session.execute(
        f"""SELECT station, property, max_by(
                {{'kind': kind, 'time': time, 'value': value, 'unit': unit, 'qualifier': qualifier, 'flag': flag,
                  'revision': revision, 'synthetic': synthetic}},
                row(time, list_position([{_ORDER}], kind), revision)) AS newest
            FROM ({sql}) WHERE day >= ? AND list_contains([{_ORDER}], kind) GROUP BY station, property""",
        [*values, held.since],
    ).to_arrow_table()
    for row in found.to_pylist():
        one = Observed(**row["newest"])
        known = held.newest.get(row["station"], {})
        before = known.get(row["property"])
        if before is None or _rank(one) >= _rank(before):
            held.newest[row["station"]] = known | {row["property"]: one}


def _rank(one: Observed) -> tuple[datetime, int, int]:
    return one.time, -list(KINDS).index(one.kind), one.revision


# --- one property over time ---


def _between(
    session: duckdb.DuckDBPyConnection, station: str, item: str | None, kind: str | None, start: datetime, end: datetime
) -> tuple[str, list[Any]]:  # fmt: skip
    days = (start.astimezone(LOCAL).date(), end.astimezone(LOCAL).date())
    sql, values = lake.select(session, station, item, *days, kind)
    return f"SELECT * FROM ({sql}) WHERE time >= ? AND time < ?", [*values, start, end]


@lru_cache(maxsize=2000)
def _properties(_lake: Path, station: str, since: date, until: date) -> frozenset[str]:
    with delta.connect() as session:
        sql, values = lake.select(session, station, start=since, end=until, every=True)
        return frozenset(
            code for (code,) in session.execute(f"SELECT DISTINCT property FROM ({sql})", values).fetchall()
        )


def properties(station: str, now: datetime) -> list[str]:
    """What a station has values of in the year before ``now``, in the order of the list of properties."""
    today = now.astimezone(LOCAL).date()
    held = _properties(
        delta.folder(lake.NAME), station, today - timedelta(days=366), today - timedelta(days=1)
    )
    have = held | set(latest([station], now).get(station, {}))
    return [code for code in EVERY if code in have] + sorted(have - set(EVERY))


def kinds(station: str, item: str, start: datetime, end: datetime) -> dict[str, Extent]:
    """What there is of each kind in [start, end), finest kind first, side values after their kind."""
    with delta.connect() as session:
        sql, values = _between(session, station, item, None, start, end)
        found = session.execute(
            f"SELECT kind, count(*), epoch(max(time)) - epoch(min(time)) FROM ({sql}) GROUP BY kind", values
        ).fetchall()
    order = list(KINDS)

    def place(kind: str) -> tuple[int, str]:
        base = kind.partition(".")[0]
        return (order.index(base) if base in order else len(order)), kind

    held = {kind: Extent(count, timedelta(seconds=seconds)) for kind, count, seconds in found}
    return {kind: held[kind] for kind in sorted(held, key=place)}


def line(station: str, item: str, kind: str, start: datetime, end: datetime) -> Line:
    """The values of one property and kind in [start, end), oldest first; more than MOST joined by hour, or by day where hours are too many."""
    with delta.connect() as session:
        sql, values = _between(session, station, item, kind, start, end)
        count, hours, unit = session.execute(
            f"SELECT count(*), count(DISTINCT date_trunc('hour', time)), any_value(unit) FROM ({sql})", values
        ).fetchall()[0]
        if count <= MOST:
            rows = session.execute(
                f"SELECT time, value, flag, qualifier, revision, synthetic FROM ({sql}) ORDER BY time", values
            ).to_arrow_table().to_pylist()  # fmt: skip
            return Line(kind, [_point(row) for row in rows], unit or "", count)
        step = "hour" if hours <= MOST else "day"
        how, joined = _joining(item, kind)
        rows = session.execute(
            f"""SELECT {_STEPS[step]} AS start, {joined} AS value, count(*) FILTER (good) AS n, bool_or(synthetic) AS synthetic
                FROM (SELECT *, flag < {USABLE} AND value IS NOT NULL AS good,
                             CASE qualifier WHEN '<' THEN value * 0.5 ELSE value END AS amount FROM ({sql}))
                GROUP BY start ORDER BY start""",
            values,
        ).to_arrow_table().to_pylist()  # fmt: skip
    points = [
        Point(row["start"], _mean(row, how), row["value"] is not None, synthetic=row["synthetic"])
        for row in rows
    ]
    return Line(kind, points, unit, count, step, how)


# The start of a step in UTC; a day begins at local midnight.
_STEPS = {"hour": "date_trunc('hour', time)", "day": "day::TIMESTAMP::TIMESTAMPTZ - INTERVAL 8 HOUR"}
_PLACES = Decimal("0.000001")


def _joining(item: str, kind: str) -> tuple[str, str]:
    """How several values become one, and the SQL for it. A non-detect counts as half the limit, as in assessed means."""
    base, _dot, side = kind.partition(".")
    known = EVERY.get(item)
    for end in ("min", "max"):
        if side in (end, f"zs{end}"):
            return end, f"{end}(amount) FILTER (good)"
    if item == "rain" and base == "instant":  # running totals
        return "max", "max(amount) FILTER (good)"
    if side == "cou" or item == "rain":
        return "sum", "sum(amount) FILTER (good)"
    if known is not None and known.unit == "°":  # directions have no arithmetic mean
        return "first", "arg_min(amount, time) FILTER (good)"
    return "mean", "sum(amount) FILTER (good)"


def _mean(row: Mapping[str, Any], how: str) -> Decimal | None:
    value: Decimal | None = row["value"]
    return (value / row["n"]).quantize(_PLACES) if how == "mean" and value is not None else value


def _point(row: Mapping[str, Any]) -> Point:
    usable = row["flag"] < USABLE and row["value"] is not None
    return Point(row["time"], row["value"], usable, row["qualifier"], row["revision"], row["synthetic"])


def revisions(station: str, item: str, kind: str, time: datetime) -> list[dict[str, Any]]:
    """Every revision of one value, first one first, as dicts with the columns of the lake."""
    day = time.astimezone(LOCAL).date()
    return [
        row
        for row in lake.revisions(station, item, day, day).to_pylist()
        if row["kind"] == kind and row["time"] == time
    ]
