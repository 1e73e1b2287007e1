"""The receiving process: ports, MQTT, the register read again, SIGTERM."""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db import close_old_connections

from jiuzhi.engine.observe import devices, health, inbox, orders
from jiuzhi.engine.observe.devices import Known

from .desk import Desk
from .hydrology import HydrologyLine
from .line import TcpLine
from .pollution import PollutionLine

log = logging.getLogger("jiuzhi.gateway")
REGISTER_EVERY = 5.0  # [s] between two readings of the register
SILENT = 60.0  # [s] a connection may be open without a registered device speaking
IDLE = 3600.0  # [s] without a frame after which a line is taken for dead


@dataclass(frozen=True)
class Ports:
    """Where the gateway listens; 0 for a free port, None for not at all. ``mqtt``: address of a broker, "" for none."""

    host: str = "127.0.0.1"
    hj212: int | None = 9212
    sl651: int | None = 9651
    mqtt: str = ""
    connections: int = 2000


class Gateway:
    """A running gateway. ``ports``: protocol → the port really listened on."""

    def __init__(self, wanted: Ports, known: Mapping[str, Known]) -> None:
        self.wanted = wanted
        self.desk = Desk(inbox.connect(), known, wanted.connections)
        self._inbox = inbox.file_number()
        self.ports: dict[str, int] = {}
        self._servers: list[asyncio.Server] = []
        self._stop = asyncio.Event()
        self._parent = os.getppid()

    async def start(self) -> None:
        """Begin to listen. Errors: ``OSError`` when a port cannot be had."""
        loop = asyncio.get_running_loop()
        for protocol, line, port in (
            ("HJ212", PollutionLine, self.wanted.hj212),
            ("SL651", HydrologyLine, self.wanted.sl651),
        ):
            if port is None:
                continue
            server = await loop.create_server(
                lambda line=line: line(self.desk), self.wanted.host, port, backlog=1024
            )
            self._servers.append(server)
            self.ports[protocol] = server.sockets[0].getsockname()[1]
            log.info("%s 在 %s:%s 监听", protocol, self.wanted.host, self.ports[protocol])
        health.nobody_connected(
            self.desk.database
        )  # not before: a second gateway by mistake would say so of the first one's devices

    def stop(self) -> None:
        """Ask it to end."""
        self._stop.set()

    async def run(self) -> None:
        """Work until asked to stop, then take in what is under way."""
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, self._stop.set)
        tasks = [
            asyncio.create_task(self._every(1.0, self._second)),
            asyncio.create_task(self._every(REGISTER_EVERY, self._register)),
        ]
        if self.wanted.mqtt:
            from .mqtt import subscribe

            tasks.append(asyncio.create_task(subscribe(self.wanted.mqtt, self.desk)))
        await self._stop.wait()
        await self._drain(tasks)

    async def _every(self, seconds: float, work: Callable[[], object]) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                found = work()
                if asyncio.iscoroutine(found):
                    await found
            except (
                Exception
            ):  # whatever one round comes to, the gateway goes on receiving; the log says what it was
                log.exception("网关的定时工作出错，稍后再做")

    def _second(self) -> None:
        if inbox.file_number() != self._inbox:
            # To close the old connection in order would remove files of the new inbox: end as in a crash, and be started again.
            log.error("收件箱文件被移走或换掉了：网关立即重新启动")
            os._exit(1)
        self.desk.tick()
        now = time.monotonic()
        for line in list(self.desk.lines):
            if not isinstance(line, TcpLine):
                continue
            silent = not line.device and now - line.opened > SILENT
            if silent or now - line.heard > IDLE:
                self.desk.warn(
                    f"idle {line.peer}",
                    f"关闭来自 {line.peer} 的连接：{'一直没有登记设备的报文' if silent else '太久没有报文'}",
                )
                line.hang_up()
        self._orders()
        if os.getppid() != self._parent:  # nobody is left to stop it
            self.stop()

    def _orders(self) -> None:
        now = inbox.now()
        for n, order in enumerate(orders.open_orders(self.desk.database)):
            line, device = self.desk.by_device.get(order.device), self.desk.known.get(order.device)
            if isinstance(line, PollutionLine) and device is not None and orders.due(order, now):
                line.order(order, device, now + n)  # a QN of its own for each

    async def _register(self) -> None:
        self.desk.replace(await asyncio.to_thread(_listed))

    async def _drain(self, tasks: list[asyncio.Task]) -> None:
        """No new connections, what was received is kept and acknowledged, then the lines are closed."""
        self.desk.closing = True
        for server in self._servers:
            server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # what the sockets hold already is read in this turn
        self.desk.flush()
        for line in list(self.desk.lines):
            if isinstance(line, TcpLine):
                line.hang_up()
        await asyncio.sleep(0.1)
        self.desk.tick()
        self.desk.database.close()
        log.info("网关已停，收到的都已入收件箱")


def _listed() -> dict[str, devices.Known]:
    try:
        return devices.listed()
    finally:
        close_old_connections()


def allow_files(most: int) -> None:
    """Ask the system for enough open files for so many connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = most + 200
    if soft < wanted:
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
        )


def serve(wanted: Ports, ready: Callable[[dict[str, int]], None] | None = None) -> None:
    """Run a gateway until SIGTERM. ``ready``: called with the ports once it listens. Errors: ``OSError``."""

    async def main() -> None:
        gateway = Gateway(wanted, known)
        await gateway.start()
        if ready:
            ready(gateway.ports)
        await gateway.run()

    allow_files(wanted.connections)
    known = devices.listed()
    asyncio.run(main())
