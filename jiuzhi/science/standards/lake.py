"""Lakes and reservoirs: lake limits of GB 3838-2002, total nitrogen apart, and the trophic level index TLI(Σ).

环办[2011]22号: points are averaged, then judged by the single-factor rule with the lake limits; total nitrogen is reported
separately and never decides the class. TLI: verification 2 (formulas from four sources, a published table reproduced).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jiuzhi.science.expressions import choose, is_expression
from jiuzhi.science.standards import water
from jiuzhi.science.standards.tables import rows

TLI_ITEMS = tuple(row["item"] for row in rows("tli"))
"""chla TP TN SD CODMn."""


def nitrogen_class(value: Any) -> Any:
    """Class of total nitrogen [mg/L], to be shown beside the class of the lake, never inside it."""
    return water.indicator_class("TN", value, body="lake")


@cache
def _formula(item: str) -> tuple[float, float, float]:
    for row in rows("tli"):
        if row["item"] == item:
            return float(row["constant"]), float(row["slope"]), float(row["r2"])
    raise LookupError(f"TLI has no formula for {item}")


def sub_index(item: str, value: Any) -> Any:
    """TLI(j) = 10·(a + b·ln x) of one parameter.

    item: chla [mg/m³], TP TN CODMn [mg/L], SD [m]; value: positive number or numeric column; zero and less are missing.
    """
    constant, slope, _ = _formula(item)
    if is_expression(value):
        number = value.cast("float64")
        known = choose([(number > 0, number)], otherwise=None)
        return (known.ln() * slope + constant) * 10
    if value is None or float(value) <= 0:
        return None
    from math import log

    return 10 * (constant + slope * log(float(value)))


def weighted_index(sub_indices: Mapping[str, Any]) -> Any:
    """TLI(Σ) from sub-indices: weights r² renormalised over the parameters that are present.

    >>> round(weighted_index({"chla": 37.749, "TP": 69.802, "TN": 68.909, "SD": 81.743}), 3)
    61.837
    """
    known = {item: value for item, value in sub_indices.items() if value is not None}
    if "chla" not in known:
        return None
    parts, weights = [], []
    for item, value in known.items():
        weight = _formula(item)[2]
        if is_expression(value):
            parts.append((value * weight).fill_null(0.0))
            weights.append(value.notnull().ifelse(1, 0).cast("float64") * weight)
        else:
            parts.append(float(value) * weight)
            weights.append(weight)
    total, weight = sum(parts[1:], parts[0]), sum(weights[1:], weights[0])
    if is_expression(total):
        return choose([(known["chla"].notnull(), total / weight)], otherwise=None)
    return total / weight


def trophic_index(values: Mapping[str, Any]) -> Any:
    """TLI(Σ) from measured values: chla [mg/m³], TP TN CODMn [mg/L], SD [m]; chlorophyll a is the reference and required."""
    return weighted_index(
        {item: sub_index(item, values[item]) for item in TLI_ITEMS if values.get(item) is not None}
    )


def trophic_state(index: Any) -> Any:
    """State in words: 贫营养 <30, 中营养 30–50, 轻度富营养 –60, 中度富营养 –70, 重度富营养 above."""
    if index is None:
        return None
    compare = {
        "<": lambda limit: index < limit,
        "<=": lambda limit: index <= limit,
        ">": lambda limit: index > limit,
    }
    return choose(
        [(compare[row["comparison"]](float(row["limit"])), row["name"]) for row in rows("tli_levels")],
        otherwise=None,
    )
