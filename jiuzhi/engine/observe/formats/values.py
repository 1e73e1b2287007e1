"""One cell of a file → one exact value, or the reason why not."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

from ..properties import PROPERTIES, Property, plain
from .declare import Column, Value

PLACES = Decimal("0.000001")  # the lake keeps six decimals
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?"
_PLAIN = re.compile(_NUMBER, re.ASCII)
_UNDETECTED = re.compile(
    rf"(?:<|≤|ND\s*<?|未检出\s*<?)\s*\(?\s*(?P<before>{_NUMBER})\s*\)?|(?P<after>{_NUMBER})\s*(?:L|ND|\(L\))",
    re.ASCII | re.IGNORECASE,
)
_NO_LIMIT = {"nd", "n.d.", "未检出", "<dl", "l", "<"}


class Refused(ValueError):
    """The cell is not taken; the message is the reason."""


class Number(NamedTuple):
    """A number as written: exact, before any change of unit."""

    value: Decimal
    qualifier: str


def number(text: str, limit: str = "") -> Number:
    """Read ``12.3``, ``１２．３``, ``0.002L``, ``<0.002``, ``ND(0.002)``; ``ND`` alone takes ``limit`` (检出限).

    Raises Refused when it is not a number.
    """
    written = plain(text)
    if _PLAIN.fullmatch(written):
        return Number(Decimal(written), "")
    if found := _UNDETECTED.fullmatch(written):
        return Number(Decimal(found["before"] or found["after"]), "<")
    if written.casefold() in _NO_LIMIT:
        if _PLAIN.fullmatch(plain(limit)):
            return Number(Decimal(plain(limit)), "<")
        raise Refused("未检出但没有写检出限，请写成 0.002L 或填“检出限”列")
    raise Refused("不是数字")


def scaled(found: Number, item: Property, factor: Decimal) -> Decimal:
    """The number in the lake's unit, six decimals. Raises Refused when it cannot be true."""
    value = found.value * factor
    if not item.low <= value <= item.high:
        raise Refused(_out_of_range(value, item))
    if found.qualifier and value <= 0:
        raise Refused("检出限必须大于 0")
    if value.as_tuple().exponent < -6:  # type: ignore[operator]
        return value.quantize(PLACES, ROUND_HALF_EVEN)
    return value


def _out_of_range(value: Decimal, item: Property) -> str:
    if value < 0 <= item.low:
        return f"{item.title}不能为负"
    fence = f"{item.low.normalize():f}–{item.high.normalize():f} {item.unit}".strip()
    for power in (1000, 1000000):
        if item.unit and value > item.high and value / power <= item.high:
            return f"超出{item.title}的合理范围 {fence}，像是单位差了 {power} 倍，请核对单位"
    return f"超出{item.title}的合理范围 {fence}，请核对数值和单位"


def read_cell(column: Column, factor: Decimal, text: str) -> Value:
    """A cell of a fixed column. Raises Refused."""
    item = PROPERTIES[column.property]
    if column.codes is not None:
        if (code := column.codes.get(plain(text))) is None:
            raise Refused(f"不是{item.title}的写法（应为 {'、'.join(list(column.codes)[:6])} …）")
        return Value(item.code, column.kind, Decimal(code), item.unit, "", text)
    found = number(text)
    return Value(item.code, column.kind, scaled(found, item, factor), item.unit, found.qualifier, text)
