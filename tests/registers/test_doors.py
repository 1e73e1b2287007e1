"""Doors that were once ajar: what each role may not learn, begin or move, and what leaves no trace."""

import io
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from jiuzhi.core import attachments, audit, geo, periods, records
from jiuzhi.core.models import Attachment, AuditEntry, AuditHead, Grant, LateReport, Org
from jiuzhi.core.records import SYSTEM, Actor
from jiuzhi.core.registers import REGISTERS, get, guard
from jiuzhi.core.registers.parse import References, Refused
from jiuzhi.engine.exchange.template import template

from .places import at

DATED = sorted(r.code for r in REGISTERS.values() if r.period)
BEGUN = sorted(r.code for r in REGISTERS.values() if r.lifecycle and r.holder)


def mine(load, code):
    register = get(code)
    return register, [r for r in load(register) if r.county.code == "500229"]


@pytest.fixture
def firm(load, land, person):
    """``firm(register, record)``: somebody of the enterprise that holds ``record``."""

    def made(enterprise):
        if enterprise.unit is None:
            code = f"E{enterprise.pk}"
            enterprise.unit = Org.objects.create(
                code=code, name=code, kind="enterprise", parent=enterprise.org
            )
            records.save(enterprise, SYSTEM)
        land[enterprise.unit.code] = enterprise.unit
        return person("enterprise", enterprise.unit.code)

    return made


@pytest.mark.parametrize(
    "text",
    [
        "GEOMETRYCOLLECTION(" * 30_000 + "POINT(108 31)" + ")" * 30_000,
        '{"type":"Polygon","coordinates":' + "[" * 30_000 + "1" + "]" * 30_000 + "}",
        '{"type":"Point","coordinates":[1' + "0" * 400 + ",31]}",
        "SRID=4326;POINT(108 31)",
    ],
)
def test_a_hostile_shape_is_refused_in_words(text):
    with pytest.raises(geo.PlaceError):
        geo.shape_of(text, "polygon")


def test_heights_are_left_out_in_every_system():
    text = "POLYGON Z((108.6 31.9 5,108.7 31.9 5,108.7 32 5,108.6 31.9 5))"
    for system in geo.SYSTEMS:
        assert not geo.shape_of(text, "polygon", system).has_z


@pytest.mark.parametrize("code", BEGUN)
def test_who_only_reports_begins_at_the_beginning(code, land, person):
    register = get(code)
    enterprise = person("enterprise", "500229")
    first = guard.first_states(register, enterprise)
    assert len(first) == 1
    assert guard.first_states(register, person("unit", "500229")) == register.lifecycle.first


def test_an_enterprise_cannot_write_itself_a_valid_permit(load, firm):
    register, rows = mine(load, "governance.permit")
    held = next(r for r in rows if r.enterprise)
    fresh = register.model(**{f.attname: getattr(held, f.attname) for f in held._meta.concrete_fields})
    fresh.pk, fresh._state.adding, fresh.state = None, True, "有效"
    with pytest.raises(ValidationError, match="新记录的状态只能是"):
        records.save(fresh, Actor(firm(held.enterprise)))


def test_a_grant_to_look_takes_no_step(load, land, person):
    register, rows = mine(load, "water.outlet")
    looker = person("enforcement", "500229", actions="view_record export_record")
    worker = person("enforcement", "500229")
    for step in register.lifecycle.steps:
        assert not guard.may_step(register, looker, step, rows[0])
    assert any(guard.may_step(register, worker, s, rows[0]) for s in register.lifecycle.steps if s.roles)


def test_sensitive_columns_in_a_list_are_noted_once(load, person, client):
    register, rows = mine(load, "master.enterprise")
    client.force_login(person("admin", "500229"))
    read = AuditEntry.objects.filter(action="read", model=register.model._meta.label)
    client.get(at("register", register) + "?col=name")
    assert not read.exists()
    for _ in range(2):
        client.get(at("register", register) + "?col=phone")
    assert read.count() == 1
    assert set(read.get().after["ids"]) <= {r.pk for r in rows}


