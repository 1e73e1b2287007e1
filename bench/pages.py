"""Page latency: the workbench as `jiuzhi serve` runs it, 16 clients at once from one other process on this machine.

Each page is asked for in two ways: as people do (a page is kept until something changes) and rendered anew every time. Every
client waits for its answer before it asks again; the latency is what the client sees, from the request to the last byte.
"""

import http.client
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, urlencode

from .testdata import ROOT

CLIENTS, REQUESTS, AIM = 16, 20, 0.2  # AIM: p95 [s]
COUNTY = "500229"


def _port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _jiuzhi(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from jiuzhi.interfaces.cli.main import app; app()", *arguments]


@contextmanager
def _server() -> Iterator[int]:
    """A demo of its own, made and served in a scratch folder. Yields the port."""
    with tempfile.TemporaryDirectory() as home:
        scene = os.environ | {"JIUZHI_HOME": home, "JIUZHI_DEMO": "1"}
        subprocess.run(_jiuzhi("demo", "--no-serve"), env=scene, cwd=ROOT, check=True, capture_output=True)
        port = _port()
        serving = subprocess.Popen(
            _jiuzhi("serve", "--no-gateway", "--port", str(port)),
            env=scene,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )
        try:
            _wait(port)
            yield port
        finally:
            serving.terminate()
            serving.wait(timeout=20)


def _wait(port: int) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise RuntimeError("the server did not start within two minutes")


def _get(line: http.client.HTTPConnection, path: str, cookie: str) -> bytes:
    line.request("GET", path, headers={"Cookie": cookie})
    answer = line.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")
    return body


def _log_in(port: int) -> str:
    """The cookies of the demo's plan officer."""
    line = http.client.HTTPConnection("127.0.0.1", port)
    line.request("GET", "/login/")
    answer = line.getresponse()
    page = answer.read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    cookies = [v.split(";")[0] for k, v in answer.getheaders() if k.lower() == "set-cookie"]
    if token is None:
        raise RuntimeError("the login page has no form")
    form = urlencode(
        {"csrfmiddlewaretoken": token[1], "username": "chengkou", "password": "jiuzhi-demo", "next": "/"}
    )
    head = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": "; ".join(cookies)}
    line.request("POST", "/login/", form, head)
    answer = line.getresponse()
    answer.read()
    if answer.status != 302:
        raise RuntimeError(f"login: {answer.status}")
    fresh = dict(c.split("=", 1) for c in cookies)
    fresh |= dict(v.split(";")[0].split("=", 1) for k, v in answer.getheaders() if k.lower() == "set-cookie")
    return "; ".join(f"{k}={v}" for k, v in (fresh | {"jz_county": COUNTY}).items())


def _pages(port: int, cookie: str) -> dict[str, str]:
    line = http.client.HTTPConnection("127.0.0.1", port)
    listed = _get(line, f"/county/{COUNTY}/commitments/", cookie).decode()
    first = re.findall(rf"/county/{COUNTY}/commitments/(\d+)/", listed)
    stations = _get(line, f"/county/{COUNTY}/stations/", cookie).decode()
    air = re.findall(rf'href="(/county/{COUNTY}/stations/[^"]*A\d+/)"', stations)
    home = f"/county/{COUNTY}/"
    return {
        "home": home,
        "plan tree": f"{home}plan/",
        "commitments": f"{home}commitments/",
        "one commitment": f"{home}commitments/{first[0]}/",
        "stations": f"{home}stations/",
        "one station": air[0],
        "systems": "/systems/",
        "search": "/search/?q=" + quote("水"),
    }


def _ask(port: int, cookie: str, path: str, anew: bool) -> list[float]:
    """Latencies [s] of CLIENTS × REQUESTS answers."""
    found: list[float] = []
    errors: list[Exception] = []
    start = threading.Barrier(CLIENTS)

    def client(number: int) -> None:
        line = http.client.HTTPConnection("127.0.0.1", port)
        join = "&" if "?" in path else "?"
        start.wait()
        try:
            for n in range(REQUESTS):
                begin = time.perf_counter()
                _get(line, f"{path}{join}n={number}-{n}" if anew else path, cookie)
                found.append(time.perf_counter() - begin)
        except (OSError, RuntimeError, http.client.HTTPException) as error:
            errors.append(error)

    clients = [threading.Thread(target=client, args=(n,)) for n in range(CLIENTS)]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    if errors:
        raise errors[0]
    return found


def _clients(port: int) -> dict[str, dict[str, list[float]]]:
    """What the client process does: log in, then each page both ways."""
    cookie = _log_in(port)
    found: dict[str, dict[str, list[float]]] = {}
    for name, path in _pages(port, cookie).items():
        _ask(port, cookie, path, anew=False)  # both workers have seen it
        found[name] = {way: _ask(port, cookie, path, way == "anew") for way in ("kept", "anew")}
    return found


def _line(name: str, seconds: dict[str, list[float]]) -> list[tuple[str, str, str]]:
    out = []
    for way, note in (("kept", "as people ask"), ("anew", "rendered every time")):
        cuts = statistics.quantiles(seconds[way], n=100)
        verdict = "aim < 200 ms" if cuts[94] < AIM else "MISSES the aim of 200 ms"
        out.append(
            (f"page {name}, {note}", f"p50 {cuts[49] * 1000:.0f} ms, p95 {cuts[94] * 1000:.0f} ms", verdict)
        )
    return out


def rows() -> list[tuple[str, str, str]]:
    """(what, figure, note) for `make bench`: p50 and p95 per page with 16 clients."""
    with _server() as port:
        asked = subprocess.run(
            [sys.executable, "-m", "bench.pages", str(port)],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
    return [row for name, seconds in json.loads(asked.stdout).items() for row in _line(name, seconds)]


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(_clients(int(sys.argv[1]))))
    else:
        for row in rows():
            print("\t".join(row))
