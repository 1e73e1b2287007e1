"""The pack of the joint meeting (联席会议): what to report, what to decide, whose turn it is — from the records of the day."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Org
from jiuzhi.engine.cases.models import Case
from jiuzhi.engine.indicators import judged
from jiuzhi.engine.plan.duties import OVERDUE, SOON, Duty, duties
from jiuzhi.engine.plan.models import Plan
from jiuzhi.engine.reports.blocks import Block, Column, Composition, Paragraph
from jiuzhi.engine.reports.layout import Counter

from . import documents
from .ecology import Ecology, ecology

_NONE = "没有。"
_LATE = [Column("承诺", 36), Column("责任单位", 22), Column("状态", 14, "center"), Column("理由", 48)]
_DUTY = [
    Column("任务", 38),
    Column("责任单位", 22),
    Column("下一节点", 32),
    Column("应完成", 16, "center"),
    Column("下一步", 30),
]
_CASE = [
    Column("编号", 16),
    Column("问题", 38),
    Column("责任单位", 20),
    Column("配合单位", 22),
    Column("环节", 12, "center"),
    Column("期限", 16, "center"),
]


def compose(county: Org, now: datetime) -> Composition:
    """Lay out the pack as of ``now``; the month reported on is the last that is over."""
    from jiuzhi.core.periods import month_before

    day = now.astimezone(LOCAL).date()
    report = ecology(county, month_before(f"{day:%Y-%m}"), now)
    n, blocks = Counter(), list[Block]()
    for title, part in (
        ("上月工作情况", _month), ("排名靠后的单位", _ranks), ("滞后的承诺", _late), ("逾期和三十天内到期的任务", _duties),
        ("超期和需要协调的问题", _cases), ("尚未明确责任单位的任务", _unassigned), ("请会议决定的事项", _decide),
    ):  # fmt: skip
        blocks += [n.heading(1, title), *part(county, report, day, n)]
        n.close(1)
    synthetic = report.synthetic
    if synthetic:
        blocks.append(Paragraph("本材料含模拟数据，不可用于上报。", "note"))
    return Composition(
        title=f"{county.name}生态环境保护联席会议材料", heading=[county.name, "生态环境保护联席会议材料"], as_of=day,
        cover=[("区县", county.name), ("数据截至", f"{now.astimezone(LOCAL):%Y-%m-%d %H:%M}")],
        mark=documents.MARK if synthetic else "", subject=f"{county.name}　联席会议材料　{day}", blocks=blocks,
    )  # fmt: skip


def to_docx(county: Org, now: datetime, path: Path) -> Path:
    from jiuzhi.engine.reports import word

    return word.write(compose(county, now), path)


def to_pdf(county: Org, now: datetime, path: Path) -> Path:
    from jiuzhi.engine.reports import pdf

    return pdf.write(compose(county, now), path)


def _month(county: Org, report: Ecology, day: date, n: Counter) -> list[Block]:
    figures, _units = documents.headings(report)
    shape = [Column(t, w, "center") for t, w in zip(figures, (30, 22, 26, 28, 20), strict=True)]
    return [
        Paragraph(documents.sentence(report)),
        n.table("问题、报警与报送", shape, [documents.figure_cells(f) for f in report.work]),
    ]


def _ranks(county: Org, report: Ecology, day: date, n: Counter) -> list[Block]:
    """The last three of each group; before publication nobody is named."""
    if report.held is None or report.held.state == "computed":
        return [Paragraph("上月评分尚未公示。")]
    _figures, units = documents.headings(report)
    columns = [Column(t, w, "center") for t, w in zip(units, (12, 26, 14, 28, 24, 28), strict=True)]
    return [
        n.table(f"{word}后三名", columns, [documents.unit_cells(r) for r in rows[-3:]])
        for word, rows in report.groups
    ]


def _late(county: Org, report: Ecology, day: date, n: Counter) -> list[Block]:
    late = [j for j in judged.newest(county, day) if j.state in ("late", "badly_late")]
    late.sort(key=lambda j: j.state)  # badly_late first
    rows = [
        [j.commitment.name + ("※" if j.synthetic else ""), j.commitment.owner.name if j.commitment.owner else "未指定", j.get_state_display(), j.reason]
        for j in late
    ]  # fmt: skip
    if not rows:
        return [Paragraph(_NONE)]
    note = [Paragraph("带※的依据模拟数据。", "note")] if any(j.synthetic for j in late) else []
    return [n.table("滞后的承诺", _LATE, rows), *note]


def _plan_duties(county: Org, day: date) -> list[Duty]:
    plan = Plan.objects.filter(county=county, current=True).first()
    return duties(plan, day) if plan else []


def _duties(county: Org, report: Ecology, day: date, n: Counter) -> list[Block]:
    rows = [
        [d.task.title, d.owner.name if d.owner else "未指定", d.next.title, f"{d.next.due_on}", d.next.next_step]
        for d in _plan_duties(county, day) if d.state in (OVERDUE, SOON) and d.next
    ]  # fmt: skip
    return [n.table("任务节点", _DUTY, rows)] if rows else [Paragraph(_NONE)]


def _cases(county: Org, report: Ecology, day: date, n: Counter) -> list[Block]:
    found = (
        Case.objects.filter(county=county, closed_at=None).select_related("org").prefetch_related("helpers")
    )
    late = {c.pk for c in report.problems}
    chosen = [c for c in found if c.pk in late or c.escalated == 2 or c.helpers.all()]
    rows = [
        [*documents.problem_cells(c)[:3], "、".join(o.name for o in c.helpers.all()), *documents.problem_cells(c)[3:]]
        for c in sorted(chosen, key=lambda c: c.due_at or c.opened_at)
    ]  # fmt: skip
    return [n.table("超期、红牌和跨部门的问题", _CASE, rows)] if rows else [Paragraph(_NONE)]


def _unassigned(county: Org, report: Ecology, day: date, n: Counter) -> list[Block]:
    titles = [d.task.title for d in _plan_duties(county, day) if d.owner is None]
    if not titles:
        return [Paragraph(_NONE)]
    shown = titles[:30]
    columns = [Column("序号", 10, "center"), Column("任务", 90)]
    blocks: list[Block] = [n.table("", columns, [[str(k), t] for k, t in enumerate(shown, 1)])]
    if len(titles) > len(shown):
        blocks.append(Paragraph(f"共 {len(titles)} 项，全部见责任清单。", "note"))
    return blocks


def _decide(county: Org, report: Ecology, day: date, n: Counter) -> list[Block]:
    columns = [
        Column("序号", 10, "center"),
        Column("事项", 50),
        Column("决定", 40),
        Column("责任单位、期限", 30),
    ]
    return [n.table("", columns, [[str(k), "", "", ""] for k in range(1, 6)])]
