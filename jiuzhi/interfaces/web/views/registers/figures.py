"""Figures of a register that many pages show: counted once, and again only when something they rest on changes."""

from collections.abc import Callable, Hashable
from functools import cache
from typing import TypeVar

from jiuzhi.core import access, local
from jiuzhi.core.registers import REGISTERS, Register, query, reading

from ...keep import shared
from ..base import Scope

T = TypeVar("T")


@cache
def _unrelated(register: Register) -> frozenset[str]:
    """Models of other registers whose changes leave the figures of ``register`` alone."""
    own = {register.model, *(c.target for c in register.fields.values() if c.target is not None)}
    model = register.model
    for name in register.holder.split("__") if register.holder else []:
        model = model._meta.get_field(name).related_model
        own.add(model)
    return frozenset(r.model._meta.label for r in REGISTERS.values() if r.model not in own)


def held(scope: Scope, register: Register, what: Hashable, make: Callable[[], T]) -> T:
    """``make()`` for this person, county and day; kept until the register, or what it refers to, changes."""
    rights = tuple((g.role, g.org.path, g.registers, g.actions) for g in access.grants(scope.user, "enter"))
    version = max(n for model, n in scope.changes.items() if model not in _unrelated(register))
    key = ("register", register.code, scope.county.pk, scope.user.pk, what)
    return shared(key, (version, rights, local.today()), make)


def tally(scope: Scope, register: Register, asked: query.Asked) -> query.Tally:
    """How many records answer to ``asked``, by state; its order, states and question of time left aside."""
    life = register.lifecycle
    filters = {k: v for k, v in asked.filters.items() if not life or k != life.field}
    rest = query.Asked(asked.q, filters, asked.ranges)

    def count() -> query.Tally:
        visible = reading.visible_to(register, scope.user, county=scope.county)
        today = local.today()
        return query.tally(register, query.select(register, visible, rest, today), today)

    return held(scope, register, ("tally", repr(rest)), count)


def references(scope: Scope, register: Register) -> dict[str, list[tuple[int, str]]]:
    """What the reference filters offer this person."""

    def ask() -> dict[str, list[tuple[int, str]]]:
        visible = reading.visible_to(register, scope.user, county=scope.county)
        return query.reference_choices(register, visible)

    return held(scope, register, "references", ask)


def whose(scope: Scope, register: Register) -> str:
    """Whose records the person sees here: the county's, or those of the units they stand for."""
    grants = access.grants(scope.user, "view_record", register.code)
    if any(g.role != "enterprise" and scope.county.path.startswith(g.org.path) for g in grants):
        return scope.county.name
    inside = [g.org.name for g in grants if g.org.path.startswith(scope.county.path)]
    return "、".join(dict.fromkeys(inside))


def may_view(scope: Scope, register: Register) -> bool:
    return reading.may(register, scope.user, "view_record", org=scope.county)
