"""One form for every register: the same reading and the same sentences as in Excel, everything typed is kept."""

import re
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from jiuzhi.core import access, files, local
from jiuzhi.core.models import AuditEntry, Org, Record
from jiuzhi.core.registers import Column, Register, columns, guard, of, query, reading
from jiuzhi.core.registers.parse import References, fill, named_twice, offered, written

from ..base import Scope
from . import parts
from .history import Change, Words, same

OFFERED = 200  # records a form brings along; where there are more they are looked up while typing
_FEW = 4  # choices shown side by side
_SHORT = 60  # records small enough for a plain drop-down list
_POINTS = ("lon", "lat", "shape")
_LARGEST_SHAPE = 5 * 1024 * 1024  # bytes
_PAIR = re.compile(r"[^\d.+-]*([+-]?\d+(?:\.\d+)?)[^\d.+-]+([+-]?\d+(?:\.\d+)?)[^\d]*")


@dataclass(frozen=True)
class Input:
    """One field of the form: ``text`` as typed or stored; ``options``: (value, label) of a list; ``fixed``: shown, not changed;
    ``many``: more records than the list offers; ``note``: what somebody else put there meanwhile."""

    column: Column
    text: str
    fault: str = ""
    options: tuple[tuple[str, str], ...] = ()
    fixed: str = ""
    many: bool = False
    note: str = ""

    @property
    def widget(self) -> str:
        """Which part of the template draws it."""
        kind = self.column.kind
        if self.fixed:
            return "fixed"
        if self.column.name == "shape":
            return "shape"
        if kind == columns.CHOICE:
            return "radio" if len(self.options) <= _FEW and self.column.name != "crs" else "select"
        if kind == columns.REF:
            listed = not self.many and len(self.options) <= _SHORT and (not self.text or self.picked)
            return "select" if listed else "ref"
        return {
            columns.YES: "radio", columns.SEVERAL: "several", columns.LONG: "long", columns.DAY: "day",
            columns.NUMBER: "number", columns.WHOLE: "number",
        }.get(kind, "text")  # fmt: skip

    @property
    def chosen(self) -> list[str]:
        return [w for w in self.text.split("、") if w]

    @property
    def picked(self) -> str:
        """The name of the record chosen in a list of keys."""
        return next((label for value, label in self.options if value == self.text), "")


