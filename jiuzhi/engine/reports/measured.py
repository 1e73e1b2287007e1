"""What the county's own measurements come to year by year, also where the plan promises nothing, and its other readings.

Good-air days are the case in point: in the plan's first year they fall under two editions, and both are shown.
"""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from jiuzhi.engine.indicators.models import ComputedValue
from jiuzhi.engine.indicators.registry import INDICATORS
from jiuzhi.engine.plan.models import Plan
from jiuzhi.science.statistics.wording import CLASS_UNIT, figure, say

from .model import EditionRow, MeasuredRow
from .phrases import period

YEARS = 3


def computed(plan: Plan, as_of: date) -> dict[str, dict[int, ComputedValue]]:
    """The yearly values of every declared indicator known by ``as_of``: code → year → value, in the order of declaration."""
    years = [str(y) for y in range(as_of.year - YEARS + 1, as_of.year + 1)]
    rows = ComputedValue.objects.filter(county=plan.county, period__in=years, data_to__lte=as_of)
    found: dict[str, dict[int, ComputedValue]] = {code: {} for code in INDICATORS}
    for row in rows.order_by("indicator", "period"):
        found.setdefault(row.indicator, {})[int(row.period)] = row
    return {code: by_year for code, by_year in found.items() if by_year}


def measured(values: dict[str, dict[int, ComputedValue]], bound: set[str], as_of: date) -> list[MeasuredRow]:
    """One row per indicator with its last years. ``bound``: indicators that a target of the plan rests on."""
    found = []
    for code, by_year in values.items():
        latest = by_year[max(by_year)]
        cells = [
            (period(str(year), as_of), _shown(by_year.get(year)))
            for year in range(as_of.year - YEARS + 1, as_of.year + 1)
        ]
        declared = INDICATORS.get(code)
        synthetic = any(v.synthetic for v in by_year.values())
        found.append(
            MeasuredRow(
                declared.title if declared else code, latest.unit, cells, code in bound, latest.why, synthetic
            )
        )
    return found


def _shown(value: ComputedValue | None) -> str:
    return "—" if value is None or value.value is None else figure(value.value, value.unit)


def _counted(value: ComputedValue) -> str:
    """The value with its unit; a water class stands close to its word: Ⅱ类."""
    between = "" if value.unit == CLASS_UNIT else " "
    return f"{_shown(value)}{between}{value.unit}".strip()


def editions(values: dict[str, dict[int, ComputedValue]], as_of: date) -> list[EditionRow]:
    """The latest year of each indicator under its other editions or readings."""
    found = []
    for code, by_year in values.items():
        latest = by_year[max(by_year)]
        declared = INDICATORS.get(code)
        counted = _counted(latest) + f"（{period(latest.period, as_of)}）"
        for other in latest.explain.get("others", []):
            value = None if other["value"] in (None, "") else Decimal(str(other["value"]))
            found.append(
                EditionRow(
                    declared.title if declared else code, counted, other["label"], say(value, latest.unit), other["edition"],
                    other["note"],
                )
            )  # fmt: skip
    return found


def two_editions(rows: list[EditionRow]) -> str:
    """The first-year sentence: one number under the law of each day, and under each edition alone; "" when there is none."""
    by_name: dict[str, list[EditionRow]] = defaultdict(list)
    for row in rows:
        if row.edition.startswith("HJ 633"):
            by_name[row.name].append(row)
    for name, held in by_name.items():
        if len(held) > 1:
            others = "，".join(f"{r.label}为{r.value}" for r in held)
            return f"{name}按当日有效的标准为{held[0].counted}；{others}。研判以当日有效的标准为准，其余只作同口径比较。"
    return ""
