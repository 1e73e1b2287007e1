"""The trace every change leaves: a chain in which one altered byte shows."""

import hashlib
import json
from typing import Any, ClassVar

from django.conf import settings
from django.db import models


class AuditEntry(models.Model):
    """One change of one record, or one reading of what is sensitive: who, when, why, by which route, before and after.

    Entries of one act (an import, a bulk edit) share ``change_set``. ``digest`` covers the entry and the digest before it.
    """

    at = models.DateTimeField("时间", db_index=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="谁")
    route = models.CharField("途径", max_length=20)  # web, api, cli, job, import
    why = models.CharField("原因", max_length=200, blank=True)
    action = models.CharField("动作", max_length=10)  # create, update, delete; read, export, order
    model = models.CharField(max_length=60)
    key = models.CharField(max_length=100)
    change_set = models.CharField("变更集", max_length=32, blank=True, db_index=True)
    before_text = models.TextField(blank=True)  # JSON; text, because every byte of it is in the digest
    after_text = models.TextField(blank=True)
    digest = models.CharField("链值", max_length=64, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["model", "key"])]
        verbose_name = verbose_name_plural = "变更记录"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.model} {self.key}"

    @property
    def before(self) -> Any:
        return json.loads(self.before_text) if self.before_text else None

    @property
    def after(self) -> Any:
        return json.loads(self.after_text) if self.after_text else None

    def sealed(self, previous: str) -> str:
        """The digest of this entry after an entry with digest ``previous`` (SHA-256, hexadecimal)."""
        parts = (
            previous, f"{self.at:%Y-%m-%dT%H:%M:%S.%f%z}", self.user_id, self.route, self.why, self.action, self.model,
            self.key, self.change_set, self.before_text, self.after_text,
        )  # fmt: skip
        return hashlib.sha256("\x1f".join(str(p) for p in parts).encode()).hexdigest()


class AuditHead(models.Model):
    """The end of the chain, in one row: who appends holds it, and a tail cut off shows."""

    last = models.BigIntegerField(default=0)  # id of the newest entry
    count = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "变更链尾"

    def __str__(self) -> str:
        return f"{self.count}"
