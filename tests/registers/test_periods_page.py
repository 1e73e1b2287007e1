"""The page of reporting periods: who sees, who may change, what a lock and an exception do, who came late."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.urls import reverse

from jiuzhi.core import local, periods, records
from jiuzhi.core.models import AuditEntry, LateReport, PeriodUnlock, ReportingPeriod
from jiuzhi.core.registers import REGISTERS
from jiuzhi.interfaces.web import keep


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()
    keep._held.clear()


@pytest.fixture
def timed(load):
    """A register reported by period, with its records of 城口."""
    register = next(r for r in REGISTERS.values() if r.period)
    rows = [r for r in load(register) if r.county.code == "500229"]
    assert rows
    return register, rows


PAGE = "/county/500229/periods/"


def test_an_officer_opens_locks_and_unlocks(timed, client, person):
    register, rows = timed
    client.force_login(person("plan_officer", "500229"))
    period = periods.period_of(register, rows[0])
    said = {"act": "open", "register": register.code, "period": period, "due_on": "2026-02-15"}
    answer = client.post(PAGE, said, follow=True).content.decode()
    assert f"已设立 {register.title} {period}" in answer
    one = ReportingPeriod.objects.get()
    assert "未锁定" in answer
    client.post(PAGE, {"act": "lock", "pk": one.pk})
    one.refresh_from_db()
    assert one.locked_at is not None
    row = register.model.objects.get(pk=rows[0].pk)
    row.note = "补充"
    with pytest.raises(ValidationError, match="已锁定"):
        records.save(row, records.SYSTEM)
    until = (local.today() + timedelta(days=3)).isoformat()
    unlock = {"act": "unlock", "pk": one.pk, "org": row.org.code, "until": until, "reason": "数据更正"}
    text = client.post(PAGE, unlock, follow=True).content.decode()
    assert f"对{row.org}开放至 {until}" in text
    assert "数据更正" in text
    assert records.save(row, records.SYSTEM)
    assert AuditEntry.objects.filter(model="core.PeriodUnlock", user__grants__role="plan_officer").exists()


@pytest.mark.parametrize("change", [
    {"reason": "  "}, {"until": "2020-01-01"}, {"until": "x"}, {"org": "500240"}, {"org": ""}, {"pk": "9" * 30}, {"pk": "x"},
    {"act": "drop"}, {"act": "lock"},
])  # fmt: skip
def test_a_wrong_unlock_is_refused_in_a_sentence(change, timed, client, person):
    register, rows = timed
    client.force_login(person("plan_officer", "500229"))
    one = ReportingPeriod.objects.create(
        county=rows[0].county, register=register.code, period="2026-01", due_on="2026-02-15"
    )
    periods.lock([one], records.SYSTEM)
    until = (local.today() + timedelta(days=3)).isoformat()
    data = {"act": "unlock", "pk": one.pk, "org": "500229", "until": until, "reason": "更正"} | change
    text = client.post(PAGE, data, follow=True).content.decode()
    assert 'class="note error"' in text
    assert not PeriodUnlock.objects.exists()


@pytest.mark.parametrize("change", [
    {"period": "2026-13"}, {"period": "x"}, {"due_on": ""}, {"due_on": "31/01/2026"}, {"register": "water.none"},
    {"register": next(c for c, r in REGISTERS.items() if not r.period)},
])  # fmt: skip
def test_a_wrong_period_is_refused_in_a_sentence(change, timed, client, person):
    register, _rows = timed
    client.force_login(person("plan_officer", "500229"))
    data = {"act": "open", "register": register.code, "period": "2026-01", "due_on": "2026-02-15"} | change
    assert 'class="note error"' in client.post(PAGE, data, follow=True).content.decode()
    assert not ReportingPeriod.objects.exists()


@pytest.mark.parametrize(("role", "unit"), [
    ("unit", "500229"), ("monitoring", "500229"), ("auditor", "500229"), ("leader", "500229"), ("plan_officer", "500229205"),
])  # fmt: skip
def test_others_look_and_change_nothing(role, unit, timed, client, person):
    register, rows = timed
    one = ReportingPeriod.objects.create(
        county=rows[0].county, register=register.code, period="2026-01", due_on="2026-02-15"
    )
    client.force_login(person(role, unit))
    text = client.get(PAGE).content.decode()
    assert "2026-01" in text
    assert 'name="act"' not in text
    for data in (
        {"act": "lock", "pk": one.pk},
        {"act": "open", "register": register.code, "period": "2026-02", "due_on": "2026-03-15"},
    ):
        assert client.post(PAGE, data).status_code == 403
    assert ReportingPeriod.objects.get().locked_at is None


def test_another_county_neither_sees_nor_locks(timed, client, person):
    register, rows = timed
    one = ReportingPeriod.objects.create(
        county=rows[0].county, register=register.code, period="2031-01", due_on="2026-02-15"
    )
    client.force_login(person("admin", "500240"))
    assert client.get(PAGE).status_code == 404
    assert "2031-01" not in client.get("/county/500240/periods/").content.decode()
    client.post("/county/500240/periods/", {"act": "lock", "pk": one.pk})
    assert ReportingPeriod.objects.get().locked_at is None


def test_a_unit_sees_its_own_late_reports(timed, client, person, land):
    register, rows = timed
    one = ReportingPeriod.objects.create(
        county=rows[0].county, register=register.code, period="2026-01", due_on="2026-02-15"
    )
    for code, days in (("500229205", 4), ("500229205", 9), ("500229001", 2)):
        LateReport.objects.create(period=one, org=land[code], key="x", reported_on="2026-02-19", days=days)
    client.force_login(person("admin", "500229"))
    text = client.get(PAGE).content.decode()
    assert f"{land['500229205']} 2 条，最多迟 9 天" in text
    assert f"{land['500229001']} 1 条，最多迟 2 天" in text
    client.force_login(person("unit", "500229205"))
    text = client.get(PAGE).content.decode()
    assert f"{land['500229205']} 2 条，最多迟 9 天" in text
    assert f"{land['500229001']} 1 条" not in text
    assert reverse("periods") == "/periods/"
