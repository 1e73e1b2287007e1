"""治理: discharge permits in one licence (一证式) and the ledger of major projects."""

from jiuzhi.core.codes import uscc_fault
from jiuzhi.core.fields import Choice, Day, Quantity, Ref, Several, Text, Whole, Yes
from jiuzhi.core.models import Org, Placed, Record
from jiuzhi.master.codes import PERMIT_NUMBER
from jiuzhi.master.models import Enterprise, Site
from jiuzhi.protocol.hj212 import pollutants
from jiuzhi.science.standards import industry

POLLUTANTS = ("so2", "nox", "pm", "voc", "cod", "nh3n", "tp", "tn")
STAGES = "待核实 储备 前期 开工 在建 完工 验收 停缓建"
FUNDS = "中央资金 市级资金 县级资金 地方债券 银行贷款 企业自筹 社会资本 其他"
BIGGEST = 10_000_000  # [万元] of one county project: above it somebody wrote yuan


class Permit(Record, title="排污许可证", key=["number"]):
    """A discharge permit or registration (排污许可管理条例, order 736; HJ 608-2017 numbers)."""

    number = Text("许可证编号", 22, required=True, help="登记管理填登记编号", pattern=PERMIT_NUMBER)
    enterprise = Ref(Enterprise, "企业", required=True, related_name="+")
    site = Ref(Site, "生产经营场所", related_name="+")
    category = Choice(
        "管理类别", "重点管理 简化管理 登记管理", required=True, help="登记管理不发证，不等于许可"
    )
    industry = Text("行业代码", 5, help="GB/T 4754-2017，如 3140 铁合金冶炼")
    authority = Text("发证机关", 60)
    issued_on = Day("发证日期")
    valid_from = Day("有效期起", required=True)
    valid_to = Day("有效期至", required=True, help="有效期 5 年；届满 60 日前申请延续")
    renewal_on = Day("延续申请日期")
    outlets = Whole("排放口", "个", help="废气、废水主要排放口和一般排放口合计")
    report_types = Several("执行报告", "年报 季报")
    self_monitor = Day("最近自行监测日期")
    ledger_ok = Yes("台账齐全", help="台账保存不少于 5 年")
    checked_on = Day("最近证后核查日期")
    violations = Whole("本年违反许可证次数", "次", help="查实的超许可排放、未按证监测和报告等")
    eia_no = Text("环评批复文号", 80)
    rights_covered = Yes("总量指标已落实")
    hw_included = Yes("固体废物已纳入")
    change_due = Day("变更期限", help="基本信息变动后 30 日内申请变更")
    state = Choice("状态", "申请 受理 有效 延续申请 变更中 失效 已撤销 已注销", required=True, default="申请")

    def faults(self) -> dict[str, str]:
        found = {}
        if said := uscc_fault(self.number[:18]):
            found["number"] = said
        elif self.enterprise_id and self.number[:18] != self.enterprise.uscc:
            found["number"] = f"前 18 位与“{self.enterprise}”的统一社会信用代码不符：请核对企业或编号"
        if self.industry and (said := industry.fault(self.industry)):
            found["industry"] = said
        if self.valid_from and self.valid_to:
            days = (self.valid_to - self.valid_from).days
            if days <= 0:
                found["valid_to"] = "有效期止不晚于有效期起：请核对"
            elif days > 5 * 366:
                found["valid_to"] = "有效期超过 5 年：请按许可证核对"
        if self.category == "登记管理" and self.report_types:
            found["report_types"] = "登记管理不提交执行报告：请核对管理类别"
        return found


