"""Radiation safety: licensed units, sealed sources (places are sensitive), ray devices."""

from decimal import Decimal

from jiuzhi.core.fields import Choice, Day, Quantity, Ref, Several, Text, Yes
from jiuzhi.core.models import Placed, Record
from jiuzhi.master.models import Enterprise
from jiuzhi.science.standards import radiation

SOURCE_CODE = r"(?:\d\d|[A-Z]{2})(?:\d\d|NN)[A-Z0-9]{2}\d{5}[1-5N]"
IN_PLACE, STORED = ("在用", "备用", "闲置"), ("已送贮", "已返回", "已转出")


class RadiationUnit(Record, title="辐射安全许可", key=["licence"]):
    """A radiation safety licence (辐射安全许可证). It ends; who goes on asks before it does."""

    licence = Text("许可证号", 40, required=True, help="如 渝环辐证[00000]")
    enterprise = Ref(Enterprise, "单位", required=True, related_name="+")
    kinds = Several("种类", "生产 销售 使用", required=True)
    scope = Text("活动范围", 160, help="如 使用Ⅳ类放射源；使用Ⅲ类射线装置")
    authority = Text("发证机关", 60)
    issued_on = Day("发证日期", required=True)
    valid_to = Day("有效期至", required=True)
    renewal_on = Day("延续申请日期", help="届满 30 日前提出（未核实）")
    officer = Text("辐射安全负责人", 60)
    officer_phone = Text("负责人电话", 40)
    self_report_on = Day("上年度评估报告提交日期", help="次年 1 月 31 日前（未核实）")
    state = Choice("状态", "有效 延续申请 已注销 已吊销", required=True, default="有效")

    def faults(self) -> dict[str, str]:
        if self.issued_on and self.valid_to and self.valid_to <= self.issued_on:
            return {"valid_to": "有效期不晚于发证日期：请核对"}
        return {}


class RadiationSource(Placed, title="放射源", key=["code"]):
    """A sealed source under its twelve-character national code. Its class by activity stands beside the class certified."""

    code = Text("放射源编码", 12, required=True, help="12 位；不明的位用 N",
                pattern=(SOURCE_CODE, "编码 12 位：生产单位或国别 2、年 2、核素 2、序号 5、类别 1（不明填 N）"))  # fmt: skip
    unit = Ref(RadiationUnit, "许可证", required=True, related_name="+")
    nuclide = Text(
        "核素", 12, required=True, help="如 Co-60", pattern=(r"[A-Z][a-z]?-\d{1,3}m?", "核素写作 Co-60")
    )
    activity = Quantity(
        "出厂活度", "Bq", digits=0, required=True, help="以 Bq 计，如 3.7E10；不用 Ci、MBq、GBq"
    )
    made_on = Day("活度对应日期", required=True, help="一般为出厂日期")
    class_given = Choice("证载类别", radiation.CLASSES, required=True)
    class_by_rule = Text("推算类别", 12, editable=False, help="由核素和出厂活度推得（分界未核实）")
    use = Choice("用途", "工业探伤 料位密度测量 辐照 医疗 校准检验 教学科研 其他", required=True)
    mobile = Yes("移动使用", required=True, default=False)
    place = Text("存放、使用场所", 120)
    shield = Text("屏蔽容器编号", 40)
    online = Yes("在线监控")
    leak_test_on = Day("最近泄漏检验日期")
    retired_on = Day("退役日期", help="停用不再使用之日；90 天内送贮或返回（期限未核实）")
    stored_on = Day("送贮、返回日期")
    stored_at = Text("接收单位", 80)
    filed_on = Day("备案日期", help="送贮、返回后 20 日内备案")
    state = Choice(
        "状态", "在用 备用 闲置 待送贮 已送贮 已返回 已转出 丢失被盗", required=True, default="在用"
    )

    def prepare(self) -> None:
        super().prepare()
        known = self.activity is not None and self.nuclide
        found = radiation.source_class(self.nuclide, Decimal(self.activity)) if known else None
        self.class_by_rule = (found or "核素无分界") if known else ""

    def faults(self) -> dict[str, str]:
        found = {}
        last = self.code[-1:]
        if (
            last.isdigit()
            and self.class_given
            and self.class_given != dict(zip("12345", radiation.CLASSES, strict=True)).get(last)
        ):
            found["class_given"] = f"与编码末位 {last} 不符：请按编码卡核对类别"
        if self.activity is not None and self.activity < 10000:
            found["activity"] = "活度小于 10000 Bq：像是按 MBq、GBq 或 Ci 填写，请换算为 Bq"
        if self.state in IN_PLACE and self.stored_on and self._state.adding:  # later the steps say it
            found["state"] = "已有送贮、返回日期，不应仍为在用：请核对"
        if self.state in STORED and not (self.stored_on and self.stored_at):
            found["stored_on" if not self.stored_on else "stored_at"] = "送贮、返回、转出要填日期和接收单位"
        if self.stored_on and self.retired_on and self.stored_on < self.retired_on:
            found["stored_on"] = "早于退役日期：请核对"
        return found  # fmt: skip


class RayDevice(Record, title="射线装置", key=["unit", "serial"]):
    """An X-ray or accelerator device of a licensed unit."""

    unit = Ref(RadiationUnit, "许可证", required=True, related_name="+")
    serial = Text("出厂编号", 60, required=True)
    name = Text("装置名称", 60, required=True)
    device_class = Choice("类别", "Ⅰ类 Ⅱ类 Ⅲ类", required=True)
    model = Text("型号", 60)
    use = Choice("用途", "医用诊断 医用治疗 工业探伤 安检 其他", required=True)
    kv = Quantity("管电压", "kV", digits=1, high=100_000)
    ma = Quantity("管电流", "mA", digits=1)
    room = Text("所在房间", 80)
    checked_on = Day("最近防护检测日期")
    check_result = Choice("检测结论", "合格 不合格")
    state = Choice("状态", "在用 停用 报废", required=True, default="在用")

    def faults(self) -> dict[str, str]:
        if self.check_result and not self.checked_on:
            return {"checked_on": "有检测结论要填检测日期"}
        return {}
