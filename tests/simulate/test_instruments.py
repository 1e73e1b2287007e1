"""What a county's instruments sent, as far as it arrived whole."""

from datetime import datetime, timedelta

import simulate

START = datetime(2026, 11, 20)


def test_history_is_each_instrument_at_its_interval_without_what_broke():
    sent = list(simulate.history("500229", START, START + timedelta(hours=1)))
    due = sum(3600 // one.interval for one in simulate.instruments("500229"))
    assert due * 0.97 < len(sent) < due * 1.02
    assert all(START <= moment < START + timedelta(hours=1) for _, moment, _ in sent)
    assert all(moment >= START + timedelta(seconds=one.interval) for one, moment, _ in sent)
    assert sent == list(simulate.history("500229", START, START + timedelta(hours=1)))


def test_places_are_near_the_county():
    for one in simulate.instruments("500229"):
        assert abs(one.place[0] - 108.66) <= 0.15
        assert abs(one.place[1] - 31.95) <= 0.15
