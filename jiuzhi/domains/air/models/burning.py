"""Where something burns in the open, and the zones in which it must not."""

from jiuzhi.core.fields import Choice, Day, Quantity, Ref, Text, Whole
from jiuzhi.core.models import Drawn, Org, Placed

CLOCK = (r"([01]\d|2[0-3]):[0-5]\d", "时刻写作 08:05（北京时间）")
STRAW = "秸秆禁烧区"
ZONES = (STRAW, "高污染燃料禁燃区", "烟花爆竹禁放区", "高排放货车限行区", "非道路移动机械禁用区")
CONFIDENCE = ("低", "中", "高")
CLOSED = ("核销", "误报")


class BanZone(Drawn, title="大气管控区域", key=["code"]):
    """A zone drawn by a notice, with the days on which it holds. A new notice is a new record: what burned earlier is judged by the old one."""

    code = Text("编号", 40, required=True, help="“区县代码-类别缩写-年-序号”；新一版区划另起一条")
    name = Text("名称", 80, required=True)
    kind = Choice("类别", ZONES, required=True)
    grade = Choice("禁燃类别", "Ⅰ类 Ⅱ类 Ⅲ类", help="高污染燃料禁燃区填，按 2017 年燃料目录（未核实）")
    paper = Text("通告文号", 80)
    valid_from = Day("生效日期", required=True)
    valid_to = Day("失效日期", help="长期有效的留空")
    oversight = Ref(Org, "监管单位", related_name="+")
    rule = Text("管控要求", 200, help="如限行时段、机械阶段、禁放日期")

    def faults(self) -> dict[str, str]:
        found = {}
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            found["valid_to"] = "失效日期早于生效日期：请核对"
        if self.grade and self.kind != "高污染燃料禁燃区":
            found["grade"] = "只有高污染燃料禁燃区填禁燃类别"
        return found


class BurnPoint(Placed, title="露天焚烧火点", key=["code"]):
    """A fire in the open, seen from a satellite, a camera or by a person, until somebody was there and it was out."""

    code = Text("火点编号", 60, required=True, help="HD-区县代码-年月日时分-序号")
    source = Choice("来源", "卫星 高点视频 无人机 网格 投诉", required=True)
    seen_on = Day("发现日期", required=True, help="北京时间")
    seen_at = Text("发现时刻", 5, required=True, pattern=CLOCK, help="北京时间，如 08:05")
    satellite = Text("卫星", 20)
    confidence = Choice("置信度", CONFIDENCE, help="卫星火点填：MODIS 30 以下为低、80 及以上为高")
    said = Text("原始置信度", 12, help="文件中的写法，如 n、76")
    frp = Quantity("辐射功率", "MW", digits=2)
    precision = Quantity("定位精度", "m", digits=0, help="VIIRS 375 m，MODIS 1000 m")
    arrived_on = Day("到场日期")
    minutes = Whole("到场用时", "分钟", help="从派单到到场；时限由本县设定（未核实）")
    cause = Choice("原因", "秸秆 杂草 垃圾 腊肉熏制 祭祀 林火 其他")
    area = Quantity("过火面积", "m2", digits=0)
    person = Text("当事人", 60)
    penalty = Text("处理情况", 160)
    state = Choice("状态", "告警 派单 到场 处置 核销 误报", required=True, default="告警")

    def faults(self) -> dict[str, str]:
        found = {}
        if self.lon is None:
            found["lon"] = "火点要有坐标"
        if self.source == "卫星" and not self.confidence:
            found["confidence"] = "卫星火点要填置信度"
        if self.arrived_on and self.seen_on and self.arrived_on < self.seen_on:
            found["arrived_on"] = "到场早于发现：请核对日期"
        if self.state == "核销" and not self.cause:
            found["cause"] = "核销的火点要写明原因"
        return found
