"""The plan's implementation evaluation as pure data: what a Word file, a PDF or a script needs, already in words.

Nothing here queries or draws. Built by ``gather.evaluation`` from the board's read models; laid out by ``compose``.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


class ReportError(ValueError):
    """A report that cannot be made. One Chinese sentence: what, where, how to mend."""


@dataclass(frozen=True)
class StateCount:
    """How many targets stand in one state, in a domain or in all."""

    name: str
    counts: dict[str, int]  # by state code, also 0
    total: int


@dataclass(frozen=True)
class TargetRow:
    """One target in the form of the plan's own table 专栏1."""

    number: int
    code: str
    name: str
    unit: str
    nature: str  # 约束性, 预期性 or "" where the plan does not say
    baseline: str  # "15.6（2025年）"
    target: str  # "≤20（2030年）"
    now: str  # "16.2（2026年至今）"
    state: str
    state_label: str
    reason: str
    owner: str
    group: str  # heading it stands under
    synthetic: bool


@dataclass(frozen=True)
class TaskRow:
    """One task and the targets that quantify it."""

    title: str
    owner: str
    targets: str  # "PM2.5 年均浓度：达标", "" when no target quantifies it


@dataclass(frozen=True)
class Section:
    """A section of a chapter (or the chapter's own rows, then ``title`` is empty)."""

    number: str
    title: str
    targets: list[TargetRow]
    tasks: list[TaskRow]


@dataclass(frozen=True)
class Chapter:
    number: str
    title: str
    counts: dict[str, int]
    total: int
    task_total: int
    sections: list[Section]


@dataclass(frozen=True)
class Curve:
    """A key target's course: what was promised, what was seen, and the forecast with its 90 % interval."""

    code: str
    title: str
    unit: str
    target: str
    state: str
    path: list[tuple[int, Decimal]]
    values: list[tuple[int, Decimal, bool]]  # year, value, year complete
    fan: list[tuple[int, float, float, float]]  # year, low, median, high
    caption: str
    synthetic: bool


@dataclass(frozen=True)
class LateRow:
    """A target that is late or without data: whose, why, how long is left."""

    name: str
    target: str
    now: str
    state: str
    state_label: str
    owner: str
    reason: str
    days_left: int | None
    synthetic: bool


@dataclass(frozen=True)
class OwnerLoad:
    """What one unit has to see to."""

    owner: str
    late: int
    no_data: int
    names: list[str]  # of the late ones, in full


@dataclass(frozen=True)
class PendingValue:
    """A reported value that waits for its approval."""

    name: str
    period: str
    value: str
    reported_by: str
    synthetic: bool


@dataclass(frozen=True)
class EditionRow:
    """The same number under another edition or formula, beside the one that counts."""

    name: str
    counted: str  # the value that counts, with period
    label: str
    value: str
    edition: str
    note: str


@dataclass(frozen=True)
class MeasuredRow:
    """An indicator computed from measurements, year by year. ``bound``: a target of the plan rests on it."""

    title: str
    unit: str
    years: list[tuple[str, str]]  # ("2026年至今", "16.2")
    bound: bool
    why: str
    synthetic: bool


@dataclass(frozen=True)
class Method:
    """How one computed indicator comes about."""

    title: str
    formula: str
    standard: str
    edition: str
    missing: str
    inputs: list[tuple[str, str]]
    notes: list[str]


@dataclass(frozen=True)
class StandardNote:
    """An edition the report rests on and how well its text has been verified."""

    edition: str
    title: str
    in_force: str
    verified: bool
    grade: str
    note: str


@dataclass(frozen=True)
class EvaluationReport:
    """Everything the evaluation of one plan says on one day."""

    title: str
    county: str
    county_code: str
    plan_title: str
    plan_version: str  # "第1版（印发稿）"
    period: str  # "2026—2030年"
    document: str
    sha256: str
    as_of: date
    judged_on: date
    synthetic: bool
    summary: list[str]
    counts: dict[str, int]
    total: int
    domains: list[StateCount]
    targets: list[TargetRow]
    chapters: list[Chapter]
    curves: list[Curve]
    late: list[LateRow]
    no_data: list[LateRow]
    owners: list[OwnerLoad]
    unassigned: list[str]
    pending: list[PendingValue]
    editions: list[EditionRow]
    methods: list[Method]
    standards: list[StandardNote]
    measured: list[MeasuredRow] = field(default_factory=list)
    scope_notes: list[tuple[str, str]] = field(
        default_factory=list
    )  # target, what differs in its name or scope
