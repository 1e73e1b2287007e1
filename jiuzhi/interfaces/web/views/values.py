"""Reporting a value with its evidence, deciding on it, and taking it back."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiuzhi.engine.indicators.models import ReportedValue
from jiuzhi.engine.plan import values
from jiuzhi.engine.plan.models import Commitment

from .base import Scope, actor, county_page, require

_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
EVIDENCE_LIMIT = 20 * 1024 * 1024  # [bytes]
EVIDENCE_KINDS = (".pdf", ".doc", ".docx", ".xls", ".xlsx", ".csv", ".jpg", ".jpeg", ".png", ".zip", ".txt")


def _complain(request: HttpRequest, error: Exception) -> None:
    for said in getattr(error, "messages", None) or [str(error)]:
        messages.error(request, said)


def _value(text: str) -> Decimal:
    """A number as people type it: "1,234.5" is one, but a comma anywhere else is no number, because it may be meant as a point."""
    plain = text.strip().replace("，", ",").replace("−", "-")
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    try:
        found = Decimal(plain)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise ValidationError(_("数值“%(text)s”不是数：请只填数字，单位已写在旁边。") % {"text": text[:40]})
    return found


def _evidence(request: HttpRequest) -> Any:
    file = request.FILES.get("evidence")
    if file is None:
        return None
    if file.size > EVIDENCE_LIMIT:
        raise ValidationError(_("佐证材料超过 20 MB：请压缩或拆分后再传。"))
    if not file.name.lower().endswith(EVIDENCE_KINDS):
        raise ValidationError(_("佐证材料只收 PDF、Word、Excel、图片、文本或 ZIP。"))
    return file


@require_POST
@county_page
def submit(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Report one value for a commitment that is reported by hand."""
    commitment = get_object_or_404(
        Commitment.objects.select_related("owner", "plan__county"), pk=pk, plan__county=scope.county
    )
    require(scope, "report_value", commitment.owner or scope.county)
    try:
        values.report_value(
            commitment,
            request.POST.get("period", "").strip()[:20],
            _value(request.POST.get("value", "")),
            _evidence(request),
            request.POST.get("note", "").strip(),
            actor(request),
        )
        messages.success(request, _("已提交，等待规划专员审核。"))
    except (ValidationError, ValueError) as error:
        _complain(request, error)
    return redirect("commitment", scope.county.code, commitment.pk)


def _reported(scope: Scope, pk: int) -> ReportedValue:
    return get_object_or_404(
        ReportedValue.objects.select_related("commitment__owner", "commitment__plan__county"),
        pk=pk,
        commitment__plan__county=scope.county,
    )


@require_POST
@county_page
def step(request: HttpRequest, scope: Scope, pk: int, step: str) -> HttpResponse:
    """``approve``, ``return`` or ``withdraw`` a reported value."""
    reported = _reported(scope, pk)
    note = request.POST.get("note", "").strip()
    try:
        if step in ("approve", "return"):
            require(scope, "approve_value", reported.commitment.owner or scope.county)
            values.decide(reported, step == "approve", note, actor(request))
        elif step == "withdraw":
            require(scope, "report_value", reported.commitment.owner or scope.county)
            values.withdraw(reported, note, actor(request))
        else:
            raise Http404
        said = {
            "approve": _("已通过并重新研判；晚于截至日的数值下次研判时计入。"),
            "return": _("已退回填报单位。"),
            "withdraw": _("已撤回。"),
        }
        messages.success(request, said[step])
    except (ValidationError, ValueError) as error:
        _complain(request, error)
    return redirect("commitment", scope.county.code, reported.commitment_id)


@county_page
def evidence(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """The evidence file, to people over the responsible unit and to who handed it in; always a download, never run in the page."""
    reported = _reported(scope, pk)
    if reported.reported_by_id != scope.user.pk:
        require(scope, "view", reported.commitment.owner)
    if not reported.evidence or not reported.evidence.storage.exists(reported.evidence.name):
        raise Http404(_("这条填报没有佐证材料，或文件已不在。"))
    name = reported.evidence.name.rsplit("/", 1)[-1]
    return FileResponse(reported.evidence.open("rb"), as_attachment=True, filename=name)
