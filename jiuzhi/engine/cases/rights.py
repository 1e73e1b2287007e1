"""Who may see a case and take which step of it. Read by the pages, asked by `work` before anything is written."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q, QuerySet

from jiuzhi.core import access
from jiuzhi.core.models import Grant, Org, User

from .declare import AFTER, COUNTERPART, EVIDENCE, FILE, NEEDS, PHOTO, PLACE, UNIT_NAMED, WORDS, Step
from .models import Case, CaseEvent, CaseFile


def visible(user: User, county: Org, action: str = "view_case") -> QuerySet[Case]:
    """The cases of a county that ``user`` may do ``action`` on: those of units within the grants, those in which such a unit helps, and
    those given to the person."""
    reach = access.within(user, action, county)
    found = Case.objects.filter(county=county)
    if reach is None:
        return found.none()
    if not reach:
        return found
    paths = [g.org.path for g in access.grants(user, action) if g.org.path.startswith(county.path)]
    below = Org.objects.filter(reduce(or_, (Q(path__startswith=p) for p in paths))).values("pk")
    helping = Case.helpers.through.objects.filter(org__in=below).values("case_id")
    return found.filter(reach | Q(pk__in=helping) | Q(person=user))


def may(user: User | None, action: str, case: Case) -> bool:
    """Whether ``user`` may do ``action`` on ``case``; the system (None) may."""
    return user is None or access.can(user, action, case.org, f"cases.{case.workflow}")


def sees(user: User, case: Case) -> bool:
    return visible(user, case.county).filter(pk=case.pk).exists()


def may_take(user: User | None, step: Step, case: Case) -> bool:
    """Whether a role of ``step`` is held in the case's unit or above it."""
    if user is None:
        return True
    held = access.grants(user, "work_case", f"cases.{case.workflow}")
    return any(g.role in step.by and case.org.path.startswith(g.org.path) for g in held)


def open_steps(user: User | None, case: Case) -> list[Step]:
    """The steps ``user`` could take now, ready or not."""
    if case.paused_at or case.flow.driven or case.merged_into_id:
        return []
    return [s for s in case.flow.leaving(case.stage) if may_take(user, s, case)]


def workers(case: Case) -> set[Any]:
    """Ids of those who claimed work done since the case was last sent back or opened again: they cannot verify it."""
    found: set[Any] = set()
    for event in case.events.all():
        if event.facts.get("back") or event.kind == CaseEvent.Kind.REOPENED:
            found = set()
        elif event.facts.get("work"):
            found.add(event.user_id)
    return found - {None}


def check_step(user: User | None, step: Step, case: Case, given: dict[str, Any]) -> None:
    """Errors: ``PermissionDenied``; ``ValidationError`` with what is missing. ``given``: words, place, unit, counterpart of this step."""
    if not may_take(user, step, case):
        roles = "、".join(str(Grant.Role(r).label) for r in step.by)
        raise PermissionDenied(f"没有权限办理“{step.name}”：需要{case.org}的{roles}。")
    if step.someone_else and user is not None and user.pk in workers(case):
        raise ValidationError(f"“{step.name}”要由没有参与整改的人办理：整改是您自己报的。")
    missing = [NEEDS[n] for n in step.needs if not _has(case, n, given)]
    if missing:
        how = (
            "请先上传"
            if all(n in EVIDENCE for n in step.needs if not _has(case, n, given))
            else "请先填写或上传"
        )
        raise ValidationError(f"办理“{step.name}”{how}：{'、'.join(missing)}。")
    if case.flow.stage(step.end).closed and case.parts.filter(closed_at=None).exists():
        raise ValidationError("拆出的问题还没有全部办结，不能销号：请先办结它们，或并回来。")


def _has(case: Case, need: str, given: dict[str, Any]) -> bool:
    if need == WORDS:
        return bool(str(given.get("words", "")).strip())
    if need == PLACE:
        return case.lon is not None or bool(case.place or given.get("place"))
    if need == UNIT_NAMED:
        return given.get("org") is not None or case.org.kind != Org.Kind.COUNTY
    if need == COUNTERPART:
        return bool(case.counterpart or given.get("counterpart"))
    files = CaseFile.objects.filter(case=case)
    if need == PHOTO:
        return files.filter(attachment__kind="photo").exists()
    if need == AFTER:
        since = _round_began(case)
        return files.filter(
            moment=CaseFile.Moment.AFTER, attachment__kind="photo", attachment__added_at__gte=since
        ).exists()
    return need == FILE and files.exists()


def _round_began(case: Case) -> Any:
    """When the present round of work began: photos of an earlier round prove nothing of this one."""
    again = case.events.filter(Q(kind=CaseEvent.Kind.REOPENED) | Q(facts__back=True)).last()
    return again.at if again else case.opened_at


__all__ = [
    "AFTER",
    "FILE",
    "PHOTO",
    "check_step",
    "may",
    "may_take",
    "open_steps",
    "sees",
    "visible",
    "workers",
]
