"""The durable inbox: a message is acknowledged when it is on disk, and comes into the lake exactly once.

An SQLite file of its own (synchronous=FULL). ``drain`` moves messages to the lake in the order they came; the lake's
commit carries the number of the last one, so after a crash between that commit and the deletion they are not moved twice.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
from django.conf import settings

from jiuzhi.core.local import LOCAL

from . import lake
from .properties import PROPERTIES

PORTION = 50_000  # messages in one commit
_PLACES = Decimal("0.000001")

_TABLES = """
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY AUTOINCREMENT, station TEXT NOT NULL, property TEXT NOT NULL, kind TEXT NOT NULL,
    time INTEGER NOT NULL, value TEXT, unit TEXT NOT NULL, qualifier TEXT NOT NULL, raw TEXT NOT NULL,
    flag INTEGER NOT NULL, synthetic INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS name (id TEXT NOT NULL);
"""
_COLUMNS = ("station", "property", "kind", "time", "value", "unit", "qualifier", "raw", "flag", "synthetic")


class Message(NamedTuple):
    """One observed value on its way in. time: with zone, start of the period; value in the lake's unit of the property."""

    station: str
    property: str
    kind: str
    time: datetime
    value: Decimal | None
    raw: str = ""
    qualifier: str = ""
    flag: int = 0
    synthetic: bool = False


@contextmanager
def _database() -> Iterator[sqlite3.Connection]:
    path = Path(settings.INBOX_FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.executescript(_TABLES)
        yield connection
    finally:
        connection.close()


def _record(message: Message) -> tuple[object, ...]:
    item = PROPERTIES.get(message.property)
    if item is None:
        raise ValueError(f"项目 {message.property} 不认得")
    if message.time.tzinfo is None:
        raise ValueError("观测时间必须带时区")
    if message.value is not None and not (message.value.is_finite() and abs(message.value) < 10**12):
        raise ValueError(f"数值 {message.value} 超出可存的范围")
    seconds = int(message.time.timestamp())
    value = None if message.value is None else f"{message.value:f}"
    raw = message.raw or (value or "")
    return (message.station, item.code, message.kind, seconds, value, item.unit, message.qualifier, raw,
            message.flag, int(message.synthetic))  # fmt: skip


def put(messages: Iterable[Message]) -> None:
    """Store the messages; they are on disk, all or none, when this returns. Raises ValueError for a message that cannot be true."""
    records = [_record(message) for message in messages]
    if not records:
        return
    with _database() as database:
        database.execute("BEGIN IMMEDIATE")
        marks = ", ".join("?" * len(_COLUMNS))
        database.executemany(f"INSERT INTO message ({', '.join(_COLUMNS)}) VALUES ({marks})", records)
        database.execute("COMMIT")


def waiting() -> int:
    """How many messages are not in the lake yet."""
    with _database() as database:
        return int(database.execute("SELECT count(*) FROM message").fetchone()[0])


def drain() -> int:
    """Move what is waiting into the lake. Returns how many messages were moved now."""
    moved = 0
    with lake.writing(), _database() as database:
        app = f"inbox:{_name(database)}"
        # Moved before a crash, not yet deleted.
        database.execute("DELETE FROM message WHERE id <= ?", [lake.last_version(app) or 0])
        while portion := database.execute(
            f"SELECT id, {', '.join(_COLUMNS)} FROM message ORDER BY id LIMIT {PORTION}"
        ).fetchall():
            last = portion[-1][0]
            lake.take_in(_table(portion, f"inbox-{last}"), app=app, version=last, sequence="id", every=True)
            database.execute("DELETE FROM message WHERE id <= ?", [last])
            moved += len(portion)
    if moved:
        lake.compact()
    return moved


def _name(database: sqlite3.Connection) -> str:
    """This inbox's own name: numbers start again in a new file, the lake must not take them for old ones."""
    database.execute("BEGIN IMMEDIATE")
    found = database.execute("SELECT id FROM name").fetchone()
    if found is None:
        found = (uuid.uuid4().hex,)
        database.execute("INSERT INTO name VALUES (?)", found)
    database.execute("COMMIT")
    return str(found[0])


def _table(portion: list[tuple], batch: str) -> pa.Table:
    columns = dict(zip(("id", *_COLUMNS), map(list, zip(*portion, strict=True)), strict=True))
    local = [datetime.fromtimestamp(seconds, LOCAL) for seconds in columns["time"]]
    columns["time"] = [datetime.fromtimestamp(seconds, UTC) for seconds in columns["time"]]
    columns["value"] = [
        None if text is None else Decimal(text).quantize(_PLACES) for text in columns["value"]
    ]
    columns["synthetic"] = [bool(mark) for mark in columns["synthetic"]]
    columns |= {"day": [moment.date() for moment in local], "month": [f"{moment:%Y-%m}" for moment in local]}
    columns["batch"] = [batch] * len(portion)
    fields = [(name, pa.int64() if name == "id" else lake.SCHEMA.field(name).type) for name in columns]
    return pa.table(columns, schema=pa.schema(fields))
