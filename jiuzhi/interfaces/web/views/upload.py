"""A plan document in the browser: read it, look at what is doubtful, load it as a new version."""

import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from jiuzhi.engine.plan.judge import judge_plan
from jiuzhi.engine.plan.load import load_pack
from jiuzhi.engine.plan.models import Plan
from jiuzhi.engine.plan.pack import Pack, PlanReadError, read_pack, write_pack
from jiuzhi.engine.plan.reader import decode, read_plan

from .base import Scope, actor, county_page, page, require

LIMIT = 50 * 1024 * 1024  # [bytes]
KINDS = (".docx", ".txt", ".html", ".htm", ".pdf")
DOUBTS_SHOWN = 60


def _home(scope: Scope, sha256: str) -> Path:
    """Where a read but not yet loaded plan waits: the document and its pack, by the document's fingerprint."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise Http404
    return Path(settings.HOME) / "uploads" / scope.county.code / sha256


def _reviewed(pack: Pack, code: str) -> Path | None:
    """A pack of the same document that a person has already reviewed, if the installation has one."""
    for folder in sorted(Path(settings.PLANS_DIR).glob(f"{code}*")):
        if (folder / "pack.csv").exists() and read_pack(folder).info.sha256 == pack.info.sha256:
            return folder
    return None


def _take(scope: Scope, file: UploadedFile) -> str:
    """Read the document and keep it with its pack. Returns the fingerprint. Errors: `PlanReadError`; nothing is kept then."""
    name = Path((file.name or "").replace("\\", "/")).name
    if not name.lower().endswith(KINDS):
        raise PlanReadError(
            _("“%(name)s”不是可读的格式：请用 docx、txt、html 或文字版 PDF。") % {"name": name}
        )
    if (file.size or 0) > LIMIT:
        raise PlanReadError(_("文档超过 50 MB：请去掉图片后再传。"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        with path.open("wb") as out:
            for chunk in file.chunks():
                out.write(chunk)
        pack = read_plan(path)
        home = _home(scope, pack.info.sha256)
        shutil.rmtree(home, ignore_errors=True)
        (home / "document").mkdir(parents=True)
        shutil.copy(path, home / "document" / name)
        write_pack(pack, home / "pack")
    return pack.info.sha256


def _words(text: str, start: int, end: int) -> str:
    """The words a doubt stands on with a few around them; empty where it concerns the document as a whole."""
    return re.sub(r"\s+", "", text[max(start - 8, 0) : end + 8]) if end > start else ""


@county_page
def start(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Choose the document; on POST it is read and the way leads to the review."""
    require(scope, "load_plan")
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None:
            messages.error(request, _("没有选文件：请先选择规划文档。"))
        else:
            try:
                return redirect("plan_review", scope.county.code, _take(scope, file))
            except PlanReadError as error:
                messages.error(request, str(error))
        return redirect("plan_upload", scope.county.code)
    return page(request, "web/upload.html", {}, active="plan")


@county_page
def review(request: HttpRequest, scope: Scope, sha256: str) -> HttpResponse:
    """What was read, doubtful rows first with their sentences. POST loads it."""
    require(scope, "load_plan")
    home = _home(scope, sha256)
    documents = sorted((home / "document").glob("*"))
    if not documents:
        raise Http404(_("这份文档还没有读过，请重新上传。"))
    pack = read_pack(home / "pack")
    reviewed = _reviewed(pack, scope.county.code)
    if request.method == "POST":
        return _load(request, scope, reviewed or home / "pack", documents[0])
    text = decode(documents[0]).text
    doubts = [(d, _words(text, d.start, d.end)) for d in pack.review[:DOUBTS_SHOWN]]
    context: dict[str, Any] = {
        "pack": pack,
        "targets": sum(1 for c in pack.commitments if c.kind == "target"),
        "paragraphs": sum(1 for c in pack.clauses if c.level == "paragraph"),
        "doubts": doubts,
        "more": max(len(pack.review) - DOUBTS_SHOWN, 0),
        "reviewed": reviewed.name if reviewed else "",
        "elsewhere": bool(pack.info.adcode) and pack.info.adcode != scope.county.code,
        "known": Plan.objects.filter(county=scope.county, sha256=sha256).first(),
    }
    return page(request, "web/plan_review.html", context, active="plan")


def _load(request: HttpRequest, scope: Scope, folder: Path, document: Path) -> HttpResponse:
    code = scope.county.code
    try:
        plan = load_pack(folder, actor=actor(request), document=document, county=code)
    except PlanReadError as error:
        messages.error(request, str(error))
        return redirect(request.path)
    day = scope.as_of or timezone.localdate()
    judge_plan(plan, day, actor=actor(request))
    messages.success(
        request, _("已载入第 %(n)s 版，并按截至 %(day)s 的数据研判。") % {"n": plan.version, "day": day}
    )
    return redirect("plan", code)
