"""Air assessment: rows per second and peak memory beside hand-written SQL, pandas and the per-row packages.

Observations are simulated by a fixed formula (no random generator), so every run judges the same numbers. Every engine works
in a process of its own, DuckDB on two threads, pandas on the one it has; results are compared by digest and a difference is an
error, not a row. Ratios are given by the clock, which is what a person waits for, and by processor time, which other work on
the machine disturbs least.
"""

import csv
import gzip
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from . import peers
from .testdata import SHARED

STATIONS, FIRST_YEAR, YEARS = 100, 2015, 10
REPEATS = 6
LABELS = {
    "jiuzhi": "jiuzhi",
    "sql": "hand-written DuckDB SQL",
    "pandas": "pandas",
    "numpy": "pandas + numpy by hand",
}
_BASE = {"so2": (6, 20), "no2": (18, 60), "co": (5, 10), "o3": (40, 150), "pm10": (45, 120), "pm25": (25, 90)}


def simulate(folder: Path, years: int) -> list[Path]:
    """One Parquet file per year: station, day, clock hour 1…24, six BIGINT columns, the scaled integers of the lake [µg/m³; CO 0.1 mg/m³], 3 % missing."""
    connection = peers.connect()
    files = []
    for year in range(FIRST_YEAR, FIRST_YEAR + years):
        values = []
        for k, (name, (low, span)) in enumerate(_BASE.items(), 1):
            seed = f"((s * 7919 + i * 104729 + {k * 15485863 + year * 32452843}) % 2147483647)"
            noise = f"({seed} * 48271 % 2147483647 * 69621 % 2147483647)"
            season = f"(1 + 0.6 * cos(2 * pi() * (i / 8766.0 - {0.55 if name == 'o3' else 0.0})))"
            values.append(
                f"CASE WHEN {noise} % 100 >= 3 THEN ({low} + {span} * {season} * {noise} / 2147483647.0)::BIGINT END AS {name}"
            )
        file = folder / f"{year}.parquet"
        connection.execute(f"""COPY (SELECT s::INT AS station, (DATE '{year}-01-01' + (i // 24)::INT) AS day, (i % 24 + 1)::TINYINT AS hour,
            {", ".join(values)} FROM range({STATIONS}) t(s), range(24 * (DATE '{year + 1}-01-01' - DATE '{year}-01-01')) h(i) ORDER BY s, i)
            TO '{file}' (FORMAT parquet)""")
        files.append(file)
    return files


def real_hours(folder: Path) -> tuple[Path, int]:
    """The two PRSA stations, four years of hours, in the same columns as ``simulate``; and how many rows."""
    columns = {"so2": "SO2", "no2": "NO2", "co": "CO", "o3": "O3", "pm10": "PM10", "pm25": '"PM2.5"'}
    values = ", ".join(
        f"round(try_cast({source} AS DOUBLE){' / 100' if name == 'co' else ''})::BIGINT AS {name}"
        for name, source in columns.items()
    )
    file, connection = folder / "prsa.parquet", peers.connect()
    connection.execute(f"""COPY (SELECT (station = 'Dongsi')::INT AS station, make_date(year, month, day) AS day, (hour + 1)::TINYINT AS hour, {values}
        FROM read_csv('{SHARED}/data/air/prsa_*.csv.gz', nullstr='NA') ORDER BY station, No) TO '{file}' (FORMAT parquet)""")
    return file, connection.execute(f"SELECT count(*) FROM '{file}'").fetchone()[0]


