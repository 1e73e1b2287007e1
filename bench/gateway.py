"""The gateway under load: frames acknowledged when they are on disk, beside a plain asyncio server that acknowledges at once, in the same run.

Server on one core, client on the other. Frames of about 600 bytes with 12 factors; each connection keeps ``WINDOW`` frames under way.
"""

import json
import multiprocessing
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from jiuzhi.protocol import hj212

from .testdata import ROOT

DEVICES, FACTORS = 1000, 12
CODES = (
    "w01018",
    "w21003",
    "w21011",
    "w21001",
    "w01001",
    "w01010",
    "w01009",
    "w01014",
    "w00000",
    "w20122",
    "w20123",
    "w21017",
)
RUNS = ((1, 64, 30_000), (50, 16, 60_000), (50, 1, 30_000), (1000, 1, 60_000))  # connections, window, frames
START = datetime(2026, 11, 1)


def device(n: int) -> str:
    return f"500229000000000000{n:06d}"


def frame(n: int, at: int) -> bytes:
    """A real-time message of device ``n``, the ``at``-th."""
    moment = START + timedelta(seconds=30 * at)
    values = ";".join(
        f"{code}-Rtd={(n * 7 + at * 3 + k) % 900 / 100 + 5:.2f},{code}-Flag=N,{code}-ZsRtd=0.0"
        for k, code in enumerate(CODES)
    )
    return hj212.frame(
        f"QN={moment:%Y%m%d%H%M%S}000;ST=32;CN=2011;PW=123456;MN={device(n)};Flag=5;CP=&&DataTime={moment:%Y%m%d%H%M%S};{values}&&"
    )


