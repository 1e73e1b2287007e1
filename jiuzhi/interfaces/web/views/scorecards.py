"""The scorecards a county edits: versions, items, weights that differ by unit."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from jiuzhi.core import records
from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Org
from jiuzhi.engine.scoring import compute, defaults
from jiuzhi.engine.scoring.declare import MEASURES
from jiuzhi.engine.scoring.models import Scorecard, ScoreItem

from .base import Scope, actor, county_page, page, require
from .scores import _view


@county_page
def listing(request: HttpRequest, scope: Scope) -> HttpResponse:
    """All versions of all cards, newest first; the first cards of a county are made here."""
    _view(scope)
    month = f"{timezone.now().astimezone(LOCAL):%Y-%m}"
    if request.method == "POST":
        require(scope, "manage_score")
        made = defaults.begin(scope.county, month, actor(request))
        messages.success(request, _("已设立起始办法，可按本县情况修改。") if made else _("已有评分办法。"))
        return redirect("scorecards", scope.county.code)
    cards = (
        Scorecard.objects.filter(county=scope.county).prefetch_related("items").order_by("group", "-version")
    )
    return page(
        request,
        "web/scores/cards.html",
        {"cards": cards, "manages": scope.may("manage_score")},
        active="scores",
    )


@county_page
def card(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """One version; a draft can be edited."""
    _view(scope)
    found = get_object_or_404(Scorecard, pk=pk, county=scope.county)
    if request.method == "POST":
        require(scope, "manage_score")
        try:
            _act(request, scope, found)
        except ValidationError as error:
            messages.error(request, "；".join(error.messages))
        return redirect("scorecard", scope.county.code, _next(request, found))
    units = Org.objects.filter(path__startswith=scope.county.path, kind=found.group)
    items = [(item, _weights(item, units)) for item in found.items.all()]
    context = {
        "card": found, "items": items, "measures": MEASURES.values(), "forms": ScoreItem.Form.choices,
        "edits": found.state == Scorecard.State.DRAFT and scope.may("manage_score"), "manages": scope.may("manage_score"),
        "month": f"{timezone.now().astimezone(LOCAL):%Y-%m}",
    }  # fmt: skip
    return page(request, "web/scores/card.html", context, active="scores")


def _next(request: HttpRequest, found: Scorecard) -> int:
    newest = Scorecard.objects.filter(county=found.county, name=found.name).order_by("-version").first()
    return newest.pk if request.POST.get("do") == "version" and newest else found.pk


def _weights(item: ScoreItem, units: Any) -> str:
    names = {u.code: u.name for u in units}
    return "、".join(f"{names[code]} {factor}" for code, factor in item.weights.items() if code in names)


def _act(request: HttpRequest, scope: Scope, found: Scorecard) -> None:
    do = request.POST.get("do", "")
    if do == "version":
        compute.next_version(
            found, request.POST.get("since", ""), request.POST.get("why", ""), actor(request)
        )
        return
    if do == "force":
        compute.put_in_force(found, actor(request))
        messages.success(request, _("已施行。"))
        return
    if found.state != Scorecard.State.DRAFT:
        raise ValidationError(_("施行过的办法不能改：请起草下一版。"))
    if do == "drop":
        item = get_object_or_404(ScoreItem, pk=request.POST.get("item") or 0, card=found)
        records.delete(item, actor(request), f"{found} 去掉项目")
        return
    number = request.POST.get("item", "")
    item = get_object_or_404(ScoreItem, pk=number, card=found) if number else ScoreItem(card=found)
    item.order = item.order or found.items.count() + 1
    item.title, item.basis = request.POST.get("title", "").strip(), request.POST.get("basis", "").strip()
    item.measure, item.form = request.POST.get("measure", ""), request.POST.get("form", "")
    if item.measure not in MEASURES:
        raise ValidationError(_("请选取数。"))
    item.points, item.per = (_number(request.POST.get(n, "") or "0") for n in ("points", "per"))
    item.free = int(_number(request.POST.get("free", "") or "0"))
    item.weights = _read_weights(request.POST.get("weights", ""), scope, found)
    records.save(item, actor(request), f"{found} 改项目")
    messages.success(request, _("已保存。"))


def _number(text: str) -> Decimal:
    try:
        found = Decimal(text.strip())
    except InvalidOperation:
        raise ValidationError(_("“%(text)s”不是数字。") % {"text": text[:20]}) from None
    if not found.is_finite() or not 0 <= found <= 1000:
        raise ValidationError(_("分值要在 0 到 1000 之间。"))
    return found


def _read_weights(text: str, scope: Scope, found: Scorecard) -> dict[str, str]:
    """ "龙田乡 0.5、咸宜镇 1.2" as unit code → factor."""
    units = {u.name: u.code for u in Org.objects.filter(path__startswith=scope.county.path, kind=found.group)}
    weights = {}
    for part in filter(None, (p.strip() for p in text.replace("，", "、").replace("\n", "、").split("、"))):
        name, _blank, factor = part.rpartition(" ")
        if name.strip() not in units:
            raise ValidationError(
                _("“%(part)s”读不懂：写成“单位 系数”，如“龙田乡 0.5”，单位要是本县的。") % {"part": part[:40]}
            )
        weights[units[name.strip()]] = str(_number(factor))
    return weights
