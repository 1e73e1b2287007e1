"""The record of what came in. The observations themselves live in the lake."""

from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models

from jiuzhi.core.models import Org
from jiuzhi.master.models import Station


def _code() -> str:
    return uuid4().hex


class ImportBatch(models.Model):
    """One file taken in: its fingerprint, how many rows were new, revised, unchanged or refused, and why."""

    sha256 = models.CharField("文件指纹", max_length=64, db_index=True)
    name = models.CharField("文件", max_length=200)
    format = models.CharField("格式", max_length=40)
    at = models.DateTimeField("时间")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    # Empty for a file of many counties, which only the command line takes in.
    county = models.ForeignKey(Org, models.PROTECT, null=True, blank=True, related_name="+")
    rows = models.PositiveIntegerField("行数")
    new = models.PositiveIntegerField("新增值")
    revised = models.PositiveIntegerField("修订值")
    unchanged = models.PositiveIntegerField("未变值")
    refused = models.PositiveIntegerField("退回行")
    reasons = models.JSONField(
        "退回原因", default=list, blank=True
    )  # [{"row": 12, "column": "NO2", "value": "-3", "why": "…"}]
    synthetic = models.BooleanField("模拟", default=False)

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = verbose_name_plural = "导入批次"

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M}"


class Overrule(models.Model):
    """A person's decision on observed values: counted or not, and why. The values it holds for are new revisions in the lake.

    ``end`` is empty for the one value at ``start``; a span takes in ``start`` and leaves out ``end``. ``values`` and
    ``undone_values`` say how many revisions were written; while they are empty that is still to be done.
    """

    class Verdict(models.TextChoices):
        INVALID = "invalid", "无效"
        VALID = "valid", "有效"

    code = models.CharField("编号", max_length=32, unique=True, default=_code, editable=False)
    station = models.ForeignKey(Station, models.PROTECT, related_name="overrules", verbose_name="点位")
    property = models.CharField("项目", max_length=40, blank=True)  # empty: every property
    kind = models.CharField("数据类型", max_length=20, blank=True)  # empty: every kind
    start = models.DateTimeField("起")
    end = models.DateTimeField("止", null=True, blank=True)
    verdict = models.CharField("结论", max_length=8, choices=Verdict)
    why = models.CharField("原因", max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField("时间")
    values = models.PositiveIntegerField("涉及的值", null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    undone_why = models.CharField("撤销原因", max_length=200, blank=True)
    undone_values = models.PositiveIntegerField("恢复的值", null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = verbose_name_plural = "数据人工判定"

    def __str__(self) -> str:
        return f"{self.station} {self.property} {self.start:%Y-%m-%d %H:%M} {self.get_verdict_display()}"
