"""Seeded noise that does not depend on where a run starts or ends.

An autoregressive series of one year is filtered from that year's innovations and those of the year before, each
seeded by its own year: the values of a year are the same whether it is simulated alone or after five others.
"""

import hashlib
from calendar import isleap

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

Array = NDArray[np.float64]


def generator(*parts: object) -> np.random.Generator:
    """A generator seeded by the parts, e.g. county, station, year, purpose."""
    digest = hashlib.sha256("|".join(map(str, parts)).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))


def days_in(year: int) -> int:
    return 366 if isleap(year) else 365


def autoregressive(parts: tuple[object, ...], year: int, per_day: int, memory: float) -> Array:
    """Unit-variance AR(1) noise of a year. Shape (days × per_day,).

    parts: seed; per_day: steps in a day; memory: e-folding time [days].
    """
    phi = float(np.exp(-1.0 / (memory * per_day)))
    warm = min(int(12 * memory * per_day) + 1, 365 * per_day)
    before = generator(*parts, year - 1).standard_normal(days_in(year - 1) * per_day)[-warm:]
    now = generator(*parts, year).standard_normal(days_in(year) * per_day)
    filtered = lfilter([np.sqrt(1 - phi * phi)], [1.0, -phi], np.concatenate([before, now]))
    return np.asarray(filtered[warm:])


def yearly_wave(days: Array, peak_day: float) -> Array:
    """Cosine of the year with its crest on a day of the year. ``days``: fractional day of the year, from 0."""
    return np.asarray(np.cos(2 * np.pi * (days - peak_day) / 365.25))


def daily_bump(hour: Array, centre: float, width: float) -> Array:
    """A bell on the clock, 1 at its centre [h], wrapped over midnight."""
    gap = np.abs(hour - centre)
    gap = np.minimum(gap, 24 - gap)
    return np.asarray(np.exp(-0.5 * (gap / width) ** 2))


def hourly(daily: Array) -> Array:
    """Daily values joined smoothly into hours, each day's value at its noon. Shape (days,) → (days × 24,)."""
    hours = np.arange(len(daily) * 24)
    return np.interp(hours, np.arange(len(daily)) * 24 + 12, daily)
