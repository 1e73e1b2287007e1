"""Drinking-water sources and sewage works."""

from jiuzhi.core.fields import Choice, Day, Quantity, Ref, Text, Whole, Yes
from jiuzhi.core.models import Placed, Record
from jiuzhi.master.models import Enterprise, Site, WaterBody

from .outlets import Outlet

PERIOD = (r"\d{4}-(0[1-9]|1[0-2])", "时期写成 2026-10")


class Source(Placed, title="饮用水水源地", key=["code"]):
    """A drinking-water source, one file each (一源一档; code HJ 747-2015, structure 未核实)."""

    code = Text("水源地编码", 30, required=True, help="HJ 747-2015；编码结构未核实，按批复填写")
    name = Text("名称", 80, required=True)
    level = Choice("级别", "城市 县城 乡镇 农村千人以上", required=True)
    kind = Choice("类型", "河流 湖库 地下水", required=True)
    water_body = Ref(WaterBody, "所在水体", related_name="+")
    population = Whole("服务人口", "人")
    supply = Quantity("取水量", "m3/d")
    plant = Text("供水厂", 80)
    zone_paper = Text("保护区批复文号", 80)
    zone_on = Day("保护区批复日期")
    zone1_km2 = Quantity("一级保护区面积", "km2", digits=4)
    zone2_km2 = Quantity("二级保护区面积", "km2", digits=4)
    signs = Yes("界标和警示牌齐全")
    fence = Yes("一级区隔离防护")
    video = Yes("视频监控")
    monitoring = Choice("监测频次", "每月 每季 每半年 每年")
    target_class = Choice("水质目标", "Ⅰ Ⅱ Ⅲ", default="Ⅲ")
    assessed_on = Day("最近环境状况评估日期", help="HJ 774，每年一次")
    score = Quantity("评估得分", "分", digits=1, high=100)
    plan_on = Day("应急预案备案日期")
    state = Choice("状态", "规划 在用 备用 撤销", required=True, default="在用")

    def faults(self) -> dict[str, str]:
        found = {}
        if self.kind == "地下水" and self.water_body_id:
            found["water_body"] = "地下水水源没有所在地表水体：请清空，或核对类型"
        if self.level == "农村千人以上" and self.population is not None and self.population < 1000:
            found["population"] = "服务人口不足 1000 人，不是农村千人以上水源：请核对"
        if self.zone_on and not self.zone_paper:
            found["zone_paper"] = "填了批复日期，要同时填批复文号"
        return found


class SourceRisk(Placed, title="水源地风险源", key=["source", "number"]):
    """Something inside a source's protection zones that may harm it."""

    source = Ref(Source, "水源地", required=True, related_name="+")
    number = Whole("序号", required=True, low=1)
    kind = Choice("类别", "道路 桥梁 村庄 排污口 农田 养殖 储罐 码头 其他", required=True)
    name = Text("名称", 80, required=True)
    zone = Choice("所在区域", "一级保护区 二级保护区 准保护区", required=True)
    distance = Quantity("距取水口", "m", digits=0)
    measure = Text("防范措施", 200)
    due = Day("整改期限")
    done_on = Day("整改完成日期")

    def faults(self) -> dict[str, str]:
        if self.kind == "排污口" and self.zone == "一级保护区" and not self.due and not self.done_on:
            return {"due": "一级保护区内不得有排污口：请填整改期限"}
        return {}


class Plant(Placed, title="污水处理厂（站）", key=["site"]):
    """A sewage works of a town, township or park; rural facilities stand with the villages."""

    site = Ref(Site, "场所", required=True, related_name="+")
    kind = Choice("类别", "城镇厂 乡镇站 园区厂", required=True)
    operator = Ref(Enterprise, "运营企业", related_name="+")
    outlet = Ref(Outlet, "排污口", related_name="+")
    built_on = Day("建成日期")
    design = Quantity(
        "设计规模", "m3/d", required=True, help="以吨计的数与 m3 相同；万吨要换算", high=2_000_000
    )
    process = Text("处理工艺", 60)
    standard = Choice("执行标准", ("GB 18918-2002 一级A", "GB 18918-2002 一级B", "DB50/848", "其他"), required=True,
                      help="DB50/848 的限值未核实")  # fmt: skip
    online = Yes("在线监测")
    sludge_to = Text("污泥去向", 80)
    upgrade = Choice("更新改造", "未列入 计划 设计 施工 调试 完成", required=True, default="未列入")
    upgrade_year = Whole("改造计划年度", low=2015, high=2050)
    investment = Quantity("改造投资", "万元", digits=2)
    state = Choice("运行状态", "运行 间歇 停运 报废", required=True, default="运行")

    def faults(self) -> dict[str, str]:
        if self.upgrade not in ("", "未列入") and self.upgrade_year is None:
            return {"upgrade_year": "列入更新改造的要填计划年度"}
        return {}

    def __str__(self) -> str:
        return str(self.site)


class PlantMonth(Record, title="污水厂运行月报", key=["plant", "period"]):
    """One month of a sewage works."""

    plant = Ref(Plant, "污水厂", required=True, related_name="+")
    period = Text("月份", 7, required=True, help="如 2026-10", pattern=PERIOD)
    inflow = Quantity("进水量", "m3", digits=0, required=True)
    outflow = Quantity("出水量", "m3", digits=0, required=True)
    cod_in = Quantity("进水 COD", "mg/L")
    cod_out = Quantity("出水 COD", "mg/L")
    nh3n_in = Quantity("进水氨氮", "mg/L")
    nh3n_out = Quantity("出水氨氮", "mg/L")
    tp_out = Quantity("出水总磷", "mg/L")
    tn_out = Quantity("出水总氮", "mg/L")
    days_met = Whole("达标天数", "天", high=31)
    days_run = Whole("运行天数", "天", high=31)
    power = Quantity("耗电量", "kWh", digits=0)
    sludge = Quantity("污泥量", "t")
    bypass = Quantity("溢流量", "m3", digits=0)

    def faults(self) -> dict[str, str]:
        found = {}
        if self.inflow is not None and self.outflow is not None and self.outflow > self.inflow:
            found["outflow"] = "出水量大于进水量：请核对流量计或单位"
        for name, said in (("cod", "COD"), ("nh3n", "氨氮")):
            low, high = getattr(self, f"{name}_out"), getattr(self, f"{name}_in")
            if low is not None and high is not None and low > high:
                found[f"{name}_out"] = f"出水{said}高于进水：请核对是否填反"
        if self.days_met is not None and self.days_run is not None and self.days_met > self.days_run:
            found["days_met"] = "达标天数多于运行天数：请核对"
        return found

    def __str__(self) -> str:
        return f"{self.plant} {self.period}"
