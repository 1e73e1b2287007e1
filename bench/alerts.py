"""Alarms: a thousand rules over a county's month judged again, beside one hand-written query in the same run; an hour of flapping; and from a value
sent to its alarm on an open page, the whole way.

The month is made here and lies in a lake of its own. Both ways read it from there, and must find the same episodes of the same series.
"""

import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from jiuzhi.core.local import LOCAL

from .pages import COUNTY, _get, _jiuzhi, _log_in, _port, _wait
from .testdata import ROOT

STATIONS, ITEMS = (
    100,
    ("CODMn", "NH3N", "TP", "DO", "COD", "turbidity", "conductivity", "pH", "PM2.5", "O3"),
)  # one rule each: 1,000
START, END = datetime(2026, 10, 1, tzinfo=LOCAL), datetime(2026, 11, 1, tzinfo=LOCAL)
LIMIT, RELEASE, GAP, REJOIN = Decimal(20), Decimal(19), timedelta(hours=3), timedelta(hours=2)
TIMES = 5
PAGE, ROUNDS, AIM = (
    5.0,
    12,
    10.0,
)  # [s] how often an open page of alarms asks, as in alerts.html; how often measured; [s] the aim


def _in(home: str, call: str) -> Any:
    """Call a function of this module in a process of its own whose home is ``home``."""
    code = f"import json; from bench import alerts; print(json.dumps(alerts.{call}))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=os.environ | {"JIUZHI_HOME": home}, check=False, capture_output=True, text=True
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return json.loads(done.stdout.splitlines()[-1])


def _county() -> Any:
    from jiuzhi.core import records
    from jiuzhi.core.models import Grant, Org, User

    city = Org(code="500000", name="重庆市", kind="city")
    records.save(city, records.SYSTEM)
    county = Org(code=COUNTY, name="城口县", kind="county", parent=city)
    records.save(county, records.SYSTEM)
    user = User(username="chengkou")
    user.set_password("jiuzhi-demo")
    records.save(user, records.SYSTEM)
    records.save(Grant(user=user, role="plan_officer", org=county), records.SYSTEM)
    return county


# --- a month judged again ---


def _month() -> int:
    """Keep the month: hours that wander about the limit, some missing, some not usable, some below what can be measured. Returns how many."""
    import duckdb

    from jiuzhi.engine.observe import lake

    hours = int((END - START) / timedelta(hours=1))
    with duckdb.connect() as session:
        session.execute("SET TimeZone = 'UTC'")
        rows = session.execute(f"""
            WITH hours AS (SELECT TIMESTAMPTZ '{START.isoformat()}' + to_hours(n::INTEGER) AS time, n FROM range({hours}) AS h(n)),
                 places AS (SELECT printf('S%03d', n) AS station, n AS place FROM range({STATIONS}) AS s(n)),
                 items AS (SELECT unnest({list(ITEMS)}) AS property),
                 told AS (SELECT *, (time AT TIME ZONE 'Asia/Shanghai')::DATE AS day, hash(station, property, time) AS chance,
                          17 + 4 * sin(n / 9.0 + place) + (chance % 4000) / 1000 - 2 AS v FROM hours, places, items)
            SELECT station, property, 'hour' AS kind, time, day, v::DECIMAL(18, 6) AS value, 'mg/L' AS unit,
                   CASE WHEN chance % 211 = 0 THEN '<' ELSE '' END AS qualifier, '' AS raw,
                   (CASE WHEN chance % 97 = 0 THEN 2 ELSE 0 END)::TINYINT AS flag, 'bench' AS batch, true AS synthetic,
                   strftime(day, '%Y-%m') AS month
            FROM told WHERE chance % 53 <> 0 AND NOT (place % 7 = 0 AND n % 100 < 6) ORDER BY month, station, property, time
            """).to_arrow_table()  # fmt: skip
    lake.take_in(rows, app="bench", version=1)
    return rows.num_rows


def _declare() -> None:
    """A thousand rules in place of the domains' own, each of another conduct than its neighbour."""
    from jiuzhi.engine.rules import declare

    declare.RULES.clear()
    for place in range(STATIONS):
        for n, item in enumerate(ITEMS):
            one = declare.Threshold(
                f"S{place:03}", item, "hour", [(LIMIT, 0)], f"S{place:03} {item}", "mg/L", release=RELEASE
            )
            declare.watch(
                f"bench.s{place:03}_{n}", "超限", severity="mid", why="超限", fix="核查", cause="水质", basis="表 1", fire=_fire(place), clear=_clear(n),
                gap=GAP, rejoin=REJOIN,
            )(lambda look, one=one: [one])  # fmt: skip


def _fire(place: int) -> int:
    return place % 3 + 1


def _clear(item: int) -> int:
    return item % 6 + 1


