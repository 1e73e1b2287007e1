"""The weather behind air and water: shared by all stations of a county, so that they rise and fall together."""

from dataclasses import dataclass

import numpy as np

from .counties import County
from .noise import Array, autoregressive, days_in, generator, hourly, yearly_wave


@dataclass(frozen=True)
class Weather:
    """One local year, hourly. Shapes (days × 24,)."""

    day: Array  # fractional day of the year
    hour: Array  # local clock hour
    temperature: Array  # [°C]
    rain: Array  # [mm/h]
    cloud: Array  # 0 clear … 1 overcast
    stagnation: Array  # unit-variance-like: calm and inversion high, wash-out low
    flow: Array  # river flow relative to its annual mean


def _rain_of_days(county: County, year: int, days: Array) -> Array:
    """Daily rain [mm]: wet spells with a summer maximum and a September rise, as in the Daba mountains."""
    wet_share = 0.36 + 0.14 * yearly_wave(days, 190)
    latent = autoregressive((county.code, "wet"), year, 1, 1.6)
    wet = latent > np.quantile(latent, 1 - wet_share.mean()) - (wet_share - wet_share.mean()) * 2.2
    rng = generator(county.code, "rain", year)
    amount = rng.gamma(0.75, 1.0, len(days)) * (1 + 0.85 * yearly_wave(days, 195)) * wet
    yearly = county.rain * (0.88 + 0.24 * rng.random())
    return np.asarray(amount * yearly / amount.sum())


def weather(county: County, year: int) -> Weather:
    """The weather of one local year of a county."""
    n = days_in(year)
    days = np.arange(n, dtype=float)
    rain = _rain_of_days(county, year, days)
    wet = rain > 1.0
    # December's rain still runs in January: the flow filter starts in the year before.
    before = _rain_of_days(county, year - 1, np.arange(days_in(year - 1), dtype=float))
    flow = _flow(np.concatenate([before, rain]))[-n:]
    warmth = autoregressive((county.code, "warmth"), year, 1, 4.0)
    temperature = (
        county.temperature + county.temperature_range * yearly_wave(days, 199) + 2.6 * warmth - 1.2 * wet
    )
    cloud = np.clip(
        0.45 + 0.35 * wet + 0.12 * autoregressive((county.code, "cloud"), year, 1, 1.5), 0.05, 1.0
    )
    calm = autoregressive((county.code, "calm"), year, 1, 3.2) - 0.7 * wet
    fraction = np.arange(n * 24) / 24.0
    hour = (np.arange(n * 24) % 24).astype(np.float64)
    swing = np.repeat(4.6 * (1.15 - cloud), 24) * np.cos(2 * np.pi * (hour - 15) / 24)
    return Weather(
        day=fraction,
        hour=hour,
        temperature=hourly(temperature) + swing,
        rain=np.repeat(rain / 24.0, 24),
        cloud=np.repeat(cloud, 24),
        stagnation=hourly(calm),
        flow=hourly(flow),
    )


def _flow(rain: Array) -> Array:
    """Flow relative to its mean from daily rain: a quick store of days and a slow one of weeks."""
    quick = np.zeros_like(rain)
    slow = np.zeros_like(rain)
    a = b = float(rain.mean())
    for i, fall in enumerate(rain):
        a += (fall - a) / 2.5
        b += (fall - b) / 45.0
        quick[i], slow[i] = a, b
    return np.asarray((0.45 * quick + 0.55 * slow) / rain.mean())
