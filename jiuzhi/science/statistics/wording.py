"""Numbers and periods in words, shared by judgement and forecast."""

from calendar import monthrange
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

_SHOWN = Decimal("0.01")


def as_decimal(value: Fraction) -> Decimal:
    """A fraction as a decimal of six places, half to even: for showing and storing, never for comparing."""
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(
        Decimal("0.000001"), ROUND_HALF_EVEN
    )


def say(value: Decimal | None, unit: str = "") -> str:
    """A number as people read it: at most two places (more where the number is small), no trailing zeros, then the unit."""
    if value is None:
        return "—"
    step = _SHOWN
    while value and abs(value) < step * 10 and step > Decimal("0.000001"):
        step /= 10
    text = f"{value.quantize(step, ROUND_HALF_EVEN):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    text = "0" if text == "-0" else text
    return f"{text}{unit}" if unit in ("", "%", "％", "‰") else f"{text} {unit}"


def apart(value: Decimal, unit: str = "") -> str:
    """A difference in words: of shares it is counted in percentage points."""
    return f"{say(value)} 个百分点" if unit in ("%", "％") else say(value, unit)


def year_of(period: str) -> int:
    return int(period[:4])


def period_end(period: str) -> date:
    """The last day of "2026", "2026-Q3" or "2026-10". Errors: ``ValueError`` with one Chinese sentence."""
    year, _, rest = period.partition("-")
    try:
        if not rest:
            return date(int(year), 12, 31)
        month = int(rest[1:]) * 3 if rest.startswith("Q") else int(rest)
        return date(int(year), month, monthrange(int(year), month)[1])
    except ValueError as error:
        raise ValueError(f"时期“{period}”不合写法：请写年（2026）、季（2026-Q3）或月（2026-10）。") from error
