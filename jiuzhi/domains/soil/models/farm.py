"""Farmland by category, the measures on what is polluted, and paired samples of soil and produce."""

from decimal import Decimal
from typing import Any

from jiuzhi.core.fields import Choice, Day, Quantity, Ref, Several, Text, Whole, Yes
from jiuzhi.core.models import Drawn, Record
from jiuzhi.master.models import Village
from jiuzhi.science.standards import soil

CATEGORIES = "优先保护类 安全利用类 严格管控类"
MEASURES = (
    "优化施肥 水分调节 低积累品种 土壤调理 撒施石灰 深翻耕 替代种植 种植结构调整 退耕还林还草 休耕 划定禁产区"
)
MU = Decimal(10000) / 15  # 1 亩 [m2]


class FarmPlot(Drawn, title="农用地地块", key=["code"]):
    """A plot of farmland with its category; a category changes only with an approval. Where it lies and how polluted it is stay
    inside the administration."""

    code = Text(
        "地块编码", 40, required=True, help="详查或国土调查编码（结构未核实）；没有的用 区县代码-N-序号"
    )
    village = Ref(Village, "所在村", required=True, related_name="+")
    area_mu = Quantity("面积", "亩", digits=2, required=True, low=0.01, help="1 公顷＝15 亩")
    area_ha = Quantity("折合公顷", "ha", digits=4, editable=False)
    land_use = Choice("土地利用", "水田 水浇地 旱地 果园 其他园地 其他", required=True)
    crop = Text("主要作物", 60, help="一季一种；多季用 、 分隔")
    permanent = Yes("永久基本农田")
    category = Choice("土壤环境质量类别", CATEGORIES, required=True, help="只凭批准文件调整")
    category_paper = Text("划类（调整）文号", 80)
    category_on = Day("类别生效日期")
    category_why = Choice("调整原因", "初次划定 动态调整 占补平衡 复垦 退耕")
    degree = Choice("污染程度", "无 轻微 轻中度 重度", required=True, default="无")
    pollutants = Several("主要污染物", soil.FARM_ITEMS)
    ph = Quantity("pH", digits=2, low=3, high=10)
    grower = Text("种植户", 40)
    use_year = Whole("安全利用核算年度", low=2018, high=2100)
    safe_mu = Quantity(
        "当年安全利用面积", "亩", digits=2, help="不能超过当年已核实措施的面积；没有证据的填 0"
    )
    state = Choice("状态", "待划类 已划类 方案 实施 评价 调整报批", required=True, default="待划类")

    def prepare(self) -> None:
        super().prepare()
        self.area_ha = None if self.area_mu is None else (self.area_mu / 15).quantize(Decimal("0.0001"))

    def faults(self) -> dict[str, str]:
        found = {}
        if self.area_mu and self.shape_m2 and not Decimal("0.2") <= self.area_mu * MU / self.shape_m2 <= 5:
            found["area_mu"] = (
                f"与图形面积 {self.shape_m2 / MU:.2f} 亩相差 5 倍以上：请核对单位（公顷、平方米要换算成亩）"
            )
        if self.category in ("安全利用类", "严格管控类") and self.degree == "无":
            found["degree"] = "安全利用类、严格管控类的污染程度不能是“无”：请核对"
        if self.degree not in ("", "无") and not self.pollutants:
            found["pollutants"] = "有污染的要填主要污染物"
        elif self.pollutants and self.ph is None:
            found["ph"] = "缺 pH 就选不定限值，只能“不可评”：请补测"
        if self.category_on and not self.category_paper:
            found["category_paper"] = "类别只凭批准文件生效：请填文号"
        if self.safe_mu is not None and self.use_year is None:
            found["use_year"] = "填了安全利用面积要填核算年度"
        elif self.safe_mu and self._claims() and self.safe_mu > (proved := self._proved()):
            found["safe_mu"] = (
                f"超过 {self.use_year} 年已核实的措施面积 {proved.normalize():f} 亩：没有证据的面积不能算"
            )
        return found

    def _claims(self) -> bool:
        """Whether the safe area is being claimed now; what a county brings with its list is older than the measures here."""
        if self.pk is None:
            return False
        kept = type(self)._default_manager.filter(
            pk=self.pk, use_year=self.use_year, safe_mu__gte=self.safe_mu
        )
        return not kept.exists()

    def _proved(self) -> Decimal:
        """Area [亩] of this plot with a verified measure in the year, at most the plot itself; the light to medium polluted
        counts only when that year's produce was tested and met its limit."""
        year = FarmSample.objects.filter(plot=self.pk, sampled_on__year=self.use_year)
        tested = list(year.exclude(produce_met=None).values_list("produce_met", flat=True))
        if self.degree == "轻中度" and not (tested and all(tested)):
            return Decimal(0)
        areas = FarmMeasure.objects.filter(plot=self.pk, year=self.use_year, state="已核实").values_list(
            "area_mu", flat=True
        )
        return min(sum(areas, Decimal(0)), self.area_mu or Decimal(0))

    def __str__(self) -> str:
        return self.code


