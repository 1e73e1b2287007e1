"""$filter and $orderby: in Python over the few, in the lake's SQL over values, and the same on both sides."""

import pytest

from jiuzhi.core.models import Org
from jiuzhi.interfaces.sta import evaluate, functions, pushdown
from jiuzhi.interfaces.sta.entities import TYPES
from jiuzhi.interfaces.sta.reader import parse
from jiuzhi.interfaces.sta.rows import Scene

from .conftest import RIVER

OBSERVATION = TYPES["Observation"]
TEN = "2026-11-20T02:00:00Z"  # ten o'clock in China: hour 10


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ("name eq '县城站'", ["A1"]),
        ("name ne '县城站'", ["A'2", RIVER]),
        ("not (name eq '县城站')", ["A'2", RIVER]),
        ("@iot.id eq 'A''2'", ["A'2"]),
        ("id in_valid", None),
        ("substringof('城', name) or properties/kind eq 'river'", ["A1", RIVER]),
        ("startswith(name,'水') and endswith(name,'子')", [RIVER]),
        ("length(name) eq 3 and indexof(name, '观') eq 1", ["A'2"]),
        ("substring(@iot.id, 0, 2) eq concat('A','1')", ["A1"]),
        ("toupper(tolower(@iot.id)) eq 'A1' and trim(' a ') eq 'a'", ["A1"]),
        ("properties/synthetic eq true", ["A1"]),
        ("properties/nothing eq null", ["A'2", "A1", RIVER]),
        ("properties/nothing ne null or properties/nothing gt 3", []),
        ("Datastreams/ObservedProperty/@iot.id eq 'O3'", ["A1"]),
        ("Datastreams/name ne null", ["A'2", "A1", RIVER]),
        ("Locations/location/type eq 'Point'", ["A'2", "A1"]),
        ("geo.distance(Locations/location, geography'POINT(108.6649 31.9475)') lt 0.001", ["A1"]),
        ("st_within(Locations/location, geography'POLYGON((108.8 31,109 31,109 32,108.8 32,108.8 31))')", ["A'2"]),
        ("Datastreams/phenomenonTime ge 2026-11-01", ["A'2", "A1"]),
        ("year(Datastreams/resultTime) eq 2026 and day(Datastreams/resultTime) eq 3", [RIVER]),
        ("HistoricalLocations/time lt now() or HistoricalLocations/time ge now()", ["A'2", "A1"]),
        ("HistoricalLocations/time gt mindatetime() and HistoricalLocations/time lt maxdatetime()", ["A'2", "A1"]),
        ("1 add 2 mul 3 eq 7 and 7 mod 4 eq 3 and 9 div 3 eq 3 and -1 lt 0 and 1 div 0 eq null", ["A'2", "A1", RIVER]),
        ("round(2.5) eq 3 and floor(2.5) eq 2 and ceiling(2.5) eq 3", ["A'2", "A1", RIVER]),
        ("true", ["A'2", "A1", RIVER]),
        ("null", []),
    ],
)  # fmt: skip
def test_things_are_filtered(ask, asked, ids):
    if ids is None:
        ask.refused(f"/Things?$filter={asked}")
    else:
        assert ask.ids(f"/Things?$filter={asked.replace('+', '%2B')}") == ids


# Each worked out in SQL, and again in Python over every value.
VALUES = [
    ("result gt 45", 50), ("result ge 0.125 and result lt 1", 3), ("result eq 0.125", 1), ("result eq 0.1250000001", 0),
    ("result lt 1e30 and result gt -1E2", 101), ("result gt 1e12", 0), ("result ne null", 101), ("result eq null", 0),
    ("not (result gt 45)", 51), ("not (result gt 45 or result lt 5)", 43),
    (f"phenomenonTime eq {TEN}", 2), (f"phenomenonTime ge {TEN} and phenomenonTime lt 2026-11-20T04:00:00Z", 4),
    ("phenomenonTime ge 2026-11-20T10:00:00+08:00 and phenomenonTime lt 2026-11-20T12:00:00 08:00", 4),
    (f"{TEN} gt phenomenonTime", 25), (f"resultTime eq {TEN}", 2), ("resultTime lt 2026-10-01", 1),
    ("phenomenonTime lt now() or phenomenonTime gt now()", 101),
    ("hour(phenomenonTime) eq 2", 7), ("year(phenomenonTime) eq 2026 and month(phenomenonTime) eq 9", 1),
    ("date(phenomenonTime) eq 2026-11-20", 48), ("minute(phenomenonTime) eq 30 and second(phenomenonTime) eq 0", 3),
    ("fractionalseconds(phenomenonTime) eq 0 and totaloffsetminutes(phenomenonTime) eq 0", 101),
    ("resultQuality/qualifier eq 'L'", 1), ("resultQuality/flag eq 0", 101), ("parameters/synthetic eq true", 48),
    ("parameters/unit eq 'mg/L'", 3), ("parameters/revision gt 1", 1), ("startswith(parameters/raw, '4')", 9),
    ("substringof('5', parameters/raw)", 18), ("contains(parameters/raw, '.')", 5), ("endswith(parameters/raw, '5')", 12),
    ("length(parameters/raw) gt 2", 6), ("indexof(parameters/raw, '3') eq 0", 11), ("substring(parameters/raw, 1) eq '5'", 9),
    ("substring(parameters/raw, 0, 1) eq '4'", 9), ("toupper(concat(parameters/raw, 'x')) eq '7X'", 2),
    ("tolower(trim(parameters/unit)) eq 'mg/l'", 3), ("floor(result) eq 23", 2), ("ceiling(result) eq 24", 2), ("round(result) eq 24", 2),
    ("result add 1 eq 8", 2), ("result sub 1 gt 98", 1), ("result mul 2 eq 0.25", 1), ("result mod 10 eq 3", 10), ("result div 4 eq 2", 1),
    ("-result lt -99", 1),
    ("Datastream/@iot.id eq 'A1:O3:hour'", 48), ("Datastream/ObservedProperty/name eq '臭氧' and result gt 98", 2),
    ("FeatureOfInterest/@iot.id eq 'A1' and Datastream/properties/kind eq 'day'", 1),
    ("geo.intersects(FeatureOfInterest/feature, geography'POLYGON((108 31,108.7 31,108.7 32,108 32,108 31))')", 97),
    ("Datastream/ObservedProperty/@iot.id eq 'NH3N' or result gt 99", 4), ("Datastream/@iot.id eq 'nothing' or result gt 99", 1),
    ("not (Datastream/ObservedProperty/@iot.id eq 'NH3N') and result lt 1", 1), ("Datastream/@iot.id eq 'B1:PM2.5:hour'", 0),
    ("@iot.id eq 'A1:PM2.5:hour:20261119T160000Z'", 1), ("1 eq 1", 101), ("false", 0), ("result gt 3 and true", 94),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "count"), VALUES)
