"""Is a section on a river, or on a lake or reservoir? Needed because total phosphorus has two sets of limits.

Told in this order: the person's own word (a 水体类型 column), the table ``lake_sections`` of sections whose name misleads or says
nothing, the name of the section, the name of its water body. A section at the mouth, outlet, gate or bridge of a lake stands on
the river. The table's ``source`` is ``geography`` (which water the place lies on) or ``2020 release`` (the national release of 2020
judges the section by the other limits than its name suggests).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Literal

from jiuzhi.science.standards.tables import rows

Body = Literal["river", "lake"]

_ON_THE_RIVER = re.compile(
    r"入湖口|入库口?|出湖|出库|(湖|库|库区)(出口|出水口|口)|入.{0,8}口$|出水?口$|下游"  # mouths and outlets
    r"|[桥闸沟场堤渡村厂站]$|渡口|水文站|大桥|闸"  # structures and settlements
)
_ON_THE_LAKE = re.compile(
    r"水库|湖库|库[心中尾区]|坝[前上]|大坝[东南西北前]|^坝口$"  # reservoirs
    r"|湖心|湖区|湖中心|湖码头|湖[东南西北中]{0,2}[部心]?$|湖[A-Za-z0-9]+$"  # lakes
    r"|淀[东南西北中心]?$|荡$|泊$|[海池]([中心南北东西]|中心|中部)$|^(湖心|库心|中心)$|岛$|岛水源"
)
_WATER_NAME = re.compile(r"(湖|水库|淀|洱海|滇池|阳宗海|程海|荡|泊)$")
_WORDS: Mapping[str, Body] = {
    **dict.fromkeys(
        (
            "lake",
            "reservoir",
            "湖",
            "库",
            "湖泊",
            "水库",
            "湖库",
            "湖(库)",
            "湖泊水库",
            "湖泊(水库)",
            "湖、库",
        ),
        "lake",
    ),
    **dict.fromkeys(("river", "河", "河流", "江河", "河道", "溪流", "运河"), "river"),
}


def body_of_word(text: str | None) -> Body | None:
    """The person's own word in a 水体类型 / body_type column; None when it says nothing we know."""
    return _WORDS.get(unicodedata.normalize("NFKC", text or "").strip().lower())


@cache
def _known() -> Mapping[str, tuple[tuple[str, Body], ...]]:
    known: dict[str, tuple[tuple[str, Body], ...]] = {}
    for row in rows("lake_sections"):
        body: Body = "river" if row["kind"] == "river" else "lake"
        known[row["section"]] = (*known.get(row["section"], ()), (row["province"], body))
    return known


def _from_table(name: str, province: str) -> Body | None:
    for where, body in _known().get(name, ()):
        if not where or not province or where[:2] == province[:2]:
            return body
    return None


@cache
def body_of_section(section: str, water_body: str = "", province: str = "") -> Body:
    """River or lake from the names of a section and of the water it stands on.

    section: such as 阳澄湖心, 坝上中(胡家岭); water_body: such as 太湖, 任河; province: tells apart sections of one name. Both may be
    empty. ``(老)`` marks an old station beside the present one: it is found in the table only by its full name.
    """
    name = unicodedata.normalize("NFKC", section).replace(" ", "")
    outside = re.sub(r"\([^()]*\)", "", name)
    inside = re.findall(r"\(([^()]*)\)", name)
    candidates = [name] if "(老)" in name else [name, outside, *inside]
    for candidate in candidates:
        told = _from_table(candidate, province)
        if told:
            return told
    if _ON_THE_RIVER.search(outside):
        return "river"
    if _WATER_NAME.search(unicodedata.normalize("NFKC", water_body).split("(")[0]):
        return "lake"
    named = any(_ON_THE_LAKE.search(part) and not _ON_THE_RIVER.search(part) for part in (outside, *inside))
    return "lake" if named else "river"
