"""Time rules: how a file says when a value was observed. Local time is Asia/Shanghai, UTC+8 without summer time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple, Protocol

from jiuzhi.core.local import LOCAL

from ..properties import plain

HOUR = timedelta(hours=1)
EARLIEST = date(1980, 1, 1)


class Moment(NamedTuple):
    """When: ``time`` in UTC and the local ``day``; ``given`` tells how fine the text was: month, day or time."""

    time: datetime
    day: date
    given: str = "time"


class Context(NamedTuple):
    """What is known of the file: its name, the year a person gave, and the latest day that can be true."""

    name: str
    year: int | None
    latest: date | None


class TimeRule(Protocol):
    """``read`` turns the texts of ``columns`` into a moment. Raises ValueError with a Chinese reason."""

    @property
    def columns(self) -> tuple[str, ...]: ...

    def read(self, texts: Sequence[str], context: Context) -> Moment: ...


def moment(local: datetime, *, ends: bool = False, given: str = "time") -> Moment:
    """``local`` without zone → Moment. ``ends``: the label is the end of the hour, the lake keeps its start."""
    try:
        if ends:
            local -= HOUR
        return Moment(local.replace(tzinfo=LOCAL).astimezone(UTC), local.date(), given)
    except OverflowError:
        raise ValueError(f"年份 {local.year} 不合理，请核对") from None


def check(found: Moment, context: Context) -> Moment:
    """Raises ValueError when the day cannot be true."""
    if found.day < EARLIEST:
        raise ValueError(f"日期 {found.day} 早于 {EARLIEST}，请核对年份")
    if context.latest is not None and found.day > context.latest:
        raise ValueError(f"日期 {found.day} 晚于 {context.latest}，请核对年份")
    return found


@dataclass(frozen=True)
class Stamp:
    """Texts of the columns joined by a blank, in a ``strptime`` pattern. ``ends``: hours are labelled by their end."""

    columns: tuple[str, ...]
    pattern: str
    ends: bool = False

    def read(self, texts: Sequence[str], context: Context) -> Moment:
        text = " ".join(plain(item) for item in texts)
        try:
            local = datetime.strptime(text, self.pattern)
        except ValueError:
            raise ValueError(
                f"时间“{text}”读不懂，应如 {datetime(2026, 10, 1, 8).strftime(self.pattern)}"
            ) from None
        return check(moment(local, ends=self.ends), context)


@dataclass(frozen=True)
class MonthDay:
    """“MM-DD HH:MM” without a year.

    The year is the latest one that does not lie after the reference: the date in column ``reference``, else the year a
    person gave, else the month in the file's name (…_202104_…).
    """

    column: str
    reference: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column, self.reference) if self.reference else (self.column,)

    def read(self, texts: Sequence[str], context: Context) -> Moment:
        text = plain(texts[0])
        if not (parts := re.fullmatch(r"(\d{1,2})-(\d{1,2}) (\d{1,2}):(\d{2})", text)):
            raise ValueError(f"时间“{text}”读不懂，应如 04-01 08:00")
        last = self._reference(texts, context)
        month, day, hour, minute = map(int, parts.groups())
        for year in range(last.year, last.year - 8, -1):  # 8 years always hold a 29 February
            try:
                local = datetime(year, month, day, hour, minute)
            except ValueError:
                continue
            if local.date() <= last:
                return check(moment(local), context)
        raise ValueError(f"时间“{text}”不是日历上的时刻")

    def _reference(self, texts: Sequence[str], context: Context) -> date:
        if self.reference:
            try:
                return date.fromisoformat(plain(texts[1]))
            except ValueError:
                raise ValueError(f"{self.reference}“{texts[1]}”不是日期，应如 2020-05-08") from None
        if context.year:
            return date(context.year, 12, 31)
        if (found := month_in_name(context.name)) is None:
            raise ValueError("时间没有年份，文件名里也没有，请用 --year 指明")
        return found


def month_in_name(name: str) -> date | None:
    """Last day of the month named in a file name (``…_202104_…``, ``…2020_07…``); None without one."""
    found = re.search(r"(?<!\d)((?:19|20)\d\d)[-_]?(0[1-9]|1[0-2])(?!\d)", Path(name).name)
    if not found:
        return None
    year, month = int(found[1]), int(found[2])
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


@dataclass(frozen=True)
class MonthOfName:
    """The month in the file's name; the file has no time column."""

    columns: tuple[str, ...] = ()

    def read(self, texts: Sequence[str], context: Context) -> Moment:
        last = month_in_name(context.name)
        if last is None:
            raise ValueError("文件名里没有年月，应如 …_2020_07.csv")
        return check(moment(datetime(last.year, last.month, 1), given="month"), context)


_FREE = [
    re.compile(
        r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})"
        r"(?:日?|(?:日[T ]*|[T ]+)(\d{1,2})[:时点](\d{2})?分?(?::(\d{2})(?:\.0+)?)?)"
    ),
    re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})?(\d{2})?)?"),
]
_SERIAL = re.compile(r"[2-7]\d{4}(\.\d+)?", re.ASCII)
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")


@dataclass(frozen=True)
class Free:
    """A time as people write it: 2026-10-01 08:00, 2026/10/1, 2026年10月1日8时, 2026-10, 20261001, 2026100108."""

    columns: tuple[str, ...]

    def read(self, texts: Sequence[str], context: Context) -> Moment:
        text = plain(texts[0])
        if month := _MONTH.fullmatch(text):
            return check(self._moment(text, [month[1], month[2], "1"], "month"), context)
        for pattern in _FREE:
            if parts := pattern.fullmatch(text):
                given = "day" if parts[4] is None else "time"
                return check(self._moment(text, [part for part in parts.groups() if part], given), context)
        if _SERIAL.fullmatch(text):
            raise ValueError(
                f"时间“{text[:20]}”像是 Excel 的日期序号，请把该列设为日期格式后另存，应如 2026-10-01 08:00"
            )
        raise ValueError(f"时间“{text[:40]}”读不懂，应如 2026-10-01 08:00")

    @staticmethod
    def _moment(text: str, parts: Sequence[str], given: str) -> Moment:
        numbers = [int(part) for part in parts]
        carry = len(numbers) > 3 and numbers[3] == 24 and not any(numbers[4:])
        if carry:  # 24:00 is the end of the day
            numbers[3] = 0
        try:
            local = datetime(*numbers) + timedelta(days=carry)  # type: ignore[arg-type]
        except (ValueError, OverflowError):
            raise ValueError(f"时间“{text}”不是日历上的时刻，请核对") from None
        return moment(local, given=given)
