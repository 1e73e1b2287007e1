"""The person's own file handed back: the same sheets, with a column that says what is wrong and the cells marked."""

import csv
import io
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from .dry_run import WORDS, Outcome

_BAD = PatternFill("solid", fgColor="FCEAE8")
TITLE = "错误"


def handback(path: Path, name: str, outcome: Outcome) -> bytes:
    """The file as bytes: .xlsx with its own formats kept, or CSV (UTF-8) when it came as CSV."""
    return _workbook(path, outcome) if name.lower().endswith((".xlsx", ".xlsm")) else _csv(outcome)


def said(outcome: Outcome) -> dict[int, str]:
    """Row → what became of it, every fault in words."""
    found = {}
    for row in outcome.rows:
        words = [f"{f.title}：{f.said}" if f.title else f.said for f in row.faults]
        found[row.number] = "；".join(words) or "；".join([WORDS[row.action], *row.notes])
    return found


def _workbook(path: Path, outcome: Outcome) -> bytes:
    book = load_workbook(path)
    sheet = book[outcome.table.sheet]
    last = max(outcome.table.columns, default=0) + 1
    at = max(sheet.max_column, last) + 1
    heading = sheet.cell(outcome.table.heading, at)
    while heading.value and heading.value != TITLE:
        at += 1
        heading = sheet.cell(outcome.table.heading, at)
    heading.value = TITLE
    for number, words in said(outcome).items():
        sheet.cell(number, at).value = words
    for fault in outcome.faults:
        if fault.cell:
            cell = sheet[fault.cell]
            cell.fill = _BAD
            if cell.__class__.__name__ != "MergedCell":
                cell.comment = Comment(fault.said, "九治")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _csv(outcome: Outcome) -> bytes:
    from .workbook import safe

    out = io.StringIO()
    writer = csv.writer(out)
    table, words = outcome.table, said(outcome)
    width = max(len(line) for line in (*table.top, *(values for _n, values in table.rows)))
    heading = table.top[-1]
    gone = {at for at, v in enumerate(heading) if str(v).strip() == TITLE}  # what we said of it the last time
    kept = [at for at in range(width) if at not in gone]
    for line in table.top[:-1]:
        writer.writerow([safe(v) for v in line])
    writer.writerow([*(safe(heading[at] if at < len(heading) else "") for at in kept), TITLE])
    for number, values in table.rows:
        cells = (values[at] if at < len(values) else None for at in kept)
        writer.writerow([*(safe("" if v is None else v) for v in cells), words.get(number, "")])
    return ("\ufeff" + out.getvalue()).encode()
