"""How values are said on screen: official levels with colours and marks, states, numbers and targets."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from jiuzhi.engine.observe.properties import AIR, EVERY
from jiuzhi.science.statistics.wording import CLASS_UNIT, say

from . import closed

STATE_MARKS = {"met": "●", "on_track": "▲", "late": "◆", "badly_late": "■", "no_data": "○"}
STATE_NAMES = {
    "met": _("达标"),
    "on_track": _("正常"),
    "late": _("滞后"),
    "badly_late": _("严重滞后"),
    "no_data": _("无数据"),
}


@dataclass(frozen=True)
class Level:
    """An official level: its number (for the colour), the mark that needs no colour, and its full name."""

    number: int
    mark: str
    name: Any


AQI_LEVELS = {
    1: Level(1, "优", _("优")),
    2: Level(2, "良", _("良")),
    3: Level(3, "轻", _("轻度污染")),
    4: Level(4, "中", _("中度污染")),
    5: Level(5, "重", _("重度污染")),
    6: Level(6, "严", _("严重污染")),
}
AQI_RANGES = {1: "0–50", 2: "51–100", 3: "101–150", 4: "151–200", 5: "201–300", 6: ">300"}
_CLASSES = ("Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", "劣Ⅴ")
_ROMAN = {"I": "Ⅰ", "II": "Ⅱ", "III": "Ⅲ", "IV": "Ⅳ", "V": "Ⅴ"}
_WATER_NAMES = (_("优"), _("优"), _("良好"), _("轻度污染"), _("中度污染"), _("重度污染"))
WATER = {
    mark: Level(i, mark, name) for i, (mark, name) in enumerate(zip(_CLASSES, _WATER_NAMES, strict=True), 1)
}


def water_class(text: str | None) -> Level | None:
    """The level of a class however it is written (Ⅱ, II, Ⅱ类, 劣V); None when there is none."""
    bare = (text or "").replace("类", "").strip()
    worse = bare.startswith("劣")
    bare = bare.removeprefix("劣")
    bare = _ROMAN.get(bare, bare)
    return WATER.get("劣Ⅴ" if worse else bare)


def aqi_level(aqi: int | None) -> int | None:
    """HJ 633 level 1 to 6 of an index; both editions share the bounds."""
    if aqi is None:
        return None
    return next((n for n, top in enumerate((50, 100, 150, 200, 300), 1) if aqi <= top), 6)


def plain(value: Any) -> str:
    """A number without trailing zeros and without exponent: 15.600000 → 15.6; None → —."""
    if value is None or value == "":
        return "—"
    if isinstance(value, Decimal):
        text = format(value, "f")
    elif isinstance(value, float):
        text = format(value, ".6f")
    else:
        return str(value)
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", "−") if text not in ("-0", "") else "0"


def shown(value: Any) -> str:
    """A number as read on a screen: two decimals from 1 on, one from 1,000 on, three digits below 1. The exact one stays in the rows."""
    if not isinstance(value, Decimal | float):
        return plain(value)
    exact = Decimal(str(value))
    size = abs(exact)
    places = 1 if size >= 1000 else 2 if size >= 1 else 2 - exact.adjusted() if exact else 0
    exponent = exact.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= places:
        return plain(exact)
    return plain(exact.quantize(Decimal(1).scaleb(-places)))


def graded(value: Any, of: str | None) -> str:
    """A number as read on a screen; a water class (unit 类) as its numeral with the word: 2 → Ⅱ类."""
    return say(value, CLASS_UNIT) if of == CLASS_UNIT and isinstance(value, Decimal) else shown(value)


def change_unit(of: str | None, kind: str = "") -> str:
    """The unit of a change per year: shares move by percentage points, classes by classes; a growth rate stays a rate."""
    if of in ("%", "％"):
        return "%" if kind == "growth" else str(_("个百分点"))
    return str(_("个类别")) if of == CLASS_UNIT else unit(of)


def number(value: Any, places: int | None = None) -> Any:
    """For JSON of charts: a float, or None. Never used for judging."""
    if value is None:
        return None
    return round(float(value), places) if places is not None else float(value)


def percent(value: float | None) -> str:
    """A probability as a whole percentage; the ends are not claimed: 0.999 → >99%."""
    if value is None:
        return "—"
    if value > 0.99:
        return ">99%"
    return "<1%" if value < 0.01 else f"{value * 100:.0f}%"


_POWER = re.compile(r"(?<![a-zA-Z])(k?m|hm|dm|cm)([23])(?![0-9])")  # m3/d → m³/d
_UNITS = {
    "微克/立方米": "μg/m³",
    "毫克/立方米": "mg/m³",
    "ug/m3": "μg/m³",
    "µg/m3": "μg/m³",
    "µg/m³": "μg/m³",
    "mg/m3": "mg/m³",
    "mg/l": "mg/L",
}


def unit(text: str | None) -> str:
    """Units as they are printed in the standards; none for a class, which says it itself."""
    said = text or ""
    if said == CLASS_UNIT:
        return ""
    printed_as = _POWER.sub(lambda m: m[1] + "²³"[m[2] == "3"], said)
    return _UNITS.get(said) or (closed.unit(said) if printed_as == said else printed_as)


def units_in(text: str | None) -> str:
    """A text with its units as they are printed: ≤20 微克/立方米 → ≤20 μg/m³."""
    said = text or ""
    for long, short in _UNITS.items():
        said = said.replace(long, short)
    return said


def property_name(code: str) -> str:
    """The Chinese name of what is observed; the code itself when nobody declared it."""
    found = EVERY.get(code)
    if found is None:
        return code
    title = closed.word(found.title)
    said = "_" in code or code in title or found.medium != AIR  # 臭氧8小时 says what O3_8h is
    return title if said else f"{title} {code}"


def printed(code: str) -> str:
    """A pollutant's short sign as the standards print it: O3_8h → O3-8h."""
    return code.replace("_", "-")
