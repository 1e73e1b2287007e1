"""Reporting periods: locked, opened by exception, late."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import models

from jiuzhi.core import local, periods, records
from jiuzhi.core.models import LateReport, Org, ReportingPeriod
from jiuzhi.core.registers import REGISTERS
from jiuzhi.core.registers.declare import Register

pytestmark = pytest.mark.django_db


@pytest.fixture
def outlet(monkeypatch):
    """An outlet whose sampling day says the period, for these tests."""
    from jiuzhi.domains.water.models import Outlet
    from jiuzhi.master.models import WaterBody

    monkeypatch.delitem(REGISTERS, "water.outlet")
    Register(model=Outlet, about="", columns=["code"], period="last_sample_on")
    city = Org.objects.create(code="500000", name="重庆市", kind="city")
    county = Org.objects.create(code="500229", name="城口县", kind="county", parent=city)
    town = Org.objects.create(code="500229001", name="葛城街道", kind="township", parent=county)
    river = WaterBody(org=county, name="任河", kind="河流")
    records.save(river, records.SYSTEM)
    return Outlet(
        code="a", name="a", class1="其他排口", water_body=river, org=town, set_mode="登记",
        last_sample_on=date(2026, 3, 5),
    )  # fmt: skip


def declared(outlet, period="2026-03", due=date(2026, 4, 10)):
    found = ReportingPeriod(
        county=Org.objects.get(code="500229"), register="water.outlet", period=period, due_on=due
    )
    records.save(found, records.SYSTEM)
    return found


def test_a_late_record_leaves_a_trace(outlet):
    declared(outlet)
    records.save(outlet, records.SYSTEM)
    late = LateReport.objects.get()
    assert (late.org, late.days) == (outlet.org, (local.today() - date(2026, 4, 10)).days)


@pytest.mark.parametrize("period", ["2026-03", "2026"])
def test_a_locked_period_is_closed_until_opened_for_the_unit(outlet, period):
    records.save(outlet, records.SYSTEM)
    found = declared(outlet, period)
    assert periods.lock([found], records.SYSTEM) == 1
    outlet.name = "改"
    with pytest.raises(ValidationError, match="已锁定"):
        records.save(outlet, records.SYSTEM)
    with pytest.raises(ValidationError, match="已锁定"):
        records.delete(outlet, records.SYSTEM, "误录")
    with pytest.raises(ValidationError, match="原因"):
        periods.unlock(found, outlet.org, local.today(), " ", records.SYSTEM)
    other = Org.objects.create(code="500229002", name="复兴街道", kind="township", parent=outlet.county)
    periods.unlock(found, other, local.today() + timedelta(days=1), "数据更正", records.SYSTEM)
    with pytest.raises(ValidationError, match="已锁定"):
        records.save(outlet, records.SYSTEM)
    periods.unlock(found, outlet.org, local.today(), "数据更正", records.SYSTEM)
    assert records.save(outlet, records.SYSTEM)


def test_a_record_cannot_slip_out_of_a_locked_period(outlet):
    records.save(outlet, records.SYSTEM)
    periods.lock([declared(outlet)], records.SYSTEM)
    outlet.last_sample_on = date(2026, 4, 1)
    with pytest.raises(ValidationError, match="已锁定"):
        records.save(outlet, records.SYSTEM)


def test_every_register_names_a_period_its_model_has():
    for register in REGISTERS.values():
        if register.period:
            field = register.model._meta.get_field(register.period)
            assert isinstance(field, models.DateField | models.CharField | models.IntegerField), register.code
