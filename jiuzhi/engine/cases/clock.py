"""What time does to open cases: a reminder when most of a term is used, the unit's leader when it is over, the county's leader later."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError

from jiuzhi.core import records
from jiuzhi.core.local import LOCAL
from jiuzhi.core.records import SYSTEM
from jiuzhi.engine.notify.tell import tell

from . import terms, work
from .declare import WORKFLOWS
from .models import Case, CaseEvent
from .work import note

log = logging.getLogger(__name__)
K = CaseEvent.Kind
RED_AFTER = timedelta(
    days=15
)  # an overdue case turns from a yellow card to a red one (governance: problem_overdue, own)


def tick(now: datetime) -> int:
    """Close what was renewed, remind and escalate. Safe to repeat: each is told once. Returns how many were told."""
    told = 0
    close_renewed(now)
    running = Case.objects.filter(closed_at=None, paused_at=None).exclude(due_at=None)
    for case in running.filter(due_at__gte=now, due_at__lte=now + timedelta(days=14)).select_related(
        "org", "person"
    ):
        if terms.half_way(case.stage_at, case.due_at) <= now and _tell(case, now, "将到期", ("unit",), 0):
            told += 1
    for case in running.filter(due_at__lt=now, escalated__lt=2).select_related("org", "county", "person"):
        to = 2 if now - case.due_at >= RED_AFTER else 1
        if to > case.escalated:
            case.escalated = to
            records.save(case, SYSTEM, "超期提级")
            card = "红牌" if to == 2 else "黄牌"
            note(case, K.ESCALATED, SYSTEM, now, text=f"超期，{card}督办", card=card)
            told += _tell(
                case,
                now,
                f"超期（{card}）",
                ("unit", "leader", "plan_officer") if to == 2 else ("unit", "leader"),
                to,
            )
    today = now.astimezone(LOCAL).date()
    for case in (
        Case.objects.filter(revisit_on__lte=today).exclude(closed_at=None).select_related("org", "person")
    ):
        told += _tell(case, now, "该回头看了", ("plan_officer", "enforcement"), 0, str(case.revisit_on))
    return told


def _tell(case: Case, now: datetime, word: str, roles: tuple[str, ...], step: int, of: str = "") -> bool:
    due = f"期限 {case.due_at.astimezone(LOCAL):%Y-%m-%d %H:%M}" if case.due_at else ""
    fresh = tell(
        case.org, roles, f"【{word}】{case.title}", f"{case.code} {case.stage} {due}\n{case.org}".strip(), at=now, topic="case",
        link=f"case:{case.pk}", key=f"case:{case.pk}:{case.stage_at.isoformat()}:{word}:{step}:{of}",
        severity="high" if step else "mid", also=[case.person] if case.person else [], synthetic=case.synthetic,
    )  # fmt: skip
    return bool(fresh)


def close_renewed(now: datetime) -> int:
    """Close the renewals whose record holds longer than when they were opened. Returns how many. Safe to repeat."""
    done = 0
    renewals = [code for code, flow in WORKFLOWS.items() if flow.renewed_by]
    waiting = Case.objects.filter(workflow__in=renewals, closed_at=None, merged_into=None)
    for case in waiting.exclude(record=None).order_by("-pk"):  # parts before what they were split from
        opened = case.events.filter(kind=CaseEvent.Kind.OPENED).first()
        then, until = opened.facts.get("until") if opened else None, terms.expires(case)
        if then and until and until > date.fromisoformat(then):
            try:
                work.follow(case, case.flow.renewed_by, SYSTEM, at=now, words=f"有效期由 {then} 改为 {until}")
            except ValidationError:  # one that cannot go on stops neither the others nor the reminders
                log.exception("renewal %s cannot be closed", case.code)
            else:
                done += 1
    return done
