"""What the screens and reports read of a plan on a day. Judgements are stored rows; here they are only read and arranged.

Public functions (all cheap: at most a dozen queries each, no calculation over observations):
- `latest_as_of(plan) -> date | None`
- `scoreboard(plan, as_of=None) -> Scoreboard`
- `commitments(plan, as_of=None) -> list[CommitmentItem]`  the targets of the plan's own period, in its order
- `commitment_view(commitment, as_of=None) -> CommitmentView`
- `tree(plan, as_of=None) -> PlanTree`
- `today(county_code) -> Today`

Without ``as_of`` the latest judgements count. Targets of an earlier period that the plan tells for comparison (years before it
starts) stand in the tree with their own judgement but are counted nowhere. The dataclasses stand in `board_models.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from .board_items import count, item, judgements, latest_as_of, owner_name, with_unit
from .board_models import (
    STATE_LABELS,
    STATES,
    UNASSIGNED,
    Alternative,
    CommitmentItem,
    CommitmentView,
    Crumb,
    DomainCard,
    Explanation,
    LateItem,
    Part,
    PathPoint,
    PlanTree,
    ReportedItem,
    RowsLink,
    Scoreboard,
    SectionToday,
    TaskItem,
    Today,
    TreeNode,
    ValuePoint,
)  # fmt: skip
from .board_today import today
from .board_view import commitment_view
from .models import Clause, Commitment, Plan, Task

__all__ = [
    "STATES", "STATE_LABELS", "UNASSIGNED", "Alternative", "CommitmentItem", "CommitmentView", "Crumb", "DomainCard", "Explanation",
    "LateItem", "Part", "PathPoint", "PlanTree", "ReportedItem", "RowsLink", "Scoreboard", "SectionToday", "TaskItem", "Today",
    "TreeNode", "ValuePoint", "commitment_view", "commitments", "latest_as_of", "owner_name", "scoreboard", "today", "tree",
]  # fmt: skip

_LATE = ("badly_late", "late")
_LEVELS = dict(Clause.Level.choices)


def _counted(plan: Plan, one: CommitmentItem) -> bool:
    return one.kind == Commitment.Kind.TARGET and (one.year is None or one.year >= plan.period_start)


def commitments(plan: Plan, as_of: date | None = None) -> list[CommitmentItem]:
    """The targets of the plan's own period with their state, in the plan's order."""
    judged = judgements(plan, as_of or latest_as_of(plan))
    rows = with_unit(plan.commitments.filter(kind=Commitment.Kind.TARGET))
    return [one for one in (item(c, judged.get(c.pk)) for c in rows) if _counted(plan, one)]


def scoreboard(plan: Plan, as_of: date | None = None) -> Scoreboard:
    """Counts by state and domain, and the list of what is late: whose, why, how long is left."""
    day = as_of or latest_as_of(plan)
    items = commitments(plan, day)
    grouped: dict[str, list[CommitmentItem]] = defaultdict(list)
    for one in items:
        grouped[one.domain or "其他"].append(one)
    by_domain = {
        name: grouped[name] for name in sorted(grouped, key=lambda n: n == "其他")
    }  # the rest comes last
    order = {state: n for n, state in enumerate(_LATE)}
    late = sorted(
        (_late(i, day) for i in items if i.state in _LATE), key=lambda x: (order[x.state], x.days_left or 0)
    )
    counts = count(items)
    return Scoreboard(
        plan_id=plan.pk, title=plan.title, county=plan.county.name, county_code=plan.county.code, as_of=day,
        total=len(items), counts=counts, domains=[_card(name, group) for name, group in by_domain.items()],
        late=late, no_data=[_late(i, day) for i in items if i.state == "no_data"], silence=_silence(items),
        unassigned=sum(i.owner == UNASSIGNED for i in items),
        sentence=_aloud(day, counts, len(items)), synthetic=any(i.synthetic for i in items),
    )  # fmt: skip


def _silence(items: Sequence[CommitmentItem]) -> list[tuple[str, int]]:
    """What the targets without data wait for: a colleague asks that first, and each has another one to turn to."""
    silent = [i.progress for i in items if i.state == "no_data"]
    waits = {"qualitative": "定性目标待认定", "awaiting": "等上级下达"}
    counted = [(words, silent.count(kind)) for kind, words in waits.items()]
    rest = ("待填报或导入", sum(kind not in waits for kind in silent))
    return [pair for pair in (*counted, rest) if pair[1]]


def _aloud(day: date | None, counts: dict[str, int], total: int) -> str:
    if day is None:
        return "尚未研判：请先计算指标并研判。"
    said = "、".join(f"{STATE_LABELS[s]} {counts[s]} 项" for s in STATES if counts[s])
    return f"截至 {day.year} 年 {day.month} 月 {day.day} 日，{total} 项目标中{said or '没有一项可以研判'}。"


def _card(domain: str, group: Sequence[CommitmentItem]) -> DomainCard:
    counts = count(group)
    behind = counts["late"] + counts["badly_late"]
    kept = counts["met"] + counts["on_track"]
    parts = [f"{kept} 项达标或正常"] if kept else []
    parts += (
        [f"{behind} 项滞后" + (f"（其中 {counts['badly_late']} 项严重）" if counts["badly_late"] else "")]
        if behind
        else []
    )
    parts += [f"{counts['no_data']} 项无数据"] if counts["no_data"] else []
    return DomainCard(domain, counts, len(group), f"{domain} {len(group)} 项目标：{'，'.join(parts)}。")


def _late(one: CommitmentItem, day: date | None) -> LateItem:
    left = (date(one.year, 12, 31) - day).days if one.year and day else None
    return LateItem(
        commitment_id=one.id, code=one.code, name=one.name, domain=one.domain, owner=one.owner, owner_id=one.owner_id,
        state=one.state, state_label=one.state_label, reason=one.reason, target=one.target, target_year=one.year,
        days_left=left, value=one.now, unit=one.unit, period=one.now_period, clause_id=one.clause_id, synthetic=one.synthetic,
    )  # fmt: skip


def tree(plan: Plan, as_of: date | None = None) -> PlanTree:
    """The plan's clauses nested, each with its commitments and tasks, and the targets' states counted upwards."""
    day = as_of or latest_as_of(plan)
    judged = judgements(plan, day)
    rows = with_unit(plan.commitments.all())
    items: dict[int | None, list[CommitmentItem]] = defaultdict(list)
    for c in rows:
        items[c.clause_id].append(item(c, judged.get(c.pk)))
    tasks: dict[int | None, list[TaskItem]] = defaultdict(list)
    columns = ("pk", "code", "title", "domain", "owner__name", "owner_text", "clause_id", "start", "end")
    for pk, code, title, domain, unit, said, clause_id, start, end in (
        Task.objects.filter(plan=plan).order_by("start", "code").values_list(*columns)
    ):
        tasks[clause_id].append(
            TaskItem(pk, code, title, domain, unit or said or UNASSIGNED, clause_id, start, end)
        )
    below: dict[int | None, list[Clause]] = defaultdict(list)
    for clause in Clause.objects.filter(plan=plan).order_by("order"):
        below[clause.parent_id].append(clause)
    chapters = [_node(plan, c, below, items, tasks) for c in below[None]]
    return PlanTree(
        plan.pk, plan.title, plan.county.code, day, chapters, items[None],
        synthetic=any(i.synthetic for group in items.values() for i in group),
    )  # fmt: skip


def _node(
    plan: Plan,
    clause: Clause,
    below: dict[int | None, list[Clause]],
    items: dict[int | None, list[CommitmentItem]],
    tasks: dict[int | None, list[TaskItem]],
) -> TreeNode:
    children = [_node(plan, c, below, items, tasks) for c in below[clause.pk]]
    mine = [i for i in items[clause.pk] if _counted(plan, i)]
    counts = count(mine)
    for child in children:
        for state, n in child.counts.items():
            counts[state] += n
    return TreeNode(
        clause_id=clause.pk, code=clause.code, level=clause.level, level_label=_LEVELS[clause.level],
        number=clause.number, title=clause.title, start=clause.start, end=clause.end, counts=counts,
        total=sum(counts.values()), task_total=len(tasks[clause.pk]) + sum(c.task_total for c in children),
        commitments=items[clause.pk], tasks=tasks[clause.pk], children=children,
    )  # fmt: skip
