"""治乡: one profile per village, livestock farms and what becomes of their manure."""

from decimal import Decimal

from django.db.models import F, Sum

from jiuzhi.core import periods
from jiuzhi.core.fields import Choice, Day, Long, Quantity, Ref, Several, Text, Whole, Yes
from jiuzhi.core.models import Record
from jiuzhi.master.models import Site, Village
from jiuzhi.science.standards import livestock

PATHS = ("pipe", "central", "reuse", "control")
SPECIES_DIGITS = {"1": ("生猪",), "2": ("奶牛", "肉牛"), "3": ("羊",)}
TENTH = Decimal("0.1")


class VillageProfile(Record, title="村治理档案", key=["village", "year"]):
    """Sewage, toilets, waste sorting and the zero-discharge title of one village in a year, households as they live there."""

    village = Ref(Village, "村（社区）", required=True, related_name="+")
    year = Whole("年度", required=True, low=2015, high=2100, help="一村一年一份；指标取每村最近一年的档案")
    kind = Choice("类别", "行政村 涉农社区", required=True, help="涉农社区也计入治理率的分母")
    plan_type = Choice("布局分类", "重点类 特色类 其他")
    households = Whole("常住户数", "户", required=True, help="按常住，不按户籍")
    pipe = Whole("纳管户数", "户", help="四条治理路径，一户只计一处")
    central = Whole("集中处理户数", "户")
    reuse = Whole("资源化利用户数", "户")
    control = Whole("农厕管控户数", "户")
    treated_share = Quantity("四路径覆盖", "%", digits=1, editable=False, help="四路径户数÷常住户数")
    overflow = Choice("污水外溢", "无 轻 重")
    odour = Yes("有黑臭")
    complaint = Yes("村民投诉属实")
    judgement = Choice(
        "污水治理判定", "完成治理 完成管控 未完成", help="市级标准文本未核实；未判定的留空，按未完成计"
    )
    judge_basis = Text("判定依据", 120)
    judged_on = Day("判定日期")
    toilets = Whole("有卫生厕所户数", "户", help="公厕不计")
    harmless = Whole("其中无害化", "户")
    toilet_faults = Whole("问题厕所", "座", help="渗漏、无水、塌陷、弃用、未接")
    sort_points = Whole("分类收集点", "个")
    sort_collector = Text("垃圾收运单位", 80)
    sort_destination = Text("垃圾处理去向", 80)
    sort_score = Quantity("分类考评分", "分", digits=1, high=100)
    sort_scored_on = Day("分类考评日期")
    composting = Yes("厨余就近沤肥")
    beautiful = Choice("巴渝和美乡村", "未申报 创建中 已建成")
    accepted_on = Day("零直排验收日期")
    acceptor = Text("零直排验收单位", 80)
    rechecked_on = Day("零直排复核日期")
    problems = Long("存在问题")
    state = Choice("零直排村", "未申报 创建中 待验收 已验收 复核不合格", required=True, default="未申报")

    def prepare(self) -> None:
        super().prepare()
        self.treated_share = None
        if self.households and any(getattr(self, p) is not None for p in PATHS):
            treated = sum(getattr(self, p) or 0 for p in PATHS)
            self.treated_share = (Decimal(100 * treated) / self.households).quantize(TENTH)

    def faults(self) -> dict[str, str]:
        found = {}
        if self.households is not None and sum(getattr(self, p) or 0 for p in PATHS) > self.households:
            found["pipe"] = "四条路径的户数合计多于常住户数：请核对有没有一户计两处，或填了户籍户数"
        if self.households is not None and (self.toilets or 0) > self.households:
            found["toilets"] = "有卫生厕所户数多于常住户数：请核对"
        if (self.harmless or 0) > (self.toilets or 0):
            found["harmless"] = "无害化户数多于有卫生厕所户数：请核对是否填反"
        if self.judgement and not (self.judge_basis and self.judged_on):
            found["judge_basis" if not self.judge_basis else "judged_on"] = "判定要有依据和日期"
        elif self.judgement.startswith("完成") and self.overflow == "重":
            found["judgement"] = "污水外溢严重，不能判定为完成：请先整改，或核对外溢情况"
        if self.sort_score is not None and not self.sort_scored_on:
            found["sort_scored_on"] = "有考评分就要有考评日期"
        if self.state in ("已验收", "复核不合格") and not self.accepted_on:
            found["accepted_on"] = "验收过的零直排村要有验收日期"
        if self.accepted_on and self.rechecked_on and self.rechecked_on < self.accepted_on:
            found["rechecked_on"] = "复核早于验收：请核对"
        return found

    def __str__(self) -> str:
        return f"{self.village} {self.year}"


