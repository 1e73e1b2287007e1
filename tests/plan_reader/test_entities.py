"""Places, organisations and projects found by the endings and lists such names come in."""

import pytest

from jiuzhi.engine.plan.reader import read_text
from jiuzhi.engine.plan.reader.entities import listed_places, organisations_in

TEXT = """云溪县“十五五”生态环境保护规划
第一章 主要任务
第一节 治水
综合治理清水河、白石溪等重点流域，推进清水河生态护岸建设。加强青龙山省级自然保护区监管，推广桃园镇柳树村经验，完善石门坎、乌龙口等关键断面应急物资储备。
加快实施清水河防洪护岸综合治理工程，深化“绿盾”专项行动，推进龙口水库引调水工程建设。由县水利局牵头，县生态环境局、各乡镇（街道）配合，开展入河排污口排查整治。
引导重庆清源环保有限公司和第三方专业机构参与农村、矿山、流域治理，健全乡镇、村级河长体系。
"""


@pytest.fixture(scope="module")
def pack():
    return read_text(TEXT)


def test_places(pack):
    found = {p.name: p.type for p in pack.places}
    expected = {
        "清水河": "河流", "白石溪": "河流", "青龙山省级自然保护区": "自然保护地", "桃园镇": "乡镇", "柳树村": "村",
        "石门坎": "断面", "乌龙口": "断面", "龙口水库": "水库",
    }  # fmt: skip
    assert expected.items() <= found.items()
    assert not {"农村", "矿山", "流域", "乡镇", "村", "入河"} & found.keys()
    assert next(p.count for p in pack.places if p.name == "清水河") == 3


def test_organisations(pack):
    found = {o.name for o in pack.organisations}
    assert {"县水利局", "县生态环境局", "各乡镇（街道）", "重庆清源环保有限公司", "第三方专业机构"} <= found
    assert [o.name for o in organisations_in("锚定县委、县政府目标")] == ["县委", "县政府"]


def test_projects(pack):
    found = {p.name: p.type for p in pack.projects}
    assert {
        "清水河防洪护岸综合治理工程",
        "“绿盾”专项行动",
        "龙口水库引调水工程",
        "入河排污口排查整治",
    } <= found.keys()
    assert all(TEXT[p.start : p.end] == p.name for p in pack.projects)


def test_the_task_names_its_owner_and_places(pack):
    task = next(t for t in pack.tasks if "排查整治" in TEXT[t.start : t.end] and t.owner)
    assert task.owner == "县水利局"
    assert pack.tasks[0].places == "清水河、白石溪"


def test_a_list_before_a_kind_of_place():
    assert listed_places("加强羊坝、中坝子等大中型水库大坝监测") == [("羊坝", "水库"), ("中坝子", "水库")]
    assert listed_places("加强大气、水、土壤等治理") == []


def test_works_in_a_table():
    rows = [
        "序号\t项目名称\t建设内容\t总投资（万元）\t责任单位",
        "1\t城区管网改造工程\t改造35公里\t12000\t县住建局",
        "合计\t\t\t12000\t",
    ]
    pack = read_text("第一章 重点工程\n" + "\n".join("\t" + row for row in rows) + "\n")
    [row] = pack.projects
    assert (row.name, row.owner, row.quantity, row.unit) == ("城区管网改造工程", "县住建局", "12000", "万元")
    [goal] = pack.commitments  # what is to be built is a goal; what it costs stays with the work
    assert (goal.kind, goal.name, goal.value, goal.unit) == ("target", "改造城区管网改造长度", "35", "公里")
    assert pack.tasks == []


def test_a_kind_of_village_is_no_place():
    text = (
        "东山县“十五五”生态环境保护规划\n第一章 总体要求\n到2030年，环境改善。\n第三章 任务\n"
        "建成省级美丽宜居村35个、国家级生态村三个，市级卫生乡镇数量达到5个。推进白鹤村、龙潭镇整治，白鹤村3个组完成改造。\n"
    )
    assert {p.name for p in read_text(text).places} == {"白鹤村", "龙潭镇"}
