"""Sentences and headings of plans, each in the words of one drafting habit: what the reader must find, and nothing else."""

from decimal import Decimal

import pytest

from jiuzhi.engine.plan.reader import read_text

TITLE = "东山县“十五五”生态环境保护规划（2026—2030年）\n"
FRAME = (
    TITLE + "第一章 总体要求\n第一节 规划目标\n到2030年，全县生态环境质量持续改善。\n"
    "第三章 深入打好污染防治攻坚战\n第一节 强化综合治理\n{}\n"
)
# sentence, then (value, kind, comparator, unit, year) per number; kind T target, S scale, B baseline; None: not judged here
SENTENCES = [
    ("到2030年，城区声环境功能区夜间达标率达到85%以上。", [("85", "T", ">=", "%", "2030")]),
    ("到2030年，PM2.5年均浓度力争降至22微克/立方米以下。", [("22", "T", "<=", "微克/立方米", "2030")]),
    ("2028年前完成12座小水电站清理整改。", [("12", "T", "=", "座", "2028")]),
    ("截至2027年6月底，新建充电桩800个。", [("800", "T", "=", "个", "2027")]),
    ("2026—2028年，每年完成矿山修复20公顷。", [("20", "T", None, "公顷", None)]),
    ("“十五五”期间，累计完成营造林15万亩以上。", [("15", "T", None, "万亩", "2030")]),
    ("“十五五”末，农村卫生厕所普及率不低于90%。", [("90", "T", ">=", "%", "2030")]),
    ("规划期末，湿地保护率达60%。", [("60", "T", "=", "%", "2030")]),
    ("森林覆盖率稳定在70%左右。", [("70", "T", None, "%", "2030")]),
    ("危险废物利用处置率保持100%。", [("100", "T", "=", "%", "2030")]),
    ("县城降尘量不高于8吨/平方公里。", [("8", None, "<=", "吨/平方公里", "2030")]),
    ("推广测土配方施肥120万亩次。", [("120", "T", "=", "万亩次", "2030")]),
    ("噪声投诉量较2025年减少两成。", [("20", "T", "decrease", "%", "2030")]),
    ("新增城市绿道不少于三十公里。", [("30", "T", ">=", "公里", "2030")]),
    ("建成国家级生态村三个、市级生态村十二个。", [("3", "T", "=", "个", None), ("12", "T", "=", "个", None)]),
    ("将森林抚育面积扩大到2.5万公顷。", [("2.5", "T", "=", "万公顷", None)]),
    ("城镇生活污水集中收集率力争达到70%或比2025年提高5个百分点以上。", [("70", "T", None, "%", None), ("5", "T", None, "个百分点", None)]),
    ("农作物秸秆综合利用率由88%提高到92%以上。", [("88", "B", None, "%", None), ("92", "T", ">=", "%", None)]),
    ("单位GDP能耗比2025年累计下降15%。", [("15", "T", None, "%", None)]),
    ("氮氧化物、挥发性有机物重点工程减排量分别不低于360吨、120吨。", [("360", "T", ">=", "吨", None), ("120", "T", ">=", "吨", None)]),
    ("确保2027年、2030年优良天数比率分别达到92%、93%。", [("92", "T", None, "%", "2027"), ("93", "T", None, "%", "2030")]),
    ("争取到2028年建成1至2个省级生态工业园区。", [("1", "T", None, "个", "2028")]),
    ("新建污水处理厂2座（日处理能力分别为0.5万吨、1万吨）。", [("2", "T", "=", "座", None), ("0.5", None, None, None, None), ("1", None, None, None, None)]),
    ("重点行业企业用地调查率达100%，暂不开发利用地块管控率达100%。", [("100", "T", "=", "%", None), ("100", "T", "=", "%", None)]),
    ("实施总投资3.6亿元的东河综合治理工程。", [("3.6", None, None, "亿元", None)]),
    ("对6家“两高”企业实施清洁化改造，完成率达到100%。", [("6", None, None, "家", None), ("100", "T", "=", "%", None)]),
    ("氨氮浓度控制在1.0mg/L以下。", [("1.0", "T", "<=", None, None)]),
    ("重污染天数控制在3天以内。", [("3", "T", "<=", "天", None)]),
    ("亩均化肥施用量降低到25公斤以下。", [("25", "T", "<=", "公斤", None)]),
    ("万元GDP用水量降至45立方米。", [("45", "T", None, "立方米", None)]),
    ("公众满意度达到95分以上。", [("95", "T", ">=", "分", None)]),
    ("建立3处外来物种监测点，监测频次每月不少于1次。", [("3", "T", "=", "处", None), ("1", None, ">=", "次", None)]),
    ("打造“一廊两带三区”生态格局。", []),
    ("健全“1+N”规划体系，落实“四个一律”要求。", []),
    ("执行《环境空气质量标准》（GB 3095—2012）二级标准。", []),
    ("落实国务院令第736号要求，对照2023年版名录开展排查。", []),
    ("实施第三轮中央生态环境保护督察整改。", []),
    ("加强G65、S102沿线两侧绿化。", []),
    ("推进“12345”热线与“110”联动。", []),
    ("每年4月22日开展世界地球日宣传，6月5日举办环境日活动。", []),
    ("深入推进“十大工程”“八大行动”。", []),
    ("加快国Ⅵ排放标准车辆推广，淘汰国三及以下车辆300辆。", [("300", "T", "=", "辆", None)]),
    ("年供水能力达3000立方米/日以上的集中供水工程全部安装监控。", [("3000", "S", None, None, None)]),
    ("坡度25度以上坡耕地实施退耕，面积1.2万亩。", [("25", "S", None, None, None), ("1.2", "T", None, "万亩", None)]),
    ("规模以上工业用水重复利用率达到94%（其中园区达到97%）。", [("94", "T", None, "%", None), ("97", "T", None, "%", None)]),
    ("县城、乡镇、村庄污水处理率分别达到98%、85%、60%以上。", [("98", "T", None, "%", None), ("85", "T", None, "%", None), ("60", "T", None, "%", None)]),
    ("建设生态清洁小流域5条，治理水土流失面积86.4km2。", [("5", "T", "=", "条", None), ("86.4", "T", None, None, None)]),
    ("新增造林10 000亩，抚育2,500亩。", [("10000", "T", None, "亩", None), ("2500", "T", None, "亩", None)]),
    ("生态环境满意率达９２％以上。", [("92", "T", ">=", "%", None)]),
    ("河道生态基流保障率≥90％，排口达标率＞95%。", [("90", "T", ">=", "%", None), ("95", "T", ">", "%", None)]),
    ("固废综合利用率在2025年基础上提高3-5个百分点。", [("3", "T", None, "个百分点", None)]),
    ("建成区绿化覆盖率、绿地率分别达42%、38%，人均公园绿地达14.5平方米。", [("42", "T", None, "%", None), ("38", "T", None, "%", None), ("14.5", "T", None, "平方米", None)]),
    ("2030年全县碳排放强度比2005年下降65%以上。", [("65", "T", "decrease", "%", "2030")]),
    ("森林蓄积量净增50万立方米，达到1 260万立方米。", [("50", "T", None, "万立方米", None), ("1260", "T", None, "万立方米", None)]),
    ("95%以上的规模养殖场建成粪污处理设施。", [("95", "T", ">=", "%", None)]),
    ("全县80%的行政村完成环境整治。", [("80", "T", None, "%", None)]),
    ("清洁能源占比超过三分之一。", []),
    ("县级以上河流水质达标率100%，乡镇级饮用水水源保护区划定率100%，规范化建设率不低于90%。", [("100", "T", "=", "%", None), ("100", "T", "=", "%", None), ("90", "T", ">=", "%", None)]),
    ("（7）建设垃圾分类示范小区20个；", [("20", "T", "=", "个", None)]),
    ("①实施东河清淤12.5公里；②新建人工湿地2处、面积300亩；③安装在线监测8套。", [("12.5", "T", None, "公里", None), ("2", "T", None, "处", None), ("300", "T", None, "亩", None), ("8", "T", None, "套", None)]),
    ("完成投资2.4亿元，谋划项目46个，总投资58亿元。", [("2.4", None, None, "亿元", None), ("46", None, None, "个", None), ("58", None, None, "亿元", None)]),
    ("力争用3年时间，使黑臭水体消除比例达到90%。", [("90", "T", None, "%", None)]),
    ("自2026年起，新建建筑100%执行绿色建筑标准。", [("100", "T", "=", "%", None)]),
    ("建设“无废细胞”50个以上（含学校10个）。", [("50", "T", ">=", "个", None), ("10", "T", None, "个", None)]),
    ("酸雨频率控制在10%以下，pH年均值稳定在5.6以上。", [("10", "T", "<=", "%", None), ("5.6", "T", ">=", None, None)]),
    ("绿色出行比例达七成以上。", [("70", "T", ">=", "%", None)]),
    ("重点生态功能区面积占比提高1.5个百分点，达到46.2%。", [("1.5", "T", None, "个百分点", None), ("46.2", "T", None, "%", None)]),
    ("开展环保督察“回头看”，确保2024年以来交办的35件信访件全部办结。", [("35", None, None, "件", None)]),
    ("配备环境监测人员不少于15人，监测用房面积达到2000㎡。", [("15", "T", ">=", "人", None), ("2000", "T", None, None, None)]),
    ("石漠化治理80平方千米，其中封山育林6.3万亩。", [("80", "T", None, "平方公里", None), ("6.3", "T", None, "万亩", None)]),
    ("实现森林火灾受害率低于0.9‰、林业有害生物成灾率低于8.2‰。", [("0.9", "T", "<", "‰", None), ("8.2", "T", "<", "‰", None)]),
    ("新能源汽车新车销量占比达到50%左右，公共领域用车新能源化率达80%。", [("50", "T", None, "%", None), ("80", "T", None, "%", None)]),
    ("生活垃圾焚烧处理能力达到600吨/日，焚烧占比100%。", [("600", "T", None, "吨/日", None), ("100", "T", None, "%", None)]),
    ("推动1 家以上企业入选国家级绿色工厂。", [("1", "T", ">=", "家", None)]),
    ("支持碳汇交易量突破10万吨二氧化碳当量。", [("10", "T", ">", "万吨二氧化碳当量", None)]),
    ("农村生活污水治理率由2020年的21%增至48%。", [("21", "B", None, "%", "2020"), ("48", "T", None, "%", "2030")]),
    ("污水管网由2025年的12公里延长至2028年的20公里。", [("12", "B", None, "公里", "2025"), ("20", "T", None, "公里", "2028")]),
    ("建成省级美丽宜居村35个。", [("35", "T", "=", "个", "2030")]),
    ("环境空气质量综合指数降至3.2以下，全省排名进入前10位。", [("3.2", "T", "<=", None, None), ("10", None, None, None, None)]),
]  # fmt: skip
STYLES = ("第一章 {}\n", "一、{0}\n（一）{0}\n", "第一章 总论\n第一节 {}\n", "## 1.2 {}\n", "# 第一章 {}\n")
REVIEWS = (
    "取得的成效", "主要成就", "工作回顾", "“十四五”回顾", "发展基础", "规划基础", "面临的挑战", "存在的不足", "短板弱项", "形势分析", "机遇与挑战",
    "现状评估", "规划背景", "生态环境状况", "区域概况", "生态环境质量现状", "“十四五”规划实施情况", "工作基础", "主要进展", "建设成效", "现状评价",
    "实施情况", "执行情况", "发展环境", "存在的短板",
)  # fmt: skip
TASKS = (
    "规划目标", "目标指标", "目标愿景", "阶段目标", "2035年远景目标", "重点任务", "持续提升大气环境质量", "巩固提升水环境治理成效", "防范化解环境风险挑战",
    "补齐农村环境短板", "夯实绿色发展基础", "加强现状调查评估",
)  # fmt: skip


