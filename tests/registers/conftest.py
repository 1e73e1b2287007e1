"""Both counties' units, people of every kind, and the packaged sample rows of a register with what they refer to."""

import csv
from pathlib import Path

import pytest

from jiuzhi.core import records
from jiuzhi.core.models import Grant, Org, User
from jiuzhi.core.registers import REGISTERS, Register, columns
from jiuzhi.core.registers.parse import References, fill

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


def sample_rows(register: Register) -> list[dict[str, str]]:
    """The packaged rows of a register, a field that is left out left empty."""
    text = register.samples().read_text(encoding="utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def needed(register: Register) -> list[Register]:
    """The registers a register's rows refer to, deepest first, itself last."""
    found: list[Register] = []

    def visit(one: Register, above: tuple[str, ...]) -> None:
        for column in one.fields.values():
            target = column.kind == columns.REF and REGISTERS.get(
                f"{column.target._meta.app_label}.{column.target._meta.model_name}"
            )
            if target and target is not one and target.code not in above:
                visit(target, (*above, one.code))
        if one not in found:
            found.append(one)

    visit(register, ())
    return found


@pytest.fixture
def load(land):
    """``load(register)`` keeps the sample rows of a register and of all it refers to; returns its own records."""

    def loaded(register: Register) -> list:
        for one in needed(register):
            if not one.model.objects.exists():
                _keep(one, land)
        return list(register.model.objects.select_related("org", "county"))

    return loaded


def _keep(register: Register, land: dict[str, Org]) -> None:
    later = [c.name for c in register.fields.values() if c.target is register.model]
    for row in sample_rows(register):
        county = land[row["county"]]
        refs = References(register, county)
        record = register.model()
        cells = {k: v for k, v in row.items() if k != "county"}
        faults = fill(record, register, {k: v for k, v in cells.items() if k not in later}, refs)
        assert not faults, (register.code, row, faults)
        records.save(record, records.SYSTEM, "样例")
        own = {k: cells[k] for k in later if cells.get(k)}
        if own:
            faults = fill(record, register, own, refs)
            assert not faults, (register.code, row, faults)
            records.save(record, records.SYSTEM, "样例")


@pytest.fixture
def person(land):
    """``person("unit", "500229001")``: somebody with that role in that unit."""

    def made(role: str, code: str, **more: str) -> User:
        user = User.objects.create_user(f"{role}-{code}-{User.objects.count()}", password="x" * 12)
        Grant.objects.create(user=user, role=role, org=land[code], **more)
        return User.objects.get(pk=user.pk)

    return made
