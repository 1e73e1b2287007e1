"""Does the 90 % interval hold 90 % of what came? Forecasts made from the past of real series, held against what followed.

``python -m bench.hindcast`` prints the table; `rows()` gives it to ``make bench``. Data: JIUZHI_TEST_DATA, else ``../shared``.
The constants of the model were chosen on half A of the cities; half B is the check.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from jiuzhi.science.statistics import forecast as F

from .testdata import SHARED

POLLUTANTS = ("pm25", "pm10", "no2", "o3_8h")
ORIGINS = ("2015-07", "2015-12", "2016-06")
HORIZONS = (6, 12, 18)
LEAST_DAYS = 20  # of a month, for its mean to stand
Series = dict[int, float]  # month number -> mean


def month(text: str) -> int:
    return int(text[:4]) * 12 + int(text[5:7]) - 1


def city_months(path: Path, cities: set[str] | None = None) -> dict[tuple[str, str], Series]:
    """Monthly means by (city, pollutant) [µg/m³]; values of 0 are missing marks of the source."""
    days: dict[tuple[str, str], dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    with gzip.open(path, "rt", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            if cities is not None and row["city"] not in cities:
                continue
            for name in POLLUTANTS:
                if row[name] and float(row[name]) > 0:
                    days[row["city"], name][month(row["date"])].append(float(row[name]))
    return {k: {m: float(np.mean(v)) for m, v in d.items() if len(v) >= LEAST_DAYS} for k, d in days.items()}


def share_months(path: Path) -> dict[str, Series]:
    """Monthly share of days [%] with PM2.5 ≤ 75, PM10 ≤ 150 and ozone ≤ 160 µg/m³ (good by the 2012 limits), by city."""
    days: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    limits = {"pm25": 75.0, "pm10": 150.0, "o3_8h": 160.0}
    with gzip.open(path, "rt", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            values = {name: float(row[name] or 0) for name in limits}
            if values["pm25"] > 0:
                good = all(values[name] <= limit for name, limit in limits.items())
                days[row["city"]][month(row["date"])].append(100.0 * good)
    return {
        city: {m: float(np.mean(v)) for m, v in d.items() if len(v) >= LEAST_DAYS} for city, d in days.items()
    }


def prsa_months(path: Path) -> Series:
    """Monthly PM2.5 means of one of the hourly Beijing series [µg/m³]."""
    hours: dict[int, list[float]] = defaultdict(list)
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["PM2.5"] != "NA":
                hours[int(row["year"]) * 12 + int(row["month"]) - 1].append(float(row["PM2.5"]))
    return {m: float(np.mean(v)) for m, v in hours.items()}


class Score:
    """Counts of what fell inside, and Brier scores beside the naive forecast "next year as last year"."""

    def __init__(self) -> None:
        self.inside: dict[object, list[bool]] = defaultdict(list)
        self.ours: list[float] = []
        self.naive: list[float] = []

    def coverage(self, key: object) -> float:
        return float(np.mean(self.inside[key]))

    def brier(self) -> tuple[float, float]:
        return float(np.mean(self.ours)), float(np.mean(self.naive))


def hindcast(
    series: Iterable[Series],
    origins: Iterable[str] = ORIGINS,
    least: int = 18,
    bounds: tuple[float | None, float | None] = (None, None),
) -> Score:
    """Forecast every series from every origin, 1 to 18 months ahead, and hold it against what came."""
    score = Score()
    for known in series:
        for origin in map(month, origins):
            past = sorted(m for m in known if m <= origin)
            if len(past) < least or len({known[m] for m in past}) < 3:  # a constant is not forecast
                continue
            steps, values = np.array(past), np.array([known[m] for m in past])
            paths = F.simulate(
                steps,
                values,
                np.arange(past[-1] + 1, origin + 19),
                F.MONTHLY,
                low_bound=bounds[0],
                high_bound=bounds[1],
            )[origin - past[-1] :]
            for ahead in HORIZONS:
                if (came := known.get(origin + ahead)) is not None:
                    score.inside[ahead].append(_inside(paths[ahead - 1], came))
            year = [known.get(origin + k) for k in range(1, 13)]
            if all(v is not None for v in year):
                came, total = float(np.mean([v for v in year if v is not None])), paths[:12].mean(axis=0)
                score.inside["year"].append(_inside(total, came))
                _brier(score, total, came, float(np.mean([known[m] for m in past[-12:]])))
    return score


def short_series(series: Iterable[Series], n: int) -> Score:
    """The yearly model, on short windows of real values: ``n`` deseasonalised months stand for n years, 1 to 4 steps ahead.

    Real yearly series long enough do not exist here; this shows that so few values give an honest interval.
    """
    score = Score()
    for known in series:
        if len(known) < F.MIN_MONTHS:
            continue
        flat = _without_season(known)
        months = sorted(flat)
        for first in range(0, len(months) - n - 4, 5):
            window = months[first : first + n + 4]
            if window[-1] - window[0] != n + 3:
                continue
            values = np.array([flat[m] for m in window])
            paths = F.simulate(np.arange(n), values[:n], np.arange(n, n + 4), F.YEARLY, paths=1000)
            for ahead in range(1, 5):
                score.inside[ahead].append(_inside(paths[ahead - 1], float(values[n - 1 + ahead])))
    return score


def _without_season(known: Series) -> Series:
    """The series divided by its own yearly and half-yearly waves."""
    months = np.array(sorted(known))
    waves = [np.ones(len(months))] + [
        f(2 * np.pi * k * months / 12) for k in (1, 2) for f in (np.cos, np.sin)
    ]
    design, logs = np.array(waves).T, np.log([known[m] for m in months])
    found = np.linalg.lstsq(design, logs, rcond=None)[0]
    return dict(zip(months.tolist(), np.exp(logs - design[:, 1:] @ found[1:]).tolist(), strict=True))


def _inside(sample: F.Array, came: float) -> bool:
    low, high = np.quantile(sample, [(1 - F.LEVEL) / 2, (1 + F.LEVEL) / 2])
    return bool(low <= came <= high)


def _brier(score: Score, sample: F.Array, came: float, last: float) -> None:
    for share in (0.9, 1.0, 1.1):  # a target a tenth below, at and above last year's mean
        target, met = last * share, float(came <= last * share)
        score.ours.append((float((sample <= target).mean()) - met) ** 2)
        score.naive.append((float(last <= target) - met) ** 2)


def half(city: str) -> str:
    """A or B, by the name alone."""
    return "AB"[hashlib.sha256(city.encode()).digest()[0] % 2]


def rows(data: Path | None = None) -> list[tuple[str, str, str]]:
    """(what, figure, note) lines for the bench table."""
    data = data or SHARED
    source = data / "data" / "air" / "city_daily_aqi_201312_201701_partA.csv.gz"
    cities, shares = city_months(source), share_months(source)
    found = []
    for name, word in (("A", "constants chosen here"), ("B", "the check")):
        part = [s for (city, _), s in cities.items() if half(city) == name]
        score = hindcast(part)
        for key in (*HORIZONS, "year"):
            what = "12-month mean" if key == "year" else f"{key} months ahead"
            found.append(
                (
                    f"hindcast {name}: inside 90 % interval, {what}",
                    f"{score.coverage(key):.1%}",
                    f"n={len(score.inside[key])}; {word}",
                )
            )
        ours, naive = score.brier()
        found.append(
            (
                f"hindcast {name}: Brier score",
                f"{ours:.3f}",
                f"naive (last value) {naive:.3f}; lower is better",
            )
        )
        good = hindcast([s for city, s in shares.items() if half(city) == name], bounds=(0.0, 100.0))
        figures = " ".join(f"{good.coverage(k):.1%}" for k in (*HORIZONS, "year"))
        found.append(
            (
                f"hindcast {name}: share of good days, 6, 12, 18 months, year",
                figures,
                f"n={len(good.inside[6])}, {len(good.inside['year'])} years",
            )
        )
        for n, spoken in ((5, "five"), (6, "six")):
            short = short_series(part, n)
            figures = " ".join(f"{short.coverage(k):.1%}" for k in range(1, 5))
            found.append(
                (
                    f"hindcast {name}: {spoken} values, 1–4 steps ahead",
                    figures,
                    f"n={len(short.inside[1])} each; yearly model",
                )
            )
    beijing = hindcast(
        [prsa_months(p) for p in sorted((data / "data" / "air").glob("prsa_*.csv.gz"))],
        [f"{y}-{m:02d}" for y in (2014, 2015) for m in range(1, 13) if (y, m) >= (2014, 10)],
    )
    figures = " ".join(f"{beijing.coverage(k):.1%}" for k in HORIZONS)
    found.append(
        (
            "hindcast Beijing stations: 6, 12, 18 months ahead",
            figures,
            f"n={len(beijing.inside[6])} each, PM2.5, few and dependent",
        )
    )
    return found


if __name__ == "__main__":
    sys.stdout.write("\n".join(f"{what:<58}{figure:>26}  {note}" for what, figure, note in rows()) + "\n")
