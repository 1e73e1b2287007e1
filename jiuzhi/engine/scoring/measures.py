"""The measures that come from the engines: cases, alarms, late reports, commitments."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.dateparse import parse_datetime

from jiuzhi.core.models import LateReport, Org
from jiuzhi.engine.cases.models import Case, CaseEvent
from jiuzhi.engine.indicators import judged
from jiuzhi.engine.indicators.models import Judgement, ReportedValue
from jiuzhi.engine.rules.models import Episode

from .declare import Measured, Month, Proof, measure

ANSWERED_WITHIN = timedelta(hours=24)


def _of(rows: Iterable[Any], unit: Org, by: str = "org") -> list[Any]:
    return [r for r in rows if getattr(r, by).path.startswith(unit.path)]


def _counted(found: list[Any], kind: str, counter: str, none: str) -> Measured:
    proof = [Proof(kind, r.pk, str(r)) for r in found]
    why = f"{len(found)} {counter}" if found else none
    return Measured(Decimal(len(found)), why, proof, any(getattr(r, "synthetic", False) for r in found))


def open_in(month: Month) -> list[Case]:
    """Cases of the county that were open at some time of the month, with the terms they had at its end."""
    found = Case.objects.filter(county=month.county, opened_at__lt=month.end, merged_into=None)
    cases = list(found.filter(Q(closed_at=None) | Q(closed_at__gte=month.start)).select_related("org"))
    then = _terms_then(month)
    for case in cases:  # read only: what was done later must not make the month look better
        case.due_at = then.get(case.pk, case.due_at)
    return cases


def _terms_then(month: Month) -> dict[int, datetime | None]:
    """Terms at the end of the month of cases that moved on since: what the first later step found."""
    later = CaseEvent.objects.filter(
        case__county=month.county, case__opened_at__lt=month.end, at__gte=month.end, kind=CaseEvent.Kind.STEP
    )
    steps = later.order_by("-id").values_list("case_id", "facts")  # the first of a case comes last and stays
    return {pk: parse_datetime(facts["before"]["due_at"] or "") for pk, facts in steps if "before" in facts}


def past_term(case: Case, end: datetime) -> bool:
    """Whether a case was past its term at ``end``, or was closed after it."""
    closed = case.closed_at if case.closed_at and case.closed_at < end else None
    if closed is not None:
        return bool(case.final_at and case.final_at < closed)
    return not case.paused_at and any(
        term is not None and term < end for term in (case.due_at, case.final_at)
    )


@measure(
    "cases.overdue", "超期问题", unit="件", better="down", about="本月仍在办且超期，或超期后才办结的问题"
)
def overdue(month: Month, unit: Org) -> Measured:
    found = month.once("cases", lambda: open_in(month))
    return _counted([c for c in _of(found, unit) if past_term(c, month.end)], "case", "件超期", "没有超期")


@measure("cases.on_time", "按期办结率", unit="%", better="up", about="本月办结的问题中按期办结的占比")
def on_time(month: Month, unit: Org) -> Measured:
    found = month.once("cases", lambda: open_in(month))
    closed = [c for c in _of(found, unit) if c.closed_at and month.start <= c.closed_at < month.end]
    if not closed:
        return Measured(None, "本月没有办结的问题")
    late = {c.pk for c in closed if past_term(c, month.end)}
    proof = [Proof("case", c.pk, f"{c}（超期）" if c.pk in late else str(c)) for c in closed]
    share = Decimal(100 * (len(closed) - len(late))) / len(closed)
    return Measured(
        share,
        f"办结 {len(closed)} 件，按期 {len(closed) - len(late)} 件",
        proof,
        any(c.synthetic for c in closed),
    )


@measure("cases.returned", "验收退回", unit="次", better="down", about="本月验收时被退回的次数")
def returned(month: Month, unit: Org) -> Measured:
    def read() -> list[CaseEvent]:
        found = CaseEvent.objects.filter(
            case__county=month.county, at__gte=month.start, at__lt=month.end, kind="step"
        )
        return [e for e in found.select_related("case__org", "org") if e.facts.get("back")]

    found = _of(month.once("returned", read), unit)
    proof = [Proof("case", e.case_id, f"{e.case}：{e.step}") for e in found]
    return Measured(
        Decimal(len(found)),
        f"{len(found)} 次退回" if found else "没有退回",
        proof,
        any(e.case.synthetic for e in found),
    )


@measure("cases.rebound", "问题反弹", unit="件", better="down", about="本月回头看发现反弹而重开的问题")
def rebound(month: Month, unit: Org) -> Measured:
    def read() -> list[CaseEvent]:
        found = CaseEvent.objects.filter(
            case__county=month.county, at__gte=month.start, at__lt=month.end, kind="reopened"
        )
        return [e for e in found.select_related("case__org", "org") if e.facts.get("rebound")]

    found = _of(month.once("rebound", read), unit)
    return Measured(
        Decimal(len(found)), f"{len(found)} 件反弹" if found else "没有反弹", [Proof("case", e.case_id, str(e.case)) for e in found],
        any(e.case.synthetic for e in found),
    )  # fmt: skip


def _episodes(month: Month) -> list[Episode]:
    found = Episode.objects.filter(county=month.county, fired_at__gte=month.start, fired_at__lt=month.end)
    return list(found.select_related("org"))


@measure(
    "alerts.unanswered",
    "报警未按时确认",
    unit="个",
    better="down",
    about="较重以上、持续超过 24 小时没有人确认的报警",
)
def unanswered(month: Month, unit: Org) -> Measured:
    def late(e: Episode) -> bool:
        seen = min(filter(None, (e.acked_at, e.cleared_at, month.end)))
        return e.severity in ("mid", "high", "critical") and seen - e.noticed_at > ANSWERED_WITHIN

    found = month.once("episodes", lambda: _episodes(month))
    return _counted([e for e in _of(found, unit) if late(e)], "alert", "个超过 24 小时没有确认", "都按时确认")


@measure("alerts.fired", "报警", unit="个", better="down", about="本月触发的重要和紧急报警")
def fired(month: Month, unit: Org) -> Measured:
    found = month.once("episodes", lambda: _episodes(month))
    return _counted(
        [e for e in _of(found, unit) if e.severity in ("high", "critical")], "alert", "个报警", "没有报警"
    )


@measure("reports.late", "迟报", unit="次", better="down", about="本月过了应报日才报送的台账")
def late_reports(month: Month, unit: Org) -> Measured:
    def read() -> list[LateReport]:
        found = LateReport.objects.filter(
            period__county=month.county, reported_on__gte=month.start.date(), reported_on__lte=month.last_day
        )
        return list(found.select_related("org", "period"))

    return _counted(_of(month.once("late", read), unit), "late", "次迟报", "没有迟报")


@measure(
    "commitments.behind",
    "滞后的承诺",
    unit="项",
    better="down",
    about="月末研判为滞后或严重滞后的承诺，严重滞后按两项计",
)
def behind(month: Month, unit: Org) -> Measured:
    def read() -> list[Judgement]:
        return [j for j in judged.newest(month.county, month.last_day) if j.commitment.owner]

    mine = [j for j in month.once("judged", read) if j.commitment.owner.path.startswith(unit.path)]
    bad = [j for j in mine if j.state in ("late", "badly_late")]
    count = sum(2 if j.state == "badly_late" else 1 for j in bad)
    proof = [Proof("commitment", j.commitment_id, f"{j.commitment}（{j.get_state_display()}）") for j in bad]
    if not mine:
        return Measured(None, "没有承担的承诺")
    return Measured(
        Decimal(count), f"承担 {len(mine)} 项，滞后 {len(bad)} 项", proof, any(j.synthetic for j in bad)
    )


@measure("values.returned", "填报退回", unit="次", better="down", about="本月审核退回的填报值")
def values_returned(month: Month, unit: Org) -> Measured:
    def read() -> list[ReportedValue]:
        found = ReportedValue.objects.filter(
            commitment__plan__county=month.county,
            status="returned",
            decided_at__gte=month.start,
            decided_at__lt=month.end,
        )
        return list(found.select_related("commitment__owner").exclude(commitment__owner=None))

    found = [v for v in month.once("values", read) if v.commitment.owner.path.startswith(unit.path)]
    proof = [Proof("commitment", v.commitment_id, str(v)) for v in found]
    return Measured(
        Decimal(len(found)),
        f"{len(found)} 次退回" if found else "没有退回",
        proof,
        any(v.synthetic for v in found),
    )
