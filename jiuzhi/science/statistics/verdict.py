"""What is said of a commitment, and the thresholds between the states."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction


class State(StrEnum):
    MET = "met"
    ON_TRACK = "on_track"
    LATE = "late"
    BADLY_LATE = "badly_late"
    NO_DATA = "no_data"


RANK = {State.MET: 0, State.ON_TRACK: 1, State.LATE: 2, State.BADLY_LATE: 3}
"""Better first. No data has no rank: it is not a judgement."""


@dataclass(frozen=True)
class Thresholds:
    """Where 滞后 becomes 严重滞后, and when a value is too old to judge by. Written here once; reasons in docs/progress.md."""

    badly_late_years: Fraction = Fraction(1)  # a whole year of planned progress behind the path
    hold_badly: Fraction = Fraction(1, 10)  # a tenth of the limit beyond the limit
    hold_badly_years: int = 2  # or beyond it in two years running
    stale_days: int = 550  # yearly figures come out up to half a year late


@dataclass(frozen=True)
class Verdict:
    """What is said of a commitment on a day. ``expected``, slopes [unit per year]; ``years_behind`` [years of the path]."""

    state: State
    reason: str
    value: Decimal | None = None
    period: str = ""
    expected: Decimal | None = None
    slope_needed: Decimal | None = None
    slope_seen: Decimal | None = None
    years_behind: Decimal | None = None
    path: list[tuple[int, Decimal, str]] = field(default_factory=list)