class PermitLimit(Record, title="许可限值", key=["permit", "outlet", "pollutant"]):
    """What a permit allows at one outlet for one pollutant."""

    permit = Ref(Permit, "许可证", required=True, related_name="+")
    outlet = Text("排放口编号", 12, required=True, help="DA 气、DW 水，后接 3 位数字；全厂合计填 全厂",
                  pattern=(r"D[AW]\d{3}|全厂", "排放口写作 DA001、DW001，全厂合计填“全厂”"))  # fmt: skip
    pollutant = Text("污染物", 40, required=True)
    code = Text(
        "污染物编码", 10, help="HJ 212-2017 附录 B，如 w01018 化学需氧量、a21026 二氧化硫；表中没有的留空"
    )
    conc = Quantity("许可浓度", digits=4)
    conc_unit = Choice("浓度单位", "mg/m3 mg/L μg/m3 ng-TEQ/m3 无量纲")
    rate = Quantity("许可速率", "kg/h", digits=4)
    annual_t = Quantity("许可年排放量", "t/a", digits=4)
    standard = Text("执行标准", 80, help="标准号、年号和表号")
    special = Text("特别要求", 120)
    monitor = Choice("监测方式", "自动 手工")
    frequency = Text("监测频次", 40, help="如 1次/季")
    method = Text("监测方法", 60)

    def faults(self) -> dict[str, str]:
        found = {}
        if self.conc is None and self.annual_t is None and self.rate is None:
            found["conc"] = "浓度、速率、年排放量至少填一项"
        if self.conc is not None and not self.conc_unit:
            found["conc_unit"] = "填了浓度就要选单位"
        within = {"DA": "气", "DW": "水"}.get(self.outlet[:2], "")
        if self.code and (said := pollutants.fault(self.code, self.pollutant, within)):
            found["code"] = said
        wrong = {"DA": ("mg/L",), "DW": ("mg/m3", "μg/m3", "ng-TEQ/m3")}.get(self.outlet[:2], ())
        if self.conc_unit in wrong:
            found["conc_unit"] = (
                f"{self.outlet} 的浓度单位不会是 {self.conc_unit}：废气用 mg/m3 等，废水用 mg/L"
            )
        if self.outlet.startswith("DW") and self.rate is not None:
            found["rate"] = "废水排放口没有 kg/h 的速率限值：请核对是否填错列"
        return found


class ExecutionReport(Record, title="排污许可执行报告", key=["permit", "period"]):
    """An execution report of a permit for a year or a quarter, with what was really discharged."""

    permit = Ref(Permit, "许可证", required=True, related_name="+")
    period = Text("报告期", 7, required=True, help="年报写 2026，季报写 2026-Q1", pattern=(r"20\d\d(-Q[1-4])?", "报告期写作 2026 或 2026-Q1"))  # fmt: skip
    due_on = Day(
        "应交日期", required=True, help="按许可证载明；季报一般在季度结束后 15 日内，年报在次年 1 月底前"
    )
    submitted_on = Day("提交日期")
    so2 = Quantity("二氧化硫实际排放量", "t", digits=4)
    nox = Quantity("氮氧化物实际排放量", "t", digits=4)
    pm = Quantity("颗粒物实际排放量", "t", digits=4)
    voc = Quantity("挥发性有机物实际排放量", "t", digits=4)
    cod = Quantity("化学需氧量实际排放量", "t", digits=4)
    nh3n = Quantity("氨氮实际排放量", "t", digits=4)
    tp = Quantity("总磷实际排放量", "t", digits=4)
    tn = Quantity("总氮实际排放量", "t", digits=4)
    exceed_count = Whole("超标次数", "次")
    exceed_why = Text("超标原因和措施", 200)
    reviewed_on = Day("审核日期")
    issues = Text("审核意见", 200)
    state = Choice("状态", "待提交 已提交 退回 已审核", required=True, default="待提交")

    def faults(self) -> dict[str, str]:
        found = {}
        if self.state in ("已提交", "已审核") and not self.submitted_on:
            found["submitted_on"] = "已提交的报告要有提交日期"
        if self.submitted_on and all(getattr(self, p) is None for p in POLLUTANTS):
            found["so2"] = "已提交的报告至少填一项实际排放量；没有排放填 0"
        if self.exceed_count and not self.exceed_why:
            found["exceed_why"] = "有超标要写原因和措施"
        if self.nh3n is not None and self.tn is not None and self.nh3n > self.tn:
            found["nh3n"] = "氨氮大于总氮：请核对两列是否填反、单位是否为吨"
        return found


