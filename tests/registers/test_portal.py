"""What everybody sees without signing in: public fields alone, places blurred, simulated data marked, nothing to be guessed."""

import dataclasses
import re

import pytest
from django.urls import reverse

from jiuzhi.core import local
from jiuzhi.core.models import Placed
from jiuzhi.core.registers import REGISTERS, columns, get, layer, of, query, reading

from .places import at

PUBLIC = [c for c in sorted(REGISTERS) if get(c).public]
CLOSED = [c for c in sorted(REGISTERS) if not get(c).public]


def public(register, record):
    """Whether its state, and that of what it hangs on, lets everybody see it."""
    states = register.public_states.split()
    if states and getattr(record, register.state_field) not in states:
        return False
    above = of(register.fields[register.within].target) if register.within else None
    return above is None or public(above, getattr(record, register.within))


@pytest.fixture
def own(load):
    def made(code):
        register = get(code)
        return register, [r for r in load(register) if r.county.code == "500229" and public(register, r)]

    return made


def marked(register, row):
    """Put a word of its own into every text field; returns (public words, hidden words)."""
    words = {
        c.name: f"暗号{n:03d}"
        for n, c in enumerate(register.fields.values())
        if c.kind in (columns.TEXT, columns.LONG) and c.name not in ("shape", "name", *register.key)
    }
    type(row).objects.filter(pk=row.pk).update(**words)
    shown = {w for n, w in words.items() if n in register.public}
    return shown, set(words.values()) - shown


@pytest.mark.parametrize("code", PUBLIC)
def test_everybody_sees_public_fields_and_nothing_else(code, own, client):
    register, rows = own(code)
    index = client.get(reverse("public_registers", args=["500229"])).content.decode()
    assert (at("public_register", register) in index) == bool(rows)
    for row in rows[:1]:
        shown, hidden = marked(register, row)
        page = client.get(at("public_record", register, row.pk)).content.decode()
        listed = client.get(at("public_register", register)).content.decode()
        for word in shown:
            assert word in page
        for word in hidden:
            assert word not in page
            assert word not in listed
            assert (
                "找到 <b>0</b> 条"
                in client.get(at("public_register", register), {"q": word}).content.decode()
            )
        for column in register.fields.values():
            if column.name not in register.public and not any(
                column.title in p.title for p in reading.public_fields(register)
            ):
                assert f"<dt>{column.title}</dt>" not in page
        assert ("模拟数据" in page) == row.synthetic
        assert re.search(r"<title>[^<]+ · [^<]+</title>", page)
        assert reading.public_name(register, row) in re.search(r"<title>(.*?)</title>", page)[1]


@pytest.mark.parametrize("code", PUBLIC)
def test_the_public_cannot_ask_about_what_is_not_public(code, own):
    register, _rows = own(code)
    given = {}
    for column in register.fields.values():
        given[column.name] = [column.choices[0]] if column.choices else ["1"]
        given[f"{column.name}_from"] = ["2020-01-01" if column.kind == columns.DAY else "0"]
    asked = query.ask(register, given | {"due": ["open"]}, public=True)
    open_ = {c.name for c in reading.public_fields(register) if not c.sensitive}
    assert set(asked.filters) | set(asked.ranges) <= open_
    assert not asked.due
    for column in register.fields.values():
        wanted = query.ask(register, {"sort": [column.name]}, public=True).sort
        assert wanted == (column.name if column.name in open_ else "")
    ordered = str(
        query.select(
            register, register.model.objects.all(), query.ask(register, {}, public=True), local.today()
        ).query
    )
    for name in set(register.key) - open_:
        assert register.fields[name].attribute not in ordered.split("ORDER BY")[1]


@pytest.mark.parametrize("code", CLOSED)
def test_a_register_without_public_fields_is_not_there(code, own, client):
    register, rows = own(code)
    for path in (
        at("public_register", register),
        at("public_record", register, rows[0].pk if rows else 1),
        at("public_layer", register),
    ):
        assert client.get(path).status_code == 404
    assert (
        at("public_register", register)
        not in client.get(reverse("public_registers", args=["500229"])).content.decode()
    )


def test_another_county_shows_only_its_own(own, client):
    for code in PUBLIC[:6]:
        register, rows = own(code)
        for row in rows[:1]:
            assert client.get(at("public_record", register, row.pk, county="500240")).status_code == 404
            listed = client.get(at("public_register", register, county="500240")).content.decode()
            assert at("public_record", register, row.pk) not in listed


