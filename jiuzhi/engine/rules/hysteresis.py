"""Fire, hold, clear: one automaton for every rule, pure and replayable.

An evaluation is BAD (beyond the limit), HOLD (between the limit and the release) or GOOD. An alarm fires when ``fire`` evaluations in a row
were bad, and clears when ``clear`` in a row were good; HOLD breaks both rows and changes nothing. A silence longer than ``gap`` breaks both
rows too: what nobody measured is neither good nor bad. Bad again within ``rejoin`` of the clearing is the same episode.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

GOOD, HOLD, BAD = 0, 1, 2
FIRED, REJOINED, LEVEL, CLEARED = "fired", "rejoined", "level", "cleared"


@dataclass(frozen=True)
class Conduct:
    """How an alarm behaves; see above."""

    fire: int = 1
    clear: int = 1
    gap: timedelta | None = None
    rejoin: timedelta = timedelta(0)

    def __post_init__(self) -> None:
        if self.fire < 1 or self.clear < 1:
            raise ValueError(f"fire {self.fire}, clear {self.clear}: at least one evaluation")


class Memory(NamedTuple):
    """What is remembered of one subject between evaluations. Times with zone. ``since``: first of the present row of bad ones;
    ``fired``: of the episode that is on or was last."""

    on: bool = False
    bad: int = 0
    good: int = 0
    level: int = 0
    last: datetime | None = None
    since: datetime | None = None
    fired: datetime | None = None
    cleared: datetime | None = None


class Event(NamedTuple):
    """What happened at an evaluation. ``episode``: when the episode it belongs to fired; ``since``: the first bad one that led to it;
    ``nth``: which evaluation of those given."""

    kind: str
    at: datetime
    episode: datetime
    since: datetime
    level: int
    nth: int


def run(
    memory: Memory,
    times: Sequence[datetime],
    verdicts: Sequence[int],
    levels: Sequence[int],
    conduct: Conduct,
) -> tuple[Memory, list[Event]]:
    """Go on from ``memory`` over evaluations in order of time. Evaluations not after ``memory.last`` are passed over: each counts once."""
    events: list[Event] = []
    for n, (at, verdict, level) in enumerate(zip(times, verdicts, levels, strict=True)):
        if memory.last is not None and at <= memory.last:
            continue
        memory, event = _one(memory, at, verdict, level, conduct, n)
        if event is not None:
            events.append(event)
    return memory, events


def _one(
    m: Memory, at: datetime, verdict: int, level: int, conduct: Conduct, n: int
) -> tuple[Memory, Event | None]:
    if conduct.gap is not None and m.last is not None and at - m.last > conduct.gap:
        m = m._replace(bad=0, good=0, since=None)
    m = m._replace(last=at)
    if verdict == BAD:
        m = m._replace(bad=m.bad + 1, good=0, since=m.since if m.bad else at)
        if not m.on:
            return _fire(m, at, level, n, conduct) if m.bad >= conduct.fire else (m, None)
        if level > m.level:
            return m._replace(level=level), Event(LEVEL, at, m.fired or at, m.since or at, level, n)
        return m, None
    if verdict == HOLD:
        return m._replace(bad=0, good=0, since=None), None
    m = m._replace(bad=0, good=m.good + 1, since=None)
    if m.on and m.good >= conduct.clear:
        return (
            m._replace(on=False, level=0, cleared=at),
            Event(CLEARED, at, m.fired or at, m.since or at, m.level, n),
        )
    return m, None


def _fire(m: Memory, at: datetime, level: int, n: int, conduct: Conduct) -> tuple[Memory, Event]:
    since = m.since or at
    again = m.cleared is not None and m.fired is not None and since - m.cleared <= conduct.rejoin
    episode = m.fired if again and m.fired else at
    kind = REJOINED if again else FIRED
    return m._replace(on=True, level=level, fired=episode), Event(kind, at, episode, since, level, n)
