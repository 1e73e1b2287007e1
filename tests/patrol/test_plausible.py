"""Checks whether a patrol was walked; the patrol rate."""

import itertools
import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiuzhi.engine.patrol import plausible, rate

from .conftest import NOW, walk

START = NOW.timestamp() - 3600


def codes(track, **more):
    return {code for code, _ in plausible.doubts(track, NOW, **more)}


def test_a_walk_is_believed():
    assert not codes(walk(START), kind="网格员", minutes=5, metres=300, duration=400)


def test_each_doubt():
    good = walk(START)
    assert codes(good[:3]) == {"few"}
    assert "order" in codes([*good, good[0]])
    assert "future" in codes(walk(NOW.timestamp() + 3600))
    assert codes([[t, 108.66, 31.94, a] for t, _, _, a in good]) == {"spot"}
    assert codes([[t, x, y, 5] for t, x, y, _ in good]) == {"steady"}
    assert codes([[START + (t - START) / 40, x, y, a] for t, x, y, a in walk(START, 400)]) == {"fast"}
    assert "jump" in codes([*good[:20], [good[20][0], 108.9, 32.1, 4], *good[21:]])
    assert codes(good, minutes=30, metres=5000, duration=400) == {"short"}


def test_a_copied_track_is_known_forwards_and_backwards_but_a_second_walk_is_not():
    good = walk(START)
    again = [[t + 86400, x, y, a + 1] for t, x, y, a in good]
    back = [[t, x, y, a] for (t, _, _, a), (_, x, y, _) in zip(good, good[::-1], strict=True)]
    noise = random.Random(7)
    second = [[t, x + noise.gauss(0, 4e-5), y + noise.gauss(0, 4e-5), a] for t, x, y, a in good]
    assert "copied" in codes(again, earlier=[good])
    assert "copied" in codes(back, earlier=[good])
    assert "copied" not in codes(second, earlier=[good])


def test_a_photo_taken_elsewhere_or_long_ago():
    old = plausible.photo(NOW, (108.66, 31.94), NOW - timedelta(hours=5), (108.7, 31.94))
    assert [code for code, _ in old] == ["photo_time", "photo_place"]
    assert not plausible.photo(NOW, (108.66, 31.94), NOW, (108.6601, 31.94))
    assert not plausible.photo(NOW, None, None, None)


points = st.lists(
    st.tuples(
        st.floats(1.5e9, 2e9), st.floats(73, 136), st.floats(3, 54), st.floats(0, 1e5)
    ).map(list), max_size=30,
)  # fmt: skip


@given(points, points)
def test_no_track_breaks_a_check(track, other):
    for code, words in plausible.doubts(track, NOW, earlier=[other]):
        assert code
        assert words
    assert plausible.length(track) >= 0


@given(
    st.integers(1, 40), st.sampled_from(["day", "week", "month"]),
    st.dates(date(2024, 1, 1), date(2026, 12, 31)), st.dates(date(2024, 1, 1), date(2026, 12, 31)),
)  # fmt: skip
def test_periods_do_not_overlap_and_end_inside(every, unit, begin, first):
    last = first + timedelta(days=400)
    asked = rate.periods(every, unit, begin, None, first, last)
    assert all(a <= b and first <= b <= last for a, b in asked)
    assert all(one[1] < two[0] for one, two in itertools.pairwise(asked))
    assert rate.done(asked, [a for a, _ in asked]) == len(asked)


def test_the_rate_of_a_month():
    asked = rate.periods(1, "week", date(2026, 1, 1), None, date(2026, 9, 1), date(2026, 9, 30))
    assert asked[0] == (date(2026, 8, 31), date(2026, 9, 6))
    assert len(asked) == 4
    assert rate.done(asked, [date(2026, 9, 2), date(2026, 9, 3), date(2026, 9, 27)]) == 2


@pytest.mark.parametrize("unit", ["day", "week", "month"])
@pytest.mark.parametrize("every", [1, 366])
def test_periods_at_the_end_of_the_calendar(unit, every):
    last = date(9999, 12, 31)
    assert rate.current(every, unit, last, date(2026, 9, 1))[0] == last
    assert len(rate.periods(every, unit, date(9999, 12, 1), None, date(9999, 12, 1), last)) <= 31


def test_a_long_track_is_compared_by_a_few_hundred_points(monkeypatch):
    looked = []
    line = plausible.LineString
    monkeypatch.setattr(plausible, "LineString", lambda points: looked.append(len(points)) or line(points))
    track = [[n, 108.66 + n * 1e-6, 31.94, 5] for n in range(20_000)]
    plausible._evenly(track)
    assert looked[0] <= plausible.THINNED + 1
    for n in (5, 400, 401, 799):
        assert plausible._evenly(track[:n])[-1] == pytest.approx((track[n - 1][1], 31.94))
    assert plausible.copied(track, [track[::-1]], plausible.Limits())[0] == "copied"
