"""Files and photos of a case: kept with their fingerprint, photos with the time and place the camera wrote; before and after side by side."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from jiuzhi.core import attachments, files, records
from jiuzhi.core.records import Actor

from . import rights
from .models import Case, CaseEvent, CaseFile
from .work import note

OWNER = "cases.case"  # under which the attachments of cases stand


def attach(
    case: Case, file: Any, actor: Actor, *, moment: str = "proof", spot: str = "", title: str = ""
) -> CaseFile:
    """Keep a file with a case. ``moment``: before, after or proof; ``spot``: where the camera stood, so that before and after find each other.

    Errors: ``PermissionDenied``; ``ValidationError`` (closed, empty, too large, kind of file, the same file twice).
    """
    if not rights.works_on(actor.user, case):
        raise PermissionDenied("没有权限给这个问题上传材料。")
    if case.closed_at is not None:
        raise ValidationError("已经办结，不能再传材料：需要时请重开。")
    if moment not in CaseFile.Moment.values:
        raise ValidationError("请选整改前、整改后或佐证。")
    with transaction.atomic():
        kept = attachments.keep(OWNER, case.pk, file, title, actor, f"问题 {case.code}")
        if same := case.files.filter(attachment__sha256=kept.sha256).first():
            raise ValidationError(
                f"这个文件已经传过（{same.get_moment_display()}）：整改前后要用不同的照片。"
            )
        found = CaseFile(case=case, attachment=kept, moment=moment, spot=files.printable(spot).strip()[:40])
        records.save(found, actor, f"问题 {case.code} {found.get_moment_display()}")
    return found


def pairs(case: Case) -> list[tuple[CaseFile | None, CaseFile | None]]:
    """Photos before and after, side by side: of the same spot where it is named, else in the order they came."""
    photos = [f for f in case.files.select_related("attachment") if f.attachment.kind == "photo"]
    before = [f for f in photos if f.moment == CaseFile.Moment.BEFORE]
    after = [f for f in photos if f.moment == CaseFile.Moment.AFTER]
    found: list[tuple[CaseFile | None, CaseFile | None]] = []
    for one in before:
        match = next((a for a in after if one.spot and a.spot == one.spot), None)
        if match is None and not one.spot:
            match = next((a for a in after if not a.spot), None)
        if match is not None:
            after.remove(match)
        found.append((one, match))
    return found + [(None, a) for a in after]


def correct(found: CaseFile, moment: str, spot: str, actor: Actor, why: str, *, at: datetime) -> None:
    """Say otherwise what a file shows: before, after or proof, and from where. Errors: as `drop`."""
    _may_change(found, actor)
    if moment not in CaseFile.Moment.values:
        raise ValidationError("请选整改前、整改后或佐证。")
    if not why.strip():
        raise ValidationError("更正材料需要写明原因。")
    old = found.get_moment_display()
    with transaction.atomic():
        found.moment, found.spot = moment, files.printable(spot).strip()[:40]
        if records.save(found, actor, why[:200]):
            said = f"{found.attachment.title}：{old}改为{found.get_moment_display()} {found.spot}".rstrip()
            note(found.case, CaseEvent.Kind.CHANGED, actor, at, text=f"{said}（{why.strip()}）")


def drop(found: CaseFile, actor: Actor, why: str, *, at: datetime) -> None:
    """Take a file off a case, with a reason; what was stored stays on disk. Who added it may until the case has moved on with it, then only
    who supervises the case. Errors: ``PermissionDenied``, ``ValidationError``."""
    _may_change(found, actor)
    if not why.strip():
        raise ValidationError("移除材料需要写明原因。")
    with transaction.atomic():
        kept = found.attachment
        records.delete(found, actor, why)
        records.delete(kept, actor, why)
        note(found.case, CaseEvent.Kind.CHANGED, actor, at, text=f"移除材料{kept.title}（{why.strip()}）")


def _may_change(found: CaseFile, actor: Actor) -> None:
    case = found.case
    if case.closed_at is not None:
        raise ValidationError("已经办结，材料不能再动。")
    if actor.user is None or rights.may(actor.user, "manage_case", case):
        return
    if found.attachment.added_by_id != actor.user.pk:
        raise PermissionDenied("只能改动自己上传的材料，或请督办人员处理。")
    if case.events.filter(kind=CaseEvent.Kind.STEP, at__gt=found.attachment.added_at).exists():
        raise ValidationError("这份材料上传后问题已经往下办理：请督办人员移除或更正。")
