"""The requests of QGIS's own SensorThings provider, as its source makes them (src/core/providers/sensorthings, 2023–2026).

QGIS finds the sets by the landing page, counts with $top=0, pages with $top and the next link (whose ``$top=…`` it rewrites), filters by
the type of geometry and the map's extent, and expands with options in parentheses. It stops at a text property that is null.
"""

import re

import pytest

POINT = "location/type eq 'Point' or location/geometry/type eq 'Point'"
LINE = "location/type eq 'LineString' or location/geometry/type eq 'LineString'"
AREA = "observedArea/type eq 'Point' or observedArea/geometry/type eq 'Point'"
FEATURE = "feature/type eq 'Point' or feature/geometry/type eq 'Point'"
WEST = "Polygon ((108 31, 108.7 31, 108.7 32, 108 32, 108 31))"
SEA = "Polygon ((120 20, 121 20, 121 21, 120 21, 120 20))"


def extent(field, wkt):
    return f"geo.intersects({field}, geography'{wkt}')"


# What is asked for → how many are counted, ids of the page
REQUESTS = [
    # QgsSensorThingsUtils::availableGeometryTypes, QgsSensorThingsSharedData::featureCount
    ("/Locations?$top=0&$count=true", 2, []),
    (f"/Locations?$top=0&$count=true&$filter={POINT}", 2, []),
    (f"/Locations?$top=0&$count=true&$filter={LINE}", 0, []),
    (f"/Datastreams?$top=0&$count=true&$filter={AREA}", 4, []),
    (f"/FeaturesOfInterest?$top=0&$count=true&$filter={FEATURE}", 2, []),
    ("/Observations?$top=0&$count=true", 101, []),
    # getFeature: the pages of a layer
    (f"/Locations?$top=200&$count=false&$filter={POINT}", None, ["A'2", "A1"]),
    ("/Things?$top=200&$count=false", None, ["A'2", "A1", "重庆市/水寨子"]),
    ("/Things?$top=2&$count=false", None, ["A'2", "A1"]),
    ("/HistoricalLocations?$top=200&$count=false", None, ["A'2", "A1"]),
    # getFeatureIdsInExtent, with a person's own filter as the third
    (f"/Locations?$top=200&$count=false&$filter=({POINT}) and ({extent('location', WEST)})", None, ["A1"]),
    (f"/Locations?$top=200&$count=false&$filter=({POINT}) and ({extent('location', SEA)})", None, []),
    (f"/Locations?$top=0&$count=true&$filter=({POINT}) and ({extent('location', WEST)}) and (name eq '高观站')", 0, []),
    (f"/FeaturesOfInterest?$top=200&$count=false&$filter=({FEATURE}) and ({extent('feature', WEST)})", None, ["A1"]),
    (
        f"/Datastreams?$top=200&$count=false&$filter=({AREA}) and ({extent('observedArea', WEST)})", None,
        ["A1:O3:hour", "A1:PM2.5:day", "A1:PM2.5:hour"],
    ),
    # fetchAvailable…, with QgsSensorThingsUtils::asQueryString
    (
        f"/Locations?$top=200&$count=false&$filter={POINT}"
        "&$expand=Things($top=100;$expand=Datastreams($top=10;$expand=Observations($orderby=phenomenonTime desc;$top=100)))",
        None, ["A'2", "A1"],
    ),
    ("/Datastreams?$top=200&$count=false&$expand=Observations($orderby=phenomenonTime desc;$top=1;$filter=result gt 46)", None, None),
    ("/Datastreams?$top=200&$count=false&$expand=ObservedProperty", None, None),
]  # fmt: skip


@pytest.mark.parametrize(("path", "count", "ids"), REQUESTS)
def test_a_request_of_qgis(ask, path, count, ids):
    page = ask.get(path)
    assert page.get("@iot.count") == count
    if ids is not None:
        assert [one["@iot.id"] for one in page["value"]] == ids


def test_the_landing_page_tells_qgis_the_version_and_the_sets(client, db):
    page = client.get("/sta/v1.1").json()
    models = [c for c in page["serverSettings"]["conformance"] if re.search(r"/datamodel\b", c)]
    assert re.search(r"\d+\.\d+", models[0]).group() == "1.1"
    assert not any("multi-datastream" in c for c in page["serverSettings"]["conformance"])
    assert {s["name"] for s in page["value"]} == {
        "Things", "Locations", "HistoricalLocations", "Datastreams", "Sensors", "ObservedProperties", "Observations",
        "FeaturesOfInterest",
    }  # fmt: skip
    assert all(s["url"] == f"http://testserver/sta/v1.1/{s['name']}" for s in page["value"])


def test_qgis_walks_to_the_end_by_next_links(ask):
    page = ask.get("/Observations?$top=40&$count=false")
    seen = [one["@iot.id"] for one in page["value"]]
    while link := page.get("@iot.nextLink"):
        # QGIS looks for this and asks for fewer when its own limit is near.
        assert re.search(r"\$top=\d+", link)
        page = ask.follow(re.sub(r"\$top=\d+", "$top=7", link))
        seen += [one["@iot.id"] for one in page["value"]]
    assert len(seen) == len(set(seen)) == 101
    assert "@iot.nextLink" not in ask.get("/Observations?$top=0&$count=true")  # it would lead nowhere


@pytest.mark.parametrize(
    "plural", ["Things", "Locations", "Datastreams", "Sensors", "ObservedProperties", "FeaturesOfInterest"]
)
def test_no_text_that_qgis_reads_is_null(ask, plural):
    for one in ask.get(f"/{plural}")["value"]:
        assert isinstance(one["@iot.id"], str)
        assert all(value is not None for value in one.values())
        for name in {"name", "description", "metadata", "definition", "observationType"} & set(one):
            assert isinstance(one[name], str)


def test_expanded_entities_come_in_the_order_and_number_asked_for(ask):
    page = ask.get(
        "/Locations?$expand=Things($select=name;$expand=Datastreams($top=1;$orderby=name desc;$count=true;"
        "$expand=Observations($orderby=phenomenonTime desc;$top=2;$select=result)))"
    )
    thing = page["value"][1]["Things"][0]
    assert set(thing) == {"name", "Datastreams", "Datastreams@iot.count", "Datastreams@iot.nextLink"}
    assert thing["Datastreams@iot.count"] == 3
    stream = thing["Datastreams"][0]
    assert stream["@iot.id"] == "A1:O3:hour"
    assert [o["result"] for o in stream["Observations"]] == [53, 54]
    rest = ask.follow(thing["Datastreams@iot.nextLink"])
    assert [d["@iot.id"] for d in rest["value"]] == ["A1:PM2.5:day"]
    assert [o["result"] for o in rest["value"][0]["Observations"]] == [23.5]
    more = ask.follow(stream["Observations@iot.nextLink"])
    assert [o["result"] for o in more["value"]] == [55, 56]
