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

from jiuzhi.science.expressions import as_day, fixed, flag, is_expression
from jiuzhi.science.standards.air_days import HOURS_LCM, WINDOW_LCM, minimum
from jiuzhi.science.standards.aqi import EDITIONS, POLLUTANTS, REPORTING_DIGITS
from jiuzhi.science.standards.rounding import round_ratio
from jiuzhi.science.standards.tables import Limit, air_limit, rows

RANKING_ITEMS = {"SO2": "annual", "NO2": "annual", "CO": "24h", "O3": "mda8", "PM10": "annual", "PM2.5": "annual"}
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
    daily: ir.Table, *, keys: tuple[str, ...] = ("station",), day: str = "day", digits: Mapping[str, int] | None = None
) -> ir.Table:
    """Annual mean and percentile of each pollutant, with validity.

    daily: as from ``daily_from_hourly`` (uses ``<p>_exact`` at ``digits``), or a table of daily values in reporting units
    (``<p>`` only). digits: decimal digits of the hourly units behind ``<p>_exact``; the reporting digits by default.
    Returns keys, year, item, statistic (mean | p98 | p95 | p90), value [reporting units], days, valid: at least 324 days
    in the year and 27 in every month (25 in February), GB 3095 table 4.
    """
    days = daily.mutate(year=daily[day].year(), month=daily[day].month())
    parts = []
    for row in rows("air_annual_items"):
        item = row["item"]
        if item not in days.columns:
            continue
        exact, divisor = _exact_column(days, item, (digits or {}).get(item, REPORTING_DIGITS[item]))
        known = days.filter(exact.notnull()).select(*keys, "year", "month", x=exact)
        figure = _mean(known, keys, divisor) if row["statistic"] == "mean" else _rank(known, keys, int(row["percentile"]), divisor)
        name = "mean" if row["statistic"] == "mean" else f"p{row['percentile']}"
        validity = _validity(known, keys)
        joined = figure.join(validity, [*keys, "year"]).select(*keys, "year", "value", "days", "valid")
        parts.append(joined.mutate(item=ibis.literal(item), statistic=ibis.literal(name)))
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def monthly_means(
    daily: ir.Table, *, keys: tuple[str, ...] = ("station",), day: str = "day", digits: Mapping[str, int] | None = None
) -> ir.Table:
    """Mean of each pollutant's daily values in each calendar month (GB 3095 3.11), with validity.

    daily, digits: as for :func:`annual_statistics`. Returns keys, year, month, item, value [reporting units], days, valid: at
    least 27 days, in February 25 (GB 3095 table 4; for CO and O3 by analogy, grade M).
    """
    days = daily.mutate(year=daily[day].year(), month=daily[day].month())
    parts = []
    for item in (item for item in POLLUTANTS if item in days.columns):
        exact, divisor = _exact_column(days, item, (digits or {}).get(item, REPORTING_DIGITS[item]))
        known = days.filter(exact.notnull()).select(*keys, "year", "month", x=exact)
        months = known.group_by([*keys, "year", "month"]).aggregate(total=known.x.sum().cast("int64"), days=known.x.count())
        need = (months.month == 2).ifelse(25, minimum("PM2.5", "annual", "daily_means_per_month"))
        parts.append(months.select(*keys, "year", "month", item=ibis.literal(item), days=months.days,
                                   value=round_ratio(months.total, months.days * divisor), valid=months.days >= need))
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def _exact_column(days: ir.Table, item: str, digits: int) -> tuple[Any, int]:
    scale = 10 ** (digits - REPORTING_DIGITS[item])
    if f"{item}_exact" in days.columns:
        return days[f"{item}_exact"], scale * (WINDOW_LCM if item == "O3" else HOURS_LCM)
    return days[item].cast("int64"), 1


