"""How the devices are: when they last spoke, what was wrong, who was turned away. Kept in the inbox's file, not among the records."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple

from . import inbox
from .devices import Known

_KEPT = 200  # refusals kept of one device
_REFUSALS = 20_000  # and of all
_STRANGERS = 500  # devices that never sent a frame that was kept
OFFLINE_AFTER = 3  # times its own interval


@dataclass(slots=True)
class Heard:
    """What the gateway heard of a device since the last note. ``at`` [ms]; ``clock``: how far its clock is ahead [s], None when unknown;
    ``said``: the last thing that was wrong."""

    device: str
    protocol: str
    peer: str
    at: int
    frames: int = 0
    broken: int = 0
    refused: int = 0
    clock: int | None = None
    said: str = ""


class Refusal(NamedTuple):
    """A frame or a connection turned away. ``at`` [ms]."""

    device: str
    peer: str
    at: int
    why: str
    raw: bytes


class Decoding(NamedTuple):
    """What decoding one frame of a device came to. ``data_time``: of the values it brought, None without any."""

    device: str
    data_time: datetime | None
    faulty: bool
    late: int


@dataclass(frozen=True)
class State:
    """A device as it is. Times with zone; ``clock`` [s] ahead of ours."""

    code: str
    protocol: str = ""
    peer: str = ""
    online: bool = False
    first_at: datetime | None = None
    last_at: datetime | None = None
    data_at: datetime | None = None
    clock: int | None = None
    frames: int = 0
    broken: int = 0
    refused: int = 0
    faulty: int = 0
    late: int = 0
    said: str = ""
    said_at: datetime | None = None

    def offline(self, device: Known, now: datetime) -> bool:
        """Whether it has been silent for longer than three of its intervals."""
        return self.last_at is None or (now - self.last_at).total_seconds() > OFFLINE_AFTER * device.interval

    def clock_off(self, device: Known) -> bool:
        return self.clock is not None and abs(self.clock) > device.clock


def note_heard(database: sqlite3.Connection, heard: Iterable[Heard]) -> None:
    """Add what was heard. Use inside `inbox.committing`. Only devices with a line of their own are on line: of the others nobody
    notices that they have gone."""
    database.executemany(
        """INSERT INTO device (code, protocol, peer, online, first_at, last_at, frames, broken, refused, clock, said, said_at)
        VALUES (:device, :protocol, :peer, :frames > 0 AND :protocol IN ('HJ212', 'SL651'), :at, CASE WHEN :frames > 0 THEN :at END, :frames, :broken, :refused, :clock, :said,
                CASE WHEN :said != '' THEN :at END)
        ON CONFLICT (code) DO UPDATE SET protocol = excluded.protocol, peer = excluded.peer, online = max(online, excluded.online),
            last_at = coalesce(excluded.last_at, last_at), frames = frames + excluded.frames, broken = broken + excluded.broken,
            refused = refused + excluded.refused, clock = coalesce(excluded.clock, clock),
            said = CASE WHEN excluded.said != '' THEN excluded.said ELSE said END, said_at = coalesce(excluded.said_at, said_at)""",
        [asdict(one) for one in heard],
    )


def note_decoded(database: sqlite3.Connection, notes: Iterable[Decoding]) -> None:
    """Add what decoding found. Use inside `inbox.committing`."""
    total: dict[str, list[int]] = {}
    for note in notes:
        sums = total.setdefault(note.device, [0, 0, 0])
        sums[0] = max(sums[0], int(note.data_time.timestamp() * 1000) if note.data_time else 0)
        sums[1] += note.faulty
        sums[2] += note.late
    database.executemany(
        """UPDATE device SET data_at = max(coalesce(data_at, 0), ?), faulty = faulty + ?, late = late + ? WHERE code = ?""",
        [(*sums, code) for code, sums in total.items()],
    )


def note_refused(database: sqlite3.Connection, refusals: Iterable[Refusal]) -> None:
    """Keep what was turned away, the newest of each device. Use inside `inbox.committing`."""
    listed = list(refusals)
    database.executemany("INSERT INTO refusal (device, peer, at, why, raw) VALUES (?, ?, ?, ?, ?)", listed)
    database.executemany(
        """DELETE FROM refusal WHERE device = ? AND id <= (SELECT id FROM refusal WHERE device = ? ORDER BY id DESC LIMIT 1 OFFSET ?)""",
        [(code, code, _KEPT) for code in {one.device for one in listed}],
    )
    if listed:
        forget_strangers(database)


def forget_strangers(database: sqlite3.Connection) -> None:
    """Of devices nobody registered, and of all refusals, keep the newest only: anybody on the network can make more of them."""
    database.execute(
        "DELETE FROM device WHERE frames = 0 AND code NOT IN (SELECT code FROM device WHERE frames = 0 ORDER BY said_at DESC LIMIT ?)",
        [_STRANGERS],
    )
    database.execute("DELETE FROM refusal WHERE id <= (SELECT max(id) FROM refusal) - ?", [_REFUSALS])


def note_gone(database: sqlite3.Connection, devices: Iterable[str]) -> None:
    """Note that devices are no longer connected. Use inside `inbox.committing`."""
    database.executemany("UPDATE device SET online = 0 WHERE code = ?", [(code,) for code in devices])


def nobody_connected(database: sqlite3.Connection) -> None:
    """At the start of the gateway: whoever was connected before is not now."""
    database.execute("UPDATE device SET online = 0")


_STATE = "code, protocol, peer, online, first_at, last_at, data_at, clock, frames, broken, refused, faulty, late, said, said_at"


def states(codes: Iterable[str] | None = None) -> dict[str, State]:
    """Code → state, of the devices named, or of all that were ever heard."""
    which = "" if codes is None else "WHERE code IN (SELECT value FROM json_each(?))"
    with inbox.opened() as database:
        rows = database.execute(
            f"SELECT {_STATE} FROM device {which}", [] if codes is None else [json.dumps(list(codes))]
        )
        return {row[0]: _state(row) for row in rows}


def _state(row: tuple) -> State:
    held: dict[str, Any] = dict(zip(_STATE.split(", "), row, strict=True))
    times = {name: _moment(held[name]) for name in ("first_at", "last_at", "data_at", "said_at")}
    return State(**held | times | {"online": bool(held["online"])})


def refusals(device: str, most: int = 20) -> list[Refusal]:
    """The newest refusals of a device, newest first."""
    with inbox.opened() as database:
        rows = database.execute(
            "SELECT device, peer, at, why, raw FROM refusal WHERE device = ? ORDER BY id DESC LIMIT ?",
            [device, most],
        )
        return [Refusal(*row) for row in rows]


def _moment(at: int | None) -> datetime | None:
    return inbox.moment(at) if at else None
