"""The map of a register: the layer shows what the list shows, to whom the list shows it."""

import pytest
from django.urls import reverse

from jiuzhi.core import geo, local
from jiuzhi.core.models import AuditEntry
from jiuzhi.core.registers import REGISTERS, get, layer, reading

from .places import at

PLACED = [c for c in sorted(REGISTERS) if get(c).placed]
BLURRED = [c for c in PLACED if get(c).blur_km]


@pytest.mark.parametrize("code", PLACED)
def test_the_layer_is_the_list_on_a_map(code, own, django_assert_max_num_queries):
    register, rows, client = own(code)
    client.get(at("register_layer", register))
    with django_assert_max_num_queries(12):
        answer = client.get(at("register_layer", register))
    assert answer["Content-Type"] == "application/geo+json"
    made = answer.json()
    placed = {r.pk for r in rows if r.lon is not None}
    assert {f["id"] for f in made["features"]} == placed
    assert made["total"] == len(placed)
    for feature in made["features"]:
        row = next(r for r in rows if r.pk == feature["id"])
        assert feature["properties"]["name"] == str(row)
        assert feature["properties"]["synthetic"] == row.synthetic
        assert feature["geometry"]["type"] in geo.KINDS[register.drawn or "point"] + ("Point",)
        only = client.get(at("register_layer", register), {"only": row.pk}).json()["features"]
        assert [f["id"] for f in only] == [row.pk]
    page = client.get(at("register_map", register)).content.decode()
    assert at("register_layer", register) in page
    assert f"<b>{len(placed)}</b>" in page or not rows
    assert client.get(at("register_layer", register), {"q": "不会有的词"}).json()["features"] == []


@pytest.mark.parametrize("code", PLACED)
def test_nothing_of_another_county_or_unit_is_on_the_map(code, own):
    register, rows, client = own(code, "unit", "500229205")
    mine = {r.pk for r in rows if r.org.code == "500229205" and r.lon is not None}
    assert {f["id"] for f in client.get(at("register_layer", register)).json()["features"]} == mine
    assert client.get(reverse("register_layer", args=["500240", code])).status_code == 404
    assert client.get(reverse("register_map", args=["500240", code])).status_code == 404


@pytest.mark.parametrize("code", BLURRED)
def test_a_blurred_place_stays_in_its_cell_for_who_may_not_see_it(code, own, client, person):
    register, rows, client = own(code)
    placed = [r for r in rows if r.lon is not None]
    exact = client.get(at("register_layer", register)).json()["features"]
    assert {tuple(f["geometry"]["coordinates"]) for f in exact if f["geometry"]["type"] == "Point"} >= {
        (float(r.lon), float(r.lat)) for r in placed if not getattr(r, "shape", "")
    }
    noted = AuditEntry.objects.filter(action="read", model=register.model._meta.label)
    assert noted.count() == bool(placed), "telling exact places is noted"
    client.force_login(person("unit", "500229"))
    first, again = (client.get(at("register_layer", register)).json()["features"] for _ in range(2))
    assert first == again
    for feature in first:
        row = next(r for r in placed if r.pk == feature["id"])
        assert feature["geometry"]["type"] == "Point"
        cell = reading.place(register, row, clear=False)
        assert feature["geometry"]["coordinates"] == [float(c) for c in cell]
        assert feature["geometry"]["coordinates"] != [float(row.lon), float(row.lat)]
        assert feature["properties"]["blurred_km"] == register.blur_km
    assert noted.count() == bool(placed), "a grid cell is no secret"
    # No question narrows a cell down.
    asked = {"lon_from": "108.123456", "lon_to": "108.123456", "sort": "lat"}
    assert len(client.get(at("register_layer", register), asked).json()["features"]) == len(first)


