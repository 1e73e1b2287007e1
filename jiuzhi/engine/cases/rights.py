"""Who may see a case and take which step of it. Read by the pages, asked by `work` before anything is written."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q, QuerySet

from jiuzhi.core import access
from jiuzhi.core.models import Grant, Org, User

from .declare import (
    AFTER,
    ANSWER,
    COUNTERPART,
    EVIDENCE,
    FILE,
    NEEDS,
    PHOTO,
    PLACE,
    UNIT_NAMED,
    WORDS,
    Step,
    Workflow,
)
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
    # Each way of its own over its own index: all three as one condition would look at every case of the county.
    cases = Case.objects.order_by()
    ways = [cases.filter(way).values("pk") for way in (Q(org__in=below), Q(person=user))]
    return found.filter(pk__in=helping.union(*ways, all=True))


def may(user: User | None, action: str, case: Case) -> bool:
    """Whether ``user`` may do ``action`` on ``case``; the system (None) may."""
    return user is None or access.can(user, action, case.org, f"cases.{case.workflow}")


def works_on(user: User | None, case: Case) -> bool:
    """Whether ``user`` may add to a case: who works in its unit or above, in a helping unit, or has it in hand."""
    return user is None or visible(user, case.county, "work_case").filter(pk=case.pk).exists()


# Where a role is held, beside the unit a case is with, and whether a step of it may be taken from there.
PLACES = {"责任单位": True, "上级": True, "配合单位": False, "别的单位": False, "外县": False}


def allows(step: Step, role: str) -> bool:
    """Whether a step is for a role, where its place is right."""
    return role in step.by and role in access.ACTIONS["work_case"]


def may_take(user: User | None, step: Step, case: Case) -> bool:
    """Whether a role of ``step`` is held in the case's unit or above it."""
    if user is None:
        return True
    held = access.grants(user, "work_case", f"cases.{case.workflow}")
    return any(allows(step, g.role) and case.org.path.startswith(g.org.path) for g in held)


def matrix(flows: Iterable[Workflow]) -> list[dict[str, Any]]:
    """Every step × role × place, and whether it may be taken by hand."""
    return [
        {
            "workflow": flow.code, "step": step.name, "from": list(step.start), "to": step.end, "role": str(role), "place": place,
            "may": right and not flow.driven and allows(step, role),
        }
        for flow in flows for step in flow.steps for role in Grant.Role.values for place, right in PLACES.items()
    ]  # fmt: skip


def hands(county: Org) -> dict[User, Org]:
    """Who can have a case of a county in hand, each with the unit they work in: people with a role that works on cases there or above."""
    held = Grant.objects.filter(role__in=access.ACTIONS["work_case"], user__is_active=True).select_related(
        "user", "org"
    )
    inside = held.filter(Q(org__path__startswith=county.path) | Q(org__code__in=county.path.split("/")))
    found: dict[User, Org] = {}
    for grant in inside.order_by("-org__path", "user__first_name"):  # the unit nearest to the work
        if grant.covers("work_case", "") or grant.registers:
            found.setdefault(grant.user, grant.org)
    return found


def check_hand(person: User | None, case: Case) -> None:
    """Errors: ``ValidationError`` for a person who does not work on cases of the county, or not on these."""
    if person is None:
        return
    held = access.grants(person, "work_case", f"cases.{case.workflow}")
    if not any(
        g.org.path.startswith(case.county.path) or case.county.path.startswith(g.org.path) for g in held
    ):
        raise ValidationError(f"{person}没有办理{case.county}这类问题的权限：请换一个人，或先请管理员授权。")


def open_steps(user: User | None, case: Case) -> list[Step]:
    """The steps ``user`` could take now, ready or not."""
    if case.paused_at or case.flow.driven or case.merged_into_id:
        return []
    return [s for s in case.flow.leaving(case.stage) if may_take(user, s, case)]


def acts(case: Case) -> list[CaseEvent]:
    """The history without what was taken back."""
    listed = list(case.events.all())
    undone = {e.facts["undid"] for e in listed if "undid" in e.facts}
    return [e for e in listed if e.pk not in undone]


def _begins_anew(event: CaseEvent) -> bool:
    return bool(event.facts.get("back")) or event.kind == CaseEvent.Kind.REOPENED


def workers(case: Case) -> set[Any]:
    """Ids of those who claimed work done since the case was last sent back or opened again: they cannot verify it."""
    found: set[Any] = set()
    for event in acts(case):
        if _begins_anew(event):
            found = set()
        elif event.facts.get("work"):
            found.add(event.user_id)
    return found - {None}


def check_step(user: User | None, step: Step, case: Case, given: dict[str, Any]) -> None:
    """Errors: ``PermissionDenied``; ``ValidationError`` with what is missing. ``given``: words, place, unit, counterpart of this step."""
    if not may_take(user, step, case):
        if not step.by:
            raise PermissionDenied(f"“{step.name}”由系统自动办理。")
        roles = "、".join(str(Grant.Role(r).label) for r in step.by)
        raise PermissionDenied(f"没有权限办理“{step.name}”：需要{case.org}的{roles}。")
    org = given.get("org")
    if org is not None and UNIT_NAMED not in step.needs:
        raise ValidationError(f"“{step.name}”不改变责任单位：需要时请督办人员改派。")
    if org is not None and not org.path.startswith(case.county.path):
        raise ValidationError(f"{org}不在{case.county}：移交外县请登记“移交毗邻区县”。")
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
    check_parts(step, case)


def check_parts(step: Step, case: Case) -> None:
    """Errors: ``ValidationError`` for a step that would close a case before its parts are."""
    if case.flow.stage(step.end).closed and case.parts.filter(closed_at=None).exists():
        raise ValidationError("拆出的问题还没有全部办结，不能销号：请先办结它们，或并回来。")


def _has(case: Case, need: str, given: dict[str, Any]) -> bool:
    if need == WORDS:
        return bool(str(given.get("words", "")).strip())
    if need == PLACE:
        return case.lon is not None or bool(case.place or given.get("place"))
    if need == UNIT_NAMED:
        return given.get("org") is not None or case.org.kind != Org.Kind.COUNTY
    if need == ANSWER:
        return bool(str(given.get("answer", "")).strip())
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
    return next((e.at for e in reversed(acts(case)) if _begins_anew(e)), case.opened_at)
