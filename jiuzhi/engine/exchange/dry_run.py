"""What an import would do, row by row, before anything is written: every fault of every row at once, in words, with its cell."""

import hashlib
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError

from jiuzhi.core.models import Org, Record, User
from jiuzhi.core.registers import Column, Register, columns, guard, reading
from jiuzhi.core.registers.parse import KEEP, References, Refused, fill, parse

from .read import Table
from .sheets import NO_RESULT

CREATE, UPDATE, SAME, ERROR = "create", "update", "same", "error"
_NAMED = 3  # other rows of the same record that a fault names
WORDS = {CREATE: "新增", UPDATE: "修改", SAME: "无变化", ERROR: "有误"}


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a row. ``cell``: "C7", or "" when it concerns the whole row."""

    row: int
    field: str
    title: str
    cell: str
    said: str


@dataclass
class Row:
    """What would become of one row. ``changed``: fields whose value differs from the stored record."""

    number: int
    action: str
    record: Record | None = None
    old: Record | None = None
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    changed: tuple[str, ...] = ()


@dataclass
class Outcome:
    """What an import would do."""

    register: Register
    county: Org
    table: Table
    rows: list[Row] = field(default_factory=list)

    def count(self, action: str) -> int:
        return sum(r.action == action for r in self.rows)

    @property
    def faults(self) -> list[Fault]:
        return [f for r in self.rows for f in r.faults]

    @property
    def notes(self) -> list[tuple[int, str]]:
        return [(r.number, n) for r in self.rows for n in r.notes]

    def mark_synthetic(self) -> None:
        """Let what is new be simulated data, whatever the file says."""
        for row in self.rows:
            if row.action == CREATE and row.record is not None:
                row.record.synthetic = True  # type: ignore[assignment]

    @property
    def writable(self) -> list[tuple[Record, Record | None]]:
        return [(r.record, r.old) for r in self.rows if r.record and r.action in (CREATE, UPDATE)]


def dry_run(
    register: Register, county: Org, table: Table, user: User | None, progress: Callable[[int], None] = lambda n: None
) -> Outcome:  # fmt: skip
    """Read every row of ``table`` against the county's records, without writing. ``user`` None: the system's own import.

    The file says what it has columns for; everything else of a record stays, and so does what a cell repeats. A row that changes
    nothing needs no right but to be seen. Queries do not grow with the rows.
    """
    trial = _Trial(register, county, table, user)
    outcome = Outcome(register, county, table)
    same: dict[tuple[Any, ...], list[Row]] = {}
    for done, (number, values) in enumerate(table.rows, 1):
        row = trial.row(number, table.cells(values))
        key = row.record and key_of(register, row.record)
        if key:
            same.setdefault(key, []).append(row)
        outcome.rows.append(row)
        if done % 500 == 0:
            progress(done)
    for rows in same.values():
        trial.twice(rows)
    for row in outcome.rows:
        if row.faults:
            row.action = ERROR
    progress(len(table.rows))
    return outcome


def _known(register: Register, county: Org) -> dict[tuple[Any, ...], Record]:
    """Every stored record of the county by key."""
    links = sorted(
        {
            "org",
            *filter(None, [register.holder]),
            *(k for k in register.key if register.fields[k].kind == columns.REF),
        }
    )
    stored = register.model._default_manager.filter(county=county).select_related(*links)
    return {key_of(register, r): r for r in stored.iterator(2000)}


def key_of(register: Register, record: Record) -> tuple[Any, ...]:
    """The key as stored values (ids for references); empty when any part is missing."""
    parts = tuple(getattr(record, record._meta.get_field(k).attname) for k in register.key)
    return parts if all(p not in (None, "") for p in parts) else ()


class _Trial:
    """The rows of one file tried one by one, with what all of them need read once."""

    def __init__(self, register: Register, county: Org, table: Table, user: User | None) -> None:
        self.register, self.county, self.table, self.user = register, county, table, user
        self.refs = References(register, county, user)
        self.known = _known(register, county)
        self.asked: dict[Any, Any] = {}
        # `fill` checks what is filled in, and references come from this county by construction.
        fields = register.model._meta.concrete_fields
        self.checked = [f.name for f in fields if f.name in register.fields or f.is_relation]

    def row(self, number: int, cells: dict[str, Any]) -> Row:
        lacking = [n for n, v in cells.items() if v == NO_RESULT] if NO_RESULT in cells.values() else []
        known = {n: v for n, v in cells.items() if n not in lacking} if lacking else cells
        old = self._stored(known)
        row = self._new(number, known) if old is None else self._held(number, known, old)
        for name in lacking:
            row.faults = [f for f in row.faults if f.field != name]  # not "must be filled in": it is
            self.fault(row, name, "公式没有结果：请在 Excel 中打开并保存一次，或直接填数值")
        return row

    def _new(self, number: int, cells: dict[str, Any]) -> Row:
        row = Row(number, CREATE, self.register.model())
        assert row.record is not None
        # An empty cell stands for the field's own default: a state where the register lets new records begin, say.
        model = self.register.model._meta
        given = {
            n: v for n, v in cells.items() if v not in (None, "") or not model.get_field(n).has_default()
        }
        self._fill(row, given)
        said = {f.field for f in row.faults}
        for column in self.register.form_fields:
            empty = column.required and getattr(row.record, column.attribute) in (None, "")
            if empty and column.name not in said:
                self.fault(row, column.name, f"{column.title}必须填写，文件里没有填")
        self._whole(row)
        return row

    def _held(self, number: int, cells: dict[str, Any], old: Record) -> Row:
        register = self.register
        row = Row(number, SAME, old, old)
        if self.user is not None and not reading.may(register, self.user, "view_record", old):
            row.record = None
            self.fault(row, register.key[0], "没有权限修改这条记录：请只填本单位的，或联系管理员授权")
            return row
        edited = self._edited(row, cells, old)
        if not edited and not row.faults:
            return row
        row.record = copy(old)
        row.record._state = copy(old._state)  # a copy shares its cache of references otherwise
        row.record._state.fields_cache = dict(old._state.fields_cache)
        self._fill(row, edited)
        if row.faults or any(_differs(c, row.record, old) for c in register.fields.values()):
            self._whole(row)
            row.changed = tuple(n for n, c in register.fields.items() if _differs(c, row.record, old))
            row.action = UPDATE if row.changed else SAME
        return row

    def _edited(self, row: Row, cells: dict[str, Any], old: Record) -> dict[str, Any]:
        """The cells that say something else than what is stored. What the person may not read they may not write, and are not
        told either whether a guess is right."""
        register, edited = self.register, {}
        clear = self.user is None or bool(reading.unmasked(register, self.user, [old]))
        for name, raw in cells.items():
            column = register.fields[name]
            if column.sensitive and not clear:
                shown = reading.value(column, old, clear)
                if (str(raw).strip() if raw is not None else "") != shown:
                    said = (
                        f"没有权限查看这一项，因此不能改：请填回“{shown}”，或删去这一列"
                        if shown
                        else "没有权限查看这一项，因此不能填"
                    )
                    self.fault(row, name, said)
            elif not _repeats(column, raw, old):
                edited[name] = raw
        return edited

    def _fill(self, row: Row, cells: dict[str, Any]) -> None:
        assert row.record is not None
        for name, said in fill(row.record, self.register, cells, self.refs, row.notes).items():
            self.fault(row, name, said)

    def _stored(self, cells: dict[str, Any]) -> Record | None:
        key = []
        for name in self.register.key:
            try:
                value = parse(self.register.fields[name], cells.get(name), self.refs)
            except Refused:
                return None  # said again, with its cell, when the row is filled in
            key.append(getattr(value, "pk", value))
        return self.known.get(tuple(key)) if KEEP not in key else None

    def _whole(self, row: Row) -> None:
        """The row as a record: what follows from its fields, its rules, the person's rights, period and state."""
        record = row.record
        assert record is not None
        if record.org_id is None:
            return  # already said; nothing else can be told without the unit
        # The county is known and the unit comes from it: no query a row.
        record.county, record._county_of = self.county, record.org_id  # type: ignore[attr-defined]
        if not row.faults:  # rules across fields make sense for fields that could be read
            try:
                record.prepare()
                record.clean_fields(exclude=self.checked)
                found = record.faults()
            except ValidationError as error:
                found = _sentences(error)
            for name, said in found.items():
                self.fault(row, name, said)
        for refusal in guard.refusals(self.register, self.user, record, row.old, self.asked):
            if isinstance(refusal, ValidationError):
                for name, said in _sentences(refusal).items():
                    self.fault(row, name, said)
            else:
                self.fault(row, "org", str(refusal).rstrip("。"))

    def twice(self, rows: list[Row]) -> None:
        """Rows of one record are all at fault, each naming others: which of them holds, only the person knows."""
        key = self.register.key[0]
        title = self.register.fields[key].title
        for row in rows if len(rows) > 1 else ():
            others = islice((str(r.number) for r in rows if r is not row), _NAMED)
            more = "等" if len(rows) > _NAMED + 1 else ""
            said = f"与第 {'、'.join(others)} 行{more}是同一条记录：请合并成一行，或改正其中的“{title}”"
            self.fault(row, key, said)

    def fault(self, row: Row, name: str, said: str) -> None:
        column = self.register.fields.get(name)
        title = column.title if column else ""
        row.faults.append(Fault(row.number, name, title, self.table.address(row.number, name), said))


