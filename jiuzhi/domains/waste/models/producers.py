"""Who makes waste, which waste, and the monthly ledger of general industrial solid waste."""

from decimal import Decimal

from jiuzhi.core import periods
from jiuzhi.core.fields import Choice, Day, Quantity, Ref, Several, Text, Whole, Yes
from jiuzhi.core.models import Record
from jiuzhi.master.codes import PERMIT_NUMBER, held_by_other
from jiuzhi.master.models import Enterprise, Site
from jiuzhi.science.standards import waste

BIGGEST = 1_000_000  # [t/a] of hazardous waste at one site: above it somebody wrote kilograms
WAYS = "自行利用 委托利用 自行处置 委托焚烧 委托填埋 委托其他处置 仅贮存"
MOVED = ("self_used_t", "sent_used_t", "self_disposed_t", "sent_disposed_t")


class Producer(Record, title="产废单位", key=["site"]):
    """A site where waste is made; plans and classes are per site, not per legal person (HJ 1259-2022 5.1)."""

    site = Ref(Site, "产废场所", required=True, related_name="+", help="一个生产场所一条，不按法人合并")
    enterprise = Ref(Enterprise, "产废企业", required=True, related_name="+")
    hw_class = Choice("危废管理类别", waste.CLASSES, required=True)
    hw_class_by_rule = Choice("推算类别", waste.CLASSES, editable=False, help="HJ 1259-2022 4.2.1")
    class_basis = Choice("定级依据", "年产生量 自行利用处置设施 持危废经营许可证 市局指定")
    annual_max_t = Quantity("危废年最大产生量", "t/a", digits=4, required=True,
                            help="近三年最大值，不足三年取投产以来最大值；新建的按环评、许可；件、升先换算为吨；不产填 0")  # fmt: skip
    own_facility = Yes("自行利用处置危废", required=True, default=False)
    licensed = Yes("持危废经营许可证", required=True, default=False)
    general_class = Choice("一般固废管理", "重点 一般 不产一般固废", required=True)
    permit_no = Text("排污许可证编号", 22, help="登记管理填登记编号；不需要许可的留空", pattern=PERMIT_NUMBER)
    plan_no = Text("管理计划备案编号", 60)
    plan_on = Day("管理计划备案日期", help="每年 3 月 31 日前备案")
    instant = Choice("五即落实", "已建 在建 未建", help="产生即称重、打码、入库等，以危废产生单位为限")
    storage_t = Quantity("贮存设施能力", "t")
    insured = Yes("环境污染责任险")
    assessed_on = Day("最近规范化评估日期")
    assessed = Choice("评估结论", "达标 基本达标 不达标")
    officer = Text("环保负责人", 40)
    phone = Text("负责人电话", 40)
    state = Choice("状态", "摸排 建档 在管 整改 注销", required=True, default="摸排")

    def prepare(self) -> None:
        super().prepare()
        self.hw_class_by_rule = ""
        if self.annual_max_t is not None:
            most = Decimal(self.annual_max_t)
            self.hw_class_by_rule = waste.management_class(most, bool(self.own_facility), bool(self.licensed))

    def faults(self) -> dict[str, str]:
        found = {}
        owner = self.site.enterprise if self.site_id else None
        if owner and self.enterprise_id and owner.pk != self.enterprise_id:
            found["enterprise"] = f"场所“{self.site}”登记的运营企业是“{owner}”：请核对企业或场所"
        order, by_rule = waste.CLASSES, self.hw_class_by_rule
        if self.hw_class and by_rule and order.index(self.hw_class) > order.index(by_rule):
            found["hw_class"] = f"按产生量、设施和许可证应为{by_rule}：请核对；指定只能提高、不能降低类别"
        elif self.hw_class and by_rule and self.hw_class != by_rule and self.class_basis != "市局指定":
            found["class_basis"] = f"推算为{by_rule}，高于推算的类别要以“市局指定”为依据"
        if self.annual_max_t and self.annual_max_t > BIGGEST:
            found["annual_max_t"] = "危废产生量超过一百万吨：像是把公斤当成了吨，请核对单位"
        if self.permit_no and self.enterprise_id and held_by_other(self.permit_no, self.enterprise.uscc):
            found["permit_no"] = f"许可证编号前 18 位与“{self.enterprise}”的信用代码不符：请核对"
        if (
            self.state in ("在管", "整改")
            and self.hw_class not in ("", waste.CLASSES[-1])
            and not self.plan_on
        ):
            found["plan_on"] = "产生危废的在管单位要有管理计划备案日期：请补填，或核对危废管理类别"
        if bool(self.assessed) != bool(self.assessed_on):
            found["assessed_on" if self.assessed else "assessed"] = "规范化评估的日期和结论要一起填"
        return found