class Project(Placed, title="重大项目", key=["code"]):
    """A major project with scale, place, money and the person who answers for it. Its milestones are lines of their own."""

    code = Text("项目编号", 40, required=True, help="投资项目代码；未取得时用规划条目号 P-00000")
    name = Text("项目名称", 120, required=True)
    kind = Choice("性质", "工程 行动 创建 试点 平台 园区 规划 普查 调查 片区开发 背景工程 品牌")
    listed = Several("列入清单", "重大项目 区域项目库 上级清单 县级年度计划")
    plan_item = Text("规划条目", 20, help="规划项目清单中的条目号")
    place = Text("建设地点", 120)
    quantity = Quantity("建设规模", digits=3)
    quantity_unit = Text("规模单位", 20)
    lead = Ref(Org, "牵头单位", related_name="+")
    partners = Text("配合单位", 160, help="用 、 分隔")
    leader = Text("牵头领导", 60)
    owner = Text("责任人", 60)
    owner_phone = Text("责任人电话", 40)
    enterprise = Ref(Enterprise, "业主企业", related_name="+")
    invest = Quantity("总投资", "万元", digits=2)
    paid = Quantity("累计完成投资", "万元", digits=2)
    year_plan = Quantity("本年计划投资", "万元", digits=2)
    year_paid = Quantity("本年完成投资", "万元", digits=2)
    funds = Several("资金来源", FUNDS)
    progress = Quantity("形象进度", "%", digits=1, high=100)
    progress_on = Day("进度日期")
    start_on = Day("实际开工日期")
    finish_due = Day("计划完工日期")
    finished_on = Day("实际完工日期")
    accepted_on = Day("竣工验收日期")
    problem = Text("存在问题", 200)
    stage = Choice("阶段", STAGES, required=True, default="待核实")

    def faults(self) -> dict[str, str]:
        found = {}
        if self.invest and self.invest > BIGGEST:
            found["invest"] = "总投资超过一千亿元：像是把元当成了万元，请核对单位"
        if self.invest and self.paid and self.paid > self.invest:
            found["paid"] = "累计完成投资大于总投资：请核对单位，或先调整总投资"
        if self.year_paid and self.year_paid > (self.paid or 0):
            found["year_paid"] = "本年完成投资大于累计完成投资：请核对，累计包含本年"
        if (self.progress is None) != (self.progress_on is None):
            found["progress_on" if self.progress_on is None else "progress"] = "形象进度和进度日期要一起填"
        if self.start_on and self.finished_on and self.finished_on < self.start_on:
            found["finished_on"] = "完工早于开工：请核对"
        if self.quantity is not None and not self.quantity_unit:
            found["quantity_unit"] = "填了规模就要填单位"
        if self.stage in ("储备", "前期") and self.start_on and self._state.adding:  # later the steps say it
            found["stage"] = "已有实际开工日期，阶段不应仍为储备、前期"
        return found


class Milestone(Record, title="项目节点", key=["project", "order"]):
    """A milestone of a project. A date that moves keeps the planned one beside it, with the reason."""

    project = Ref(Project, "项目", required=True, related_name="+")
    order = Whole("序号", low=1, high=999, required=True)
    name = Text("节点", 80, required=True)
    planned_on = Day("计划日期", required=True)
    due_on = Day("应完成日期", editable=False, help="调整过的以调整后日期为准")
    adjusted_on = Day("调整后日期")
    adjust_reason = Text("调整理由和批准人", 160)
    actual_on = Day("实际完成日期")
    owner = Text("责任人", 60)
    state = Choice("状态", "未完成 已完成 已取消", required=True, default="未完成")

    def prepare(self) -> None:
        super().prepare()
        self.due_on = self.adjusted_on or self.planned_on

    def faults(self) -> dict[str, str]:
        found = {}
        if self.adjusted_on and not self.adjust_reason:
            found["adjust_reason"] = "调整日期要写理由和批准人"
        if self.state == "已完成" and not self.actual_on:
            found["actual_on"] = "已完成的节点要有实际完成日期"
        elif (
            self.state == "未完成" and self.actual_on and self._state.adding
        ):  # later: reopened, the old day stays
            found["state"] = "已有实际完成日期，状态不应为未完成"
        return found
