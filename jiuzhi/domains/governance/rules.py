"""Alarms of the governance domain: permits, reports, milestones of projects."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from jiuzhi.engine.observe import instrument_codes
from jiuzhi.engine.observe.properties import factor
from jiuzhi.engine.rules.declare import Finding, Threshold, rule, watch
from jiuzhi.engine.rules.look import Look
from jiuzhi.master.models import Station


@rule(
    "governance.permit_expiring", "排污许可证将到期", severity="high", cause="许可", every="day", quiet="20-8", grade="2",
    basis="排污许可管理条例第十四条：届满六十日前申请延续", params={"days": (90, "提前多少天", "天")}, why="许可证有效期将至，尚未申请延续",
    fix="通知企业在届满六十日前提出延续申请", tells=("unit", "enforcement", "plan_officer"), serves=["SYS-018"],
)  # fmt: skip
def permit_expiring(look: Look) -> Iterator[Finding]:
    until = look.today + timedelta(days=int(look.param("days")))
    for permit in look.register("governance.permit"):
        if permit.state == "有效" and permit.valid_to <= until and not permit.renewal_on:
            yield Finding.of(
                permit, f"有效期至 {permit.valid_to}", name=f"{permit.enterprise} {permit.number}"
            )


@rule(
    "governance.exec_report_late", "排污许可执行报告逾期", severity="mid", cause="许可", every="day", quiet="20-8", grade="M",
    why="应报日已过，执行报告没有提交", fix="发出责令改正通知，提交后再审核", tells=("unit", "enforcement"), serves=["SYS-018"],
)  # fmt: skip
def exec_report_late(look: Look) -> Iterator[Finding]:
    for report in look.register("governance.executionreport"):
        if report.due_on and report.due_on < look.today and not report.submitted_on:
            yield Finding.of(report, f"应于 {report.due_on} 提交")


@rule(
    "governance.milestone_overdue", "重大项目节点逾期", severity="mid", cause="项目", every="day", quiet="20-8",
    why="计划日期已过，节点没有完成，也没有调整", fix="报实际完成日期，或写明理由调整日期", tells=("unit", "plan_officer"), serves=["SYS-003"],
)  # fmt: skip
def milestone_overdue(look: Look) -> Iterator[Finding]:
    for step in look.register("governance.milestone"):
        due = step.due_on or step.planned_on
        if step.state == "未完成" and due < look.today:
            yield Finding.of(step, f"应于 {due} 完成")


@watch(
    "governance.permit_limit", "排放浓度超许可限值", severity="high", cause="排放", clear=3, gap=timedelta(days=3), quiet="20-8", grade="M",
    basis="排污许可证载明的许可排放浓度；废水按日均值、废气按小时均值（折算后）判断，未核实", why="自动监测均值超过许可证载明的许可浓度",
    fix="核对仪器、工况和异常标记；属实的责令改正并依法查处", tells=("monitoring", "enforcement"), opens="exceedance", serves=["SYS-018", "SYS-033"],
)  # fmt: skip
def permit_limit(look: Look) -> Iterator[Threshold]:
    """Where instruments of the enterprise measure at an outlet that the permit limits. Of several permits the strictest holds."""
    held = [
        one for one in look.register("governance.permitlimit")
        if one.conc is not None and one.permit.state in ("有效", "延续申请", "变更中") and one.permit.valid_from <= look.today <= one.permit.valid_to
    ]  # fmt: skip
    for one in {
        (o.permit.enterprise_id, o.outlet, o.code): o for o in sorted(held, key=lambda o: -o.conc)
    }.values():
        station = _measured_at(look, one, held)
        known = (
            instrument_codes.of_hj212(one.code, "32" if one.outlet.startswith("DW") else "31")
            if station and one.code
            else None
        )
        by = factor(known[0], one.conc_unit) if known else None
        if station and known and by:
            kind = (
                "day"
                if station.kind == "outlet"
                else "hour.zs"
                if _OXYGEN in look.items(station.code)
                else "hour"
            )
            yield Threshold(
                station.code, known[0].code, kind, [(one.conc * by, 0)], f"{one.permit.enterprise} {one.outlet} {one.pollutant}", known[0].unit,
                org=one.org, basis=f"许可证 {one.permit.number} {one.outlet}；{one.standard}"[:200], synthetic=one.synthetic,
            )  # fmt: skip


_OXYGEN = "a19001"  # a stack where oxygen is measured reports values converted to the standard's oxygen


def _measured_at(look: Look, limit: Any, held: list[Any]) -> Station | None:
    """The one station of the enterprise's instruments at the outlet: it carries the outlet's number, or both are the only ones of their kind."""
    owner, kind = limit.permit.enterprise_id, {"DW": "outlet", "DA": "stack"}.get(limit.outlet[:2])
    mine = {
        d.station.code: d.station for d, _, _ in look.devices if d.station and d.enterprise_id == owner and d.station.kind == kind
    }  # fmt: skip
    named = [s for s in mine.values() if limit.outlet in f"{s.code} {s.name}"]
    numbers = {o.outlet for o in held if o.permit.enterprise_id == owner and o.outlet[:2] == limit.outlet[:2]}
    alone = list(mine.values()) if len(numbers) == 1 else []
    found = named or alone
    return found[0] if len(found) == 1 else None
