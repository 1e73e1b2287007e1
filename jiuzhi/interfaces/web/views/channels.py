"""Ways out of the app: set up, tried out, and what became of everything that was sent."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from jiuzhi.core import access, records
from jiuzhi.core.models import Org
from jiuzhi.engine.notify import channels, sending
from jiuzhi.engine.notify.models import TOPICS, Channel, Delivery
from jiuzhi.engine.rules.declare import SEVERITIES

from .base import Scope, actor, county_page, number, page, require, units_of

_PAGE = 40


def _own(scope: Scope) -> Any:
    require(scope, "manage_channel")
    return Channel.objects.filter(county=scope.county).select_related("org", "county")


@county_page
def listing(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The channels with how they do."""
    state = Delivery.State
    rows = _own(scope).annotate(
        sent=Count("deliveries", Q(deliveries__state=state.SENT)), waiting=Count("deliveries", Q(deliveries__state=state.WAITING)),
        failed=Count("deliveries", Q(deliveries__state__in=(state.REFUSED, state.GIVEN_UP))),
    )  # fmt: skip
    return page(request, "web/channels/list.html", {"rows": rows, "words": TOPICS}, active="messages")


@county_page
def new(request: HttpRequest, scope: Scope) -> HttpResponse:
    _own(scope)
    return _form(request, scope, Channel(org=scope.county, kind=Channel.Kind.WECOM))


@county_page
def detail(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """One channel: change it, try it out, drop it, and each thing sent with every try."""
    found = get_object_or_404(_own(scope), pk=pk)
    do = request.POST.get("do", "")
    if do == "test":
        tries = sending.try_out(found, actor(request), timezone.now())
        if not tries:
            messages.error(request, _("没有发出：这个渠道没有写收件人，您自己也没有填提醒邮箱。"))
        for attempt in tries:
            (messages.success if attempt.ok else messages.error)(
                request,
                (_("已送达：%(said)s") if attempt.ok else _("没有送达：%(said)s")) % {"said": attempt.said},
            )
        return redirect("channel", scope.county.code, pk)
    if do == "again":
        one = get_object_or_404(found.deliveries, pk=number(request.POST.get("delivery")))
        if one.state in (Delivery.State.REFUSED, Delivery.State.GIVEN_UP):
            sending.again(one, actor(request), timezone.now())
            messages.success(request, _("已重新排队，稍后发送。"))
        return redirect("channel", scope.county.code, pk)
    if do == "drop":
        try:
            records.delete(found, actor(request), request.POST.get("why", ""))
        except ValidationError as error:
            messages.error(request, "；".join(error.messages))
            return redirect("channel", scope.county.code, pk)
        messages.success(request, _("已删除渠道“%(name)s”。") % {"name": found.name})
        return redirect("channels", scope.county.code)
    return _form(request, scope, found)


def _form(request: HttpRequest, scope: Scope, found: Channel) -> HttpResponse:
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            _save(request, scope, found)
        except ValidationError as error:
            errors = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        else:
            messages.success(request, _("已保存。请按“发一条测试”看能否收到。"))
            return redirect("channel", scope.county.code, found.pk)
    rows = found.deliveries.prefetch_related("attempts") if found.pk else Delivery.objects.none()
    if asked := request.GET.get("state"):
        rows = rows.filter(state=asked)
    at = Paginator(rows, _PAGE).get_page(request.GET.get("page", "1"))
    context = {
        "channel": found, "errors": errors, "kinds": Channel.Kind.choices, "topics": TOPICS.items(), "severities": SEVERITIES.items(),
        "units": units_of(scope), "typed": request.POST.get("address", ""), "page_rows": at, "states": Delivery.State.choices,
        "state": asked or "", "synthetic": any(d.synthetic for d in at),
    }  # fmt: skip
    return page(
        request, "web/channels/channel.html", context, active="messages", status=422 if errors else 200
    )


def _save(request: HttpRequest, scope: Scope, found: Channel) -> None:
    given = request.POST
    found.name, found.kind = given.get("name", "").strip(), given.get("kind", "")
    found.least, found.active = given.get("least", ""), "active" in given
    found.topics = [t for t in given.getlist("topics") if t in TOPICS]
    unit = Org.objects.filter(path__startswith=scope.county.path, code=given.get("org", "")).first()
    if unit is None or not access.can(scope.user, "manage_channel", unit):
        raise ValidationError({"org": _("请选本县的单位。")})
    found.org = unit
    seen = given.get("revision", "")
    channels.keep(
        found, actor(request), address=given.get("address", ""), secret=given.get("secret", ""),
        revision=int(seen) if found.pk and seen.isdecimal() and len(seen) < 9 else None,
    )  # fmt: skip
