"""File formats of observations: each one a declaration, all read by the same code.

>>> for item in read(path):            # Row or Refusal, in the file's order
...     ...
To read a file beside its own rows (judging in place): ``open_table(path, detect)`` gives header and text rows,
``detect(header)`` the format, ``rows(table, fmt, context)`` the same Row / Refusal stream.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from . import air, template, water
from .declare import MISSING, Column, FileProblem, Format, Refusal, Row, Value
from .reader import rows
from .table import Table, open_table
from .times import Context

__all__ = ["FORMATS", "MISSING", "Column", "Context", "FileProblem", "Format", "Refusal", "Row", "Table", "Value",
           "detect", "named", "open_file", "open_table", "read", "rows"]  # fmt: skip

# In the order in which they are looked for: a format that asks for more columns comes first.
FORMATS: dict[str, Format] = {
    item.code: item
    for item in (
        air.CNEMC_HOUR, air.STATION_HOURLY, air.PRSA, air.CITY_DAILY,
        water.NATIONAL_DAILY, water.NATIONAL_4H, water.RIVER_BULLETIN, water.SECTION_BULLETIN,
        template.LONG, template.WIDE,
    )
}  # fmt: skip


def _lacking(fmt: Format, header: list[str]) -> list[str]:
    lacking = [name for name in fmt.required() if name not in header]
    if fmt.kind == "long":
        lacking += [name for name in ("项目", "数值") if name not in header]
    elif not lacking and not fmt.bind(header):
        lacking.append("任一监测项目")
    return lacking


def named(code: str) -> Format:
    """The format with this code. Raises FileProblem listing the codes there are."""
    if code not in FORMATS:
        raise FileProblem(f"没有名为“{code}”的格式，可用：{'、'.join(FORMATS)}。")
    return FORMATS[code]


def detect(header: list[str], fmt: Format | None = None) -> Format:
    """The format whose columns this heading row has; with ``fmt``, only checks that one.

    Raises FileProblem naming the columns the nearest format lacks.
    """
    candidates = [fmt] if fmt else list(FORMATS.values())
    lacking = [(_lacking(item, header), item) for item in candidates]
    for names, item in lacking:
        if not names:
            return item
    names, item = min(lacking, key=lambda pair: len(pair[0]) / max(1, len(pair[1].required())))
    if fmt is None and len(names) >= len(item.required()):
        shown = "、".join(header[:6]) or "空"
        raise FileProblem(
            f"表头（{shown[:80]}）不是认得的格式，请用 observe template 的模板，或用 --format 指明格式。"
        )
    raise FileProblem(f"缺少列 {'、'.join(names)}（按“{item.title}”格式），请补上这些列后再试。")


def _recognise(header: list[str], fmt: Format | None) -> tuple[list[str], Format]:
    """Header and format; headings people use for those of the template are read as such. Raises FileProblem."""
    try:
        return header, detect(header, fmt)
    except FileProblem as problem:
        usual = template.usual(header)
        if usual == header:
            raise
        try:
            return usual, detect(usual, fmt)
        except FileProblem:
            raise problem from None


@contextmanager
def open_file(path: Path, fmt: Format | str | None = None) -> Iterator[tuple[Table, Format]]:
    """Open a file and find its format. Raises FileProblem."""
    wanted = named(fmt) if isinstance(fmt, str) else fmt
    with open_table(Path(path), lambda header: _recognise(header, wanted)) as table:
        table.header, found = _recognise(table.header, wanted)
        yield table, found


def read(
    path: Path, fmt: Format | str | None = None, *, year: int | None = None, latest: date | None = None
) -> Iterator[Row | Refusal]:
    """Rows and refusals of a file, one after the other, in bounded memory.

    year: for times without one; latest: the last local day that can be true.
    Raises FileProblem when the file as a whole cannot be read, possibly after some rows: load nothing before the end.
    """
    with open_file(path, fmt) as (table, found):
        yield from rows(table, found, Context(table.name, year, latest))
