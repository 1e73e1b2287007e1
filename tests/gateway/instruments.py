"""Devices, what they send, and a gateway to send it to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from jiuzhi.engine.observe.devices import Known
from jiuzhi.interfaces.gateway import server
from jiuzhi.interfaces.gateway.server import Gateway, Ports
from jiuzhi.protocol import hj212, sl651
from jiuzhi.protocol.sl651 import tables

MN = "500229000000000000000001"
STATION = "0050022901"
NOON = datetime(2026, 11, 20, 12)


def device(code: str = MN, **more) -> Known:
    return Known(
        **({"code": code, "name": "一号", "protocol": "HJ212", "station": "S1", "password": "123456"} | more)
    )


def segment(code: str = MN, at: datetime = NOON, flag: str = "5", cn: str = "2011", pw: str = "123456", body: str = "w01018-Rtd=12.5,w01018-Flag=N") -> str:  # fmt: skip
    time = f"DataTime={at:%Y%m%d%H%M%S};" if body else ""
    return f"QN={at:%Y%m%d%H%M%S}000;ST=32;CN={cn};PW={pw};MN={code};Flag={flag};CP=&&{time}{body}&&"


def frame(*args, **more) -> bytes:
    return hj212.frame(segment(*args, **more))


def report(level: str = "003123", station: str = STATION, at: str = "2611201200", function: int = 0x32, packet=None, body=None) -> bytes:  # fmt: skip
    """A timed report of SL 651 with a water level [0.01 m] in six digits."""
    said = bytes.fromhex(f"0007{at}00F1F1{station}48F0F0{at}391A{level}") if body is None else body
    return sl651.frame(
        centre=1, station=station, password=b"\x12\x34", function=function, body=said, up=True, end=tables.ETX, packet=packet
    )  # fmt: skip


def many(n: int, code: str = MN) -> list[bytes]:
    return [
        frame(code, NOON + timedelta(seconds=30 * k), body=f"w01018-Rtd={k % 50}.5,w01018-Flag=N")
        for k in range(n)
    ]


@asynccontextmanager
async def running(*known: Known, **ports) -> AsyncIterator[Gateway]:
    """A gateway on free ports, stopped in order at the end."""
    server.REGISTER_EVERY = 3600.0
    gateway = Gateway(Ports(**({"hj212": 0, "sl651": 0} | ports)), {one.code: one for one in known})
    await gateway.start()
    work = asyncio.create_task(gateway.run())
    try:
        yield gateway
    finally:
        gateway.stop()
        await work


class Link:
    """A device's end of a connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def to(cls, gateway: Gateway, protocol: str = "HJ212") -> "Link":
        return cls(*await asyncio.open_connection("127.0.0.1", gateway.ports[protocol]))

    async def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()

    async def hear(self, seconds: float = 0.4) -> bytes:
        """What comes back within a while; b"" when nothing does."""
        found = b""
        try:
            while True:
                data = await asyncio.wait_for(self.reader.read(65536), seconds)
                if not data:
                    return found
                found += data
                seconds = 0.1
        except TimeoutError:
            return found

    async def closed(self) -> bool:
        try:
            return await asyncio.wait_for(self.reader.read(1), 3) == b""
        except ConnectionError:
            return True
