"""Numbers, days and ordinals as an official Chinese text writes them."""

from datetime import date
from decimal import Decimal

_DIGITS = "〇一二三四五六七八九"

MARKS = {"met": "●", "on_track": "▲", "late": "◆", "badly_late": "■", "no_data": "○"}
"""A shape for every state, so that nobody needs the colour."""
COLOURS = {
    "met": "#1f7a4d",
    "on_track": "#2b6cb0",
    "late": "#b7791f",
    "badly_late": "#c53030",
    "no_data": "#718096",
}


def plain(value: Decimal | None) -> str:
    """A decimal without trailing zeros or exponent; "—" for none.

    >>> plain(Decimal("15.600000")), plain(Decimal("2E+3")), plain(None)
    ('15.6', '2000', '—')
    """
    if value is None:
        return "—"
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def day(value: date) -> str:
    """2026年11月22日"""
    return f"{value.year}年{value.month}月{value.day}日"


def numeral(number: int) -> str:
    """1…99 in Chinese: 一 … 十 … 二十一. Errors: ``ValueError`` outside."""
    if not 0 < number < 100:
        raise ValueError(f"no ordinal for {number}")
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones else "")


def joined(names: list[str], most: int = 5, counter: str = "项") -> str:
    """Names in a row; after ``most`` the rest is counted with the measure word ``counter``."""
    if len(names) <= most:
        return "、".join(names)
    return f"{'、'.join(names[:most])}等{len(names)}{counter}"


def share(part: int, whole: int) -> str:
    """A share in percent with one decimal, half to even, in integers; "—" of nothing."""
    if not whole:
        return "—"
    tenths, rest = divmod(part * 1000, whole)
    if 2 * rest > whole or (2 * rest == whole and tenths % 2):
        tenths += 1
    return f"{tenths // 10}.{tenths % 10}%"


def remaining(days: int | None) -> str:
    """Days left to a target's end, said so that a past one is seen."""
    if days is None:
        return "—"
    return f"余{days}天" if days >= 0 else f"已过期{-days}天"
