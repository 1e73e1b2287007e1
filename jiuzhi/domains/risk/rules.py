"""Alarms of the risk domain. Terms and grades: where no text was read, the product's own."""

from collections.abc import Iterator
from datetime import timedelta

from jiuzhi.engine.rules.declare import Finding, rule
from jiuzhi.engine.rules.look import Look


@rule(
    "risk.supply_short", "应急物资低于最低储备", severity="mid", cause="应急物资", every="day", quiet="20-8", tells=("unit", "duty"),
    why="实存数量低于最低储备量", fix="补充到最低储备量以上，或写明代储、协议储备的去处", serves=["SYS-223", "SYS-238"],
)  # fmt: skip
def supply_short(look: Look) -> Iterator[Finding]:
    for supply in look.register("risk.supply"):
        if supply.state != "已报废" and supply.minimum is not None and supply.quantity < supply.minimum:
            yield Finding.of(
                supply,
                f"{supply.item}不足",
                value=supply.quantity,
                limit=supply.minimum,
                unit=supply.measure,
            )


@rule(
    "risk.expired_supply", "应急物资将过期", severity="mid", cause="应急物资", every="day", quiet="20-8", tells=("unit", "duty"),
    params={"days": (60, "提前多少天", "天")}, why="有效期将至或已过", fix="轮换或报废，并补充到最低储备量", serves=["SYS-223", "SYS-238"],
)  # fmt: skip
def expired_supply(look: Look) -> Iterator[Finding]:
    until = look.today + timedelta(days=int(look.param("days")))
    for supply in look.register("risk.supply"):
        if supply.state != "已报废" and supply.expires_on and supply.expires_on <= until:
            yield Finding.of(supply, f"有效期至 {supply.expires_on}")


@rule(
    "risk.card_missing", "地质灾害两卡没有到位", severity="high", cause="地质灾害", every="day", quiet="20-8", tells=("unit", "duty"),
    why="在册隐患点的防灾明白卡或避险明白卡没有签收", fix="发放并签收两卡，核对监测人和撤离路线", serves=["SYS-245"],
)  # fmt: skip
def card_missing(look: Look) -> Iterator[Finding]:
    signed = {(c.point_id, c.kind) for c in look.register("risk.geohazardcard") if c.state == "已签收"}
    for point in look.register("risk.geohazard"):
        missing = [k for k in ("防灾明白卡", "避险明白卡") if (point.pk, k) not in signed]
        if point.state != "已核销" and point.households and missing:
            yield Finding.of(point, f"缺{'、'.join(missing)}", point=(point.lon, point.lat))


@rule(
    "risk.licence_expiring", "辐射安全许可证将到期", severity="mid", cause="许可", every="day", quiet="20-8", grade="M",
    params={"days": (90, "提前多少天", "天")}, why="许可证有效期将至", fix="通知单位在届满 30 日前申请延续（期限未核实）",
    serves=["SYS-232"],
)  # fmt: skip
def licence_expiring(look: Look) -> Iterator[Finding]:
    until = look.today + timedelta(days=int(look.param("days")))
    for unit in look.register("risk.radiationunit"):
        if unit.state == "有效" and unit.valid_to <= until:
            yield Finding.of(unit, f"有效期至 {unit.valid_to}")


@rule(
    "risk.source_retired", "退役放射源没有送贮", severity="high", cause="放射源", every="day", grade="M",
    params={"days": (60, "退役多少天后", "天")}, why="退役后应在 90 日内送贮或返回（期限未核实）", fix="督促单位送贮或返回生产单位并备案",
    tells=("monitoring", "enforcement", "duty"), serves=["SYS-232"],
)  # fmt: skip
def source_retired(look: Look) -> Iterator[Finding]:
    since = look.today - timedelta(days=int(look.param("days")))
    for source in look.register("risk.radiationsource"):
        if source.retired_on and source.retired_on <= since and not source.stored_on:
            yield Finding.of(source, f"{source.retired_on} 退役")
