"""The form of a record: how each kind is asked for, what is kept, places, shapes, references, two people at once, masks."""

import json
import re
from dataclasses import replace
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from jiuzhi.core import geo, local, records
from jiuzhi.core.models import AuditEntry, Org
from jiuzhi.core.records import SYSTEM
from jiuzhi.core.registers import REGISTERS, columns, get
from jiuzhi.core.registers.parse import written
from jiuzhi.engine.exchange import samples
from jiuzhi.interfaces.web.views.registers import form as engine

from .places import at

ALL = sorted(REGISTERS)
DRAWN = sorted(r.code for r in REGISTERS.values() if r.drawn)
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[108.6, 31.9], [108.61, 31.9], [108.61, 31.91], [108.6, 31.91], [108.6, 31.9]]],
}
LINE = {"type": "LineString", "coordinates": [[108.6, 31.9], [108.61, 31.91]]}


@pytest.fixture
def every(load, land, client, person):
    """``every(role)``: client signed in, with the samples of all registers kept once for a test that goes through them."""

    def made(role="admin"):
        samples.load_samples(SYSTEM)
        client.force_login(person(role, "500229"))
        return client

    return made


def rows_of(register):
    return list(register.model.objects.filter(county__code="500229").select_related("org", "county"))


def typed(register, record, **changed):
    """A record as its form sends it, with some fields changed."""
    found = {}
    for column in register.form_fields:
        held = getattr(record, column.name)
        text = written(held) if column.kind == columns.REF and held else column.shown(held)
        found[column.name] = text.split("、") if column.kind == columns.SEVERAL else text
    return found | {"revision": record.revision} | changed


def inputs(page: str) -> dict[str, list[str]]:
    """Field name → the tags of its inputs."""
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<(?:input|select|textarea)\b[^>]*>", page):
        if name := re.search(r'\bname="([^"]+)"', tag):
            found.setdefault(name[1], []).append(tag)
    return found


@pytest.mark.parametrize("code", ALL)
def test_every_kind_is_asked_for_in_its_own_way(code, client, person):
    register = get(code)
    client.force_login(person("admin", "500229"))
    page = client.get(at("record_new", register)).content.decode()
    found = inputs(page)
    for column in register.form_fields:
        tags = found[column.name]
        assert column.title in page
        if column.kind == columns.DAY:
            assert 'type="date"' in tags[0]
        elif column.kind == columns.YES:
            assert len(tags) == 2 + (not column.required)
        elif column.kind == columns.SEVERAL:
            assert len(tags) == len(column.choices)
            assert 'type="checkbox"' in tags[0]
        elif column.kind == columns.CHOICE and column.name != "crs":
            few = len(column.choices) <= 4
            assert ('type="radio"' in tags[0]) == few
        elif column.kind in (columns.NUMBER, columns.WHOLE):
            assert 'inputmode="decimal"' in tags[0]
        if column.required:
            label = re.search(
                rf'(for="i-{column.name}"|id="l-{column.name}")[^>]*>(.*?)</(?:label|span)>\n', page, re.S
            )
            assert label, column.name
            assert 'class="req"' in label[2]


def test_the_state_is_chosen_once_and_then_moved_by_steps(every):
    client = every()
    for code in [c for c in ALL if get(c).lifecycle]:
        register = get(code)
        rows = rows_of(register)
        field = register.lifecycle.field
        page = client.get(at("record_edit", register, rows[0].pk)).content.decode()
        assert field not in inputs(page)
        assert "由办理步骤推进" in page
        words = register.fields[field].choices
        other = next(w for w in words if w != getattr(rows[0], field))
        client.post(at("record_edit", register, rows[0].pk), typed(register, rows[0], **{field: other}))
        assert getattr(type(rows[0]).objects.get(pk=rows[0].pk), field) == getattr(rows[0], field)