# Gaps and islands: rows of equal verdicts that no silence breaks; the fire-th bad and the clear-th good of a row are signals; an alarm is a bad
# signal after a good one, and a new episode where its row began later than REJOIN after the clearing.
_QUERY = f"""
WITH asked AS (SELECT printf('S%03d', s.n) AS station, i.item AS property, s.n % 3 + 1 AS fire, i.place % 6 + 1 AS clear
               FROM range({STATIONS}) AS s(n), (SELECT unnest({list(ITEMS)}) AS item, unnest(range({len(ITEMS)})) AS place) AS i),
     told AS (SELECT station, property, time, fire, clear, CASE WHEN qualifier = '<' THEN 0 WHEN value > {LIMIT} THEN 2
              WHEN value > {RELEASE} THEN 1 ELSE 0 END AS verdict
              FROM (LAKE) JOIN asked USING (station, property)
              WHERE kind = 'hour' AND flag < 2 AND value IS NOT NULL AND time >= TIMESTAMPTZ '{START.isoformat()}' AND time < TIMESTAMPTZ '{END.isoformat()}'),
     broken AS (SELECT *, coalesce(verdict <> lag(verdict) OVER line OR time - lag(time) OVER line > INTERVAL '{GAP.seconds} seconds', true)
                AS breaks FROM told WINDOW line AS (PARTITION BY station, property ORDER BY time)),
     islands AS (SELECT *, count(*) FILTER (breaks) OVER (PARTITION BY station, property ORDER BY time) AS island FROM broken),
     placed AS (SELECT *, row_number() OVER row_ AS place, first_value(time) OVER row_ AS since FROM islands
                WINDOW row_ AS (PARTITION BY station, property, island ORDER BY time)),
     signals AS (SELECT station, property, time, since, verdict FROM placed
                 WHERE (verdict = 2 AND place = fire) OR (verdict = 0 AND place = clear)),
     turns AS (SELECT * FROM signals QUALIFY verdict <> coalesce(lag(verdict) OVER (PARTITION BY station, property ORDER BY time), 0)),
     fired AS (SELECT *, lag(time) OVER (PARTITION BY station, property ORDER BY time) AS cleared FROM turns)
SELECT station, property, count(*) FROM fired
WHERE verdict = 2 AND (cleared IS NULL OR since - cleared > INTERVAL '{REJOIN.seconds} seconds') GROUP BY ALL
"""


def _asked() -> Counter[tuple[str, str]]:
    """(station, property) → episodes, by the query."""
    from jiuzhi.engine.observe import delta, lake

    days = (START.date(), END.date())
    with delta.connect() as session:
        sql, values = lake.select(
            session, [f"S{n:03}" for n in range(STATIONS)], list(ITEMS), *days, ["hour"]
        )
        found = session.execute(_QUERY.replace("LAKE", sql), values).fetchall()
    return Counter({(station, item): n for station, item, n in found})


def judged() -> dict[str, Any]:
    """The month judged again both ways, in turn."""
    from jiuzhi.interfaces.cli import setup

    setup.django()
    from jiuzhi.engine.rules import watching
    from jiuzhi.engine.rules.hysteresis import FIRED
    from jiuzhi.engine.rules.look import Look

    county = _county()
    values = _month()
    _declare()
    ours, query = [], []
    for _ in range(TIMES):
        begin = time.perf_counter()
        found = watching.replay(Look(county, END), START, END)
        ours.append(time.perf_counter() - begin)
        begin = time.perf_counter()
        expected = _asked()
        query.append(time.perf_counter() - begin)
    episodes = Counter[tuple[str, str]]()
    for (_rule, subject), events in found.items():
        _series, station, item, _kind = subject.split(":")
        if fired := sum(e.kind == FIRED for e in events):
            episodes[station, item] = fired
    assert episodes == expected, "the rules and the query find other episodes"
    return {
        "values": values, "ours": min(ours), "query": min(query), "ratios": [a / b for a, b in zip(ours, query, strict=True)],
        "episodes": episodes.total(), "series": len(episodes),
    }  # fmt: skip


# --- an hour of flapping ---


def flapping() -> dict[str, Any]:
    """Every ten seconds beyond the limit and within it again, an hour long, judged as it arrives."""
    from jiuzhi.interfaces.cli import setup

    setup.django()
    import pyarrow as pa

    from jiuzhi.engine.observe import lake
    from jiuzhi.engine.rules import declare, watching
    from jiuzhi.engine.rules.models import Episode, EpisodeEvent

    county = _county()
    _station(county, "S000")
    declare.RULES.clear()
    one = declare.Threshold("S000", "COD", "instant", [(LIMIT, 0)], "S000 COD", "mg/L")
    declare.watch("bench.flaps", "超限", severity="mid", why="超限", fix="核查", cause="水质", basis="表 1")(
        lambda look: [one]
    )
    watching.watch_new(START)
    schema = pa.schema([lake.SCHEMA.field(n) for n in (*lake.GIVEN, "received")])
    for minute in range(60):
        moments = [START + timedelta(minutes=minute, seconds=10 * n) for n in range(6)]
        rows = [
            {"station": "S000", "property": "COD", "kind": "instant", "time": t.astimezone(UTC), "value": LIMIT + (1, -1)[n % 2], "unit": "mg/L",
             "qualifier": "", "raw": "", "flag": 0, "synthetic": True, "batch": "bench", "received": t, "day": t.date(), "month": f"{t:%Y-%m}"}
            for n, t in enumerate(moments)
        ]  # fmt: skip
        lake.take_in(pa.Table.from_pylist(rows, schema=schema), app="bench", version=minute + 1)
        watching.watch_new(moments[-1] + timedelta(seconds=1))
    turns = EpisodeEvent.objects.filter(kind__in=("fired", "rejoined")).count()
    return {"values": 360, "beyond": turns, "episodes": Episode.objects.count()}


