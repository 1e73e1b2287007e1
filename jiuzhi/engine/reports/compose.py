"""The order of the report: which heading, which table, which drawing, which sentence. Knows no file format."""

from jiuzhi.engine.plan.board_models import STATE_LABELS, STATES, UNASSIGNED

from . import charts
from .blocks import Block, Column, Composition, Figure, Heading, Paragraph, Table
from .model import Chapter, EvaluationReport, LateRow, Section, TargetRow
from .words import MARKS, day, numeral, remaining, share

MARK = "含模拟数据"


def compose(report: EvaluationReport) -> Composition:
    """Lay out the evaluation: sections 一 to 六, tables, and the drawings made."""
    counter = _Counter()
    blocks: list[Block] = []
    for title, part in _PARTS:
        body = part(report, counter)
        if body:
            blocks += [counter.heading(1, title), *body]
            counter.close(1)
    figures = charts.draw(report)
    return Composition(
        title=report.title,
        cover=_cover(report),
        mark=MARK if report.synthetic else "",
        subject=f"{report.county}　截至{day(report.as_of)}",
        blocks=blocks,
        figures={key: png for key, (png, _) in figures.items()},
        drawings={key: svg for key, (_, svg) in figures.items()},
    )


class _Counter:
    """Ordinals of headings (一、（一）1.) and of tables and figures."""

    def __init__(self) -> None:
        self.levels = [0, 0, 0]
        self.tables = 0
        self.figures = 0

    def heading(self, level: int, text: str) -> Heading:
        self.levels[level - 1] += 1
        self.close(level)
        number = self.levels[level - 1]
        label = (f"{numeral(number)}、", f"（{numeral(number)}）", f"{number}. ")[level - 1]
        return Heading(level, label + text)

    def close(self, level: int) -> None:
        self.levels[level:] = [0] * (3 - level)

    def table(self, caption: str, columns: list[Column], rows: list[list[str]]) -> Table:
        self.tables += 1
        return Table(f"表{self.tables}　{caption}", columns, rows)

    def figure(self, key: str, caption: str) -> Figure:
        self.figures += 1
        return Figure(key, f"图{self.figures}　{caption}")


def _cover(report: EvaluationReport) -> list[tuple[str, str]]:
    lines = [
        ("区县", f"{report.county}（{report.county_code}）"),
        ("规划", f"{report.plan_title}　{report.plan_version}"),
        ("规划期", report.period),
        ("截至日期", day(report.as_of)),
    ]
    if report.judged_on != report.as_of:
        lines.append(("研判日期", day(report.judged_on)))
    return lines


def _state(row: TargetRow | LateRow) -> str:
    return f"{MARKS[row.state]} {row.state_label}"


def _stacked(text: str) -> str:
    """The year on a line of its own, so that a narrow column does not break inside it."""
    head, _, tail = text.rpartition("（")
    return f"{head}\n{tail[:-1]}" if head and tail.endswith(("年）", "至今）", "月）")) else text


def _starred(name: str, synthetic: bool) -> str:
    return f"{name}※" if synthetic else name


def _summary(report: EvaluationReport, n: _Counter) -> list[Block]:
    blocks: list[Block] = [Paragraph(sentence) for sentence in report.summary]
    columns = [
        Column("领域", 22),
        *(Column(f"{MARKS[s]} {STATE_LABELS[s]}", 13, "center") for s in STATES),
        Column("合计", 13, "center"),
    ]
    rows = [
        [d.name or "未分领域", *(str(d.counts.get(s, 0)) for s in STATES), str(d.total)]
        for d in report.domains
    ]
    rows.append(["合计", *(str(report.counts.get(s, 0)) for s in STATES), str(report.total)])
    blocks.append(n.table("各领域目标的状态", columns, rows))
    blocks.append(n.figure("states", "各领域目标状态构成（项）"))
    return blocks


_COMPLETION = [
    Column("序号", 9, "center"),
    Column("指标", 33),
    Column("单位", 14, "center"),
    Column("类型", 13, "center"),
    Column("基线", 15, "center"),
    Column("目标值", 15, "center"),
    Column("现值", 19, "center"),
    Column("进度评价", 20, "center"),
    Column("责任单位", 21),
]


def _completion(report: EvaluationReport, n: _Counter) -> list[Block]:
    blocks: list[Block] = [n.heading(2, "指标完成情况表")]
    rows: list[list[str]] = []
    group = ""
    for row in report.targets:
        if row.group != group:
            group = row.group
            rows.append([group])
        rows.append(_completion_row(row))
    blocks.append(n.table("“十五五”规划指标完成情况", _COMPLETION, rows))
    note = "“—”表示规划没有给出或尚无数值；“至今”的数值只到截至日，不等于全年。"
    blocks.append(Paragraph(note + ("带※的现值依据模拟数据。" if report.synthetic else ""), "note"))
    if report.curves:
        blocks.append(n.heading(2, "重点指标走势与预测"))
        blocks.append(
            Paragraph(
                "实线为已有数值，空心点为至今值；短划线为规划路径，红色点线为目标；阴影为预测的90%区间。",
                "lead",
            )
        )
    for index, curve in enumerate(report.curves):
        unit = f"（{curve.unit}）" if curve.unit else ""
        blocks += [
            n.figure(f"curve{index}", f"{_starred(curve.title, curve.synthetic)}{unit}，目标{curve.target}"),
            Paragraph(curve.caption, "note"),
        ]
    return blocks


def _completion_row(row: TargetRow) -> list[str]:
    now = _stacked(row.now)
    if row.synthetic and now != "—":
        now = now.replace("\n", "※\n", 1) if "\n" in now else f"{now}※"
    return [
        str(row.number),
        row.name,
        row.unit or "—",
        row.nature or "—",
        _stacked(row.baseline),
        _stacked(row.target),
        now,
        _state(row),
        row.owner,
    ]


