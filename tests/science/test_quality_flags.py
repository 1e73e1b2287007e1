"""Checks against ioos-qc's own examples, and what must hold for any series.

The inputs are those of ioos-qc's test-suite; what stands beside them is what ioos-qc 3.0.0 gave for them. Where ours differs on
purpose, the place and the reason are named. (3,000 random series beside it: no difference but those.)
"""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from jiuzhi.science.statistics import quality as q

NAN = np.nan
SPIKES = [10, 12, 999.99, 13, 15, 40, 9, 9]
GAPPY = [*SPIKES, None, 10, 10, 999.99, 10, None]
FLAT = [1, 2, 2.0001, 2, 2.0001, 2, 2.0001, 2, 4, 5, 3, 3.0001, 3.0005, 3.00001]
SIGNAL = [3, 4, 5, 8.1, 9, 8.5, 8.7, 8.4, 8.2, 8.35, 2, 1]


def hours(n: int) -> np.ndarray:
    return np.arange(n) * 3600.0


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (
            q.gross_range([None, 10, 15, 20, 25, 30, 35, 40, NAN, 51], (10, 50), (20, 40)),
            [9, 3, 3, 1, 1, 1, 1, 1, 9, 4],
        ),
        (
            q.gross_range([5, 10, 15, 20, 25, 30, 35, 40, 45, 51], (50, 10), (20, 40)),
            [4, 3, 3, 1, 1, 1, 1, 1, 3, 4],
        ),
        (q.spike(SPIKES, 25, 50), [2, 4, 4, 4, 1, 3, 1, 2]),
        (q.spike(GAPPY, 25, 50), [2, 4, 4, 4, 1, 3, 1, 2, 9, 2, 4, 4, 2, 9]),
        (q.spike(SPIKES, 25, 50, "differential"), [2, 1, 4, 1, 1, 1, 1, 2]),
        (q.spike(GAPPY, 25, 50, "differential"), [2, 1, 4, 1, 1, 1, 1, 2, 9, 2, 1, 4, 2, 9]),
        (q.flat_line(FLAT, 3, 5, 0.01), [1, 1, 1, 1, 3, 3, 4, 4, 1, 1, 1, 1, 1, 3]),
        (q.attenuated(SIGNAL, 4, 0.75, 0.5), [2, 2, 2, 1, 1, 1, 1, 3, 3, 3, 1, 1]),
        (q.attenuated(SIGNAL, 4, 0.5, 0.2, "std"), [2, 2, 2, 1, 1, 1, 3, 3, 4, 4, 1, 1]),
        (
            q.aggregate([1, 1, 1, 9, 1, 1, 9, 9], [2, 1, 1, 1, 1, 1, 9, 9], [1, 3, 3, 4, 3, 1, 2, 9]),
            [1, 3, 3, 4, 3, 1, 2, 9],
        ),
    ],
)
def test_as_ioos_qc(ours, theirs):
    assert ours.dtype == np.int8
    assert ours.tolist() == theirs


@pytest.mark.parametrize(
    ("values", "threshold", "theirs"),
    [
        ([2, 10, 2.1, 3, 4, 5, 7, 10, 0, 2, 2.2, 2], 4, [1, 3, 3, 1, 1, 1, 1, 1, 3, 1, 1, 1]),
        ([1, 2, 3, 90, 91, 92, 93, 1, 2, 3], 20, [1, 1, 1, 3, 1, 1, 1, 3, 1, 1]),
    ],
)
def test_rate_of_change_as_ioos_qc_but_the_first_value_is_not_evaluated(values, threshold, theirs):
    ours = q.rate_of_change(values, hours(len(values)), threshold, per=3600)
    assert ours.tolist() == [2, *theirs[1:]]


def test_the_noise_of_values_a_minute_apart_is_no_rate():
    ph, minutes = [7.1, 7.2, 7.1, 9.1], np.arange(4) * 60
    assert q.rate_of_change(ph, minutes, 1.5, per=3600).tolist() == [2, 3, 3, 3]
    assert q.rate_of_change(ph, minutes, 1.5, per=3600, least=3600).tolist() == [2, 1, 1, 3]


def test_gap_as_ioos_qc_but_the_first_value_is_not_evaluated():
    ours = q.gap([0, 3600, 7200, 20000, 21000, 30000], fail=7200)
    assert ours.tolist() == [2, *[1, 1, 4, 1, 4]]


