"""Taking in files of observations from the browser, and what came of each."""

import tempfile
from pathlib import Path
from urllib.parse import quote

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiuzhi.core import access, registers
from jiuzhi.engine.indicators.evaluate import evaluate
from jiuzhi.engine.observe import assessed, fires, quality
from jiuzhi.engine.observe.formats import FORMATS, FileProblem
from jiuzhi.engine.observe.formats.template import write_template
from jiuzhi.engine.observe.importer import import_file, refused_path
from jiuzhi.engine.observe.lake import LakeBusy
from jiuzhi.engine.observe.models import ImportBatch
from jiuzhi.engine.plan.judge import judge_plan
from jiuzhi.master.models import Station

from .. import monitoring
from ..keep import shared
from .base import Scope, actor, county_page, page, require

LIMIT = 200 * 1024 * 1024  # [bytes]
SHOWN = 20
FIRES = 5000  # fire points about the county taken in by one request
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _batches(scope: Scope) -> QuerySet[ImportBatch]:
    """The county's batches, and the person's own ones of many counties."""
    mine = Q(county=None, by=scope.user)
    return ImportBatch.objects.filter(Q(county=scope.county) | mine).select_related("by")


def _take_in(request: HttpRequest, scope: Scope) -> ImportBatch | None:
    """Import the uploaded file; None after saying in one sentence why not. Nothing stays half-loaded."""
    file = request.FILES.get("file")
    if file is None or not file.name:
        messages.error(request, _("没有选文件：请先选择要导入的 CSV、Excel 或压缩的 CSV。"))
        return None
    if file.size > LIMIT:
        messages.error(request, _("文件超过 200 MB：请拆分，或在服务器上用 jiuzhi observe import。"))
        return None
    chosen = request.POST.get("format") or None
    if chosen and chosen not in FORMATS:
        chosen = None
    year = request.POST.get("year", "")
    with tempfile.TemporaryDirectory() as folder:
        # The name is kept for the record (it may carry the month); only its last part, so that it stays in the folder.
        path = Path(folder) / Path(file.name.replace("\\", "/")).name
        with path.open("wb") as out:
            for chunk in file.chunks():
                out.write(chunk)
        if _fires(request, scope, path):
            return None
        try:
            return import_file(
                path,
                actor=actor(request),
                fmt=chosen,
                synthetic=request.POST.get("synthetic") == "on",
                year=int(year) if year.isdecimal() and len(year) == 4 else None,
                county=scope.county.code,
            )
        except (FileProblem, LakeBusy) as error:
            messages.error(request, str(error))
    return None


def _fires(request: HttpRequest, scope: Scope, path: Path) -> bool:
    """Take in a file of satellite fire points, which go into their register; False for any other file."""
    with path.open("rb") as file:
        if not fires.is_firms(file.read(2000).decode("utf-8", "replace")):
            return False
    register = registers.get(fires.REGISTER)
    if not access.can(scope.user, "create_record", scope.county, register.code):
        messages.error(
            request, _("这是卫星火点文件：登记火点需要“%(title)s”的新增权限。") % {"title": register.title}
        )
        return True
    box = fires.around(scope.county)
    if box is None:
        messages.error(request, _("本县还没有带坐标的监测点位，无法判断火点是否在本县周边：请先补点位坐标，或请管理员用命令行 jiuzhi observe fires --box 导入。"))  # fmt: skip
        return True
    try:
        done = fires.bring(
            path.read_text("utf-8", "replace"), scope.county, actor(request), box=box, most=FIRES,
            synthetic=request.POST.get("synthetic") == "on",
        )  # fmt: skip
    except fires.TooMany:
        messages.error(request, _("文件里本县周边的火点超过 %(n)s 个，没有导入：请按日期拆分，或请管理员用命令行 jiuzhi observe fires 导入。") % {"n": FIRES})  # fmt: skip
        return True
    said = _(
        "卫星火点：读了 %(rows)s 行，新增 %(new)s 个，已有 %(known)s 个，未收 %(refused)s 行（本县周边以外或读不懂）。"
    )
    counts = {"rows": done.rows, "new": done.new, "known": done.known, "refused": len(done.refused)}
    (messages.success if done.new or done.known else messages.warning)(request, said % counts)
    for refused in [r for r in done.refused if "范围以外" not in r.why][:5]:
        messages.warning(request, _("第 %(n)s 行：%(why)s") % {"n": refused.row, "why": refused.why})
    return True


@county_page
def listing(request: HttpRequest, scope: Scope) -> HttpResponse:
    if request.method == "POST":
        require(scope, "import_observations")
        batch = _take_in(request, scope)
        if batch is not None:
            counts = {
                "rows": batch.rows,
                "new": batch.new,
                "revised": batch.revised,
                "same": batch.unchanged,
                "refused": batch.refused,
            }
            said = (
                _(
                    "读了 %(rows)s 行：新增 %(new)s 个值，修订 %(revised)s，未变 %(same)s，退回 %(refused)s 行。"
                )
                % counts
            )
            (messages.warning if batch.refused else messages.success)(request, said)
        return redirect("imports", scope.county.code)
    page_rows = Paginator(_batches(scope), SHOWN).get_page(request.GET.get("page"))
    codes = list(Station.objects.filter(county=scope.county).values_list("code", flat=True))
    held = shared(("holdings", scope.county.code), scope.version, lambda: monitoring.holdings(codes))
    context = {
        "page_rows": page_rows,
        "held": held,
        "formats": FORMATS.values(),
        "may_import": scope.may("import_observations"),
        "synthetic": any(b.synthetic for b in page_rows) or held.get("synthetic", False),
    }
    return page(request, "web/imports.html", context, active="imports")


@require_POST
@county_page
def judge(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Assess what came in, compute the indicators and judge the plan, as of today."""
    require(scope, "import_observations")
    if scope.plan is None:
        messages.error(request, _("还没有载入规划，没有可以研判的承诺。"))
        return redirect("imports", scope.county.code)
    day = timezone.localdate()
    try:
        quality.refresh()
        assessed.refresh(day)
    except LakeBusy as error:
        messages.error(request, str(error))
        return redirect("imports", scope.county.code)
    evaluate(scope.county, day, actor=actor(request))
    changed = judge_plan(scope.plan, day, actor=actor(request))
    messages.success(request, _("已按截至 %(day)s 的数据研判，%(n)s 项有变化。") % {"day": day, "n": changed})
    return redirect("home", scope.county.code)


@county_page
def template(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The empty workbook a county fills in."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.xlsx"
        write_template(path)
        response = HttpResponse(path.read_bytes(), content_type=XLSX)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote('九治数据模板.xlsx')}"
    return response


@county_page
def refused(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """The refused rows of one batch with their reasons, to be mended and sent again."""
    batch = get_object_or_404(_batches(scope), pk=pk)
    path = refused_path(batch)
    if not path.exists():
        raise Http404(_("这一批没有退回的行。"))
    response = FileResponse(path.open("rb"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = (
        f"attachment; filename*=UTF-8''{quote(f'退回-{Path(batch.name).stem}.csv')}"
    )
    return response
