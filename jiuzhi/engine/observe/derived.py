"""Tables worked out from the observations: replaced month by month, with a note of what they rest on."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.conf import settings

from . import delta

_CLEAR_EVERY = 20  # versions of a table between two removals of replaced files


def replace(name: str, table: pa.Table, partition: str, parts: list[str]) -> None:
    """Put the rows in the place of these partitions. Nothing is committed when there is and was nothing."""
    target = delta.create(name, table.schema, partition)
    held = {file[f"partition.{partition}"] for file in delta.files(name)}
    if not len(table) and not held & set(parts):
        return
    listed = ", ".join(map(delta.literal, parts))
    delta.commit(target, table, {}, predicate=f"{partition} IN ({listed})")
    if delta.version(name) % _CLEAR_EVERY == 0:
        delta.clear_replaced(delta.create(name, table.schema, partition))


def _file(name: str) -> Path:
    return Path(settings.LAKE_DIR) / f"{name}.json"


def keep_state(name: str, now: dict[str, Any]) -> None:
    """Note what the tables rest on, after writing them: a crash before it only means the same months once more."""
    path = _file(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(now))
    os.replace(fresh, path)


def age(name: str) -> float:
    """Seconds since the note was kept, infinite before the first."""
    path = _file(name)
    return time.time() - path.stat().st_mtime if path.exists() else float("inf")


def state(name: str) -> dict[str, Any]:
    """The note kept last, empty before the first."""
    path = _file(name)
    return json.loads(path.read_text()) if path.exists() else {}
