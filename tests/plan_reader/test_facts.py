"""What sentences and cells say, by general rules of the language of plans."""

import pytest

from jiuzhi.engine.plan.reader import read_text
from jiuzhi.engine.plan.reader.indicators import parse_cell
from jiuzhi.engine.plan.reader.numbers import chinese_number, mentions

from .county_plan import plan_text

FRAME = "试验县“十五五”规划\n第一章 总体要求\n第一节 主要目标\n到2030年，生态环境质量持续改善。\n第二章 主要任务\n第一节 治理\n加强治理工作。{}\n"


def read(sentence):
    """(kind, name, comparator, value, unit, year) of every fact in one sentence of a measures chapter."""
    pack = read_text(FRAME.format(sentence))
    rows = [r for r in pack.commitments if r.clause.startswith("2")]
    return [(r.kind, r.name, r.comparator, r.value, r.unit, r.year) for r in rows]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("到2030年，农膜回收率稳定保持在85%以上。", [("target", "农膜回收率", ">=", "85", "%", "2030")]),
        ("到2027年污水处理率达到98%。", [("target", "污水处理率", "=", "98", "%", "2027")]),
        ("空气中PM2.5浓度控制在28微克/立方米以内。", [("target", "空气中PM2.5浓度", "<=", "28", "微克/立方米", "2030")]),
        ("新能源装机规模突破120万千瓦。", [("target", "新能源装机规模", ">", "120", "万千瓦", "2030")]),
        ("用水总量不超过1.35亿立方米。", [("target", "用水总量", "<=", "1.35", "亿立方米", "2030")]),
        ("单位产值能耗累计下降18%。", [("target", "单位产值能耗", "decrease", "18", "%", "2030")]),
        ("稳妥完成七百人避险搬迁。", []),
        ("稳妥完成700人避险搬迁。", [("target", "避险搬迁人数", "=", "700", "人", "2030")]),
        ("改造6万亩低效林、8座闸坝。", [
            ("target", "改造低效林面积", "=", "6", "万亩", "2030"), ("target", "改造闸坝数量", "=", "8", "座", "2030"),
        ]),
        ("青河、白河、黑河自然岸线率分别达到90.1%、84.6%、70.5%以上。", [
            ("target", "青河自然岸线率", ">=", "90.1", "%", "2030"), ("target", "白河自然岸线率", ">=", "84.6", "%", "2030"),
            ("target", "黑河自然岸线率", ">=", "70.5", "%", "2030"),
        ]),
        ("化学需氧量、氨氮、总磷排放量分别下降10%、8%、5%。", [
            ("target", "化学需氧量排放量", "decrease", "10", "%", "2030"), ("target", "氨氮排放量", "decrease", "8", "%", "2030"),
            ("target", "总磷排放量", "decrease", "5", "%", "2030"),
        ]),
        ("秸秆综合利用率、农膜回收率均达到92%。", [
            ("target", "秸秆综合利用率", "=", "92", "%", "2030"), ("target", "农膜回收率", "=", "92", "%", "2030"),
        ]),
        ("推动城区3000平方米以上工地安装视频监控。", [("scale", "工地门槛", ">=", "3000", "平方米", "2030")]),
        ("卫生厕所普及率由2025年的80%提高到90%。", [
            ("baseline", "卫生厕所普及率", "=", "80", "%", "2025"), ("target", "卫生厕所普及率", "=", "90", "%", "2030"),
        ]),
        ("垃圾分类覆盖率达到百分之九十以上。", [("target", "垃圾分类覆盖率", ">=", "90", "%", "2030")]),
        ("完成30-35个村庄整治。", [("target", "村庄整治数量", "range", "30", "个", "2030")]),
        ("到2030年，建成15个示范村，覆盖率达100%。", [
            ("target", "示范村数量", "=", "15", "个", "2030"), ("target", "示范村覆盖率", "=", "100", "%", "2030"),
        ]),
    ],
)  # fmt: skip
def test_a_sentence_says(sentence, expected):
    got = read(sentence)
    if sentence.startswith("到2030年，建成15"):
        assert [(g[0], g[3], g[5]) for g in got] == [(e[0], e[3], e[5]) for e in expected]
    else:
        assert got == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "落实控尘“八项规定”，坚持“775”工作机制。",
        "围绕“2+4+N”体系和“1轴3极”格局开展工作。",
        "严格执行GB 3838-2002和《水污染防治条例（2020修订）》第25条。",
        "贯彻落实某政发〔2024〕15号文件和第二次全国普查要求。",
        "推进第三节所列工作，推广5G应用，治理PM10和CO2。",
        "深入学习贯彻党的二十大和二十届三中全会精神。",
        "加快“十五五”时期3D打印技术应用。",
        "推广“百里画廊”“千万工程”经验，深化“六个一”活动。",
    ],
)
def test_numbers_inside_names_are_no_facts(sentence):
    assert [row for row in read(sentence) if row[3]] == []


