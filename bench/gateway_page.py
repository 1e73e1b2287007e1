"""From a frame sent to its value on an open station page: the whole way, with the page's own rhythm of asking."""

import http.client
import json
import os
import random
import socket
import subprocess
import tempfile
import time
from datetime import datetime
from statistics import median
from urllib.parse import quote

from jiuzhi.core.local import LOCAL
from jiuzhi.protocol import hj212

from .gateway import device, prepared
from .pages import COUNTY, _get, _jiuzhi, _log_in, _port, _wait
from .testdata import ROOT

POLL = 3.0  # [s] how often an open page asks, as in parts/live_now.html
SEEN = 12


def seconds() -> list[float]:
    """How long each of SEEN frames took until an open page would have shown its value [s]."""
    with tempfile.TemporaryDirectory() as home:
        prepared(home)
        scene, port, ours, other = os.environ | {"JIUZHI_HOME": home}, _port(), _port(), _port()
        command = _jiuzhi("serve", "--port", str(port), "--hj212", str(ours), "--sl651", str(other))
        serving = subprocess.Popen(
            command, env=scene, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _wait(port)
            _wait(ours)
            cookie = _log_in(port)
            line = http.client.HTTPConnection("127.0.0.1", port)
            with socket.create_connection(("127.0.0.1", ours)) as link:
                _one(link, line, cookie, 0)  # the first makes the lake
                return [_one(link, line, cookie, n) for n in range(1, SEEN + 1)]
        finally:
            serving.terminate()
            serving.wait(timeout=90)


def _one(link: socket.socket, line: http.client.HTTPConnection, cookie: str, n: int) -> float:
    path = f"/county/{COUNTY}/stations/{quote(device(0))}/live/?property=COD&seen="
    time.sleep(random.uniform(0, POLL))  # a page asks when it asks
    now = datetime.now(LOCAL)
    value = f"{20 + n}.{random.randrange(10, 99)}{random.randrange(1, 9)}"  # no zero at the end: the page would drop it
    link.sendall(hj212.frame(
        f"QN={now:%Y%m%d%H%M%S}000;ST=32;CN=2011;PW=123456;MN={device(0)};Flag=5;CP=&&DataTime={now:%Y%m%d%H%M%S};w01018-Rtd={value}&&"
    ))  # fmt: skip
    start = time.perf_counter()
    time.sleep(random.uniform(0, POLL))
    while value not in _get(line, path, cookie).decode():
        if time.perf_counter() - start > 60:
            raise RuntimeError(f"the value {value} did not appear within a minute")
        time.sleep(POLL)
    return time.perf_counter() - start


def rows() -> list[tuple[str, str, str]]:
    took = seconds()
    note = f"sent until a station page that asks every {POLL:.0f} s shows it: median; longest of {SEEN}: {max(took):.1f} s"
    return [("frame to page", f"{median(took):.1f} s", note)]


if __name__ == "__main__":
    print(json.dumps(seconds()))
