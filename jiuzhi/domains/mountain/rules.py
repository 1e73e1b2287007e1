"""Alarms of the mountains: borders, mines."""

from collections.abc import Iterator
from decimal import Decimal

from jiuzhi.engine.rules.declare import Finding, rule
from jiuzhi.engine.rules.look import Look


@rule(
    "mountain.marker_broken", "自然保护地界桩损坏", severity="low", cause="界桩", every="day", quiet="20-8", tells=("unit",),
    why="界桩、界碑损坏、缺失或移位", fix="修复或补设，并更新界桩状态和巡检日期", serves=["SYS-149"],
)  # fmt: skip
def marker_broken(look: Look) -> Iterator[Finding]:
    for marker in look.register("mountain.marker"):
        if marker.state != "完好":
            yield Finding.of(
                marker, f"{marker.area} {marker.number} {marker.state}", point=(marker.lon, marker.lat)
            )


@rule(
    "mountain.mine_restore_late", "矿山当年应修复面积没有完成", severity="mid", cause="矿山修复", every="day", quiet="20-8", grade="M",
    params={"month": (11, "从几月起检查", "月")}, basis="边开采、边修复；基金提取使用（未核实）", why="年底将至，验收合格的修复面积少于本年应修复面积",
    fix="督促矿山按年度方案施工、验收；资金没有到位的查基金账户", tells=("unit", "enforcement"), serves=["SYS-160"],
)  # fmt: skip
def mine_restore_late(look: Look) -> Iterator[Finding]:
    done: dict[int, Decimal] = {}
    for work in look.register("mountain.minerestoration"):
        if work.accepted_on and work.accepted_on.year == look.today.year:
            done[work.mine_id] = done.get(work.mine_id, Decimal(0)) + work.area_ha
    for mine in look.register("mountain.mine") if look.today.month >= look.param("month") else ():
        have = done.get(mine.pk, Decimal(0))
        if mine.status != "关闭" and mine.restore_due_ha and have < mine.restore_due_ha:
            yield Finding.of(
                mine, f"{look.today.year} 年验收合格的面积", value=have, limit=mine.restore_due_ha, unit="ha"
            )
