"""What the rules remember between evaluations, in a small SQLite file of its own: how many bad values in a row, and up to which version of
the lake they have read, and which rules could not be judged. No record: after its loss the rules begin anew, and take over the episodes that
are open.

Episodes are written before this is, and each is written once (`one_episode`): stopped in between, the same values give the same episodes.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from .hysteresis import Memory
from .models import Episode

_TABLES = """
CREATE TABLE IF NOT EXISTS memory (county TEXT, rule TEXT, subject TEXT, state TEXT NOT NULL, PRIMARY KEY (county, rule, subject)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS mark (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS fault (county TEXT, rule TEXT, watches INTEGER NOT NULL, said TEXT NOT NULL, since REAL NOT NULL, last REAL NOT NULL,
    times INTEGER NOT NULL, PRIMARY KEY (county, rule)) WITHOUT ROWID;
"""
Key = tuple[str, str]  # rule, subject
_ADOPTED = "adopted"


def _file() -> Path:
    return Path(settings.HOME) / "rules.sqlite3"


@contextmanager
def reading() -> Iterator[sqlite3.Connection | None]:
    """A connection that only reads, beside an evaluation; None before the first one."""
    if not _file().exists():
        yield None
        return
    with closing(sqlite3.connect(f"file:{_file()}?mode=ro", uri=True, timeout=30)) as connection:
        made = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'fault'").fetchone()[0]
        yield connection if made else None  # a file of an earlier version, before its first evaluation


@contextmanager
def opened() -> Iterator[sqlite3.Connection]:
    """A connection for one evaluation; what is written inside is kept when it ends well, all or nothing."""
    path = _file()
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.executescript(_TABLES)
        if mark(connection, _ADOPTED) is None:
            _adopt(connection)
        connection.execute("BEGIN IMMEDIATE")  # one evaluation at a time
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    finally:
        connection.close()


def read(database: sqlite3.Connection, county: str, rule: str | None = None) -> dict[Key, Memory]:
    """What is remembered of a county, or of one rule there."""
    only = "" if rule is None else " AND rule = ?"
    rows = database.execute(
        f"SELECT rule, subject, state FROM memory WHERE county = ?{only}", [county, *filter(None, [rule])]
    )
    return {(code, subject): _memory(state) for code, subject, state in rows}


def write(database: sqlite3.Connection, county: str, changed: Mapping[Key, Memory]) -> None:
    database.executemany(
        "INSERT OR REPLACE INTO memory (county, rule, subject, state) VALUES (?, ?, ?, ?)",
        [(county, rule, subject, _text(memory)) for (rule, subject), memory in changed.items()],
    )


def forget(database: sqlite3.Connection, county: str, keys: Iterable[Key]) -> None:
    database.executemany(
        "DELETE FROM memory WHERE county = ? AND rule = ? AND subject = ?", [(county, *k) for k in keys]
    )


def mark(database: sqlite3.Connection, name: str) -> str | None:
    """A mark such as the version of the lake that was read; None before there is one."""
    row = database.execute("SELECT value FROM mark WHERE name = ?", [name]).fetchone()
    return row[0] if row else None


def set_mark(database: sqlite3.Connection, name: str, value: str) -> None:
    database.execute("INSERT OR REPLACE INTO mark (name, value) VALUES (?, ?)", [name, value])


def _adopt(database: sqlite3.Connection) -> None:
    """A new file: what is open goes on as the episode it is, instead of beginning a second one. In a transaction of its own, so that an evaluation
    stopped afterwards is evaluated again from the same state."""
    open_ = Episode.objects.filter(cleared_at=None).order_by("fired_at")
    with closing(database.cursor()) as cursor:
        cursor.execute("BEGIN IMMEDIATE")
        cursor.executemany(
            "INSERT OR IGNORE INTO memory (county, rule, subject, state) VALUES (?, ?, ?, ?)",
            [
                (county, rule, subject, _text(Memory(on=True, bad=1, level=level, since=since, fired=fired)))
                for county, rule, subject, level, since, fired in open_.values_list(
                    "county__code", "rule", "subject", "level", "since", "fired_at"
                )
            ],
        )
        set_mark(database, _ADOPTED, "yes")
        cursor.execute("COMMIT")


Failed = tuple[str, float, float, int]  # what was said, since and last [s], times


def faults(database: sqlite3.Connection, county: str, watches: bool | None = None) -> dict[str, Failed]:
    """Rule → its fault, of a county; only of watching rules, or only of the others."""
    only = "" if watches is None else " AND watches = ?"
    rows = database.execute(
        f"SELECT rule, said, since, last, times FROM fault WHERE county = ?{only}",
        [county, *([] if watches is None else [watches])],
    )
    return {rule: tuple(rest) for rule, *rest in rows}  # type: ignore[misc]


def keep_fault(
    database: sqlite3.Connection, county: str, rule: str, watches: bool, said: str, since: float, last: float, times: int
) -> None:  # fmt: skip
    database.execute(
        "INSERT OR REPLACE INTO fault VALUES (?, ?, ?, ?, ?, ?, ?)",
        [county, rule, watches, said, since, last, times],
    )


def drop_fault(database: sqlite3.Connection, county: str, rule: str) -> None:
    database.execute("DELETE FROM fault WHERE county = ? AND rule = ?", [county, rule])


def _text(memory: Memory) -> str:
    return json.dumps([v.timestamp() if isinstance(v, datetime) else v for v in memory])


def _memory(state: str) -> Memory:
    *counts, last, since, fired, cleared = json.loads(state)
    return Memory(
        *counts,
        *(None if t is None else datetime.fromtimestamp(t, UTC) for t in (last, since, fired, cleared)),
    )
