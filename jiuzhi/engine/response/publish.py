"""A public warning from draft to its end: drafted, published, updated, cancelled. It expires by itself, at the time it says.

Everything passes `core.records`; whoever holds the right ``publish_warning`` in the publishing unit may do all of it. ``at`` is the moment of
the act.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db.models import Q, QuerySet
from django.db.models.functions import Length
from shapely import from_wkt

from jiuzhi.core import access, records
from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Org, User, county_of
from jiuzhi.core.records import Actor
from jiuzhi.engine.rules.models import Episode

from . import cap
from .models import PublicWarning

State = PublicWarning.State
KEPT = timedelta(days=30)  # how long what has ended stays in the feed
# What a person writes; everything else follows.
FIELDS = (
    "event", "level", "category", "response", "urgency", "severity", "certainty", "headline", "description", "instruction", "contact",
    "basis", "onset", "expires", "area", "geocodes", "shape", "crs", "synthetic",
)  # fmt: skip


def allowed(actor: Actor, org: Org) -> None:
    """Errors: ``PermissionDenied`` for a person without the right in ``org``."""
    if actor.user is not None and not access.can(actor.user, "publish_warning", org):
        raise PermissionDenied(f"没有权限以{org}的名义发布预警：请换单位，或联系管理员授权。")


def draft(
    org: Org, given: Mapping[str, Any], actor: Actor, *, at: datetime, episode: Episode | None = None,
    kind: str = cap.ALERT, replaces: PublicWarning | None = None,
) -> PublicWarning:  # fmt: skip
    """A new draft with what is ``given`` of `FIELDS`. An update or a cancellation names what it ``replaces``, comes from the same unit, and is
    an exercise where that is one; what rests on a simulated alarm is one too.

    Errors: ``ValidationError`` by field, ``PermissionDenied``.
    """
    if (replaces is None) != (kind == cap.ALERT):
        raise ValidationError("更新和解除要写明所指的预警，首发不写。")
    if replaces is not None:
        _still_open(replaces, at)
        org, episode = replaces.org, replaces.episode
    allowed(actor, org)
    found = PublicWarning(org=org, kind=kind, replaces=replaces, episode=episode)
    _write(found, given)
    exercise: Any = bool(
        replaces.synthetic if replaces else found.synthetic or (episode and episode.synthetic)
    )
    found.synthetic = exercise
    with records.one_set():
        county = county_of(org)
        if county is None:
            raise ValidationError({"org": "发布单位要在某个区县之内"})
        Org.objects.select_for_update().get(pk=county.pk)  # one number at a time
        found.sender, found.identifier = f"cn-{county.code}", _next(county, at)
        _sound(found, at)
        records.save(found, actor, f"起草预警：{found.headline}"[:200])
    return found


def change(
    found: PublicWarning, given: Mapping[str, Any], actor: Actor, *, at: datetime, seen: int | None = None
) -> None:
    """Change a draft. ``seen``: the revision the person started from. Errors: as `draft`, and for what is published."""
    if found.state != State.DRAFT:
        raise ValidationError("已发布的预警不能改：请发布更新或解除。")
    allowed(actor, found.org)
    if found.replaces is not None:
        _still_open(found.replaces, at)
    exercise = found.synthetic
    _write(found, given)
    if found.replaces_id or (found.episode and found.episode.synthetic):
        found.synthetic = exercise
    _sound(found, at)
    records.save(found, actor, f"修改预警草稿：{found.headline}"[:200], revision=seen)


def discard(found: PublicWarning, actor: Actor) -> None:
    """Throw a draft away. Errors: as `change`."""
    with records.one_set():
        current = PublicWarning.objects.select_for_update().filter(pk=found.pk).first()
        if current is None:
            raise ValidationError("这份草稿刚被别人放弃了。")
        if current.state != State.DRAFT:  # perhaps since the page was opened
            raise ValidationError("已发布的预警不能删除：请发布更新或解除。")
        allowed(actor, current.org)
        records.delete(current, actor, "放弃预警草稿")


def publish(
    found: PublicWarning, actor: Actor, *, at: datetime, web: str = "", seen: int | None = None
) -> None:
    """Publish a draft, and end what it replaces. ``web``: the address of its public page; ``seen``: the revision the person looked at.

    Errors: ``ValidationError``, ``PermissionDenied``.
    """
    allowed(actor, found.org)
    with records.one_set():
        held = PublicWarning.objects.select_for_update()
        old = held.get(pk=found.replaces_id) if found.replaces_id else None
        current = held.select_related("org", "county").get(pk=found.pk)
        if current.state != State.DRAFT:
            raise ValidationError("这条预警刚被别人发布了：请刷新页面。")
        if old is not None:
            _still_open(old, at)
        current.sent, current.state, current.replaces = at.replace(microsecond=0), State.PUBLISHED, old
        current.xml = rendered(current, at, web).decode()
        records.save(current, actor, f"发布预警：{current.headline}"[:200], revision=seen)
        if old is not None:
            old.state = State.CANCELLED if current.kind == cap.CANCEL else State.REPLACED
            records.save(old, actor, f"{current.get_kind_display()}：{current.identifier}")
    found.refresh_from_db()


def _write(found: PublicWarning, given: Mapping[str, Any]) -> None:
    for name in FIELDS:
        if name in given:
            value = given[name]
            setattr(found, name, value.replace("\r\n", "\n").strip() if isinstance(value, str) else value)
    if not found.severity:
        found.severity = dict(enumerate(cap.BY_LEVEL)).get(found.level or 0, "Unknown")
    if "shape" in given:
        found.lon = found.lat = None  # the mark follows the shape
        if any(len(ring) < 4 or ring[0] != ring[-1] for ring in _written_rings(found.shape or "")):
            raise ValidationError({"shape": "图形没有闭合：至少四个点，最后一点与第一点相同"})


def _written_rings(text: str) -> list[list[Any]]:
    """The rings as they were written, in GeoJSON or WKT: the reader of shapes closes some of them unasked, and calls others unreadable."""
    if not text.lstrip().startswith("{"):
        return [[p.split()[:2] for p in ring.split(",")] for ring in re.findall(r"\(([^()]*)\)", text)]
    try:
        waiting: list[Any] = [json.loads(text)]
    except (ValueError, RecursionError):
        return []  # the reader of shapes says what is wrong with it
    rings = []
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += one.values()
        elif (
            isinstance(one, list)
            and one
            and isinstance(one[0], list)
            and one[0]
            and not isinstance(one[0][0], list)
        ):
            rings.append(one)
        elif isinstance(one, list):
            waiting += one
    return rings


def _next(county: Org, at: datetime) -> str:
    """500229-2026-0001: the next number of the county's year."""
    year = f"{county.code}-{at.astimezone(LOCAL).year}-"
    held = PublicWarning.objects.filter(county=county, identifier__startswith=year)
    last = held.order_by(Length("identifier").desc(), "-identifier").first()
    return f"{year}{int(last.identifier.removeprefix(year)) + 1 if last else 1:04d}"


