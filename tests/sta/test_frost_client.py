"""Fraunhofer's client for SensorThings as a real program against a running server, over TCP and with its own parsing."""

from urllib.parse import unquote

import pytest

from jiuzhi.core import records, tokens

from .conftest import RIVER, person


@pytest.fixture
def service(live_server, transactional_db, measured, lacking):
    """The client with a person's token as the password of HTTP Basic, the one way it can sign in."""
    try:
        import frost_sta_client as client
    except ImportError:
        lacking("frost-sta-client 不在本机：安装 dev 依赖后再运行")
    user = person("program", "monitoring", measured.county)
    _token, text = tokens.issue(user, "客户端", 30, records.SYSTEM)
    entry = client.AuthHandler(username="jiuzhi", password=text)
    return client.SensorThingsService(f"{live_server.url}/sta/v1.1", auth_handler=entry)


def test_lists_and_pages(service):
    things = service.things().query().count().top(2).orderby("@iot.id", "asc").list()
    assert things.count == 3
    assert [t.id for t in things] == ["A'2", "A1", RIVER]  # the third over the next link
    every = service.observations().query().top(30).list()
    assert len({o.id for o in every}) == 101


def test_finds_one_and_walks_its_links(service):
    thing = service.things().find("A1")
    assert thing.name == "县城站"
    assert thing.properties["notice"] == "模拟数据"
    streams = thing.get_datastreams().query().filter("properties/kind eq 'hour'").list().entities
    assert [d.id for d in streams] == ["A1:O3:hour", "A1:PM2.5:hour"]
    assert streams[1].unit_of_measurement.definition == "ucum:ug/m3"
    newest = streams[1].get_observations().query().orderby("phenomenonTime", "desc").top(1).list().entities[0]
    assert (newest.result, newest.parameters["synthetic"]) == (47, True)
    assert newest.phenomenon_time == "2026-11-21T15:00:00Z/2026-11-21T16:00:00Z"


def test_a_code_with_a_slash_and_chinese(service):
    thing = service.things().find(RIVER)
    assert unquote(thing.self_link).endswith(f"/Things('{RIVER}')")
    assert service.things().query().filter(f"@iot.id eq '{RIVER}'").list().entities[0].name == "水寨子"


def test_filters_and_expands(service):
    where = "st_within(location, geography'POLYGON((108 31,108.7 31,108.7 32,108 32,108 31))')"
    place = (
        service.locations()
        .query()
        .filter(where)
        .expand("Things($expand=Datastreams($top=1))")
        .list()
        .entities[0]
    )
    assert place.location["coordinates"] == [108.6649, 31.9475]
    assert place.things.entities[0].datastreams.entities[0].id == "A1:O3:hour"


def test_a_refusal_carries_our_sentence(service, caplog):
    import requests

    with pytest.raises(requests.HTTPError):
        service.things().query().filter("nothing eq 1").list()
    assert "没有属性 nothing" in caplog.text
