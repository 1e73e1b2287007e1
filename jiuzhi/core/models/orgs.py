"""Organisations, the people in them, and what they may do there."""

from datetime import date
from fnmatch import fnmatchcase
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models


class Org(models.Model):
    """One unit of the tree city → county → department / township → village.

    ``path`` holds the codes from the root down, each followed by "/", so that a subtree is one prefix match.
    """

    class Kind(models.TextChoices):
        CITY = "city", "市"
        COUNTY = "county", "区县"
        DEPARTMENT = "department", "部门"
        TOWNSHIP = "township", "乡镇（街道）"
        VILLAGE = "village", "村（社区）"
        ENTERPRISE = "enterprise", "企业"
        OTHER = "other", "其他单位"

    code = models.CharField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=80)
    kind = models.CharField("类别", max_length=12, choices=Kind)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=400, unique=True, editable=False)
    valid_from = models.DateField("起", null=True, blank=True)
    valid_to = models.DateField("止", null=True, blank=True)
    # A merged or renamed unit: what it was made of. The old units stay, with their records.
    predecessors = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="successors", verbose_name="前身"
    )

    class Meta:
        ordering: ClassVar = ["path"]
        verbose_name = verbose_name_plural = "单位"

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.path = (self.parent.path if self.parent else "") + self.code + "/"
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def county_code(self) -> str:
        """The six-digit code of the county this unit belongs to; empty above the county (GB/T 2260: "00" ends a city)."""
        codes = self.path.split("/")
        return next((c for c in codes if len(c) == 6 and c.isdigit() and not c.endswith("00")), "")

    def valid_on(self, day: date) -> bool:
        """Whether the unit existed on ``day``; both ends count."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


class User(AbstractUser):
    """A person. ``first_name`` holds the whole Chinese name; family and given name are not split here."""

    class Meta:
        verbose_name = verbose_name_plural = "用户"

    def __str__(self) -> str:
        return self.first_name or self.username


class Grant(models.Model):
    """A role held in one unit and everything below it, in all registers or in those named, for all the role's actions or fewer.

    One person may hold several; each action is decided by the grants that allow it, never by a union of roles.
    """

    class Role(models.TextChoices):
        PLAN_OFFICER = "plan_officer", "规划专员"
        UNIT = "unit", "责任单位填报人"
        MONITORING = "monitoring", "监测人员"
        ENFORCEMENT = "enforcement", "执法人员"
        CHIEF = "chief", "河长、林长、网格员"
        DUTY = "duty", "值班员"
        ENTERPRISE = "enterprise", "企业"
        LEADER = "leader", "领导"
        AUDITOR = "auditor", "审计"
        ADMIN = "admin", "管理员"

    user = models.ForeignKey(User, models.CASCADE, related_name="grants")
    role = models.CharField("角色", max_length=20, choices=Role)
    org = models.ForeignKey(Org, models.CASCADE, related_name="grants")
    # Patterns such as "water.outlet water.*"; empty = every register. Same for actions.
    registers = models.CharField("只限台账", max_length=400, blank=True)
    actions = models.CharField("只限动作", max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "role", "org"], name="one_grant")]
        verbose_name = verbose_name_plural = "授权"

    def __str__(self) -> str:
        return f"{self.user}：{self.org} {self.get_role_display()}"

    def covers(self, action: str, register: str) -> bool:
        """Whether the grant's own narrowing lets ``action`` on ``register`` through; "" is no register (a plan's page, say)."""
        if self.actions and action not in self.actions.split():
            return False
        return not self.registers or any(fnmatchcase(register, p) for p in self.registers.split())
