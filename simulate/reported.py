"""Values that units might have reported for commitments no measurement answers: a demonstration, never the county's own.

Every commitment draws one behaviour (kept, on the way, late, badly late, silent) from its code, so that all five states
can be seen; about a quarter stays silent, as in life.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

from .noise import generator

NOTE = "模拟数据，仅供演示，非本县实际填报"
FIRST_YEAR, BEFORE = 2021, 2025  # history from … to the year before the plans begin
_BEHAVIOURS = ("kept", "on_way", "late", "badly_late", "silent")
_SHARES = (0.16, 0.40, 0.11, 0.09, 0.24)


@dataclass(frozen=True)
class Promise:
    """What the simulation needs to know of a target: its kind (reach, hold, cumulative, growth) and direction as judged."""

    code: str
    value: Decimal
    year: int
    kind: str = "reach"
    better: str = "up"
    unit: str = ""
    baseline: Decimal | None = None


@dataclass(frozen=True)
class ReportedRow:
    """One value as a unit would report it."""

    commitment: str
    period: str
    value: Decimal
    note: str
    pending: bool = False  # still waiting for approval


def reported_rows(county: str, promises: Iterable[Promise], as_of: date) -> list[ReportedRow]:
    """Reported annual values of a share of the promises up to ``as_of``, oldest first within each promise."""
    return [row for promise in promises for row in _rows(county, promise, as_of)]


def reported_values(plan: Any, as_of: date) -> list[Any]:
    """Unsaved ``ReportedValue`` records, all synthetic, for the targets of a loaded plan that no indicator computes.

    Most are approved, some of the newest still wait for approval. ``reported_at`` follows from ``as_of``.
    """
    from jiuzhi.engine.indicators.models import ReportedValue  # records are needed only here

    targets = plan.commitments.filter(
        kind="target", indicator="", year__gte=plan.period_start
    ).select_related("baseline")
    by_code = {c.code: c for c in targets}
    promises = [p for p in (_promise(c) for c in targets) if p is not None]
    rows = reported_rows(plan.county.code, promises, as_of)
    found = []
    for row in rows:
        at = _reported_at(row.period, as_of)
        status = ReportedValue.Status.SUBMITTED if row.pending else ReportedValue.Status.APPROVED
        found.append(
            ReportedValue(
                commitment=by_code[row.commitment],
                period=row.period,
                value=row.value,
                note=row.note,
                status=status,
                reported_at=at,
                decided_at=None if row.pending else at + timedelta(hours=2),
                decision_note="" if row.pending else "模拟审核",
                synthetic=True,
            )
        )
    return found


def write_reported(rows: Iterable[ReportedRow], path: Path) -> None:
    """Write rows as CSV (commitment, period, value, note) that opens cleanly in Excel."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["commitment", "period", "value", "note"])
        writer.writerows([r.commitment, r.period, f"{r.value:f}", r.note] for r in rows)


def _promise(commitment: Any) -> Promise | None:
    """The target as the product itself reads it; None where it has no number to report against."""
    from jiuzhi.engine.plan.bindings import read

    base = commitment.baseline
    reading = read(commitment, base)
    if reading.target is None or reading.kind not in _VALUE_OF:
        return None
    return Promise(
        commitment.code, reading.target, commitment.year, reading.kind, reading.better, commitment.unit, base.value if base else None
    )  # fmt: skip


def _reported_at(period: str, as_of: date) -> datetime:
    year = int(period[:4])
    day = date(year + 1, 1, 20)
    day = min(day, as_of)
    return datetime(day.year, day.month, day.day, 2, tzinfo=UTC)  # ten in the morning, Beijing time


def _rows(county: str, promise: Promise, as_of: date) -> list[ReportedRow]:
    rng = generator(county, promise.code, "reported")
    behaviour = str(rng.choice(_BEHAVIOURS, p=_SHARES))
    history, pending, jitter = bool(rng.random() < 0.6), bool(rng.random() < 0.1), float(rng.random())
    noise = rng.normal(0, 1, 20)  # one per year from FIRST_YEAR on, whatever the day of the report
    if behaviour == "silent":
        return []
    # Without a stated baseline only a history can show a pace.
    history = (history or promise.baseline is None) and promise.kind != "cumulative"
    found = []
    for year in range(FIRST_YEAR if history else BEFORE + 1, min(as_of.year, promise.year) + 1):
        running = year == as_of.year and as_of < date(year, 12, 31)
        if running and as_of.month < 3:
            break
        now = year + (
            as_of.timetuple().tm_yday / 365.25 if running else 1.0
        )  # the end of 2026 stands at 2027.0
        value = _VALUE_OF[promise.kind](promise, behaviour, now, jitter, float(noise[year - FIRST_YEAR]))
        note = f"至{as_of.year}年{as_of.month}月" if running else ""
        found.append(_row(promise, str(year), value, behaviour, note, pending and year == as_of.year))
    return found


