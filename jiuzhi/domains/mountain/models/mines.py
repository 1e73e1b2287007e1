"""Mines as seen from ecology: how much ground is disturbed, how much restored, how green the mine is."""

from itertools import pairwise

from jiuzhi.core.fields import Choice, Day, Quantity, Ref, Several, Text
from jiuzhi.core.models import Drawn, Record
from jiuzhi.master.models import Site

from .areas import unit_fault

EDITIONS = {"2020年版（1000分）": 1000, "2024年版（100分）": 100}
METHODS = "地形整治 植被恢复 土壤重构 边坡加固 截排水 转型利用"


class Mine(Record, title="矿山生态台账", key=["site"]):
    """Ecology of a mine; the mine itself is the shared site, also for its risks (风险) and its water (治水)."""

    site = Ref(Site, "矿山", required=True, related_name="+", help="场所名录中类别为矿山的场所")
    licence_no = Text("采矿许可证号", 40, help="C 起头 23 位（位数未核实）；已关闭的留空")
    licence_to = Day("许可证有效期至")
    mineral = Text("矿种", 40, required=True)
    scale = Choice("生产规模", "大型 中型 小型")
    status = Choice("生产状态", "生产 停产 关闭 历史遗留", required=True)
    closed_on = Day("关闭日期")
    disturbed_ha = Quantity("损毁土地面积", "ha", digits=2)
    restored_ha = Quantity("累计已修复面积", "ha", digits=2, help="只计验收合格的；逐项在“矿山生态修复”登记")
    restore_due_ha = Quantity("本年应修复面积", "ha", digits=2)
    edition = Choice("评价指标版本", tuple(EDITIONS), help="绿色矿山评价指标；2024 年版合格线未核实")
    self_score = Quantity("自评得分", "分", digits=1)
    third_score = Quantity("第三方评估得分", "分", digits=1)
    assess_on = Day("评估日期")
    green = Choice("绿色矿山", "未建 自评 县推荐 市级 国家级 移出", required=True, default="未建")
    faults_left = Text("不符合项", 200)

    def faults(self) -> dict[str, str]:
        found = {}
        if self.site_id and self.site.kind != "矿山":
            found["site"] = f"“{self.site}”的类别是{self.site.kind}：请选类别为矿山的场所，或改场所类别"
        if (self.restored_ha or 0) > (self.disturbed_ha or self.restored_ha or 0):
            found["restored_ha"] = "已修复面积大于损毁土地面积：请核对两个数的单位（亩、公顷）"
        if self.status == "生产" and self.closed_on:
            found["closed_on"] = "生产矿山不应有关闭日期：请核对生产状态"
        for name in ("self_score", "third_score"):
            score = getattr(self, name)
            if score is not None and not self.edition:
                found["edition"] = "填了得分就要选评价指标版本：两版满分不同"
            elif score is not None and score > EDITIONS[self.edition]:
                found[name] = f"超过满分 {EDITIONS[self.edition]}：请核对评价指标版本"
        return found


class MineRestoration(Drawn, title="矿山生态修复", key=["code"]):
    """One piece of restoration of a mine, from plan to acceptance. The same ground is counted once."""

    code = Text("修复项目编号", 40, required=True)
    mine = Ref(Mine, "矿山", required=True, related_name="+")
    name = Text("名称", 80, required=True)
    methods = Several("修复方式", METHODS)
    area_ha = Quantity("修复面积", "ha", digits=2, required=True)
    start_on = Day("开工日期")
    finish_on = Day("完工日期")
    accepted_on = Day("验收日期")
    acceptance_no = Text("验收文号", 60)
    cost = Quantity("投资", "万元", digits=2)
    fund_used = Quantity(
        "其中使用治理恢复基金", "万元", digits=2, help="矿山地质环境治理恢复基金，企业自有账户"
    )
    state = Choice("状态", "计划 施工 完工 已验收", required=True, default="计划")

    def faults(self) -> dict[str, str]:
        found = {}
        days = [(n, getattr(self, n)) for n in ("start_on", "finish_on", "accepted_on") if getattr(self, n)]
        for (_, before), (name, day) in pairwise(days):
            if day < before:
                found[name] = "早于前一个日期：请按开工、完工、验收的顺序核对"
        if self.fund_used is not None and self.cost is not None and self.fund_used > self.cost:
            found["fund_used"] = "使用的基金多于投资：请核对单位（元、万元）"
        whole = self.mine.disturbed_ha if self.mine_id else None
        if whole is not None and (self.area_ha or 0) > whole:
            found["area_ha"] = f"大于该矿山损毁土地面积 {whole} 公顷：请核对单位"
        elif said := unit_fault(self.area_ha, self.shape_m2):
            found["area_ha"] = said
        return found
