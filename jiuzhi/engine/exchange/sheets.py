"""Workbooks and CSV files as people keep them → their sheets, row by row as Excel numbers them."""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

from . import workbook

SHEET_HELP = "填写说明"  # the template's own sheets are never read as data
SHEET_LISTS = "代码表"
NO_RESULT = "（公式没有结果）"  # a formula that some program wrote and no Excel has worked out
_WIDEST = 500  # columns; a mark left in the last column of Excel is no field
_LARGEST = 1024**3  # bytes a workbook may unfold to
# What openpyxl and the zip reader say of a file cut short or not a workbook (a parser's error is a `SyntaxError`).
_BROKEN = (
    InvalidFileException, zipfile.BadZipFile, zlib.error, SyntaxError, KeyError, ValueError, OSError, EOFError,
)  # fmt: skip


class FileFault(ValueError):
    """A file that cannot be read as this register, in one sentence."""


@dataclass
class Sheet:
    """One sheet. ``rows``: (number, cells up to the last filled one), read as they are asked for. ``merged``: (position, first row,
    last row) of cells merged down a column; a sheet names them after its rows, so they are known when those have been read."""

    title: str
    rows: Iterator[tuple[int, list[Any]]]
    merged: list[tuple[int, int, int]] = field(default_factory=list)


def sheets(path: Path, name: str) -> Iterator[Sheet]:
    """The sheets of a .xlsx, .xlsm, .csv or .txt file that may hold data. Errors: `FileFault`, one Chinese sentence."""
    lower = name.lower()
    if not path.stat().st_size:
        raise FileFault(f"{name} 是空文件：请重新保存后再选")
    if lower.endswith((".xlsx", ".xlsm")):
        yield from _workbook(path, name)
    elif lower.endswith((".csv", ".txt")):
        yield Sheet("", enumerate(_csv(path, name), 1))
    elif lower.endswith(".xls"):
        raise FileFault(f"{name} 是旧版 Excel 格式：请用“另存为”保存成 .xlsx 再导入")
    else:
        raise FileFault(f"{name} 不是表格：请用 .xlsx 或 .csv 文件")


def _workbook(path: Path, name: str) -> Iterator[Sheet]:
    book = _opened(path, name)
    try:
        for sheet in book.worksheets:
            if sheet.title not in (SHEET_HELP, SHEET_LISTS) and sheet.sheet_state == "visible":
                merged: list[tuple[int, int, int]] = []
                yield Sheet(sheet.title, _rows(sheet, name, merged), merged)
    finally:
        book.close()


def _opened(path: Path, name: str) -> Any:
    try:
        with zipfile.ZipFile(path) as parts:
            if sum(part.file_size for part in parts.infolist()) > _LARGEST:
                raise FileFault(f"{name} 展开后太大：请删去多余的工作表和图片，或分成几个文件")
        return load_workbook(path, read_only=True, data_only=True)
    except FileFault:
        raise
    except _BROKEN as error:
        with path.open("rb") as file:
            start = file.read(8)
        if start == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
            raise FileFault(f"{name} 加了密码或其实是旧版 .xls：请去掉密码，另存为 .xlsx") from error
        raise FileFault(f"{name} 打不开，文件可能不完整：请在 Excel 中重新保存为 .xlsx") from error


class _Parser(WorkSheetParser):
    """openpyxl's parser; besides, it tells a formula without a result from an empty cell, in the same pass."""

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        # A result may be the empty text: Excel says then that it is text.
        if cell["value"] is None and element.find(FORMULA_TAG) is not None and element.get("t") != "str":
            cell["value"] = NO_RESULT
        return cell


def _rows(sheet: Any, name: str, merged: list[tuple[int, int, int]]) -> Iterator[tuple[int, list[Any]]]:
    """The rows of a sheet; they are read as they are asked for, so a broken part shows only here. Errors: `FileFault`.

    By openpyxl's own parser, not its read-only sheet: that one makes each row as wide as its last cell, were it only styled.
    """
    book, last = sheet.parent, 0
    try:
        with book._archive.open(sheet._worksheet_path) as source:
            parser = _Parser(
                source, sheet._shared_strings, data_only=True, epoch=book.epoch,
                date_formats=book._date_formats, timedelta_formats=book._timedelta_formats,
            )  # fmt: skip
            for number, cells in parser.parse():
                if number <= last:
                    raise ValueError("rows out of order")
                last = number
                parser.row_dimensions.clear()  # heights and styles nobody asks for
                yield number, _values(cells)
            areas = parser.merged_cells.mergeCell if parser.merged_cells else ()
            merged += [(a.min_col - 1, a.min_row, a.max_row) for a in areas if a.max_row > a.min_row]
    except _BROKEN as error:
        raise FileFault(f"{name} 的“{sheet.title}”读到一半损坏：请在 Excel 中重新保存为 .xlsx") from error


def _values(cells: list[dict[str, Any]]) -> list[Any]:
    """The cells of a row by position, up to the last that is filled."""
    row: list[Any] = []
    for cell in cells:
        at, value = cell["column"] - 1, cell["value"]
        if value is None or at >= _WIDEST:
            continue
        if at >= len(row):
            row.extend([None] * (at + 1 - len(row)))
        # Excel writes what XML does not hold, a carriage return say, as "_x000D_".
        row[at] = unescape(value) if isinstance(value, str) and "_x" in value else value
    return row


def _csv(path: Path, name: str) -> Iterator[list[Any]]:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError as error:
            raise FileFault(f"{name} 的编码认不出：请在 Excel 中另存为“CSV UTF-8”") from error
    if "\ufffd" in text or "\x00" in text:
        raise FileFault(f"{name} 里有乱码：请从原文件重新导出，保存为“CSV UTF-8”")
    start = text[:4000]  # the first line may be a title without any
    mark = max(",\t;", key=start.count)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True):
            yield [workbook.said(v) for v in row]
    except csv.Error as error:
        raise FileFault(f"{name} 的引号不成对，读不下去：请在 Excel 中重新保存为“CSV UTF-8”") from error
