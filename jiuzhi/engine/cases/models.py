"""A case: one problem on its way from being found to being closed and looked at again."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from jiuzhi.core.models import Attachment, Org, Placed, Record
from jiuzhi.engine.plan.models import Clause, Commitment

from .declare import WORKFLOWS, Stage, Workflow


class Case(Placed, title="问题", key=["code"]):
    """One case. ``org`` (of `Record`) is the unit whose turn to answer it is. What hangs on it: alert episodes (`rules.Episode.case`), files
    (`CaseFile`), its history (`CaseEvent`).

    ``due_at``: when the present stage must be left; ``final_at``: when the case must be closed; both None without a term. While
    ``paused_at`` is set neither runs. ``origin``: what opened it, so that it is opened once ("rule:…", "record:…", "patrol:…").
    """

    class Risk(models.TextChoices):
        HIGH = "高", "高"
        MIDDLE = "中", "中"
        LOW = "低", "低"

    code = models.CharField("编号", max_length=24, editable=False)
    workflow = models.CharField("流程", max_length=40)
    title = models.CharField("问题", max_length=160)
    detail = models.TextField("情况", blank=True)
    kind = models.CharField("类型", max_length=40, blank=True)
    source = models.CharField("来源", max_length=40, blank=True)
    domain = models.CharField("领域", max_length=8, blank=True)
    risk = models.CharField("风险", max_length=2, choices=Risk, default=Risk.MIDDLE)
    place = models.CharField("地点", max_length=160, blank=True)
    reporter = models.CharField("反映人", max_length=80, blank=True)
    counterpart = models.CharField("对方单位", max_length=80, blank=True)  # to whom it is handed over
    answer = models.TextField("答复", blank=True)

    stage = models.CharField("环节", max_length=20)
    stage_at = models.DateTimeField("进入环节")
    opened_at = models.DateTimeField("登记时间")
    found_at = models.DateTimeField("发现时间", null=True, blank=True)
    due_at = models.DateTimeField("本环节期限", null=True, blank=True)
    final_at = models.DateTimeField("办结期限", null=True, blank=True)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    paused_at = models.DateTimeField("暂停时间", null=True, blank=True)
    pause_why = models.CharField("暂停原因", max_length=200, blank=True)
    escalated = models.PositiveSmallIntegerField("提级", default=0)  # 1 leader of the unit, 2 county leader
    returns = models.PositiveSmallIntegerField("退回次数", default=0)
    extensions = models.PositiveSmallIntegerField("延期次数", default=0)
    reopenings = models.PositiveSmallIntegerField("重开次数", default=0)
    revisit_on = models.DateField("回头看日期", null=True, blank=True)
    revisits = models.PositiveSmallIntegerField("已回头看次数", default=0)

    person: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="承办人",
    )
    helpers = models.ManyToManyField(Org, blank=True, related_name="+", verbose_name="配合单位")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="parts", verbose_name="拆自"
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name="并入"
    )
    commitment = models.ForeignKey(
        Commitment, models.SET_NULL, null=True, blank=True, related_name="cases", verbose_name="承诺"
    )
    clause = models.ForeignKey(
        Clause, models.SET_NULL, null=True, blank=True, related_name="cases", verbose_name="条款"
    )
    basis = models.CharField("法规依据", max_length=200, blank=True)
    register = models.CharField("关联台账", max_length=60, blank=True)
    record = models.PositiveBigIntegerField("关联记录", null=True, blank=True)
    origin = models.CharField(max_length=120, blank=True, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["county", "origin"],
                condition=~models.Q(origin="") & models.Q(closed_at=None),
                name="one_open_case_of_an_origin",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["county", "closed_at", "due_at"], name="case_county_open"),
            models.Index(fields=["org", "closed_at", "due_at"], name="case_org_open"),
            models.Index(fields=["person", "closed_at", "due_at"], name="case_person_open"),
            models.Index(
                fields=["county", "workflow", "closed_at", "stage", "due_at"], name="case_county_board"
            ),
            models.Index(fields=["county", "opened_at"], name="case_county_opened"),
            models.Index(fields=["register", "record"], name="case_record"),
            models.Index(fields=["revisit_on"], name="case_revisit"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def flow(self) -> Workflow:
        return WORKFLOWS[self.workflow]

    @property
    def at(self) -> Stage:
        return self.flow.stage(self.stage)

    @property
    def open(self) -> bool:
        return self.closed_at is None


class CaseEvent(models.Model):
    """One entry of a case's history. Never changed: what was wrong is put right by a further entry."""

    class Kind(models.TextChoices):
        OPENED = "opened", "登记"
        STEP = "step", "办理"
        NOTE = "note", "批注"
        ASSIGNED = "assigned", "改派"
        PAUSED = "paused", "暂停"
        RESUMED = "resumed", "恢复"
        EXTENDED = "extended", "延期"
        SPLIT = "split", "拆分"
        MERGED = "merged", "合并"
        REOPENED = "reopened", "重开"
        REVISITED = "revisited", "回头看"
        REMINDED = "reminded", "催办"
        ESCALATED = "escalated", "提级"
        TAKEN_BACK = "taken_back", "撤回"
        CHANGED = "changed", "更正"

    case = models.ForeignKey(Case, models.CASCADE, related_name="events")
    at = models.DateTimeField("时间")
    kind = models.CharField("事项", max_length=12, choices=Kind)
    step = models.CharField("步骤", max_length=20, blank=True)
    start = models.CharField("自", max_length=20, blank=True)
    end = models.CharField("到", max_length=20, blank=True)
    text = models.TextField("说明", blank=True)
    facts = models.JSONField(default=dict, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    org = models.ForeignKey(Org, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [models.Index(fields=["case", "id"], name="case_event")]
        verbose_name = verbose_name_plural = "办理记录"

    def __str__(self) -> str:
        return f"{self.case_id} {self.get_kind_display()} {self.step}"


class CaseFile(models.Model):
    """What an attachment of a case shows: the place before, the place after, or another proof."""

    class Moment(models.TextChoices):
        BEFORE = "before", "整改前"
        AFTER = "after", "整改后"
        PROOF = "proof", "佐证"

    case = models.ForeignKey(Case, models.CASCADE, related_name="files")
    attachment = models.OneToOneField(Attachment, models.PROTECT, related_name="case_file")
    moment = models.CharField("何时", max_length=8, choices=Moment, default=Moment.PROOF)
    spot = models.CharField(
        "机位", max_length=40, blank=True
    )  # before and after of the same spot stand side by side

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name = verbose_name_plural = "问题附件"

    def __str__(self) -> str:
        return f"{self.case_id} {self.get_moment_display()}"


class Complaint(models.Model):
    """What a citizen told the county, who may look it up again with the number of its case and a code that only they were shown.

    ``secret``: SHA-256 of that code. ``phone`` is for who works on the case alone.
    """

    class Rating(models.TextChoices):
        GOOD = "满意", "满意"
        FAIR = "基本满意", "基本满意"
        BAD = "不满意", "不满意"

    case = models.OneToOneField(Case, models.CASCADE, related_name="complaint", verbose_name="问题")
    secret = models.CharField(max_length=64)
    phone = models.CharField("联系电话", max_length=20, blank=True)
    rating = models.CharField("评价", max_length=8, choices=Rating, blank=True)
    rated_words = models.CharField("评价说明", max_length=500, blank=True)
    rated_at = models.DateTimeField("评价时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "群众投诉"

    def __str__(self) -> str:
        return self.case.code


class Term(Record, title="环节期限", key=["workflow", "stage"]):
    """A county's own term for a stage, instead of the declared one. An empty stage: for the whole case."""

    workflow = models.CharField("流程", max_length=40)
    stage = models.CharField("环节", max_length=20, blank=True)
    workdays = models.PositiveSmallIntegerField("工作日", default=0)
    days = models.PositiveSmallIntegerField("自然日", default=0)
    hours = models.PositiveSmallIntegerField("小时", default=0)
    why = models.CharField("依据", max_length=200)

    def faults(self) -> dict[str, str]:
        if sum(map(bool, (self.workdays, self.days, self.hours))) != 1:
            return {"workdays": "工作日、自然日、小时只填一项"}
        return {}
