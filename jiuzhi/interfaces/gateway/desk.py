"""Where all lines hand in what they heard: checked, kept, acknowledged after the commit."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Mapping
from typing import Protocol

from jiuzhi.engine.observe import health, inbox, reception
from jiuzhi.engine.observe.devices import Known
from jiuzhi.engine.observe.health import Heard, Refusal

log = logging.getLogger("jiuzhi.gateway")
_UNKNOWN_KEPT = 500  # devices nobody registered that are remembered at a time
_LONGEST = 2000  # bytes kept of what was turned away
NOTES_EVERY = 1.0  # [s] between two notes of how the devices are


class Line(Protocol):
    """A connection as the desk sees it."""

    peer: str

    def send(self, data: bytes) -> None: ...


class Desk:
    """Takes frames from the lines. ``known``: the devices registered, replaced as a whole when the register changes."""

    def __init__(
        self, database: sqlite3.Connection, known: Mapping[str, Known], connections: int = 2000
    ) -> None:
        self.database = database
        self.known = known
        self.connections = connections
        self.lines: set[Line] = set()
        self.by_device: dict[str, Line] = {}
        self.closing = False
        self._buckets = reception.Buckets()
        self._frames: list[tuple[str, str, int, int, bytes]] = []
        self._replies: dict[Line, list[bytes]] = {}
        self._heard: dict[str, Heard] = {}
        self._refusals: list[Refusal] = []
        self._gone: set[str] = set()
        self._flushing = False
        self._noted = 0.0
        self._warned: dict[str, float] = {}
        self.unkept = 0  # commits that failed

    def open(self, line: Line) -> bool:
        """A line has opened; False when there is no room for it."""
        if self.closing or len(self.lines) >= self.connections:
            self.warn(
                "full",
                f"拒绝来自 {line.peer} 的连接：已有 {len(self.lines)} 个连接，上限 {self.connections}（--connections）",
            )
            return False
        self.lines.add(line)
        return True

    def close(self, line: Line) -> None:
        """A line has closed: whoever spoke over it, and over no other since, is gone."""
        self.lines.discard(line)
        self._replies.pop(line, None)
        for device in [code for code, last in self.by_device.items() if last is line]:
            del self.by_device[device]
            self._gone.add(device)

    def warn(self, about: str, said: str) -> None:
        """Say something in the log, the same thing at most once in ten seconds."""
        now = time.monotonic()
        if now - self._warned.get(about, -60.0) > 10:
            if len(self._warned) > 1000:
                self._warned.clear()
            self._warned[about] = now
            log.warning(said)

    def admit(self, code: str, protocol: str, line: Line, password: str | None, raw: bytes) -> Known | None:
        """The device that speaks, None when it is turned away (and that is noted)."""
        device = self.known.get(code)
        why = reception.why_not(device, protocol, line.peer, password)
        if not why and device is not None and not self._buckets.take(device, time.monotonic()):
            # A broker sends nothing again: held back, the messages of one would hold up those of all others.
            after = "超出的不收，也不会重来" if protocol == "MQTT" else "先不收，请设备稍后重发"
            why = f"一分钟超过 {device.per_minute} 条：{after}"
        if why:
            self.refuse(code, protocol, line.peer, why, raw)
            return None
        return device

    def refuse(self, code: str, protocol: str, peer: str, why: str, raw: bytes) -> None:
        """Something was turned away and is not acknowledged."""
        code = code[:40] or f"?{peer}"
        if code not in self.known and code not in self._heard and len(self._heard) > _UNKNOWN_KEPT:
            return self.warn("unknown", f"来自未登记设备的报文太多，最后一个是 {code}（{peer}）")
        self.warn(code, f"{code}（{peer}）：{why}")
        note = self._note(code, protocol, peer)
        note.refused += 1
        return self._turned_away(note, peer, why, raw)

    def broken(self, code: str, protocol: str, peer: str, why: str, raw: bytes) -> None:
        """Bytes that were no frame, or one whose checksum is wrong: not kept, not acknowledged, noted beside their device."""
        note = self._note(code or f"?{peer}", protocol, peer)
        note.broken += 1
        self._turned_away(note, peer, why, raw)

    def _turned_away(self, note: Heard, peer: str, why: str, raw: bytes) -> None:
        note.said = why
        if len(self._refusals) < 1000:
            self._refusals.append(Refusal(note.device, peer, inbox.now(), why, raw[:_LONGEST]))
        self._later()

    def keep(
        self,
        device: Known,
        line: Line,
        raw: bytes,
        reply: bytes | None,
        *,
        part: bool = False,
        clock: int | None = None,
    ) -> None:
        """Keep a frame; ``reply`` goes out once it is on disk. ``clock``: how far the device's clock is ahead [s]."""
        at = inbox.now()
        self._frames.append((device.code, device.protocol, at, int(part), raw))
        note = self._note(device.code, device.protocol, line.peer)
        note.at, note.frames = at, note.frames + 1
        if clock is not None:
            note.clock = clock
        self.by_device[device.code] = line
        self._gone.discard(device.code)
        if reply:
            self._replies.setdefault(line, []).append(reply)
        self._later()

    def _note(self, code: str, protocol: str, peer: str) -> Heard:
        found = self._heard.get(code)
        if found is None:
            found = self._heard[code] = Heard(code, protocol, peer, inbox.now())
        return found

    def _later(self) -> None:
        if not self._flushing:
            self._flushing = True
            asyncio.get_running_loop().call_soon(self.flush)

    def flush(self) -> None:
        """Commit what came, then acknowledge it. On a database that fails nothing is acknowledged, and the devices send again."""
        self._flushing = False
        frames, self._frames = self._frames, []
        replies, self._replies = self._replies, {}
        due = time.monotonic() - self._noted >= NOTES_EVERY
        if not frames and not due:
            return
        try:
            with inbox.committing(self.database):
                inbox.add(self.database, frames)
                if due:
                    self._write_notes()
        except sqlite3.Error as error:
            self.unkept += 1
            self.warn("disk", f"收件箱写不进去（{error}），{len(frames)} 条报文没有应答，设备会重发")
            return
        if due:
            self._notes_done()
        for line, said in replies.items():
            line.send(b"".join(said))

    def _write_notes(self) -> None:
        health.note_heard(self.database, self._heard.values())
        health.note_refused(self.database, self._refusals)
        health.note_gone(self.database, self._gone)

    def _notes_done(self) -> None:
        self._noted = time.monotonic()
        self._heard, self._refusals, self._gone = {}, [], set()

    def tick(self) -> None:
        """Once in a while: notes that no frame carried along."""
        if (self._heard or self._refusals or self._gone) and not self._flushing:
            self._noted = 0.0
            self.flush()

    def replace(self, known: Mapping[str, Known]) -> None:
        """The register as it is now."""
        self.known = known
        self._buckets.keep_only(known)
