"""Plans in stages: the years stand in headings, not in the title; each stage's targets are due in its last year."""

import pytest

from jiuzhi.engine.plan.reader import read_text

TABLE = """专栏1 主要指标

序号\t指标\t单位\t{}
1\t优良天数比率\t%\t90.1\t92\t95
2\t森林覆盖率\t%\t58\t60\t62

"""
STAGES = {
    "numbered": ("（一）近期目标（2026-2028年）\n", "（二）远期目标（2029-2035年）\n"),
    "short": ("1.近期（2026—2028年）\n", "2.远期（2029—2035年）\n"),
    "bare": ("近期目标（2026-2028年）\n", "远期目标（2029-2035年）\n"),
    "markdown": ("### 近期目标（2026年-2028年）\n", "### 远期（2029年-2035年）\n"),
    "dash": ("——近期目标（2026—2028年）。", "——远期目标（2029—2035年）。"),
    "run in": ("（一）第一阶段目标（2026—2028年）：", "（二）第二阶段目标（2029—2035年）："),
}


def plan(near: str, far: str, title: str = "东山县美丽县城建设规划", table: str = "") -> str:
    return (
        f"{title}\n第一章 总体要求\n第二节 规划目标\n"
        f"{near}空气质量优良天数比率达到92%以上，生态环境质量明显改善。\n"
        f"{far}空气质量优良天数比率达到95%以上，到2030年农村生活污水治理率达到85%。\n{table}\n"
        "第三章 重点任务\n第一节 改善空气质量\n加强扬尘管控，安装净化器300套。\n"
    )


@pytest.mark.parametrize("style", STAGES)
def test_stage_headings_give_the_period_and_the_year_of_their_targets(style):
    pack = read_text(plan(*STAGES[style]))
    assert (pack.info.period_start, pack.info.period_end, pack.info.period_basis) == (
        "2026",
        "2035",
        "inferred",
    )
    rows = [(r.name, r.value, r.year, r.year_basis) for r in pack.commitments]
    assert rows == [
        ("空气质量优良天数比率", "92", "2028", "inferred"),
        ("生态环境质量", "", "2028", "inferred"),
        ("空气质量优良天数比率", "95", "2035", "inferred"),
        ("农村生活污水治理率", "85", "2030", "stated"),
        ("净化器数量", "300", "2035", "inferred"),
    ]
    assert any("各阶段目标的标题" in d.reason for d in pack.review)


def test_a_period_in_the_title_outranks_the_stages_but_not_their_years():
    pack = read_text(plan(*STAGES["numbered"], title="东山县美丽县城建设规划（2026—2035年）"))
    assert (pack.info.period_start, pack.info.period_end, pack.info.period_basis) == (
        "2026",
        "2035",
        "stated",
    )
    assert [r.year for r in pack.commitments][:3] == ["2028", "2028", "2035"]
    five = read_text(plan(*STAGES["numbered"], title="东山县“十五五”生态环境保护规划"))
    assert (five.info.period_start, five.info.period_end) == ("2026", "2030")


def test_a_heading_of_what_was_done_is_no_stage():
    pack = read_text(
        "东山县“十五五”生态环境保护规划\n第一章 工作成效\n第一节 第一阶段成效（2021—2023年）\n完成营造林5万亩。\n"
        "第二章 目标\n到2030年，森林覆盖率达到60%。\n"
    )
    assert [(r.kind, r.year) for r in pack.commitments] == [("achieved", "2025"), ("target", "2030")]


@pytest.mark.parametrize(
    ("title", "near", "columns", "kinds"),
    [
        (
            "东山县美丽建设规划",
            STAGES["numbered"],
            "2025年\t2028年\t2035年",
            ["baseline", "target", "target"],
        ),
        ("东山县美丽建设规划", ("", ""), "2025年\t2028年\t2035年", ["baseline", "target", "target"]),
        ("东山县美丽建设规划", ("", ""), "2025年\t2028年目标\t2035年目标", ["baseline", "target", "target"]),
        (
            "东山县美丽建设规划",
            ("", ""),
            "2027年目标\t2030年目标\t2035年目标",
            ["target", "target", "target"],
        ),
        (
            "东山县美丽建设规划（2026—2035年）",
            ("", ""),
            "2027年\t2030年\t2035年",
            ["target", "target", "target"],
        ),
    ],
)
def test_the_year_before_the_targets_is_a_baseline_column(title, near, columns, kinds):
    pack = read_text(plan(*near, title=title, table=TABLE.format(columns)))
    rows = [r for r in pack.commitments if r.name == "优良天数比率"]
    assert [r.kind for r in rows] == kinds
    start = rows[0].id if kinds[0] == "baseline" else ""
    assert [r.baseline for r in rows[1:]] == [start, start]


def test_a_chapter_of_goals_without_sections_holds_goals_and_no_tasks():
    pack = read_text(
        "东山县“十五五”生态环境保护规划\n第一章 现状\n空气质量改善。\n第二章 目标指标\n森林覆盖率达到60%，生态环境质量持续改善。\n"
        "到2030年。\n第三章 强化目标责任\n完善考核指标。\n到2030年。\n"
    )
    assert [t.title for t in pack.tasks] == ["完善考核指标"]
    assert [(r.kind, r.name, r.year) for r in pack.commitments] == [
        ("target", "森林覆盖率", "2030"),
        ("target", "生态环境质量", "2030"),
    ]
