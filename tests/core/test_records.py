"""The one way in leaves a trace, and only when something changed."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from jiuzhi.core import access, records
from jiuzhi.core.models import AuditEntry, Grant, Org, User
from jiuzhi.core.records import Actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    city = Org.objects.create(code="500000", name="重庆市", kind="city")
    chengkou = Org.objects.create(code="500229", name="城口县", kind="county", parent=city)
    shizhu = Org.objects.create(code="500240", name="石柱土家族自治县", kind="county", parent=city)
    water = Org.objects.create(code="500229-县水利局", name="县水利局", kind="department", parent=chengkou)
    return {"city": city, "chengkou": chengkou, "shizhu": shizhu, "water": water}


def person(name, role, org):
    user = User.objects.create_user(name, password="x" * 12)
    Grant.objects.create(user=user, role=role, org=org)
    return User.objects.get(pk=user.pk)


def test_create_update_delete_leave_a_trace(tree):
    user = person("a", "admin", tree["city"])
    who = Actor(user, "web")
    org = Org(code="500229-县林业局", name="县林业局", kind="department", parent=tree["chengkou"])
    assert records.save(org, who, "新增单位")
    org.name = "县林业和草原局"
    assert records.save(org, who, "更名")
    records.delete(org, who, "撤并")
    entries = list(
        AuditEntry.objects.filter(key__in=[e.key for e in AuditEntry.objects.all()]).order_by("id")
    )
    assert [e.action for e in entries] == ["create", "update", "delete"]
    assert entries[1].before["name"] == "县林业局"
    assert entries[1].after["name"] == "县林业和草原局"
    assert entries[2].after is None
    assert {e.user for e in entries} == {user}


def test_nothing_changed_leaves_none(tree):
    assert not records.save(tree["water"], records.SYSTEM)
    assert not AuditEntry.objects.exists()


def test_dates_and_decimals_compare_as_stored(tree):
    tree["water"].valid_from = date(2026, 1, 1)
    assert records.save(tree["water"], records.SYSTEM)
    again = Org.objects.get(pk=tree["water"].pk)
    assert not records.save(again, records.SYSTEM)


def test_delete_needs_a_reason(tree):
    with pytest.raises(ValidationError, match="原因"):
        records.delete(tree["water"], records.SYSTEM, " ")
    assert Org.objects.filter(pk=tree["water"].pk).exists()


def test_invalid_record_writes_nothing(tree):
    with pytest.raises(ValidationError):
        records.save(Org(code="x", name="", kind="department", parent=tree["city"]), records.SYSTEM)
    assert not AuditEntry.objects.exists()


def test_change_set_is_all_or_nothing(tree):
    def broken():
        with records.change_set(records.SYSTEM, Org, "500229", "批量"):
            records.bulk_create([Org(code="t", name="t", kind="other", path="t/")])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    assert not Org.objects.filter(code="t").exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda: records.bulk_create([Org(code="t", name="t", kind="other", path="t/")]),
        lambda: records.bulk_update(Org.objects.all(), ["name"]),
        lambda: records.bulk_delete(Org.objects.all()),
    ],
)
def test_a_bulk_change_without_an_audit_row_is_refused(tree, change):
    with pytest.raises(RuntimeError, match="change_set"):
        change()
    assert Org.objects.count() == len(tree)


def test_a_grant_covers_its_subtree_only(tree):
    officer = person("b", "plan_officer", tree["chengkou"])
    assert access.can(officer, "assign_owner", tree["water"])
    assert not access.can(officer, "assign_owner", tree["shizhu"])
    assert not access.can(officer, "assign_owner", tree["city"])
    assert list(access.counties(officer)) == [tree["chengkou"]]


def test_actions_are_decided_one_by_one(tree):
    unit = person("c", "unit", tree["water"])
    assert access.can(unit, "report_value", tree["water"])
    assert not access.can(unit, "approve_value", tree["water"])
    assert not access.can(unit, "report_value", tree["chengkou"])
    assert list(access.counties(unit)) == [tree["chengkou"]], (
        "a department's person still opens the county's pages"
    )
    with pytest.raises(KeyError):
        access.can(unit, "fly", tree["water"])


def test_the_city_sees_all_counties(tree):
    leader = person("d", "leader", tree["city"])
    assert set(access.counties(leader)) == {tree["chengkou"], tree["shizhu"]}


def test_codes_that_share_a_prefix_are_not_one_subtree(tree):
    other = Org.objects.create(code="5002290", name="另一单位", kind="other", parent=tree["city"])
    officer = person("e", "plan_officer", tree["chengkou"])
    assert not access.can(officer, "assign_owner", other)


def test_secrets_stay_out_of_the_audit(tree):
    user = person("f", "admin", tree["city"])
    user.set_password("y" * 12)
    assert records.save(user, records.SYSTEM, "改密码"), "a changed password is a change"
    entry = AuditEntry.objects.latest("id")
    assert "pbkdf2" not in str(entry.before) + str(entry.after)


def test_every_action_names_known_roles():
    assert all(roles <= set(Grant.Role.values) for roles in access.ACTIONS.values())