def _station(county: Any, code: str) -> Any:
    from jiuzhi.core import records
    from jiuzhi.master.models import Station

    station = Station(
        code=code, name=code, kind="river", level="county", county=county, target_class="Ⅲ", synthetic=True
    )
    records.save(station, records.SYSTEM)
    return station


# --- from a value sent to its alarm on an open page ---


def prepare() -> None:
    """Automatic sections, each with its device; the county fires at the first value."""
    from jiuzhi.interfaces.cli import setup

    setup.django()
    from jiuzhi.core import records
    from jiuzhi.engine.rules.models import RuleSetting
    from jiuzhi.master.models import Device

    county = _county()
    for n in range(ROUNDS + 1):
        device = Device(
            code=_device(n), name=f"自动站{n}", protocol="HTTP", password="bench-only", org=county, county=county, station=_station(county, f"断面{n:02}"),
            synthetic=True,
        )  # fmt: skip
        records.save(device, records.SYSTEM)
    own = RuleSetting(county=county, org=county, rule="water.auto_exceeds", fire=1, why="测量用")
    records.save(own, records.SYSTEM)


def _device(n: int) -> str:
    return f"BENCH-{n:03}"


def latencies() -> list[float]:
    """How long each of ROUNDS values took until an open page of alarms would have shown its alarm [s]."""
    with tempfile.TemporaryDirectory() as home:
        _in(home, "prepare()")
        scene, port = os.environ | {"JIUZHI_HOME": home}, _port()
        command = _jiuzhi("serve", "--port", str(port), "--hj212", str(_port()), "--sl651", str(_port()))
        serving = subprocess.Popen(
            command, env=scene, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _wait(port)
            cookie, line = _log_in(port), http.client.HTTPConnection("127.0.0.1", port)
            time.sleep(15)  # the process on duty has looked for the first time: from here on values are live
            _one(line, cookie, 0)  # the first makes the lake
            return [_one(line, cookie, n) for n in range(1, ROUNDS + 1)]
        finally:
            serving.terminate()
            serving.wait(timeout=90)


def _one(line: http.client.HTTPConnection, cookie: str, n: int) -> float:
    time.sleep(random.uniform(0, PAGE))  # a value comes when it comes
    value = f"{9 + n}.{random.randrange(11, 99)}"  # far beyond class Ⅲ; as the page prints it
    body = {
        "time": f"{datetime.now(LOCAL) - timedelta(hours=4):%Y-%m-%dT%H:%M:%S%z}",
        "kind": "4h",
        "values": {"CODMn": value},
    }
    head = {"Content-Type": "application/json", "Authorization": "Bearer bench-only"}
    start = time.perf_counter()
    line.request("POST", f"/api/v1/devices/{_device(n)}/readings", json.dumps(body), head)
    answer = line.getresponse()
    if answer.read() and answer.status != 202:
        raise RuntimeError(f"the value was refused: {answer.status}")
    time.sleep(random.uniform(0, PAGE))  # a page asks when it asks
    while f"断面{n:02}" not in _get(line, f"/county/{COUNTY}/alerts/", cookie).decode():
        if time.perf_counter() - start > 120:
            raise RuntimeError(f"the alarm of value {value} did not appear within two minutes")
        time.sleep(PAGE)
    return time.perf_counter() - start


def rows() -> list[tuple[str, str, str]]:
    """(what, figure, note) for `make bench`."""
    with tempfile.TemporaryDirectory() as home:
        month = _in(home, "judged()")
    with tempfile.TemporaryDirectory() as home:
        flaps = _in(home, "flapping()")
    took = latencies()
    verdict = f"aim ≤ {AIM:.0f} s" if max(took) <= AIM else f"MISSES the aim of {AIM:.0f} s"
    return [
        ("alarms: 1,000 rules over a county's month", f"{month['ours']:.2f} s, {statistics.median(month['ratios']):.1f} × the query",
         f"{month['values']:,} values; {month['episodes']:,} episodes in {month['series']} series, both ways; one hand-written DuckDB query {month['query']:.2f} s"),
        ("alarms: an hour of flapping", f"{flaps['episodes']} episode", f"{flaps['values']} values, {flaps['beyond']} times beyond the limit"),
        ("alarms: value sent to alarm on the page", f"p50 {statistics.median(took):.1f} s, max {max(took):.1f} s",
         f"{len(took)} rounds, a page that asks every {PAGE:.0f} s; {verdict}"),
    ]  # fmt: skip


if __name__ == "__main__":
    for row in rows():
        print("\t".join(row))
