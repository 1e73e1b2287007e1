"""What the entities say, how addresses lead to them, and how a page is cut."""

import json

import pytest

from jiuzhi.interfaces.sta import answers
from jiuzhi.interfaces.sta.entities import SETS, TYPES

from .conftest import RIVER, START, keep, observation

HOUR = "A1:PM2.5:hour:20261119T160000Z"


def test_every_link_leads_to_what_it_says(ask):
    """From each entity over each link: an answer of the right type, and back again the same entity."""
    for plural, kind in SETS.items():
        for one in ask.get(f"/{plural}?$top=3")["value"]:
            assert ask.follow(one["@iot.selfLink"]) == one
            for name, link in kind.links.items():
                found = ask.follow(one[f"{name}@iot.navigationLink"])
                others = found["value"] if link.many else [found]
                target = TYPES[link.target]
                assert all(f"/{target.plural}(" in other["@iot.selfLink"] for other in others)
                expanded = ask.follow(f"{one['@iot.selfLink']}?$expand={name}")[name]
                assert expanded == (others if link.many else found)


def test_a_value_is_the_latest_revision_exact_and_marked(ask):
    found = ask.get(f"/Observations('{HOUR}')")
    assert b'"result":0.125,' in ask.raw(f"/Observations('{HOUR}')").content
    assert found["phenomenonTime"] == "2026-11-19T16:00:00Z/2026-11-19T17:00:00Z"
    assert found["resultTime"] == "2026-11-19T17:00:00Z"
    assert found["resultQuality"] == {"flag": 0, "qualifier": ""}
    assert found["parameters"] == {
        "raw": "0.125", "unit": "µg/m³", "revision": 2, "synthetic": True, "notice": "模拟数据",
    }  # fmt: skip


def test_a_sample_is_a_moment_a_month_is_local(ask):
    sample = ask.get(f"/Datastreams('{RIVER}:NH3N:sample')/Observations")["value"][0]
    assert sample["phenomenonTime"] == sample["resultTime"] == "2026-09-03T02:30:00Z"
    assert sample["resultQuality"]["qualifier"] == "L"
    from datetime import UTC, datetime

    keep([observation(RIVER, "NH3N", "month", datetime(2026, 1, 31, 16, tzinfo=UTC), "0.2", unit="mg/L")], 3)
    month = ask.get(f"/Datastreams('{RIVER}:NH3N:month')/Observations")["value"][0]
    assert month["phenomenonTime"] == "2026-01-31T16:00:00Z/2026-02-28T16:00:00Z"
    asked = "/Observations?$filter=resultTime eq 2026-02-28T16:00:00Z"
    assert ask.get(asked)["value"] == [month]


def test_a_withdrawn_value_is_no_observation(ask):
    withdrawn = observation("A1", "PM2.5", "hour", START, 0, synthetic=True) | {"value": None}
    keep([withdrawn], 3)
    ask.refused(f"/Observations('{HOUR}')", 404)
    assert ask.get("/Observations?$top=0&$count=true")["@iot.count"] == 100


def test_simulated_data_is_marked_wherever_it_shows(ask):
    for path in (
        "/Things('A1')",
        "/Locations('A1')",
        "/FeaturesOfInterest('A1')",
        "/Datastreams('A1:PM2.5:hour')",
    ):
        assert ask.get(path)["properties"]["notice"] == "模拟数据"
    assert ask.get("/Things('A''2')")["properties"]["synthetic"] is False


def test_stations_without_a_place_are_things_without_a_location(ask):
    assert ask.ids("/Things") == ["A'2", "A1", RIVER]
    assert ask.ids("/Locations") == ["A'2", "A1"]
    assert ask.ids(f"/Things('{RIVER}')/Locations") == []
    assert ask.get(f"/FeaturesOfInterest('{RIVER}')")["feature"]["geometry"] is None
    assert "observedArea" not in ask.get(f"/Datastreams('{RIVER}:NH3N:sample')")


