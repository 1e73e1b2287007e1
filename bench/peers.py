"""The same air assessment four ways, each run in a process of its own so that its memory can be told.

``python -m bench.peers ENGINE TASK FILE…`` prints one JSON line: seconds of each repeat, peak memory, and a digest of the result
by which the parent asserts that all engines agree. Engines: ``jiuzhi`` (one Ibis definition on DuckDB), ``sql`` (the same
rules written out by hand for DuckDB), ``pandas``. Tasks: ``hourly`` (AQI, level and primary pollutants of each row) and
``year`` (hourly → daily → annual, file by file).
"""

import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from numbers import Real
from typing import Any

from .peers_pandas import numpy, pandas
from .rules_2012 import (
    COLUMN,
    DAILY,
    HOURLY,
    HOURS_LCM,
    INDEX,
    LEVELS,
    MEANS,
    PERCENTILES,
    POLLUTANTS,
    WINDOW_LCM,
)

EDITION = "HJ 633-2012"
THREADS = 2
STREAM = False  # read while computing instead of loading first: how memory is measured


def connect() -> Any:
    """DuckDB as every engine here uses it."""
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"SET threads = {THREADS}")
    return connection


# --- the product ----------------------------------------------------------------------------------------------------


def jiuzhi(task: str) -> Callable[[str], Callable[[], dict[str, Any]]]:
    """One definition of each rule, from jiuzhi.science."""
    import ibis

    from jiuzhi.science.expressions import Fixed
    from jiuzhi.science.standards.air_columns import with_aqi
    from jiuzhi.science.standards.air_days import daily_from_hourly
    from jiuzhi.science.standards.air_year import annual_statistics

    connection = connect()
    engine = ibis.duckdb.from_connection(connection)
    schema = {"station": "int32", "day": "date", "hour": "int8", **dict.fromkeys(COLUMN.values(), "int64")}
    source = ibis.table(schema, name="source")
    # The expressions are compiled once; the queries then serve every file.
    if task == "hourly":
        judged = with_aqi(source, "hourly", {p: source[c] for p, c in COLUMN.items()}, edition=EDITION)
        return _query_rows(
            connection, ibis.to_sql(judged.select("aqi", "level", "primary_mask"), dialect="duckdb")
        )
    digits = {p: 1 if p == "CO" else 0 for p in POLLUTANTS}
    daily = daily_from_hourly(source, {p: Fixed(source[c], digits[p]) for p, c in COLUMN.items()})
    daily_query = ibis.to_sql(daily, dialect="duckdb")
    kept = ibis.table(daily.schema(), name="daily")
    days = with_aqi(kept, "daily", {p: kept[p] for p in POLLUTANTS}, edition=EDITION)
    days_query = ibis.to_sql(
        days.select("station", "day", *POLLUTANTS, "aqi", "level", "primary_mask"), dialect="duckdb"
    )
    year_query = ibis.to_sql(annual_statistics(kept), dialect="duckdb")
    del engine
    return _query_year(connection, daily_query, days_query, year_query)


def _load(connection: Any, file: str) -> None:
    kind = "VIEW" if STREAM else "TABLE"
    connection.execute(f"CREATE OR REPLACE TEMP {kind} source AS SELECT * FROM read_parquet('{file}')")


def _query_rows(connection: Any, query: str) -> Callable[[str], Callable[[], dict[str, Any]]]:
    def load(file: str) -> Callable[[], dict[str, Any]]:
        _load(connection, file)

        def run() -> dict[str, Any]:
            connection.execute(f"CREATE OR REPLACE TEMP TABLE judged AS {query}")
            return {"rows": connection.table("judged")}

        return run

    return load


def _query_year(
    connection: Any, daily: str, days: str, year: str
) -> Callable[[str], Callable[[], dict[str, Any]]]:
    def load(file: str) -> Callable[[], dict[str, Any]]:
        _load(connection, file)

        def run() -> dict[str, Any]:
            for name, query in (("daily", daily), ("days", days), ("year", year)):
                connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")
            return {"days": connection.table("days"), "year": connection.table("year")}

        return run

    return load


# --- the same by hand in SQL ----------------------------------------------------------------------------------------


def sql(task: str) -> Callable[[str], Callable[[], dict[str, Any]]]:
    """Written for DuckDB by hand."""
    connection = connect()
    if task == "hourly":
        return _query_rows(connection, _sql_judged("source", HOURLY, COLUMN, ""))
    days = _sql_judged("daily", DAILY, {p: f'"{p}"' for p in POLLUTANTS}, _sql_kept())
    return _query_year(connection, _sql_daily(), days, _sql_year())


