"""A month judged again in one go: values of each series as columns, limits compared column-wise, the automaton asked only where the verdict
changes or a count comes to its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jiuzhi.core.local import LOCAL
from jiuzhi.engine.observe import delta, lake

from .hysteresis import BAD, GOOD, HOLD, Conduct, Event, Memory, run
from .look import Look

Column = NDArray[Any]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def replay(
    look: Look, series: Mapping[tuple[str, str, str], Sequence[Any]], start: datetime, end: datetime
) -> dict[tuple[str, str], list[Event]]:
    """(rule, subject) → events over the usable values of [start, end). ``series``: what watches each."""
    found: dict[tuple[str, str], list[Event]] = {}
    for key, times, values, below in _columns(series, start, end):
        for one in series[key]:
            verdicts, levels = _verdicts(one, values, below)
            events = over(times, verdicts, levels, one.conduct)
            if events:
                found[one.rule.code, one.threshold.subject] = events
    return found


def _columns(series: Mapping[tuple[str, str, str], Any], start: datetime, end: datetime) -> Any:
    """(series, times [µs], values [millionths], non-detect) of each watched series that has values."""
    days = (start.astimezone(LOCAL).date(), end.astimezone(LOCAL).date())
    names = [sorted({k[n] for k in series}) for n in range(3)]
    with delta.connect() as session:
        sql, values = lake.select(session, names[0], names[1], *days, names[2])
        table = session.execute(
            f"""SELECT station, property, kind, epoch_us(time) AS at, (value * 1000000)::BIGINT AS value, qualifier = '<' AS below
            FROM ({sql}) WHERE flag < 2 AND value IS NOT NULL AND time >= ? AND time < ? ORDER BY station, property, kind, time""",
            [*values, start, end],
        ).to_arrow_table()  # fmt: skip
    keys = [table.column(n).combine_chunks().dictionary_encode() for n in ("station", "property", "kind")]
    codes = np.stack([k.indices.to_numpy() for k in keys]) if len(table) else np.empty((3, 0), dtype=np.int64)
    cuts = np.flatnonzero(np.any(codes[:, 1:] != codes[:, :-1], axis=0)) + 1
    times, numbers = (table.column(n).to_numpy() for n in ("at", "value"))
    below = table.column("below").to_numpy(zero_copy_only=False).astype(bool)
    for first, last in zip([0, *cuts], [*cuts, len(table)], strict=True):
        if first == last:
            continue
        key = tuple(k.dictionary[int(c[first])].as_py() for k, c in zip(keys, codes, strict=True))
        if key in series:
            yield key, times[first:last], numbers[first:last], below[first:last]


def _verdicts(one: Any, values: Column, below: Column) -> tuple[Column, Column]:
    """`Watched.verdict` of a whole column."""
    t, sign = one.threshold, -1 if one.threshold.below else 1
    verdicts = np.where(sign * (values - one.release) > 0, HOLD, GOOD)
    levels = np.zeros(len(values), dtype=np.int64)
    for limit, level in one.limits:
        beyond = (sign * (values - limit) > 0) | (t.equal & (values == limit))
        verdicts = np.where(beyond, BAD, verdicts)
        levels = np.where(beyond, np.maximum(levels, level), levels)
    if not t.below:
        verdicts, levels = np.where(below, GOOD, verdicts), np.where(below, 0, levels)
    return verdicts, levels


def over(times: Column, verdicts: Column, levels: Column, conduct: Conduct) -> list[Event]:
    """The events of a series of evaluations, as `hysteresis.run` gives them one by one. ``times`` [µs since 1970], rising."""
    if not (verdicts == BAD).any():
        return []
    keep = _telling(times, verdicts, levels, conduct)
    moments = [_EPOCH + timedelta(microseconds=int(t)) for t in times[keep]]
    _memory, events = run(Memory(), moments, verdicts[keep].tolist(), levels[keep].tolist(), conduct)
    return [e._replace(nth=int(keep[e.nth])) for e in events]


def _telling(times: Column, verdicts: Column, levels: Column, conduct: Conduct) -> Column:
    """Indices of the evaluations that can change anything: in a row of equal ones the first ``fire`` or ``clear``, and with gaps the last
    before a change, from which a silence is measured."""
    change = np.empty(len(verdicts), dtype=bool)
    change[0] = True
    change[1:] = (verdicts[1:] != verdicts[:-1]) | (levels[1:] != levels[:-1])
    if conduct.gap is not None:
        change[1:] |= np.diff(times) > conduct.gap / timedelta(microseconds=1)
    starts = np.flatnonzero(change)
    lengths = np.diff([*starts, len(verdicts)])
    most = max(conduct.fire, conduct.clear)
    kept = [start + np.arange(min(length, most)) for start, length in zip(starts, lengths, strict=True)]
    ends = starts + lengths - 1
    return np.unique(np.concatenate([*kept, ends]))
