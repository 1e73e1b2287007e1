"""One commitment as a line of a list: shared by scoreboard, tree and view."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import F, Max, QuerySet

from jiuzhi.engine.indicators.models import Judgement
from jiuzhi.science.statistics.paths import symbol
from jiuzhi.science.statistics.wording import say

from .bindings import read
from .board_models import STATE_LABELS, STATES, UNASSIGNED, CommitmentItem
from .models import Commitment, Plan


def latest_as_of(plan: Plan, until: date | None = None) -> date | None:
    """The day of the newest judgement of the plan, not after ``until``; None while nothing is judged."""
    judged = Judgement.objects.filter(commitment__plan=plan)
    if until is not None:
        judged = judged.filter(as_of__lte=until)
    return judged.aggregate(day=Max("as_of"))["day"]


def judgements(plan: Plan, as_of: date | None) -> dict[int, Judgement]:
    """The judgement of every target on the day, by commitment."""
    if as_of is None:
        return {}
    return {j.commitment_id: j for j in Judgement.objects.filter(commitment__plan=plan, as_of=as_of)}


def target_words(commitment: Commitment) -> str:
    """What was promised, ready to print: "≤20 微克/立方米", "累计 ≥53 个", "市级下达"."""
    if commitment.value is None:
        return commitment.value_text or "—"
    number = say(commitment.value, commitment.unit)
    if commitment.kind != Commitment.Kind.TARGET:
        return number
    if commitment.comparator == "range" and commitment.value_high is not None:
        return f"{say(commitment.value)}—{say(commitment.value_high, commitment.unit)}"
    if commitment.comparator in ("年均", "累计"):
        return f"{commitment.comparator} {number}"
    if commitment.comparator == "increase":
        return f"新增 {number}"
    if commitment.comparator == "decrease":
        return f"下降 {number}"
    if commitment.comparator in (">", "<", ">=", "<="):
        return symbol(commitment.comparator, "up" if ">" in commitment.comparator else "down") + number
    return number


def item(commitment: Commitment, judgement: Judgement | None) -> CommitmentItem:
    """``commitment`` from `with_unit`, or with its owner loaded. A target nobody has judged yet counts as without data."""
    judged = commitment.kind == Commitment.Kind.TARGET
    state = (judgement.state if judgement else "no_data") if judged else ""
    said = judgement.forecast if judgement else {}
    kind = str(said.get("kind") or commitment.progress or (read(commitment).kind if judged else ""))
    return CommitmentItem(
        id=commitment.pk, code=commitment.code, name=commitment.name, domain=commitment.domain, place=commitment.place,
        kind=commitment.kind, kind_label=KIND_LABELS[commitment.kind],
        progress=kind, progress_label=PROGRESS_LABELS.get(kind, ""),
        target=target_words(commitment), value=commitment.value, value_text=commitment.value_text, unit=commitment.unit,
        year=commitment.year, nature=commitment.nature,
        owner=owner_name(commitment), owner_id=commitment.owner_id,
        state=state, state_label=STATE_LABELS.get(state, ""),
        reason=judgement.reason if judgement else "尚未研判。" if judged else "",
        now=judgement.value if judgement else None, now_period=judgement.period if judgement else "",
        probability=said.get("probability"), clause_id=commitment.clause_id,
        synthetic=bool(judgement and judgement.synthetic), start=commitment.start, end=commitment.end,
    )  # fmt: skip


KIND_LABELS = dict(Commitment.Kind.choices)
PROGRESS_LABELS = {
    "reach": "达到型", "hold": "保持型", "cumulative": "累计型", "growth": "年增长型", "qualitative": "定性", "awaiting": "待下达",
}  # fmt: skip


def with_unit(rows: QuerySet[Commitment]) -> QuerySet[Commitment]:
    """Commitments with the name of their unit beside them: a list needs no record of each unit."""
    return rows.annotate(unit_name=F("owner__name")).order_by("start", "code")


def owner_name(commitment: Commitment) -> str:
    """The responsible unit's name; as the plan says it where no unit is registered under it."""
    if "unit_name" in commitment.__dict__:
        return commitment.__dict__["unit_name"] or commitment.owner_text or UNASSIGNED
    return commitment.owner.name if commitment.owner else commitment.owner_text or UNASSIGNED


def count(items: Iterable[CommitmentItem]) -> dict[str, int]:
    """How many in each state, every state present."""
    found = dict.fromkeys(STATES, 0)
    for one in items:
        if one.state:
            found[one.state] += 1
    return found
