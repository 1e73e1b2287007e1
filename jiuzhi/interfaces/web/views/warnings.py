"""Public warnings: drafted from an alarm or by hand, looked at as they will go out, published, updated, cancelled."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiuzhi.core import access
from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Org
from jiuzhi.engine.response import cap, publish
from jiuzhi.engine.response.models import PublicWarning
from jiuzhi.engine.rules.models import Episode

from . import alerts
from .base import Scope, actor, county_page, number, page, units_of

_PAGE = 40
_DAY = timedelta(days=1)
_TEXTS = (
    "event", "category", "response", "urgency", "severity", "certainty", "headline", "description", "instruction", "contact", "basis",
    "area", "shape", "crs",
)  # fmt: skip


def _seen(scope: Scope) -> QuerySet[PublicWarning]:
    return publish.visible(scope.user, scope.county)


def _required(scope: Scope) -> Q:
    """The units in whose name the person may publish. Errors: 403 without any."""
    reach = access.within(scope.user, "publish_warning", scope.county, field="pk")
    if reach is None:
        raise PermissionDenied(_("您没有发布预警的权限，需要时请联系管理员授权。"))
    return reach


@county_page
def listing(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Drafts, what is in force, and what has been."""
    now = timezone.now()
    on = list(publish.in_force(scope.county, now))
    past = publish.published(scope.county).exclude(pk__in=[w.pk for w in on])
    rows = Paginator(past, _PAGE).get_page(request.GET.get("page", "1"))
    for w in rows:
        w.word = w.standing(now)
    drafts = list(_seen(scope).filter(state=PublicWarning.State.DRAFT).order_by("-pk"))
    context = {
        "on": on, "drafts": drafts, "page_rows": rows, "may": access.within(scope.user, "publish_warning", scope.county) is not None, "feed": _public("_feed", scope, request),
        "synthetic": any(w.synthetic for w in [*on, *drafts, *rows]),
    }  # fmt: skip
    return page(request, "web/warnings/list.html", context, active="alerts")


def _public(name: str, scope: Scope, request: HttpRequest, *args: str) -> str:
    address = reverse(
        f"public_warning{name}" if args else f"public_warnings{name}", args=[scope.county.code, *args]
    )
    return request.build_absolute_uri(address)


