"""The later parts of the report: chapter by chapter, what is late, what is waited for, and what it all rests on."""

from jiuzhi.engine.plan.board_models import STATE_LABELS, STATES, UNASSIGNED

from .blocks import Block, Column, Paragraph, Table
from .layout import Counter, stacked, starred, state
from .model import Chapter, EvaluationReport, Section, TaskRow
from .words import day, remaining, share

_TARGETS = [
    Column("序号", 9, "center"),
    Column("目标", 34),
    Column("目标值", 18, "center"),
    Column("状态", 20, "center"),
    Column("理由", 62),
]


def chapters(report: EvaluationReport, n: Counter) -> list[Block]:
    blocks: list[Block] = []
    for chapter in report.chapters:
        blocks += [
            n.heading(2, f"{chapter.number} {chapter.title}".strip()),
            Paragraph(_chapter_said(chapter)),
        ]
        for section in chapter.sections:
            blocks += _section(section, n)
    return blocks


def _chapter_said(chapter: Chapter) -> str:
    if not chapter.total:
        return f"本章没有可量化的目标，有任务{chapter.task_total}项，按清单和佐证材料检查。"
    states = "、".join(f"{STATE_LABELS[s]}{chapter.counts[s]}项" for s in STATES if chapter.counts.get(s))
    fine = chapter.counts.get("met", 0) + chapter.counts.get("on_track", 0)
    known = chapter.total - chapter.counts.get("no_data", 0)
    rate = f"，可研判的目标中{share(fine, known)}达标或正常" if known else ""
    return f"本章有目标{chapter.total}项、任务{chapter.task_total}项。目标中{states}{rate}。"


def _section(section: Section, n: Counter) -> list[Block]:
    blocks: list[Block] = []
    if section.title:
        blocks.append(n.heading(3, f"{section.number} {section.title}".strip()))
    if section.targets:
        rows = [
            [str(t.number), starred(t.name, t.synthetic), stacked(t.target), state(t), t.reason or "—"]
            for t in section.targets
        ]
        blocks.append(n.table("", _TARGETS, rows))
    if section.tasks:
        blocks.append(_tasks(section.tasks, n))
    return blocks


def _tasks(tasks: list[TaskRow], n: Counter) -> Table:
    """The tasks of a section; a column that would say nothing in any row is left out."""
    owned, measured = any(t.owner != UNASSIGNED for t in tasks), any(t.targets for t in tasks)
    columns = [Column("序号", 9, "center"), Column("任务", 76)]
    columns += [Column("责任单位", 24)] * owned + [Column("量化目标的状态", 50)] * measured
    rows = [
        [str(i), t.title, *([t.owner] if owned else []), *([t.targets or "—"] if measured else [])]
        for i, t in enumerate(tasks, start=1)
    ]
    return n.table("", columns, rows)


_LATE = [
    Column("序号", 9, "center"),
    Column("目标", 30),
    Column("目标值与现值", 27, "center"),
    Column("状态", 21, "center"),
    Column("责任单位", 20),
    Column("剩余", 18, "center"),
    Column("理由", 62),
]


def lateness(report: EvaluationReport, n: Counter) -> list[Block]:
    if not report.late:
        return [Paragraph("截至报告日没有滞后的目标。")]
    rows = [
        [
            str(i),
            starred(r.name, r.synthetic),
            f"{r.target}\n{stacked(r.now)}",
            state(r),
            r.owner,
            remaining(r.days_left),
            r.reason or "—",
        ]
        for i, r in enumerate(report.late, start=1)
    ]
    blocks: list[Block] = [
        n.heading(2, "标准与版本"),
        n.table("本报告依据的标准版本及核实情况", columns, rows),
    ]
    unverified = [s.edition for s in report.standards if not s.verified]
    if unverified:
        blocks.append(Paragraph(f"{'、'.join(unverified)}的文本尚未核实，据其得出的数值以正式文本为准。"))
    blocks.append(
        Paragraph(
            f"规划文本：{report.document}，文档指纹（SHA-256）{report.sha256[:16]}…；研判日期{day(report.judged_on)}。",
            "note",
        )
    )
    return blocks
