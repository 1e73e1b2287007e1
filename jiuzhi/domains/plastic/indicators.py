"""Indicators of plastic, over the registers as they stand."""

from collections.abc import Iterable
from decimal import Decimal

from jiuzhi.engine.indicators.registry import Inputs, Other, Result, Row, indicator

DEGRADABLE = "全生物降解地膜"


def _sum(rows: Iterable[Row], name: str) -> Decimal:
    return sum((Decimal(r[name] or 0) for r in rows), Decimal(0))


@indicator("plastic.film_recovery", "农膜回收率", unit="%", better="up", register="plastic.filmrecovery", bounds=(0, None), serves=["SYS-142"],
           standard="规划口径：净重，不含全生物降解地膜", formula="100×本年称重的净回收量÷本年使用量；扣除杂质和往年膜、外县膜，地膜、棚膜合计",
           missing="估算的回收量不计入，另列含估算的结果；没有使用量时无值")  # fmt: skip
def film_recovery(data: Inputs) -> Result:
    year = [r for r in data.rows if r["period"].startswith(data.period)]
    film = [r for r in year if r["film"] != DEGRADABLE]
    used = _sum(film, "used_kg")
    apart = _sum((r for r in year if r["film"] == DEGRADABLE), "used_kg")
    weighed = _sum((r for r in film if r["measured"] == "称重"), "net_kg")
    inputs = [("使用量", f"{used:f} kg"), ("称重净回收量", f"{weighed:f} kg"), (f"{DEGRADABLE}使用量（不计）", f"{apart:f} kg")]  # fmt: skip
    if not used:
        return Result(None, "本年没有登记农膜使用量", sufficient=False, inputs=inputs)
    others = [Other("含估算", 100 * _sum(film, "net_kg") / used, "", "估算的不能作为达标依据")]
    return Result(100 * weighed / used, inputs=inputs, others=others)
