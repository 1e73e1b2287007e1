"""Building land that may be polluted: from the first clue to the list of the province and off it again."""

from decimal import Decimal
from itertools import pairwise

from jiuzhi.core.fields import Choice, Day, Long, Quantity, Ref, Text, Yes
from jiuzhi.core.models import Drawn, Record
from jiuzhi.master.models import Enterprise
from jiuzhi.science.standards import soil

USES = "居住 公共管理与公共服务 商服 工业 物流仓储 交通 绿地 其他"
STRICT_USES = ("居住", "公共管理与公共服务")  # what a listed plot may not become
STATES = "线索 调查中 待评审 风险评估 列入名录 管控修复 效果评估 移出名录 可用"


class LandPlot(Drawn, title="建设用地地块", key=["code"]):
    """A plot of building land and its way through survey, assessment, list and remediation (土壤污染防治法 art. 58–67 to 2026-08-14;
    from 2026-08-15 the 生态环境法典, article numbers not read). The province makes the list; here it is mirrored."""

    code = Text(
        "地块编码", 40, required=True, help="国家平台 13 位编码（结构未核实）；没有的用 区县代码-J-序号"
    )
    name = Text("地块名称", 120, required=True)
    area = Quantity("面积", "m2", digits=0, required=True, low=1)
    former = Ref(Enterprise, "原使用企业", related_name="+")
    former_use = Choice("原用途", USES, required=True)
    planned_use = Choice("规划用途", USES, required=True, help="以批准的规划为准，不填意向")
    land_class = Choice(
        "用地类别", "第一类 第二类", help="GB 36600-2018：住宅、中小学、医疗、福利、社区公园为第一类"
    )
    trigger = Choice("启动原因", "用途变更 重点行业退出 普查详查线索 收回转让 监测异常", required=True)
    sampled_on = Day("采样完成日期")
    survey_by = Text("调查单位", 80)
    survey_on = Day("调查报告评审日期")
    survey_result = Choice("调查结论", "未超筛选值 超筛选值")
    risk_on = Day("风险评估评审日期", help="省级评审")
    risk_result = Choice("风险评估结论", "无需管控修复 需风险管控 需修复")
    listed_on = Day("列入名录日期", help="名录由省级公布，这里照录")
    list_source = Text("名录文号", 80)
    measure = Choice("管控修复方式", "风险管控 修复 管控加修复")
    plan_on = Day("方案备案日期")
    effect_on = Day("效果评估评审日期")
    delisted_on = Day("移出名录日期")
    clear_on = Day("可安全利用日期", help="调查、评估或移出名录后可以利用的日期")
    supplied_on = Day("供地（开工）日期")
    groundwater = Yes("地下水污染")
    hold = Yes("禁止无关建设")
    restriction = Long("使用限制")
    state = Choice("状态", STATES.split(), required=True, default="线索")

    def faults(self) -> dict[str, str]:
        found = {}
        if self.area and self.shape_m2 and not Decimal("0.2") <= self.area / self.shape_m2 <= 5:
            found["area"] = (
                f"与图形面积 {self.shape_m2:.0f} 平方米相差 5 倍以上：请核对单位（1 亩约 667 平方米）"
            )
        if self.planned_use == "居住" and self.land_class == "第二类":
            found["land_class"] = "居住用地是第一类：不能按第二类限值评价"
        steps = ("sampled_on", "survey_on", "risk_on", "listed_on", "plan_on", "effect_on", "delisted_on")
        days = [(n, d) for n in steps if (d := getattr(self, n))]
        for (_, before), (name, day) in pairwise(days):
            if day < before:
                found[name] = (
                    f"早于前一环节的日期 {before}：请核对（采样、调查、评估、列入、备案、效果评估、移出依次在后）"
                )
        if self.survey_on and not self.survey_result:
            found["survey_result"] = "调查报告已评审，要填调查结论"
        if self.risk_on and self.survey_result == "未超筛选值":
            found["risk_on"] = "未超筛选值的地块不做风险评估：请核对调查结论"
        if self.listed_on and not self.delisted_on and self.supplied_on and self.planned_use in STRICT_USES:
            found["supplied_on"] = "名录内地块不得作为住宅、公共管理与公共服务用地：移出名录前不能供地"
        if self.delisted_on and not self.listed_on:
            found["listed_on"] = "移出名录的地块要有列入日期"
        return found


class LandPollutant(Record, title="地块污染物", key=["plot", "item", "depth"]):
    """The highest content of one item at one depth of a plot, judged by the plot's class of use (GB 36600-2018)."""

    plot = Ref(LandPlot, "建设用地地块", required=True, related_name="+")
    item = Text("污染物", 40, required=True, help="按 GB 36600-2018 的名称填写；表外项目填了限值来源才可比较")
    depth = Choice("深度", ("0—0.5 m", "0.5—2 m", "2—6 m", "6 m 以下"), required=True)
    highest = Quantity("最大检出值", "mg/kg", digits=4, required=True)
    points = Quantity("超标点位比例", "%", digits=1, high=100)
    background = Quantity("当地背景值", "mg/kg", digits=4, help="只用于砷、钴、钒")
    screening = Quantity("筛选值", "mg/kg", digits=4, editable=False)
    control = Quantity("管制值", "mg/kg", digits=4, editable=False)
    grade = Text("评价", 20, editable=False, help="按地块用地类别；表 1 第 35—45 项和石油烃的限值未核实")

    def prepare(self) -> None:
        super().prepare()
        chosen = {"第一类": 1, "第二类": 2}.get(self.plot.land_class if self.plot_id else "")
        limits = soil.land_limits(self.item, chosen) if chosen else None
        four = Decimal("0.0001")  # as stored, so that saving again changes nothing
        self.screening, self.control = (v.quantize(four) for v in limits) if limits else (None, None)
        known = limits is not None and self.highest is not None
        self.grade = (
            (soil.land_grade(self.item, chosen, self.highest, self.background) or "") if known else "不可评"
        )

    def faults(self) -> dict[str, str]:
        if self.background is not None and self.item not in ("砷", "钴", "钒"):
            return {"background": "背景值只用于砷、钴、钒：请留空"}
        return {}

    def __str__(self) -> str:
        return f"{self.plot} {self.item} {self.depth}"
