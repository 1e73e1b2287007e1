"""A small county with a plan, people of every role, a neighbour, and pages asked for through Django's client."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.core.cache import cache

from jiuzhi.core.models import Grant, Org, User
from jiuzhi.engine.indicators.models import Judgement
from jiuzhi.engine.plan.models import Clause, Commitment, Plan, Project, Task
from jiuzhi.interfaces.web import keep
from jiuzhi.master.models import Station

AS_OF = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()
    keep._held.clear()


def person(name: str, role: str, org: Org) -> User:
    user = User(username=name, first_name=name)
    user.set_unusable_password()
    user.save()
    Grant.objects.create(user=user, role=role, org=org)
    return user


@pytest.fixture
def orgs(db):
    city = Org.objects.create(code="500000", name="重庆市", kind="city")
    county = Org.objects.create(code="500229", name="城口县", kind="county", parent=city)
    other = Org.objects.create(code="500240", name="石柱县", kind="county", parent=city)
    water = Org.objects.create(code="500229-slj", name="县水利局", kind="department", parent=county)
    forest = Org.objects.create(code="500229-lyj", name="县林业局", kind="department", parent=county)
    return SimpleNamespace(city=city, county=county, other=other, water=water, forest=forest)


@pytest.fixture
def people(orgs):
    return SimpleNamespace(
        officer=person("officer", "plan_officer", orgs.county),
        second=person("second", "plan_officer", orgs.county),
        unit=person("unit", "unit", orgs.water),
        forester=person("forester", "unit", orgs.forest),
        monitor=person("monitor", "monitoring", orgs.county),
        leader=person("leader", "leader", orgs.city),
        auditor=person("auditor", "auditor", orgs.county),
        stranger=person("stranger", "plan_officer", orgs.other),
    )


def commitment(plan, clause, code, name, **more):
    fields = {
        "domain": "治水", "unit": "%", "kind": "target", "comparator": ">=", "value": Decimal(95), "year": 2030,
        "progress": "reach", "start": 10, "end": 20,
    } | more  # fmt: skip
    return Commitment.objects.create(plan=plan, clause=clause, code=code, name=name, **fields)


def judge(record, state, value="90", reason="2026 年为 90%，低于路径。"):
    return Judgement.objects.create(
        commitment=record, as_of=AS_OF, state=state, reason=reason, value=value and Decimal(value), period="2026",
        forecast={}, synthetic=True,
    )  # fmt: skip


@pytest.fixture
def plan(orgs):
    """One plan: a chapter with a section, four targets in four states, a baseline, two tasks, a project."""
    made = Plan.objects.create(
        county=orgs.county, title="城口县规划", status="final", version=1, period_start=2026, period_end=2030,
        document_name="规划.docx", sha256="0" * 64, loaded_at=NOW,
    )  # fmt: skip
    chapter = Clause.objects.create(
        plan=made, code="1", level="chapter", number="第一章", title="治水", order=1
    )
    section = Clause.objects.create(
        plan=made,
        parent=chapter,
        code="1.1",
        level="paragraph",
        number="",
        title="城乡污水",
        order=2,
        start=5,
        end=60,
    )
    late = commitment(made, section, "C1", "城镇污水处理率", owner=orgs.water)
    badly = commitment(made, section, "C2", "农村污水治理率")
    met = commitment(made, section, "C3", "断面达标率", owner=orgs.county)
    silent = commitment(
        made, chapter, "C4", "化学需氧量减排", value=None, value_text="市级下达", comparator=""
    )
    commitment(made, section, "C5", "城镇污水处理率", kind="baseline", year=2025, value=Decimal(85))
    for record, state in ((late, "late"), (badly, "badly_late"), (met, "met")):
        judge(record, state)
    judge(silent, "no_data", None, "规划没有给出数值。")
    Task.objects.create(
        plan=made, clause=section, code="T1", title="完善污水管网", owner=orgs.water, start=30, end=40
    )
    Task.objects.create(plan=made, clause=section, code="T2", title="排查入河排污口", start=40, end=50)
    Project.objects.create(
        plan=made, clause=section, code="P1", name="污水厂扩建", quantity="2", unit="座", place="葛城街道"
    )
    return made


@pytest.fixture
def stations(orgs):
    return [
        Station.objects.create(code="A1", name="县城站", kind="air", level="national", county=orgs.county, synthetic=True),
        Station.objects.create(
            code="重庆市/水寨子", name="水寨子", kind="river", level="national", county=orgs.county, water_body="任河",
            target_class="Ⅱ",
        ),
        Station.objects.create(code="B1", name="石柱站", kind="air", level="city", county=orgs.other),
    ]  # fmt: skip


@pytest.fixture
def officer(client, people):
    client.force_login(people.officer)
    return client


@pytest.fixture
def measured(plan, stations, people):
    """A day of hours at the air station and a few readings at the section, assessed."""
    from datetime import date

    from jiuzhi.core.records import Actor
    from jiuzhi.engine.observe import assessed
    from jiuzhi.engine.observe.importer import import_file

    def load(folder):
        lines = ["站点编码,时间,项目,数值,单位"]
        for hour in range(24):
            for item, value in (("PM2.5", 40), ("PM10", 60), ("SO2", 8), ("NO2", 20), ("O3", 50)):
                lines.append(f"A1,2026-11-20 {hour:02d}:00,{item},{value},µg/m³")
            lines.append(f"A1,2026-11-20 {hour:02d}:00,CO,0.6,mg/m³")
        for day in range(1, 20):
            for item, value in (("溶解氧", 9), ("高锰酸盐指数", 1.5), ("氨氮", 0.1), ("总磷", 0.25)):
                lines.append(f"重庆市/水寨子,2026-10-{day:02d} 08:00,{item},{value},mg/L")
        path = folder / "观测.csv"
        path.write_text("\n".join(lines), encoding="utf-8")
        batch = import_file(path, actor=Actor(people.monitor), county="500229", latest=date(2026, 11, 21))
        assessed.refresh(date(2026, 11, 21))
        return batch

    return load
