"""Alert episodes: fired, still on, acknowledged by, cleared. And what a county changes of a rule."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from jiuzhi.core.models import Org, Record
from jiuzhi.engine.cases.models import Case
from jiuzhi.master.models import Station

from .declare import LEVELS, RULES, SEVERITIES, Rule


class Episode(models.Model):
    """One alarm from the moment it fired to the moment it cleared. The same subject may have many, one after another.

    ``group``: alarms of one cause at one place that are one event; ``fired_at`` is the time of the data. ``facts``: what the alarm rests on,
    as it was then: the sentence, the rows, the conduct of the rule.
    """

    county = models.ForeignKey(Org, models.PROTECT, related_name="+")
    org = models.ForeignKey(Org, models.PROTECT, related_name="+", verbose_name="责任单位")
    rule = models.CharField("规则", max_length=60)
    subject = models.CharField(max_length=160)
    name = models.CharField("对象", max_length=160)
    severity = models.CharField("程度", max_length=8, choices=list(SEVERITIES.items()))
    level = models.PositiveSmallIntegerField(
        "等级", default=0
    )  # 0 none, 1 蓝 2 黄 3 橙 4 红: the highest so far
    cause = models.CharField("成因", max_length=40)
    place = models.CharField("地点", max_length=160, blank=True)
    group = models.CharField(max_length=120)
    station = models.ForeignKey(
        Station, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="点位"
    )
    lon = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    lat = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)
    since = models.DateTimeField("始于")  # first bad evaluation
    fired_at = models.DateTimeField("触发")
    noticed_at = models.DateTimeField("发现")  # when this program saw it: latency is noticed_at − received
    cleared_at = models.DateTimeField("解除", null=True, blank=True)
    value = models.DecimalField("触发值", max_digits=20, decimal_places=6, null=True, blank=True)
    worst = models.DecimalField("最重值", max_digits=20, decimal_places=6, null=True, blank=True)
    limit = models.DecimalField("限值", max_digits=20, decimal_places=6, null=True, blank=True)
    unit = models.CharField("单位", max_length=20, blank=True)
    basis = models.CharField("依据", max_length=200, blank=True)
    text = models.CharField("说明", max_length=300, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    times = models.PositiveIntegerField("触发次数", default=1)  # how often it came back within one episode
    acked_by: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    acked_at = models.DateTimeField("确认", null=True, blank=True)
    ack_note = models.CharField("确认说明", max_length=200, blank=True)
    escalated = models.PositiveSmallIntegerField("提级", default=0)
    case = models.ForeignKey(Case, models.SET_NULL, null=True, blank=True, related_name="episodes")
    synthetic = models.BooleanField("模拟数据", default=False)

    class Meta:
        ordering: ClassVar = ["-fired_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["county", "rule", "subject", "fired_at"], name="one_episode")
        ]
        indexes: ClassVar = [
            models.Index(fields=["county", "cleared_at", "-fired_at"], name="episode_open"),
            models.Index(fields=["county", "rule", "subject"], name="episode_subject"),
            models.Index(fields=["group", "cleared_at"], name="episode_group"),
        ]
        verbose_name = verbose_name_plural = "报警"

    def __str__(self) -> str:
        return f"{self.title} {self.name}"

    @property
    def declared(self) -> Rule | None:
        return RULES.get(self.rule)

    @property
    def title(self) -> str:
        return self.declared.title if self.declared else self.rule

    @property
    def on(self) -> bool:
        return self.cleared_at is None

    @property
    def level_word(self) -> str:
        return LEVELS[self.level]


class EpisodeEvent(models.Model):
    """What happened to an alarm: fired, fired again, raised, acknowledged, escalated, a value revised, cleared."""

    class Kind(models.TextChoices):
        FIRED = "fired", "触发"
        REJOINED = "rejoined", "再次触发"
        LEVEL = "level", "升级"
        CLEARED = "cleared", "解除"
        ACKED = "acked", "确认"
        ESCALATED = "escalated", "提级"
        REVISED = "revised", "数值修订"
        CASE = "case", "转办"
        NOTE = "note", "批注"

    episode = models.ForeignKey(Episode, models.CASCADE, related_name="events")
    at = models.DateTimeField("时间")
    kind = models.CharField("事项", max_length=10, choices=Kind)
    text = models.CharField("说明", max_length=300, blank=True)
    value = models.DecimalField("数值", max_digits=20, decimal_places=6, null=True, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name = verbose_name_plural = "报警记录"

    def __str__(self) -> str:
        return f"{self.episode_id} {self.get_kind_display()}"


class AfterTheFact(models.Model):
    """A value that came late or was revised, and would have changed what was alarmed. It opens nothing and closes nothing by itself: a person
    looks and decides."""

    county = models.ForeignKey(Org, models.PROTECT, related_name="+")
    # Whose it is, as of the alarm it would have been; empty in rows from before this was kept: the county's.
    org = models.ForeignKey(
        Org, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="责任单位"
    )
    rule = models.CharField("规则", max_length=60)
    subject = models.CharField(max_length=160)
    name = models.CharField("对象", max_length=160)
    time = models.DateTimeField("数据时间")
    revision = models.PositiveIntegerField("版本", default=1)
    value = models.DecimalField("数值", max_digits=20, decimal_places=6, null=True)
    limit = models.DecimalField("限值", max_digits=20, decimal_places=6, null=True)
    unit = models.CharField("单位", max_length=20, blank=True)
    bad = models.BooleanField("越限")
    text = models.CharField("说明", max_length=300)
    episode = models.ForeignKey(Episode, models.CASCADE, null=True, blank=True, related_name="revisions")
    noticed_at = models.DateTimeField("发现")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField("处理时间", null=True, blank=True)
    decision = models.CharField("处理", max_length=200, blank=True)
    synthetic = models.BooleanField("模拟数据", default=False)

    class Meta:
        ordering: ClassVar = ["-noticed_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["county", "rule", "subject", "time", "revision"], name="one_after_the_fact"
            )
        ]
        verbose_name = verbose_name_plural = "事后数据"

    def __str__(self) -> str:
        return f"{self.rule} {self.name} {self.time:%Y-%m-%d %H:%M}"


class RuleSetting(Record, title="规则设置", key=["rule"]):
    """What one county changed of a rule: switched off, other numbers, other counts, other quiet hours. Empty: as declared."""

    rule = models.CharField("规则", max_length=60)
    active = models.BooleanField("启用", default=True)
    params = models.JSONField("数值", default=dict, blank=True)
    fire = models.PositiveSmallIntegerField("连续几次触发", null=True, blank=True)
    clear = models.PositiveSmallIntegerField("连续几次解除", null=True, blank=True)
    quiet = models.CharField("免打扰时段", max_length=12, blank=True, help_text="如 22-7")
    opens = models.BooleanField("自动转办", default=True)
    why = models.CharField("依据或原因", max_length=200)

    def faults(self) -> dict[str, str]:
        declared, said = RULES.get(self.rule), {}
        if declared is None:
            return {"rule": f"没有规则 {self.rule}"}
        if unknown := set(self.params) - set(declared.params):
            said["params"] = f"这条规则没有 {'、'.join(sorted(unknown))}"
        for name in ("fire", "clear"):
            if getattr(self, name) == 0:
                said[name] = "至少一次"
        if self.quiet and not quiet_hours(self.quiet):
            said["quiet"] = "写成 22-7：从 22 时到次日 7 时"
        return said

    def clean(self) -> None:
        for name, value in self.params.items():
            try:
                number = Decimal(str(value))
            except InvalidOperation:
                number = Decimal("NaN")
            declared = RULES[self.rule].params.get(name) if self.rule in RULES else None
            words, most = (declared.words, declared.most) if declared else (name, 10**9)
            if not number.is_finite() or not 0 <= number <= most:
                raise ValidationError({"params": f"“{words}”要是 0 到 {most} 的数字，不是“{value}”"})
            if number != round(number, 6):
                raise ValidationError({"params": f"“{words}”要是最多六位小数的数字，不是“{value}”"})


def quiet_hours(text: str) -> tuple[int, int] | None:
    """Local hours [from, to) of "22-7"; None for what is none."""
    start, dash, end = text.partition("-")
    if not dash or not (
        start.isdecimal() and end.isdecimal() and int(start) < 24 and int(end) < 24 and start != end
    ):
        return None
    return int(start), int(end)
