"""HJ 212: readings of pollution and ambient instruments (editions 2005, 2017, 2025)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from jiuzhi.protocol import hj212
from jiuzhi.protocol.hj212 import pollutants, sm4, tables

from .. import instrument_codes
from ..devices import Known
from ..properties import Property
from . import Decoded, Reading, local

KINDS = {"2011": "instant", "2013": "instant", "2051": "minute", "2061": "hour", "2031": "day"}
_MAIN = (
    "Rtd",
    "Avg",
    "Data",
)  # the value itself, by kind of message; what else stands beside it gets a kind of its own
_BESIDE = {
    "Min": "min", "Max": "max", "Cou": "cou", "ZsRtd": "zs", "ZsAvg": "zs", "ZsMin": "zsmin", "ZsMax": "zsmax", "DayData": "daytime",
    "NightData": "night",
}  # fmt: skip


def decode(raw: Sequence[bytes], device: Known, received: datetime) -> Decoded:
    """The readings of a frame. Each packet of a split message repeats the data time and is read by itself: a packet that is lost takes only
    its own values with it."""
    found = Decoded()
    for piece in raw:
        for part in hj212.split(piece):
            if isinstance(part, hj212.Broken):
                found.faults.append(part.why)
            else:
                _message(part, device, found)
    return found


def plain_segment(frame: hj212.Frame, device: Known) -> bytes | None:
    """The data segment, decrypted where needed; None when neither the plain checksum nor a key of the device fits."""
    return frame.data if frame.crc_ok else sm4.opened(frame, device.keys)


def _message(frame: hj212.Frame, device: Known, found: Decoded) -> None:
    found.faults += frame.notes
    data = plain_segment(frame, device)
    if data is None:
        found.faults.append(frame.crc_fault)
        return
    message = hj212.read(data)
    found.faults += [f"{fault.at} {fault.said}".strip() for fault in message.faults]
    found.about = f"{message.command} {tables.NAMES.get(message.command, '')}".strip()
    found.data_time = local(message.data_time)
    found.resent = message.resent
    if found.resent:
        found.about += "（补传）"
    kind = KINDS.get(message.command)
    if kind is not None and found.data_time is not None:
        found.readings += _readings(message, kind, found.data_time, device, found.faults)


@lru_cache(maxsize=4096)
def _meaning(code: str, system: str, units: tuple[tuple[str, str], ...]) -> tuple[Property, Decimal] | None:
    """The property of a code and the factor to the lake's unit; None when unknown. Errors: ``ValueError`` for a unit that does not fit."""
    known = instrument_codes.of_hj212(code, system)
    if known is None:
        return None
    item, unit = known
    unit = dict(units).get(code, unit)
    by = instrument_codes.converted(Decimal(1), item, unit)
    if by is None:
        raise ValueError(f"{code} 的单位 {unit} 不能换算为 {item.unit}：请在设备台账改“另用的单位”")
    return item, by


def _readings(
    message: hj212.Message, kind: str, time: datetime, device: Known, faults: list[str]
) -> Iterator[Reading]:
    system = message.header.get("ST", "")
    for code, values in message.items.items():
        try:
            meaning = _meaning(code, system, device.units)
        except ValueError as error:
            faults.append(str(error))
            continue
        if meaning is None:
            faults.append(f"因子编码 {code[:20]} 不在 {pollutants.STANDARD} 中，未入库")
            continue
        item, by = meaning
        mark = values.get("Flag", "N")
        usable = tables.is_normal(mark, message.edition)
        main = next((name for name in _MAIN if name in values), "")
        for name in values:
            beside = _BESIDE.get(name)
            if name != main and beside is None:
                continue
            value = message.number(code, name)
            if value is None:
                continue  # said among the message's own faults
            of_unit = "" if name != "Cou" else _total(code)
            yield Reading(
                device.station, item.code, kind if name == main else f"{kind}.{beside}", time,
                value if of_unit or by == 1 else value * by, values[name], "" if usable else mark[:4], 0 if usable else 2, device.synthetic,
                of_unit,
            )  # fmt: skip


@lru_cache(maxsize=1024)
def _total(code: str) -> str:
    """The unit of an amount (Cou)."""
    found = pollutants.find(code)
    return found.total if found else ""
