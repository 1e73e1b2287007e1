"""Cases (问题): lists, the board, one case with what to do next."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiuzhi.core import access, registers
from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Org
from jiuzhi.engine.cases import evidence, lists, manage, rights, terms, work
from jiuzhi.engine.cases.declare import EVIDENCE, NEEDS, WORKFLOWS, Step
from jiuzhi.engine.cases.models import Case, CaseFile
from jiuzhi.engine.exchange.workbook import tables

from .base import Scope, actor, county_page, given_day, page
from .scores import FORMS, sent

_PAGE, _MOST = 50, 20_000
_ASKED = ("q", "workflow", "stage", "unit", "risk", "due")


def _chosen(request: HttpRequest, scope: Scope) -> tuple[Any, dict[str, str], str]:
    if access.within(scope.user, "view_case", scope.county) is None:
        raise PermissionDenied(_("您没有查看问题的权限，需要时请联系管理员授权。"))
    asked = {name: request.GET.get(name, "").strip()[:60] for name in _ASKED}
    whose = request.GET.get("whose", "all")
    whose = whose if whose in lists.WHOSE else "all"
    return lists.filtered(lists.of(scope.user, scope.county, whose), asked, timezone.now()), asked, whose


@county_page
def listing(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Cases, the nearest term first."""
    found, asked, whose = _chosen(request, scope)
    now = timezone.now()
    ids = lists.numbers(lists.sorted_(found, asked["due"]), bool(asked["q"]))
    at = Paginator(ids, _PAGE).get_page(request.GET.get("page", "1"))
    cases = lists.told(at)
    context = {
        "page_rows": at, "rows": [(c, _colour(c, now), _left(c, now)) for c in cases], "chosen": asked, "whose": whose,
        "filtered": any(asked.values()), "flows": WORKFLOWS.values(), "stages": _stages(asked["workflow"]),
        "units": Org.objects.filter(path__startswith=scope.county.path).exclude(kind__in=("village", "enterprise")),
        "may_open": scope.may("open_case") or access.within(scope.user, "open_case", scope.county) is not None,
        "synthetic": any(c.synthetic for c in cases),
    }  # fmt: skip
    return page(request, "web/cases/list.html", context, active="cases")


def _stages(workflow: str) -> list[str]:
    return [s.name for s in WORKFLOWS[workflow].stages] if workflow in WORKFLOWS else []


def _colour(case: Case, now: Any) -> str:
    """As on the map; while the clock stands still nothing is overdue."""
    return terms.colour(None if case.paused_at else case.due_at, not case.open, now)


def _left(case: Case, now: Any) -> int | None:
    return (case.due_at.astimezone(LOCAL).date() - now.astimezone(LOCAL).date()).days if case.due_at else None


