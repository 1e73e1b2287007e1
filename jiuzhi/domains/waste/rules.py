"""Alarms of the waste domain."""

from collections.abc import Iterator
from datetime import date, timedelta

from jiuzhi.engine.rules.declare import Finding, rule
from jiuzhi.engine.rules.look import Look

from .models.cells import GRANTED


@rule(
    "waste.medical_48", "医疗废物贮存超过 48 小时", severity="high", cause="医疗废物", every="day", quiet="20-8", grade="T",
    basis="医疗废物管理条例：医疗废物暂时贮存时间不得超过 2 天", why="最近一个月有医疗废物从产生到收运超过 48 小时", fix="核对收运频次和暂存条件，督促收运单位按期收运",
    tells=("unit", "enforcement"), serves=["SYS-134"],
)  # fmt: skip
def medical_48(look: Look) -> Iterator[Finding]:
    newest = {m.point_id: m for m in sorted(look.register("waste.medicalmonth"), key=lambda m: m.period)}
    for month in newest.values():
        if month.late:
            longest = f"，最长 {month.longest_h.normalize():f} 小时" if month.longest_h is not None else ""
            yield Finding.of(
                month, f"{month.period} 有 {month.late} 次{longest}", subject=f"record:waste.medicalpoint:{month.point_id}", name=str(month.point),
                value=month.longest_h, limit=48, unit="h" if month.longest_h is not None else "",
            )  # fmt: skip


@rule(
    "waste.plan_late", "危险废物管理计划没有按期备案", severity="mid", cause="危险废物", every="day", quiet="20-8", standard="HJ 1259-2022",
    basis="每年 3 月 31 日前备案", grade="T", why="产生危险废物的在管单位，今年的管理计划没有备案日期", fix="通知单位在信息系统备案，并填写备案编号和日期",
    tells=("unit", "enforcement"), serves=["SYS-128", "SYS-129"],
)  # fmt: skip
def plan_late(look: Look) -> Iterator[Finding]:
    year = look.today.year if look.today > date(look.today.year, 3, 31) else look.today.year - 1
    for producer in look.register("waste.producer"):
        filed = producer.plan_on is not None and producer.plan_on.year >= year
        if producer.state in ("在管", "整改") and producer.hw_class != "不产危废" and not filed:
            yield Finding.of(producer, f"{year} 年度，最近一次备案 {producer.plan_on or '没有'}")


@rule(
    "waste.cell_recheck", "无废细胞命名将到期", severity="low", cause="无废细胞", every="day", quiet="20-8", tells=("unit",),
    params={"days": (60, "提前多少天", "天")}, why="命名有效期将至或已过，没有进入复核", fix="组织复核；不再符合的按程序撤销", serves=["SYS-139"],
)  # fmt: skip
def cell_recheck(look: Look) -> Iterator[Finding]:
    until = look.today + timedelta(days=int(look.param("days")))
    for cell in look.register("waste.cell"):
        if cell.state in GRANTED and cell.state != "复核中" and cell.valid_to and cell.valid_to <= until:
            yield Finding.of(cell, f"有效期至 {cell.valid_to}")
