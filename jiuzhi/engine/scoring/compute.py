"""The monthly job: every unit measured by the card in force, ranked, kept with the evidence of every point. Idempotent.

Points are exact decimals, rounded half to even to two places once per line (GB/T 8170).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from jiuzhi.core import access, files, records, workdays
from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Org
from jiuzhi.core.periods import MONTH
from jiuzhi.core.records import Actor

from .declare import MEASURES, Measured, Month
from .models import Objection, Score, Scorecard, ScoreItem, ScoreLine, ScoreMonth

_CENT = Decimal("0.01")
OBJECTION_DAYS = 3  # working days (governance: score_appeal, own)


@dataclass
class _Line:
    item: ScoreItem | None
    title: str
    measured: Measured
    points: Decimal
    full: Decimal
    unit: str = ""


@dataclass
class _Sheet:
    unit: Org
    card: Scorecard
    lines: list[_Line] = field(default_factory=list)
    rank: int = 0
    of: int = 0

    @property
    def total(self) -> Decimal:
        return self.card.base + sum((line.points for line in self.lines), Decimal(0))


def _may(actor: Actor, county: Org) -> None:
    if actor.user is not None and not access.can(actor.user, "manage_score", county):
        raise PermissionDenied(f"没有权限管理{county}的评分：请联系规划专员。")


def card_of(county: Org, group: str, month: str) -> Scorecard | None:
    """The card in force for a group in a month: of those in force or ended, the newest that had begun."""
    found = Scorecard.objects.filter(county=county, group=group, since__lte=month).exclude(
        state=Scorecard.State.DRAFT
    )
    return found.order_by("-since", "-version").first()


def points_of(item: ScoreItem, unit: Org, value: Decimal | None) -> Decimal:
    """What a measured value is worth. Nothing to measure costs nothing: a share gives its full points, counts give 0."""
    weight = Decimal(str(item.weights.get(unit.code, 1)))
    most = item.points
    if item.form == ScoreItem.Form.SHARE:
        got = most if value is None else most * min(max(value, Decimal(0)), Decimal(100)) / 100
        return (most - (most - got) * weight).quantize(_CENT, ROUND_HALF_EVEN)
    counted = max((value or Decimal(0)) - item.free, Decimal(0)) * item.per * weight
    counted = min(counted, most).quantize(_CENT, ROUND_HALF_EVEN)
    return -counted if item.form == ScoreItem.Form.EACH else counted


def compute(county: Org, month: str, actor: Actor, *, now: datetime) -> ScoreMonth:
    """Score a month. The same records give the same scores, and then nothing is written.

    Errors: ``PermissionDenied``; ``ValidationError`` for a month that is none, lies ahead, is locked, or has no card in force.
    """
    _may(actor, county)
    if not re.fullmatch(MONTH[0], month, re.ASCII):
        raise ValidationError(f"“{month[:10]}”不是月份：请写成 2026-10。")
    of = Month(county, month, now)
    if of.start > now:
        raise ValidationError(f"{month} 还没有到：请选已经开始的月份。")
    with transaction.atomic():
        held = ScoreMonth.objects.select_for_update().filter(county=county, month=month).first()
        if held is not None and held.state == ScoreMonth.State.LOCKED:
            raise ValidationError(f"{month} 已锁定，不能重算：确有差错请在下月更正。")
        sheets = [s for group in ("township", "department") for s in _group(of, group, held)]
        if not sheets:
            raise ValidationError(f"{month} 没有施行的评分办法：请先在“评分办法”里设立并施行。")
        mark = _print(sheets)
        if held is not None and held.print_of == mark:
            return held
        return _keep(held, of, sheets, mark, actor)


def _group(month: Month, group: str, held: ScoreMonth | None) -> list[_Sheet]:
    card = card_of(month.county, group, month.name)
    if card is None:
        return []
    items = [i for i in card.items.all() if i.measure in MEASURES]
    units = Org.objects.filter(path__startswith=month.county.path, kind=group)
    sheets = [_sheet(month, card, items, u) for u in units if u.valid_on(month.last_day)]
    for objection in (
        held.objections.filter(state=Objection.State.UPHELD).select_related("item") if held else []
    ):
        for sheet in sheets:
            if sheet.unit.pk == objection.unit_id and objection.points:
                said = Measured(None, f"采纳异议：{objection.answer}"[:300])
                title = f"更正：{objection.item.title if objection.item else '总分'}"[:80]
                sheet.lines.append(_Line(None, title, said, objection.points, Decimal(0)))
    _rank(sheets)
    return sheets


def _sheet(month: Month, card: Scorecard, items: Iterable[ScoreItem], unit: Org) -> _Sheet:
    sheet = _Sheet(unit, card)
    for item in items:
        declared = MEASURES[item.measure]
        measured = declared.function(month, unit)
        full = item.points if item.form == ScoreItem.Form.SHARE else Decimal(0)
        sheet.lines.append(
            _Line(item, item.title, measured, points_of(item, unit, measured.value), full, declared.unit)
        )
    return sheet


def _rank(sheets: list[_Sheet]) -> None:
    """1, 1, 3: equal totals share a rank."""
    sheets.sort(key=lambda s: (-s.total, s.unit.path))
    for place, sheet in enumerate(sheets, 1):
        before = sheets[place - 2] if place > 1 else None
        sheet.rank = before.rank if before is not None and before.total == sheet.total else place
        sheet.of = len(sheets)


def _print(sheets: Iterable[_Sheet]) -> str:
    told = [
        [s.unit.code, s.card.pk, str(s.total), s.rank, s.of,
         [[x.title, str(x.measured.value), str(x.points), x.measured.why, [list(p) for p in x.measured.proof]] for x in s.lines]]
        for s in sheets
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def _keep(held: ScoreMonth | None, month: Month, sheets: list[_Sheet], mark: str, actor: Actor) -> ScoreMonth:
    synthetic = any(line.measured.synthetic for s in sheets for line in s.lines)
    kept = held or ScoreMonth(org=month.county, month=month.name)
    kept.computed_at, kept.print_of = month.now, mark
    kept.synthetic = synthetic  # type: ignore[assignment]
    records.save(kept, actor, f"计算 {month.name} 评分")
    with records.change_set(actor, Score, f"{month.county.code} {month.name}", "计算评分") as facts:
        records.bulk_delete(kept.scores.all())
        scores = [
            Score(month=kept, card=s.card, unit=s.unit, total=s.total, rank=s.rank, of=s.of) for s in sheets
        ]
        facts["units"] = records.bulk_create(scores)
        facts["lines"] = records.bulk_create(
            ScoreLine(
                score=score, item=line.item, title=line.title, value=_four(line.measured.value), unit=line.unit, points=line.points,
                full=line.full, why=line.measured.why[:300], evidence=[p._asdict() for p in line.measured.proof],
                synthetic=line.measured.synthetic,
            )
            for score, sheet in zip(scores, sheets, strict=True) for line in sheet.lines
        )  # fmt: skip
    return kept


def _four(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(Decimal("0.0001"), ROUND_HALF_EVEN)


# --- publish, object, lock ---


def publish(month: ScoreMonth, actor: Actor, *, now: datetime) -> None:
    """Show a month to the units; for three working days they may object. Errors: ``ValidationError``, ``PermissionDenied``."""
    _may(actor, month.county)
    if month.state != ScoreMonth.State.COMPUTED:
        raise ValidationError(f"{month.month} {month.get_state_display()}，不必再公示。")
    if Month(month.county, month.month, now).end == now:
        raise ValidationError(f"{month.month} 还没有结束：月末之后再公示。")
    last: date = workdays.after(now.astimezone(LOCAL).date(), OBJECTION_DAYS)
    month.state, month.published_at = ScoreMonth.State.PUBLISHED, now
    month.objections_to = datetime.combine(last, time(23, 59, 59), LOCAL)
    records.save(month, actor, f"公示 {month.month} 评分")


def object_to(
    month: ScoreMonth, unit: Org, item: ScoreItem | None, text: str, actor: Actor, *, now: datetime
) -> Objection:
    """What a unit says against its score. Errors: ``ValidationError`` outside the days of objection or without words."""
    if actor.user is not None and not access.can(actor.user, "object_score", unit):
        raise PermissionDenied(f"只能对本单位的评分提异议：这是{unit}的。")
    if month.state != ScoreMonth.State.PUBLISHED or month.objections_to is None or now > month.objections_to:
        raise ValidationError("异议只在公示期内受理：请联系规划专员。")
    if not files.printable(text).strip():
        raise ValidationError("请写明哪一项、哪条记录不对，应是什么。")
    found = Objection(
        month=month, unit=unit, item=item, text=files.printable(text).strip(), by=actor.user, at=now
    )
    records.save(found, actor, f"{unit} 对 {month.month} 评分提异议")
    return found


def decide(
    objection: Objection, upheld: bool, points: Decimal, answer: str, actor: Actor, *, now: datetime
) -> None:
    """Answer an objection; an upheld one changes the score by ``points``, on record, and the month is computed again."""
    _may(actor, objection.month.county)
    if not files.printable(answer).strip():
        raise ValidationError("答复要写明理由。")
    if objection.state != Objection.State.OPEN:
        raise ValidationError("这条异议已经答复过。")
    if actor.user is not None and objection.by_id == actor.user.pk:
        raise ValidationError("不能答复自己提的异议：请由另一位规划专员答复。")
    with transaction.atomic():
        objection.state = Objection.State.UPHELD if upheld else Objection.State.REFUSED
        objection.points = points if upheld else Decimal(0)
        objection.answer, objection.decided_by, objection.decided_at = (
            files.printable(answer).strip(),
            actor.user,
            now,
        )
        records.save(objection, actor, f"答复异议：{objection.get_state_display()}")
        if upheld:
            compute(objection.month.county, objection.month.month, actor, now=now)


def lock(month: ScoreMonth, actor: Actor, *, now: datetime) -> None:
    """Close a month for good. Errors: ``ValidationError`` before it was published, within the days of objection, or with open ones."""
    _may(actor, month.county)
    if month.state != ScoreMonth.State.PUBLISHED:
        raise ValidationError(f"{month.month} {month.get_state_display()}：先公示，再锁定。")
    if month.objections_to and now <= month.objections_to:
        raise ValidationError(f"异议期到 {month.objections_to.astimezone(LOCAL):%Y-%m-%d} 为止：过后再锁定。")
    if month.objections.filter(state=Objection.State.OPEN).exists():
        raise ValidationError("还有没答复的异议：请先答复。")
    month.state, month.locked_at = ScoreMonth.State.LOCKED, now
    records.save(month, actor, f"锁定 {month.month} 评分")


def next_version(card: Scorecard, since: str, why: str, actor: Actor) -> Scorecard:
    """A draft made from a card, to be edited and put in force."""
    _may(actor, card.county)
    newest = Scorecard.objects.filter(county=card.county, name=card.name).order_by("-version").first() or card
    made: Any = Scorecard(
        org=card.county,
        name=card.name,
        group=card.group,
        version=newest.version + 1,
        since=since,
        base=card.base,
        why=why,
    )
    with transaction.atomic():
        records.save(made, actor, f"起草 {made}")
        for item in card.items.all():
            item.pk, item.card = None, made
            item._state.adding = True
            records.save(item, actor, f"起草 {made}")
    return made


def put_in_force(card: Scorecard, actor: Actor) -> None:
    """Put a draft in force. Errors: ``ValidationError`` for a card without items, or one that would change a locked month."""
    _may(actor, card.county)
    if card.state != Scorecard.State.DRAFT:
        raise ValidationError(f"{card} 已是“{card.get_state_display()}”。")
    if not card.items.exists():
        raise ValidationError("没有评分项目：请先加项目。")
    locked = ScoreMonth.objects.filter(
        county=card.county, state=ScoreMonth.State.LOCKED, month__gte=card.since
    )
    if locked.exists():
        raise ValidationError(f"{card.since} 起已有锁定的月份：请把施行月份改到锁定之后。")
    card.state = Scorecard.State.ACTIVE
    records.save(card, actor, f"施行 {card}")


__all__ = [
    "card_of", "compute", "decide", "lock", "next_version", "object_to", "points_of", "publish", "put_in_force",
]  # fmt: skip
