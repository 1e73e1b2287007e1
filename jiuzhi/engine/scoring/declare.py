"""Measures: what a unit did in a month, counted from the records, with the records that were counted.

@measure("cases.overdue", "超期问题", unit="件", better="down")
def overdue(month, unit):
    ...
    return Measured(Decimal(n), "3 件超期", [Proof("case", case.pk, str(case)), …])
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Org


class Proof(NamedTuple):
    """One record that was counted: what kind of thing, its id, what people call it."""

    kind: str  # case, alert, commitment, value, late, patrol
    id: int
    label: str


@dataclass(frozen=True)
class Measured:
    """``value`` None: there was nothing to measure. ``why``: said in words."""

    value: Decimal | None
    why: str = ""
    proof: Sequence[Proof] = ()
    synthetic: bool = False


@dataclass(frozen=True)
class Month:
    """One county and month, "2026-10"; ``now`` cuts a month that is not over."""

    county: Org
    name: str
    now: datetime
    held: dict[str, Any] = field(default_factory=dict, compare=False)

    @cached_property
    def start(self) -> datetime:
        return datetime(int(self.name[:4]), int(self.name[5:]), 1, tzinfo=LOCAL)

    @cached_property
    def end(self) -> datetime:
        """The end of the month, or now."""
        return min((self.start + timedelta(days=32)).replace(day=1), self.now)

    @cached_property
    def last_day(self) -> date:
        return (self.end.astimezone(LOCAL) - timedelta(seconds=1)).date()

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """What ``make`` gives, read once for all units."""
        if name not in self.held:
            self.held[name] = make()
        return self.held[name]


@dataclass(frozen=True)
class Measure:
    """A declaration. ``better``: up or down."""

    code: str
    title: str
    unit: str
    better: str
    about: str
    function: Callable[[Month, Org], Measured]


MEASURES: dict[str, Measure] = {}


def measure(code: str, title: str, *, unit: str, better: str, about: str) -> Callable[[Any], Any]:
    """Declare a measure. Errors: ``ValueError`` for a code that is taken."""

    def declared(function: Callable[[Month, Org], Measured]) -> Callable[[Month, Org], Measured]:
        if code in MEASURES or better not in ("up", "down"):
            raise ValueError(f"measure {code} is declared twice, or better is {better}")
        MEASURES[code] = Measure(code, title, unit, better, about, function)
        return function

    return declared