class FarmMeasure(Record, title="农用地安全利用措施", key=["plot", "year", "season", "kind"]):
    """A measure on a polluted plot in one season; it counts when somebody else has verified it with evidence."""

    plot = Ref(FarmPlot, "农用地地块", required=True, related_name="+")
    year = Whole("年度", required=True, low=2018, high=2100)
    season = Choice("季别", "春 夏 秋 冬 全年", required=True)
    kind = Choice("措施", MEASURES, required=True)
    area_mu = Quantity("实施面积", "亩", digits=2, required=True, low=0.01)
    crop = Text("作物", 40)
    by = Text("实施单位", 80)
    start_on = Day("开始日期")
    end_on = Day("完成日期")
    money = Quantity("投入资金", "万元", digits=2)
    state = Choice("状态", "计划 实施中 待核实 已核实", required=True, default="计划")

    def faults(self) -> dict[str, str]:
        found = {}
        if self.plot_id and self.area_mu and self.area_mu > self.plot.area_mu:
            found["area_mu"] = f"措施面积大于地块面积 {self.plot.area_mu.normalize():f} 亩：请核对单位"
        if self.start_on and self.end_on and self.end_on < self.start_on:
            found["end_on"] = "完成早于开始：请核对日期"
        if self.plot_id and self.plot.degree == "无":
            found["plot"] = "这个地块没有污染，不登记安全利用措施：请核对地块编码"
        return found

    def __str__(self) -> str:
        return f"{self.plot} {self.year} {self.season} {self.kind}"


class FarmSample(Record, title="农用地协同样品", key=["plot", "sampled_on", "number"]):
    """Soil of a plot, with the produce taken beside it; judged by GB 15618-2018 for the plot's use and the sample's own pH."""

    plot = Ref(FarmPlot, "农用地地块", required=True, related_name="+")
    sampled_on = Day("采样日期", required=True)
    number = Text("样品编号", 40, required=True)
    ph = Quantity("pH", digits=2, low=3, high=10)
    cd = Quantity("镉", "mg/kg", digits=4)
    hg = Quantity("汞", "mg/kg", digits=4)
    arsenic = Quantity("砷", "mg/kg", digits=3)
    pb = Quantity("铅", "mg/kg", digits=3)
    cr = Quantity("铬", "mg/kg", digits=3)
    below = Several("未检出项目", soil.FARM_ITEMS[:5], help="未检出的填检出限，并在此勾选；不填 0")
    produce = Text("农产品", 40, help="与土壤协同采集的农产品，以鲜重计")
    produce_met = Yes("农产品达标", help="按 GB 2762；限值未载入，照检测报告填")
    lab = Text("检测单位", 80)
    grade = Text("土壤评价", 20, editable=False)
    over = Text("超筛选值项目", 60, editable=False)

    METALS = (("镉", "cd"), ("汞", "hg"), ("砷", "arsenic"), ("铅", "pb"), ("铬", "cr"))

    def prepare(self) -> None:
        super().prepare()
        use = self.plot.land_use if self.plot_id else ""
        grades: dict[str, Any] = {
            item: soil.farm_grade(item, use, self.ph, value)
            for item, name in self.METALS
            if (value := getattr(self, name)) is not None
        }
        known = [g for g in grades.values() if g]
        self.grade = max(known, key=soil.GRADES.index) if known else "不可评"
        self.over = "、".join(item for item, g in grades.items() if g in soil.GRADES[1:])

    def faults(self) -> dict[str, str]:
        found = {}
        if all(getattr(self, name) is None for _, name in self.METALS):
            found["cd"] = "五项重金属都没有值：至少填一项"
        for _, name in self.METALS:
            if getattr(self, name) == 0:
                found[name] = "未检出不填 0：请填检出限，并在“未检出项目”中勾选"
        if self.produce_met is not None and not self.produce:
            found["produce"] = "填了农产品是否达标，要写是哪种农产品"
        return found

    def __str__(self) -> str:
        return f"{self.plot} {self.number}"