def test_a_layer_is_bounded(own, monkeypatch):
    register, rows, client = own("water.outlet")
    monkeypatch.setattr(layer, "MOST", 2)
    made = client.get(at("register_layer", register)).json()
    assert len(made["features"]) == 2
    assert made["total"] == len(rows) > 2
    assert "只画前 2 条" in client.get(at("register_map", register)).content.decode()


def test_a_web_map_in_gcj02_gets_shifted_places(own, person):
    register, rows, client = own("water.outlet")
    made = client.get(at("register_layer", register), {"crs": "GCJ-02"}).json()
    assert made["system"] == "GCJ-02"
    assert made["features"]
    for feature in made["features"]:
        row = next(r for r in rows if r.pk == feature["id"])
        away = geo.distance(*feature["geometry"]["coordinates"], float(row.lon), float(row.lat))
        assert 100 < away < 1000
        back = geo.from_gcj02(*feature["geometry"]["coordinates"])
        assert geo.distance(*back, float(row.lon), float(row.lat)) < 0.2


def test_shapes_are_shifted_whole():
    ring = [[108.6, 31.9], [108.7, 31.9], [108.7, 32.0], [108.6, 31.9]]
    moved = layer._shifted({"type": "Polygon", "coordinates": [ring]})["coordinates"][0]
    assert [geo.distance(*geo.from_gcj02(*m), *r) < 0.2 for m, r in zip(moved, ring, strict=True)] == [
        True
    ] * 4


def test_marks_say_open_closed_and_expired(own):
    marks = set()
    for code in PLACED:
        register, rows, _client = own(code)
        for row in rows:
            kind = layer.kind(register, row, local.today())
            life = register.lifecycle
            marks.add(kind)
            if life is None:
                assert kind == "plain"
            elif getattr(row, life.field) in life.closed:
                assert kind == "closed"
            else:
                assert kind in ("open", "expired")
    assert {"open", "closed", "plain"} <= marks


def test_a_map_without_records_says_so(client, person, land):
    client.force_login(person("admin", "500229"))
    register = get(PLACED[0])
    assert "还没有记录" in client.get(at("register_map", register)).content.decode()
    assert client.get(at("register_layer", register)).json()["features"] == []


def test_a_register_without_places_has_an_empty_layer(own):
    code = next(c for c in sorted(REGISTERS) if not get(c).placed)
    register, _rows, client = own(code)
    assert client.get(at("register_layer", register)).json()["features"] == []
    assert "地图上有 <b>0</b> 条" in client.get(at("register_map", register)).content.decode()
    assert "/map/" not in client.get(at("register", register)).content.decode()


@pytest.mark.parametrize(
    "question", ["?only=x", "?only=99999999999999999999", "?only=1;2", "?crs=x", "?water_body=99999999999999999999", "?q=%00", "?lon_from=1e999"]
)  # fmt: skip
def test_hostile_questions_are_answered(question, own):
    register, _rows, client = own("water.outlet")
    assert client.get(at("register_layer", register) + question).status_code == 200
    assert client.get(at("register_map", register) + question).status_code == 200


def test_the_list_keeps_its_filters_on_the_way_to_the_map(own):
    register, _rows, client = own("water.outlet")
    page = client.get(at("register", register), {"state": "整治中", "page": 1}).content.decode()
    assert at("register_map", register) + "?state=%E6%95%B4%E6%B2%BB%E4%B8%AD" in page
    map_page = client.get(at("register_map", register), {"state": "整治中"}).content.decode()
    assert at("register_layer", register) + "?state=%E6%95%B4%E6%B2%BB%E4%B8%AD" in map_page


def test_tiles_come_only_from_settings(own, settings):
    register, _rows, client = own("water.outlet")
    assert "data-tiles" not in client.get(at("register_map", register)).content.decode()
    settings.TILES, settings.TILES_CRS = "/tiles/{z}/{x}/{y}.png", "GCJ-02"
    page = client.get(at("register_map", register)).content.decode()
    assert 'data-tiles="/tiles/{z}/{x}/{y}.png" data-tiles-crs="GCJ-02"' in page
