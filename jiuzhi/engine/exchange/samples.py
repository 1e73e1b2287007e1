"""The packaged sample rows of every register, for a demo: taken in as any file is."""

import csv
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import ValidationError

from jiuzhi.core import records
from jiuzhi.core.models import Org
from jiuzhi.core.records import Actor
from jiuzhi.core.registers import REGISTERS, Register, columns, of

from .apply import apply
from .dry_run import Outcome, dry_run
from .read import Table


def ordered(only: Iterable[Register] | None = None) -> list[Register]:
    """Registers with what they refer to before them."""
    found: list[Register] = []

    def visit(one: Register, above: tuple[str, ...]) -> None:
        for column in one.fields.values():
            target = of(column.target) if column.target is not None else None
            if target and target is not one and target.code not in above:
                visit(target, (*above, one.code))
        if one not in found:
            found.append(one)

    for register in only or REGISTERS.values():
        visit(register, ())
    return found


def rows_of(register: Register) -> list[dict[str, str]]:
    """The sample rows; [] for a register that brings none."""
    file = register.samples()
    if not file.is_file():
        return []
    return list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))


def load_samples(
    actor: Actor, only: Iterable[Register] | None = None, progress: Callable[[str], Any] = lambda code: None
) -> int:
    """Take in the sample rows of every register (or ``only`` some, with what they refer to) for the counties there are.

    Idempotent: rows that are there already stay. Returns how many records were written. Errors: ``ValidationError`` naming the
    first row that its own register refuses.
    """
    counties = {o.code: o for o in Org.objects.filter(kind=Org.Kind.COUNTY)}
    written = 0
    with records.one_set():
        for register in ordered(only):
            progress(register.code)
            rows = rows_of(register)
            for code, county in counties.items():
                mine = [(n, r) for n, r in enumerate(rows, 2) if r.get("county") == code]
                if mine:
                    written += _take(register, county, mine, actor)
    return written


def _take(register: Register, county: Org, rows: list[tuple[int, dict[str, str]]], actor: Actor) -> int:
    """Take in the rows that are new; what people have since changed stays as they left it.

    References of a register to itself are filled in by a second pass, when all its rows are there.
    """
    own = {c.name for c in register.fields.values() if c.kind == columns.REF and c.target is register.model}
    names = [n for n in rows[0][1] if n != "county"]
    first = _tried(register, county, rows, [n for n in names if n not in own])
    first.rows = [r for r in first.rows if r.old is None]
    _refuse(first)
    apply(first, actor, "载入样例")
    fresh = {r.number for r in first.rows}
    again = [(n, r) for n, r in rows if n in fresh]
    if own & set(names) and again:
        wanted = [n for n in names if n in own or n in register.key]
        second = _tried(register, county, again, wanted)
        _refuse(second)
        apply(second, actor, "载入样例")
    return len(fresh)


def _tried(
    register: Register, county: Org, rows: list[tuple[int, dict[str, str]]], names: list[str]
) -> Outcome:
    table = Table("", 1, dict(enumerate(names)), rows=[(n, [r[name] for name in names]) for n, r in rows])
    return dry_run(register, county, table, None)


def _refuse(outcome: Outcome) -> None:
    if outcome.faults:
        fault = outcome.faults[0]
        raise ValidationError(f"{outcome.register.code} 的样例第 {fault.row} 行“{fault.title}”：{fault.said}")