class Form:
    """The inputs of a record for one person, and what they typed. ``only``: these fields alone (a step's)."""

    def __init__(
        self, scope: Scope, register: Register, record: Record, clear: bool, only: tuple[str, ...] | None = None
    ) -> None:  # fmt: skip
        self.scope, self.register, self.record, self.clear = scope, register, record, clear
        self.only = only
        # A step may ask for a field nobody filled in: that it is empty everybody sees, so everybody may fill it.
        self._empty = {n for n in only or () if getattr(record, register.fields[n].attribute) in (None, "")}
        self.refs = References(register, scope.county, scope.user, record)
        self.typed: dict[str, str] = {}
        self.faults: dict[str, str] = {}
        self.notes: dict[str, str] = {}

    @property
    def columns(self) -> list[Column]:
        """What this person may fill in here."""
        names = [c.name for c in self.register.form_fields] if self.only is None else self.only
        return [self.register.fields[n] for n in names]

    def fixed(self, column: Column) -> str:
        """What is shown and cannot be typed: a masked field, the state of a stored record."""
        life = self.register.lifecycle
        if self.record.pk and life and column.name == life.field:
            return _("由办理步骤推进")
        # Who may not see a place has no say in what system it was given in either.
        hidden = column.sensitive or (column.name == "crs" and self.register.fields["lon"].sensitive)
        if self.record.pk and hidden and not self.clear and column.name not in self._empty:
            return reading.MASK
        return ""

    def take(self, given: Any, sent: Any = None) -> bool:
        """Set what was typed on the record; ``sent``: uploaded files. Returns whether every field could be read."""
        cells: dict[str, str] = {}
        for column in self.columns:
            if self.fixed(column):
                continue
            if column.kind == columns.SEVERAL:
                cells[column.name] = "、".join(given.getlist(column.name))
            elif column.name in given:
                cells[column.name] = given[column.name]
        _split(cells)
        drawn = sent.get("shape_file") if sent and "shape" in cells else None
        said = ""
        if drawn:
            cells["shape"], said = _drawing(drawn, cells["shape"])
        self.typed = cells
        before = [getattr(self.record, n, None) for n in _POINTS]
        self.faults = fill(self.record, self.register, cells, self.refs)
        if said:
            self.faults["shape"] = said
        if self.record.pk and "crs" in cells and before == [getattr(self.record, n, None) for n in _POINTS]:
            # Stored places are CGCS2000: choosing another system without a new place must not move the old one.
            self.record.crs = self.typed["crs"] = "CGCS2000"
        return not self.faults

    def refuse(self, error: ValidationError) -> None:
        """Put what `core.records` refused beside the fields it concerns."""
        found = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        shown = {c.name for c in self.columns}
        for name, said in found.items():
            column = self.register.fields.get(name)
            key = name if name in shown else ""
            if column is not None and not key:
                said = [f"{column.title}：{s}" for s in said]
            self.faults[key] = "；".join([*filter(None, [self.faults.get(key)]), *said])

    def start(self, given: Any) -> None:
        """What a new record begins with: the person's own unit, today, and what the address names (a parent, say)."""
        own = [g.org for g in access.grants(self.scope.user, "create_record", self.register.code)]
        inside = [
            o for o in own if o.path.startswith(self.scope.county.path) and o.kind != Org.Kind.ENTERPRISE
        ]
        if len(inside) == 1:
            self.typed["org"] = written(inside[0], self.twice)
        if self.register.period and self.register.fields[self.register.period].kind == columns.DAY:
            self.typed[self.register.period] = local.today().isoformat()
        for column in self.columns:
            if column.name in given:
                self.typed[column.name] = files.printable(given[column.name])[:120]

    def again(self) -> dict[str, str]:
        """What the next record of a series starts with: whose it is, what it belongs to, the same choices."""
        life = self.register.lifecycle
        kept = {}
        for column in self.columns:
            if column.kind not in (columns.REF, columns.CHOICE, columns.YES) or column.sensitive:
                continue
            if life and column.name == life.field:
                continue
            # The reference system as typed: what is stored has been converted.
            if text := self.typed.get("crs", "") if column.name == "crs" else self._stored(column):
                kept[column.name] = text
        return kept

    @property
    def general(self) -> str:
        """What concerns the record as a whole."""
        return self.faults.get("", "")

    def inputs(self) -> list[Input]:
        return [self._input(c) for c in self.columns]

    def grouped(self) -> list[tuple[str, str, list[Input]]]:
        """The inputs as the record's page groups them: (key, title, inputs)."""
        own: list[Input] = []
        at: list[Input] = []
        rest: list[Input] = []
        for found in self.inputs():
            name = found.column.name
            (at if name in parts.PLACE else rest if name in parts.LAST else own).append(found)
        listed = (("own", _("内容"), own), ("place", _("位置"), at), ("rest", _("归属"), rest))
        return [group for group in listed if group[2]]

    def _stored(self, column: Column) -> str:
        if (
            getattr(self.record, column.attribute) is None
        ):  # asking an unset required reference would be an error
            return ""
        held = getattr(self.record, column.name)
        return written(held, self.twice) if column.kind == columns.REF else column.shown(held)

    def _input(self, column: Column) -> Input:
        fixed = self.fixed(column)
        if fixed:
            return Input(column, "" if fixed == reading.MASK else self._stored(column), fixed=fixed)
        text = self.typed[column.name] if column.name in self.typed else self._stored(column)
        options, many = self._options(column, text)
        return Input(
            column, text, self.faults.get(column.name, ""), options, many=many, note=self.notes.get(column.name, "")
        )  # fmt: skip

    def _options(self, column: Column, text: str) -> tuple[tuple[tuple[str, str], ...], bool]:
        """The choices of a list, and whether there are more than it offers."""
        life = self.register.lifecycle
        if life and column.name == life.field:
            first = guard.first_states(self.register, self.scope.user)
            return tuple((w, w) for w in column.choices if not first or w in first), False
        if column.kind in (columns.CHOICE, columns.SEVERAL):
            return tuple((w, w) for w in column.choices), False
        if column.kind == columns.YES:
            return (("是", _("是")), ("否", _("否"))), False
        if column.kind != columns.REF:
            return (), False
        found = [self.option(r) for r in self.offered(column)[: OFFERED + 1]]
        if len(found) <= OFFERED:
            return tuple(found), False
        held = getattr(self.record, column.name) if getattr(self.record, column.attribute) else None
        return ((self.option(held),) if held and written(held, self.twice) == text else ()), True

    def option(self, record: Any) -> tuple[str, str]:
        """How a record is written so that it is found again, and its name."""
        return written(record, self.twice), str(record)

    @cached_property
    def twice(self) -> set[str]:
        """Names that several units have: those are written by their code."""
        return named_twice(self.scope.county)

    def offered(self, column: Column, words: str = "") -> QuerySet[Any]:
        """Records a reference may lead to: units in which the person may write, or what they may view of another register;
        narrowed to those that hold all ``words``."""
        assert column.target is not None
        target = of(column.target)
        if target is None:
            found = self._units(column)
            for word in words.split():
                found = found.filter(Q(name__contains=word) | Q(code__contains=word))
            return found
        seen = reading.referable(target, self.scope.user, self.scope.county)
        return query.select(target, seen, query.Asked(q=words), local.today())

    def _units(self, column: Column) -> QuerySet[Any]:
        assert column.target is not None
        found = offered(self.refs.all(column.target), local.today())
        if column.name != "org" or column.target is not Org:
            return found
        action = "change_record" if self.record.pk else "create_record"
        held = access.grants(self.scope.user, action, self.register.code)
        within = Q(pk=self.record.org_id)  # it may stay where it is
        for grant in held:
            within |= Q(path__startswith=grant.org.path)
        if any(g.role == "enterprise" for g in held):
            return found  # an enterprise names the unit it is registered with; `core.registers.guard` checks
        return found.filter(within)

    @cached_property
    def base(self) -> dict[str, Any]:
        """The stored fields of the version the person saw when they opened the form; {} when the log does not hold it."""
        return self._versions.get(self.seen, {})

    seen = 0  # the revision in the form

    @cached_property
    def _versions(self) -> dict[int, dict[str, Any]]:
        entries = AuditEntry.objects.filter(model=self.record._meta.label, key=str(self.record.pk))
        held = (e.after for e in entries.filter(action__in=("create", "update"))[:50])
        return {after["revision"]: after for after in held if after and "revision" in after}

    def meet(self, current: Record) -> list[Change]:
        """Somebody changed the record meanwhile: fields the person left alone take the new value, in the others stands what
        they typed, with a note. Returns what the other changed; [] when the log does not tell."""
        from jiuzhi.core.records import snapshot

        base, now = self.base, snapshot(current)
        if not base:
            return []
        said = Words(self.register, _both(self.register, base, now), self.clear)
        mine = snapshot(self.record)
        for column in self.columns:
            name = column.attribute
            if self.fixed(column) or same(column, base.get(name), now.get(name)):
                continue
            if same(column, mine.get(name), base.get(name)) and column.name not in self.faults:
                self.typed.pop(column.name, None)
                setattr(self.record, column.attribute, getattr(current, column.attribute))
            elif column.name in self.faults or not same(column, mine.get(name), now.get(name)):
                self.notes[column.name] = _("对方改成了“%(value)s”，这里是您填的") % {
                    "value": said.value(column, now.get(name))
                }
        return said.between(base, now)