def test_the_stream_says_its_unit_and_times(ask):
    stream = ask.get("/Datastreams('A1:PM2.5:hour')")
    assert stream["unitOfMeasurement"] == {
        "name": "微克每立方米",
        "symbol": "µg/m³",
        "definition": "ucum:ug/m3",
    }
    assert stream["phenomenonTime"] == "2026-11-19T16:00:00Z/2026-11-21T16:00:00Z"
    assert stream["resultTime"] == "2026-11-19T17:00:00Z/2026-11-21T16:00:00Z"
    assert stream["observedArea"] == {"type": "Point", "coordinates": [108.6649, 31.9475]}


def test_a_new_value_moves_the_stream_at_once(ask):
    from datetime import timedelta

    keep([observation("A1", "PM2.5", "hour", START + timedelta(days=40), 5, synthetic=True)], 3)
    assert ask.get("/Datastreams('A1:PM2.5:hour')")["phenomenonTime"].endswith("/2026-12-29T17:00:00Z")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/Things('A1')/name", {"name": "县城站"}),
        ("/Things('A1')/properties/level", {"level": "county"}),
        ("/Things('A1')/@iot.id", {"@iot.id": "A1"}),
        ("/Things('A''2')/name", {"name": "高观站"}),
        (f"/Things('{RIVER}')/name", {"name": "水寨子"}),
        ("/Datastreams('A1:O3:hour')/Thing/Locations('A1')/name", {"name": "县城站"}),
        (f"/Observations('{HOUR}')/Datastream/ObservedProperty/name", {"name": "细颗粒物"}),
        (f"/Observations('{HOUR}')/result", {"result": 0.125}),
        ("/Things('A1')/$ref", {"@iot.selfLink": "http://testserver/sta/v1.1/Things('A1')"}),
    ],
)
def test_addresses_below_an_entity(ask, path, said):
    assert ask.get(path) == said


def test_a_bare_value_and_an_empty_one(ask):
    assert ask.raw("/Things('A1')/name/$value").content.decode() == "县城站"
    assert json.loads(ask.raw("/Locations('A1')/location/$value").content)["type"] == "Point"
    assert ask.raw(f"/Datastreams('{RIVER}:NH3N:sample')/observedArea").status_code == 204


def test_references_are_paged_too(ask):
    page = ask.get("/Things/$ref?$top=1&$count=true")
    assert page["@iot.count"] == 3
    assert page["value"] == [{"@iot.selfLink": "http://testserver/sta/v1.1/Things('A%27%272')"}]
    assert ask.follow(page["@iot.nextLink"])["value"] == [
        {"@iot.selfLink": "http://testserver/sta/v1.1/Things('A1')"}
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/Nothing", "/things", "/Things('X')", "/Things(1)", "/Things('A1')/Nothing", "/Things('A1')/Thing", "/Things/name",
        "/Things('A1')/properties/nothing", "/Things('A1')('A1')", "/Things('A1", "/Things('A1')/$value", "/Things/$count",
        "/Datastreams('A1:O3:hour')/Thing('A1')", "/Observations('A1:O3:hour:x')", "/Observations('x')", "/Observations('')",
        "/Things('A1')/Datastreams('B1:PM2.5:hour')", f"/Things('A''2')/Datastreams('A1:O3:hour')/Observations('{HOUR}')",
        f"/Datastreams('A1:O3:hour')/Observations('{HOUR}')", "/Things('A1')/$ref/name", "/Things('A1')/name/$ref", "/$metadata",
        "/Things('A1')/name/$value/name",
    ],
)  # fmt: skip
def test_what_is_not_there_is_said_so(ask, path):
    ask.refused(path, 404)


