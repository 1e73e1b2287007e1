"""Which column of a person's file is which: by the declared formats, else by the words in the heading.

A heading such as ``PM2.5_24h(μg/m³)``, ``细颗粒物(PM2.5) 日均`` or ``氨氮（mg/L）`` names an item, perhaps a unit and an averaging time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from ..formats import FORMATS, FileProblem, Format, detect, named
from ..formats.times import Free, TimeRule
from ..properties import PROPERTIES, Property, factor, find, plain

TIME_WORDS = ("时间", "监测时间", "采样时间", "采样日期", "监测日期", "日期", "数据时间", "发布时间", "统计时间", "time", "date",
              "datetime", "timepoint", "day", "时段")  # fmt: skip
ROLES = {
    "section": (
        "section",
        "断面",
        "断面名称",
        "监测断面",
        "站点",
        "站点名称",
        "点位",
        "点位名称",
        "测点",
        "水质断面",
        "站名",
        "监测点位",
    ),
    "water": (
        "river",
        "河流",
        "水体",
        "水体名称",
        "所在水体",
        "河流名称",
        "湖库名称",
        "湖泊",
        "水库",
        "河湖名称",
        "所属河流",
    ),
    "province": ("province", "省份", "省", "所在省份", "省(区、市)"),
    "body": ("body_type", "body", "水体类型", "断面类型", "水域类型", "河湖类型", "类型"),
    "target": (
        "target",
        "target_class",
        "目标水质",
        "水质目标",
        "考核目标",
        "目标类别",
        "水质目标类别",
        "功能区类别",
        "目标",
    ),
    "standard": ("standard", "edition", "执行标准", "评价标准", "标准"),
    "mode": ("mode", "form", "averaging", "报告类型"),
    "status": ("status", "状态", "站点情况", "运行状态"),
}
_AVERAGES = (
    (re.compile(r"(滑动|移动)?(8小时|8h|8hr|mda8|最大8)", re.I), "8h"),
    (re.compile(r"24小时|24h|日均|日平均|daily", re.I), "24h"),
    (re.compile(r"1小时|1h|小时|hourly", re.I), "1h"),
)
_EXTRA_NAMES = {"PM₂.₅": "PM2.5", "氮(氨氮)": "NH3N", "氨氮(以N计)": "NH3N", "总磷(以P计)": "TP", "叶绿素a": "chla", "chl.a": "chla",
                "chl_a": "chla", "sechi": "SD", "高锰酸钾指数": "CODMn", "化学需氧量(COD)": "COD", "DO": "DO"}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """Where an item stands: ``places`` in order of preference, factor to the item's own unit, missing marks."""

    item: Property
    heading: str
    places: tuple[int, ...]
    factor: Decimal
    missing: frozenset[str]
    average: str = ""


@dataclass
class Layout:
    """What was found in a heading row. form: ``hourly`` / ``daily`` / "" (say by row or by option)."""

    title: str
    sources: dict[str, Source]
    roles: dict[str, int] = field(default_factory=dict)
    time: TimeRule | None = None
    time_places: tuple[int, ...] = ()
    form: str = ""
    normal_status: frozenset[str] = frozenset({"正常", "", "运行", "在线"})


def layout(header: list[str], medium: str, wanted: str = "") -> Layout:
    """Columns of a heading row (as H3's table gives it: half-width, no outer blanks). medium: ``air`` or ``water``.

    Raises FileProblem: a unit that does not fit the item, two columns for one item.
    """
    index = {name: place for place, name in reversed(list(enumerate(header)))}
    roles = _roles(header)
    known = _declared(header, medium, wanted)
    if known is not None:
        return _from_format(known, header, index, roles)
    time, places = _time(header, index)
    sources = _from_headings(header, medium, frozenset(FORMATS["template_wide"].missing))
    averages = {source.average for source in sources.values() if source.item.code != "O3_8h"}
    form = "daily" if "24h" in averages else "hourly" if "1h" in averages else ""
    return Layout("按表头识别", sources, roles, time, places, form)


def _declared(header: list[str], medium: str, wanted: str) -> Format | None:
    try:
        found = detect(header, named(wanted) if wanted else None)
    except FileProblem:
        if wanted:
            raise
        return None
    return found if found.medium == medium else None


def _from_format(found: Format, header: list[str], index: dict[str, int], roles: dict[str, int]) -> Layout:
    sources: dict[str, Source] = {}
    kinds = set()
    for column in found.bind(header):
        item = PROPERTIES[column.property]
        places = [index[name] for name in (column.prefer, column.source) if name in index]
        sources.setdefault(
            item.code,
            Source(item, column.source, tuple(places), column.factor, found.missing | column.missing),
        )
        kinds.add(column.kind)
    form = "daily" if "day" in kinds else "hourly" if "hour" in kinds else ""
    normal = found.status[1] if found.status else frozenset({"正常", ""})
    return Layout(
        found.title,
        sources,
        roles,
        found.time,
        tuple(index[name] for name in found.time.columns),
        form,
        normal,
    )


