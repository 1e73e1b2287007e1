"""What every TCP line does: opening, closing, being slow, being silent."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from jiuzhi.protocol import hj212, sl651

from .desk import Desk

_BROKEN = (hj212.Broken, sl651.Broken)


class TcpLine(asyncio.Protocol):
    """One TCP connection. Subclasses say what their protocol does with a whole frame."""

    PROTOCOL = ""

    def __init__(self, desk: Desk, splitter: hj212.Splitter | sl651.Splitter) -> None:
        self.desk = desk
        self._splitter = splitter
        self.peer = ""
        self.device = ""  # the one that spoke last
        self.opened = self.heard = time.monotonic()
        self._transport: asyncio.Transport | None = None

    def frame(self, found: Any) -> None:
        """A frame that came, its checksum not looked at yet."""
        raise NotImplementedError  # each protocol has its own

    def broken(self, why: str, raw: bytes) -> None:
        """Bytes that cannot be used, noted beside the device that spoke last."""
        self.desk.broken(self.device, self.PROTOCOL, self.peer, why, raw)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        address = transport.get_extra_info("peername")
        self.peer = address[0] if address else "?"
        if not self.desk.open(self):
            self._transport = None
            transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._transport is None:
            return
        for found in self._splitter.feed(data):
            if isinstance(found, _BROKEN):
                self.broken(found.why, found.raw)
            else:
                self.frame(found)

    def connection_lost(self, error: Exception | None) -> None:
        if self._transport is not None:
            for found in self._splitter.end():
                if isinstance(found, _BROKEN):
                    self.broken(found.why, found.raw)
            self.desk.close(self)
            self._transport = None

    def pause_writing(self) -> None:
        """The device does not read what it is told: it is not listened to either until it does."""
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        if self._transport is not None:
            self._transport.resume_reading()

    def spoke(self, device: str) -> None:
        """A frame of a registered device came."""
        self.device = device
        self.heard = time.monotonic()

    def send(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def hang_up(self) -> None:
        if self._transport is not None:
            self._transport.close()
