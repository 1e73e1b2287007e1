"""Who walks what, how often: duties made, changed and stopped by those who arrange patrols (`set_patrol`)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet

from jiuzhi.core import access, records
from jiuzhi.core.models import Grant, Org, User
from jiuzhi.core.records import Actor

from .models import Duty

PREFIX = "XC-"  # of numbers given here; a county may write its own


def units(user: User, county: Org) -> QuerySet[Org]:
    """The units of a county in which ``user`` arranges patrols."""
    reach = access.within(user, "set_patrol", county, field="pk")
    below = Org.objects.filter(path__startswith=county.path).exclude(kind=Org.Kind.ENTERPRISE)
    return below.none() if reach is None else below.filter(reach)


def walkers(found: Iterable[Org], county: Org) -> list[tuple[User, Grant]]:
    """People who may patrol in one of the units ``found``, each with the grant that says where: of the unit itself or above it, up to the
    county. Nobody of a unit beside them."""
    paths = [o.path for o in found]
    roles = access.ACTIONS["walk_patrol"]
    held = Grant.objects.filter(role__in=roles, org__path__startswith=county.path, user__is_active=True)
    seen: dict[int, tuple[User, Grant]] = {}
    for grant in held.select_related("user", "org").order_by("org__path", "user__first_name", "user_id"):
        if any(p.startswith(grant.org.path) for p in paths) and grant.covers("walk_patrol", ""):
            seen.setdefault(grant.user_id, (grant.user, grant))
    return list(seen.values())


def save(duty: Duty, actor: Actor, why: str = "", revision: int | None = None) -> bool:
    """Make or change a duty; without a number it gets the next one. Returns False when nothing changed.

    Errors: ``PermissionDenied`` outside the units in which the person arranges patrols; ``ValidationError`` by field."""
    with transaction.atomic():
        if duty.org_id is None:
            raise ValidationError({"org": "请选责任单位"})
        county = duty.org.county_code
        old = Duty.objects.select_related("org").filter(pk=duty.pk).first() if duty.pk else None
        for org in filter(None, (old and old.org, duty.org)):
            if actor.user is not None and not access.can(actor.user, "set_patrol", org):
                raise PermissionDenied(f"没有权限安排{org}的巡查：请选您单位或下属单位。")
        if old is not None and old.county.code != county:
            raise ValidationError({"org": "任务不能改到另一个区县：请停止后在那里新建"})
        if duty.person_id and (old is None or (old.person_id, old.org_id) != (duty.person_id, duty.org_id)):
            _walks(duty)
        duty.code = duty.code.strip() or next_code(county)
        return records.save(
            duty, actor, why or ("修改巡查任务" if old else "新建巡查任务"), revision=revision
        )


def _walks(duty: Duty) -> None:
    if not duty.person.is_active or not access.can(duty.person, "walk_patrol", duty.org):
        raise ValidationError(
            {"person": f"{duty.person}没有在{duty.org}巡查的权限：请换人，或请管理员授权“河长、林长、网格员”"}
        )


def next_code(county: str) -> str:
    """The next number of a county; one that somebody else takes meanwhile is refused by the key."""
    taken = Duty.objects.filter(county__code=county, code__startswith=PREFIX).values_list("code", flat=True)
    numbers = [
        int(code[len(PREFIX) :]) for code in taken if re.fullmatch(PREFIX + r"\d{1,9}", code, re.ASCII)
    ]
    return f"{PREFIX}{max(numbers, default=0) + 1:04d}"


def stop(duty: Duty, last: date, why: str, actor: Actor) -> None:
    """``last`` is the last day on which it is asked for; what was walked stays. Errors: as `save`, and without a reason."""
    if not why.strip():
        raise ValidationError("请写明停止的原因。")
    duty.valid_to = last
    save(duty, actor, f"停止巡查任务：{why.strip()}")


def on(day: date, stopped: bool = False) -> Q:
    """Duties that hold on ``day`` or later; or those that ended before it."""
    ended = Q(valid_to__lt=day)
    return ended if stopped else ~ended
