"""From samples and automatic readings to the class of a section: each one, and each month.

A month rests on the automatic station where it delivered on at least half of the month's days, item by item, otherwise
on the samples taken by hand. Its mean is judged exactly, as sum against n × limit. Not detected counts as half the
detection limit (HJ/T 91 practice). pH is averaged arithmetically.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from decimal import Decimal, localcontext
from functools import cache
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhi.science.expressions import Fixed, largest
from jiuzhi.science.standards import water
from jiuzhi.science.standards.lake import trophic_index, trophic_state
from jiuzhi.science.standards.water_body import body_of_section

from .. import delta
from ..properties import PROPERTIES, WATER

ITEMS = [
    code for code, item in PROPERTIES.items() if item.medium == WATER and code not in ("flow", "water_class")
]
JUDGED = [item for item in water.CLASS_ITEMS if item in ITEMS]
DIGITS = 6
AUTOMATIC = ("4h", "hour")
LIVE = ("instant", "minute")  # what instruments send between the hours: watched, not assessed
LEAST_SHARE = (
    2  # the automatic station must deliver on 1/2 of the days (our choice: no edition read states one)
)
# twice / 2n in units of 10^-6, half to even, for showing; judged is the sum itself
_MEAN = """(twice // (2 * n) + CASE WHEN twice % (2 * n) > n OR (twice % (2 * n) = n AND twice // (2 * n) % 2 = 1)
           THEN 1 ELSE 0 END)::DECIMAL(24, 0) * 0.000001"""
_VALUES = [(item, pa.decimal128(18, 6)) for item in ITEMS]
_VERDICT = [("class", pa.string()), ("class_number", pa.int8()), ("exceeding", pa.string()), ("target", pa.string()),
            ("met", pa.bool_()), ("edition", pa.string()), ("synthetic", pa.bool_())]  # fmt: skip
MONTH_SCHEMA = pa.schema(
    [("station", pa.string()), ("month", pa.string()), ("source", pa.string()), ("n", pa.int32()), ("days", pa.int16()),
     *_VALUES, *_VERDICT, ("tli", pa.decimal128(9, 3)), ("trophic_state", pa.string())]
)  # fmt: skip
SAMPLE_SCHEMA = pa.schema(
    [("station", pa.string()), ("time", pa.timestamp("us", tz="UTC")), ("day", pa.date32()), ("month", pa.string()),
     ("kind", pa.string()), *_VALUES, *_VERDICT]
)  # fmt: skip


class Section:
    """What the judgement needs to know of a place: lake or river, and the class it shall keep."""

    def __init__(self, is_lake: bool, target: str) -> None:
        self.is_lake = is_lake
        self.target = target
        self.number = water.class_number(target)


def sections(stations: Iterable[Any]) -> dict[str, Section]:
    """Registered river and lake stations by code."""
    return {
        s.code: Section(s.kind == "lake", s.target_class) for s in stations if s.kind in ("river", "lake")
    }


def section_of(code: str, known: dict[str, Section]) -> Section:
    """A section that is not registered is told from its name."""
    return known.get(code) or Section(body_of_section(code.rsplit("/", 1)[-1]) == "lake", "")


def stage(
    session: duckdb.DuckDBPyConnection, source: str, as_of: date, known: dict[str, Section], others: Collection[str] = ()
) -> None:  # fmt: skip
    """Table ``reading``: usable values in units of 10^-6, halved where not detected; and ``place``.

    others: stations that are no section (outlets, rain gauges), whatever they measure.
    """
    delta.lend_bounds(session, ITEMS)
    live = ", ".join(f"'{kind}'" for kind in LIVE)
    # Twice the value, so that half a detection limit stays an integer.
    session.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE reading AS
        SELECT station, property, kind, time, day, month, synthetic, value,
               (value::DECIMAL(38, 6) * 1000000)::BIGINT * (CASE WHEN qualifier = '<' THEN 1 ELSE 2 END) AS twice
        FROM {source} JOIN bounds USING (property)
        WHERE flag < 2 AND value BETWEEN low AND high AND day <= DATE '{as_of}' AND kind NOT IN ({live})
          AND NOT contains(kind, '.') AND NOT list_contains(?, station)""",
        [sorted(others)],
    )
    codes = [row[0] for row in session.execute("SELECT DISTINCT station FROM reading ORDER BY 1").fetchall()]
    places = [section_of(code, known) for code in codes]
    session.register("place", pa.table(
        [codes, [p.is_lake for p in places], [p.target for p in places], [p.number for p in places]],
        schema=pa.schema([("station", pa.string()), ("is_lake", pa.bool_()), ("target", pa.string()),
                          ("target_number", pa.int64())])))  # fmt: skip


def assess_samples(session: duckdb.DuckDBPyConnection, known: dict[str, Section]) -> pa.Table:
    """Rows of ``water_sample`` from the staged readings. Stage first."""
    session.execute(f"""
        CREATE OR REPLACE TEMP TABLE tally AS
        SELECT station, time, day, month, kind, bool_or(synthetic) AS synthetic, {_pivot("value", "twice", "1")}
        FROM reading WHERE kind != 'month' GROUP BY station, time, day, month, kind""")
    return _verdicts(_classes(session, "time, kind"), known, SAMPLE_SCHEMA)


