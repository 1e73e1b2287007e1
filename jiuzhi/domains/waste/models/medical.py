"""Medical waste: where it is made or gathered (小箱进大箱), and what was collected each month."""

from decimal import Decimal

from jiuzhi.core import local, periods
from jiuzhi.core.fields import Choice, Day, Quantity, Ref, Text, Whole, Yes
from jiuzhi.core.models import Placed, Record
from jiuzhi.master.models import Enterprise

GATHERING = "集中暂存点"
LONGEST_DAYS = 2  # an institution keeps its waste at most this long (医疗废物管理条例)
GROUPS = {"infectious_kg": "感染性", "sharps_kg": "损伤性", "pathological_kg": "病理性", "drug_kg": "药物性", "chemical_kg": "化学性"}  # fmt: skip


class MedicalPoint(Placed, title="医疗废物产生与暂存点", key=["code"]):
    """An institution that makes medical waste, or the point where small ones bring theirs."""

    code = Text("登记号", 30, required=True, help="医疗机构登记号；集中暂存点用“区县代码-YF-序号”")
    name = Text("名称", 80, required=True)
    kind = Choice("类别", "医院 卫生院 社区卫生服务中心 村卫生室 诊所 疾控中心 集中暂存点 宠物诊疗机构", required=True,
                  help="宠物诊疗机构的废物不属医疗废物 HW01，登记以便分流")  # fmt: skip
    enterprise = Ref(Enterprise, "所属单位", related_name="+")
    beds = Whole("床位", "张", high=20_000)
    gathers_at = Ref("self", "送往暂存点", related_name="+", help="小箱进大箱：小机构送到哪个集中暂存点")
    collector = Text("收运单位", 80)
    licence = Text("收运单位许可证编号", 40)
    agreement_to = Day("收运协议有效期至")
    interval_days = Whole("收运间隔", "天", low=1, high=30, help="不超过 2 天（医疗废物管理条例）")
    interval_basis = Text("间隔超 2 天的批准依据", 120, help="批准文号和日期；没有批准的按 2 天考核")
    last_collected_on = Day("最近收运日期")
    cold = Yes("冷藏贮存")
    boxes = Whole("周转箱", "个")
    distance_km = Quantity("到处置单位里程", "km", digits=1)
    registers_ok = Yes("交接登记齐全", help="登记资料至少保存 3 年")
    officer = Text("管理人", 40)
    phone = Text("管理人电话", 40)
    state = Choice("状态", "建档 在用 停用 注销", required=True, default="建档")

    def faults(self) -> dict[str, str]:
        found = {}
        if (self.interval_days or 0) > LONGEST_DAYS and not self.interval_basis:
            found["interval_basis"] = "收运间隔超过 2 天要有批准依据：没有批准的请改为 2 天内收运"
        if self.gathers_at_id and self.kind == GATHERING:
            found["gathers_at"] = "集中暂存点由收运单位直接收，不再送往别的暂存点"
        elif self.gathers_at_id and self.gathers_at.kind != GATHERING:
            found["gathers_at"] = f"“{self.gathers_at}”不是集中暂存点：请核对"
        if self.last_collected_on and self.last_collected_on > local.today():
            found["last_collected_on"] = "最近收运日期在今天以后：请核对"
        if self.state == "在用" and self.kind in ("医院", GATHERING) and not self.collector:
            found["collector"] = "在用的医院和集中暂存点要写明收运单位"
        return found


class MedicalMonth(Record, title="医疗废物收运月报", key=["point", "period"]):
    """What was handed over at a point in a month, by the five groups of HW01, and how long the longest wait was."""

    point = Ref(MedicalPoint, "产生与暂存点", required=True, related_name="+")
    period = Text("月份", 7, required=True, help="如 2026-10", pattern=periods.MONTH)
    handovers = Whole("交接次数", "次", required=True, high=2000)
    late = Whole("超 48 小时次数", "次", required=True, help="从产生地移出到交付收运超过 48 小时")
    longest_h = Quantity("最长贮存时间", "h", digits=1, high=8784)
    infectious_kg = Quantity("感染性", "kg", required=True, default=0, help="841-001-01")
    sharps_kg = Quantity("损伤性", "kg", required=True, default=0, help="841-002-01")
    pathological_kg = Quantity("病理性", "kg", required=True, default=0, help="841-003-01")
    chemical_kg = Quantity("化学性", "kg", required=True, default=0, help="841-004-01")
    drug_kg = Quantity("药物性", "kg", required=True, default=0, help="841-005-01")
    total_kg = Quantity("合计", "kg", editable=False)
    disposed_kg = Quantity("无害化处置量", "kg", required=True, help="处置单位回单，含上月结转")
    carried_kg = Quantity("月末在途在库", "kg", required=True, default=0)
    brought_kg = Quantity("上月结转", "kg", required=True, default=0)
    disposer = Text("处置单位", 80)
    slips = Whole("交接单", "份")

    def prepare(self) -> None:
        super().prepare()
        self.total_kg = sum((Decimal(getattr(self, n) or 0) for n in GROUPS), Decimal(0))

    def faults(self) -> dict[str, str]:
        found = {}
        if self.period and not periods.has_begun(self.period):
            found["period"] = f"{self.period} 还没有到：请核对月份"
        if (self.late or 0) > (self.handovers or 0):
            found["late"] = "超时次数多于交接次数：请核对"
        if self.longest_h is not None and (self.longest_h > 48) != bool(self.late):
            found["longest_h"] = "最长贮存时间与超时次数对不上：超过 48 小时的至少算一次超时"
        if self.total_kg and not self.handovers:
            found["handovers"] = "有重量就要有交接次数"
        given = (self.total_kg, self.disposed_kg, self.carried_kg, self.brought_kg)
        if None not in given and self.disposed_kg + self.carried_kg > self.total_kg + self.brought_kg:
            found["disposed_kg"] = "处置加在途在库多于合计加上月结转：请核对单位（kg）和各列"
        return found

    def __str__(self) -> str:
        return f"{self.point} {self.period}"
