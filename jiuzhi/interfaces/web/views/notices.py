"""What a person was told: the messages, the bell, and the way from a message to the page it is about."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.core.validators import validate_email
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiuzhi.core import access, records
from jiuzhi.core.models import User
from jiuzhi.engine.cases import lists
from jiuzhi.engine.cases.models import Case
from jiuzhi.engine.notify.models import Channel, Message
from jiuzhi.engine.rules.models import Episode

from .base import Scope, actor, county_page, page

_PAGE = 40
_NUMBERED = {
    "alert": (Episode, "alert"),
    "case": (Case, "case"),
    "channel": (Channel, "channel"),
}  # kind of link → its page


@county_page
def listing(request: HttpRequest, scope: Scope) -> HttpResponse:
    """My messages, newest first; all that I did not read can be ticked off at once."""
    mine = Message.objects.filter(user=scope.user, county=scope.county)
    if request.method == "POST":
        _read(request, list(mine.filter(read_at=None)))
        return redirect("messages", scope.county.code)
    unread = mine.filter(read_at=None).count()
    chosen = request.GET.get("state", "unread" if unread else "all")
    shown = mine.filter(read_at=None) if chosen == "unread" else mine
    at = Paginator(shown, _PAGE).get_page(request.GET.get("page", "1"))
    context = {
        "page_rows": at, "unread": unread, "state": chosen, "address": request.GET.get("email", scope.user.email), "filtered": chosen == "unread",
        "has_mail": Channel.objects.filter(county=scope.county, kind=Channel.Kind.EMAIL, active=True).exists(),
        "sets": scope.may("manage_channel"), "synthetic": any(m.synthetic for m in at),
    }  # fmt: skip
    return page(request, "web/messages.html", context, active="messages")


def _read(request: HttpRequest, rows: list[Message]) -> None:
    if not rows:
        return
    now = timezone.now()
    for row in rows:
        row.read_at = now
    with records.change_set(actor(request), Message, rows[0].county.code, "看过消息") as facts:
        facts["read"] = records.bulk_update(rows, ["read_at"])


@require_POST
@county_page
def mine(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The address to which a person wants letters; empty for none."""
    address = request.POST.get("email", "").strip()
    try:
        if address:
            validate_email(address)
        me = User.objects.get(pk=scope.user.pk)
        me.email = address
        records.save(me, actor(request), "改提醒邮箱")
        messages.success(request, _("已保存。"))
    except ValidationError:
        messages.error(request, _("“%(text)s”不是邮箱地址，没有保存。") % {"text": address[:60]})
        return redirect(
            f"{reverse('messages', args=[scope.county.code])}?{urlencode({'email': address[:254]})}"
        )
    return redirect("messages", scope.county.code)


@county_page
def open_(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Read one message: on to what it is about."""
    message = get_object_or_404(Message, pk=pk, user=scope.user, county=scope.county)
    if message.read_at is None:
        _read(request, [message])
    kind, _colon, key = message.link.partition(":")
    if not message.link:
        return redirect("messages", scope.county.code)
    return redirect(_address(kind, key, scope.county.code))


@login_required
def go(request: HttpRequest, link: str) -> HttpResponse:
    """From a letter or a group to the page; what the person may not see that page refuses."""
    kind, _colon, key = link.partition(":")
    if kind in _NUMBERED:
        found = _NUMBERED[kind][0].objects.filter(pk=_number(key)).select_related("county").first()
        if found is None or not access.counties(request.user).filter(pk=found.county_id).exists():
            raise Http404(_("这条通知所指的内容已经不在了。"))
        return redirect(_address(kind, key, found.county.code))
    return redirect(_address(kind, key, ""))


def _number(key: str) -> int:
    return int(key) if key.isdecimal() and key.isascii() and len(key) < 18 else 0


def _address(kind: str, key: str, county: str) -> str:
    if kind in _NUMBERED and _number(key):
        return reverse(_NUMBERED[kind][1], args=[county, _number(key)])
    if kind == "alerts":  # "alerts:500229:water.x": a rule's alarms in the county they rose in
        own, _colon, rule = key.rpartition(":")
        return (
            reverse("alerts", args=[own or county] if own or county else []) + f"?{urlencode({'rule': rule})}"
        )
    raise Http404(_("没有这个地址。"))


@county_page
def pulse(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The numbers beside bell and menu, asked for again and again: one small answer."""
    alerts = access.within(scope.user, "view_alert", scope.county)
    waiting = Episode.objects.filter(county=scope.county, cleared_at=None, acked_at=None)
    overdue = lists.filtered(lists.of(scope.user, scope.county, "all"), {"due": "overdue"}, timezone.now())
    context = {
        "unread": Message.objects.filter(user=scope.user, county=scope.county, read_at=None).count(),
        "alerts": waiting.filter(alerts).count() if alerts is not None else 0, "overdue": overdue.count(), "scope": scope,
    }  # fmt: skip
    return render(request, "web/parts/pulse.html", context)