def test_the_template_and_the_hints_name_only_what_one_may_refer_to(load, land, firm):
    register, rows = mine(load, "water.outlet")
    held = next(r for r in rows if r.enterprise)
    other = next(r.enterprise for r in rows if r.enterprise and r.enterprise != held.enterprise)
    user, out = firm(held.enterprise), io.BytesIO()
    template(out, register, land["500229"], user)
    said = {str(c.value) for sheet in load_workbook(out) for row in sheet for c in row}
    assert held.enterprise.uscc in said
    assert other.uscc not in said
    assert any(r.water_body and r.water_body.name in said for r in rows), "rivers are everybody's"
    refs = References(register, land["500229"], user)
    with pytest.raises(Refused) as refused:
        refs.find(register.fields["enterprise"], other.name[:-1])
    assert other.name not in str(refused.value)
    kept = References(register, land["500229"], user, next(r for r in rows if r.enterprise == other))
    assert kept.find(register.fields["enterprise"], other.uscc) == other, "what stands may stay"


def drafted(row):
    type(row).objects.filter(pk=row.pk).update(state="待提交")
    row.refresh_from_db()
    return row


def locked(register, period, land, due=date(2026, 1, 5)):
    found = periods.open_period(land["500229"], register.code, period, due, SYSTEM)
    periods.lock([found], SYSTEM)
    return found


def test_a_locked_period_stops_steps_and_files(load, land, person):
    register, rows = mine(load, "waste.generalwastemonth")
    row = drafted(rows[0])
    kept = attachments.add(register, row, SimpleUploadedFile("单.pdf", b"%PDF-1.4"), "", SYSTEM)
    locked(register, row.period, land)
    admin = Actor(person("admin", "500229"))
    with pytest.raises(ValidationError, match="已锁定"):
        records.take_step(row, "提交", admin)
    with pytest.raises(ValidationError, match="已锁定"):
        attachments.add(register, row, SimpleUploadedFile("又.pdf", b"%PDF-1.4"), "", admin)
    with pytest.raises(ValidationError, match="已锁定"):
        attachments.drop(register, row, kept, admin, "传错")
    assert Attachment.objects.filter(pk=kept.pk).exists()
    row.refresh_from_db()
    assert row.state == "待提交"


def test_a_locked_quarter_holds_its_months(load, land):
    register, rows = mine(load, "waste.generalwastemonth")
    row = rows[0]
    row.period = "2026-08"
    records.save(row, SYSTEM)
    locked(register, "2026-Q3", land)
    row.note = "改"
    with pytest.raises(ValidationError, match="2026-Q3 已锁定"):
        records.save(row, SYSTEM)


def test_a_draft_is_late_by_the_day_it_is_handed_in(load, land, person):
    register, rows = mine(load, "waste.generalwastemonth")
    row = drafted(rows[0])
    periods.open_period(land["500229"], register.code, row.period, date(2020, 1, 5), SYSTEM)
    row.note = "补充"
    records.save(row, SYSTEM)
    assert not LateReport.objects.exists()
    records.take_step(row, "提交", Actor(person("admin", "500229")))
    late = LateReport.objects.get()
    assert late.days > 365
    assert AuditEntry.objects.filter(model=late._meta.label, key=str(late.pk)).count() == 1


def test_a_step_may_fill_a_sensitive_field_that_is_empty(load, person, client):
    """Who may not read what stands there may say what was not said yet; afterwards it is hidden from them too."""
    register, rows = mine(load, "water.outlet")
    row = rows[0]
    assert "sources" in register.sensitive
    type(row).objects.filter(pk=row.pk).update(state="已监测", sources="")
    client.force_login(person("unit", "500229"))
    address = reverse("record_step", args=["500229", register.code, row.pk, "溯源"])
    assert 'name="sources"' in client.get(address).content.decode()
    client.post(address, {"sources": "上游三家洗车场"})
    row.refresh_from_db()
    assert (row.state, row.sources) == ("已溯源", "上游三家洗车场")
    page = client.get(at("record", register, row.pk)).content.decode()
    assert "上游三家洗车场" not in page
    type(row).objects.filter(pk=row.pk).update(state="已监测")
    client.post(address, {"sources": "改掉"})
    row.refresh_from_db()
    assert row.sources == "上游三家洗车场"


