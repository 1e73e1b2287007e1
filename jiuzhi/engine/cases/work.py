"""What is done with a case: opened, moved step by step, sent back, closed. Every act is one transaction with one entry in its history.

``at`` is the moment of the act and an argument everywhere, so that a term is the same whenever it is computed again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models.functions import Length

from jiuzhi.core import access, files, records
from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Org, User
from jiuzhi.core.records import Actor

from . import rights, terms
from .declare import WORKFLOWS, Step, Workflow
from .models import Case, CaseEvent

# What a step moves; kept beside its entry, so that it can be taken back.
MOVED = ("stage", "stage_at", "due_at", "final_at", "closed_at", "returns", "reopenings", "escalated", "revisit_on", "revisits", "org_id",
         "counterpart", "answer", "person_id", "place")  # fmt: skip
TAKE_BACK = timedelta(hours=24)
K = CaseEvent.Kind

# Called after every act that moves a case between open and closed (and other steps), with the case: how other engines follow (an alert, a patrol finding).
followers: list[Callable[[Case, Actor, datetime], None]] = []


def open_case(
    workflow: str | Workflow, org: Org, title: str, actor: Actor, *, at: datetime, detail: str = "", kind: str = "", source: str = "",
    domain: str = "", risk: str = "中", place: str = "", point: tuple[Any, Any] | None = None, found_at: datetime | None = None,
    reporter: str = "", basis: str = "", origin: str = "", synthetic: bool = False, helpers: Sequence[Org] = (), **links: Any,
) -> Case:  # fmt: skip
    """Open a case, or return the open one of the same ``origin``. ``links``: commitment, clause, register and record, parent, person.

    Errors: ``PermissionDenied``, ``ValidationError`` by field, ``KeyError`` for a workflow nobody declared.
    """
    flow = workflow if isinstance(workflow, Workflow) else WORKFLOWS[workflow]
    if actor.user is not None and not access.can(actor.user, "open_case", org, f"cases.{flow.code}"):
        raise PermissionDenied(f"没有权限在{org}登记问题：请换到有权限的单位，或联系管理员授权。")
    if not files.printable(title).strip():
        raise ValidationError({"title": "请用一句话写明是什么问题"})
    if links.get("commitment") is not None and links.get("clause") is None:
        links["clause"] = links["commitment"].clause  # where the plan says it
    with transaction.atomic():
        case = Case(
            workflow=flow.code, org=org, title=files.printable(title).strip()[:160], detail=files.printable(detail), kind=kind,
            source=source, domain=domain, risk=risk, place=files.printable(place)[:160], reporter=files.printable(reporter)[:80],
            stage=flow.first.name, stage_at=at, opened_at=at, found_at=found_at or at, basis=basis[:200], origin=origin,
            synthetic=synthetic, **links,
        )  # fmt: skip
        if point is not None:
            case.lon, case.lat = point
        case.prepare()
        rights.check_hand(case.person, case)
        county = Org.objects.select_for_update().get(pk=case.county_id)  # numbers are given one after another
        if origin and (known := Case.objects.filter(county=county, origin=origin, closed_at=None).first()):
            return known
        case.code = next_code(county, at)
        whole = terms.term(county, flow)
        case.final_at = whole.from_(at) if whole else None
        case.due_at = stage_due(case, at)
        records.save(case, actor, f"登记问题：{case.title}"[:200])
        case.helpers.set(helpers)
        until = terms.expires(case) if flow.renewed_by else None
        note(
            case,
            K.OPENED,
            actor,
            at,
            end=case.stage,
            text=detail,
            **({"until": until.isoformat()} if until else {}),
        )
    return case


def next_code(county: Org, at: datetime) -> str:
    """The next number of the county and year: "2026-00017". The county's row must be held."""
    year = f"{at.astimezone(LOCAL):%Y}-"
    held = Case.objects.filter(county=county, code__startswith=year).values_list("code", flat=True)
    last = held.order_by(Length("code").desc(), "-code").first()  # 99999 is followed by 100000
    return f"{year}{int(last[5:]) + 1 if last else 1:05d}"


def note(
    case: Case, kind: Any, actor: Actor, at: datetime, *, step: str = "", start: str = "", end: str = "", text: str = "", **facts: Any
) -> CaseEvent:  # fmt: skip
    """Add an entry to a case's history."""
    event = CaseEvent(
        case=case, at=at, kind=kind, step=step, start=start, end=end, text=files.printable(text).strip(), facts=facts,
        user=actor.user, org=case.org,
    )  # fmt: skip
    records.save(event, actor, f"{case.code} {event.get_kind_display()}{step}"[:200])
    return event


@contextmanager
def held(case: Case, revision: int | None = None) -> Any:
    """The case as it stands now, held until the transaction ends; ``case`` itself is brought up to date afterwards.

    Errors: ``ValidationError`` when somebody else changed it since ``revision``.
    """
    with transaction.atomic():
        now = Case.objects.select_for_update().get(pk=case.pk)
        if revision is not None and now.revision != revision:
            raise ValidationError("这个问题刚被别人办理过：请刷新页面，看过最新情况再办。", code="newer")
        yield now
    case.refresh_from_db()


def take(
    case: Case, name: str, actor: Actor, *, at: datetime, words: str = "", org: Org | None = None, person: User | None = None,
    helpers: Sequence[Org] | None = None, counterpart: str = "", place: str = "", answer: str = "", revision: int | None = None,
) -> None:  # fmt: skip
    """Take a declared step. ``org``: the unit it goes to from here (an assignment), with ``person`` and ``helpers`` in it; ``words``: what is
    said of it.

    Errors: ``PermissionDenied``; ``ValidationError`` with what is missing, or when the case has moved on.
    """
    with held(case, revision) as now:
        _movable(now)
        by_hand(now, actor)
        step = _named(now, name)
        given = {"words": words, "org": org, "counterpart": counterpart, "place": place, "answer": answer}
        rights.check_step(actor.user, step, now, given)
        rights.check_hand(person, now)
        before = _moved(now)
        _fill(now, org, person, counterpart, place, answer)
        _go(now, step, actor, at, words, before, helpers)


