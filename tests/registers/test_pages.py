"""Every register's pages, by declaration alone: list, record, form, scope, masks, trace, files, steps."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from jiuzhi.core import records
from jiuzhi.core.models import AuditEntry
from jiuzhi.core.registers import REGISTERS, columns, get, reading

from .places import at

ALL = sorted(REGISTERS)
CEILING = 12  # queries of a list page, for a signed-in person


@pytest.mark.parametrize("code", ALL)
def test_the_list_shows_what_is_there(code, own, django_assert_max_num_queries):
    register, rows, client = own(code)
    client.get(at("register", register))
    with django_assert_max_num_queries(CEILING):
        page = client.get(at("register", register))
    text = page.content.decode()
    assert page.status_code == 200
    for row in rows:
        assert at("record", register, row.pk) in text
    column = next(c for c in register.fields.values() if c.filterable and c.kind != columns.REF)
    word = column.choices[0] if column.choices else "是"
    for query in ("?q=不会有的词", f"?{column.name}={word}&sort=-{register.key[0]}&page=99"):
        assert client.get(at("register", register) + query).status_code == 200


@pytest.mark.parametrize("code", ALL)
def test_a_record_is_shown_whole(code, own):
    register, rows, client = own(code)
    for row in rows[:2]:
        text = client.get(at("record", register, row.pk)).content.decode()
        for column in register.fields.values():
            if column.editable and column.name != "synthetic":
                assert column.title in text
        assert register.label(row) in text
        assert ("模拟数据" in text) >= row.synthetic


def typed(register, record):
    """A record as its form sends it."""
    from jiuzhi.core.registers.parse import written

    found = {}
    for column in register.form_fields:
        held = getattr(record, column.name)
        text = written(held) if column.kind == columns.REF and held else column.shown(held)
        found[column.name] = text.split("、") if column.kind == columns.SEVERAL else text
    return found


@pytest.mark.parametrize("code", ALL)
def test_the_form_saves_what_was_typed_and_nothing_else(code, own):
    register, rows, client = own(code)
    if not rows:
        assert client.get(at("record_new", register)).status_code == 200
        return
    row = rows[0]
    entries = AuditEntry.objects.filter(model=row._meta.label, key=str(row.pk)).exclude(action="read")
    before = entries.count()
    same = typed(register, row) | {"revision": row.revision}
    answer = client.post(at("record_edit", register, row.pk), same)
    assert answer.status_code == 302, answer.content.decode()[:4000]
    assert entries.count() == before, "a form sent back unchanged leaves no entry"
    client.post(at("record_edit", register, row.pk), same | {"note": "改了备注", "why": "试改"})
    row.refresh_from_db()
    assert row.note == "改了备注"
    assert entries.first().why == "试改"
    stale = client.post(at("record_edit", register, row.pk), same | {"note": "旧页面上的改动"})
    assert stale.status_code == 422
    assert "别人改过" in stale.content.decode()


@pytest.mark.parametrize("code", ALL)
def test_a_new_record_needs_what_is_required(code, own):
    register, rows, client = own(code)
    answer = client.post(at("record_new", register), {c.name: "" for c in register.form_fields})
    assert answer.status_code == 422
    text = answer.content.decode()
    needed = [
        c
        for c in register.form_fields
        if c.required and not register.model._meta.get_field(c.name).has_default()
    ]
    assert needed
    for column in needed:
        assert f"{column.title}必须填写" in text
    assert register.model.objects.filter(county__code="500229").count() == len(rows)


@pytest.mark.parametrize("code", ALL)
def test_nothing_leaks_into_another_county(code, own):
    """Somebody of 石柱 sees nothing of 城口, whatever address they try."""
    register, rows, client = own(code, "plan_officer", "500240")
    assert client.get(at("register", register)).status_code == 404
    if rows:
        row = rows[0]
        for name in ("record", "record_edit", "record_delete"):
            assert client.get(at(name, register, row.pk)).status_code == 404
            other = reverse(name, args=["500240", register.code, row.pk])
            assert client.get(other).status_code == 404
        assert client.post(at("record_edit", register, row.pk), {"note": "越权"}).status_code == 404
        assert client.post(at("record_attach", register, row.pk), {}).status_code == 404


@pytest.mark.parametrize("code", ALL)
def test_one_unit_does_not_see_another(code, own):
    register, rows, client = own(code, "unit", "500229205")
    mine = {r.pk for r in rows if r.org.code == "500229205"}
    text = client.get(at("register", register)).content.decode()
    for row in rows:
        assert (at("record", register, row.pk) in text) == (row.pk in mine)
        assert client.get(at("record", register, row.pk)).status_code == (200 if row.pk in mine else 404)


@pytest.mark.parametrize("code", [c for c in ALL if get(c).sensitive or get(c).blur_km])
def test_masked_fields_show_to_nobody_else(code, own, client, person):
    register, rows, client = own(code)
    row = rows[0]
    secrets = {}
    for n, name in enumerate(register.sensitive):
        column = register.fields[name]
        if column.kind in (columns.TEXT, columns.LONG):
            secrets[name] = f"机密{n}号"
            setattr(row, name, secrets[name])
    if secrets:
        type(row).objects.filter(pk=row.pk).update(**secrets)
    place = reading.place(register, row, True)
    client.force_login(person("unit", "500229"))
    pages = [client.get(a).content.decode() for a in (
        at("record", register, row.pk), at("record_edit", register, row.pk),
        at("register", register) + "".join(f"?col={n}" for n in register.sensitive),
    )]  # fmt: skip
    for text in pages:
        for secret in secrets.values():
            assert secret not in text
        if register.blur_km and place:
            assert f"{place[0]}" not in text
    client.force_login(person("monitoring", "500229"))
    text = client.get(at("record", register, row.pk)).content.decode()
    for secret in secrets.values():
        assert secret in text
    if register.sensitive:
        assert AuditEntry.objects.filter(action="read", key=str(row.pk), model=row._meta.label).count() == 1


@pytest.mark.parametrize("code", [c for c in ALL if get(c).lifecycle])
def test_every_step_leads_where_it_says(code, own):
    """From a state a step leaves, with what it needs and a file: the form takes it, and the state is the declared one."""
    register, rows, client = own(code)
    life, row = register.lifecycle, rows[0]
    full = next(
        (r for r in rows if all(getattr(r, n) not in (None, "") for s in life.steps for n in s.needs)), row
    )
    for step in life.steps:
        states = (
            step.start
            if "*" not in step.start
            else [s for s in register.fields[life.field].choices if s != step.end]
        )
        type(row).objects.filter(pk=full.pk).update(**{life.field: states[0]})
        full.refresh_from_db()
        data = {n: typed(register, full)[n] for n in step.needs}
        lacking = [n for n in step.needs if not data[n]]
        data["files"] = SimpleUploadedFile("证据.pdf", b"%PDF-1.4 x")
        setattr(full, life.field, step.end)
        against = full.faults()  # the register's own rules may not let this record into that state
        answer = client.post(at("record_step", register, full.pk, step.name), data)
        full.refresh_from_db()
        if lacking or against or step.other_person:
            assert answer.status_code == 422, (step.name, lacking)
            assert getattr(full, life.field) == states[0]
        else:
            assert answer.status_code == 302, (
                step.name,
                re.findall(r"alert\">([^<]+)", answer.content.decode()),
            )
            assert getattr(full, life.field) == step.end
            assert AuditEntry.objects.filter(key=str(full.pk), why__startswith=f"办理：{step.name}").exists()


def test_files_are_kept_and_handed_out(own):
    register, rows, client = own("water.outlet")
    row = rows[0]
    client.post(at("record_attach", register, row.pk), {"files": [
        SimpleUploadedFile("批复.pdf", b"%PDF-1.4 x"), SimpleUploadedFile("空.pdf", b""),
    ]})  # fmt: skip
    assert "批复.pdf" not in client.get(at("record", register, row.pk)).content.decode(), "all or nothing"
    client.post(
        at("record_attach", register, row.pk), {"files": SimpleUploadedFile("批复.pdf", b"%PDF-1.4 x")}
    )
    text = client.get(at("record", register, row.pk)).content.decode()
    assert "批复.pdf" in text
    from jiuzhi.core.models import Attachment

    kept = Attachment.objects.get()
    answer = client.get(at("record_file", register, row.pk, kept.pk))
    assert b"".join(answer.streaming_content) == b"%PDF-1.4 x"
    assert answer["X-Content-Type-Options"] == "nosniff"
    for name in ("a.html", "a.svg", "a.exe"):
        client.post(at("record_attach", register, row.pk), {"files": SimpleUploadedFile(name, b"<script>")})
    assert Attachment.objects.count() == 1
    client.post(at("record_file_drop", register, row.pk, kept.pk), {"why": "传错"})
    assert not Attachment.objects.exists()


def test_a_photo_keeps_time_and_place(own):
    """A photo with EXIF written here: 2026-05-01 08:30, 31°57'00" N, 108°39'36" E."""
    import io

    from PIL import Image

    from jiuzhi.core.models import Attachment

    register, rows, client = own("water.outlet")
    out, exif = io.BytesIO(), Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2026:05:01 08:30:00"
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 57.0, 0.0), 3: "E", 4: (108.0, 39.0, 36.0)})
    Image.new("RGB", (640, 480), "green").save(out, "JPEG", exif=exif)
    client.post(
        at("record_attach", register, rows[0].pk), {"files": SimpleUploadedFile("现场.jpg", out.getvalue())}
    )
    kept = Attachment.objects.get()
    assert (str(kept.lon), str(kept.lat)) == ("108.660000", "31.950000")
    assert kept.taken_at.isoformat() == "2026-05-01T00:30:00+00:00"
    small = client.get(at("record_file", register, rows[0].pk, kept.pk) + "?small")
    assert small["Content-Type"] == "image/jpeg"


