"""The ecology report as Word, PDF and Excel."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

from jiuzhi.core.local import LOCAL
from jiuzhi.engine.exchange.workbook import tables
from jiuzhi.engine.reports.blocks import Block, Column, Composition, Paragraph
from jiuzhi.engine.reports.layout import Counter
from jiuzhi.engine.reports.words import plain

from .ecology import Ecology, Figure, UnitRow

MARK = "含模拟数据"


def month_word(month: str) -> str:
    """ "2026年10月" for "2026-10"."""
    return f"{month[:4]}年{int(month[5:])}月"


def change(now: Decimal | None, before: Decimal | None, unit: str = "") -> str:
    """How a number moved, in words: "↑3 件", "持平", "—" where there is nothing to compare."""
    if now is None or before is None:
        return "—"
    if now == before:
        return "持平"
    return f"{'↑' if now > before else '↓'}{plain(abs(now - before))} {unit}".rstrip()


def moved(row: UnitRow) -> str:
    """How a unit's place moved: "↑2 位（第 5→第 3）"."""
    if row.before is None or row.moved is None:
        return "—"
    if row.moved == 0:
        return f"不变（第 {row.score.rank}）"
    sign = "↑" if row.moved > 0 else "↓"
    return f"{sign}{abs(row.moved)} 位（第 {row.before.rank}→第 {row.score.rank}）"


def headings(report: Ecology) -> tuple[list[str], list[str]]:
    """Column titles of the county's figures and of the units; the months compared with are named, never "同比" alone."""
    last, year = month_word(report.before), month_word(report.year_before)
    return (
        figure_headings(report.month, report.before, report.year_before),
        [
            "名次",
            "单位",
            "得分",
            f"名次较上月（{last}）",
            f"得分较上月（{last}）",
            f"得分较去年同月（{year}）",
        ],
    )


def figure_headings(month: str, before: str, year_before: str) -> list[str]:
    return [
        "项目",
        month_word(month),
        f"较上月（{month_word(before)}）",
        f"较去年同月（{month_word(year_before)}）",
        "说明",
    ]


def _told(value: Decimal | None) -> Decimal | None:
    """A number as it is printed: two decimals at most, half to even; changes are those of the printed numbers."""
    return None if value is None else value.quantize(Decimal("0.01"), ROUND_HALF_EVEN)


def figure_cells(f: Figure) -> list[str]:
    now, before, year = (_told(v) for v in (f.now, f.before, f.year_before))
    return [
        f.title,
        "—" if now is None else f"{plain(now)} {f.unit}".strip(),
        change(now, before, f.unit),
        change(now, year, f.unit),
        f.note,
    ]


def unit_cells(row: UnitRow) -> list[str]:
    return [
        f"{row.score.rank}/{row.score.of}", row.score.unit.name, plain(row.score.total), moved(row),
        change(row.score.total, row.before.total if row.before else None, "分"),
        change(row.score.total, row.year_before.total if row.year_before else None, "分"),
    ]  # fmt: skip


WORK = ["新增问题", "办结问题", "在办", "超期", "报警", "迟报", "滞后承诺／承担"]


def work_cells(row: UnitRow) -> list[str]:
    """What the unit had to do and did in the month, under `WORK`."""
    *counts, held, behind = row.work
    return [*("—" if n is None else str(n) for n in counts), f"{behind}／{held}" if held else "—"]


