"""Water out of closed mines, and the flow hydropower must leave in the river."""

from decimal import Decimal

from jiuzhi.core.fields import Choice, Day, Quantity, Ref, Several, Text, Whole, Yes
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
    water_rain = Quantity("雨季涌水量", "m3/d", help="雨季实测最大值")
    colour = Choice("水色", "无色 黄 红 黑")
    receiving = Ref(WaterBody, "受纳水体", required=True, related_name="+")
    to_source = Quantity("距下游水源地", "km")
    treatment = Several("治理方式", "自然曝气 人工湿地 中和沉淀 被动处理 建站处理 封堵")
    target = Text("治理目标", 80, help="出水应达到的标准、类别或浓度，以治理方案为准")
    owner = Ref(Enterprise, "责任企业", related_name="+", help="无主的留空，以责任单位为准")
    no_owner = Yes("无主", help="无主的由县政府负责")
    rain_rule = Yes("降雨加密监测")
    plan_end = Day("计划完成日期")
    accepted_on = Day("验收日期")
    state = Choice("状态", "排查 分级 方案 施工 试运行 验收 长期监测", required=True, default="排查")

    def faults(self) -> dict[str, str]:
        found = {}
        if self.state in ("验收", "长期监测") and not self.treatment:
            found["treatment"] = "已到验收阶段，要填治理方式"
        if self.no_owner and self.owner_id:
            found["no_owner"] = "填了责任企业就不是无主：请核对"
        if self.flow and self.water_rain is not None and self.water_rain < self.flow:
            found["water_rain"] = "雨季涌水量小于常年涌水量：请核对是否填反"
        return found


class MineSample(Record, title="矿井涌水监测", key=["point", "sampled_on"]):
    """One sample of mine water. Of a coal mine it is held against GB 20426-2006: pH 6–9, SS 50, COD 50, Fe 6, Mn 4 mg/L (未核实);
    for other minerals no limit is packaged."""

    COAL = (
        ("fe", "总铁", 6),
        ("mn", "总锰", 4),
        ("ss", "悬浮物", 50),
        ("cod", "COD", 50),
    )  # GB 20426-2006 [mg/L]

    point = Ref(MineInflow, "涌水点", required=True, related_name="+")
    sampled_on = Day("采样日期", required=True)
    flow = Quantity("流量", "m3/d")
    ph = Quantity("pH", digits=2, low=0, high=14)
    fe = Quantity("总铁", "mg/L")
    mn = Quantity("总锰", "mg/L")
    so4 = Quantity("硫酸盐", "mg/L")
    ss = Quantity("悬浮物", "mg/L")
    cod = Quantity("COD", "mg/L")
    cd = Quantity("总镉", "mg/L", digits=5)
    arsenic = Quantity("总砷", "mg/L", digits=5)
    pb = Quantity("总铅", "mg/L", digits=5)
    zn = Quantity("总锌", "mg/L", digits=4)
    met = Yes("是否达标", help="煤矿对照 GB 20426-2006（未核实）；其他矿种按治理目标，由人判定")
    lab = Text("检测单位", 80)

    def faults(self) -> dict[str, str]:
        over = [said for name, said, limit in self.COAL if (getattr(self, name) or 0) > limit]
        if self.ph is not None and not 6 <= self.ph <= 9:
            over.append("pH")
        if self.met and over and self.point_id and self.point.mineral == "煤":
            return {"met": f"{'、'.join(over)}超过 GB 20426-2006 煤矿限值（未核实），与“达标”不符：请核对"}
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
    season = Text("汛期和枯期", 60, help="分期核定的，写明各期月份和流量")
    met_days = Whole("本年达标天数", "天", high=366)
    due_days = Whole("本年应评天数", "天", high=366, help="已扣除豁免的天数")
    met_rate = Quantity("本年达标率", "%", digits=1, editable=False, help="达标天数÷应评天数")
    state = Choice("状态", "在运 停运 退出", required=True, default="在运")

    def prepare(self) -> None:
        super().prepare()
        self.met_rate = None
        if self.due_days and self.met_days is not None:
            self.met_rate = (Decimal(100 * self.met_days) / self.due_days).quantize(Decimal("0.1"))

    def faults(self) -> dict[str, str]:
        found = {}
        if self.online and self.gauge == "无":
            found["gauge"] = "接入了监管平台却没有计量方式：请核对"
        if (self.met_days is None) != (self.due_days is None):
            found["due_days" if self.due_days is None else "met_days"] = "达标天数和应评天数要一起填"
        elif self.met_days is not None and self.met_days > self.due_days:
            found["met_days"] = "达标天数多于应评天数：请核对"
        return found


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