def test_a_flat_line_passes_over_missing_values():
    """ioos-qc counts them into its window and finds 9 values flat here after fewer than three real repeats: 1 9 1 1 3 3 4 4 …"""
    values = [1, None, 2.0001, 2, 2.0001, 2, 2.0001, 2, 4, None, 3, None, None, 3.00001]
    assert q.flat_line(values, 3, 5, 0.01).tolist() == [1, 9, 1, 1, 1, 3, 3, 4, 1, 9, 1, 9, 9, 1]
    # A null in the middle does not hide an instrument that stands still.
    assert q.flat_line([5, 5, None, 5, 5], 3).tolist() == [1, 1, 9, 1, 3]


def test_a_whole_flat_line_is_flagged_from_where_it_began():
    assert q.flat_line([1, 5, 5, 5, 5, 2], 3).tolist() == [1, 1, 1, 1, 3, 1]
    assert q.flat_line([1, 5, 5, 5, 5, 2], 3, whole=True).tolist() == [1, 3, 3, 3, 3, 1]
    assert q.flat_line([1, 5, 5.1, 5, 5, 2], 3, tolerance=0.1, whole=True).tolist() == [1, 3, 3, 3, 3, 1]


def test_at_a_threshold_nothing_is_flagged_and_whole_numbers_are_exact():
    assert q.spike([0, 3, 0], 3).tolist() == [2, 1, 2]
    assert q.spike([100000, 300000, 200000], 150000).tolist() == [2, 1, 2]  # 0.1 0.3 0.2 in 10⁻⁶
    assert q.rate_of_change([0, 7], [0, 3600], 7, per=3600).tolist() == [2, 1]
    assert q.gross_range([0, 14], (0, 14)).tolist() == [1, 1]


def test_a_station_that_leaves_its_neighbours_is_drifting():
    rng = np.random.default_rng(4)
    day = 20 + 10 * np.sin(np.arange(480) / 24 * 2 * np.pi)
    neighbours = np.array([day + rng.normal(0, 1, 480) + level for level in (0, 4, -3)])
    steady = day + 8 + rng.normal(0, 1, 480)  # higher than the others, but always
    leaving = steady + np.linspace(0, 15, 480)
    assert set(q.drift(steady, neighbours, 48, suspect=5)) == {1, 2}
    flags = q.drift(leaving, neighbours, 48, suspect=5, fail=12)
    assert flags[-1] == q.FAIL
    assert (flags[:150] < q.SUSPECT).all()
    assert set(q.drift(leaving, neighbours[:1], 48, suspect=5)) == {
        q.NOT_EVALUATED
    }  # one neighbour judges nobody


def test_parts_cannot_be_more_than_the_whole():
    assert q.parts_above_whole([30, 51, None, 9], [50, 50, 50, None]).tolist() == [1, 3, 9, 2]
    assert q.parts_above_whole([[3, 3], [4, None]], [6, 6]).tolist() == [3, 1]
    assert q.parts_above_whole([52, 60], [50, 50], suspect=1, fail=9, share=0.02).tolist() == [1, 3]
    assert q.parts_above_whole([60], [50], suspect=0, fail=9).tolist() == [4]


def test_a_non_detect_keeps_its_mark_and_passes():
    assert q.below_detection([0.025, 0.01, 0.02, None], 0.025, [True, False, True, False]).tolist() == [
        1,
        3,
        1,
        9,
    ]


def test_another_unit_shows_in_the_median():
    right = np.linspace(15, 60, 20)
    assert set(q.wrong_unit(right, 2, 500)) == {1}
    assert set(q.wrong_unit(right / 1000, 2, 500)) == {3}
    assert set(q.wrong_unit(right * 1000, 2, 500)) == {3}
    assert set(q.wrong_unit(right[:5] / 1000, 2, 500)) == {2}
    assert q.unit_factor(Decimal("0.03"), Decimal(2), Decimal(500)) == -1000
    assert q.unit_factor(Decimal(30000), Decimal(2), Decimal(500), (1000,)) == 1000
    assert q.unit_factor(Decimal("0.3"), Decimal(2), Decimal(500)) == -10
    assert q.unit_factor(30, 2, 500) == 0


def test_a_clock_that_stands_jumps_back_or_is_off():
    assert q.clock([0, 3600, 3600, 1800, 7200]).tolist() == [1, 1, 4, 4, 1]
    assert q.clock([0, 3600, 9000], [10, 3700, 90000], suspect=600, fail=7200).tolist() == [1, 1, 4]
    assert q.clock([0, 3600, 7230], grid=3600).tolist() == [1, 1, 3]
    assert q.clock([0, NAN, 3600]).tolist() == [1, 9, 1]


