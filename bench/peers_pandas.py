"""The assessment of `bench.peers` in pandas, twice: as it is usually written, and by hand on numpy arrays."""

from collections.abc import Callable
from typing import Any

from .rules_2012 import (
    COLUMN,
    DAILY,
    HOURLY,
    HOURS_LCM,
    INDEX,
    LEVELS,
    MEANS,
    PERCENTILES,
    POLLUTANTS,
    WINDOW_LCM,
)


def pandas(task: str) -> Callable[[str], Callable[[], dict[str, Any]]]:
    """Pandas as it is usually written (cut, map, groupby, rolling), vectorised; missing as NaN."""
    return _frames(task, _cut, _rolling)


def numpy(task: str) -> Callable[[str], Callable[[], dict[str, Any]]]:
    """Pandas for reading and grouping, the rest by hand on numpy arrays (8-hour windows on station-day × 24)."""
    return _frames(task, _pd_judged, _strided)


def _frames(
    task: str,
    judged: Callable[[Any, dict[str, tuple[int, ...]]], Any],
    windows: Callable[[Any], tuple[Any, Any]],
) -> Callable[[str], Callable[[], dict[str, Any]]]:
    import pandas as pd

    def load(file: str) -> Callable[[], dict[str, Any]]:
        frame = pd.read_parquet(file)

        def run() -> dict[str, Any]:
            if task == "hourly":
                return {"rows": judged(frame.rename(columns={c: p for p, c in COLUMN.items()}), HOURLY)[
                    ["aqi", "level", "primary_mask"]]}  # fmt: skip
            daily = _pd_daily(frame, windows)
            days = judged(daily, DAILY)
            return {
                "days": days[["station", "day", *POLLUTANTS, "aqi", "level", "primary_mask"]],
                "year": _pd_year(daily),
            }

        return run

    return load


