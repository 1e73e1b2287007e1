"""Surface water and lakes: boundaries, and a column gives what a single value gives."""

from datetime import date
from fractions import Fraction

import ibis
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiuzhi.science.expressions import fixed
from jiuzhi.science.standards import (
    drinking_source,
    lake,
    water,
)
from jiuzhi.science.standards.water_body import body_of_section, body_of_word

units = st.one_of(st.none(), st.integers(0, 4000))
days = st.dates(date(2025, 1, 1), date(2027, 12, 31))
quick = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_water_boundaries():
    assert [water.indicator_class("DO", v) for v in ("7.5", "7.499999999", "6", "2", "1.99")] == [
        1,
        2,
        2,
        5,
        6,
    ]
    assert [water.indicator_class("NH3N", v) for v in ("0.15", "0.15000000000001", "2.0", "2.001")] == [
        1,
        2,
        5,
        6,
    ]
    assert [water.indicator_class("pH", v) for v in ("5.99", "6", "9", "9.01")] == [6, 1, 1, 6]
    assert water.indicator_class("COD", 15) == 1  # classes I and II share a limit: the better one
    assert water.indicator_class("DO", "7.0", saturation="90") == 1
    assert [water.indicator_class("TP", "0.06", body=b) for b in ("river", "lake")] == [2, 4]
    assert water.indicator_class("NH3N", None) is None
    assert lake.nitrogen_class("1.2") == 4
    assert water.section_class({"TN": 9, "NH3N": "0.1"}, is_lake=True) == 1  # nitrogen never decides
    assert len(water.CLASS_ITEMS) == 21


@given(st.lists(st.decimals("0", "3", places=3), min_size=1, max_size=9))
def test_mean_class_is_exact(values):
    number, _ = water.mean_class([{"NH3N": value} for value in values])
    mean = sum(map(Fraction, values)) / len(values)
    limits = water.limits("NH3N")
    assert number == next((k for k, limit in enumerate(limits, 1) if mean <= Fraction(limit)), 6)


@quick
@given(
    st.lists(
        st.tuples(st.sampled_from(["0.02", "0.0200001", "0.1", "0.4", "0.41", None]), st.booleans()),
        min_size=1,
        max_size=30,
    )
)
def test_water_columns_equal_single_values(duck, rows):
    table = ibis.memtable(
        {"tp": [tp for tp, _ in rows], "lake": [is_lake for _, is_lake in rows]},
        schema={"tp": "string", "lake": "boolean"},
    )
    found = duck.to_pyarrow(table.select(c=water.body_class("TP", fixed(table.tp, 9), table.lake)))[
        "c"
    ].to_pylist()
    assert found == [water.body_class("TP", tp, is_lake) for tp, is_lake in rows]


def test_river_grades_and_classes_in_words():
    assert [
        water.river_grade(*n) for n in ((9, 0, 10), (8, 0, 10), (7, 1, 10), (6, 2, 10), (2, 4, 10), (1, 0, 4))
    ] == ["优", "良好", "轻度污染", "中度污染", "重度污染", None]
    assert [water.class_number(t) for t in ("Ⅲ", "III类", "劣Ⅴ类", "劣V", "4", "三类", "", "*")] == [
        3,
        3,
        6,
        6,
        4,
        3,
        None,
        None,
    ]
    assert water.change_between(80, 85, 5, 5) == "无明显变化"
    assert water.change_between(60, 80, 10, 5) == "明显好转"


def test_names_tell_lakes_from_rivers():
    lakes = [
        "阳澄湖心",
        "密云水库",
        "丹江口水库坝上",
        "滇池南",
        "烧车淀",
        "坝上中(胡家岭)",
        "湖心岛",
        "巢湖船厂",
        "临淮乡（湖库）",
    ]
    rivers = [
        "水寨子",
        "土堡寨",
        "长诏水库出口",
        "大观河入湖口",
        "汾湖大桥(界标)",
        "入湖口渡口",
        "清河水库入库口",
        "王家坝",
        "大冶湖闸",
    ]
    assert {name: body_of_section(name) for name in lakes} == dict.fromkeys(lakes, "lake")
    assert {name: body_of_section(name) for name in rivers} == dict.fromkeys(rivers, "river")
    assert body_of_section("西山", "太湖") == "lake"
    assert body_of_section("北岸", "白洋淀") == "lake"
    assert [body_of_word(word) for word in ("湖库", "河流", "Lake", "?")] == ["lake", "river", "lake", None]


def test_trophic_columns_equal_single_values(duck):
    table = ibis.memtable({"chla": [10.0, 2.0, None], "TP": [0.05, None, 0.1], "SD": [1.0, 4.0, 1.0]})
    index = lake.trophic_index({name: table[name] for name in ("chla", "TP", "SD")})
    found = duck.to_pyarrow(table.select(i=index, s=lake.trophic_state(index))).to_pylist()
    for row, source in zip(found, ({"chla": 10, "TP": 0.05, "SD": 1}, {"chla": 2, "SD": 4}), strict=False):
        assert row["i"] == pytest.approx(lake.trophic_index(source))
        assert row["s"] == lake.trophic_state(lake.trophic_index(source))
    assert found[2]["i"] is None


def test_drinking_water_source():
    good = {"NH3N": "0.9", "TP": "0.04", "硝酸盐": 10, "铊": "0.0001", "COD": 90, "TN": 9}
    assert drinking_source.judge_source(good, is_lake=True) == drinking_source.Source(True, ())
    bad = drinking_source.judge_source(good | {"铊": "0.00011", "NH3N": "1.1", "锰": "0.1"})
    assert bad == drinking_source.Source(False, ("氨氮", "铊"))
    assert drinking_source.judge_source({"锰": None}).met is None
    assert len(drinking_source.source_limits()) == 85
    with pytest.raises(LookupError):
        drinking_source.within("氦", 1)


def test_main_pollutants_of_a_river_are_ranked_by_rate():
    sections = [
        {"NH3N": 2, "TP": "0.3", "COD": 10},
        {"NH3N": 2, "TP": "0.1", "COD": 10},
        {"NH3N": "0.1", "COD": 10},
    ]
    assert water.main_pollutants_of_river(sections) == [("NH3N", Fraction(2, 3)), ("TP", Fraction(1, 2))]
