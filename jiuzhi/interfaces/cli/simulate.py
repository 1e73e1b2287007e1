"""`jiuzhi simulate …`: a county of instruments that speaks to the gateway, faults included. Everything it makes is marked synthetic."""

import asyncio
import heapq
import itertools
import os
import time
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import typer

from jiuzhi.core.local import LOCAL

from . import setup

app = typer.Typer(no_args_is_help=True)


@app.callback()
def group() -> None:
    """模拟：演示和试验用的数据，处处标明是模拟的。"""


@app.command()
def devices(
    county: Annotated[list[str], typer.Option("--county", help="区县代码，可多个")],
    rate: Annotated[float, typer.Option("--rate", min=0, help="每秒多少条报文；0 为按各设备自己的间隔")] = 0,
    host: Annotated[str, typer.Option("--host", help="网关地址")] = "127.0.0.1",
    hj212: Annotated[int, typer.Option("--hj212", help="网关的 HJ 212 端口")] = 9212,
    sl651: Annotated[int, typer.Option("--sl651", help="网关的 SL 651 端口")] = 9651,
    push: Annotated[
        str, typer.Option("--push", help="工作台地址，如 http://127.0.0.1:8000；不填不模拟 HTTP 设备")
    ] = "",
    seconds: Annotated[float, typer.Option("--seconds", min=0, help="运行多久；0 为一直运行")] = 0,
    faults: Annotated[bool, typer.Option("--faults/--no-faults", help="带上现场常见的毛病")] = True,
) -> None:
    """模拟一个县的全部自动监测设备，连到网关上报。设备和点位没有登记的先登记（标为模拟）。"""
    setup.django()
    register(county)
    import simulate

    chosen = [one for code in county for one in simulate.instruments(code) if one.protocol != "HTTP" or push]
    typer.echo(
        f"{len(chosen)} 台模拟设备连到 {host}:{hj212}（HJ 212）、{host}:{sl651}（SL 651）；Ctrl+C 停止。"
    )
    play = Play(chosen, {"HJ212": (host, hj212), "SL651": (host, sl651)}, push, rate, faults)
    with suppress(KeyboardInterrupt):
        asyncio.run(play.run(seconds))
    typer.echo(f"已发 {play.sent} 条，收到应答 {play.answers} 条。")


def register(counties: list[str]) -> None:
    """Register the simulated instruments and their stations where they are missing."""
    from django.core.exceptions import ValidationError

    import simulate
    from jiuzhi.core import records
    from jiuzhi.core.models import Org
    from jiuzhi.core.records import SYSTEM
    from jiuzhi.master.models import Device, Station

    for code in counties:
        county = Org.objects.filter(code=code, kind=Org.Kind.COUNTY).first()
        if county is None:
            setup.fail(f"没有代码是 {code} 的区县：请先载入它的规划包，或用 --county 给出已有的代码。")
        owner = (
            Org.objects.filter(path__startswith=county.path, name__endswith="生态环境局").first() or county
        )
        known = set(Device.objects.filter(county=county).values_list("code", flat=True))
        for one in simulate.instruments(code):
            if one.code in known:
                continue
            station = Station.objects.filter(code=one.station).first() or Station(
                code=one.station, county=county, synthetic=True
            )
            if not station.synthetic:
                setup.fail(
                    f"点位 {one.station} 已登记为{station}，不是模拟点位：没有登记模拟设备，也没有改动它。"
                )
            station.name, station.kind, station.level = one.name, one.kind, "county"
            station.evaluated = False
            station.lon, station.lat = (Decimal(str(at)) for at in one.place)
            made = Device(
                code=one.code, name=f"{one.name}数采仪", protocol=one.protocol, station=station, org=owner, interval=one.interval, synthetic=True,
                password="1234" if one.protocol == "SL651" else simulate.PASSWORD, maker="模拟厂商", per_minute=6000,
            )  # fmt: skip
            try:
                with records.one_set():
                    records.save(station, SYSTEM, "模拟设备")
                    made.station = station
                    records.save(made, SYSTEM, "模拟设备")
            except ValidationError as error:
                setup.fail(f"模拟设备 {one.name} 登记不了：{'；'.join(error.messages)}")


