"""Excel in and out of a register: template, export, and the import in three steps — file, dry run, writing — with undo."""

import tempfile
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jiuzhi.core import local
from jiuzhi.core.registers import Register, query, reading
from jiuzhi.engine.exchange import jobs
from jiuzhi.engine.exchange.export import SYNTHETIC
from jiuzhi.engine.exchange.export import export as write_export
from jiuzhi.engine.exchange.template import template as write_template

from ..base import Scope, actor, number
from .base import register_page, shown
from .listing import Listing

LARGEST = 50 * 1024 * 1024  # bytes
ENDINGS = (".xlsx", ".xlsm", ".csv", ".txt")
_ROWS = 50  # rows of a dry run on one page
_KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_TABS = (
    ("error", gettext_lazy("有误")),
    ("update", gettext_lazy("修改")),
    ("create", gettext_lazy("新增")),
)
_DOING = {
    "waiting": gettext_lazy("等待检查"), "checking": gettext_lazy("正在检查"), "marking": gettext_lazy("正在标注有误的单元格"),
    "writing": gettext_lazy("正在写入"), "undoing": gettext_lazy("正在撤销"), "checked": gettext_lazy("待写入"),
    "refused": gettext_lazy("读不了"), "done": gettext_lazy("已写入"), "undone": gettext_lazy("已撤销"),
}  # fmt: skip


def _may_import(scope: Scope, register: Register) -> bool:
    actions = ("create_record", "change_record")
    return any(reading.may(register, scope.user, a, org=scope.county) for a in actions)


def _require_import(scope: Scope, register: Register) -> None:
    """Errors: 403 for a person who may neither add nor change a record here."""
    if not _may_import(scope, register):
        raise PermissionDenied(_("您没有新增或修改这个台账的权限，需要时请联系管理员授权。"))


@register_page
def start(request: HttpRequest, scope: Scope, register: Register) -> HttpResponse:
    """Choose the file; on POST it is kept and checked in the background."""
    _require_import(scope, register)
    if request.method == "POST":
        file = request.FILES.get("file")
        said = _unfit(file)
        if file is None or said:
            messages.error(request, said)
            return redirect("register_import", scope.county.code, register.code)
        job = jobs.create(
            register, scope.county, scope.user, file.name, file.chunks(), synthetic=request.POST.get("synthetic") == "on",
        )  # fmt: skip
        jobs.begin(job, "checking", jobs.check)
        return redirect("register_import_job", scope.county.code, register.code, job.id)
    keys = "、".join(register.fields[k].title for k in register.key)
    known = [(j, _DOING[j.phase]) for j in jobs.mine(register, scope.county, scope.user)]
    return shown(request, scope, register, "import.html", {"jobs": known, "keys": keys})


def _unfit(file: Any) -> str:
    """Why an upload cannot be taken, in one sentence."""
    if file is None or not file.name:
        return _("没有选文件：请先选择填好的 Excel 或 CSV。")
    if not file.name.lower().endswith((*ENDINGS, ".xls")):
        return _("“%(name)s”不是表格：请用 .xlsx 或 .csv 文件。") % {"name": file.name[-60:]}
    if file.size > LARGEST:
        return _("文件超过 50 MB：请分成几个文件导入。")
    return ""


def _job(scope: Scope, register: Register, id: str) -> jobs.Job:
    """Errors: 404 for somebody else's job, or one that is no longer kept."""
    found = jobs.find(id, register, scope.county, scope.user)
    if found is None:
        raise Http404(_("没有这次导入：文件只保留 7 天，请重新上传。"))
    return found


@register_page
def job(request: HttpRequest, scope: Scope, register: Register, job: str) -> HttpResponse:
    """Where an import stands: progress, what the dry run found, what was written. POST goes on to the next step."""
    found = _job(scope, register, job)
    if request.method == "POST":
        _go_on(request, found, request.POST.get("do", ""))
        return redirect(request.path)
    tabs = [(action, word, found.counts.get(action, 0)) for action, word in _TABS]
    offered = next((a for a, _word, n in tabs if n), "error")
    tab = request.GET.get("show") if request.GET.get("show") in dict(_TABS) else offered
    page_rows = Paginator(found.lines(tab), _ROWS).get_page(number(request.GET.get("page")))
    context = {
        "job": found, "doing": _DOING[found.phase], "tabs": tabs, "tab": tab, "page_rows": page_rows,
        "errors": found.counts.get("error", 0), "same": found.counts.get("same", 0), "kept": jobs.KEPT.days,
        "percent": 100 * found.done // max(found.total, 1),
    }  # fmt: skip
    return shown(request, scope, register, "import_job.html", context)


def _go_on(request: HttpRequest, found: jobs.Job, do: str) -> None:
    steps = {
        ("checked", "all"): ("checking", jobs.write(good_rows=False)),
        ("checked", "good"): ("checking", jobs.write(good_rows=True)),
        ("done", "undo"): ("undoing", jobs.take_back),
    }
    step = steps.get((found.phase, do))
    if step is None or not jobs.begin(found, *step):
        messages.warning(request, _("这一步已经做过或正在进行：请看下面的当前状态。"))


@register_page
def handed_back(request: HttpRequest, scope: Scope, register: Register, job: str) -> HttpResponse:
    """The person's own file with the faults marked."""
    found = _job(scope, register, job)
    if not found.handed_back.exists():
        raise Http404(_("这个文件没有有误的行。"))
    form = found.handed_back.suffix[1:]
    stem = found.name.rpartition(".")[0] or found.name
    return _answer(found.handed_back.open("rb"), form, f"{stem}-{_('有误')}.{form}")


@register_page
def template(request: HttpRequest, scope: Scope, register: Register) -> HttpResponse:
    """The empty workbook people fill in."""
    _require_import(scope, register)
    out = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    write_template(out, register, scope.county, scope.user)
    return _answer(out, "xlsx", f"{register.title}{_('模板')}.xlsx")


@register_page
def export(request: HttpRequest, scope: Scope, register: Register, form: str) -> HttpResponse:
    """The records the list shows under the same address, in its columns; ``all=1``: every column, to edit and import again."""
    if form not in _KINDS:
        raise Http404
    if not reading.may(register, scope.user, "export_record", org=scope.county):
        raise PermissionDenied(_("您没有导出这个台账的权限，需要时请联系管理员授权。"))
    listing = Listing(scope, register, request.GET)
    visible = reading.visible_to(register, scope.user, "export_record", scope.county)
    found = query.select(register, visible, listing.asked, local.today())
    wanted = () if request.GET.get("all") else listing.columns
    out = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    written = write_export(
        out, form, register, scope.county, found, actor(request), wanted=wanted, asked=listing.asked
    )
    mark = f"-{SYNTHETIC}" if written.synthetic else ""
    return _answer(out, form, f"{scope.county.name}{register.title}-{local.today()}{mark}.{form}")


def _answer(file: Any, form: str, name: str) -> FileResponse:
    file.seek(0)
    response = FileResponse(file, content_type=_KINDS[form])
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response
