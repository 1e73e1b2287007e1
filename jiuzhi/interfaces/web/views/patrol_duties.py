"""Patrol duties (巡查任务): who walks what, how often; made, changed and stopped by who arranges patrols."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiuzhi.core import access, local
from jiuzhi.core.files import printable
from jiuzhi.core.registers import REGISTERS, Register, query, reading
from jiuzhi.engine.patrol import arrange, lists, work
from jiuzhi.engine.patrol.models import Duty

from .base import Scope, actor, county_page, given_day, number, page
from .patrols import allowed, record_of, units_of

_PAGE = 50
_ASKED = ("q", "kind", "level", "unit", "state")
_SEARCHED = ("name", "code", "org__name", "person__first_name", "person__username")
_TEXTS = ("code", "name", "kind", "level", "unit", "note")
_FIELDS = (
    *_TEXTS,
    "org",
    "person",
    "about",
    "register",
    "every",
    "minutes",
    "metres",
    "valid_from",
    "valid_to",
)


def _arranges(scope: Scope) -> bool:
    return access.within(scope.user, "set_patrol", scope.county) is not None


@county_page
def listing(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Duties, with how each stands in its present period."""
    allowed(scope)
    asked = {name: printable(request.GET.get(name, "")).strip()[:60] for name in _ASKED}
    today = local.today()
    seen = work.visible_duties(scope.user, scope.county)
    found = lists.of_kind(seen, asked).filter(arrange.on(today, asked["state"] == "stopped"))
    found = found.filter(lists.words(asked["q"], _SEARCHED)).select_related("org", "person")
    at = Paginator(found.order_by("org__path", "name", "code"), _PAGE).get_page(request.GET.get("page", "1"))
    shown = Duty.objects.filter(pk__in=[d.pk for d in at])
    last = dict(shown.annotate(last=Max("patrols__started")).values_list("pk", "last"))
    context = {
        "page_rows": at, "rows": [
            (d, state, day, last.get(d.pk), scope.may("set_patrol", d.org)) for d, state, day in lists.present(list(at), today)
        ],
        "chosen": asked, "filtered": any(asked.values()), "units": units_of(scope), "kinds": Duty.Kind.choices,
        "levels": Duty.Level.choices, "arranges": _arranges(scope), "synthetic": any(d.synthetic for d in at),
    }  # fmt: skip
    return page(request, "web/patrols/duties.html", context, active="patrols")


def _own(scope: Scope, pk: int) -> Duty:
    """A duty the person sees and may change. Errors: 404, 403."""
    found = get_object_or_404(
        work.visible_duties(scope.user, scope.county).select_related("org", "person"), pk=pk
    )
    if not scope.may("set_patrol", found.org):
        raise PermissionDenied(_("您不能安排这个单位的巡查，需要时请联系管理员授权。"))
    return found


