"""Indicators of risk, over the registers as they stand."""

from datetime import date

from jiuzhi.engine.indicators.registry import Inputs, Result, Row, indicator, share

STORED = ("已送贮", "已返回")
GRACE_DAYS = 90  # a source retired for less is not yet due (未核实)


@indicator("risk.cards_ok", "地质灾害隐患点“两卡”、预案、标识到位率", unit="%", better="up", register="risk.geohazard", bounds=(0, 100),
           serves=["SYS-246"], standard="规划口径：隐患点“两卡”、预案、标识到位", formula="100×两卡本年核对到位且预案、标识均到位的隐患点÷在册隐患点；风险区、已核销的不计",
           missing="没有在册隐患点时无值；未填视为未到位")  # fmt: skip
def cards_ok(data: Inputs) -> Result:
    counted = [r for r in data.rows if r["zone_kind"] == "隐患点" and r["state"] != "已核销"]
    return share(counted, lambda r: _in_place(r, data.end), of="在册隐患点", hit="到位")


def _in_place(row: Row, day: date) -> bool:
    checked = row["cards_checked_on"]
    return bool(
        row["sign_set"] and row["plan_set"] and checked and checked.year == day.year and checked <= day
    )


@indicator("risk.cards_signed", "地质灾害“两卡”签收率", unit="%", better="up", register="risk.geohazardcard", bounds=(0, 100),
           serves=["SYS-246"], standard="两卡台账口径：按张计", formula="100×已签收且未过期的卡÷未作废的卡", missing="没有登记卡时无值")  # fmt: skip
def cards_signed(data: Inputs) -> Result:
    counted = [r for r in data.rows if r["state"] != "已作废"]
    return share(
        counted,
        lambda r: r["state"] == "已签收" and not (r["valid_to"] and r["valid_to"] < data.end),
        of="未作废的卡",
        hit="已签收且有效",
    )


@indicator("risk.source_stored", "废旧放射源安全收贮率", unit="%", better="up", register="risk.radiationsource", bounds=(0, 100),
           serves=["SYS-232"], standard="规划口径；90 天期限未核实", formula="100×已送贮或返回的放射源÷退役满 90 天或已收贮的放射源；丢失被盗的计入分母",
           missing="没有退役放射源时无值")  # fmt: skip
def source_stored(data: Inputs) -> Result:
    retired = [r for r in data.rows if r["state"] in (*STORED, "待送贮", "丢失被盗")]
    due = [r for r in retired if r["state"] != "待送贮" or _over(r, data.end)]
    found = share(due, lambda r: r["state"] in STORED, of="应收贮的放射源", hit="已送贮、返回")
    found.inputs.append(("退役未满 90 天", f"{len(retired) - len(due)}"))
    return found


def _over(row: Row, day: date) -> bool:
    return row["retired_on"] is None or (day - row["retired_on"]).days >= GRACE_DAYS


@indicator("risk.supply_ok", "应急物资完好率", unit="%", better="up", register="risk.supply", bounds=(0, 100), serves=["SYS-223", "SYS-238"],
           standard="应急物资台账口径：按批次计", formula="100×在库、完好、未过期且不少于最低储备量的批次÷未报废批次", missing="没有登记物资时无值；未填最低储备量的只看完好与有效期")  # fmt: skip
def supply_ok(data: Inputs) -> Result:
    counted = [r for r in data.rows if r["state"] != "已报废"]
    return share(counted, lambda r: _ready(r, data.end), of="未报废批次", hit="完好、未过期、数量够")


def _ready(row: Row, day: date) -> bool:
    return (
        row["state"] == "在库"
        and row["condition"] == "完好"
        and not (row["expires_on"] and row["expires_on"] < day)
        and row["quantity"] >= (row["minimum"] or 0)
    )


@indicator("risk.assessed_in_time", "环境风险单位按期评估率", unit="%", better="up", register="risk.enterpriserisk", bounds=(0, 100),
           serves=["SYS-219"], standard="HJ 941-2018；重估周期未核实", formula="100×下次评估日期未过的在管单位÷在管单位", missing="没有在管的环境风险单位时无值")  # fmt: skip
def assessed_in_time(data: Inputs) -> Result:
    counted = [r for r in data.rows if r["state"] in ("在管", "重估")]
    return share(
        counted,
        lambda r: bool(r["next_assess_on"]) and r["next_assess_on"] >= data.end,
        of="在管单位",
        hit="评估在期内",
    )
