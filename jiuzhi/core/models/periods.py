"""Reporting periods: due, locked, opened again by exception, late."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from .orgs import Org


class ReportingPeriod(models.Model):
    """One period ("2026", "2026-Q3", "2026-10") of one register in one county; locked when ``locked_at`` is set."""

    county = models.ForeignKey(Org, models.PROTECT, related_name="+", verbose_name="区县")
    register = models.CharField("台账", max_length=60)
    period = models.CharField("时期", max_length=10)
    due_on = models.DateField("应报日")
    locked_at = models.DateTimeField("锁定时间", null=True, blank=True)
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["county_id", "register", "-period"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["county", "register", "period"], name="one_reporting_period")
        ]
        verbose_name = verbose_name_plural = "报送时期"

    def __str__(self) -> str:
        return f"{self.register} {self.period}"


class PeriodUnlock(models.Model):
    """A locked period opened again for one unit until a day, with the reason."""

    period = models.ForeignKey(ReportingPeriod, models.CASCADE, related_name="unlocks")
    org = models.ForeignKey(Org, models.PROTECT, related_name="+", verbose_name="单位")
    until = models.DateField("开放至")
    reason = models.CharField("原因", max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = verbose_name_plural = "解锁"

    def __str__(self) -> str:
        return f"{self.period} {self.org} 至 {self.until}"


class LateReport(models.Model):
    """A record that came after its period was due; scoring reads these."""

    period = models.ForeignKey(ReportingPeriod, models.CASCADE, related_name="late")
    org = models.ForeignKey(Org, models.PROTECT, related_name="+", verbose_name="单位")
    key = models.CharField("记录", max_length=100)
    reported_on = models.DateField("报送日")
    days = models.PositiveIntegerField("迟报天数")

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = verbose_name_plural = "迟报"

    def __str__(self) -> str:
        return f"{self.period} {self.org} 迟 {self.days} 天"