class Farm(Record, title="畜禽养殖场（户）", key=["site"]):
    """A livestock farm, one file each (一场一档). The place and the owner's firm are those of its site."""

    site = Ref(Site, "养殖场所", required=True, related_name="+", help="先登记类别为养殖场的场所")
    code = Text("畜禽养殖代码", 15, help="区县代码 6 位＋序号 4 位，或前加畜种 1 位（编码规则未核实）；没有的留空",
                pattern=(r"[1-9]?\d{10}", "畜禽养殖代码是 10 位数字（区县 6 位、序号 4 位），或前加畜种 1 位共 11 位"))  # fmt: skip
    report_no = Text("直联直报编号", 40)
    owner = Text("业主", 40)
    phone = Text("业主电话", 40)
    species = Choice("畜种", livestock.SPECIES, required=True)
    capacity = Whole("设计存栏", "头（只）", required=True)
    stock = Whole("存栏", "头（只）", required=True, help="清点日的数，不是年出栏")
    counted_on = Day("清点日期", required=True)
    sold = Whole("年出栏", "头（只）", help="上一年度")
    pigs = Quantity("猪当量", "头", digits=1, editable=False, help="按存栏折算；系数未核实")
    scale = Choice(
        "规模", "规模场 专业户 散养户", required=True, help="分界由县设定（国家：生猪年出栏 500 头）"
    )
    eia = Choice("环评", "报告书 报告表 登记表 免")
    permit_no = Text("排污许可或登记编号", 40)
    ban_zone = Yes("在禁养区内", help="以现行禁养区版本核对")
    storage_m3 = Quantity("粪污贮存设施容积", "m3", digits=1)
    processes = Several("处理方式", "固液分离 沼气 堆肥 发酵床 沤肥 委托处理")
    land_mu = Quantity("配套消纳土地", "亩", digits=1, high=50_000, help="填亩，不填平方米")
    discharges = Yes("设有排污口")
    vet_reduction = Choice("兽用抗菌药减量", "未参与 试点 达标")
    manure_year = Whole("粪污核算年度", low=2020, high=2100)
    manure_t = Quantity("粪污产生量", "t/a")
    used_t = Quantity("粪污利用量", "t/a", help="还田、沼气、有机肥；达标排放不算利用")
    checked_on = Day("最近检查日期")
    problem = Text("存在问题", 160)
    closed_on = Day("关停日期")
    state = Choice("状态", "备案 在养 整改 关停", required=True, default="备案")

    def prepare(self) -> None:
        super().prepare()
        pigs = livestock.pig_equivalents(self.species, self.stock or 0)
        self.pigs = None if pigs is None else pigs.quantize(TENTH)

    def faults(self) -> dict[str, str]:
        found = {}
        if self.site_id and self.site.kind != "养殖场":
            found["site"] = f"“{self.site}”登记为{self.site.kind}：请选类别为养殖场的场所"
        known = SPECIES_DIGITS.get(self.code[:1]) if len(self.code) == 11 else None
        if known and self.species and self.species not in known:
            found["code"] = f"代码首位 {self.code[0]} 表示{'、'.join(known)}，与畜种不符：请核对"
        elif self.code and self.county_id and self.code[-10:-4] != self.county.code:
            found["code"] = f"代码末 4 位之前的 6 位应是本区县代码 {self.county.code}：请核对"
        if self.capacity and self.stock is not None and self.stock > self.capacity * Decimal("1.2"):
            found["stock"] = "存栏超过设计存栏两成以上：请核对是否把年出栏填成了存栏"
        if (self.manure_t is None) != (self.manure_year is None):
            found["manure_year" if self.manure_year is None else "manure_t"] = "粪污产生量和核算年度要一起填"
        if self.used_t is not None and self.used_t > (self.manure_t or 0):
            found["used_t"] = "利用量大于产生量：请核对单位和年度"
        elif self.pk and self.manure_year and (booked := self._booked()) > (self.used_t or 0):
            found["used_t"] = f"{self.manure_year} 年台账已记利用 {booked.normalize():f} t，多于这里：请核对"
        if self.state == "关停" and not self.closed_on:
            found["closed_on"] = "关停的要有关停日期"
        return found

    def _booked(self) -> Decimal:
        lines = ManureMonth.objects.filter(farm=self.pk, period__startswith=f"{self.manure_year}-")
        return lines.aggregate(t=Sum(F("field_t") + F("sent_t") + F("fertiliser_t")))["t"] or Decimal(0)


