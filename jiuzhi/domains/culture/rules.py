"""Alarms of the culture domain. Where a relic lies is not told."""

from collections.abc import Iterator
from datetime import timedelta

from jiuzhi.engine.rules.declare import Finding, rule
from jiuzhi.engine.rules.look import Look

from .models import IMMOVABLE

_STANDING = ("已登记", "已公布", "修缮中")


@rule(
    "culture.relic_danger", "文物保存状况差", severity="high", cause="文物", every="day", quiet="20-8", grade="M", opens="rectification",
    basis="文物保护法（2024 年修订，2025-03-01 施行，未核实）", why="最近一次评估保存状况为差，没有进入修缮", fix="先临时支护，再编制修缮方案；修缮后重新评估",
    tells=("unit",), serves=["SYS-192", "SYS-193"],
)  # fmt: skip
def relic_danger(look: Look) -> Iterator[Finding]:
    for relic in look.register("culture.heritage"):
        if relic.condition == "差" and relic.state in ("已登记", "已公布"):
            yield Finding.of(relic, f"{relic.assessed_on} 评估为差；{relic.threats or '没有登记威胁因素'}")


@rule(
    "culture.relic_unpatrolled", "文物没有按期巡查", severity="low", cause="文物巡查", every="day", quiet="20-8", grade="M", tells=("unit",),
    params={"days": (60, "一般文物几天巡查一次", "天"), "wooden": (30, "古建筑几天巡查一次", "天")}, basis="巡查周期由各县定（未核实）",
    why="最近一次巡查已超过规定周期", fix="提醒文保员巡查，登记日期和发现的问题", serves=["SYS-193"],
)  # fmt: skip
def relic_unpatrolled(look: Look) -> Iterator[Finding]:
    for relic in look.register("culture.heritage"):
        allowed = timedelta(days=int(look.param("wooden" if relic.category == "古建筑" else "days")))
        late = relic.patrolled_on is None or look.today - relic.patrolled_on > allowed
        if relic.kind == IMMOVABLE and relic.state in _STANDING and late:
            yield Finding.of(relic, f"最近巡查 {relic.patrolled_on or '没有'}，应每 {allowed.days} 天一次")


@rule(
    "culture.open_day_missed", "环保设施没有按期开放", severity="low", cause="公众开放", every="day", quiet="20-8", grade="2", tells=("unit",),
    params={"days": (61, "多少天内至少开放一次", "天")}, basis="环保设施和城市污水垃圾处理设施向公众开放：每两个月至少一次（2018 年联合通知）",
    why="环保开放设施两个月没有开放活动", fix="安排开放日，登记日期、场次和人数", serves=["SYS-196"],
)  # fmt: skip
def open_day_missed(look: Look) -> Iterator[Finding]:
    for venue in look.register("culture.venue"):
        late = venue.opened_on is None or (look.today - venue.opened_on).days > look.param("days")
        if venue.kind == "环保开放设施" and venue.state == "开放" and late:
            yield Finding.of(venue, f"最近开放 {venue.opened_on or '没有'}", point=(venue.lon, venue.lat))
