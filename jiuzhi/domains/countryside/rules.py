"""Alarms of the villages: sewage that comes back, farms where none may be, manure nobody accounts for."""

from collections.abc import Iterator
from datetime import date

from jiuzhi.engine.rules.declare import Finding, rule
from jiuzhi.engine.rules.look import Look


@rule(
    "countryside.village_fallback", "零直排村污水问题反弹", severity="high", cause="农村污水", every="day", quiet="20-8", opens="rectification", grade="1",
    basis="渝环〔2024〕73号（单一来源）", why="已验收的零直排村污水外溢严重、有属实投诉，或复核不合格", fix="查明外溢原因并整改，整改后重新复核",
    tells=("unit", "enforcement"), serves=["SYS-181", "SYS-182"],
)  # fmt: skip
def village_fallback(look: Look) -> Iterator[Finding]:
    newest = {
        p.village_id: p for p in sorted(look.register("countryside.villageprofile"), key=lambda p: p.year)
    }
    for profile in newest.values():
        wrong = [
            said for said, there in (("污水外溢严重", profile.overflow == "重"), ("投诉属实", profile.complaint), ("复核不合格", profile.state == "复核不合格")) if there
        ]  # fmt: skip
        if profile.state in ("已验收", "复核不合格") and wrong:
            yield Finding.of(
                profile,
                "、".join(wrong),
                subject=f"record:master.village:{profile.village_id}",
                name=str(profile.village),
            )


@rule(
    "countryside.farm_in_ban_zone", "禁养区内有养殖场", severity="high", cause="禁养区", every="day", quiet="20-8", grade="M",
    basis="畜禽养殖禁养区划定（未核实），以现行版本为准", why="养殖场登记在禁养区内，没有关停", fix="核对禁养区现行版本；属实的依法关停或搬迁，并落实补偿",
    tells=("unit", "enforcement"), serves=["SYS-187"],
)  # fmt: skip
def farm_in_ban_zone(look: Look) -> Iterator[Finding]:
    for farm in look.register("countryside.farm"):
        if farm.ban_zone and farm.state != "关停":
            yield Finding.of(farm, f"现为{farm.state}")


@rule(
    "countryside.ledger_gap", "规模养殖场粪污台账中断", severity="low", cause="粪污台账", every="day", quiet="20-8", tells=("unit",),
    params={"days": (45, "最近一期月末以后多少天", "天")}, why="在养的规模养殖场没有按月登记粪污台账", fix="补登台账；停养的更新养殖场状态", serves=["SYS-188"],
)  # fmt: skip
def ledger_gap(look: Look) -> Iterator[Finding]:
    newest: dict[int, str] = {}
    for month in look.register("countryside.manuremonth"):
        newest[month.farm_id] = max(newest.get(month.farm_id, ""), month.period)
    for farm in look.register("countryside.farm"):
        last = newest.get(farm.pk, "")
        if (
            farm.state == "在养"
            and farm.scale == "规模场"
            and (not last or (look.today - _after(last)).days >= look.param("days"))
        ):
            yield Finding.of(farm, f"最近一期 {last or '没有'}")


def _after(month: str) -> date:
    """The first day after "2026-10"."""
    year, number = int(month[:4]), int(month[5:])
    return date(year + number // 12, number % 12 + 1, 1)
