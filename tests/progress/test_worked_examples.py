"""The worked examples of docs/progress.md are the definition; here they are run."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from jiuzhi.science.statistics.attainment import Point, judge
from jiuzhi.science.statistics.paths import allowed_rest, when_said

PAGE = Path(__file__).resolve().parents[2] / "docs" / "progress.md"


def examples() -> list[list[str]]:
    rows = [
        [c.strip() for c in line.strip().strip("|").split("|")]
        for line in PAGE.read_text(encoding="utf-8").splitlines()
    ]
    return [r for r in rows if len(r) == 12 and r[0].isdigit()]


def points(text: str) -> list[Point]:
    found = []
    for part in filter(None, (p.strip() for p in text.split(";"))):
        when, _, value = part.partition(": ")
        period, _, to = when.partition("~")
        now, _, projected = value.partition(" -> ")
        found.append(
            Point(
                period, Decimal(now), not to, date.fromisoformat(to) if to else None,
                Decimal(projected) if projected else None, accumulates=bool(to) and not projected,
            )
        )  # fmt: skip
    return found


@pytest.mark.parametrize("row", examples(), ids=lambda r: f"example {r[0]}")
def test_example(row: list[str]) -> None:
    _, kind, better, sign, target, year, baseline, values, as_of, state, asks, behind = row
    stated = [(Decimal(v), int(y)) for v, y in re.findall(r"([\d.]+) \((\d{4})\)", baseline)]
    number = Decimal(target) if re.fullmatch(r"[\d.]+", target) else None
    verdict = judge(
        kind, better, sign, number, int(year), *(stated[0] if stated else (None, None)), points(values), date.fromisoformat(as_of),
        start=2026, milestones=[(y, v) for v, y in stated[1:]], text="" if number is not None else target,
    )  # fmt: skip
    assert str(verdict.state) == state, verdict.reason
    if asks:
        assert verdict.expected == Decimal(asks)
    if behind:
        assert verdict.years_behind == Decimal(behind)
    assert verdict.reason.endswith("。")


def test_every_kind_and_state_is_shown() -> None:
    assert {r[1] for r in examples()} == {"reach", "hold", "cumulative", "growth", "qualitative", "awaiting"}
    assert {r[9] for r in examples()} == {"met", "on_track", "late", "badly_late", "no_data"}


def test_reason_names_the_numbers_and_what_is_needed() -> None:
    verdict = judge(
        "reach",
        "up",
        ">=",
        Decimal(2010),
        2030,
        Decimal(1910),
        2025,
        [Point("2027", Decimal(1945))],
        date(2028, 2, 1),
        unit="万立方米",
    )
    for words in ("1945 万立方米", "1950 万立方米", "0.25 年", "21.67 万立方米", "≥2010 万立方米"):
        assert words in verdict.reason


@pytest.mark.parametrize(
    ("period", "last", "said"),
    [
        ("2026", date(2026, 12, 31), "2026 年"),
        ("2026-Q3", date(2026, 9, 30), "2026 年 3 季度"),
        ("2028-02", date(2028, 2, 29), "2028 年 2 月"),
    ],
)
def test_years_quarters_and_months(period, last, said) -> None:
    point = Point(period, Decimal(1))
    assert (point.end, when_said(point)) == (last, said)
    verdict = judge(
        "reach", "up", ">=", Decimal(10), 2030, Decimal(0), 2025, [point], date(2028, 6, 1), start=2026
    )
    assert said in verdict.reason


def test_a_value_reported_before_the_year_ended_does_not_keep_it() -> None:
    early = Point("2026", Decimal(96), True, date(2026, 6, 30))
    verdict = judge(
        "hold", "up", ">=", Decimal(95), 2030, None, None, [early], date(2026, 11, 22), start=2026, unit="%"
    )
    assert verdict.state == "on_track"
    assert "尚无完整年度" in verdict.reason


def test_what_the_rest_of_the_year_may_average() -> None:
    """15 on the first 300 days of 2026 leaves (20 × 365 − 15 × 300) ÷ 65 = 43.08 for the other 65."""
    assert allowed_rest(Decimal(20), Decimal(15), date(2026, 10, 27)) == (65, Decimal("43.076923"))
    assert allowed_rest(Decimal(20), Decimal(15), date(2026, 12, 31)) is None


def test_a_value_on_a_strict_limit_is_not_told_to_change_by_nothing() -> None:
    """<10 is not met at 10, yet the distance is 0: the sentence says so instead of asking for 0 a year."""
    verdict = judge(
        "reach", "down", "<", Decimal(10), 2030, Decimal(12), 2025, [Point("2026", Decimal(10))], date(2027, 2, 1),
        start=2026, unit="%",
    )  # fmt: skip
    assert "现值正好在限值上，2030 年须 <10%" in verdict.reason
    assert "每年须" not in verdict.reason
