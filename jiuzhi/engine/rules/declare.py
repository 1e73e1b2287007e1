"""Declared rules: when to raise an alarm, when to let it go, why, how to mend it, and on what law it rests.

Two forms, both found in a domain's ``rules.py`` when the application starts. A *watch* names series of values and their limits; every value
that arrives is one evaluation:

    @watch("water.auto_exceeds", "自动站水质超考核类别", severity="high", fire=3, clear=6, why="…", fix="…",
           standard="GB 3838-2002", basis="表 1", grade="T", cause="水质", opens="exceedance", serves=["SYS-039"])
    def auto_exceeds(look):
        for station in look.stations("river", "lake"):
            yield Threshold(station.code, "TP", "4h", limits=[(limit, 0)], …)

A *rule* says what is wrong now; each look (``every``) is one evaluation, and what is no longer said is good again:

    @rule("risk.supply_short", "应急物资低于最低储备", severity="mid", every="day", why="…", fix="…", grade="own", …)
    def supply_short(look):
        for supply in look.register("risk.supply"):
            if supply.quantity < supply.minimum:
                yield Finding(f"record:risk.supply:{supply.pk}", supply.item, org=supply.org, value=supply.quantity, …)

Functions read through `look` only: no clock, no writing. How to add one: docs/rules.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from jiuzhi.core.models import Grant, Org
from jiuzhi.engine.cases.declare import GRADES
from jiuzhi.engine.notify.severity import SEVERITIES
from jiuzhi.engine.plan.systems import Serving, contribute

from .hysteresis import Conduct

if TYPE_CHECKING:
    from .look import Look

LEVELS = ("", "蓝", "黄", "橙", "红")  # of warnings; "" for a rule without levels
EVERY = {
    "minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1),
}  # fmt: skip
# After how long an alarm nobody acknowledged goes up: to the leader of the unit, then to the county. By severity.
ESCALATION = {
    "critical": (timedelta(minutes=30), timedelta(hours=2)),
    "high": (timedelta(hours=4), timedelta(hours=24)),
    "mid": (timedelta(hours=24), timedelta(hours=72)),
}


@dataclass(frozen=True)
class Param:
    """A number a county may change, from 0 to ``most``. ``words``: what it is; ``unit`` as printed."""

    value: Decimal
    words: str
    unit: str = ""

    @property
    def most(self) -> int:
        """What no county means in earnest: ten years of days, a year of hours, twelve months."""
        return {"天": 3650, "h": 8760, "月": 12}.get(self.unit, 10**9)


@dataclass(frozen=True)
class Threshold:
    """One series of values and what is too much (or, ``below``, too little) of it.

    ``limits``: (limit, level 0–4), mildest first; a value equal to a limit is not beyond it unless ``equal``. ``release``: what a value must
    come back to before it counts as good; None: the mildest limit itself. Between the two an alarm holds. In the unit of the series.
    """

    station: str
    item: str  # a property of `observe.properties`
    kind: str
    limits: Sequence[tuple[Decimal, int]]
    name: str  # of the place and the item, as people call them: "任河 水寨子 总磷"
    unit: str = ""
    below: bool = False
    equal: bool = False
    release: Decimal | None = None
    org: Org | None = None
    basis: str = ""  # of this limit, where it differs from the rule's
    synthetic: bool = False

    @property
    def subject(self) -> str:
        """Both ends of a range (pH) may be watched; each is a subject of its own."""
        return f"series:{self.station}:{self.item}:{self.kind}{':below' if self.below else ''}"


@dataclass(frozen=True)
class Finding:
    """What is wrong now with one subject. ``subject`` stays the same while it is wrong ("record:risk.supply:17", "device:…").

    ``rows``: what it rests on, as links the page opens: {"record": [register, pk]}, {"series": [station, property, kind]},
    {"commitment": pk}, {"table": [name, {column: value}]}, or {"label": …, "value": …} for a plain fact.
    """

    subject: str
    name: str
    text: str = ""
    value: Decimal | None = None
    limit: Decimal | None = None
    unit: str = ""
    level: int = 0
    org: Org | None = None
    station: str = ""
    point: tuple[Any, Any] | None = None
    place: str = ""
    at: datetime | None = None  # of the data, when it is not the moment of the look
    basis: str = ""
    rows: Sequence[Mapping[str, Any]] = ()
    holds: bool = False  # no longer bad enough to fire, not yet good
    synthetic: bool = False

    @classmethod
    def of(cls, record: Any, text: str, **more: Any) -> Finding:
        """What is wrong with a record of a register: its own subject, name and unit, unless ``more`` says otherwise. A place is said by the
        rule: not every place may be told."""
        code = record._meta.label_lower
        own = {
            "subject": f"record:{code}:{record.pk}", "name": str(record), "org": record.org, "rows": [{"record": [code, record.pk]}],
            "synthetic": record.synthetic,
        }  # fmt: skip
        return cls(text=text, **own | more)


@dataclass(frozen=True, eq=False)
class Rule:
    """A declaration. ``fire`` and ``clear``: how many evaluations in a row; ``gap``: a longer silence breaks a row; ``rejoin``: bad again so
    soon after it cleared, it is the same episode. ``cause``: with the place it groups alarms that are one event. ``quiet``: local hours in
    which nobody is woken for it ("22-7"; critical ones ignore it). ``tells``: roles in the unit. ``opens``: a workflow. ``late``: values
    that come after the fact (samples) still raise an alarm."""

    code: str
    title: str
    severity: str
    why: str
    fix: str
    cause: str
    function: Callable[[Look], Iterable[Any]]
    watches: bool
    standard: str = ""
    basis: str = ""
    grade: str = "own"
    fire: int = 1
    clear: int = 1
    gap: timedelta | None = None
    rejoin: timedelta = timedelta(hours=1)
    every: str = "minute"
    quiet: str = ""
    tells: tuple[str, ...] = ("unit", "monitoring")
    opens: str = ""
    late: bool = False
    params: Mapping[str, Param] = field(default_factory=dict)
    serves: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.severity not in SEVERITIES or self.grade not in GRADES or self.every not in EVERY:
            raise ValueError(f"{self.code}: severity {self.severity}, grade {self.grade}, every {self.every}")
        if not (self.why and self.fix and self.cause):
            raise ValueError(f"{self.code}: an alarm says why, how to mend it, and of what cause it is")
        if unknown := set(self.tells) - set(Grant.Role.values):
            raise ValueError(f"{self.code} tells {unknown}")
        if self.grade in ("T", "2") and not (self.standard or self.basis):
            raise ValueError(f"{self.code}: a text that was read is named")

    @property
    def conduct(self) -> Conduct:
        return Conduct(self.fire, self.clear, self.gap, self.rejoin)

    @property
    def domain(self) -> str:
        return self.code.partition(".")[0]


RULES: dict[str, Rule] = {}
_Function = Callable[["Look"], Iterable[Any]]


def _declare(
    watches: bool, code: str, title: str, options: dict[str, Any]
) -> Callable[[_Function], _Function]:
    params = {name: Param(Decimal(str(p[0])), *p[1:]) for name, p in options.pop("params", {}).items()}
    for name in ("tells", "serves"):
        if name in options:
            options[name] = tuple(options[name])

    def declared(function: _Function) -> _Function:
        if code in RULES:
            raise ValueError(f"rule {code} is declared twice")
        RULES[code] = Rule(code, title, function=function, watches=watches, params=params, **options)
        return function

    return declared


def watch(code: str, title: str, **options: Any) -> Callable[[_Function], _Function]:
    """Declare a rule over values as they arrive; the function yields `Threshold`. ``options``: fields of `Rule`; ``params``: name → (value,
    words, unit). Errors: ``ValueError``, ``TypeError`` for what does not hold together."""
    return _declare(True, code, title, options)


def rule(code: str, title: str, **options: Any) -> Callable[[_Function], _Function]:
    """Declare a rule that looks at how things stand; the function yields `Finding`. Otherwise as `watch`."""
    return _declare(False, code, title, options)


@contribute
def _served() -> Iterable[tuple[str, Serving]]:
    for declared in RULES.values():
        for system in declared.serves:
            yield system, Serving("规则", declared.code, declared.title, "alerts")
