"""Documents and photos of a record: taken in, shown small, handed out only to who may see the record."""

import os
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from PIL import Image, ImageOps

from jiuzhi.core import attachments, geo, records
from jiuzhi.core.models import Attachment, Placed, Record
from jiuzhi.core.registers import Register, reading

from ..base import Scope, actor
from .base import record_of, register_page

FAR = 500  # m: a photo taken farther from the record's place is pointed out
_SMALL = (320, 240)  # pixels
_MOST_PIXELS = 80_000_000  # a larger picture is not opened: a small file can claim any size
_NO_PICTURE = (".heic", ".heif")  # what Pillow cannot open


@dataclass(frozen=True)
class Kept:
    """A file as a record's page shows it. ``metres``: how far from the record's place a photo was taken, None when unknown."""

    file: Attachment
    metres: int | None
    picture: bool

    @property
    def far(self) -> bool:
        return self.metres is not None and self.metres > FAR

    @property
    def ending(self) -> str:
        return Path(self.file.file.name).suffix.lstrip(".").upper()[:5] or "—"

    @property
    def distance(self) -> str:
        """[m], from 10 km on [km]."""
        if self.metres is None:
            return ""
        return f"{self.metres} m" if self.metres < 10_000 else f"{self.metres / 1000:.0f} km"


def listed(register: Register, record: Record, clear: bool) -> list[Kept]:
    """The files of a record. Distances tell a place: only for who reads the exact one."""
    at = None
    if clear and isinstance(record, Placed) and record.lon is not None and record.lat is not None:
        at = float(record.lon), float(record.lat)
    return [_kept(f, at) for f in attachments.of(register, record).select_related("added_by")]


def _kept(found: Attachment, at: tuple[float, float] | None) -> Kept:
    metres = None
    if at and found.lon is not None and found.lat is not None:
        metres = round(geo.distance(*at, float(found.lon), float(found.lat)))
    picture = found.kind == Attachment.Kind.PHOTO and not found.file.name.lower().endswith(_NO_PICTURE)
    return Kept(found, metres, picture)


@register_page
@require_POST
def attach(request: HttpRequest, scope: Scope, register: Register, pk: int) -> HttpResponse:
    record = record_of(scope, register, pk, "change_record")
    given = request.FILES.getlist("files")
    title = request.POST.get("title", "") if len(given) == 1 else ""
    try:
        with attachments.together() as kept, records.one_set():
            for file in given:
                try:
                    kept.append(attachments.add(register, record, file, title, actor(request)))
                except ValidationError as error:
                    raise ValidationError(f"{file.name[:60]}：{'；'.join(error.messages)}") from error
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
    if register.hides_place and not reading.may(register, scope.user, "see_sensitive", record):
        raise PermissionDenied(_("这类记录的位置敏感，照片和文件只对有权限的人开放。"))
    if "small" in request.GET and found.kind == Attachment.Kind.PHOTO:
        return small(found)
    try:
        opened = found.file.open("rb")
    except FileNotFoundError as error:
        raise Http404(_("文件已不在存储中，请联系管理员。")) from error
    answer = FileResponse(opened, content_type="application/octet-stream")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(named(found), safe='')}"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


_SHOWN = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}


def sent_inline(kept: Attachment) -> FileResponse:
    """A file as the browser shows it when it is a picture by the ending it is stored under; anything else is downloaded. Errors: 404.

    The type is said here: guessed from a title that a person typed, a picture could be taken for a page with a script in it.
    """
    try:
        opened = kept.file.open("rb")
    except FileNotFoundError as error:
        raise Http404(_("文件已不在存储中，请联系管理员。")) from error
    kind = _SHOWN.get(Path(kept.file.name).suffix.lower())
    answer = FileResponse(
        opened,
        as_attachment=kind is None,
        filename=named(kept),
        content_type=kind or "application/octet-stream",
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


def named(found: Attachment) -> str:
    """The title with the file's own ending, so that the person's machine knows what it is."""
    ending = Path(found.file.name).suffix
    title = found.title.replace("\n", " ").replace("/", "／")
    return title if title.lower().endswith(ending.lower()) else f"{title}{ending}"


def small(found: Attachment) -> HttpResponse:
    """A small JPEG, turned upright, made once; 404 for a photo Pillow cannot open."""
    cached = Path(settings.HOME) / "thumbnails" / found.sha256[:2] / f"{found.sha256}.jpg"
    try:
        body = cached.read_bytes()
    except FileNotFoundError:
        body = _shrunk(found)
        cached.parent.mkdir(parents=True, exist_ok=True)
        fresh = cached.with_suffix(f".{os.getpid()}")
        fresh.write_bytes(body)
        fresh.replace(cached)
    answer = HttpResponse(body, content_type="image/jpeg")
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, max-age=86400"
    return answer


def _shrunk(found: Attachment) -> bytes:
    """The picture as a small JPEG without its tags. Errors: 404."""
    out = BytesIO()
    try:
        with found.file.open("rb") as source, Image.open(source) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise ValueError("too many pixels")
            image.draft("RGB", _SMALL)  # a JPEG is read at the size needed
            picture: Any = ImageOps.exif_transpose(image)
            picture.thumbnail(_SMALL)
            picture.convert("RGB").save(out, "JPEG", quality=80)
    except attachments.UNREADABLE as error:
        raise Http404(_("这张照片没有缩略图。")) from error
    return out.getvalue()


@register_page
@require_POST
def drop(request: HttpRequest, scope: Scope, register: Register, pk: int, file: int) -> HttpResponse:
    """Remove a file from a record, with a reason."""
    record = record_of(scope, register, pk, "change_record")
    found = attachments.of(register, record).filter(pk=file).first()
    if found is None:
        raise Http404(_("没有这个文件。"))
    try:
        attachments.drop(register, record, found, actor(request), request.POST.get("why", "")[:180])
        messages.success(request, _("已移除文件。"))
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    return redirect("record", scope.county.code, register.code, pk)
