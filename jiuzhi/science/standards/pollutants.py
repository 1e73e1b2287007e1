"""Codes of pollutants in waste water (w…) and waste gas (a…), HJ 212-2017 tables B.1 and B.2."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from jiuzhi.science.standards.tables import rows

STANDARD = "HJ 212-2017 附录 B"


@cache
def _listed() -> Mapping[str, Mapping[str, str]]:
    return {row["code"]: row for row in rows("pollutants")}


def named(code: str) -> str:
    """What a code means: ``w01018`` is 化学需氧量; "" when unknown."""
    return _listed()[code]["name"] if code in _listed() else ""


def medium(code: str) -> str:
    """水 or 气; "" when unknown."""
    return _listed()[code]["medium"] if code in _listed() else ""


def codes_of(name: str) -> tuple[str, ...]:
    """The codes under which a name stands; most names that water and gas share have one in each."""
    return tuple(row["code"] for row in rows("pollutants") if row["name"] == name)


def fault(code: str, name: str = "", within: str = "") -> str:
    """What is wrong with a code beside the name written with it, in one sentence; "" when nothing is known to be.

    ``within``: 水 or 气 where only one is possible. A name the table does not use (颗粒物) contradicts nothing.
    """
    row = _listed().get(code)
    if row is None:
        known = [c for c in codes_of(name) if within in ("", medium(c))]
        return f"{STANDARD} 没有 {code}：" + (
            f"{name}是 {known[0]}" if known else "废水以 w、废气以 a 开头，后接 5 位数字，请核对"
        )
    if within and within != row["medium"]:
        return f"{code} 是{'废水' if row['medium'] == '水' else '废气'}中的{row['name']}：请核对排放口或编码"
    if name and name != row["name"] and codes_of(name):
        return f"{code} 是{row['name']}，不是{name}：请核对"
    return ""
