"""The record of what came in. The observations themselves live in the lake."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from jiuzhi.core.models import Org


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