def test_a_new_record_may_only_have_first_states(own):
    register, _rows, client = own("water.outlet")
    declared = register.lifecycle
    object.__setattr__(register, "lifecycle", replace(declared, first=("疑似",)))
    try:
        page = client.get(at("record_new", register)).content.decode()
    finally:
        object.__setattr__(register, "lifecycle", declared)
    assert [re.search(r'value="([^"]*)"', t)[1] for t in inputs(page)["state"]] == ["疑似"]


def test_what_was_typed_stays_and_the_sentence_is_excels(own):
    register, rows, client = own("water.outlet")
    data = typed(
        register,
        rows[0],
        code="N-9",
        approved_flow="约三百",
        plan_end="2026-02-30",
        water_body="没有的河",
        note="保留我",
    )
    answer = client.post(at("record_new", register), data)
    page = unescape(answer.content.decode())
    assert answer.status_code == 422
    for kept in ("约三百", "2026-02-30", "没有的河", "保留我"):
        assert kept in page
    for said in ("不是一个确定的数", "日历上没有", "本区县没有叫", "3 处需要改正"):
        assert said in page
    assert 'type="date"' not in inputs(page)["plan_end"][0], (
        "a browser would show nothing of a day there is not"
    )


def test_scripts_in_every_field_stay_text(own):
    register, rows, client = own("water.outlet")
    evil = "<script>alert(1)</script>\"'>"
    data = {c.name: evil for c in register.form_fields}
    page = client.post(at("record_new", register), data).content.decode()
    assert "<script>alert(1)" not in page
    data = typed(register, rows[0], name="<script>alert(1)</script>", note=evil, why=evil)
    assert client.post(at("record_edit", register, rows[0].pk), data).status_code == 302
    for name in ("record", "record_edit", "record_delete"):
        page = client.get(at(name, register, rows[0].pk)).content.decode()
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;" in page


def test_a_series_goes_on_with_what_stays_the_same(own):
    register, rows, client = own("water.outlet")
    first = typed(register, rows[0], code="N-10", name="第一个", another="1")
    answer = client.post(at("record_new", register), first, follow=True)
    page = unescape(answer.content.decode())
    assert register.model.objects.filter(code="N-10").exists()
    assert answer.redirect_chain[0][0].startswith(at("record_new", register))
    assert f'<option value="{rows[0].water_body}" selected>' in page
    assert f'<option value="{rows[0].org.name}" selected>' in page
    found = inputs(page)
    assert 'value=""' in found["code"][0]
    assert 'value=""' in found["name"][0]


def test_the_persons_own_unit_and_only_units_they_may_write_in(own):
    register, _rows, client = own("water.outlet", "unit", "500229205")
    page = client.get(at("record_new", register)).content.decode()
    block = re.search(r'<select id="i-org".*?</select>', page, re.S)[0]
    own_unit = Org.objects.get(code="500229205")
    assert f'<option value="{own_unit.name}" selected>' in block
    assert block.count("<option") == 2  # 请选择, and the one
    other = Org.objects.get(code="500229001")
    answer = client.post(at("record_new", register), {
        "code": "N-11", "name": "越权", "class1": "其他排口", "water_body": "任河", "set_mode": "登记", "state": "疑似",
        "org": other.name, "synthetic": "否",
    })  # fmt: skip
    assert answer.status_code == 422
    assert "没有权限新增" in answer.content.decode()
    assert not register.model.objects.filter(code="N-11").exists()


def test_a_period_of_days_starts_today(own):
    register, _rows, client = own("water.minesample")
    page = client.get(at("record_new", register)).content.decode()
    assert f'value="{local.today()}"' in inputs(page)[register.period][0]


@pytest.mark.parametrize("given", [
    {"lon": "108.66, 31.95", "lat": ""}, {"lon": "", "lat": "31.95，108.66"}, {"lon": "东经108.66° 北纬31.95°", "lat": ""},
    {"lon": "108.66", "lat": "31.95"}, {"lon": "１０８．６６", "lat": "31.95°"},
])  # fmt: skip
def test_places_are_read_as_people_paste_them(given, own):
    register, rows, client = own("water.outlet")
    answer = client.post(at("record_edit", register, rows[0].pk), typed(register, rows[0], **given))
    assert answer.status_code == 302, re.findall(r'alert">([^<]+)', answer.content.decode())
    rows[0].refresh_from_db()
    assert (f"{rows[0].lon:.2f}", f"{rows[0].lat:.2f}") == ("108.66", "31.95")


