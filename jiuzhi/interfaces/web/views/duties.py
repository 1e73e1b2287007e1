"""The task list of the plan with its milestones, and the pack of the joint meeting."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from jiuzhi.core import local
from jiuzhi.core.models import Org
from jiuzhi.engine.exchange.workbook import tables
from jiuzhi.engine.plan import duties
from jiuzhi.engine.plan.models import Milestone, Task
from jiuzhi.engine.scoring import meeting

from .base import Scope, actor, county_page, given_day, page, require
from .cases_new import beside
from .scores import FORMS, sent

_PAGE = 50


def _chosen(request: HttpRequest, scope: Scope) -> tuple[list[duties.Duty], dict[str, str]]:
    asked = {name: request.GET.get(name, "").strip() for name in ("q", "state", "unit", "domain")}
    found = duties.duties(scope.plan, local.today()) if scope.plan else []
    if asked["state"]:
        found = [d for d in found if d.state == asked["state"]]
    if asked["unit"] == "none":
        found = [d for d in found if d.owner is None]
    elif asked["unit"]:
        found = [d for d in found if d.owner and d.owner.code == asked["unit"]]
    if asked["domain"]:
        found = [d for d in found if d.task.domain == asked["domain"]]
    for word in asked["q"].lower().split():
        found = [
            d
            for d in found
            if word in f"{d.task.title} {d.task.code} {d.task.places} {d.owner or ''}".lower()
        ]
    return found, asked


@county_page
def listing(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Tasks, overdue first."""
    found, asked = _chosen(request, scope)
    number = request.GET.get("page", "1")
    at = max(int(number), 1) if number.isdecimal() and len(number) < 6 else 1
    shown = found[(at - 1) * _PAGE : at * _PAGE]
    everything = duties.duties(scope.plan, local.today()) if scope.plan else []
    owners = sorted({(d.owner.code, d.owner.name) for d in everything if d.owner})
    counts = {state: sum(d.state == state for d in everything) for state in duties.STATES}
    context: dict[str, Any] = {
        "rows": shown, "total": len(found), "all": len(everything), "chosen": asked, "filtered": any(asked.values()),
        "states": [(s, w, counts[s]) for s, w in duties.STATES.items()], "units": owners,
        "domains": list(dict.fromkeys(d.task.domain for d in everything if d.task.domain)), "at_page": at,
        "more": at * _PAGE < len(found), "unassigned": sum(d.owner is None for d in everything),
        "synthetic": any(m.synthetic for d in shown for m in d.milestones),
    }  # fmt: skip
    return page(request, "web/duties.html", context, active="duties")


@county_page
def task(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """One task: its milestones, set and finished here."""
    found = duties.task_of(scope.county, pk)
    if found is None:
        raise Http404(_("没有这项任务。"))
    if request.method == "POST":
        try:
            _change(request, found)
        except ValidationError as error:
            messages.error(request, "；".join(error.messages))
        return redirect("duty", scope.county.code, pk)
    milestones = Milestone.objects.filter(county=scope.county, task=found.code).order_by("due_on")
    context = {
        "task": found, "milestones": milestones, "plans": duties.may_plan(scope.user, found), "today": local.today(),
        "synthetic": any(m.synthetic for m in milestones), "commitments": found.commitments.all(),
    } | beside(scope, ask={"task": pk}, clause=found.clause_id or 0)  # fmt: skip
    return page(request, "web/duty.html", context, active="duties")


def _change(request: HttpRequest, found: Task) -> None:
    number = request.POST.get("milestone", "")
    held = (
        get_object_or_404(Milestone, pk=number, task=found.code, county=found.plan.county)
        if number.isdecimal()
        else None
    )
    if request.POST.get("do") == "drop" and held is not None:
        duties.drop_milestone(held, found, actor(request), request.POST.get("why", ""))
        return
    if request.POST.get("do") == "done" and held is not None:
        done: date | None = local.today()
        title, due_on, step = held.title, held.due_on, held.next_step
    else:
        done, due_on = given_day(request.POST.get("done_on", "")), given_day(request.POST.get("due_on", ""))
        title, step = request.POST.get("title", ""), request.POST.get("next_step", "")
    duties.set_milestone(
        found,
        actor(request),
        milestone=held,
        title=title,
        due_on=due_on,
        next_step=step,
        done_on=done,
        today=local.today(),
    )
    messages.success(request, _("已保存。"))


@county_page
def export(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The list as chosen, a row for each milestone."""
    found, _asked = _chosen(request, scope)
    rows = [
        [d.task.code, d.task.title, d.task.domain, d.owner.name if d.owner else "未指定", d.state_word,
         *([m.title, m.due_on, m.done_on, m.next_step] if m else [])]
        for d in found for m in d.milestones or [None]
    ]  # fmt: skip
    head = ["编号", "任务", "领域", "责任单位", "状态", "节点", "应完成", "完成", "下一步"]
    data = tables([("责任清单", head, rows)], any(m.synthetic for d in found for m in d.milestones))
    return sent(data, f"{scope.county.name}责任清单-{local.today()}.xlsx", FORMS["xlsx"])


@county_page
def pack(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The material of the joint meeting, in one click."""
    require(scope, "make_report")
    form = "pdf" if request.GET.get("form") == "pdf" else "docx"
    county: Org = scope.county
    with tempfile.TemporaryDirectory() as folder:
        write = meeting.to_pdf if form == "pdf" else meeting.to_docx
        data = write(county, timezone.now(), Path(folder) / f"meeting.{form}").read_bytes()
    return sent(data, f"{county.name}联席会议材料-{local.today()}.{form}", FORMS[form])
