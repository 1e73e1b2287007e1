"""The real files kept outside the project: all of them come in, and what is published is reproduced."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from jiuzhi.core.records import SYSTEM
from jiuzhi.engine.observe import assessed, formats, lake
from jiuzhi.engine.observe.formats import Refusal, Row
from jiuzhi.engine.observe.importer import import_file

AIR_HOURS = "air/station_hourly_aqi_202004_partA.csv.gz"
WATER_4H = "water/national_auto_4h_202104_partA.csv.gz"
WATER_DAILY = "water/national_auto_daily_202005_202012.csv.gz"


def tally(path):
    """(rows with values, values, refusals by column) of a file."""
    rows = values = 0
    refused: Counter[str] = Counter()
    for item in formats.read(path):
        if isinstance(item, Refusal):
            refused[item.column] += 1
        else:
            rows, values = rows + 1, values + len(item.values)
    return rows, values, dict(refused)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (AIR_HOURS, (69579, 543978, {})),
        ("air/cnemc_station_hour_20180220T07_partA.csv.gz", (781, 6104, {})),
        ("air/city_daily_aqi_201312_201701_partA.csv.gz", (172739, 1208812, {})),
        ("air/prsa_changping_20130301_20170228.csv.gz", (35064, 415602, {})),
        (WATER_4H, (22232, 200299, {"time_text": 117})),
        (WATER_DAILY, (20012, 172841, {"chla_mgL": 22})),
        ("text/bulletins/qianjiang_water_2024_07.csv", (6, 6, {})),
        ("text/bulletins/dazhou_river_sections_2020_07.csv", (22, 22, {})),
    ],
)
def test_every_file_is_recognised_and_read(shared, name, expected):
    assert tally(shared / "data" / name) == expected


@pytest.mark.shared
def test_unrounded_values_are_preferred(shared):
    first = next(item for item in formats.read(shared / "data" / WATER_DAILY) if isinstance(item, Row))
    assert {v.property: v.value for v in first.values}["pH"] == Decimal("7.995")


@pytest.mark.shared
def test_carbon_monoxide_in_micrograms(shared):
    first = next(iter(formats.read(shared / "data/air/prsa_dongsi_20130301_20170228.csv.gz")))
    value = {v.property: v for v in first.values}["CO"]
    assert (value.value, value.unit, value.raw) == (Decimal("0.300"), "mg/m³", "300")


@pytest.mark.shared
@pytest.mark.django_db
def test_published_water_classes(shared, county):
    """At least 98.5 % of the classes published for single readings.

    At 任河水寨子, a section of the county, all but those where the printed total phosphorus, rounded, is the limit of class Ⅰ.
    """
    path = shared / "data" / WATER_4H
    import_file(path, actor=SYSTEM)
    assessed.refresh(date(2021, 4, 30))
    judged = {(r["station"], r["time"]): r["class"] for r in assessed.read("water_sample").to_pylist()}
    published = {}
    with formats.open_file(path) as (table, fmt):
        place = table.header.index("class_published")
        cells = {}

        def watched(lines):
            for number, line in lines:
                cells[number] = line[place]
                yield number, line

        table.rows = watched(table.rows)
        for row in formats.rows(table, fmt, formats.Context(table.name, None, None)):
            if isinstance(row, Row) and cells[row.number] not in ("*", "--", "") and row.flag == 0:
                published[row.station, row.time] = cells[row.number]
    equal = sum(judged[key] == name for key, name in published.items())
    assert len(published) > 17000
    assert equal >= 0.985 * len(published), (equal, len(published))
    own = {key: name for key, name in published.items() if key[0] == "重庆市/水寨子"}
    phosphorus = {r["time"]: r["TP"] for r in assessed.rows("water_sample", station="重庆市/水寨子")}
    other = [time for (station, time), name in own.items() if judged[station, time] != name]
    assert len(own) >= 20
    assert {phosphorus[time] for time in other} <= {Decimal("0.02")}


@pytest.mark.shared
@pytest.mark.django_db
def test_hours_of_a_real_week_come_to_days(shared, county):
    batch = import_file(shared / "data" / AIR_HOURS, actor=SYSTEM)
    assert (batch.new, batch.refused) == (543978, 0)
    again = import_file(shared / "data" / AIR_HOURS, actor=SYSTEM)
    assert (again.new, again.revised, again.unchanged) == (0, 0, 543978)
    assert lake.current("重庆/上清寺(启用170928)", "PM2.5", date(2020, 4, 3), date(2020, 4, 3)).num_rows > 0
    assessed.refresh(date(2020, 4, 30))
    days = assessed.read("air_day").to_pylist()
    judged = [row for row in days if row["aqi"] is not None]
    assert len(judged) > 500
    assert {row["edition"] for row in judged} == {"HJ 633-2012"}
    for row in judged[::150]:  # the hours counted are those in the lake
        kept = lake.current(row["station"], "PM10", row["day"], row["day"], "hour")
        assert kept.num_rows == (row["hours_PM10"] or 0)
