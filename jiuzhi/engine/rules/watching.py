"""Values as they arrive: every batch judged against the limits of the rules that watch it.

A value counts when it is usable, new and not late (`drain.is_late`). One that came late, was revised, or lies before what was judged already
opens and closes nothing: where it would have mattered it is kept as `AfterTheFact` for a person to look at.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from jiuzhi.core.models import Org
from jiuzhi.engine.observe import delta, lake
from jiuzhi.engine.observe.drain import is_late

from . import episodes, faults, memory, telling, upkeep
from .expand import Expanded, Series, Watched, expanded
from .hysteresis import BAD, Memory, run
from .look import Look

log = logging.getLogger("jiuzhi.rules")
_COLUMNS = """station, property AS item, kind, time, (value * 1000000)::BIGINT AS scaled, qualifier, flag, revision, received,
    synthetic"""


@dataclass(frozen=True, slots=True)
class Seen:
    """One value of the lake. ``scaled``: in millionths of its unit, None without a value."""

    station: str
    item: str
    kind: str
    time: datetime
    scaled: int | None
    qualifier: str
    flag: int
    revision: int
    received: datetime | None
    synthetic: bool

    @property
    def usable(self) -> bool:
        return self.flag < 2 and self.scaled is not None


def watch_new(now: datetime) -> int:
    """Judge what came into the lake since the last look, for all counties. Returns how many episodes began, or began again."""
    with memory.opened() as database:
        version = lake.version()
        mark = memory.mark(database, "lake")
        if (
            mark is None or int(mark) > version
        ):  # the first look, or a lake put back from a backup: nothing before it is live
            memory.set_mark(database, "lake", str(version))
            return 0
        if int(mark) == version:
            return 0
        begun = 0
        with delta.connect() as session:
            if lake.open_added(session, int(mark)):
                found = session.execute(
                    f"SELECT {_COLUMNS} FROM added ORDER BY station, item, kind, time, revision"
                )
                begun = _judge(database, [Seen(**row) for row in found.to_arrow_table().to_pylist()], now)
            else:
                log.warning(
                    "规则自湖版本 %s 之后的增量已不可得：这一段没有实时判断",
                    mark,
                )
        memory.set_mark(database, "lake", str(version))
        return begun


def _judge(database: Any, rows: list[Seen], now: datetime) -> int:
    places = {row.station for row in rows}
    begun = 0
    for county in Org.objects.filter(kind=Org.Kind.COUNTY, stations__code__in=places).distinct():
        look = Look(county, now)
        found = told(database, look)
        mine = [row for row in rows if (row.station, row.item, row.kind) in found.series]
        if mine:
            begun += _judge_county(database, look, found.series, mine)
    return begun


def told(database: Any, look: Look) -> Expanded:
    """What is watched in a county; a rule that could not be told is noted, once for each fault."""
    found = expanded(look)
    faults.note(database, look, found.failed, watches=True)
    return found


def _judge_county(
    database: Any, look: Look, series: dict[Series, list[Watched]], rows: Iterable[Seen]
) -> int:
    known = memory.read(database, look.county.code)
    changed: dict[memory.Key, Memory] = {}
    begun: list[episodes.Happening] = []
    worst: dict[upkeep.At, tuple[Decimal, bool]] = {}
    for row in rows:
        for one in series[row.station, row.item, row.kind]:
            key = (one.rule.code, one.threshold.subject)
            held = changed.get(key) or known.get(key) or Memory()
            if _counts(one, row, held, look.now):
                if not row.usable:
                    continue
                verdict, level = one.verdict(row.scaled or 0, row.qualifier)
                changed[key], events = run(held, [row.time], [verdict], [level], one.conduct)
                begun += [episodes.of_value(look, one, row, event) for event in events]
                fired = changed[key].fired
                if verdict == BAD and changed[key].on and fired is not None:
                    value, below = Decimal(row.scaled or 0).scaleb(-6), one.threshold.below
                    so_far = worst.get((*key, fired), (value, below))[0]
                    worst[*key, fired] = (min if below else max)(so_far, value), below
            else:
                episodes.note_after_the_fact(look, one, row, held)
    upkeep.worsened(look, worst)
    telling.tell(look, begun)
    memory.write(database, look.county.code, changed)
    return sum(h.begins for h in begun)


def let_go(database: Any, look: Look) -> int:
    """Clear the alarms of values nobody watches any more: the rule was switched off, the station or its limit is gone. Returns how many. What a
    rule watched that cannot be told now stays as it is."""
    found = told(database, look)
    gone = upkeep.unwatched(look, found.subjects, found.failed)
    telling.tell(look, [happened for _key, happened in gone if happened is not None])
    memory.forget(database, look.county.code, [key for key, _happened in gone])
    return len(gone)


def _counts(one: Watched, row: Seen, held: Memory, now: datetime) -> bool:
    """Whether a value is live: its first version, in time, and later than what was judged of its series."""
    if row.revision > 1 or (held.last is not None and row.time <= held.last):
        return False
    return one.rule.late or not is_late(row.kind, row.time, row.received or now)


def replay(look: Look, start: datetime, end: datetime) -> dict[memory.Key, list[Any]]:
    """What the watching rules would have done with the values of [start, end) as they stand now, from a clean memory: (rule, subject) →
    events of `hysteresis`. Reads only. Series are compared as whole columns; only where the verdict changes is the automaton asked."""
    from .bulk import replay as in_bulk

    return in_bulk(look, expanded(look).series, start, end)
