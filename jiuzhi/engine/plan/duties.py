"""The task list of a plan (责任清单): every task with its owner, its milestones, the next step, what is overdue first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError

from jiuzhi.core import access, files, records
from jiuzhi.core.models import Org, User
from jiuzhi.core.records import Actor

from .models import Milestone, Plan, Task

OVERDUE, SOON, RUNNING, DONE, UNPLANNED = "overdue", "soon", "running", "done", "unplanned"
STATES = {OVERDUE: "逾期", SOON: "三十天内到期", RUNNING: "进行中", DONE: "已完成", UNPLANNED: "没有节点"}
_SOON_DAYS = 30


@dataclass(frozen=True)
class Duty:
    """One task. ``next``: the first milestone that is not done; ``days``: until it is due, negative when past."""

    task: Task
    milestones: Sequence[Milestone]
    next: Milestone | None
    days: int | None
    state: str

    @property
    def owner(self) -> Org | None:
        return self.task.owner

    @property
    def state_word(self) -> str:
        return STATES[self.state]


def duties(plan: Plan, as_of: date, *, unit: Org | None = None) -> list[Duty]:
    """The tasks of a plan, or those of one unit and what is below it; overdue first, then by the day that is next."""
    tasks = plan.tasks.select_related("owner", "clause")
    if unit is not None:
        tasks = tasks.filter(owner__path__startswith=unit.path)
    held: dict[str, list[Milestone]] = {}
    for one in Milestone.objects.filter(county=plan.county).select_related("org"):
        held.setdefault(one.task, []).append(one)
    found = [_duty(t, held.get(t.code, []), as_of) for t in tasks]
    order = {s: n for n, s in enumerate(STATES)}
    return sorted(found, key=lambda d: (order[d.state], d.days if d.days is not None else 0, d.task.start))


def _duty(task: Task, milestones: list[Milestone], as_of: date) -> Duty:
    waiting = next((m for m in milestones if m.done_on is None), None)
    if not milestones:
        return Duty(task, milestones, None, None, UNPLANNED)
    if waiting is None:
        return Duty(task, milestones, None, None, DONE)
    days = (waiting.due_on - as_of).days
    return Duty(
        task, milestones, waiting, days, OVERDUE if days < 0 else SOON if days <= _SOON_DAYS else RUNNING
    )


def may_plan(user: User | None, task: Task) -> bool:
    """Whether a person may set and finish the milestones of a task: its unit, or who assigns owners."""
    if user is None:
        return True
    county = task.plan.county
    return access.can(user, "assign_owner", county) or access.can(user, "report_value", task.owner)


def set_milestone(
    task: Task, actor: Actor, *, milestone: Milestone | None = None, title: str, due_on: date | None, next_step: str = "",
    done_on: date | None = None, today: date,
) -> Milestone:  # fmt: skip
    """Set or change a milestone of a task. Errors: ``PermissionDenied``, ``ValidationError`` in words."""
    if not may_plan(actor.user, task):
        raise PermissionDenied(
            f"没有权限定这项任务的节点：需要{task.owner or task.plan.county}的填报人或规划专员。"
        )
    if not files.printable(title).strip():
        raise ValidationError("节点要写明做到什么。")
    if due_on is None:
        raise ValidationError("节点要有完成日期：写成 2026-12-31。")
    if done_on is not None and done_on > today:
        raise ValidationError("完成日期不能在将来。")
    found = milestone or Milestone(org=task.owner or task.plan.county, task=task.code)
    found.title, found.due_on, found.done_on = files.printable(title).strip()[:120], due_on, done_on
    found.next_step = files.printable(next_step).strip()[:200]
    records.save(found, actor, f"任务 {task.code} 节点：{found.title}"[:200])
    return found


def drop_milestone(milestone: Milestone, task: Task, actor: Actor, why: str) -> None:
    """Take a milestone away, with a reason."""
    if not may_plan(actor.user, task):
        raise PermissionDenied("没有权限去掉这个节点。")
    records.delete(milestone, actor, why)


def task_of(county: Org, pk: Any) -> Task | None:
    return Task.objects.filter(pk=pk, plan__county=county).select_related("plan__county", "owner").first()