def test_values_are_filtered_in_sql_as_in_python(ask, measured, asked, count):
    found = ask.client.get(
        "/sta/v1.1/Observations", {"$filter": asked, "$count": "true", "$top": "1000"}
    ).json()
    assert found.get("@iot.count") == count
    scene = Scene(Org.objects.filter(code="500229"))
    node = parse({"$filter": asked}).filter
    every = [scene.find_value(scene.streams.values(), i) for i in ask.ids("/Observations?$top=1000")]
    same = {v.id for v in every if evaluate.holds(node, OBSERVATION, v, scene)}
    assert {one["@iot.id"] for one in found["value"]} == same


@pytest.mark.parametrize(
    "asked",
    [
        "result", "result gt '3'", "result gt 'x' or true", "phenomenonTime gt '2026-01-01'", "nothing eq 1",
        "Datastream eq 1", "Datastream/nothing eq 1", "result gt", "(result gt 1", "result gt 1)", "result >= 1", "length(result) gt 1",
        "length() gt 1", "not result", "result gt 1 and 3", "result gt 1e99", "phenomenonTime gt 2026-13-01", "'a",
        "geo.intersects(FeatureOfInterest/feature, geography'CIRCLE(1 1)')", "geo.intersects(FeatureOfInterest/feature, geography'POINT(1'",
        "geo.intersects(FeatureOfInterest/feature, 'x')", "((((((((((((((((((((((((((((((((((((((1))))))))))))))))))))))))))))))))))))))",
        "result mul result mul result mul result mul result gt 1",
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_worked_out_is_refused(ask, asked):
    ask.refused(f"/Observations?$filter={asked}")


@pytest.mark.parametrize(
    "asked", ["time(phenomenonTime) eq 1", "nothing(1)", "result eq Datastream/name", "resultQuality eq 0"]
)
def test_a_filter_beyond_the_service_is_said_so(ask, asked):
    ask.refused(f"/Observations?$filter={asked}", 501)


def test_things_are_not_filtered_by_all_their_values(ask):
    ask.refused("/Things?$filter=Datastreams/Observations/result gt 5", 501)


def test_nothing_a_person_writes_becomes_sql(ask):
    for text in ("' OR 1=1 --", "'; DROP TABLE x; --", '" OR true', "%", "\\' OR true"):
        written = text.replace("'", "''")
        for field in ("parameters/raw", "Datastream/name", "@iot.id"):
            assert ask.ids(f"/Observations?$filter={field} eq '{written}'".replace(";", "%3B")) == []
    sql = pushdown.wanted(
        parse({"$filter": "parameters/raw eq 'secret' and result gt 7"}).filter, [], Scene([])
    )
    assert "secret" not in sql.where
    assert "7" not in sql.where


def test_order(ask):
    assert ask.ids("/Things?$orderby=name desc") == ["A'2", RIVER, "A1"]  # 高 水 县, as they stand in Unicode
    assert ask.ids("/Things?$orderby=properties/kind desc,@iot.id") == [RIVER, "A'2", "A1"]
    assert ask.ids("/Things?$orderby=properties/nothing,name asc") == ["A1", RIVER, "A'2"]
    best = ask.get("/Observations?$orderby=result desc&$top=3&$select=result")["value"]
    assert [o["result"] for o in best] == [100, 99, 98]
    last = ask.ids("/Observations?$orderby=resultTime desc&$top=2")
    assert last == ask.ids("/Observations?$orderby=phenomenonTime desc&$top=2")
    ask.refused("/Observations?$orderby=Datastream/name", 501)
    ask.refused("/Observations?$orderby=result&$skip=20000")


def test_every_function_offered_is_tried():
    tried = " ".join(asked for asked, *_ in VALUES) + " ".join(functions.COMPARISONS)
    for name, one in functions.FUNCTIONS.items():
        if one.sql:
            assert name.partition("/")[0] in tried