def test_photos_below_a_sensitive_place_stay_with_who_may_see_it(load, person, client):
    register, rows = mine(load, "soil.farmmeasure")
    assert register.hides_place
    kept = attachments.add(register, rows[0], SimpleUploadedFile("田.pdf", b"%PDF-1.4"), "", SYSTEM)
    address = at("record_file", register, rows[0].pk, kept.pk)
    client.force_login(person("leader", "500229"))
    assert client.get(address).status_code == 403
    client.force_login(person("admin", "500229"))
    assert client.get(address).status_code == 200


def test_no_reason_passes_for_a_step(load, person):
    _register, rows = mine(load, "water.outlet")
    row = rows[0]
    row.note = "改"
    records.save(row, Actor(person("admin", "500229")), "办理：销号（合\x00格）")
    entry = AuditEntry.objects.filter(model=row._meta.label, key=str(row.pk)).first()
    assert entry.why == "原因：办理：销号（合格）"


def test_a_unit_that_ended_takes_nothing_new(load, land, person):
    register, rows = mine(load, "water.outlet")
    row = rows[0]
    gone, heir = Org.objects.get(pk=row.org_id), land["500229205"]
    gone.valid_to = date(2020, 1, 1)
    records.save(gone, SYSTEM)
    heir.predecessors.set([gone])
    row = register.model.objects.get(pk=row.pk)
    row.note = "旧记录照改"
    assert records.save(row, SYSTEM)
    row.pk, row._state.adding, row.code, row.revision = None, True, "500229-9999", 0
    with pytest.raises(ValidationError, match=f"请改填{heir.name}"):
        records.save(row, SYSTEM)


def test_the_log_may_grow_while_it_is_verified(land, monkeypatch):
    for n in range(3):
        records.save(Org(code=f"X{n}", name=f"单位{n}", kind="other", parent=land["500229"]), SYSTEM)
    walk = AuditEntry.sealed
    late = iter([1])

    def sealed(self, digest):
        if self.digest and next(late, None):  # another writes while the walker is at its first entry
            records.save(Org(code="X9", name="晚到", kind="other", parent=land["500229"]), SYSTEM)
        return walk(self, digest)

    monkeypatch.setattr(AuditEntry, "sealed", sealed)
    good, said = audit.verify()
    assert said == ""
    assert good == AuditHead.objects.get().count == AuditEntry.objects.count()


def test_what_is_said_of_a_refused_step_names_the_role(load, person):
    register, rows = mine(load, "water.outlet")
    row = next(r for r in rows if register.lifecycle.from_state(r.state))
    step = next(s for s in register.lifecycle.from_state(row.state))
    user = person("auditor", "500229")
    with pytest.raises(PermissionDenied, match=step.name):
        records.take_step(row, step.name, Actor(user))
    assert Grant.objects.filter(user=user).count() == 1


NUL = [
    "undo/%00/", "?org=%00&q=%00&state=%00&sort=%00&col=%00&plan_end_from=%00", "bulk/?_set=%00", "bulk/?_field=%00&_pick=all&_in=q%3D%00",
    "1/step/%00/", "choices/org/?org=%00", "map/?state=%00", "new/?name=%00", "%00/",
]  # fmt: skip


@pytest.mark.parametrize("path", NUL)
def test_a_nul_byte_breaks_no_page_on_any_database(load, person, client, path):
    register, _rows = mine(load, "water.outlet")
    client.force_login(person("admin", "500229"))
    client.raise_request_exception = False
    for send in (client.get, client.post):
        assert send(at("register", register) + path).status_code < 500


def test_a_form_sent_without_its_unit_is_refused_at_the_unit(load, person, client):
    register, _rows = mine(load, "water.outlet")
    client.force_login(person("admin", "500229"))
    answer = client.post(at("record_new", register), {"name": "x\0y"})
    assert answer.status_code == 422
    assert "责任单位必须填写" in answer.content.decode()
