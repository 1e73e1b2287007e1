"""A county's plan as records: versions of the document, its clauses, commitments, tasks and projects.

Only facts and places in the document are stored; sentences are sliced from the user's own document when it is at hand.
"""

from typing import ClassVar

from django.db import models

from jiuzhi.core.models import Org, Record


class Plan(models.Model):
    """One version of one county's plan. A draft and the final text are two versions; one is current."""

    class Status(models.TextChoices):
        DRAFT = "draft", "征求意见稿"
        FINAL = "final", "印发稿"

    county = models.ForeignKey(Org, models.PROTECT, related_name="plans", verbose_name="区县")
    title = models.CharField("名称", max_length=120)
    status = models.CharField("文本状态", max_length=8, choices=Status)
    version = models.PositiveIntegerField("版次")
    current = models.BooleanField("现行", default=True)
    period_start = models.PositiveIntegerField("规划期起 [年]")
    period_end = models.PositiveIntegerField("规划期止 [年]")
    period_basis = models.CharField("规划期依据", max_length=10, default="stated")  # stated or inferred
    document_name = models.CharField("文档", max_length=200)
    sha256 = models.CharField("文档指纹", max_length=64)
    loaded_at = models.DateTimeField("载入时间")

    class Meta:
        ordering: ClassVar = ["county_id", "-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["county", "version"], name="plan_version"),
            models.UniqueConstraint(
                fields=["county"], condition=models.Q(current=True), name="one_current_plan"
            ),
        ]
        verbose_name = verbose_name_plural = "规划"

    def __str__(self) -> str:
        return self.title


class Located(models.Model):
    """What the reader found in the document: its id in the pack and the characters [start, end) it stands on."""

    code = models.CharField("编号", max_length=40)
    start = models.PositiveIntegerField("起", default=0)
    end = models.PositiveIntegerField("止", default=0)
    confidence = models.FloatField("把握", default=1.0)
    note = models.CharField("说明", max_length=1000, blank=True)

    class Meta:
        abstract = True


class Clause(Located):
    """A chapter, section, titled paragraph or table of the plan."""

    class Level(models.TextChoices):
        CHAPTER = "chapter", "章"
        SECTION = "section", "节"
        PARAGRAPH = "paragraph", "段"
        TABLE = "table", "专栏"

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="clauses")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")
    level = models.CharField("层次", max_length=10, choices=Level)
    number = models.CharField("序号", max_length=20, blank=True)
    title = models.CharField("标题", max_length=120)
    order = models.PositiveIntegerField("次序")

    class Meta:
        ordering: ClassVar = ["plan_id", "order"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["plan", "code"], name="clause_code")]
        verbose_name = verbose_name_plural = "条款"

    def __str__(self) -> str:
        return f"{self.number} {self.title}".strip()


class Commitment(Located):
    """A stated value: a target the county has promised, or a baseline, achieved value or scale that stands beside it."""

    class Kind(models.TextChoices):
        TARGET = "target", "目标"
        BASELINE = "baseline", "基线"
        ACHIEVED = "achieved", "已达成"
        SCALE = "scale", "规模"

    class Progress(models.TextChoices):
        REACH = "reach", "达到型"
        HOLD = "hold", "保持型"
        CUMULATIVE = "cumulative", "累计型"
        GROWTH = "growth", "年增长型"
        QUALITATIVE = "qualitative", "定性"

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="commitments")
    clause = models.ForeignKey(Clause, models.SET_NULL, null=True, blank=True, related_name="commitments")
    name = models.CharField("名称", max_length=160)
    domain = models.CharField("领域", max_length=8, blank=True)
    unit = models.CharField("单位", max_length=40, blank=True)
    kind = models.CharField("类别", max_length=10, choices=Kind)
    comparator = models.CharField("关系", max_length=16, blank=True)  # >= <= > < = 累计 年均 decrease …
    value = models.DecimalField("数值", max_digits=20, decimal_places=6, null=True, blank=True)
    value_high = models.DecimalField("区间上限", max_digits=20, decimal_places=6, null=True, blank=True)
    value_text = models.CharField("原文值", max_length=60, blank=True)  # 市级下达, 持续提升, — kept as said
    basis = models.CharField("给法", max_length=12, default="explicit")  # explicit, implicit, qualitative
    year = models.PositiveIntegerField("年份", null=True, blank=True)
    year_basis = models.CharField("年份依据", max_length=10, blank=True)  # stated or inferred
    place = models.CharField("地点", max_length=200, blank=True)
    scope = models.CharField("口径", max_length=400, blank=True)
    nature = models.CharField("属性", max_length=10, blank=True)  # 约束性 / 预期性
    owner_text = models.CharField("责任单位（原文）", max_length=200, blank=True)
    owner = models.ForeignKey(Org, models.SET_NULL, null=True, blank=True, related_name="commitments")
    baseline = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="targets")
    progress = models.CharField("进度类型", max_length=12, choices=Progress, blank=True)
    indicator = models.CharField(
        "绑定指标", max_length=60, blank=True
    )  # a declared indicator; empty = reported by hand

    class Meta:
        ordering: ClassVar = ["plan_id", "start", "code"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["plan", "code"], name="commitment_code")]
        indexes: ClassVar = [models.Index(fields=["plan", "kind"])]
        verbose_name = verbose_name_plural = "承诺"

    def __str__(self) -> str:
        return self.name


class Task(Located):
    """Something the plan says will be done."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="tasks")
    clause = models.ForeignKey(Clause, models.SET_NULL, null=True, blank=True, related_name="tasks")
    title = models.CharField("任务", max_length=160)
    verb = models.CharField("动作", max_length=40, blank=True)
    object = models.CharField("对象", max_length=200, blank=True)
    places = models.CharField("地点", max_length=200, blank=True)
    domain = models.CharField("领域", max_length=8, blank=True)
    owner_text = models.CharField("责任单位（原文）", max_length=200, blank=True)
    owner = models.ForeignKey(Org, models.SET_NULL, null=True, blank=True, related_name="tasks")
    commitments = models.ManyToManyField(Commitment, blank=True, related_name="tasks")

    class Meta:
        ordering: ClassVar = ["plan_id", "start", "code"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["plan", "code"], name="task_code")]
        verbose_name = verbose_name_plural = "任务"

    def __str__(self) -> str:
        return self.title


class Milestone(Record, title="任务节点", key=["task", "due_on", "title"]):
    """One step of a task with its day. ``task``: the task's code, which a newer version of the plan keeps."""

    task = models.CharField("任务", max_length=40)
    title = models.CharField("节点", max_length=120)
    due_on = models.DateField("应完成")
    done_on = models.DateField("完成", null=True, blank=True)
    next_step = models.CharField("下一步", max_length=200, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["county", "task"], name="milestone_task")]

    def __str__(self) -> str:
        return self.title


class Project(Located):
    """A named engineering work or campaign."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="projects")
    clause = models.ForeignKey(Clause, models.SET_NULL, null=True, blank=True, related_name="projects")
    name = models.CharField("名称", max_length=160)
    kind = models.CharField("类别", max_length=20, blank=True)
    quantity = models.CharField("规模", max_length=120, blank=True)
    unit = models.CharField("单位", max_length=40, blank=True)
    place = models.CharField("地点", max_length=120, blank=True)
    owner_text = models.CharField("责任单位（原文）", max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["plan_id", "start", "code"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["plan", "code"], name="project_code")]
        verbose_name = verbose_name_plural = "项目"

    def __str__(self) -> str:
        return self.name
