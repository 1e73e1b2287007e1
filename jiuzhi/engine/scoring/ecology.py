"""The monthly ecology report (生态报表) as pure data: the county's month beside the month before and the same month of the year before,
then every unit with its rank. Nothing here draws."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q

from jiuzhi.core.models import LateReport, Org
from jiuzhi.core.periods import month_before
from jiuzhi.engine.cases.models import Case
from jiuzhi.engine.indicators.models import ComputedValue
from jiuzhi.engine.indicators.registry import INDICATORS
from jiuzhi.engine.rules.models import Episode

from .declare import Month
from .measures import past_term
from .models import GROUPS, Score, ScoreMonth


@dataclass(frozen=True)
class Figure:
    """One number of the county with the two months it is compared with; None where there is none. ``better``: up, down, or ""."""

    title: str
    unit: str
    now: Decimal | None
    before: Decimal | None
    year_before: Decimal | None
    better: str = ""
    note: str = ""


@dataclass(frozen=True)
class UnitRow:
    """A unit's place. ``moved``: places gained since the month before (negative: lost), None when it was not scored then."""

    score: Score
    before: Score | None
    year_before: Score | None

    @property
    def moved(self) -> int | None:
        return self.before.rank - self.score.rank if self.before else None

    @property
    def gained(self) -> Decimal | None:
        return self.score.total - self.before.total if self.before else None

    @property
    def gained_year(self) -> Decimal | None:
        return self.score.total - self.year_before.total if self.year_before else None


@dataclass(frozen=True)
class Ecology:
    """The report of one county and month. ``before`` and ``year_before``: the months it is compared with, named in every heading."""

    county: Org
    month: str
    before: str
    year_before: str
    held: ScoreMonth | None
    work: list[Figure]
    indicators: list[Figure]
    groups: list[tuple[str, list[UnitRow]]]
    problems: list[Case]
    synthetic: bool


def year_earlier(month: str) -> str:
    """ "2025-10" for "2026-10"."""
    return f"{int(month[:4]) - 1}{month[4:]}"


def ecology(county: Org, month: str, now: datetime) -> Ecology:
    """Gather the report of a month that has begun by ``now``."""
    before, year_before = month_before(month), year_earlier(month)
    held = ScoreMonth.objects.filter(county=county, month=month).first()
    groups = _groups(county, month, before, year_before)
    work, problems = _work(county, month, before, year_before, now)
    indicators, simulated = _indicators(county, month, before, year_before)
    synthetic = simulated or bool(held and held.synthetic) or any(c.synthetic for c in problems)
    return Ecology(county, month, before, year_before, held, work, indicators, groups, problems, synthetic)


def _groups(county: Org, *months: str) -> list[tuple[str, list[UnitRow]]]:
    found = Score.objects.filter(month__county=county, month__month__in=months).select_related(
        "unit", "card", "month"
    )
    by_month = {m: {s.unit_id: s for s in found if s.month.month == m} for m in months}
    now, before, year_before = (by_month[m] for m in months)
    rows = [UnitRow(s, before.get(pk), year_before.get(pk)) for pk, s in now.items()]
    rows.sort(key=lambda r: (r.score.rank, r.score.unit.path))
    return [
        (word, mine)
        for group, word in GROUPS.items()
        if (mine := [r for r in rows if r.score.card.group == group])
    ]


def _counts(county: Org, month: str, now: datetime) -> tuple[list[int | None], list[Case]]:
    of = Month(county, month, now)
    cases = Case.objects.filter(county=county, merged_into=None)
    if of.start > now:
        return [None] * 6, []
    opened = cases.filter(opened_at__gte=of.start, opened_at__lt=of.end).count()
    closed = cases.filter(closed_at__gte=of.start, closed_at__lt=of.end).count()
    running = list(
        cases.filter(opened_at__lt=of.end)
        .filter(Q(closed_at=None) | Q(closed_at__gte=of.end))
        .select_related("org")
    )
    late = [c for c in running if past_term(c, of.end)]
    alerts = Episode.objects.filter(county=county, fired_at__gte=of.start, fired_at__lt=of.end).count()
    reports = LateReport.objects.filter(
        period__county=county, reported_on__gte=of.start.date(), reported_on__lte=of.last_day
    ).count()
    return [opened, closed, len(running), len(late), alerts, reports], sorted(
        late, key=lambda c: c.due_at or c.opened_at
    )


_WORK = (
    ("新增问题", "件", ""), ("办结问题", "件", "up"), ("月末在办", "件", ""), ("月末超期", "件", "down"), ("触发报警", "个", "down"),
    ("迟报", "次", "down"),
)  # fmt: skip


def _work(
    county: Org, month: str, before: str, year_before: str, now: datetime
) -> tuple[list[Figure], list[Case]]:
    counted, problems = _counts(county, month, now)
    earlier, year = _counts(county, before, now)[0], _counts(county, year_before, now)[0]
    # What happened before the county kept its problems here is unknown, not none.
    first = (
        Case.objects.filter(county=county).order_by("opened_at").values_list("opened_at", flat=True).first()
    )

    def known(name: str, values: list[int | None]) -> list[int | None]:
        return values if first is not None and Month(county, name, now).end > first else [None] * len(values)

    rows = zip(_WORK, counted, known(before, earlier), known(year_before, year), strict=True)
    return [
        Figure(t, u, _exact(n), _exact(b), _exact(y), better) for (t, u, better), n, b, y in rows
    ], problems


def _exact(count: int | None) -> Decimal | None:
    return None if count is None else Decimal(count)


def _indicators(county: Org, *months: str) -> tuple[list[Figure], bool]:
    values = ComputedValue.objects.filter(county=county, period__in=months)
    held = {(v.indicator, v.period): v for v in values}
    found = []
    for code, declared in INDICATORS.items():
        now = held.get((code, months[0]))
        if now is None or now.value is None:
            continue
        others = [held.get((code, m)) for m in months[1:]]
        before, year = (v.value if v is not None else None for v in others)
        note = "" if now.complete else f"数据截至 {now.data_to:%m-%d}"
        found.append(Figure(declared.title, now.unit, now.value, before, year, declared.better, note))
    return found, any(v.synthetic for v in held.values())
