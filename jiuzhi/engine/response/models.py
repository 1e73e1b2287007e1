"""Public warnings: each row is one message, and a published message stays as it was published."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models

from jiuzhi.core.models import Drawn
from jiuzhi.engine.rules.declare import LEVELS
from jiuzhi.engine.rules.models import Episode

from . import cap


class PublicWarning(Drawn, title="公众预警", key=["identifier"]):
    """One message: first, update or cancellation. ``org`` (of `Record`) publishes it; ``shape`` (of `Drawn`) is where it holds, beside the
    words of ``area`` and the codes of ``geocodes``. Whether it has expired follows from ``expires`` and is stored nowhere.

    ``replaces``: the message this one updates or cancels. ``xml``: what was published, byte for byte, whatever a unit is called later.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        PUBLISHED = "published", "已发布"
        REPLACED = "replaced", "已更新"  # by a later message
        CANCELLED = "cancelled", "已解除"

    LEVEL_CHOICES: ClassVar = [(n, word) for n, word in enumerate(LEVELS) if word]

    identifier = models.CharField("编号", max_length=40, editable=False)
    sender = models.CharField("发布者代码", max_length=40, editable=False)
    kind = models.CharField("消息类型", max_length=6, choices=list(cap.KINDS.items()), default=cap.ALERT)
    state = models.CharField("状态", max_length=9, choices=State, default=State.DRAFT)
    sent = models.DateTimeField("发布时间", null=True, blank=True)
    event = models.CharField("事件", max_length=40)
    level = models.PositiveSmallIntegerField("等级", choices=LEVEL_CHOICES)
    category = models.CharField("类别", max_length=10, choices=list(cap.CATEGORIES.items()), default="Env")
    response = models.CharField("建议行动", max_length=10, choices=list(cap.RESPONSES.items()), blank=True)
    urgency = models.CharField("紧急程度", max_length=10, choices=list(cap.URGENCIES.items()))
    severity = models.CharField("严重程度", max_length=10, choices=list(cap.SEVERITIES.items()))
    certainty = models.CharField("确定程度", max_length=10, choices=list(cap.CERTAINTIES.items()))
    headline = models.CharField("标题", max_length=160)
    description = models.TextField("情况", max_length=5000)
    instruction = models.TextField("防御指引", max_length=5000, blank=True)
    contact = models.CharField("联系方式", max_length=120, blank=True)
    basis = models.CharField("依据", max_length=200, blank=True)
    onset = models.DateTimeField("开始时间", null=True, blank=True)
    expires = models.DateTimeField("失效时间")
    area = models.CharField("影响范围", max_length=300)
    geocodes = models.CharField("区划代码", max_length=500)
    episode = models.ForeignKey(
        Episode, models.SET_NULL, null=True, blank=True, related_name="warnings", verbose_name="报警"
    )
    replaces: Any = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followers", verbose_name="所指预警"
    )
    xml = models.TextField("发布的报文", blank=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["replaces"], condition=models.Q(sent__isnull=False), name="one_warning_follows",
                violation_error_message="这条预警已经更新或解除过",
            )
        ]  # fmt: skip
        indexes: ClassVar = [models.Index(fields=["county", "-sent"], name="warning_sent")]

    def __str__(self) -> str:
        return self.headline

    def clean(self) -> None:
        """What is published is never edited: only its state moves, when a later message updates or cancels it."""
        old = type(self).objects.filter(pk=self.pk).exclude(state=self.State.DRAFT).first()
        free = {"state", "revision"}
        if old and any(
            getattr(old, f.attname) != getattr(self, f.attname)
            for f in self._meta.concrete_fields
            if f.name not in free
        ):
            raise ValidationError("已发布的预警不能改：请发布更新或解除。")

    @property
    def level_word(self) -> str:
        return LEVELS[self.level]

    @property
    def colour(self) -> str:
        """The level's English word in lower case, for style sheets."""
        return cap.COLOURS[self.level].lower()

    def standing(self, at: datetime) -> str:
        """How the message stands at ``at``, in one word."""
        if self.state != self.State.PUBLISHED:
            return str(self.get_state_display())
        if self.kind == cap.CANCEL:
            return "解除通知"
        return "生效中" if self.expires > at else "已过期"
