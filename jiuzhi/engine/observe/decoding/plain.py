"""Readings written down by the program itself, for sources that have no frames of their own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from .. import inbox
from ..devices import Known
from . import Decoded, Reading, fault_of


def put(readings: Iterable[Reading]) -> int:
    """Keep readings in the inbox, one frame each; they are on disk, all or none, when this returns. Raises ValueError for one that cannot be true."""
    frames = []
    for reading in readings:
        if why := fault_of(reading, datetime.now(UTC)):
            raise ValueError(why)
        frames.append((reading.station, "reading", encode(reading)))
    return inbox.put(frames)


def encode(reading: Reading) -> bytes:
    row = reading._replace(
        time=reading.time.astimezone(UTC).isoformat(),  # type: ignore[arg-type]
        value=None if reading.value is None else f"{reading.value:f}",  # type: ignore[arg-type]
    )
    return json.dumps(row, ensure_ascii=False).encode()


def decode(raw: Sequence[bytes], device: Known, received: datetime) -> Decoded:
    """The reading as it was put."""
    found = Reading(*json.loads(b"".join(raw)))
    moment = datetime.fromisoformat(str(found.time))
    value = None if found.value is None else Decimal(found.value)
    reading = found._replace(
        time=moment, value=value, raw=found.raw or ("" if value is None else f"{value:f}")
    )
    return Decoded("数值", moment, [reading])
