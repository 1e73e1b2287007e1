"""The forecast: honest when data are few, the same every time, and its interval holds on real series."""

from decimal import Decimal

import numpy as np
import pytest

from bench import hindcast as H
from jiuzhi.science.statistics.forecast import MIN_MONTHS, MIN_YEARS, forecast, forecast_share
from jiuzhi.science.statistics.trend import trend

CITIES = {
    "重庆市",
    "重庆",
    "成都",
    "武汉",
    "北京",
    "西安",
    "昆明",
    "哈尔滨",
    "广州",
    "上海",
    "兰州",
    "长沙",
    "贵阳",
    "郑州",
    "杭州",
    "南昌",
    "沈阳",
    "太原",
}


def months(
    n: int, level: float = 30, slope: float = 0.0, noise: float = 0.08, start: int = 2021
) -> list[tuple[str, float]]:
    rng = np.random.default_rng(7)
    return [
        (f"{start + i // 12}-{i % 12 + 1:02d}", (level + slope * i / 12) * float(np.exp(0.3 * np.cos(2 * np.pi * i / 12) + noise * rng.standard_normal())))
        for i in range(n)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("series", "words"),
    [
        (months(MIN_MONTHS - 3), "还差 3 个月"),
        ([(str(2022 + i), 15.0 + i) for i in range(MIN_YEARS - 2)], "还差 2 年"),
        ([], "还差 5 年"),
        ([(str(2020 + i), 100.0) for i in range(6)], "完全相同"),
        ([(f"{2025 + i}", 10.0 + i) for i in range(6)], "已有"),
    ],
)
def test_too_little_is_said_instead_of_a_number(series, words) -> None:
    found = forecast(series, 2030, 20, "<=")
    assert not found.enough
    assert words in found.reason
    assert found.probability is None
    assert found.fan == []


def test_no_target_no_forecast() -> None:
    assert not forecast(months(40), 2030, None, "<=").enough


def test_the_same_data_give_the_same_answer() -> None:
    assert forecast(months(48), 2030, 25, "<=") == forecast(list(reversed(months(48))), 2030, 25, "<=")


def test_direction_distance_and_horizon() -> None:
    series = months(60)
    easy, hard = forecast(series, 2027, 60, "<="), forecast(series, 2027, 20, "<=")
    assert easy.probability > 0.95 > 0.05 > hard.probability
    assert forecast(series, 2027, 60, ">=").probability < 0.05
    widths = [high - low for _, low, _, high in forecast(series, 2030, 30, "<=").fan]
    assert widths == sorted(widths)
    falling = forecast(months(60, slope=-3), 2027, 25, "<=")
    assert falling.median < 25 < forecast(months(60), 2027, 25, "<=").median


def test_months_already_measured_are_not_guessed_again() -> None:
    """Ten of twelve months known: the year's interval is far narrower than the next year's."""
    found = forecast(months(58), 2027, 30, "<=")
    (_, low, _, high), (_, low_next, _, high_next) = found.fan[:2]
    assert (high - low) < (high_next - low_next) / 2


def test_bounds_hold_and_exact_values_are_taken() -> None:
    found = forecast(
        [(str(2020 + i), Decimal(v)) for i, v in enumerate(["95", "96.5", "98", "97", "99"])],
        2030,
        100,
        ">=",
        low_bound=0,
        high_bound=100,
    )
    assert all(0 <= low <= median <= high <= 100 for _, low, median, high in found.fan)


def test_a_share_is_foretold_from_the_nearest_place() -> None:
    far, near = (
        forecast_share(months(60, level=40), 2028, 100.0, 3),
        forecast_share(months(60, level=90), 2028, 100.0, 3),
    )
    assert (far.low, far.median, far.high, far.probability) == (100.0, 100.0, 100.0, 0.99)
    assert near.low == pytest.approx(66.67)
    assert 0.5 < near.probability < 0.99
    assert not forecast_share(months(10), 2028, 100.0, 3).enough


def test_mixed_periods_are_refused() -> None:
    with pytest.raises(ValueError, match="all months"):
        forecast([("2025", 1.0), ("2025-01", 1.0)], 2030, 1, "<=")


@pytest.mark.shared
def test_the_interval_holds_on_real_cities(shared) -> None:
    """A fixed sample of cities; all of them: python -m bench.hindcast."""
    series = H.city_months(shared / "data" / "air" / "city_daily_aqi_201312_201701_partA.csv.gz", CITIES)
    assert len(series) >= 32
    score = H.hindcast(series.values())
    inside = [hit for key in score.inside for hit in score.inside[key]]
    assert 0.85 <= np.mean(inside) <= 0.95, {k: score.coverage(k) for k in score.inside}
    ours, naive = score.brier()
    assert ours < naive


def test_trend_is_not_fooled_by_season_and_memory() -> None:
    rng = np.random.default_rng(3)
    noise = np.zeros(72)
    for i in range(1, 72):
        noise[i] = 0.6 * noise[i - 1] + rng.standard_normal()
    periods = [f"{2019 + i // 12}-{i % 12 + 1:02d}" for i in range(72)]
    season = 5 * np.cos(2 * np.pi * np.arange(72) / 12)
    flat = trend([(p, 30 + season[i] + 0.5 * noise[i]) for i, p in enumerate(periods)])
    down = trend([(p, 30 + season[i] + 0.5 * noise[i] - 0.2 * i) for i, p in enumerate(periods)])
    assert flat.direction == "none"
    assert down.direction == "down"
    assert down.slope == pytest.approx(-2.4, abs=0.4)  # per year
    assert "还" not in trend([("2025-01", 1.0)]).direction
    assert "数据不足" in trend([("2025-01", 1.0)]).reason
    assert trend([(p, 1.0) for p in periods]).direction == "none"