def _both(register: Register, *versions: dict[str, Any]) -> list[AuditEntry]:
    """Versions dressed as one entry, so that their references are looked up together."""
    from jiuzhi.core import audit

    before, after = (audit.text(v) for v in versions)
    return [AuditEntry(model=register.model._meta.label, before_text=before, after_text=after)]


def _split(cells: dict[str, str]) -> None:
    """A pair of coordinates put into one field ("108.66, 31.95", "东经108.66 北纬31.95") is parted; the larger is the longitude."""
    if "lon" not in cells or "lat" not in cells:
        return
    for name, other in (("lon", "lat"), ("lat", "lon")):
        found = _PAIR.fullmatch(cells[name].strip()) if not cells[other].strip() else None
        if found:
            low, high = sorted(found.groups(), key=float)
            cells["lon"], cells["lat"] = high, low


def _drawing(file: Any, typed: str) -> tuple[str, str]:
    """The text of an uploaded shape, or what was typed and a sentence that says why the file cannot be taken."""
    if file.size > _LARGEST_SHAPE:
        return typed, _("图形文件超过 5 MB：请简化图形，或只留这条记录的")
    try:
        return file.read().decode("utf-8-sig").strip(), ""
    except UnicodeDecodeError:
        return typed, _("图形文件不是文本：请导出为 GeoJSON 或 WKT（UTF-8）")
