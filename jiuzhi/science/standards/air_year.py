"""Annual evaluation of ambient air: HJ 663-2013 statistics, good-air days, exceedance, composite index.

HJ 663-2013 is recorded from memory (grade M) and the 2026 edition's text has not been seen (X): results carry that mark.
Values stay exact until the one rounding of the reported figure (GB/T 8170).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Any

import ibis
import ibis.expr.types as ir

from jiuzhi.science.expressions import as_day, choose, fixed, flag, is_expression, summed
from jiuzhi.science.standards.air_days import HOURS_LCM, WINDOW_LCM, minimum
from jiuzhi.science.standards.aqi import EDITIONS, POLLUTANTS, REPORTING_DIGITS
from jiuzhi.science.standards.rounding import round_ratio
from jiuzhi.science.standards.tables import Limit, air_limit, rows

RANKING_ITEMS = {
    "SO2": "annual",
    "NO2": "annual",
    "CO": "24h",
    "O3": "mda8",
    "PM10": "annual",
    "PM2.5": "annual",
}
"""Averaging time whose grade-2 limit divides each pollutant in the ranking index (环办监测[2018]19号)."""


def percentile(values: Sequence[Any], p: int) -> Decimal | None:
    """p-th percentile of daily values, HJ 663-2013: k = 1 + (n-1)·p/100, linear between neighbours; exact Decimal.

    >>> percentile([10, 20, 30, 40, 50, 60, 70, 80, 90, 100], 95)
    Decimal('95.5')
    """
    ordered = sorted(units for units in (fixed(value, 9).units for value in values) if units is not None)
    if not ordered:
        return None
    index, part = divmod((len(ordered) - 1) * p, 100)
    above = ordered[min(index + 1, len(ordered) - 1)]
    return Decimal(ordered[index] * (100 - part) + above * part).scaleb(-11).normalize() + 0


def exceedance_multiple(value: Any, limit: Any, places: int = 2) -> Decimal | None:
    """(C - S) / S where C exceeds S, else None; HJ 663-2013: two decimals. C and S in one unit."""
    if value is None:
        return None
    measured, allowed = Fraction(Decimal(str(value))), Fraction(Decimal(str(limit)))
    if measured <= allowed:
        return None
    ratio = (measured - allowed) / allowed
    return Decimal(round_ratio(ratio.numerator * 10**places, ratio.denominator)).scaleb(-places)


def annual_statistics(
    daily: ir.Table,
    *,
    keys: tuple[str, ...] = ("station",),
    day: str = "day",
    digits: Mapping[str, int] | None = None,
) -> ir.Table:
    """Annual mean and percentile of each pollutant, with validity.

    daily: as from ``daily_from_hourly`` (uses ``<p>_exact``), or a table of daily values (``<p>`` only). digits: how many decimal
    digits the integers carry, those of the hours behind ``<p>_exact`` or of ``<p>`` itself; the reporting digits by default.
    Returns keys, year, item, statistic (mean | p98 | p95 | p90), value [reporting units], days, valid: at least 324 days
    in the year and 27 in every month (25 in February), GB 3095 table 4.
    """
    statistics = [row for row in rows("air_annual_items") if row["item"] in daily.columns]
    items = tuple(dict.fromkeys(row["item"] for row in statistics))
    known = _known_days(daily, items, keys, day, digits or {})
    by_year = [*keys, "item", "year"]
    years = known.group_by(by_year).aggregate(
        total=summed(known.x), listed=known.x.collect(), divisor=known.divisor.max()
    )
    held = years.join(_validity(known, by_year), by_year).mutate(ordered=lambda year: year.listed.sort())
    parts = []
    for name in dict.fromkeys(row["statistic"] for row in statistics):
        ranks = {row["item"]: int(row["percentile"] or 0) for row in statistics if row["statistic"] == name}
        chosen = held.filter(held.item.isin(list(ranks)))
        value, label = _mean(chosen), ibis.literal("mean")
        if name == "percentile":
            p = choose([(chosen.item == item, rank) for item, rank in ranks.items()], otherwise=None)
            value, label = _rank(chosen, p), ibis.literal("p") + p.cast("string")
        parts.append(chosen.select(*keys, "year", "days", "valid", "item", value=value, statistic=label))
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def monthly_means(
    daily: ir.Table,
    *,
    keys: tuple[str, ...] = ("station",),
    day: str = "day",
    digits: Mapping[str, int] | None = None,
) -> ir.Table:
    """Mean of each pollutant's daily values in each calendar month (GB 3095 3.11), with validity.

    daily, digits: as for :func:`annual_statistics`. Returns keys, year, month, item, value [reporting units], days, valid: at
    least 27 days, in February 25 (GB 3095 table 4; for CO and O3 by analogy, grade M).
    """
    known = _known_days(
        daily, tuple(item for item in POLLUTANTS if item in daily.columns), keys, day, digits or {}
    )
    months = known.group_by([*keys, "year", "month", "item"]).aggregate(
        total=summed(known.x), days=known.x.count(), divisor=known.divisor.max()
    )
    return months.select(
        *keys,
        "year",
        "month",
        "item",
        "days",
        value=_mean(months),
        valid=_enough_in_month(months.month, months.days),
    )


def _known_days(
    daily: ir.Table, items: tuple[str, ...], keys: tuple[str, ...], day: str, digits: Mapping[str, int]
) -> ir.Table:
    """A row per key, day and item that has a value: year, month, and the value as the exact fraction x / divisor."""
    parts = []
    for item in items:
        divisor = 10 ** (digits.get(item, REPORTING_DIGITS[item]) - REPORTING_DIGITS[item])
        exact = daily[item].cast("int64")
        if f"{item}_exact" in daily.columns:
            exact, divisor = daily[f"{item}_exact"], divisor * (WINDOW_LCM if item == "O3" else HOURS_LCM)
        parts.append(
            daily.filter(exact.notnull()).select(
                *keys,
                year=daily[day].year(),
                month=daily[day].month(),
                item=ibis.literal(item),
                x=exact,
                divisor=ibis.literal(divisor, "int64"),
            )
        )
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def _mean(sums: ir.Table) -> Any:
    return round_ratio(sums.total, sums.days * sums.divisor)


def _rank(year: ir.Table, p: Any) -> Any:
    """As :func:`percentile`, from the values in order."""
    index, part = ((year.days - 1) * p) // 100, ((year.days - 1) * p) % 100
    above = ibis.least(index + 1, year.days - 1)
    return round_ratio(year.ordered[index] * (100 - part) + year.ordered[above] * part, year.divisor * 100)


def _enough_in_month(month: Any, days: Any) -> Any:
    return days >= (month == 2).ifelse(25, minimum("PM2.5", "annual", "daily_means_per_month"))


def _validity(known: ir.Table, by_year: list[str]) -> ir.Table:
    months = known.group_by([*by_year, "month"]).aggregate(n=known.x.count())
    enough = months.mutate(ok=flag(_enough_in_month(months.month, months.n)))
    years = enough.group_by(by_year).aggregate(days=summed(enough.n), ok=summed(enough.ok))
    return years.mutate(
        valid=(years.days >= minimum("PM2.5", "annual", "daily_means_per_year")) & (years.ok == 12)
    ).drop("ok")


def good_days(daily: ir.Table, *, keys: tuple[str, ...] = ("station",), day: str = "day") -> ir.Table:
    """Good-air days (优良天数, AQI <= 100) of each year, by the law and under each edition side by side.

    daily: with ``aqi aqi_2012 aqi_2026`` as added by ``with_aqi(..., day=…)``. A year that spans both editions is judged by
    ``good`` (each day under the edition of that day); ``good_2012`` and ``good_2026`` judge all days under one edition.
    ``ratio`` [0.1 %] is good / valid days, half-even. HJ 663-2013.
    """
    days = daily.mutate(year=daily[day].year())
    figures: dict[str, Any] = {}
    for suffix in ["", *(f"_{name[-4:]}" for name in EDITIONS)]:
        figures[f"days{suffix}"] = days[f"aqi{suffix}"].count()
        figures[f"good{suffix}"] = summed(days[f"aqi{suffix}"] <= 100)
    counted = days.group_by([*keys, "year"]).aggregate(**figures)
    suffixes = ["", *(f"_{name[-4:]}" for name in EDITIONS)]
    return counted.mutate(
        **{
            f"ratio{s}": round_ratio(counted[f"good{s}"] * 1000, counted[f"days{s}"].nullif(0))
            for s in suffixes
        }
    )


def ranking_limits(day: Any) -> dict[str, Limit]:
    """Divisors S_i of the ranking index on a day: grade-2 limits of GB 3095 in force (since 2026-03-01: unverified)."""
    return {item: air_limit(item, averaging, day=day) for item, averaging in RANKING_ITEMS.items()}


def composite_index(values: Mapping[str, Any], *, day: Any) -> Any:
    """Composite index of the ranking rule (环办监测[2018]19号): sum of C_i / S_i, two decimals, in hundredths for columns.

    values: period mean of SO2 NO2 PM10 PM2.5, CO 95th percentile of daily means, O3 90th percentile of MDA8 [µg/m³; CO mg/m³].
    day: last local day of the period, which chooses the limits. All six are needed, otherwise missing.
    """
    limits = {item: Fraction(limit.value) for item, limit in ranking_limits(day).items()}
    common = lcm(*(limit.numerator for limit in limits.values()))
    digits = 3
    terms = []
    for item, limit in limits.items():
        units = fixed(values.get(item), digits).units
        if units is None:
            return None
        terms.append(units * (Fraction(common) / limit).numerator)
    total = sum(terms[1:], terms[0])
    hundredths = round_ratio(total * 100, common * 10**digits)
    return hundredths if is_expression(hundredths) else Decimal(hundredths).scaleb(-2)


def annual_index(means: Mapping[str, Any], percentiles: Mapping[str, Any], *, day: Any) -> dict[str, Any]:
    """Sum and maximum index of HJ 663-2013: I_i = max(annual mean / annual limit, percentile / daily limit).

    Returns ``{"single": {item: Fraction}, "sum": Decimal, "max": Decimal}`` with two decimals; CO and O3 have only the percentile.
    """
    single: dict[str, Fraction] = {}
    for item in POLLUTANTS:
        terms = []
        if means.get(item) is not None and item not in ("CO", "O3"):
            terms.append(
                Fraction(Decimal(str(means[item]))) / Fraction(air_limit(item, "annual", day=day).value)
            )
        if percentiles.get(item) is not None:
            averaging = "mda8" if item == "O3" else "24h"
            terms.append(
                Fraction(Decimal(str(percentiles[item])))
                / Fraction(air_limit(item, averaging, day=day).value)
            )
        if terms:
            single[item] = max(terms)
    rounded = {
        name: Decimal(round_ratio(value.numerator * 100, value.denominator)).scaleb(-2)
        for name, value in (
            ("sum", sum(single.values(), Fraction(0))),
            ("max", max(single.values(), default=Fraction(0))),
        )
    }
    return {"single": single, **rounded}


def annual_compliance(item: str, mean: Any, high: Any, *, year: int, grade: int = 2) -> dict[str, Any]:
    """Whether a year meets the grade: both the annual mean and the daily percentile within the limit (HJ 663-2013).

    The limits are those in force on the last day of the year. mean, high: reported values [µg/m³; CO mg/m³] or None.
    Returns ``{"met": bool | None, "limits": [Limit], "multiples": {statistic: Decimal}}``.
    """
    day = as_day(f"{year}-12-31")
    checks = [] if item in ("CO", "O3") else [("mean", mean, air_limit(item, "annual", day=day, grade=grade))]
    checks.append(
        ("percentile", high, air_limit(item, "mda8" if item == "O3" else "24h", day=day, grade=grade))
    )
    multiples = {name: exceedance_multiple(value, limit.value) for name, value, limit in checks}
    known = all(value is not None for _, value, _ in checks)
    met = None if not known else all(multiple is None for multiple in multiples.values())
    return {
        "met": met,
        "limits": [limit for _, _, limit in checks],
        "multiples": {name: multiple for name, multiple in multiples.items() if multiple is not None},
    }