def _sql_iaqi(value: str, tops: tuple[int, ...]) -> str:
    parts = [
        f"WHEN {value} <= {high} THEN ({i_high - i_low} * ({value} - {low}) + {high - low - 1}) // {high - low} + {i_low}"
        for low, high, i_low, i_high in zip(tops, tops[1:], INDEX, INDEX[1:], strict=False)
    ]
    beyond = f"WHEN {value} > {tops[-1]} THEN 500" if len(tops) == len(INDEX) else ""
    return f"CASE {' '.join(parts)} {beyond} END"


def _sql_judged(table: str, tops: dict[str, tuple[int, ...]], columns: dict[str, str], kept: str) -> str:
    iaqi = ", ".join(f'{_sql_iaqi(columns[p], tops[p])} AS "i_{p}"' for p in POLLUTANTS)
    if tops is DAILY:
        iaqi = iaqi.replace('END AS "i_O3"', 'WHEN "O3" > 800 THEN 300 END AS "i_O3"')
    highest = ", ".join(f'"i_{p}"' for p in POLLUTANTS)
    level = " ".join(f"WHEN aqi <= {top} THEN {number}" for number, top in enumerate(LEVELS, 1))
    mask = " + ".join(
        f'CASE WHEN "i_{p}" = aqi AND aqi > 50 THEN {2**k} ELSE 0 END' for k, p in enumerate(POLLUTANTS)
    )
    return f"""SELECT {kept} aqi, CASE {level} WHEN aqi > 300 THEN 6 END AS level, {mask} AS primary_mask
        FROM (SELECT *, greatest({highest}) AS aqi FROM (SELECT *, {iaqi} FROM {table}))"""


def _sql_kept() -> str:
    return "station, day, " + ", ".join(f'"{p}"' for p in POLLUTANTS) + ", "


def _sql_half_even(n: str, d: str) -> str:
    return f"({n} // {d} + CASE WHEN 2 * ({n} % {d}) > {d} OR (2 * ({n} % {d}) = {d} AND ({n} // {d}) % 2 = 1) THEN 1 ELSE 0 END)"


def _sql_daily() -> str:
    plain = [p for p in POLLUTANTS if p != "O3"]
    sums = ", ".join(
        f"sum({COLUMN[p]})::BIGINT AS s_{COLUMN[p]}, count({COLUMN[p]}) AS n_{COLUMN[p]}" for p in plain
    )
    hours = ", ".join(f"max(o3) FILTER (hour = {h}) AS h{h}" for h in range(1, 25))
    windows = ", ".join(
        f"({' + '.join(f'coalesce(h{h}, 0)' for h in range(e - 7, e + 1))})::BIGINT AS w{e}, "
        f"{' + '.join(f'(h{h} IS NOT NULL)::INT' for h in range(e - 7, e + 1))} AS k{e}" for e in range(8, 25))  # fmt: skip
    means = ", ".join(
        f"CASE WHEN k{e} >= 6 THEN w{e} * ({WINDOW_LCM} // k{e}) END AS m{e}" for e in range(8, 25)
    )
    values = ", ".join(
        f'CASE WHEN n_{COLUMN[p]} >= 20 THEN {_sql_half_even(f"s_{COLUMN[p]}", f"n_{COLUMN[p]}")} END AS "{p}", '
        f'CASE WHEN n_{COLUMN[p]} >= 20 THEN s_{COLUMN[p]} * ({HOURS_LCM} // n_{COLUMN[p]}) END AS "x_{p}"' for p in plain)  # fmt: skip
    counted = " + ".join(f"(m{e} IS NOT NULL)::INT" for e in range(8, 25))
    highest = ", ".join(f"m{e}" for e in range(8, 25))
    rounded = _sql_half_even("top", str(WINDOW_LCM))
    return f"""SELECT station, day, {values}, CASE WHEN valid THEN {rounded} END AS "O3", CASE WHEN valid THEN top END AS "x_O3"
        FROM (SELECT *, (windows >= 14 OR {rounded} > 160) AS valid
              FROM (SELECT *, greatest({highest}) AS top, {counted} AS windows FROM (SELECT *, {means} FROM (SELECT *, {windows}
              FROM (SELECT station, day, {sums}, {hours} FROM source GROUP BY station, day)))))"""