def test_select_keeps_what_is_named(ask):
    assert ask.get("/Things('A1')?$select=name,id") == {"@iot.id": "A1", "name": "县城站"}
    assert list(ask.get("/Things('A1')?$select=Datastreams")) == ["Datastreams@iot.navigationLink"]


def test_observations_as_tables(ask):
    page = ask.get(
        "/Observations?resultFormat=dataArray&$select=id,result,Datastream&$top=2&$orderby=phenomenonTime desc&$count=true"
    )
    assert page["@iot.count"] == 101
    assert [t["components"] for t in page["value"]] == [["id", "result"]] * 2
    assert page["value"][0]["dataArray"] == [["A1:O3:hour:20261121T150000Z", 53]]
    assert ask.follow(page["@iot.nextLink"])["value"][0]["dataArray@iot.count"] == 1
    ask.refused("/Things?resultFormat=dataArray")
    ask.refused("/Observations?resultFormat=csv")
    ask.refused("/Observations?resultFormat=dataArray&$expand=Datastream", 501)


def test_pages_are_bounded_and_say_that_more_follows(ask):
    page = ask.get("/Observations?$top=999999&$filter=Datastream/@iot.id eq 'A1:O3:hour'")
    assert len(page["value"]) == 48
    assert len(ask.get("/Observations")["value"]) == 100
    assert ask.ids("/Things?$skip=2") == [RIVER]
    assert ask.ids("/Things?$skip=9") == []
    assert ask.ids("/Observations?$skip=100&$top=5") == [
        ask.ids("/Observations?$top=1&$orderby=phenomenonTime desc,id desc")[0]
    ]


def test_a_page_too_dear_ends_early_and_goes_on(ask, monkeypatch):
    whole = ask.get("/Things?$expand=Datastreams/Observations")["value"]
    monkeypatch.setattr(answers, "WORK", 150)
    page = ask.get("/Things?$expand=Datastreams/Observations")
    seen = page["value"]
    assert len(seen) < 3
    while link := page.get("@iot.nextLink"):
        page = ask.follow(link)
        seen += page["value"]
    assert [s["@iot.id"] for s in seen] == [w["@iot.id"] for w in whole]
    inner = seen[1]
    ids = [d["@iot.id"] for d in inner["Datastreams"]]
    if link := inner.get("Datastreams@iot.nextLink"):
        ids += [d["@iot.id"] for d in ask.follow(link)["value"]]
    assert ids[:2] == ["A1:O3:hour", "A1:PM2.5:day"]


@pytest.mark.parametrize(
    "query",
    [
        "$top=-1", "$top=a", "$skip=1.5", "$count=yes", "$top=1&$top=2", "$select=nothing", "$expand=Nothing", "$expand=Things(",
        "$expand=Datastreams($top=x)", "$expand=Datastreams($top=1;$top=2)", "$orderby=nothing", "$orderby=properties",
        "$expand=Datastreams/Observations/Datastream/Observations/Datastream", "$select=", "$filter=", "$expand=Datastreams()",
    ],
)  # fmt: skip
def test_options_that_cannot_be_read(ask, query):
    ask.refused(f"/Things?{query}")


@pytest.mark.parametrize("query", ["$search=a", "$apply=x", "$format=json", "$expand=Datastreams($levels=2)"])
def test_options_that_are_not_offered(ask, query):
    ask.refused(f"/Things?{query}", 501)


def test_one_entity_takes_select_and_expand_alone(ask):
    ask.refused("/Things('A1')?$top=1")
    ask.refused("/Things('A1')/name?$select=name")


def test_ids_and_links_agree_in_an_expanded_entity(ask):
    found = ask.get(f"/Observations('{HOUR}')?$expand=Datastream($expand=Sensor,Thing),FeatureOfInterest")
    assert found["Datastream"]["Sensor"]["name"] == "仪器未登记"
    assert found["Datastream"]["Thing"]["@iot.id"] == found["FeatureOfInterest"]["@iot.id"] == "A1"
    json.dumps(found)
