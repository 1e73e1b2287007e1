"""The monthly ecology report (生态报表) as pure data: the county's month beside the month before and the same month of the year before,
then every unit with its rank. Nothing here draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from jiuzhi.core.models import Org
from jiuzhi.core.periods import month_before
from jiuzhi.engine.cases.models import Case
from jiuzhi.engine.indicators.models import ComputedValue
from jiuzhi.engine.indicators.registry import INDICATORS

from .models import GROUPS, Score, ScoreMonth
from .tally import WORDS, Tally, Work


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
    work: Work

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
    tallies = [Tally(county, m, now) for m in (month, before, year_before)]
    groups = _groups(tallies[0], month, before, year_before)
    work, problems = figures(county, tallies), tallies[0].overdue()
    indicators, simulated = _indicators(county, month, before, year_before)
    synthetic = simulated or bool(held and held.synthetic) or any(t.synthetic for t in tallies)
    return Ecology(county, month, before, year_before, held, work, indicators, groups, problems, synthetic)


def _groups(tally: Tally, *months: str) -> list[tuple[str, list[UnitRow]]]:
    found = Score.objects.filter(month__county=tally.month.county, month__month__in=months).select_related(
        "unit", "card", "month"
    )
    by_month = {m: {s.unit_id: s for s in found if s.month.month == m} for m in months}
    now, before, year_before = (by_month[m] for m in months)
    rows = [UnitRow(s, before.get(pk), year_before.get(pk), tally.of(s.unit)) for pk, s in now.items()]
    rows.sort(key=lambda r: (r.score.rank, r.score.unit.path))
    return [
        (word, mine)
        for group, word in GROUPS.items()
        if (mine := [r for r in rows if r.score.card.group == group])
    ]


def figures(unit: Org, tallies: Sequence[Tally]) -> list[Figure]:
    """The counts of ``unit`` (or the county) beside those of the two months they are compared with."""
    now, before, year = (t.of(unit, compared=n > 0) for n, t in enumerate(tallies))
    return [
        Figure(title, counter, _exact(a), _exact(b), _exact(c), better)
        for (title, counter, better), a, b, c in zip(WORDS, now, before, year, strict=True)
    ]


def unit_figures(unit: Org, month: str, county: Org, now: datetime) -> tuple[list[Figure], bool]:
    """A unit's own month, for the page of its score, and whether anything simulated of the county was counted."""
    tallies = [Tally(county, m, now) for m in (month, month_before(month), year_earlier(month))]
    return figures(unit, tallies), any(t.synthetic for t in tallies)


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
