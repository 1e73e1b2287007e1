"""Soil beside its limits: farmland (GB 15618-2018) by land use and pH, building land (GB 36600-2018) by class of use.

Verification: farmland 2; building land items 1–34: 2, items 35–45 and petroleum: M. A value equal to a limit does not exceed
it. Arsenic, cobalt and vanadium above screening but not above the local background are not contamination: pass ``background``.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from jiuzhi.science.standards.tables import rows

FARM, LAND = "GB 15618-2018", "GB 36600-2018"
GRADES = ("未超筛选值", "超筛选值", "超管制值")
FARM_ITEMS = ("镉", "汞", "砷", "铅", "铬", "铜", "镍", "锌")
_BACKGROUND_ITEMS = ("砷", "钴", "钒")


@cache
def land_items() -> tuple[str, ...]:
    """The items of GB 36600-2018 that have limits here."""
    return tuple(row["item"] for row in rows("soil_land_limits"))


def land_limits(item: str, use_class: int) -> tuple[Decimal, Decimal] | None:
    """Screening and control value [mg/kg] for land of class 1 or 2; None for an item without limits here.

    Errors: ``ValueError`` for a class that is neither.
    """
    if use_class not in (1, 2):
        raise ValueError(f"land of class {use_class}: GB 36600 knows class 1 and 2")
    row = next((r for r in rows("soil_land_limits") if r["item"] == item), None)
    return (
        None
        if row is None
        else (Decimal(row[f"screening_{use_class}"]), Decimal(row[f"control_{use_class}"]))
    )


def land_grade(item: str, use_class: int, value: Decimal, background: Decimal | None = None) -> str | None:
    """One of `GRADES` for a content [mg/kg dry]; None for an item without limits here."""
    limits = land_limits(item, use_class)
    if limits is None:
        return None
    if item in _BACKGROUND_ITEMS and background is not None and value <= background:
        return GRADES[0]
    return GRADES[(value > limits[0]) + (value > limits[1])]


def farm_limit(kind: str, item: str, land_use: str, ph: Decimal) -> Decimal | None:
    """Screening or control value [mg/kg] of ``kind`` for 水田, 果园 or 其他 at ``ph``; None where the standard sets none."""
    band = (
        "5.5"
        if ph <= Decimal("5.5")
        else "6.5"
        if ph <= Decimal("6.5")
        else "7.5"
        if ph <= Decimal("7.5")
        else ""
    )
    known = {
        r["land_use"]: Decimal(r["limit"])
        for r in rows("soil_farm_limits")
        if (r["kind"], r["item"], r["ph_up_to"]) == (kind, item, band)
    }
    return next((known[use] for use in (land_use, "其他", "") if use in known), None)


def farm_grade(item: str, land_use: str, ph: Decimal | None, value: Decimal) -> str | None:
    """One of `GRADES` for a content [mg/kg dry]; None without pH, because then no limit can be chosen: 不可评, never lenient."""
    if ph is None:
        return None
    screening, control = (farm_limit(kind, item, land_use, ph) for kind in ("screening", "control"))
    if screening is None:
        return None
    return GRADES[(value > screening) + (control is not None and value > control)]
