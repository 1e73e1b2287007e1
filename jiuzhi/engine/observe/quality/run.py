"""One month through all declared checks, series by series."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from jiuzhi.science.statistics import quality as q

from .. import delta, lake
from ..properties import EVERY, TYPICAL
from . import declare
from .declare import NAMES, WHOLES

BEFORE, AFTER = timedelta(days=5), timedelta(days=1)
"""Values around a month that its first and last ones are compared with."""
SCHEMA = pa.schema(
    [
        ("station", pa.string()), ("property", pa.string()), ("kind", pa.string()), ("time", pa.timestamp("us", tz="UTC")),
        ("day", pa.date32()), ("value", pa.decimal128(18, 6)), ("unit", pa.string()), ("qualifier", pa.string()),
        ("used", pa.bool_()), ("flag", pa.int8()), ("checks", pa.string()), ("verdict", pa.string()),
        ("revision", pa.int32()), ("synthetic", pa.bool_()), ("month", pa.string()),
    ]
)  # fmt: skip
_SCALE = 1_000_000  # the lake's six decimals: whole numbers, so that thresholds are met exactly
_BELOW = ("<", "L")
_LOCAL = 8 * declare.HOUR
_WINDOW = 72  # hours over which a drift is smoothed
Key = tuple[str, str, str]


@dataclass
class _Series:
    """Rows of one station, property and kind in the order of time: values in 10⁻⁶ of the unit, NaN without one."""

    key: Key
    at: slice
    time: NDArray[np.int64]  # seconds
    value: NDArray[np.float64]
    usable: NDArray[np.float64]  # NaN also where it is known to be no measurement
    step: float


class _Month:
    """Everything of a month as columns, with what the checks said so far."""

    def __init__(self, columns: dict[str, Any], keys: list[Key], starts: NDArray[np.int64]) -> None:
        self.columns = columns
        self.flags: list[q.Flags] = []
        size = len(columns["time"])
        self.flag = np.full(size, q.NOT_EVALUATED, np.int8)
        self.hits = np.zeros(size, np.int32)
        ends = [*starts[1:], size]
        self.series = [self._series(key, slice(a, b)) for key, a, b in zip(keys, starts, ends, strict=True)]

    def _series(self, key: Key, at: slice) -> _Series:
        value, time = self.columns["value"][at], self.columns["time"][at]
        step = declare.STEPS.get(key[2])
        if step is None and len(time) > 1:
            step = int(np.median(np.diff(time)))
        one = _Series(key, at, time, value, value, step or declare.HOUR)
        known = self._facts(one)
        one.usable = np.where(known >= q.FAIL, np.nan, value)
        return one

    def note(self, name: str, at: slice, flags: q.Flags) -> q.Flags:
        """Add what a check said of these rows."""
        self.hits[at] |= ((flags == q.SUSPECT) | (flags == q.FAIL)).astype(np.int32) << NAMES.index(name)
        self.flag[at] = q.aggregate(self.flag[at], flags)
        return flags

    def _facts(self, one: _Series) -> q.Flags:
        """What is known of each value alone: its mark, the source's own judgement, its range, its time."""
        marks, unused = self.columns["mark"][one.at], self.columns["unused"][one.at]
        found = [
            self.note("mark", one.at, np.where(np.isnan(one.value) & (marks == q.PASS), q.MISSING, marks))
        ]
        said = (
            unused & ~self.columns["ruled"][one.at] & (marks < q.SUSPECT)
        )  # by the source, and not by a mark
        self.note("source", one.at, np.where(said, q.FAIL, q.NOT_EVALUATED).astype(np.int8))
        found.append(np.where(unused, q.FAIL, q.NOT_EVALUATED).astype(np.int8))
        _, prop, kind = one.key
        item = EVERY.get(prop)
        if item is not None and not kind.endswith(".cou"):  # a total is no concentration
            usual = declare.checks_of(prop).usual
            fence = (_units(item.low), _units(item.high))
            inner = (_units(usual[0]), _units(usual[1])) if usual else None
            found.append(self.note("range", one.at, q.gross_range(one.value, fence, inner)))
        if kind in declare.STEPS:
            flags = q.clock(one.time + _LOCAL, grid=declare.GRIDS.get(kind))
            flags[(self.columns["revision"][one.at] > declare.RESENT) | self.columns["ahead"][one.at]] = (
                q.SUSPECT
            )
            self.note("clock", one.at, flags)
        return q.aggregate(*found)


def _units(value: Decimal) -> float:
    return float(value * _SCALE)


