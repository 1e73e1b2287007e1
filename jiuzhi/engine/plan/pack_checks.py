"""What Excel and tired hands do to a pack: found while reading, said with file, row and column, before anything is loaded.

Only the shape is checked here (columns, numbers, ids, words from a list); what the numbers mean is the reviewer's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

# Columns a table must have: what others rely on. A pack without one of them was cut or saved with another separator.
NEEDED: dict[str, tuple[str, ...]] = {
    "pack": ("key", "value"),
    "clauses": ("id", "parent", "level", "number", "title", "order", "start", "end"),
    "commitments": ("id", "name", "unit", "kind", "comparator", "value", "year", "place", "owner", "clause", "start", "end"),
    "tasks": ("id", "title", "verb", "clause", "start", "end"),
    "projects": ("id", "name", "clause", "start", "end"),
    "organisations": ("id", "name"),
    "places": ("id", "name"),
    "review": ("file", "row", "reason"),
}  # fmt: skip
FILLED = {
    "clauses": ("id", "level"), "commitments": ("id", "name", "kind"), "tasks": ("id", "title"), "projects": ("id", "name"),
    "organisations": ("id", "name"), "places": ("id", "name"),
}  # fmt: skip
CHOICES = {
    ("clauses", "level"): ("chapter", "section", "paragraph", "table"),
    ("commitments", "kind"): ("target", "baseline", "achieved", "scale"),
    ("commitments", "basis"): ("", "explicit", "implicit", "qualitative"),
    ("commitments", "comparator"): (
        "",
        "=",
        ">",
        ">=",
        "<",
        "<=",
        "累计",
        "年均",
        "increase",
        "decrease",
        "range",
    ),
}
WHOLE = frozenset({"start", "end", "order", "count", "year"})
EXACT = frozenset({"value", "value_high"})
YEARS = range(1900, 2201)
LARGEST_OFFSET = 10**9
_WHOLE = re.compile(r"\d{1,10}(\.0+)?", re.ASCII)
_EXACT = re.compile(r"-?\d{1,14}(\.\d{1,6})?", re.ASCII)
_SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d+)?[eE][+-]?\d+", re.ASCII)
_DATE = re.compile(
    r"\d{4}[-/年]\d{1,2}([-/月]\d{1,2}日?|月)?|\d{1,2}月\d{1,2}日|\d{1,2}-[A-Z][a-z]{2}|[A-Z][a-z]{2}-\d{2}"
)


def header_problem(table: str, header: list[str]) -> str:
    """Why this heading row cannot be that of ``table``; empty when it can."""
    if not any(header):
        return "是空的：请用 jiuzhi plan read 重新生成，或从备份恢复。"
    missing = [name for name in NEEDED[table] if name not in header]
    if missing:
        split = next((mark for mark in ";\t" if any(mark in name for name in header)), "")
        if split:
            return f"的列不是用逗号分隔（像是{'分号' if split == ';' else '制表符'}）：请在 Excel 中另存为“CSV UTF-8（逗号分隔）”。"
        return f"缺少列 {'、'.join(missing)}：请按原来的表头补回，不要删列或改列名。"
    twice = sorted({name for name in header if name and header.count(name) > 1})
    return f"的列 {'、'.join(twice)} 出现两次：请删去多余的一列。" if twice else ""


def row_problem(table: str, row: dict[str, str]) -> str:
    """Why a row cannot be taken: the column, what stands there and how to mend it; empty when it can."""
    for column in FILLED.get(table, ()):
        if not row[column].strip():
            return f"的 {column} 列是空的：请按原来的内容补上，不要的行请整行删除。"
    for column, text in row.items():
        if why := _cell_problem(table, column, text):
            return f"的 {column} 列“{text[:40]}”{why}"
    if row.get("kind") == "target" and not (row.get("value") or row.get("value_text")):
        return "是目标，却没有 value 也没有 value_text：请按原文补上数值或文字。"
    return ""


def _cell_problem(table: str, column: str, text: str) -> str:
    if (allowed := CHOICES.get((table, column))) and text not in allowed:
        return f"不认得：可用 {'、'.join(filter(None, allowed))}。"
    if not text or table in ("pack", "review"):
        return ""
    if column in WHOLE:
        if not _WHOLE.fullmatch(text):
            return _rewritten(text) or "不是整数：请改成整数或清空。"
        if column == "year" and int(Decimal(text)) not in YEARS:
            return "不是年份：请填四位年份，例如 2030。"
        return "太大：请按原来的内容改正。" if int(Decimal(text)) > LARGEST_OFFSET else ""
    if column in EXACT and not _EXACT.fullmatch(text):
        return _rewritten(text) or _not_a_number(text)
    if column == "confidence" and not re.fullmatch(r"[01](\.\d+)?", text, re.ASCII):
        return "不是 0 到 1 之间的数：请改正或清空。"
    return ""


def _rewritten(text: str) -> str:
    if _SCIENTIFIC.fullmatch(text):
        return "像是被 Excel 改成了科学计数，数位可能已丢失：请把该列设为“文本”并按原文填写。"
    if _DATE.fullmatch(text):
        return "像是被 Excel 改成了日期：请把该列设为“文本”并按原文填写。"
    return ""


def _not_a_number(text: str) -> str:
    if re.fullmatch(r"-?\d{1,3}([,，]\d{3})+(\.\d+)?", text):
        return "有千分位逗号：请只填数字。"
    if text.endswith(("%", "％")):
        return "带有百分号：请只填数字，单位写到 unit 列。"
    if re.fullmatch(r"-?\d+(\.\d+)?", text, re.ASCII):
        return "的位数太多（整数部分至多 14 位，小数至多 6 位）：请按原文填写。"
    return "不是数：文字目标请写到 value_text 列。"


def repeated(ids: Iterable[tuple[int, str]]) -> tuple[str, int, int] | None:
    """The first id that stands in two rows, with both row numbers."""
    seen: dict[str, int] = {}
    for number, ident in ids:
        if ident in seen:
            return ident, seen[ident], number
        seen[ident] = number
    return None
