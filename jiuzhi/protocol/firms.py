"""Active-fire files of NASA FIRMS: CSV of VIIRS (375 m) and MODIS (1 km), as downloaded or as archived.

``acq_date`` and ``acq_time`` are UTC; the time is HHMM written without leading zeros ("5" is 00:05). Confidence is l, n, h (VIIRS) or
0–100 (MODIS: below 30 low, from 80 high). Source: FIRMS attribute tables of VIIRS C2 and MODIS C6.1.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

LOW, NOMINAL, HIGH = 0, 1, 2
NEEDED = ("latitude", "longitude", "acq_date", "acq_time", "satellite", "confidence")
_WORDS = {"l": LOW, "low": LOW, "n": NOMINAL, "nominal": NOMINAL, "h": HIGH, "high": HIGH}
_SATELLITES = {
    "N": "S-NPP", "NPP": "S-NPP", "1": "NOAA-20", "N20": "NOAA-20", "2": "NOAA-21", "N21": "NOAA-21", "T": "Terra", "A": "Aqua",
}  # fmt: skip
_NOT_OPEN = {"1": "火山", "2": "固定热源（工业等）", "3": "海上"}


@dataclass(frozen=True)
class Fire:
    """One detection. ``lon``, ``lat`` [° WGS 84]; ``time`` UTC; ``confidence`` 0–2; ``frp`` [MW]; ``precision`` [m]."""

    row: int
    lon: Decimal
    lat: Decimal
    time: datetime
    satellite: str
    confidence: int
    said: str
    frp: Decimal | None
    precision: int


@dataclass(frozen=True)
class Refused:
    """A row that is not taken, and why."""

    row: int
    why: str


class NoFires(ValueError):
    """A file that is none of FIRMS; says in one sentence what is missing."""


def read(text: str) -> Iterator[Fire | Refused]:
    """The rows of a file, in its order. Errors: `NoFires`."""
    rows = csv.DictReader(text.removeprefix("\ufeff").splitlines())
    names = {(name or "").strip().lower(): name for name in rows.fieldnames or ()}
    if missing := [n for n in NEEDED if n not in names]:
        raise NoFires(f"不是 FIRMS 火点文件：缺少列 {'、'.join(missing)}。请用 FIRMS 下载的 CSV，不改表头。")
    viirs = "bright_ti4" in names
    for number, given in enumerate(rows, 2):
        row = {key: (given.get(name) or "").strip() for key, name in names.items()}
        if not any(row.values()):
            continue
        try:
            yield _fire(number, row, viirs)
        except ValueError as error:
            yield Refused(number, str(error))


def time_of(day: str, clock: str) -> datetime:
    """UTC moment of acq_date and acq_time. Errors: ``ValueError`` with a sentence."""
    digits = clock.removesuffix(".0").replace(":", "")
    if not re.fullmatch(r"\d{1,4}", digits, re.ASCII):
        raise ValueError(f"acq_time “{clock}”不是时分：应为 0 到 2359 的 HHMM（UTC），如 5 表示 00:05")
    hour, minute = divmod(int(digits), 100)
    if hour > 23 or minute > 59:
        raise ValueError(f"acq_time “{clock}”不是一天中的时刻：应为 0 到 2359 的 HHMM（UTC）")
    try:
        found = date.fromisoformat(day.replace("/", "-"))
    except ValueError:
        raise ValueError(f"acq_date “{day}”不是日期：应为 2026-11-25") from None
    if not 2000 <= found.year <= 2100:
        raise ValueError(f"acq_date “{day}”不在 2000 年到 2100 年之间")
    return datetime(found.year, found.month, found.day, hour, minute, tzinfo=UTC)


def confidence_of(text: str) -> int:
    """0 low, 1 nominal, 2 high. Errors: ``ValueError`` with a sentence."""
    if (word := _WORDS.get(text.lower())) is not None:
        return word
    if re.fullmatch(r"\d{1,3}(\.0)?", text, re.ASCII) and (number := int(float(text))) <= 100:
        return LOW if number < 30 else NOMINAL if number < 80 else HIGH
    raise ValueError(f"confidence “{text}”读不懂：应为 l、n、h 或 0 到 100")


def _number(row: dict[str, str], name: str, low: int, high: int) -> Decimal:
    try:
        found = Decimal(row[name])
    except InvalidOperation:
        raise ValueError(f"{name} “{row[name]}”不是数字") from None
    if not found.is_finite() or not low <= found <= high:
        raise ValueError(f"{name} “{row[name]}”超出 {low} 到 {high}")
    return found


def _fire(number: int, row: dict[str, str], viirs: bool) -> Fire:
    if (kind := row.get("type", "0")) in _NOT_OPEN:
        raise ValueError(f"type {kind}：{_NOT_OPEN[kind]}，不是露天火点")
    satellite = _SATELLITES.get(row["satellite"], row["satellite"])
    return Fire(
        number, _number(row, "longitude", -180, 180), _number(row, "latitude", -90, 90), time_of(row["acq_date"], row["acq_time"]),
        satellite[:20], confidence_of(row["confidence"]), row["confidence"][:12],
        _number(row, "frp", 0, 1_000_000) if row.get("frp") else None, 375 if viirs else 1000,
    )  # fmt: skip


__all__ = ["HIGH", "LOW", "NOMINAL", "Fire", "NoFires", "Refused", "confidence_of", "read", "time_of"]
