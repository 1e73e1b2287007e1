"""Depots of emergency supplies and what lies in them."""

from jiuzhi.core.fields import Choice, Day, Quantity, Ref, Several, Text
from jiuzhi.core.models import Placed, Record
from jiuzhi.master.models import Enterprise, Site, WaterBody

GROUPS = (
    "污染源切断 污染物控制 污染物收集 污染物降解 安全防护 应急通信和指挥 环境监测 森防装备 防汛 救灾 地灾"
)
USES = "突发环境事件 森林防火 防汛 地质灾害 自然灾害救助 辐射"


class Depot(Placed, title="应急物资库点", key=["code"]):
    """A place where emergency supplies are kept: by the county, on its behalf, or by agreement with an enterprise."""

    code = Text("库点编码", 40, required=True)
    name = Text("名称", 80, required=True)
    uses = Several("用途", USES, required=True)
    owner_kind = Choice("储备方式", "自储 代储 协议")
    enterprise = Ref(Enterprise, "代储、协议企业", related_name="+")
    site = Ref(Site, "所在场所", related_name="+")
    water_body = Ref(WaterBody, "服务河流", related_name="+")
    keeper = Text("保管人", 60)
    phone = Text("保管人电话", 40)
    area_m2 = Quantity("库房面积", "m2", digits=1)
    agreement_to = Day("协议有效期至")
    checked_on = Day("最近盘点日期")

    def faults(self) -> dict[str, str]:
        if self.owner_kind in ("代储", "协议") and not self.enterprise_id:
            return {"enterprise": "代储、协议储备要写明企业"}
        return {}


class Supply(Record, title="应急物资", key=["depot", "item", "batch"]):
    """One batch of one item in a depot. Classes of environmental supplies are recorded from memory (未核实)."""

    depot = Ref(Depot, "库点", required=True, related_name="+")
    item = Text("品名", 60, required=True)
    batch = Text("批次", 20, required=True, help="购置年月或批号；同品名不同有效期分批登记")
    group = Choice("类别", GROUPS, required=True, help="环境应急类别（未核实）")
    spec = Text("规格型号", 60)
    measure = Choice("计量单位", "件 套 台 个 米 卷 袋 桶 吨 千克 升 双 顶 把", required=True)
    quantity = Quantity("实存数量", digits=2, required=True, help="以最近一次盘点为准")
    minimum = Quantity("最低储备量", digits=2)
    made_on = Day("生产日期")
    expires_on = Day("有效期至", help="无有效期的留空")
    checked_on = Day("检查日期")
    condition = Choice("完好情况", "完好 待修 损坏", required=True, default="完好")
    state = Choice("状态", "在库 调出 待补充 已报废", required=True, default="在库")

    def faults(self) -> dict[str, str]:
        found = {}
        if self.made_on and self.expires_on and self.expires_on <= self.made_on:
            found["expires_on"] = "有效期不晚于生产日期：请核对"
        if self.state == "在库" and self.quantity == 0:
            found["state"] = "实存为 0 的批次应为待补充或调出"
        return found
