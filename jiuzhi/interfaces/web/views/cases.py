"""Cases (问题): lists, the board, one case with what to do next."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from jiuzhi.core import access, files, registers
from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Org, User
from jiuzhi.engine.cases import evidence, lists, neighbours, rights, terms, work
from jiuzhi.engine.cases.declare import EVIDENCE, NEEDS, WORKFLOWS, Step
from jiuzhi.engine.cases.models import Case, CaseFile
from jiuzhi.engine.exchange.workbook import tables
from jiuzhi.engine.patrol import work as patrols

from .base import Scope, county_page, page, units_of
from .registers.files import sent_inline
from .scores import FORMS, sent

_PAGE = 50
_ASKED = ("q", "workflow", "stage", "unit", "town", "risk", "source", "on", "due")


def chosen(request: HttpRequest, scope: Scope, **instead: str) -> tuple[Any, dict[str, str], str]:
    """The cases the address asks for, what it asks, and whose. ``instead``: questions in place of the address's own. Errors: 403."""
    if access.within(scope.user, "view_case", scope.county) is None:
        raise PermissionDenied(_("您没有查看问题的权限，需要时请联系管理员授权。"))
    asked = {name: files.printable(request.GET.get(name, "")).strip()[:60] for name in _ASKED} | instead
    whose = request.GET.get("whose", "all")
    whose = whose if whose in lists.WHOSE else "all"
    return lists.filtered(lists.of(scope.user, scope.county, whose), asked, timezone.now()), asked, whose


def offered(scope: Scope, asked: dict[str, str], whose: str) -> dict[str, Any]:
    """What the filters of a list, a map and a calendar offer."""
    sources = rights.visible(scope.user, scope.county).exclude(source="").order_by("source")
    return {
        "chosen": asked, "whose": whose, "filtered": any(asked.values()), "flows": WORKFLOWS.values(), "stages": _stages(asked["workflow"]),
        "units": units_of(scope), "sources": sources.values_list("source", flat=True).distinct(),
        "town": Org.objects.filter(path__startswith=scope.county.path, code=asked["town"]).first() if asked["town"] else None,
        "may_open": access.within(scope.user, "open_case", scope.county) is not None,
    }  # fmt: skip


def people(scope: Scope) -> list[tuple[User, Org]]:
    """Who can have a case in hand, for a choice; by unit."""
    return sorted(rights.hands(scope.county).items(), key=lambda one: (one[1].path, str(one[0])))


def person_of(scope: Scope, text: str) -> User | None:
    """The person chosen in a form. Errors: ``ValidationError`` for one who does not work on cases of the county."""
    if not text:
        return None
    found = next((p for p in rights.hands(scope.county) if str(p.pk) == text), None)
    if found is None:
        raise ValidationError(_("没有这位承办人：请在列表里选，或先请管理员授权。"))
    return found


def units_named(scope: Scope, codes: list[str]) -> list[Org]:
    return list(units_of(scope).filter(code__in=codes))


