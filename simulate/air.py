"""Hourly air of one station: six pollutants with their daily, seasonal and synoptic behaviour."""

from datetime import date

import numpy as np

from .counties import County
from .noise import Array, autoregressive, daily_bump, days_in, generator, yearly_wave
from .stations import Station
from .weather import Weather

# Eve of the Spring Festival: fireworks make the sharpest hours of the year.
FESTIVAL = {
    2021: date(2021, 2, 11),
    2022: date(2022, 1, 31),
    2023: date(2023, 1, 21),
    2024: date(2024, 2, 9),
    2025: date(2025, 1, 28),
    2026: date(2026, 2, 16),
    2027: date(2027, 2, 5),
}


def _episodes(
    count: int, windows: list[tuple[int, int]], rng: np.random.Generator, length: int, days: int
) -> Array:
    """Bells of ``length`` days placed in the windows of the year, spread out. Shape (days × 24,), crest 1."""
    hours = np.arange(days * 24) / 24.0
    shape = np.zeros(days * 24)
    pool = [d for lo, hi in windows for d in range(lo, min(hi, days - 2), length + 5)]
    for day in rng.permutation(pool)[:count]:
        shape = np.maximum(shape, np.exp(-0.5 * ((hours - day - 0.9) / (length / 2.4)) ** 4))
    return shape


def _share(station: Station) -> float:
    """How the station's level differs from the county's mean: evaluated sites little, background sites below it."""
    spread = generator("share", station.code).uniform(-0.025, 0.025)
    return 1.0 + spread if station.evaluated else 0.78 + spread


def _fine(county: County, station: Station, year: int, w: Weather) -> Array:
    """PM2.5 [µg/m³] with winter maximum, morning and night rises, wash-out and a few winter episodes."""
    local = autoregressive((county.code, station.code, "PM2.5"), year, 24, 0.4)
    level = 1 + 0.38 * yearly_wave(w.day, 12)
    clock = 0.86 + 0.2 * daily_bump(w.hour, 9, 2.2) + 0.26 * daily_bump(w.hour, 21, 3.2)
    wash = np.exp(-0.9 * np.minimum(w.rain, 1.2))
    base = level * clock * wash * np.exp(0.30 * w.stagnation + 0.13 * local)
    base *= county.at(county.pm25, year) / base.mean()
    rng = generator(county.code, "winter", year)
    count = int(county.at(county.pm25_episodes, year))
    bell = _episodes(count, [(3, 50), (325, 363)], rng, 2, days_in(year))
    crest = 88 + 10 * rng.random()
    fine = base + bell * np.maximum(crest * (clock / clock.mean()) - base, 0)
    if eve := FESTIVAL.get(year):
        midnight = (eve - date(year, 1, 1)).days * 24 + 23
        fine[midnight : midnight + 5] *= np.array([1.9, 3.4, 2.6, 1.8, 1.3])
    # The episodes are part of the year's mean, not on top of it.
    fine *= (county.at(county.pm25, year) / fine.mean()) ** (1.0 - 0.7 * bell)
    printed = np.exp(0.04 * generator(station.code, "PM2.5", year).standard_normal(len(fine)))
    return np.asarray(fine * _share(station) * printed)


def _coarse(county: County, station: Station, year: int, w: Weather) -> Array:
    """PM10 − PM2.5 [µg/m³]: dry-day dust, with spring dust from the north on single days."""
    local = autoregressive((county.code, station.code, "coarse"), year, 24, 0.8)
    clock = 0.8 + 0.3 * daily_bump(w.hour, 10, 3) + 0.25 * daily_bump(w.hour, 19, 3)
    base = (
        clock
        * (1 + 0.25 * yearly_wave(w.day, 60))
        * np.exp(0.34 * local + 0.1 * w.stagnation - 1.1 * np.minimum(w.rain, 1))
    )
    base *= county.coarse / base.mean()
    count = int(county.at(county.dust_days, year)) if county.dust_days else 0
    bell = _episodes(count, [(68, 115)], generator(county.code, "dust", year), 1, days_in(year))
    return np.asarray(base + 175 * bell)