def _sentences(error: ValidationError) -> dict[str, str]:
    """Field → sentence; "" for what concerns the whole record."""
    if hasattr(error, "error_dict"):
        return {n: "；".join(m.rstrip("。") for m in found) for n, found in error.message_dict.items()}
    return {"": "；".join(m.rstrip("。") for m in error.messages)}


def _differs(column: Column, record: Record, old: Record) -> bool:
    return bool(getattr(record, column.attribute) != getattr(old, column.attribute))


def _repeats(column: Column, raw: Any, old: Record) -> bool:
    """Whether a cell says just what is stored: then it was not edited, and is not judged by today's rules either."""
    if column.kind == columns.REF:
        return raw in (None, "") and getattr(old, column.attribute) is None
    held = getattr(old, column.name)
    if raw in (None, ""):
        return held in (None, "")
    if isinstance(raw, str):
        return raw == column.shown(held)
    if isinstance(raw, datetime):
        return bool(raw.date() == held)
    if isinstance(raw, int | float) and isinstance(held, int | Decimal) and not isinstance(raw, bool):
        return Decimal(f"{raw:.15g}") == held
    return False


def fingerprint(outcome: Outcome) -> str:
    """Changes when the same file would do something else: because records changed, or rights, since it was last tried."""
    digest = hashlib.sha256()
    fields = [c.attribute for c in outcome.register.form_fields]
    for row in outcome.rows:
        old = row.old and (row.old.pk, row.old.revision)
        values = [str(getattr(row.record, a)) for a in fields] if row.action in (CREATE, UPDATE) else []
        digest.update(repr((row.number, row.action, old, values, [f.said for f in row.faults])).encode())
    return digest.hexdigest()


def changes(row: Row, register: Register, clear: bool = True) -> Iterator[tuple[str, str, str]]:
    """What a row would change: (title, before, after), as the reader may see it."""
    assert row.record is not None
    for name in row.changed:
        column = register.fields[name]
        before = reading.value(column, row.old, clear) if row.old else ""
        yield column.title, before, reading.value(column, row.record, clear)
