"""SensorThings API: latency as the server answers one request after another, over a lake of a million values of 100 stations.

QGIS's own requests, and what programs ask of values. Each request asks for something that no request before it asked for. A process, a
database and a lake of its own; `python -m bench.sensorthings 5000000` takes another number of values.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from .testdata import ROOT

VALUES, STATIONS, REQUESTS = 1_000_000, 100, 30
AIM = 1.0  # p95 [s]
ITEMS = ("PM2.5", "PM10", "SO2", "NO2", "CO", "O3")
START = datetime(2024, 12, 31, 16, tzinfo=UTC)  # 2025 begins in China
POINT = "location/type eq 'Point' or location/geometry/type eq 'Point'"


def _fill(values: int) -> None:
    """Hours of six properties at every station; each thousandth value is revised once."""
    import duckdb

    from jiuzhi.engine.observe import lake

    asked = f"""
        WITH moments AS (SELECT TIMESTAMPTZ '{START.isoformat()}' + to_hours(n::INTEGER) AS time, n
                         FROM range({values // (STATIONS * len(ITEMS))}) AS hours(n)),
             places AS (SELECT printf('S%03d', n) AS station, n AS place FROM range({STATIONS}) AS stations(n)),
             items AS (SELECT unnest({list(ITEMS)}) AS property),
             told AS (SELECT *, (time AT TIME ZONE 'Asia/Shanghai')::DATE AS day FROM moments, places, items)
        SELECT station, property, 'hour' AS kind, time, day, (((n * 7 + place * 13) % 400) / 10)::DECIMAL(18, 6) AS value,
               'µg/m³' AS unit, '' AS qualifier, '' AS raw, 0::TINYINT AS flag, 1::INTEGER AS revision, 'bench' AS batch,
               true AS synthetic, strftime(day, '%Y-%m') AS month FROM told ORDER BY month, station, property, time"""
    with duckdb.connect() as session:
        session.execute("SET TimeZone = 'UTC'")
        rows = session.execute(asked).to_arrow_table()
        lake.take_in(rows, app="bench", version=1)
        session.register("rows", rows)
        again = (
            "SELECT * REPLACE (value + 1 AS value) FROM rows WHERE hash(station, property, time) % 1000 = 0"
        )
        lake.take_in(session.execute(again).to_arrow_table(), app="bench", version=2)


def _scene() -> Any:
    """A signed-in client of a county with stations around its middle."""
    from django.test import Client

    from jiuzhi.core.models import Grant, Org, User
    from jiuzhi.master.models import Station

    county = Org.objects.create(code="500229", name="城口县", kind="county")
    Station.objects.bulk_create(
        Station(
            code=f"S{n:03}", name=f"第{n}站", kind="air", level="county", county=county, synthetic=True,
            lon=f"108.{500000 + n * 1001}", lat=f"31.{700000 + n * 2003}",
        )
        for n in range(STATIONS)
    )  # fmt: skip
    user = User.objects.create_user("bench", password="bench-only")
    Grant.objects.create(user=user, role="monitoring", org=county)
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return client


def _cases(values: int) -> dict[str, Callable[[int], tuple[str, dict[str, Any]]]]:
    """What is asked for in the n-th request of each kind: path and options."""

    def around(n: int) -> str:
        west, south = 108.5 + n / 1000, 31.7 + n / 500
        corners = ((0, 0), (0.05, 0), (0.05, 0.1), (0, 0.1), (0, 0))
        ring = ", ".join(f"{west + x} {south + y}" for x, y in corners)
        return f"geo.intersects(location, geography'Polygon (({ring}))')"

    def since(n: int, hours: int) -> str:
        begin = START + timedelta(hours=n * 11)
        return f"phenomenonTime ge {begin:%Y-%m-%dT%H:%M:%SZ} and phenomenonTime lt {begin + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}"

    newest = "Observations($orderby=phenomenonTime desc;$top=1)"
    return {
        "QGIS: count of Locations": lambda n: ("Locations", {"$top": 0, "$count": "true", "$filter": f"({POINT}) and {n} eq {n}"}),
        "QGIS: first page of Locations": lambda n: ("Locations", {"$top": 200 - n, "$count": "false", "$filter": POINT}),
        "QGIS: Locations in the map's extent": lambda n: ("Locations", {"$top": 200, "$filter": f"({POINT}) and ({around(n)})"}),
        "QGIS: Locations with Things, Datastreams, newest value": lambda n: (
            "Locations", {"$top": 10, "$skip": n, "$expand": f"Things($expand=Datastreams($top=10;$expand={newest}))"},
        ),
        "Observations: pages from the first": lambda n: ("Observations", {"$top": 100, "$skip": n * 100}),
        "Observations: far pages": lambda n: ("Observations", {"$top": 100, "$skip": values * (n + 1) // (REQUESTS + 2)}),
        "Observations: count of all": lambda n: ("Observations", {"$top": 0, "$count": "true", "$filter": f"result ge -{n}"}),
        "Observations: a day, one property, high values, counted": lambda n: (
            "Observations",
            {"$count": "true", "$filter": f"{since(n, 24)} and result gt 20 and Datastream/ObservedProperty/@iot.id eq 'O3'"},
        ),
        "Observations: highest values first": lambda n: ("Observations", {"$orderby": "result desc", "$filter": f"result lt {40 - n}"}),
        "Datastream: newest 1,000 values": lambda n: (
            f"Datastreams('S{n:03}:O3:hour')/Observations", {"$top": 1000, "$orderby": "phenomenonTime desc"},
        ),
        "Datastream: 1,000 values as dataArray": lambda n: (
            f"Datastreams('S{n:03}:PM2.5:hour')/Observations", {"$top": 1000, "resultFormat": "dataArray"},
        ),
    }  # fmt: skip


def child(values: int) -> dict[str, list[float]]:
    """The measurement itself, in its own process: name → latencies [s]."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    import jiuzhi.project.wsgi  # noqa: F401 - as the server starts

    client = _scene()
    _fill(values)
    client.get("/sta/v1.1/Datastreams?$top=1")  # reads what series there are, as after a start
    return {name: [_asked(client, *ask(n)) for n in range(REQUESTS)] for name, ask in _cases(values).items()}


def _asked(client: Any, path: str, options: dict[str, Any]) -> float:
    begin = time.perf_counter()
    answer = client.get(f"/sta/v1.1/{path}?{urlencode(options)}")
    seconds = time.perf_counter() - begin
    if answer.status_code != 200:
        raise RuntimeError(f"{path} {options}: {answer.status_code} {answer.content.decode()[:200]}")
    return seconds


def rows(values: int = VALUES) -> list[tuple[str, str, str]]:
    """(what, figure, note) for `make bench`."""
    with tempfile.TemporaryDirectory() as home:
        scene = os.environ | {"JIUZHI_HOME": home, "DJANGO_SETTINGS_MODULE": "jiuzhi.project.settings"}
        code = "import django; django.setup(); import json; from bench.sensorthings import child; print(json.dumps(child({})))"
        asked = subprocess.run(
            [sys.executable, "-c", code.format(values)], env=scene, cwd=ROOT, check=True, capture_output=True, text=True,
        )  # fmt: skip
    return [
        _line(values, name, seconds) for name, seconds in json.loads(asked.stdout.splitlines()[-1]).items()
    ]


def _line(values: int, name: str, seconds: list[float]) -> tuple[str, str, str]:
    cuts = statistics.quantiles(seconds, n=100)
    verdict = f"aim ≤ {AIM:.0f} s" if cuts[94] <= AIM else f"MISSES the aim of {AIM:.0f} s"
    return (
        f"SensorThings over {values:,} values: {name}",
        f"p50 {cuts[49] * 1000:.0f} ms, p95 {cuts[94] * 1000:.0f} ms",
        verdict,
    )


if __name__ == "__main__":
    for row in rows(int(sys.argv[1]) if len(sys.argv) > 1 else VALUES):
        print("\t".join(row))
