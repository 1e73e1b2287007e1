"""One definition of a rule, usable on a column and on a single value.

A rule of a standard is written once, with the operators ``+ - * // %``, comparisons, ``& |`` and the few functions below.
Given Ibis columns it builds an expression (DuckDB, Spark); given plain numbers it computes at once with Python
integers. Both are integer arithmetic on scaled units, so both give the same answer to the last digit, and a single
value costs microseconds because no query is compiled for it.

Numbers enter as :class:`Fixed`, an integer count of 10^-digits units: no float ever stands at a limit.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_05UP, Decimal, InvalidOperation, localcontext
from functools import wraps
from typing import Any

Number = int | str | float | Decimal
"""A single plain value; a float is read by its shortest decimal form."""


def is_expression(*values: Any) -> bool:
    """Whether any of the values is an Ibis expression (then the rule builds an expression).

    Ibis is not imported for this: where nobody has loaded it, no value can be one, and judging a file starts at once.
    """
    kind = getattr(sys.modules.get("ibis.expr.types"), "Value", None)
    return kind is not None and any(isinstance(value, kind) for value in values)


@dataclass(frozen=True)
class Fixed:
    """A decimal quantity held as ``units`` × 10^-``digits``; ``units`` is an int, an Ibis integer, or None (missing)."""

    units: Any
    digits: int

    def at(self, digits: int) -> Any:
        """Units at another scale, never fewer digits than held."""
        if digits < self.digits:
            raise ValueError(f"cannot drop digits: {self.digits} -> {digits}")
        if self.units is None or digits == self.digits:
            return self.units
        return self.units * 10 ** (digits - self.digits)


def fixed(value: Any, digits: int) -> Fixed:
    """Read a number or a numeric Ibis column as scaled units.

    value: int, str, Decimal, float, None, Fixed, or an Ibis integer / decimal / floating / string column.
    digits: digits kept after the point. A plain value with more digits is cut so that every comparison with a limit
    of fewer digits, and every later rounding, still comes out as for the full value (ROUND_05UP).
    Raises ValueError for text that is not a finite number.
    """
    if isinstance(value, Fixed):
        return Fixed(value.at(max(digits, value.digits)), max(digits, value.digits))
    if value is None:
        return Fixed(None, digits)
    if is_expression(value):
        return Fixed(_column_units(value, digits), digits)
    return Fixed(_plain_units(value, digits), digits)


def _plain_units(value: Number, digits: int) -> int | None:
    if isinstance(value, int):
        return value * 10**digits
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value).strip())
    except InvalidOperation as error:
        raise ValueError(f"not a number: {value!r}") from error
    if number.is_nan():
        return None
    if not number.is_finite():
        raise ValueError(f"not a finite number: {value!r}")
    with localcontext() as context:
        context.prec = 60
        return int(number.scaleb(digits).quantize(Decimal(1), rounding=ROUND_05UP))


def _column_units(column: Any, digits: int) -> Any:
    kind = column.type()
    if kind.is_integer():
        return column.cast("int64") * 10**digits if digits else column.cast("int64")
    if kind.is_string():
        column, kind = _decimal_column(column, digits)
    if kind.is_decimal():
        # Exact while the scale of the type is within `digits`; beyond it the cast rounds at the last kept digit.
        return (column * 10**digits).cast("int64")
    if kind.is_floating():
        # Measured values have few digits: the nearest multiple of 10^-digits is the number that was written.
        return (column * float(10**digits)).round().cast("int64")
    raise TypeError(f"not a numeric column: {kind}")


def _decimal_column(column: Any, digits: int) -> tuple[Any, Any]:
    decimal = column.try_cast(f"decimal(18,{digits})")
    return decimal, decimal.type()


def plain(units: int | None, digits: int) -> Decimal | None:
    """Scaled units back to a Decimal; None stays None."""
    return None if units is None else Decimal(units).scaleb(-digits)


def null_in_null_out(rule: Callable[..., Any]) -> Callable[..., Any]:
    """For rules written for expressions: a missing plain first argument gives a missing result, as SQL does."""

    @wraps(rule)
    def guarded(value: Any, *args: Any, **options: Any) -> Any:
        return None if value is None else rule(value, *args, **options)

    return guarded


def choose(branches: Iterable[tuple[Any, Any]], otherwise: Any) -> Any:
    """First value whose condition is true, as CASE WHEN; ``otherwise`` when none is (a null condition is not true).

    The conditions must all be plain or all be expressions; values may be of either kind.
    """
    branches = list(branches)
    if not branches:
        return otherwise
    if is_expression(branches[0][0]):
        import ibis

        values = [value for _, value in branches] + [otherwise]
        if all(value is None for value in values):
            return ibis.null("int64")
        return ibis.cases(*branches, else_=otherwise)
    for condition, value in branches:
        if condition:
            return value
    return otherwise


def largest(*values: Any) -> Any:
    """Largest of the values that are present; missing when none is.

    DuckDB, Spark and PostgreSQL pass over nulls in GREATEST; SQLite does not, and is no engine for columns with gaps.
    """
    if is_expression(*values):
        import ibis

        known = [value for value in values if value is not None]
        return known[0] if len(known) == 1 else ibis.greatest(*known)
    return max((value for value in values if value is not None), default=None)


def first_known(*values: Any) -> Any:
    """First of the values that is present."""
    if is_expression(*values):
        import ibis

        known = [value for value in values if value is not None]
        return known[0] if len(known) == 1 else ibis.coalesce(*known)
    return next((value for value in values if value is not None), None)


def flag(condition: Any) -> Any:
    """1 where the condition is true, else 0."""
    return condition.ifelse(1, 0) if is_expression(condition) else int(bool(condition))


def summed(column: Any) -> Any:
    """Sum of an integer column as a 64-bit integer.

    DuckDB sums into 128 bits, whose arithmetic is several times slower. Ibis calls the sum 64-bit all the same and leaves an
    ordinary cast out, so the cast is put in by hand.
    """
    import ibis.expr.datatypes as types
    from ibis.expr.operations import Cast

    return Cast(column.sum(), types.int64).to_expr()


def absolute(value: Any) -> Any:
    """|value|."""
    return value.abs() if is_expression(value) else abs(value)


def ceil_div(numerator: Any, denominator: Any) -> Any:
    """numerator / denominator rounded up to an integer, denominator > 0.

    Engines divide integers through doubles before CEIL. Below 2^53 that is exact: the quotient is rounded once, and no
    quotient lies nearer to an integer it does not equal than that rounding can carry it.
    """
    if is_expression(numerator, denominator):
        return (numerator / denominator).ceil()
    return -(-numerator // denominator)


def as_day(value: Any) -> Any:
    """A local day: date, ISO text ``2026-03-01``, ``20260301``, or a date / timestamp column."""
    if is_expression(value):
        return value.date() if value.type().is_timestamp() else value
    if isinstance(value, str):
        return date.fromisoformat(value[:10])
    return value.date() if hasattr(value, "date") else value
