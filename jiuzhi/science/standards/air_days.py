"""Hourly to daily ambient air: GB 3095 table 4 validity and the HJ 663 daily maximum 8-hour ozone.

All arithmetic is on integers: a daily mean is held as an exact fraction (sum × ``HOURS_LCM`` / hours, hours being 20…24) and
rounded once. The clock hour h of a local day is the hour that ends at h:00, 1…24 (HJ 663: 08:00 is the mean of 07:00–08:00).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import lcm
from typing import Any

import ibis
import ibis.expr.types as ir

from jiuzhi.science.expressions import Fixed, choose, fixed, flag, is_expression, largest, summed
from jiuzhi.science.standards.aqi import REPORTING_DIGITS
from jiuzhi.science.standards.rounding import round_ratio
from jiuzhi.science.standards.tables import rows

HOURS_LCM = lcm(*range(20, 25))
"""Common denominator of daily means of 20 to 24 hours: 212,520."""
WINDOW_LCM = lcm(6, 7, 8)
"""Common denominator of 8-hour means of 6 to 8 hours: 168."""
WINDOW_ENDS = range(8, 25)
"""Hours at which the 17 running 8-hour means of a local day end (HJ 663-2013)."""
MIN_WINDOWS = 14
(OZONE_LIMIT,) = {
    int(row["limit"])
    for row in rows("air_limits")
    if (row["item"], row["averaging"], row["grade"]) == ("O3", "mda8", "2")
}
"""Grade-2 MDA8 limit [µg/m³]: with fewer windows a day counts only when it exceeds it. One number, because every edition so far
states the same; this line fails when the table says otherwise."""


def minimum(item: str, averaging: str, requirement: str, edition: str = "GB 3095-2026") -> int:
    """Least number of values for validity, GB 3095 table 4. Raises LookupError when not stated."""
    for row in rows("air_validity"):
        if (row["edition"], row["item"], row["averaging"], row["requirement"]) == (
            edition,
            item,
            averaging,
            requirement,
        ):
            return int(row["minimum"])
    raise LookupError(f"{edition} table 4 states no {requirement} for {item} {averaging}")


def daily_mean_units(total: Any, hours: Any, digits: int, pollutant: str) -> Any:
    """Daily mean in reporting units from the exact sum of hourly values, missing with fewer than 20 hours.

    total: sum of the day's hourly units at ``digits``; hours: how many valid hours (int or Ibis integer).
    GB 3095 table 4 (20 hours), GB/T 8170 rounding.
    """
    need = minimum(pollutant, "24h", "hours_per_day")
    divisor = 10 ** (digits - REPORTING_DIGITS[pollutant])
    if not is_expression(hours):
        return round_ratio(total, hours * divisor) if hours >= need else None
    return choose([(hours >= need, round_ratio(total, hours * divisor))], otherwise=None)


def exact_daily_mean(total: Any, hours: Any, need: int = 20) -> Any:
    """Daily mean as an integer count of units / HOURS_LCM, missing with fewer hours than needed."""
    if not is_expression(hours):
        return total * (HOURS_LCM // hours) if hours >= need else None
    return choose([(hours >= need, total * (HOURS_LCM // hours))], otherwise=None)


def window_mean(total: Any, hours: Any) -> Any:
    """8-hour mean as an integer count of units / WINDOW_LCM; missing with fewer than 6 of 8 hours (GB 3095 table 4)."""
    need = minimum("O3", "8h", "hours_per_8h")
    if not is_expression(hours):
        return total * (WINDOW_LCM // hours) if hours >= need else None
    return choose([(hours >= need, total * (WINDOW_LCM // hours))], otherwise=None)


def mda8_counts(highest: Any, windows: Any, digits: int) -> Any:
    """The highest window mean where the day counts, otherwise missing.

    highest: units / WINDOW_LCM; windows: number of valid 8-hour means of the 17. The day needs 14, or a maximum above
    the limit (HJ 663-2013, grade M).
    """
    if highest is None:
        return None
    enough = (windows >= MIN_WINDOWS) | (round_ratio(highest, WINDOW_LCM * 10**digits) > OZONE_LIMIT)
    return choose([(enough, highest)], otherwise=None)


def mda8(hourly: list[Any]) -> Any:
    """Daily maximum 8-hour ozone of one day [integer µg/m³] from 24 hourly values, None where missing.

    >>> mda8([100] * 24), mda8([100] * 12 + [None] * 12)
    (100, None)
    """
    units = [fixed(value, 6).units for value in hourly]
    spans = [[value for value in units[end - 8 : end] if value is not None] for end in WINDOW_ENDS]
    means = [window_mean(sum(known), len(known)) for known in spans]
    exact = mda8_counts(largest(*means), sum(mean is not None for mean in means), 6)
    return round_ratio(exact, WINDOW_LCM * 10**6)


def daily_from_hourly(
    hourly: ir.Table,
    columns: Mapping[str, Fixed],
    *,
    keys: tuple[str, ...] = ("station",),
    day: str = "day",
    hour: str = "hour",
) -> ir.Table:
    """Daily values of every station and local day.

    hourly: one row per station and hour with the local ``day`` (date) and clock ``hour`` 1…24. columns: pollutant ->
    Fixed(integer column, digits) with at least the reporting digits [µg/m³; CO mg/m³].
    Returns keys, day and per pollutant: the value in reporting units (missing when invalid), ``<p>_hours`` (for O3
    ``O3_windows``), ``<p>_exact`` with its denominator ``HOURS_LCM`` × 10^digits (O3: ``WINDOW_LCM``), and ``O3_1h``.
    """
    sums: dict[str, Any] = {}
    for pollutant, value in columns.items():
        if pollutant == "O3":
            clock = hourly[hour]
            sums |= {
                f"O3_at{h}": choose([(clock == h, value.units)], otherwise=None).max() for h in range(1, 25)
            }
        else:
            sums[f"{pollutant}_sum"] = summed(value.units)
            sums[f"{pollutant}_hours"] = value.units.count()
    grouped = hourly.group_by([*keys, day]).aggregate(**sums)
    return _daily_columns(grouped, columns, [*keys, day])


def _daily_columns(grouped: ir.Table, columns: Mapping[str, Fixed], keys: list[str]) -> ir.Table:
    daily: dict[str, Any] = {}
    for pollutant, value in columns.items():
        if pollutant == "O3":
            continue
        total, hours = grouped[f"{pollutant}_sum"], grouped[f"{pollutant}_hours"]
        daily[pollutant] = daily_mean_units(total, hours, value.digits, pollutant)
        daily[f"{pollutant}_hours"] = hours
        daily[f"{pollutant}_exact"] = exact_daily_mean(total, hours)
    if "O3" not in columns:
        return grouped.select(*keys, **daily)
    digits = columns["O3"].digits
    at = [grouped[f"O3_at{clock}"] for clock in range(1, 25)]
    one_hour = round_ratio(ibis.greatest(*at), 10**digits)
    running = grouped.mutate(**_running_windows(at)).mutate(**daily, O3_1h=one_hour)
    means = running.mutate(
        **{
            f"O3_mean{end}": window_mean(running[f"O3_sum{end}"], running[f"O3_n{end}"])
            for end in WINDOW_ENDS
        }
    )
    columns_of_means = [means[f"O3_mean{end}"] for end in WINDOW_ENDS]
    highest = means.select(
        *keys,
        *daily,
        "O3_1h",
        O3_highest=largest(*columns_of_means),
        O3_windows=_total([flag(mean.notnull()) for mean in columns_of_means]),
    )
    exact = highest.mutate(O3_exact=mda8_counts(highest.O3_highest, highest.O3_windows, digits)).drop(
        "O3_highest"
    )
    return exact.mutate(O3=round_ratio(exact.O3_exact, WINDOW_LCM * 10**digits))


def _running_windows(at: list[Any]) -> dict[str, Any]:
    """Sum and number of known hours of each of the 17 windows, from the 24 hourly values of a day."""
    known = [flag(value.notnull()) for value in at]
    filled = [value.fill_null(0) for value in at]
    sums = {f"O3_sum{end}": total for end, total in zip(WINDOW_ENDS, _eights(filled), strict=True)}
    return sums | {f"O3_n{end}": number for end, number in zip(WINDOW_ENDS, _eights(known), strict=True)}


def _eights(values: list[Any]) -> list[Any]:
    """Sum of each 8 neighbours, through pairs and fours: engines compute a part that two sums share only once."""
    for reach in (1, 2, 4):
        values = [a + b for a, b in zip(values, values[reach:], strict=False)]
    return values


def _total(values: list[Any]) -> Any:
    return sum(values[1:], values[0])
