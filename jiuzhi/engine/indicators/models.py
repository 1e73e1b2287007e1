"""Values of indicators, computed or reported, and the judgement of each commitment on a day."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from jiuzhi.core.models import Org
from jiuzhi.engine.plan.models import Commitment


class ComputedValue(models.Model):
    """The value of one declared indicator for one county and period, as computed from observations or records."""

    county = models.ForeignKey(Org, models.CASCADE, related_name="computed_values")
    indicator = models.CharField("指标", max_length=60)
    period = models.CharField("时期", max_length=10)  # 2026, 2026-10
    value = models.DecimalField(
        "数值", max_digits=20, decimal_places=6, null=True
    )  # null: not enough data, see `why`
    unit = models.CharField("单位", max_length=40, blank=True)
    data_to = models.DateField("数据截至")  # last local day the value rests on
    complete = models.BooleanField("时期完整")  # the period has ended and its data are sufficient
    edition = models.CharField("依据", max_length=200, blank=True)
    why = models.CharField("说明", max_length=400, blank=True)
    explain = models.JSONField(
        "计算过程", default=dict, blank=True
    )  # inputs, counts of valid days, per-station parts
    synthetic = models.BooleanField("含模拟数据", default=False)
    computed_at = models.DateTimeField("计算时间")

    class Meta:
        ordering: ClassVar = ["county_id", "indicator", "period"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["county", "indicator", "period"], name="one_computed_value")
        ]
        verbose_name = verbose_name_plural = "计算值"

    def __str__(self) -> str:
        return f"{self.indicator} {self.period}"


class ReportedValue(models.Model):
    """A value a unit has reported for a commitment that no declared indicator computes."""

    class Status(models.TextChoices):
        SUBMITTED = "submitted", "待审核"
        APPROVED = "approved", "已通过"
        RETURNED = "returned", "已退回"
        WITHDRAWN = "withdrawn", "已撤回"

    commitment = models.ForeignKey(Commitment, models.CASCADE, related_name="reported_values")
    period = models.CharField("时期", max_length=10)
    value = models.DecimalField("数值", max_digits=20, decimal_places=6)
    evidence = models.FileField("佐证材料", upload_to="reported/%Y/", blank=True)
    evidence_sha256 = models.CharField("佐证指纹", max_length=64, blank=True)
    note = models.CharField("说明", max_length=400, blank=True)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.SUBMITTED)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reported_at = models.DateTimeField("填报时间")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField("审核时间", null=True, blank=True)
    decision_note = models.CharField("审核意见", max_length=400, blank=True)
    synthetic = models.BooleanField("模拟", default=False)

    class Meta:
        ordering: ClassVar = ["commitment_id", "period", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["commitment", "period"],
                condition=models.Q(status="approved"),
                name="one_approved_value",
            )
        ]
        verbose_name = verbose_name_plural = "填报值"

    def __str__(self) -> str:
        return f"{self.commitment} {self.period}"


class Judgement(models.Model):
    """What is said of one commitment on one day: state, reason in words, the number it rests on, and the forecast."""

    class State(models.TextChoices):
        MET = "met", "达标"
        ON_TRACK = "on_track", "正常"
        LATE = "late", "滞后"
        BADLY_LATE = "badly_late", "严重滞后"
        NO_DATA = "no_data", "无数据"

    commitment = models.ForeignKey(Commitment, models.CASCADE, related_name="judgements")
    as_of = models.DateField("截至")
    state = models.CharField("状态", max_length=12, choices=State)
    reason = models.CharField("理由", max_length=400)
    value = models.DecimalField("现值", max_digits=20, decimal_places=6, null=True)
    period = models.CharField("现值时期", max_length=10, blank=True)
    expected = models.DecimalField("路径应达", max_digits=20, decimal_places=6, null=True)
    forecast = models.JSONField(
        "预测", default=dict, blank=True
    )  # see jiuzhi.science.statistics.forecast.Forecast.as_dict
    edition = models.CharField("依据", max_length=200, blank=True)
    synthetic = models.BooleanField("含模拟数据", default=False)

    class Meta:
        ordering: ClassVar = ["commitment_id", "-as_of"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["commitment", "as_of"], name="one_judgement_a_day")
        ]
        indexes: ClassVar = [models.Index(fields=["as_of", "state"])]
        verbose_name = verbose_name_plural = "研判"

    def __str__(self) -> str:
        return f"{self.commitment} {self.as_of} {self.get_state_display()}"
