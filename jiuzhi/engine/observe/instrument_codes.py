"""What the codes of instruments mean here: HJ 212 and SL 651 code → property and the unit the value comes in.

The same code means another thing at an air station than at a stack: SO2 in ambient air is `SO2` in µg/m³ (GB 3095), in waste gas `a21026` in mg/m³.
Units are those of HJ 212-2017 appendix B, except ambient air: the table prints ng/m³ for particles, instruments send µg/m³ (CO mg/m³). A
device that sends another unit says so in its register.
"""

from __future__ import annotations

from decimal import Decimal

from jiuzhi.protocol.hj212 import pollutants

from .properties import EVERY, Property, factor

AMBIENT = ("22", "27", "39")  # systems of HJ 212 table 5: air quality, its VOC, construction dust
# Codes of HJ 524-2009 and HJ 525-2009 that appendix B of HJ 212-2017 does not list but instruments send: not held against the text.
UNREAD = {"a05024": "O3", "w01003": "turbidity", "w01016": "chla", "w01022": "algae"}
_AIR = {
    "a34004": "PM2.5", "a34002": "PM10", "a21026": "SO2", "a21004": "NO2", "a21005": "CO", "a01001": "air_temperature", "a01002": "humidity",
    "a01006": "pressure", "a01007": "wind_speed", "a01008": "wind_direction",
}  # fmt: skip
_AIR_UNITS = {"SO2": "µg/m³", "NO2": "µg/m³", "O3": "µg/m³", "PM2.5": "µg/m³", "PM10": "µg/m³", "CO": "mg/m³"}
_WATER = {
    "w00000": "flow", "w01001": "pH", "w01009": "DO", "w01010": "water_temperature", "w01014": "conductivity", "w01017": "BOD5", "w01018": "COD",
    "w01019": "CODMn", "w02003": "fecal_coliform", "w19002": "LAS", "w20111": "Hg", "w20115": "Cd", "w20117": "Cr6", "w20119": "As",
    "w20120": "Pb", "w20122": "Cu", "w20123": "Zn", "w20128": "Se", "w21001": "TN", "w21003": "NH3N", "w21011": "TP", "w21016": "CN",
    "w21017": "F", "w21019": "S", "w22001": "oil", "w23002": "phenol",
}  # fmt: skip
_HYDROLOGY = {
    "20": "rain", "22": "rain", "1A": "rain", "1F": "rain", "39": "water_level", "3B": "water_level", "27": "flow",
    "37": "water_speed", "03": "water_temperature", "02": "air_temperature", "38": "voltage", "46": "pH", "47": "DO", "48": "conductivity",
    "49": "turbidity", "4A": "CODMn", "4C": "NH3N", "4D": "TP", "4E": "TN",
}  # fmt: skip


def of_hj212(code: str, system: str) -> tuple[Property, str] | None:
    """The property a code stands for in a system (ST) and the unit its values come in; None for a code nobody knows."""
    found = pollutants.find(code)
    code = found.code if found else code
    name = (_AIR.get(code) if system in AMBIENT else None) or _WATER.get(code) or UNREAD.get(code)
    item = EVERY.get(name or code)
    if item is None:
        return None
    unit = _AIR_UNITS.get(item.code) if system in AMBIENT else None
    return item, unit or (found.unit if found else item.unit)


def of_sl651(code: str) -> Property | None:
    """The property an element of SL 651 stands for; None for what is no observation or not known."""
    name = _HYDROLOGY.get(code)
    return EVERY[name] if name else None


def converted(value: Decimal, item: Property, unit: str) -> Decimal | None:
    """The value in the lake's unit of ``item``; None when the unit does not fit it."""
    by = factor(item, unit) if unit != item.unit else Decimal(1)
    return None if by is None else value * by
