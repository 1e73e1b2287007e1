"""The Delta tables under settings.LAKE_DIR: opening, locking, which files to read, what changed since a version.

One writer at a time: ``writing()`` holds a file lock, so that reading what is there, deciding what is new and committing
it is one step for the others. Readers never wait: they read the files of one committed version.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import RLock
from typing import Any
from urllib.parse import unquote

import duckdb
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.exceptions import DeltaError, TableNotFoundError
from django.conf import settings

from .properties import PROPERTIES

WAIT = 60.0  # seconds a writer waits for another one
MEMORY = "1GB"
_inside = RLock()
_held = 0


class LakeBusy(RuntimeError):
    """The lake cannot be written now: another process writes for too long, or files are damaged. One Chinese sentence."""


@contextmanager
def writing(wait: float | None = None) -> Iterator[None]:
    """Hold the lake for writing; may be nested in one thread. Raises LakeBusy after ``wait`` seconds [WAIT]."""
    global _held
    deadline = time.monotonic() + (WAIT if wait is None else wait)
    if not _inside.acquire(timeout=max(0.0, deadline - time.monotonic())):
        raise LakeBusy(_busy(wait))
    try:
        if _held:
            _held += 1
            yield
            return
        lake = Path(settings.LAKE_DIR)
        lake.mkdir(parents=True, exist_ok=True)
        with (lake / "writing.lock").open("w") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise LakeBusy(_busy(wait)) from None
                    time.sleep(0.05)
            _held = 1
            try:
                yield
            except (
                duckdb.IOException,
                duckdb.InvalidInputException,
                TableNotFoundError,
                DeltaError,
            ) as error:
                raise LakeBusy(
                    f"观测库 {lake} 的文件缺失或损坏，这一步没有执行：请从备份恢复该文件夹，或移走它后重新导入。"
                ) from error
    finally:
        _held = max(0, _held - 1)
        _inside.release()


def _busy(wait: float | None) -> str:
    return f"观测库正被另一个程序写入，等了 {WAIT if wait is None else wait:.0f} 秒仍未空出，请稍后再试。"


def folder(name: str) -> Path:
    """Where the table lies."""
    return Path(settings.LAKE_DIR) / name


def _log(path: Path, version: int) -> Path:
    return path / "_delta_log" / f"{version:020}.json"


_known: dict[Path, int] = {}


def version(name: str) -> int:
    """Latest committed version, -1 when the table is not there yet. Costs one or two stat calls when nothing changed."""
    path = folder(name)
    known = _known.get(path)
    if known is None or not _log(path, known).exists():
        if not (path / "_delta_log").is_dir():
            return -1
        known = DeltaTable(path).version()
    while _log(path, known + 1).exists():
        known += 1
    _known[path] = known
    return known


def table(name: str) -> DeltaTable | None:
    """The table at its latest version, or None."""
    return DeltaTable(folder(name)) if version(name) >= 0 else None


def create(name: str, schema: pa.Schema, partition: str) -> DeltaTable:
    """The table, made now if it is not there."""
    found = table(name)
    if found is None:
        found = DeltaTable.create(folder(name), schema=schema, partition_by=[partition])
    return found


def transaction(name: str, app: str) -> int | None:
    """The last application transaction of ``app`` committed to the table, None when there is none."""
    found = table(name)
    return found.transaction_version(app) if found is not None else None


def commit(
    target: DeltaTable, rows: Any, transactions: dict[str, int], *, predicate: str | None = None
) -> None:
    """Append rows, or replace those that meet ``predicate``, and record the transactions in the same commit."""
    once = CommitProperties(
        app_transactions=[Transaction(app, number) for app, number in transactions.items()]
    )
    mode: Any = "overwrite" if predicate else "append"
    # A table made before a column was added takes it up.
    write_deltalake(target, rows, mode=mode, schema_mode="merge", predicate=predicate, commit_properties=once)


def clear_replaced(target: DeltaTable, hours: int = 24) -> None:
    """Remove data files that were replaced longer ago; whoever still reads an old version has had its time."""
    target.vacuum(retention_hours=hours, dry_run=False, enforce_retention_duration=False)


@lru_cache(maxsize=16)
def _files(path: Path, at: int) -> tuple[dict[str, Any], ...]:
    actions = pa.table(DeltaTable(path, version=at).get_add_actions(flatten=True))
    return tuple(actions.to_pylist())


def files(name: str, at: int | None = None) -> tuple[dict[str, Any], ...]:
    """Data files of a version with their statistics: ``path``, ``partition.…``, ``min.…``, ``max.…``, ``num_records``."""
    at = version(name) if at is None else at
    return _files(folder(name), at) if at >= 0 else ()


def literal(text: object) -> str:
    """Text as a string of SQL."""
    return "'" + str(text).replace("'", "''") + "'"


def uri(name: str, file: dict[str, Any]) -> str:
    """Absolute path of a file from ``files``."""
    return str(folder(name) / unquote(file["path"]))


def added(name: str, since: int) -> list[dict[str, Any]] | None:
    """Files added with new data in the versions after ``since``; None when the log no longer reaches back so far."""
    found = []
    for number in range(since + 1, version(name) + 1):
        log = _log(folder(name), number)
        if not log.exists():
            return None
        for line in log.read_text().splitlines():
            action = json.loads(line).get("add")
            if action and action.get("dataChange"):
                found.append(action)
    return found


@lru_cache(maxsize=4)
def _engine(spill: str, process: int) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": spill})


def connect() -> duckdb.DuckDBPyConnection:
    """A DuckDB session in UTC with views of its own.

    All sessions of a process share one memory limit and spill to the lake's folder instead of growing.
    """
    session = _engine(str(Path(settings.LAKE_DIR) / "spill"), os.getpid()).cursor()
    session.execute("SET TimeZone = 'UTC'")
    return session


def lend_bounds(session: duckdb.DuckDBPyConnection, items: list[str]) -> None:
    """Table ``bounds``: what a value of these properties can be. What lies outside is kept in the lake, never assessed."""
    kind = pa.decimal128(18, 6)
    listed = [PROPERTIES[item] for item in items]
    bounds = pa.table({
        "property": items, "low": pa.array([one.low for one in listed], kind),
        "high": pa.array([one.high for one in listed], kind),
    })  # fmt: skip
    session.register("lent_bounds", bounds)
    session.execute("CREATE OR REPLACE TEMP TABLE bounds AS SELECT * FROM lent_bounds")
    session.unregister("lent_bounds")