@county_page
def new(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Draft a first message (of an alarm, or freely), an update or a cancellation."""
    reach, asked = _required(scope), request.GET
    old = alarm = None
    kind = cap.CANCEL if "cancel" in asked else cap.UPDATE if "update" in asked else cap.ALERT
    if kind != cap.ALERT:
        pk = number(asked.get("cancel") or asked.get("update"), 0)
        old = get_object_or_404(_seen(scope).filter(sent__isnull=False), pk=pk)
    elif "alert" in asked:
        alarm = get_object_or_404(alerts.visible(scope), pk=number(asked["alert"], 0))
    start = _following(old, kind) if old else _first(scope, alarm, timezone.now())
    return _form(request, scope, reach, start, kind=kind, old=old, alarm=alarm)


@county_page
def edit(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    found = get_object_or_404(_seen(scope), pk=pk)
    reach = _required(scope)
    if found.sent:
        messages.error(request, _("已发布的预警不能改：请发布更新或解除。"))
        return redirect("warning", scope.county.code, pk)
    start = _typed(found) | {"seen": str(found.revision)}
    return _form(
        request, scope, reach, start, kind=found.kind, old=found.replaces, alarm=found.episode, found=found
    )


def _form(
    request: HttpRequest, scope: Scope, reach: Q, start: dict[str, Any], *, kind: str, old: PublicWarning | None, alarm: Episode | None,
    found: PublicWarning | None = None,
) -> HttpResponse:  # fmt: skip
    """Show the form, or take what was typed. What is refused stays as it was typed."""
    inside = Org.objects.filter(path__startswith=scope.county.path)
    towns = list(inside.filter(kind=Org.Kind.TOWNSHIP))
    units = units_of(scope).filter(reach)
    errors: dict[str, list[str]] = {}
    given = start
    if given.get("area") == _area([t for t in towns if t.code in given["towns"]], scope.county):
        given["area"] = ""  # follows the townships, also when others are chosen now
    if request.method == "POST":
        given = request.POST.dict() | {"towns": request.POST.getlist("towns")}
        try:
            fields = _fields(given, towns, scope.county)
            if found is None:
                org = old.org if old else next((u for u in units if u.code == given.get("unit")), None)
                if org is None:
                    raise ValidationError({"unit": _("请选发布单位。")})
                found = publish.draft(
                    org, fields, actor(request), at=timezone.now(), episode=alarm, kind=kind, replaces=old
                )
            else:
                seen = given.get("seen", "")
                publish.change(found, fields, actor(request), at=timezone.now(), seen=number(seen, 0, low=0))
        except ValidationError as error:
            errors = _said(error)
        else:
            return redirect("warning", scope.county.code, found.pk)
    context = {
        "given": given, "errors": errors, "general": [s for field in errors.keys() - _SHOWN for s in errors[field]], "kind": kind,
        "old": old, "alarm": alarm, "found": found, "units": units, "towns": towns, "levels": PublicWarning.LEVEL_CHOICES, "cap": cap,
        "systems": ("CGCS2000", "WGS84", "GCJ-02"), "fixed_exercise": bool(old or (alarm and alarm.synthetic)), "synthetic": bool(given.get("synthetic")),
    }  # fmt: skip
    return page(request, "web/warnings/form.html", context, active="alerts", status=400 if errors else 200)


_SHOWN = {*_TEXTS, "unit", "level", "onset", "expires"}


def _said(error: ValidationError) -> dict[str, list[str]]:
    return error.message_dict if hasattr(error, "error_dict") else {"": error.messages}


def _fields(given: dict[str, Any], towns: list[Org], county: Org) -> dict[str, Any]:
    """What was typed, as `publish.draft` takes it. Errors: ``ValidationError`` by field."""
    chosen = [t for t in towns if t.code in given["towns"]]
    found: dict[str, Any] = {name: str(given.get(name, "")) for name in _TEXTS}
    found["area"] = found["area"].strip() or ("、".join(t.name for t in chosen) or f"{county}全域")
    found["geocodes"] = " ".join(t.code for t in chosen) or county.code
    found["crs"] = found["crs"] or "CGCS2000"
    found["level"] = number(given.get("level"), 0)
    found["synthetic"] = bool(given.get("synthetic"))
    wrong = {}
    for name in ("onset", "expires"):
        try:
            found[name] = _moment(given.get(name, ""))
        except ValueError:
            wrong[name] = _("“%(text)s”不是时间：请写成 2026-12-31T18:00。") % {"text": given[name][:20]}
    if not found["level"]:
        wrong["level"] = _("请选预警等级：蓝、黄、橙或红")
    if "expires" not in wrong and found["expires"] is None:
        wrong["expires"] = _("请填失效时间：到时预警自动失效")
    if wrong:
        raise ValidationError(wrong)
    return found


def _area(chosen: list[Org], county: Org) -> str:
    """The area in words where nobody wrote any."""
    return "、".join(t.name for t in chosen) or f"{county}全域"


def _moment(text: str) -> datetime | None:
    """A local time of a form, None for an empty field. Errors: ``ValueError`` for what is none, or lies in another century."""
    if not text:
        return None
    at = datetime.fromisoformat(text)
    if not 2000 <= at.year < 2100:
        raise ValueError(text)
    return at if at.tzinfo else at.replace(tzinfo=LOCAL)


def _local(at: datetime | None) -> str:
    return f"{at.astimezone(LOCAL):%Y-%m-%dT%H:%M}" if at else ""


def _typed(w: PublicWarning) -> dict[str, Any]:
    """A stored message as the form holds it; a severity that followed the level goes on following it."""
    followed = w.severity == cap.BY_LEVEL[w.level]
    return {name: getattr(w, name) or "" for name in _TEXTS} | {
        "unit": w.org.code, "level": str(w.level), "towns": [c for c in w.geocodes.split() if c != w.county.code], "onset": _local(w.onset), "expires": _local(w.expires),
        "synthetic": w.synthetic, "severity": "" if followed else w.severity,
    }  # fmt: skip


def _first(scope: Scope, alarm: Episode | None, now: datetime) -> dict[str, Any]:
    bureau = Org.objects.filter(path__startswith=scope.county.path, name__endswith="生态环境局").first()
    start: dict[str, Any] = {
        "unit": (bureau or scope.county).code, "category": "Env", "urgency": "Expected", "certainty": "Likely", "towns": [],
        "expires": _local(now.replace(minute=0) + _DAY),
    }  # fmt: skip
    if alarm is None:
        return start
    level = alarm.level or 2
    word = dict(PublicWarning.LEVEL_CHOICES)[level]
    return start | {
        "event": alarm.cause, "level": str(level), "certainty": "Observed", "basis": alarm.basis, "synthetic": alarm.synthetic,
        "headline": f"{scope.county}发布{alarm.cause}{word}色预警", "description": f"{alarm.name}：{alarm.text or alarm.title}。",
    }  # fmt: skip


def _following(old: PublicWarning, kind: str) -> dict[str, Any]:
    start = _typed(old)
    if kind == cap.UPDATE:
        return start
    ended = {
        "headline": f"{old.org}解除{old.event}{old.level_word}色预警",
        "description": "",
        "instruction": "",
    }
    return start | ended | {"response": "AllClear", "urgency": "Past", "onset": ""}


@county_page
def detail(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """A message as it goes out or went out: the words and the XML; and what may be done with it."""
    found, now = get_object_or_404(_seen(scope), pk=pk), timezone.now()
    may = access.can(scope.user, "publish_warning", found.org)
    text, stale = found.xml, ""
    web = _public("", scope, request, found.identifier)
    if not found.sent:
        try:
            text = publish.rendered(found, now, web).decode()
        except ValidationError as error:
            stale = "；".join(error.messages)
    standing = found.standing(now)
    context = {
        "w": found, "standing": standing, "xml": text, "stale": stale, "may": may, "draft": not found.sent, "public": web,
        "open": standing == "生效中", "later": publish.published(scope.county).filter(replaces=found).first(),
        "synthetic": found.synthetic,
    }  # fmt: skip
    return page(request, "web/warnings/warning.html", context, active="alerts")


@require_POST
@county_page
def act(request: HttpRequest, scope: Scope, pk: int, step: str) -> HttpResponse:
    """Publish a draft, or throw it away."""
    found = get_object_or_404(_seen(scope), pk=pk)
    try:
        if step == "publish":
            web = _public("", scope, request, found.identifier)
            seen = number(request.POST.get("seen"), 0, low=0)
            publish.publish(found, actor(request), at=timezone.now(), web=web, seen=seen)
            messages.success(request, _("已发布。"))
        elif step == "discard":
            publish.discard(found, actor(request))
            messages.success(request, _("草稿已删除。"))
            return redirect("warnings", scope.county.code)
        else:
            raise Http404
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    return redirect("warning", scope.county.code, pk)
