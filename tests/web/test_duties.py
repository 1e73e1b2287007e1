"""The task list: milestones set by the unit, overdue first, taken away with a reason; the meeting pack."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from jiuzhi.core import local
from jiuzhi.core.records import SYSTEM
from jiuzhi.engine.plan import duties
from jiuzhi.engine.plan.models import Milestone, Plan, Task
from tests.registers.conftest import land, person  # noqa: F401

UNIT = "500229-县水利局"


def _plan(land, version):  # noqa: F811
    return Plan.objects.create(
        county=land["500229"], title="规划", current=version == 1, period_start=2026, period_end=2030, version=version,
        loaded_at=timezone.now(),
    )  # fmt: skip


@pytest.fixture
def tasks(land):  # noqa: F811
    plan = _plan(land, 1)
    made = [("T-1", "治河", land[UNIT]), ("T-2", "种树", land["500229-县林业局"]), ("T-3", "无主", None)]
    return [
        Task.objects.create(plan=plan, code=c, title=t, owner=o, start=n, end=n + 1)
        for n, (c, t, o) in enumerate(made)
    ]


def milestone(task, days, done=None):
    today = local.today()
    return duties.set_milestone(
        task, SYSTEM, title=f"{days} 天", due_on=today + timedelta(days=days), done_on=done, today=today
    )


def test_overdue_first_then_by_the_next_day(tasks):
    milestone(tasks[1], -3)
    milestone(tasks[0], 10)
    found = duties.duties(tasks[0].plan, local.today())
    assert [(d.task.code, d.state, d.days) for d in found] == [
        ("T-2", "overdue", -3),
        ("T-1", "soon", 10),
        ("T-3", "unplanned", None),
    ]


def test_a_milestone_is_kept_over_a_new_version_of_the_plan(tasks, land):  # noqa: F811
    milestone(tasks[0], 10)
    newer = _plan(land, 2)
    Task.objects.create(plan=newer, code="T-1", title="治河", owner=land[UNIT], start=0, end=1)
    assert duties.duties(newer, local.today())[0].next.title == "10 天"


def test_the_unit_sets_its_own_and_no_others(tasks, client, person):  # noqa: F811
    client.force_login(person("unit", UNIT))
    form = {"title": "完成初设", "due_on": "2026-12-31", "next_step": "报批"}
    own, other = (reverse("duty", args=["500229", t.pk]) for t in tasks[:2])
    client.post(own, form)
    assert Milestone.objects.get().title == "完成初设"
    assert client.post(other, form).status_code == 403
    said = client.post(own, form | {"due_on": "明年"}, follow=True).content.decode()
    assert "不是日期" in said
    client.post(own, {"milestone": Milestone.objects.get().pk, "do": "done"})
    assert Milestone.objects.get().done_on == local.today()
    client.post(own, {"milestone": Milestone.objects.get().pk, "do": "drop", "why": "重复"})
    assert not Milestone.objects.exists()


def test_pages_and_files(tasks, client, person):  # noqa: F811
    milestone(tasks[0], -1)
    client.force_login(person("plan_officer", "500229"))
    shown = client.get(reverse("duties", args=["500229"]), {"state": "overdue"}).content.decode()
    assert "治河" in shown
    assert "种树" not in shown
    assert client.get(reverse("duties_export", args=["500229"])).content[:2] == b"PK"
    assert client.get(reverse("meeting", args=["500229"])).content[:2] == b"PK"
    assert client.get(reverse("meeting", args=["500229"]), {"form": "pdf"}).content[:4] == b"%PDF"
    assert client.get(reverse("duties", args=["500229"]), {"page": "9" * 50, "state": "x"}).status_code == 200


def test_a_problem_with_a_task_is_registered_with_its_clause(tasks, client, person):  # noqa: F811
    from jiuzhi.engine.cases.models import Case
    from jiuzhi.engine.plan.models import Clause

    task = tasks[0]
    task.clause = Clause.objects.create(
        plan=task.plan, code="C-1", level="section", number="第一节", title="治水", order=1, start=0, end=1
    )
    task.save()
    client.force_login(person("plan_officer", "500229"))
    address = reverse("duty", args=["500229", task.pk])
    assert f"cases/new/?task={task.pk}" in client.get(address).content.decode()
    form = {"task": task.pk, "title": "没有动工", "workflow": "rectification", "unit": UNIT}
    client.post(reverse("case_new", args=["500229"]), form)
    case = Case.objects.get()
    assert case.clause == task.clause
    assert "第一节 治水" in client.get(reverse("case", args=["500229", case.pk])).content.decode()
    assert "没有动工" in client.get(address).content.decode()
