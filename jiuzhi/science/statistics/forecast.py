"""How likely is it that a target is met in its year, with a 90 % interval — or that the data are too few to say.

Model. Level, trend, season and noise are one Gaussian process whose covariance is written down whole, so parameter uncertainty
is inside the interval and not beside it. With t in years and s² the noise variance,

    cov / s² = flat level + TREND·t·t' + SEASON·Σ harmonics + phi^|lag| (short memory) + q·min(t, t') (drift of the level)

The memory phi, the drift q and how much noisier winter is than summer are not chosen but averaged over a small grid by how well
they explain the series, and s² is integrated out, which gives Student-t tails for short series. Concentrations are modelled as logarithms. Sample paths from a
fixed seed carry everything through to yearly means, sums and counts, so the same data always give the same answer.

Evidence (``python -m bench.hindcast``): 183 cities, four pollutants, monthly means of 2013-12 to 2017-01. The constants were
chosen on one half of the cities and checked on the other; docs/progress.md shows the figures. Horizons beyond 18 months rest
on the model alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LEVEL = 0.9  # of the interval
MIN_MONTHS = 24  # two full cycles of the seasons
MIN_YEARS = 5
PATHS = 4000
SEED = 20260815


@dataclass(frozen=True)
class Model:
    """Constants of the covariance, relative to the noise variance. ``cycle``: steps in a year."""

    cycle: int
    trend: float  # variance of the slope, per step of a year
    season: float  # variance of each harmonic's amplitude
    memory: tuple[float, ...]
    drift: tuple[float, ...]  # variance of the level's random walk, per step
    prior: float = 2.0  # weight of the prior on the noise variance, in observations / 2
    noise: tuple[tuple[float, float], ...] = (
        (0.165, 1.0),
    )  # its centres for logarithms (0.15 = 15 %) and their prior weights
    winter: tuple[float, ...] = (
        0.0,
    )  # how much larger the noise variance is in January than on average, -1..1


MONTHLY = Model(
    12, trend=0.25, season=4.0, memory=(0.0, 0.3, 0.6), drift=(0.001, 0.005, 0.02, 0.05), winter=(0.0, 0.8, -0.8)
)  # fmt: skip
YEARLY = Model(
    1, trend=0.25, season=0.0, memory=(0.0,), drift=(0.1, 0.3, 1.0), noise=((0.05, 0.2), (0.2, 0.8))
)


@dataclass(frozen=True)
class Forecast:
    """``probability`` of meeting the target in its year; ``kept``: in every year from now to then. ``fan``: (year, low, median,
    high), a 90 % interval, in the commitment's unit. All None or empty when ``enough`` is False; then ``reason`` says why.
    """

    enough: bool
    reason: str
    probability: float | None = None
    kept: float | None = None
    low: float | None = None
    median: float | None = None
    high: float | None = None
    target_year: int | None = None
    periods: int = 0
    method: str = ""
    years: list[int] = field(default_factory=list)
    fan: list[tuple[int, float, float, float]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def forecast(
    series: Sequence[tuple[str, Decimal | float | None]],
    target_year: int,
    target: Decimal | float | None,
    comparator: str,
    *,
    combine: str = "mean",
    low_bound: float | None = None,
    high_bound: float | None = None,
) -> Forecast:
    """Forecast the yearly value up to ``target_year`` from monthly ("2026-10") or yearly ("2026") values, gaps allowed.

    ``comparator``: >= > <= < (callers settle what = means). ``combine``: how months make a year, "mean" or "sum".
    Bounds: what the value cannot pass (0 and 100 for a share). Errors: ``ValueError`` for mixed or unknown periods.
    """
    values = sorted((p, float(v)) for p, v in series if v is not None)
    lengths = {len(p) for p, _ in values}
    if len(lengths) > 1 or lengths - {4, 7}:
        raise ValueError("periods must be all months (2026-10) or all years (2026)")
    monthly = lengths == {7}
    if refusal := _too_little(values, monthly, target_year, target):
        return refusal
    assert target is not None
    years, yearly = _ahead(values, monthly, target_year, combine, low_bound, high_bound)
    good = _satisfies(yearly, float(target), comparator)
    bands = np.quantile(yearly, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2], axis=1)
    unit = "个月" if monthly else "年"
    beyond = "；18 个月以外的区间未经回测" if monthly else ""
    method = f"{'逐月' if monthly else '逐年'}：水平、趋势{'、季节' if monthly else ''}与自相关噪声的高斯过程"
    return _said(f"依据 {len(values)} {unit}数值外推{beyond}。", method, len(values), years, good, bands)


def forecast_share(
    series: Sequence[tuple[str, Decimal | float | None]], target_year: int, limit: float, places: int
) -> Forecast:
    """Forecast the share [%] of ``places`` that keep their limits from the one that is nearest to its own.

    ``series``: monthly ("2026-10") highest ratio of any place's value to its limit, in the unit of ``limit``. A share that has always
    been 100 % has no spread to learn from; how near the nearest comes has. While it stays below, the share is 100; beyond,
    one place at least is lost: the interval's lower end is then 100·(places−1)/places. The mean of monthly highest ratios is
    never below the yearly ratio, so the probability errs on the low side.
    """
    values = sorted((p, float(v)) for p, v in series if v is not None)
    if refusal := _too_little(values, True, target_year, limit):
        return refusal
    years, yearly = _ahead(values, True, target_year, "mean", 0.0, None)
    good = yearly <= limit
    shares = np.where(good, 100.0, 100.0 * (places - 1) / places)
    bands = np.quantile(shares, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2], axis=1, method="lower")
    now = sum(v for _, v in values[-12:]) / len(values[-12:])
    reason = (
        f"依据 {len(values)} 个月中最紧项目占限值之比外推（近 12 个月平均 {now:.0f}%）；水质序列未经回测。"
    )
    return _said(reason, "逐月：最紧断面、最紧项目占限值之比的高斯过程", len(values), years, good, bands)


def _ahead(
    values: list[tuple[str, float]],
    monthly: bool,
    target_year: int,
    combine: str,
    low: float | None,
    high: float | None,
) -> tuple[list[int], Array]:
    """Years up to the target's, and their values on every sample path."""
    model = MONTHLY if monthly else YEARLY
    steps = np.array([_step(p, monthly) for p, _ in values])
    known = np.array([v for _, v in values])
    ahead = np.arange(steps[-1] + 1, _step(f"{target_year}-12", monthly) + 1)
    paths = simulate(steps, known, ahead, model, low_bound=low, high_bound=high)
    return _yearly(dict(zip(steps.tolist(), known.tolist(), strict=True)), ahead, paths, model, combine)


