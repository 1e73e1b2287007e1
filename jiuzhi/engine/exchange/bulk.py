"""One field of many records changed at once: tried on each record first, written in one change set that can be taken back."""

import hashlib
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied, ValidationError

from jiuzhi.core import records
from jiuzhi.core.models import Record, User
from jiuzhi.core.records import Actor
from jiuzhi.core.registers import Column, Register, guard
from jiuzhi.core.registers.parse import References, fill

PLACE = ("lon", "lat", "crs", "shape", "place_given")  # a place is each record's own


@dataclass
class Trial:
    """What a bulk change would do: ``pairs`` (new, stored) that change, how many ``same`` already, ``refused`` with the reason."""

    pairs: list[tuple[Record, Record]] = field(default_factory=list)
    same: int = 0
    refused: list[tuple[Record, str]] = field(default_factory=list)
    fault: str = ""  # the value itself cannot be read

    @property
    def stamp(self) -> str:
        """Changes when the records, or what would become of them, do: what was previewed is what is written."""
        said = repr([(new.pk, old.revision) for new, old in self.pairs]) + repr(len(self.refused))
        return hashlib.sha256(said.encode()).hexdigest()[:24]


def changeable(register: Register) -> list[Column]:
    """Fields that may be set to one value for many records: no key, no place, no state of a lifecycle, no mark of simulation."""
    life = register.lifecycle
    fixed = {*register.key, *PLACE, "synthetic", life.field if life else ""}
    return [c for c in register.form_fields if c.name not in fixed]


def attempt(
    register: Register, stored: Sequence[Record], column: Column, raw: str, refs: References, user: User
) -> Trial:
    """Set ``column`` to ``raw`` on a copy of every record and ask what `core.records` will ask. Nothing is written."""
    trial, asked = Trial(), {}  # type: ignore[var-annotated]
    for old in stored:
        record = copy(old)
        record._state = copy(old._state)  # a copy shares its cache of references otherwise
        record._state.fields_cache = dict(old._state.fields_cache)
        if said := fill(record, register, {column.name: raw}, refs).get(column.name):
            trial.fault = said
            return trial
        record._county_of = record.org_id  # type: ignore[attr-defined] # `refs` knows units of this county only: no query a record
        if getattr(record, column.attribute) == getattr(old, column.attribute):
            trial.same += 1
        elif said := _refusal(register, user, record, old, asked):
            trial.refused.append((old, said))
        else:
            trial.pairs.append((record, old))
    return trial


def _refusal(register: Register, user: User, record: Record, old: Record, asked: dict) -> str:  # type: ignore[type-arg]
    """Why the record cannot be changed so; "" when it can."""
    try:
        guard.ready(record)
    except ValidationError as error:
        return _said(error)
    return "；".join(_said(e).rstrip("。") for e in guard.refusals(register, user, record, old, asked))


def _said(error: ValidationError | PermissionDenied) -> str:
    return "；".join(getattr(error, "messages", None) or [str(error)])


def write(trial: Trial, actor: Actor, why: str) -> str:
    """Write what was tried, all or nothing; returns the change set. Errors: as `core.records.save_many`."""
    return records.save_many(trial.pairs, actor, why)
