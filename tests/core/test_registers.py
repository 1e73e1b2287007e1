"""One register from end to end: written, searched, masked, moved by steps, undone, verified."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import QueryDict

from jiuzhi.core import audit, records, undo
from jiuzhi.core.models import AuditEntry, Grant, Org, User
from jiuzhi.core.records import Actor
from jiuzhi.core.registers import get, query, reading
from jiuzhi.core.registers.parse import References, fill
from jiuzhi.domains.water.models import Outlet
from jiuzhi.master.models import WaterBody

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    city = Org.objects.create(code="500000", name="重庆市", kind="city")
    county = Org.objects.create(code="500229", name="城口县", kind="county", parent=city)
    town = Org.objects.create(code="500229001", name="葛城街道", kind="township", parent=county)
    other = Org.objects.create(code="500229002", name="复兴街道", kind="township", parent=county)
    river = WaterBody(org=county, name="任河", kind="河流")
    records.save(river, records.SYSTEM)
    return {"county": county, "town": town, "other": other, "river": river}


def person(name, role, org):
    user = User.objects.create_user(name, password="x" * 12)
    Grant.objects.create(user=user, role=role, org=org)
    return User.objects.get(pk=user.pk)


CELLS = {
    "code": " ＦＢ－001 ", "name": "模拟排口", "class1": "工业排污口", "water_body": "任河", "org": "葛城街道",
    "set_mode": "历史", "sources": "模拟来源", "approved_flow": "1,200.5 m3/d", "sign_built": "√",
    "plan_end": "2026年12月1日", "lon": 108.66, "lat": "31.95",
}  # fmt: skip


def written(world, **more):
    register, outlet = get("water.outlet"), Outlet()
    assert not fill(outlet, register, CELLS | more, References(register, world["county"]))
    records.save(outlet, records.SYSTEM)
    return outlet


def test_cells_become_values(world):
    outlet = Outlet.objects.get(pk=written(world).pk)
    assert (outlet.code, outlet.approved_flow, outlet.plan_end) == (
        "FB-001",
        Decimal("1200.5"),
        date(2026, 12, 1),
    )
    assert outlet.sign_built is True
    assert outlet.county == world["county"]


def test_refused_cells_say_how_to_mend(world):
    register = get("water.outlet")
    faults = fill(
        Outlet(), register,
        {"class1": "工业", "water_body": "任何", "approved_flow": "约12", "plan_end": "2026-02-30", "code": ""},
        References(register, world["county"]),
    )  # fmt: skip
    assert set(faults) == {"class1", "water_body", "approved_flow", "plan_end", "code"}
    assert "工业排污口" in faults["class1"]
    assert "任河" in faults["water_body"]


def test_another_unit_sees_nothing_and_changes_nothing(world):
    outlet, register = written(world), get("water.outlet")
    stranger = person("b", "unit", world["other"])
    assert not reading.visible_to(register, stranger).exists()
    outlet.name = "改名"
    with pytest.raises(PermissionDenied):
        records.save(outlet, Actor(stranger))
    assert reading.visible_to(register, person("a", "unit", world["town"])).get() == outlet


def test_sensitive_fields_are_masked_and_cannot_be_searched(world):
    outlet, register = written(world), get("water.outlet")
    unit, officer = person("a", "unit", world["town"]), person("o", "plan_officer", world["county"])
    column = register.fields["sources"]
    clear = reading.unmasked(register, unit, [outlet])
    assert reading.value(column, outlet, outlet.pk in clear) == reading.MASK
    assert reading.unmasked(register, officer, [outlet]) == {outlet.pk}
    asked = query.ask(register, QueryDict("q=模拟来源&sort=sources&class1=工业排污口"))
    assert asked.sort == ""
    assert not query.select(register, Outlet.objects.all(), asked, date(2026, 1, 1)).exists()


def test_steps_need_what_they_declare(world):
    outlet, officer = written(world, lon="", lat=""), person("o", "plan_officer", world["county"])
    with pytest.raises(ValidationError, match="经度、纬度"):
        records.take_step(outlet, "核实", Actor(officer))
    outlet.lon, outlet.lat = Decimal("108.66"), Decimal("31.95")
    records.save(outlet, Actor(officer))
    with pytest.raises(ValidationError, match="佐证"):
        records.take_step(outlet, "核实", Actor(officer))
    outlet.state = "已核实"
    with pytest.raises(ValidationError, match="办理"):
        records.save(outlet, Actor(officer))


def test_a_newer_version_is_not_overwritten(world):
    outlet = written(world)
    outlet.name = "第二版"
    records.save(outlet, records.SYSTEM)
    outlet.name = "又一版"
    with pytest.raises(ValidationError, match="别人改过"):
        records.save(outlet, records.SYSTEM, revision=1)


def test_undo_and_the_chain(world):
    outlet = written(world)
    outlet.name = "错名"
    records.save(outlet, records.SYSTEM, "改")
    undo.undo([AuditEntry.objects.first()], records.SYSTEM)
    outlet.refresh_from_db()
    assert outlet.name == "模拟排口"
    records.delete(outlet, records.SYSTEM, "误录")
    undo.undo([AuditEntry.objects.first()], records.SYSTEM)
    assert Outlet.objects.get().name == "模拟排口"
    good, fault = audit.verify()
    assert (good, fault) == (AuditEntry.objects.count(), "")
    entry = AuditEntry.objects.order_by("id")[1]
    AuditEntry.objects.filter(pk=entry.pk).update(after_text=entry.after_text[:-1] + " ")
    assert "第 2 条" in audit.verify()[1]


def test_many_at_once_leave_an_entry_each(world):
    first = written(world)
    fresh = [
        (
            Outlet(
                code=f"N-{n}",
                name="n",
                class1="其他排口",
                water_body=world["river"],
                org=world["town"],
                set_mode="登记",
            ),
            None,
        )
        for n in range(3)
    ]
    for record, _ in fresh:
        record.prepare()
    changed = Outlet.objects.get(pk=first.pk)
    changed.name = "批量改"
    change = records.save_many([*fresh, (changed, first)], records.SYSTEM, "导入")
    assert AuditEntry.objects.filter(change_set=change).count() == 4
    assert undo.undo_set(change, records.SYSTEM) == 4
    assert Outlet.objects.get().name == "模拟排口"
    assert audit.verify()[1] == ""
