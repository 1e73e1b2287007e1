"""Who is told, and the message in the app: always there, whatever other ways a county set up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from jiuzhi.core import records, sealed
from jiuzhi.core.models import Org, User
from jiuzhi.core.records import SYSTEM

from .models import TOPICS, Channel, Delivery, Message
from .severity import SEVERITIES

_ORDER = list(SEVERITIES)


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
    said = {
        "county": county, "topic": topic, "title": title[:200], "text": text, "link": link, "key": key[:120], "severity": severity,
        "made_at": at, "synthetic": synthetic,
    }  # fmt: skip
    with transaction.atomic():
        known = set(Message.objects.filter(user__in=whom, key=key[:120]).values_list("user_id", flat=True))
        fresh = [Message(user=user, **said) for pk, user in whom.items() if pk not in known]
        # Also where the app reaches nobody: a group's robot needs no user.
        out = _outward(org, Message(**said), [message.user for message in fresh])
        if fresh or out:
            with records.change_set(SYSTEM, Message, county.code, f"通知：{title}"[:200]) as facts:
                facts["people"] = records.bulk_create(fresh)
                facts["out"] = records.bulk_create(out)
    return len(fresh)


def _outward(org: Org, message: Message, people: list[User]) -> list[Delivery]:
    """What goes out of the app, written beside the messages in the same transaction: no told thing is forgotten by a channel."""
    if message.topic not in TOPICS:
        return []
    found = []
    for channel in Channel.objects.filter(county=message.county, active=True).select_related("org"):
        fits = org.path.startswith(channel.org.path) and (
            not channel.topics or message.topic in channel.topics
        )
        mild = message.severity and channel.least
        if fits and not (mild and _ORDER.index(message.severity) < _ORDER.index(channel.least)):
            found += [outgoing(channel, message, to) for to in addresses(channel, people)]
    known = set(
        Delivery.objects.filter(channel__county=message.county, key=message.key).values_list(
            "channel_id", "to"
        )
    )
    return [d for d in found if (d.channel_id, d.to) not in known]


def addresses(channel: Channel, people: Iterable[User]) -> list[str]:
    """To whom a channel writes: e-mail to each address once, a robot to nobody in particular."""
    if channel.kind != Channel.Kind.EMAIL:
        return [""]
    try:
        listed = sealed.unseal(channel.address)
    except sealed.Unreadable:
        return [""]  # the try will fail and say why
    given = listed.split(",") if listed else [person.email for person in people]
    return list(dict.fromkeys(a.strip().lower() for a in given if a.strip()))


def outgoing(channel: Channel, message: Message, to: str) -> Delivery:
    """``message`` as one thing to be delivered."""
    return Delivery(
        channel=channel, key=message.key, to=to, topic=message.topic, title=message.title, text=message.text, link=message.link,
        severity=message.severity, synthetic=message.synthetic, made_at=message.made_at, next_at=message.made_at,
    )  # fmt: skip
