"""Alarms of the soil domain. What a plot holds is for few: an alarm says that something is to be done, and the record says what."""

from collections.abc import Iterator
from datetime import date

from jiuzhi.engine.rules.declare import Finding, rule
from jiuzhi.engine.rules.look import Look

_UNSAFE = ("需风险管控", "需修复")


@rule(
    "soil.plot_uncontrolled", "污染地块没有落实管控", severity="high", cause="建设用地", every="day", quiet="20-8", grade="2",
    basis="土壤污染防治法（至 2026-08-14）、生态环境法典（条号未读）：列入名录的地块要采取风险管控或修复措施",
    why="风险评估要求管控或修复，方案没有备案，或没有禁止无关建设", fix="督促责任人备案方案、设立标识并禁止无关建设；未完成前不得供地", tells=("unit", "enforcement"),
    serves=["SYS-112", "SYS-114"],
)  # fmt: skip
def plot_uncontrolled(look: Look) -> Iterator[Finding]:
    for plot in look.register("soil.landplot"):
        lacking = [
            said
            for said, there in (("方案没有备案", plot.plan_on), ("没有禁止无关建设", plot.hold))
            if not there
        ]
        if (plot.listed_on or plot.risk_result in _UNSAFE) and not plot.delisted_on and lacking:
            yield Finding.of(plot, f"{plot.state}：{'、'.join(lacking)}")


@rule(
    "soil.plot_supplied_early", "地块没有查清就供地", severity="critical", cause="建设用地", every="day", grade="2",
    basis="土壤污染防治法（至 2026-08-14）、生态环境法典（条号未读）：未达到风险管控、修复目标的不得开工建设无关项目",
    why="地块已供地或开工，当时没有调查结论，或还没有可以安全利用", fix="暂停建设，补做调查和评估；涉及住宅、学校的立即报告", tells=("unit", "enforcement", "leader"),
    serves=["SYS-112", "SYS-114"],
)  # fmt: skip
def plot_supplied_early(look: Look) -> Iterator[Finding]:
    for plot in look.register("soil.landplot"):
        if plot.supplied_on and (plot.clear_on is None or plot.supplied_on < plot.clear_on):
            yield Finding.of(
                plot,
                f"{plot.supplied_on} 供地，可安全利用日期 {plot.clear_on or '没有'}",
            )


@rule(
    "soil.duty_late", "重点单位土壤义务逾期", severity="mid", cause="重点单位", every="day", quiet="20-8", grade="M",
    basis="土壤污染重点监管单位的年报、隐患排查和自行监测（期限未核实）", why="应报日已过，年报、隐患排查、土壤或地下水自行监测没有提交",
    fix="提醒单位补做并抄送执法；地下水监测井没有采样的安排补测", tells=("unit", "enforcement"), serves=["SYS-113", "SYS-115"],
)  # fmt: skip
def duty_late(look: Look) -> Iterator[Finding]:
    for duty in look.register("soil.unitduty"):
        if duty.state == "待履行" and duty.due_on < look.today and duty.unit.state == "在列":
            yield Finding.of(duty, f"应于 {duty.due_on} 完成")


@rule(
    "soil.measure_missing", "受污染耕地没有安排措施", severity="mid", cause="受污染耕地", every="day", quiet="20-8",
    params={"month": (3, "从几月起检查", "月")}, why="安全利用类、严格管控类地块，今年没有登记安全利用措施", fix="播种前派单到乡镇，登记措施、面积和实施单位",
    tells=("unit",), serves=["SYS-110"],
)  # fmt: skip
def measure_missing(look: Look) -> Iterator[Finding]:
    done = {m.plot_id for m in look.register("soil.farmmeasure") if m.year == look.today.year}
    for plot in look.register("soil.farmplot"):
        if (
            look.today.month >= look.param("month")
            and plot.category in ("安全利用类", "严格管控类")
            and plot.pk not in done
        ):
            yield Finding.of(plot, f"{plot.category}，{look.today.year} 年没有措施")


@rule(
    "soil.farm_exceeds", "耕地土壤和农产品超标", severity="high", cause="受污染耕地", every="day", quiet="20-8", standard="GB 15618-2018",
    basis="筛选值、管制值；农产品按检测报告", grade="2", why="最近一次协同样品超管制值，或超筛选值且农产品不达标", fix="核对样品；停种食用农产品，调整类别，提出禁产区建议",
    tells=("unit",), serves=["SYS-109", "SYS-110"],
)  # fmt: skip
def farm_exceeds(look: Look) -> Iterator[Finding]:
    newest = {s.plot_id: s for s in sorted(look.register("soil.farmsample"), key=lambda s: s.sampled_on)}
    for sample in newest.values():
        if sample.grade == "超管制值" or (sample.grade == "超筛选值" and sample.produce_met is False):
            yield Finding.of(
                sample, f"{_day(sample.sampled_on)}采样，结果见记录", subject=f"record:soil.farmplot:{sample.plot_id}", name=str(sample.plot)
            )  # fmt: skip


def _day(day: date) -> str:
    return f"{day.month} 月 {day.day} 日"
