"""What a frame says, as values for the lake. Each protocol in a file of its own; all are total: any bytes give values or faults in words."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from types import ModuleType
from typing import NamedTuple

from jiuzhi.core.local import LOCAL

from ..devices import Known
from ..properties import EVERY

log = logging.getLogger("jiuzhi.gateway")
AHEAD = timedelta(days=1)  # a value later than this after its receipt was not measured yet
_FIRST = 1990  # year
MOST = Decimal("999999999999.999999")  # the largest value the lake holds


class Reading(NamedTuple):
    """One observed value on its way in. time: with zone, start of the period; value in the lake's unit of the property; flag: 2 when the
    source itself says it is not to be used; unit: where it is not the property's (an amount beside a concentration)."""

    station: str
    property: str
    kind: str
    time: datetime
    value: Decimal | None
    raw: str = ""
    qualifier: str = ""
    flag: int = 0
    synthetic: bool = False
    unit: str = ""


@dataclass
class Decoded:
    """What one frame came to. ``about``: what it is, in words; ``data_time``: of what it says, with zone; ``resent``: the device says that it
    sends the past again."""

    about: str = ""
    data_time: datetime | None = None
    readings: list[Reading] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    resent: bool = False


def local(moment: datetime | None) -> datetime | None:
    """A time as devices send it, with the zone they mean."""
    return moment.replace(tzinfo=LOCAL) if moment else None


def fault_of(reading: Reading, received: datetime) -> str:
    """Why a reading cannot be true; "" when nothing is known against it."""
    item = EVERY.get(reading.property)
    if item is None:
        return f"项目 {reading.property} 不认得"
    if reading.time.tzinfo is None:
        return "观测时间必须带时区"
    if reading.time > received + AHEAD:
        return f"数据时间 {reading.time:%Y-%m-%d %H:%M}（UTC）在收到之后一天以上，不入库"
    if reading.time.year < _FIRST:
        return f"数据时间 {reading.time:%Y-%m-%d} 早于 {_FIRST} 年，不入库"
    if reading.value is not None and not (reading.value.is_finite() and abs(reading.value) <= MOST):
        return f"数值 {reading.value} 超出可存的范围"
    return ""


def beyond(reading: Reading) -> str:
    """Words for a value no instrument of that kind can mean; it is kept, and never assessed. "" when it is possible."""
    item = EVERY[reading.property]
    if reading.value is None or item.low <= reading.value <= item.high:
        return ""
    return f"{item.title} {reading.value:f} {item.unit} 超出可能的范围 {item.low:f}–{item.high:f}，请核对单位和小数点"


@cache
def _readers() -> dict[str, ModuleType]:
    """Protocol → the module whose ``decode`` reads it; found late, because they take what stands here."""
    from . import plain, pollution, pushed, water

    return {"HJ212": pollution, "SL651": water, "MQTT": pushed, "HTTP": pushed, "reading": plain}


def decode(raw: Sequence[bytes], device: Known, protocol: str, received: datetime) -> Decoded:
    """The values of a message, in one frame or several packets. What cannot be true is left out and named in ``faults``."""
    try:
        found: Decoded = _readers()[protocol].decode(raw, device, received)
    except (
        Exception
    ):  # a fault of ours in one frame must not hold up all those behind it; the frame itself is kept
        log.exception("%s 的一条 %s 报文没能解读", device.code, protocol)
        found = Decoded(faults=["程序没能解读这一条：原文已留存，请把它发给维护人员"])
    if found.data_time and not (found.data_time.year >= _FIRST and found.data_time <= received + AHEAD):
        found.data_time = None
    kept = []
    for reading in found.readings:
        why = fault_of(reading, received)
        if why:
            found.faults.append(why)
            continue
        if said := beyond(reading):
            found.faults.append(said)
        kept.append(reading)
    found.readings = kept
    return found
