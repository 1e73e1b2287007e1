"""Read models for the screens and the reports: what is shown, already in words, with no HTML and no queries inside.

Built by `board.py`. Numbers are exact decimals; `state` is a code of `Judgement.State` (met, on_track, late, badly_late,
no_data) and `state_label` its Chinese word. `synthetic` is True wherever anything shown rests on simulated data.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

STATES = ("met", "on_track", "late", "badly_late", "no_data")
STATE_LABELS = {
    "met": "达标",
    "on_track": "正常",
    "late": "滞后",
    "badly_late": "严重滞后",
    "no_data": "无数据",
}
UNASSIGNED = "未指定责任单位"


@dataclass(frozen=True)
class DomainCard:
    """One of the governances (治水 治气 …): how its commitments stand."""

    domain: str
    counts: dict[str, int]  # every code of STATES, also when 0
    total: int
    sentence: str  # said aloud, one sentence


@dataclass(frozen=True)
class LateItem:
    """A commitment that is late (or has no data): whose it is, why, and how long is left."""

    commitment_id: int
    code: str
    name: str
    domain: str
    owner: str  # name of the unit, else UNASSIGNED
    owner_id: int | None
    state: str
    state_label: str
    reason: str
    target: str  # "≥83 %" ready to print
    target_year: int | None
    days_left: int | None  # from as_of to 31 December of the target year; negative when past
    value: Decimal | None
    unit: str
    period: str
    clause_id: int | None
    synthetic: bool


@dataclass(frozen=True)
class Scoreboard:
    """All target commitments of one plan on one day."""

    plan_id: int
    title: str
    county: str
    county_code: str
    as_of: date | None  # None: nothing judged yet
    total: int
    counts: dict[str, int]
    domains: list[DomainCard]  # in the plan's own order
    late: list[LateItem]  # badly late first, then late; by days left
    no_data: list[LateItem]  # without data, same shape
    silence: list[tuple[str, int]]  # why there are none, in words, and for how many: ("待填报或导入", 9)
    unassigned: int  # targets without a responsible unit
    sentence: str  # e.g. "截至2026年11月22日，87项目标中：达标12项、…"
    synthetic: bool


@dataclass(frozen=True)
class PathPoint:
    """The value that the path from baseline to target asks for at the end of `year`."""

    year: int
    value: Decimal
    basis: str  # 基线 | 路径 | 阶段目标 | 目标 | 限值


@dataclass(frozen=True)
class ValuePoint:
    """One value, computed or reported."""

    period: str  # "2026" or "2026-10"
    value: Decimal | None  # None: not enough data, see `why`
    complete: bool  # False: label it 至今
    label: str  # "2026年" or "2026年至今"
    source: str  # 计算 | 填报 | 规划原文
    data_to: date | None
    edition: str
    why: str
    synthetic: bool


@dataclass(frozen=True)
class Alternative:
    """The same number by another reading (other edition, other formula), shown beside the one that counts."""

    label: str
    value: Decimal | None
    unit: str
    edition: str
    note: str


@dataclass(frozen=True)
class Part:
    """What one station or section contributes to the latest computed value."""

    code: str
    name: str
    value: str  # printed as it stands: "15.2", "Ⅱ"
    unit: str
    note: str
    met: bool | None


@dataclass(frozen=True)
class RowsLink:
    """Where the rows under the number are: arguments for `assessed.read(table, **equals)`, to be cut to start..end."""

    table: str  # air_day, water_month …
    equals: dict[str, Any]
    start: date
    end: date


@dataclass(frozen=True)
class Explanation:
    """How the latest computed value came about."""

    indicator: str  # code
    title: str
    formula: str  # in words
    standard: str  # standard, edition and clause
    missing: str  # what happens with missing data, in words
    inputs: list[tuple[str, str]]  # ("有效天数", "326 天")
    notes: list[str]
    alternatives: list[Alternative]
    parts: list[Part]
    rows: list[RowsLink]


@dataclass(frozen=True)
class ReportedItem:
    """A value a unit has reported, with its evidence and its way through approval."""

    id: int
    period: str
    value: Decimal
    note: str
    status: str
    status_label: str
    evidence_name: str  # "" without evidence
    evidence_sha256: str
    reported_by: str
    reported_by_id: int | None
    reported_at: datetime
    decided_by: str
    decided_at: datetime | None
    decision_note: str
    synthetic: bool


@dataclass(frozen=True)
class TaskItem:
    id: int
    code: str
    title: str
    domain: str
    owner: str
    clause_id: int | None
    start: int
    end: int


@dataclass(frozen=True)
class CommitmentItem:
    """A commitment in a list or tree."""

    id: int
    code: str
    name: str
    domain: str
    place: str
    kind: str  # target baseline achieved scale
    kind_label: str
    progress: str
    progress_label: str
    target: str  # "≤20 微克/立方米", "市级下达"
    value: Decimal | None
    value_text: str
    unit: str
    year: int | None
    nature: str
    owner: str
    owner_id: int | None
    state: str  # "" when it is not a target
    state_label: str
    reason: str
    now: Decimal | None  # latest judged value
    now_period: str
    probability: float | None  # of meeting the target in its year; None: too little data
    clause_id: int | None
    synthetic: bool
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Crumb:
    clause_id: int
    level: str
    number: str
    title: str


@dataclass(frozen=True)
class CommitmentView:
    """One commitment in full."""

    item: CommitmentItem
    as_of: date | None
    plan_id: int
    plan_title: str
    county_code: str
    breadcrumbs: list[Crumb]
    baseline: Decimal | None
    baseline_year: int | None
    baseline_name: str  # as the plan names it; may differ from item.name
    expected: Decimal | None  # what the path asks for at `item.now_period`
    slope_needed: Decimal | None  # per year from now on
    slope_seen: Decimal | None  # per year so far
    path: list[PathPoint]
    series: list[ValuePoint]  # oldest first; what was judged
    monthly: list[ValuePoint]  # finer series where there is one (for the chart), else []
    forecast: dict[str, Any]  # science.statistics.forecast.Forecast.as_dict(); {} when not judged yet
    edition: str
    explanation: Explanation | None  # None: reported by hand
    scope_notes: list[str]  # renamed, other scope, inferred year …: shown beside the number
    reported: list[ReportedItem]
    tasks: list[TaskItem]
    synthetic: bool


@dataclass(frozen=True)
class TreeNode:
    """A clause with everything that stands below it."""

    clause_id: int
    code: str
    level: str
    level_label: str
    number: str
    title: str
    start: int
    end: int
    counts: dict[str, int]  # targets by state, this clause and below
    total: int  # targets, this clause and below
    task_total: int
    commitments: list[CommitmentItem]
    tasks: list[TaskItem]
    children: list["TreeNode"] = field(default_factory=list)


@dataclass(frozen=True)
class PlanTree:
    plan_id: int
    title: str
    county_code: str
    as_of: date | None
    chapters: list[TreeNode]
    loose: list[CommitmentItem]  # commitments without a clause
    synthetic: bool


@dataclass(frozen=True)
class SectionToday:
    station_id: int | None
    code: str
    name: str
    water_body: str
    target: str
    latest_class: str
    met: bool | None
    period: str
    exceeding: str
    synthetic: bool


@dataclass(frozen=True)
class Today:
    """Today's air and water of a county, from the assessed tables (`assessed.latest`)."""

    air: dict[str, Any]  # aqi, level, primary, hour/day, synthetic …; {} without data
    sections: list[SectionToday]
    synthetic: bool
