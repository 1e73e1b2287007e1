"""Soil limits: bands and classes on their borders, against the values the standards print."""

from decimal import Decimal as D

import pytest

from jiuzhi.science.standards import soil, tables


@pytest.mark.parametrize(
    ("item", "use", "ph", "value", "grade"),
    [
        ("镉", "水田", "5.5", "0.3", 0), ("镉", "水田", "5.5", "0.301", 1), ("镉", "水田", "5.6", "0.4", 0),
        ("镉", "其他", "5.6", "0.31", 1), ("镉", "其他", "7.6", "4", 1), ("镉", "其他", "7.6", "4.001", 2),
        ("砷", "水田", "5.4", "200", 1), ("砷", "水田", "7.6", "101", 2), ("铜", "果园", "6", "100", 0), ("铜", "其他", "6", "100", 1),
        ("锌", "其他", "8", "9999", 1),
    ],
)  # fmt: skip
def test_farmland(item, use, ph, value, grade) -> None:
    assert soil.farm_grade(item, use, D(ph), D(value)) == soil.GRADES[grade]


def test_farmland_without_ph_cannot_be_judged() -> None:
    assert soil.farm_grade("镉", "水田", None, D("0.01")) is None
    assert soil.farm_grade("锰", "水田", D(7), D(900)) is None


@pytest.mark.parametrize(
    ("item", "use_class", "value", "grade"),
    [("砷", 1, "20", 0), ("砷", 1, "20.1", 1), ("砷", 2, "60", 0), ("砷", 2, "140.1", 2), ("铅", 1, "801", 2), ("铅", 2, "801", 1)],
)  # fmt: skip
def test_building_land(item, use_class, value, grade) -> None:
    assert soil.land_grade(item, use_class, D(value)) == soil.GRADES[grade]


def test_background_excuses_arsenic_only() -> None:
    assert soil.land_grade("砷", 1, D(25), background=D(26)) == soil.GRADES[0]
    assert soil.land_grade("砷", 1, D(27), background=D(26)) == soil.GRADES[1]
    assert soil.land_grade("镉", 1, D(25), background=D(26)) == soil.GRADES[1]
    assert soil.land_grade("锰", 1, D(25)) is None
    with pytest.raises(ValueError, match="class 3"):
        soil.land_limits("砷", 3)


def test_tables_are_whole_and_screening_never_above_control() -> None:
    assert len(soil.land_items()) == 46
    for item in soil.land_items():
        (low_1, high_1), (low_2, high_2) = soil.land_limits(item, 1), soil.land_limits(item, 2)
        assert low_1 <= high_1, item
        assert low_2 <= high_2, item
        assert low_1 <= low_2, item
    for item in soil.FARM_ITEMS:
        for ph in ("5", "6", "7", "8"):
            low, high = (soil.farm_limit(k, item, "其他", D(ph)) for k in ("screening", "control"))
            assert low < (high or 9999), (item, ph)
    assert {r["item"] for r in tables.rows("soil_farm_limits")} == set(soil.FARM_ITEMS)
