"""How things stand, looked at on schedule: what a rule says is wrong now fires or goes on, what it no longer says clears."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Org

from . import episodes, memory, telling, upkeep, watching
from . import faults as faulty
from .declare import EVERY, RULES, Finding, Rule
from .hysteresis import BAD, GOOD, HOLD, Event, Memory, run
from .look import Look
from .models import Episode
from .tuning import conduct_of, is_active


def look_at(county: Org, now: datetime, *, only: Iterable[str] | None = None, force: bool = False) -> int:
    """Evaluate the rules of ``county`` that are due at ``now`` (or ``only`` some, due or not with ``force``). Returns how many alarms began."""
    look, begun = Look(county, now), 0
    with memory.opened() as database:
        for rule in RULES.values():
            if rule.watches or (only is not None and rule.code not in only):
                continue
            stamp = _stamp(rule, now)
            name = f"{county.code}:{rule.code}"
            if not force and memory.mark(database, name) == stamp.isoformat():
                continue
            try:
                # Of a rule that is switched off nothing is wrong: what was on clears.
                active = is_active(rule, look)
                found = {f.subject: f for f in rule.function(look.as_(rule))} if active else {}
            except Exception as error:  # noqa: BLE001 - one rule that cannot be told must not silence the others
                faulty.note(database, look, {rule.code: error})
                continue
            faulty.note(database, look, {}, judged=rule.code)
            happened = _judge(database, look, rule, found, now if force else stamp)
            telling.tell(look, happened)
            memory.set_mark(database, name, stamp.isoformat())
            begun += sum(h.begins for h in happened)
        if only is None:
            watching.let_go(database, look)
    return begun


def _stamp(rule: Rule, now: datetime) -> datetime:
    """The begin of the minute, hour or local day of a look: within it a rule is looked at once."""
    local = now.astimezone(LOCAL)
    if rule.every == "day":
        return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    step = EVERY[rule.every]
    return datetime.fromtimestamp(now.timestamp() // step.total_seconds() * step.total_seconds(), UTC)


def _judge(
    database: Any, look: Look, rule: Rule, found: dict[str, Finding], stamp: datetime
) -> list[episodes.Happening]:
    known = {subject: m for (_code, subject), m in memory.read(database, look.county.code, rule.code).items()}
    conduct = conduct_of(rule, look)
    changed: dict[memory.Key, Memory] = {}
    happened: list[episodes.Happening] = []
    forgotten: list[memory.Key] = []
    worst: dict[upkeep.At, tuple[Decimal, bool]] = {}
    for subject in sorted({*known, *found}):
        held, finding = known.get(subject, Memory()), found.get(subject)
        at = finding.at if finding and finding.at else stamp
        if held.last is not None and at <= held.last and finding is None:
            at = held.last + timedelta(microseconds=1)
        verdict = GOOD if finding is None else HOLD if finding.holds else BAD
        after, events = run(held, [at], [verdict], [finding.level if finding else 0], conduct)
        happened += [_happened(look, rule, finding, subject, event) for event in events]
        key = (rule.code, subject)
        if verdict == BAD and after.on and after.fired and finding and finding.value is not None:
            less = finding.limit is not None and finding.value < finding.limit
            worst[*key, after.fired] = Decimal(finding.value), less
        if after.on or after.bad or (after.cleared and stamp - after.cleared <= conduct.rejoin):
            changed[key] = after
        elif subject in known:
            forgotten.append(key)
    upkeep.worsened(look, worst)
    memory.write(database, look.county.code, changed)
    memory.forget(database, look.county.code, forgotten)
    return happened


def _happened(
    look: Look, rule: Rule, finding: Finding | None, subject: str, event: Event
) -> episodes.Happening:
    return episodes.write(look, rule, finding or Finding(subject, subject, "情况已不存在"), event)


@dataclass(frozen=True)
class Would:
    """One finding of a dry look. ``state``: in words, whether it is an alarm already, would be one, or holds one."""

    rule: Rule
    finding: Finding
    state: str


@dataclass
class Told:
    findings: list[Would] = field(default_factory=list)
    failed: dict[str, Exception] = field(default_factory=dict)


def would(look: Look, *, only: Iterable[str] | None = None) -> Told:
    """What the rules say now, due or not; nothing is written, opened or told."""
    told = Told()
    on = set(Episode.objects.filter(county=look.county, cleared_at=None).values_list("rule", "subject"))
    for rule in RULES.values():
        if rule.watches or (only is not None and rule.code not in only) or not is_active(rule, look):
            continue
        try:
            found = list(rule.function(look.as_(rule)))
        except Exception as error:  # noqa: BLE001 - said to the person who asked
            told.failed[rule.code] = error
            continue
        fire = conduct_of(rule, look).fire
        for f in found:
            known = (rule.code, f.subject) in on
            fresh = "不报警，只保持已有的" if f.holds else "将报警" if fire == 1 else f"连续 {fire} 次将报警"
            told.findings.append(Would(rule, f, "已在报警" if known else fresh))
    return told


def faults(county: Org) -> list[faulty.Fault]:
    """The rules of a county that could not be judged when they were last looked at, watching ones too."""
    return faulty.listed(county)
