"""The automaton: fire, hold, clear; one by one or in bulk, once or replayed."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiuzhi.engine.rules import bulk
from jiuzhi.engine.rules.hysteresis import (
    BAD,
    CLEARED,
    FIRED,
    GOOD,
    HOLD,
    LEVEL,
    REJOINED,
    Conduct,
    Memory,
    run,
)

START = datetime(2026, 11, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def over(verdicts, conduct, levels=None, step=MINUTE, memory=None):
    times = [START + n * step for n in range(len(verdicts))]
    return run(memory or Memory(), times, verdicts, levels or [0] * len(verdicts), conduct)


def kinds(verdicts, conduct, **more):
    return [(e.kind, e.nth) for e in over(verdicts, conduct, **more)[1]]


def test_it_fires_after_so_many_in_a_row_and_clears_after_so_many():
    conduct = Conduct(3, 2)
    assert kinds([BAD, BAD, GOOD, BAD, BAD, BAD, GOOD, BAD, GOOD, GOOD], conduct) == [
        (FIRED, 5),
        (CLEARED, 9),
    ]


def test_an_hour_of_flapping_is_one_episode():
    """Every second value beyond the limit: fired once, and never clear while it goes on."""
    assert kinds([BAD, GOOD] * 30, Conduct(1, 6)) == [(FIRED, 0)]


def test_slow_flapping_stays_one_episode_by_rejoining():
    verdicts = ([BAD] * 10 + [GOOD] * 10) * 3
    events = over(verdicts, Conduct(1, 6, rejoin=timedelta(hours=1)))[1]
    assert [e.kind for e in events] == [FIRED, CLEARED, REJOINED, CLEARED, REJOINED, CLEARED]
    assert len({e.episode for e in events}) == 1


def test_between_limit_and_release_nothing_moves():
    assert kinds([BAD] + [HOLD] * 50 + [GOOD, HOLD, GOOD, GOOD], Conduct(1, 2)) == [(FIRED, 0), (CLEARED, 54)]


def test_a_silence_is_neither_good_nor_bad():
    conduct = Conduct(2, 2, gap=5 * MINUTE)
    assert kinds([BAD, BAD], conduct, step=10 * MINUTE) == []
    memory, events = over([BAD, BAD, GOOD], conduct)
    assert [e.kind for e in events] == [FIRED]
    late = START + timedelta(hours=5)
    assert run(memory, [late], [GOOD], [0], conduct)[1] == []


def test_a_worse_level_is_told_and_a_lower_one_waits():
    events = over([BAD] * 4, Conduct(), levels=[1, 3, 2, 3])[1]
    assert [(e.kind, e.level) for e in events] == [(FIRED, 1), (LEVEL, 3)]


def test_what_was_evaluated_counts_once():
    conduct = Conduct(2, 1)
    memory, events = over([BAD], conduct)
    assert not events
    assert over([BAD], conduct, memory=memory) == (memory, [])


@pytest.mark.parametrize(("fire", "clear"), [(0, 1), (1, 0)])
def test_no_evaluation_is_no_conduct(fire, clear):
    with pytest.raises(ValueError, match="at least one"):
        Conduct(fire, clear)


conducts = st.builds(
    Conduct,
    st.integers(1, 4),
    st.integers(1, 4),
    st.sampled_from([None, 3 * MINUTE]),
    st.sampled_from([timedelta(0), 9 * MINUTE]),
)
series = st.lists(
    st.tuples(st.integers(1, 6), st.sampled_from([GOOD, HOLD, BAD, BAD]), st.integers(0, 2)), max_size=60
)


def _columns(found):
    at, times = START, []
    for minutes, _verdict, _level in found:
        at += minutes * MINUTE
        times.append(at)
    verdicts = [v for _m, v, _l in found]
    return times, verdicts, [level if v == BAD else 0 for (_m, v, level) in found]


@given(series, conducts)
def test_in_bulk_as_one_by_one(found, conduct):
    times, verdicts, levels = _columns(found)
    _memory, single = run(Memory(), times, verdicts, levels, conduct)
    micros = np.array([int((t - bulk._EPOCH) / timedelta(microseconds=1)) for t in times], dtype=np.int64)
    assert bulk.over(micros, np.array(verdicts), np.array(levels), conduct) == single


@given(series, conducts, st.integers(0, 60))
def test_stopped_and_gone_on_is_the_same(found, conduct, cut):
    times, verdicts, levels = _columns(found)
    whole = run(Memory(), times, verdicts, levels, conduct)
    memory, first = run(Memory(), times[:cut], verdicts[:cut], levels[:cut], conduct)
    end, rest = run(memory, times[cut:], verdicts[cut:], levels[cut:], conduct)
    assert (end, [e[:5] for e in first + rest]) == (whole[0], [e[:5] for e in whole[1]])


@given(series, conducts)
def test_fired_and_cleared_take_turns(found, conduct):
    events = [e for e in run(Memory(), *_columns(found), conduct)[1] if e.kind != LEVEL]
    assert all((a.kind == CLEARED) != (b.kind == CLEARED) for a, b in pairwise(events))
    assert all(e.since <= e.at for e in events)
