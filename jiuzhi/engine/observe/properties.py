"""What can be observed: code, Chinese name, unit the lake keeps, and the range a real value can have.

The range is no limit of a standard. It is the fence that catches a value entered in another unit or with a slipped
decimal point; it lies well outside anything measured in China.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from jiuzhi.protocol.hj212 import pollutants
from jiuzhi.science.statistics.quality import unit_factor

AIR, WATER, WEATHER = "air", "water", "weather"
DISCHARGE, HYDROLOGY, NOISE, RADIATION = "discharge", "hydrology", "noise", "radiation"


@dataclass(frozen=True)
class Property:
    """``low`` … ``high`` in ``unit``, both included; ``aliases`` are further headings under which files carry it."""

    code: str
    title: str
    unit: str
    low: Decimal
    high: Decimal
    medium: str
    aliases: tuple[str, ...] = ()


def _property(
    code: str, title: str, unit: str, low: str, high: str, medium: str, aliases: str = ""
) -> Property:
    return Property(code, title, unit, Decimal(low), Decimal(high), medium, tuple(aliases.split()))


_DECLARED = [
    _property("PM2.5", "细颗粒物", "µg/m³", "0", "2000", AIR, "PM25 PM2_5 细颗粒物(PM2.5)"),
    _property("PM10", "可吸入颗粒物", "µg/m³", "0", "10000", AIR, "颗粒物(PM10) 可吸入颗粒物(PM10)"),
    _property("SO2", "二氧化硫", "µg/m³", "0", "3000", AIR, "二氧化硫(SO2)"),
    _property("NO2", "二氧化氮", "µg/m³", "0", "1000", AIR, "二氧化氮(NO2)"),
    _property("CO", "一氧化碳", "mg/m³", "0", "60", AIR, "一氧化碳(CO)"),
    _property("O3", "臭氧", "µg/m³", "0", "1200", AIR, "O3_1h 臭氧1小时 臭氧(O3)"),
    _property("O3_8h", "臭氧8小时", "µg/m³", "0", "1200", AIR, "O3-8h 臭氧8小时滑动平均 臭氧日最大8小时"),
    _property("AQI", "空气质量指数", "", "0", "500", AIR),
    _property("air_temperature", "气温", "℃", "-60", "60", WEATHER),
    _property("pressure", "气压", "hPa", "400", "1100", WEATHER),
    _property("dew_point", "露点", "℃", "-80", "45", WEATHER),
    _property("rain", "降水量", "mm", "0", "500", WEATHER, "雨量"),
    _property("wind_direction", "风向", "°", "0", "360", WEATHER),
    _property("wind_speed", "风速", "m/s", "0", "90", WEATHER),
    _property("water_temperature", "水温", "℃", "-5", "50", WATER),
    _property("pH", "pH值", "", "0", "14", WATER, "酸碱度"),
    _property("DO", "溶解氧", "mg/L", "0", "40", WATER),
    _property("conductivity", "电导率", "µS/cm", "0", "200000", WATER),
    _property("turbidity", "浊度", "NTU", "0", "50000", WATER, "浑浊度"),
    _property("CODMn", "高锰酸盐指数", "mg/L", "0", "500", WATER, "IMn 高锰酸盐指数(CODMn)"),
    _property("COD", "化学需氧量", "mg/L", "0", "5000", WATER, "CODCr"),
    _property("BOD5", "五日生化需氧量", "mg/L", "0", "2000", WATER, "BOD 生化需氧量"),
    _property("NH3N", "氨氮", "mg/L", "0", "300", WATER, "NH3-N 氨氮(NH3-N)"),
    _property("TP", "总磷", "mg/L", "0", "50", WATER, "总磷(以P计) 总磷(TP)"),
    _property("TN", "总氮", "mg/L", "0", "500", WATER, "总氮(以N计) 总氮(TN)"),
    _property("chla", "叶绿素a", "mg/m³", "0", "1500", WATER, "叶绿素 chl-a"),
    _property("algae", "藻密度", "cells/L", "0", "5000000000", WATER, "藻类密度"),
    _property("SD", "透明度", "m", "0", "40", WATER),
    _property("Cu", "铜", "mg/L", "0", "100", WATER),
    _property("Zn", "锌", "mg/L", "0", "100", WATER),
    _property("F", "氟化物", "mg/L", "0", "100", WATER, "氟化物(以F-计)"),
    _property("Se", "硒", "mg/L", "0", "10", WATER),
    _property("As", "砷", "mg/L", "0", "50", WATER),
    _property("Hg", "汞", "mg/L", "0", "1", WATER),
    _property("Cd", "镉", "mg/L", "0", "10", WATER),
    _property("Cr6", "六价铬", "mg/L", "0", "100", WATER, "铬(六价) Cr6+"),
    _property("Pb", "铅", "mg/L", "0", "50", WATER),
    _property("CN", "氰化物", "mg/L", "0", "50", WATER),
    _property("phenol", "挥发酚", "mg/L", "0", "50", WATER),
    _property("oil", "石油类", "mg/L", "0", "500", WATER),
    _property("LAS", "阴离子表面活性剂", "mg/L", "0", "100", WATER),
    _property("S", "硫化物", "mg/L", "0", "100", WATER),
    _property("fecal_coliform", "粪大肠菌群", "个/L", "0", "100000000", WATER),
    _property("flow", "流量", "m³/s", "0", "120000", WATER),
    _property("water_class", "水质类别", "", "1", "6", WATER),
    _property("humidity", "相对湿度", "%", "0", "100", WEATHER, "湿度"),
    _property("water_level", "水位", "m", "-200", "9000", HYDROLOGY, "瞬时水位"),
    _property("water_speed", "流速", "m/s", "-20", "30", HYDROLOGY, "瞬时流速"),
    _property("voltage", "电源电压", "V", "0", "500", HYDROLOGY),
    _property("Leq", "等效声级", "dB", "0", "180", NOISE, "LAeq 等效连续A声级"),
    _property("Ld", "昼间等效声级", "dB", "0", "180", NOISE),
    _property("Ln", "夜间等效声级", "dB", "0", "180", NOISE),
    _property(
        "gamma", "环境γ辐射空气吸收剂量率", "nGy/h", "0", "1000000", RADIATION, "γ辐射剂量率 空气吸收剂量率"
    ),
]

PROPERTIES: dict[str, Property] = {item.code: item for item in _DECLARED}


def _pollutant(found: pollutants.Pollutant) -> Property:
    """A code of HJ 212 that no property above stands for. What a real value can be is not known: the fence is wide."""
    title = found.name + ("（废气）" if found.medium == "气" else "")
    low = "0" if found.unit in ("mg/L", "mg/m³", "µg/L", "ng/L", "ng/m³", "A", "dB") else "-1000000"
    return _property(found.code, title, found.unit, low, "100000000", DISCHARGE)


# Everything that may stand in the lake: the properties above, and what instruments send beside them under its own code.
EVERY: dict[str, Property] = PROPERTIES | {
    code: _pollutant(found) for code, found in pollutants.listed().items() if code not in PROPERTIES
}

# Between these the median of many values of a property lies, clean or dirty. A median 1000 times off is another unit.
TYPICAL: dict[str, tuple[Decimal, Decimal]] = {
    code: (Decimal(low), Decimal(high))
    for code, low, high in (
        ("PM2.5", "2", "500"), ("PM10", "3", "1500"), ("NO2", "1", "300"), ("SO2", "1", "800"), ("O3", "3", "500"),
        ("O3_8h", "3", "500"), ("CO", "0.05", "15"), ("DO", "0.5", "25"), ("CODMn", "0.2", "60"), ("COD", "1", "900"),
        ("NH3N", "0.005", "90"), ("TP", "0.003", "15"), ("TN", "0.05", "150"),
    )
}  # fmt: skip


def another_unit(item: Property, median: Decimal) -> str:
    """The factor, in words, by which values of this median seem to be off; empty when they look right."""
    if item.code not in TYPICAL:
        return ""
    factor = unit_factor(median, *TYPICAL[item.code], factors=(1000,))
    return f"{'大' if factor > 0 else '小'} {abs(factor)} 倍" if factor else ""


# One step between units of one quantity: file unit -> (lake unit, factor). Exact, because both are decimal.
_STEPS: dict[tuple[str, str], Decimal] = {
    ("µg/m³", "mg/m³"): Decimal("0.001"),
    ("mg/m³", "µg/m³"): Decimal(1000),
    ("mg/L", "mg/m³"): Decimal(1000),
    ("µg/L", "mg/m³"): Decimal(1),
    ("µg/L", "mg/L"): Decimal("0.001"),
    ("mg/m³", "mg/L"): Decimal("0.001"),
    ("mg/L", "µg/L"): Decimal(1000),
    ("mg/L", "ng/L"): Decimal(1000000),
    ("g/L", "mg/L"): Decimal(1000),
    ("cm", "m"): Decimal("0.01"),
    ("mS/cm", "µS/cm"): Decimal(1000),
    ("mS/m", "µS/cm"): Decimal(10),
    ("kPa", "hPa"): Decimal(10),
    ("Pa", "hPa"): Decimal("0.01"),
    ("MPN/L", "个/L"): Decimal(1),
    ("CFU/L", "个/L"): Decimal(1),
    ("个/L", "cells/L"): Decimal(1),
    ("万个/L", "cells/L"): Decimal(10000),
    ("FTU", "NTU"): Decimal(1),
    ("L/s", "m³/s"): Decimal("0.001"),
    ("m³/h", "m³/s"): Decimal(1) / 3600,
    ("ng/L", "mg/L"): Decimal("0.000001"),
    ("ng/m³", "µg/m³"): Decimal("0.001"),
    ("ng/m³", "mg/m³"): Decimal("0.000001"),
    ("S/cm", "µS/cm"): Decimal(1000000),
    ("µGy/h", "nGy/h"): Decimal(1000),
}
_NO_UNIT = {"", "无量纲", "无", "-", "—", "/", "ph单位"}


def plain(text: str) -> str:
    """Full-width forms to half-width, surrounding blanks removed (NFKC)."""
    return text.strip() if text.isascii() else unicodedata.normalize("NFKC", text).strip()


def _key(name: str) -> str:
    return plain(name).replace(" ", "").casefold()


_BY_NAME: dict[str, Property] = {
    _key(name): item for item in _DECLARED for name in (item.code, item.title, *item.aliases)
}
_UNIT_NAMES = {unit for pair in _STEPS for unit in pair} | {item.unit for item in EVERY.values()}
_BY_UNIT: dict[str, str] = {_key(unit): unit for unit in _UNIT_NAMES} | {
    "mg/m^3": "mg/m³", "ug/m3": "µg/m³", "ug/m^3": "µg/m³", "ug/l": "µg/L", "us/cm": "µS/cm", "度": "NTU",
    "c": "℃", "摄氏度": "℃", "米": "m", "毫克/升": "mg/L", "微克/立方米": "µg/m³", "毫克/立方米": "mg/m³",
    "厘米": "cm", "细胞/l": "cells/L", "个/升": "个/L", "m3/s": "m³/s", "m3/h": "m³/h", "ng/m3": "ng/m³", "db(a)": "dB",
}  # fmt: skip


def find(name: str) -> Property | None:
    """The property a heading or code means, or None. Case, blanks and full-width forms do not matter."""
    return _BY_NAME.get(_key(name))


def factor(item: Property, unit: str) -> Decimal | None:
    """What a value in ``unit`` is multiplied by to stand in ``item.unit``; None when the unit does not fit."""
    key = _key(unit)
    if key in _NO_UNIT:
        return Decimal(1) if not item.unit else None
    known = _BY_UNIT.get(key)
    if known is None:
        return None
    return Decimal(1) if known == item.unit else _STEPS.get((known, item.unit))
