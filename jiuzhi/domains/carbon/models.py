"""绿色低碳: clean-energy projects on their way to the grid, charging stations and their use."""

import re
from calendar import monthrange
from decimal import Decimal

from jiuzhi.core import periods
from jiuzhi.core.fields import Choice, Day, Quantity, Ref, Text, Whole, Yes
from jiuzhi.core.models import Drawn, Placed, Record
from jiuzhi.master.models import Enterprise, Site

STORAGE = ("抽水蓄能", "新型储能")
KINDS = f"风电 光伏 水电 生物质发电 {' '.join(STORAGE)} 多能互补 天然气发电 煤电 制氢 页岩气"
HOURS = 8784  # [h] of a leap year
BIGGEST_MW = 5000  # of one county project: above it somebody wrote kilowatts
GUN_KW = {"dc_guns": 1000, "ac_guns": 50}  # [kW] one gun cannot give more


class EnergyProject(Drawn, title="清洁能源项目", key=["code"]):
    """An energy or storage project from its idea to the grid. Storage is no generation and never counts as capacity."""

    code = Text("项目编号", 40, required=True, help="投资项目代码；未取得时用“区县代码-NY-序号”")
    name = Text("项目名称", 120, required=True)
    kind = Choice("类型", KINDS, required=True, help="新能源＝风电、光伏、生物质；清洁能源另含水电")
    mode = Choice("开发方式", "集中式 分布式 分散式")
    enterprise = Ref(Enterprise, "投资主体", related_name="+")
    site = Ref(Site, "场所", related_name="+")
    location = Text("建设地点", 80)
    capacity_mw = Quantity("设计装机", "MW", help="填兆瓦：1 万千瓦＝10 MW；储能填额定功率")
    grid_mw = Quantity("已并网装机", "MW", help="分期并网的填累计数")
    energy_mwh = Quantity("储能容量", "MWh", help="抽水蓄能、新型储能填")
    paper = Text("核准（备案）文号", 80)
    approved_on = Day("核准（备案）日期")
    started_on = Day("开工日期")
    grid_due = Day("计划并网日期")
    grid_on = Day("首次并网日期")
    invest = Quantity("总投资", "万元", digits=2, high=10_000_000)
    year = Whole("发电量年度", low=2015, high=2100)
    annual_mwh = Quantity("年发电量", "MWh", help="填兆瓦时：1 万千瓦时＝10 MWh")
    curtailed_mwh = Quantity("年弃电量", "MWh")
    hours = Quantity("利用小时", "h", digits=1, editable=False, help="年发电量÷已并网装机")
    vpp_kw = Quantity("可调负荷", "kW", help="接入虚拟电厂的可响应功率")
    blocked = Text("卡点", 160, help="用地、接网、环评等")
    retired_on = Day("退役日期")
    state = Choice("阶段", "待核实 前期 核准 在建 并网 退役", required=True, default="待核实")

    def prepare(self) -> None:
        super().prepare()
        self.hours = None
        if self.annual_mwh is not None and self.grid_mw:
            self.hours = (Decimal(self.annual_mwh) / Decimal(self.grid_mw)).quantize(Decimal("0.1"))

    def faults(self) -> dict[str, str]:
        found = {}
        if self.capacity_mw and self.capacity_mw > BIGGEST_MW:
            found["capacity_mw"] = f"装机超过 {BIGGEST_MW} MW：像是把千瓦当成了兆瓦，请核对单位"
        if self.grid_mw and self.grid_mw > (self.capacity_mw or 0):
            found["grid_mw"] = "已并网装机大于设计装机（或未填设计装机）：请核对"
        if self.state == "并网" and not (self.grid_on and self.grid_mw):
            found["grid_on" if not self.grid_on else "grid_mw"] = "已并网的要有并网日期和并网装机"
        elif self.grid_mw and self.state in ("待核实", "前期", "核准"):
            found["state"] = "已有并网装机，阶段不应仍为待核实、前期、核准"
        if self.energy_mwh and self.kind and self.kind not in (*STORAGE, "多能互补"):
            found["energy_mwh"] = f"{self.kind}没有储能容量：配套储能请另立一条"
        if self.hours is not None and self.hours > HOURS:
            found["annual_mwh"] = f"利用小时 {self.hours:f} 超过一年：请核对单位（1 万千瓦时＝10 MWh）"
        if self.annual_mwh is not None and not self.year:
            found["year"] = "填了发电量就要写年度"
        for later, sooner in (
            ("started_on", "approved_on"),
            ("grid_on", "started_on"),
            ("retired_on", "grid_on"),
        ):
            first, then = getattr(self, sooner), getattr(self, later)
            if first and then and then < first:
                found[later] = "早于上一阶段的日期：请核对"
        return found


