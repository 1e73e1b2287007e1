"""From observations to assessed tables, against the rules applied to single values."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest

from jiuzhi.engine.observe import assessed, delta, lake
from jiuzhi.engine.observe.assessed import air
from jiuzhi.engine.observe.decoding import Reading
from jiuzhi.science.standards import air_days, aqi
from jiuzhi.science.standards.rounding import round_half_even
from tests.observe.messages import SIX, hours, sample, take

pytestmark = pytest.mark.django_db
LATE = date(2026, 12, 31)


def day_row(station: str, day: date) -> dict:
    (row,) = assessed.read("air_day", station=station, day=day).to_pylist()
    return row


def test_each_day_is_judged_by_its_own_law_with_both_editions_beside(stations):
    take(hours(date(2026, 2, 28), PM2_5="70"), hours(date(2026, 3, 1), PM2_5="70"))
    assessed.refresh(LATE)
    old, new = day_row("A1", date(2026, 2, 28)), day_row("A1", date(2026, 3, 1))
    assert (old["edition"], new["edition"]) == ("HJ 633-2012", "HJ 633-2026")
    assert old["aqi"] == old["aqi_2012"] == new["aqi_2012"] == 94
    assert new["aqi"] == new["aqi_2026"] == old["aqi_2026"] > 100
    assert (old["level"], new["level"]) == (2, 3)
    assert old["primary"] == "PM2.5"
    assert old["valid"]
    assert not old["synthetic"]
    assert old["PM2.5"] == 70
    assert old["CO"] == Decimal("0.5")
    assert old["hours_PM2.5"] == 24
    assert old["hours_O3_8h"] == 17


def test_a_day_needs_twenty_hours_and_ozone_fourteen_windows(stations):
    take(hours(date(2026, 4, 1), count=19), hours(date(2026, 4, 2), count=20))
    assessed.refresh(LATE)
    short, enough = day_row("A1", date(2026, 4, 1)), day_row("A1", date(2026, 4, 2))
    assert short["PM2.5"] is None
    assert short["hours_PM2.5"] == 19
    assert not short["valid"]
    assert short["aqi"] is None
    assert enough["PM2.5"] == 30
    assert enough["O3_8h"] == 90
    assert enough["valid"]


def test_hours_marked_not_evaluated_do_not_count(stations):
    day = hours(date(2026, 4, 1))
    take([m._replace(flag=2) if m.property == "PM10" else m for m in day])
    assessed.refresh(LATE)
    assert day_row("A1", date(2026, 4, 1))["PM10"] is None


def test_what_cannot_be_true_is_kept_but_not_assessed(stations):
    day = hours(date(2026, 4, 1))
    take([m._replace(value=Decimal(10) ** 11) if m.property == "PM10" else m for m in day])
    take(sample("500229-W01", datetime(2026, 4, 1, tzinfo=UTC), NH3N="99999999999", DO="9"))
    assessed.refresh(LATE)
    assert lake.current("A1", "PM10").num_rows == 24
    assert day_row("A1", date(2026, 4, 1))["PM10"] is None
    assert assessed.rows("water_month", station="500229-W01")[0]["NH3N"] is None


def test_a_county_is_the_mean_of_its_evaluated_stations_rounded_once(stations):
    day = date(2026, 4, 1)
    take(hours(day, "A1", PM2_5="30.6"), hours(day, "A2", PM2_5="31.9"), hours(day, "A3", PM2_5="500"))
    assessed.refresh(LATE)
    county = day_row("500229", day)
    assert (
        county["PM2.5"] == 31
    )  # 31.25; the stations rounded first, 31 and 32, would give 32 by half to even
    assert county["sites"] == 2
    assert county["hours_PM2.5"] is None
    assert day_row("A3", day)["PM2.5"] == 500


def test_daily_values_as_received_stand_where_there_are_no_hours(stations):
    day = datetime(2026, 3, 31, 16, tzinfo=UTC)
    received = {"PM2.5": "35", "PM10": "60", "SO2": "9", "NO2": "30", "CO": "0.7", "O3_8h": "120"}
    take([Reading("A1", item, "day", day, Decimal(value)) for item, value in received.items()])
    assessed.refresh(LATE)
    row = day_row("A1", date(2026, 4, 1))
    assert {item: row[item] for item in received} == {
        item: Decimal(value) for item, value in received.items()
    }
    judged = aqi.air_quality_index(
        "daily", "HJ 633-2026", {("O3" if i == "O3_8h" else i): v for i, v in received.items()}
    )
    assert (row["aqi"], row["level"]) == (judged.aqi, judged.level)


def test_every_station_day_equals_the_rule_on_single_values(stations):
    import random

    chance = random.Random(7)
    kept: dict[tuple[str, date], list[Reading]] = {}
    for station in ("A1", "A2"):
        for n in range(4):
            day = date(2026, 2, 27) + timedelta(days=n)
            scale = {"CO": "0.1", "O3": "1"}
            mixed = [m._replace(value=Decimal(chance.randrange(1, 260)) * Decimal(scale.get(m.property, "0.7")))
                     for m in hours(day, station) if chance.random() < 0.9]  # fmt: skip
            kept[station, day] = [m for m in mixed if m.property != "CO" or m.value < 60]
    take(*kept.values())
    assessed.refresh(LATE)
    for (station, day), messages in kept.items():
        assert_equals_single_values(day_row(station, day), messages)


def assert_equals_single_values(row: dict, messages: list[Reading]) -> None:
    values: dict[str, object] = {}
    for item in aqi.POLLUTANTS:
        known = {m.time: m.value for m in messages if m.property == item}
        if item == "O3":
            start = datetime(row["day"].year, row["day"].month, row["day"].day, tzinfo=UTC) - timedelta(
                hours=8
            )
            values["O3"] = air_days.mda8([known.get(start + timedelta(hours=n)) for n in range(24)])
            values["O3_1h"] = round_half_even(max(known.values()), "1") if known else None
        else:
            step = "0.1" if item == "CO" else "1"
            mean = sum(known.values()) / len(known) if len(known) >= 20 else None
            values[item] = None if mean is None else round_half_even(mean, step)
    for item in aqi.POLLUTANTS:
        assert row["O3_8h" if item == "O3" else item] == values[item], (row["station"], row["day"], item)
    judged = aqi.assess_in_force("daily", row["day"], values)
    assert (row["aqi"], row["level"], row["edition"]) == (judged.aqi, judged.level, judged.edition)
    assert row["primary"] == ",".join("O3_8h" if p == "O3" else p for p in judged.primary)


def test_nothing_after_as_of_and_nothing_twice(stations):
    take(hours(date(2026, 4, 1)), hours(date(2026, 4, 2)), hours(date(2026, 5, 1)))
    assert assessed.refresh(date(2026, 4, 1))["air_day"] == 2  # the station and its county
    assert assessed.read("air_day").num_rows == 2
    assert assessed.refresh(date(2026, 4, 1)) == {}
    assessed.refresh(LATE)
    everything = assessed.read("air_day")
    assert everything.num_rows == 6
    assessed.refresh(date(2026, 4, 1))
    assert assessed.read("air_day").num_rows == 2
    assessed.refresh(LATE)
    assert assessed.read("air_day").equals(everything)


def test_only_changed_months_are_worked_out_again(stations, monkeypatch):
    take(hours(date(2026, 4, 1)), hours(date(2026, 5, 1)))
    assessed.refresh(LATE)
    worked: list[list[str]] = []
    real = assessed._assess
    monkeypatch.setattr(
        assessed, "_assess", lambda months, *rest: worked.append(months) or real(months, *rest)
    )
    take(hours(date(2026, 5, 1), PM2_5="99")[:24], hours(date(2026, 5, 2)))
    assessed.refresh(LATE)
    assert worked == [["2026-05"]]
    assert day_row("A1", date(2026, 5, 1))["PM2.5"] == 99
    assert assessed.read("air_day", station="A1").num_rows == 3


def test_a_changed_station_has_everything_assessed_again(stations):
    take(hours(date(2026, 4, 1)), hours(date(2026, 4, 1), "A2", PM2_5="50"))
    assessed.refresh(LATE)
    assert day_row("500229", date(2026, 4, 1))["PM2.5"] == 40
    stations["A2"].evaluated = False
    stations["A2"].save()
    assessed.refresh(LATE)
    assert day_row("500229", date(2026, 4, 1))["PM2.5"] == 30


def test_other_counties_changes_wait(stations):
    take(hours(date(2026, 4, 1), "somewhere"))
    assert assessed.refresh(LATE, counties=["500240"]) != {}  # the first time there is nothing to build on
    assessed.refresh(LATE)
    take(hours(date(2026, 4, 2), "A1"))
    assert assessed.refresh(LATE, counties=["500240"]) == {}
    assert assessed.refresh(LATE, counties=["500229"])["air_day"] > 0


def test_a_crash_between_two_tables_is_made_good(stations, monkeypatch):
    take(hours(date(2026, 4, 1)), sample("500229-W01", datetime(2026, 4, 1, tzinfo=UTC), DO="9", NH3N="0.1"))
    commit, done = delta.commit, []

    def die(*args, **more):
        if len(done) == 1:
            raise SystemExit
        done.append(commit(*args, **more))

    with monkeypatch.context() as broken:
        broken.setattr(delta, "commit", die)
        with pytest.raises(SystemExit):
            assessed.refresh(LATE)
    assert assessed.read("water_month").num_rows == 0
    assessed.refresh(LATE)
    assert assessed.read("air_day").num_rows == 2
    assert assessed.read("water_month").num_rows == 1


def test_a_year(stations):
    midnight = datetime(2024, 12, 31, 16, tzinfo=UTC)
    values = {("O3_8h" if item == "O3" else item): value for item, value in SIX.items()}
    take([
        Reading("A1", item, "day", midnight + timedelta(days=n), Decimal(str(20 + n % 10) if item == "PM2.5" else value))
        for n in range(365) for item, value in values.items()
    ])  # fmt: skip
    assessed.refresh(LATE)
    (year,) = assessed.read("air_year", station="500229").to_pylist()
    expected = Decimal(sum(20 + n % 10 for n in range(365))) / 365
    assert year["PM2.5_mean"] == round_half_even(expected, "1")
    assert year["O3_8h_p90"] == 90
    assert (year["year"], year["days"], year["good"], year["valid"]) == ("2025", 365, 365, True)


def test_a_year_rests_on_daily_values_before_their_rounding(stations):
    """GB/T 8170 forbids chained rounding: 20.5 and 21.4 are reported as 20 and 21, their mean is 20.95 and not 20.5."""
    midnight = datetime(2024, 12, 31, 16, tzinfo=UTC)
    take([
        Reading("A1", item, "day", midnight + timedelta(days=n), Decimal(("20.5", "21.4")[n % 2]))
        for n in range(364) for item in ("PM2.5", "PM10")
    ])  # fmt: skip
    assessed.refresh(LATE)
    first = day_row("500229", date(2025, 1, 1))
    assert (first["PM2.5"], first["unrounded_PM2.5"]) == (20, Decimal("20.5"))
    (year,) = assessed.read("air_year", station="500229").to_pylist()
    assert (year["PM2.5_mean"], year["PM2.5_p95"]) == (21, 21)


def test_a_table_of_an_earlier_method_is_read_and_assessed_again(stations, monkeypatch):
    take(hours(date(2026, 4, 1)), hours(date(2026, 5, 1)))
    old = pa.schema([field for field in air.DAY_SCHEMA if not field.name.startswith("unrounded_")])
    with monkeypatch.context() as earlier:
        earlier.setattr(air, "DAY_SCHEMA", old)
        earlier.setattr(air, "assess_years", lambda days: air.YEAR_SCHEMA.empty_table())
        earlier.setattr(assessed, "METHOD", 1)
        assessed.refresh(LATE)
    assert day_row("A1", date(2026, 4, 1))["unrounded_PM2.5"] is None
    assert assessed.refresh(LATE)["air_day"] == 4
    assert day_row("A1", date(2026, 4, 1))["unrounded_PM2.5"] == 30


def test_reading_comes_from_memory_and_follows_the_version(stations):
    assert assessed.read("air_day").num_rows == 0
    with pytest.raises(KeyError):
        assessed.read("nothing")
    take(hours(date(2026, 4, 1)))
    assessed.refresh(LATE)
    first = assessed.read("air_day", station="A1")
    assert (
        assessed.read("air_day", station="A1").column("day").chunk(0).buffers()[1].address
        == first["day"].chunk(0).buffers()[1].address
    )
    assert assessed.rows("air_day", station="A1") is assessed.rows("air_day", station="A1")
    assert assessed.read("air_day", station="nobody").num_rows == 0
    take(hours(date(2026, 4, 2)))
    assessed.refresh(LATE)
    assert assessed.read("air_day", station="A1").num_rows == 2
    assert isinstance(first, pa.Table)


def test_latest(stations):
    assert assessed.latest("500229")["air"] == {}
    take(
        hours(date(2026, 4, 1)),
        hours(date(2026, 4, 2), count=9, PM2_5="100"),
        hours(date(2026, 4, 2), "A2", count=9, PM2_5="50"),
    )
    take(sample("500229-W01", datetime(2026, 4, 1, tzinfo=UTC), DO="9", NH3N="0.6"))
    assessed.refresh(LATE)
    found = assessed.latest("500229")
    assert found["air"]["hour"].isoformat() == "2026-04-02T09:00:00+08:00"
    assert (found["air"]["sites"], found["air"]["edition"], found["air"]["primary"]) == (
        2,
        "HJ 633-2026",
        "PM2.5",
    )
    judged = aqi.air_quality_index("hourly", "HJ 633-2026", SIX | {"PM2.5": "75"})
    assert (found["air"]["aqi"], found["air"]["level"]) == (judged.aqi, judged.level)
    assert found["air"]["daily"]["day"] == date(2026, 4, 1)
    river = next(item for item in found["water"] if item["code"] == "500229-W01")
    assert (river["class"], river["met"], river["month"], river["exceeding"]) == (
        "Ⅲ",
        False,
        "2026-04",
        "氨氮(0.20)",
    )
    before = assessed.latest("500229", date(2026, 4, 1))
    assert before["air"]["hour"].isoformat() == "2026-04-02T00:00:00+08:00"


def test_the_lake_is_left_alone_by_an_assessment(stations):
    take(hours(date(2026, 4, 1)))
    version = lake.version()
    assessed.refresh(LATE)
    assert lake.version() == version