def assess_months(session: duckdb.DuckDBPyConnection, as_of: date, known: dict[str, Section]) -> pa.Table:
    """Rows of ``water_month`` from the staged readings. Stage first."""
    automatic = ", ".join(f"'{kind}'" for kind in AUTOMATIC)
    session.execute(f"""
        CREATE OR REPLACE TEMP TABLE summed AS
        SELECT station, month, property, kind IN ({automatic}) AS automatic, sum(twice)::BIGINT AS twice, count(*) AS n,
               count(DISTINCT day) AS days, bool_or(synthetic) AS synthetic
        FROM reading GROUP BY ALL""")
    session.execute(f"""
        CREATE OR REPLACE TEMP TABLE selected AS
        SELECT * FROM summed
        QUALIFY row_number() OVER (PARTITION BY station, month, property ORDER BY
            automatic AND days * {LEAST_SHARE} < least(last_day((month || '-01')::DATE), DATE '{as_of}')
                - (month || '-01')::DATE + 1, automatic DESC) = 1""")
    session.execute(f"""
        CREATE OR REPLACE TEMP TABLE tally AS
        SELECT station, month, max(n)::INTEGER AS n, max(days)::SMALLINT AS days, bool_or(synthetic) AS synthetic,
               CASE WHEN bool_and(automatic) THEN 'automatic' WHEN bool_or(automatic) THEN 'both' ELSE 'manual' END AS source,
               {_pivot(_MEAN, "twice", "n")}
        FROM selected GROUP BY station, month""")
    return _verdicts(_classes(session, "month"), known, MONTH_SCHEMA)


def _pivot(shown: str, twice: str, count: str) -> str:
    """Per item: the value to show, the exact double sum and the count."""
    return ", ".join(
        f"max(({shown})::DECIMAL(18, 6)) FILTER (property = '{item}') AS \"{item}\", "
        f"max({twice}) FILTER (property = '{item}') AS \"t_{item}\", max(({count})::BIGINT) FILTER (property = '{item}') AS \"n_{item}\""
        for item in ITEMS
    )


def _classes(session: duckdb.DuckDBPyConnection, order: str) -> pa.Table:
    """The rows of ``tally`` with their verdict; one expression for rivers and lakes alike."""
    session.execute(f"""
        CREATE OR REPLACE TEMP TABLE judged AS
        SELECT tally.*, is_lake, target, target_number, row_number() OVER (ORDER BY station, {order}) AS seat
        FROM tally JOIN place USING (station)""")
    return session.execute(f"""
        SELECT judged.*, verdict.* EXCLUDE (seat) FROM judged JOIN ({_classes_sql()}) AS verdict USING (seat) ORDER BY seat
        """).to_arrow_table()


@cache
def _classes_sql() -> str:
    """Compiled once per process: that takes longer than running it on a month."""
    schema = {"seat": "int64", "is_lake": "boolean", "target_number": "int64"}
    table = ibis.table(
        schema | {f"{start}_{item}": "int64" for item in ITEMS for start in "tn"}, name="judged"
    )
    classes = {
        item: water.body_class(
            item, Fixed(table[f"t_{item}"], DIGITS), table.is_lake, count=table[f"n_{item}"] * 2
        )
        for item in JUDGED
    }
    judged = table.mutate(class_number=largest(*classes.values()))
    verdict = judged.select(
        "seat", "class_number", **{"class": water.class_name(judged.class_number)}, met=judged.class_number <= judged.target_number,
        edition=ibis.literal(water.STANDARD),
    )  # fmt: skip
    return str(ibis.to_sql(verdict, dialect="duckdb"))


def _verdicts(found: pa.Table, known: dict[str, Section], schema: pa.Schema) -> pa.Table:
    """Add what takes more than an expression, to the few rows that need it: items that exceed, and the trophic index."""
    over = pc.greater(found["class_number"], pc.fill_null(found["target_number"], 3))
    exceeding = [""] * len(found)
    for place, row in _picked(found, over):
        exceeding[place] = _exceeding(row, section_of(row["station"], known))
    columns = {"exceeding": pa.array(exceeding, pa.string())}
    if "tli" in schema.names:
        index: list[float | None] = [None] * len(found)
        for place, row in _picked(found, found["is_lake"]):
            index[place] = _trophic(row)
        shown = [None if value is None else Decimal(str(value)).quantize(Decimal("0.001")) for value in index]
        columns["tli"] = pa.array(shown, schema.field("tli").type)
        # The state is told from the index itself: 50.0004 is shown as 50.000 and is beyond 50.
        columns["trophic_state"] = pa.array([trophic_state(value) for value in index], pa.string())
    for name in columns:
        found = found.append_column(name, columns[name])
    return found.select(schema.names).cast(schema)


def _picked(found: pa.Table, mask: pa.ChunkedArray) -> Iterator[tuple[int, dict[str, Any]]]:
    """Place and content of the rows where the mask is true."""
    places = pc.indices_nonzero(pc.fill_null(mask, False))
    return zip(places.to_pylist(), found.take(places).to_pylist(), strict=True)


def _means(row: dict[str, Any], items: Iterable[str]) -> dict[str, Decimal]:
    """Exact enough for every comparison: 28 digits."""
    with localcontext() as context:
        context.prec = 28
        return {
            item: Decimal(row[f"t_{item}"]) / (2 * row[f"n_{item}"] * 10**DIGITS)
            for item in items
            if row[f"t_{item}"] is not None
        }


def _exceeding(row: dict[str, Any], place: Section) -> str:
    """Items worse than the target class (Ⅲ without a target) with their multiple: 总磷(0.35)、pH."""
    found = water.exceeding(_means(row, JUDGED), target=place.number or 3, is_lake=place.is_lake)
    return "、".join(
        one.name if one.multiple is None else f"{one.name}({water.multiple_text(one.multiple)})"
        for one in found
    )


def _trophic(row: dict[str, Any]) -> float | None:
    values = _means(row, ("chla", "TP", "TN", "SD", "CODMn"))
    positive = {item: value for item, value in values.items() if value > 0}
    return trophic_index(positive) if "chla" in positive else None