def test_another_reference_system_does_not_move_a_stored_place(own):
    register, rows, client = own("water.outlet")
    row = rows[0]
    place = row.lon, row.lat
    client.post(at("record_edit", register, row.pk), typed(register, row, crs="GCJ-02"))
    row.refresh_from_db()
    assert (row.lon, row.lat, row.crs) == (*place, "CGCS2000")
    client.post(
        at("record_edit", register, row.pk), typed(register, row, lon="108.66", lat="31.95", crs="GCJ-02")
    )
    row.refresh_from_db()
    assert geo.distance(float(row.lon), float(row.lat), 108.66, 31.95) > 100
    east, north = geo.to_gcj02(float(row.lon), float(row.lat))
    assert abs(east - 108.66) + abs(north - 31.95) < 1e-5


@pytest.mark.parametrize("code", DRAWN)
def test_a_shape_comes_from_a_file(code, own):
    register, rows, client = own(code)
    row, kind = rows[0], register.drawn
    good = SQUARE if kind == "polygon" else LINE
    feature = {"type": "Feature", "properties": {}, "geometry": good}
    for body in (good, feature, {"type": "FeatureCollection", "features": [feature]}):
        type(row).objects.filter(pk=row.pk).update(shape="")
        row.refresh_from_db()
        file = SimpleUploadedFile("图.geojson", json.dumps(body).encode("utf-8-sig"))
        answer = client.post(at("record_edit", register, row.pk), typed(register, row, shape_file=file))
        row.refresh_from_db()
        if (
            answer.status_code == 422
        ):  # the shape was read: only the register's own rule about its area says no
            assert "请核对单位" in answer.content.decode()
            continue
        assert "108.61 31.91" in row.shape
    two = {"type": "FeatureCollection", "features": [feature, feature]}
    for name, sent, said in (
        ("两个.geojson", json.dumps(two).encode(), "文件里有 2 个图形"), ("坏.json", b"{", "图形读不懂"),
        ("二进制.wkt", b"\xff\xfe\x00", "图形文件不是文本"), ("空.json", b'{"type":"Feature","geometry":null}', "图形读不懂"),
    ):  # fmt: skip
        before = type(row).objects.get(pk=row.pk).shape
        file = SimpleUploadedFile(name, sent)
        answer = client.post(at("record_edit", register, row.pk), typed(register, row, shape_file=file))
        assert answer.status_code == 422
        assert said in answer.content.decode(), name
        assert type(row).objects.get(pk=row.pk).shape == before


def test_two_people_at_once_see_what_the_other_changed(own, person):
    register, rows, client = own("water.outlet")
    row = rows[0]
    mine = typed(register, row, note="我的备注", bank="右岸")
    row.bank, row.note, row.permit_no = "左岸", "对方的备注", "对方批复"
    row.water_body = next(r.water_body for r in rows if r.water_body_id != row.water_body_id)
    records.save(row, records.Actor(person("monitoring", "500229")), "汛后复核")
    answer = client.post(at("record_edit", register, row.pk), mine)
    page = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "别人改过" in page
    assert "汛后复核" in page
    assert "备注：<del>（空）</del> → 对方的备注" in page
    assert "对方改成了“对方的备注”" in page
    assert "我的备注</textarea>" in page
    row.refresh_from_db()
    assert row.note == "对方的备注", "nothing was overwritten"
    # The page as it stands is sent again: what only the other changed stays theirs, what I typed is mine.
    sent = dict(re.findall(r'<input[^>]*name="(revision|permit_no)"[^>]*value="([^"]*)"', page))
    assert sent == {"revision": str(row.revision), "permit_no": "对方批复"}
    assert f'<option value="{row.water_body}" selected>' in page
    again = typed(register, row, note="我的备注", bank="右岸") | sent
    assert client.post(at("record_edit", register, row.pk), again).status_code == 302
    row.refresh_from_db()
    assert (row.note, row.permit_no, row.bank) == ("我的备注", "对方批复", "右岸")


