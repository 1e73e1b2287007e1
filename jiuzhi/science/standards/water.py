"""Surface water: GB 3838-2002 classes and the 2011 assessment method (环办[2011]22号).

Single-factor rule: each indicator gets the best class whose limit it meets, a section the worst class of its indicators.
Classes are numbers 1…6 (Ⅰ…Ⅴ, 劣Ⅴ). Unrounded values are compared with the limits (全数值比较), as integers of 10^-9 mg/L;
a mean of n values is compared as sum against n × limit. Table 1: verification T. The 2011 method: 2, its detail on main
pollutants M.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from jiuzhi.science.expressions import Fixed, choose, fixed, largest
from jiuzhi.science.standards.rounding import round_ratio
from jiuzhi.science.standards.tables import rows

STANDARD = "GB 3838-2002"
METHOD = "环办[2011]22号"
CLASS_NAMES = ("Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", "劣Ⅴ")
DIGITS = 9
"""Digits kept of a concentration: GB 3838 sets limits down to 10^-6 mg/L and stations report seven digits."""
AUTOMATIC_ITEMS = ("pH", "DO", "CODMn", "NH3N", "TP")
"""The five indicators by which the national automatic stations publish a class."""
CLASS_ITEMS = tuple(
    dict.fromkeys(row["item"] for row in rows("water_limits") if row["item"] not in ("TN", "fecal_coliform"))
)
"""The 21 indicators of a class: table 1 without water temperature, total nitrogen and faecal coliforms."""
ITEM_NAMES = {row["item"]: row["name"] for row in rows("water_limits")}
_NO_MULTIPLE = ("pH", "DO")
_ALWAYS_MAIN = ("CN", "Hg", "Cd", "Cr6", "Pb", "As")
PH_RANGE = (6, 9)


@cache
def limits(item: str, body: str = "river") -> tuple[Decimal, ...]:
    """Limits of classes Ⅰ…Ⅴ [table unit, mostly mg/L]. body: ``river`` or ``lake``. Raises LookupError when none is set."""
    for row in rows("water_limits"):
        if row["item"] == item and row["body"] in ("any", body) and row["comparison"] != "range":
            return tuple(Decimal(row[name]) for name in ("I", "II", "III", "IV", "V"))
    raise LookupError(f"{STANDARD} table 1 sets no class limits for {item} in a {body}")


def indicator_class(
    item: str, value: Any, *, body: str = "river", count: Any = 1, saturation: Any = None
) -> Any:
    """Class 1…6 of one indicator, or missing.

    value [mg/L; pH unitless; faecal coliforms per litre]: number, Fixed or numeric column; with ``count`` > 1 the sum of that many
    values, judged as their mean. body: ``river`` or ``lake`` (total phosphorus; total nitrogen is set for lakes only).
    saturation [%]: dissolved oxygen at 90 % saturation or more is class Ⅰ. Equal classes: the better one. GB 3838-2002 table 1,
    环办[2011]22号 2.1 (pH: inside 6–9 class Ⅰ, outside 劣Ⅴ).
    """
    quantity = fixed(value, DIGITS)
    units = quantity.units
    if units is None:
        return None
    scale = 10**quantity.digits
    if item == "pH":
        inside = (units >= PH_RANGE[0] * scale * count) & (units <= PH_RANGE[1] * scale * count)
        outside = (units < PH_RANGE[0] * scale * count) | (units > PH_RANGE[1] * scale * count)
        return choose([(inside, 1), (outside, 6)], otherwise=None)
    bounds = [int(limit * scale) for limit in limits(item, body)]
    if item == "DO":
        tests = [(units >= bound * count, number) for number, bound in enumerate(bounds, start=1)]
        if saturation is not None:
            tests.insert(0, (_saturated(saturation), 1))
        return choose([*tests, (units < bounds[-1] * count, 6)], otherwise=None)
    tests = [(units <= bound * count, number) for number, bound in enumerate(bounds, start=1)]
    return choose([*tests, (units > bounds[-1] * count, 6)], otherwise=None)


def _saturated(saturation: Any) -> Any:
    return fixed(saturation, 3).units >= 90_000


def body_class(item: str, value: Any, is_lake: Any, *, count: Any = 1) -> Any:
    """Class where ``is_lake`` (bool or boolean column) says which limits hold."""
    river = indicator_class(item, value, body="river", count=count)
    if item != "TP" or river is None:
        return river
    lake = indicator_class(item, value, body="lake", count=count)
    return choose([(is_lake, lake)], otherwise=river)


def section_classes(values: Mapping[str, Any], is_lake: Any = False) -> dict[str, Any]:
    """Class of each indicator of a section. values: item -> number, Fixed, column or None; TN and coliforms are left out."""
    return {
        item: body_class(item, values[item], is_lake) for item in CLASS_ITEMS if values.get(item) is not None
    }


def section_class(values: Mapping[str, Any], is_lake: Any = False) -> Any:
    """Class 1…6 of a section: its worst indicator (环办[2011]22号 2.1); missing when nothing is known."""
    return largest(*section_classes(values, is_lake).values())


def class_name(number: Any) -> Any:
    """Ⅰ Ⅱ Ⅲ Ⅳ Ⅴ 劣Ⅴ of a class number; missing stays missing."""
    if number is None:
        return None
    return choose(
        [(number == index, name) for index, name in enumerate(CLASS_NAMES, start=1)], otherwise=None
    )


def class_number(text: Any) -> int | None:
    """1…6 of a written class: Ⅲ, III, Ⅲ类, 3, 劣Ⅴ, 劣V, 超Ⅴ类; None for anything else."""
    name = str(text or "").strip().upper().removesuffix("类").removesuffix("水质").removesuffix("类")
    roman = {
        "I": 1,
        "II": 2,
        "III": 3,
        "IV": 4,
        "V": 5,
        **{n: k for k, n in enumerate(CLASS_NAMES[:5], 1)},
        **{n: k for k, n in enumerate("一二三四五", 1)},
        **{str(k): k for k in range(1, 7)},
    }
    if name[:1] in ("劣", "超"):
        return 6 if roman.get(name[1:]) == 5 else None
    return roman.get(name)


def section_grade(number: Any) -> Any:
    """Grade in words of a section class: 优 良好 轻度污染 中度污染 重度污染 (环办[2011]22号 table 1)."""
    if number is None:
        return None
    return choose(
        [(number <= int(row["to_class"]), row["grade"]) for row in rows("water_grades")], otherwise=None
    )


def river_grade(good: int, worst: int, sections: int) -> str | None:
    """Grade of a river or basin with five or more sections (环办[2011]22号 2.2).

    good: sections of class Ⅰ–Ⅲ; worst: sections of 劣Ⅴ; sections: all judged. None when there are fewer than five: then the mean of each
    indicator is judged (:func:`mean_class`).
    >>> river_grade(9, 0, 10), river_grade(6, 2, 10)
    ('优', '中度污染')
    """
    if sections < 5:
        return None
    if good * 100 >= 75 * sections:
        return "优" if good * 100 >= 90 * sections else "良好"
    if worst * 100 < 20 * sections:
        return "轻度污染"
    return "中度污染" if worst * 100 < 40 * sections else "重度污染"


def mean_class(
    sections: Iterable[Mapping[str, Any]], is_lake: bool = False
) -> tuple[int | None, dict[str, int]]:
    """Class of fewer than five sections, or of the points of a lake: each indicator's arithmetic mean, then single factor.

    Compared exactly, as sum against n × limit. Returns (class, {item: class}).
    """
    sums: dict[str, list[int]] = {}
    for section in sections:
        for item, value in section.items():
            units = fixed(value, DIGITS).units
            if units is not None and item in CLASS_ITEMS:
                sums.setdefault(item, []).append(units)
    classes = {
        item: body_class(item, Fixed(sum(known), DIGITS), is_lake, count=len(known))
        for item, known in sums.items()
    }
    return largest(*classes.values()), classes


def target_limit(item: str, target: int, *, is_lake: bool = False) -> Decimal | None:
    """Limit of the target class [table unit]; None for pH (a range)."""
    return (
        None
        if item == "pH"
        else limits(item, "lake" if is_lake and item == "TP" else "river")[min(target, 5) - 1]
    )


def exceedance_multiple(item: str, value: Any, *, target: int = 3, is_lake: bool = False) -> Fraction | None:
    """(C - S) / S over the target class, exact; None within it and for pH and dissolved oxygen, which have no multiple."""
    if item in _NO_MULTIPLE or value is None:
        return None
    limit = Fraction(target_limit(item, target, is_lake=is_lake) or 0)
    measured = Fraction(Decimal(fixed(value, DIGITS).units).scaleb(-DIGITS))
    return (measured - limit) / limit if measured > limit else None


def multiple_text(multiple: Fraction | None, places: int = 2) -> str:
    """An exceedance multiple as reported, half-even; empty when there is none."""
    if multiple is None:
        return ""
    return format(
        Decimal(round_ratio(multiple.numerator * 10**places, multiple.denominator)).scaleb(-places), "f"
    )


@dataclass(frozen=True)
class Exceeding:
    """An indicator beyond its target class. multiple: over the limit of the target class, exact; None for pH and DO."""

    item: str
    name: str
    number: int
    multiple: Fraction | None


def exceeding(values: Mapping[str, Any], *, target: int = 3, is_lake: bool = False) -> list[Exceeding]:
    """Indicators worse than the target class, worst class first, then by multiple, largest first."""
    found = [
        Exceeding(
            item,
            ITEM_NAMES[item],
            number,
            exceedance_multiple(item, values[item], target=target, is_lake=is_lake),
        )
        for item, number in section_classes(values, is_lake).items()
        if number is not None and number > target
    ]
    return sorted(found, key=lambda one: (-one.number, -(one.multiple or 0)))


def main_pollutants(values: Mapping[str, Any], *, is_lake: bool = False) -> list[Exceeding]:
    """Main pollutants of a section worse than class Ⅲ: the first three, plus cyanide and heavy metals that exceed.

    环办[2011]22号 2.1.3 (detail: grade M).
    """
    ranked = exceeding(values, is_lake=is_lake)
    return ranked[:3] + [one for one in ranked[3:] if one.item in _ALWAYS_MAIN]


def main_pollutants_of_river(sections: Iterable[Mapping[str, Any]]) -> list[tuple[str, Fraction]]:
    """Main pollutants of a river with five or more sections: the three with the highest exceedance rate over class Ⅲ."""
    known: dict[str, list[bool]] = {}
    for section in sections:
        for item, number in section_classes(section).items():
            if number is not None:
                known.setdefault(item, []).append(number > 3)
    rates = [(item, Fraction(sum(over), len(over))) for item, over in known.items() if any(over)]
    return sorted(rates, key=lambda pair: -pair[1])[:3]


def water_quality_index(item: str, value: Any, *, is_lake: bool = False) -> Fraction:
    """Single index of the city ranking (环办监测[2017]51号): C/S_Ⅲ; S_Ⅲ/C for dissolved oxygen; distance from 7 for pH. Exact.

    Raises ZeroDivisionError for dissolved oxygen of 0.
    """
    measured = Fraction(Decimal(str(value)))
    if item == "pH":
        return (7 - measured) / (7 - PH_RANGE[0]) if measured <= 7 else (measured - 7) / (PH_RANGE[1] - 7)
    limit = Fraction(target_limit(item, 3, is_lake=is_lake) or 0)
    return limit / measured if item == "DO" else measured / limit


def change_between(good_before: Any, good_after: Any, worst_before: Any, worst_after: Any) -> str:
    """Change between two periods by ratios [%] of Ⅰ–Ⅲ and of 劣Ⅴ sections (环办[2011]22号 3.1, grade 2)."""
    gain, loss = (
        Decimal(str(good_after)) - Decimal(str(good_before)),
        Decimal(str(worst_after)) - Decimal(str(worst_before)),
    )
    change = gain - loss
    if abs(change) <= 10:
        return "无明显变化"
    strength = "有所" if abs(change) <= 20 else "明显"
    return f"{strength}{'好转' if change > 0 else '变差'}"