@county_page
def listing(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Cases, the nearest term first."""
    found, asked, whose = chosen(request, scope)
    now = timezone.now()
    ids = lists.numbers(lists.sorted_(found, asked["due"]), bool(asked["q"]))
    at = Paginator(ids, _PAGE).get_page(request.GET.get("page", "1"))
    cases = lists.told(at)
    context = {
        "page_rows": at, "rows": [(c, *state_of(c, now)) for c in cases], "synthetic": any(c.synthetic for c in cases), "most": lists.MOST,
    } | offered(scope, asked, whose)  # fmt: skip
    return page(request, "web/cases/list.html", context, active="cases")


def _stages(workflow: str) -> list[str]:
    return [s.name for s in WORKFLOWS[workflow].stages] if workflow in WORKFLOWS else []


def state_of(case: Case, now: Any) -> tuple[str, int | None]:
    """The colour of a case, and in how many days its term ends."""
    days = (case.due_at.astimezone(LOCAL).date() - now.astimezone(LOCAL).date()).days if case.due_at else None
    return terms.colour(case, now), days


@county_page
def board(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Open cases of one workflow by stage."""
    asked = request.GET.get("workflow", "")
    workflow = asked if asked in WORKFLOWS else "rectification"
    if access.within(scope.user, "view_case", scope.county) is None:
        raise PermissionDenied(_("您没有查看问题的权限，需要时请联系管理员授权。"))
    now = timezone.now()
    columns = [
        (name, n, [(c, *state_of(c, now)) for c in shown])
        for name, n, shown in lists.board(rights.visible(scope.user, scope.county), workflow)
    ]
    synthetic = any(c.synthetic for _name, _n, shown in columns for c, _colour, _days in shown)
    context = {"columns": columns, "workflow": workflow, "flows": WORKFLOWS.values(), "synthetic": synthetic}
    return page(request, "web/cases/board.html", context, active="cases")


def seen(scope: Scope, pk: int) -> Case:
    found = rights.visible(scope.user, scope.county).select_related(
        "org", "county", "person", "parent", "merged_into", "commitment"
    )
    return get_object_or_404(found, pk=pk)


@county_page
def detail(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """One case: where it stands, what to do next, what happened."""
    return shown(request, scope, seen(scope, pk))


def shown(request: HttpRequest, scope: Scope, case: Case, refused: str = "") -> HttpResponse:
    """The page of a case. ``refused``: why the act that was sent was not done; its words stay in its form."""
    now, sent_in = timezone.now(), request.POST if refused else {}
    steps = [
        (s, _why_not(scope, s, case), _fields(s), sent_in if sent_in.get("step") == s.name else {})
        for s in rights.open_steps(scope.user, case)
    ]
    last = case.events.exclude(kind__in=("reminded", "note")).last()
    kept = list(case.files.select_related("attachment__added_by"))
    manages = rights.may(scope.user, "manage_case", case)
    assigns = manages or any("unit" in s.needs for s, *_rest in steps)
    context = {
        "case": case, "flow": case.flow, "colour": state_of(case, now)[0], "left": state_of(case, now)[1], "steps": steps,
        "events": case.events.select_related("user", "org"), "pairs": evidence.pairs(case), "manages": manages,
        "files": [f for f in kept if f.moment == CaseFile.Moment.PROOF or f.attachment.kind != "photo"],
        "moments": CaseFile.Moment.choices, "term": terms.term(case.county, case.flow, case.stage),
        "takes_back": bool(last and not case.flow.driven and last.kind == "step" and last.user_id == scope.user.pk and now - last.at <= work.TAKE_BACK),
        "units": units_of(scope), "people": people(scope) if assigns else [], "parts": case.parts.select_related("org"),
        "merged": case.merged.all(), "alerts": case.episodes.all()[:20], "alarmed": case.open and case.episodes.filter(cleared_at=None).exists(),
        "record": _record(scope, case), "works": rights.works_on(scope.user, case), "stages": [s for s in case.flow.stages if s.outcome == "done"],
        "helping": list(case.helpers.all()), "helpers": _helpers(case, sent_in), "neighbours": neighbours.of(scope.county.code),
        "complaint": getattr(case, "complaint", None) if case.flow.public else None, "refused": refused, "mending": sent_in if str(sent_in.get("do")).startswith("file_") else {}, "sent": {sent_in.get("do", ""): sent_in} if refused else {}, "risks": Case.Risk.values, "synthetic": case.synthetic,
        "ends": {s.name for s in case.flow.stages if s.closed}, "voids": {s.name for s in case.flow.stages if s.outcome == "void"}, "mine": {f.pk for f in kept if manages or f.attachment.added_by_id == scope.user.pk},
        "patrol": patrols.visible_findings(scope.user, scope.county).filter(case=case).values_list("patrol", flat=True).first(),
    }  # fmt: skip
    return page(request, "web/cases/case.html", context, active="cases", status=422 if refused else 200)


def _helpers(case: Case, sent_in: Any) -> set[str]:
    """The units ticked as helping: those of the case, or those of a form that was refused."""
    return set(sent_in.getlist("helper")) if "helpers" in sent_in else {o.code for o in case.helpers.all()}


def _record(scope: Scope, case: Case) -> tuple[str, str] | None:
    register = registers.REGISTERS.get(case.register)
    if register is None or not case.record:
        return None
    return register.title, reverse("record", args=[scope.county.code, case.register, case.record])


def _why_not(scope: Scope, step: Step, case: Case) -> str:
    """What still forbids a step, apart from what its form asks for; "" when it can be taken."""
    given = {
        "words": "x",
        "counterpart": "x",
        "place": "x",
        "answer": "x",
        "org": scope.county if "unit" in step.needs else None,
    }
    try:
        rights.check_step(scope.user, step, case, given)
    except (ValidationError, PermissionDenied) as error:
        return "；".join(error.messages) if isinstance(error, ValidationError) else str(error)
    return ""


def _fields(step: Step) -> dict[str, str]:
    return {n: NEEDS[n] for n in step.needs if n not in EVIDENCE}


@county_page
def file(request: HttpRequest, scope: Scope, pk: int, number: int) -> FileResponse:
    """A file of a case, to who sees the case."""
    found = get_object_or_404(CaseFile.objects.select_related("attachment"), pk=number, case=seen(scope, pk))
    return sent_inline(found.attachment)


@county_page
def export(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The list as chosen, in Excel."""
    found, asked, _whose = chosen(request, scope)
    rows, total = (
        list(lists.sorted_(found, asked["due"]).select_related("org", "person")[: lists.MOST]),
        found.count(),
    )
    head = [
        "编号",
        "问题",
        "流程",
        "环节",
        "责任单位",
        "承办人",
        "风险",
        "来源",
        "地点",
        "登记",
        "本环节期限",
        "办结",
        "退回次数",
        "模拟",
    ]
    told = [
        [c.code, c.title, c.flow.title, c.stage, c.org.name, str(c.person or ""), c.risk, c.source, c.place,
         *(t and t.astimezone(LOCAL).date() for t in (c.opened_at, c.due_at, c.closed_at)), c.returns, "是" if c.synthetic else ""]
        for c in rows
    ]  # fmt: skip
    if total > len(rows):
        told.insert(0, ["", f"只导出前 {len(rows)} 件，共 {total} 件：请用筛选缩小范围后分次导出"])
    data = tables([("问题清单", head, told)], any(c.synthetic for c in rows))
    return sent(data, f"{scope.county.name}问题清单.xlsx", FORMS["xlsx"])
