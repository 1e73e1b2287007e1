"""Observations taken away as CSV, Excel or Parquet, month by month, so that years of five-minute values never lie in memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from jiuzhi.core.files import printable
from jiuzhi.engine.exchange import workbook
from jiuzhi.engine.exchange.export import SYNTHETIC

from . import delta, lake
from .properties import EVERY
from .reported import USABLE, kind_name, mark_name

FORMS = ("csv", "xlsx", "parquet")
EXCEL_ROWS = 1_000_000  # a sheet ends at 1,048,576
_BATCH = 20_000
HEADINGS = (
    "站点编码", "站点", "项目", "单位", "时间(北京时间)", "时段类型", "数值", "限定符/标记", "有效", "版本", "原始值", SYNTHETIC,
)  # fmt: skip
_TIME, _VALUE, _REVISION = 4, 6, 9
_WIDTHS = (18, 20, 18, 9, 20, 10, 12, 12, 6, 6, 12, 10)
_SCHEMA = pa.schema(
    [
        (name, {"时间(北京时间)": pa.timestamp("us"), "数值": pa.decimal128(18, 6), "有效": pa.bool_(), "版本": pa.int32(),
                SYNTHETIC: pa.bool_()}.get(name, pa.string()))
        for name in HEADINGS
    ]
)  # fmt: skip


class TooMany(ValueError):
    """More rows than the form can hold. One Chinese sentence."""


@dataclass(frozen=True)
class Wanted:
    """Which values: local days start … end, both included; no properties or kinds: all of them; pairs: only these (station, property);
    every: replaced revisions too."""

    stations: tuple[str, ...]
    start: date
    end: date
    properties: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    every: bool = False


@dataclass(frozen=True)
class Found:
    """How many rows that is, and whether any of them is simulated."""

    rows: int
    synthetic: bool


def look(wanted: Wanted) -> Found:
    """Count before anything is written."""
    with delta.connect() as session:
        sql, values = _select(session, wanted, wanted.start, wanted.end)
        rows, synthetic = session.execute(
            f"SELECT count(*), coalesce(bool_or(synthetic), false) FROM ({sql})", values
        ).fetchall()[0]
        return Found(rows, synthetic)


def check(found: Found, form: str) -> None:
    """Raises TooMany where the form cannot hold what was found, KeyError for a form there is not."""
    if form not in FORMS:
        raise KeyError(form)
    if form == "xlsx" and found.rows > EXCEL_ROWS:
        raise TooMany(
            f"共 {found.rows:,} 行，一张 Excel 表最多放 {EXCEL_ROWS:,} 行：请缩短时段、少选几项，或改用 CSV、Parquet。"
        )


def csv_parts(wanted: Wanted, names: Mapping[str, str]) -> Iterator[bytes]:
    """The rows as UTF-8 with the mark by which Excel knows it, piece by piece, oldest first. names: station code → name."""
    yield "\ufeff".encode() + _lines([HEADINGS])
    for batch in _batches(wanted, names):
        yield _lines(zip(*(_said(column) for column in batch.columns), strict=True))


def write(out: BinaryIO, form: str, wanted: Wanted, names: Mapping[str, str]) -> Found:
    """Write the rows to ``out``, oldest first. Raises TooMany, KeyError."""
    found = look(wanted)
    check(found, form)
    if form == "csv":
        out.writelines(csv_parts(wanted, names))
    elif form == "xlsx":
        _xlsx(out, wanted, names)
    else:
        with pq.ParquetWriter(out, _SCHEMA, compression="zstd") as file:
            for batch in _batches(wanted, names):
                file.write_batch(batch)
    return found


def _xlsx(out: BinaryIO, wanted: Wanted, names: Mapping[str, str]) -> None:
    book = workbook.book(out)
    sheet = book.add_worksheet("监测数据")
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for at, width in enumerate(_WIDTHS):
        sheet.set_column(at, at, width)
    sheet.freeze_panes(1, 3)
    sheet.write_row(0, 0, HEADINGS, book.add_format({"bold": True, "bottom": 1}))
    row = 0
    for batch in _batches(wanted, names):
        for cells in zip(*(_cells(at, column) for at, column in enumerate(batch.columns)), strict=True):
            row += 1
            if row > EXCEL_ROWS:  # more came in since they were counted
                raise TooMany(f"超过一张 Excel 表最多的 {EXCEL_ROWS:,} 行：请缩短时段，或改用 CSV、Parquet。")
            for at, cell in enumerate(cells):
                if at == _TIME:
                    sheet.write_datetime(row, at, cell, moment)
                elif isinstance(cell, float | int):
                    sheet.write_number(row, at, cell)
                elif cell:
                    sheet.write_string(row, at, cell)
    sheet.autofilter(0, 0, max(row, 1), len(HEADINGS) - 1)
    book.close()


def _cells(at: int, column: pa.Array) -> list[Any]:
    """Cells of Excel: numbers as numbers while its 15 digits hold them, texts as they are said in CSV."""
    if at in (_TIME, _REVISION):
        return column.to_pylist()
    if at == _VALUE:
        return [None if v is None else _number(v) for v in column.to_pylist()]
    return _said(column)


def _number(value: Decimal) -> float | str:
    return float(value) if abs(value) < 10**9 else f"{value.normalize():f}"


def _lines(rows: Any) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _said(column: pa.Array) -> list[str]:
    """Cells as text; what Excel would run as a formula gets an apostrophe in front."""
    if pa.types.is_boolean(column.type):
        return ["是" if one else "否" for one in column.to_pylist()]
    if pa.types.is_decimal(column.type):
        return ["" if one is None else f"{one.normalize():f}" for one in column.to_pylist()]
    if pa.types.is_timestamp(column.type):
        return [f"{one:%Y-%m-%d %H:%M:%S}" for one in column.to_pylist()]
    # Names and words repeat: each different one is looked at once.
    coded = column.dictionary_encode()
    words = [
        str(workbook.safe(printable(str(word)))) if word is not None else ""
        for word in coded.dictionary.to_pylist()
    ]
    return [words[at] if at is not None else "" for at in coded.indices.to_pylist()]


def _batches(wanted: Wanted, names: Mapping[str, str]) -> Iterator[pa.RecordBatch]:
    """The rows in the columns of _SCHEMA, one month's files open at a time, by time, station, property, kind and revision."""
    with _session(wanted, names) as session:
        for first, last in _months(wanted):
            sql, values = _select(session, wanted, first, last)
            reader = session.execute(
                f"""SELECT station, coalesce(named.word, ''), coalesce(titled.word, property), unit,
                           time::TIMESTAMP + INTERVAL 8 HOUR, kinds.word, value, coalesce(marks.word, qualifier),
                           flag < {USABLE} AND value IS NOT NULL, revision, raw, synthetic
                    FROM ({sql}) LEFT JOIN named ON named.code = station LEFT JOIN titled ON titled.code = property
                         LEFT JOIN kinds ON kinds.code = kind LEFT JOIN marks ON marks.code = qualifier
                    ORDER BY time, station, property, kind, revision""",
                values,
            ).to_arrow_reader(_BATCH)
            for batch in reader:
                yield batch.rename_columns(list(HEADINGS)).cast(_SCHEMA)


