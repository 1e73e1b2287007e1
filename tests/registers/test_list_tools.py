"""Bulk edits, saved views, documentation, periods, search and what registers serve."""

import re
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


def bulk(client, register, **more):
    return client.post(
        at("register_bulk", register), {"_field": "bank", "bank": "右岸", "_why": "统一岸别"} | more
    )


def stamp(answer):
    """What the preview carries to the writing step: that the records are still those that were seen."""
    found = re.search(r'name="_go" value="([^"]+)"', answer.content.decode())
    assert found, answer.content.decode()[:3000]
    return found[1]


def test_a_bulk_edit_is_seen_done_and_undone_as_one(outlet, client):
    ids = list(here().values_list("pk", flat=True))
    before = dict(here().values_list("pk", "bank"))
    seen = bulk(client, outlet, _pk=ids)
    assert dict(here().values_list("pk", "bank")) == before, "nothing is written by looking"
    bulk(client, outlet, _pk=ids, _go=stamp(seen))
    assert set(here().values_list("bank", flat=True)) == {"右岸"}
    sets = set(AuditEntry.objects.filter(why__contains="统一岸别").values_list("change_set", flat=True))
    assert len(sets) == 1
    client.post(at("register_undo_set", outlet, sets.pop()))
    assert dict(here().values_list("pk", "bank")) == before


def test_a_bulk_edit_reaches_only_what_the_person_may_change(outlet, client, person):
    own = here().exclude(bank="右岸").order_by("pk").first()
    client.force_login(person("unit", own.org.code))
    ids = list(Outlet.objects.values_list("pk", flat=True))
    others = dict(Outlet.objects.exclude(org=own.org).values_list("pk", "bank"))
    bulk(client, outlet, _pk=ids, _go=stamp(bulk(client, outlet, _pk=ids)))
    own.refresh_from_db()
    assert own.bank == "右岸"
    assert dict(Outlet.objects.exclude(org=own.org).values_list("pk", "bank")) == others
    client.force_login(person("auditor", "500229"))
    assert bulk(client, outlet, _pk=ids).status_code == 403


def test_all_that_the_filters_match(outlet, client):
    chosen = {"_pick": "all", "_in": "state=整治中"}
    bulk(client, outlet, **chosen, _go=stamp(bulk(client, outlet, **chosen)))
    assert set(here().filter(state="整治中").values_list("bank", flat=True)) == {"右岸"}
    assert here().exclude(state="整治中").filter(bank="左岸").exists()


def test_a_view_keeps_columns_and_filters(outlet, client, person):
    shown = "state=整治中&col=bank&col=name&sort=-name"
    client.post(at("register_view_save", outlet), {"_name": "整治", "_in": shown})
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
    opened = {"act": "open", "register": register.code, "period": "2026-10", "due_on": "2026-11-05"}
    client.post(page, opened)
    client.post(page, opened)
    found = ReportingPeriod.objects.get()
    client.post(page, {"act": "lock", "pk": found.pk})
    found.refresh_from_db()
    assert found.locked_at
    until = (local.today() + timedelta(days=3)).isoformat()
    client.post(page, {"act": "unlock", "pk": found.pk, "org": "500229001", "until": until, "reason": ""})
    assert not PeriodUnlock.objects.exists()
    client.post(
        page, {"act": "unlock", "pk": found.pk, "org": "500229001", "until": until, "reason": "数据更正"}
    )
    LateReport(period=found, org=land["500229001"], key="a", reported_on=local.today(), days=9).save()
    text = client.get(page).content.decode()
    assert "数据更正" in text
    assert "9 天" in text
    client.force_login(person("unit", "500229001"))
    assert client.post(page, {"act": "lock", "pk": found.pk}).status_code == 403


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
    assert any(s.args == (register.code,) for s in served)
    text = client.get(reverse("systems") + f"?q={register.serves[0]}").content.decode()
    assert at("register", register) in text
