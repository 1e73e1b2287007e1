"""Registering a case by hand: what it is about — a record, a commitment, an alarm — comes along from the page it was found on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from jiuzhi.core import access, attachments, files, records, registers
from jiuzhi.core.registers import reading
from jiuzhi.engine.cases import evidence, rights, work
from jiuzhi.engine.cases.declare import WORKFLOWS
from jiuzhi.engine.cases.models import Case
from jiuzhi.engine.plan.models import Commitment, Task
from jiuzhi.engine.rules import episodes
from jiuzhi.engine.rules.models import Episode

from .alerts import visible as alarms
from .base import Scope, actor, county_page, page, units_of
from .cases import people, person_of, units_named

_SOURCES = ("督察", "检查", "巡查", "群众反映")  # offered; any other word may be typed
_BESIDE = 10  # cases listed on the page of a record or commitment


@dataclass
class About:
    """What a case is about: where it is looked at, what of it goes into the form, and how the case is bound to it."""

    label: str = ""
    address: str = ""
    given: dict[str, Any] = field(default_factory=dict)
    links: dict[str, Any] = field(default_factory=dict)
    alarm: Episode | None = None


def beside(scope: Scope, *, ask: Mapping[str, Any] | None = None, **link: Any) -> dict[str, Any]:
    """The cases about a record (``register``, ``record``), a ``commitment`` or a ``clause``, and where a further one is registered, for its own
    page. ``ask``: what the form is told, where it is not the link itself."""
    found = (
        rights.visible(scope.user, scope.county).filter(**link).select_related("org").order_by("-opened_at")
    )
    listed = list(found[: _BESIDE + 1])
    may = access.within(scope.user, "open_case", scope.county) is not None
    address = f"{reverse('case_new', args=[scope.county.code])}?{urlencode(ask or link)}"
    return {
        "about_cases": listed[:_BESIDE],
        "more_cases": len(listed) > _BESIDE,
        "new_case": address if may else "",
    }


@county_page
def new(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Register a case by hand. What was typed stays when something is refused."""
    reach = access.within(scope.user, "open_case", scope.county, field="pk")
    if reach is None:
        raise PermissionDenied(_("您没有登记问题的权限，需要时请联系管理员授权。"))
    units = units_of(scope).filter(reach)
    about, errors = _about(scope, request.POST or request.GET), list[str]()
    if request.method == "POST":
        try:
            case = _opened(request, scope, units, about)
        except ValidationError as error:
            errors = error.messages
        else:
            messages.success(request, _("已登记，编号 %(code)s。") % {"code": case.code})
            return redirect("case", scope.county.code, case.pk)
    given = request.POST.dict() if errors else about.given | request.GET.dict()
    context = {
        "units": units, "flows": [w for w in WORKFLOWS.values() if not w.driven], "given": given, "errors": errors, "about": about, "sources": _SOURCES,
        "risks": Case.Risk.values, "people": people(scope), "helpers": set(request.POST.getlist("helper")), "helping": units_of(scope),
        "kinds": sorted({k for w in WORKFLOWS.values() for k in w.kinds}),
    }  # fmt: skip
    return page(request, "web/cases/new.html", context, active="cases", status=422 if errors else 200)


def _opened(request: HttpRequest, scope: Scope, units: Any, about: About) -> Case:
    asked, now = request.POST, timezone.now()
    flow = WORKFLOWS.get(asked.get("workflow", ""))
    if flow is None or flow.driven:
        raise ValidationError(_("请选按哪种流程办理。"))
    org = units.filter(code=files.printable(asked.get("unit", ""))).first()
    if org is None:
        raise ValidationError(_("请选责任单位；不清楚时选县级，由督办人员交办。"))
    risk, photos = asked.get("risk", ""), request.FILES.getlist("photo")
    with attachments.together() as kept, records.one_set():
        if about.alarm is not None:
            about.alarm = episodes.free(about.alarm, flow.code, actor(request))
            about.links["origin"] = episodes.origin(about.alarm, flow.code)
        case = work.open_case(
            flow, org, asked.get("title", ""), actor(request), at=now, detail=asked.get("detail", ""), kind=files.printable(asked.get("kind", ""))[:40],
            source=files.printable(asked.get("source", ""))[:40], place=asked.get("place", ""), risk=risk if risk in Case.Risk.values else "中",
            point=point_of(asked.get("lon", ""), asked.get("lat", "")), person=person_of(scope, asked.get("person", "")),
            helpers=units_named(scope, asked.getlist("helper")), **about.links,
        )  # fmt: skip
        if about.alarm is not None:
            episodes.join(about.alarm, case, actor(request), at=now)
        for photo in photos:
            kept.append(evidence.attach(case, photo, actor(request), moment="before").attachment)
    return case


