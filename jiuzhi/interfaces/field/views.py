"""The phone page of people on patrol: a shell that works without a network, and what it asks the server.

Every answer of the server is JSON with one sentence in ``why`` when something is refused. A record is confirmed (``kept``) only after the
transaction that keeps it.
"""

import json
from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jiuzhi.core.local import today
from jiuzhi.engine.patrol import lists, received, work
from jiuzhi.engine.patrol.models import Duty
from jiuzhi.interfaces.web import assets, closed

from .words import words

FILES = ("field/app.js", "field/store.js", "field/sync.js", "field/track.js", "field/photo.js", "field/field.css", "field/icon.svg",
         "field/icon-192.png", "field/icon-512.png")  # fmt: skip
LARGEST = 4 * 1024 * 1024  # bytes of a patrol's JSON


def _json(view: Callable[..., JsonResponse]) -> Callable[..., JsonResponse]:
    """Answers people who are not signed in, and what is refused, in a way the phone understands."""

    @never_cache
    @wraps(view)
    def inner(request: HttpRequest) -> JsonResponse:
        if not request.user.is_authenticated:
            return JsonResponse({"why": _("登录已过期：请重新登录，手机上的记录不会丢。")}, status=401)
        try:
            return view(request)
        except PermissionDenied as error:
            return JsonResponse({"why": str(error)}, status=403)
        except work.Taken as error:
            return JsonResponse({"why": " ".join(error.messages)}, status=409)
        except ValidationError as error:
            return JsonResponse({"why": " ".join(error.messages)}, status=422)

    return inner


@require_GET
def shell(request: HttpRequest) -> HttpResponse:
    """The page. It names nobody: who is signed in, `state` tells."""
    return render(request, "field/app.html", {"words": words(), "kinds": received.KINDS})


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker; its contents change when a file of the page does, so that phones fetch the new ones."""
    from django.contrib.staticfiles import finders

    kept = ["/field/", *(f"/static/{f}" for f in FILES)]
    version = "".join(assets.url(f).rpartition("=")[2][:4] for f in FILES)
    source = finders.find("field/sw.js")
    with open(str(source), encoding="utf-8") as file:
        text = f"const VERSION = {json.dumps(version)};\nconst KEPT = {json.dumps(kept)};\n{file.read()}"
    return HttpResponse(text, content_type="text/javascript", headers={"Cache-Control": "no-cache"})


@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """What makes the page installable."""
    icons = [
        {"src": f"/static/field/icon-{n}.png", "sizes": f"{n}x{n}", "type": "image/png"} for n in (192, 512)
    ]
    said = {
        "name": _("九治 巡查"), "short_name": _("巡查"), "start_url": "/field/", "scope": "/field/", "display": "standalone",
        "background_color": "#ffffff", "theme_color": "#0b5d4b", "icons": icons, "lang": "zh-CN",
    }  # fmt: skip
    return JsonResponse(said, content_type="application/manifest+json")


def _duty(one: Duty, standing: str, day: date | None) -> dict[str, Any]:
    """A duty as the phone shows it: whether it was walked in its present period, else until when there is time."""
    due = _("本期已巡") if standing == "done" else _("最晚 %(day)s") % {"day": f"{day:%m-%d}"}
    return {
        "id": one.pk, "name": one.name, "kind": closed.word(one.get_kind_display()), "level": closed.word(one.get_level_display()),
        "rhythm": closed.rhythm(one.every, one.unit), "org": one.org.name, "minutes": one.minutes, "metres": one.metres,
        "synthetic": one.synthetic, "done": standing == "done", "due": due,
    }  # fmt: skip


@require_GET
@_json
def state(request: HttpRequest) -> JsonResponse:
    """Who is signed in, the token for writing, and what there is to walk."""
    day = today()
    held = lists.present(list(work.duties(request.user, day).order_by("name")[:200]), day)
    held.sort(key=lambda one: (one[1] == "done", one[2] or day))  # what is due first
    listed = [_duty(*one) for one in held]
    return JsonResponse(
        {
            "user": request.user.username,
            "name": str(request.user),
            "csrf": get_token(request),
            "duties": listed,
        }
    )


def _read(text: bytes | str) -> Any:
    if len(text) > LARGEST:
        raise ValidationError(_("记录太大：请分段巡查。"))
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValidationError(_("内容读不懂：请更新手机页面后重传。")) from error


@require_POST
@_json
def patrol(request: HttpRequest) -> JsonResponse:
    """Keep a patrol."""
    kept = work.take_patrol(request.user, _read(request.body), timezone.now())
    said = {
        "kept": str(kept.uuid), "state": kept.get_state_display(), "doubts": [d[1] for d in kept.doubts], "distance": kept.distance,
    }  # fmt: skip
    return JsonResponse(said)


@require_POST
@_json
def finding(request: HttpRequest) -> JsonResponse:
    """Keep a finding with its photos (``data``: JSON, ``photo``: files)."""
    given = _read(request.POST.get("data", ""))
    kept = work.take_finding(request.user, given, request.FILES.getlist("photo"), timezone.now())
    case = kept.case
    closed = case is not None and case.closed_at is not None
    return JsonResponse({
        "kept": str(kept.uuid), "case": case.code if case else "", "state": case.stage if case else "", "closed": closed,
        "doubts": [d[1] for d in kept.doubts],
    })  # fmt: skip
