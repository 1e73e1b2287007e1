"""The durable inbox: what instruments sent, byte for byte; acknowledged when it is on disk, and kept a while after it came into the lake.

An SQLite file of its own (synchronous=FULL). `drain` reads the frames in the order they came; the lake's commit carries the number of the last
one, so after a crash between that commit and the mark here they are not taken twice.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

_TABLES = """
CREATE TABLE IF NOT EXISTS frame (
    id INTEGER PRIMARY KEY AUTOINCREMENT, device TEXT NOT NULL, protocol TEXT NOT NULL, at INTEGER NOT NULL, part INTEGER NOT NULL,
    raw BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS frame_device ON frame (device, id);
CREATE INDEX IF NOT EXISTS frame_part ON frame (device, id) WHERE part;
CREATE TABLE IF NOT EXISTS mark (name TEXT NOT NULL, moved INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS device (
    code TEXT PRIMARY KEY, protocol TEXT NOT NULL DEFAULT '', peer TEXT NOT NULL DEFAULT '', online INTEGER NOT NULL DEFAULT 0,
    first_at INTEGER, last_at INTEGER, data_at INTEGER, clock INTEGER, frames INTEGER NOT NULL DEFAULT 0, broken INTEGER NOT NULL DEFAULT 0,
    refused INTEGER NOT NULL DEFAULT 0, faulty INTEGER NOT NULL DEFAULT 0, late INTEGER NOT NULL DEFAULT 0, said TEXT NOT NULL DEFAULT '',
    said_at INTEGER);
CREATE TABLE IF NOT EXISTS refusal (
    id INTEGER PRIMARY KEY AUTOINCREMENT, device TEXT NOT NULL, peer TEXT NOT NULL, at INTEGER NOT NULL, why TEXT NOT NULL, raw BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS refusal_device ON refusal (device, id);
CREATE TABLE IF NOT EXISTS command (
    id INTEGER PRIMARY KEY AUTOINCREMENT, device TEXT NOT NULL, cn TEXT NOT NULL, params TEXT NOT NULL, asked_by TEXT NOT NULL,
    asked_at INTEGER NOT NULL, qn TEXT NOT NULL DEFAULT '', tries INTEGER NOT NULL DEFAULT 0, sent_at INTEGER, state TEXT NOT NULL, said TEXT NOT NULL
    DEFAULT '');
"""


class Frame(NamedTuple):
    """One frame as it came. ``device``: its code; ``at``: when it was received [ms since 1970, UTC]; ``part``: one packet of several, which
    must be joined before it says anything."""

    id: int
    device: str
    protocol: str
    at: int
    part: int
    raw: bytes

    @property
    def received(self) -> datetime:
        return moment(self.at)


_FRAMES = "SELECT id, device, protocol, at, part, raw FROM frame"


def moment(at: int) -> datetime:
    """A time kept here [ms since 1970], with zone."""
    return datetime.fromtimestamp(at / 1000, UTC)


def now() -> int:
    """This moment [ms since 1970]."""
    return int(datetime.now(UTC).timestamp() * 1000)


def connect() -> sqlite3.Connection:
    """A connection to the inbox, for a process that keeps it open."""
    path = Path(settings.INBOX_FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.executescript(_TABLES)
    return connection


def file_number() -> int | None:
    """Which file the inbox is now; None when it is not there. An open connection goes on writing into one that was taken away."""
    try:
        return Path(settings.INBOX_FILE).stat().st_ino
    except FileNotFoundError:
        return None


@contextmanager
def opened() -> Iterator[sqlite3.Connection]:
    """A connection for one use."""
    connection = connect()
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def committing(database: sqlite3.Connection) -> Iterator[None]:
    """Everything inside is on disk when it ends, all or nothing."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:  # SQLite itself gives up a transaction for some faults of the disk
            database.execute("ROLLBACK")
        raise


def add(database: sqlite3.Connection, frames: Sequence[tuple[str, str, int, int, bytes]]) -> None:
    """Keep frames given as (device, protocol, at [ms], part, raw). Use inside `committing`."""
    database.executemany("INSERT INTO frame (device, protocol, at, part, raw) VALUES (?, ?, ?, ?, ?)", frames)


def put(frames: Iterable[tuple[str, str, bytes]]) -> int:
    """Keep (device, protocol, raw) received now; they are on disk, all or none, when this returns. Returns how many."""
    at = now()
    rows = [(device, protocol, at, 0, raw) for device, protocol, raw in frames]
    if rows:
        with opened() as database, committing(database):
            add(database, rows)
    return len(rows)


def after(database: sqlite3.Connection, last: int, most: int) -> list[Frame]:
    """At most ``most`` frames with a number above ``last``, in their order."""
    found = database.execute(f"{_FRAMES} WHERE id > ? ORDER BY id LIMIT ?", [last, most])
    return [Frame(*row) for row in found]


def parts_before(
    database: sqlite3.Connection, devices: Iterable[str], last: int, since: datetime
) -> list[Frame]:
    """Packets of several that these devices sent up to number ``last``, received after ``since``: the rest of them may come now."""
    found: list[Frame] = []
    for device in devices:
        rows = database.execute(
            f"{_FRAMES} WHERE part AND device = ? AND id <= ? AND at >= ? ORDER BY id",
            [device, last, int(since.timestamp() * 1000)],
        )
        found += [Frame(*row) for row in rows]
    return sorted(found)


def last_frames(device: str, most: int = 100) -> list[Frame]:
    """The newest frames of a device, newest first."""
    with opened() as database:
        found = database.execute(f"{_FRAMES} WHERE device = ? ORDER BY id DESC LIMIT ?", [device, most])
        return [Frame(*row) for row in found]


def moved(database: sqlite3.Connection) -> int:
    """The number of the last frame known to be in the lake."""
    return int(_mark(database)[1])


def move(database: sqlite3.Connection, last: int) -> None:
    """Note that everything up to number ``last`` is in the lake."""
    database.execute("UPDATE mark SET moved = ? WHERE moved < ?", [last, last])


def name(database: sqlite3.Connection) -> str:
    """This inbox's own name: numbers start again in a new file, the lake must not take them for old ones."""
    return str(_mark(database)[0])


def rename(database: sqlite3.Connection) -> str:
    """Give this inbox another name, as if it were a new one. Returns it."""
    fresh = uuid.uuid4().hex
    database.execute("UPDATE mark SET name = ?", [fresh])
    return fresh


def last_number(database: sqlite3.Connection) -> int:
    """The highest number a frame ever had, also one that is forgotten."""
    found = database.execute("SELECT seq FROM sqlite_sequence WHERE name = 'frame'").fetchone()
    return int(found[0]) if found else 0


def _mark(database: sqlite3.Connection) -> tuple[str, int]:
    found = database.execute("SELECT name, moved FROM mark").fetchone()
    if found is None:
        with committing(database):
            found = database.execute("SELECT name, moved FROM mark").fetchone()
            if found is None:
                found = (uuid.uuid4().hex, 0)
                database.execute("INSERT INTO mark VALUES (?, ?)", found)
    return found


def waiting() -> int:
    """How many frames are not in the lake yet."""
    with opened() as database:
        return int(
            database.execute("SELECT count(*) FROM frame WHERE id > ?", [moved(database)]).fetchone()[0]
        )


def forget(days: int, portion: int = 5000) -> int:
    """Remove frames in the lake that came more than ``days`` ago. Returns how many; in portions, so that nobody waits long."""
    limit = int((datetime.now(UTC) - timedelta(days=days)).timestamp() * 1000)
    gone = 0
    with opened() as database:
        last = moved(database)
        while True:
            done = database.execute(
                "DELETE FROM frame WHERE id IN (SELECT id FROM frame WHERE id <= ? AND at < ? ORDER BY id LIMIT ?)",
                [last, limit, portion],
            ).rowcount
            gone += done
            if done < portion:
                return gone
