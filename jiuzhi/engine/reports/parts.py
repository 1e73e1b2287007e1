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
    blocks: list[Block] = [n.heading(2, "滞后目标清单"), n.table("滞后的目标、责任单位与原因", _LATE, rows)]
    blocks.append(n.heading(2, "各责任单位待办"))
    columns = [
        Column("责任单位", 34),
        Column("滞后", 12, "center"),
        Column("待填报或待数据", 26, "center"),
        Column("滞后的目标", 88),
    ]
    loads = [[o.owner, str(o.late), str(o.no_data), "、".join(o.names) or "—"] for o in report.owners]
    blocks.append(n.table("各责任单位的滞后与待数据事项（项）", columns, loads))
    return blocks


def waiting(report: EvaluationReport, n: Counter) -> list[Block]:
    blocks: list[Block] = []
    if report.no_data:
        columns = [
            Column("序号", 9, "center"),
            Column("目标", 40),
            Column("目标值", 22, "center"),
            Column("责任单位", 24),
            Column("缺什么", 56),
        ]
        rows = [
            [str(i), r.name, stacked(r.target), r.owner, r.reason or "—"]
            for i, r in enumerate(report.no_data, start=1)
        ]
        blocks += [n.heading(2, "尚无数据的目标"), n.table("尚无数据的目标及所缺数据", columns, rows)]
    if report.unassigned:
        columns = [Column("所在章或专栏", 40), Column("序号（同指标完成情况表）与目标", 120)]
        groups: dict[str, list[str]] = {}
        for t in report.targets:
            if t.owner == UNASSIGNED:
                groups.setdefault(t.group, []).append(f"{t.number} {t.name}")
        blocks.append(n.heading(2, UNASSIGNED))
        blocks.append(Paragraph(f"以下{len(report.unassigned)}项目标须指定责任单位。", "lead"))
        blocks.append(n.table("", columns, [[group, "；".join(names)] for group, names in groups.items()]))
    if report.pending:
        columns = [
            Column("目标", 60),
            Column("时期", 24, "center"),
            Column("填报值", 34, "center"),
            Column("填报人", 34),
        ]
        rows = [[p.name, p.period, starred(p.value, p.synthetic), p.reported_by] for p in report.pending]
        blocks += [n.heading(2, "等待审核的填报值"), n.table("等待审核的填报值", columns, rows)]
    return blocks or [Paragraph("全部目标都有数据、有责任单位，没有等待审核的填报值。")]


def basis(report: EvaluationReport, n: Counter) -> list[Block]:
    return [*_editions(report, n), *_methods(report, n), *_standards(report, n)]


def _editions(report: EvaluationReport, n: Counter) -> list[Block]:
    if not report.editions:
        return []
    columns = [
        Column("指标", 34),
        Column("研判采用值", 32, "center"),
        Column("其他口径", 34),
        Column("数值", 20, "center"),
        Column("说明", 40),
    ]
    rows = [
        [e.name, e.counted, e.label, e.value, "；".join(x for x in (e.edition, e.note) if x) or "—"]
        for e in report.editions
    ]
    blocks: list[Block] = [n.heading(2, "同一数值的不同口径")]
    if any(e.edition.startswith("HJ 633") for e in report.editions):
        blocks.append(
            Paragraph(
                "2026年3月1日起GB 3095-2026和HJ 633-2026取代2012年版，规划第一年跨两版标准：研判按每一天当日有效的版本计算，"
                "下表并列给出全年按单一版本计算的数值。"
            )
        )
    return [*blocks, n.table("不同版本或口径下的数值", columns, rows)]


def _methods(report: EvaluationReport, n: Counter) -> list[Block]:
    blocks: list[Block] = [n.heading(2, "研判与计算方法")]
    blocks.append(
        Paragraph(
            "进度研判有方向：达到型目标对照从基线到目标的路径，保持型目标逐年对照限值，累计型目标从规划期初的零起累加，"
            "年增长型目标以几何平均增速对照。状态分达标、正常、滞后、严重滞后、无数据五种，每项附理由；没有数据时不以零代替。"
        )
    )
    if report.methods:
        columns = [
            Column("指标", 26),
            Column("算法", 46),
            Column("依据", 36),
            Column("缺测处理", 26),
            Column("本次输入", 28),
        ]
        rows = [
            [
                m.title,
                m.formula,
                "；".join(dict.fromkeys(x for x in (m.standard, m.edition) if x)),
                m.missing or "—",
                "；".join(f"{k}{v}" for k, v in m.inputs) or "—",
            ]
            for m in report.methods
        ]
        blocks.append(n.table("由监测数据计算的指标", columns, rows))
        notes = list(dict.fromkeys(f"{m.title}：{note}" for m in report.methods for note in m.notes))
        blocks += [Paragraph(note, "note") for note in notes]
    if report.scope_notes:
        columns = [Column("目标", 44), Column("名称、口径或年份的说明", 116)]
        gathered: dict[str, list[str]] = {}
        for name, note in dict.fromkeys(report.scope_notes):
            gathered.setdefault(name, []).append(note.rstrip("。"))
        blocks.append(
            n.table(
                "比较前须留意的口径", columns, [[name, "；".join(said)] for name, said in gathered.items()]
            )
        )
    return blocks


def _standards(report: EvaluationReport, n: Counter) -> list[Block]:
    columns = [
        Column("版本", 34),
        Column("名称", 42),
        Column("施行", 32, "center"),
        Column("核实情况", 28, "center"),
        Column("说明", 34),
    ]
    rows = [[s.edition, s.title, s.in_force, s.grade, s.note or "—"] for s in report.standards]
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
