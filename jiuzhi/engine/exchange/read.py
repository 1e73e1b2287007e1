"""The sheets of a file → rows of cells by field.

Survives title rows, merged headings, an empty first column, styled blank rows, GB18030. What the cells hold is read later, by
`jiuzhi.core.registers.parse`.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter

from jiuzhi.core.registers import Register
from jiuzhi.core.registers.parse import half_width, tidy

from .sheets import FileFault, Sheet, sheets

__all__ = ["FileFault", "Table", "headings", "plain", "read"]

_LOOKED = 30  # rows in which a heading is looked for
_MOST = 200_000  # rows


@dataclass
class Table:
    """The rows of a file. ``columns``: position → field name; ``strange``: position → heading no field answers to; ``top``:
    every line down to the headings, as written; ``heading``: the row of the headings, as Excel numbers it."""

    sheet: str
    heading: int
    columns: dict[int, str]
    strange: dict[int, str] = field(default_factory=dict)
    top: list[list[Any]] = field(default_factory=list)
    rows: list[tuple[int, list[Any]]] = field(default_factory=list)

    @property
    def unknown(self) -> list[str]:
        return list(self.strange.values())

    def cells(self, values: list[Any]) -> dict[str, Any]:
        """One row by field; columns the row does not reach are empty."""
        return {name: values[at] if at < len(values) else None for at, name in self.columns.items()}

    def address(self, row: int, name: str) -> str:
        """ "C7": where a field of a row stands; "" for a field the file has no column for."""
        at = next((a for a, n in self.columns.items() if n == name), None)
        return "" if at is None else f"{get_column_letter(at + 1)}{row}"


def read(path: Path, register: Register, name: str = "") -> Table:
    """The table of a .xlsx or .csv file. Errors: `FileFault`, one Chinese sentence."""
    name = name or path.name
    found = [table for sheet in sheets(path, name) if (table := _table(sheet, register))]
    if not found:
        wanted = "、".join(register.fields[k].title for k in register.key)
        raise FileFault(f"{name} 里找不到表头：请保留模板的表头行，至少要有{wanted}")
    filled = [table for table in found if table.rows]
    best = max(filled or found, key=lambda table: len(table.columns))
    missing = [register.fields[k].title for k in register.key if k not in best.columns.values()]
    if missing:
        at, other = (
            (f"{name} 的“{best.sheet}”表", "，不是数据的工作表请删去") if len(found) > 1 else (name, "")
        )
        raise FileFault(f"{at} 缺少“{'、'.join(missing)}”列，认不出是哪条记录：请从模板补上这一列{other}")
    if not filled:
        raise FileFault(f"{name} 只有表头，没有数据行：请填写后再导入")
    # A summary without the key is passed over; of two sheets of records none may be.
    whole = [table.sheet for table in filled if set(register.key) <= set(table.columns.values())]
    if len(whole) > 1:
        listed = "、".join(f"“{sheet}”" for sheet in whole)
        raise FileFault(
            f"{name} 的 {listed} 这 {len(whole)} 张工作表都有数据，一次只能导入一张：请合并到一张，或分成几个文件"
        )
    return best


def _table(sheet: Sheet, register: Register) -> Table | None:
    """The first row in which at least two headings (or all there are) are fields is the heading; what stands above is a title."""
    names, shown = headings(register), _shown(register)
    table: Table | None = None
    top: list[list[Any]] = []
    for number, row in sheet.rows:
        if table is None:
            if number > _LOOKED:
                return None
            top.append(row)
            table = _heading(sheet.title, number, row, names, shown)
            continue
        if all(v is None or not tidy(v) for v in row):
            continue  # a styled blank row
        if not table.rows and _second_heading(table, number, row, names, shown):
            top.append(row)
            continue
        if all(names.get(plain(v)) == n for n, v in table.cells(row).items()):
            continue  # the heading again, as at the top of every printed page
        if len(table.rows) >= _MOST:
            raise FileFault(f"超过 {_MOST} 行：请分成几个文件导入")
        table.rows.append((number, row))
    if table is not None:
        table.top = top
        _fill_down(table, sheet.merged)
    return table


def _fill_down(table: Table, merged: list[tuple[int, int, int]]) -> None:
    """What is merged down a column holds for each of its rows: Excel keeps it in the first alone."""
    numbers = [number for number, _row in table.rows]
    above: dict[int, int] = {}  # position → where the last merged cell ended: such cells do not overlap
    for at, first, last in sorted(merged):
        if at not in table.columns or first <= max(table.heading, above.get(at, 0)):
            continue
        above[at] = last
        start = bisect_left(numbers, first)
        rows = [row for _number, row in table.rows[start : bisect_right(numbers, last)]]
        if not rows or numbers[start] != first:
            continue
        value = rows[0][at] if at < len(rows[0]) else None
        for row in rows[1:]:
            row.extend([None] * (at + 1 - len(row)))
            if row[at] is None:  # what somebody hid below stays
                row[at] = value


def _heading(sheet: str, number: int, row: list[Any], names: dict[str, str], shown: set[str]) -> Table | None:
    known: dict[int, str] = {}
    unknown: dict[int, str] = {}
    for at, value in enumerate(row):
        title = plain(value)
        if title in names and names[title] not in known.values():
            known[at] = names[title]
        elif title and title not in shown:
            unknown[at] = str(value).strip()[:40]
    filled = len(known) + len(unknown)
    if not known or (len(known) < 2 and filled > 1):
        return None
    return Table(sheet, number, known, unknown)


def _second_heading(
    table: Table, number: int, row: list[Any], names: dict[str, str], shown: set[str]
) -> bool:
    """A heading of two rows, the upper cells merged over the lower ("位置" over 经度 and 纬度): every cell of the second is a
    field that the first does not name, or one of those passed over in silence."""
    titles = {at: plain(v) for at, v in enumerate(row)}
    found = {at: names.get(t) for at, t in titles.items() if t and t not in shown}
    if (
        not found
        or number != table.heading + 1
        or not all(n and n not in table.columns.values() for n in found.values())
    ):
        return False
    if set(found) & set(table.columns) or len(set(found.values())) != len(found):
        return False
    table.columns |= {at: n for at, n in found.items() if n}
    table.columns = dict(sorted(table.columns.items()))
    table.strange = {at: title for at, title in table.strange.items() if at not in found}
    table.heading = number
    return True


# Columns we hand back, and what people number their rows with.
_IGNORED = {"错误", "序号", "no.", "no", "处理结果"}


def _shown(register: Register) -> set[str]:
    """Headings that are passed over in silence: what is ignored, and what a list shows but nobody fills in."""
    return _IGNORED | {plain(c.title) for c in register.fields.values() if not c.editable}


def plain(value: Any) -> str:
    """A heading without unit, star, brackets with remarks and blanks: "设计规模 [m3/d] *" → "设计规模"."""
    if value is None:
        return ""
    text = half_width(tidy(value)).replace(" ", "").replace("*", "").lower()
    for opening in ("[", "("):
        text = text.split(opening, 1)[0]
    return text


def headings(register: Register) -> dict[str, str]:
    """What a heading may say → the field: its title, its title with unit, its name."""
    found: dict[str, str] = {}
    for column in register.form_fields:
        for said in (column.title, column.heading, column.name):
            found.setdefault(plain(said), column.name)
    return found
