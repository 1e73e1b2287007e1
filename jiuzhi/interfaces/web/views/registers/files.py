"""Documents and photos of a record: taken in, shown small, handed out only to who may see the record."""

from io import BytesIO
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from PIL import Image, ImageOps, UnidentifiedImageError

from jiuzhi.core import attachments, records
from jiuzhi.core.models import Attachment
from jiuzhi.core.registers import Register, reading

from ..base import Scope, actor
from .base import record_of, register_page

_SMALL = (320, 240)  # pixels


@register_page
@require_POST
def attach(request: HttpRequest, scope: Scope, register: Register, pk: int) -> HttpResponse:
    record = record_of(scope, register, pk, "change_record")
    given = request.FILES.getlist("files")
    try:
        with records.one_set():
            for file in given:
                attachments.add(register, record, file, request.POST.get("title", ""), actor(request))
    except (ValidationError, PermissionDenied) as error:
        messages.error(request, "；".join(getattr(error, "messages", [str(error)])))
    else:
        said = _("已上传 %(n)s 个文件。") % {"n": len(given)} if given else _("没有选择文件。")
        (messages.success if given else messages.error)(request, said)
    return redirect("record", scope.county.code, register.code, pk)


@register_page
def file(request: HttpRequest, scope: Scope, register: Register, pk: int, file: int) -> HttpResponse:
    """The file itself, or with ``?small`` a small picture of a photo."""
    record = record_of(scope, register, pk)
    found = attachments.of(register, record).filter(pk=file).first()
    if found is None:
        raise Http404(_("没有这个文件。"))
    if register.blur_km and not reading.may(register, scope.user, "see_sensitive", record):
        raise PermissionDenied(_("这类记录的位置敏感，照片和文件只对有权限的人开放。"))
    if "small" in request.GET and found.kind == Attachment.Kind.PHOTO:
        return _small(found)
    answer = FileResponse(found.file.open("rb"), content_type="application/octet-stream")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.title)}"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _small(found: Attachment) -> HttpResponse:
    """A small JPEG, turned upright; 404 for a photo Pillow cannot open (HEIC)."""
    out = BytesIO()
    try:
        with found.file.open("rb") as source, Image.open(source) as image:
            picture: Any = ImageOps.exif_transpose(image)
            picture.thumbnail(_SMALL)
            picture.convert("RGB").save(out, "JPEG", quality=80)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise Http404(_("这张照片没有缩略图。")) from error
    answer = HttpResponse(out.getvalue(), content_type="image/jpeg")
    answer["Cache-Control"] = "private, max-age=86400"
    return answer


@register_page
@require_POST
def drop(request: HttpRequest, scope: Scope, register: Register, pk: int, file: int) -> HttpResponse:
    record = record_of(scope, register, pk, "change_record")
    found = attachments.of(register, record).filter(pk=file).first()
    if found is None:
        raise Http404(_("没有这个文件。"))
    try:
        records.delete(found, actor(request), request.POST.get("why", "")[:180])
        messages.success(request, _("已移除文件。"))
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    return redirect("record", scope.county.code, register.code, pk)