def test_an_unreadable_field_survives_a_conflict(own):
    register, rows, client = own("water.outlet")
    row = rows[0]
    mine = typed(register, row, approved_flow="约三百")
    row.approved_flow = 77
    records.save(row, SYSTEM)
    page = client.post(at("record_edit", register, row.pk), mine).content.decode()
    assert "约三百" in page
    assert "对方改成了“77”" in page


@pytest.mark.parametrize("revision", ["", "-1", "x", "9" * 40, "٣"])
def test_a_form_without_its_revision_overwrites_nothing(revision, own):
    register, rows, client = own("water.outlet")
    data = typed(register, rows[0], note="盲写", revision=revision)
    assert client.post(at("record_edit", register, rows[0].pk), data).status_code == 422
    rows[0].refresh_from_db()
    assert rows[0].note != "盲写"


def test_masked_fields_are_not_asked_for_and_stay(every):
    client = every("unit")
    for code in [c for c in ALL if get(c).sensitive or get(c).blur_km]:
        register = get(code)
        rows = rows_of(register)
        row = rows[0]
        hidden = [c for c in register.fields.values() if c.sensitive and c.editable]
        page = client.get(at("record_edit", register, row.pk)).content.decode()
        asked = inputs(page)
        assert not {c.name for c in hidden} & set(asked)
        assert "无权查看，保存时保持不变" in page
        before = {c.name: getattr(row, c.attribute) for c in hidden}
        forced = {c.name: "1" for c in hidden}
        data = typed(register, row, note="改备注") | forced
        answer = client.post(at("record_edit", register, row.pk), data)
        assert answer.status_code == 302, re.findall(r'alert">([^<]+)', answer.content.decode())
        row.refresh_from_db()
        assert row.note == "改备注"
        assert {c.name: getattr(row, c.attribute) for c in hidden} == before


def test_many_records_are_looked_up_while_typing(own, monkeypatch, person):
    register, rows, client = own("water.outlet")
    page = client.get(at("record_new", register)).content.decode()
    assert "hx-get" not in page.partition('id="i-water_body"')[2][:600]
    monkeypatch.setattr(engine, "OFFERED", 1)
    page = client.get(at("record_new", register)).content.decode()
    address = at("record_choices", register, "water_body")
    assert f'hx-get="{address}"' in page
    found = client.get(address, {"water_body": rows[0].water_body.name[:1]}).content.decode()
    assert f'<option value="{rows[0].water_body.name}">' in found
    assert "<option" not in client.get(address, {"water_body": "没有这条河"}).content.decode()
    firm = next(r.enterprise for r in rows if r.enterprise)
    found = client.get(at("record_choices", register, "enterprise"), {"q": firm.name}).content.decode()
    assert f'<option value="{firm.uscc}">{firm.name}</option>' in found
    for field in ("name", "nothing"):
        assert client.get(at("record_choices", register, field)).status_code == 404
    client.force_login(person("auditor", "500229"))
    assert client.get(address).status_code == 403
    client.force_login(person("plan_officer", "500240"))
    assert client.get(address).status_code == 404
    client.force_login(person("unit", "500229205"))
    hidden = client.get(at("record_choices", register, "enterprise"), {"q": firm.name}).content.decode()
    assert (firm.name in hidden) == (firm.org.code == "500229205")


def test_a_field_left_out_of_a_request_stays(own):
    """A part of a form (an old page, a script) changes only what it names."""
    register, rows, client = own("water.outlet")
    row = rows[0]
    answer = client.post(
        at("record_edit", register, row.pk), {"note": "只改这一项", "revision": row.revision}
    )
    assert answer.status_code == 302
    entry = AuditEntry.objects.filter(model=row._meta.label, key=str(row.pk)).exclude(action="read").first()
    changed = {k for k, v in entry.after.items() if entry.before[k] != v}
    assert changed == {"note", "revision"}
