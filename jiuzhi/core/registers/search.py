"""One word sought in many registers at once: one query for all of them, however many there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, QuerySet, TextField, Value

from jiuzhi.core.models import Record

from .declare import REGISTERS, Register
from .query import Asked, name_of, plain, select


@dataclass(frozen=True)
class Hit:
    """A record found. ``name``: what people call it; ``key``: its key, "" where that is the name; ``synthetic``: invented."""

    register: Register
    pk: int
    name: str
    key: str
    synthetic: bool


def search(
    where: Iterable[tuple[Register, QuerySet[Record]]], q: str, each: int, today: date
) -> dict[Register, list[Hit]]:
    """What ``q`` finds: at most ``each`` records of each register, in the order of the registers. ``where``: registers with the
    records that may be seen. One query, and one more for each register found whose records make their names in words of their own.
    """
    parts = [_part(register, visible, q, each, today) for register, visible in where]
    found: dict[str, list[tuple[int, str, str, bool]]] = {}
    for code, *row in parts[0].union(*parts[1:], all=True) if parts else ():
        found.setdefault(code, []).append(tuple(row))
    return {REGISTERS[code]: _hits(REGISTERS[code], rows) for code, rows in found.items()}


def _part(
    register: Register, visible: QuerySet[Record], q: str, each: int, today: date
) -> QuerySet[Any, Any]:
    manager = register.model._default_manager
    # No limit is allowed inside a union: the first few are found by their ids.
    first = select(register, visible, Asked(q=q), today).values("pk")[:each]
    names = (Value("", TextField()),) * 2
    if plain(register.model):
        names = name_of(register.model), name_of(register.model, key=True)
    rows = manager.filter(pk__in=first).order_by()
    return rows.values_list(Value(register.code, TextField()), F("pk"), *names, F("synthetic"))


def _hits(register: Register, rows: list[tuple[int, str, str, bool]]) -> list[Hit]:
    if not plain(register.model):
        held = register.model._default_manager.filter(pk__in=[pk for pk, *_rest in rows])
        rows = [
            (r.pk, str(r), register.label(r), bool(r.synthetic))
            for r in held.select_related(*register.links(register.key))
        ]
    return sorted(
        (Hit(register, pk, name, "" if key == name else key, bool(made)) for pk, name, key, made in rows),
        key=lambda hit: (hit.name, hit.pk),
    )
