"""Scorecards that a county edits, and the months that were scored by them: computed, published, objected to, locked."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from jiuzhi.core.models import Org, Record

from .declare import MEASURES, Measure

GROUPS = {"township": "乡镇（街道）", "department": "部门"}


class Scorecard(Record, title="评分办法", key=["name", "version"]):
    """One version of how a group of units is scored. A version in force is never changed: the next one is made from it."""

    class State(models.TextChoices):
        DRAFT = "draft", "草案"
        ACTIVE = "active", "施行"
        ENDED = "ended", "停用"

    name = models.CharField("名称", max_length=60)
    group = models.CharField("对象", max_length=12, choices=list(GROUPS.items()))
    version = models.PositiveSmallIntegerField("版本", default=1)
    since = models.CharField("自哪个月起", max_length=7)  # 2026-10
    state = models.CharField("状态", max_length=8, choices=State, default=State.DRAFT)
    base = models.DecimalField("基础分", max_digits=6, decimal_places=2, default=0)
    why = models.CharField("依据", max_length=200, blank=True)

    def faults(self) -> dict[str, str]:
        from jiuzhi.core import periods

        return {} if periods.has_begun(self.since) or len(self.since) == 7 else {"since": "月份写作 2026-10"}

    def __str__(self) -> str:
        return f"{self.name} 第 {self.version} 版"


class ScoreItem(models.Model):
    """One line of a scorecard. ``points``: the most it gives (or, for ``per``, loses); ``form``: how a measured value becomes points.

    share: points × value ÷ 100; each: minus ``per`` for every one beyond ``free``, down to minus points; plus: ``per`` for every one, up to
    points. ``weights``: unit code → factor, where units differ (差异化考核); 1 where none is said.
    """

    class Form(models.TextChoices):
        SHARE = "share", "按比例得分"
        EACH = "each", "每项扣分"
        PLUS = "plus", "每项加分"

    card = models.ForeignKey(Scorecard, models.CASCADE, related_name="items")
    order = models.PositiveSmallIntegerField("次序", default=0)
    title = models.CharField("项目", max_length=80)
    measure = models.CharField("取数", max_length=40)
    form = models.CharField("算法", max_length=8, choices=Form)
    points = models.DecimalField("满分", max_digits=6, decimal_places=2)
    per = models.DecimalField("每项分值", max_digits=6, decimal_places=2, default=0)
    free = models.PositiveSmallIntegerField("免计", default=0)
    weights = models.JSONField("单位系数", default=dict, blank=True)
    basis = models.CharField("依据", max_length=120, blank=True)

    class Meta:
        ordering: ClassVar = ["card_id", "order", "id"]
        verbose_name = verbose_name_plural = "评分项目"

    def __str__(self) -> str:
        return self.title

    @property
    def declared(self) -> Measure | None:
        return MEASURES.get(self.measure)


class ScoreMonth(Record, title="评分月", key=["month"]):
    """The scores of one county and month: computed as often as wanted, published for objections, then locked for good."""

    class State(models.TextChoices):
        COMPUTED = "computed", "已计算"
        PUBLISHED = "published", "公示中"
        LOCKED = "locked", "已锁定"

    month = models.CharField("月份", max_length=7)
    state = models.CharField("状态", max_length=10, choices=State, default=State.COMPUTED)
    computed_at = models.DateTimeField("计算时间")
    published_at = models.DateTimeField("公示时间", null=True, blank=True)
    objections_to = models.DateTimeField("异议截止", null=True, blank=True)
    locked_at = models.DateTimeField("锁定时间", null=True, blank=True)
    print_of = models.CharField(
        max_length=64, blank=True, editable=False
    )  # of what was computed: the same again changes nothing


class Score(models.Model):
    """What one unit came to in a month. ``rank`` within its group; equal totals share a rank."""

    month = models.ForeignKey(ScoreMonth, models.CASCADE, related_name="scores")
    card = models.ForeignKey(Scorecard, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Org, models.PROTECT, related_name="+", verbose_name="单位")
    total = models.DecimalField("得分", max_digits=8, decimal_places=2)
    rank = models.PositiveSmallIntegerField("名次")
    of = models.PositiveSmallIntegerField("参评")

    class Meta:
        ordering: ClassVar = ["month_id", "card_id", "rank", "unit_id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["month", "unit"], name="one_score")]
        verbose_name = verbose_name_plural = "得分"

    def __str__(self) -> str:
        return f"{self.unit} {self.total}"


class ScoreLine(models.Model):
    """One item of a unit's score with what it rests on. ``value`` None: nothing to measure, and the item gives its full points."""

    score = models.ForeignKey(Score, models.CASCADE, related_name="lines")
    item = models.ForeignKey(ScoreItem, models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField("项目", max_length=80)
    value = models.DecimalField("数值", max_digits=12, decimal_places=4, null=True, blank=True)
    unit = models.CharField("单位", max_length=12, blank=True)
    points = models.DecimalField("得分", max_digits=8, decimal_places=2)
    full = models.DecimalField("满分", max_digits=8, decimal_places=2)
    why = models.CharField("说明", max_length=300, blank=True)
    evidence = models.JSONField("证据", default=list, blank=True)  # [{"kind", "id", "label"}]
    synthetic = models.BooleanField("模拟数据", default=False)

    class Meta:
        ordering: ClassVar = ["score_id", "id"]
        verbose_name = verbose_name_plural = "得分明细"

    def __str__(self) -> str:
        return f"{self.title} {self.points}"


class Objection(models.Model):
    """What a unit says against a published line, and what was decided: kept, or corrected by so many points."""

    class State(models.TextChoices):
        OPEN = "open", "待答复"
        UPHELD = "upheld", "采纳"
        REFUSED = "refused", "不采纳"

    month = models.ForeignKey(ScoreMonth, models.CASCADE, related_name="objections")
    unit = models.ForeignKey(Org, models.PROTECT, related_name="+", verbose_name="单位")
    item = models.ForeignKey(
        ScoreItem, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="项目"
    )
    text = models.TextField("异议")
    by: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField("提出时间")
    state = models.CharField("状态", max_length=8, choices=State, default=State.OPEN)
    points = models.DecimalField("更正分", max_digits=6, decimal_places=2, default=0)
    answer = models.TextField("答复", blank=True)
    decided_by: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField("答复时间", null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = verbose_name_plural = "评分异议"

    def __str__(self) -> str:
        return f"{self.unit} {self.get_state_display()}"