class Play:
    """Instruments on their lines, each when it is due."""

    def __init__(
        self, instruments: list[Any], at: dict[str, tuple[str, int]], push: str, rate: float, faults: bool
    ) -> None:
        self._instruments, self._at, self._push = instruments, at, push
        self._rate, self._faults = rate, faults
        self._lines: dict[str, asyncio.StreamWriter] = {}
        self._refused: dict[str, float] = {}
        self._parent = os.getppid()
        self._quiet = time.monotonic() + 30  # the workbench may still be starting
        self.sent = self.answers = 0

    async def run(self, seconds: float = 0) -> None:
        """Send until the time is over, or until whoever started this is gone."""
        end = time.monotonic() + seconds if seconds else float("inf")
        await (self._steady(end) if self._rate else self._each_in_its_time(end))
        await asyncio.sleep(0.5)
        for line in self._lines.values():
            line.close()

    async def _each_in_its_time(self, end: float) -> None:
        now = time.monotonic()
        # Spread over the first seconds, so that a page shows life at once.
        due = [(now + n * 0.2, n) for n in range(len(self._instruments))]
        heapq.heapify(due)
        while due[0][0] < end and os.getppid() == self._parent:
            at, n = due[0]
            await asyncio.sleep(max(0.0, min(at - time.monotonic(), 1.0)))
            if time.monotonic() < at:
                continue
            heapq.heapreplace(due, (at + self._instruments[n].interval, n))
            await self._say(self._instruments[n], datetime.now(LOCAL).replace(microsecond=0))

    async def _steady(self, end: float) -> None:
        """So many messages a second: each instrument's moments run ahead evenly from an hour ago, so that none is said twice."""
        start, first = time.monotonic(), datetime.now(LOCAL).replace(microsecond=0) - timedelta(hours=1)
        for n in itertools.count():
            due = start + n / self._rate
            if due >= end or os.getppid() != self._parent:
                return
            if (wait := due - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            turn, which = divmod(n, len(self._instruments))
            await self._say(self._instruments[which], first + timedelta(seconds=turn))

    async def _say(self, one: Any, moment: datetime) -> None:
        import simulate

        whole = simulate.message(one, moment)
        if one.protocol == "HTTP":
            await asyncio.to_thread(self._post, one, whole)
            return
        line = await self._line(one)
        if line is None:
            return
        pieces = simulate.faulty(one, moment, whole) if self._faults else [whole]
        try:
            for piece in pieces:
                line.write(piece)
            await line.drain()
            self.sent += 1
        except OSError:
            self._lines.pop(one.code, None)

    def _post(self, one: Any, body: bytes) -> None:
        import simulate

        headers = {"Authorization": f"Bearer {simulate.PASSWORD}", "Content-Type": "application/json"}
        request = Request(
            f"{self._push.rstrip('/')}/api/v1/devices/{one.code}/readings", body, headers, method="POST"
        )
        try:
            with urlopen(request, timeout=5) as answer:
                self.sent += 1
                self.answers += answer.status == 202
        except (URLError, OSError) as error:
            self._tell(one.code, f"{one.name} 没有报上去：{error}")

    async def _line(self, one: Any) -> asyncio.StreamWriter | None:
        held = self._lines.get(one.code)
        if held is not None and not held.is_closing():
            return held
        host, port = self._at[one.protocol]
        try:
            reader, writer = await asyncio.open_connection(host, port)
        except OSError as error:
            self._tell(f"{host}:{port}", f"网关 {host}:{port} 连不上（{error.strerror or error}），稍后再试")
            return None
        self._lines[one.code] = writer
        task = asyncio.create_task(self._listen(reader))
        task.add_done_callback(lambda _: writer.close())
        return writer

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        try:
            while data := await reader.read(4096):
                self.answers += data.count(b"##") + data.count(b"\x7e\x7e")
        except OSError:
            return

    def _tell(self, about: str, said: str) -> None:
        if time.monotonic() > self._quiet and time.monotonic() - self._refused.get(about, -60) > 30:
            self._refused[about] = time.monotonic()
            typer.echo(said, err=True)
