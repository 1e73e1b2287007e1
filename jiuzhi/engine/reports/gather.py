"""From the board's read models to the evaluation's data. Reads records; judges and draws nothing."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from jiuzhi.engine.indicators.models import Judgement, ReportedValue
from jiuzhi.engine.plan import board
from jiuzhi.engine.plan.board_models import CommitmentItem, CommitmentView, LateItem, TreeNode
from jiuzhi.engine.plan.models import Commitment, Plan, Task

from . import phrases
from .measured import computed, editions, measured, two_editions
from .methods import methods_of, standards_of
from .model import (
    Chapter,
    Curve,
    EvaluationReport,
    LateRow,
    OwnerLoad,
    PendingValue,
    ReportError,
    Section,
    StateCount,
    TargetRow,
    TaskRow,
)
from .words import day, plain

MAX_CURVES = 8
_LATE = ("late", "badly_late")


def evaluation(plan: Plan, as_of: date) -> EvaluationReport:
    """The implementation evaluation of ``plan`` as judged on the last day up to ``as_of``.

    Errors: ``ReportError`` when nothing has been judged by then.
    """
    judged_on = _judged_on(plan, as_of)
    score = board.scoreboard(plan, judged_on)
    tree = board.tree(plan, judged_on)
    book = _Book.read(plan, board.commitments(plan, judged_on), judged_on)
    targets, chapters = book.chapters(tree.chapters, tree.loose)
    views = book.views()
    late = [_late(item, judged_on) for item in score.late]
    no_data = [_late(item, judged_on) for item in score.no_data]
    curves = _curves(views, plan)
    values = computed(plan, judged_on)
    readings, pending = editions(values, judged_on), _pending(plan, as_of)
    figures = measured(values, book.bound(), judged_on)
    shown = [*(f.synthetic for f in figures), *(c.synthetic for c in curves), *(p.synthetic for p in pending)]
    synthetic = score.synthetic or tree.synthetic or any(shown)
    unassigned = [t.name for t in targets if t.owner == board.UNASSIGNED]
    owners = _owners([*late, *no_data])
    return EvaluationReport(
        title=f"{plan.title}实施评估报告",
        county=plan.county.name,
        county_code=plan.county.code,
        plan_title=plan.title,
        plan_version=f"第{plan.version}版（{plan.get_status_display()}）",
        period=f"{plan.period_start}—{plan.period_end}年",
        document=plan.document_name,
        sha256=plan.sha256,
        as_of=as_of,
        judged_on=judged_on,
        synthetic=synthetic,
        summary=phrases.summary(score, book.items, pending, two_editions(readings), synthetic=synthetic),
        counts=dict(score.counts),
        total=score.total,
        domains=[StateCount(d.domain, dict(d.counts), d.total) for d in score.domains],
        targets=targets,
        chapters=chapters,
        curves=curves,
        late=late,
        no_data=no_data,
        owners=owners,
        unassigned=unassigned,
        pending=pending,
        editions=readings,
        methods=methods_of(views),
        standards=standards_of(
            views, (v for by_year in values.values() for v in by_year.values()), judged_on
        ),
        measured=figures,
        scope_notes=[(v.item.name, note) for v in views for note in v.scope_notes],
    )


def _judged_on(plan: Plan, as_of: date) -> date:
    latest = board.latest_as_of(plan, as_of)
    if latest is not None:
        return latest
    judged = Judgement.objects.filter(commitment__plan=plan)
    first = judged.order_by("as_of").values_list("as_of", flat=True).first()
    if first is None:
        raise ReportError(
            f"《{plan.title}》还没有研判过：请先运行 jiuzhi judge --county {plan.county.code}，再生成报告。"
        )
    raise ReportError(
        f"《{plan.title}》在{day(as_of)}以前没有研判，最早一次在{day(first)}：请把报告截至日改到那天或以后。"
    )


@dataclass
class _Book:
    """The targets of a plan by id, with what the tables need beside the board's items."""

    items: list[CommitmentItem]
    records: dict[int, Commitment]
    as_of: date
    plan: Plan
    rows: dict[int, TargetRow] = field(default_factory=dict)

    @classmethod
    def read(cls, plan: Plan, items: list[CommitmentItem], as_of: date) -> "_Book":
        records = plan.commitments.filter(kind=Commitment.Kind.TARGET).select_related(
            "baseline", "plan__county", "clause", "owner"
        )
        return cls(items, {c.pk: c for c in records}, as_of, plan)

    def chapters(
        self, nodes: list[TreeNode], loose: list[CommitmentItem]
    ) -> tuple[list[TargetRow], list[Chapter]]:
        """All targets numbered as the completion table shows them (the plan's own tables first), and the chapters."""
        counted = {item.id for item in self.items}
        listed = [found for found in _by_group(nodes) if found[1].id in counted]
        ordered = [(group, item) for group, item, table in listed if table]
        ordered += [(group, item) for group, item, table in listed if not table]
        ordered += [("其他目标", item) for item in loose if item.id in counted]
        for number, (group, item) in enumerate(ordered, start=1):
            self.rows[item.id] = self._row(number, group, item)
        links = self._links()
        found = [self._chapter(node, links) for node in nodes]
        return [self.rows[item.id] for _, item in ordered], [c for c in found if c.total or c.task_total]

    def _row(self, number: int, group: str, item: CommitmentItem) -> TargetRow:
        record = self.records.get(item.id)
        return TargetRow(
            number=number,
            code=item.code,
            name=_placed(item, self.plan),
            unit=item.unit,
            nature=item.nature,
            baseline=_baseline(record),
            target=phrases.target_of(item),
            now=phrases.now(item.now, item.now_period, self.as_of, item.unit),
            state=item.state or "no_data",
            state_label=item.state_label or "无数据",
            reason=item.reason,
            owner=item.owner,
            group=group,
            synthetic=item.synthetic,
        )

    def _links(self) -> dict[int, list[int]]:
        """Task id → ids of the targets that quantify it."""
        through = Task.commitments.through._default_manager.filter(
            task__plan=self.plan, commitment_id__in=self.records
        )
        found: dict[int, list[int]] = defaultdict(list)
        for task, commitment in through.order_by("id").values_list("task_id", "commitment_id"):
            found[task].append(commitment)
        return found

    def _chapter(self, node: TreeNode, links: dict[int, list[int]]) -> Chapter:
        own = self._section(node, links, deep=False, title="")
        below = [self._section(child, links, deep=True, title=child.title) for child in node.children]
        sections = [s for s in [own, *below] if s.targets or s.tasks]
        return Chapter(node.number, node.title, dict(node.counts), node.total, node.task_total, sections)

    def _section(self, node: TreeNode, links: dict[int, list[int]], *, deep: bool, title: str) -> Section:
        nodes = list(_walk(node)) if deep else [node]
        targets = [self.rows[i.id] for n in nodes for i in n.commitments if i.id in self.rows]
        tasks = [
            TaskRow(t.title, t.owner, "；".join(self._said(c) for c in links.get(t.id, []) if c in self.rows))
            for n in nodes
            for t in n.tasks
        ]
        return Section(node.number if title else "", title, targets, tasks)

    def _said(self, commitment: int) -> str:
        row = self.rows[commitment]
        return f"{row.name}：{row.state_label}"

    def bound(self) -> set[str]:
        """Indicators that a counted target rests on."""
        return {self.records[i.id].indicator for i in self.items if i.id in self.records} - {""}

    def views(self) -> list[CommitmentView]:
        """Full views of the targets that need one: computed, in the plan's table, or late."""
        wanted = [
            self.records[i.id]
            for i in self.items
            if i.id in self.records
            and (self.records[i.id].indicator or i.state in _LATE or _in_table(self.records[i.id]))
        ]
        return [board.commitment_view(record, self.as_of) for record in wanted]


