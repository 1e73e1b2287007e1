"""What who supervises does with cases: stop the clock, give more time, give to another unit, split, merge, open again, look back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from jiuzhi.core import files, records
from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Org, User
from jiuzhi.core.records import Actor

from . import rights, terms
from .models import Case, CaseEvent
from .work import _follow, by_hand, held, move, next_code, next_revisit, note

K = CaseEvent.Kind
FURTHEST = timedelta(days=5 * 366)  # of an extension


def _may(actor: Actor, case: Case, what: str) -> None:
    if not rights.may(actor.user, "manage_case", case):
        raise PermissionDenied(f"没有权限{what}：需要{case.org}或其上级的督办人员。")


def _reason(text: str, what: str) -> str:
    text = files.printable(text).strip()
    if not text:
        raise ValidationError(f"{what}需要写明原因。")
    return text[:200]


def _open(case: Case, what: str) -> None:
    if case.closed_at is not None:
        raise ValidationError(f"已经办结，不能{what}：需要时请重开。")


def pause(case: Case, why: str, actor: Actor, *, at: datetime) -> None:
    """Stop the clock, with a reason. Errors: ``ValidationError``, ``PermissionDenied``."""
    with held(case) as now:
        _may(actor, now, "暂停计时")
        _open(now, "暂停")
        if not now.flow.pausable:
            raise ValidationError(f"{now.flow.title}的期限由规定直接确定，不能暂停。")
        if now.paused_at:
            raise ValidationError("已经暂停。")
        now.paused_at, now.pause_why = at, _reason(why, "暂停")
        records.save(now, actor, f"暂停：{now.pause_why}"[:200])
        note(now, K.PAUSED, actor, at, text=now.pause_why)


def resume(case: Case, actor: Actor, *, at: datetime, words: str = "") -> None:
    """Start the clock again; the terms end later by as much as it stood still, counted as they count."""
    with held(case) as now:
        _may(actor, now, "恢复计时")
        if not now.paused_at:
            raise ValidationError("没有暂停。")
        stood = now.paused_at
        now.due_at = terms.later(terms.term(now.county, now.flow, now.stage), now.due_at, stood, at)
        now.final_at = terms.later(terms.term(now.county, now.flow), now.final_at, stood, at)
        now.paused_at, now.pause_why = None, ""
        records.save(now, actor, "恢复计时")
        note(now, K.RESUMED, actor, at, text=words, since=stood.isoformat())


def extend(case: Case, until: date | None, why: str, actor: Actor, *, at: datetime) -> None:
    """Give the present stage until the end of ``until``. The first term stays readable in the history."""
    with held(case) as now:
        _may(actor, now, "延期")
        _open(now, "延期")
        if until is None:
            raise ValidationError("请填延期到哪一天。")
        today = at.astimezone(LOCAL).date()
        if until - today > FURTHEST:
            raise ValidationError("最多延期到五年以内：请改填日期。")
        if until < today:
            raise ValidationError("延期后的日期要晚于现在的期限，也不能是过去：请改填。")
        end = datetime.combine(until, time(23, 59, 59), LOCAL)
        if end <= (now.due_at or at) or end <= at:
            raise ValidationError("延期后的日期要晚于现在的期限，也不能是过去：请改填。")
        reason, first = _reason(why, "延期"), now.due_at
        now.due_at, now.extensions = end, now.extensions + 1
        if now.final_at and now.final_at < end:
            now.final_at = end
        now.escalated = 0
        records.save(now, actor, f"延期：{reason}"[:200])
        note(
            now,
            K.EXTENDED,
            actor,
            at,
            text=reason,
            first=first.isoformat() if first else "",
            until=until.isoformat(),
        )


def reassign(
    case: Case, org: Org | None, person: User | None, why: str, actor: Actor, *, at: datetime, helpers: Sequence[Org] | None = None
) -> None:  # fmt: skip
    """Give a case to another unit, another person, or other helping units. The clock runs on."""
    with held(case) as now:
        _may(actor, now, "改派")
        _open(now, "改派")
        reason, old = _reason(why, "改派"), now.org
        if org is None and person is None and helpers is None:
            raise ValidationError("请选改派给哪个单位或哪个人。")
        if org is not None and not org.path.startswith(now.county.path):
            raise ValidationError(f"{org}不在{now.county}：移交外县请用“移交”步骤。")
        rights.check_hand(person, now)
        now.org, now.person = org or now.org, person if person is not None or org is not None else now.person
        records.save(now, actor, f"改派：{reason}"[:200])
        if helpers is not None:
            now.helpers.set(helpers)
        note(
            now, K.ASSIGNED, actor, at, text=reason, old=old.name, new=now.org.name, person=str(now.person or ""),
            helpers=[o.name for o in helpers or ()],
        )  # fmt: skip


def split(case: Case, parts: Sequence[tuple[str, Org]], actor: Actor, *, at: datetime) -> list[Case]:
    """Make parts (title, unit) out of a case. It stays and cannot be closed before its parts are; they keep its terms."""
    if len(parts) < 2:
        raise ValidationError("拆分至少要两项：每项写明问题和责任单位。")
    with held(case) as now:
        _may(actor, now, "拆分")
        _open(now, "拆分")
        by_hand(now, actor)
        county = Org.objects.select_for_update().get(pk=now.county_id)
        opened = now.events.filter(kind=K.OPENED).first()
        until = opened.facts.get("until") if opened else None
        known = {"until": until} if until else {}  # parts are renewed with it
        made: list[Case] = []
        for title, org in parts:
            if not files.printable(title).strip():
                raise ValidationError("每一项都要写明是什么问题。")
            part = Case(
                workflow=now.workflow, org=org, title=files.printable(title).strip()[:160], detail=now.detail, kind=now.kind,
                source=now.source, domain=now.domain, risk=now.risk, place=now.place, lon=now.lon, lat=now.lat, stage=now.stage,
                stage_at=now.stage_at, opened_at=at, found_at=now.found_at, due_at=now.due_at, final_at=now.final_at, parent=now,
                paused_at=now.paused_at, pause_why=now.pause_why,
                commitment=now.commitment, clause=now.clause, basis=now.basis, register=now.register, record=now.record,
                synthetic=now.synthetic, code=next_code(county, at),
            )  # fmt: skip
            records.save(part, actor, f"拆自 {now.code}")
            note(part, K.OPENED, actor, at, end=part.stage, text=f"拆自 {now.code}", **known)
            made.append(part)
        note(now, K.SPLIT, actor, at, text="、".join(p.code for p in made), parts=[p.pk for p in made])
    return made


def merge(cases: Sequence[Case], into: Case, why: str, actor: Actor, *, at: datetime) -> None:
    """Close ``cases`` as being the same as ``into``, which goes on. Each can be opened again."""
    reason = _reason(why, "合并")
    if not cases or any(c.pk == into.pk or c.county_id != into.county_id for c in cases):
        raise ValidationError("请选同一区县的另外的问题来合并。")
    with transaction.atomic():
        for case in cases:
            with held(case) as now:
                _may(actor, now, "合并")
                _open(now, "合并")
                by_hand(now, actor)
                if now.merged.exists() or now.parts.filter(closed_at=None).exists():
                    raise ValidationError(f"{now.code} 自己有并入或拆出的问题：请先处理它们。")
                now.merged_into, now.closed_at, now.due_at = into, at, None
                records.save(now, actor, f"并入 {into.code}：{reason}"[:200])
                note(now, K.MERGED, actor, at, text=reason, into=into.pk)
                _follow(now, actor, at)
        with held(into) as target:
            _may(actor, target, "合并")
            _open(target, "合并")
            by_hand(target, actor)
            note(target, K.MERGED, actor, at, text=f"并入 {'、'.join(c.code for c in cases)}：{reason}")


def reopen(case: Case, why: str, actor: Actor, *, at: datetime, rebound: bool = False) -> None:
    """Open a closed case again, where the work is done. ``rebound``: what had been closed came back (反弹)."""
    with held(case) as now:
        _may(actor, now, "重开")
        if now.closed_at is None:
            raise ValidationError("还没有办结，不必重开。")
        by_hand(now, actor)
        reason, start = _reason(why, "重开"), now.stage
        work = next((s.start[0] for s in now.flow.steps if s.work), now.flow.first.name)
        if now.merged_into_id:  # it goes on where it stood
            now.merged_into, work = None, now.stage
        else:
            now.reopenings += 1
        if rebound and now.risk != Case.Risk.HIGH:
            now.risk = Case.Risk.HIGH
        now.revisits = 0
        whole = terms.term(now.county, now.flow)
        now.final_at = whole.from_(at) if whole else None
        move(now, work, at)
        records.save(now, actor, f"{'反弹重开' if rebound else '重开'}：{reason}"[:200])
        note(now, K.REOPENED, actor, at, start=start, end=now.stage, text=reason, rebound=rebound)
        _follow(now, actor, at)


def revisit(case: Case, holds: bool, words: str, actor: Actor, *, at: datetime) -> None:
    """Note a look-back at a closed case: it holds, and the next one is planned; or it came back, and the case is open again."""
    text = _reason(words, "回头看")
    with transaction.atomic():
        with held(case) as now:
            _may(actor, now, "回头看")
            if now.closed_at is None or now.merged_into_id:
                raise ValidationError("只有办结的问题可以回头看。")
            if actor.user is not None and actor.user.pk in rights.workers(now):
                raise ValidationError("回头看要由没有参与整改的人办理。")
            now.revisits += 1
            now.revisit_on = next_revisit(now) if holds else None
            records.save(now, actor, "回头看：未反弹" if holds else "回头看：反弹")
            note(now, K.REVISITED, actor, at, text=text, holds=holds)
        if not holds:
            reopen(case, text, actor, at=at, rebound=True)


def remark(case: Case, text: str, actor: Actor, *, at: datetime) -> CaseEvent:
    """Leave a note in the history. Errors: ``PermissionDenied``, ``ValidationError`` for an empty one."""
    if not rights.works_on(actor.user, case):
        raise PermissionDenied("没有权限在这个问题上批注。")
    if not files.printable(text).strip():
        raise ValidationError("请写批注。")
    return note(case, K.NOTE, actor, at, text=text)


def change(case: Case, fields: dict[str, Any], why: str, actor: Actor, *, at: datetime, revision: int | None = None) -> None:  # fmt: skip
    """Correct what was entered (title, detail, kind, place, point, risk, basis, links); the old words stay in the log."""
    allowed = {"title", "detail", "kind", "place", "lon", "lat", "crs", "risk", "basis", "source", "domain", "commitment",
               "clause", "register", "record", "reporter", "note"}  # fmt: skip
    if wrong := set(fields) - allowed:
        raise KeyError(f"{wrong} cannot be changed")
    with held(case, revision) as now:
        _may(actor, now, "更正")
        for name, value in fields.items():
            setattr(now, name, files.printable(value).strip() if isinstance(value, str) else value)
        if records.save(now, actor, _reason(why, "更正")):
            note(now, K.CHANGED, actor, at, text=why, fields=sorted(fields))
