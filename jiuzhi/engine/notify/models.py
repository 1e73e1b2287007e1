"""What people were told, by which way, and whether it arrived."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from jiuzhi.core.models import Org


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
