"""Patrols: what has to be walked, what was walked, what was found on the way."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models

from jiuzhi.core.models import Placed, Record
from jiuzhi.engine.cases.models import Case


class Duty(Record, title="巡查任务", key=["code"]):
    """Who walks what, how often. Without a person everybody of the unit who may patrol sees it. What is walked is named in words, and may
    be a record (``register``, ``record``)."""

    class Kind(models.TextChoices):
        RIVER = "河长", "河长巡河"
        FOREST = "林长", "林长巡林"
        GRID = "网格员", "网格巡查"
        OTHER = "其他", "其他巡查"

    class Level(models.TextChoices):
        CITY = "市", "市级"
        COUNTY = "县", "县级"
        TOWN = "乡", "乡级"
        VILLAGE = "村", "村级"

    class Unit(models.TextChoices):
        DAY = "day", "天"
        WEEK = "week", "周"
        MONTH = "month", "月"

    code = models.CharField("编号", max_length=40)
    name = models.CharField("巡查对象", max_length=80)
    kind = models.CharField("类别", max_length=6, choices=Kind)
    level = models.CharField("层级", max_length=2, choices=Level)
    person: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="巡查人"
    )  # fmt: skip
    register = models.CharField("关联台账", max_length=60, blank=True)
    record = models.PositiveBigIntegerField("关联记录", null=True, blank=True)
    every = models.PositiveSmallIntegerField("每", default=1, validators=[MinValueValidator(1)])
    unit = models.CharField("周期", max_length=5, choices=Unit, default=Unit.MONTH)
    minutes = models.PositiveSmallIntegerField("至少几分钟", default=0)
    metres = models.PositiveIntegerField("至少几米", default=0)
    valid_from = models.DateField("起")
    valid_to = models.DateField("止", null=True, blank=True)

    def faults(self) -> dict[str, str]:
        days = {"valid_from": self.valid_from, "valid_to": self.valid_to}
        far = [name for name, day in days.items() if day is not None and not 2000 <= day.year <= 2100]
        if far:
            return dict.fromkeys(far, "日期要在 2000 年到 2100 年之间")
        late = self.valid_to is not None and self.valid_from is not None and self.valid_to < self.valid_from
        return {"valid_to": "结束日期早于开始日期：请改其中一个"} if late else {}

    @property
    def rhythm(self) -> str:
        """How often, in words: 每天一次, 每 2 个月一次."""
        counter = {"day": "天", "week": "周", "month": "个月"}[self.unit]
        return f"每{counter.removeprefix('个')}一次" if self.every == 1 else f"每 {self.every} {counter}一次"


class Patrol(Record, title="巡查", key=["uuid"]):
    """One walk, as the phone recorded it. ``uuid`` is given by the phone: what is sent twice is kept once. ``track``: [time (s since
    1970), lon, lat (° WGS 84), accuracy (m)]; ``doubts``: [code, sentence] of each check that failed."""

    class State(models.TextChoices):
        GOOD = "good", "有效"
        DOUBTFUL = "doubtful", "存疑"
        ACCEPTED = "accepted", "核实有效"
        REFUSED = "refused", "核实无效"

    COUNTED = ("good", "accepted")

    uuid = models.UUIDField(unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)  # of what the phone sent
    duty = models.ForeignKey(Duty, models.PROTECT, related_name="patrols", verbose_name="任务")
    user: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="巡查人"
    )
    started = models.DateTimeField("开始")
    ended = models.DateTimeField("结束")
    received = models.DateTimeField("收到")
    track = models.JSONField("轨迹", default=list, blank=True)
    distance = models.PositiveIntegerField("距离 [m]", default=0)
    duration = models.PositiveIntegerField("时长 [s]", default=0)
    doubts = models.JSONField("存疑原因", default=list, blank=True)
    state = models.CharField("状态", max_length=8, choices=State, default=State.GOOD)
    decided_by: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decision = models.CharField("核实说明", max_length=200, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["county", "started"], name="patrol_by_county"),
            models.Index(fields=["duty", "started"], name="patrol_by_duty"),
        ]

    def __str__(self) -> str:
        return f"{self.duty} {self.user}"


class Finding(Placed, title="巡查发现", key=["uuid"]):
    """What somebody found on a patrol, with its photos (`core.attachments`) and the case it opened. It may arrive before the patrol it
    belongs to: ``patrol_uuid`` finds it later."""

    uuid = models.UUIDField(unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    duty = models.ForeignKey(Duty, models.PROTECT, related_name="findings", verbose_name="任务")
    patrol = models.ForeignKey(Patrol, models.PROTECT, null=True, blank=True, related_name="findings")
    patrol_uuid = models.UUIDField(null=True, blank=True, editable=False)
    user: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="发现人"
    )
    kind = models.CharField("类型", max_length=20)
    words = models.CharField("情况", max_length=500)
    at = models.DateTimeField("发现时间")
    doubts = models.JSONField("存疑原因", default=list, blank=True)
    case = models.ForeignKey(
        Case, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="问题"
    )

    class Meta:
        indexes: ClassVar = [models.Index(fields=["patrol_uuid"], name="finding_patrol_uuid")]

    def __str__(self) -> str:
        return f"{self.kind} {self.words[:20]}"
