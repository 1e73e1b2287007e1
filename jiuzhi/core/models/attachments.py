"""What people keep with a record: files and photos, and their own views of a list."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class Attachment(models.Model):
    """A document or photo of one record; ``register`` and ``record`` say of which. Photos keep time and place from EXIF."""

    class Kind(models.TextChoices):
        DOCUMENT = "document", "文件"
        PHOTO = "photo", "照片"

    register = models.CharField(max_length=60)
    record = models.PositiveBigIntegerField()
    kind = models.CharField("类别", max_length=10, choices=Kind)
    title = models.CharField("名称", max_length=120)
    file = models.FileField("文件", upload_to="registers/%Y/")
    sha256 = models.CharField("指纹", max_length=64)
    size = models.PositiveBigIntegerField("大小 [字节]")
    taken_at = models.DateTimeField("拍摄时间", null=True, blank=True)
    lon = models.DecimalField("经度 [° CGCS2000]", max_digits=9, decimal_places=6, null=True, blank=True)
    lat = models.DecimalField("纬度 [° CGCS2000]", max_digits=9, decimal_places=6, null=True, blank=True)
    added_at = models.DateTimeField("上传时间")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [models.Index(fields=["register", "record"])]
        verbose_name = verbose_name_plural = "附件"

    def __str__(self) -> str:
        return self.title

    @property
    def audit_key(self) -> str:
        """Under which its changes stand in the log, so that a record's history finds them after the file is gone."""
        return f"{self.trail(self.register, self.record)}{self.pk}"

    @staticmethod
    def trail(register: str, record: int) -> str:
        """How the keys of all files of one record begin."""
        return f"{register}/{record}/"


class SavedView(models.Model):
    """A person's own columns and filters of one register's list."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    register = models.CharField(max_length=60)
    name = models.CharField("名称", max_length=40)
    columns = models.CharField("列", max_length=1000, blank=True)  # names parted by blanks
    query = models.CharField("筛选", max_length=1000, blank=True)  # as in the address

    class Meta:
        ordering: ClassVar = ["user_id", "register", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "register", "name"], name="one_saved_view")
        ]
        verbose_name = verbose_name_plural = "常用视图"

    def __str__(self) -> str:
        return self.name