def follow(
    case: Case, name: str, actor: Actor, *, at: datetime, words: str = "", org: Org | None = None
) -> None:
    """Take a step because what the case is about has moved. Whether the person may was asked there, and what a step needs was given there; a
    pause ends with it. Errors: ``ValidationError`` when the case cannot take that step now."""
    with held(case) as now:
        step, before = _named(now, name), _moved(now)
        rights.check_parts(step, now)
        now.paused_at, now.pause_why = None, ""
        now.org = org or now.org
        _go(now, step, actor, at, words, before, None)


def _named(case: Case, name: str) -> Step:
    try:
        return case.flow.named(name, case.stage)
    except KeyError:
        raise ValidationError(f"“{case.stage}”环节不能办理“{name}”：请刷新页面看当前环节。") from None


def _go(
    now: Case, step: Step, actor: Actor, at: datetime, words: str, before: dict[str, Any], helpers: Sequence[Org] | None
) -> None:  # fmt: skip
    """Move a case that is held along ``step``, and note it; ``before``: as it was."""
    late = bool(now.due_at and now.due_at < at)
    facts: dict[str, Any] = {n: True for n in ("work", "back") if getattr(step, n)}
    if helpers is not None:
        facts["helpers"] = [o.name for o in helpers]
        facts["helped"] = list(now.helpers.values_list("pk", flat=True))
        now.helpers.set(helpers)
    move(now, step.end, at, back=step.back)
    records.save(now, actor, f"办理：{step.name}"[:200])
    note(
        now, K.STEP, actor, at, step=step.name, start=before["stage"], end=now.stage, text=words, before=before, late=late, **facts
    )  # fmt: skip
    _follow(now, actor, at)


def by_hand(case: Case, actor: Actor) -> None:
    """Errors: ``ValidationError`` for a person who acts on a case that follows what it is about."""
    if case.flow.driven and actor.user is not None:
        raise ValidationError(f"{case.code} 随它关联的事项办理：请到关联的页面办理。")


def _movable(case: Case) -> None:
    if case.merged_into_id:
        raise ValidationError(f"已并入 {case.merged_into}：请到那里办理。")
    if case.paused_at:
        raise ValidationError("这个问题暂停中：请先恢复计时再办理。")


def _fill(
    case: Case, org: Org | None, person: User | None, counterpart: str, place: str, answer: str
) -> None:
    case.org = org or case.org
    case.person = person or (case.person if org is None else None)
    case.counterpart = files.printable(counterpart).strip()[:80] or case.counterpart
    case.place = files.printable(place).strip()[:160] or case.place
    case.answer = files.printable(answer).strip() or case.answer


def move(case: Case, stage: str, at: datetime, *, back: bool = False) -> None:
    """Put a case into ``stage``: the term of the stage begins, a closed stage ends all terms and plans the look-back. Not stored."""
    case.stage, case.stage_at, case.escalated = stage, at, 0
    case.returns += back
    target = case.flow.stage(stage)
    if target.closed:
        case.closed_at, case.due_at = at, None
        case.revisit_on = next_revisit(case) if target.outcome == "done" else None
    else:
        case.closed_at = case.revisit_on = None
        case.due_at = stage_due(case, at)


def stage_due(case: Case, at: datetime) -> datetime | None:
    """When the present stage, begun at ``at``, must be left: its own term, never later than that of the whole case."""
    ends = (terms.due(case.county, case.flow, case.stage, at), case.final_at)
    return min((end for end in ends if end is not None), default=None)


def next_revisit(case: Case) -> Any:
    """The day of the next look-back of a closed case; None when all are done or none is due."""
    plan = case.flow.revisits(case.risk)
    if case.closed_at is None or case.revisits >= len(plan):
        return None
    return _months_later(case.closed_at.astimezone(LOCAL).date(), plan[case.revisits])


def _months_later(day: Any, months: int) -> Any:
    from calendar import monthrange

    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))


def _moved(case: Case) -> dict[str, Any]:
    kept = records.snapshot(case)
    return {name: kept[name] for name in MOVED}


def _follow(case: Case, actor: Actor, at: datetime) -> None:
    for follower in followers:
        follower(case, actor, at)


def take_back(case: Case, actor: Actor, *, at: datetime) -> None:
    """Undo the newest step: by who took it, within a day, while nothing happened after it.

    Errors: ``ValidationError`` in words.
    """
    with held(case) as now:
        by_hand(now, actor)
        last = now.events.exclude(kind__in=(K.REMINDED, K.NOTE)).last()
        if last is None or last.kind != K.STEP:
            raise ValidationError("最近一次办理之后又有别的记录，不能撤回：请用退回或重开。")
        if actor.user is not None and last.user_id != actor.user.pk:
            raise ValidationError("只能撤回自己刚办理的一步：请联系办理人，或用退回。")
        if at - last.at > TAKE_BACK:
            raise ValidationError("办理已超过 24 小时，不能撤回：请用退回或重开。")
        for name, value in last.facts["before"].items():
            setattr(now, name, Case._meta.get_field(name.removesuffix("_id")).to_python(value))
        if "helped" in last.facts:
            now.helpers.set(last.facts["helped"])
        records.save(now, actor, f"撤回：{last.step}"[:200])
        note(now, K.TAKEN_BACK, actor, at, step=last.step, start=last.end, end=now.stage, undid=last.pk)
        _follow(now, actor, at)
