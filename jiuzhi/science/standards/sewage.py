"""What a sewage works may discharge: GB 18918-2002 tables 1, 2 and 3, by grade.

Judged is the daily mean: a sample mixed over 24 hours, at least one every two hours (its rule of sampling), or the daily mean of
an instrument. A value equal to its limit meets it. Verification: T to 2026-02-28; from 2026-03-01 X, because of the amendment of that
day only the beginning was seen. Alkyl mercury (table 2: none may be found) and the removal rates of grade 3 are not packaged.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from jiuzhi.science.expressions import as_day, fixed
from jiuzhi.science.standards.tables import Limit, edition_on, rows

STANDARD = "GB 18918"
GRADES = ("一级A", "一级B", "二级", "三级")
ITEMS = {row["item"]: row["name"] for row in rows("sewage_limits")}
COLD = Decimal(12)  # [℃] the bracketed limit of ammonia nitrogen holds at this water temperature and below
_WARM, _COLD = "水温>12℃", "水温≤12℃"
_OLD, _NEW = "2005-12-31 前建设", "2006-01-01 起建设"
_PARTED = date(2006, 1, 1)


def limits(
    item: str, grade: str, day: Any, *, temperature: Decimal | None = None, built_on: date | None = None
) -> tuple[Limit | None, Limit | None]:
    """The lowest and the highest daily mean allowed on ``day`` [table unit, mostly mg/L]; None where the standard sets none.

    grade: one of `GRADES` (tables 2 and 3 hold for all). temperature [℃] of the water: unknown counts as warm; built_on: unknown counts as
    new: the stricter limit each. Errors: ``ValueError`` for an unknown grade, ``LookupError`` before the standard was in force.
    """
    if grade not in GRADES:
        raise ValueError(f"{STANDARD} knows no grade {grade}")
    edition = edition_on(STANDARD, as_day(day))
    holds = {
        "",
        _COLD if temperature is not None and temperature <= COLD else _WARM,
        _OLD if built_on is not None and built_on < _PARTED else _NEW,
    }
    found: dict[str, Limit] = {}
    for row in rows("sewage_limits"):
        if row["item"] == item and row["grade"] in ("", grade) and row["condition"] in holds:
            clause = " ".join(filter(None, (row["clause"], row["grade"] or "各级", row["condition"])))
            found[row["comparison"]] = Limit(
                STANDARD, edition.name, clause, item, "24h", grade, Decimal(row["limit"]), row["unit"], row["verification"]
            )  # fmt: skip
    worst = {
        key: replace(
            one, verification=edition.verification if edition.verification in "MX" else one.verification
        )
        for key, one in found.items()
    }
    return worst.get(">="), worst.get("<=")


def meets(
    item: str, value: Any, grade: str, day: Any, *, temperature: Decimal | None = None, built_on: date | None = None
) -> bool | None:  # fmt: skip
    """Whether a daily mean keeps the limits; None without a value or without a limit. Otherwise as `limits`."""
    low, high = limits(item, grade, day, temperature=temperature, built_on=built_on)
    quantity = fixed(value, 9)
    if quantity.units is None or (low is None and high is None):
        return None
    scale = 10**quantity.digits
    return bool(
        (low is None or quantity.units >= int(low.value * scale))
        and (high is None or quantity.units <= int(high.value * scale))
    )
