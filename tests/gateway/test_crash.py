"""Fifty times `kill -9` while 20,000 frames come in: what was acknowledged is in the lake, each once."""

import os
import random
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow.compute as pc

from jiuzhi.engine.observe import inbox, lake
from jiuzhi.engine.observe.drain import drain

from .instruments import frame

ROOT = Path(__file__).resolve().parents[2]
FRAMES, KILLS, LINES = 20_000, 50, 20
START = datetime(2026, 9, 1)
PREPARE = """
from jiuzhi.interfaces.cli import setup
setup.django()
from jiuzhi.core import records
from jiuzhi.core.models import Org
from jiuzhi.master.models import Device
county = Org(code="500229", name="城口县", kind="county")
records.save(county, records.SYSTEM)
for n in range({lines}):
    records.save(Device(code=f"500229000000000000{{n:06d}}", name=f"设备{{n}}", protocol="HJ212", password="123456", per_minute=10_000_000,
                        org=county), records.SYSTEM)
"""


class Mortal:
    """A process that is killed and started again."""

    def __init__(self, home: Path, *command: str) -> None:
        self.command = [sys.executable, "-m", "jiuzhi.interfaces.cli.main", "gateway", *command]
        self.given = os.environ | {"JIUZHI_HOME": str(home)}
        self.child = self._spawn()

    def _spawn(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.command, cwd=ROOT, env=self.given, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def die(self) -> None:
        self.child.kill()
        self.child.wait()
        self.child = self._spawn()

    def end(self) -> None:
        self.child.send_signal(signal.SIGTERM)
        self.child.wait(60)


class Sender:
    """Devices that send again what was not acknowledged, over new connections when the old ones break."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.left = [deque(range(FRAMES // LINES)) for _ in range(LINES)]
        self.acknowledged = 0
        self.pace = threading.Event()

    def frame(self, line: int, k: int) -> bytes:
        moment = START + timedelta(seconds=30 * k)
        return frame(f"500229000000000000{line:06d}", moment, body=f"w01018-Rtd={k % 90 + 1}.5,w01018-Flag=N")

    def run(self) -> None:
        selector = selectors.DefaultSelector()
        links: dict[int, socket.socket] = {}
        held = [b""] * LINES
        while any(self.left):
            for n in range(LINES):
                if n not in links and self.left[n]:
                    try:
                        links[n] = socket.create_connection(("127.0.0.1", self.port), 1)
                    except OSError:
                        time.sleep(0.02)
                        continue
                    held[n] = b""
                    selector.register(links[n], selectors.EVENT_READ, n)
                    self._send(links[n], n)
            for key, _ in selector.select(0.2):
                n = key.data
                try:
                    data = links[n].recv(65536)
                except OSError:
                    data = b""
                if not data:
                    selector.unregister(links[n])
                    links.pop(n).close()
                    continue
                held[n] += data
                *whole, held[n] = held[n].split(b"\r\n")
                for _ in whole:  # answers come in the order of the frames
                    self.left[n].popleft()
                    self.acknowledged += 1
                if whole and self.left[n]:
                    time.sleep(0.002)
                    self._send(links[n], n)

    def _send(self, link: socket.socket, n: int) -> None:
        window = [self.left[n][k] for k in range(min(1, len(self.left[n])))]
        try:
            link.sendall(b"".join(self.frame(n, k) for k in window))
        except OSError:
            return


def test_nothing_acknowledged_is_lost_and_nothing_doubled(tmp_path, settings):
    subprocess.run(
        [sys.executable, "-c", PREPARE.format(lines=LINES)], cwd=ROOT, env=os.environ | {"JIUZHI_HOME": str(tmp_path)}, check=True
    )  # fmt: skip
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    chance = random.Random(4)
    receiver = Mortal(tmp_path, "receive", "--hj212", str(port), "--sl651", "0")
    writer = Mortal(tmp_path, "write")
    sender = Sender(port)
    work = threading.Thread(target=sender.run, daemon=True)
    work.start()
    kills = 0
    while kills < KILLS and work.is_alive():
        seen, until = sender.acknowledged, time.monotonic() + chance.uniform(0.2, 1.2)
        while (
            time.monotonic() < until or sender.acknowledged == seen
        ):  # at least one frame between two deaths
            time.sleep(0.01)
            assert time.monotonic() < until + 60, "the gateway did not come back"
        chance.choice((receiver, writer)).die()
        kills += 1
    work.join(240)
    assert not work.is_alive()
    receiver.end()
    writer.end()
    assert kills == KILLS
    assert sender.acknowledged == FRAMES
    settings.INBOX_FILE, settings.LAKE_DIR = tmp_path / "inbox.sqlite3", tmp_path / "lake"
    assert drain().frames == 0  # the writer's last act was to take in what was there
    found = lake.revisions("500229000000000000000000", "COD")
    assert len(found) == FRAMES // LINES
    every = lake.current(property="COD")
    assert len(every) == FRAMES
    assert pc.max(every["revision"]).as_py() == 1
    assert len(set(zip(every["station"].to_pylist(), every["time"].to_pylist(), strict=True))) == FRAMES
    assert inbox.waiting() == 0
