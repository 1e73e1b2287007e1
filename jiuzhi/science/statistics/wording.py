"""Numbers and periods in words, shared by judgement and forecast."""

import re
from calendar import monthrange
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

_SHOWN = Decimal("0.01")
_PERIOD = re.compile(r"([12]\d{3})(?:-Q([1-4])|-(0[1-9]|1[0-2]))?")


def as_decimal(value: Fraction) -> Decimal:
    """A fraction as a decimal of six places, half to even: for showing and storing, never for comparing."""
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(
        Decimal("0.000001"), ROUND_HALF_EVEN
    )


CLASSES = ("Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", "劣Ⅴ")
CLASS_UNIT = "类"


def figure(value: Decimal | None, unit: str = "") -> str:
    """A number as people read it, without its unit; a water class (unit 类) as its Roman numeral: 2 → Ⅱ."""
    if (
        unit == CLASS_UNIT
        and value is not None
        and value == value.to_integral_value()
        and 1 <= value <= len(CLASSES)
    ):
        return CLASSES[int(value) - 1]
    return say(value)


def say(value: Decimal | None, unit: str = "") -> str:
    """A number as people read it: at most two places (more where the number is small), no trailing zeros, then the unit.

    >>> say(Decimal("92.10"), "%"), say(Decimal(2), "类")
    ('92.1%', 'Ⅱ类')
    """
    if value is None:
        return "—"
    if unit == CLASS_UNIT and (grade := figure(value, unit)) in CLASSES:
        return f"{grade}{unit}"
    step = _SHOWN
    while value and abs(value) < step * 10 and step > Decimal("0.000001"):
        step /= 10
    text = f"{value.quantize(step, ROUND_HALF_EVEN):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    text = "0" if text == "-0" else text
    return f"{text}{unit}" if unit in ("", "%", "％", "‰") else f"{text} {unit}"


def apart(value: Decimal, unit: str = "") -> str:
    """A difference in words: of shares it is counted in percentage points, of water classes in classes."""
    if unit == CLASS_UNIT:
        return f"{say(value)} 个类别"
    return f"{say(value)} 个百分点" if unit in ("%", "％") else say(value, unit)


def year_of(period: str) -> int:
    return int(period[:4])


def period_end(period: str) -> date:
    """The last day of "2026", "2026-Q3" or "2026-10". Errors: ``ValueError`` with one Chinese sentence."""
    if not (found := _PERIOD.fullmatch(period)):
        raise ValueError(f"时期“{period}”不合写法：请写年（2026）、季（2026-Q3）或月（2026-10）。")
    year, quarter, month = int(found[1]), found[2], found[3]
    last = int(quarter) * 3 if quarter else int(month or 12)
    return date(year, last, monthrange(year, last)[1])


def period_said(period: str) -> str:
    """ "2026 年", "2026 年 3 季度", "2026 年 10 月"."""
    year, _, rest = period.partition("-")
    if not rest:
        return f"{year} 年"
    return f"{year} 年 {rest[1:]} 季度" if rest.startswith("Q") else f"{year} 年 {int(rest)} 月"