@pytest.mark.parametrize("code", [c for c in PUBLIC if {"lon", "lat"} <= set(get(c).public)])
def test_the_public_layer_holds_public_facts_alone(code, own, client):
    register, rows = own(code)
    made = client.get(at("public_layer", register)).json()
    placed = {r.pk for r in rows if r.lon is not None}
    assert {f["id"] for f in made["features"]} == placed
    for feature in made["features"]:
        assert set(feature["properties"]) == {"name", "state", "kind", "synthetic", "blurred_km"}
    for pk in sorted(placed)[:1]:
        for address in (at("public_register", register), at("public_record", register, pk)):
            assert "data-map" in client.get(address).content.decode()


def test_a_register_whose_place_is_not_public_has_no_layer(client, land):
    for code in PUBLIC:
        register = get(code)
        if not {"lon", "lat"} <= set(register.public):
            assert client.get(at("public_layer", register)).status_code == 404


@pytest.fixture
def blurred(own, monkeypatch):
    """A public register with places, declared once more with blurred ones."""
    plain, rows = own(next(c for c in PUBLIC if {"lon", "lat"} <= set(get(c).public)))
    given = {f.name: getattr(plain, f.name) for f in dataclasses.fields(plain)}
    monkeypatch.delitem(REGISTERS, plain.code)
    register = type(plain)(**given | {"blur_km": 10})
    yield register, [r for r in rows if r.lon is not None]
    monkeypatch.setitem(REGISTERS, plain.code, plain)


def test_a_blurred_place_is_the_same_for_every_asker_and_never_exact(blurred, client):
    register, rows = blurred
    row = rows[0]
    exact = (str(row.lon), str(row.lat))
    cell = reading.place(register, row, clear=False)
    first = client.get(at("public_record", register, row.pk)).content.decode()
    again = client.get(at("public_record", register, row.pk)).content.decode()
    assert first == again
    pages = [
        first,
        client.get(at("public_register", register)).content.decode(),
        client.get(at("public_layer", register)).content.decode(),
    ]
    for page in pages:
        assert not any(e in page for e in exact)
    assert f"{cell[0]:f}" in first
    feature = next(
        f for f in client.get(at("public_layer", register)).json()["features"] if f["id"] == row.pk
    )
    assert feature["geometry"]["coordinates"] == [float(c) for c in cell]
    assert feature["properties"]["blurred_km"] == 10
    # Neither a range nor an order tells where in its cell the place lies.
    narrowed = client.get(
        at("public_register", register), {"lon_from": exact[0], "lon_to": exact[0], "sort": "lon"}
    )
    assert f"共 <b>{len(reading.public_records(register, row.county))}</b> 条" in narrowed.content.decode()


def test_a_drawn_shape_is_not_public_unless_declared(own):
    drawn = [c for c in PUBLIC if get(c).drawn]
    assert drawn
    for code in drawn:
        register, rows = own(code)
        for row in rows:
            if row.shape and "shape" not in register.public:
                found = reading.public_geometry(register, row)
                assert found is None or found["type"] == "Point"


HOSTILE = [
    "?page=-1", "?page=x", "?page=99999999999999999999", "?q=%00%ff", "?q=" + "长" * 5000, "?sort=--name", "?sort=county__code", "?state=x",
    "?lon_from=nan", "?lon_from=1e999999999", "?water_body=99999999999999999999", "?" + "&".join(f"q={n}" for n in range(500)),
]  # fmt: skip


@pytest.mark.parametrize("question", HOSTILE)
def test_hostile_questions_get_a_page(question, own, client):
    register, _rows = own("water.outlet")
    assert client.get(at("public_register", register) + question).status_code == 200
    assert client.get(at("public_layer", register) + question).status_code == 200


def test_what_is_not_there_is_404(client, land):
    for path in (
        "/public/999999/registers/", "/public/500000/registers/", "/public/500229/registers/no.such/", "/public/500229/registers/water.outlet/0/",
        "/public/500229/registers/water.outlet/99999999999999999999999/", "/public/%00/registers/",
    ):  # fmt: skip
        assert client.get(path).status_code == 404
    assert client.post("/public/500229/registers/").status_code == 405


def test_pages_say_what_they_are_and_filtered_ones_stay_out_of_indexes(own, client):
    register, _rows = own("water.outlet")
    plain = client.get(at("public_register", register)).content.decode()
    assert f"<title>{register.title} · " in plain
    assert 'name="description"' in plain
    assert "noindex" not in plain
    assert "noindex" in client.get(at("public_register", register), {"q": "排"}).content.decode()
    assert not re.findall(r"""(?:src|href)=["']?(?:https?:)?//""", plain)


def test_without_places_a_layer_is_empty(own):
    for code in [c for c in sorted(REGISTERS) if not issubclass(get(c).model, Placed)][:3]:
        register, rows = own(code)
        asked = query.ask(register, {}, public=True)
        county = rows[0].county
        assert layer.public_features(register, county, asked, local.today())["features"] == []