def point_of(lon: str, lat: str) -> tuple[Decimal, Decimal] | None:
    """A place typed into a form. Errors: ``ValidationError``."""
    if not lon.strip() and not lat.strip():
        return None
    try:
        found = tuple(Decimal(n.strip()).quantize(Decimal("0.000001")) for n in (lon, lat))
    except InvalidOperation:
        raise ValidationError(_("经度、纬度要一起填十进制度，如 108.6649 和 31.9475。")) from None
    return found[0], found[1]


def _about(scope: Scope, asked: Mapping[str, str]) -> About:
    """What the address or the form says a case is about; nothing for what the person may not see."""
    for name, read in (
        ("record", _of_record),
        ("commitment", _of_commitment),
        ("task", _of_task),
        ("alarm", _of_alarm),
    ):
        number = asked.get(name, "")
        if number.isascii() and number.isdecimal() and len(number) < 15:
            return read(scope, int(number), asked) or About()
    return About()


def _of_record(scope: Scope, pk: int, asked: Mapping[str, str]) -> About | None:
    register = registers.REGISTERS.get(asked.get("register", ""))
    if register is None:
        return None
    record = reading.visible_to(register, scope.user, "view_record", scope.county).filter(pk=pk).first()
    if record is None:
        return None
    given = {"register": register.code, "record": pk, "unit": record.org.code, "place": str(record)}
    place = None if register.hides_place else reading.place(register, record, clear=True)
    if place:
        given |= {"lon": str(place[0]), "lat": str(place[1])}
    address = reverse("record", args=[scope.county.code, register.code, pk])
    return About(f"{register.title} {record}", address, given, {"register": register.code, "record": pk})


def _of_commitment(scope: Scope, pk: int, asked: Mapping[str, str]) -> About | None:
    found = Commitment.objects.filter(pk=pk, plan__county=scope.county).select_related("owner").first()
    if found is None:
        return None
    given = {"commitment": pk, "unit": (found.owner or scope.county).code}
    address = reverse("commitment", args=[scope.county.code, pk])
    return About(_("承诺 %(name)s") % {"name": found.name}, address, given, {"commitment": found})


def _of_task(scope: Scope, pk: int, asked: Mapping[str, str]) -> About | None:
    found = Task.objects.filter(pk=pk, plan__county=scope.county).select_related("owner", "clause").first()
    if found is None:
        return None
    given = {"task": pk, "unit": (found.owner or scope.county).code, "place": found.places}
    address = reverse("duty", args=[scope.county.code, pk])
    return About(_("任务 %(name)s") % {"name": found.title}, address, given, {"clause": found.clause})


def _of_alarm(scope: Scope, pk: int, asked: Mapping[str, str]) -> About | None:
    found = alarms(scope).filter(pk=pk).first()
    if found is None:
        return None
    rule = found.declared
    given = {
        "alarm": pk, "unit": found.org.code, "title": f"{found.title}：{found.name}"[:160], "detail": episodes.explained(found),
        "place": found.place, "source": "监测报警", "kind": found.cause, "workflow": rule.opens if rule else "",
        "risk": episodes.risk(found),
    }  # fmt: skip
    if found.lon is not None and found.lat is not None:
        given |= {"lon": str(found.lon), "lat": str(found.lat)}
    links = {"basis": found.basis, "found_at": found.fired_at, "synthetic": found.synthetic} | episodes.links(
        found
    )
    return About(
        _("报警 %(name)s") % {"name": found},
        reverse("alert", args=[scope.county.code, pk]),
        given,
        links,
        found,
    )