def test_delete_undo_and_history_in_words(own):
    register, rows, client = own("water.outlet")
    row = rows[0]
    client.post(
        at("record_edit", register, row.pk), typed(register, row) | {"revision": row.revision, "bank": "右岸"}
    )
    text = client.get(at("record", register, row.pk)).content.decode()
    assert "岸别：<del>左岸</del> → 右岸" in text
    entry = AuditEntry.objects.filter(key=str(row.pk), model=row._meta.label, action="update").first()
    client.post(at("record_undo", register, row.pk, entry.pk))
    row.refresh_from_db()
    assert row.bank == "左岸"
    assert client.post(at("record_delete", register, row.pk), {"why": ""}).status_code == 422
    client.post(at("record_delete", register, row.pk), {"why": "误录"})
    assert not type(row).objects.filter(pk=row.pk).exists()


def test_what_is_referred_to_cannot_be_deleted(own):
    _register, rows, client = own("water.outlet")
    river = rows[0].water_body
    answer = client.post(at("record_delete", get("master.waterbody"), river.pk), {"why": "误录"})
    assert answer.status_code == 422
    assert "引用" in answer.content.decode()


def test_an_enterprise_opens_its_own_and_no_plan(own, client, person, land):
    from jiuzhi.core.models import Org

    register, rows, client = own("water.outlet")
    firm = next(r for r in rows if r.enterprise)
    land["E1"] = Org.objects.create(code="E1", name="模拟企业账号", kind="enterprise", parent=firm.org)
    firm.enterprise.unit = land["E1"]
    records.save(firm.enterprise, records.SYSTEM)
    client.force_login(person("enterprise", "E1"))
    assert client.get(reverse("home")).headers["Location"] == reverse("registers")
    text = client.get(at("register", register)).content.decode()
    assert at("record", register, firm.pk) in text
    others = [r for r in rows if r.enterprise_id != firm.enterprise_id]
    assert others
    for other in others:
        assert client.get(at("record", register, other.pk)).status_code == 404
    assert client.get(reverse("commitments", args=["500229"])).status_code == 302
    assert client.get(reverse("registers", args=["500229"])).status_code == 200
