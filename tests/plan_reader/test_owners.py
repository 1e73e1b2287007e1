"""Units that a text makes responsible, in words of their own: 由甲牵头，乙配合; （甲牵头，乙参与）; （责任单位：甲）."""

import pytest

from jiuzhi.engine.plan.reader import read_text

FRAME = (
    "东山县“十五五”生态环境保护规划\n第一章 总体要求\n第一节 规划目标\n到2030年，生态环境质量持续改善。\n"
    "第三章 重点任务\n第一节 改善空气质量\n{}\n"
)


def tasks(text: str) -> list[tuple[str, str]]:
    return [(t.title, t.owner) for t in read_text(FRAME.format(text)).tasks]


@pytest.mark.parametrize(
    "note",
    [
        "由县生态环境局牵头，县住房城乡建委、各乡镇（街道）配合。",
        "由县生态环境局牵头负责，县住房城乡建委参与。",
        "由县生态环境局会同县气象局负责。",
        "（县生态环境局牵头，县住房城乡建委参与）",
        "（由县生态环境局牵头，各乡镇（街道）配合落实）",
        "（责任单位：县生态环境局；配合单位：县住房城乡建委）",
        "（牵头单位：县生态环境局，配合单位：县住房城乡建委）",
    ],
)
def test_a_note_gives_the_owner_of_the_work_before_it_and_is_no_task(note):
    assert tasks(f"全面加强施工扬尘管控工作，安装净化器300套。{note}") == [
        ("加强施工扬尘管控工作", "县生态环境局")
    ]
    rows = read_text(FRAME.format(f"全面加强施工扬尘管控工作，安装净化器300套。{note}")).commitments
    assert [(r.name, r.owner) for r in rows if r.value] == [("净化器数量", "县生态环境局")]


def test_each_note_speaks_back_to_the_one_before():
    text = (
        "加强施工扬尘管控，推进绿色工地建设。推进道路机械化清扫。由县城市管理局牵头，县交通局配合。"
        "深化工业源治理，推进水泥企业改造。（县经济信息委牵头，县生态环境局参与）强化餐饮油烟治理。"
    )
    assert [owner for _, owner in tasks(text)] == ["县城市管理局", "县城市管理局", "县经济信息委", ""]


def test_a_short_work_with_its_owner_is_the_work_not_a_title():
    assert tasks("加强扬尘管控。由县生态环境局牵头，县住房城乡建委配合。") == [
        ("加强扬尘管控", "县生态环境局")
    ]


def test_a_note_on_a_line_of_its_own_speaks_for_the_paragraph_before():
    text = "加强施工扬尘管控，推进绿色工地建设。\n由县住房城乡建委牵头，县生态环境局配合。\n强化餐饮油烟治理，开展执法检查。"
    assert [owner for _, owner in tasks(text)] == ["县住房城乡建委", ""]


def test_a_unit_in_brackets_leaves_names_and_titles_alone():
    pack = read_text(
        FRAME.format(
            "推进12家水泥企业深度治理（县经济信息委牵头，县生态环境局参与），新建充电桩800个（县发展改革委负责）。"
        )
    )
    assert [(t.title, t.owner) for t in pack.tasks] == [("推进12家水泥企业深度治理", "县经济信息委")]
    assert [(r.name, r.value) for r in pack.commitments if r.value] == [
        ("水泥企业深度治理数量", "12"),
        ("新建充电桩数量", "800"),
    ]
    assert {"县经济信息委", "县生态环境局", "县发展改革委"} <= {o.name for o in pack.organisations}


def test_brackets_that_name_no_unit_stay_in_the_text():
    pack = read_text(FRAME.format("建设“无废细胞”50个以上（含学校10个），推进示范小区（社区）建设。"))
    assert [r.value for r in pack.commitments if r.value] == ["50", "10"]
    assert [t.owner for t in pack.tasks] == [""]
