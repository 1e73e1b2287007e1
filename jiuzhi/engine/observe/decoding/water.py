"""SL 651-2014: reports of hydrology stations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from jiuzhi.core.local import LOCAL
from jiuzhi.protocol import sl651

from .. import instrument_codes
from ..devices import Known
from . import Decoded, Reading, local

# Sums of the period that ends at the time of observation; the rest is of that moment. The current rainfall (20) too: over which period it is
# summed no frame says, and in published ones it is none of five minutes.
_KINDS = {"1A": "hour", "1F": "day", "22": "minute"}
_SPAN = {"hour": timedelta(hours=1), "day": timedelta(days=1), "minute": timedelta(minutes=5)}
_RAIN_OF_HOUR = "F4"  # F5 beside it is a level above a base that the frame does not give: shown on the device's page, no value of the lake
_FIVE = timedelta(minutes=5)


def decode(raw: Sequence[bytes], device: Known, received: datetime) -> Decoded:
    """The readings of a report in one frame, or in all its packets."""
    found = Decoded()
    joiner = sl651.Joiner()
    for piece in raw:
        for part in sl651.split(piece):
            if isinstance(part, sl651.Broken):
                found.faults.append(part.why)
            elif not part.crc_ok:
                found.faults.append(part.crc_fault)
            elif (whole := joiner.add(part)) is not None:
                _report(whole, device, found)
            else:
                found.about = (
                    f"{part.about}（第 {part.packet[0]} 包，共 {part.packet[1]} 包）" if part.packet else ""
                )
    return found


def _report(frame: sl651.Frame, device: Known, found: Decoded) -> None:
    report = sl651.read(frame)
    found.about = frame.about
    found.faults += report.faults
    times = [e.at for e in report.elements if e.at]
    found.data_time = local(max(times) if times else report.sent)
    for element in report.elements:
        if element.at is None:
            continue
        at = element.at.replace(tzinfo=LOCAL)
        if element.code == _RAIN_OF_HOUR:
            found.readings += _rain(element, at, device)
            continue
        item = instrument_codes.of_sl651(element.code)
        value = element.values[0] if element.values else None
        if item is None or value is None:
            continue
        kind = _KINDS.get(element.code, "instant")
        start = at - _SPAN[kind] if kind in _SPAN else at
        found.readings.append(
            Reading(device.station, item.code, kind, start, value, f"{value:f}", synthetic=device.synthetic)
        )


def _rain(element: sl651.Element, at: datetime, device: Known) -> Iterator[Reading]:
    """Twelve sums of five minutes, the first of which ends at the time of observation (10:05 for the hour from 10:00, as published frames have it)."""
    for n, value in enumerate(element.values, -1):
        if value is not None:
            start = at + n * _FIVE
            yield Reading(
                device.station, "rain", "minute", start, value, f"{value:f}", synthetic=device.synthetic
            )


class Packets:
    """Packets of reports, in the order they come; `add` gives all of a report with the one that makes it whole."""

    WITHIN = timedelta(minutes=10)  # packets of one report come within this

    def __init__(self) -> None:
        self._held: dict[tuple[str, int, int], dict[int, tuple[datetime, bytes]]] = {}

    def add(self, device: str, raw: bytes, received: datetime) -> list[bytes]:
        """All packets of the report in their order when ``raw`` makes it whole, else ``raw`` alone.

        Only the first packet carries the report's number: another content under a number that is held, or what is held for too long,
        belongs to an earlier report that lost a packet.
        """
        frames = [f for f in sl651.split(raw) if isinstance(f, sl651.Frame)]
        if len(frames) != 1 or frames[0].packet is None:
            return [raw]
        number, total = frames[0].packet
        key = device, frames[0].function, total
        held = {n: kept for n, kept in self._held.get(key, {}).items() if received - kept[0] <= self.WITHIN}
        if number in held and held[number][1] != raw:
            held = {}
        held[number] = received, raw
        if len(held) < total:
            self._held[key] = held
            return [raw]
        self._held.pop(key, None)
        return [held[n][1] for n in sorted(held)]
