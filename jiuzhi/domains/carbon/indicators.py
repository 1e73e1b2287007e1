"""Indicators of low carbon, over the registers as they stand."""

from collections.abc import Sequence
from decimal import Decimal

from jiuzhi.engine.indicators.registry import Inputs, Other, Result, indicator

NEW = ("风电", "光伏", "生物质发电")
CLEAN = (*NEW, "水电")
MW_PER_WAN_KW = 10


def _capacity(data: Inputs, kinds: Sequence[str], what: str) -> Result:
    """Connected capacity of ``kinds`` [万千瓦], with what stands behind it."""
    if not any(r["kind"] in kinds for r in data.rows):
        return Result(None, f"没有登记{what}项目", sufficient=False)
    held = [
        r for r in data.rows
        if r["kind"] in kinds and r["grid_mw"] and r["state"] != "退役" and r["grid_on"] and r["grid_on"] <= data.end
    ]  # fmt: skip
    by_kind = {k: sum((r["grid_mw"] for r in held if r["kind"] == k), Decimal(0)) for k in kinds}
    building = [r for r in data.rows if r["kind"] in kinds and r["state"] in ("核准", "在建")]
    coming = sum(((r["capacity_mw"] or 0) - (r["grid_mw"] or 0) for r in building), Decimal(0))
    others = [Other(k, mw / MW_PER_WAN_KW, "") for k, mw in by_kind.items() if mw]
    inputs = [
        ("已并网项目", f"{len(held)} 个"),
        ("核准、在建尚未并网", f"{coming / MW_PER_WAN_KW:f} 万千瓦"),
    ]
    return Result(sum(by_kind.values(), Decimal(0)) / MW_PER_WAN_KW, inputs=inputs, others=others)


@indicator("carbon.new_energy_capacity", "新能源装机规模", unit="万千瓦", better="up", register="carbon.energyproject", bounds=(0, None),
           serves=["SYS-262"], standard="规划口径：风电、光伏、生物质发电，不含水电和储能", formula="已并网装机之和（MW÷10）；退役的不计", missing="没有登记项目时无值；未填并网日期的不计")  # fmt: skip
def new_energy_capacity(data: Inputs) -> Result:
    return _capacity(data, NEW, "新能源")


@indicator("carbon.clean_capacity", "清洁能源装机规模", unit="万千瓦", better="up", register="carbon.energyproject", bounds=(0, None),
           serves=["SYS-262"], standard="规划口径：新能源加水电；天然气发电是否计入由县定，默认不计", formula="已并网装机之和（MW÷10）；退役、储能的不计", missing="没有登记项目时无值；未填并网日期的不计")  # fmt: skip
def clean_capacity(data: Inputs) -> Result:
    return _capacity(data, CLEAN, "清洁能源")


@indicator("carbon.charging_guns", "公共充电枪数", unit="把", better="up", register="carbon.chargingstation", bounds=(0, None),
           serves=["SYS-260"], standard="充电站台账口径", formula="运营中、对社会开放的充电站直流枪与交流枪之和", missing="没有登记充电站时无值")  # fmt: skip
def charging_guns(data: Inputs) -> Result:
    if not data.rows:
        return Result(None, "没有登记充电站", sufficient=False)
    held = [r for r in data.rows if r["state"] == "运营" and r["public"]]
    dc, ac = (sum(r[n] for r in held) for n in ("dc_guns", "ac_guns"))
    others = [Other("直流枪", Decimal(dc), ""), Other("交流枪", Decimal(ac), "")]
    return Result(Decimal(dc + ac), inputs=[("运营的公共站", f"{len(held)} 座")], others=others)


@indicator("carbon.charger_use", "充电设施利用率", unit="%", better="up", register="carbon.chargingmonth", bounds=(0, 100),
           serves=["SYS-260"], standard="充电站台账口径", formula="100×充电量÷满负荷电量（总功率×小时），本年各月之和", missing="本年没有月报时无值；没有月报的站不计")  # fmt: skip
def charger_use(data: Inputs) -> Result:
    year = [r for r in data.rows if r["period"].startswith(data.period) and r["most_kwh"]]
    used, most = (sum((r[n] for r in year), Decimal(0)) for n in ("kwh", "most_kwh"))
    if not most:
        return Result(None, "本年没有充电站月报", sufficient=False)
    return Result(100 * used / most, inputs=[("充电量", f"{used:f} kWh"), ("满负荷电量", f"{most:f} kWh")])
