"""Judge every target of a plan on a day and keep the judgements; the screens only read them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from jiuzhi.core import records
from jiuzhi.core.records import Actor
from jiuzhi.engine.indicators.models import Judgement

from . import progress
from .models import Commitment, Plan

_COMPARED = ("state", "reason", "value", "period", "expected", "forecast", "edition", "synthetic")


def judge_plan(plan: Plan, as_of: date, *, actor: Actor, only: Iterable[Commitment] | None = None) -> int:
    """Write one judgement of ``as_of`` for every target of ``plan`` (or ``only`` some). Idempotent; returns how many changed."""
    listed = progress.targets(plan)
    wanted = {c.pk for c in only} if only is not None else None
    chosen = [c for c in listed if wanted is None or c.pk in wanted]
    series = progress.gather(plan, chosen, as_of)
    milestones = progress.milestones_of([c for c in listed if not progress.is_past(c, plan)])
    fresh = [
        _judgement(c, progress.assess(c, plan, series[c.pk], as_of, milestones.get(c.pk, [])), as_of)
        for c in chosen
    ]
    stored = {j.commitment_id: j for j in Judgement.objects.filter(commitment__in=chosen, as_of=as_of)}
    new = [j for j in fresh if not _same(stored.get(j.commitment_id), j)]
    if not new:
        return 0
    with records.change_set(actor, Judgement, plan.county.code, f"研判（截至 {as_of}）") as facts:
        replaced = [stored[j.commitment_id].pk for j in new if j.commitment_id in stored]
        records.bulk_delete(Judgement.objects.filter(pk__in=replaced))
        facts["written"] = records.bulk_create(new)
        facts["replaced"] = len(replaced)
        facts["states"] = {s: sum(j.state == s for j in fresh) for s in Judgement.State.values}
    return len(new)


def _same(old: Judgement | None, new: Judgement) -> bool:
    return old is not None and all(getattr(old, f) == getattr(new, f) for f in _COMPARED)


def _judgement(commitment: Commitment, found: progress.Assessment, as_of: date) -> Judgement:
    verdict, series = found.verdict, found.series
    said: dict[str, Any] = {
        **found.forecast.as_dict(),
        "slope_needed": _plain(verdict.slope_needed),
        "slope_seen": _plain(verdict.slope_seen),
        "years_behind": _plain(verdict.years_behind),
        "kind": found.reading.kind,
        "path": [[year, str(value), basis] for year, value, basis in verdict.path],
        "trend": found.trend,
    }
    said["fan"] = [list(row) for row in said["fan"]]  # as it comes back from JSON
    return Judgement(
        commitment=commitment, as_of=as_of, state=str(verdict.state), reason=verdict.reason[:400],
        value=verdict.value, period=verdict.period, expected=verdict.expected, forecast=said,
        edition=series.edition[:200], synthetic=series.synthetic,
    )  # fmt: skip


def _plain(value: object) -> str | None:
    return None if value is None else str(value)
