"""What a list shows as Excel or CSV: masked for the reader, safe to open, and readable by the import as it stands."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

from django.db.models import QuerySet

from jiuzhi.core import records
from jiuzhi.core.models import Org, Record, User
from jiuzhi.core.records import Actor
from jiuzhi.core.registers import Column, Register, columns, reading
from jiuzhi.core.registers.parse import LEFT_OUT, named_twice
from jiuzhi.core.registers.parse import written as refers
from jiuzhi.core.registers.query import Asked

from . import workbook

SYNTHETIC = "模拟数据"
_CELL = 32_767  # characters Excel holds in a cell
_BATCH = 2000


@dataclass
class Written:
    """What an export wrote."""

    rows: int = 0
    synthetic: bool = False


def export(
    out: BinaryIO, form: str, register: Register, county: Org, found: QuerySet[Record], actor: Actor, *,
    wanted: Sequence[Column] = (), clear_all: bool = False, asked: Asked | None = None,
) -> Written:  # fmt: skip
    """Write ``found`` to ``out`` as "xlsx" or "csv", record by record, and note the export.

    The first line says what it is, and that it holds simulated data when any row does; the headings follow, so that the same file,
    edited, can be imported. ``wanted``: some columns only; the key always comes along. ``clear_all``: the system's own export. ``asked``: what
    ``found`` was narrowed by; an auditor reads in the note which records left the house, and which of their fields.
    """
    fields = _wanted(register, wanted)
    written = Written(synthetic=found.filter(synthetic=True).exists())
    note = f"{county.name}{register.title}，共 {found.order_by().count()} 条" + (
        f"；含{SYNTHETIC}，不可用于上报" if written.synthetic else ""
    )
    lines = _lines(register, fields, found, None if clear_all else actor.user, written, named_twice(county))
    if form == "csv":
        workbook.write_csv(out, _all(note, fields, lines))
    else:
        _xlsx(out, register, note, fields, lines)
    records.noted(
        actor,
        "export",
        register.model._meta.label,
        county.code,
        f"导出{register.title}",
        {"rows": written.rows} | _said(asked) | ({"columns": [c.name for c in fields]} if wanted else {}),
    )
    return written


def _said(asked: Asked | None) -> dict[str, Any]:
    """What was asked for, without what was not: words, filters, ranges, due."""
    if asked is None:
        return {}
    parts = {"q": asked.q, "filters": dict(asked.filters), "ranges": dict(asked.ranges), "due": asked.due}
    return {name: part for name, part in parts.items() if part}


def _wanted(register: Register, wanted: Sequence[Column]) -> list[Column]:
    if not wanted:
        return [c for c in register.form_fields if c.name != "crs"]
    names = {*register.key, *(c.name for c in wanted)}
    return [c for c in register.fields.values() if c.name in names]


def _lines(
    register: Register, fields: list[Column], found: QuerySet[Record], user: User | None, written: Written, twice: set[str]
) -> Iterator[list[Any]]:  # fmt: skip
    """Rows of cells as ``user`` may read them; counts them."""
    for group in _groups(_records(register, fields, found)):
        clear = None if user is None else reading.unmasked(register, user, group)
        for record in group:
            written.rows += 1
            yield [cell(c, record, clear is None or record.pk in clear, twice) for c in fields]


def _groups(found: Iterator[Record]) -> Iterator[list[Record]]:
    while group := list(islice(found, _BATCH)):
        yield group


def _records(register: Register, fields: list[Column], found: QuerySet[Record]) -> Iterator[Record]:
    links = register.links(c.name for c in fields)
    return found.select_related(None).select_related(*links).iterator(_BATCH)


def cell(column: Column, record: Record, clear: bool, twice: Collection[str] = ()) -> Any:
    """A typed cell: numbers and days as such, references by their key (units named ``twice`` by their code), masks in words."""
    held = getattr(record, column.name)
    if column.sensitive and not clear:
        return reading.MASK if held not in (None, "") else None
    if column.kind == columns.YES:
        return column.shown(held)
    if column.kind == columns.REF:
        return held and refers(held, twice)
    return LEFT_OUT if isinstance(held, str) and len(held) > _CELL else held


def _all(note: str, fields: list[Column], lines: Iterable[list[Any]]) -> Iterator[Sequence[Any]]:
    yield [note]
    yield [c.heading for c in fields]
    yield from lines


def _xlsx(
    out: BinaryIO, register: Register, note: str, fields: list[Column], lines: Iterable[list[Any]]
) -> None:
    book = workbook.book(out)
    sheet = workbook.Sheet(book, register.title)
    for at, column in enumerate(fields):
        sheet.sheet.set_column(at, at, min(max(len(column.heading) * 2, 10), 40))
    sheet.sheet.freeze_panes(2, len(register.key))
    sheet.write([note])
    sheet.write([c.heading for c in fields], book.add_format({"bold": True, "bottom": 1}))
    for line in lines:
        sheet.write(line)
    sheet.sheet.autofilter(1, 0, max(sheet.row - 1, 1), len(fields) - 1)
    book.close()
