"""What units of the demo have done: milestones of tasks, and two months that were scored. All simulated, safe to repeat."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from jiuzhi.core import periods, records
from jiuzhi.core.local import LOCAL
from jiuzhi.core.records import SYSTEM
from jiuzhi.engine.plan.models import Milestone, Plan
from jiuzhi.engine.scoring import compute, defaults
from jiuzhi.engine.scoring.models import ScoreMonth

# title, days from the day of the demo, done
_STEPS = (
    ("完成方案报批", -120, True),
    ("完成招标", -20, False),
    ("主体完工", 25, False),
    ("验收", 200, False),
)


def build(plan: Plan, as_of: date) -> None:
    """Milestones for the first tasks that have an owner, the starting scorecards, the last two months published and locked."""
    _milestones(plan, as_of)
    last = periods.month_before(f"{as_of:%Y-%m}")
    before = periods.month_before(last)
    defaults.begin(plan.county, before, SYSTEM)
    now = datetime.combine(as_of, time(9), LOCAL)
    for month in (before, last):
        if ScoreMonth.objects.filter(county=plan.county, month=month).exists():
            continue
        held = compute.compute(plan.county, month, SYSTEM, now=now)
        if month == before:
            compute.publish(held, SYSTEM, now=now - timedelta(days=20))
            compute.lock(held, SYSTEM, now=now)
        else:
            compute.publish(held, SYSTEM, now=now)


def _milestones(plan: Plan, as_of: date) -> None:
    if Milestone.objects.filter(county=plan.county).exists():
        return
    owned = list(plan.tasks.exclude(owner=None).select_related("owner")[:8]) or list(plan.tasks.all()[:8])
    for n, task in enumerate(owned):
        for title, days, done in _STEPS[n % 3 :]:
            due = as_of + timedelta(days=days + 5 * n)
            one = Milestone(
                org=task.owner or plan.county, task=task.code, title=title, due_on=due, done_on=due if done and due <= as_of else None,
                next_step="" if done else "与设计单位对接，月底前报进度", synthetic=True,
            )  # fmt: skip
            records.save(one, SYSTEM, "演示用模拟节点")
