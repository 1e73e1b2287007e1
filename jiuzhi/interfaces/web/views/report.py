"""The plan's implementation evaluation as a Word or PDF file, made on request."""

import tempfile
from pathlib import Path
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from jiuzhi.engine import reports
from jiuzhi.engine.indicators.models import Judgement

from ..keep import kept
from .base import Scope, county_page, page, require

FORMS = {
    "docx": ("to_docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "pdf": ("to_pdf", "application/pdf"),
}
DAYS_SHOWN = 24


@county_page
@kept
def report(request: HttpRequest, scope: Scope) -> HttpResponse:
    """GET: choose the day and the form. POST: the file."""
    days = []
    if scope.plan:
        judged = Judgement.objects.filter(commitment__plan=scope.plan).order_by("-as_of")
        days = list(judged.values_list("as_of", flat=True).distinct()[:DAYS_SHOWN])
    if request.method == "POST":
        require(scope, "make_report")
        return _file(request, scope)
    context = {
        "days": days,
        "may_make": scope.may("make_report"),
        "score": scope.score if scope.as_of else None,
    }
    context["synthetic"] = bool(context["score"] and context["score"].synthetic)
    return page(request, "web/report.html", context, active="report")


def _file(request: HttpRequest, scope: Scope) -> HttpResponse:
    form = request.POST.get("form", "docx")
    wanted = request.POST.get("as_of", "")
    try:
        day = parse_date(wanted) if wanted else scope.as_of
    except ValueError:
        day = None
    if wanted and (day is None or scope.as_of is None or day > scope.as_of):
        messages.error(
            request, _("截至日期“%(day)s”没有研判记录：请从列表里选一个日期。") % {"day": wanted[:20]}
        )
        return redirect("report", scope.county.code)
    if scope.plan is None or day is None or form not in FORMS:
        messages.error(request, _("还不能出报告：先载入规划并完成一次研判。"))
        return redirect("report", scope.county.code)
    writer, kind = FORMS[form]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"report.{form}"
        try:
            made = reports.evaluation(scope.plan, day)
            getattr(reports, writer)(made, path)
        except reports.ReportError as error:
            messages.error(request, str(error))
            return redirect("report", scope.county.code)
        data = path.read_bytes()
    mark = "-模拟数据" if getattr(made, "synthetic", False) else ""
    response = HttpResponse(data, content_type=kind)
    name = f"{scope.county.name}规划实施评估报告-{day}{mark}.{form}"
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response
