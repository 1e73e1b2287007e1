"""One commitment in full, for its page and for the report."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from jiuzhi.engine.indicators.models import ComputedValue, Judgement, ReportedValue
from jiuzhi.engine.indicators.registry import INDICATORS
from jiuzhi.science.statistics.attainment import Promise, road
from jiuzhi.science.statistics.wording import period_end, period_said, say

from . import progress
from .bindings import read
from .board_items import item, latest_as_of, owner_name
from .board_models import (
    Alternative,
    CommitmentView,
    Crumb,
    Explanation,
    Part,
    PathPoint,
    ReportedItem,
    RowsLink,
    TaskItem,
    ValuePoint,
)  # fmt: skip
from .models import Clause, Commitment, Task


def commitment_view(commitment: Commitment, as_of: date | None = None) -> CommitmentView:
    """Everything about one commitment on a day (by default that of the plan's latest judgements)."""
    plan = commitment.plan
    day = as_of or latest_as_of(plan)
    judgement = Judgement.objects.filter(commitment=commitment, as_of=day).first() if day else None
    computed = _computed(commitment, day)
    reported = list(
        ReportedValue.objects.filter(commitment=commitment)
        .select_related("reported_by", "decided_by")
        .order_by("-period", "-id")
    )
    said: dict[str, Any] = judgement.forecast if judgement else {}
    base = commitment.baseline
    yearly = [v for v in computed if len(v.period) == 4]
    series = [_value(v, day) for v in yearly] if commitment.indicator else _approved(reported, day)
    newest = next((v for v in reversed(yearly) if v.value is not None), yearly[-1] if yearly else None)
    return CommitmentView(
        item=item(commitment, judgement), as_of=day, plan_id=plan.pk, plan_title=plan.title, county_code=plan.county.code,
        breadcrumbs=_crumbs(commitment), baseline=base.value if base else None, baseline_year=base.year if base else None,
        baseline_name=base.name if base else "", expected=judgement.expected if judgement else None,
        slope_needed=_number(said.get("slope_needed")), slope_seen=_number(said.get("slope_seen")),
        path=[PathPoint(y, Decimal(v), b) for y, v, b in said["path"]] if "path" in said else _path(commitment), series=series, monthly=[_value(v, day) for v in computed if len(v.period) > 4],
        forecast=said, edition=judgement.edition if judgement else "",
        explanation=_explanation(newest) if newest else None, scope_notes=_notes(commitment, judgement),
        reported=[_reported(r) for r in reported], tasks=[task_item(t) for t in commitment.tasks.select_related("owner")],
        synthetic=bool(judgement and judgement.synthetic) or any(p.synthetic for p in series),
    )  # fmt: skip


def task_item(task: Task) -> TaskItem:
    owner = owner_name(task)  # type: ignore[arg-type]  # a task names its unit the same way
    return TaskItem(task.pk, task.code, task.title, task.domain, owner, task.clause_id, task.start, task.end)


def _computed(commitment: Commitment, day: date | None) -> list[ComputedValue]:
    if not commitment.indicator:
        return []
    found = ComputedValue.objects.filter(county_id=commitment.plan.county_id, indicator=commitment.indicator)
    return list((found.filter(data_to__lte=day) if day else found).order_by("period"))


def _value(value: ComputedValue, day: date | None) -> ValuePoint:
    label = period_said(value.period).replace(" ", "")
    unfinished = period_end(value.period) > (day or value.data_to)
    return ValuePoint(
        value.period, value.value, value.complete, f"{label}至今" if unfinished else label, "计算", value.data_to,
        value.edition, value.why, value.synthetic,
    )  # fmt: skip


def _approved(reported: list[ReportedValue], day: date | None) -> list[ValuePoint]:
    found = []
    for value in sorted(reported, key=lambda r: r.period):
        on = value.reported_at.astimezone(progress.LOCAL).date()
        if value.status != ReportedValue.Status.APPROVED or (day and on > day):
            continue
        early = on < period_end(value.period)
        label = period_said(value.period).replace(" ", "")
        found.append(ValuePoint(
            value.period, value.value, not early, f"{label}至今" if early else label, "填报",
            on if early else period_end(value.period), "", value.note, value.synthetic,
        ))  # fmt: skip
    return found


def _path(commitment: Commitment) -> list[PathPoint]:
    if commitment.kind != Commitment.Kind.TARGET:
        return []
    plan, base = commitment.plan, commitment.baseline
    reading = read(commitment, base)
    rivals = plan.commitments.filter(
        kind=commitment.kind,
        name=commitment.name,
        place=commitment.place,
        unit=commitment.unit,
        year__gte=plan.period_start,
    )
    milestones = progress.milestones_of([commitment, *rivals.exclude(pk=commitment.pk)]).get(
        commitment.pk, []
    )
    promise = Promise(
        reading.kind, reading.better, reading.comparator, reading.target, commitment.year or plan.period_end, plan.period_start,
        base.value if base else None, (base.year or plan.period_start - 1) if base and base.value is not None else None,
        tuple(sorted(milestones)),
    )  # fmt: skip
    return [PathPoint(*point) for point in road(promise)]


def _explanation(value: ComputedValue) -> Explanation:
    declared, kept = INDICATORS.get(value.indicator), value.explain
    notes = [*kept.get("notes", [])]
    if not value.complete and "projected" in kept:
        notes.append(
            f"年内值不能当全年看：去年同期 {_said(kept, 'same_last_year', value.unit)}，"
            f"去年全年 {_said(kept, 'whole_last_year', value.unit)}，余下时段若与去年相同，今年全年约 {_said(kept, 'projected', value.unit)}"
        )
    if value.why:
        notes.append(value.why)
    return Explanation(
        indicator=value.indicator, title=declared.title if declared else value.indicator,
        formula=declared.formula if declared else "", standard=declared.standard if declared else "",
        missing=declared.missing if declared else "", inputs=[(str(a), str(b)) for a, b in kept.get("inputs", [])], notes=notes,
        alternatives=[
            Alternative(o["label"], _number(o["value"]), value.unit, o["edition"], o["note"]) for o in kept.get("others", [])
        ],
        parts=[Part(**p) for p in kept.get("parts", [])],
        rows=[
            RowsLink(r["table"], r["equals"], date.fromisoformat(r["start"]), date.fromisoformat(r["end"])) for r in kept.get("rows", [])
        ],
    )  # fmt: skip


_OWN_WORD = "文中评价："  # the reader's note of how the plan itself rates an earlier target


def _notes(commitment: Commitment, judgement: Judgement | None) -> list[str]:
    """What to say beside the number: renamed, other scope, a year nobody stated, words kept as said."""
    found = [commitment.scope] if commitment.scope else []
    for part in filter(None, commitment.note.split("；")):
        if part.startswith(_OWN_WORD):
            said = part.removeprefix(_OWN_WORD)
            found.append(
                f"规划自评为“{said}”"
                + (
                    "，与所列数值不符，请核对。"
                    if judgement and judgement.state in ("late", "badly_late")
                    else "。"
                )
            )
        elif not part.startswith("领域："):
            found.append(part)
    base = commitment.baseline
    if base is not None:
        if base.name != commitment.name:
            found.append(f"基线的名称是“{base.name}”，与目标不同，比较前请确认口径。")
        if base.scope != commitment.scope and base.scope:
            found.append(f"基线口径：{base.scope}")
        if base.value is None:
            found.append(f"基线写作“{base.value_text or '—'}”，没有数值。")
    if commitment.year_basis.startswith("inferred") and commitment.kind == Commitment.Kind.TARGET:
        found.append(f"原文没有写明年份，按规划期推定为 {commitment.year} 年。")
    if commitment.basis == "implicit":
        found.append("数值由“全覆盖、清零、全部”等说法推出，不是原文写出的数字。")
    return list(dict.fromkeys(found))


def _crumbs(commitment: Commitment) -> list[Crumb]:
    found: list[Crumb] = []
    by_id = (
        {c.pk: c for c in Clause.objects.filter(plan_id=commitment.plan_id)} if commitment.clause_id else {}
    )
    clause = by_id.get(commitment.clause_id) if commitment.clause_id else None
    while clause is not None:
        found.insert(0, Crumb(clause.pk, clause.level, clause.number, clause.title))
        clause = by_id.get(clause.parent_id) if clause.parent_id else None
    return found


def _reported(value: ReportedValue) -> ReportedItem:
    return ReportedItem(
        id=value.pk, period=value.period, value=value.value, note=value.note, status=value.status,
        status_label=str(value.get_status_display()),
        evidence_name=value.evidence.name.rsplit("/", 1)[-1] if value.evidence else "", evidence_sha256=value.evidence_sha256,
        reported_by=str(value.reported_by or ""), reported_by_id=value.reported_by_id, reported_at=value.reported_at, decided_by=str(value.decided_by or ""),
        decided_at=value.decided_at, decision_note=value.decision_note, synthetic=value.synthetic,
    )  # fmt: skip


def _number(text: object) -> Decimal | None:
    return None if text in (None, "") else Decimal(str(text))


def _said(kept: dict[str, Any], name: str, unit: str) -> str:
    return say(Decimal(kept[name]), unit)
