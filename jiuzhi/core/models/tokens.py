"""Personal tokens: how a program works with the grants of a person."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class ApiToken(models.Model):
    """A token of one person. Only its SHA-256 is kept: 256 random bits need no slow hash, and nobody can read it back."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tokens")
    name = models.CharField("用途", max_length=80)
    ident = models.CharField("编号", max_length=16, unique=True)  # the open part, for naming and revoking
    secret = models.CharField("指纹", max_length=64)
    made_at = models.DateTimeField("签发时间")
    expires_on = models.DateField("有效期至")
    used_on = models.DateField("最近使用", null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["user_id", "-made_at"]
        verbose_name = verbose_name_plural = "接口令牌"

    def __str__(self) -> str:
        return f"{self.name}（{self.ident}）"
