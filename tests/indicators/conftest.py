"""A county whose assessed rows are made here, day by day, so that every figure can be checked by hand."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from jiuzhi.core.models import Org
from jiuzhi.master.models import Station
from jiuzhi.science.standards.aqi import EDITIONS, air_quality_index, edition_in_force
from jiuzhi.science.standards.water import class_name

COUNTY = "500999"


class Rows:
    """Assessed tables in memory, as `jiuzhi.engine.observe.assessed` would give them."""

    def __init__(self, **tables: list[dict[str, Any]]) -> None:
        self.tables = tables

    def read(self, table: str, **equals: Any) -> pa.Table:
        return pa.Table.from_pylist(
            [r for r in self.tables.get(table, []) if all(r[k] == v for k, v in equals.items())]
        )


@pytest.fixture
def county(db) -> Org:
    city = Org.objects.create(code="500000", name="某市", kind=Org.Kind.CITY)
    return Org.objects.create(code=COUNTY, name="某县", kind=Org.Kind.COUNTY, parent=city)


@pytest.fixture
def station(county) -> Callable[..., Station]:
    def make(code: str, **fields: Any) -> Station:
        return Station.objects.create(
            code=code, name=code, county=county, **{"kind": "river", "level": "national", **fields}
        )

    return make


def air_day(day: date, pm25: Any, **fields: Any) -> dict[str, Any]:
    """One county day. Every pollutant but PM2.5 is far below its limit."""
    values = {"SO2": 6, "NO2": 10, "CO": Decimal("0.5"), "PM10": 30, "PM2.5": pm25, "O3_8h": 80, **fields}
    return {
        "station": COUNTY, "day": day, **values, **indices(day, values), "valid": True, "synthetic": False,
    }  # fmt: skip


def days(first: date, last: date, pm25: Callable[[date], Any]) -> list[dict[str, Any]]:
    return [air_day(d, pm25(d)) for d in (first + timedelta(n) for n in range((last - first).days + 1))]


def indices(day: date, values: dict[str, Any]) -> dict[str, Any]:
    given = {("O3" if k == "O3_8h" else k): v for k, v in values.items()}
    both = {e[-4:]: air_quality_index("daily", e, given).aqi for e in EDITIONS}
    edition = edition_in_force(day)
    return {"aqi": both[edition[-4:]], "edition": edition, "aqi_2012": both["2012"], "aqi_2026": both["2026"]}


def water_month(station: str, month: str, number: int = 2, **values: Any) -> dict[str, Any]:
    """One month of a section, class Ⅱ unless a value says otherwise."""
    figures = {"pH": 7.8, "DO": 8.5, "CODMn": 2, "NH3N": Decimal("0.1"), "TP": Decimal("0.05")} | values
    return {
        "station": station, "month": month, "class": class_name(number), "target": "Ⅱ", "met": number <= 2, "synthetic": False,
        **{k: Decimal(str(v)) for k, v in figures.items()},
    }  # fmt: skip
