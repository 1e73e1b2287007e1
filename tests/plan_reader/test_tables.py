"""One table of seven indicators in the many layouts plans come in: every value, kind, year, unit, owner and nature."""

import html

import pytest

from jiuzhi.engine.plan.reader import read_text

BEFORE = (
    "东山县“十五五”生态环境保护规划（2026—2030年）\n第一章 发展基础\n第一节 工作成效\n全县生态环境质量明显改善。\n"
    "第二章 总体要求\n第三节 主要目标\n到2030年，生态环境质量持续改善，美丽东山建设取得实效。\n"
)
AFTER = "\n第三章 重点任务\n第一节 打好蓝天保卫战\n加强扬尘管控，推进清洁取暖。\n"
CAPTION = "专栏2 “十五五”主要指标\n"
HEAD = ["类别", "序号", "指标", "单位", "2025年", "2030年", "属性", "责任单位"]
ROWS = [
    ["环境质量", "1", "优良天数比率", "%", "92.3", "≥93", "约束性", "县生态环境局"],
    ["", "2", "PM2.5浓度", "微克/立方米", "26.4", "≤25", "约束性", "县生态环境局"],
    ["", "3", "断面水质优良比例", "%", "100", "100", "约束性", "县生态环境局"],
    ["生态保护", "4", "森林覆盖率", "%", "61.2", "61.5", "约束性", "县林业局"],
    ["", "5", "水土保持率", "%", "84.3", "85.1", "预期性", "县水利局"],
    ["低碳", "6", "单位GDP能耗下降", "%", "—", "【14】", "约束性", "县发展改革委"],
    ["", "7", "生活垃圾回收利用率", "%", "35", "45以上", "预期性", "县城市管理局"],
]
EXPECTED = [  # value, is a target
    ("92.3", False), ("93", True), ("26.4", False), ("25", True), ("100", False), ("100", True), ("61.2", False),
    ("61.5", True), ("84.3", False), ("85.1", True), ("14", True), ("35", False), ("45", True),
]  # fmt: skip
WIDE = str.maketrans("0123456789.%", "０１２３４５６７８９．％")


def filled(rows):
    out, last = [], ""
    for row in rows:
        last = row[0] or last
        out.append([last, *row[1:]])
    return out


def pick(*columns):
    return [HEAD[n] for n in columns], [[row[n] for n in columns] for row in ROWS]


def cells(head, rows, gap="\n\n"):
    """One cell a line, led by TAB."""
    return gap.join("\n\t".join(["\t" + row[0], *row[1:]]) for row in [head, *rows]) + "\n"


def lines(mark, rows):
    return "\n".join(mark.join(row) for row in rows)


def unit_in_name(row):
    return f"{row[2]}（{row[3]}）"


