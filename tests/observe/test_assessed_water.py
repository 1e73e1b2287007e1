"""From samples and automatic readings to the class of a section."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from jiuzhi.engine.observe import assessed
from jiuzhi.engine.observe.assessed import water
from tests.observe.messages import sample, take

pytestmark = pytest.mark.django_db
LATE = date(2026, 12, 31)


def test_the_mean_of_a_month_is_judged_exactly(stations):
    take(
        *(
            sample("500229-W01", datetime(2026, 4, n, tzinfo=UTC), TP=value)
            for n, value in ((1, "0.1"), (8, "0.1"), (15, "0.1"))
        )
    )
    take(
        sample("L1", datetime(2026, 4, 1, tzinfo=UTC), TP="0.05"),
        sample("L1", datetime(2026, 4, 2, tzinfo=UTC), TP="0.050001"),
    )
    assessed.refresh(LATE)
    river = assessed.rows("water_month", station="500229-W01")[0]
    lake_row = assessed.rows("water_month", station="L1")[0]
    assert (river["class"], river["n"], river["met"], river["exceeding"]) == ("Ⅱ", 3, True, "")
    assert (lake_row["class"], lake_row["met"]) == ("Ⅳ", False)
    assert lake_row["exceeding"] == "总磷(0.00)"


def test_items_that_exceed_with_their_multiple(stations):
    take(sample("500229-W01", datetime(2026, 4, 1, tzinfo=UTC), TP="0.25", NH3N="0.6", pH="9.3", DO="4"))
    assessed.refresh(LATE)
    row = assessed.rows("water_month", station="500229-W01")[0]
    assert (row["class"], row["class_number"], row["target"], row["met"]) == ("劣Ⅴ", 6, "Ⅱ", False)
    assert set(row["exceeding"].split("、")) == {"pH", "总磷(1.50)", "溶解氧", "氨氮(0.20)"}


def test_not_detected_counts_half(stations):
    take(sample("500229-W01", datetime(2026, 4, 1, tzinfo=UTC), NH3N="0.3L"))
    assessed.refresh(LATE)
    row = assessed.rows("water_month", station="500229-W01")[0]
    assert row["NH3N"] == Decimal("0.15")
    assert row["class"] == "Ⅰ"  # half of 0.3 is the limit of class Ⅰ


def test_nitrogen_is_shown_but_not_judged(stations):
    take(sample("500229-W01", datetime(2026, 4, 1, tzinfo=UTC), NH3N="0.1", TN="9"))
    assessed.refresh(LATE)
    row = assessed.rows("water_month", station="500229-W01")[0]
    assert (row["TN"], row["class"]) == (9, "Ⅰ")


def test_the_automatic_station_speaks_where_it_delivers(stations):
    days = [datetime(2026, 4, n, tzinfo=UTC) for n in range(1, 16)]
    take(*(sample("500229-W01", day, kind="4h", NH3N="0.1") for day in days))
    take(sample("500229-W01", datetime(2026, 4, 9, 3, tzinfo=UTC), NH3N="0.9", BOD5="5"))
    assessed.refresh(LATE)
    row = assessed.rows("water_month", station="500229-W01")[0]
    assert (row["NH3N"], row["BOD5"], row["source"], row["days"]) == (Decimal("0.1"), 5, "both", 15)


def test_else_the_sample_taken_by_hand(stations):
    days = [datetime(2026, 4, n, tzinfo=UTC) for n in range(1, 15)]
    take(*(sample("500229-W01", day, kind="4h", NH3N="0.1") for day in days))
    take(sample("500229-W01", datetime(2026, 4, 9, 3, tzinfo=UTC), NH3N="0.9"))
    assessed.refresh(LATE)
    assert assessed.rows("water_month", station="500229-W01")[0]["NH3N"] == Decimal("0.9")
    assessed.refresh(date(2026, 4, 20))  # of 20 days, 14 are enough
    assert assessed.rows("water_month", station="500229-W01")[0]["NH3N"] == Decimal("0.1")


def test_the_shown_mean_is_exact(stations):
    moments = [datetime(2026, 4, n, tzinfo=UTC) for n in (1, 2, 3)]
    algae = ("5000000000", "5000000000", "4999999999")
    take(
        *(
            sample("L1", m, algae=a, NH3N=n)
            for m, a, n in zip(moments, algae, ("0.1", "0.1", "0.100001"), strict=True)
        )
    )
    assessed.refresh(LATE)
    row = assessed.rows("water_month", station="L1")[0]
    assert (row["algae"], row["NH3N"]) == (Decimal("4999999999.666667"), Decimal("0.1"))


def test_trophic_state_of_a_lake(stations):
    values = {"chla": "10", "TP": "0.05", "TN": "1", "SD": "1", "CODMn": "4"}
    take(sample("L1", datetime(2026, 4, 1, tzinfo=UTC), **values))
    assessed.refresh(LATE)
    from jiuzhi.science.standards.lake import trophic_index

    row = assessed.rows("water_month", station="L1")[0]
    expected = trophic_index({item: Decimal(value) for item, value in values.items()})
    assert row["tli"] == Decimal(str(expected)).quantize(Decimal("0.001"))
    assert row["trophic_state"] == "中营养"


def test_the_trophic_state_is_told_before_the_index_is_rounded(stations, monkeypatch):
    monkeypatch.setattr(water, "trophic_index", lambda values: 50.0004)
    take(sample("L1", datetime(2026, 4, 1, tzinfo=UTC), chla="10", TP="0.05"))
    assessed.refresh(LATE)
    row = assessed.rows("water_month", station="L1")[0]
    assert (row["tli"], row["trophic_state"]) == (50, "轻度富营养")