def _said(
    reason: str, method: str, periods: int, years: list[int], good: NDArray[np.bool_], bands: Array
) -> Forecast:
    fan = [(y, _digits(bands[0, i]), _digits(bands[1, i]), _digits(bands[2, i])) for i, y in enumerate(years)]
    return Forecast(
        True, reason, probability=_chance(float(good[-1].mean())), kept=_chance(float(good.all(axis=0).mean())),
        low=fan[-1][1], median=fan[-1][2], high=fan[-1][3], target_year=years[-1], periods=periods, method=method,
        years=years, fan=fan,
    )  # fmt: skip


def _too_little(
    values: list[tuple[str, float]], monthly: bool, target_year: int, target: Decimal | float | None
) -> Forecast | None:
    least, unit = (MIN_MONTHS, "个月") if monthly else (MIN_YEARS, "年")
    n = len(values)
    if target is None:
        return Forecast(False, "目标不是数值，不作预测。", target_year=target_year, periods=n)
    if n < least:
        return Forecast(
            False, f"数据不足：已有 {n} {unit}数值，至少需要 {least} {unit}，还差 {least - n} {unit}。",
            target_year=target_year, periods=n,
        )  # fmt: skip
    if values[-1][0] >= (f"{target_year}-12" if monthly else str(target_year)):
        return Forecast(
            False, f"目标年 {target_year} 年的数值已有，不再预测。", target_year=target_year, periods=n
        )
    if len({v for _, v in values}) == 1:
        return Forecast(
            False,
            f"数据不足：{n} 期数值完全相同，没有波动可供估计区间，不作概率外推。",
            target_year=target_year,
            periods=n,
        )
    return None


