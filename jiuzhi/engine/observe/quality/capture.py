"""Data capture: how much of what was due arrived (传输率), how much of that could be used (有效率), and both (有效传输率).

transmission = received / expected; validity = valid / received; effective = transmission × validity = valid / expected. Expected:
the values a day has at the interval of the kind. Received: values that came. Valid: those with a flag below 2 within the possible
range, the same ones the assessment counts.

The formula is the usual one for automatic monitoring; the texts that lay it down for waste water (HJ 355-2019, HJ 356-2019) and flue
gas (HJ 75-2017) were not at hand: shown as unverified.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from .. import delta, lake
from ..properties import EVERY
from .declare import DAY, DERIVED, STEPS

MAIN = ("hour", "4h", "day", "minute", "instant")
"""Of what a station sends of one property, the first of these kinds is counted: hourly values where there are any."""
VERIFICATION = "M"
Key = tuple[str, str, str]
_computed = property  # a field of Capture is named property


class Capture(NamedTuple):
    """Counts of one station, property and kind; ``day`` is None for a whole month, ``property`` "" for several of them."""

    station: str
    property: str
    kind: str
    day: date | None
    expected: int
    received: int
    valid: int

    @_computed
    def transmission(self) -> Fraction | None:
        """传输率 [1]; None when nothing was due."""
        return Fraction(self.received, self.expected) if self.expected else None

    @_computed
    def validity(self) -> Fraction | None:
        """有效率 [1]; None when nothing came."""
        return Fraction(self.valid, self.received) if self.received else None

    @_computed
    def effective(self) -> Fraction | None:
        """有效传输率 [1] = 传输率 × 有效率; None when nothing was due."""
        return Fraction(self.valid, self.expected) if self.expected else None


def capture(
    stations: Collection[str],
    month: str,
    as_of: date,
    *,
    properties: Collection[str] | None = None,
    steps: Mapping[Key, int] | None = None,
) -> list[Capture]:
    """A row per station, property and local day of ``month`` ("2026-10") up to ``as_of``, also for days on which nothing came.

    properties: only these (those of one device, say); steps: (station, property, kind) → seconds between two values, where the
    interval is known better than its values tell. What came in the month before is due from the first day on, anything else from the day on which it first came. Values taken by hand are not counted: nobody can say when they were due.
    """
    first = date.fromisoformat(f"{month}-01")
    before = f"{first - timedelta(days=1):%Y-%m}"
    with delta.connect() as session:
        lake.open_months(session, {before, month})
        delta.lend_bounds(session, list(EVERY))
        asked = [list(stations), None if properties is None else list(properties), list(MAIN)]
        found = session.execute(
            f"""
            SELECT station, property, kind, CASE WHEN month = '{month}' THEN day END AS at, count(value),
                   count(value) FILTER (flag < 2 AND value BETWEEN low AND high), median(step)
            FROM (SELECT *, epoch(time) - lag(epoch(time)) OVER (PARTITION BY station, property, kind ORDER BY time) AS step
                  FROM current JOIN bounds USING (property)
                  WHERE list_contains($1, station) AND ($2 IS NULL OR list_contains($2, property)) AND list_contains($3, kind))
            GROUP BY ALL""",
            asked,
        ).fetchall()
    counts: dict[Key, dict[date | None, tuple[int, int, float | None]]] = {}
    for station, prop, kind, day, received, valid, step in found:
        if prop not in DERIVED:
            counts.setdefault((station, prop, kind), {})[day] = (received, valid, step)
    days = [first + timedelta(days=n) for n in range(31)]
    days = [day for day in days if f"{day:%Y-%m}" == month and day <= as_of]
    return [
        row
        for key in _main(counts)
        for row in _days(key, counts[key], days, (steps or {}).get(key) or _step(key, counts[key]))
    ]


def observed(month: str, stations: Collection[str]) -> dict[str, bool]:
    """Properties of which these stations have values in a month, also those taken by hand → whether some of them are simulated."""
    with delta.connect() as session:
        lake.open_months(session, {month})
        found = session.execute(
            "SELECT property, bool_or(synthetic) FROM current WHERE list_contains(?, station) GROUP BY property ORDER BY 1",
            [list(stations)],
        )
        return dict(found.fetchall())


def _main(counts: Iterable[Key]) -> list[Key]:
    """The first kind of each station and property, in order."""
    best: dict[tuple[str, str], str] = {}
    for station, prop, kind in counts:
        now = best.get((station, prop))
        if now is None or MAIN.index(kind) < MAIN.index(now):
            best[station, prop] = kind
    return sorted((station, prop, kind) for (station, prop), kind in best.items())


def _step(key: Key, days: Mapping[date | None, tuple[int, int, float | None]]) -> int:
    """Seconds between two values: of the kind, else the usual distance on most days."""
    fixed = STEPS[key[2]]
    if fixed is not None:
        return fixed
    seen = sorted(step for _, _, step in days.values() if step)
    return max(1, round(seen[len(seen) // 2])) if seen else DAY


def _days(
    key: Key, counts: Mapping[date | None, tuple[int, int, float | None]], days: list[date], step: int
) -> list[Capture]:
    expected = max(1, DAY // step)
    came = [day for day in counts if day is not None]
    begun = None if None in counts else min(came)  # the month before stands under None
    rows = []
    for day in days:
        if begun is not None and day < begun:
            continue
        received, valid, _ = counts.get(day, (0, 0, None))
        rows.append(Capture(*key, day, expected, min(received, expected), min(valid, expected)))
    return rows


def totals(
    rows: Iterable[Capture], by: Collection[str] = ("station",), *, evenly: bool = False
) -> list[Capture]:
    """Summed up by some of ``station property kind day``; what is summed over is "" or None.

    evenly: each value weighs as many seconds as it stands for, so that a value a minute does not outweigh a value an hour.
    """
    sums: dict[Capture, list[int]] = {}
    for row in rows:
        key = Capture(
            row.station if "station" in by else "", row.property if "property" in by else "",
            row.kind if "kind" in by else "", row.day if "day" in by else None, 0, 0, 0,
        )  # fmt: skip
        total = sums.setdefault(key, [0, 0, 0])
        weight = max(1, DAY // row.expected) if evenly and row.expected else 1
        for n, more in enumerate((row.expected, row.received, row.valid)):
            total[n] += more * weight
    return [key._replace(expected=a, received=b, valid=c) for key, (a, b, c) in sums.items()]


def of_device(
    station: str, properties: Collection[str], month: str, as_of: date, interval: int | None = None
) -> list[Capture]:
    """The month of one device: what it measures at its station, all together first, then each property; empty when nothing was due.

    interval: seconds between two of its values, which counts for kinds without a step of their own."""
    steps = {
        (station, prop, kind): interval
        for prop in properties
        for kind in MAIN
        if interval is not None and STEPS[kind] is None
    }
    due = capture([station], month, as_of, properties=properties, steps=steps)
    return [*totals(due), *totals(due, ("station", "property"))]
