"""Values a unit reports for a commitment: submitted with evidence, then approved or returned by somebody else, or withdrawn.

Only approved values are judged. The evidence is kept with its SHA-256, so that a later exchange of the file shows.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from jiuzhi.core import access, files, local, records
from jiuzhi.core.records import Actor
from jiuzhi.engine.indicators.models import ReportedValue
from jiuzhi.science.statistics.wording import period_end

from .bindings import read
from .board_items import latest_as_of
from .judge import judge_plan
from .models import Commitment

_STATUS = ReportedValue.Status
# Called after a value was reported, decided or withdrawn, within the transaction: how the case of its approval follows.
followers: list[Callable[[ReportedValue, Actor, str, datetime], None]] = []
_FIRST_YEAR, _DIGITS = 2000, 14
_COUNTS = ("个", "家", "处", "座", "人")


def report_value(
    commitment: Commitment,
    period: str,
    value: Decimal,
    evidence: File[Any] | None,
    note: str,
    actor: Actor,
    *,
    synthetic: bool = False,
) -> ReportedValue:
    """Submit one value for a period ("2026", "2026-Q3", "2026-10"). For a cumulative commitment: the sum since the period began.

    Errors: ``PermissionDenied``; ``ValidationError`` with one Chinese sentence (period, value, kind of commitment).
    """
    _may(actor, "report_value", commitment)
    _check(commitment, period, value)
    note = files.printable(note)
    _refuse_repeated(commitment, period, value, actor)
    found = ReportedValue(
        commitment=commitment, period=period, value=value, note=note[:400], status=_STATUS.SUBMITTED,
        reported_by=actor.user, reported_at=timezone.now(), synthetic=synthetic,
    )  # fmt: skip
    if evidence is not None:
        if not evidence.size:
            raise ValidationError("佐证材料是空文件：请重新选择文件，或不附材料提交。")
        found.evidence_sha256 = files.fingerprint(evidence)
        found.evidence = evidence
    with transaction.atomic():
        records.save(found, actor, f"填报 {commitment.code} {period}")
        _follow(found, actor, f"填报 {value.normalize():f} {commitment.unit}".rstrip())
    return found


def _follow(reported: ReportedValue, actor: Actor, said: str) -> None:
    for follower in followers:
        follower(reported, actor, said, timezone.now())


def _refuse_repeated(commitment: Commitment, period: str, value: Decimal, actor: Actor) -> None:
    """A form sent twice (a double click, the browser's back button) is one report."""
    waiting = ReportedValue.objects.filter(
        commitment=commitment, period=period, value=value, status=_STATUS.SUBMITTED, reported_by=actor.user
    )
    if actor.user is not None and waiting.exists():
        raise ValidationError(f"{period} 的数值 {value} 您已提交，正在等待审核：不必重复提交，要改请先撤回。")


def _locked(reported: ReportedValue) -> ReportedValue:
    """The value as it stands now, held until the transaction ends, with what the decision needs."""
    held = ReportedValue.objects.select_for_update(of=("self",))
    return held.select_related("commitment__plan__county", "commitment__owner").get(pk=reported.pk)


def decide(reported: ReportedValue, approve: bool, note: str, actor: Actor) -> None:
    """Approve or return a submitted value. Nobody decides on what they reported themselves; a return needs a reason.

    Approving replaces an earlier approved value of the same period, which becomes 已撤回 and stays readable.
    """
    note = files.printable(note)
    with transaction.atomic():
        current = _locked(reported)
        _may(actor, "approve_value", current.commitment)
        if current.status != _STATUS.SUBMITTED:
            raise ValidationError(f"该值已是“{current.get_status_display()}”，不能再审核：请刷新页面。")
        if actor.user is not None and current.reported_by_id == actor.user.pk:
            raise ValidationError("不能审核自己填报的数值：请由另一位规划专员审核。")
        if not approve and not note.strip():
            raise ValidationError("退回需要写明原因，填报人据此改正。")
        if approve:
            _make_room(current, actor)
        current.status = _STATUS.APPROVED if approve else _STATUS.RETURNED
        current.decided_by, current.decided_at, current.decision_note = actor.user, timezone.now(), note[:400]
        records.save(current, actor, "审核通过" if approve else f"退回：{note}"[:200])
        _follow(current, actor, note)
        if approve:
            _judge_again(current.commitment, actor)
    reported.refresh_from_db()


def withdraw(reported: ReportedValue, note: str, actor: Actor) -> None:
    """Take a value back. The reporter may while it waits; an approved one only who may approve, and with a reason."""
    note = files.printable(note)
    with transaction.atomic():
        current = _locked(reported)
        approved = current.status == _STATUS.APPROVED
        _may(actor, "approve_value" if approved else "report_value", current.commitment)
        if current.status not in (_STATUS.SUBMITTED, _STATUS.APPROVED):
            raise ValidationError(f"该值已是“{current.get_status_display()}”，无需撤回。")
        if approved and not note.strip():
            raise ValidationError("撤回已通过的数值需要写明原因。")
        current.status = _STATUS.WITHDRAWN
        if note.strip():
            current.decision_note = note[:400]
        records.save(current, actor, f"撤回：{note}"[:200])
        _follow(current, actor, note)
        if approved:
            _judge_again(current.commitment, actor)
    reported.refresh_from_db()


def _judge_again(commitment: Commitment, actor: Actor) -> None:
    """The newest judgement follows what was decided; a value reported after its day waits for the next judging."""
    day = latest_as_of(commitment.plan)
    if day is not None:
        judge_plan(commitment.plan, day, actor=actor, only=[commitment])


def _make_room(current: ReportedValue, actor: Actor) -> None:
    earlier = ReportedValue.objects.filter(
        commitment=current.commitment_id, period=current.period, status=_STATUS.APPROVED
    ).exclude(pk=current.pk)
    for old in earlier:
        old.status = _STATUS.WITHDRAWN
        records.save(old, actor, f"被后来通过的填报值 {current.pk} 取代")


def _check(commitment: Commitment, period: str, value: Decimal) -> None:
    if commitment.kind != Commitment.Kind.TARGET:
        raise ValidationError(f"“{commitment.name}”不是目标，不需要填报。")
    if commitment.indicator:
        raise ValidationError(f"“{commitment.name}”由监测数据计算（{commitment.indicator}），不接受填报。")
    try:
        end = period_end(period)
    except ValueError as error:
        raise ValidationError(str(error)) from error
    year, today = end.year, local.today()
    if period_start(period) > today or year < _FIRST_YEAR:
        raise ValidationError(
            f"时期 {period} 不在可填报的范围：请填 {_FIRST_YEAR} 年以来已经开始的年份、季度或月份。"
        )
    if not value.is_finite() or value.adjusted() >= _DIGITS:
        raise ValidationError(
            f"数值 {str(value)[:30]} 不合理：请填写以“{commitment.unit or '无单位'}”计的普通数字。"
        )
    if int(value.as_tuple().exponent) < -6:
        raise ValidationError("数值的小数位超过 6 位：请按统计口径保留位数。")
    reading = read(commitment)
    if reading.kind == "qualitative" and not reading.better and value not in (0, 1):
        raise ValidationError(
            f"“{commitment.name}”是定性目标（{reading.text}）：请据佐证填 1（已达成）或 0（尚未达成）。"
        )
    changes = reading.kind in (
        "growth",
        "cumulative",
    )  # a rate of change may be negative, a share or a count may not
    if value < 0 and (commitment.unit in _COUNTS or (commitment.unit in ("%", "％") and not changes)):
        raise ValidationError(f"以“{commitment.unit}”计的数值不能为负：请核对。")
    if (
        value > 100
        and commitment.unit in ("%", "％")
        and commitment.name.endswith(("率", "比例", "占比", "覆盖"))
    ):
        raise ValidationError(f"“{commitment.name}”不能超过 100%：请核对数值 {value}。")


def period_start(period: str) -> date:
    """The first day of "2026", "2026-Q3" or "2026-10"."""
    end = period_end(period)
    months = 1 if "-" in period and "Q" not in period else 3 if "Q" in period else 12
    return date(end.year, end.month - months + 1, 1)


def _may(actor: Actor, action: str, commitment: Commitment) -> None:
    """The system's own jobs may; a person needs a grant over the responsible unit, or over the county where none is named."""
    if actor.user is None:
        if actor.route in ("job", "cli", "import"):
            return
        raise PermissionDenied("请先登录。")
    if not access.can(actor.user, action, commitment.owner or commitment.plan.county):
        raise PermissionDenied(f"没有权限：{access_words(action)}“{commitment.name}”。")


def access_words(action: str) -> str:
    return {"report_value": "填报", "approve_value": "审核"}[action]
