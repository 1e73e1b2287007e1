"""What a person decides on observed values: 无效 or 有效, with a reason, and taking it back.

The decision is a record first (with its audit entry), then a revision in the lake of each value it holds for: value, unit and
raw text unchanged, another flag. The lake takes each decision in exactly once, so one that a crash or a busy lake held up is
simply settled again. It holds until the instrument sends another value for that time, which starts without a decision.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from jiuzhi.core import records
from jiuzhi.core.local import LOCAL
from jiuzhi.core.records import SYSTEM, Actor
from jiuzhi.master.models import Station

from .. import lake
from ..models import Overrule
from ..properties import EVERY

VALID, INVALID = 1, 4
"""The lake's flags of a decision: below 2 is counted, the others are not."""
LONGEST = timedelta(days=92)


def overrule(
    station: Station, property: str, start: datetime, verdict: str, why: str, actor: Actor, *, kind: str = "",
    end: datetime | None = None, revision: int | None = None,
) -> Overrule:  # fmt: skip
    """Decide on one value (``end`` None) or on a span, start included, end not; times with zone.

    property, kind: empty for all of them, in a span. revision: the one the person saw of a single value. Returns the record; its
    ``values`` says how many values it came to. Errors: ValidationError in one Chinese sentence; LakeBusy when the lake could not be
    written, and then the decision stands and is settled with the next one.
    """
    why = why.strip()
    if not why:
        raise ValidationError("请写明原因，例如“仪器校准”“与手工比对一致”。")
    if verdict not in Overrule.Verdict.values:
        raise ValidationError("结论只能是有效或无效。")
    if property and property not in EVERY:
        raise ValidationError(f"没有项目“{property[:40]}”。")
    if end is not None and not start < end <= start + LONGEST:
        raise ValidationError(f"起止时间不对：止要晚于起，且一次不超过 {LONGEST.days} 天。")
    made = Overrule(
        station=station, property=property, kind=kind, start=start, end=end, verdict=verdict, why=why[:200], by=actor.user,
        at=timezone.now(),
    )  # fmt: skip
    with lake.writing():
        found = _held(made)
        if not len(found):
            raise ValidationError("这段时间没有可判定的数据：请核对点位、项目和时间。")
        if revision is not None and found["revision"][0].as_py() != revision:
            raise ValidationError("这个值刚有新的修订：请刷新页面，按新值重新判断。")
        records.save(made, actor, why)
        settle([made])
    return made


def undo(made: Overrule, why: str, actor: Actor) -> None:
    """Take a decision back: its values get the flag again that the instrument sent. Values decided on once more since, or sent
    anew, stay. Errors: ValidationError when it was taken back before or no reason is given; LakeBusy as ``overrule``."""
    if not why.strip():
        raise ValidationError("请写明撤销的原因。")
    with lake.writing():
        made.refresh_from_db()
        if made.undone_at is not None:
            raise ValidationError("这次判定已经撤销过了。")
        made.undone_by, made.undone_at, made.undone_why = actor.user, timezone.now(), why.strip()[:200]
        records.save(made, actor, why)
        settle([made])


def settle(waiting: Iterable[Overrule] | None = None) -> int:
    """Write decisions into the lake that are not there yet (all of them by default). Returns how many were settled."""
    if waiting is None:
        open_ones = Q(values=None) | Q(undone_values=None, undone_at__isnull=False)
        waiting = list(Overrule.objects.filter(open_ones).order_by("id"))
    done = 0
    for made in waiting:
        with lake.writing():
            if made.values is None:
                made.values = 0 if made.undone_at else _write(made, _held(made), 1)
            if made.undone_at is not None:
                made.undone_values = _write(made, _restored(made), 2)
            records.save(made, SYSTEM, "写入观测库")
        done += 1
    return done


def _held(made: Overrule) -> pa.Table:
    """The latest revisions the decision is about, with its flag."""
    first, last = _bounds(made)
    found = lake.current(made.station.code, made.property or None, first, last, made.kind or None)
    found = found.filter(_inside(found, made))
    found = found.filter(pc.is_valid(found["value"]))
    return _with(found, "flag", VALID if made.verdict == Overrule.Verdict.VALID else INVALID)


def _restored(made: Overrule) -> pa.Table:
    """The revisions this decision made that still hold, with the flag of the last one that nobody had decided on."""
    first, last = _bounds(made)
    every = lake.revisions(made.station.code, made.property or None, first, last)
    rows: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in every.filter(_inside(every, made)).to_pylist():
        rows.setdefault(tuple(row[name] for name in lake.IDENTITY), []).append(row)
    back = []
    for line in rows.values():
        line.sort(key=lambda row: row["revision"])
        if line[-1]["batch"] != f"{lake.RULED}{made.code}":
            continue
        sent = next((row for row in reversed(line) if not row["batch"].startswith(lake.RULED)), line[0])
        back.append(line[-1] | {"flag": sent["flag"]})
    return pa.Table.from_pylist(back, schema=lake.SCHEMA)


def _write(made: Overrule, rows: pa.Table, step: int) -> int:
    """Each row becomes a revision, once per decision and step. Returns how many the lake holds of it."""
    batch = f"{lake.RULED}{made.code}" if step == 1 else f"restored-{made.code}"
    if not len(rows):
        return 0
    counts = lake.take_in(
        _with(rows, "batch", batch).select(lake.GIVEN), app=f"overrule:{made.code}", version=step, ruling=True
    )
    if counts.written:
        return counts.revised
    return lake.counts_of(batch, len(rows)).revised  # settled before a crash


def _with(rows: pa.Table, name: str, value: Any) -> pa.Table:
    field = lake.SCHEMA.field(name)
    column = pa.array([value] * len(rows), field.type)
    return rows.set_column(rows.schema.get_field_index(name), field, column)


def _bounds(made: Overrule) -> tuple[Any, Any]:
    return made.start.astimezone(LOCAL).date(), (made.end or made.start).astimezone(LOCAL).date()


def _inside(rows: pa.Table, made: Overrule) -> Any:
    start = pa.scalar(made.start, lake.SCHEMA.field("time").type)
    if made.end is None:
        return pc.equal(rows["time"], start)
    end = pa.scalar(made.end, lake.SCHEMA.field("time").type)
    return pc.and_(pc.greater_equal(rows["time"], start), pc.less(rows["time"], end))
