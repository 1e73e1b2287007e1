"""Enterprises that may cause sudden pollution incidents, graded by HJ 941-2018, and the substances that make their Q."""

from decimal import Decimal

from django.db.models import Sum

from jiuzhi.core.fields import Choice, Day, Quantity, Ref, Text, Whole, Yes
from jiuzhi.core.models import Placed, Record
from jiuzhi.master.models import Enterprise, Site
from jiuzhi.science.standards import enterprise_risk as hj941

E_CLASSES = "E1 E2 E3"
_PATHS = {"q_air": ("气", "气和水"), "q_water": ("水", "气和水")}


class EnterpriseRisk(Placed, title="环境风险单位", key=["enterprise", "assessed_on"]):
    """One assessment of an enterprise. The level by rule stands beside the level filed, which the expert review decides."""

    enterprise = Ref(Enterprise, "企业", required=True, related_name="+")
    site = Ref(Site, "场所", related_name="+")
    assessed_on = Day("评估日期", required=True)
    q_air = Quantity(
        "Q（大气）",
        digits=4,
        required=True,
        help="各涉气物质最大存在量÷临界量之和；登记了物质清单的，保存时按清单合计",
    )
    q_water = Quantity(
        "Q（水）",
        digits=4,
        required=True,
        help="各涉水物质最大存在量÷临界量之和；登记了物质清单的，保存时按清单合计",
    )
    m_air = Whole("M（大气）", "分", high=100, help="生产工艺与大气风险控制水平")
    m_water = Whole("M（水）", "分", high=100, help="生产工艺与水环境风险控制水平")
    e_air = Choice("E（大气）", E_CLASSES)
    e_water = Choice("E（水）", E_CLASSES)
    penalty_3y = Yes("三年内因违法排污受罚", required=True, default=False, help="是则上调一级")
    level = Choice("评定等级", hj941.LEVELS, required=True, help="以评审、备案结论为准")
    level_by_rule = Choice("推算等级", hj941.LEVELS, editable=False, help="HJ 941-2018；分界和矩阵未核实")
    notation = Text("推算表示", 120, editable=False)
    plan_no = Text("应急预案备案号", 60)
    inspections = Whole("每年检查次数", "次", high=366, help="建议重大 4、较大 2、一般 1（自定）")
    inspected_on = Day("最近检查日期")
    sewer_valve = Yes("雨水截断阀")
    pond_m3 = Quantity("事故应急池容积", "m3", digits=1)
    next_assess_on = Day("下次评估日期", help="满三年或情况变化时重估")
    state = Choice("状态", "申报 已审核 在管 重估 退出", required=True, default="申报")

    def _paths(self) -> dict[str, tuple[str, Decimal, int | None, str]]:
        given = {
            "air": ("大气", self.q_air, self.m_air, self.e_air),
            "water": ("水", self.q_water, self.m_water, self.e_water),
        }
        return {n: (path, Decimal(q), m, e) for n, (path, q, m, e) in given.items() if q is not None}

    def prepare(self) -> None:
        super().prepare()
        for name, media in _PATHS.items() if self.pk else ():
            lines = RiskSubstance.objects.filter(assessment=self, medium__in=media)
            if (total := lines.aggregate(q=Sum("ratio"))["q"]) is not None:
                setattr(self, name, total)
        paths = self._paths().values()
        levels = [hj941.path_level(q, m, e) for _, q, m, e in paths]
        self.notation = "+".join(hj941.notation(*path) for path in paths)
        self.level_by_rule = ""
        if len(levels) == 2 and levels[0] and levels[1]:
            self.level_by_rule = hj941.overall((levels[0], levels[1]), bool(self.penalty_3y))

    def faults(self) -> dict[str, str]:
        found = {}
        for name, (path, q, m, e) in self._paths().items():
            if q >= 1 and (m is None or not e):
                found[f"m_{name}" if m is None else f"e_{name}"] = f"Q（{path}）≥1 时要填 M 和 E"
        if self.next_assess_on and self.assessed_on and self.next_assess_on <= self.assessed_on:
            found["next_assess_on"] = "下次评估日期不晚于本次：请核对"
        rank = hj941.LEVELS.index
        given, by_rule = self.level, self.level_by_rule
        if given and by_rule and rank(given) < rank(by_rule) and not self.note:
            found["note"] = f"评定等级低于推算的{by_rule}：请在备注写明评审依据"
        return found


class RiskSubstance(Record, title="环境风险物质", key=["assessment", "name"]):
    """A substance of an assessment; its share of Q is the most there ever is over the critical amount."""

    assessment = Ref(EnterpriseRisk, "环境风险单位", required=True, related_name="+")
    name = Text("物质名称", 80, required=True)
    cas = Text("CAS 号", 12, pattern=(r"\d{2,7}-\d{2}-\d", "CAS 号写作 7664-41-7；混合物、废液留空"))
    medium = Choice("涉及环境", "气 水 气和水", required=True)
    max_onsite = Quantity("最大存在量", "t", digits=4, required=True, help="折纯；含在线量")
    critical = Quantity(
        "临界量", "t", digits=4, low=0.0001, required=True, help="HJ 941-2018 附录 A（请按原文填写）"
    )
    ratio = Quantity("比值", digits=4, editable=False, help="最大存在量÷临界量")
    place = Text("存放位置", 80)
    measures = Text("围堰、收集等措施", 120)

    def prepare(self) -> None:
        super().prepare()
        known = self.critical and self.max_onsite is not None
        self.ratio = (
            (Decimal(self.max_onsite) / Decimal(self.critical)).quantize(Decimal("0.0001")) if known else None
        )

    def faults(self) -> dict[str, str]:
        digits = self.cas.replace("-", "")
        if (
            digits.isdigit()
            and int(digits[-1]) != sum(n * int(d) for n, d in enumerate(digits[-2::-1], 1)) % 10
        ):
            return {"cas": "CAS 号的校验位不对：请按安全技术说明书逐位核对（Excel 可能改成了日期）"}
        return {}
