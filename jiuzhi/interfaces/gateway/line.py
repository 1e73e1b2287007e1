"""What every TCP line does: opening, closing, being slow, being silent."""

from __future__ import annotations

import asyncio
import time

from .desk import Desk


class TcpLine(asyncio.Protocol):
    """One TCP connection. Subclasses read ``take`` and ``rest``."""

    PROTOCOL = ""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.peer = ""
        self.device = ""  # the one that spoke last
        self.opened = self.heard = time.monotonic()
        self._transport: asyncio.Transport | None = None

    def take(self, data: bytes) -> None:
        """Bytes that came."""
        raise NotImplementedError

    def rest(self) -> None:
        """Nothing more comes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        address = transport.get_extra_info("peername")
        self.peer = address[0] if address else "?"
        if not self.desk.open(self):
            self._transport = None
            transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._transport is not None:
            self.take(data)

    def connection_lost(self, error: Exception | None) -> None:
        if self._transport is not None:
            self.rest()
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