def test_data_marks_of_hj_212():
    assert q.of_marks(["", "N", "F", "S", "M", "C", "D", "T", "B", "L"]).tolist() == [
        1,
        1,
        3,
        3,
        4,
        4,
        4,
        4,
        4,
        2,
    ]


def test_what_cannot_be_asked_is_said():
    with pytest.raises(ValueError, match="within"):
        q.gross_range([1], (0, 5), (-1, 3))
    with pytest.raises(ValueError, match="at least one"):
        q.aggregate()
    with pytest.raises(ValueError, match="one shape"):
        q.aggregate([1, 2], [1])
    with pytest.raises(ValueError, match="before it"):
        q.flat_line([1, 2], 0)
    with pytest.raises(ValueError, match="two values"):
        q.attenuated([1, 2], 1, 1)


NUMBERS = st.integers(-50, 50).map(float) | st.just(NAN)
SERIES = arrays.arrays(np.float64, st.integers(0, 40), elements=NUMBERS)
CHECKS = {
    "range": lambda v: q.gross_range(v, (-40, 40), (-20, 20)),
    "spike": lambda v: q.spike(v, 5, 20),
    "differential": lambda v: q.spike(v, 5, 20, "differential"),
    "rate": lambda v: q.rate_of_change(v, hours(len(v)), 5, 20, per=3600),
    "flat": lambda v: q.flat_line(v, 2, 4),
    "flat within": lambda v: q.flat_line(v, 2, 4, tolerance=3, whole=True),
    "attenuated": lambda v: q.attenuated(v, 4, 3, 1),
    "drift": lambda v: q.drift(v, np.array([v * 0, v * 0]), 4, 3, 9),
    "parts": lambda v: q.parts_above_whole(v, v[::-1]),
    "detection": lambda v: q.below_detection(v, 3, np.zeros(len(v))),
    "unit": lambda v: q.wrong_unit(v, 2, 10, least=3),
    "gap": lambda v: q.gap(v, 5, 9),
    "clock": lambda v: q.clock(v, grid=2),
}  # fmt: skip


@pytest.mark.parametrize("name", CHECKS)
@given(values=SERIES)
def test_any_series_gets_a_flag_per_value_and_stays_as_it_was(name, values):
    before = values.copy()
    flags = CHECKS[name](values)
    np.testing.assert_array_equal(values, before)
    assert flags.shape == values.shape
    assert flags.dtype == np.int8
    assert set(flags.tolist()) <= {1, 2, 3, 4, 9}
    assert ((flags == q.MISSING) == np.isnan(values)).all()


@pytest.mark.parametrize(
    "name", ["spike", "differential", "rate", "flat", "flat within", "attenuated", "drift"]
)
@given(values=SERIES, shift=st.integers(-1000, 1000))
def test_what_looks_at_changes_does_not_mind_the_level(name, values, shift):
    check = CHECKS[name]
    if name == "drift":
        neighbours = np.array([values * 0, values * 0])
        moved = q.drift(values + shift, neighbours, 4, 3, 9)
        assert moved.tolist() == q.drift(values, neighbours, 4, 3, 9).tolist()
    else:
        assert check(values + shift).tolist() == check(values).tolist()


@pytest.mark.parametrize("name", ["range", "detection", "unit"])
@given(values=SERIES, order=st.randoms(use_true_random=False))
def test_what_looks_at_values_alone_does_not_mind_their_order(name, values, order):
    places = list(range(len(values)))
    order.shuffle(places)
    assert CHECKS[name](values[places]).tolist() == CHECKS[name](values)[places].tolist()


@given(values=SERIES, seed=st.randoms(use_true_random=False))
def test_neighbours_may_come_in_any_order_and_flags_too(values, seed):
    around = np.array([values + 1, values * 0, values - 3])
    places = [0, 1, 2]
    seed.shuffle(places)
    one, other = q.drift(values, around, 3, 2), q.drift(values, around[places], 3, 2)
    assert one.tolist() == other.tolist()
    a, b, c = CHECKS["spike"](values), CHECKS["range"](values), CHECKS["flat"](values)
    merged = q.aggregate(a, b, c)
    assert merged.tolist() == q.aggregate(c, a, b).tolist() == q.aggregate(merged, a).tolist()


@given(values=SERIES)
def test_a_longer_flat_line_is_a_longer_one_too(values):
    shorter, longer = q.flat_line(values, 2) == q.SUSPECT, q.flat_line(values, 4) == q.SUSPECT
    assert not (longer & ~shorter).any()
