"""Month by month, everything a county's stations would have sent."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from jiuzhi.core.local import LOCAL

from .air import air_gaps, air_year
from .counties import County, county_of
from .noise import days_in, generator
from .rows import table
from .stations import Station
from .water import (
    AUTOMATIC,
    DECIMALS,
    DETECTION,
    MANUAL,
    UNITS,
    reading_hours,
    sampling_hours,
    water_gaps,
    water_year,
)
from .weather import weather


@dataclass(frozen=True)
class _Series:
    """One station, property and kind over a local year, as it would be printed."""

    station: str
    name: str
    kind: str
    hours: np.ndarray  # hours since the local New Year
    units: np.ndarray  # value × 10^digits
    digits: int
    unit: str
    empty: np.ndarray
    flag: np.ndarray


def observations(
    county: str, stations: Iterable[Any], start: date, as_of: date | datetime
) -> Iterator[pa.Table]:
    """Synthetic observations of a county in the lake's long form, one table per local month, in order.

    county: six-digit code; stations: ``Station``, mappings or records with its fields; start: first local day;
    as_of: last local day (whole), or the moment up to which values have come in (a naive moment is local time).
    Air by the hour [µg/m³; CO mg/m³]; national sections every 4 h, city sections daily, all sections and lakes once a
    month by hand. Errors: ``ValueError`` for an unknown kind of station or a start after ``as_of``.
    """
    listed = [Station.of(s) for s in stations]
    for station in listed:
        if station.kind not in {"air", "river", "lake"}:
            raise ValueError(f"站点 {station.code} 的类别“{station.kind}”无法模拟：应为 air、river 或 lake。")
    begin, end = _seconds(start), _end(as_of)
    if begin >= end:
        raise ValueError(f"模拟的起始日 {start} 不早于截止 {as_of}：请调整日期。")
    profile = county_of(county)
    for year in range(start.year, datetime.fromtimestamp(end - 1, LOCAL).year + 1):
        yield from _year(profile, listed, year, begin, end)


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=LOCAL).timestamp())


def _end(as_of: date | datetime) -> int:
    """First second (UTC epoch) that is not yet in."""
    if isinstance(as_of, datetime):
        moment = as_of if as_of.tzinfo else as_of.replace(tzinfo=LOCAL)
        return int(moment.astimezone(UTC).timestamp())
    return _seconds(as_of) + 86400


def _year(county: County, stations: list[Station], year: int, begin: int, end: int) -> Iterator[pa.Table]:
    w = weather(county, year)
    series: list[_Series] = []
    for station in stations:
        series += (
            _air(county, station, year, w) if station.kind == "air" else _water(county, station, year, w)
        )
    origin = _seconds(date(year, 1, 1))
    for month in range(1, 13):
        first = max(begin, _seconds(date(year, month, 1)))
        last = min(end, _seconds(date(year + month // 12, month % 12 + 1, 1)))
        if first >= last:
            continue
        parts = [_rows(s, origin, first, last, county.code, f"{year}-{month:02d}") for s in series]
        chunk = pa.concat_tables([p for p in parts if p.num_rows]) if any(p.num_rows for p in parts) else None
        if chunk is not None:
            yield chunk


_STEP = {"hour": 3600, "4h": 4 * 3600, "day": 86400, "sample": 0}


def _rows(s: _Series, origin: int, first: int, last: int, county: str, month: str) -> pa.Table:
    time = origin + s.hours.astype(np.int64) * 3600
    # A value is in once its hour, its four hours or its day is over.
    lo, hi = np.searchsorted(time, [first, last - _STEP[s.kind] + 1])
    cut = slice(lo, hi)
    limit = DETECTION.get(s.name, "") if s.kind == "sample" else ""
    detection = int(Decimal(limit).scaleb(s.digits)) if limit else 0
    return table(
        station=s.station,
        name=s.name,
        kind=s.kind,
        time=time[cut],
        units=s.units[cut],
        digits=s.digits,
        unit=s.unit,
        batch=f"simulate-{county}-{month}",
        month=month,
        empty=s.empty[cut],
        flag=s.flag[cut],
        detection=detection,
        shown_limit=limit,
    )


def _printed(values: np.ndarray, digits: int) -> np.ndarray:
    return np.asarray(np.rint(values * 10**digits).astype(np.int64))


def _air(county: County, station: Station, year: int, w: Any) -> list[_Series]:
    values = air_year(county, station, year, w)
    silent, empty, checked = air_gaps(county, station, year)
    kept = np.flatnonzero(~silent)
    span = generator(county.code, station.code, "span", year).uniform(0.3, 1.9, len(silent))
    found = []
    for name, series in values.items():
        digits = 1 if name == "CO" else 0
        units = _printed(np.where(checked, series * span, series), digits)
        unit = "mg/m³" if name == "CO" else "µg/m³"
        found.append(
            _Series(
                station.code, name, "hour", kept, units[kept], digits, unit, empty[name][kept], checked[kept]
            )
        )
    return found


def _water(county: County, station: Station, year: int, w: Any) -> list[_Series]:
    values = water_year(county, station, year, w)
    found = []
    kind, hours = reading_hours(station, year)
    if kind:
        silent, upkeep = water_gaps(county, station, year, len(hours))
        for name in AUTOMATIC:
            series = values[name]
            if kind == "day":
                series = np.repeat(series.reshape(days_in(year), 24).mean(axis=1), 24)
            found.append(_section(station, name, kind, hours[~silent], series, upkeep[~silent]))
    when = sampling_hours(station, year)
    noise = generator(county.code, station.code, "laboratory", year)
    for name in (*MANUAL, *(n for n in ("chla", "SD") if n in values)):
        series = values[name].copy()
        series[when] *= np.exp(0.03 * noise.standard_normal(len(when))) if name not in {"pH", "DO"} else 1.0
        found.append(_section(station, name, "sample", when, series, np.zeros(len(when), bool)))
    return found


def _section(
    station: Station, name: str, kind: str, hours: np.ndarray, series: np.ndarray, flag: np.ndarray
) -> _Series:
    digits = DECIMALS[name]
    units = np.maximum(_printed(series[hours], digits), 0)
    return _Series(
        station.code,
        name,
        kind,
        hours,
        units,
        digits,
        UNITS.get(name, "mg/L"),
        np.zeros(len(hours), bool),
        flag,
    )