def simulate(
    steps: Array,
    known: Array,
    ahead: Array,
    model: Model,
    *,
    low_bound: float | None = None,
    high_bound: float | None = None,
    paths: int = PATHS,
) -> Array:
    """Sample paths (len(ahead) × paths) of the values at ``ahead``, given ``known`` at ``steps`` (both in steps of the model)."""
    logs = high_bound is None and bool((known > 0).all())
    z = np.log(known) if logs else known
    scale = 1.0 if logs else max(float(z.std()), 0.01 * abs(float(z.mean())), 1e-9)
    centre = float(z.mean())
    pieces = _posterior((z - centre) / scale, steps, ahead, model, model.noise if logs else ((1.0, 1.0),))
    rng = np.random.default_rng(SEED)
    drawn = []
    for weight, mean, covariance, freedom in pieces:
        count = round(weight * paths)
        if count:
            root = np.linalg.cholesky(
                covariance + 1e-9 * np.trace(covariance) / len(mean) * np.eye(len(mean))
            )
            noise = (
                root
                @ rng.standard_normal((len(mean), count))
                / np.sqrt(rng.chisquare(freedom, count) / freedom)
            )
            drawn.append(mean[:, None] + noise)
    result = np.concatenate(drawn, axis=1) * scale + centre
    return np.clip(np.exp(result) if logs else result, low_bound, high_bound)


def _posterior(
    z: Array, steps: Array, ahead: Array, model: Model, noise: tuple[tuple[float, float], ...]
) -> list[tuple[float, Array, Array, float]]:
    """For every (memory, drift, winter, noise) of the grid: its weight, and mean, covariance and freedom of the Student-t ahead."""
    at = np.concatenate([steps, ahead]).astype(float)
    n, years = len(steps), (at - steps.mean()) / model.cycle
    lag = np.abs(at[:, None] - at[None, :])
    fixed = 100.0 + model.trend * np.outer(years, years)
    if model.season:
        waves = [f(2 * np.pi * k * at / model.cycle) for k in (1, 2) for f in (np.cos, np.sin)]
        fixed = fixed + model.season * np.array(waves).T @ np.array(waves)
    walk = np.minimum(at[:, None], at[None, :]) - at.min()
    found, scores = [], []
    for memory, drift, winter in product(model.memory, model.drift, model.winter):
        spread = np.sqrt(1 + winter * np.cos(2 * np.pi * at / model.cycle)) if winter else np.ones(len(at))
        noisy = (memory**lag if memory else np.eye(len(at))) * np.outer(spread, spread)
        cov = fixed + drift * walk + noisy
        root = np.linalg.cholesky(cov[:n, :n])
        white, across = np.linalg.solve(root, z), np.linalg.solve(root, cov[:n, n:])
        a, fit = model.prior + n / 2, white @ white / 2
        mean, spread_ahead = across.T @ white, cov[n:, n:] - across.T @ across
        for centre, weight in noise:
            start = model.prior * centre**2
            scores.append(
                np.log(weight)
                + model.prior * np.log(start)
                - np.log(np.diag(root)).sum()
                - a * np.log(start + fit)
            )
            found.append((mean, spread_ahead * (start + fit) / a, 2 * a))
    weights = np.exp(np.array(scores) - max(scores))
    return [(float(w), *f) for w, f in zip(weights / weights.sum(), found, strict=True)]


def _yearly(
    known: dict[int, float], ahead: Array, paths: Array, model: Model, combine: str
) -> tuple[list[int], Array]:
    """Yearly values of every path; months already known stand beside those still to come."""
    if model.cycle == 1:
        return [int(y) for y in ahead], paths
    years = sorted({int(s) // 12 for s in ahead})
    rows = []
    for year in years:
        month_rows = [
            paths[np.where(ahead == s)[0][0]] if s in ahead else np.full(paths.shape[1], known[s])
            for s in range(year * 12, year * 12 + 12)
            if s in ahead or s in known
        ]
        total = np.sum(month_rows, axis=0)
        rows.append(total * 12 / len(month_rows) if combine == "sum" else total / len(month_rows))
    return years, np.array(rows)


def _satisfies(values: Array, target: float, comparator: str) -> NDArray[np.bool_]:
    tests = {">=": values >= target, ">": values > target, "<=": values <= target, "<": values < target}
    if comparator not in tests:
        raise ValueError(f"unknown comparator {comparator}")
    return tests[comparator]


def _step(period: str, monthly: bool) -> int:
    return int(period[:4]) * 12 + int(period[5:7]) - 1 if monthly else int(period[:4])


def _chance(share: float) -> float:
    """Never certain: a sample of paths cannot show less than one chance in a hundred."""
    return round(min(max(share, 0.01), 0.99), 2)


def _digits(value: float) -> float:
    return float(f"{value:.4g}")
