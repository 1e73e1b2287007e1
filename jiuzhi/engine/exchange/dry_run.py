"""What an import would do, row by row, before anything is written: every fault of every row at once, in words, with its cell."""

from collections import Counter
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError

from jiuzhi.core.models import Org, Record, User
from jiuzhi.core.registers import Register, columns, reading
from jiuzhi.core.registers.parse import KEEP, References, Refused, fill, parse

from .read import Table

CREATE, UPDATE, SAME, ERROR = "create", "update", "same", "error"
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

    @property
    def writable(self) -> list[tuple[Record, Record | None]]:
        return [(r.record, r.old) for r in self.rows if r.record and r.action in (CREATE, UPDATE)]


def dry_run(
    register: Register, county: Org, table: Table, user: User | None, progress: Callable[[int], None] = lambda n: None
) -> Outcome:  # fmt: skip
    """Read every row of ``table`` against the county's records, without writing. ``user`` None: the system's own import.

    The file says what it has columns for; everything else of a record stays. Queries do not grow with the rows.
    """
    refs = References(register, county)
    known = _known(register, county)
    outcome = Outcome(register, county, table)
    keys: Counter[tuple[Any, ...]] = Counter()
    first: dict[tuple[Any, ...], int] = {}
    for done, (number, values) in enumerate(table.rows, 1):
        row = _row(register, county, table, number, table.cells(values), refs, known, user)
        key = row.record and key_of(register, row.record)
        if key:
            keys[key] += 1
            if keys[key] > 1:
                said = f"与第 {first[key]} 行是同一条记录：请合并成一行"
                _add(row, register, table, register.key[0], said)
            first.setdefault(key, number)
        if row.faults:
            row.action = ERROR
        outcome.rows.append(row)
        if done % 500 == 0:
            progress(done)
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


def _row(
    register: Register, county: Org, table: Table, number: int, cells: dict[str, Any], refs: References,
    known: dict[tuple[Any, ...], Record], user: User | None,
) -> Row:  # fmt: skip
    old = _stored(register, cells, refs, known)
    row = Row(number, UPDATE if old else CREATE, copy(old) if old else register.model(), old)
    record = row.record
    assert record is not None
    if old is not None:
        record._state = copy(old._state)  # a copy shares its cache of references otherwise
        record._state.fields_cache = dict(old._state.fields_cache)
    elif register.lifecycle and cells.get(register.lifecycle.field) in (None, ""):
        cells.pop(register.lifecycle.field, None)  # a new record begins where the register says
    if old is None:
        cells = {n: v for n, v in cells.items() if not _defaulted(register, n, v)}
    for name, said in fill(record, register, cells, refs, row.notes).items():
        _add(row, register, table, name, said)
    if old is None:
        for column in register.form_fields:
            if (
                column.required
                and column.name not in cells
                and getattr(record, column.attribute) in (None, "")
            ):
                _add(row, register, table, column.name, f"{column.title}必须填写，文件里没有填")
    if not row.faults:
        _whole(register, row, table, county, user)
    if not row.faults and old is not None:
        row.changed = tuple(
            n for n, c in register.fields.items() if getattr(record, c.attribute) != getattr(old, c.attribute)
        )
        row.action = UPDATE if row.changed else SAME
    return row


def _defaulted(register: Register, name: str, value: Any) -> bool:
    """An empty cell of a new record where the field has a default of its own."""
    return value in (None, "") and bool(register.model._meta.get_field(name).has_default())


def _stored(
    register: Register, cells: dict[str, Any], refs: References, known: dict[tuple[Any, ...], Record]
) -> Record | None:
    key = []
    for name in register.key:
        try:
            value = parse(register.fields[name], cells.get(name), refs)
        except Refused:
            return None  # said again, with its cell, when the row is filled in
        key.append(getattr(value, "pk", value))
    return known.get(tuple(key)) if KEEP not in key else None


def _whole(register: Register, row: Row, table: Table, county: Org, user: User | None) -> None:
    """The row as a record: what follows from its fields, its rules, the person's rights, the state."""
    record, old = row.record, row.old
    assert record is not None
    try:
        # The county is known and the unit comes from this county: no query a row.
        record.county, record._county_of = county, record.org_id  # type: ignore[attr-defined]
        record.prepare()
        record.clean_fields(exclude=_checked(register))
        said = record.faults()
    except ValidationError as error:
        said = {n: "；".join(m.rstrip("。") for m in found) for n, found in error.message_dict.items()}
    for name, sentence in said.items():
        _add(row, register, table, name, sentence)
    life = register.lifecycle
    if life is not None:
        state, before = getattr(record, life.field), old and getattr(old, life.field)
        if old is not None and state != before:
            _add(
                row,
                register,
                table,
                life.field,
                f"状态不能用导入从“{before}”改为“{state}”：请在记录页办理相应步骤",
            )
        elif old is None and life.first and state not in life.first:
            _add(row, register, table, life.field, f"新记录的状态只能是{'、'.join(life.first)}")
    if user is not None:
        action = "change_record" if old else "create_record"
        if not reading.may(register, user, action, old or record):
            verb = "修改" if old else "新增"
            _add(
                row,
                register,
                table,
                "org",
                f"没有权限{verb}{(old or record).org}的记录：请只填本单位的，或联系管理员授权",
            )


def _checked(register: Register) -> list[str]:
    """Fields `fill` has checked already, and references, which come from this county by construction."""
    return [
        f.name for f in register.model._meta.concrete_fields if f.name in register.fields or f.is_relation
    ]


def _add(row: Row, register: Register, table: Table, name: str, said: str) -> None:
    column = register.fields.get(name)
    row.faults.append(
        Fault(row.number, name, column.title if column else "", table.address(row.number, name), said)
    )


def changes(row: Row, register: Register, clear: bool = True) -> Iterator[tuple[str, str, str]]:
    """What a row would change: (title, before, after), as the reader may see it."""
    assert row.record is not None
    for name in row.changed:
        column = register.fields[name]
        before = reading.value(column, row.old, clear) if row.old else ""
        yield column.title, before, reading.value(column, row.record, clear)