_TARGETS = [
    Column("序号", 9, "center"),
    Column("目标", 34),
    Column("目标值", 18, "center"),
    Column("状态", 20, "center"),
    Column("理由", 62),
]
_TASKS = [
    Column("序号", 9, "center"),
    Column("任务", 76),
    Column("责任单位", 24),
    Column("量化目标的状态", 38),
]


def _chapters(report: EvaluationReport, n: _Counter) -> list[Block]:
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


def _section(section: Section, n: _Counter) -> list[Block]:
    blocks: list[Block] = []
    if section.title:
        blocks.append(n.heading(3, f"{section.number} {section.title}".strip()))
    if section.targets:
        rows = [
            [str(t.number), _starred(t.name, t.synthetic), _stacked(t.target), _state(t), t.reason or "—"]
            for t in section.targets
        ]
        blocks.append(n.table("目标与状态（序号同指标完成情况表）", _TARGETS, rows))
    if section.tasks:
        rows = [[str(i), t.title, t.owner, t.targets or "—"] for i, t in enumerate(section.tasks, start=1)]
        blocks.append(n.table("任务", _TASKS, rows))
    return blocks


_LATE = [
    Column("序号", 9, "center"),
    Column("目标", 30),
    Column("目标值", 17, "center"),
    Column("现值", 19, "center"),
    Column("状态", 20, "center"),
    Column("责任单位", 20),
    Column("剩余", 14, "center"),
    Column("理由", 44),
]


def _lateness(report: EvaluationReport, n: _Counter) -> list[Block]:
    if not report.late:
        return [Paragraph("截至报告日没有滞后的目标。")]
    rows = [
        [
            str(i),
            _starred(r.name, r.synthetic),
            _stacked(r.target),
            _stacked(r.now),
            _state(r),
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
        Column("待填报或待数据", 22, "center"),
        Column("滞后的目标", 90),
    ]
    loads = [[o.owner, str(o.late), str(o.no_data), "、".join(o.names) or "—"] for o in report.owners]
    blocks.append(n.table("各责任单位的滞后与待数据事项（项）", columns, loads))
    return blocks


def _waiting(report: EvaluationReport, n: _Counter) -> list[Block]:
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
            [str(i), r.name, _stacked(r.target), r.owner, r.reason or "—"]
            for i, r in enumerate(report.no_data, start=1)
        ]
        blocks += [n.heading(2, "尚无数据的目标"), n.table("尚无数据的目标及所缺数据", columns, rows)]
    if report.unassigned:
        listed = "；".join(report.unassigned)
        blocks += [
            n.heading(2, UNASSIGNED),
            Paragraph(f"以下{len(report.unassigned)}项目标须指定责任单位：{listed}。"),
        ]
    if report.pending:
        columns = [
            Column("目标", 60),
            Column("时期", 24, "center"),
            Column("填报值", 34, "center"),
            Column("填报人", 34),
        ]
        rows = [[p.name, p.period, p.value, p.reported_by] for p in report.pending]
        blocks += [n.heading(2, "等待审核的填报值"), n.table("等待审核的填报值", columns, rows)]
    return blocks or [Paragraph("全部目标都有数据、有责任单位，没有等待审核的填报值。")]


def _basis(report: EvaluationReport, n: _Counter) -> list[Block]:
    blocks: list[Block] = []
    if report.editions:
        blocks.append(n.heading(2, "同一数值的两种口径"))
        blocks.append(
            Paragraph(
                "2026年3月1日起GB 3095-2026和HJ 633-2026取代2012年版，规划第一年跨两版标准。研判按当日有效的版本逐日计算，下表并列给出其他口径。"
            )
        )
        columns = [
            Column("指标", 36),
            Column("研判采用值", 32, "center"),
            Column("其他口径", 34),
            Column("数值", 22, "center"),
            Column("说明", 36),
        ]
        rows = [
            [e.name, e.counted, e.label, e.value, "；".join(x for x in (e.edition, e.note) if x) or "—"]
            for e in report.editions
        ]
        blocks.append(n.table("不同版本或口径下的数值", columns, rows))
    blocks += _methods(report, n) + _standards(report, n)
    return blocks


def _methods(report: EvaluationReport, n: _Counter) -> list[Block]:
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
            Column("算法", 48),
            Column("依据", 36),
            Column("缺测处理", 24),
            Column("本次输入", 26),
        ]
        rows = [
            [
                m.title,
                m.formula,
                "；".join(x for x in (m.standard, m.edition) if x),
                m.missing or "—",
                "；".join(f"{k}{v}" for k, v in m.inputs) or "—",
            ]
            for m in report.methods
        ]
        blocks.append(n.table("由监测数据计算的指标", columns, rows))
        notes = list(dict.fromkeys(f"{m.title}：{note}" for m in report.methods for note in m.notes))
        blocks += [Paragraph(note, "note") for note in notes]
    blocks += [Paragraph(f"{name}：{note}", "note") for name, note in dict.fromkeys(report.scope_notes)]
    return blocks


def _standards(report: EvaluationReport, n: _Counter) -> list[Block]:
    columns = [
        Column("版本", 34),
        Column("名称", 42),
        Column("施行", 30, "center"),
        Column("核实情况", 28, "center"),
        Column("说明", 26),
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


_PARTS = (
    ("总体评价", _summary),
    ("指标完成情况", _completion),
    ("分章评估", _chapters),
    ("滞后事项与责任", _lateness),
    ("等待数据与责任的事项", _waiting),
    ("评价方法与依据", _basis),
)
