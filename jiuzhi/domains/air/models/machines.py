"""Non-road mobile machinery and its smoke tests."""

from jiuzhi.core.fields import Choice, Day, Quantity, Ref, Text, Yes
from jiuzhi.core.models import Record
from jiuzhi.master.models import Enterprise

from .dust import DustSite

STAGES = "国一前 国一 国二 国三 国四 电动"
OLD_STAGES = ("国一前", "国一", "国二")  # the stages both plans retire (国二及以下)


class Machine(Record, title="非道路移动机械", key=["code"]):
    """A machine with its environmental code; farm machines stand apart, because most notices leave them to agriculture."""

    code = Text("环保登记编码", 40, required=True, help="编码登记平台发的号牌；编码结构未核实，照号牌填写")
    scope = Choice("管理范围", "工程机械 场（厂）内机械 农业机械", required=True, default="工程机械",
                   help="农业机械多数地方不发环保号牌，由农业农村部门管")  # fmt: skip
    kind = Choice(
        "机械类型",
        "挖掘机 装载机 推土机 压路机 叉车 桩工机械 起重机 摊铺机 平地机 拖拉机 其他",
        required=True,
    )
    power = Quantity(
        "额定功率", "kW", digits=1, low=1, high=3000, help="铭牌写马力的要换算：1 马力约 0.735 kW"
    )
    fuel = Choice("燃料", "柴油 汽油 燃气 电 混合动力", required=True)
    stage = Choice("排放阶段", STAGES, required=True)
    stage_by = Choice(
        "阶段依据", "铭牌 信息公开编号 估计", required=True, help="信息公开编号 24 位（未核实）；估计的待核验"
    )
    maker = Text("生产企业", 80)
    model_no = Text("型号", 60)
    serial_no = Text("机械出厂编号", 60)
    engine_no = Text("发动机编号", 60)
    made_on = Day("出厂日期")
    got_on = Day("购入（转入）日期")
    registered_on = Day("登记日期", help="购入或转入后 30 日内登记（单一来源，未核实）")
    enterprise = Ref(Enterprise, "所有企业", related_name="+")
    owner = Text("所有人", 40, help="个人所有的填姓名")
    phone = Text("所有人电话", 40)
    used_at = Ref(DustSite, "现使用工地", related_name="+")
    positioned = Yes("定位联网")
    last_fuel_on = Day("最近油品抽测日期")
    scrap_plan_on = Day("计划淘汰日期")
    scrapped_on = Day("淘汰日期")
    scrap_paper = Text("淘汰凭证号", 60, help="报废回收证明、转出证明编号")
    subsidy = Quantity("淘汰补贴", "元", digits=2, high=1_000_000)
    state = Choice("状态", "登记 核验 在用 停用待修 已淘汰 已转出", required=True, default="登记")

    def faults(self) -> dict[str, str]:
        found = {}
        if (self.fuel == "电") != (self.stage == "电动") and self.fuel and self.stage:
            found["stage"] = "纯电机械的排放阶段是“电动”，其他燃料不能填“电动”"
        if self.enterprise_id is None and not self.owner:
            found["owner"] = "要填所有企业或所有人，才知道找谁"
        if self.got_on and self.registered_on and self.registered_on < self.got_on:
            found["registered_on"] = "登记日期早于购入日期：请核对"
        if self.made_on and self.got_on and self.got_on < self.made_on:
            found["got_on"] = "购入日期早于出厂日期：请核对"
        if self.state in ("已淘汰", "已转出") and self.scrapped_on is None:
            found["scrapped_on"] = "已淘汰、转出的要填日期"
        if self.subsidy and self.scrapped_on is None:
            found["subsidy"] = "有淘汰补贴要有淘汰日期：没有淘汰的不补"
        if self.engine_no and self._twin():
            found["engine_no"] = "同一发动机编号已登记在另一台机械上：请核对是否重复登记"
        return found

    def _twin(self) -> bool:
        others = type(self)._default_manager.exclude(pk=self.pk).filter(engine_no=self.engine_no)
        return others.filter(county=self.county_id).exclude(state__in=("已淘汰", "已转出")).exists()

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"


class SmokeTest(Record, title="机械烟度检测", key=["machine", "tested_on"]):
    """One smoke test of a machine (GB 36886; its limits 未核实, so the limit applied is written down with the value)."""

    machine = Ref(Machine, "机械", required=True, related_name="+")
    tested_on = Day("检测日期", required=True)
    place = Choice("检测地点", "工地抽测 入户抽测 检测机构 登记核验", required=True)
    k = Quantity("光吸收系数", "m-1", digits=2, high=20)
    k_limit = Quantity(
        "适用限值", "m-1", digits=2, high=20, help="GB 36886 按类别定；限值未核实，照检测报告填"
    )
    ringelmann = Choice("林格曼黑度", "0级 1级 2级 3级 4级 5级")
    report_no = Text("检测报告编号", 60)
    tester = Text("检测单位", 80)
    fixed_on = Day("维修完成日期")
    state = Choice("检测结果", "合格 不合格 待复检 复检合格", required=True)

    def faults(self) -> dict[str, str]:
        found = {}
        if self.k is None and not self.ringelmann:
            found["k"] = "光吸收系数和林格曼黑度至少填一项"
        if self.k is not None and self.k_limit is None:
            found["k_limit"] = "填了光吸收系数，要填适用限值"
        elif self.k is not None and self.k > self.k_limit and self.state == "合格":
            found["state"] = "光吸收系数超过限值，结果却是“合格”：请核对"
        if self.fixed_on and self.tested_on and self.fixed_on < self.tested_on:
            found["fixed_on"] = "维修完成早于检测：请核对日期"
        return found

    def __str__(self) -> str:
        return f"{self.machine} {self.tested_on}"
