"""Alarms of the water domain."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from jiuzhi.engine.rules.declare import Finding, Threshold, rule, watch
from jiuzhi.engine.rules.look import Look
from jiuzhi.science.standards import water


@rule(
    "water.section_exceeds", "断面水质低于考核类别", severity="high", cause="水质", every="day", fire=1, clear=2,
    standard="GB 3838-2002", basis="环办〔2011〕22号", grade="T", opens="exceedance", why="月评价类别劣于考核目标",
    fix="核对监测数据，排查上游排污口，点名责任河段", tells=("monitoring", "plan_officer", "leader"), serves=["SYS-045", "SYS-055"],
)  # fmt: skip
def section_exceeds(look: Look) -> Iterator[Finding]:
    for station in look.stations("river", "lake"):
        months = [
            r for r in look.table("water_month", station=station.code) if r["month"] < f"{look.today:%Y-%m}"
        ]
        if months and months[-1]["met"] is False:
            last = months[-1]
            yield Finding(
                f"section:{station.code}", str(station), f"{last['month']} 为{last['class']}类，考核{last['target']}类；{last['exceeding']}",
                station=station.code, point=(station.lon, station.lat), place=str(station), basis=last["edition"],
                rows=[{"table": ["water_month", {"station": station.code}]}], synthetic=last["synthetic"],
            )  # fmt: skip


@rule(
    "water.eflow_low", "生态流量不足", severity="high", cause="生态流量", every="hour", fire=2, clear=4, quiet="",
    params={"hours": (2, "看最近几小时的均值", "h")}, why="下泄流量小于核定生态流量", fix="电话联系放水责任人，看视频，补泄",
    tells=("monitoring", "unit", "duty"), serves=["SYS-069"],
)  # fmt: skip
def eflow_low(look: Look) -> Iterator[Finding]:
    exempt = {e.point_id for e in look.register("water.flowexemption") if e.start <= look.today <= e.end}
    for point in look.register("water.flowpoint"):
        if point.state != "在运" or point.pk in exempt:
            continue
        seen = look.line(point.code, "flow", "hour", timedelta(hours=int(look.param("hours"))))
        values = [p.value for p in seen if p.value is not None]
        mean = sum(values, Decimal(0)) / len(values) if values else None
        if mean is not None and mean < point.approved:
            yield Finding(
                f"record:water.flowpoint:{point.pk}", point.name, "小时均值小于核定流量", value=mean, limit=point.approved, unit="m3/s",
                org=point.org, point=(point.lon, point.lat), basis=point.approved_by,
                rows=[{"record": ["water.flowpoint", point.pk]}], synthetic=any(p.synthetic for p in seen),
            )  # fmt: skip


@watch(
    "water.auto_exceeds", "自动站水质超考核类别", severity="high", cause="水质", fire=3, clear=6, gap=timedelta(hours=13), quiet="",
    standard="GB 3838-2002", basis="表 1；连续 3 个 4 小时值（本县可调）", grade="T", why="自动站单因子劣于考核类别", opens="exceedance",
    fix="现场核实并留样，排查上游排口、降雨和施工", tells=("monitoring", "duty"), serves=["SYS-039", "SYS-055"],
)  # fmt: skip
def auto_exceeds(look: Look) -> Iterator[Threshold]:
    for station in look.stations("river", "lake"):
        target = water.class_number(station.target_class) if station.target_class else None
        for item in _AUTOMATIC if target else ():
            limit = water.target_limit(item, target, is_lake=station.kind == "lake")
            if limit is not None:
                name = f"{station} {item}"
                yield Threshold(
                    station.code,
                    item,
                    "4h",
                    [(limit, 0)],
                    name,
                    "mg/L",
                    below=item == "DO",
                    synthetic=station.synthetic,
                )


_AUTOMATIC = ("CODMn", "NH3N", "TP", "DO")  # what automatic stations measure of table 1
