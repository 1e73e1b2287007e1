"""From the inbox to the lake: frames decoded, each value once, the numbers of frames in the lake's own commit."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pyarrow as pa

from jiuzhi.core.local import LOCAL

from . import decoding, devices, health, inbox, lake
from .decoding import Decoded, Reading
from .decoding.water import Packets
from .devices import Known
from .inbox import Frame
from .properties import EVERY

PORTION = 5_000  # frames in one commit
_PLACES = Decimal("0.000001")
# How long after the begin of its period a value still counts as live: later ones are kept and assessed, and raise no alarm of the hour.
LIVE = {
    "instant": timedelta(minutes=15), "minute": timedelta(minutes=30), "hour": timedelta(hours=3), "4h": timedelta(hours=8),
    "day": timedelta(hours=48),
}  # fmt: skip


@dataclass
class Drained:
    """What one run took in. ``late``: values that came too late to raise an alarm; ``faulty``: frames in which something was wrong."""

    frames: int = 0
    readings: int = 0
    new: int = 0
    revised: int = 0
    late: int = 0
    faulty: int = 0


def is_late(kind: str, time: datetime, received: datetime) -> bool:
    """Whether a value came too late for a live alarm. Its period begins at ``time``; values of a person or a file are never live."""
    allowed = LIVE.get(kind.partition(".")[0])
    return allowed is None or received - time > allowed


def drain() -> Drained:
    """Move what is waiting into the lake. Raises LakeBusy; nothing is lost or doubled wherever this is stopped."""
    done = Drained()
    with lake.writing(), inbox.opened() as database:
        app = f"inbox:{inbox.name(database)}"
        seen = lake.last_version(app) or 0
        if seen > inbox.last_number(
            database
        ):  # put back from a backup: its new frames get numbers the lake has seen
            app, seen = f"inbox:{inbox.rename(database)}", 0
        last = max(inbox.moved(database), seen)
        inbox.move(database, last)
        known: dict[str, Known] | None = None
        while portion := inbox.after(database, last, PORTION):
            if known is None and any(frame.protocol != "reading" for frame in portion):
                known = devices.listed()
            before = _begun(database, portion, last)
            last = portion[-1].id
            table, notes = _decoded([*before, *portion], portion[0].id, known or {}, done)
            if len(table):
                counts = lake.take_in(table, app=app, version=last, sequence="place", every=True)
                done.new += counts.new
                done.revised += counts.revised
            with inbox.committing(database):
                health.note_decoded(database, notes)
                inbox.move(database, last)
            done.frames += len(portion)
    if done.readings:
        lake.compact()
    return done


def _begun(database: sqlite3.Connection, portion: list[Frame], last: int) -> list[Frame]:
    """Packets already passed whose message may become whole in this portion."""
    asking = {frame.device for frame in portion if frame.part}
    if not asking:
        return []
    since = min(frame.received for frame in portion) - Packets.WITHIN
    return inbox.parts_before(database, asking, last, since)


def decoded_frames(frames: Iterable[Frame], known: dict[str, Known]) -> Iterator[tuple[Frame, Decoded]]:
    """Each frame with what it says; of a message in several packets the last one to come says all."""
    packets = Packets()
    for frame in frames:
        device = known.get(frame.device) or Known(frame.device, frame.device, frame.protocol, frame.device)
        pieces = packets.add(frame.device, frame.raw, frame.received) if frame.part else [frame.raw]
        yield frame, decoding.decode(pieces, device, frame.protocol, frame.received)


def _decoded(
    frames: list[Frame], first: int, known: dict[str, Known], done: Drained
) -> tuple[pa.Table, list[health.Decoding]]:
    rows: list[tuple] = []
    notes: list[health.Decoding] = []
    for frame, found in decoded_frames(frames, known):
        if frame.id < first:
            continue
        late = (
            sum(found.resent or is_late(r.kind, r.time, frame.received) for r in found.readings)
            if frame.protocol != "reading"
            else 0
        )
        done.faulty += bool(found.faults)
        done.late += late
        done.readings += len(found.readings)
        at = found.data_time if found.readings else None  # a clock of 2099 would stand there until then
        notes.append(health.Decoding(frame.device, at, bool(found.faults), late))
        rows += [_row(reading, frame) for reading in found.readings]
    return _table(rows), notes


_COLUMNS = (
    "station", "property", "kind", "time", "value", "unit", "qualifier", "raw", "flag", "synthetic", "received", "batch", "place",
)  # fmt: skip


def _row(reading: Reading, frame: Frame) -> tuple:
    value = reading.value
    if value is not None:
        value = value.quantize(_PLACES)
    unit = reading.unit or EVERY[reading.property].unit
    return (reading.station, reading.property, reading.kind, reading.time.astimezone(UTC), value, unit, reading.qualifier, reading.raw,
            reading.flag, reading.synthetic, frame.received, f"frame-{frame.id}", frame.id)  # fmt: skip


def _table(rows: list[tuple]) -> pa.Table:
    across = map(list, zip(*rows, strict=True)) if rows else ([] for _ in _COLUMNS)
    columns = dict(zip(_COLUMNS, across, strict=True))
    local = [time.astimezone(LOCAL) for time in columns["time"]]
    columns |= {"day": [moment.date() for moment in local], "month": [f"{moment:%Y-%m}" for moment in local]}
    fields = [(name, pa.int64() if name == "place" else lake.SCHEMA.field(name).type) for name in columns]
    return pa.table(columns, schema=pa.schema(fields))
