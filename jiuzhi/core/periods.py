"""Reporting periods: what is due when, what is locked, who may still write, who came late."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from . import local
from .models import LateReport, Org, PeriodUnlock, Record, ReportingPeriod

MONTH = (r"20\d\d-(0[1-9]|1[0-2])", "月份写作 2026-10")  # a month as text fields of registers hold it


def month_before(month: str) -> str:
    """ "2025-12" for "2026-01"; "" for what is no month."""
    if not re.fullmatch(MONTH[0], month, re.ASCII):
        return ""
    year, number = int(month[:4]), int(month[5:])
    return f"{year}-{number - 1:02d}" if number > 1 else f"{year - 1}-12"


def has_begun(period: str) -> bool:
    """Whether ``period`` ("2026", "2026-Q3", "2026-10") began before the local day; what is no period is not judged here."""
    found = re.fullmatch(r"(20\d\d)(?:-Q([1-4])|-(0[1-9]|1[0-2]))?", period, re.ASCII)
    if found is None:
        return True
    year, quarter, month = (int(g or 0) for g in found.groups())
    return (year, 3 * quarter - 2 if quarter else month or 1) <= (local.today().year, local.today().month)


def period_of(register: Any, record: Record) -> str:
    """The reporting period a record belongs to: its own text, or the month of its day; "" when the register has none."""
    if not register.period:
        return ""
    held = getattr(record, register.period)
    return held.strftime("%Y-%m") if isinstance(held, date) else str(held or "")


def _found(register: Any, record: Record, known: dict[Any, Any] | None = None) -> list[ReportingPeriod]:
    """The period of a record, and the quarter and the year around it, where they are declared. ``known``: found before."""
    period = period_of(register, record)
    if not period:
        return []
    held = {} if known is None else known
    if (record.county_id, period) not in held:
        names = {period, period[:4], _quarter(period)}
        declared = ReportingPeriod.objects.filter(county=record.county_id, register=register.code)
        held[record.county_id, period] = list(declared.filter(period__in=names))
    found: list[ReportingPeriod] = held[record.county_id, period]
    return found


def _quarter(month: str) -> str:
    """ "2026-Q3" for "2026-08"; "" for what is no month."""
    if not re.fullmatch(MONTH[0], month, re.ASCII):
        return ""
    return f"{month[:4]}-Q{(int(month[5:]) + 2) // 3}"


def covers(period: str, own: str) -> bool:
    """Whether ``own`` ("2026-08") is ``period`` or lies within it ("2026-Q3", "2026")."""
    return bool(own) and period in (own, own[:4], _quarter(own))


def check_open(register: Any, record: Record) -> None:
    """Errors: ``ValidationError`` when the record's period is locked and not opened for its unit."""
    for period in _found(register, record):
        if period.locked_at is None:
            continue
        opened = PeriodUnlock.objects.filter(period=period, until__gte=local.today()).select_related("org")
        if not any(record.org.path.startswith(u.org.path) for u in opened):
            raise ValidationError(
                f"{register.title} {period.period} 已锁定，不能再改：确需更正，请规划专员按例外解锁并写明原因。"
            )


def trace(register: Any, record: Record, on: date, known: dict[Any, Any]) -> list[LateReport]:
    """What a record reported on ``on`` leaves when its period was already due; not stored here. ``known``: periods found before."""
    return [
        LateReport(
            period=p, org=record.org, key=register.label(record), reported_on=on, days=(on - p.due_on).days
        )
        for p in _found(register, record, known)
        if on > p.due_on
    ]


def open_period(county: Org, register: str, period: str, due_on: date, actor: Any) -> ReportingPeriod:
    """Declare a reporting period. Errors: ``ValidationError`` for text that is no period, or one declared before."""
    from . import records

    if not re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2]|Q[1-4]))?", period, re.ASCII):
        raise ValidationError(f"时期“{period}”读不懂：请写成 2026、2026-Q3 或 2026-10。")
    found = ReportingPeriod(county=county, register=register, period=period, due_on=due_on)
    records.save(found, actor, "设立报送时期")
    return found


def lock(periods: Iterable[ReportingPeriod], actor: Any, why: str = "到期锁定") -> int:
    """Lock periods; returns how many were open."""
    from . import records

    done = 0
    for period in periods:
        if period.locked_at is None:
            period.locked_at, period.locked_by = timezone.now(), actor.user
            done += records.save(period, actor, why)
    return done


def unlock(period: ReportingPeriod, org: Org, until: date, reason: str, actor: Any) -> PeriodUnlock:
    """Open a locked period for one unit. Errors: ``ValidationError`` without a reason or with a day that has passed."""
    from . import records

    if not reason.strip():
        raise ValidationError("解锁需要写明原因。")
    if until < local.today():
        raise ValidationError(f"开放至 {until} 已经过去：请填今天或以后的日期。")
    opened = PeriodUnlock(period=period, org=org, until=until, reason=reason.strip()[:200], by=actor.user)
    records.save(opened, actor, f"例外解锁：{reason}"[:200])
    return opened
