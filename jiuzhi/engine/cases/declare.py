"""Declared workflows: the stages a problem passes, the steps between them, who may take a step, what it needs, and by when.

    rectification = workflow(
        "rectification", "问题整改", basis="…",
        stages=[
            stage("交办", within=workdays(1, grade="own")),
            stage("整改", within=workdays(15, grade="own"), owes="unit"),
            stage("验收", owes="office"),
            stage("销号", closed=True),
        ],
        steps=[
            step("签收", "交办", "整改", by=UNIT),
            step("报验", "整改", "验收", by=UNIT, work=True, evidence="after"),
            step("通过", "验收", "销号", by=OFFICE, someone_else=True, needs="words"),
            step("退回", "验收", "整改", by=OFFICE, back=True, needs="words"),
        ],
        revisit=(3, 6, 12), serves=["SYS-005"],
    )

The first stage is where a case begins. One engine moves every workflow (`work`); how to add one: docs/cases.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from jiuzhi.core import workdays as calendar
from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Grant
from jiuzhi.engine.plan.systems import Serving, contribute

# Who takes a step: roles (`Grant.Role`) held in the case's unit or above it.
UNIT = ("unit", "chief", "monitoring", "enforcement", "duty", "plan_officer", "admin")
OFFICE = ("plan_officer", "monitoring", "enforcement", "duty", "admin")
LEADER = ("leader", "plan_officer", "admin")

WORDS, PLACE, UNIT_NAMED, COUNTERPART, ANSWER = "words", "place", "unit", "counterpart", "answer"
PHOTO, AFTER, FILE = "photo", "after", "file"
NEEDS = {
    WORDS: "情况说明", PLACE: "地点", UNIT_NAMED: "责任单位", COUNTERPART: "对方单位", ANSWER: "给反映人的答复", PHOTO: "照片",
    AFTER: "整改后的照片", FILE: "佐证文件",
}  # fmt: skip
EVIDENCE = (PHOTO, AFTER, FILE)
# How sure a deadline or a limit is: T read in the text of the law, 2 two sources, 1 one source, M from memory, own: default of the product.
GRADES = {"T": "原文", "2": "两处来源", "1": "一处来源", "M": "未核实", "own": "本县可调"}


@dataclass(frozen=True)
class Deadline:
    """A term of so many working days, calendar days or hours; exactly one is not 0. ``basis``: the text it stands in."""

    workdays: int = 0
    days: int = 0
    hours: int = 0
    grade: str = "own"
    basis: str = ""

    def __post_init__(self) -> None:
        if sum(map(bool, (self.workdays, self.days, self.hours))) != 1:
            raise ValueError("a deadline is so many working days, days or hours")
        if self.grade not in GRADES:
            raise ValueError(f"grade {self.grade}")

    def from_(self, start: datetime) -> datetime:
        """When a term that begins at ``start`` (with zone) ends: the last moment of a local day, or hours later to the minute."""
        if self.hours:
            return start + timedelta(hours=self.hours)
        day = start.astimezone(LOCAL).date()
        last = (
            calendar.after(day, self.workdays)
            if self.workdays
            else calendar.rolled(day + timedelta(days=self.days))
        )
        return datetime.combine(last, time(23, 59, 59), LOCAL)

    @property
    def said(self) -> str:
        return (
            f"{self.workdays} 个工作日"
            if self.workdays
            else f"{self.days} 天"
            if self.days
            else f"{self.hours} 小时"
        )


def workdays(days: int, grade: str = "own", basis: str = "") -> Deadline:
    """A term of working days (`core.workdays`)."""
    return Deadline(workdays=days, grade=grade, basis=basis)


def days(number: int, grade: str = "own", basis: str = "") -> Deadline:
    """A term of calendar days; when it ends on a holiday it ends on the first working day after."""
    return Deadline(days=number, grade=grade, basis=basis)


def hours(number: int, grade: str = "own", basis: str = "") -> Deadline:
    """A term of hours, which runs through nights and holidays."""
    return Deadline(hours=number, grade=grade, basis=basis)


@dataclass(frozen=True)
class Stage:
    """Where a case stands. ``within``: how long it may stay; ``owes``: whose turn it is, "unit" or "office"; ``closed``: nothing more
    is due; ``outcome``: "done", or "void" for a case that came to nothing (not established, withdrawn)."""

    name: str
    within: Deadline | None = None
    owes: str = "unit"
    closed: bool = False
    outcome: str = "done"


@dataclass(frozen=True)
class Step:
    """One step. ``by``: roles, none for a step that the system alone takes; ``needs``: of NEEDS; ``work``: it claims that something was done; ``someone_else``: nobody who did such
    work since the case was last sent back; ``back``: it sends the work back, and is counted."""

    name: str
    start: tuple[str, ...]
    end: str
    by: tuple[str, ...] = UNIT
    needs: tuple[str, ...] = ()
    work: bool = False
    someone_else: bool = False
    back: bool = False


@dataclass(frozen=True, eq=False)
class Workflow:
    """A declaration. ``within``: a term for the whole case; ``pausable``: the clock may stop, with a reason; ``revisit``: months after
    closure when somebody looks again, for a case of high risk all, of middle risk the later ones, of low risk the last; ``driven``: its steps
    are taken where the subject is handled, not on the case; ``public``: people may see number, title, stage and answer; ``hands_over``: another
    body takes over, so a counterpart is named; ``renewed_by``: the step the system takes when the record's expiry has moved on."""

    code: str
    title: str
    stages: tuple[Stage, ...]
    steps: tuple[Step, ...]
    basis: str = ""
    within: Deadline | None = None
    pausable: bool = True
    revisit: tuple[int, ...] = ()
    driven: bool = False
    public: bool = False
    hands_over: bool = False
    renewed_by: str = ""
    kinds: tuple[str, ...] = ()
    serves: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [s.name for s in self.stages]
        if len(set(names)) < len(names):
            raise ValueError(f"{self.code}: a stage is named twice")
        if self.stages[0].closed or not any(s.closed for s in self.stages):
            raise ValueError(f"{self.code}: begins closed, or never ends")
        for one in self.steps:
            if unknown := {*one.start, one.end} - set(names):
                raise ValueError(f"{self.code}: step {one.name} names {unknown}, which is no stage")
            if unknown := (set(one.by) - set(Grant.Role.values)) | (set(one.needs) - set(NEEDS)):
                raise ValueError(f"{self.code}: step {one.name} names {unknown}")
        if len({(s.name, start) for s in self.steps for start in s.start}) < sum(
            len(s.start) for s in self.steps
        ):
            raise ValueError(f"{self.code}: two steps of one name leave the same stage")
        if stuck := {s.name for s in self.stages if not s.closed} - {n for s in self.steps for n in s.start}:
            raise ValueError(f"{self.code}: no step leaves {stuck}")

    @property
    def first(self) -> Stage:
        return self.stages[0]

    def stage(self, name: str) -> Stage:
        """Errors: ``KeyError`` for a stage nobody declared."""
        found = next((s for s in self.stages if s.name == name), None)
        if found is None:
            raise KeyError(name)
        return found

    def leaving(self, stage: str) -> list[Step]:
        return [s for s in self.steps if stage in s.start]

    def named(self, name: str, stage: str) -> Step:
        """Errors: ``KeyError`` for a step that does not leave ``stage``."""
        found = next((s for s in self.leaving(stage) if s.name == name), None)
        if found is None:
            raise KeyError(name)
        return found

    def revisits(self, risk: str) -> tuple[int, ...]:
        """Months after closure when a case of this risk (高 中 低) is looked at again."""
        drop = {"高": 0, "中": 1, "低": len(self.revisit) - 1}.get(risk, 1)
        return self.revisit[min(max(drop, 0), max(len(self.revisit) - 1, 0)) :]