class ChargingStation(Placed, title="充电站", key=["code"]):
    """A place where vehicles charge, with its guns."""

    code = Text("站点编号", 40, required=True, help="充电设施监管平台编号；没有的用“区县代码-CD-序号”")
    name = Text("名称", 80, required=True)
    enterprise = Ref(Enterprise, "运营企业", related_name="+")
    place = Choice("布局位置", "县城 重点乡镇 主要景区 干线公路沿线 公交场站 单位内部 居住区", required=True)
    public = Yes("对社会开放", required=True, default=True)
    address = Text("地址", 120)
    dc_guns = Whole("直流枪", "把", required=True, high=2000)
    ac_guns = Whole("交流枪", "把", required=True, high=2000)
    power_kw = Quantity("总功率", "kW", digits=1, required=True)
    swap = Yes("换电")
    solar_kw = Quantity("配套光伏", "kW", digits=1)
    storage_kwh = Quantity("配套储能", "kWh", digits=1)
    opened_on = Day("投运日期")
    hours = Text("开放时间", 60)
    fee = Quantity("服务费", "元/kWh", digits=3, high=10)
    checked_on = Day("最近安全检查日期")
    fire_ok = Yes("消防验收合格")
    contact = Text("值守人", 40)
    phone = Text("值守电话", 40)
    closed_on = Day("拆除日期")
    state = Choice("状态", "规划 在建 运营 停运 拆除", required=True, default="规划")

    def faults(self) -> dict[str, str]:
        found = {}
        guns = (self.dc_guns or 0) + (self.ac_guns or 0)
        most = sum((getattr(self, n) or 0) * kw for n, kw in GUN_KW.items())
        if self.state in ("运营", "停运") and not (guns or self.swap):
            found["dc_guns"] = "投运的站至少有一把枪，或提供换电"
        elif guns and self.power_kw is not None and self.power_kw > most:
            found["power_kw"] = (
                f"总功率超过 {guns} 把枪可能的最大值 {most} kW：请核对单位，或直流、交流是否填反"
            )
        if self.state in ("运营", "停运") and not self.opened_on:
            found["opened_on"] = "投运的站要有投运日期"
        if self.opened_on and self.closed_on and self.closed_on < self.opened_on:
            found["closed_on"] = "拆除早于投运：请核对"
        return found


class ChargingMonth(Record, title="充电站月报", key=["station", "period"]):
    """A month of a charging station: energy, orders, hours out of order."""

    station = Ref(ChargingStation, "充电站", required=True, related_name="+")
    period = Text("月份", 7, required=True, help="如 2026-10", pattern=periods.MONTH)
    kwh = Quantity("充电量", "kWh", digits=1, required=True, help="本月数，不填累计")
    orders = Whole("充电订单", "单", required=True)
    fault_h = Quantity("枪故障时长", "h", digits=1, help="各枪故障小时之和")
    green_kwh = Quantity("其中绿电", "kWh", digits=1)
    fees = Quantity("收入", "元", digits=2)
    most_kwh = Quantity("满负荷电量", "kWh", digits=1, editable=False, help="总功率×当月小时数；登记时的功率")

    def prepare(self) -> None:
        super().prepare()
        self.most_kwh = None
        month = re.fullmatch(periods.MONTH[0], self.period, re.ASCII)
        if self.station_id and month and self.station.power_kw is not None:
            days = monthrange(int(self.period[:4]), int(self.period[5:]))[1]
            self.most_kwh = Decimal(self.station.power_kw) * 24 * days

    def faults(self) -> dict[str, str]:
        found = {}
        if self.period and not periods.has_begun(self.period):
            found["period"] = f"{self.period} 还没有到：请核对月份"
        if self.kwh is not None and self.most_kwh is not None and self.kwh > self.most_kwh:
            found["kwh"] = f"超过满负荷一个月的 {self.most_kwh.normalize():f} kWh：请核对单位，或是否填了累计"
        if self.kwh is not None and self.orders is not None and (self.kwh > 0) != (self.orders > 0):
            found["orders"] = "充电量和订单数要同时有，或同时为 0"
        if self.kwh is not None and (self.green_kwh or 0) > self.kwh:
            found["green_kwh"] = "绿电多于充电量：请核对"
        if self.station_id and self.period and self.fault_h:
            guns = (self.station.dc_guns or 0) + (self.station.ac_guns or 0)
            if self.fault_h > guns * 744:
                found["fault_h"] = f"{guns} 把枪一个月不会故障这么久：请核对"
        return found

    def __str__(self) -> str:
        return f"{self.station} {self.period}"