def _reach(promise: Promise, behaviour: str, now: float, jitter: float, noise: float) -> float:
    """Along the straight path from baseline (or 2021) to the target, ahead of it or behind."""
    goal, known = float(promise.value), promise.baseline is not None
    sign = 1 if promise.better == "up" else -1
    start = (
        float(promise.baseline)
        if promise.baseline is not None
        else goal - sign * max(abs(goal) * (0.08 + 0.12 * jitter), 1.0)
    )
    since = BEFORE + 1 if known else FIRST_YEAR + 1
    share = (now - since) / (promise.year + 1 - since)
    if now <= since:  # what led up to the baseline
        return start + (goal - start) * share * (1 + 0.05 * noise)
    if now <= BEFORE + 1:
        return start + (goal - start) * share * (1.02 + 0.02 * noise)
    plan_share = (now - BEFORE - 1) / (promise.year - BEFORE)
    there = (BEFORE + 1 - since) / (promise.year + 1 - since)  # where 2025 stood
    done = {
        "kept": 1.0 + 0.02 * jitter,
        "on_way": there + (1 - there) * plan_share * (1.12 + 0.25 * jitter),
        "late": there + (1 - there) * plan_share * (0.45 + 0.3 * jitter),
        "badly_late": there - 0.08 - 0.1 * jitter,  # gone backwards
    }[behaviour]
    return start + (goal - start) * done


def _hold(promise: Promise, behaviour: str, now: float, jitter: float, noise: float) -> float:
    """Inside the limit by a margin, unless late."""
    goal = float(promise.value)
    sign = 1 if promise.better == "up" else -1
    spare = abs(float(promise.baseline) - goal) if promise.baseline is not None else abs(goal) * 0.03 * jitter
    inside = goal + sign * max(spare * (1 + 0.15 * noise), 0.0)
    if behaviour in {"kept", "on_way"} or now <= BEFORE + 1:
        return inside
    beyond = 0.02 + 0.03 * jitter if behaviour == "late" else 0.12 + 0.1 * jitter
    return goal - sign * abs(goal) * beyond


def _cumulative(promise: Promise, behaviour: str, now: float, jitter: float, noise: float) -> float:
    """Counted from zero at the start of the plan."""
    share = (now - BEFORE - 1) / (promise.year - BEFORE)
    pace = {
        "kept": 1 / share,
        "on_way": 1.08 + 0.3 * jitter,
        "late": 0.4 + 0.2 * jitter,
        "badly_late": 0.1 * jitter,
    }
    return float(promise.value) * min(share * pace[behaviour], 1.02)


def _growth(promise: Promise, behaviour: str, now: float, jitter: float, noise: float) -> float:
    """A yearly rate [%]."""
    pace = {"kept": 1.1, "on_way": 1.03, "late": 0.85, "badly_late": 0.35}[behaviour]
    if now <= BEFORE + 1 and promise.baseline is not None:
        return float(promise.baseline) * (1 + 0.1 * noise)
    return float(promise.value) * (pace + 0.04 * jitter)


_VALUE_OF = {"reach": _reach, "hold": _hold, "cumulative": _cumulative, "growth": _growth}


def _row(
    promise: Promise, period: str, value: float, behaviour: str, note: str, pending: bool
) -> ReportedRow:
    """Printed to the decimals of the target or its baseline, with one at least for shares; a count on its way is never rounded behind its path."""
    percent = promise.unit in {"%", "％"}
    stated = [
        -int(v.normalize().as_tuple().exponent) for v in (promise.value, promise.baseline) if v is not None
    ]
    digits = max(*stated, 1 if percent or promise.unit == "亿元" else 0)
    bounded = min(max(value, 0.0), 100.0) if percent else max(value, 0.0)
    rounding = ROUND_CEILING if behaviour == "on_way" and promise.kind == "cumulative" else ROUND_HALF_EVEN
    printed = Decimal(str(round(bounded, 6))).quantize(Decimal(1).scaleb(-digits), rounding)
    return ReportedRow(promise.code, period, printed, f"{NOTE}{'；' + note if note else ''}", pending)
