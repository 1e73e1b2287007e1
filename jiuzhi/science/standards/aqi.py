"""Air quality index (空气质量指数): HJ 633-2012 and HJ 633-2026.

IAQI is the linear interpolation between breakpoints (2012 clause 4.2 with table 1; 2026 clause 4.2.4 with table 3), always
rounded up to an integer (2012 6.2; 2026 4.2.6). Concentrations are first rounded to whole µg/m³ and to 0.1 mg/m³ for CO
(2026 clause 4.2.2; the same practice is applied to the 2012 edition, which is silent). Both tables: verification T.

Two forms: ``daily`` takes 24-hour means with the daily maximum 8-hour O3 (2012 adds the maximum 1-hour O3);
``hourly`` takes 1-hour values, PM on the 24-hour breakpoints (2026 clause 4.2.3, and the practice of the national feed before).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from itertools import combinations, pairwise
from typing import Any

from jiuzhi.science.expressions import (
    as_day,
    ceil_div,
    choose,
    first_known,
    fixed,
    is_expression,
    largest,
    null_in_null_out,
)
from jiuzhi.science.standards.rounding import round_units
from jiuzhi.science.standards.tables import editions, rows

POLLUTANTS = ("SO2", "NO2", "CO", "O3", "PM10", "PM2.5")
NAMES = {
    "SO2": "二氧化硫",
    "NO2": "二氧化氮",
    "CO": "一氧化碳",
    "O3": "臭氧",
    "PM10": "可吸入颗粒物",
    "PM2.5": "细颗粒物",
}
EDITIONS = tuple(edition.name for edition in editions("HJ 633"))
LEVEL_NAMES = tuple(row["name"] for row in rows("aqi_levels"))
REPORTING_DIGITS = {pollutant: 1 if pollutant == "CO" else 0 for pollutant in POLLUTANTS}
"""Digits kept after the point when a concentration is reported [µg/m³; CO mg/m³]."""
TOP = 500
"""Highest index; above the last breakpoint the index stays here (2026 clause 4.1.1: 1~500)."""

_ITEMS = {
    "hourly": {
        "SO2": "SO2_1h",
        "NO2": "NO2_1h",
        "CO": "CO_1h",
        "O3": "O3_1h",
        "PM10": "PM10_24h",
        "PM2.5": "PM2.5_24h",
    },
    "daily": {
        "SO2": "SO2_24h",
        "NO2": "NO2_24h",
        "CO": "CO_24h",
        "O3": "O3_8h",
        "PM10": "PM10_24h",
        "PM2.5": "PM2.5_24h",
    },
}
# Above the last breakpoint of an item: its fixed index, or none (2012: the other averaging time speaks).
_BEYOND_TABLE = {
    (row["edition"], row["item"]): int(row["iaqi"]) if row["iaqi"] else None for row in rows("aqi_beyond")
}


@cache
def breakpoints(item: str, edition: str) -> tuple[tuple[int, int], ...]:
    """(concentration in reporting units, IAQI) pairs, ascending; CO in 0.1 mg/m³, the others in µg/m³."""
    digits = REPORTING_DIGITS[item.rsplit("_", 1)[0]]
    pairs = tuple(
        (int(Decimal(row["concentration"]).scaleb(digits)), int(row["iaqi"]))
        for row in rows("aqi_breakpoints")
        if row["edition"] == edition and row["item"] == item
    )
    if not pairs:
        raise LookupError(f"{edition} has no breakpoints for {item}")
    return pairs


def iaqi_of_units(units: Any, item: str, edition: str) -> Any:
    """IAQI of a concentration already rounded: integer µg/m³, CO in integer 0.1 mg/m³ (int, Ibis integer or None)."""
    if units is None:
        return None
    if not is_expression(units):
        return _remembered(units, item, edition)
    # Narrow integers would overflow in the product.
    return _interpolated(units.cast("int64") if units.type().nbytes < 8 else units, item, edition)


@lru_cache(maxsize=1 << 16)
def _remembered(units: int, item: str, edition: str) -> int | None:
    return _interpolated(units, item, edition)


def _interpolated(units: Any, item: str, edition: str) -> Any:
    lines = _lines(item, edition)
    branches = [(units <= high, _on_line(units, slope, constant)) for high, slope, constant in lines]
    beyond = _BEYOND_TABLE.get((edition, item), TOP)
    if beyond is not None:
        branches.append((units > lines[-1][0], beyond))
    return choose(branches, otherwise=None)  # a missing value meets no condition


@cache
def _lines(item: str, edition: str) -> tuple[tuple[int, Fraction, int], ...]:
    """(highest concentration, slope, constant × denominator of the slope) of each straight piece of the table, ascending.

    Neighbouring segments on one line (NO2 1 h up to 200 µg/m³) are one piece: a column is compared half as often.
    """
    pieces: list[tuple[int, Fraction, int]] = []
    for (low, i_low), (high, i_high) in pairwise(breakpoints(item, edition)):
        slope = Fraction(i_high - i_low, high - low)
        line = slope, i_low * slope.denominator - low * slope.numerator
        if pieces and pieces[-1][1:] == line:
            pieces.pop()
        pieces.append((high, *line))
    return tuple(pieces)


def _on_line(units: Any, slope: Fraction, constant: int) -> Any:
    """(Ihi-Ilo)/(BPhi-BPlo)·(C-BPlo)+Ilo rounded up, over one denominator in lowest terms: the fewest steps per row."""
    product = units if slope.numerator == 1 else units * slope.numerator
    whole = product + constant if constant else product
    return whole if slope.denominator == 1 else ceil_div(whole, slope.denominator)


def reporting_units(pollutant: str, concentration: Any) -> Any:
    """Concentration [µg/m³; CO mg/m³] in integer reporting units, rounded per GB/T 8170."""
    digits = REPORTING_DIGITS[pollutant]
    if is_expression(concentration) and concentration.type().is_integer() and digits == 0:
        return concentration
    quantity = fixed(concentration, 6)
    if quantity.digits == digits:
        return quantity.units
    return round_units(quantity, Decimal(1).scaleb(-digits))


def iaqi(item: str, concentration: Any, edition: str) -> Any:
    """Individual index of one item such as ``PM2.5_24h`` or ``O3_1h``; integer, or missing.

    concentration [µg/m³; CO mg/m³]: number, Fixed or numeric column. HJ 633-2012 4.2, HJ 633-2026 4.2.4.
    >>> iaqi("PM2.5_24h", 75, "HJ 633-2012"), iaqi("PM2.5_24h", 75, "HJ 633-2026")
    (100, 114)
    """
    return iaqi_of_units(reporting_units(item.rsplit("_", 1)[0], concentration), item, edition)


@null_in_null_out
def level(aqi: Any) -> Any:
    """Level 1..6 of an AQI (2012 table 2; 2026 table 1); 0, which the 2026 table does not print, is level 1."""
    return _level(aqi) if is_expression(aqi) else _remembered_level(aqi)


def _level(aqi: Any) -> Any:
    tops = [int(row["aqi_to"]) for row in rows("aqi_levels") if row["aqi_to"]]
    return choose(
        [*((aqi <= top, number) for number, top in enumerate(tops, start=1)), (aqi > tops[-1], 6)],
        otherwise=None,
    )


_remembered_level = lru_cache(maxsize=1024)(_level)


@null_in_null_out
def level_name(number: Any) -> Any:
    """Chinese name of a level 1..6: 优 良 轻度污染 中度污染 重度污染 严重污染."""
    return choose(
        [(number == index, name) for index, name in enumerate(LEVEL_NAMES, start=1)], otherwise=None
    )


@dataclass(frozen=True)
class Assessment:
    """Index of one row or of whole columns.

    iaqi: pollutant -> index or missing. aqi: published index, missing when it may not be published.
    aqi_of_known: index of the pollutants that are present, whether it may be published or not.
    primary_mask: bit k set when POLLUTANTS[k] is a primary pollutant (ties are listed together; none up to AQI 50).
    """

    edition: str
    form: str
    iaqi: dict[str, Any]
    aqi: Any
    aqi_of_known: Any
    level: Any
    primary_mask: Any

    @property
    def primary(self) -> tuple[str, ...]:
        """Primary pollutants of a single row. For columns use :func:`primary_text`."""
        return tuple(name for k, name in enumerate(POLLUTANTS) if (self.primary_mask or 0) >> k & 1)


def air_quality_index(
    form: str, edition: str, concentrations: dict[str, Any], *, not_monitored: tuple[str, ...] = ()
) -> Assessment:
    """AQI, level and primary pollutants from concentrations [µg/m³; CO mg/m³].

    form: ``daily`` or ``hourly``. concentrations: pollutant -> number, Fixed, column or None; in the daily form ``O3`` is the
    daily maximum 8-hour mean and ``O3_1h`` (2012 only) the maximum 1-hour mean.
    not_monitored: pollutants outside the monitoring plan that do not block publication (HJ 633-2026 5.3.2).
    Missing values: 2012 reports the index of the rest (5.1.1); 2026 only when it exceeds 100 (5.3.1).
    """
    units = {name: reporting_units(name.split("_")[0], value) for name, value in concentrations.items()}
    return assess_units(form, edition, units, not_monitored=not_monitored)


def assess_units(
    form: str, edition: str, units: Mapping[str, Any], *, not_monitored: tuple[str, ...] = ()
) -> Assessment:
    """As :func:`air_quality_index` for values already in integer reporting units."""
    indices = individual_indices(form, edition, units)
    known = largest(*indices.values())
    aqi = published(edition, known, indices, not_monitored)
    return Assessment(edition, form, indices, aqi, known, level(aqi), primary_mask(indices, aqi))


def individual_indices(form: str, edition: str, units: Mapping[str, Any]) -> dict[str, Any]:
    """IAQI of each pollutant (missing where there is no value) from integer reporting units."""
    items = _ITEMS[form]
    indices = {name: iaqi_of_units(units.get(name), items[name], edition) for name in POLLUTANTS}
    if form == "daily" and edition == "HJ 633-2012":
        indices["O3"] = _ozone_2012(units.get("O3"), units.get("O3_1h"))
    return indices


def item_of(form: str, pollutant: str) -> str:
    """The column of the breakpoint table a pollutant is read in: ``hourly`` SO2 is ``SO2_1h``."""
    return _ITEMS[form][pollutant]


def same_rule(form: str, pollutant: str, edition: str, other: str) -> bool:
    """Whether two editions give a pollutant the same index in this form."""
    item = _ITEMS[form][pollutant]
    special = item == "O3_8h" or _BEYOND_TABLE.get((edition, item)) != _BEYOND_TABLE.get((other, item))
    return not special and breakpoints(item, edition) == breakpoints(item, other)


def _ozone_2012(eight_hours: Any, one_hour: Any) -> Any:
    """2012 daily ozone: the larger of both averaging times; beyond 800 µg/m³ the 8-hour index is not computed and the
    1-hour one speaks (table 1 note 3). Where no 1-hour value is known the index is held at 300, the least it can be."""
    by_table = largest(
        *(
            iaqi_of_units(units, item, "HJ 633-2012")
            for units, item in ((eight_hours, "O3_8h"), (one_hour, "O3_1h"))
        )
    )
    if eight_hours is None:
        return by_table
    return first_known(by_table, choose([(eight_hours > 800, 300)], otherwise=None))


def published(
    edition: str, known: Any, indices: Mapping[str, Any], not_monitored: tuple[str, ...] = ()
) -> Any:
    """The index that may be published, from the largest known IAQI.

    2012 publishes what is known (5.1.1). 2026 clause 5.3.1: with a pollutant missing, only an index above 100.
    """
    required: list[Any] = [indices.get(name) for name in POLLUTANTS if name not in not_monitored]
    if edition == "HJ 633-2012" or known is None or not required:
        return known
    if not is_expression(known):
        return known if known > 100 or None not in required else None
    if None in [value if value is None else 0 for value in required]:
        return choose([(known > 100, known)], otherwise=None)
    gap = required[0].isnull()
    for value in required[1:]:
        gap = gap | value.isnull()
    return choose([(~gap | (known > 100), known)], otherwise=None)


def primary_mask(indices: dict[str, Any], aqi: Any) -> Any:
    """Bits of the pollutants whose IAQI is the AQI, when it exceeds 50 (2012 4.4.2; 2026 4.3.1); missing with the AQI."""
    if aqi is None:
        return None
    if not is_expression(aqi) and aqi <= 50:
        return 0
    bits = [
        choose([(indices[name] == aqi, 2**k)], otherwise=0)
        for k, name in enumerate(POLLUTANTS)
        if indices.get(name) is not None
    ]
    return choose([(aqi > 50, sum(bits[1:], bits[0]))], otherwise=0)


def primary_text(mask: Any, *, names: dict[str, str] | None = None, join: str = ",") -> Any:
    """Names of the primary pollutants in a mask, joined; empty when there is none."""
    labels = names or {name: name for name in POLLUTANTS}
    subsets = [chosen for size in range(1, 7) for chosen in combinations(range(6), size)]
    texts = [
        (sum(2**k for k in chosen), join.join(labels[POLLUTANTS[k]] for k in chosen)) for chosen in subsets
    ]
    if mask is None:
        return ""
    return choose([(mask == bits, text) for bits, text in texts], otherwise="")


def start_of(edition: str) -> date:
    """First day of an HJ 633 edition."""
    return next(known.valid_from for known in editions("HJ 633") if known.name == edition)


def edition_in_force(local_day: Any) -> Any:
    """Name of the HJ 633 edition in force on a local day (date, ISO text or date column); missing before the first."""
    day = as_day(local_day)
    return choose([(day >= start_of(name), name) for name in reversed(EDITIONS)], otherwise=None)


def assess_in_force(
    form: str, local_day: Any, concentrations: dict[str, Any], *, not_monitored: tuple[str, ...] = ()
) -> Assessment:
    """Judge one row by the edition in force on its local day; before the first edition raises LookupError.

    For the same row under each edition, call :func:`air_quality_index` twice; for columns use ``air_columns.with_aqi``.
    """
    edition = edition_in_force(local_day)
    if edition is None:
        raise LookupError(f"HJ 633 has no edition in force on {local_day}")
    return air_quality_index(form, edition, concentrations, not_monitored=not_monitored)
