"""Water out of closed mines, and the flow hydropower must leave in the river."""

from jiuzhi.core.fields import Choice, Day, Quantity, Ref, Several, Text, Yes
from jiuzhi.core.models import Org, Placed, Record
from jiuzhi.master.models import Enterprise, Site, WaterBody


class MineInflow(Placed, title="矿井涌水点", key=["code"]):
    """A mouth of a mine from which water comes (一井一档). Grades follow the city scheme (未核实)."""

    code = Text("涌水点编码", 40, required=True, help="矿山编码-井口号")
    name = Text("名称", 80, required=True)
    mine = Ref(Site, "矿山", related_name="+")
    mineral = Choice("矿种", "煤 锰 钡 铅锌 其他", required=True)
    closed_on = Day("闭坑日期")
    grade = Choice(
        "风险分级",
        "高 中 低 未分级",
        required=True,
        default="未分级",
        help="分级办法未核实，可按市级方案调整",
    )
    flow = Quantity("常年涌水量", "m3/d")
    colour = Choice("水色", "无色 黄 红 黑")
    receiving = Ref(WaterBody, "受纳水体", required=True, related_name="+")
    to_source = Quantity("距下游水源地", "km")
    treatment = Several("治理方式", "自然曝气 人工湿地 中和沉淀 被动处理 建站处理 封堵")
    no_owner = Yes("无主", help="无主的由县政府负责")
    rain_rule = Yes("降雨加密监测")
    plan_end = Day("计划完成日期")
    accepted_on = Day("验收日期")
    state = Choice("状态", "排查 分级 方案 施工 试运行 验收 长期监测", required=True, default="排查")

    def faults(self) -> dict[str, str]:
        if self.state in ("验收", "长期监测") and not self.treatment:
            return {"treatment": "已到验收阶段，要填治理方式"}
        return {}


class MineSample(Record, title="矿井涌水监测", key=["point", "sampled_on"]):
    """One sample of mine water. GB 20426-2006 discharge limits: pH 6–9, Fe 6, Mn 4 mg/L (未核实)."""

    point = Ref(MineInflow, "涌水点", required=True, related_name="+")
    sampled_on = Day("采样日期", required=True)
    flow = Quantity("流量", "m3/d")
    ph = Quantity("pH", digits=2, low=0, high=14)
    fe = Quantity("总铁", "mg/L")
    mn = Quantity("总锰", "mg/L")
    so4 = Quantity("硫酸盐", "mg/L")
    ss = Quantity("悬浮物", "mg/L")
    cod = Quantity("COD", "mg/L")
    met = Yes("是否达标")
    lab = Text("检测单位", 80)

    def faults(self) -> dict[str, str]:
        over = (self.fe or 0) > 6 or (self.mn or 0) > 4 or (self.ph is not None and not 6 <= self.ph <= 9)
        if self.met and over:
            return {"met": "铁、锰或 pH 超过 GB 20426-2006 限值（未核实），与“达标”不符：请核对"}
        return {}

    def __str__(self) -> str:
        return f"{self.point} {self.sampled_on}"


class FlowPoint(Placed, title="生态流量泄放点", key=["code"]):
    """What a hydropower station must leave in the river (生态放水责任清单; 长江保护法 art. 31)."""

    code = Text("电站编码", 40, required=True)
    name = Text("电站名称", 80, required=True)
    enterprise = Ref(Enterprise, "业主企业", related_name="+")
    water_body = Ref(WaterBody, "河流", required=True, related_name="+")
    capacity = Quantity("装机容量", "kW", digits=0)
    approved = Quantity("核定生态流量", "m3/s", required=True)
    approved_by = Text("核定文件", 80)
    way = Choice("泄放方式", "基荷发电 泄流孔 坝顶溢流 生态机组 闸门")
    gauge = Choice("计量方式", "流量计 水位流量关系 视频 无", required=True, default="无")
    online = Yes("接入监管平台")
    keeper = Text("放水责任人", 40)
    supervisor = Ref(Org, "监管单位", related_name="+")
    met_rate = Quantity("本年达标率", "%", digits=1, high=100, help="达标天数÷（应评天数－豁免天数）")
    state = Choice("状态", "在运 停运 退出", required=True, default="在运")

    def faults(self) -> dict[str, str]:
        if self.online and self.gauge == "无":
            return {"gauge": "接入了监管平台却没有计量方式：请核对"}
        return {}


class FlowExemption(Record, title="生态流量豁免", key=["point", "start"]):
    """Days on which a station need not release: too little water, repair, flood, a fault."""

    point = Ref(FlowPoint, "泄放点", required=True, related_name="+")
    start = Day("起始日期", required=True)
    end = Day("截止日期", required=True)
    reason = Choice("原因", "来水不足 检修 防汛 设备故障", required=True)
    paper = Text("批准文件", 80)

    def faults(self) -> dict[str, str]:
        return (
            {"end": "截止日期早于起始日期：请核对"}
            if self.end and self.start and self.end < self.start
            else {}
        )

    def __str__(self) -> str:
        return f"{self.point} {self.start}"