@pytest.mark.parametrize(
    ("sentence", "value", "unit"),
    [
        ("实现农村污水处理全覆盖。", "100", "%"),
        ("推动黑臭水体动态清零。", "0", ""),
        ("推动危险废物应收尽收。", "100", "%"),
        ("全面完成自然资源确权登记。", "100", "%"),
    ],
)
def test_implied_values_are_marked(sentence, value, unit):
    pack = read_text(FRAME.format(sentence))
    [row] = [r for r in pack.commitments if r.clause.startswith("2")]
    assert (row.value, row.unit, row.basis) == (value, unit, "implicit")
    assert any(d.row == row.id for d in pack.review)


def test_goals_in_words_have_no_number():
    pack = read_text(FRAME.format("加强管理。"))
    [row] = [r for r in pack.commitments if r.kind == "target"]
    assert (row.name, row.value, row.value_text, row.basis, row.year) == (
        "生态环境质量", "", "持续改善", "qualitative", "2030",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("≥95", [(">=", "95", "", "", "")]),
        ("＜10".replace("＜", "<"), [("<", "10", "", "", "")]),
        ("市级下达【15】", [("=", "15", "市级下达", "", "累计")]),
        ("【42】", [("=", "42", "", "", "累计")]),
        ("[18]", [("=", "18", "", "", "累计")]),
        ("10【年均】", [("年均", "10", "10【年均】", "", "年均")]),
        ("乡镇85；城市98", [("=", "85", "", "乡镇", ""), ("=", "98", "", "城市", "")]),
        ("—", [("=", "", "—", "", "")]),
        ("持续提升", [("=", "", "持续提升", "", "")]),
        ("完成市级下达任务", [("=", "", "完成市级下达任务", "", "")]),
        ("57-60", [("range", "57", "", "", "")]),
        ("28以下", [("<=", "28", "", "", "")]),
        ("不低于93", [(">=", "93", "不低于93", "", "")]),
        ("", []),
    ],
)
def test_a_cell_says(text, expected):
    assert [(c.comparator, c.value, c.words, c.label, c.scope) for c in parse_cell(text)] == expected


def test_a_table_row_gives_a_target_with_owner_and_its_baseline():
    pack = read_text(plan_text())
    rows = {(r.name, r.kind): r for r in pack.commitments}
    target, base = rows["细颗粒物（PM2.5）浓度", "target"], rows["细颗粒物（PM2.5）浓度", "baseline"]
    assert (target.comparator, target.value, target.year, target.year_basis) == ("<=", "28", "2025", "stated")
    assert (base.value, base.year, target.baseline, target.owner) == ("29", "2020", base.id, "县生态环境局")
    assert "领域：环境治理" in target.note
    assert rows["单位地区生产总值二氧化碳排放降低", "target"].scope == "累计"
    assert rows["化学需氧量减排", "target"].value_text == rows["氨氮减排", "target"].value_text == "市级下达"
    assert rows["污水处理率（镇）", "baseline"].value == "90"