def tag(rows):
    inner = "".join("<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in row) + "</tr>" for row in rows)
    return f"<table>{inner}</table>"


def spanned():
    height = {"环境质量": 3, "生态保护": 2, "低碳": 2}
    out = ["<table border='1'>", "<tr>" + "".join(f"<th>{c}</th>" for c in HEAD) + "</tr>"]
    for row in ROWS:
        first = f'<td rowspan="{height[row[0]]}">{row[0]}</td>\n' if row[0] else ""
        out.append("<tr>" + first + "\n".join(f"<td>{html.escape(c)}</td>" for c in row[1:]) + "\n</tr>")
    return "\n".join([*out, "</table>"])


def wrapped_name(row):
    return (
        "7  生活垃圾回收\n利用率  %  35  45以上  预期性  县城市管理局"
        if row[1] == "7"
        else "  ".join(row[1:])
    )


SIX = ["序号", "指标", "单位", "2025年", "2030年", "属性"]
LAYOUTS = {
    "cell a line, rows parted": cells(HEAD, ROWS),
    "cell a line, rows not parted": cells(HEAD, ROWS, "\n"),
    "cell a line, merged cells dropped": cells(HEAD, [[c for c in row if c] for row in ROWS]),
    "cell a line, no serial": cells(*pick(2, 3, 4, 5, 6)),
    "cell a line, unit in the name": cells(
        ["指标", "2025年", "2030年", "责任单位"], [[unit_in_name(r), r[4], r[5], r[7]] for r in ROWS]
    ),
    "target before baseline": cells(
        ["序号", "指标名称", "计量单位", "2030年目标值", "2025年基期值", "指标属性"],
        [[r[1], r[2], r[3], r[5], r[4], r[6]] for r in ROWS],
    ),
    "page number between rows": cells(HEAD, ROWS[:4]) + "\n12\n\n" + cells(ROWS[4], ROWS[5:]),
    "header said again": cells(HEAD, ROWS[:4]) + "\n续表\n" + cells(HEAD, ROWS[4:]),
    "row a line by TAB": lines("\t", [HEAD, *ROWS]),
    "row a line by TAB, filled": lines("\t", [HEAD, *filled(ROWS)]),
    "bare lines, rows parted": "\n".join(HEAD)
    + "\n\n"
    + "\n\n".join("\n".join(filter(None, r)) for r in ROWS),
    "bare lines": "\n".join(HEAD) + "\n" + "\n".join("\n".join(filter(None, r)) for r in ROWS),
    "bare lines, no serial": "\n".join(
        "\n".join(r) for r in [pick(2, 3, 4, 5, 6)[0], *pick(2, 3, 4, 5, 6)[1]]
    ),
    "pipes": "\n".join("| " + " | ".join(r) + " |" for r in [HEAD, ["---"] * 8, *ROWS]),
    "pipes without frame": lines(" | ", [HEAD, *ROWS]),
    "pipes, rows short of a merged cell": "\n".join(
        " | ".join(filter(None, r)) + " |" for r in [HEAD, *ROWS]
    ),
    "blanks, merged cells dropped": lines(" ", [HEAD, *([c for c in r if c] for r in ROWS)]),
    "blanks": lines(" ", [HEAD[1:], *(r[1:] for r in ROWS)]),
    "blanks, a name over two lines": "\n".join(["  ".join(HEAD[1:]), *(wrapped_name(r) for r in ROWS)]),
    "html": tag([HEAD, *filled(ROWS)]),
    "html with rowspan": spanned(),
    "heads without years": cells(
        ["序号", "指标名称", "现状值", "目标值", "指标属性"],
        [[r[1], unit_in_name(r), r[4], r[5], r[6]] for r in ROWS],
    ),
    "header of two levels": "\n".join(
        "\t" + c for c in [*SIX[:3], "现状", "目标", "属性", "2025年", "2030年"]
    )
    + "\n\n"
    + cells(ROWS[0][1:7], [r[1:7] for r in ROWS[1:]]),
    "unit in the cells": cells(
        ["序号", "指标", "2025年", "2030年", "属性"],
        [[r[1], r[2], *(c + r[3] if c[-1].isdigit() else c for c in r[4:6]), r[6]] for r in ROWS],
    ),
    "a column a year": cells(
        ["序号", "指标", "单位", "2025年现状", "2026年", "2027年", "2030年"],
        [[r[1], r[2], r[3], r[4], "/", "/", r[5]] for r in ROWS],
    ),
    "wide digits": cells(HEAD, [[c.translate(WIDE) if n > 3 else c for n, c in enumerate(r)] for r in ROWS]),
    "category as a row": cells(SIX, [])
    + "\n"
    + "\n\n".join((f"\t{r[0]}\n\n" if r[0] else "") + "\n\t".join(["\t" + r[1], *r[2:7]]) for r in ROWS)
    + "\n",
    "years in parentheses": cells(
        ["序号", "指标名称", "基准年（2025年）", "规划目标（2030年）", "类型"],
        [[r[1], unit_in_name(r), r[4], r[5], r[6]] for r in ROWS],
    ),
    "cells broken over lines": cells(HEAD, ROWS)
    .replace("生活垃圾回收利用率", "生活垃圾回收\n利用率")
    .replace("县生态环境局", "县生态\n环境局"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_table_reads_the_same_in_every_layout(layout):
    table = LAYOUTS[layout]
    text = BEFORE + CAPTION + table + AFTER
    first, last = len(BEFORE), text.index(AFTER)
    rows = [r for r in read_text(text).commitments if first <= r.start < last and r.value]
    assert sorted((r.value, r.kind == "target") for r in rows) == sorted(EXPECTED)
    assert {r.year for r in rows if r.kind == "target"} == {"2030"}
    assert {r.year for r in rows if r.kind != "target"} == {"2025"}
    signs = {r.value: r.comparator for r in rows if r.kind == "target"}
    assert (signs["93"], signs["25"], signs["45"]) == (">=", "<=", ">=")
    if layout != "unit in the cells":  # a cell with its number only has none there
        assert {r.unit for r in rows} == {"%", "微克/立方米"}
    if "责任单位" in table:
        assert all(r.owner.startswith("县") for r in rows)
        assert {r.owner for r in rows} == {
            "县生态环境局",
            "县林业局",
            "县水利局",
            "县发展改革委",
            "县城市管理局",
        }
    if "约束性" in table:
        assert {r.nature for r in rows} == {"约束性", "预期性"}


def test_a_head_over_two_columns_goes_to_both_of_them():
    head = "序号\n指标名称\n单位\n2020年\n2025年\n完成情况\n\n\n\n\n目标\n实际\n\n"
    rows = [
        "1 优良天数比例 % 84.2 85 88.5 完成",
        "2 森林覆盖率 % 58 60 61.2 完成",
        "3 污水治理率 % 12 32 30.6 未完成",
    ]
    body = "\n".join("\n".join(row.split()) for row in rows)
    text = BEFORE + "表1 “十四五”指标完成情况\n" + head + body + AFTER
    found = [r for r in read_text(text).commitments if r.name == "优良天数比例"]
    assert [(r.kind, r.value, r.year) for r in found] == [
        ("baseline", "84.2", "2020"), ("target", "85", "2025"), ("achieved", "88.5", "2025"),
    ]  # fmt: skip
