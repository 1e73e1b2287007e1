"""What happened in a month, counted for the county or for one unit from the same rows: read once, asked for as many units as there are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from django.db.models import Count

from jiuzhi.core.models import LateReport, Org
from jiuzhi.engine.cases.models import Case
from jiuzhi.engine.indicators import judged
from jiuzhi.engine.indicators.models import Judgement
from jiuzhi.engine.rules.models import Episode

from .declare import Month
from .measures import open_in, past_term


class Work(NamedTuple):
    """Counts of one unit (and all below it) in one month; None: not known, which is not none.

    opened, closed: cases in the month; running, overdue: at its end; alerts: that fired; late: reports; held, behind: commitments the unit
    answers for, and those of them that are late or badly late.
    """

    opened: int | None = None
    closed: int | None = None
    running: int | None = None
    overdue: int | None = None
    alerts: int | None = None
    late: int | None = None
    held: int | None = None
    behind: int | None = None


# Work's counts as they are printed: title, counter word, which way is better.
WORDS = (
    ("新增问题", "件", ""), ("办结问题", "件", "up"), ("月末在办", "件", ""), ("月末超期", "件", "down"), ("触发报警", "个", "down"),
    ("迟报", "次", "down"), ("承担承诺", "项", ""), ("滞后承诺", "项", "down"),
)  # fmt: skip


class Tally:
    """One county and month, cut at ``now``."""

    def __init__(self, county: Org, name: str, now: datetime) -> None:
        self.month = Month(county, name, now)
        self.begun = self.month.start <= now

    @cached_property
    def cases(self) -> list[Case]:
        return open_in(self.month)

    @cached_property
    def _alerts(self) -> list[tuple[str, int]]:
        fired = Episode.objects.filter(
            county=self.month.county, fired_at__gte=self.month.start, fired_at__lt=self.month.end
        )
        return list(fired.order_by().values_list("org__path").annotate(n=Count("pk")))

    @cached_property
    def _late(self) -> list[tuple[str, int]]:
        late = LateReport.objects.filter(
            period__county=self.month.county, reported_on__gte=self.month.start.date(), reported_on__lte=self.month.last_day
        )  # fmt: skip
        return list(late.order_by().values_list("org__path").annotate(n=Count("pk")))

    @cached_property
    def _judged(self) -> list[Judgement]:
        return list(judged.newest(self.month.county, self.month.last_day))

    @cached_property
    def _commitments(self) -> list[tuple[str, str]]:
        """(path of the owner, state) of every commitment somebody answers for."""
        return [(j.commitment.owner.path, j.state) for j in self._judged if j.commitment.owner]

    @property
    def synthetic(self) -> bool:
        """Whether anything simulated was counted."""
        simulated = Episode.objects.filter(
            county=self.month.county,
            fired_at__gte=self.month.start,
            fired_at__lt=self.month.end,
            synthetic=True,
        )
        return self.begun and (
            any(c.synthetic for c in self.cases)
            or any(j.synthetic for j in self._judged)
            or simulated.exists()
        )

    @cached_property
    def first(self) -> datetime | None:
        """When the county began to keep its problems here: what was before is unknown."""
        kept = Case.objects.filter(county=self.month.county).order_by("opened_at")
        return kept.values_list("opened_at", flat=True).first()

    def overdue(self) -> list[Case]:
        """Cases running past their term at the end of the month, the oldest term first."""
        late = [c for c in self._running(self.cases) if past_term(c, self.month.end)]
        return sorted(late, key=lambda c: c.due_at or c.opened_at)

    def _running(self, cases: Iterable[Case]) -> list[Case]:
        return [c for c in cases if not (c.closed_at and c.closed_at < self.month.end)]

    def of(self, unit: Org, *, compared: bool = False) -> Work:
        """The counts of ``unit``. ``compared``: as a month to compare with, where a month before everything is unknown."""
        if not self.begun or (compared and (self.first is None or self.month.end <= self.first)):
            return Work()
        cases = [c for c in self.cases if c.org.path.startswith(unit.path)]
        running = self._running(cases)
        mine = [state for path, state in self._commitments if path.startswith(unit.path)]
        known = bool(self._judged)  # before the first judgement nothing is known of any commitment
        return Work(
            opened=sum(c.opened_at >= self.month.start for c in cases), closed=len(cases) - len(running), running=len(running),
            overdue=sum(past_term(c, self.month.end) for c in running),
            alerts=sum(n for path, n in self._alerts if path.startswith(unit.path)),
            late=sum(n for path, n in self._late if path.startswith(unit.path)),
            held=len(mine) if known else None, behind=sum(state in ("late", "badly_late") for state in mine) if known else None,
        )  # fmt: skip
