"""Where a sewage works is measured, and what it may discharge there."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from jiuzhi.core.local import LOCAL
from jiuzhi.engine.observe.properties import EVERY, factor
from jiuzhi.engine.rules.declare import Threshold
from jiuzhi.engine.rules.look import Look
from jiuzhi.master.models import Station
from jiuzhi.science.standards import sewage


def bounds(
    station: Station, item: str, grade: str, day: date, warm: Decimal | None, plant: Any
) -> Iterator[Threshold]:
    low, high = sewage.limits(item, grade, day, temperature=warm, built_on=plant.built_on)
    by = factor(EVERY[item], (high or low).unit) if item in EVERY and (high or low) else None
    for bound in (low, high) if by else ():
        if bound is not None:
            unknown = "（水温未知）" if "水温" in bound.clause and warm is None else ""
            yield Threshold(
                station.code, item, "day", [(bound.value * by, 0)], f"{plant} {sewage.ITEMS[item]} 日均值", EVERY[item].unit, below=bound is low,
                org=plant.org, basis=f"{bound.edition} {bound.clause}{unknown}", synthetic=plant.synthetic,
            )  # fmt: skip


def outlets(look: Look, plant: Any) -> list[Station]:
    """The stations at the outlet of a works: that of its outlet's or site's code, and those with instruments of its operator when the operator
    runs no other works."""
    codes = {plant.site.code, plant.outlet.code if plant.outlet else ""}
    alone = sum(p.operator_id == plant.operator_id for p in look.register("water.plant")) == 1
    if plant.operator_id and alone:
        codes |= {
            d.station.code for d, _, _ in look.devices if d.station and d.enterprise_id == plant.operator_id
        }
    return [s for s in look.stations("outlet") if s.code in codes]


def temperature(look: Look, station: Station) -> Decimal | None:
    """Yesterday's water temperature [℃]: the daily mean, else the mean of the hours, else the newest value; None when it is not measured."""
    newest = look.newest.get(station.code, {}).get(_TEMPERATURE)
    if newest is None:
        return None
    yesterday = look.today - timedelta(days=1)
    for kind in ("day", "hour"):
        line = look.line(station.code, _TEMPERATURE, kind, timedelta(days=2))
        seen = [p.value for p in line if p.value is not None and p.time.astimezone(LOCAL).date() == yesterday]
        if seen:
            return sum(seen, Decimal(0)) / len(seen)
    return newest.value if newest.usable else None


_TEMPERATURE = "water_temperature"