def _still_open(old: PublicWarning, at: datetime) -> None:
    if old.kind == cap.CANCEL:
        raise ValidationError("解除通知不能再更新或解除：情况又变了，请发布新的预警。")
    if old.state != State.PUBLISHED:
        raise ValidationError(f"这条预警{old.standing(at)}，不能再更新或解除。")
    if old.expires <= at:
        raise ValidationError("这条预警已过失效时间，不需要解除；情况仍在时请发布新的预警。")


def _sound(found: PublicWarning, at: datetime) -> None:
    """Errors: ``ValidationError`` by field, also for what CAP would not take if it were published now."""
    found.prepare()
    found.full_clean()
    rendered(found, at, "")


def rendered(found: PublicWarning, at: datetime, web: str) -> bytes:
    """What `publish` would put out at ``at``. Errors: ``ValidationError`` by field."""
    try:
        return cap.render(message(found, at, web))
    except cap.CapError as error:
        known = {f.name for f in PublicWarning._meta.get_fields()}
        raise ValidationError(
            {k if k in known else NON_FIELD_ERRORS: v for k, v in error.faults.items()}
        ) from error


def message(found: PublicWarning, at: datetime, web: str = "") -> cap.Message:
    """The stored warning as a CAP message, as if sent at ``at`` unless it was sent before."""
    sent = found.sent or at.replace(microsecond=0)
    return cap.Message(
        identifier=found.identifier, sender=found.sender, sent=sent, kind=found.kind, exercise=found.synthetic, event=found.event,
        category=found.category, response=found.response, urgency=found.urgency, severity=found.severity, certainty=found.certainty,
        level=found.level or 0, onset=found.onset, expires=found.expires, sender_name=str(found.org), headline=found.headline,
        description=found.description, instruction=found.instruction, contact=found.contact, basis=found.basis, area=found.area,
        geocodes=found.geocodes.split(), polygons=_rings(found.shape or ""), references=references(found, sent), web=web,
    )  # fmt: skip


def references(found: PublicWarning, at: datetime) -> list[tuple[str, str, datetime]]:
    """The earlier messages of the chain, oldest first, that a receiver may still hold as in force at ``at`` (§3.2.1): also those which a later
    message already replaced, since that one may not have reached everybody."""
    chain, earlier = [], found.replaces
    while earlier is not None:
        if earlier.expires > at and earlier.sent:
            chain.append((earlier.sender, earlier.identifier, earlier.sent))
        earlier = earlier.replaces
    return chain[::-1]


def _rings(wkt: str) -> list[list[cap.Point]]:
    if not wkt:
        return []
    shape = from_wkt(wkt)
    parts = list(getattr(shape, "geoms", [shape]))
    if any(part.interiors for part in parts):
        raise cap.CapError({"shape": "图形里有洞，CAP 写不出：请去掉洞，或分成几块"})
    return [[(x, y) for x, y, *_ in part.exterior.coords] for part in parts]


def published(county: Org) -> QuerySet[PublicWarning]:
    """All messages of a county that were ever published, the newest first."""
    return (
        PublicWarning.objects.filter(county=county, sent__isnull=False)
        .select_related("org")
        .order_by("-sent", "-id")
    )


def in_force(county: Org, at: datetime) -> QuerySet[PublicWarning]:
    """What people must heed at ``at``, the gravest first."""
    found = published(county).filter(state=State.PUBLISHED, expires__gt=at)
    return found.exclude(kind=cap.CANCEL).order_by("-level", "-sent", "-id")


def recent(county: Org, at: datetime) -> QuerySet[PublicWarning]:
    """Every message of the last 30 days, and older ones still in force: what the feed holds."""
    still = Q(state=State.PUBLISHED, expires__gt=at)
    return published(county).filter(Q(sent__gt=at - KEPT) | still)


def visible(user: User, county: Org) -> QuerySet[PublicWarning]:
    """What of a county ``user`` may see: all that was published, and the drafts of the units in whose name the person may publish."""
    reach = access.within(user, "publish_warning", county)
    out = Q(sent__isnull=False)
    seen = out if reach is None else out | (Q(state=State.DRAFT) & reach)
    return PublicWarning.objects.filter(seen, county=county).select_related(
        "org", "county", "replaces", "episode"
    )
