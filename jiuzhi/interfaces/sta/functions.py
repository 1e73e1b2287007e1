"""The operators and functions of a filter, once for both places where they are worked out: in Python and in the lake's SQL.

Each has the kinds of its arguments, the kind of its result, how it is worked out, and how SQL says the same.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

TEXT, NUMBER, YES, TIME, GEO = "文字", "数", "是否值", "时间", "图形"


class Interval(NamedTuple):
    """A period, end excluded (UTC). Compared by its start."""

    start: datetime
    end: datetime


class Function(NamedTuple):
    """``sql``: a template with the arguments as {0}, {1} …; None where only few entities are concerned."""

    takes: tuple[str, ...]
    gives: str
    work: Callable[..., Any]
    sql: str | None = None


def kind(value: Any) -> str:
    """What a value is; "" for null, and for an object, which nothing can be done with."""
    if isinstance(value, bool):
        return YES
    if isinstance(value, int | Decimal):
        return NUMBER
    if isinstance(value, str):
        return TEXT
    if isinstance(value, datetime | Interval):
        return TIME
    return GEO if isinstance(value, BaseGeometry) or _drawn(value) else ""


def _drawn(value: Any) -> bool:
    return isinstance(value, dict) and ("coordinates" in value or "geometry" in value)


def simple(value: Any) -> Any:
    """A value as the functions take it: a period as its start, GeoJSON as a geometry (None when it has no place)."""
    if isinstance(value, Interval):
        return value.start
    if _drawn(value):
        place = value.get("geometry", value)
        return Point(*map(float, place["coordinates"])) if place else None
    return value


def whole(value: Decimal) -> int:
    """A position in a text: within what a text can have."""
    return int(min(max(value, Decimal(0)), Decimal(10**6)))


def _rounded(how: str) -> Callable[[Decimal], Decimal]:
    return lambda value: Decimal(value).to_integral_value(rounding=how)


def _geo(test: Callable[[BaseGeometry, BaseGeometry], Any], gives: str = YES) -> Function:
    return Function((GEO, GEO), gives, test if gives == NUMBER else lambda a, b: bool(test(a, b)))


def _part(name: str) -> Function:
    return Function((TIME,), NUMBER, lambda t: Decimal(getattr(t, name)), f"{name}({{0}})")


def _number(work: Callable[..., Any], sql: str) -> Function:
    return Function((NUMBER, NUMBER), NUMBER, work, sql)


def _compared(work: Callable[[Any, Any], bool], sign: str) -> Function:
    return Function(("", ""), YES, work, f"coalesce({{0}} {sign} {{1}}, false)")


COMPARISONS = {
    "eq": _compared(lambda a, b: a == b, "="), "ne": _compared(lambda a, b: a != b, "<>"),
    "gt": _compared(lambda a, b: a > b, ">"), "ge": _compared(lambda a, b: a >= b, ">="),
    "lt": _compared(lambda a, b: a < b, "<"), "le": _compared(lambda a, b: a <= b, "<="),
}  # fmt: skip
FUNCTIONS = {
    "add": _number(lambda a, b: a + b, "({0} + {1})"),
    "sub": _number(lambda a, b: a - b, "({0} - {1})"),
    "mul": _number(lambda a, b: a * b, "({0} * {1})"),
    "div": _number(lambda a, b: Decimal(a) / b if b else None, "({0} / nullif({1}, 0))"),
    "mod": _number(lambda a, b: Decimal(a) % b if b else None, "({0} % nullif({1}, 0))"),
    "substringof": Function((TEXT, TEXT), YES, lambda a, b: a in b, "contains({1}, {0})"),
    "contains": Function((TEXT, TEXT), YES, lambda a, b: b in a, "contains({0}, {1})"),
    "startswith": Function((TEXT, TEXT), YES, lambda a, b: a.startswith(b), "starts_with({0}, {1})"),
    "endswith": Function((TEXT, TEXT), YES, lambda a, b: a.endswith(b), "ends_with({0}, {1})"),
    "length": Function((TEXT,), NUMBER, lambda a: Decimal(len(a)), "length({0})"),
    "indexof": Function((TEXT, TEXT), NUMBER, lambda a, b: Decimal(a.find(b)), "(strpos({0}, {1}) - 1)"),
    "substring": Function(
        (TEXT, NUMBER), TEXT, lambda a, n: a[whole(n) :], "substr({0}, trunc(greatest({1}, 0))::BIGINT + 1)"
    ),
    "substring/3": Function(
        (TEXT, NUMBER, NUMBER), TEXT, lambda a, n, size: a[whole(n) : whole(n) + whole(size)],
        "substr({0}, trunc(greatest({1}, 0))::BIGINT + 1, trunc(greatest({2}, 0))::BIGINT)",
    ),
    "tolower": Function((TEXT,), TEXT, lambda a: a.lower(), "lower({0})"),
    "toupper": Function((TEXT,), TEXT, lambda a: a.upper(), "upper({0})"),
    "trim": Function((TEXT,), TEXT, lambda a: a.strip(" "), "trim({0})"),
    "concat": Function((TEXT, TEXT), TEXT, lambda a, b: a + b, "({0} || {1})"),
    **{name: _part(name) for name in ("year", "month", "day", "hour", "minute", "second")},
    "fractionalseconds": Function(
        (TIME,), NUMBER, lambda t: Decimal(t.microsecond) / 10**6, "((microsecond({0}) % 1000000) / 1000000.0)"
    ),
    "date": Function(
        (TIME,), TIME, lambda t: t.replace(hour=0, minute=0, second=0, microsecond=0), "date_trunc('day', {0})"
    ),
    "totaloffsetminutes": Function((TIME,), NUMBER, lambda t: Decimal(0), "(0 * year({0}))"),
    "now": Function((), TIME, lambda: datetime.now(UTC)),
    "mindatetime": Function((), TIME, lambda: datetime(1, 1, 2, tzinfo=UTC)),
    "maxdatetime": Function((), TIME, lambda: datetime(9999, 12, 30, tzinfo=UTC)),
    "round": Function((NUMBER,), NUMBER, _rounded(ROUND_HALF_UP), "round({0})"),
    "floor": Function((NUMBER,), NUMBER, _rounded(ROUND_FLOOR), "floor({0})"),
    "ceiling": Function((NUMBER,), NUMBER, _rounded(ROUND_CEILING), "ceil({0})"),
    "geo.distance": _geo(lambda a, b: Decimal(str(shapely.distance(a, b))), NUMBER),
    "geo.length": Function((GEO,), NUMBER, lambda a: Decimal(str(shapely.length(a)))),
    "geo.intersects": _geo(shapely.intersects),
    "st_equals": _geo(shapely.equals), "st_disjoint": _geo(shapely.disjoint), "st_touches": _geo(shapely.touches),
    "st_within": _geo(shapely.within), "st_overlaps": _geo(shapely.overlaps), "st_crosses": _geo(shapely.crosses),
    "st_intersects": _geo(shapely.intersects), "st_contains": _geo(shapely.contains),
    "st_relate": Function((GEO, GEO, TEXT), YES, lambda a, b, p: bool(shapely.relate_pattern(a, b, p))),
}  # fmt: skip


def find(name: str, arguments: int) -> Function | None:
    """The function of that name and number of arguments."""
    found = COMPARISONS.get(name) or FUNCTIONS.get(f"{name}/{arguments}") or FUNCTIONS.get(name)
    return found if found and len(found.takes) == arguments and "/" not in name else None


def first_unlike(kinds: Iterable[str]) -> tuple[str, str] | None:
    """Two kinds that cannot be compared, or None. "" (null) goes with all."""
    known = [k for k in kinds if k]
    return next(((known[0], k) for k in known[1:] if k != known[0]), None)
