"""Setting a channel up: what a person typed is checked before it is sealed."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from jiuzhi.core import records, sealed
from jiuzhi.core.records import Actor

from . import outbound
from .models import TOPICS, Channel
from .severity import SEVERITIES


def keep(channel: Channel, actor: Actor, *, address: str, secret: str, revision: int | None = None) -> bool:
    """Save ``channel``. An empty ``address`` or ``secret`` keeps the one that is there. Errors: ``ValidationError`` by field."""
    faults: dict[str, str] = {}
    address, secret = address.strip(), secret.strip()
    mail = channel.kind == Channel.Kind.EMAIL
    before = Channel.objects.filter(pk=channel.pk).first() if channel.pk else None
    if before is not None and before.kind != channel.kind:  # what belonged to the other way is of no use here
        channel.address = channel.secret = ""
    if mail:
        listed = [
            a.strip()
            for a in address.replace("，", ",").replace("、", ",").replace("\n", ",").split(",")
            if a.strip()
        ]
        for one in listed:
            try:
                validate_email(one)
            except ValidationError:
                faults["address"] = f"“{one[:60]}”不是邮箱地址。"
        address = ",".join(listed)
    elif address:
        try:
            outbound.check(address)
        except outbound.AddressRefused as error:
            faults["address"] = str(error)
    elif not channel.address:
        faults["address"] = "请填群机器人或程序的地址。"
    if unknown := set(channel.topics) - set(TOPICS):
        faults["topics"] = f"没有这类内容：{'、'.join(sorted(unknown))}"
    if channel.least and channel.least not in SEVERITIES:
        faults["least"] = "请从列表中选最低程度。"
    if faults:
        raise ValidationError(faults)
    if address or mail:  # e-mail may go back to "whoever is told"
        channel.address = sealed.seal(address)
    if secret:
        channel.secret = sealed.seal(secret)
    return records.save(channel, actor, "设置通知渠道", revision=revision)