def _mean(known: ir.Table, keys: tuple[str, ...], divisor: int) -> ir.Table:
    grouped = known.group_by([*keys, "year"]).aggregate(total=known.x.sum().cast("int64"), n=known.x.count())
    return grouped.mutate(value=round_ratio(grouped.total, grouped.n * divisor))


def _rank(known: ir.Table, keys: tuple[str, ...], p: int, divisor: int) -> ir.Table:
    window = ibis.window(group_by=[*keys, "year"], order_by="x")
    ranked = known.mutate(rank=ibis.row_number().over(window), n=known.x.count().over(ibis.window(group_by=[*keys, "year"])))
    index, part = ((ranked.n - 1) * p) // 100, ((ranked.n - 1) * p) % 100
    weight = flag(ranked["rank"] == index) * (100 - part) + flag(ranked["rank"] == index + 1) * part
    weighted = ranked.mutate(wx=weight * ranked.x)
    total = weighted.group_by([*keys, "year"]).aggregate(total=weighted.wx.sum().cast("int64"))
    return total.mutate(value=round_ratio(total.total, divisor * 100))


def _validity(known: ir.Table, keys: tuple[str, ...]) -> ir.Table:
    year_days = minimum("PM2.5", "annual", "daily_means_per_year")
    month_days = minimum("PM2.5", "annual", "daily_means_per_month")
    months = known.group_by([*keys, "year", "month"]).aggregate(n=known.x.count())
    enough = months.mutate(ok=flag(months.n >= (months.month == 2).ifelse(25, month_days)))
    years = enough.group_by([*keys, "year"]).aggregate(days=enough.n.sum().cast("int64"), ok=enough.ok.sum())
    return years.mutate(valid=(years.days >= year_days) & (years.ok == 12)).drop("ok")


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
        figures[f"good{suffix}"] = (days[f"aqi{suffix}"] <= 100).sum().cast("int64")
    counted = days.group_by([*keys, "year"]).aggregate(**figures)
    suffixes = ["", *(f"_{name[-4:]}" for name in EDITIONS)]
    return counted.mutate(**{
        f"ratio{s}": round_ratio(counted[f"good{s}"] * 1000, counted[f"days{s}"].nullif(0)) for s in suffixes})


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
            terms.append(Fraction(Decimal(str(means[item]))) / Fraction(air_limit(item, "annual", day=day).value))
        if percentiles.get(item) is not None:
            averaging = "mda8" if item == "O3" else "24h"
            terms.append(Fraction(Decimal(str(percentiles[item]))) / Fraction(air_limit(item, averaging, day=day).value))
        if terms:
            single[item] = max(terms)
    rounded = {name: Decimal(round_ratio(value.numerator * 100, value.denominator)).scaleb(-2)
               for name, value in (("sum", sum(single.values(), Fraction(0))), ("max", max(single.values(), default=Fraction(0))))}
    return {"single": single, **rounded}


def annual_compliance(item: str, mean: Any, high: Any, *, year: int, grade: int = 2) -> dict[str, Any]:
    """Whether a year meets the grade: both the annual mean and the daily percentile within the limit (HJ 663-2013).

    The limits are those in force on the last day of the year. mean, high: reported values [µg/m³; CO mg/m³] or None.
    Returns ``{"met": bool | None, "limits": [Limit], "multiples": {statistic: Decimal}}``.
    """
    day = as_day(f"{year}-12-31")
    checks = [] if item in ("CO", "O3") else [("mean", mean, air_limit(item, "annual", day=day, grade=grade))]
    checks.append(("percentile", high, air_limit(item, "mda8" if item == "O3" else "24h", day=day, grade=grade)))
    multiples = {name: exceedance_multiple(value, limit.value) for name, value, limit in checks}
    known = all(value is not None for _, value, _ in checks)
    met = None if not known else all(multiple is None for multiple in multiples.values())
    return {"met": met, "limits": [limit for _, _, limit in checks],
            "multiples": {name: multiple for name, multiple in multiples.items() if multiple is not None}}
