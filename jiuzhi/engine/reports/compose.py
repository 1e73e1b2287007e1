"""The order of the report: which heading, which table, which drawing, which sentence. Knows no file format."""

from jiuzhi.engine.plan.board_models import STATE_LABELS, STATES

from . import charts, parts
from .blocks import Block, Column, Composition, Paragraph
from .layout import Counter, stacked, starred, state
from .model import EvaluationReport, TargetRow
from .words import MARKS, day

MARK = "含模拟数据"


def compose(report: EvaluationReport, form: str = "") -> Composition:
    """Lay out the evaluation: sections 一 to 六 and tables; with ``form`` (png, svg) also the drawings made."""
    counter = Counter()
    blocks: list[Block] = []
    for title, part in _PARTS:
        body = part(report, counter)
        if body:
            blocks += [counter.heading(1, title), *body]
            counter.close(1)
    return Composition(
        title=report.title,
        heading=heading_lines(report.title, report.county),
        as_of=report.as_of,
        cover=_cover(report),
        mark=MARK if report.synthetic else "",
        subject=f"{report.county}　截至{day(report.as_of)}",
        blocks=blocks,
        figures=charts.draw(report, form) if form else {},
    )


def heading_lines(title: str, county: str) -> list[str]:
    """A long title broken where its words end: county / plan / kind of report."""
    tail = "实施评估报告"
    rest = title.removesuffix(tail)
    lines = [county, rest.removeprefix(county)] if rest.startswith(county) and rest != county else [rest]
    return [line for line in [*lines, tail if rest != title else ""] if line]


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


def _summary(report: EvaluationReport, n: Counter) -> list[Block]:
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


def _completion(report: EvaluationReport, n: Counter) -> list[Block]:
    blocks: list[Block] = [n.heading(2, "指标完成情况表")]
    rows: list[list[str]] = []
    group = ""
    for row in report.targets:
        if row.group != group:
            group = row.group
            rows.append([group])
        rows.append(_completion_row(row))
    blocks.append(n.table(f"{report.period}规划指标完成情况", _COMPLETION, rows))
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
        caption = f"{starred(curve.title, curve.synthetic)}{unit}，目标{curve.target}"
        blocks += [n.figure(f"curve{index}", caption, with_next=True), Paragraph(curve.caption, "note")]
    if report.measured:
        blocks += _measured(report, n)
    return blocks


def _completion_row(row: TargetRow) -> list[str]:
    now = stacked(row.now)
    if row.synthetic and now != "—":
        now = now.replace("\n", "※\n", 1) if "\n" in now else f"{now}※"
    return [
        str(row.number),
        row.name,
        row.unit or "—",
        row.nature or "—",
        stacked(row.baseline),
        stacked(row.target),
        now,
        state(row),
        row.owner,
    ]


def _measured(report: EvaluationReport, n: Counter) -> list[Block]:
    """What the measurements come to, also where the plan promises nothing; the first year's two editions stand in 六."""
    years = [label for label, _ in report.measured[0].years]
    columns = [
        Column("指标", 54),
        Column("单位", 24, "center"),
        *(Column(y, 24, "center") for y in years),
        Column("规划目标", 22, "center"),
    ]
    rows = []
    for m in report.measured:
        cells = [value if value == "—" else starred(value, m.synthetic) for _, value in m.years]
        rows.append([m.title, m.unit or "—", *cells, "有" if m.bound else "—"])
    note = "由监测数据按国家标准计算；全年有效数据不足的年份没有数值。“规划目标”一栏为“—”的只供参考，不参与研判。"
    return [
        n.heading(2, "环境质量监测指标"),
        n.table("由监测数据计算的年度指标", columns, rows),
        Paragraph(note, "note"),
    ]


_PARTS = (
    ("总体评价", _summary),
    ("指标完成情况", _completion),
    ("分章评估", parts.chapters),
    ("滞后事项与责任", parts.lateness),
    ("等待数据与责任的事项", parts.waiting),
    ("评价方法与依据", parts.basis),
)