@pytest.mark.parametrize(("sentence", "expected"), SENTENCES)
def test_a_sentence_gives_these_numbers_and_no_other(sentence, expected):
    text = FRAME.format(sentence)
    base = text.index(sentence)
    rest = [r for r in read_text(text).commitments if r.end > base and r.value and r.basis != "implicit"]
    for value, kind, comparator, unit, year in expected:
        row = next((r for r in rest if Decimal(r.value) == Decimal(value)), None)
        assert row is not None, f"{value} not found"
        rest.remove(row)
        if kind:
            assert (row.kind == "target") == (kind == "T"), f"{value} is {row.kind}"
        assert comparator in (None, row.comparator)
        assert unit in (None, row.unit)
        assert year in (None, row.year)
        assert 2 <= len(row.name) <= 30
    assert [(r.name, r.value) for r in rest] == []


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(("title", "target"), [(t, False) for t in REVIEWS] + [(t, True) for t in TASKS])
def test_a_heading_says_whether_its_figures_are_goals(style, title, target):
    words = "全县森林覆盖率达到61.7%，建成水质自动站6座。"
    pack = read_text("东山县“十五五”生态环境保护规划\n" + style.format(title) + words + "\n")
    kinds = {r.kind for r in pack.commitments if r.value in ("61.7", "6")}
    assert (kinds == {"target"}) == target


