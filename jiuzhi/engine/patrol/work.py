"""What comes from a phone is checked, kept once, and answered with what is kept; what a supervisor decides about it.

``now`` is the moment of receipt. A repetition of what is kept is answered as the first time; the same number with other contents, or of
another person, is refused and stays on the phone.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet

from jiuzhi.core import access, attachments, files, records
from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Attachment, Org, User
from jiuzhi.core.records import SYSTEM, Actor
from jiuzhi.engine.cases import evidence, rights
from jiuzhi.engine.cases.declare import WORKFLOWS
from jiuzhi.engine.cases.work import open_case

from . import plausible, received
from .models import Duty, Finding, Patrol

OWNER = "patrol.finding"  # under which the photos of findings stand
COMPARED = 300  # earlier patrols a track is compared with


class Taken(ValidationError):
    """The number is known with other contents, or of somebody else."""


def duties(user: User, day: date) -> QuerySet[Duty]:
    """What ``user`` has to walk on ``day``: duties of the person, and those without a person in units where the person patrols."""
    held = access.grants(user, "walk_patrol")
    if not held:
        return Duty.objects.none()
    reach = Q()
    for grant in held:
        reach |= Q(org__path__startswith=grant.org.path)
    valid = Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gte=day))
    return Duty.objects.filter(reach & valid & (Q(person=user) | Q(person=None))).select_related(
        "org", "county"
    )


def _digest(given: Any, prints: list[str] | None = None) -> str:
    text = json.dumps([given, prints or []], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _known(model: Any, uuid: UUID, user: User, digest: str) -> Any:
    found = model.objects.select_for_update().filter(uuid=uuid).first()
    if found is None:
        return None
    if found.user_id != user.pk:
        raise PermissionDenied("这个编号属于另一个人：请用原来的账号登录后再传。")
    if found.digest != digest:
        raise Taken("服务器已有这个编号，内容不同：请截图后联系管理员核对。")
    return found


def _duty(code: Any, user: User) -> Duty:
    number = received.whole(code, "任务", 1, 2**62)
    duty = Duty.objects.select_related("org", "county").filter(pk=number).first()
    if duty is None or not access.can(user, "walk_patrol", duty.org):
        raise PermissionDenied("这项任务不存在，或您已没有巡查它的权限：记录留在手机上，请联系管理员。")
    return duty


def take_patrol(user: User, given: Any, now: datetime) -> Patrol:
    """Keep a patrol that a phone sent. Errors: ``ValidationError``, ``PermissionDenied``; see the module."""
    got = received.patrol(given, now)
    digest = _digest(given)
    with transaction.atomic():
        if known := _known(Patrol, got.uuid, user, digest):
            return known
        duty = _duty(got.duty, user)
        found = Patrol(
            uuid=got.uuid, digest=digest, duty=duty, org=duty.org, user=user, started=got.started, ended=got.ended, received=now,
            track=got.track, distance=round(plausible.length(got.track)), note=got.note, synthetic=duty.synthetic,
            duration=round((got.ended - got.started).total_seconds()),
        )  # fmt: skip
        found.doubts = [list(d) for d in [*_doubts(found, now), *_not_his(duty, user, got.started)]]
        found.state = Patrol.State.DOUBTFUL if found.doubts else Patrol.State.GOOD
        actor = Actor(user, "web")
        records.save(found, actor, f"巡查：{duty.name}"[:200])
        for early in Finding.objects.filter(patrol_uuid=found.uuid, user=user, duty=duty, patrol=None):
            early.patrol = found
            records.save(early, actor, "巡查记录到达")
    return found


def _doubts(found: Patrol, now: datetime) -> list[plausible.Doubt]:
    duty = found.duty
    like = Patrol.objects.filter(
        county=duty.county, started__gte=found.started - timedelta(days=366),
        distance__range=(found.distance * 0.95 - 5, found.distance * 1.05 + 5),
    )  # fmt: skip
    earlier = like.order_by("-started").values_list("track", flat=True)[:COMPARED].iterator(chunk_size=10)
    return plausible.doubts(
        found.track, now, kind=duty.kind, minutes=duty.minutes, metres=duty.metres, duration=found.duration, earlier=earlier,
    )  # fmt: skip


def _not_his(duty: Duty, user: User, at: datetime) -> list[plausible.Doubt]:
    day = at.astimezone(LOCAL).date()
    valid = duty.valid_from <= day and (duty.valid_to is None or day <= duty.valid_to)
    if valid and duty.person_id in (None, user.pk):
        return []
    return [("duty", "这项任务在巡查当天已结束或已改派他人")]


def take_finding(user: User, given: Any, photos: list[Any], now: datetime) -> Finding:
    """Keep a finding with its photos and open its case; as `take_patrol`."""
    got = received.finding(given, now)
    prints = [check_photo(p) for p in received.photos(photos)]
    digest = _digest(given, prints)
    with attachments.together() as kept, transaction.atomic():
        if known := _known(Finding, got.uuid, user, digest):
            return known
        duty = _duty(got.duty, user)
        walked = Patrol.objects.filter(uuid=got.patrol, user=user, duty=duty).first() if got.patrol else None
        found = Finding(
            uuid=got.uuid, digest=digest, duty=duty, org=duty.org, patrol=walked, patrol_uuid=got.patrol, user=user, kind=got.kind,
            words=got.words, at=got.at, synthetic=duty.synthetic, crs="WGS84",
        )  # fmt: skip
        if got.place:
            found.lon, found.lat = got.place
        actor = Actor(user, "web")
        records.save(found, actor, f"巡查发现：{got.kind}"[:200])
        doubts: list[plausible.Doubt] = []
        for n, photo in enumerate(photos, 1):
            one = attachments.keep(
                OWNER, found.pk, photo, f"{got.kind} 照片 {n}", actor, f"巡查发现 {got.kind}"
            )
            kept.append(one)
            doubts += _photo_doubts(found, one)
        found.doubts = [list(d) for d in dict(doubts).items()]
        found.case = _case(found, actor, now)
        records.save(found, actor, "登记问题")
        _show(found, actor)
    return found


def _show(found: Finding, actor: Actor) -> None:
    """The photos stand with the case, too, as what was there before; the same file, so with the same fingerprint. Who may patrol and report but
    not work on cases still shows what was found: then the product puts it there."""
    who = actor if rights.works_on(actor.user, found.case) else SYSTEM
    shown: set[str] = set()
    for one in Attachment.objects.filter(register=OWNER, record=found.pk):
        if one.sha256 not in shown:
            with one.file.open("rb") as photo:
                title = one.title + Path(one.file.name).suffix
                evidence.attach(found.case, photo, who, moment="before", title=title)
            shown.add(one.sha256)


def _photo_doubts(found: Finding, one: Attachment) -> list[plausible.Doubt]:
    place = (float(found.lon), float(found.lat)) if found.lon is not None else None
    where = (float(one.lon), float(one.lat)) if one.lon is not None and one.lat is not None else None
    return plausible.photo(found.at, place, one.taken_at, where)


def _case(found: Finding, actor: Actor, now: datetime) -> Any:
    flow = "patrol_finding" if "patrol_finding" in WORKFLOWS else "rectification"
    point = (found.lon, found.lat) if found.lon is not None else None
    return open_case(
        flow, found.duty.org, f"{found.duty.name}：{found.kind}", actor, at=now, detail=found.words, kind=found.kind, source="巡查",
        place=found.duty.name, point=point, found_at=found.at, origin=f"patrol:{found.uuid}", synthetic=found.synthetic,
    )  # fmt: skip


def check_photo(file: Any) -> str:
    """The fingerprint of a picture. Errors: ``ValidationError`` for what is none, or is too large."""
    if not file.size or file.size > attachments.LARGEST:
        raise ValidationError("照片是空的，或超过 20 MB：请重拍。")
    if not attachments.is_photo(file):
        raise ValidationError("照片打不开：请重拍（JPEG、PNG 或 WebP）。")
    digest = hashlib.sha256(file.read()).hexdigest()
    file.seek(0)
    return digest


def may_decide(user: User, found: Patrol) -> bool:
    """Whether ``user`` supervises the unit of a doubted patrol and did not walk it."""
    return bool(found.doubts) and user.pk != found.user_id and access.can(user, "set_patrol", found.org)


def decide(found: Patrol, valid: bool, why: str, actor: Actor, revision: int | None = None) -> None:
    """A supervisor says whether a doubtful patrol counts; nobody decides about one's own. ``revision``: the version that was looked at.

    Errors: ``PermissionDenied``; ``ValidationError`` without a reason, or for a patrol nobody doubts."""
    if actor.user is not None:
        if not access.can(actor.user, "set_patrol", found.org):
            raise PermissionDenied("没有权限核实这次巡查。")
        if actor.user.pk == found.user_id:
            raise PermissionDenied("不能核实自己的巡查：请由他人核实。")
    if not found.doubts:
        raise ValidationError("这次巡查没有存疑，不需要核实。")
    if not why.strip():
        raise ValidationError("请写明核实的依据。")
    found.state = Patrol.State.ACCEPTED if valid else Patrol.State.REFUSED
    found.decision, found.decided_by = files.printable(why).strip()[:200], actor.user
    records.save(found, actor, f"{found.get_state_display()}：{why}", revision=revision)


def _within(user: User, county: Org, mine: Q) -> Q:
    """What of a county ``user`` may see: what belongs to units within the grants, and what is the person's own."""
    reach = access.within(user, "view_patrol", county)
    return Q(county=county) & (mine if reach is None else reach | mine if reach else Q())


def visible(user: User, county: Org) -> QuerySet[Patrol]:
    """The patrols of a county ``user`` may see: those of units within the grants, and the person's own."""
    return Patrol.objects.filter(_within(user, county, Q(user=user)))


def visible_findings(user: User, county: Org) -> QuerySet[Finding]:
    """The findings of a county ``user`` may see; as `visible`."""
    return Finding.objects.filter(_within(user, county, Q(user=user)))


def visible_duties(user: User, county: Org) -> QuerySet[Duty]:
    """The duties of a county ``user`` may see: those of units within the grants, and those given to the person."""
    return Duty.objects.filter(_within(user, county, Q(person=user)))
