"""Enterprises that emit to air, and what they use that evaporates."""

from jiuzhi.core.fields import Choice, Day, Quantity, Ref, Several, Text, Whole, Yes
from jiuzhi.core.models import Record
from jiuzhi.master.codes import PERMIT_NUMBER, held_by_other
from jiuzhi.master.models import Site

TREATMENTS = "袋式除尘 静电除尘 喷淋 脱硫 脱硝 活性炭 RTO RCO 油雾净化 无"
GRADES = "A级 B级 B-级 C级 D级 引领性 非引领性 未评"


class Source(Record, title="涉气污染源", key=["site"]):
    """What a site emits to air, one file a site (一企一档): several processes of one firm stand in one row."""

    site = Ref(Site, "场所", required=True, related_name="+", help="企业和行业取自场所；一处场所只建一档")
    permit_class = Choice("排污许可管理类别", "重点管理 简化管理 登记管理 未纳入", required=True)
    permit_no = Text("排污许可证编号", 22, help="登记管理填登记编号", pattern=PERMIT_NUMBER)
    scatter = Choice("散乱污类别", "散 乱 污 无", required=True, default="无")
    products = Text("主要产品", 120)
    processes = Text("产气工序", 200, help="如 破碎、焙烧、喷涂；用 、 分隔")
    treatment = Several("治理设施", TREATMENTS, help="没有设施的填“无”；空着表示未查")
    carbon_due = Day("活性炭应换日期", help="有活性炭的必填")
    outlets = Whole("有组织排口数", "个")
    boundary = Yes("存在无组织排放")
    online = Yes("在线监测")
    cluster = Text("集群治理设施", 80, help="共用的集中治理设施名称，如烘干、喷涂中心")
    grade = Choice("绩效等级", GRADES, required=True, default="未评")
    grade_on = Day("绩效评定日期")
    problem = Text("存在问题", 200)
    plan_end = Day("整治期限")
    closed_on = Day("销号日期")
    revisit_on = Day("回头看日期", help="销号后 12 个月内回头看一次")
    contact = Text("环保联系人", 40)
    phone = Text("联系人电话", 40)
    state = Choice(
        "整治状态", "摸排 建档 有问题 整治中 待验收 已销号 关停取缔", required=True, default="摸排"
    )

    def faults(self) -> dict[str, str]:
        found = {}
        enterprise = self.site.enterprise if self.site_id else None
        if self.site_id and enterprise is None:
            found["site"] = "这处场所没有登记运营企业：请先在场所台账补上"
        elif enterprise and held_by_other(self.permit_no, enterprise.uscc):
            found["permit_no"] = f"许可证编号的前 18 位与{enterprise}的信用代码不符：请核对是不是另一家的证"
        kinds = (self.treatment or "").split("、")
        if "无" in kinds and len(kinds) > 1:
            found["treatment"] = "既填了治理设施又填了“无”：请留一种"
        elif "活性炭" in kinds and self.carbon_due is None:
            found["carbon_due"] = "有活性炭治理的要填应换日期"
        if self.grade not in ("", "未评") and self.grade_on is None:
            found["grade_on"] = "评了绩效等级要填评定日期"
        if self.state in ("已销号", "关停取缔") and self.closed_on is None:
            found["closed_on"] = "已完成的要有日期：请填销号（关停）日期"
        if self.revisit_on and self.closed_on and self.revisit_on < self.closed_on:
            found["revisit_on"] = "回头看早于销号：请核对日期"
        return found


class VocMaterial(Record, title="含 VOCs 原辅料", key=["source", "year", "name"]):
    """A paint, ink, glue or cleaner and its year's use; contents in different units are never compared."""

    source = Ref(Source, "涉气污染源", required=True, related_name="+")
    year = Whole("年度", required=True, low=2015, high=2100)
    name = Text("原辅料名称", 80, required=True)
    kind = Choice("种类", "涂料 油墨 胶粘剂 清洗剂 稀释剂 其他", required=True)
    content = Quantity("VOCs 含量", digits=2)
    content_unit = Choice("含量单位", "g/L g/kg %", help="检测报告写的单位；% 指质量百分数")
    used = Quantity("年用量", "t", required=True, high=100_000)
    low_voc = Yes("低 VOCs 产品", help="以产品检测报告为准")
    limit_standard = Text(
        "执行限值标准",
        60,
        help="车辆涂料 GB 24409-2020，2026-06-01 起 GB 30981.2-2025；胶粘剂 GB 33372、油墨 GB 38507、清洗剂 GB 38508；限值未核实",
    )
    report_no = Text("检测报告编号", 60)
    report_on = Day("检测报告日期")

    def faults(self) -> dict[str, str]:
        found = {}
        if self.content is not None and not self.content_unit:
            found["content_unit"] = "填了含量要填单位：g/L、g/kg 与 % 不能混用"
        elif self.content_unit and self.content is None:
            found["content"] = "填了单位却没有含量"
        elif self.content is not None and self.content > {"%": 100, "g/kg": 1000}.get(
            self.content_unit, 2000
        ):
            found["content"] = f"含量 {self.content} {self.content_unit} 不可能：请核对单位"
        if self.low_voc and not self.report_no:
            found["report_no"] = "列为低 VOCs 产品要有检测报告编号"
        return found

    def __str__(self) -> str:
        return f"{self.source} {self.year} {self.name}"
