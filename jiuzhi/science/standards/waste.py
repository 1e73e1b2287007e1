"""Codes of waste and the class of who makes hazardous waste.

Hazardous waste (HW): 国家危险废物名录. The codes of the 2021 edition are tabled; of the 2025 edition, in force since 2025-01-01, only
the categories, so that one of its codes is checked by form and category. General waste (SW): kinds of 固体废物分类与代码目录
(notice 4 of 2024), recorded from memory (grade M), its full codes are checked by form and kind.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache

from jiuzhi.science.standards.tables import rows

EDITIONS = ("2025年版", "2021年版")  # of the hazardous waste list
HAZARDOUS = "危险废物"
CLASSES = ("重点监管", "简化管理", "登记管理", "不产危废")
HAZARDS = ("T", "C", "I", "R", "In")
_HW = re.compile(r"\d{3}-\d{3}-(\d{2})")
_SW = re.compile(r"(\d{3}-\d{3}-S)W?(\d{2})")
_KEY_FROM, _SIMPLE_FROM = 100, 10  # [t/a], HJ 1259-2022 4.2.1


@cache
def kinds() -> Mapping[str, Mapping[str, str]]:
    """Every category (HW01 …) and kind (SW01 …) with its name and group."""
    return {row["kind"]: row for row in rows("waste_kinds")}


@cache
def _listed() -> Mapping[str, str]:
    """Codes of the 2021 edition → hazards joined by 、."""
    return {row["code"]: row["hazard"] for row in rows("hazardous_wastes")}


def normal(code: str) -> str:
    """A code as it is stored: both ways of writing general waste, ``900-003-SW17`` and ``900-003-S17``, become the latter."""
    found = _SW.fullmatch(code)
    return f"{found[1]}{found[2]}" if found else code


def kind_of(code: str) -> str:
    """ "HW08" or "SW17"; "" for what has not the form of a code."""
    if found := _HW.fullmatch(code):
        return f"HW{found[1]}"
    found = _SW.fullmatch(code)
    return f"SW{found[2]}" if found else ""


def named(code: str) -> str:
    """Kind of a code with its name, as lists show it: ``HW08 废矿物油与含矿物油废物``; "" when unknown."""
    row = kinds().get(kind_of(code))
    return f"{row['kind']} {row['name']}" if row else ""


def group_of(code: str) -> str:
    """危险废物, 工业固体废物, 生活垃圾 …; "" when unknown."""
    row = kinds().get(kind_of(code))
    return row["group"] if row else ""


def is_hazardous(code: str) -> bool:
    return group_of(code) == HAZARDOUS


def hazards(code: str) -> str:
    """Hazards of a code by the 2021 edition, joined by 、 (T 毒性 C 腐蚀性 I 易燃性 R 反应性 In 感染性); "" when unknown."""
    return _listed().get(code, "")


def code_fault(code: str, edition: str = "2021年版") -> str:
    """What is wrong with a code, in one sentence; "" when it is right by what the tables know.

    ``edition``: of the hazardous waste list the code was taken from.
    """
    kind = kind_of(code)
    if not kind:
        return "废物代码写作 900-214-08（危险废物）或 900-003-S17（一般固废）：请按名录逐位核对，设为文本格式"
    if kind not in kinds():
        return f"没有 {kind} 这个类别：请核对代码末两位"
    if kind.startswith("HW") and edition == "2021年版" and code not in _listed():
        near = difflib.get_close_matches(code, [c for c in _listed() if c.endswith(code[-3:])], 2)
        return f"2021 年版名录没有 {code}" + (f"：是不是 {' 或 '.join(near)}" if near else "：请核对")
    return ""


def management_class(annual_max: Decimal, own_facility: bool, licensed: bool) -> str:
    """Class of a producer of hazardous waste (HJ 1259-2022 4.2.1).

    ``annual_max`` [t/a]: most of the last three years; ``own_facility``: uses or disposes of waste itself; ``licensed``: holds a
    licence to handle hazardous waste.
    """
    if licensed or own_facility or annual_max >= _KEY_FROM:
        return CLASSES[0]
    if annual_max >= _SIMPLE_FROM:
        return CLASSES[1]
    return CLASSES[2] if annual_max > 0 else CLASSES[3]
