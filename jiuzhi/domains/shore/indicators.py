"""Indicators of the shoreline, over its segments as they stand: both banks and islands inside the county."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from jiuzhi.engine.indicators.registry import Inputs, Other, Part, Result, Row, indicator

NONE = "没有登记岸线段"
KEPT_ZONES = ("岸线保护区", "岸线保留区")


def _length(rows: Sequence[Row], counts: Callable[[Row], bool] = lambda r: True) -> Decimal:
    return sum((r["length"] for r in rows if counts(r)), Decimal(0))


def _by_length(data: Inputs, counts: Callable[[Row], bool], what: str) -> Result:
    """Share by length [%] of all segments, with the share of each river beside it."""
    if not data.rows:
        return Result(None, NONE, sufficient=False)
    parts = []
    for river in sorted({r["water_body"] for r in data.rows}):
        mine = [r for r in data.rows if r["water_body"] == river]
        part = 100 * _length(mine, counts) / _length(mine)
        newest = max(r["imagery_on"] for r in mine)
        note = f"{what} {_length(mine, counts)} m / {_length(mine)} m，{len(mine)} 段，最近影像 {newest}"
        parts.append(Part(river, river, f"{part:.1f}", "%", note))
    inputs = [(what, f"{_length(data.rows, counts)} m"), ("在册岸线", f"{_length(data.rows)} m")]
    return Result(100 * _length(data.rows, counts) / _length(data.rows), inputs=inputs, parts=parts)


@indicator("shore.natural_ratio", "自然岸线率", unit="%", better="up", register="shore.segment", bounds=(0, 100), serves=["SYS-170"],
           standard="按岸线段量算；定义未核实（SL/T 793-2020 目录中没有这一指标）", formula="100×Σ自然岸线长度÷Σ在册岸线长度，逐河列出；近自然（生态护岸）是否计入列在旁边",
           missing="没有岸线段时无值；没有登记的岸线不在分母中，影像日期列在旁边")  # fmt: skip
def natural_ratio(data: Inputs) -> Result:
    found = _by_length(data, lambda r: r["nature"] == "自然", "自然岸线")
    wide = _by_length(data, lambda r: r["nature"] in ("自然", "近自然"), "自然、近自然岸线")
    each = "；".join(f"{p.name} {p.value}%" for p in wide.parts)
    if found.value is not None:
        found.others.append(Other("含近自然岸线（%）", wide.value, "另一定义", each))
    return found


@indicator("shore.protected_share", "岸线保护区、保留区比例", unit="%", better="up", register="shore.segment", bounds=(0, 100), serves=["SYS-169"],
           standard="岸线规划口径（功能区四分，单一来源）", formula="100×Σ（保护区＋保留区）长度÷Σ在册岸线长度，总体合计，逐河列出", missing="没有岸线段时无值")  # fmt: skip
def protected_share(data: Inputs) -> Result:
    return _by_length(data, lambda r: r["zone"] in KEPT_ZONES, "保护区、保留区")


@indicator("shore.occupied_rate", "岸线占用率", unit="%", better="down", register="shore.segment", bounds=(0, 100), serves=["SYS-169"],
           standard="台账口径：按占用长度计", formula="100×Σ占用长度÷Σ在册岸线长度，逐功能区列出", missing="没有岸线段时无值；未填占用长度的按 0 计")  # fmt: skip
def occupied_rate(data: Inputs) -> Result:
    if not data.rows:
        return Result(None, NONE, sufficient=False)
    parts = []
    for zone in sorted({r["zone"] for r in data.rows}):
        mine = [r for r in data.rows if r["zone"] == zone]
        parts.append(
            Part(zone, zone, f"{100 * _used(mine) / _length(mine):.1f}", "%", f"占用 {_used(mine)} m")
        )
    inputs = [("占用", f"{_used(data.rows)} m"), ("在册岸线", f"{_length(data.rows)} m")]
    return Result(100 * _used(data.rows) / _length(data.rows), inputs=inputs, parts=parts)


def _used(rows: Sequence[Row]) -> Decimal:
    return sum((r["used"] or Decimal(0) for r in rows), Decimal(0))
