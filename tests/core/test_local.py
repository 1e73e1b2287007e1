"""A day is a day in China, also on a machine whose clock is set to UTC."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from jiuzhi.core import local


def test_the_fixed_offset_is_the_zones_own():
    for moment in (datetime(2013, 7, 1, tzinfo=UTC), datetime(2026, 12, 31, 16, tzinfo=UTC)):
        assert (
            moment.astimezone(local.LOCAL).utcoffset()
            == moment.astimezone(ZoneInfo("Asia/Shanghai")).utcoffset()
        )


def test_today_turns_at_midnight_in_china(monkeypatch):
    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime(2026, 11, 21, 16, 30, tzinfo=UTC).astimezone(tz)

    monkeypatch.setattr(local, "datetime", Clock)
    assert local.today().isoformat() == "2026-11-22"