WORKFLOWS: dict[str, Workflow] = {}


def stage(
    name: str,
    *,
    within: Deadline | None = None,
    owes: str = "unit",
    closed: bool = False,
    outcome: str = "done",
) -> Stage:
    """A `Stage`."""
    return Stage(name, within, owes, closed, outcome)


def _words(text: str | Iterable[str]) -> tuple[str, ...]:
    return tuple(text.split()) if isinstance(text, str) else tuple(text)


def step(
    name: str, start: str | Sequence[str], end: str, *, by: Sequence[str] = UNIT, needs: str | Sequence[str] = (), work: bool = False,
    someone_else: bool = False, back: bool = False,
) -> Step:  # fmt: skip
    """A `Step`; words may be written parted by blanks."""
    return Step(name, _words(start), end, tuple(by), _words(needs), work, someone_else, back)


def workflow(
    code: str, title: str, *, stages: Sequence[Stage], steps: Sequence[Step], basis: str = "", within: Deadline | None = None,
    pausable: bool = True, revisit: Sequence[int] = (), driven: bool = False, public: bool = False, hands_over: bool = False,
    renewed_by: str = "", kinds: Sequence[str] = (), serves: Sequence[str] = (),
) -> Workflow:  # fmt: skip
    """Declare a workflow. Errors: ``ValueError`` for a code that is taken, or a declaration that does not hold together."""
    if code in WORKFLOWS:
        raise ValueError(f"workflow {code} is declared twice")
    WORKFLOWS[code] = Workflow(
        code, title, tuple(stages), tuple(steps), basis, within, pausable, tuple(revisit), driven, public, hands_over,
        renewed_by, tuple(kinds), tuple(serves),
    )  # fmt: skip
    return WORKFLOWS[code]


@contribute
def _served() -> Iterable[tuple[str, Serving]]:
    for flow in WORKFLOWS.values():
        for system in flow.serves:
            yield system, Serving("流程", flow.code, flow.title, "cases")