class ManureMonth(Record, title="粪污资源化台账", key=["farm", "period"]):
    """A month of a farm's manure: made, used, lost, left over. What is left is computed, never typed."""

    farm = Ref(Farm, "养殖场（户）", required=True, related_name="+")
    period = Text("月份", 7, required=True, help="如 2026-10", pattern=periods.MONTH)
    opening_t = Quantity("月初贮存量", "t", required=True)
    made_t = Quantity("产生量", "t", required=True, help="按畜种系数或实测")
    field_t = Quantity("自用还田量", "t", required=True, default=0)
    field_mu = Quantity("还田面积", "亩", digits=1)
    sent_t = Quantity("委托利用量", "t", required=True, default=0)
    receiver = Text("受托利用单位", 80)
    slips = Whole("转运单", "份", help="与受托方各执一份")
    fertiliser_t = Quantity("商品有机肥、沼气用量", "t", required=True, default=0)
    lost_t = Quantity(
        "损耗量", "t", required=True, default=0, help="蒸发、渗漏等，不超过产生量的 10%（自定，可修改）"
    )
    discharged_t = Quantity("排放量", "t", required=True, default=0)
    closing_t = Quantity(
        "月末贮存量", "t", editable=False, low=None, help="月初＋产生－利用－损耗－排放，自动计算"
    )

    def prepare(self) -> None:
        super().prepare()
        if self.opening_t is not None and self.made_t is not None:
            names = ("field_t", "sent_t", "fertiliser_t", "lost_t", "discharged_t")
            gone = sum((Decimal(getattr(self, n) or 0) for n in names), Decimal(0))
            self.closing_t = Decimal(self.opening_t) + Decimal(self.made_t) - gone

    def faults(self) -> dict[str, str]:
        found = {}
        if self.period and not periods.has_begun(self.period):
            found["period"] = f"{self.period} 还没有到：请核对月份"
        if self.closing_t is not None and self.closing_t < 0:
            found["made_t"] = f"利用、损耗、排放比月初贮存加产生多 {-self.closing_t:f} t：请核对单位和各列"
        if self.made_t is not None and (self.lost_t or 0) > self.made_t / 10:
            found["lost_t"] = "损耗超过产生量的 10%：请核对去向"
        if self.field_t and not self.field_mu:
            found["field_mu"] = "还田要填面积"
        if self.sent_t and not (self.receiver and self.slips):
            found["receiver" if not self.receiver else "slips"] = "委托利用要有受托单位和转运单，两边对得上"
        if self.farm_id and self.period and self.opening_t is not None:
            before = ManureMonth.objects.filter(farm=self.farm_id, period=periods.month_before(self.period))
            last = before.values_list("closing_t", flat=True).first()
            if last is not None and last != self.opening_t:
                found["opening_t"] = f"上月月末贮存量是 {last.normalize():f} t：请核对，或先更正上月"
        return found

    def __str__(self) -> str:
        return f"{self.farm} {self.period}"
