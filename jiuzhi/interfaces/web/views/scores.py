"""The monthly ecology report: ranks in the open, every point with its evidence, objections, and the files to send."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiuzhi.core import access
from jiuzhi.core.local import LOCAL
from jiuzhi.core.periods import month_before
from jiuzhi.engine.scoring import compute, documents
from jiuzhi.engine.scoring.ecology import Ecology, ecology, unit_figures, year_earlier
from jiuzhi.engine.scoring.models import Objection, Score, ScoreMonth

from .base import Scope, actor, county_page, page, require

FORMS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_MONTHS = 24


def _months() -> list[str]:
    """The months there could be a report of, newest first."""
    day = timezone.now().astimezone(LOCAL).date().replace(day=1)
    found = []
    for _n in range(_MONTHS):
        found.append(f"{day:%Y-%m}")
        day = (day - timedelta(days=1)).replace(day=1)
    return found


def _month(request: HttpRequest, scope: Scope) -> str:
    asked = request.GET.get("month", "")
    if asked and asked not in _months():
        raise Http404(_("没有这个月的生态报表：请从列表里选。"))
    if asked:
        return asked
    held = ScoreMonth.objects.filter(county=scope.county)
    if not scope.may("manage_score"):
        held = held.exclude(state=ScoreMonth.State.COMPUTED)
    newest = held.order_by("-month").first()
    return newest.month if newest else month_before(_months()[0])


def _shown(scope: Scope, held: ScoreMonth | None) -> bool:
    """Scores are everybody's once they are published; before that only of who makes them."""
    return held is not None and (held.state != ScoreMonth.State.COMPUTED or scope.may("manage_score"))


def _report(scope: Scope, month: str) -> Ecology:
    found = ecology(scope.county, month, timezone.now())
    if found.held is not None and not _shown(scope, found.held):
        return Ecology(**vars(found) | {"held": None, "groups": []})
    return found


@county_page
def listing(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The report of a month, with what may be done with it."""
    _view(scope)
    month = _month(request, scope)
    report = _report(scope, month)
    figures, units = documents.headings(report)
    context = {
        "report": report, "month": month, "months": _months(), "sentence": documents.sentence(report),
        "work": [documents.figure_cells(f) for f in report.work], "indicators": [documents.figure_cells(f) for f in report.indicators],
        "groups": [(word, [(r.score, documents.unit_cells(r), list(zip(documents.WORK, documents.work_cells(r), strict=True))) for r in rows]) for word, rows in report.groups],
        "problems": [(c, documents.problem_cells(c), _link(scope, "case", c.pk)) for c in report.problems],
        "figure_heads": figures, "unit_heads": units, "work_heads": documents.WORK, "manages": scope.may("manage_score"), "state": documents.state(report),
        "objections": report.held.objections.select_related("unit", "item", "by") if report.held else [],
        "synthetic": report.synthetic, "may_objects": report.held is not None and report.held.state == ScoreMonth.State.PUBLISHED,
    }  # fmt: skip
    return page(request, "web/scores/month.html", context, active="scores")


def _view(scope: Scope) -> None:
    if access.within(scope.user, "view_score", scope.county) is None:
        raise PermissionDenied(_("您没有查看评分的权限，需要时请联系管理员授权。"))


def _link(scope: Scope, kind: str, number: int) -> str:
    """Where a proof can be looked at; "" where there is no page."""
    try:
        return reverse(
            {"late": "periods"}.get(kind, kind),
            args=[scope.county.code, *([] if kind == "late" else [number])],
        )
    except NoReverseMatch:
        return ""


@county_page
def detail(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """One unit's score: every line with the records it was counted from."""
    _view(scope)
    score = get_object_or_404(
        Score.objects.select_related("month", "unit", "card"), pk=pk, month__county=scope.county
    )
    if not _shown(scope, score.month):
        raise Http404(_("这个月的评分还没有公示。"))
    lines = [
        (line, [(p["label"], _link(scope, p["kind"], p["id"])) for p in line.evidence])
        for line in score.lines.select_related("item")
    ]
    figures, simulated = unit_figures(score.unit, score.month.month, scope.county, timezone.now())
    heads = documents.figure_headings(
        score.month.month, month_before(score.month.month), year_earlier(score.month.month)
    )
    open_now = score.month.state == ScoreMonth.State.PUBLISHED and timezone.now() <= score.month.objections_to
    context = {
        "score": score, "lines": lines, "objections": score.month.objections.filter(unit=score.unit).select_related("item", "by"),
        "may_object": open_now and access.can(scope.user, "object_score", score.unit), "items": score.card.items.all(),
        "synthetic": simulated or any(line.synthetic for line, _proof in lines), "month": score.month,
        "figure_heads": heads, "work": [documents.figure_cells(f) for f in figures],
    }  # fmt: skip
    return page(request, "web/scores/unit.html", context, active="scores")


def _done(request: HttpRequest, work: Callable[[], Any], said: str) -> None:
    try:
        work()
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, said)


