"""Indicators of soil, over the registers as they stand."""

from collections.abc import Iterable
from decimal import Decimal

from jiuzhi.engine.indicators.registry import Inputs, Other, Result, Row, indicator, share

POLLUTED = ("轻微", "轻中度", "重度")
MANAGED = ("安全利用类", "严格管控类")
STRICT_USES = ("居住", "公共管理与公共服务")


def _safe_rate(rows: Iterable[Row], year: int) -> tuple[Decimal | None, Decimal, Decimal]:
    """(share [%], safe area, whole area [亩]); an area of another year or without evidence counts as not done."""
    listed = list(rows)
    whole = sum((r["area_mu"] for r in listed), Decimal(0))
    safe = sum((r["safe_mu"] or Decimal(0) for r in listed if r["use_year"] == year), Decimal(0))
    return (100 * safe / whole if whole else None), safe, whole


@indicator("soil.safe_use_rate", "受污染耕地安全利用率", unit="%", better="up", register="soil.farmplot", bounds=(0, 100), serves=["SYS-110"],
           standard="受污染耕地安全利用率核算方法（2020 年试行，单一来源）；类别法未核实，列在旁边", formula="100×Σ当年安全利用面积÷Σ受污染（轻微、轻中度、重度）耕地面积",
           missing="没有受污染耕地时无值；没有当年核算面积的地块按未达到计；核算面积不能超过已核实措施的面积（随名册首次带入的除外）")  # fmt: skip
def safe_use_rate(data: Inputs) -> Result:
    year = data.start.year
    value, safe, whole = _safe_rate((r for r in data.rows if r["degree"] in POLLUTED), year)
    inputs = [("安全利用面积", f"{safe} 亩"), ("受污染耕地", f"{whole} 亩")]
    if value is None:
        return Result(None, "没有登记受污染耕地", sufficient=False, inputs=inputs)
    other, _, managed = _safe_rate((r for r in data.rows if r["category"] in MANAGED), year)
    note = f"安全利用类加严格管控类 {managed} 亩，未核实"
    return Result(value, inputs=inputs, others=[Other("类别法（%）", other, "类别法", note)])


@indicator("soil.land_safe_rate", "重点建设用地安全利用率", unit="%", better="up", register="soil.landplot", bounds=(0, 100), serves=["SYS-112"],
           standard="规划口径；不安全的定义（可安全利用之前供地或开工）未核实", formula="100×（1－可安全利用之前已供地的面积÷重点建设用地面积）；重点指规划为居住、公共服务的地块",
           missing="没有重点建设用地地块时无值")  # fmt: skip
def land_safe_rate(data: Inputs) -> Result:
    key = [r for r in data.rows if r["planned_use"] in STRICT_USES]
    early = [
        r for r in key if r["supplied_on"] and (r["clear_on"] is None or r["supplied_on"] < r["clear_on"])
    ]
    whole, unsafe = (sum((r["area"] for r in rows), Decimal(0)) for rows in (key, early))
    inputs = [("重点建设用地", f"{whole} m2"), ("提前供地", f"{unsafe} m2（{len(early)} 块）")]
    if not key:
        return Result(None, "没有重点建设用地地块", sufficient=False, inputs=inputs)
    everywhere = Other("建设用地（全部在册地块，%）", _all_safe(data.rows), "规划 2030 年目标口径")
    return Result(
        100 * (whole - unsafe) / whole,
        inputs=inputs,
        others=[everywhere],
        notes=[str(r["name"]) for r in early[:20]],
    )


def _all_safe(rows: Iterable[Row]) -> Decimal:
    listed = list(rows)
    early = (
        r for r in listed if r["supplied_on"] and (r["clear_on"] is None or r["supplied_on"] < r["clear_on"])
    )
    whole = sum((r["area"] for r in listed), Decimal(0))
    return 100 * (whole - sum((r["area"] for r in early), Decimal(0))) / whole


@indicator("soil.unit_duty", "土壤重点单位义务按期履行率", unit="%", better="up", register="soil.unitduty", bounds=(0, 100), serves=["SYS-113"],
           standard="台账口径：按到期的义务计", formula="100×按期提交的义务÷已到期的义务", missing="没有到期的义务时无值；退回重做的不算履行")  # fmt: skip
def unit_duty(data: Inputs) -> Result:
    due = [r for r in data.rows if r["due_on"] <= data.end]
    found = share(due, _in_time, "已到期的义务", "按期提交")
    open_ = sum((r["dangers"] or 0) - (r["fixed"] or 0) for r in data.rows)
    found.inputs.append(("未整改隐患", f"{open_} 个"))
    return found


def _in_time(row: Row) -> bool:
    return row["state"] != "待履行" and row["done_on"] <= row["due_on"]


@indicator("soil.dangers_fixed", "土壤隐患整改率", unit="%", better="up", register="soil.unitduty", bounds=(0, 100), serves=["SYS-115"],
           standard="台账口径：按隐患个数计", formula="100×Σ已整改隐患÷Σ发现隐患", missing="没有发现隐患时无值")  # fmt: skip
def dangers_fixed(data: Inputs) -> Result:
    known = sum(r["dangers"] or 0 for r in data.rows)
    fixed = sum(r["fixed"] or 0 for r in data.rows)
    inputs = [("发现隐患", f"{known} 个"), ("已整改", f"{fixed} 个")]
    if not known:
        return Result(None, "没有发现隐患", sufficient=False, inputs=inputs)
    return Result(Decimal(100 * fixed) / known, inputs=inputs)
