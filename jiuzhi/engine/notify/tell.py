"""Who is told, and the message in the app: always there, whatever other ways a county set up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from jiuzhi.core import records
from jiuzhi.core.models import Org, User
from jiuzhi.core.records import SYSTEM

from .models import Message


def people(org: Org, roles: Iterable[str]) -> list[User]:
    """Who holds one of ``roles`` in ``org``, or in what is above it up to the county; above the county only where nobody below does."""
    codes = org.path.rstrip("/").split("/")
    held = User.objects.filter(is_active=True, grants__role__in=list(roles), grants__org__code__in=codes)
    rows = list(held.values_list("pk", "grants__org__code").distinct())
    inside = codes.index(org.county_code) if org.county_code in codes else 0
    near = {pk for pk, code in rows if codes.index(code) >= inside}
    return list(User.objects.filter(pk__in=near or {pk for pk, _code in rows}))


def tell(
    org: Org, roles: Iterable[str], title: str, text: str, *, at: datetime, topic: str, key: str, link: str = "", severity: str = "",
    also: Iterable[User] = (), synthetic: bool = False,
) -> int:  # fmt: skip
    """Tell ``roles`` in ``org`` and the people of ``also``, each once for one ``key``. Returns how many are told for the first time."""
    whom = {u.pk: u for u in (*people(org, roles), *also)}
    county = (
        org if org.code == org.county_code else type(org).objects.filter(code=org.county_code).first() or org
    )
    with transaction.atomic():
        known = set(Message.objects.filter(user__in=whom, key=key[:120]).values_list("user_id", flat=True))
        fresh = [
            Message(
                county=county, user=user, topic=topic, title=title[:200], text=text, link=link, key=key[:120], severity=severity,
                made_at=at, synthetic=synthetic,
            )
            for pk, user in whom.items() if pk not in known
        ]  # fmt: skip
        if fresh:
            with records.change_set(SYSTEM, Message, county.code, f"通知：{title}"[:200]) as facts:
                facts["people"] = records.bulk_create(fresh)
    return len(fresh)
