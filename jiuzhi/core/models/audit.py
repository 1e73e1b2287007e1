"""The trace every change leaves."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class AuditEntry(models.Model):
    """One change of one record: who, when, why, by which route, before and after."""

    at = models.DateTimeField("时间", db_index=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="谁")
    route = models.CharField("途径", max_length=20)  # web, cli, job, import
    why = models.CharField("原因", max_length=200, blank=True)
    action = models.CharField("动作", max_length=10)  # create, update, delete
    model = models.CharField(max_length=60)
    key = models.CharField(max_length=100)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["model", "key"])]
        verbose_name = verbose_name_plural = "变更记录"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.model} {self.key}"