class Client:
    """Connections that send and wait for acknowledgements, driven by one selector."""

    def __init__(self, port: int, connections: int, window: int, total: int) -> None:
        self.window = window
        self.share = max(1, total // connections)
        # Made before the clock runs: making frames costs more than sending them.
        several = [
            [frame(n % DEVICES, at) for at in range(min(self.share, 40))] for n in range(min(connections, 50))
        ]
        self.frames = [
            several[n % len(several)] if n < 50 else [frame(n % DEVICES, at) for at in range(4)]
            for n in range(connections)
        ]
        self.sockets = []
        self.selector = selectors.DefaultSelector()
        for n in range(connections):
            line = socket.create_connection(("127.0.0.1", port))
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.sockets.append(line)
            self.selector.register(line, selectors.EVENT_READ, n)

    def run(self) -> tuple[float, list[float]]:
        """Frames acknowledged per second, and how long each took [s]."""
        sent = [0] * len(self.sockets)
        under_way: list[deque[float]] = [deque() for _ in self.sockets]
        took: list[float] = []
        goal = self.share * len(self.sockets)

        def send(n: int, count: int) -> None:
            count = min(count, self.share - sent[n])
            if count <= 0:
                return
            frames = self.frames[n]
            data = b"".join(frames[(sent[n] + k) % len(frames)] for k in range(count))
            now = time.perf_counter()
            under_way[n].extend([now] * count)
            sent[n] += count
            self.sockets[n].sendall(data)

        start = time.perf_counter()
        for n in range(len(self.sockets)):
            send(n, self.window)
        while len(took) < goal:
            for key, _ in self.selector.select(10):
                n = key.data
                data = key.fileobj.recv(262144)  # type: ignore[union-attr]
                acks = data.count(b"##")
                now = time.perf_counter()
                took += [now - under_way[n].popleft() for _ in range(acks)]
                send(n, acks)
        return goal / (time.perf_counter() - start), took

    def close(self) -> None:
        for line in self.sockets:
            line.close()


def _in(home: str, call: str) -> dict[str, float]:
    """Call a function of this module in a process whose home is ``home``."""
    code = f"import json; from bench import gateway; print(json.dumps(gateway.{call}))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=os.environ | {"JIUZHI_HOME": home}, check=True, capture_output=True, text=True
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def drained(most: int = 20_000) -> dict[str, float]:
    """How fast frames of the inbox come into the lake: decoded, compared with what is there, committed. Checks that none is missing."""
    from jiuzhi.interfaces.cli import setup

    setup.django()
    from jiuzhi.engine.observe import inbox
    from jiuzhi.engine.observe.drain import drain

    kept = inbox.waiting()
    assert kept == sum(max(1, total // lines) * lines for lines, _, total in RUNS), kept
    with inbox.opened() as database:
        inbox.move(database, kept - most)
    start = time.perf_counter()
    done = drain()
    took = time.perf_counter() - start
    assert (done.frames, done.readings, done.faulty) == (most, most * FACTORS * 2, 0), done
    return {"drained_frames": done.frames / took, "drained_values": done.readings / took}


def prepared(home: str) -> None:
    """A home with a county, a person and the devices."""
    _in(home, "prepare()")


def prepare() -> dict[str, float]:
    """Register the devices, in a process of its own."""
    from jiuzhi.interfaces.cli import setup

    setup.django()
    from jiuzhi.core import records
    from jiuzhi.core.models import Grant, Org, User
    from jiuzhi.master.models import Device, Station

    city = Org(code="500000", name="重庆市", kind="city")
    records.save(city, records.SYSTEM)
    county = Org(code="500229", name="城口县", kind="county", parent=city)
    records.save(county, records.SYSTEM)
    rows = [
        (
            Device(
                code=device(n),
                name=f"设备{n}",
                protocol="HJ212",
                password="123456",
                per_minute=10_000_000,
                org=county,
                county=county,
            ),
            None,
        )
        for n in range(DEVICES)
    ]
    records.save_many(rows, records.SYSTEM, "测试")
    records.save(
        Station(code=device(0), name="出口", kind="outlet", level="county", county=county), records.SYSTEM
    )
    user = User(username="chengkou")
    user.set_password("jiuzhi-demo")
    records.save(user, records.SYSTEM)
    records.save(Grant(user=user, role="plan_officer", org=county), records.SYSTEM)
    return {}


def _plain(port: Any) -> None:
    """The ceiling: an asyncio server that splits nothing, checks nothing, keeps nothing, and acknowledges every line end."""
    import asyncio

    class Line(asyncio.Protocol):
        def connection_made(self, transport: Any) -> None:
            self.transport = transport

        def data_received(self, data: bytes) -> None:
            self.transport.write(ack * data.count(b"\r\n"))

    ack = hj212.frame(
        "QN=20261101000000000;ST=91;CN=9014;PW=123456;MN=500229000000000000000000;Flag=4;CP=&&&&"
    )

    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(Line, "127.0.0.1", 0, backlog=2048)
        port.value = server.sockets[0].getsockname()[1]
        await server.serve_forever()

    os.sched_setaffinity(0, {0})
    asyncio.run(main())


def _gateway(home: str) -> tuple[subprocess.Popen[str], int]:
    given = os.environ | {"JIUZHI_HOME": home}
    child = subprocess.Popen(
        ["taskset", "-c", "0", sys.executable, "-m", "jiuzhi.interfaces.cli.main", "gateway", "receive", "--hj212", "0", "--sl651", "0",
         "--connections", "3000"], cwd=ROOT, env=given, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    said = child.stdout.readline()
    return child, json.loads(said[said.index("{") :].replace("'", '"'))["HJ212"]


def _measure(port: int) -> dict[str, tuple[float, float, float]]:
    found = {}
    for connections, window, total in RUNS:
        client = Client(port, connections, window, total)
        rate, took = client.run()
        client.close()
        took.sort()
        found[f"{connections}×{window}"] = (rate, median(took) * 1000, took[int(len(took) * 0.99)] * 1000)
        time.sleep(0.3)
    return found


def _memory(pid: int) -> int:
    return int(
        next(
            line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")
        ).split()[1]
    )


def measured() -> dict[str, Any]:
    """Everything the table shows."""
    os.sched_setaffinity(0, {os.cpu_count() - 1 if os.cpu_count() else 0})
    context = multiprocessing.get_context("spawn")
    port = context.Value("i", 0)
    plain = context.Process(target=_plain, args=(port,), daemon=True)
    plain.start()
    while not port.value:
        time.sleep(0.05)
    ceiling = _measure(port.value)
    plain.terminate()
    with tempfile.TemporaryDirectory() as home:
        prepared(home)
        child, listening = _gateway(home)
        try:
            before = _memory(child.pid)
            idle = [socket.create_connection(("127.0.0.1", listening)) for _ in range(1000)]
            time.sleep(1)
            after = _memory(child.pid)
            for line in idle:
                line.close()
            time.sleep(0.5)
            ours = _measure(listening)
        finally:
            child.send_signal(signal.SIGTERM)
            child.wait(20)
        lake = _in(home, "drained()")
    return {"ceiling": ceiling, "ours": ours, "idle_kb": (after - before) / 1000, **lake}


def codec() -> tuple[float, float, float, float]:
    """Microseconds for one frame: cut out of the stream, its checksum, read whole, decoded into values."""
    from jiuzhi.interfaces.cli import setup

    setup.django()
    from datetime import UTC

    from jiuzhi.engine.observe import decoding
    from jiuzhi.engine.observe.devices import Known

    frames = [frame(n, 0) for n in range(500)]
    stream = b"".join(frames)
    known = Known(device(0), "", "HJ212", "S")
    cut, found = _clock(lambda: hj212.Splitter().feed(stream))
    summed, _ = _clock(lambda: [one.crc_ok for one in found])
    read, _ = _clock(lambda: [hj212.read(one.data) for one in found])
    now = datetime.now(UTC)
    decoded, _ = _clock(lambda: [decoding.decode([raw], known, "HJ212", now) for raw in frames])
    return tuple(took / len(frames) * 1e6 for took in (cut, summed, read, decoded))  # type: ignore[return-value]


def _clock(work: Callable[[], Any]) -> tuple[float, Any]:
    best, found = 1e9, None
    for _ in range(5):
        start = time.perf_counter()
        found = work()
        best = min(best, time.perf_counter() - start)
    return best, found


def rows() -> list[tuple[str, str, str]]:
    """The figures for the table."""
    got = measured()
    size = len(frame(1, 1))
    table = []
    for name, (rate, half, worst) in got["ours"].items():
        plain = got["ceiling"][name]
        lines, window = name.split("×")
        table.append((
            f"gateway, {lines} connections, {window} frames under way", f"{rate:,.0f} frames/s",
            f"acknowledged on disk, {size} bytes; p50 {half:.1f} ms, p99 {worst:.1f} ms; plain asyncio that only acknowledges {plain[0]:,.0f}/s, "
            f"p99 {plain[2]:.1f} ms",
        ))  # fmt: skip
    cut, summed, read, decoded = codec()
    table += [
        ("HJ 212 codec", f"{cut:.1f} + {summed:.1f} µs", f"cut out of the stream + checksum; read whole {read:.0f} µs, decoded into {FACTORS * 2} values {decoded:.0f} µs"),
        ("inbox to lake", f"{got['drained_frames']:,.0f} frames/s", f"{got['drained_values']:,.0f} values/s, decoded, compared, committed, none missing"),
        ("idle connection", f"{got['idle_kb']:.1f} KiB", "memory of the gateway for each of 1,000 silent connections"),
    ]  # fmt: skip
    return table


if __name__ == "__main__":
    print(json.dumps(measured(), indent=1))
