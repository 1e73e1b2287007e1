"""The approval of reported values as cases: bound to what `plan.values` keeps, never a second truth.

One case for a commitment and a period. While a value waits it is the plan officer's turn (the county's), after a return the unit's.
"""

from __future__ import annotations

from datetime import datetime

from jiuzhi.core.records import SYSTEM, Actor
from jiuzhi.engine.indicators.models import ReportedValue

from . import work
from .declare import UNIT, stage, step, workdays, workflow
from .models import Case

_OFFICER = ("plan_officer", "admin")
_S = ReportedValue.Status

VALUE_APPROVAL = workflow(
    "value_approval", "填报审核", basis="责任单位填报、规划专员审核；谁填报谁不审核", driven=True, pausable=False,
    stages=[
        stage("待审核", within=workdays(3), owes="office"),
        stage("待改报", within=workdays(5)),
        stage("已通过", closed=True),
        stage("已撤回", closed=True, outcome="void"),
    ],
    steps=[
        step("审核通过", "待审核 待改报", "已通过", by=_OFFICER, someone_else=True),
        step("退回改报", "待审核", "待改报", by=_OFFICER, needs="words"),
        step("重新填报", "待改报", "待审核", by=UNIT),
        step("撤回", "待审核 待改报 已通过", "已撤回", by=UNIT),
    ],
    serves=["SYS-001"],
)  # fmt: skip


def follow(reported: ReportedValue, actor: Actor, said: str, at: datetime) -> None:
    """Bring the case of a value to where its commitment's values of that period stand; open one where there is none."""
    commitment = reported.commitment
    county, owner = commitment.plan.county, commitment.owner
    origin, target = f"value:{commitment.pk}:{reported.period}", _stands(reported)
    case = Case.objects.filter(county=county, origin=origin).order_by("-pk").first()
    if target == "待审核" and (case is None or not case.open):
        work.open_case(
            VALUE_APPROVAL, county, f"审核填报：{commitment.name} {reported.period}", SYSTEM, at=at, source="单位填报", commitment=commitment,
            detail=f"{actor.user or '系统'}{said}", origin=origin, helpers=[owner] if owner else [], synthetic=reported.synthetic,
        )  # fmt: skip
        return
    if case is None:  # reported before its approval was a case
        return
    found = next((s for s in case.flow.leaving(case.stage) if s.end == target), None)
    if found is not None:
        work.follow(case, found.name, actor, at=at, words=said, org=owner if target == "待改报" else county)
    else:  # a further value for the same period
        work.note(case, work.K.NOTE, actor, at, text=said)


def _stands(reported: ReportedValue) -> str:
    """The stage that the values of a commitment and period amount to."""
    values = ReportedValue.objects.filter(commitment=reported.commitment_id, period=reported.period)
    newest = values.exclude(status=_S.WITHDRAWN).order_by("-pk").first()
    if values.filter(status=_S.SUBMITTED).exists():
        return "待审核"
    if newest is None:
        return "已撤回"
    return {_S.APPROVED: "已通过", _S.RETURNED: "待改报"}[_S(newest.status)]
