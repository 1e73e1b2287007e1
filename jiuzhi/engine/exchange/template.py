"""The empty workbook people fill in: drop-down lists, notes on every heading, text format where digits must stay, a page of help."""

from typing import Any, BinaryIO

from jiuzhi.core import local
from jiuzhi.core.models import Org, User
from jiuzhi.core.registers import Column, Register, columns
from jiuzhi.core.registers.parse import References, named_twice, offered, written

from . import workbook
from .sheets import SHEET_HELP, SHEET_LISTS

ROWS = 2000  # rows that carry drop-down lists
_MOST_CHOICES = 2000
_KINDS = {
    columns.TEXT: "文字", columns.LONG: "文字", columns.NUMBER: "数", columns.WHOLE: "整数", columns.DAY: "日期，如 2026-01-31",
    columns.YES: "是或否", columns.CHOICE: "从下拉列表选", columns.SEVERAL: "可选几个，用 、 分隔", columns.REF: "从下拉列表选，或填编码",
}  # fmt: skip


def template(out: BinaryIO, register: Register, county: Org, user: User | None = None) -> None:
    """Write the template of a register for one county to ``out`` (.xlsx), with what ``user`` may refer to."""
    book = workbook.book(out)
    fields = list(register.form_fields)
    sheet = workbook.Sheet(book, register.title)
    lists = workbook.Sheet(book, SHEET_LISTS)
    choices = _offered(register, fields, county, user)
    listed = _write_lists(lists, fields, choices)
    heads = {
        True: book.add_format({"bold": True, "bottom": 1, "bg_color": "#E8F2ED"}),
        False: book.add_format({"bold": True, "bottom": 1}),
    }
    for at, column in enumerate(fields):
        width = min(max(len(column.heading) * 2 + 2, 12), 40)
        sheet.sheet.set_column(at, at, width, _format(book, column, register))
        sheet.sheet.write_string(
            0, at, column.heading + ("*" if column.required else ""), heads[column.required]
        )
        sheet.sheet.write_comment(0, at, help_of(column), {"x_scale": 2, "y_scale": 1.2})
        if rule := _rule(column, listed.get(column.name)):
            sheet.sheet.data_validation(1, at, ROWS, at, rule)
    sheet.sheet.freeze_panes(1, len(register.key))
    lists.sheet.hide()
    _help(book, register, fields)
    book.close()


def help_of(column: Column) -> str:
    """What to write in a column, in words."""
    parts = [
        _KINDS[column.kind],
        f"以 {column.unit} 计" if column.unit else "",
        "必填" if column.required else "可留空",
        column.help,
    ]
    return "；".join(p for p in parts if p)


def _offered(
    register: Register, fields: list[Column], county: Org, user: User | None
) -> dict[str, list[str]]:
    """What each drop-down list offers. References too many for a list are written by hand."""
    refs, twice, found = References(register, county, user), named_twice(county), {}
    for column in fields:
        if column.kind in (columns.CHOICE, columns.SEVERAL):
            found[column.name] = list(column.choices)
        elif column.kind == columns.YES:
            found[column.name] = ["是", "否"]
        elif column.kind == columns.REF and column.target is not None:
            names = [
                written(r, twice)
                for r in offered(refs.all(column.target), local.today())[: _MOST_CHOICES + 1]
            ]
            if len(names) <= _MOST_CHOICES:
                found[column.name] = names
    return found


def _write_lists(
    sheet: workbook.Sheet, fields: list[Column], offered: dict[str, list[str]]
) -> dict[str, str]:
    """The lists on their own sheet, one column each; returns the range of each list."""
    from xlsxwriter.utility import xl_col_to_name

    names = [c.name for c in fields if offered.get(c.name)]
    titles = {c.name: c.title for c in fields}
    sheet.write([titles[n] for n in names])
    longest = max((len(offered[n]) for n in names), default=0)
    for row in range(longest):
        sheet.write([offered[n][row] if row < len(offered[n]) else None for n in names])
    return {
        n: f"='{SHEET_LISTS}'!${xl_col_to_name(at)}$2:${xl_col_to_name(at)}${len(offered[n]) + 1}"
        for at, n in enumerate(names)
    }


def _rule(column: Column, source: str | None) -> dict[str, Any] | None:
    """Excel's own check of a column; it advises, the import decides."""
    said = {"input_title": column.title[:32], "input_message": help_of(column)[:255], "error_type": "warning"}
    if source and column.kind != columns.SEVERAL:
        return {
            "validate": "list",
            "source": source,
            "error_title": "不在列表中",
            "error_message": "请从下拉列表选",
            **said,
        }
    if column.kind in (columns.NUMBER, columns.WHOLE):
        return {
            "validate": "decimal",
            "criteria": "between",
            "minimum": -1e15,
            "maximum": 1e15,
            "error_message": "请填数",
            **said,
        }
    return {"validate": "any", **said} if column.help else None


def _format(book: Any, column: Column, register: Register) -> Any:
    if column.kind in (columns.TEXT, columns.LONG):
        return book.add_format({"num_format": "@"})  # Excel must not turn codes into numbers
    if column.kind == columns.DAY:
        return book.add_format({"num_format": "yyyy-mm-dd"})
    return None


def _help(book: Any, register: Register, fields: list[Column]) -> None:
    sheet = workbook.Sheet(book, SHEET_HELP)
    bold = book.add_format({"bold": True})
    sheet.sheet.set_column(0, 0, 24)
    sheet.sheet.set_column(1, 4, 18)
    sheet.sheet.set_column(5, 5, 80)
    sheet.write([register.title], bold)
    sheet.write([register.about])
    keys = "、".join(register.fields[k].title for k in register.key)
    sheet.write(
        [
            f"每行一条记录，以“{keys}”认出是哪一条：已有的修改，没有的新增。不需要改的列可以删去，那些内容保持不变。"
        ]
    )
    sheet.write([])
    sheet.write(["列", "填什么", "单位", "必填", "可选值", "说明"], bold)
    for c in fields:
        kind = _KINDS[c.kind]
        sheet.write([c.title, kind, c.unit, "必填" if c.required else "", "、".join(c.choices)[:300], c.help])
