"""The way in: importing the real files, importing them again, reading back, assessing, reading what was assessed."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from .testdata import ROOT, SHARED

_FILES = ("air/station_hourly_aqi_202004_partA.csv.gz", "air/city_daily_aqi_201312_201701_partA.csv.gz",
          "water/national_auto_4h_202104_partA.csv.gz", "water/national_auto_daily_202005_202012.csv.gz")  # fmt: skip

_CHILD = """
import json, sys, time
from datetime import date
from pathlib import Path
import django
django.setup()
from django.core.management import call_command
from bench.peers import peak_mb
call_command("migrate", verbosity=0)
from jiuzhi.core.records import SYSTEM
from jiuzhi.engine.observe import assessed, lake
from jiuzhi.engine.observe.importer import import_file

def clock(work, times=1):
    start = time.perf_counter()
    for _ in range(times):
        done = work()
    return done, (time.perf_counter() - start) / times

found = {"imports": []}
for path in map(Path, sys.argv[1:]):
    first, seconds = clock(lambda: import_file(path, actor=SYSTEM))
    again, repeat = clock(lambda: import_file(path, actor=SYSTEM))
    values = first.new + first.revised + first.unchanged
    assert again.new == again.revised == 0
    found["imports"].append([path.name, values, seconds, repeat])
station = "重庆/上清寺(启用170928)"
lake.current(station)
month, found["month"] = clock(lambda: lake.current(station, "PM2.5", date(2020, 4, 1), date(2020, 4, 30)), 20)
assert len(month)
found["total"] = lake.current().num_rows
written, found["assess"] = clock(lambda: assessed.refresh(date(2026, 1, 1)))
found["written"] = sum(written.values())
_, found["nothing"] = clock(lambda: assessed.refresh(date(2026, 1, 1)))
assessed.read("air_day")
rows, found["read"] = clock(lambda: assessed.read("air_day", station=station), 1000)
assert len(rows)
found["peak"] = peak_mb()
print(json.dumps(found))
"""


def rows() -> list[tuple[str, str, str]]:
    """(what, figure, note) for the benchmark table, from one process with a lake of its own."""
    files = [str(SHARED / "data" / name) for name in _FILES]
    with tempfile.TemporaryDirectory() as home:
        place = {
            **os.environ,
            "JIUZHI_HOME": home,
            "DJANGO_SETTINGS_MODULE": "jiuzhi.project.settings",
            "PYTHONPATH": str(ROOT),
        }
        done = subprocess.run(
            [sys.executable, "-c", _CHILD, *files],
            env=place,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    found = json.loads(done.stdout.splitlines()[-1])
    listed = [
        (
            f"import {Path(name).name.split('.')[0]}",
            f"{values / seconds / 1e3:.0f} k values/s",
            f"{values:,} values; again, all unchanged: {values / repeat / 1e3:.0f} k/s",
        )
        for name, values, seconds, repeat in found["imports"]
    ]
    return [
        *listed,
        (
            "read a station's month from the lake",
            f"{found['month'] * 1e3:.1f} ms",
            f"of {found['total']:,} values",
        ),
        (
            "assess all of it",
            f"{found['assess']:.1f} s",
            f"{found['written']:,} assessed rows; {found['nothing'] * 1e3:.1f} ms when nothing changed",
        ),
        (
            "read a station's assessed days",
            f"{found['read'] * 1e3:.3f} ms",
            f"from memory; peak of the whole run {found['peak']:.0f} MB",
        ),
    ]
