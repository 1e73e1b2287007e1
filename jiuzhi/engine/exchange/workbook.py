"""Excel and CSV as the product writes them: streaming, no formulas from data, text where digits must stay."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter

from jiuzhi.core import files

OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


# Excel counts a 29th of February 1900 that never was, and has no days before that year: earlier ones go as text.
_FIRST_DAY = date(1900, 3, 1)
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


def safe(value: Any) -> Any:
    """A cell for CSV: what Excel would run as a formula gets an apostrophe in front; numbers without trailing zeros. `said` gives
    the text back."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str):
        return value
    return f"'{value}" if _GUARDED.match(value) else files.excel_text(value)


def said(text: str) -> str:
    """A cell of CSV without the apostrophe that `safe` put there."""
    return text[1:] if _GUARDED.match(text) else text


def write_csv(out: BinaryIO, rows: Iterable[Sequence[Any]]) -> None:
    """Rows as UTF-8 with the mark by which Excel knows it."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    csv.writer(text).writerows([safe(v) for v in row] for row in rows)
    text.flush()
    text.detach()


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


class Sheet:
    """One worksheet written from top to bottom with constant memory."""

    def __init__(self, book: Any, name: str) -> None:
        self.sheet = book.add_worksheet(
            re.sub(r"[\[\]:*?/\\']", " ", name)[:31]
        )  # what Excel takes as a name
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.text = book.add_format({"num_format": "@"})
        self.row = 0

    def write(self, values: Sequence[Any], style: Any = None) -> None:
        for at, value in enumerate(values):
            if value is None or value == "":
                continue
            if isinstance(value, Decimal | int | float) and not isinstance(value, bool):
                self._number(at, value, style)
            elif isinstance(value, date) and _day(value) >= _FIRST_DAY:
                self.sheet.write_datetime(self.row, at, value, style or self.day)
            else:
                self.sheet.write_string(self.row, at, str(value), style or self.text)
        self.row += 1

    def _number(self, at: int, value: Any, style: Any) -> None:
        """Excel keeps 15 digits: a longer number goes as text, so that none is lost."""
        if isinstance(value, Decimal) and len(value.normalize().as_tuple().digits) > 15:
            self.sheet.write_string(self.row, at, safe(value), style or self.text)
        else:
            self.sheet.write_number(self.row, at, value, style)


def book(out: BinaryIO) -> Any:
    """A workbook that streams to ``out``; close it when done."""
    return xlsxwriter.Workbook(out, OPTIONS)


def tables(sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[Any]]]], synthetic: bool) -> bytes:
    """A workbook of lists: (name, column titles, rows) each; above every list stands whether it rests on simulated data."""
    out = io.BytesIO()
    with book(out) as made:
        bold = made.add_format({"bold": True, "bg_color": "#EDF2F7", "border": 1, "text_wrap": True})
        for name, head, rows in sheets:
            sheet = Sheet(made, name)
            sheet.sheet.set_column(0, len(head) - 1, 18)
            sheet.sheet.freeze_panes(2, 0)
            sheet.write(["含模拟数据，不可用于上报" if synthetic else ""])
            sheet.write(head, bold)
            for row in rows:
                sheet.write(row)
    return out.getvalue()