def compose(report: Ecology, on: date) -> Composition:
    """Lay out the report."""
    counter, blocks = Counter(), list[Block]()
    figures, units = headings(report)
    shape = [
        Column(t, w, a)
        for t, w, a in zip(figures, (30, 22, 26, 28, 20), ("left", *["center"] * 4), strict=True)
    ]
    blocks.append(counter.heading(1, "总体情况"))
    blocks.append(Paragraph(sentence(report)))
    blocks.append(counter.table("问题、报警与报送", shape, [figure_cells(f) for f in report.work]))
    if report.indicators:
        blocks.append(counter.table("生态环境指标", shape, [figure_cells(f) for f in report.indicators]))
    blocks.append(counter.heading(1, "考核得分与排名"))
    columns = [
        Column(t, w, a)
        for t, w, a in zip(units, (12, 26, 14, 28, 24, 28), ("center", "left", *["center"] * 4), strict=True)
    ]
    for word, rows in report.groups:
        blocks.append(counter.table(f"{word}得分", columns, [unit_cells(r) for r in rows]))
        done = [Column("单位", 30), *(Column(t, 16, "center") for t in WORK)]
        blocks.append(
            counter.table(f"{word}工作情况", done, [[r.score.unit.name, *work_cells(r)] for r in rows])
        )
    if not report.groups:
        blocks.append(Paragraph("本月还没有计算评分。"))
    blocks.append(counter.heading(1, "超期问题清单"))
    blocks += _problems(report, counter)
    blocks.append(Paragraph(standing(report), "note"))
    title = f"{report.county.name}{month_word(report.month)}生态报表"
    return Composition(
        title=title, heading=[report.county.name, f"{month_word(report.month)}生态报表"], as_of=on,
        cover=[("区县", report.county.name), ("月份", month_word(report.month)), ("状态", state(report)), ("编制日期", f"{on}")],
        mark=MARK if report.synthetic else "", subject=f"{report.county.name}　{month_word(report.month)}生态报表", blocks=blocks,
    )  # fmt: skip


def state(report: Ecology) -> str:
    return str(report.held.get_state_display()) if report.held else "尚未计算评分"


def standing(report: Ecology) -> str:
    note = f"评分状态：{state(report)}。“—”表示没有可比的数据。"
    return note + ("本表含模拟数据，不可用于上报。" if report.synthetic else "")


def sentence(report: Ecology) -> str:
    """The month in one sentence."""
    opened, closed, running, late, alerts, reports = (plain(f.now) for f in report.work[:6])
    return (
        f"{month_word(report.month)}新增问题 {opened} 件，办结 {closed} 件，月末在办 {running} 件，其中超期 {late} 件；"
        f"触发报警 {alerts} 个，迟报 {reports} 次。"
    )


_PROBLEM = [
    Column("编号", 18),
    Column("问题", 44),
    Column("责任单位", 24),
    Column("环节", 14, "center"),
    Column("期限", 20, "center"),
]


def _problems(report: Ecology, counter: Counter) -> list[Block]:
    if not report.problems:
        return [Paragraph("月末没有超期问题。")]
    rows = [problem_cells(c) for c in report.problems]
    return [counter.table("超期问题", _PROBLEM, rows)]


def problem_cells(case: Any) -> list[str]:
    due = case.due_at or case.final_at
    return [
        case.code,
        case.title,
        case.org.name,
        case.stage,
        f"{due.astimezone(LOCAL):%Y-%m-%d}" if due else "—",
    ]


def to_docx(report: Ecology, path: Path, on: date) -> Path:
    from jiuzhi.engine.reports import word

    return word.write(compose(report, on), path)


def to_pdf(report: Ecology, path: Path, on: date) -> Path:
    from jiuzhi.engine.reports import pdf

    return pdf.write(compose(report, on), path)


def to_xlsx(report: Ecology) -> bytes:
    """A workbook: 总体, one sheet for each group with a row a unit, 明细 with a row for each line of each score, 超期问题."""
    figures, units = headings(report)
    lines = [
        [r.score.unit.name, line.title, line.value, line.unit, line.points, line.full, line.why, "；".join(e["label"] for e in line.evidence)]
        for _word, rows in report.groups for r in rows for line in r.score.lines.all()
    ]  # fmt: skip
    return tables(
        [
            ("总体", figures, [figure_cells(f) for f in (*report.work, *report.indicators)]),
            *(
                (word, [*units, *WORK], [[*unit_cells(r), *work_cells(r)] for r in rows])
                for word, rows in report.groups
            ),
            ("得分明细", ["单位", "项目", "数值", "单位", "得分", "满分", "说明", "证据"], lines),
            ("超期问题", [c.title for c in _PROBLEM], [problem_cells(c) for c in report.problems]),
        ],
        report.synthetic,
    )