@county_page
def new(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Make a duty; the address may fill in what it is about."""
    if not _arranges(scope):
        raise PermissionDenied(_("您没有安排巡查的权限，需要时请联系管理员授权。"))
    start = {
        "valid_from": local.today().isoformat(),
        "every": "1",
        "unit": "week",
        "minutes": "0",
        "metres": "0",
    }
    asked = {name: request.GET[name][:80] for name in _FIELDS if name in request.GET}
    return _form(request, scope, Duty(), dict.fromkeys(_FIELDS, "") | start | asked)


@county_page
def edit(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Change a duty."""
    duty = _own(scope, pk)
    return _form(request, scope, duty, _given(duty))


def _given(duty: Duty) -> dict[str, str]:
    """A stored duty as its form shows it."""
    record = record_of(duty)
    texts = {n: str(getattr(duty, n)) for n in (*_TEXTS, "every", "minutes", "metres", "register")}
    days = {n: d.isoformat() if (d := getattr(duty, n)) else "" for n in ("valid_from", "valid_to")}
    return texts | days | {
        "org": duty.org.code, "person": duty.person.username if duty.person else "",
        "about": REGISTERS[duty.register].label(record) if record else "",
    }  # fmt: skip


def _form(request: HttpRequest, scope: Scope, duty: Duty, given: dict[str, str]) -> HttpResponse:
    errors: dict[str, str] = {}
    if request.method == "POST":
        given = {name: printable(request.POST.get(name, "")).strip() for name in _FIELDS}
        try:
            _take(request, scope, duty, given)
        except ValidationError as error:
            errors = _said(error)
        else:
            messages.success(request, _("已保存巡查任务“%(name)s”。") % {"name": duty.name})
            return redirect("patrol_duties", scope.county.code)
    return _shown(request, scope, duty, given, errors)


def _shown(
    request: HttpRequest, scope: Scope, duty: Duty, given: dict[str, str], errors: dict[str, str],
    stopping: dict[str, str] | None = None,
) -> HttpResponse:  # fmt: skip
    """The form of a duty. ``stopping``: what was typed to stop it, when that was refused."""
    units = list(arrange.units(scope.user, scope.county))
    context = {
        "duty": duty if duty.pk else None, "given": given, "errors": errors, "general": errors.get("", ""), "units": units, "kinds": Duty.Kind.choices,
        "levels": Duty.Level.choices, "rhythms": Duty.Unit.choices, "people": arrange.walkers(units, scope.county),
        "registers": _placed(scope), "revision": request.POST.get("revision", "") or duty.revision, "stopping": stopping or {"last": local.today().isoformat(), "why": ""},
        "running": bool(duty.pk) and (duty.valid_to is None or duty.valid_to >= local.today()), "synthetic": duty.synthetic,
    }  # fmt: skip
    return page(request, "web/patrols/duty.html", context, active="patrols", status=422 if errors else 200)


def _said(error: ValidationError) -> dict[str, str]:
    if hasattr(error, "error_dict"):
        return {name: "；".join(said) for name, said in error.message_dict.items()}
    return {"": "；".join(error.messages)}


def _placed(scope: Scope) -> list[Register]:
    """Registers of what can be walked and the person may look at."""
    found = [r for r in REGISTERS.values() if r.placed or r.code == "master.waterbody"]
    return [
        r
        for r in found
        if access.within(scope.user, "view_record", scope.county, register=r.code) is not None
    ]


def _take(request: HttpRequest, scope: Scope, duty: Duty, given: dict[str, str]) -> None:
    """Read the form into ``duty`` and keep it. Errors: ``ValidationError`` by field."""
    units = arrange.units(scope.user, scope.county)
    org = units.filter(code=given["org"]).first()
    if org is None:
        raise ValidationError({"org": _("请选责任单位：只能选您可以安排巡查的单位。")})
    people = {user.username: user for user, _grant in arrange.walkers(units, scope.county)}
    if duty.person is not None:  # who has it keeps it, though no longer offered
        people.setdefault(duty.person.username, duty.person)
    if given["person"] and given["person"] not in people:
        raise ValidationError({"person": _("请从名单里选巡查人：只列出可以在您的单位巡查的人。")})
    duty.org, duty.person = org, people.get(given["person"])
    for name in _TEXTS:
        setattr(duty, name, given[name])
    for name, high in (("every", 366), ("minutes", 1440), ("metres", 200_000)):
        setattr(duty, name, _whole(name, given[name], 1 if name == "every" else 0, high))
    for name in ("valid_from", "valid_to"):
        try:
            setattr(duty, name, given_day(given[name]))
        except ValidationError as error:
            raise ValidationError({name: error.messages}) from error
    duty.register, duty.record = _about(scope, duty, given)
    seen = request.POST.get("revision")
    arrange.save(duty, actor(request), revision=number(seen, 0, 0) if duty.pk else None)


def _whole(name: str, text: str, low: int, high: int) -> int:
    if not text.isdecimal() or len(text) > 7 or not low <= int(text) <= high:
        raise ValidationError({name: _("请填 %(low)s 到 %(high)s 的整数。") % {"low": low, "high": high}})
    return int(text)


def _about(scope: Scope, duty: Duty, given: dict[str, str]) -> tuple[str, int | None]:
    """The record a duty is about, found by what was typed. Errors: ``ValidationError`` for none, or for several."""
    if not given["about"]:
        return "", None
    held, register = record_of(duty), REGISTERS.get(given["register"])
    if held and register and register.code == duty.register and register.label(held) == given["about"]:
        return duty.register, duty.record  # left as it was, also by who may not look at it
    if register is None:
        raise ValidationError({"about": _("请先选是哪个台账的记录。")})
    asked = query.Asked(q=given["about"][:80])
    seen = reading.referable(register, scope.user, scope.county)
    found = list(query.select(register, seen, asked, local.today())[:6])
    exact = [r for r in found if given["about"] in (str(r), register.label(r))]
    found = exact if len(exact) == 1 else found
    if len(found) != 1:
        said = "、".join(register.label(r) for r in found[:5])
        raise ValidationError({
            "about": _("有几条记录符合，请写全编号：%(found)s") % {"found": said} if found else _("台账里没有找到这条记录：请核对编号或名称，也可以不填。")
        })  # fmt: skip
    return register.code, found[0].pk


@require_POST
@county_page
def stop(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """End a duty, with a reason; what was walked stays."""
    duty = _own(scope, pk)
    try:
        last = given_day(request.POST.get("last", "")) or local.today()
        arrange.stop(duty, last, request.POST.get("why", ""), actor(request))
    except ValidationError as error:
        typed = {name: request.POST.get(name, "") for name in ("last", "why")}
        held = _own(scope, pk)  # as it is stored
        return _shown(request, scope, held, _given(held), {"": "；".join(error.messages)}, typed)
    messages.success(request, _("已停止：%(day)s 以后不再要求巡查。") % {"day": last})
    return redirect(f"{reverse('patrol_duties', args=[scope.county.code])}?state=stopped")
