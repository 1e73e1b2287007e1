"""JSON that devices publish (MQTT) or post (HTTP).

Without a mapping the object reads ``{"time": "2026-11-25T08:00:00+08:00", "kind": "minute", "values": {"PM2.5": 12.3}}``; a list holds several. A
mapping, one line each, says where things stand in other people's objects::

    time = ts
    kind = minute
    PM2.5 = data.pm25 µg/m³
    flow = data.q L/s

Times without a zone are local; numbers are seconds, or milliseconds, since 1970.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from jiuzhi.core.local import LOCAL

from .. import instrument_codes
from ..devices import Known
from ..properties import EVERY, Property, factor, find
from . import Decoded, Reading

KINDS = ("instant", "minute", "hour", "4h", "day")
_POWERS = 40  # of ten, that a number may have


class MappingFault(ValueError):
    """A line of a mapping that says nothing. One Chinese sentence."""


@dataclass(frozen=True)
class Place:
    """Where a value stands: the keys on the way to it, and the factor to the lake's unit."""

    item: Property
    path: tuple[str, ...]
    by: Decimal


@dataclass(frozen=True)
class Places:
    """A mapping. ``time``: the way to the time; ``kind``: of all values; ``places``: of each value."""

    time: tuple[str, ...]
    kind: str
    places: tuple[Place, ...]


@lru_cache(maxsize=1024)
def mapping(text: str) -> Places:
    """A mapping as written. Raises MappingFault."""
    time: tuple[str, ...] = ("time",)
    kind, places = "instant", []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, sign, rest = (part.strip() for part in line.partition("="))
        path, _, unit = rest.partition(" ")
        if not sign or not path:
            raise MappingFault(f"“{line[:40]}”不是“项目 = 路径 单位”：应如 PM2.5 = data.pm25 µg/m³")
        if name == "time":
            time = tuple(path.split("."))
        elif name == "kind":
            if path not in KINDS:
                raise MappingFault(f"时段类型“{path[:20]}”不认得：请填 {'、'.join(KINDS)} 之一")
            kind = path
        else:
            places.append(_place(name, path, unit.strip()))
    return Places(time, kind, tuple(places))


def _place(name: str, path: str, unit: str) -> Place:
    item = EVERY.get(name) or find(name)
    if item is None:
        raise MappingFault(f"项目“{name[:20]}”不认得：请用监测项目的编码或名称，如 PM2.5、COD、水位")
    by = factor(item, unit) if unit else Decimal(1)
    if by is None:
        raise MappingFault(f"{item.title}的单位“{unit[:12]}”不能换算为 {item.unit or '无量纲'}")
    return Place(item, tuple(path.split(".")), by)


def decode(raw: Sequence[bytes], device: Known, received: datetime) -> Decoded:
    """The readings of one published object, or of a list of them."""
    found = Decoded("JSON")
    try:
        said = json.loads(b"".join(raw), parse_float=_decimal)
        chosen = mapping(device.mapping) if device.mapping else None
    except (ValueError, RecursionError) as error:
        found.faults.append(str(error) if isinstance(error, MappingFault) else "不是 JSON：请核对设备的输出")
        return found
    for part in said if isinstance(said, list) else [said]:
        if isinstance(part, Mapping):
            found.readings += _object(part, chosen, device, received, found)
        else:
            found.faults.append("应是 JSON 对象，或对象的列表")
    return found


def _object(
    said: Mapping[str, Any], chosen: Places | None, device: Known, received: datetime, found: Decoded
) -> Iterator[Reading]:
    time = _moment(_at(said, chosen.time if chosen else ("time",)))
    if time is None:
        found.faults.append("没有可读的时间：应是 ISO 8601 文字，或 1970 年以来的秒、毫秒")
        return
    found.data_time = max(found.data_time or time, time)
    kind = chosen.kind if chosen else str(said.get("kind", "instant"))
    if kind not in KINDS:
        found.faults.append(f"时段类型“{kind[:20]}”不认得：应是 {'、'.join(KINDS)} 之一")
        return
    for item, by, value in _values(said, chosen, device, found):
        number = _number(value)
        if number is None:
            found.faults.append(f"{item.title}的值“{str(value)[:20]}”不是数")
            continue
        yield Reading(
            device.station, item.code, kind, time, number * by, str(value)[:40], synthetic=device.synthetic
        )


def _values(
    said: Mapping[str, Any], chosen: Places | None, device: Known, found: Decoded
) -> Iterator[tuple[Property, Decimal, Any]]:
    if chosen:
        for place in chosen.places:
            value = _at(said, place.path)
            if value is not None:
                yield place.item, place.by, value
        return
    values = said.get("values")
    if not isinstance(values, Mapping):
        found.faults.append(
            '没有 values：应如 {"time": …, "values": {"PM2.5": 12.3}}，或在设备台账写明取值对应'
        )
        return
    for name, value in values.items():
        item = EVERY.get(name) or find(name)
        if item is None:
            found.faults.append(f"项目“{name[:20]}”不认得，未入库")
            continue
        unit = device.unit_of.get(item.code, item.unit)
        by = instrument_codes.converted(Decimal(1), item, unit)
        if by is None:
            found.faults.append(
                f"{item.title}的单位 {unit} 不能换算为 {item.unit}：请在设备台账改“另用的单位”"
            )
            continue
        yield item, by, value


def _at(said: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        if isinstance(said, Mapping):
            said = said.get(key)
        elif isinstance(said, list) and key.isascii() and key.isdigit() and int(key) < len(said):
            said = said[int(key)]
        else:
            return None
    return said


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent beyond all numbers
        return Decimal("NaN")


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    number = value if isinstance(value, Decimal) else _decimal(str(value))
    # No instrument means 10⁹⁹⁹⁹⁹⁹, and arithmetic with it raises.
    return number if number.is_finite() and abs(number.adjusted()) < _POWERS else None


def _moment(value: Any) -> datetime | None:
    try:
        if isinstance(value, str) and not value.isdigit():
            moment = datetime.fromisoformat(value)
            return moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)
        number = _number(value)
        if number is None:
            return None
        return datetime.fromtimestamp(float(number / 1000 if number > 10**11 else number), UTC)
    except (ValueError, OverflowError, OSError):
        return None
