"""From hourly observations to daily air quality, of every station and of every county.

A county's daily value is the mean of the daily values of its evaluated stations (HJ 663-2013), taken before rounding and
rounded once. All arithmetic is on integers of 10^-4 µg/m³ (CO mg/m³).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import duckdb
import ibis
import pyarrow as pa

from jiuzhi.science.expressions import Fixed
from jiuzhi.science.standards.air_columns import with_aqi
from jiuzhi.science.standards.air_days import HOURS_LCM, WINDOW_LCM, daily_from_hourly
from jiuzhi.science.standards.air_year import annual_statistics, good_days
from jiuzhi.science.standards.aqi import POLLUTANTS, REPORTING_DIGITS, primary_text
from jiuzhi.science.standards.rounding import round_ratio

from .. import delta

DIGITS = 4
SCALE = 10**DIGITS
DAY_COLUMN = {item: "O3_8h" if item == "O3" else item for item in POLLUTANTS}
UNROUNDED = "unrounded_"
"""Marks a daily value with the four decimals of the hours, for statistics: rounding the reported one again would chain (GB/T 8170)."""
_DECIMAL = pa.decimal128(9, 1)

DAY_SCHEMA = pa.schema(
    [("station", pa.string()), ("day", pa.date32())]
    + [(DAY_COLUMN[item], _DECIMAL) for item in POLLUTANTS]
    + [(f"hours_{DAY_COLUMN[item]}", pa.int16()) for item in POLLUTANTS]
    + [(f"{UNROUNDED}{DAY_COLUMN[item]}", pa.decimal128(14, DIGITS)) for item in POLLUTANTS]
    + [
        ("valid", pa.bool_()), ("aqi", pa.int32()), ("level", pa.int8()), ("primary", pa.string()),
        ("edition", pa.string()), ("aqi_2012", pa.int32()), ("aqi_2026", pa.int32()), ("sites", pa.int16()),
        ("synthetic", pa.bool_()), ("month", pa.string()),
    ]
)  # fmt: skip
STATISTICS = [("SO2", "mean"), ("SO2", "p98"), ("NO2", "mean"), ("NO2", "p98"), ("PM10", "mean"), ("PM10", "p95"),
              ("PM2.5", "mean"), ("PM2.5", "p95"), ("CO", "p95"), ("O3", "p90")]  # fmt: skip
YEAR_SCHEMA = pa.schema(
    [("station", pa.string()), ("year", pa.string())]
    + [(f"{DAY_COLUMN[item]}_{name}", _DECIMAL) for item, name in STATISTICS]
    + [(f"days_{DAY_COLUMN[item]}", pa.int16()) for item in POLLUTANTS]
    + [(f"{name}{suffix}", pa.int16()) for suffix in ("", "_2012", "_2026") for name in ("days", "good")]
    + [("valid", pa.bool_()), ("synthetic", pa.bool_())]
)


def stage_hours(session: duckdb.DuckDBPyConnection, source: str, as_of: date) -> None:
    """Tables ``hourly`` (a row per station and hour, hour 1…24 named by its end) and ``given`` (daily values as received)."""
    units = ", ".join(
        f"max((value * {SCALE})::BIGINT) FILTER (property = '{item}') AS \"{item}\"" for item in POLLUTANTS
    )
    delta.lend_bounds(session, [*POLLUTANTS, "O3_8h"])
    session.execute(f"""
        CREATE OR REPLACE TEMP VIEW usable AS SELECT * FROM {source} JOIN bounds USING (property)
        WHERE flag < 2 AND value BETWEEN low AND high AND day <= DATE '{as_of}'""")
    session.execute(f"""
        CREATE OR REPLACE TEMP TABLE hourly AS
        SELECT station, day, (hour(time + INTERVAL 8 HOUR) + 1)::BIGINT AS hour, {units}, bool_or(synthetic) AS synthetic
        FROM usable WHERE kind = 'hour' GROUP BY station, day, time""")
    given = ", ".join(
        f"max((value * {SCALE})::BIGINT) FILTER (property = '{DAY_COLUMN[item]}') * {_denominator(item)} AS \"{item}\""
        for item in POLLUTANTS
    )
    session.execute(f"""
        CREATE OR REPLACE TEMP TABLE given AS
        SELECT station, day, {given}, bool_or(synthetic) AS synthetic FROM usable WHERE kind = 'day' GROUP BY station, day""")


def _denominator(item: str) -> int:
    return WINDOW_LCM if item == "O3" else HOURS_LCM


def _counted(item: str) -> str:
    return "O3_windows" if item == "O3" else f"{item}_hours"


def assess_days(
    session: duckdb.DuckDBPyConnection, source: str, as_of: date, counties: dict[str, str]
) -> pa.Table:
    """Rows of ``air_day`` for every station and county in the view ``source`` (columns of the lake).

    counties: evaluated station → county code.
    """
    stage_hours(session, source, as_of)
    session.execute(f"CREATE OR REPLACE TEMP TABLE from_hours AS {_daily_sql()}")
    _stage_exact(session, counties)
    found = session.execute(_judged_sql()).to_arrow_table()
    return found.select(DAY_SCHEMA.names).cast(DAY_SCHEMA)


# Building and compiling an expression takes longer than running it on a month, so each is compiled once per process.
@cache
def _daily_sql() -> str:
    """Daily values of every station from the table ``hourly``."""
    schema = {"station": "string", "day": "date", "hour": "int64"} | dict.fromkeys(POLLUTANTS, "int64")
    hourly = ibis.table(schema, name="hourly")
    return str(
        ibis.to_sql(
            daily_from_hourly(hourly, {i: Fixed(hourly[i], DIGITS) for i in POLLUTANTS}), dialect="duckdb"
        )
    )


@cache
def _judged_sql() -> str:
    """Rows of ``air_day`` from the table ``exact``."""
    schema = {"station": "string", "day": "date", "sites": "int64", "synthetic": "boolean"}
    schema |= {f"{start}{item}": "int64" for item in POLLUTANTS for start in ("", "n_", "hours_")}
    exact = ibis.table(schema | {"O3_1h": "int64", "n_O3_1h": "int64"}, name="exact")
    units: dict[str, Any] = {
        item: round_ratio(
            exact[item], exact[f"n_{item}"] * _denominator(item) * 10 ** (DIGITS - REPORTING_DIGITS[item])
        )
        for item in POLLUTANTS
    }
    units["O3_1h"] = round_ratio(exact.O3_1h, exact.n_O3_1h)
    finer = {f"x_{i}": round_ratio(exact[i], exact[f"n_{i}"] * _denominator(i)) for i in POLLUTANTS}
    kept = ["station", "day", "sites", "synthetic", *(f"hours_{item}" for item in POLLUTANTS)]
    rounded = exact.select(*kept, **{f"u_{item}": value for item, value in units.items()}, **finer)
    judged = with_aqi(rounded, "daily", {item: rounded[f"u_{item}"] for item in units}, day=rounded.day)
    return str(ibis.to_sql(_day_rows(judged), dialect="duckdb"))


def _stage_exact(session: duckdb.DuckDBPyConnection, counties: dict[str, str]) -> None:
    """Table ``exact``: per place and day the sum of the sites' exact daily values and how many sites make it.

    Hours are counted for stations only; a county says how many ``sites`` it rests on.
    """
    session.register("membership", pa.table({"station": list(counties), "county": list(counties.values())},
                                            schema=pa.schema([("station", pa.string()), ("county", pa.string())])))  # fmt: skip
    hours = ", ".join(
        f'"{item}_exact" AS "{item}", "{_counted(item)}" AS "hours_{item}"' for item in POLLUTANTS
    )
    received = ", ".join(f'"{item}", NULL AS "hours_{item}"' for item in POLLUTANTS)
    session.execute(f"""
        CREATE OR REPLACE TEMP TABLE site AS
        SELECT station, day, {hours}, O3_1h, synthetic FROM from_hours
        JOIN (SELECT station, day, bool_or(synthetic) AS synthetic FROM hourly GROUP BY ALL) USING (station, day)
        UNION ALL
        SELECT station, day, {received}, NULL, synthetic FROM given ANTI JOIN from_hours USING (station, day)""")
    # A ratio with denominator 0 is missing, not an error.
    summed = ", ".join(
        f'sum("{item}")::BIGINT AS "{item}", nullif(count("{item}"), 0) AS "n_{item}", '
        f'sum("hours_{item}") FILTER (own)::BIGINT AS "hours_{item}"'
        for item in POLLUTANTS
    )
    session.execute(f"""
        CREATE OR REPLACE TEMP TABLE exact AS
        SELECT place AS station, day, {summed}, sum(O3_1h)::BIGINT AS O3_1h, nullif(count(O3_1h), 0) AS "n_O3_1h",
               count(*) AS sites, bool_or(synthetic) AS synthetic
        FROM (SELECT station AS place, true AS own, * EXCLUDE (station) FROM site UNION ALL
              SELECT county AS place, false AS own, site.* EXCLUDE (station) FROM site JOIN membership USING (station))
        GROUP BY place, day ORDER BY place, day""")


def _decimal(units: Any, digits: int) -> Any:
    """Units of 10^-digits as a decimal column; engines divide decimals through doubles, but multiply them exactly."""
    kind = f"decimal(18,{digits})"
    return units.cast(kind) * ibis.literal(Decimal(1).scaleb(-digits), kind)


def _day_rows(judged: Any) -> Any:
    columns: dict[str, Any] = {"station": judged.station, "day": judged.day}
    for item in POLLUTANTS:
        columns[DAY_COLUMN[item]] = _decimal(judged[f"u_{item}"], REPORTING_DIGITS[item])
        columns[f"hours_{DAY_COLUMN[item]}"] = judged[f"hours_{item}"]
        columns[f"{UNROUNDED}{DAY_COLUMN[item]}"] = _decimal(judged[f"x_{item}"], DIGITS)
    columns |= {
        "valid": ibis.and_(*(judged[f"u_{item}"].notnull() for item in POLLUTANTS)), "aqi": judged.aqi, "level": judged.level,
        "primary": primary_text(judged.primary_mask, names=DAY_COLUMN), "edition": judged.edition,
        "aqi_2012": judged.aqi_2012, "aqi_2026": judged.aqi_2026, "sites": judged.sites,
        "synthetic": judged.synthetic, "month": judged.day.strftime("%Y-%m"),
    }  # fmt: skip
    return judged.select(**columns).order_by("station", "day")


def assess_years(days: pa.Table) -> pa.Table:
    """Rows of ``air_year`` from rows of ``air_day``: HJ 663 means and percentiles of the daily values, rounded once.

    An unfinished year is there too, with ``valid`` false; ``valid`` asks for enough days of all six (GB 3095 table 4).
    """
    if not len(days):
        return YEAR_SCHEMA.empty_table()
    with delta.connect() as session:
        units = ", ".join(f'("{UNROUNDED}{DAY_COLUMN[i]}" * {SCALE})::BIGINT AS "{i}"' for i in POLLUTANTS)
        session.register("given", days)
        session.execute(
            f"CREATE TEMP TABLE daily AS SELECT station, day, aqi, aqi_2012, aqi_2026, synthetic, {units} FROM given"
        )
        statistics, counted = (session.execute(sql).to_arrow_table().to_pylist() for sql in _year_sql())
        made = session.execute(
            "SELECT station, year(day), bool_or(synthetic) FROM daily GROUP BY ALL"
        ).fetchall()
    rows: dict[tuple[str, int], dict[str, Any]] = {
        (station, year): {"station": station, "year": str(year), "valid": True, "synthetic": synthetic}
        for station, year, synthetic in made
    }
    for found in statistics:
        _add_statistic(rows[found["station"], found["year"]], found)
    for found in counted:
        row = rows[found["station"], found["year"]]
        row |= {
            name: found[name]
            for name in YEAR_SCHEMA.names
            if name in found and name not in ("station", "year")
        }
    for row in rows.values():
        row["valid"] = row["valid"] and all(f"{DAY_COLUMN[item]}_{name}" in row for item, name in STATISTICS)
    listed = sorted(rows.values(), key=lambda row: (row["station"], row["year"]))
    return pa.Table.from_pylist(listed, schema=YEAR_SCHEMA)


@cache
def _year_sql() -> tuple[str, str]:
    """Statistics and good days of every year from the table ``daily``."""
    schema = {"station": "string", "day": "date"} | dict.fromkeys(
        ("aqi", "aqi_2012", "aqi_2026", *POLLUTANTS), "int64"
    )
    daily = ibis.table(schema, name="daily")
    statistics = annual_statistics(daily, digits=dict.fromkeys(POLLUTANTS, DIGITS))
    return str(ibis.to_sql(statistics, dialect="duckdb")), str(
        ibis.to_sql(good_days(daily), dialect="duckdb")
    )


def _add_statistic(row: dict[str, Any], found: dict[str, Any]) -> None:
    item, name = found["item"], found["statistic"]
    column = DAY_COLUMN[item]
    if found["value"] is not None:
        row[f"{column}_{name}"] = Decimal(found["value"]).scaleb(-REPORTING_DIGITS[item])
    row[f"days_{column}"] = found["days"]
    row["valid"] = row["valid"] and bool(found["valid"])


def membership(stations: Iterable[Any]) -> dict[str, str]:
    """Evaluated air station → county code."""
    return {s.code: s.county.code for s in stations if s.kind == "air" and s.evaluated}
