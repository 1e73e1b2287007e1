"""Compute the declared indicators of a county up to a day and keep the values as records, with their explanation."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from decimal import ROUND_05UP, Decimal
from fractions import Fraction
from typing import Any, Protocol

import pyarrow as pa
from django.utils import timezone

from jiuzhi.core import records, registers
from jiuzhi.core.models import Org
from jiuzhi.core.records import Actor
from jiuzhi.master.models import Station
from jiuzhi.science.statistics.attainment import project

from .models import ComputedValue
from .registry import INDICATORS, Indicator, Inputs, Point, Result, Row

_STORED = Decimal("0.000001")


class Source(Protocol):
    """Where assessed rows come from; `jiuzhi.engine.observe.assessed` is one, a test may bring its own."""

    def read(self, table: str, **equals: Any) -> pa.Table: ...


def evaluate(
    county: Org,
    as_of: date,
    *,
    actor: Actor,
    source: Source | None = None,
    only: Iterable[str] | None = None,
    back: bool = False,
) -> int:
    """Compute every declared indicator (or ``only`` some) of ``county`` for all periods with data up to ``as_of``, and keep them.

    Idempotent: values that come out the same are left as they are. Looking back changes nothing: when the stored values rest on later
    days, they stay (``back=True`` takes them back to ``as_of`` on purpose). Returns how many were written or removed.
    """
    codes = [c for c in INDICATORS if only is None or c in only]
    if not back and later_than(county, as_of, codes):
        return 0
    return _keep(county, codes, compute(county, as_of, source=source, only=codes), as_of, actor)


def later_than(county: Org, as_of: date, codes: Iterable[str]) -> bool:
    """Whether the stored values of a county rest on days after ``as_of``."""
    return ComputedValue.objects.filter(county=county, indicator__in=codes, data_to__gt=as_of).exists()


def compute(
    county: Org, as_of: date, *, source: Source | None = None, only: Iterable[str] | None = None
) -> dict[tuple[str, str], ComputedValue]:
    """What `evaluate` would keep, unsaved, by (indicator, period)."""
    reader = source or _assessed()
    points = [_point(s) for s in Station.objects.filter(county=county)]
    cache: dict[tuple[str, str], list[Row]] = {}
    fresh: dict[tuple[str, str], ComputedValue] = {}
    for code in [c for c in INDICATORS if only is None or c in only]:
        declared = INDICATORS[code]
        if declared.register:
            value = _standing(declared, county, as_of)
            fresh[code, value.period] = value
            continue
        mine = [p for p in points if p.kind in declared.kinds]
        places = [p.code for p in mine] if declared.kinds else [county.code]
        rows = [r for place in places for r in _rows(reader, declared.table, place, as_of, cache)]
        for value in _values(declared, county, sorted(rows, key=_day), mine, as_of):
            fresh[code, value.period] = value
    return fresh


def _assessed() -> Source:
    from jiuzhi.engine.observe import assessed  # read at call time: tests evaluate without a lake

    return assessed


def _point(station: Station) -> Point:
    return Point(
        station.code, station.name, station.kind, station.level, station.water_body, station.target_class,
        station.evaluated, station.synthetic,
    )  # fmt: skip


def _rows(
    source: Source, table: str, place: str, as_of: date, cache: dict[tuple[str, str], list[Row]]
) -> list[Row]:
    if (table, place) not in cache:
        cache[table, place] = source.read(table, station=place).to_pylist()
    return [r for r in cache[table, place] if _day(r) <= as_of]


def _day(row: Row) -> date:
    """The first day a row stands for."""
    if "day" in row:
        found = row["day"]
        return found if isinstance(found, date) else date.fromisoformat(str(found))
    return date.fromisoformat(f"{row['month']}-01")


def _last(row: Row, as_of: date) -> date:
    first = _day(row)
    if "day" in row:
        return first
    return min(first.replace(day=monthrange(first.year, first.month)[1]), as_of)


def _values(
    declared: Indicator, county: Org, rows: list[Row], points: list[Point], as_of: date
) -> Iterable[ComputedValue]:
    by_year: dict[int, list[Row]] = {}
    for row in rows:
        by_year.setdefault(_day(row).year, []).append(row)
    for year, part in sorted(by_year.items()):
        start, stop = date(year, 1, 1), date(year, 12, 31)
        inputs = _inputs(county, str(year), start, stop, part, points, as_of)
        result = declared.function(inputs)
        extra = {} if inputs.over else _beside_last_year(declared, county, inputs, by_year, points)
        yield _record(declared, county, inputs, result, extra)
        if declared.months:
            for month in sorted({_day(r).month for r in part}):
                days = date(year, month, 1), date(year, month, monthrange(year, month)[1])
                inner = _inputs(
                    county,
                    f"{year}-{month:02d}",
                    *days,
                    [r for r in part if _day(r).month == month],
                    points,
                    as_of,
                )
                yield _record(declared, county, inner, declared.function(inner), {})


def _standing(declared: Indicator, county: Org, as_of: date) -> ComputedValue:
    """The indicator of a register as its records stand: the value of this year, to date."""
    year, rows = as_of.year, register_rows(declared.register, county)
    inputs = Inputs(county.code, str(year), date(year, 1, 1), as_of, False, rows)
    return _record(declared, county, inputs, declared.function(inputs), {})


def register_rows(code: str, county: Org) -> list[Row]:
    """The records of a register in one county as rows. Errors: ``KeyError`` for a register nobody declared."""
    register = registers.get(code)
    links = [c.name for c in register.fields.values() if c.kind == "ref"]
    found = register.model._default_manager.filter(county=county).select_related(*register.links())
    return [
        {
            name: str(held) if name in links and (held := getattr(record, name)) else getattr(record, name)
            for name in register.fields
        }
        for record in found
    ]


def _inputs(
    county: Org, period: str, start: date, stop: date, rows: list[Row], points: list[Point], as_of: date
) -> Inputs:
    over = stop <= as_of
    end = stop if over else max(_last(r, as_of) for r in rows)
    return Inputs(county.code, period, start, end, over, rows, points)


def _beside_last_year(
    declared: Indicator, county: Org, now: Inputs, by_year: dict[int, list[Row]], points: list[Point]
) -> dict[str, str]:
    """The same part of last year and the whole of it, so that a year that is not over is not read as a whole one."""
    year = now.start.year - 1
    before = by_year.get(year)
    if not before:
        return {}
    end = date(year, now.end.month, min(now.end.day, monthrange(year, now.end.month)[1]))
    same = Inputs(
        county.code, str(year), date(year, 1, 1), end, False, [r for r in before if _day(r) <= end], points
    )
    whole = Inputs(county.code, str(year), date(year, 1, 1), date(year, 12, 31), True, before, points)
    part, full, current = (
        declared.function(same).value,
        declared.function(whole).value,
        declared.function(now).value,
    )
    found = {"same_last_year": part, "whole_last_year": full}
    if current is not None:
        gone = (
            Fraction(1)
            if declared.accumulates
            else Fraction(*(d.timetuple().tm_yday for d in (now.end, date(now.end.year, 12, 31))))
        )
        found["projected"] = _bounded(declared, project(current, full, part, gone))
    return {k: str(v) for k, v in found.items() if v is not None}


def _bounded(declared: Indicator, value: Decimal | None) -> Decimal | None:
    if value is None:
        return None
    low, high = declared.bounds
    value = max(value, Decimal(str(low))) if low is not None else value
    return min(value, Decimal(str(high))) if high is not None else value


def _record(
    declared: Indicator, county: Org, inputs: Inputs, result: Result, extra: dict[str, str]
) -> ComputedValue:
    links: list[dict[str, Any]] = (
        [{"register": declared.register}]
        if declared.register
        else [
            {
                "table": declared.table,
                "equals": {"station": place},
                "start": inputs.start.isoformat(),
                "end": inputs.end.isoformat(),
            }
            for place in (
                [p.code for p in inputs.points if inputs.of(p.code)] if declared.kinds else [county.code]
            )
        ]
    )
    explain = {
        "inputs": [list(pair) for pair in result.inputs], "notes": result.notes,
        "parts": [asdict(p) for p in result.parts],
        "others": [asdict(o) | {"value": None if o.value is None else str(o.value)} for o in result.others],
        "rows": links, **extra,
    }  # fmt: skip
    # Digits beyond the sixth place are cut so that a value past a limit stays past it (never rounded onto it).
    value = None if result.value is None else result.value.quantize(_STORED, ROUND_05UP)
    return ComputedValue(
        county=county, indicator=declared.code, period=inputs.period, value=value, unit=declared.unit,
        data_to=inputs.end, complete=inputs.over and result.sufficient and value is not None,
        edition=result.edition[:200], why=result.why[:400], explain=explain,
        synthetic=any(bool(r.get("synthetic")) for r in inputs.rows), computed_at=timezone.now(),
    )  # fmt: skip


_COMPARED = ("value", "unit", "data_to", "complete", "edition", "why", "explain", "synthetic")


def _keep(
    county: Org, codes: list[str], fresh: dict[tuple[str, str], ComputedValue], as_of: date, actor: Actor
) -> int:
    """Bring the stored values to ``fresh``; one audit row when anything changed."""
    stored = {
        (v.indicator, v.period): v for v in ComputedValue.objects.filter(county=county, indicator__in=codes)
    }
    # What a register came to in an earlier year cannot be computed again: its records have moved on.
    stored = {k: v for k, v in stored.items() if not INDICATORS[k[0]].register or k[1] == str(as_of.year)}
    same = {
        k
        for k, v in fresh.items()
        if k in stored and all(getattr(stored[k], f) == getattr(v, f) for f in _COMPARED)
    }
    gone = [v.pk for k, v in stored.items() if k not in same]
    new = [v for k, v in fresh.items() if k not in same]
    if not gone and not new:
        return 0
    with records.change_set(actor, ComputedValue, county.code, f"计算指标（截至 {as_of}）") as facts:
        records.bulk_delete(ComputedValue.objects.filter(pk__in=gone))
        facts["written"] = records.bulk_create(new)
        facts["replaced_or_removed"] = len(gone)
        facts["changed"] = sorted({v.indicator for v in new})
    return len(new) + len([k for k in stored if k not in fresh])
