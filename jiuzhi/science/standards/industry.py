"""Codes of industries (国民经济行业分类 GB/T 4754-2017): divisions of two digits, groups of three, classes of four."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from jiuzhi.science.standards.tables import rows

STANDARD = "GB/T 4754-2017"
_FORM = re.compile(r"([A-T]?)(\d{2,4})")


@cache
def _listed() -> Mapping[str, Mapping[str, str]]:
    """Code without letter → its row. A group of one class stands under its three digits too, as in the standard."""
    return {row["code"]: row for row in rows("industries")}


def named(code: str) -> str:
    """What a code means, with or without the letter of its section: ``C3140`` is 铁合金冶炼; "" when unknown."""
    found = _FORM.fullmatch(code)
    row = _listed().get(found[2]) if found else None
    return row["name"] if row else ""


def fault(code: str) -> str:
    """What is wrong with a code, in one sentence; "" when it is right."""
    found = _FORM.fullmatch(code)
    if not found:
        return f"行业代码是 2 至 4 位数字，可带门类字母（{STANDARD}）：请核对"
    letter, digits = found.groups()
    row = _listed().get(digits)
    if row is None:
        return f"{STANDARD} 没有 {digits}：{_near(digits)}"
    if letter and letter != row["section"]:
        return f"{digits} {row['name']}属门类 {row['section']}，不是 {letter}：请改字母，或核对代码"
    return ""


def _near(digits: str) -> str:
    """Where to look instead: the longest beginning that is listed, with what stands under it."""
    for length in range(len(digits) - 1, 1, -1):
        start = digits[:length]
        if start not in _listed():
            continue
        under = [f"{c} {r['name']}" for c, r in _listed().items() if c.startswith(start) and len(c) == 4]
        return (
            f"{start} {named(start)}之下有 {'、'.join(under[:4])}{' 等' if len(under) > 4 else ''}，请选一个"
        )
    return "请按企业的主营业务在标准中查找"