def _select(
    session: duckdb.DuckDBPyConnection, wanted: Wanted, first: date, last: date
) -> tuple[str, list[Any]]:
    sql, values = lake.select(
        session,
        wanted.stations,
        wanted.properties or None,
        first,
        last,
        wanted.kinds or None,
        every=wanted.every,
    )
    if wanted.pairs:
        sql = f"SELECT * FROM ({sql}) WHERE list_contains(?, [station, property])"
        values = [*values, [list(pair) for pair in wanted.pairs]]
    return sql, values


def _months(wanted: Wanted) -> Iterator[tuple[date, date]]:
    """First and last day of each month the lake has in the span."""
    for month in sorted({file["partition.month"] for file in delta.files(lake.NAME)}):
        year, number = map(int, month.split("-"))
        first = date(year, number, 1)
        after = date(year + number // 12, number % 12 + 1, 1)
        low, high = max(first, wanted.start), min(date.fromordinal(after.toordinal() - 1), wanted.end)
        if low <= high:
            yield low, high


@contextmanager
def _session(wanted: Wanted, names: Mapping[str, str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A session that knows the words of stations, properties, kinds and marks."""
    with delta.connect() as session:
        sql, values = _select(session, wanted, wanted.start, wanted.end)
        used = session.execute(
            f"SELECT list(DISTINCT kind), list(DISTINCT qualifier) FROM ({sql})", values
        ).fetchall()[0]
        kinds, marks = (list(found or ()) for found in used)
        _lend(session, "named", names.items())
        _lend(session, "titled", [(item.code, item.title) for item in EVERY.values()])
        _lend(session, "kinds", [(kind, kind_name(kind)) for kind in kinds])
        _lend(
            session,
            "marks",
            [(mark, f"{mark} {word}") for mark in marks if (word := mark_name(mark)) not in ("", mark)],
        )
        yield session


def _lend(session: duckdb.DuckDBPyConnection, name: str, pairs: Any) -> None:
    listed: Sequence[tuple[str, str]] = list(pairs)
    columns = {"code": [code for code, _word in listed], "word": [word for _code, word in listed]}
    session.register(
        "lent", pa.table(columns, schema=pa.schema([("code", pa.string()), ("word", pa.string())]))
    )
    session.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM lent")
    session.unregister("lent")