def _optional(value: Decimal | None) -> float | None:
    return None if value is None else _units(value)


def month_table(month: str, counties: Mapping[str, str]) -> pa.Table:
    """Rows of a month that did not simply pass: suspect, failed, missing, or decided by a person. Columns of SCHEMA.

    counties: station → county, for the neighbours of a drift.
    """
    first = date.fromisoformat(f"{month}-01")
    after = (first + timedelta(days=31)).replace(day=1)
    low, high = first - BEFORE, after + AFTER
    around = {f"{day:%Y-%m}" for day in (low, first, high)}
    with delta.connect() as session:
        lake.open_months(session, around)
        columns, keys, starts = _load(session, month, low, high)
        found = _Month(columns, keys, starts)
        for one in found.series:
            _alone(found, one)
        _wholes(found)
        _drifts(found, counties)
        return _result(session, found)


def _load(
    session: duckdb.DuckDBPyConnection, month: str, low: date, high: date
) -> tuple[dict[str, Any], list[Key], NDArray[np.int64]]:
    below, marks = ", ".join(map(delta.literal, _BELOW)), "".join(q.MARKS)
    session.execute(f"""
        CREATE OR REPLACE TEMP TABLE seen AS
        SELECT *, CASE WHEN NOT starts_with(coalesce(batch, ''), '{lake.RULED}') THEN '' WHEN flag < 2 THEN 'valid' ELSE 'invalid' END AS verdict
        FROM current WHERE day >= DATE '{low}' AND day < DATE '{high}'""")
    session.execute("""
        CREATE OR REPLACE TEMP TABLE line AS
        SELECT *, (row_number() OVER (ORDER BY station, property, kind) - 1)::INTEGER AS id
        FROM (SELECT DISTINCT station, property, kind FROM seen)""")
    keys = session.execute("SELECT station, property, kind FROM line ORDER BY id").fetchall()
    raw = session.execute(f"""
        SELECT id, epoch_us(time) AS time, coalesce(value::DECIMAL(38, 6) * {_SCALE}, -1)::BIGINT AS value, value IS NULL AS empty,
               coalesce(flag, 0) >= 2 AS unused, revision, verdict != '' AS ruled,
               coalesce(seen.time > received + INTERVAL {declare.AHEAD} SECOND, false) AS ahead,
               month = '{month}' AS inside, coalesce(qualifier, '') IN ({below}) AS below,
               (CASE length(coalesce(qualifier, '')) WHEN 0 THEN 1 WHEN 1 THEN instr('{marks}', qualifier) ELSE 0 END)::TINYINT AS letter
        FROM seen JOIN line USING (station, property, kind) ORDER BY id, seen.time""").fetchnumpy()
    value = np.asarray(raw["value"], np.float64)
    value[np.asarray(raw["empty"])] = np.nan
    # Where a person decided, what the source said no longer counts.
    flag_of = np.array([q.PASS, *q.MARKS.values()], np.int8)
    ruled = np.asarray(raw["ruled"])
    columns = {
        "id": np.asarray(raw["id"]), "micro": np.asarray(raw["time"]), "time": np.asarray(raw["time"]) // _SCALE,
        "value": value, "unused": np.asarray(raw["unused"]), "revision": np.asarray(raw["revision"]),
        "ahead": np.asarray(raw["ahead"]), "ruled": ruled, "inside": np.asarray(raw["inside"]), "below": np.asarray(raw["below"]),
        "mark": np.where(ruled, q.PASS, flag_of[np.asarray(raw["letter"])]).astype(np.int8),
    }  # fmt: skip
    starts = np.searchsorted(columns["id"], np.arange(len(keys)))
    return columns, keys, starts


def _alone(month: _Month, one: _Series) -> None:
    """Checks on a series by itself."""
    _, prop, kind = one.key
    checks = declare.checks_of(prop)
    if prop in declare.DERIVED:
        return
    if kind in declare.GAPS:
        present = np.where(np.isnan(one.value), np.nan, one.time)
        month.note("gap", one.at, _gaps(present, declare.GAPS[kind]))
    if prop in TYPICAL and kind in (*declare.FREQUENT, "day"):
        low, high = TYPICAL[prop]
        month.note("unit", one.at, q.wrong_unit(one.usable, _units(low), _units(high)))
    if checks.detection is not None and kind == "sample":
        below = month.columns["below"][one.at]
        month.note("detection", one.at, q.below_detection(one.usable, _units(checks.detection), below))
    if kind not in declare.FREQUENT:
        return
    if checks.spike is not None:
        alone = month.note("spike", one.at, q.spike(one.usable, _units(checks.spike), method="differential"))
        # A spike is named once; what is beside it and what belongs to it is not held against it.
        one.usable = np.where(alone == q.SUSPECT, np.nan, one.usable)
    if checks.rate is not None:
        month.note(
            "rate",
            one.at,
            q.rate_of_change(one.usable, one.time, _units(checks.rate), per=declare.HOUR, least=declare.HOUR),
        )
    if checks.flat is not None:
        moving = np.where(
            month.columns["below"][one.at], np.nan, one.usable
        )  # a limit is always the same number
        if checks.still:
            moving = np.where(np.isin(moving, [_units(value) for value in checks.still]), np.nan, moving)
        count = declare.repeats(checks.flat, int(one.step))
        month.note("flat", one.at, q.flat_line(moving, count, whole=True))


