"""Who may read: nobody without a name, each the counties granted, and nobody may write."""

import base64

import pytest
from django.test import Client

from .conftest import BASE, Asker, person

PATHS = [
    "/Things",
    "/Locations",
    "/Datastreams",
    "/Observations",
    "/Sensors",
    "/FeaturesOfInterest",
    "/ObservedProperties",
    "/Nothing",
]


def refused(answer, status):
    assert answer.status_code == status, answer.content.decode()
    assert answer["Content-Type"] == "application/json; charset=utf-8"
    found = answer.json()
    assert set(found) == {"code", "type", "message"}
    assert found["code"] == status
    return found["message"]


@pytest.mark.parametrize("path", PATHS)
def test_the_public_sees_no_station_as_on_the_public_pages(measured, client, path):
    answer = client.get(BASE + path)
    assert "jz_" in refused(answer, 401)
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_wrong_token_is_refused_and_after_some_the_door_is_shut(measured, client):
    for _ in range(20):
        answer = client.get(f"{BASE}/Things", headers={"Authorization": "Bearer jz_0_x"})
        if answer.status_code == 429:
            break
        refused(answer, 401)
    assert refused(answer, 429)
    assert answer["Retry-After"]


@pytest.mark.parametrize(
    "header", ["Basic", "Basic !", "Basic /w==", "Basic eA==", "Bearer", "Bearer ", "Digest x", ""]
)
def test_headers_that_say_nothing(measured, client, header):
    refused(client.get(f"{BASE}/Things", headers={"Authorization": header}), 401)


def test_a_session_a_bearer_and_a_basic_password_open(measured, client):
    user = person("monitor", "monitoring", measured.county)
    client.force_login(user)
    assert client.get(f"{BASE}/Things").status_code == 200
    token = Asker(user).token
    basic = base64.b64encode(f"随便:{token}".encode()).decode()
    for given in (f"Bearer {token}", f"bearer {token}", f"Basic {basic}"):
        assert Client(headers={"Authorization": given}).get(f"{BASE}/Things").status_code == 200


def test_each_sees_the_counties_granted_and_no_trace_of_others(measured):
    here, there = (Asker(person(o.code, "monitoring", o)) for o in (measured.county, measured.other))
    city = Asker(person("leader", "leader", measured.city))
    assert there.ids("/Things") == ["B1"]
    assert set(city.ids("/Things")) == set(here.ids("/Things")) | {"B1"}
    assert there.get("/Observations?$top=0&$count=true")["@iot.count"] == 48
    assert city.get("/Observations?$top=0&$count=true")["@iot.count"] == 149
    one = "B1:PM2.5:hour:20261119T160000Z"
    for path in (
        "/Things('B1')",
        "/Datastreams('B1:PM2.5:hour')",
        f"/Observations('{one}')",
        "/FeaturesOfInterest('B1')",
    ):
        assert there.raw(path).status_code == 200
        here.refused(path, 404)
    assert here.ids("/ObservedProperties('PM2.5')/Datastreams") == [
        "A'2:PM2.5:hour",
        "A1:PM2.5:day",
        "A1:PM2.5:hour",
    ]
    for asked in ("result gt 400", f"@iot.id eq '{one}'", "true or Datastream/@iot.id eq 'B1:PM2.5:hour'"):
        assert not any(i.startswith("B1") for i in here.ids(f"/Observations?$filter={asked}"))


def test_a_person_of_a_unit_sees_the_county_as_on_the_pages(measured):
    from jiuzhi.core.models import Org

    unit = Org.objects.create(code="500229-slj", name="县水利局", kind="department", parent=measured.county)
    assert "A1" in Asker(person("unit", "unit", unit)).ids("/Things")


def test_an_enterprise_sees_no_station(measured):
    from jiuzhi.core.models import Org

    plant = Org.objects.create(code="plant", name="某厂", kind="enterprise", parent=measured.county)
    Asker(person("plant", "enterprise", plant)).refused("/Things", 403)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nobody_writes(ask, method):
    answer = getattr(ask.client, method)(f"{BASE}/Things", {"name": "x"}, content_type="application/json")
    refused(answer, 405)
    assert answer["Allow"] == "GET, HEAD"
    strict = Client(enforce_csrf_checks=True)
    refused(getattr(strict, method)(f"{BASE}/Things", {"name": "x"}, content_type="application/json"), 405)


def test_the_landing_page_is_open_and_other_versions_are_not_there(client, db, settings):
    assert client.get("/sta/v1.1/").status_code == client.head("/sta/v1.1").status_code == 200
    for path in ("/sta", "/sta/", "/sta/v1.0/Things", "/sta/v1.1x"):
        refused(client.get(path), 404)
    settings.SESSION_COOKIE_SECURE = True  # behind a proxy with https
    assert client.get("/sta/v1.1/").json()["value"][0]["url"].startswith("https://")


def test_a_broken_lake_is_answered_in_the_same_form(ask, monkeypatch, caplog):
    from jiuzhi.engine.observe import series

    def broken(*args, **more):
        raise OSError("disk")

    monkeypatch.setattr(series, "page", broken)
    assert "日志" in ask.refused("/Observations", 500)
    assert "disk" in caplog.text
