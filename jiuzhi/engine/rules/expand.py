"""Which series the watching rules of a county watch, with their limits ready to compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings

from jiuzhi.core.models import AuditHead

from . import declare
from .declare import Rule, Threshold
from .hysteresis import BAD, GOOD, HOLD, Conduct
from .look import Look
from .tuning import conduct_of, is_active

SCALE = 1_000_000  # values are compared as whole millionths: exactly
FRESH = timedelta(
    minutes=1
)  # limits may rest on values too (a temperature): after so long they are told anew
Series = tuple[str, str, str]  # station, property, kind


@dataclass(frozen=True)
class Watched:
    """A threshold of a rule, ready to compare: limits in millionths, mildest first."""

    rule: Rule
    threshold: Threshold
    conduct: Conduct
    limits: tuple[tuple[int, int], ...]
    release: int

    def verdict(self, scaled: int, qualifier: str = "") -> tuple[int, int]:
        """(GOOD, HOLD or BAD, level) of a value. A non-detect is never beyond an upper limit."""
        t = self.threshold
        if qualifier == "<" and not t.below:
            return GOOD, 0
        sign = -1 if t.below else 1
        passed = [
            level
            for limit, level in self.limits
            if sign * (scaled - limit) > 0 or (t.equal and scaled == limit)
        ]
        if passed:
            return BAD, max(passed)
        return (HOLD, 0) if sign * (scaled - self.release) > 0 else (GOOD, 0)


@dataclass
class Expanded:
    """``series``: what watches each; ``subjects``: (rule, subject) of all of it; ``failed``: rules that could not be told, and why."""

    series: dict[Series, list[Watched]] = field(default_factory=dict)
    subjects: set[tuple[str, str]] = field(default_factory=set)
    failed: dict[str, Exception] = field(default_factory=dict)


def scaled(value: Decimal) -> int:
    """A limit in millionths. Errors: ``ValueError`` for one finer than that."""
    whole = value * SCALE
    if whole != whole.to_integral_value():
        raise ValueError(f"limit {value} has more than six decimals")
    return int(whole)


_held: dict[tuple[str, str], tuple[Any, datetime, Expanded]] = {}


def expanded(look: Look) -> Expanded:
    """What is watched in the county of ``look``. Told anew when any record changed since, on another day, or after a minute."""
    place = (str(settings.HOME), look.county.code)
    print_ = (
        AuditHead.objects.values_list("last", flat=True).first(),
        look.today,
        tuple(map(id, _rules().values())),
    )
    known = _held.get(place)
    if known is not None and known[0] == print_ and timedelta(0) <= look.now - known[1] < FRESH:
        return known[2]
    found = _expand(look)
    _held[place] = (print_, look.now, found)
    return found


def _rules() -> Mapping[str, Rule]:
    return {code: rule for code, rule in declare.RULES.items() if rule.watches}


def _expand(look: Look) -> Expanded:
    found = Expanded()
    for rule in _rules().values():
        if not is_active(rule, look):
            continue
        conduct = conduct_of(rule, look)
        try:
            told = list(rule.function(look.as_(rule)))
        except Exception as error:  # noqa: BLE001 - one rule that cannot be told must not silence the others
            found.failed[rule.code] = error
            continue
        for t in told:
            try:
                if (rule.code, t.subject) in found.subjects:
                    raise ValueError(f"{t.subject} is told twice")
                one = _ready(rule, t, conduct)
            except Exception as error:  # noqa: BLE001 - nor one limit the others of its rule
                found.failed[rule.code] = error
                continue
            found.series.setdefault((t.station, t.item, t.kind), []).append(one)
            found.subjects.add((rule.code, t.subject))
    return found


def _ready(rule: Rule, t: Threshold, conduct: Conduct) -> Watched:
    limits = tuple((scaled(limit), level) for limit, level in t.limits)
    return Watched(rule, t, conduct, limits, scaled(t.release) if t.release is not None else limits[0][0])
