"""Add and change a record: one form for every register; the same reading and the same sentences as in Excel."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from jiuzhi.core import access, records
from jiuzhi.core.models import Org, Record
from jiuzhi.core.registers import Column, Register, columns, of, reading
from jiuzhi.core.registers.parse import References, fill, written

from ..base import Scope, actor
from .base import record_of, register_page, shown

_OFFERED = 500  # records a drop-down list offers; more are typed by name or code
_FEW = 4  # choices shown side by side


@dataclass(frozen=True)
class Input:
    """One field of the form: ``text`` as typed or stored; ``options``: (value, label) of a list; ``fixed``: shown, not changed."""

    column: Column
    text: str
    fault: str = ""
    options: tuple[tuple[str, str], ...] = ()
    fixed: str = ""

    @property
    def widget(self) -> str:
        """Which part of the template draws it."""
        kind = self.column.kind
        if self.fixed:
            return "fixed"
        if kind == columns.CHOICE:
            return "radio" if len(self.options) <= _FEW and self.column.required else "select"
        return {
            columns.YES: "yes", columns.SEVERAL: "several", columns.REF: "ref", columns.LONG: "long", columns.DAY: "day",
            columns.NUMBER: "number", columns.WHOLE: "number",
        }.get(kind, "text")  # fmt: skip

    @property
    def chosen(self) -> list[str]:
        return [w for w in self.text.split("、") if w]


class Form:
    """The inputs of a record for one person, and what they typed."""

    def __init__(
        self,
        scope: Scope,
        register: Register,
        record: Record,
        clear: bool,
        only: tuple[str, ...] | None = None,
    ) -> None:
        self.scope, self.register, self.record, self.clear = scope, register, record, clear
        self.only = only
        self.refs = References(register, scope.county)
        self.typed: dict[str, str] = {}
        self.faults: dict[str, str] = {}

    @property
    def columns(self) -> list[Column]:
        """What this person may fill in here."""
        names = [c.name for c in self.register.form_fields] if self.only is None else self.only
        return [self.register.fields[n] for n in names]

    def _fixed(self, column: Column) -> str:
        """What is shown and cannot be typed: a masked field, the state of a stored record."""
        life = self.register.lifecycle
        if self.record.pk and life and column.name == life.field:
            return _("由办理步骤推进")
        if self.record.pk and column.sensitive and not self.clear:
            return reading.MASK
        return ""

    def take(self, given: Any) -> bool:
        """Set what was typed on the record. Returns whether every field could be read."""
        cells: dict[str, Any] = {}
        for column in self.columns:
            if self._fixed(column):
                continue
            if column.kind == columns.SEVERAL:
                cells[column.name] = "、".join(given.getlist(column.name))
            elif column.name in given:
                cells[column.name] = given[column.name]
        self.typed = {k: str(v) for k, v in cells.items()}
        self.faults = fill(self.record, self.register, cells, self.refs)
        return not self.faults

    def refuse(self, error: ValidationError) -> None:
        """Put what `core.records` refused beside the fields it concerns."""
        found = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        for name, said in found.items():
            key = name if name in self.register.fields else ""
            self.faults[key] = "；".join([*filter(None, [self.faults.get(key)]), *said])

    @property
    def general(self) -> str:
        """What concerns the record as a whole."""
        return self.faults.get("", "")

    def inputs(self) -> list[Input]:
        return [self._input(c) for c in self.columns]

    def _input(self, column: Column) -> Input:
        fixed = self._fixed(column)
        if fixed and fixed != reading.MASK:
            return Input(column, column.of(self.record), fixed=fixed)
        if column.name in self.typed:
            text = self.typed[column.name]
        else:
            held = getattr(self.record, column.name, None) if _has(self.record, column) else None
            text = written(held) if column.kind == columns.REF and held else column.shown(held)
        return Input(
            column, "" if fixed else text, self.faults.get(column.name, ""), self._options(column), fixed
        )

    def _options(self, column: Column) -> tuple[tuple[str, str], ...]:
        life = self.register.lifecycle
        if life and column.name == life.field and life.first:
            return tuple((w, w) for w in column.choices if w in life.first)
        if column.kind in (columns.CHOICE, columns.SEVERAL):
            return tuple((w, w) for w in column.choices)
        if column.kind == columns.REF and column.target is not None:
            found = self._choices(column)
            return tuple((written(r), str(r)) for r in found[:_OFFERED])
        return ()

    def _choices(self, column: Column) -> Any:
        """Records to choose from: units, or what the person may view of another register."""
        assert column.target is not None
        target = of(column.target)
        if target is None:
            return self.refs.all(column.target)
        return reading.visible_to(target, self.scope.user, county=self.scope.county)


def _has(record: Record, column: Column) -> bool:
    """Whether a reference is set: asking an unset required one would be an error."""
    return getattr(record, column.attribute) is not None


@register_page
def new(request: HttpRequest, scope: Scope, register: Register) -> HttpResponse:
    if not reading.may(register, scope.user, "create_record", org=scope.county):
        raise PermissionDenied(_("您没有新增这类记录的权限，需要时请联系管理员授权。"))
    record = register.model()
    form = Form(scope, register, record, clear=True)
    if request.method == "POST":
        if form.take(request.POST) and _saved(request, form, None):
            messages.success(
                request, _("已新增 %(title)s“%(name)s”。") % {"title": register.title, "name": record}
            )
            if "another" in request.POST:
                return redirect("record_new", scope.county.code, register.code)
            return redirect("record", scope.county.code, register.code, record.pk)
    else:
        _defaults(form, request)
    status = 422 if form.faults else 200
    return shown(
        request, scope, register, "form.html", {"form": form, "record": None, "inputs": form.inputs()}, status
    )


@register_page
def edit(request: HttpRequest, scope: Scope, register: Register, pk: int) -> HttpResponse:
    record = record_of(scope, register, pk, "change_record")
    form = Form(scope, register, record, clear=reading.may(register, scope.user, "see_sensitive", record))
    if request.method == "POST" and form.take(request.POST):
        revision = request.POST.get("revision", "")
        said = _saved(request, form, int(revision) if revision.isdecimal() and len(revision) < 9 else -1)
        if said:
            messages.success(request, _("已保存。") if said == "saved" else _("没有改动，未保存。"))
            return redirect("record", scope.county.code, register.code, record.pk)
    status = 422 if form.faults else 200
    context = {
        "form": form, "record": record, "inputs": form.inputs(),
        "revision": request.POST.get("revision") or record.revision, "why": request.POST.get("why", ""),
    }  # fmt: skip
    return shown(request, scope, register, "form.html", context, status)


def _saved(request: HttpRequest, form: Form, revision: int | None) -> str:
    """Save what was taken; "" when it was refused (the form then says why), else "saved" or "same"."""
    why = request.POST.get("why", "").strip()[:180]
    try:
        done = records.save(form.record, actor(request), why, revision=revision)
    except ValidationError as error:
        form.refuse(error)
        return ""
    except PermissionDenied as error:
        form.faults["org"] = str(error)
        return ""
    return "saved" if done else "same"


def _defaults(form: Form, request: HttpRequest) -> None:
    """A new record starts with the person's own unit, and with what the address names (a parent, say)."""
    own = [g.org for g in access.grants(form.scope.user, "create_record", form.register.code)]
    inside = [o for o in own if o.path.startswith(form.scope.county.path) and o.kind != Org.Kind.ENTERPRISE]
    if len(inside) == 1 and "org" in form.register.fields:
        form.typed["org"] = inside[0].name
    for column in form.columns:
        if column.name in request.GET:
            form.typed[column.name] = request.GET[column.name][:120]
