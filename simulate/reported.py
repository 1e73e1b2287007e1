"""Values that units might have reported for commitments no measurement answers: a demonstration, never the county's own.

Every commitment draws one behaviour (kept, on the way, late, badly late, silent) from its code, so that all five states
can be seen; about a quarter stays silent, as in life.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from .noise import generator

NOTE = "模拟数据，仅供演示，非本县实际填报"
FIRST_YEAR = 2021
_BEHAVIOURS = ("kept", "on_way", "late", "badly_late", "silent")
_SHARES = (0.17, 0.33, 0.14, 0.10, 0.26)
_DOWN = {"<", "<=", "decrease"}


@dataclass(frozen=True)
class Promise:
    """What the simulation needs to know of a target. ``baseline`` may be unknown."""

    code: str
    comparator: str
    value: Decimal
    year: int
    unit: str = ""
    progress: str = ""
    baseline: Decimal | None = None
    baseline_year: int | None = None


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

    targets = plan.commitments.filter(kind="target", indicator="", value__isnull=False).select_related(
        "baseline"
    )
    by_code = {c.code: c for c in targets}
    rows = reported_rows(plan.county.code, [_promise(c) for c in targets], as_of)
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


def _promise(commitment: Any) -> Promise:
    base = commitment.baseline
    return Promise(
        code=commitment.code,
        comparator=commitment.comparator,
        value=commitment.value,
        year=commitment.year or commitment.plan.period_end,
        unit=commitment.unit,
        progress=commitment.progress,
        baseline=base.value if base else None,
        baseline_year=base.year if base else None,
    )


def _reported_at(period: str, as_of: date) -> datetime:
    year = int(period[:4])
    day = date(year + 1, 1, 20)
    day = min(day, as_of)
    return datetime(day.year, day.month, day.day, 2, tzinfo=UTC)  # ten in the morning, Beijing time


def _rows(county: str, promise: Promise, as_of: date) -> list[ReportedRow]:
    rng = generator(county, promise.code, "reported")
    behaviour = str(rng.choice(_BEHAVIOURS, p=_SHARES))
    has_history, pending = bool(rng.random() < 0.6), bool(rng.random() < 0.12)
    if behaviour == "silent":
        return []
    start = _start(promise, rng)
    found = []
    if has_history and not _cumulative(promise):
        # The years before the plan lead up to its baseline.
        for year in range(FIRST_YEAR, 2026):
            left = (2025 - year) / 5 * (1 + 0.25 * rng.normal())
            found.append(
                _row(promise, str(year), _between(promise, start, -0.55 * left if year < 2025 else 0.0))
            )
    for year in range(2026, min(as_of.year, promise.year) + 1):
        last = year == as_of.year
        if last and as_of.month < 3:
            break
        elapsed = (year - 2025) / max(promise.year - 2025, 1)
        value = _judged(promise, start, behaviour, elapsed, rng)
        note = f"至{as_of.year}年{as_of.month}月" if last and as_of < date(year, 12, 31) else ""
        found.append(_row(promise, str(year), value, note, pending and last))
    return found


def _cumulative(promise: Promise) -> bool:
    return promise.progress == "cumulative" or promise.comparator == "累计"


def _start(promise: Promise, rng: Any) -> Decimal:
    """Where 2025 stood: the plan's baseline, else a plausible distance before the target."""
    if promise.baseline is not None:
        return promise.baseline
    if _cumulative(promise):
        return Decimal(0)
    share = Decimal(str(round(0.04 + 0.1 * rng.random(), 3)))
    return promise.value * (1 + share if promise.comparator in _DOWN else 1 - share)


def _kept_already(promise: Promise, start: Decimal) -> bool:
    """The 2025 value already satisfies the target: a promise to hold, not to reach."""
    if _cumulative(promise) or promise.progress == "growth":
        return False
    return start <= promise.value if promise.comparator in _DOWN else start >= promise.value


def _between(promise: Promise, start: Decimal, share: float) -> Decimal:
    if _kept_already(promise, start):
        return start * (1 + Decimal(str(round(0.05 * share, 4))))
    return start + (promise.value - start) * Decimal(str(round(share, 4)))


def _judged(promise: Promise, start: Decimal, behaviour: str, elapsed: float, rng: Any) -> Decimal:
    """The value of a year of the plan under the behaviour drawn. ``elapsed``: share of the way that should be done."""
    jitter = float(rng.random())
    if _kept_already(promise, start) or promise.progress == "growth":
        drop = {
            "kept": -0.01,
            "on_way": 0.0,
            "late": 0.03 + 0.02 * jitter,
            "badly_late": 0.16 + 0.1 * jitter,
        }[behaviour]
        sign = 1 if promise.comparator in _DOWN else -1
        basis = start if behaviour in {"kept", "on_way"} and promise.progress != "growth" else promise.value
        return basis * (1 + Decimal(str(round(sign * drop, 4))))
    done = {
        "kept": 1.0 + 0.02 * jitter,
        "on_way": elapsed * (1.0 + 0.3 * jitter),
        "late": elapsed * (0.62 + 0.1 * jitter),
        "badly_late": -0.1 - 0.2 * jitter,  # gone backwards: more than a year of planned progress missing
    }[behaviour]
    return _between(promise, start, done)


def _row(promise: Promise, period: str, value: Decimal, note: str = "", pending: bool = False) -> ReportedRow:
    digits = max(
        -int(promise.value.normalize().as_tuple().exponent), 1 if promise.unit in {"%", "％", "亿元"} else 0
    )
    value = max(value, Decimal(0))
    if promise.unit in {"%", "％"}:
        value = min(value, Decimal(100))
    printed = value.quantize(Decimal(1).scaleb(-digits))
    return ReportedRow(promise.code, period, printed, f"{NOTE}{'；' + note if note else ''}", pending)
