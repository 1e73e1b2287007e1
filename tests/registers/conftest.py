"""Both counties' units, people of every kind, and the packaged sample rows of a register with what they refer to."""

import csv
from pathlib import Path

import pytest

from jiuzhi.core import records
from jiuzhi.core.models import Grant, Org, User
from jiuzhi.core.registers import Register, get
from jiuzhi.engine.exchange import samples

ROOT = Path(__file__).resolve().parents[2]
COUNTIES = {"500229": "500229-chengkou", "500240": "500240-shizhu"}


@pytest.fixture
def land(db):
    """The two counties with their departments and townships, as `plan load` registers them."""
    city = Org.objects.create(code="500000", name="重庆市", kind="city")
    for code, folder in COUNTIES.items():
        county = Org.objects.create(code=code, name=folder, kind="county", parent=city)
        with (ROOT / "plans" / folder / "units.csv").open(encoding="utf-8-sig") as file:
            units = [
                Org(code=r["code"], name=r["name"], kind=r["kind"], parent=county)
                for r in csv.DictReader(file)
            ]
        for unit in units:
            unit.path = f"{county.path}{unit.code}/"
        Org.objects.bulk_create(units)
    return {o.code: o for o in Org.objects.all()}


@pytest.fixture
def load(land):
    """``load(register)`` keeps the sample rows of a register and of all it refers to; returns its own records."""

    def loaded(register: Register) -> list:
        samples.load_samples(records.SYSTEM, only=[register])
        return list(register.model.objects.select_related("org", "county"))

    return loaded


@pytest.fixture
def person(land):
    """``person("unit", "500229001")``: somebody with that role in that unit."""

    def made(role: str, code: str, **more: str) -> User:
        user = User.objects.create_user(f"{role}-{code}-{User.objects.count()}", password="x" * 12)
        Grant.objects.create(user=user, role=role, org=land[code], **more)
        return User.objects.get(pk=user.pk)

    return made


@pytest.fixture
def own(load, client, person):
    """``own(code)``: (register, its records of 城口, client signed in as the county's administrator, or in another role and unit)."""

    def made(code, role="admin", unit="500229"):
        register = get(code)
        rows = [r for r in load(register) if r.county.code == "500229"]
        client.force_login(person(role, unit))
        return register, rows, client

    return made
