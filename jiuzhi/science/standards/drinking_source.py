"""Surface drinking-water sources: GB 3838-2002 tables 2 and 3 beside class Ⅲ of table 1.

Limits: verification T (items 57–80 of table 3: 2). Which items of table 1 take part (all of the class but COD; total nitrogen and
faecal coliforms are looked at apart) is recorded from memory, grade M.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from jiuzhi.science.expressions import fixed
from jiuzhi.science.standards import water
from jiuzhi.science.standards.tables import Limit, rows

CLASS_NEEDED = 3
BASIC_ITEMS = tuple(item for item in water.CLASS_ITEMS if item != "COD")


@cache
def source_limits() -> Mapping[str, Limit]:
    """Item (Chinese name as printed) -> limit of tables 2 and 3 [mg/L]."""
    return {
        row["item"]: Limit(
            row["standard"],
            row["edition"],
            row["clause"],
            row["item"],
            "sample",
            "",
            Decimal(row["limit"]),
            row["unit"],
            row["verification"],
        )
        for row in rows("drinking_source_limits")
    }


def within(item: str, value: Any) -> Any:
    """Whether a value [mg/L] meets its limit of table 2 or 3: bool, boolean column, or missing.

    value: number, Fixed or numeric column; equal to the limit meets it. Raises LookupError for an item of neither table.
    """
    if item not in source_limits():
        raise LookupError(f"{water.STANDARD} tables 2 and 3 set no limit for {item}")
    quantity = fixed(value, water.DIGITS)
    return (
        None
        if quantity.units is None
        else quantity.units <= int(source_limits()[item].value * 10**quantity.digits)
    )


@dataclass(frozen=True)
class Source:
    """met: all known items meet; None when nothing is known. beyond: names of the items that do not."""

    met: bool | None
    beyond: tuple[str, ...]


def judge_source(values: Mapping[str, Any], *, is_lake: bool = False) -> Source:
    """Judge one sample of a source. values: table 1 items by code (``NH3N``), tables 2 and 3 by Chinese name (``硝酸盐``)."""
    basic = water.section_classes({item: values[item] for item in BASIC_ITEMS if item in values}, is_lake)
    beyond = [
        water.ITEM_NAMES[item]
        for item, number in basic.items()
        if number is not None and number > CLASS_NEEDED
    ]
    special = {item: within(item, value) for item, value in values.items() if item in source_limits()}
    beyond += [item for item, met in special.items() if met is False]
    known = [*basic.values(), *special.values()]
    return Source(None if all(one is None for one in known) else not beyond, tuple(beyond))
