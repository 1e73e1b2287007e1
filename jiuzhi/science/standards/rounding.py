"""GB/T 8170-2008 rounding (数值修约): half to even, in one step, in integer arithmetic.

Grade 2 (rule from two sources). It applies to concentrations, means, indices and rates when they are reported or
judged; it never applies to the AQI, which is always rounded up (HJ 633-2012 6.2, HJ 633-2026 4.2.6).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from jiuzhi.science.expressions import Fixed, absolute, choose, fixed, flag, is_expression


def round_ratio(numerator: Any, denominator: Any) -> Any:
    """numerator / denominator to the nearest integer, ties to even.

    numerator: int or Ibis integer, any sign; denominator: positive int or Ibis integer; |numerator| and denominator below 2^51.
    Returns the same kind as given; missing in, missing out.
    """
    if numerator is None or denominator is None:
        return None
    doubled, step = absolute(numerator) * 2 + denominator, denominator * 2
    nearest = doubled // step  # ties upwards
    to_odd = (doubled % step == 0) & (nearest % 2 == 1)
    return (nearest - flag(to_odd)) * choose([(numerator < 0, -1)], otherwise=1)


def round_units(value: Any, interval: Any = "1") -> Any:
    """How many rounding intervals (修约间隔) the value comes to.

    value: number, Fixed, or numeric column; interval: one of ``"0.01" "0.1" "1" "10" …`` (a power of ten, or ×2, ×5).
    Returns an int, an Ibis integer, or None. GB/T 8170-2008 3.2.
    """
    step = Decimal(str(interval))
    quantity = value if isinstance(value, Fixed) else fixed(value, 9 if is_expression(value) else 18)
    divisor = step.scaleb(quantity.digits)
    if divisor == divisor.to_integral_value():
        return round_ratio(quantity.units, int(divisor))
    finer = -int(divisor.as_tuple().exponent)
    units = None if quantity.units is None else quantity.units * 10**finer
    return round_ratio(units, int(divisor.scaleb(finer)))


def round_half_even(value: Any, interval: Any = "1") -> Any:
    """Round to the interval: Decimal for a plain value, a decimal column for a column.

    >>> round_half_even("1.050", "0.1"), round_half_even("-355", "10"), round_half_even("15.4546")
    (Decimal('1.0'), Decimal('-360'), Decimal('15'))
    """
    step = Decimal(str(interval))
    units = round_units(value, step)
    if units is None:
        return None
    if is_expression(units):
        return units.cast("decimal(18,0)") * step
    return units * step