@require_POST
@county_page
def act(request: HttpRequest, scope: Scope, month: str, step: str) -> HttpResponse:
    """Compute, publish or lock a month."""
    require(scope, "manage_score")
    now = timezone.now()
    if step == "compute":
        _done(request, lambda: compute.compute(scope.county, month, actor(request), now=now), _("已计算。"))
    else:
        held = get_object_or_404(ScoreMonth, county=scope.county, month=month)
        steps = {
            "publish": (compute.publish, _("已公示，异议期三个工作日。")),
            "lock": (compute.lock, _("已锁定。")),
        }
        if step not in steps:
            raise Http404
        work, said = steps[step]
        _done(request, lambda: work(held, actor(request), now=now), said)
    return redirect(f"{reverse('scores', args=[scope.county.code])}?month={quote(month)}")


@require_POST
@county_page
def protest(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """A unit objects to its score."""
    score = get_object_or_404(
        Score.objects.select_related("month", "unit", "card"), pk=pk, month__county=scope.county
    )
    asked = request.POST.get("item", "")
    item = score.card.items.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 15 else None
    said = request.POST.get("text", "")
    _done(
        request, lambda: compute.object_to(score.month, score.unit, item, said, actor(request), now=timezone.now()),
        _("异议已提交，等待答复。"),
    )  # fmt: skip
    return redirect("score", scope.county.code, pk)


@require_POST
@county_page
def answer(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """An objection is answered; an upheld one corrects the score by so many points."""
    require(scope, "manage_score")
    found = get_object_or_404(
        Objection.objects.select_related("month__county"), pk=pk, month__county=scope.county
    )
    upheld = request.POST.get("verdict") == "upheld"

    def decide() -> None:
        try:
            points = Decimal(request.POST.get("points") or "0") if upheld else Decimal(0)
        except InvalidOperation:
            raise ValidationError(_("更正分要是数字，如 2 或 -1.5。")) from None
        if not points.is_finite() or abs(points) > 1000:
            raise ValidationError(_("更正分要在 ±1000 以内。"))
        compute.decide(
            found, upheld, points, request.POST.get("answer", ""), actor(request), now=timezone.now()
        )

    _done(request, decide, _("已答复。"))
    return redirect(f"{reverse('scores', args=[scope.county.code])}?month={found.month.month}#objections")


@county_page
def export(request: HttpRequest, scope: Scope, month: str, form: str) -> HttpResponse:
    """The report as a file."""
    _view(scope)
    if form not in FORMS or month not in _months():
        raise Http404(_("没有这个月的生态报表：请从列表里选。"))
    report, on = _report(scope, month), timezone.now().astimezone(LOCAL).date()
    if form == "xlsx":
        data = documents.to_xlsx(report)
    else:
        with tempfile.TemporaryDirectory() as folder:
            write = documents.to_docx if form == "docx" else documents.to_pdf
            data = write(report, Path(folder) / f"report.{form}", on).read_bytes()
    return sent(
        data,
        f"{scope.county.name}{month}生态报表{'-模拟数据' if report.synthetic else ''}.{form}",
        FORMS[form],
    )


def sent(data: bytes, name: str, kind: str) -> HttpResponse:
    """A file to keep under a Chinese name."""
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response
