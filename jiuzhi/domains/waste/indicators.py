"""Indicators of waste, over the registers as they stand."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from jiuzhi.engine.indicators.registry import Inputs, Other, Result, Row, indicator, share
from jiuzhi.science.standards import waste

BULK = ("SW01", "SW02", "SW04", "SW05", "SW06", "SW10", "SW11")
SENT = ("已提交", "已审核")
GRANTED = ("已授牌", "复核中")
MEDICAL = "医疗废物管理条例：暂时贮存不超过 2 天"


def _of_year(data: Inputs) -> list[Row]:
    return [r for r in data.rows if r["period"].startswith(data.period)]


def _sum(rows: Iterable[Row], *names: str) -> Decimal:
    return sum((Decimal(r[n] or 0) for r in rows for n in names), Decimal(0))


def _use(rows: Sequence[Row]) -> Decimal | None:
    """Used share [%]; what is used of old stock counts above and below the line. None when nothing was made or used."""
    below = _sum(rows, "made_t", "used_old_t")
    return 100 * _sum(rows, "self_used_t", "sent_used_t") / below if below else None


def _used(data: Inputs, rows: list[Row], what: str) -> Result:
    counted = [r for r in rows if r["state"] in SENT]
    months = {r["period"] for r in counted}
    inputs = [
        ("综合利用量", f"{_sum(counted, 'self_used_t', 'sent_used_t'):f} t"),
        ("产生量", f"{_sum(counted, 'made_t'):f} t"),
        ("利用往年贮存量", f"{_sum(counted, 'used_old_t'):f} t"),
        ("有台账的月份", f"{len(months)} 个"),
        ("未提交或退回的台账", f"{len(rows) - len(counted)} 条"),
    ]
    value = _use(counted)
    if value is None:
        return Result(None, f"本年没有已提交的{what}台账", sufficient=False, inputs=inputs)
    due = 12 if data.over else data.end.month - 1
    return Result(value, sufficient=len(months) >= due and len(counted) == len(rows), inputs=inputs)


@indicator("waste.industrial_use", "一般工业固体废物综合利用率", unit="%", better="up", register="waste.generalwastemonth", bounds=(0, 100),
           serves=["SYS-120", "SYS-122"], standard="工业固体废物统计口径（未核实）；不含危险废物",
           formula="100×综合利用量（含利用往年贮存量）÷（产生量＋利用往年贮存量）；按本年已提交、已审核的台账",
           missing="没有台账的月份或未提交的台账使结果为暂定值")  # fmt: skip
def industrial_use(data: Inputs) -> Result:
    return _used(data, _of_year(data), "一般固废")


@indicator("waste.bulk_use", "大宗工业固体废物综合利用率", unit="%", better="up", register="waste.generalwastemonth", bounds=(0, 100),
           serves=["SYS-122"], standard="工业固体废物统计口径（未核实）；大宗种类：冶炼废渣、粉煤灰、煤矸石、尾矿、脱硫石膏、磷石膏、工业副产石膏",
           formula="100×综合利用量（含利用往年贮存量）÷（产生量＋利用往年贮存量）；只计大宗种类", missing="没有台账的月份或未提交的台账使结果为暂定值")  # fmt: skip
def bulk_use(data: Inputs) -> Result:
    return _used(data, [r for r in _of_year(data) if waste.kind_of(r["code"]) in BULK], "大宗固废")


@indicator("waste.stock", "一般工业固体废物贮存量", unit="t", better="down", register="waste.generalwastemonth", bounds=(0, None),
           serves=["SYS-120"], standard="一般固废台账口径", formula="各产废单位各废物最近一月月末贮存量之和", missing="没有台账时无值；待提交、退回的不计")  # fmt: skip
def stock(data: Inputs) -> Result:
    latest: dict[tuple[str, str], Row] = {}
    for row in sorted((r for r in data.rows if r["state"] in SENT), key=lambda r: r["period"]):
        latest[row["producer"], row["code"]] = row
    if not latest:
        return Result(None, "没有已提交的一般固废台账", sufficient=False)
    oldest = min(r["period"] for r in latest.values())
    return Result(
        _sum(latest.values(), "closing_t"),
        inputs=[("单位·废物", f"{len(latest)}"), ("最早的月份", oldest)],
    )


@indicator("waste.medical_collected", "医疗废物产生与暂存点收运覆盖率", unit="%", better="up", register="waste.medicalpoint", bounds=(0, 100),
           serves=["SYS-134"], standard=MEDICAL, formula="100×在收运间隔内收过的点÷在用的点；送往集中暂存点的小机构也按自己的收运日期计；宠物诊疗机构不计",
           missing="没有在用的点时无值；未填最近收运日期视为未收")  # fmt: skip
def medical_collected(data: Inputs) -> Result:
    counted = [r for r in data.rows if r["state"] == "在用" and r["kind"] != "宠物诊疗机构"]
    return share(counted, lambda r: _collected(r, data), of="在用的点", hit="按间隔收运")


def _collected(row: Row, data: Inputs) -> bool:
    allowed = (row["interval_days"] or 2) if row["interval_basis"] else min(row["interval_days"] or 2, 2)
    last = row["last_collected_on"]
    return bool(last) and (data.end - last).days <= allowed


@indicator("waste.medical_48h", "医疗废物 48 小时收运达标率", unit="%", better="up", register="waste.medicalmonth", bounds=(0, 100),
           serves=["SYS-134"], standard=MEDICAL, formula="100×（交接次数－超 48 小时次数）÷交接次数，本年各月之和", missing="本年没有月报时无值")  # fmt: skip
def medical_48h(data: Inputs) -> Result:
    rows = _of_year(data)
    handed, late = _sum(rows, "handovers"), _sum(rows, "late")
    if not handed:
        return Result(None, "本年没有交接记录", sufficient=False)
    return Result(100 * (handed - late) / handed, inputs=[("交接", f"{handed} 次"), ("超时", f"{late} 次")])


@indicator("waste.medical_safe", "医疗废物无害化处置率", unit="%", better="up", register="waste.medicalmonth", bounds=(0, 100),
           serves=["SYS-134"], standard="规划口径", formula="100×无害化处置量÷（收集量＋年初结转－年末在途在库）", missing="本年没有月报时无值")  # fmt: skip
def medical_safe(data: Inputs) -> Result:
    rows = _of_year(data)
    done = _sum(rows, "disposed_kg")
    # Stock carried from month to month cancels out inside the year.
    due = _sum(rows, "total_kg", "brought_kg") - _sum(rows, "carried_kg")
    if not due:
        return Result(None, "本年没有应处置的医疗废物", sufficient=False)
    return Result(100 * done / due, inputs=[("处置", f"{done:f} kg"), ("应处置", f"{due:f} kg")])


@indicator("waste.cells", "累计建成无废细胞", unit="个", better="up", register="waste.cell", bounds=(0, None), serves=["SYS-139"],
           standard="规划口径：授牌且未撤销", formula="已授牌且未撤销的无废细胞数；县级、市级分别列出，过期未复核的注明", missing="没有登记时无值")  # fmt: skip
def cells(data: Inputs) -> Result:
    if not data.rows:
        return Result(None, "没有登记无废细胞", sufficient=False)
    held = [r for r in data.rows if r["state"] in GRANTED and r["granted_on"] <= data.end]
    late = sum(bool(r["valid_to"]) and r["valid_to"] < data.end for r in held)
    others = [
        Other(f"其中{level}", Decimal(sum(r["level"] == level for r in held)), "")
        for level in ("县级", "市级")
    ]
    return Result(Decimal(len(held)), others=others, inputs=[("过期未复核", f"{late} 个")])
