"""Declared indicators: a few lines each, in a domain's ``indicators.py``, found when the application starts.

    @indicator("water.good_ratio", "地表水优良比例", unit="%", better="up", table="water_month", kinds=("river",),
               serves=["SYS-055"], standard="环办[2011]22号", formula="…", missing="…")
    def good_ratio(data):
        ...
        return Result(value, inputs=[("断面数", "4 个")])

    @indicator("water.mine_treated", "矿井涌水治理率", unit="%", better="up", register="water.mineinflow", serves=["SYS-062"],
               standard="", formula="100×已治理的涌水点÷在册涌水点", missing="没有在册涌水点时无值")
    def mine_treated(data):
        return share(data.rows, lambda r: r["state"] in ("试运行", "长期监测"))

A function gets `Inputs` (the assessed rows of one county and one period) and returns a `Result`. It is pure: no clock, no
records, no lake. How to add one: docs/indicators.md.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from jiuzhi.engine.plan.systems import Serving, contribute

Row = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """What one station contributes. ``value`` as printed; ``met`` None where there is nothing to meet."""

    code: str
    name: str
    value: str
    unit: str = ""
    note: str = ""
    met: bool | None = None


@dataclass(frozen=True)
class Other:
    """The same number by another reading, shown beside the one that counts."""

    label: str
    value: Decimal | None
    edition: str
    note: str = ""


@dataclass(frozen=True)
class Result:
    """What an indicator comes to in one period. ``value`` None needs ``why``; ``sufficient`` False: too few data for the
    period as a whole, though there may be a value up to a day."""

    value: Decimal | None
    why: str = ""
    sufficient: bool = True
    edition: str = ""
    inputs: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    others: list[Other] = field(default_factory=list)


@dataclass(frozen=True)
class Point:
    """A station as an indicator sees it."""

    code: str
    name: str
    kind: str
    level: str
    water_body: str = ""
    target_class: str = ""
    evaluated: bool = True
    synthetic: bool = False


@dataclass(frozen=True)
class Inputs:
    """The assessed rows of one county in one period, cut at ``end`` (the last day of the period or of the data).

    ``over``: the period has ended by the day of evaluation. ``rows``: dicts of the indicator's table, oldest first.
    """

    county: str
    period: str
    start: date
    end: date
    over: bool
    rows: Sequence[Row]
    points: Sequence[Point] = ()

    @property
    def year_long(self) -> bool:
        return len(self.period) == 4

    def of(self, code: str) -> list[Row]:
        """The rows of one station."""
        return [r for r in self.rows if r["station"] == code]


@dataclass(frozen=True)
class Indicator:
    """A declaration. ``better``: up or down. ``table``: of `assessed`, or ``register``: code of a register whose records of the county,
    as they stand, are the rows (dicts by field name; a reference is what people call the record). ``kinds``: station kinds whose rows it takes, empty =
    the county's own row (station = county code). ``months``: how months make a year for forecasts (mean, sum), "shown" when
    they are computed for the chart only, "" when there are none. ``accumulates``: the number only grows within a year. ``bounds``: what a value cannot pass. ``foretold_by``: code of the
    monthly ratio to the limit [%] from which a share that ought to be 100 % is forecast.
    """

    code: str
    title: str
    unit: str
    better: str
    table: str
    serves: tuple[str, ...]
    standard: str
    formula: str
    missing: str
    function: Callable[[Inputs], Result]
    kinds: tuple[str, ...] = ()
    months: str = ""
    accumulates: bool = False
    bounds: tuple[float | None, float | None] = (None, None)
    foretold_by: str = ""
    register: str = ""

    @property
    def domain(self) -> str:
        return self.code.partition(".")[0]


INDICATORS: dict[str, Indicator] = {}


def indicator(
    code: str, title: str, *, unit: str, better: str, table: str = "", serves: Sequence[str], standard: str,
    formula: str, missing: str, kinds: Sequence[str] = (), months: str = "", accumulates: bool = False,
    bounds: tuple[float | None, float | None] = (None, None), foretold_by: str = "", register: str = "",
) -> Callable[[Callable[[Inputs], Result]], Callable[[Inputs], Result]]:  # fmt: skip
    """Declare an indicator. Errors: ``ValueError`` when the code is taken, ``better`` is neither up nor down, or there is not
    exactly one of ``table`` and ``register``."""
    if bool(table) == bool(register):
        raise ValueError(f"{code}: name a table or a register")
    if better not in ("up", "down"):
        raise ValueError(f"{code}: better must be up or down, not {better}")

    def declare(function: Callable[[Inputs], Result]) -> Callable[[Inputs], Result]:
        if code in INDICATORS and INDICATORS[code].function is not function:
            raise ValueError(f"indicator {code} is declared twice")
        INDICATORS[code] = Indicator(
            code, title, unit, better, table, tuple(serves), standard, formula, missing, function,
            tuple(kinds), months, accumulates, bounds, foretold_by, register,
        )  # fmt: skip
        return function

    return declare


def share(rows: Sequence[Row], counts: Callable[[Row], bool], of: str = "在册", hit: str = "符合") -> Result:
    """The share of ``rows`` that ``counts`` [%], with both counts beside it; no value without rows."""
    good, all_ = sum(1 for r in rows if counts(r)), len(rows)
    inputs = [(hit, f"{good}"), (of, f"{all_}")]
    if not all_:
        return Result(None, f"没有{of}的记录", sufficient=False, inputs=inputs)
    return Result(Decimal(100 * good) / all_, inputs=inputs)


@contribute
def _served() -> Iterable[tuple[str, Serving]]:
    for declared in INDICATORS.values():
        for system in declared.serves:
            yield system, Serving("指标", declared.code, declared.title, "commitments")