@county_page
def board(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Open cases of one workflow by stage."""
    asked = request.GET.get("workflow", "")
    workflow = asked if asked in WORKFLOWS else "rectification"
    if access.within(scope.user, "view_case", scope.county) is None:
        raise PermissionDenied(_("您没有查看问题的权限，需要时请联系管理员授权。"))
    now = timezone.now()
    columns = [
        (name, n, [(c, _colour(c, now), _left(c, now)) for c in shown])
        for name, n, shown in lists.board(rights.visible(scope.user, scope.county), workflow)
    ]
    synthetic = any(c.synthetic for _name, _n, shown in columns for c, _colour, _days in shown)
    context = {"columns": columns, "workflow": workflow, "flows": WORKFLOWS.values(), "synthetic": synthetic}
    return page(request, "web/cases/board.html", context, active="cases")


@county_page
def new(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Register a case by hand; a record's or a commitment's page fills in what it is about."""
    if access.within(scope.user, "open_case", scope.county) is None:
        raise PermissionDenied(_("您没有登记问题的权限，需要时请联系管理员授权。"))
    reach = access.within(scope.user, "open_case", scope.county, field="pk")
    units = Org.objects.filter(reach, path__startswith=scope.county.path).exclude(
        kind__in=("village", "enterprise")
    )
    given, errors = request.POST or request.GET, list[str]()
    if request.method == "POST":
        try:
            case = _opened(request, scope, units)
        except ValidationError as error:
            errors = error.messages
        else:
            messages.success(request, _("已登记，编号 %(code)s。") % {"code": case.code})
            return redirect("case", scope.county.code, case.pk)
    context = {
        "units": units, "flows": [w for w in WORKFLOWS.values() if not w.driven], "given": given, "errors": errors,
        "risks": Case.Risk.values,
    }  # fmt: skip
    return page(request, "web/cases/new.html", context, active="cases", status=400 if errors else 200)


def _opened(request: HttpRequest, scope: Scope, units: Any) -> Case:
    asked = request.POST
    flow = WORKFLOWS.get(asked.get("workflow", ""))
    if flow is None or flow.driven:
        raise ValidationError(_("请选按哪种流程办理。"))
    org = units.filter(code=asked.get("unit", "")).first()
    if org is None:
        raise ValidationError(_("请选责任单位；不清楚时选县级，由督办人员交办。"))
    risk = asked.get("risk", "")
    return work.open_case(
        flow, org, asked.get("title", ""), actor(request), at=timezone.now(), detail=asked.get("detail", ""), kind=asked.get("kind", "")[:40],
        source=asked.get("source", "")[:40], place=asked.get("place", ""), risk=risk if risk in Case.Risk.values else "中",
        point=_point(asked.get("lon", ""), asked.get("lat", "")), **_about(asked),
    )  # fmt: skip


def _point(lon: str, lat: str) -> tuple[Decimal, Decimal] | None:
    if not lon.strip() and not lat.strip():
        return None
    try:
        found = tuple(Decimal(n.strip()).quantize(Decimal("0.000001")) for n in (lon, lat))
    except InvalidOperation:
        raise ValidationError(_("经度、纬度要一起填十进制度，如 108.6649 和 31.9475。")) from None
    return found[0], found[1]


def _about(asked: Any) -> dict[str, Any]:
    """The record a case is about, when it is there."""
    code, number = asked.get("register", ""), asked.get("record", "")
    if code in registers.REGISTERS and number.isdecimal() and len(number) < 15:
        return {"register": code, "record": int(number)}
    return {}


def _seen(scope: Scope, pk: int) -> Case:
    found = rights.visible(scope.user, scope.county).select_related(
        "org", "county", "person", "parent", "merged_into", "commitment"
    )
    return get_object_or_404(found, pk=pk)


@county_page
def detail(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """One case: where it stands, what to do next, what happened."""
    case, now = _seen(scope, pk), timezone.now()
    steps = [(s, _why_not(scope, s, case), _fields(s)) for s in rights.open_steps(scope.user, case)]
    last = case.events.exclude(kind__in=("reminded", "note")).last()
    files = case.files.select_related("attachment__added_by")
    register = registers.REGISTERS.get(case.register)
    context = {
        "case": case, "flow": case.flow, "colour": _colour(case, now), "left": _left(case, now), "steps": steps,
        "events": case.events.select_related("user", "org"), "pairs": evidence.pairs(case),
        "files": [f for f in files if f.moment == CaseFile.Moment.PROOF or f.attachment.kind != "photo"],
        "moments": CaseFile.Moment.choices, "manages": rights.may(scope.user, "manage_case", case), "term": terms.term(case.county, case.flow, case.stage),
        "takes_back": bool(last and last.kind == "step" and last.user_id == scope.user.pk and now - last.at <= work.TAKE_BACK),
        "units": Org.objects.filter(path__startswith=scope.county.path).exclude(kind__in=("village", "enterprise")),
        "parts": case.parts.select_related("org"), "merged": case.merged.all(), "alerts": case.episodes.all()[:20], "synthetic": case.synthetic,
        "record": (register.title, reverse("record", args=[scope.county.code, case.register, case.record])) if register and case.record else None,
        "works": rights.may(scope.user, "work_case", case), "stages": [s for s in case.flow.stages if s.outcome == "done"],
    }  # fmt: skip
    return page(request, "web/cases/case.html", context, active="cases")


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


@require_POST
@county_page
def act(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """One act on a case: a step, or what who supervises does."""
    case, asked, now = _seen(scope, pk), request.POST, timezone.now()
    who, words, do = actor(request), asked.get("words", ""), asked.get("do", "")
    unit = Org.objects.filter(path__startswith=scope.county.path, code=asked.get("unit", "")).first()
    revision = (
        int(asked["revision"])
        if asked.get("revision", "").isdecimal() and len(asked["revision"]) < 10
        else None
    )
    acts = {
        "step": lambda: work.take(
            case, asked.get("step", ""), who, at=now, words=words, org=unit, counterpart=asked.get("counterpart", ""),
            place=asked.get("place", ""), answer=asked.get("answer", ""), revision=revision,
        ),
        "back": lambda: work.take_back(case, who, at=now),
        "note": lambda: manage.remark(case, words, who, at=now),
        "pause": lambda: manage.pause(case, words, who, at=now),
        "resume": lambda: manage.resume(case, who, at=now, words=words),
        "extend": lambda: manage.extend(case, given_day(asked.get("until", "")), words, who, at=now),
        "assign": lambda: manage.reassign(case, unit, None, words, who, at=now),
        "reopen": lambda: manage.reopen(case, words, who, at=now),
        "holds": lambda: manage.revisit(case, True, words, who, at=now),
        "rebound": lambda: manage.revisit(case, False, words, who, at=now),
        "split": lambda: manage.split(case, _parts(asked.get("parts", ""), scope, case), who, at=now),
        "merge": lambda: manage.merge([case], _other(scope, asked.get("into", "")), words, who, at=now),
        "file": lambda: _attach(request, case),
    }  # fmt: skip
    if do not in acts:
        raise Http404
    try:
        acts[do]()
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, _("已办理。"))
    return redirect("case", scope.county.code, pk)


def _parts(text: str, scope: Scope, case: Case) -> list[tuple[str, Org]]:
    """Lines of "问题 单位"; without a unit it stays with this one."""
    units = {o.name: o for o in Org.objects.filter(path__startswith=scope.county.path)}
    found = []
    for line in filter(None, (part.strip() for part in text.splitlines())):
        title, _blank, name = line.rpartition(" ")
        found.append((title, units[name]) if title and name in units else (line, case.org))
    return found


def _other(scope: Scope, code: str) -> Case:
    found = rights.visible(scope.user, scope.county).filter(code=code.strip()).first()
    if found is None:
        raise ValidationError(_("没有编号为“%(code)s”的问题：请核对。") % {"code": code[:24]})
    return found


def _attach(request: HttpRequest, case: Case) -> None:
    given = request.FILES.getlist("file")
    if not given:
        raise ValidationError(_("请选择文件。"))
    for one in given:
        evidence.attach(
            case,
            one,
            actor(request),
            moment=request.POST.get("moment", "proof"),
            spot=request.POST.get("spot", ""),
        )


@county_page
def file(request: HttpRequest, scope: Scope, pk: int, number: int) -> FileResponse:
    """A file of a case, to who sees the case."""
    found = get_object_or_404(CaseFile.objects.select_related("attachment"), pk=number, case=_seen(scope, pk))
    kept = found.attachment
    inline = kept.kind == "photo" and kept.file.name.lower().endswith((".jpg", ".jpeg", ".png", ".webp"))
    response = FileResponse(kept.file.open("rb"), as_attachment=not inline, filename=kept.title)
    response["X-Content-Type-Options"] = "nosniff"
    return response


@county_page
def export(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The list as chosen, in Excel."""
    found, asked, _whose = _chosen(request, scope)
    rows = list(lists.sorted_(found, asked["due"]).select_related("org", "person")[:_MOST])
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
    data = tables([("问题清单", head, told)], any(c.synthetic for c in rows))
    return sent(data, f"{scope.county.name}问题清单.xlsx", FORMS["xlsx"])
