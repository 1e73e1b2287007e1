"""Documents and photos of a record: kept with their fingerprint; photos with the time and place the camera wrote (EXIF)."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.db.models.fields.files import FieldFile
from django.utils import timezone
from PIL import ExifTags, Image

from . import files, local, records
from .models import Attachment, Record
from .records import Actor

LARGEST = 20 * 1024 * 1024  # bytes
_PHOTOS = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".tif", ".tiff")
_PICTURES = ("JPEG", "MPO", "PNG", "WEBP")  # MPO: a JPEG with a second view in it, as many phones write
# What a browser may run in our name is never taken in.
_REFUSED = (
    ".html", ".htm", ".shtml", ".xhtml", ".xht", ".mht", ".mhtml", ".xml", ".svg", ".svgz", ".js", ".exe", ".bat", ".cmd", ".sh", ".msi",
)  # fmt: skip

# What Pillow raises over a picture that is none, is broken, or claims to be huge (`UnidentifiedImageError` is an ``OSError``).
UNREADABLE = (
    OSError, ValueError, TypeError, LookupError, ArithmeticError, SyntaxError, struct.error, Image.DecompressionBombError,
)  # fmt: skip


def of(register: Any, record: Record) -> QuerySet[Attachment]:
    return Attachment.objects.filter(register=register.code, record=record.pk)


def add(register: Any, record: Record, file: Any, title: str, actor: Actor) -> Attachment:
    """Keep a file with a record. Errors: ``ValidationError`` (empty, too large, kind of file), ``PermissionDenied``."""
    from .registers import guard

    guard.allowed(register, actor.user, "change_record", record)
    guard.open_period(register, record, {})
    return keep(register.code, record.pk, file, title, actor, f"{register.title} {register.label(record)}")


def keep(owner: str, number: int, file: Any, title: str, actor: Actor, of: str) -> Attachment:
    """Keep a file with ``number`` of ``owner`` (a register, or "cases.case"); whether the person may is asked before. ``of``: what people
    call it. A file that already stands with another record (its ``FieldFile``) is shared: two entries, one copy on disk.
    Errors: ``ValidationError`` (empty, too large, kind of file)."""
    name = files.printable(str(file.name or "")).rpartition("/")[2]
    ending = "." + name.rpartition(".")[2].lower()
    if not file.size:
        raise ValidationError("文件是空的：请重新选择。")
    if file.size > LARGEST:
        raise ValidationError(f"文件超过 {LARGEST // 1024 // 1024} MB：请压缩后再传。")
    if ending in _REFUSED:
        raise ValidationError(f"不接受 {ending} 文件：请上传照片、PDF、Word 或 Excel。")
    photo = ending in _PHOTOS
    found = Attachment(
        register=owner, record=number, kind="photo" if photo else "document",
        title=files.printable(title or name)[:120], file=file.name if isinstance(file, FieldFile) else file, sha256=files.fingerprint(file), size=file.size,
        added_at=timezone.now(), added_by=actor.user,
    )  # fmt: skip
    if photo:
        found.taken_at, found.lon, found.lat = exif(file)
        file.seek(0)
    records.save(found, actor, f"{of} 上传{found.title}"[:200])
    return found


def drop(register: Any, record: Record, found: Attachment, actor: Actor, why: str) -> None:
    """Remove a file from a record, with a reason. What was stored stays on disk, for the log speaks of it.

    Errors: ``ValidationError`` without a reason or when the record's period is locked, ``PermissionDenied``."""
    from .registers import guard

    guard.allowed(register, actor.user, "change_record", record)
    guard.open_period(register, record, {})
    records.delete(found, actor, why)


@contextmanager
def together() -> Iterator[list[Attachment]]:
    """Files put into the list given stay on disk only when the block succeeds: a refused form leaves no stray ones."""
    kept: list[Attachment] = []
    try:
        yield kept
    except BaseException:
        for found in kept:
            found.file.delete(save=False)
        raise


def is_photo(file: Any) -> bool:
    """Whether a file is a picture that browsers show: its content as well as its name (JPG, PNG, WebP). The file is at its start again after."""
    try:
        with Image.open(file) as image:
            known = image.format in _PICTURES
            image.verify()
    except UNREADABLE:
        return False
    finally:
        file.seek(0)
    return known and str(file.name).lower().endswith((".jpg", ".jpeg", ".png", ".webp"))


def exif(file: Any) -> tuple[datetime | None, Decimal | None, Decimal | None]:
    """Time and place a camera wrote into a photo; None where it wrote nothing that can be read."""
    try:
        with Image.open(file) as image:
            tags = image.getexif()
            taken = tags.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal) or tags.get(
                ExifTags.Base.DateTime
            )
            gps = tags.get_ifd(ExifTags.IFD.GPSInfo)
    except UNREADABLE:
        return (
            None,
            None,
            None,
        )  # not a photo Pillow knows (HEIC), or tags it cannot read: kept without time and place
    return _time(taken), _degrees(gps, 3, 4, "W"), _degrees(gps, 1, 2, "S")


def _time(text: Any) -> datetime | None:
    try:
        return datetime.strptime(str(text).strip("\x00 "), "%Y:%m:%d %H:%M:%S").replace(tzinfo=local.LOCAL)
    except ValueError:
        return None


def _degrees(gps: Any, reference: int, value: int, negative: str) -> Decimal | None:
    """Degrees, minutes, seconds of EXIF as decimal degrees (cameras write WGS 84)."""
    try:
        d, m, s = (float(part) for part in gps[value])
        degrees = d + m / 60 + s / 3600
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return None
    if not abs(degrees) <= 180:  # also what is no number: cameras without a fix write 0/0
        return None
    found = Decimal(f"{degrees:.6f}")
    return -found if gps.get(reference) == negative else found