def _ozone(county: County, station: Station, year: int, w: Weather) -> Array:
    """O3 [µg/m³]: a sunny-afternoon crest from April to September, low at night and under cloud."""
    regional = autoregressive((county.code, "ozone"), year, 24, 2.5)
    season = 0.62 + 0.38 * yearly_wave(w.day, 180)
    sun = daily_bump(w.hour, 15.5, 3.6)
    light = 1.12 - 0.62 * w.cloud
    background = (30 + 14 * yearly_wave(w.day, 120)) * (1 - 0.25 * daily_bump(w.hour, 7, 2.5))
    crest = county.ozone * season * light * np.exp(0.13 * regional)
    ozone = background + sun * np.maximum(crest - 0.4 * background, 4)
    count = int(county.at(county.ozone_episodes, year))
    rng = generator(county.code, "summer", year)
    bell = _episodes(count, [(125, 240)], rng, 1, days_in(year))
    episode = background + sun * (196 + 14 * rng.random() - background) * 1.12
    ozone = ozone + bell * np.maximum(episode - ozone, 0)
    return np.asarray(ozone * (2.0 - _share(station)) ** 0.4)


def _gases(county: County, station: Station, year: int, w: Weather) -> dict[str, Array]:
    """NO2 and SO2 [µg/m³] and CO [mg/m³]: traffic peaks, winter heating, stagnation."""
    traffic = 0.7 + 0.42 * daily_bump(w.hour, 8.5, 2) + 0.62 * daily_bump(w.hour, 20, 2.8)
    winter = 1 + 0.3 * yearly_wave(w.day, 5)
    found = {}
    for name, mean, memory, spread in (
        ("NO2", county.no2, 0.4, 0.22),
        ("SO2", county.so2, 1.0, 0.16),
        ("CO", county.co, 1.2, 0.13),
    ):
        local = autoregressive((county.code, station.code, name), year, 24, memory)
        clock = traffic if name == "NO2" else 0.9 + 0.2 * daily_bump(w.hour, 11, 4)
        series = clock * winter * np.exp(spread * local + 0.16 * w.stagnation)
        found[name] = series * mean / series.mean() * _share(station)
    return found


def air_year(county: County, station: Station, year: int, w: Weather) -> dict[str, Array]:
    """Concentrations of a local year by property. [µg/m³; CO mg/m³], shapes (days × 24,), before rounding."""
    fine = _fine(county, station, year, w)
    noise = generator(county.code, station.code, "PM10", year).standard_normal(len(fine))
    found = {"PM2.5": fine, "PM10": fine * 1.06 + _coarse(county, station, year, w) + 3.0 * noise}
    found |= _gases(county, station, year, w)
    found["O3"] = _ozone(county, station, year, w)
    return {name: np.maximum(series, 0.1 if name == "CO" else 1.0) for name, series in found.items()}


def air_gaps(
    county: County, station: Station, year: int
) -> tuple[np.ndarray, dict[str, np.ndarray], np.ndarray]:
    """What was not measured: hours without any row, hours with an empty value by property, hours under calibration.

    Shapes (days × 24,), bool. About 1.5 % of a year is lost: outages of hours to days, single failed hours, and the
    instrument checks whose values are kept with QC flag 2.
    """
    hours = days_in(year) * 24
    rng = generator(county.code, station.code, "gaps", year)
    silent = np.zeros(hours, bool)
    for _ in range(rng.poisson(2.5)):
        start = int(rng.integers(0, hours))
        silent[start : start + int(rng.gamma(1.2, 8)) + 1] = True
    empty = {}
    for name in ("PM2.5", "PM10", "SO2", "NO2", "CO", "O3"):
        lost = rng.random(hours) < 0.004
        for _ in range(rng.poisson(1)):
            start = int(rng.integers(0, hours))
            lost[start : start + int(rng.integers(2, 14))] = True
        empty[name] = lost
    checked = np.zeros(hours, bool)
    for day in range(int(rng.integers(2, 9)), days_in(year), 14):
        checked[day * 24 + 10] = True
    return silent, empty, checked
