"""What people were told, by which way, and whether it arrived."""

from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models

from jiuzhi.core import sealed
from jiuzhi.core.models import Org, Record

TOPICS = {"alert": "报警", "case": "问题"}  # what goes out by channels; every other message stays in the app


class Message(models.Model):
    """One thing told to one person, in the app. ``key``: what it is about; told once. ``link``: "alert:17", "case:4", a page by its kind."""

    county = models.ForeignKey(Org, models.PROTECT, related_name="+")
    user: Any = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="messages")
    topic = models.CharField("类别", max_length=20)
    title = models.CharField("标题", max_length=200)
    text = models.TextField("内容", blank=True)
    link = models.CharField(max_length=80, blank=True)
    key = models.CharField(max_length=120)
    severity = models.CharField("程度", max_length=8, blank=True)
    made_at = models.DateTimeField("时间")
    read_at = models.DateTimeField("已读", null=True, blank=True)
    synthetic = models.BooleanField("模拟数据", default=False)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "key"], name="told_once")]
        indexes: ClassVar = [models.Index(fields=["user", "read_at", "-id"], name="message_unread")]
        verbose_name = verbose_name_plural = "消息"

    def __str__(self) -> str:
        return self.title


class Channel(Record, title="通知渠道", key=["name"]):
    """A way out of the app: e-mail, a group robot, a program. It carries what concerns ``org`` and everything below it.

    ``address``, ``secret``: sealed, since whoever has them can post in the county's name. Of e-mail the address may be empty: then each person
    told is written to; otherwise a list parted by commas.
    """

    class Kind(models.TextChoices):
        EMAIL = "email", "电子邮件"
        WECOM = "wecom", "企业微信群机器人"
        DINGTALK = "dingtalk", "钉钉群机器人"
        WEBHOOK = "webhook", "其他程序（webhook）"

    name = models.CharField("名称", max_length=60)
    kind = models.CharField("方式", max_length=10, choices=Kind)
    address = models.TextField("地址", blank=True)
    secret = models.TextField("加签密钥", blank=True)
    topics = models.JSONField("内容", default=list, blank=True)  # of TOPICS; empty: all of them
    least = models.CharField("最低程度", max_length=8, blank=True)  # of an alarm's severity; "": all
    active = models.BooleanField("启用", default=True)

    @property
    def shown_address(self) -> str:
        """The address with what must not be seen hidden: a robot's key is in it."""
        try:
            text = sealed.unseal(self.address)
        except sealed.Unreadable as error:
            return str(error)
        if self.kind == self.Kind.EMAIL or not text:
            return text
        parts = urlsplit(text)
        return f"{parts.scheme}://{parts.hostname}/…{text[-4:]}"  # some services put the key into the path


class Delivery(models.Model):
    """One thing to be said by one channel, to one address where it is e-mail, until it arrived or was given up. Said once for one ``key``."""

    class State(models.TextChoices):
        WAITING = "waiting", "待发送"
        SENT = "sent", "已送达"
        REFUSED = "refused", "对方拒收"
        GIVEN_UP = "given_up", "多次未送达"

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="deliveries")
    key = models.CharField(max_length=120)
    to = models.CharField("收件人", max_length=254, blank=True)
    topic = models.CharField("类别", max_length=20)
    title = models.CharField("标题", max_length=200)
    text = models.TextField("内容", blank=True)
    link = models.CharField(max_length=80, blank=True)
    severity = models.CharField("程度", max_length=8, blank=True)
    synthetic = models.BooleanField("模拟数据", default=False)
    made_at = models.DateTimeField("时间")
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    next_at = models.DateTimeField("下次发送")
    counted_from = models.DateTimeField("重新计次", null=True, blank=True)  # a person had it sent again then
    sent_at = models.DateTimeField("送达时间", null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["channel", "key", "to"], name="delivered_once")
        ]
        indexes: ClassVar = [models.Index(fields=["state", "next_at"], name="delivery_due")]
        verbose_name = verbose_name_plural = "外发通知"

    def __str__(self) -> str:
        return self.title


class Attempt(models.Model):
    """One try to deliver: when, whether it arrived, and what the other side said."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="attempts")
    at = models.DateTimeField("时间")
    ok = models.BooleanField("送达")
    said = models.CharField("回应", max_length=200)

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [models.Index(fields=["at"], name="attempt_at")]
        verbose_name = verbose_name_plural = "发送记录"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.said}"
