"""Waste-free cells (无废细胞): applied for, scored, granted, rechecked, revoked."""

from jiuzhi.core.fields import Choice, Day, Quantity, Ref, Text
from jiuzhi.core.models import Placed
from jiuzhi.master.models import Enterprise

GRANTED = ("已授牌", "复核中")


class Cell(Placed, title="无废细胞", key=["code"]):
    """One cell. Only what was granted and not revoked counts; county and city level are counted apart."""

    code = Text("编号", 30, required=True, help="年-类型-序号，如 2026-学校-01；有上级编号的沿用")
    name = Text("名称", 80, required=True)
    kind = Choice(
        "类型",
        "社区 小区 学校 园区 景区 机关 医院 工厂 酒店 商场 乡村 工地 快递网点 农贸市场 其他",
        required=True,
    )
    enterprise = Ref(Enterprise, "创建单位", related_name="+", help="企业创建的填；其他以责任单位为准")
    level = Choice("级别", "县级 市级", required=True)
    applied_on = Day("申报日期")
    standard = Text("建设标准", 80, help="所依据的评分标准及版本（各地自定，未核实）")
    self_score = Quantity("自评分", "分", digits=1, high=100)
    check_score = Quantity("核查分", "分", digits=1, high=100)
    checked_on = Day("核查日期")
    granted_on = Day("授牌日期")
    paper = Text("授牌文号", 80)
    valid_to = Day("有效期至")
    rechecked_on = Day("最近复核日期")
    revoked_on = Day("撤销日期")
    revoke_reason = Text("撤销原因", 120)
    highlights = Text("做法", 200, help="减量、分类、利用的主要做法，公开展示")
    state = Choice("状态", "申报 自评 核查 公示 已授牌 复核中 已撤销 未通过", required=True, default="申报")

    def faults(self) -> dict[str, str]:
        found = {}
        if self.state in (*GRANTED, "已撤销") and not self.granted_on:
            found["granted_on"] = "授过牌的要有授牌日期：未授牌的不计入数量"
        if (self.state == "已撤销") != bool(self.revoked_on):
            found["revoked_on"] = "已撤销的要有撤销日期，未撤销的不填"
        if self.state == "已撤销" and not self.revoke_reason:
            found["revoke_reason"] = "撤销要写明原因"
        for later, sooner, said in (("granted_on", "applied_on", "授牌早于申报"), ("valid_to", "granted_on", "有效期早于授牌"),
                                    ("rechecked_on", "granted_on", "复核早于授牌")):  # fmt: skip
            first, then = getattr(self, sooner), getattr(self, later)
            if first and then and then < first:
                found[later] = f"{said}：请核对日期"
        return found