def _sql_year() -> str:
    parts = []
    for p in POLLUTANTS:
        divisor = WINDOW_LCM if p == "O3" else HOURS_LCM
        valid = f"""SELECT station, year, sum(n)::BIGINT AS days, sum(n) >= 324 AND count(*) FILTER (n >= CASE month WHEN 2 THEN 25 ELSE 27 END) = 12 AS valid
            FROM (SELECT station, year(day) AS year, month(day) AS month, count(*) AS n FROM daily WHERE "x_{p}" IS NOT NULL GROUP BY ALL) GROUP BY ALL"""
        if p in MEANS:
            mean = _sql_half_even(f'sum("x_{p}")::BIGINT', f'(count("x_{p}") * {divisor})')
            parts.append(f"""SELECT station, year, '{p}' AS item, 'mean' AS statistic, value, days, valid FROM ({valid}) JOIN (
                SELECT station, year(day) AS year, {mean} AS value FROM daily GROUP BY ALL) USING (station, year)""")
        q = PERCENTILES[p]
        total = (
            f"sum(CASE WHEN r = ((n - 1) * {q}) // 100 THEN x * (100 - ((n - 1) * {q}) % 100) "
            f"WHEN r = ((n - 1) * {q}) // 100 + 1 THEN x * (((n - 1) * {q}) % 100) ELSE 0 END)::BIGINT"
        )
        parts.append(f"""SELECT station, year, '{p}', 'p{q}', value, days, valid FROM ({valid}) JOIN (
            SELECT station, year, {_sql_half_even(total, str(divisor * 100))} AS value FROM (
            SELECT station, year(day) AS year, "x_{p}" AS x, row_number() OVER (PARTITION BY station, year(day) ORDER BY "x_{p}") - 1 AS r,
            count(*) OVER (PARTITION BY station, year(day)) AS n FROM daily WHERE "x_{p}" IS NOT NULL) GROUP BY ALL) USING (station, year)""")
    return " UNION ALL ".join(parts)


ENGINES = {"jiuzhi": jiuzhi, "sql": sql, "pandas": pandas, "numpy": numpy}


# --- packages that take one row at a time ---------------------------------------------------------------------------


def python_aqi(rows: list[tuple[int, ...]]) -> Iterator[int | None]:
    """python-aqi 0.6.1, algorithm MEP (the 2012 table). CO in mg/m³ from 0.1 mg/m³."""
    import aqi
    from aqi.constants import POLLUTANT_CO_1H

    names = (aqi.POLLUTANT_SO2_1H, aqi.POLLUTANT_NO2_1H, POLLUTANT_CO_1H, aqi.POLLUTANT_O3_1H, aqi.POLLUTANT_PM10,
             aqi.POLLUTANT_PM25)  # fmt: skip
    for row in rows:
        texts = [str(value) for value in row]
        texts[2] = str(row[2] / 10)
        try:
            yield int(aqi.to_aqi(list(zip(names, texts, strict=True)), algo=aqi.ALGO_MEP))
        except IndexError:  # beyond its table; counted as not equal
            yield None


def aqi_hub(rows: list[tuple[int, ...]]) -> Iterator[int]:
    """aqi-hub 0.3.3 (2026 edition only)."""
    from aqi_hub.aqi_cn import cal_aqi_cn

    for so2, no2, co, o3, pm10, pm25 in rows:
        yield cal_aqi_cn(pm25=pm25, pm10=pm10, so2=so2, no2=no2, co=co / 10, o3=o3, data_type="hourly")[0]


# --- measuring ------------------------------------------------------------------------------------------------------


def _plain(value: Any) -> Any:
    if value is None or type(value).__name__ == "NAType" or value != value:
        return None
    return int(value) if isinstance(value, Real) else str(value)[:10]


def digest(result: dict[str, Any]) -> str:
    """Digest of all tables of a result, independent of the engine's types and of row order."""
    import numpy as np

    total = hashlib.sha256()
    for name in sorted(result):
        frame = result[name].df() if hasattr(result[name], "df") else result[name]
        if name == "rows":  # in file order, by bytes
            for column in ("aqi", "level", "primary_mask"):
                values = frame[column].to_numpy("float64", na_value=np.nan)
                total.update(np.nan_to_num(values, nan=-1).astype("int32").tobytes())
            continue
        fields = sorted(frame.columns)
        rows = sorted(
            repr([_plain(value) for value in record]) for record in frame[fields].itertuples(index=False)
        )
        total.update("\n".join(rows).encode())
    return total.hexdigest()[:16]


def peak_mb() -> float:
    """Peak memory of this process. The kernel's own mark: ru_maxrss would begin with the parent's."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


def main() -> None:
    engine, task, repeats, *files = sys.argv[1:]
    if task == "memory":  # one file after the other, as years pile up; the result itself is small
        task, globals()["STREAM"] = "year", True
    start = time.perf_counter()
    run = ENGINES[engine](task)
    prepared = time.perf_counter() - start
    seconds, processor, result = [0.0] * int(repeats), [0.0] * int(repeats), {}
    for file in files:
        compute = run(file)
        for k in range(int(repeats)):
            start, busy = time.perf_counter(), time.process_time()
            result = compute()
            seconds[k] += time.perf_counter() - start
            processor[k] += time.process_time() - busy
    peak = peak_mb()
    print(
        json.dumps(
            {
                "prepared": prepared,
                "seconds": seconds,
                "processor": processor,
                "peak_mb": peak,
                "digest": digest(result),
            }
        )
    )


if __name__ == "__main__":
    main()