@pytest.mark.parametrize(
    ("title", "period"),
    [
        ("东山县生态环境保护规划（2026—2030年）\n前言\n“十四五”期间，全县空气质量改善。", ("2026", "2030", "stated")),
        ("东山县生态环境保护规划\n（2026—2030年）\n“十四五”以来，“十四五”规划指标全部完成。", ("2026", "2030", "stated")),
        ("# 东山县“十五五”生态环境保护规划\n“十四五”期间，“十四五”目标、“十四五”任务如期完成。", ("2026", "2030", "inferred")),
        ("东山县美丽建设规划（2024—2035年）\n“十四五”期间，全县空气质量改善。", ("2024", "2035", "stated")),
    ],
)  # fmt: skip
def test_the_title_gives_the_period_whatever_the_preface_names(title, period):
    info = read_text(
        title + "\n第一章 主要目标\n到2030年，森林覆盖率达到60%。\n第二章 任务\n加强造林。\n"
    ).info
    assert (info.period_start, info.period_end, info.period_basis) == period


def test_latex_of_a_text_recognition_is_read_and_its_offsets_kept():
    sentence = r"到 $2 0 3 0$ 年， $\mathrm { P M } _ { 2 . 5 }$ 年均浓度控制在 $2 7$ $\mu \mathrm { g } / \mathrm { m } ^ { 3 }$ 以内，优良天数比率 $\geqslant 9 0 . 5 \%$ 。"
    text = FRAME.format(sentence)
    rows = [r for r in read_text(text).commitments if r.start >= text.index(sentence) and r.value]
    assert [(r.name, r.comparator, r.value, r.unit, r.year) for r in rows] == [
        ("PM2.5年均浓度", "<=", "27", "微克/立方米", "2030"), ("优良天数比率", ">=", "90.5", "%", "2030"),
    ]  # fmt: skip
    assert "9 0 . 5" in text[rows[1].start : rows[1].end]


