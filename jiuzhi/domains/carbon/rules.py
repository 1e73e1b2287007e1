"""Alarms of the carbon domain."""

from calendar import monthrange
from collections.abc import Iterator
from decimal import Decimal

from jiuzhi.engine.rules.declare import Finding, rule
from jiuzhi.engine.rules.look import Look


@rule(
    "carbon.grid_late", "清洁能源项目并网逾期", severity="low", cause="清洁能源", every="day", quiet="20-8", tells=("unit", "plan_officer"),
    why="计划并网日期已过，装机没有全部并网", fix="更新阶段和卡点，协调用地、接网；调整计划并网日期要写明原因", serves=["SYS-262"],
)  # fmt: skip
def grid_late(look: Look) -> Iterator[Finding]:
    for project in look.register("carbon.energyproject"):
        whole = project.capacity_mw is not None and (project.grid_mw or 0) >= project.capacity_mw
        if (
            project.state in ("前期", "核准", "在建")
            and project.grid_due
            and project.grid_due < look.today
            and not whole
        ):
            yield Finding.of(
                project,
                f"计划 {project.grid_due} 并网；{project.blocked or '没有登记卡点'}",
                value=project.grid_mw,
                limit=project.capacity_mw,
                unit="MW",
            )


@rule(
    "carbon.charger_faulty", "充电站故障时间长", severity="low", cause="充电设施", every="day", quiet="20-8", tells=("unit",),
    params={"share": (10, "各枪平均故障时间占当月的百分之几", "%")}, why="最近一个月各枪平均故障时间超过当月的规定比例", fix="督促运营企业维修；长期不修的按协议处理",
    serves=["SYS-260"],
)  # fmt: skip
def charger_faulty(look: Look) -> Iterator[Finding]:
    newest = {m.station_id: m for m in sorted(look.register("carbon.chargingmonth"), key=lambda m: m.period)}
    for month in newest.values():
        guns = (month.station.dc_guns or 0) + (month.station.ac_guns or 0)
        hours = guns * 24 * monthrange(int(month.period[:4]), int(month.period[5:]))[1]
        share = 100 * Decimal(month.fault_h or 0) / hours if hours else Decimal(0)
        if month.station.state == "运营" and share > look.param("share"):
            yield Finding.of(
                month, f"{month.period}", subject=f"record:carbon.chargingstation:{month.station_id}", name=str(month.station), value=share,
                limit=look.param("share"), unit="%",
            )  # fmt: skip