class ProducerWaste(Record, title="产废种类", key=["producer", "code", "name"]):
    """A kind of waste a producer makes, hazardous or general, under its code."""

    producer = Ref(Producer, "产废单位", required=True, related_name="+")
    code = Text(
        "废物代码", 12, required=True, help="危废如 900-214-08；一般固废如 900-003-S17（也可写 SW17）"
    )
    name = Text("废物名称", 80, required=True, help="按环评或名录，同一代码的不同废物分行")
    kind = Text("类别", 60, editable=False, help="由代码推得；一般固废种类名称未核实")
    edition = Choice("依据名录", waste.EDITIONS, default=waste.EDITIONS[0],
                     help="危废填所依据的名录版本；2025 年版只核对格式和类别，代码未核实")  # fmt: skip
    alias = Text("俗称", 60)
    form = Choice("形态", "固态 半固态 液态 气态")
    hazard = Several(
        "危险特性",
        waste.HAZARDS,
        help="T 毒性、C 腐蚀性、I 易燃性、R 反应性、In 感染性；空着时按 2021 年版名录填入",
    )
    component = Text("主要有害成分", 80)
    identified = Choice(
        "鉴别", "不需鉴别 待鉴别 鉴别为危险废物 鉴别为一般固废", help="钡渣等性质待定的先填待鉴别"
    )
    process = Text("产生环节", 80)
    annual_t = Quantity("预计年产生量", "t/a", digits=4, required=True)
    way = Choice("利用处置方式", WAYS)
    receiver = Text("去向单位", 80)

    def prepare(self) -> None:
        super().prepare()
        self.code = waste.normal(self.code)
        self.kind = waste.named(self.code)
        if waste.is_hazardous(self.code):
            self.hazard = self.hazard or waste.hazards(self.code)
        else:
            self.edition = ""

    def faults(self) -> dict[str, str]:
        found = {}
        hazardous = waste.is_hazardous(self.code)
        if said := waste.code_fault(self.code, self.edition):
            found["code"] = said
        elif hazardous and self.identified == "鉴别为一般固废":
            found["identified"] = "鉴别为一般固废的要用一般固废代码：请核对代码或鉴别结论"
        elif hazardous and self.producer_id and self.producer.hw_class == "不产危废":
            found["code"] = f"“{self.producer}”登记为不产危废：请先改它的管理类别，或核对代码"
        elif not hazardous and self.hazard:
            found["hazard"] = "一般固废没有危险特性：请核对代码"
        if self.way.startswith("委托") and not self.receiver:
            found["receiver"] = "委托利用处置的要填去向单位"
        return found


class GeneralWasteMonth(Record, title="一般固废台账", key=["producer", "code", "period"]):
    """One month of one general industrial waste at a producer. What is left is computed, never typed."""

    producer = Ref(Producer, "产废单位", required=True, related_name="+")
    code = Text("废物代码", 12, required=True, help="一般固废代码，如 900-003-S17；危险废物不入本台账")
    name = Text("废物名称", 80, required=True)
    kind = Text("类别", 60, editable=False, help="由代码推得；名称未核实")
    period = Text("月份", 7, required=True, help="如 2026-10；填本月数，不填累计", pattern=periods.MONTH)
    opening_t = Quantity("月初贮存量", "t", required=True, help="等于上月月末贮存量")
    made_t = Quantity("产生量", "t", required=True, help="没有产生填 0")
    self_used_t = Quantity("自行利用量", "t", required=True, default=0)
    sent_used_t = Quantity("委托利用量", "t", required=True, default=0)
    used_old_t = Quantity(
        "其中利用往年贮存量", "t", required=True, default=0, help="本月利用量中属于往年贮存的部分"
    )
    self_disposed_t = Quantity("自行处置量", "t", required=True, default=0)
    sent_disposed_t = Quantity("委托处置量", "t", required=True, default=0)
    closing_t = Quantity("月末贮存量", "t", editable=False, low=None, help="月初＋产生－利用－处置，自动计算")
    receiver = Text("去向单位", 120)
    measured = Choice("计量方式", "称重 物料衡算 估算", required=True)
    batches = Whole("出厂批次", "批", help="逐批记录留存不少于 5 年（未核实）")
    issues = Text("审核意见", 200)
    state = Choice("状态", "待提交 已提交 退回 已审核", required=True, default="待提交")

    def prepare(self) -> None:
        super().prepare()
        self.code = waste.normal(self.code)
        self.kind = waste.named(self.code)
        if self.opening_t is not None and self.made_t is not None:
            gone = sum((Decimal(getattr(self, n) or 0) for n in MOVED), Decimal(0))
            self.closing_t = Decimal(self.opening_t) + Decimal(self.made_t) - gone

    def faults(self) -> dict[str, str]:
        found = {}
        if said := waste.code_fault(self.code):
            found["code"] = said
        elif waste.group_of(self.code) != "工业固体废物":
            found["code"] = f"{self.kind}不是一般工业固废，不入本台账：请核对代码"
        if self.period and not periods.has_begun(self.period):
            found["period"] = f"{self.period} 还没有到：请核对月份"
        if self.closing_t is not None and self.closing_t < 0:
            found["made_t"] = f"利用、处置比月初贮存加产生多 {-self.closing_t:f} t：请核对单位和各列"
        used = (self.self_used_t or 0) + (self.sent_used_t or 0)
        if (self.used_old_t or 0) > min(used, self.opening_t or 0):
            found["used_old_t"] = "利用往年贮存量不会大于本月利用量，也不会大于月初贮存量：请核对"
        if ((self.sent_used_t or 0) + (self.sent_disposed_t or 0)) > 0 and not self.receiver:
            found["receiver"] = "有委托利用、处置的要填去向单位"
        if self.producer_id and self.period and "opening_t" not in found:
            found |= self._unlike_last_month()
        return found

    def __str__(self) -> str:
        return f"{self.name} {self.period}"

    def _unlike_last_month(self) -> dict[str, str]:
        same = GeneralWasteMonth.objects.filter(producer=self.producer_id, code=self.code)
        last = (
            same.filter(period=periods.month_before(self.period)).values_list("closing_t", flat=True).first()
        )
        if last is None or self.opening_t is None or last == self.opening_t:
            return {}
        return {"opening_t": f"上月月末贮存量是 {last.normalize():f} t：盘盈盘亏请先更正上月，再填本月"}
