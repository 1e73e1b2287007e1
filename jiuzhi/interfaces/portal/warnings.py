"""Public warnings for everybody: pages for people, CAP 1.2 and an Atom feed for programs."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.http import Http404, HttpRequest, HttpResponse
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import condition, require_safe

from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Org
from jiuzhi.engine.response import cap, publish
from jiuzhi.engine.response.models import PublicWarning

from .views import _county, _page

_NEVER = datetime(2000, 1, 1, tzinfo=LOCAL)  # a feed without entries must say when it changed, too


class CapFeed(Atom1Feed):
    """Each entry leads to its page and to its CAP message. Nothing in it comes from the clock: unchanged warnings, unchanged bytes."""

    def latest_post_date(self) -> datetime:
        return max((item["updateddate"] for item in self.items), default=_NEVER)

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        link = {"rel": "alternate", "type": cap.TYPE, "href": item["cap"]}
        handler.addQuickElement("link", "", link)


def _one(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of one published message. Errors: 404 for a draft as for what is not there."""

    @require_safe
    @wraps(view)
    def inner(request: HttpRequest, code: str, identifier: str) -> HttpResponse:
        county = _county(code)
        found = publish.published(county).filter(identifier=identifier).first()
        if found is None:
            raise Http404("没有这条预警。")
        return view(request, county, found)

    return inner


@require_safe
def listing(request: HttpRequest, code: str) -> HttpResponse:
    county, now = _county(code), timezone.now()
    on = list(publish.in_force(county, now))
    rows = [(w, w.standing(now)) for w in publish.recent(county, now).exclude(pk__in=[w.pk for w in on])]
    synthetic = any(w.synthetic for w in [*on, *(w for w, _standing in rows)])
    return _page(request, "warnings.html", county, {"warnings": on, "rows": rows, "synthetic": synthetic})


@_one
def detail(request: HttpRequest, county: Org, found: PublicWarning) -> HttpResponse:
    later = publish.published(county).filter(replaces=found).first()
    context = {
        "w": found, "standing": found.standing(timezone.now()), "later": later, "synthetic": found.synthetic,
        "earlier": found.replaces, "cap": reverse("public_warning_cap", args=[county.code, found.identifier]),
    }  # fmt: skip
    return _page(request, "warning.html", county, context)


@_one
def message(request: HttpRequest, county: Org, found: PublicWarning) -> HttpResponse:
    """The CAP message as it was published."""
    body = found.xml.encode()
    return _conditional(request, body, found.sent, cap.TYPE)


@require_safe
def feed(request: HttpRequest, code: str) -> HttpResponse:
    """Every message of the last 30 days and those still in force, the newest first."""
    county = _county(code)
    at = request.build_absolute_uri
    home = at(reverse("public_warnings", args=[county.code]))
    made = CapFeed(
        f"{county.name}预警信息", home, "", language="zh-CN", author_name=county.name,
        feed_url=at(reverse("public_warnings_feed", args=[county.code])), feed_guid=_urn(f"cn-{county.code}/warnings"),
    )  # fmt: skip
    newest = None
    for w in publish.recent(county, timezone.now()):
        newest = newest or w.sent
        args = [county.code, w.identifier]
        made.add_item(
            f"【模拟数据】{w.headline}" if w.synthetic else w.headline, at(reverse("public_warning", args=args)), linebreaksbr(w.description, autoescape=True),
            unique_id=_urn(f"{w.sender},{w.identifier},{cap.time(w.sent)}"), pubdate=w.sent, updateddate=w.sent, author_name=str(w.org),
            categories=[w.category, w.get_kind_display()], cap=at(reverse("public_warning_cap", args=args)),
        )  # fmt: skip
    return _conditional(
        request, made.writeString("utf-8").encode(), newest, "application/atom+xml; charset=utf-8"
    )


def _urn(name: str) -> str:
    return uuid5(NAMESPACE_URL, name).urn


def _conditional(request: HttpRequest, body: bytes, changed: datetime | None, kind: str) -> HttpResponse:
    """Answered with 304 to whoever has it. Receivers ask again and again: they keep it, and ask whether it is still so."""

    def answer(request: HttpRequest) -> HttpResponse:
        return HttpResponse(body, content_type=kind, headers={"Cache-Control": "public, no-cache"})

    etag = f'"{sha256(body).hexdigest()[:32]}"'
    return condition(lambda r: etag, lambda r: changed)(answer)(request)
