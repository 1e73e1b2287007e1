"""What citizens tell the county: taken in as a case, looked up again with number and code, answered, rated.

The code is made from the form's own number and the installation's key, so that a form sent twice is one complaint with the same code; only
its fingerprint is kept.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.crypto import constant_time_compare, salted_hmac

from jiuzhi.core import attachments, files, geo, records
from jiuzhi.core.models import Org
from jiuzhi.core.records import Actor

from . import evidence, work
from .models import Case, CaseEvent, Complaint
from .workflows import COMPLAINT

PORTAL = Actor(None, "portal")
SHORTEST, LONGEST = 5, 2000  # characters of what is told
PHOTOS = 3
LARGEST = 10 * 1024 * 1024  # bytes of one photo
_PHONE = re.compile(r"\+?[\d\- ]{5,20}")
Point = tuple[Decimal, Decimal, str]


def submit(
    county: Org, *, kind: str, text: str, place: str, point: Point | None, phone: str, photos: Sequence[Any], token: str, at: datetime
) -> tuple[Case, str]:  # fmt: skip
    """Take a complaint in. ``point``: longitude and latitude [°] with their system; ``token``: the form's own number (a UUID), by which the
    form sent twice is one complaint. Returns the case and the code to look it up with. Errors: ``ValidationError`` in one sentence."""
    text, place, phone = (files.printable(said).strip() for said in (text, place, phone))
    _check(kind, text, place, point, phone, photos)
    code, origin = _code(county, token), f"portal:{UUID(token)}"
    if known := Case.objects.filter(county=county, origin=origin).first():
        return _sent(known, kind, text, place), code
    found = _located(point)
    with attachments.together() as kept, records.one_set():
        case = work.open_case(
            COMPLAINT, county, f"群众投诉（{kind}）：{place or '见地图'}", PORTAL, at=at, detail=text, kind=kind, source="群众投诉",
            place=place, point=found, reporter="网上投诉", origin=origin,
        )  # fmt: skip
        if Complaint.objects.filter(case=case).exists():  # the same form, sent at the same moment
            return _sent(case, kind, text, place), code
        records.save(Complaint(case=case, secret=_fingerprint(code), phone=phone), PORTAL, "群众投诉")
        for photo in {
            files.fingerprint(photo): photo for photo in photos
        }.values():  # the same picture chosen twice is one
            kept.append(evidence.attach(case, photo, PORTAL, moment="before").attachment)
    return case, code


def _sent(known: Case, kind: str, text: str, place: str) -> Case:
    """The case of a form that was sent before. Errors: ``ValidationError`` when it says something else now."""
    opened = known.events.filter(kind=CaseEvent.Kind.OPENED).first()
    first = opened.text if opened else known.detail  # staff may have corrected the case since
    if (kind, text, place) != (known.kind, first, known.place):
        raise ValidationError("这份表单已经提交过，内容不同：请重新打开投诉页再填。")
    return known


def _check(kind: str, text: str, place: str, point: Point | None, phone: str, photos: Sequence[Any]) -> None:
    if kind not in COMPLAINT.kinds:
        raise ValidationError("请选是哪一类问题。")
    if not SHORTEST <= len(text) <= LONGEST:
        raise ValidationError(f"请写明发生了什么，{SHORTEST} 到 {LONGEST} 个字。")
    if not place and point is None:
        raise ValidationError("请写明在哪里，或在图上点出位置，好让人找得到。")
    if phone and not _PHONE.fullmatch(phone):
        raise ValidationError("电话只填数字，如 13800000000 或 023-59220000；不想留可以空着。")
    if len(photos) > PHOTOS:
        raise ValidationError(f"最多传 {PHOTOS} 张照片：请少选几张。")
    for photo in photos:
        if photo.size > LARGEST:
            raise ValidationError("照片超过 10 MB：请压缩后再传。")
        if not attachments.is_photo(photo):
            raise ValidationError(f"“{str(photo.name)[:40]}”不是照片：请传 JPG、PNG 或 WebP 图片。")


def _located(point: Point | None) -> tuple[Decimal, Decimal] | None:
    try:
        return geo.point(*point) if point else None
    except geo.PlaceError as error:
        raise ValidationError(f"{error}。") from error


def _code(county: Org, token: str) -> str:
    try:
        number = UUID(token)
    except ValueError:
        raise ValidationError("表单已过期：请刷新页面重新填写。") from None
    digest = salted_hmac("jiuzhi.complaint", f"{county.code}/{number}", algorithm="sha256").digest()
    return base64.b32encode(digest)[:12].decode()  # 60 bits


def _fingerprint(code: str) -> str:
    return hashlib.sha256(code.strip().replace("-", "").upper().encode()).hexdigest()


def find(county: Org, number: str, code: str) -> Complaint | None:
    """The complaint with this number, for who knows its code."""
    found = (
        Complaint.objects.select_related("case__county", "case__org")
        .filter(case__county=county, case__code=number.strip())
        .first()
    )
    return found if found and constant_time_compare(found.secret, _fingerprint(code)) else None


def passed(complaint: Complaint) -> list[tuple[datetime, str]]:
    """When the complaint came into which stage; nothing of what was said of it or by whom."""
    kinds = (CaseEvent.Kind.OPENED, CaseEvent.Kind.STEP, CaseEvent.Kind.REOPENED, CaseEvent.Kind.TAKEN_BACK)
    return [(e.at, e.end) for e in complaint.case.events.filter(kind__in=kinds)]


def waits_for_rating(complaint: Complaint) -> bool:
    return complaint.case.stage == "评价" and complaint.case.merged_into_id is None


def rate(complaint: Complaint, rating: str, words: str, *, at: datetime) -> None:
    """Say whether the answer will do: satisfied, the case is closed; not, it goes back. Errors: ``ValidationError``."""
    words = files.printable(words).strip()[:500]
    if rating not in Complaint.Rating.values:
        raise ValidationError("请选满意、基本满意或不满意。")
    if rating == Complaint.Rating.BAD and len(words) < SHORTEST:
        raise ValidationError("不满意时请写明哪里没有解决，好让人接着办。")
    if not waits_for_rating(complaint):
        raise ValidationError("现在还不能评价：有了答复以后再来，每次答复评价一次。")
    step = "反映人不满意" if rating == Complaint.Rating.BAD else "反映人满意或逾期未评"
    with records.one_set():
        work.take(complaint.case, step, PORTAL, at=at, words=f"反映人评价：{rating}。{words}".rstrip())
        complaint.rating, complaint.rated_words, complaint.rated_at = rating, words, at
        records.save(complaint, PORTAL, f"评价：{rating}")
