"""Rules that could not be judged: each fault is logged once, and kept until the rule can be judged again.

Kept in the rules' memory: `listed` is for a screen that says which rules stand still, and since when.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from sqlite3 import Connection
from traceback import extract_tb

from jiuzhi.core.models import Org

from . import declare, memory
from .look import Look

log = logging.getLogger("jiuzhi.rules")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")


@dataclass(frozen=True)
class Fault:
    """A rule of a county that cannot be judged. ``error``: kind, message and place; ``times``: looks in a row that ended so."""

    rule: str
    error: str
    since: datetime
    last: datetime
    times: int


def note(
    database: Connection,
    look: Look,
    failed: Mapping[str, Exception],
    *,
    watches: bool = False,
    judged: str = "",
) -> None:
    """Keep what failed in this look, and forget the faults of what did not: of all watching rules, or of the rule ``judged``."""
    county, now = look.county.code, look.now.timestamp()
    known = memory.faults(database, county, watches)
    for rule, error in failed.items():
        said = _said(error)
        before = known.get(rule)
        if before is None or before[0] != said:
            log.error("规则 %s 在 %s 无法判断：%s", rule, look.county, said, exc_info=error)
            memory.keep_fault(database, county, rule, watches, said, now, now, 1)
        else:
            memory.keep_fault(database, county, rule, watches, said, before[1], now, before[3] + 1)
    for rule in set(known) - set(failed) if watches else {judged} & set(known) - set(failed):
        memory.drop_fault(database, county, rule)


def listed(county: Org) -> list[Fault]:
    """The rules of a county that could not be judged when they were last looked at, by code. Waits for no evaluation."""
    with memory.reading() as database:
        rows = memory.faults(database, county.code) if database else {}
    return [
        Fault(rule, said, _at(since), _at(last), times)
        for rule, (said, since, last, times) in sorted(rows.items())
        if rule in declare.RULES
    ]


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _said(error: Exception) -> str:
    """Kind, message and place of an error, the same each time it happens."""
    place = extract_tb(error.__traceback__)[-1:]
    where = f"（{place[0].name} 第 {place[0].lineno} 行）" if place else ""
    return f"{type(error).__name__}: {_ADDRESS.sub('0x…', str(error))[:200]}{where}"