def _in_table(record: Commitment) -> bool:
    return record.clause is not None and record.clause.level == "table"


def _walk(node: TreeNode) -> Iterable[TreeNode]:
    yield node
    for child in node.children:
        yield from _walk(child)


def _by_group(nodes: list[TreeNode]) -> Iterable[tuple[str, CommitmentItem, bool]]:
    """(group heading, commitment, whether it stands in a table of the plan), in the plan's order."""
    for chapter in nodes:
        for node in _walk(chapter):
            table = node.level == "table"
            top = node if table else chapter
            for item in node.commitments:
                yield f"{top.number} {top.title}".strip(), item, table


def _placed(item: CommitmentItem, plan: Plan) -> str:
    """The name, with the place where it is not already in it and not simply the county."""
    county = plan.county.name
    if (
        not item.place
        or item.place in item.name
        or item.place in county
        or item.place in (f"{county[:2]}县", "全县", "县域")
    ):
        return item.name
    return f"{item.name}（{item.place}）"


def _baseline(record: Commitment | None) -> str:
    base = record.baseline if record else None
    if base is None:
        return "—"
    text = base.value_text if base.value is None else plain(base.value)
    return f"{text or '—'}（{base.year}年）" if base.year and text and text != "—" else text or "—"


def _late(item: LateItem, as_of: date) -> LateRow:
    return LateRow(
        item.name, item.target, phrases.now(item.value, item.period, as_of, item.unit), item.state, item.state_label, item.owner,
        item.reason, item.days_left, item.synthetic,
    )  # fmt: skip