def _gaps(present: NDArray[np.float64], longest: int) -> q.Flags:
    """``gap`` over the values that are there."""
    flags = np.full(present.shape, q.MISSING, np.int8)
    there = ~np.isnan(present)
    flags[there] = q.gap(present[there], longest)
    return flags


def _aligned(one: _Series, times: NDArray[np.int64]) -> NDArray[np.float64]:
    """The series' usable values at these times, NaN where there is none."""
    place = np.minimum(np.searchsorted(one.time, times), len(one.time) - 1)
    return np.where(one.time[place] == times, one.usable[place], np.nan)


def _wholes(month: _Month) -> None:
    """Parts against their whole, of one station, kind and time. Both are flagged: it is not known which one is wrong."""
    known = {one.key: one for one in month.series}
    for (station, prop, kind), whole in known.items():
        for rule in (rule for rule in WHOLES if rule.whole == prop and "." not in kind):
            parts = [known[key] for part in rule.parts if (key := (station, part, kind)) in known]
            if not parts:
                continue
            values = np.array([_aligned(part, whole.time) for part in parts])
            flags = q.parts_above_whole(values, whole.usable, _units(rule.slack), share=rule.share)
            bad = np.where(flags == q.SUSPECT, q.SUSPECT, q.NOT_EVALUATED).astype(np.int8)
            for one in (whole, *parts):
                place = np.minimum(np.searchsorted(whole.time, one.time), len(whole.time) - 1)
                same = whole.time[place] == one.time
                month.note("parts", one.at, np.where(same, bad[place], q.NOT_EVALUATED).astype(np.int8))


def _drifts(month: _Month, counties: Mapping[str, str]) -> None:
    """A station against the median of its county's others, hour by hour."""
    groups: dict[tuple[str, str], list[_Series]] = defaultdict(list)
    for one in month.series:
        station, prop, kind = one.key
        if kind == "hour" and declare.checks_of(prop).drift is not None and station in counties:
            groups[counties[station], prop].append(one)
    for (_, prop), group in groups.items():
        if len(group) < 3:  # with two nobody can say which one has left the other
            continue
        for one in group:
            others = np.array([_aligned(other, one.time) for other in group if other is not one])
            month.note(
                "drift",
                one.at,
                q.drift(one.usable, others, _WINDOW, _optional(declare.checks_of(prop).drift)),
            )


def _result(session: duckdb.DuckDBPyConnection, month: _Month) -> pa.Table:
    columns = month.columns
    nothing = np.isnan(columns["value"]) & (month.flag < q.SUSPECT)
    month.flag[nothing] = q.MISSING
    kept = columns["inside"] & ((month.flag >= q.SUSPECT) | columns["ruled"])
    places, index = np.unique(month.hits[kept], return_inverse=True)
    words = [",".join(name for n, name in enumerate(NAMES) if hits >> n & 1) for hits in places]
    chosen = pa.table({
        "id": columns["id"][kept], "micro": columns["micro"][kept], "found": month.flag[kept],
        "checks": pa.array(words, pa.string()).take(pa.array(index.reshape(-1))),
    })  # fmt: skip
    session.register("lent", chosen)
    found = session.execute("""
        SELECT station, property, kind, time, day, value, unit, qualifier, seen.flag < 2 AS used,
               CASE verdict WHEN 'valid' THEN 1 WHEN 'invalid' THEN 4 ELSE found END AS flag,
               checks, verdict, revision, synthetic, month
        FROM seen JOIN line USING (station, property, kind) JOIN lent ON lent.id = line.id AND micro = epoch_us(seen.time)
        ORDER BY station, seen.time DESC, property, kind""").to_arrow_table()
    session.unregister("lent")
    return found.select(SCHEMA.names).cast(SCHEMA)
