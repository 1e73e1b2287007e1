"""A TCP line that speaks SL 651."""

from __future__ import annotations

from datetime import datetime

from jiuzhi.core.local import LOCAL
from jiuzhi.protocol import sl651
from jiuzhi.protocol.sl651 import tables

from .desk import Desk
from .line import TcpLine

_KEEP_ALIVE = 0x2F


class HydrologyLine(TcpLine):
    """One connection of a telemetry station, or of several behind one modem."""

    PROTOCOL = "SL651"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, sl651.Splitter())

    def frame(self, found: sl651.Frame) -> None:
        if why := found.crc_fault or ("" if found.up else "下行报文，不应由遥测站发来"):
            self.broken(why, found.raw)
            return
        device = self.desk.admit(found.station, self.PROTOCOL, self, found.password.hex().upper(), found.raw)
        if device is None:
            return
        self.spoke(found.station)
        now = datetime.now(LOCAL)
        # The centre confirms a report as a whole: single ones, and the last of several packets.
        whole = found.packet is None or found.packet[0] == found.packet[1]
        reply = (
            sl651.answer(found, now)
            if whole and found.function != _KEEP_ALIVE and found.end != tables.EOT
            else None
        )
        self.desk.keep(
            device, self, found.raw, reply, part=found.packet is not None, clock=_clock(found, now)
        )


def _clock(found: sl651.Frame, now: datetime) -> int | None:
    """How far the station's clock is ahead, by the time its report was sent [s]."""
    if found.packet is not None:
        return None
    sent = sl651.read(found).sent
    return round((sent.replace(tzinfo=LOCAL) - now).total_seconds()) if sent else None