def _owners(rows: list[LateRow]) -> list[OwnerLoad]:
    """By unit, the busiest first; the unassigned ones last, because somebody has still to take them."""
    by_owner: dict[str, list[LateRow]] = defaultdict(list)
    for row in rows:
        by_owner[row.owner].append(row)
    loads = [
        OwnerLoad(
            owner,
            sum(r.state in _LATE for r in held),
            sum(r.state == "no_data" for r in held),
            [r.name for r in held if r.state in _LATE],
        )
        for owner, held in by_owner.items()
    ]
    return sorted(
        loads, key=lambda load: (load.owner == board.UNASSIGNED, -load.late, -load.no_data, load.owner)
    )


def _pending(plan: Plan, as_of: date) -> list[PendingValue]:
    waiting = ReportedValue.objects.filter(
        commitment__plan=plan, status=ReportedValue.Status.SUBMITTED, reported_at__date__lte=as_of
    ).select_related("commitment", "reported_by")
    return [
        PendingValue(
            v.commitment.name,
            phrases.period(v.period),
            f"{plain(v.value)} {v.commitment.unit}".strip(),
            str(v.reported_by) if v.reported_by else "—",
            v.synthetic,
        )
        for v in waiting.order_by("commitment__start", "period", "pk")
    ]


def _curves(views: list[CommitmentView], plan: Plan) -> list[Curve]:
    """Courses worth a drawing: three yearly values or more that are not all the same; computed ones first, then late ones."""
    drawn = []
    for view in views:
        known = [p.value for p in view.series if p.value is not None and len(p.period) == 4]
        if len(known) >= 3 and len(set(known)) > 1 and view.item.value is not None:
            drawn.append(view)
    drawn.sort(
        key=lambda v: (v.explanation is None, v.item.state not in _LATE)
    )  # stable: else the plan's order
    return [_curve(v, plan) for v in drawn[:MAX_CURVES]]


def _curve(view: CommitmentView, plan: Plan) -> Curve:
    item = view.item
    return Curve(
        code=item.code,
        title=_placed(item, plan),
        unit=item.unit,
        target=phrases.target_of(item),
        state=item.state,
        path=[(p.year, p.value) for p in view.path],
        values=[
            (int(p.period), p.value, p.complete)
            for p in view.series
            if p.value is not None and len(p.period) == 4
        ],
        fan=[(int(y), float(lo), float(mid), float(hi)) for y, lo, mid, hi in view.forecast.get("fan", [])],
        caption=phrases.course(view),
        synthetic=view.synthetic,
    )