def child(engine: str, task: str, files: list[Path], repeats: int = REPEATS) -> dict[str, Any]:
    """Run one engine in a process of its own."""
    command = [sys.executable, "-m", "bench.peers", engine, task, str(repeats), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{engine} {task}: {done.stderr.strip().splitlines()[-1]}")
    return json.loads(done.stdout.splitlines()[-1])


def _same(results: dict[str, dict[str, Any]], what: str) -> None:
    if len({result["digest"] for result in results.values()}) != 1:
        raise AssertionError(f"{what}: engines disagree: { {k: r['digest'] for k, r in results.items()} }")


def _compare(task: str, what: str, files: list[Path], count: int) -> list[tuple[str, str, str]]:
    results = {engine: child(engine, task, files) for engine in peers.ENGINES}
    _same(results, what)
    own = results["jiuzhi"]
    rows = []
    for engine, result in results.items():
        rate = f"{count / min(result['seconds']) / 1e6:.2f} M rows/s · {result['peak_mb']:.0f} MB"
        clock, processor = (min(result[kind]) / min(own[kind]) for kind in ("seconds", "processor"))
        note = f"ready after {result['prepared']:.1f} s (imports, expression compiled once)"
        if engine != "jiuzhi":
            note = (
                f"takes {clock:.2f} × as long as jiuzhi, {processor:.2f} × its processor time; results equal"
            )
        rows.append((f"{what}: {LABELS[engine]}", rate, note))
    return rows


def _memory(files: list[Path]) -> list[tuple[str, str, str]]:
    one, ten = child("jiuzhi", "memory", files[:1], 1), child("jiuzhi", "memory", files, 1)
    seconds = ten["seconds"][0]
    return [
        (
            f"hourly → daily → annual, {len(files)} years",
            f"{one['peak_mb']:.0f} MB for 1 year, {ten['peak_mb']:.0f} MB for {len(files)}",
            f"{len(files) * STATIONS * 8766 / seconds / 1e6:.2f} M rows/s over {len(files)} years, year by year",
        )
    ]


def _published() -> list[tuple[int, tuple[int, ...]]]:
    """(published AQI, six values) of the complete rows of the April 2020 release."""
    found = []
    with gzip.open(
        SHARED / "data" / "air" / "station_hourly_aqi_202004_partA.csv.gz",
        "rt",
        encoding="utf-8-sig",
        newline="",
    ) as file:
        for row in csv.DictReader(file):
            texts = [row[name] for name in ("SO2", "NO2", "CO", "O3_1h", "PM10", "PM2.5")]
            if row["AQI"] and all(texts):
                found.append(
                    (
                        int(row["AQI"]),
                        tuple(round(float(t) * (10 if k == 2 else 1)) for k, t in enumerate(texts)),
                    )
                )
    return found


def _per_row() -> list[tuple[str, str, str]]:
    """The real rows, one after the other, by the packages on the index; and the product on the same rows as columns."""
    real = _published()
    own = _real_rows(real)
    rows = [
        (
            "published hourly rows: jiuzhi",
            f"{own[0] / 1e6:.2f} M rows/s",
            f"{own[1]} of {len(real)} equal to the published AQI",
        )
    ]
    for name, package in (("python-aqi 0.6.1", peers.python_aqi), ("aqi-hub 0.3.3", peers.aqi_hub)):
        sample = real[:20_000]
        start = time.perf_counter()
        found = list(package([values for _, values in sample]))
        rate = len(sample) / (time.perf_counter() - start)
        equal = sum(a == b for a, (b, _) in zip(found, sample, strict=True)) / len(sample)
        only = ", 2026 edition only" if "hub" in name else ""
        rows.append(
            (
                f"published hourly rows: {name}",
                f"{rate:,.0f} rows/s",
                f"jiuzhi is {own[0] / rate:.0f} × faster; {equal:.1%} equal to the published AQI{only}",
            )
        )
    return rows


def _real_rows(real: list[tuple[int, tuple[int, ...]]]) -> tuple[float, int]:
    """Rows per second on the real rows repeated to two million, and how many equal the published AQI.

    The index alone, which is what the per-row packages return.
    """
    import ibis
    import pyarrow as pa

    from jiuzhi.science.standards.air_columns import with_aqi

    connection = peers.connect()
    columns = {name: [values[k] for _, values in real] for k, name in enumerate(peers.COLUMN.values())}
    connection.register("once", pa.table({"published": [aqi for aqi, _ in real], **columns}))
    connection.execute("CREATE TABLE source AS SELECT once.* FROM once, range(40)")
    source = ibis.duckdb.from_connection(connection).table("source")
    judged = with_aqi(
        source, "hourly", {p: source[c] for p, c in peers.COLUMN.items()}, edition=peers.EDITION
    )
    query = ibis.to_sql(judged.select("published", "aqi"), dialect="duckdb")
    best = 0.0
    for _ in range(REPEATS):
        start = time.perf_counter()
        connection.execute(f"CREATE OR REPLACE TEMP TABLE judged AS {query}")
        best = max(best, 40 * len(real) / (time.perf_counter() - start))
    (equal,) = connection.execute("SELECT count(*) FILTER (aqi = published) // 40 FROM judged").fetchone()
    return best, equal


def _file() -> list[tuple[str, str, str]]:
    """The whole command on the whole file, as a station would run it."""
    source = SHARED / "data" / "air" / "station_hourly_aqi_202004_partA.csv.gz"
    with tempfile.TemporaryDirectory() as folder:
        code = (
            "import sys; from bench.peers import peak_mb; from jiuzhi.interfaces.cli.assess import app\n"
            "try: app(sys.argv[1:])\n"
            "finally: print(peak_mb(), file=sys.stderr)"
        )
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", code, "air", str(source), "-o", f"{folder}/out.csv", "--json"],
            capture_output=True,
            text=True,
            check=True,
        )
        seconds = time.perf_counter() - start
    rows, peak = json.loads(done.stdout)["rows"], float(done.stderr.split()[-1])
    return [
        (
            "jiuzhi assess air, the April 2020 file",
            f"{seconds:.1f} s · {peak:.0f} MB",
            f"{rows:,} rows, from start to written file",
        )
    ]


def rows() -> list[tuple[str, str, str]]:
    """(what, figure, note) for `make bench`. Raises AssertionError when engines disagree."""
    with tempfile.TemporaryDirectory() as folder:
        files = simulate(Path(folder), YEARS)
        table = _compare("hourly", "AQI of each simulated hour", files[:1], STATIONS * 8760)
        table += _compare("year", "hourly → daily → annual, 100 stations, 1 year", files[:1], STATIONS * 8760)
        if SHARED.is_dir():
            file, count = real_hours(Path(folder))
            table += _compare("year", "hourly → daily → annual, two real stations, 4 years", [file], count)
        table += _memory(files)
    if SHARED.is_dir():
        table += _per_row() + _file()
    return table


if __name__ == "__main__":
    for what, figure, note in rows():
        print(f"{what:58} {figure:32} {note}")
