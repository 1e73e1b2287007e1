"""Bulk edits, saved views, documentation, periods, search and what registers serve."""

from datetime import timedelta

import pytest
from django.urls import reverse

from jiuzhi.core import local
from jiuzhi.core.models import AuditEntry, LateReport, PeriodUnlock, ReportingPeriod, SavedView
from jiuzhi.core.registers import REGISTERS, get
from jiuzhi.domains.water.models import Outlet
from jiuzhi.engine.plan import systems

from .test_pages import at

ALL = sorted(REGISTERS)


@pytest.fixture
def outlet(load, client, person):
    load(get("water.outlet"))
    client.force_login(person("plan_officer", "500229"))
    return get("water.outlet")


def here():
    return Outlet.objects.filter(county__code="500229")


def test_a_bulk_edit_is_seen_done_and_undone_as_one(outlet, client):
    ids = list(here().values_list("pk", flat=True))
    before = dict(here().values_list("pk", "bank"))
    choice = {"ids": ids, "field": "bank", "bank": "右岸"}
    text = client.post(at("register_bulk", outlet), choice).content.decode()
    changed = sum(v != "右岸" for v in before.values())
    assert f"<b>{changed}</b> 条会改变" in text
    assert dict(here().values_list("pk", "bank")) == before, "nothing is written by looking"
    client.post(at("register_bulk", outlet), choice | {"sure": "1", "why": "统一岸别"})
    assert set(here().values_list("bank", flat=True)) == {"右岸"}
    sets = set(AuditEntry.objects.filter(why="统一岸别").values_list("change_set", flat=True))
    assert len(sets) == 1
    client.post(at("register_undo_set", outlet, sets.pop()))
    assert dict(here().values_list("pk", "bank")) == before


def test_a_bulk_edit_is_all_or_nothing(outlet, client):
    """One of the records may not become 依法取缔 while it is under 日常监管: none is changed."""
    ids = list(here().values_list("pk", flat=True))
    before = list(here().order_by("pk").values_list("remediation", flat=True))
    choice = {"ids": ids, "field": "remediation", "remediation": "依法取缔", "sure": "1"}
    answer = client.post(at("register_bulk", outlet), choice)
    assert answer.status_code == 422
    assert "一条也没有改" in answer.content.decode()
    assert list(here().order_by("pk").values_list("remediation", flat=True)) == before


def test_a_bulk_edit_reaches_only_what_the_person_may_change(outlet, client, person):
    unit = person("unit", "500229108")  # 高燕镇: none of the outlets is its own
    client.force_login(unit)
    ids = list(Outlet.objects.values_list("pk", flat=True))
    client.post(at("register_bulk", outlet), {"ids": ids, "field": "bank", "bank": "右岸", "sure": "1"})
    assert Outlet.objects.filter(bank="左岸").exists()
    client.force_login(person("auditor", "500229"))
    assert client.post(at("register_bulk", outlet), {"ids": ids}).status_code == 403


def test_all_that_the_filters_match(outlet, client):
    choice = {"all": "1", "query": "state=整治中", "field": "bank", "bank": "右岸", "sure": "1"}
    client.post(at("register_bulk", outlet), choice)
    assert set(here().filter(state="整治中").values_list("bank", flat=True)) == {"右岸"}
    assert here().exclude(state="整治中").filter(bank="左岸").exists()


def test_a_view_keeps_columns_and_filters(outlet, client, person):
    client.post(
        at("register_view_save", outlet),
        {"name": "整治", "state": "整治中", "col": ["bank", "name"], "sort": "-name"},
    )
    view = SavedView.objects.get()
    text = client.get(at("register", outlet) + "?" + view.query).content.decode()
    assert "岸别" in text
    assert here().get(state="疑似").name not in text
    assert "整治" in client.get(at("register", outlet)).content.decode()
    client.force_login(person("admin", "500229"))
    client.post(at("register_view_drop", outlet, view.pk))
    assert SavedView.objects.exists(), "a view is its owner's"


@pytest.mark.parametrize("code", ALL)
def test_the_documentation_names_every_field_and_step(code, land, client, person):
    register = get(code)
    client.force_login(person("admin", "500229"))
    text = client.get(at("register_about", register)).content.decode()
    for column in register.fields.values():
        assert column.title in text
    for step in register.lifecycle.steps if register.lifecycle else ():
        assert step.name in text


def test_periods_are_opened_locked_and_unlocked_on_their_page(land, client, person):
    register = next(r for r in REGISTERS.values() if r.period)
    client.force_login(person("plan_officer", "500229"))
    page = reverse("periods", args=["500229"])
    opened = {"do": "open", "register": register.code, "period": "2026-10", "due": "2026-11-05"}
    client.post(page, opened)
    client.post(page, opened)
    found = ReportingPeriod.objects.get()
    client.post(page, {"do": "lock", "id": found.pk})
    found.refresh_from_db()
    assert found.locked_at
    until = (local.today() + timedelta(days=3)).isoformat()
    client.post(page, {"do": "unlock", "id": found.pk, "org": "500229001", "until": until, "reason": ""})
    assert not PeriodUnlock.objects.exists()
    client.post(
        page, {"do": "unlock", "id": found.pk, "org": "500229001", "until": until, "reason": "数据更正"}
    )
    LateReport(period=found, org=land["500229001"], key="a", reported_on=local.today(), days=9).save()
    text = client.get(page).content.decode()
    assert "数据更正" in text
    assert "迟 9 天" in text
    client.force_login(person("unit", "500229001"))
    assert client.post(page, {"do": "lock", "id": found.pk}).status_code == 403


def test_the_search_finds_records_within_the_grants(outlet, client, person):
    name = here().get(state="疑似").name
    search = reverse("search") + f"?q={name}"
    assert name in client.get(search).content.decode().replace(f'value="{name}"', "").replace(f"“{name}”", "")
    client.force_login(person("plan_officer", "500240"))
    text = client.get(search).content.decode()
    assert "registers/water.outlet" not in text


def test_what_a_register_serves_leads_to_it(land, client, person):
    client.force_login(person("plan_officer", "500229"))
    register = get("water.outlet")
    served = systems.served()[register.serves[0]]
    assert any(s.argument == register.code for s in served)
    text = client.get(reverse("systems") + f"?q={register.serves[0]}").content.decode()
    assert at("register", register) in text