def test_radicals_of_a_pdf_font_are_read_as_their_characters():
    [row] = [r for r in read_text(FRAME.format("新增绿地⾯积5公顷。")).commitments if r.value == "5"]
    assert row.name.endswith("绿地面积")


@pytest.mark.parametrize("verb", ["保持", "保持在", "维持在", "稳定在", "稳定保持在"])
def test_a_water_class_that_is_to_be_held(verb):
    pack = read_text(FRAME.format(f"到2028年，南江干流水质{verb}Ⅱ类。"), name="p.txt")
    [fact] = [c for c in pack.commitments if c.value_text == "Ⅱ类"]
    assert (fact.kind, fact.comparator, fact.year, fact.year_basis) == ("target", "<=", "2028", "stated")


def test_a_dated_project_is_named_without_its_date():
    pack = read_text(FRAME.format("2027年底前完成县城第二污水处理厂扩建工程。"), name="p.txt")
    assert [p.name for p in pack.projects] == ["县城第二污水处理厂扩建工程"]


@pytest.mark.parametrize(
    ("sentence", "name", "basis", "value", "unit"),
    [
        ("到2028年，重度及以上污染天数为零。", "重度及以上污染天数", "implicit", "0", "天"),
        ("到2028年，重特大突发环境事件保持为零，", "重特大突发环境事件", "implicit", "0", "起"),
        ("到2028年，黑臭水体比例降至零。", "黑臭水体比例", "implicit", "0", "%"),
        ("到2028年，煤炭消费总量实现负增长。", "煤炭消费总量", "qualitative", "", ""),
        ("到2028年，化肥使用量零增长。", "化肥使用量", "qualitative", "", ""),
        ("推进化肥、农药使用量持续负增长，到2028年。", "化肥、农药使用量", "qualitative", "", ""),
    ],
)
def test_goals_in_words_of_none_and_of_less(sentence, name, basis, value, unit):
    text = FRAME.format(sentence)
    rows = [r for r in read_text(text).commitments if r.end > text.index(sentence)]
    assert [(r.name, r.basis, r.value, r.unit, r.kind) for r in rows] == [
        (name, basis, value, unit, "target")
    ]


def test_zero_in_other_words_is_no_goal():
    rows = read_text(FRAME.format("为零距离服务群众，推进零碳园区、零直排区建设。")).commitments
    assert [r.value for r in rows if r.value] == []