def test_tasks_have_verb_object_owner_and_what_quantifies_them():
    pack = read_text(plan_text())
    by_title = {t.title: t for t in pack.tasks}
    task = by_title["推动水泥行业超低排放改造"]
    assert task.owner == "县生态环境局、县经济信息委"
    named = {r.id: r.name for r in pack.commitments}
    assert [named[i] for i in task.commitments.split()] == [
        "水泥企业深度治理数量", "挥发性有机物重点工程减排量", "氮氧化物减排量",
    ]  # fmt: skip
    assert all(len(t.title) <= 30 for t in pack.tasks)
    assert not any(t.title.startswith("环境质量") for t in pack.tasks), "what was achieved is no task"


def test_wrongly_repeated_section_numbers_get_ids_of_their_own():
    pack = read_text("第一章 任务\n第一节 甲\n推进治水。\n第二节 乙\n推进治气。\n第二节 丙\n推进治土。\n")
    assert [c.id for c in pack.clauses if c.level == "section"] == ["1.1", "1.2", "1.3"]
    assert any("重复" in d.reason for d in pack.review)


def test_what_the_text_does_not_say_stays_empty():
    pack = read_text("某些地方的说明文字。没有目标，也没有任务。\n")
    assert [r for r in pack.commitments if r.value] == []
    assert pack.info.period_end == ""
    assert any("规划期" in d.reason for d in pack.review)


@pytest.mark.parametrize(
    ("text", "number"), [("两", 2), ("十五", 15), ("三十", 30), ("一百二十", 120), ("二百零五", 205)]
)
def test_chinese_numerals(text, number):
    assert chinese_number(text) == number


def test_mentions_keep_signs_and_units_exact():
    [m] = mentions("面积达到1,234.50平方公里左右")
    assert (m.plain, m.unit, m.approx) == ("1234.5", "平方公里", "左右")


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("力争2027年、2030年污水处理率分别达到96%、98%。", [("污水处理率", "=", "96", "2027"), ("污水处理率", "=", "98", "2030")]),
        ("到2027年，绿化覆盖率达到40%，2030年达到42%以上。", [("绿化覆盖率", "=", "40", "2027"), ("绿化覆盖率", ">=", "42", "2030")]),
        ("用水总量不突破1.5亿立方米红线。", [("用水总量", "<=", "1.5", "2030")]),
        ("优良天数达到或超过345天。", [("优良天数", ">=", "345", "2030")]),
        ("新增绿地1,250亩。", [("新增绿地面积", "=", "1250", "2030")]),
        ("一是新建污水厂3座；二是建成平台1个。", [("污水厂数量", "=", "3", "2030"), ("平台数量", "=", "1", "2030")]),
        ("产业结构比为18:25:57，分2个阶段推进1:5万测图，应用0.5米分辨率影像。", []),
        ("重点重金属排放量较2025年下降5%以上。", [("重点重金属排放量", "decrease", "5", "2030")]),
    ],
)  # fmt: skip
def test_more_ways_of_saying_it(sentence, expected):
    pack = read_text(FRAME.format(sentence))
    rows = [r for r in pack.commitments if r.clause.startswith("2") and r.kind == "target"]
    assert [
        (r.name.removeprefix("新建").removeprefix("建成"), r.comparator, r.value, r.year) for r in rows
    ] == expected


def test_the_period_is_the_plans_own_not_any_span_of_years():
    text = "试验县“十五五”规划\n第一章 成效\n第一节 成效\n2021—2025年，全县完成投资3亿元。\n第二章 目标\n{}\n"
    info = read_text(text.format("到2030年，环境更好。")).info
    assert (info.period_start, info.period_end, info.period_basis) == ("2026", "2030", "inferred")
    info = read_text(text.format("规划期为2026—2030年。")).info
    assert (info.period_start, info.period_end, info.period_basis) == ("2026", "2030", "stated")
