"""Carrying what is to be told: each try is written down, what did not arrive is tried again, later and later, and given up in the open.

At least once: if the machine stops between the answer and the note of it, the same thing is said again.
"""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from jiuzhi.core import local, records, sealed
from jiuzhi.core.records import SYSTEM, Actor

from . import outbound, ways
from .models import Attempt, Channel, Delivery
from .tell import addresses, tell
from .ways import Verdict

AGAIN = tuple(
    timedelta(seconds=s) for s in (30, 120, 600, 1800, 7200, 21600)
)  # after the first, second … failed try
_LEASE = timedelta(minutes=2)  # within which nobody else tries the same
_FULL = timedelta(minutes=1)
_AT_ONCE = 50


def send_due(clock: Callable[[], datetime]) -> int:
    """Try everything that is due, oldest first. ``clock`` is asked before every try: some take long. Returns how many arrived."""
    now = clock()
    due = Delivery.objects.filter(state=Delivery.State.WAITING, next_at__lte=now, channel__active=True)
    arrived = 0
    for pk in list(due.order_by("next_at", "pk").values_list("pk", flat=True)[:_AT_ONCE]):
        now = clock()
        delivery = _claim(pk, now)
        if delivery is not None:
            arrived += _try(delivery, now).ok
    return arrived


def try_out(channel: Channel, actor: Actor, now: datetime) -> list[Attempt]:
    """Say one sentence by ``channel`` now, for the person who sets it up. Returns the tries: none when nobody would be written to."""
    people = [actor.user] if actor.user else []
    tries = []
    for to in addresses(channel, people):
        delivery = Delivery(
            channel=channel, key=f"test:{uuid4().hex}", to=to, topic="test", title=f"测试：{channel.county.name}通知渠道“{channel.name}”",
            text="收到这条消息，说明渠道可用。", made_at=now, next_at=now + _LEASE,
        )  # fmt: skip
        records.save(delivery, actor, "测试通知渠道")
        tries.append(_try(delivery, now, once=True))
    return tries


def again(delivery: Delivery, actor: Actor, now: datetime) -> None:
    """Put what was refused or given up back in the queue; the count of tries begins anew."""
    delivery.state, delivery.next_at, delivery.counted_from = Delivery.State.WAITING, now, now
    records.save(delivery, actor, "重新发送")


def _claim(pk: int, now: datetime) -> Delivery | None:
    """The delivery, if it is still ours to try: two processes never send the same at once."""
    with transaction.atomic():
        found = (
            Delivery.objects.select_for_update(of=("self",))
            .select_related("channel__county", "channel__org")
            .filter(pk=pk)
            .first()
        )
        if found is None or found.state != Delivery.State.WAITING or found.next_at > now:
            return None
        lately = Attempt.objects.filter(
            delivery__channel=found.channel, at__gt=now - timedelta(minutes=1)
        ).count()
        full = found.channel.kind != Channel.Kind.EMAIL and lately >= ways.A_MINUTE
        found.next_at = now + (
            _FULL if full else _LEASE
        )  # a full channel stands back: the others are not kept waiting
        records.save(found, SYSTEM, "发送通知")
        if full:
            return None
    return found


def _try(delivery: Delivery, now: datetime, once: bool = False) -> Attempt:
    verdict = _carry(delivery, now)
    attempt = Attempt(delivery=delivery, at=now, ok=verdict.ok, said=verdict.said[:200])
    failed = delivery.attempts.filter(ok=False, at__gte=delivery.counted_from or delivery.made_at).count()
    failed += not verdict.ok
    if verdict.ok:
        delivery.state, delivery.sent_at = Delivery.State.SENT, now
    elif not verdict.again:
        delivery.state = Delivery.State.REFUSED
    elif once or failed > len(AGAIN):
        delivery.state = Delivery.State.GIVEN_UP
    else:
        delivery.next_at = now + AGAIN[failed - 1]
    with transaction.atomic():
        records.save(attempt, SYSTEM, "发送通知")
        records.save(delivery, SYSTEM, "发送通知")
        if not once and delivery.state in (Delivery.State.REFUSED, Delivery.State.GIVEN_UP):
            _complain(delivery, verdict.said, now)
    return attempt


def _complain(delivery: Delivery, said: str, now: datetime) -> None:
    """A channel that does not work is said in the app, once a day."""
    channel = delivery.channel
    tell(
        channel.county, ("admin", "plan_officer"), f"通知渠道“{channel.name}”没有送达", f"{delivery.title}：{said}", at=now, topic="channel",
        link=f"channel:{channel.pk}", key=f"channel:{channel.pk}:{now.astimezone(local.LOCAL).date()}",
    )  # fmt: skip


def _carry(delivery: Delivery, now: datetime) -> Verdict:
    channel = delivery.channel
    page = f"{settings.SITE_URL}/go/{delivery.link}/" if settings.SITE_URL and delivery.link else ""
    try:
        if channel.kind == Channel.Kind.EMAIL:
            sealed.unseal(channel.address)  # one that cannot be read is said to be so, not to be empty
            return _mail(delivery, page)
        request = ways.compose(
            channel.kind, sealed.unseal(channel.address), sealed.unseal(channel.secret), delivery, page, now
        )
        return ways.read(channel.kind, *outbound.post(request))
    except (outbound.AddressRefused, sealed.Unreadable) as error:
        return Verdict(False, False, str(error))
    except outbound.NotReached as error:
        return Verdict(False, True, str(error))


def _mail(delivery: Delivery, page: str) -> Verdict:
    if not settings.EMAIL_HOST:
        return Verdict(False, False, "没有配置邮件服务器：请服务器管理员设置 JIUZHI_SMTP。")
    if not delivery.to:
        return Verdict(False, False, "没有收件人：请在渠道里写明，或由本人在“我的提醒”里填邮箱。")
    headers = {
        "Message-ID": f"<jiuzhi-{delivery.pk}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2]}>"
    }  # the same at each try
    try:
        EmailMessage(
            ways.subject(delivery), ways.plain(delivery, page), None, [delivery.to], headers=headers
        ).send()
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        return Verdict(False, code < 500, f"{code} {_words(words)}")
    except smtplib.SMTPResponseException as error:
        return Verdict(False, error.smtp_code < 500, f"{error.smtp_code} {_words(error.smtp_error)}")
    except (smtplib.SMTPException, OSError) as error:
        return Verdict(False, True, f"邮件服务器没有接收（{type(error).__name__}）")
    except ValueError:
        return Verdict(False, False, "收件人或标题不合邮件的写法")
    return Verdict(True, False, "邮件服务器已接收")


def _words(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said