def _rolling(frame: Any) -> tuple[Any, Any]:
    """Highest 8-hour mean in units / 168 and number of valid windows, per station and day in order."""
    hours = frame.set_index(["station", "day", "hour"])["o3"].groupby(level=["station", "day"])
    rolled = hours.rolling(8, min_periods=6)
    total, number = rolled.sum().droplevel([0, 1]), rolled.count().droplevel([0, 1])
    ends = total.index.get_level_values("hour") >= 8
    means = (total * (WINDOW_LCM // number.where(number >= 6)))[ends].groupby(level=["station", "day"])
    return means.max().to_numpy("float64"), means.count().to_numpy("float64")


def _strided(frame: Any) -> tuple[Any, Any]:
    """As ``_rolling``, by running sums over an array."""
    import numpy as np

    grid = (
        frame.pivot(index=["station", "day"], columns="hour", values="o3")
        .reindex(columns=range(1, 25))
        .to_numpy("float64")
    )
    known = ~np.isnan(grid)
    total = np.cumsum(np.pad(np.where(known, grid, 0), ((0, 0), (1, 0))), axis=1)
    number = np.cumsum(np.pad(known, ((0, 0), (1, 0))), axis=1)
    w, k = total[:, 8:] - total[:, :-8], (number[:, 8:] - number[:, :-8]).astype("float64")
    means = np.where(k >= 6, w * np.floor_divide(WINDOW_LCM, np.maximum(k, 1)), np.nan)
    return np.fmax.reduce(means, axis=1), (~np.isnan(means)).sum(axis=1)


def _cut(frame: Any, tops: dict[str, tuple[int, ...]]) -> Any:
    import numpy as np
    import pandas as pd

    iaqi = pd.DataFrame(index=frame.index)
    for p in POLLUTANTS:
        edges = tops[p]
        beyond = 500.0 if len(edges) == len(INDEX) else (300.0 if tops is DAILY else np.nan)
        segment = pd.cut(frame[p], [*edges, np.inf], labels=False, include_lowest=True)
        start = dict(enumerate(INDEX[: len(edges) - 1]))
        rise = {k: INDEX[k + 1] - INDEX[k] for k in start}
        index = np.ceil(
            (frame[p] - segment.map(dict(enumerate(edges))))
            * segment.map(rise)
            / segment.map({k: edges[k + 1] - edges[k] for k in start})
        ) + segment.map(start)
        iaqi[p] = index.where(segment != len(edges) - 1, beyond)
    out = frame.copy(deep=False)
    out["aqi"] = iaqi.max(axis=1)
    out["level"] = pd.cut(out["aqi"], [-1, *LEVELS, np.inf], labels=False) + 1
    bits = pd.Series(2 ** np.arange(6), index=list(POLLUTANTS))
    out["primary_mask"] = iaqi.eq(out["aqi"], axis=0).dot(bits).where(out["aqi"] > 50, 0)
    return out


def _pd_judged(frame: Any, tops: dict[str, tuple[int, ...]]) -> Any:
    import numpy as np

    iaqi = {}
    for p in POLLUTANTS:
        value = frame[p].to_numpy(dtype="float64", na_value=np.nan)
        edge, step = np.array(tops[p]), np.array(INDEX)
        at = np.clip(np.searchsorted(edge, value, side="left"), 1, len(edge) - 1)
        low, high, i_low, i_high = edge[at - 1], edge[at], step[at - 1], step[at]
        index = -np.floor_divide(-(i_high - i_low) * (value - low), high - low) + i_low
        beyond = 500.0 if len(edge) == len(step) else (300.0 if tops is DAILY else np.nan)
        iaqi[p] = np.where(value > edge[-1], beyond, index)
    stacked = np.stack(list(iaqi.values()))
    aqi = np.fmax.reduce(stacked)
    out = frame.copy(deep=False)
    out["aqi"] = aqi
    out["level"] = np.where(np.isnan(aqi), np.nan, np.searchsorted(np.array(LEVELS), aqi, side="left") + 1)
    mask = ((stacked == aqi) & (aqi > 50)) * (2 ** np.arange(6))[:, None]
    out["primary_mask"] = mask.sum(axis=0)
    return out


def _pd_half_even(n: Any, d: Any) -> Any:
    import numpy as np

    quotient, rest = np.floor_divide(n, d), np.mod(n, d)
    return quotient + ((2 * rest > d) | ((2 * rest == d) & (np.mod(quotient, 2) == 1)))


def _pd_daily(frame: Any, highest: Callable[[Any], tuple[Any, Any]]) -> Any:
    import numpy as np
    import pandas as pd

    plain = [COLUMN[p] for p in POLLUTANTS if p != "O3"]
    grouped = frame.groupby(["station", "day"], sort=True)
    sums, counts = grouped[plain].sum(), grouped[plain].count()
    out = pd.DataFrame(index=sums.index)
    for p in POLLUTANTS:
        if p != "O3":
            s, n = sums[COLUMN[p]].to_numpy("float64"), counts[COLUMN[p]].to_numpy("float64")
            with np.errstate(divide="ignore", invalid="ignore"):
                out[p] = np.where(n >= 20, _pd_half_even(s, n), np.nan)
                out[f"x_{p}"] = np.where(n >= 20, s * np.floor_divide(HOURS_LCM, n), np.nan)
    top, windows = highest(frame)
    valid = (windows >= 14) | (_pd_half_even(top, WINDOW_LCM) > 160)
    out["O3"], out["x_O3"] = (
        np.where(valid, _pd_half_even(top, WINDOW_LCM), np.nan),
        np.where(valid, top, np.nan),
    )
    return out.reset_index()


def _pd_year(daily: Any) -> Any:
    import pandas as pd

    parts = []
    daily = daily.assign(
        year=pd.to_datetime(daily["day"]).dt.year, month=pd.to_datetime(daily["day"]).dt.month
    )
    for p in POLLUTANTS:
        divisor, q = WINDOW_LCM if p == "O3" else HOURS_LCM, PERCENTILES[p]
        known = daily.dropna(subset=[f"x_{p}"])
        months = known.groupby(["station", "year", "month"]).size().reset_index(name="n")
        months["ok"] = months["n"] >= months["month"].map(lambda m: 25 if m == 2 else 27)
        by_year = months.groupby(["station", "year"])
        validity = {
            "days": by_year["n"].sum(),
            "valid": (by_year["n"].sum() >= 324) & (by_year["ok"].sum() == 12),
        }
        by = known.groupby(["station", "year"])[f"x_{p}"]
        if p in MEANS:
            mean = _pd_half_even(by.sum(), by.count() * divisor)
            parts.append(pd.DataFrame({"item": p, "statistic": "mean", "value": mean, **validity}))
        exact = by.agg(lambda x, q=q: _pd_rank(x.to_numpy(), q))
        parts.append(
            pd.DataFrame(
                {"item": p, "statistic": f"p{q}", "value": _pd_half_even(exact, divisor * 100), **validity}
            )
        )
    return pd.concat(parts).reset_index()


def _pd_rank(values: Any, q: int) -> float:
    values = sorted(values)
    index, part = divmod((len(values) - 1) * q, 100)
    return values[index] * (100 - part) + values[min(index + 1, len(values) - 1)] * part
