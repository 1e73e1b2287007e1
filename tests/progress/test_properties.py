"""What must hold for every commitment: no better value makes things worse, no unit matters, nothing divides by zero."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from jiuzhi.science.statistics.attainment import RANK, Point, State, Verdict, judge

numbers = st.decimals(-1000, 1000, places=2)
signs = st.sampled_from([("up", ">="), ("up", ">"), ("down", "<="), ("down", "<")])
kinds = st.sampled_from(["reach", "hold", "cumulative", "growth"])
years = st.integers(2026, 2030)


def verdict_of(
    kind: str,
    sign: tuple[str, str],
    target: Decimal,
    base: Decimal | None,
    values: list[Point],
    as_of: date = date(2028, 6, 1),
    scale: int = 1,
) -> Verdict:
    better, comparator = ("up", ">=") if kind in ("cumulative", "growth") else sign
    k = Decimal(scale)
    points = [
        replace(p, value=p.value * k, projected=None if p.projected is None else p.projected * k)
        for p in values
    ]
    return judge(
        kind,
        better,
        comparator,
        target * k,
        2030,
        None if base is None else base * k,
        None if base is None else 2025,
        points,
        as_of,
        start=2026,
    )


@given(
    kinds,
    signs,
    numbers,
    numbers | st.none(),
    st.lists(numbers, min_size=1, max_size=3),
    numbers,
    st.booleans(),
)
def test_a_better_value_never_gives_a_worse_state(kind, sign, target, base, values, step, whole) -> None:
    if kind == "growth":
        values = [max(v, Decimal(-99)) for v in values]
    years = [str(2026 + i) for i in range(len(values))]
    points = [
        Point(y, v, whole, None if whole else date(int(y), 5, 20)) for y, v in zip(years, values, strict=True)
    ]
    better = abs(step) if kind in ("cumulative", "growth") or sign[0] == "up" else -abs(step)
    improved = [*points[:-1], replace(points[-1], value=points[-1].value + better)]
    as_of = date(2026 + len(values), 6, 1)
    before, after = (
        verdict_of(kind, sign, target, base, points, as_of),
        verdict_of(kind, sign, target, base, improved, as_of),
    )
    if State.NO_DATA not in (before.state, after.state):
        assert RANK[after.state] <= RANK[before.state]


@given(
    kinds.filter(lambda k: k != "growth"),
    signs,
    numbers,
    numbers | st.none(),
    numbers,
    st.sampled_from([10, 1000, 1_000_000]),
)
def test_the_unit_does_not_matter(kind, sign, target, base, value, scale) -> None:
    points = [Point("2027", value)]
    assert (
        verdict_of(kind, sign, target, base, points).state
        == verdict_of(kind, sign, target, base, points, scale=scale).state
    )


@given(signs, numbers, numbers | st.none(), st.decimals(0, 500, places=2))
def test_inside_the_limit_is_never_late(sign, target, base, margin) -> None:
    inside = target + margin if sign[0] == "up" else target - margin
    verdict = verdict_of("hold", sign, target, base, [Point("2027", inside)])
    assert verdict.state is State.MET or (margin == 0 and sign[1] in "><")


@given(kinds, signs, numbers, st.lists(numbers, max_size=4))
def test_baseline_equal_to_target_divides_by_nothing(kind, sign, target, values) -> None:
    points = [Point(str(2025 + i), max(v, Decimal(-99))) for i, v in enumerate(values)]
    verdict = verdict_of(kind, sign, target, target, points, date(2030, 2, 1))
    assert verdict.reason


@given(signs, numbers, numbers, numbers, numbers)
def test_a_year_that_is_not_over_is_never_badly_late_nor_met(sign, target, base, value, projected) -> None:
    point = Point("2026", value, False, date(2026, 8, 31), projected)
    for kind in ("reach", "hold"):
        verdict = verdict_of(kind, sign, target, base, [point], date(2026, 9, 1))
        assert verdict.state in (State.ON_TRACK, State.LATE, State.NO_DATA)


def test_values_after_the_day_are_not_known_yet() -> None:
    points = [Point("2026", Decimal(5)), Point("2027", Decimal(50))]
    verdict = verdict_of("reach", ("up", ">="), Decimal(50), Decimal(0), points, date(2027, 6, 1))
    assert verdict.period == "2026"
