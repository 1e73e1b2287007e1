"""What a list shows as Excel or CSV: masked for the reader, safe to open, and readable by the import as it stands."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO

from django.db.models import QuerySet

from jiuzhi.core import records
from jiuzhi.core.models import Org, Record
from jiuzhi.core.records import Actor
from jiuzhi.core.registers import Column, Register, columns, reading
from jiuzhi.core.registers.parse import written

from . import workbook

SYNTHETIC = "模拟数据"


def export(
    out: BinaryIO, form: str, register: Register, county: Org, found: QuerySet[Record], actor: Actor, *,
    wanted: Sequence[Column] = (), clear_all: bool = False,
) -> int:  # fmt: skip
    """Write ``found`` to ``out`` as "xlsx" or "csv" and note the export. Returns how many rows.

    The first line says what it is, and that it holds simulated data when any row does; the headings follow, so that the same file,
    edited, can be imported. ``wanted``: some columns only; the key always comes along. ``clear_all``: the system's own export.
    """
    fields = _wanted(register, wanted)
    rows = list(_records(register, fields, found))
    clear = (
        {r.pk for r in rows}
        if clear_all or actor.user is None
        else reading.unmasked(register, actor.user, rows)
    )
    synthetic = any(r.synthetic for r in rows)
    note = f"{county.name}{register.title}，共 {len(rows)} 条" + (
        f"；含{SYNTHETIC}，不可用于上报" if synthetic else ""
    )
    lines = ([cell(c, r, r.pk in clear) for c in fields] for r in rows)
    if form == "csv":
        workbook.write_csv(out, _all(note, fields, lines))
    else:
        _xlsx(out, register, note, fields, lines)
    records.noted(
        actor, "export", register.model._meta.label, county.code, f"导出{register.title}", {"rows": len(rows)}
    )
    return len(rows)


def _wanted(register: Register, wanted: Sequence[Column]) -> list[Column]:
    offered = [c for c in register.form_fields if c.name != "crs"]
    if not wanted:
        return offered
    names = {*register.key, *(c.name for c in wanted)}
    return [c for c in offered if c.name in names]


def _records(register: Register, fields: list[Column], found: QuerySet[Record]) -> Iterator[Record]:
    links = {c.name for c in fields if c.kind == columns.REF} | {"org"} | set(filter(None, [register.holder]))
    return found.select_related(None).select_related(*sorted(links)).iterator(2000)


def cell(column: Column, record: Record, clear: bool) -> Any:
    """A typed cell: numbers and days as such, references by their key, masks in words."""
    held = getattr(record, column.name)
    if column.sensitive and not clear:
        return reading.MASK if held not in (None, "") else None
    if column.kind == columns.YES:
        return column.shown(held)
    if column.kind == columns.REF:
        return held and written(held)
    return held


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
