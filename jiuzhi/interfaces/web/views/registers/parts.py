"""The parts of a record's page: the sentence, the steps, the fields, what belongs to it and what points to it."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from jiuzhi.core import geo, periods, records
from jiuzhi.core.models import Grant, Record
from jiuzhi.core.registers import REGISTERS, Column, Register, Step, guard, of, reading
from jiuzhi.core.registers.parse import written

from ..base import Scope

PLACE = ("lon", "lat", "crs", "shape", "shape_m", "shape_m2", "place_given")
LAST = ("org", "note", "synthetic")
_ROWS = 20  # records of a child register shown here
_RELATED = 5  # records shown of each register that points here
_WIDE = 7  # columns of a child's table


@dataclass(frozen=True)
class Move:
    """A step that leaves the present state. ``missing``: what it still needs, in words; ``who``: who else may take it."""

    step: Step
    missing: list[str]
    mine: bool
    who: str
    anytime: bool  # leaves any state: a way out rather than the next thing to do


@dataclass(frozen=True)
class Cell:
    """A field as this reader sees it. ``address``: of what it refers to; ``folded``: too long to stand open."""

    column: Column
    text: str
    address: str = ""
    folded: str = ""

    @property
    def masked(self) -> bool:
        return self.text == reading.MASK


@dataclass(frozen=True)
class Related:
    """Records of another register: its children, or those that refer here through ``column``."""

    register: Register
    column: Column
    total: int
    rows: list[Any]
    address: str  # the list, narrowed to these
    fields: list[Column]
    add: str = ""  # the form of a new one that belongs here


def state(register: Register, record: Record) -> str:
    return getattr(record, register.lifecycle.field) if register.lifecycle else ""


def ended(register: Register, record: Record) -> bool:
    """Whether nothing more is due."""
    life = register.lifecycle
    return life is not None and state(register, record) in life.closed


def due(register: Register, record: Record, today: date) -> tuple[Column, date, int] | None:
    """The field that says until when the record holds, the day, and the days left; None when nothing is due."""
    life = register.lifecycle
    if life is None or not life.expires or ended(register, record):
        return None
    until = getattr(record, life.expires)
    return (register.fields[life.expires], until, (until - today).days) if until else None


def locked(register: Register, record: Record) -> str:
    """Why the record cannot be changed now: its reporting period is locked; "" when it is open."""
    from django.core.exceptions import ValidationError

    try:
        periods.check_open(register, record)
    except ValidationError as error:
        return "；".join(error.messages)
    return ""


def moves(register: Register, scope: Scope, record: Record, has_files: bool) -> list[Move]:
    """The steps that leave the present state: first those that lead on, then those possible at any time."""
    life = register.lifecycle
    if life is None:
        return []
    found = []
    last = records.last_hand(record)
    for step in life.from_state(state(register, record)):
        missing = [register.fields[n].title for n in step.needs if getattr(record, n) in (None, "")]
        if step.evidence and not has_files:
            missing.append(_("佐证文件或照片"))
        if step.other_person and last == scope.user.pk:
            missing.append(_("由另一个人办理（上一步是您办的）"))
        roles = "、".join(str(Grant.Role(r).label) for r in step.roles)
        who = roles or _("%(org)s的填报人") % {"org": record.org}
        mine = guard.may_step(register, scope.user, step, record)
        found.append(Move(step, missing, mine, who, "*" in step.start))
    return sorted(found, key=lambda m: m.anytime)


def main(found: list[Move], record_ended: bool) -> Move | None:
    """The one thing to do next: the only step that leads on and lacks nothing."""
    ready = [m for m in found if m.mine and not m.anytime and not m.missing]
    return ready[0] if len(ready) == 1 and not record_ended else None


def groups(register: Register, record: Record, clear: bool) -> list[tuple[str, list[Cell], list[Column]]]:
    """The fields in groups: the record's own, its place, whose it is; in each what is filled in, then what is not."""
    own: list[Cell] = []
    at: list[Cell] = []
    rest: list[Cell] = []
    for column in register.fields.values():
        text = reading.value(column, record, clear)
        if not column.editable and not text:
            continue
        cell = Cell(column, text, _address(column, record), _folded(column, text))
        (at if column.name in PLACE else rest if column.name in LAST else own).append(cell)
    return [
        (title, [c for c in cells if c.text], [c.column for c in cells if not c.text])
        for title, cells in ((_("内容"), own), (_("位置"), at), (_("归属"), rest))
        if cells
    ]


def _address(column: Column, record: Record) -> str:
    target = of(column.target) if column.target is not None else None
    held = target and getattr(record, column.attribute)
    return reverse("record", args=[record.county.code, target.code, held]) if target and held else ""


def _folded(column: Column, text: str) -> str:
    """What stands for a drawn shape: nobody reads its hundred coordinates."""
    if column.name != "shape" or not text or text == reading.MASK:
        return ""
    drawn = geo.geojson(text)
    kind = _("线") if "Line" in drawn["type"] else _("面")
    return _("%(kind)s，%(n)s 个点") % {"kind": kind, "n": text.count(",") + 1}


def children(scope: Scope, register: Register, record: Record) -> list[Related]:
    """The registers whose records belong to this one, each with its first rows and the way to add one."""
    found = []
    for child in register.children:
        if not reading.may(child, scope.user, "view_record", org=scope.county):
            continue
        column = child.fields[child.within]
        rows = reading.visible_to(child, scope.user, county=scope.county).filter(**{child.within: record})
        shown, total = _first(child, rows, _ROWS)
        fields = [child.fields[n] for n in dict.fromkeys((*child.key, *child.columns)) if n != child.within]
        clear = reading.unmasked(child, scope.user, shown)
        if any(c.sensitive for c in fields[:_WIDE]):
            reading.note_many(records.Actor(scope.user), child, scope.county.code, clear)
        cells = [(r, [Cell(c, reading.value(c, r, r.pk in clear)) for c in fields[:_WIDE]]) for r in shown]
        add = ""
        if reading.may(child, scope.user, "create_record", org=scope.county):
            start = urlencode({child.within: written(record), "org": record.org.name})
            add = f"{reverse('record_new', args=[scope.county.code, child.code])}?{start}"
        found.append(
            Related(child, column, total, cells, _list(scope, child, column, record), fields[:_WIDE], add)
        )
    return found


def pointing(scope: Scope, register: Register, record: Record) -> list[Related]:
    """Records of other registers that refer to this one. A masked reference is not counted: the count would tell."""
    found = []
    for other in REGISTERS.values():
        for column in other.fields.values():
            if column.target is not register.model or other.within == column.name or column.sensitive:
                continue
            rows = reading.visible_to(other, scope.user, county=scope.county).filter(
                **{column.name: record.pk}
            )
            shown, total = _first(other, rows, _RELATED)
            if shown:
                found.append(Related(other, column, total, shown, _list(scope, other, column, record), []))
    return found


def _first(register: Register, rows: QuerySet[Record], most: int) -> tuple[list[Record], int]:
    """The first rows with what they refer to, and how many there are; counted only when there are more than shown."""
    listed = list(rows.select_related(*register.links())[: most + 1])
    return listed[:most], rows.count() if len(listed) > most else len(listed)


def _list(scope: Scope, register: Register, column: Column, record: Record) -> str:
    return f"{reverse('register', args=[scope.county.code, register.code])}?{column.name}={record.pk}"
