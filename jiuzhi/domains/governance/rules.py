"""Alarms of the governance domain: permits, reports, milestones of projects."""

from collections.abc import Iterator
from datetime import timedelta

from jiuzhi.engine.rules.declare import Finding, rule
from jiuzhi.engine.rules.look import Look


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
