"""Alarms of the plastic domain."""

from collections.abc import Iterator
from decimal import Decimal

from jiuzhi.engine.rules.declare import Finding, rule
from jiuzhi.engine.rules.look import Look

from .models import DEGRADABLE

_MULCH = ("普通地膜", "加厚高强度地膜")


@rule(
    "plastic.thin_film", "使用超薄地膜", severity="high", cause="农膜", every="day", quiet="20-8", grade="M", standard="GB 13735-2017",
    basis="地膜厚度不低于 0.010 mm（条款未核实）", params={"least": ("0.010", "最小厚度", "mm")}, why="登记的地膜厚度低于标准", fix="会同市场监管、农业农村部门追查销售来源，责令更换",
    tells=("unit", "enforcement"), serves=["SYS-142"],
)  # fmt: skip
def thin_film(look: Look) -> Iterator[Finding]:
    for film in look.register("plastic.filmrecovery"):
        if film.film in _MULCH and film.thickness_mm is not None and film.thickness_mm < look.param("least"):
            yield Finding.of(film, film.film, value=film.thickness_mm, limit=look.param("least"), unit="mm")


@rule(
    "plastic.weight_odd", "农膜回收称重存疑", severity="mid", cause="农膜补贴", every="day", quiet="20-8", params={"times": (3, "每亩净回收量超过各村中位数的倍数", "倍")},
    why="有补贴的回收记录杂质率为 0，或每亩净回收量远高于其他村", fix="暂缓兑付，核对称重单和现场", tells=("unit",), serves=["SYS-142"],
)  # fmt: skip
def weight_odd(look: Look) -> Iterator[Finding]:
    rows = [
        r
        for r in look.register("plastic.filmrecovery")
        if r.film != DEGRADABLE and r.gross_kg and r.net_kg is not None and r.area_mu
    ]
    rates: dict[str, list[Decimal]] = {}
    for row in rows:
        rates.setdefault(row.film, []).append(row.net_kg / row.area_mu)
    medians = {film: sorted(same)[len(same) // 2] for film, same in rates.items()}
    for row in rows:
        same, usual = rates[row.film], medians[row.film]
        rate = row.net_kg / row.area_mu
        much = len(same) >= _LEAST and rate > usual * look.param("times")
        odd = (
            "杂质率为 0"
            if not row.impurity
            else f"每亩 {rate:.1f} kg，同种农膜中位数 {usual:.1f} kg"
            if much
            else ""
        )
        if odd and row.subsidy and row.state not in ("已兑付", "不予补贴"):
            yield Finding.of(row, f"{odd}；补贴 {row.subsidy.normalize():f} 元")


_LEAST = 3  # records of one film that a median rests on