def _roles(header: list[str]) -> dict[str, int]:
    roles: dict[str, int] = {}
    for role, words in ROLES.items():
        for word in words:
            for place, name in enumerate(header):
                if name.casefold() == plain(word).casefold():
                    roles.setdefault(role, place)
    return roles


@dataclass(frozen=True)
class _Joined:
    """Year, month, day and hour, or date and hour, in columns of their own."""

    columns: tuple[str, ...]

    def read(self, texts: list[str], context: object) -> object:
        parts = [plain(text) for text in texts]
        if len(parts) >= 3:
            text = "-".join(parts[:3]) + (f" {parts[3]}:00" if len(parts) > 3 and parts[3] else "")
        else:
            text = (
                f"{parts[0]} {parts[1]}:00"
                if "-" in parts[0] or "/" in parts[0]
                else "".join((parts[0], parts[1].zfill(2)))
            )
        return Free(("",)).read([text], context)  # type: ignore[arg-type]


def _time(header: list[str], index: dict[str, int]) -> tuple[TimeRule | None, tuple[int, ...]]:
    lower = {name.casefold(): name for name in header}
    for names in (
        ("year", "month", "day", "hour"),
        ("年", "月", "日", "时"),
        ("year", "month", "day"),
        ("年", "月", "日"),
        ("date", "hour"),
        ("日期", "小时"),
        ("日期", "时间"),
        ("日期", "时"),
    ):
        if all(name in lower for name in names):
            real = tuple(lower[name] for name in names)
            return _Joined(real), tuple(index[name] for name in real)  # type: ignore[return-value]
    for word in TIME_WORDS:
        if word in lower:
            return Free((lower[word],)), (index[lower[word]],)
    return None, ()


def _from_headings(header: list[str], medium: str, missing: frozenset[str]) -> dict[str, Source]:
    sources: dict[str, Source] = {}
    for place, heading in enumerate(header):
        read = parse_heading(heading)
        if read is None or read[0].medium != medium:
            continue
        item, unit, average = read
        if item.code == "O3" and average == "8h":
            item = PROPERTIES["O3_8h"]
        code = item.code
        if code in sources and sources[code].average != average:
            code = f"{item.code}@{average or 'plain'}"
        if code in sources:
            raise FileProblem(f"列“{sources[code].heading}”和“{heading}”都是{item.title}，请只保留一列。")
        ratio = Decimal(1) if not unit else factor(item, unit)
        if ratio is None:
            raise FileProblem(
                f"列“{heading}”的单位“{unit}”不是{item.title}的单位，应为 {item.unit or '无量纲'}。"
            )
        sources[code] = Source(item, heading, (place,), ratio, missing, average)
    return sources


def parse_heading(heading: str) -> tuple[Property, str, str] | None:
    """Item, unit (empty when not written) and averaging time (``24h 8h 1h`` or empty) of a heading; None when it is no item."""
    name = plain(heading)
    if re.search(r"iaqi|tli|分指数|类别|等级|首要|标准|限值|评价|超标", name, re.I):
        return None
    brackets = re.findall(r"[(\[]([^()\[\]]*)[)\]]", name)
    base = re.sub(r"[(\[][^()\[\]]*[)\]]", "", name).strip()
    base, unit = _unit_after(base)
    average = next((code for pattern, code in _AVERAGES if pattern.search(name)), "")
    stripped = base
    for pattern, _ in _AVERAGES:
        stripped = pattern.sub("", stripped)
    stripped = re.sub(r"(日|最大|滑动|移动|平均|均|浓度|含量|值)+$", "", stripped.strip(" _-")).strip(" _-")
    tries = [name, base, stripped, *brackets]
    item = next(
        (found for text in tries if text and (found := _EXTRA.get(text.casefold()) or find(text))), None
    )
    if item is None:
        return None
    for inside in brackets:
        if factor(item, inside) is not None and inside.strip():
            return item, inside, average
        if re.fullmatch(r"\s*[a-zA-Zμµ毫微克纳]+g?\s*/\s*\S+\s*", inside):
            return item, inside, average  # a unit, though not one of this item: the caller says so
    return item, unit, average


_EXTRA: dict[str, Property] = {
    plain(name).casefold(): PROPERTIES[code] for name, code in _EXTRA_NAMES.items()
}
_SUFFIX_UNITS = {"mgl": "mg/L", "mgm3": "mg/m³", "ugm3": "µg/m³", "ugl": "µg/L", "mg/l": "mg/L", "µg/m³": "µg/m³",
                 "mg/m3": "mg/m³", "ug/m3": "µg/m³", "μg/m3": "µg/m³"}  # fmt: skip


def _unit_after(base: str) -> tuple[str, str]:
    """``NH3N_mgL``, ``CO mg/m3`` → name and unit."""
    parts = re.split(r"[_\s]+", base)
    unit = _SUFFIX_UNITS.get(parts[-1].casefold(), "") if len(parts) > 1 else ""
    return ("_".join(parts[:-1]), unit) if unit else (base, "")
