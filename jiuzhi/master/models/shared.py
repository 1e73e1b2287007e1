"""Objects every domain shares. One object, one home: a domain extends them one to one and never copies them."""

from jiuzhi.core.codes import uscc_fault
from jiuzhi.core.fields import Choice, Day, Quantity, Ref, Text, Whole
from jiuzhi.core.models import Drawn, Org, Placed, Record
from jiuzhi.science.standards import industry

SITE_KINDS = "企业 园区 矿山 尾矿库 渣场 填埋场 污水处理厂 水电站 养殖场 工地 仓库 医疗机构 学校 景区 其他"


class Enterprise(Placed, title="企业", key=["uscc"]):
    """A legal person (法人) or self-employed household, once for all domains."""

    uscc = Text(
        "统一社会信用代码", 18, required=True, help="18 位，末位是校验码（GB 32100-2015）；按文本填写"
    )
    name = Text("企业名称", 120, required=True)
    industry = Text("行业代码", 5, help="GB/T 4754-2017：门类字母可省，2 至 4 位数字，如 3140 铁合金冶炼")
    scale = Choice("规模", "大型 中型 小型 微型")
    address = Text("地址", 160)
    contact = Text("联系人", 40)
    phone = Text("联系电话", 40)
    unit = Ref(Org, "企业账号单位", related_name="+", help="企业登录账号所属的单位，一般不用填")
    status = Choice("经营状态", "在营 停产 关闭 注销", default="在营")

    def faults(self) -> dict[str, str]:
        found = {"uscc": uscc_fault(self.uscc), "industry": self.industry and industry.fault(self.industry)}
        return {name: said for name, said in found.items() if said}


class Site(Drawn, title="场所", key=["code"]):
    """A place where something is done or lies: plant, mine, yard, landfill, farm. Domains hang their registers on it."""

    code = Text("场所编码", 40, required=True, help="已有官方编码的沿用；没有的按“区县代码-类别-序号”")
    name = Text("名称", 120, required=True)
    kind = Choice("类别", SITE_KINDS, required=True)
    enterprise = Ref(Enterprise, "运营企业", related_name="+")
    address = Text("地址", 160)
    opened_on = Day("投运日期")
    closed_on = Day("关闭日期")

    def faults(self) -> dict[str, str]:
        if self.opened_on and self.closed_on and self.closed_on < self.opened_on:
            return {"closed_on": "关闭日期早于投运日期：请核对"}
        return {}


class WaterBody(Record, title="水体", key=["name"]):
    """A river, lake, reservoir or ditch. Variants of its name are kept as aliases, never merged silently."""

    name = Text("名称", 60, required=True)
    kind = Choice("类别", "河流 湖泊 水库 沟渠 小微水体", required=True)
    code = Text("河湖编码", 40)
    aliases = Text("别名", 120, help="用 、 分隔；识别错字、旧名也写在这里")
    length_km = Quantity("境内长度", "km")
    basin_km2 = Quantity("流域面积", "km2")
    flows_into = Ref("self", "汇入", related_name="+")


class Village(Placed, title="村（社区）", key=["code"]):
    """An administrative village or community; the unit is its township."""

    code = Text("编码", 20, required=True, help="统计用区划代码 12 位；未取得时用“乡镇代码-序号”")
    name = Text("名称", 60, required=True)
    households = Whole("户数", "户")
    population = Whole("常住人口", "人")
