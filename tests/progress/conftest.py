"""A small plan with one commitment of every sort, and the people who work on it."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from jiuzhi.core.models import Grant, Org, User
from jiuzhi.engine.plan.models import Clause, Commitment, Plan


@pytest.fixture
def county(db) -> Org:
    city = Org.objects.create(code="500000", name="某市", kind=Org.Kind.CITY)
    return Org.objects.create(code="500999", name="某县", kind=Org.Kind.COUNTY, parent=city)


@pytest.fixture
def bureau(county) -> Org:
    return Org.objects.create(code="500999-lyj", name="县林业局", kind=Org.Kind.DEPARTMENT, parent=county)


@pytest.fixture
def plan(county) -> Plan:
    plan = Plan.objects.create(
        county=county, title="某县规划", status="final", version=1, period_start=2026, period_end=2030, document_name="x.txt",
        sha256="0" * 64, loaded_at=timezone.now(),
    )  # fmt: skip
    chapter = Clause.objects.create(
        plan=plan, code="1", level="chapter", number="第一章", title="目标", order=1
    )
    Clause.objects.create(plan=plan, code="1.1", level="paragraph", title="森林", order=2, parent=chapter)
    return plan


@pytest.fixture
def commit(plan):
    """Add a commitment: ``commit("森林蓄积量", ">=", 2010, baseline=1910, unit="万立方米")``."""

    def make(
        name: str, comparator: str = ">=", value: Any = None, *, baseline: Any = None, **fields: Any
    ) -> Commitment:
        base = None
        if baseline is not None:
            base = Commitment.objects.create(
                plan=plan, code=f"B{Commitment.objects.count()}", name=fields.pop("baseline_name", name), kind="baseline",
                value=Decimal(str(baseline)), year=2025, unit=fields.get("unit", ""),
            )  # fmt: skip
        return Commitment.objects.create(
            plan=plan, code=fields.pop("code", f"C{Commitment.objects.count()}"), name=name, comparator=comparator, baseline=base,
            value=None if value is None else Decimal(str(value)), clause=plan.clauses.get(code="1.1"),
            **{"kind": "target", "year": 2030, "domain": "治山", **fields},
        )  # fmt: skip

    return make


@pytest.fixture
def person(county):
    def make(name: str, role: str, org: Org | None = None) -> User:
        user = User.objects.create_user(name, password="x", first_name=name)
        Grant.objects.create(user=user, role=role, org=org or county)
        return user

    return make
