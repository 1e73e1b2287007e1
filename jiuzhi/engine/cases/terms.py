"""By when: the declared term of a stage or of a whole case, or the county's own instead of it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from jiuzhi.core import registers, workdays
from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Org

from .declare import Deadline, Workflow
from .models import Case, Term


def term(county: Org, flow: Workflow, stage: str = "") -> Deadline | None:
    """The term of ``stage``, or of the whole case without one; None when it has none."""
    own = Term.objects.filter(county=county, workflow=flow.code, stage=stage).first()
    if own is not None:
        return Deadline(own.workdays, own.days, own.hours, basis=own.why)
    return flow.stage(stage).within if stage else flow.within


def due(county: Org, flow: Workflow, stage: str, start: datetime) -> datetime | None:
    """When ``stage`` must be left by a case that came there at ``start``; None without a term."""
    held = term(county, flow, stage)
    return held.from_(start) if held else None


def later(held: Deadline | None, end: datetime | None, since: datetime, until: datetime) -> datetime | None:
    """``end`` after the clock stood still from ``since`` to ``until``, counted as the term counts."""
    if end is None:
        return None
    if held is not None and held.hours:
        return end + (until - since)
    from_day, to_day, last = (m.astimezone(LOCAL).date() for m in (since, until, end))
    if held is not None and held.days:
        moved = workdays.rolled(last + (to_day - from_day))
    else:
        moved = workdays.after(last, max(workdays.between(from_day, to_day), 0))
    return datetime.combine(moved, time(23, 59, 59), LOCAL) if moved > last else end


def half_way(start: datetime, end: datetime) -> datetime:
    """When a reminder is worth sending: seven tenths of the term."""
    return start + (end - start) * 7 / 10


def expires(case: Case) -> date | None:
    """Until when the record a case is about holds; None without a record, or for records that do not expire."""
    register = registers.REGISTERS.get(case.register)
    field = register.lifecycle.expires if register and register.lifecycle else ""
    if register is None or not field or not case.record:
        return None
    found: date | None = (
        register.model._default_manager.filter(pk=case.record).values_list(field, flat=True).first()
    )
    return found


SOON = timedelta(days=3)  # a case that falls due within this shows yellow
# The colours of 挂图作战, the most urgent first. Grey: no clock runs, for want of a term or in a pause.
COLOURS = {
    "red": "超期",
    "yellow": "三天内到期",
    "green": "按期在办",
    "grey": "暂停或无期限",
    "closed": "已办结",
}


def colour(case: Case, now: datetime) -> str:
    """Of COLOURS; while the clock stands still nothing is overdue. `lists.coloured` asks the same of many."""
    if case.closed_at is not None:
        return "closed"
    if case.due_at is None or case.paused_at is not None:
        return "grey"
    return "red" if case.due_at < now else "yellow" if case.due_at - now <= SOON else "green"
