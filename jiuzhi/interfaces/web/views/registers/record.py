"""One record: what it says, what may be done with it now, what belongs to it, and everything that happened to it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiuzhi.core import attachments, local, records, undo
from jiuzhi.core.models import AuditEntry, Record
from jiuzhi.core.registers import REGISTERS, Column, Register, Step, columns, guard, of, reading

from ..base import Scope, actor
from .base import record_of, register_page, shown
from .form import Form

_HISTORY = 40  # entries shown
_RELATED = 5  # records shown of each register that hangs on this one
_ROUTES = {"web": "页面", "api": "接口", "cli": "命令行", "job": "系统", "import": "导入"}
_VERBS = {"create": "新增", "update": "修改", "delete": "删除", "read": "查看敏感字段", "export": "导出"}


@dataclass(frozen=True)
class Move:
    """A step the person may take: what it still needs, in words."""

    step: Step
    missing: list[str]


@dataclass(frozen=True)
class Past:
    """One entry of the history in words."""

    entry: AuditEntry
    verb: str
    route: str
    changes: list[tuple[str, str, str]]
    undoable: bool


@register_page
def detail(request: HttpRequest, scope: Scope, register: Register, pk: int) -> HttpResponse:
    record = record_of(scope, register, pk)
    clear = record.pk in reading.unmasked(register, scope.user, [record])
    if clear and register.sensitive:
        reading.note(actor(request), register, record)
    changes = reading.may(register, scope.user, "change_record", record)
    context = {
        "record": record, "clear": clear, "label": register.label(record), "groups": _groups(register, record, clear),
        "may_change": changes, "may_delete": reading.may(register, scope.user, "delete_record", record),
        "moves": _moves(register, scope, record), "state": _state(register, record), "due": _due(register, record, local.today()),
        "place": reading.place(register, record, clear), "children": _children(scope, register, record),
        "related": _related(scope, register, record), "files": list(attachments.of(register, record)),
        "history": _history(register, record, clear, changes), "synthetic": record.synthetic,
    }  # fmt: skip
    return shown(request, scope, register, "record.html", context)


def _groups(
    register: Register, record: Record, clear: bool
) -> list[tuple[str, list[tuple[Column, str, str]]]]:
    """The fields in groups: (column, as this person reads it, address of what it refers to)."""
    place = {"lon", "lat", "crs", "shape", "shape_m", "shape_m2", "place_given"}
    last = {"org", "note", "synthetic"}
    own, at, rest = [], [], []
    for column in register.fields.values():
        text = reading.value(column, record, clear)
        if not column.editable and not text:
            continue
        row = (column, text, _address(column, record))
        (at if column.name in place else rest if column.name in last else own).append(row)
    return [(t, rows) for t, rows in ((_("内容"), own), (_("位置"), at), (_("归属"), rest)) if rows]


def _address(column: Column, record: Record) -> str:
    target = of(column.target) if column.target is not None else None
    held = target and getattr(record, column.attribute)
    return reverse("record", args=[record.county.code, target.code, held]) if target and held else ""


def _state(register: Register, record: Record) -> str:
    return getattr(record, register.lifecycle.field) if register.lifecycle else ""


def _due(register: Register, record: Record, today: date) -> int | None:
    """Days until the record expires; None when it does not, or no longer matters."""
    life = register.lifecycle
    if life is None or not life.expires or _state(register, record) in life.closed:
        return None
    until = getattr(record, life.expires)
    return (until - today).days if until else None


def _moves(register: Register, scope: Scope, record: Record) -> list[Move]:
    life = register.lifecycle
    if life is None:
        return []
    found = []
    for step in life.from_state(_state(register, record)):
        if guard.may_step(register, scope.user, step, record):
            missing = [register.fields[n].title for n in step.needs if getattr(record, n) in (None, "")]
            if step.evidence and not attachments.of(register, record).exists():
                missing.append(_("佐证文件或照片"))
            found.append(Move(step, missing))
    return found


def _children(scope: Scope, register: Register, record: Record) -> list[dict[str, Any]]:
    """The registers whose records belong to this one, each with its first rows."""
    found = []
    for child in register.children:
        rows = reading.visible_to(child, scope.user, county=scope.county).filter(**{child.within: record})
        total = rows.count()
        shown_rows = list(rows.select_related("org")[:20])
        clear = reading.unmasked(child, scope.user, shown_rows)
        fields = [child.fields[n] for n in child.columns if n != child.within][:6]
        found.append(
            {
                "register": child, "total": total, "fields": fields,
                "rows": [(r, [reading.value(c, r, r.pk in clear) for c in fields]) for r in shown_rows],
                "add": reading.may(child, scope.user, "create_record", org=scope.county),
                "prefill": f"{child.within}={register.label(record)}",
            }
        )  # fmt: skip
    return found


def _related(
    scope: Scope, register: Register, record: Record
) -> list[tuple[Register, Column, int, list[Record]]]:
    """Records of other registers that refer to this one."""
    found = []
    for other in REGISTERS.values():
        for column in other.fields.values():
            if column.target is not register.model or other.within == column.name or column.sensitive:
                continue
            rows = reading.visible_to(other, scope.user, county=scope.county).filter(
                **{column.name: record.pk}
            )
            first = list(rows[: _RELATED + 1])
            if first:
                total = rows.count() if len(first) > _RELATED else len(first)
                found.append((other, column, total, first[:_RELATED]))
    return found


def _history(register: Register, record: Record, clear: bool, may_undo: bool) -> list[Past]:
    entries = AuditEntry.objects.filter(model=record._meta.label, key=str(record.pk)).select_related("user")
    listed = list(entries.exclude(action__in=("export",))[:_HISTORY])
    newest = next((e for e in listed if e.action != "read"), None)
    return [
        Past(
            e, _VERBS.get(e.action, e.action), _ROUTES.get(e.route, e.route), _changes(register, e, clear),
            may_undo and e is newest and e.action == "update" and not e.why.startswith(undo.STEP),
        )
        for e in listed
    ]  # fmt: skip


def _changes(register: Register, entry: AuditEntry, clear: bool) -> list[tuple[str, str, str]]:
    """Field by field: (title, before, after), masked for who may not read it."""
    before, after = entry.before or {}, entry.after or {}
    if entry.action != "update":
        return []
    found = []
    for column in register.fields.values():
        pair = before.get(column.attribute), after.get(column.attribute)
        if pair[0] == pair[1]:
            continue
        old, new = (
            (reading.MASK, reading.MASK)
            if column.sensitive and not clear
            else (_said(column, v) for v in pair)
        )
        found.append((column.heading, old, new))
    return found


def _said(column: Column, value: Any) -> str:
    """A value as the log keeps it, in words."""
    if value in (None, ""):
        return _("（空）")
    if column.kind == columns.YES:
        return column.shown(value)
    if column.kind == columns.REF and column.target is not None:
        held: Model | None = column.target._default_manager.filter(pk=value).first()
        return str(held) if held else f"{value}"
    return (
        f"{value}".rstrip("0").rstrip(".")
        if column.kind == columns.NUMBER and "." in str(value)
        else str(value)
    )


@register_page
def step(request: HttpRequest, scope: Scope, register: Register, pk: int, step: str) -> HttpResponse:
    """Take a step: the fields it needs and its evidence are filled in right here."""
    record = record_of(scope, register, pk)
    life = register.lifecycle
    found = next((s for s in life.steps if s.name == step), None) if life else None
    if found is None:
        raise Http404(_("没有这个办理步骤。"))
    if not guard.may_step(register, scope.user, found, record):
        raise PermissionDenied(_("您没有办理这一步的权限。"))
    form = Form(
        scope,
        register,
        record,
        clear=reading.may(register, scope.user, "see_sensitive", record),
        only=found.needs,
    )
    if (
        request.method == "POST"
        and form.take(request.POST)
        and _stepped(request, register, record, found, form)
    ):
        messages.success(request, _("已办理“%(step)s”。") % {"step": step})
        return redirect("record", scope.county.code, register.code, pk)
    context = {
        "record": record, "step": found, "form": form, "inputs": form.inputs(), "state": _state(register, record),
        "has_files": attachments.of(register, record).exists(), "said": request.POST.get("said", ""),
    }  # fmt: skip
    return shown(request, scope, register, "step.html", context, 422 if form.faults else 200)


def _stepped(request: HttpRequest, register: Register, record: Record, found: Step, form: Form) -> bool:
    """Fill in, attach and step in one change set; False with the reason in the form when any of it is refused."""
    try:
        with records.one_set():
            for file in request.FILES.getlist("files"):
                attachments.add(register, record, file, "", actor(request))
            filled = {n: getattr(record, n) for n in found.needs}
            records.take_step(
                record, found.name, actor(request), request.POST.get("said", "")[:150], filled=filled
            )
    except ValidationError as error:
        form.refuse(error)
        record.refresh_from_db()
        return False
    except PermissionDenied as error:
        form.faults[""] = str(error)
        record.refresh_from_db()
        return False
    return True


@register_page
def remove(request: HttpRequest, scope: Scope, register: Register, pk: int) -> HttpResponse:
    record = record_of(scope, register, pk, "delete_record")
    if request.method == "POST":
        name = str(record)
        try:
            records.delete(record, actor(request), request.POST.get("why", "")[:180])
        except ValidationError as error:
            return shown(
                request,
                scope,
                register,
                "delete.html",
                {"record": record, "fault": "；".join(error.messages)},
                422,
            )
        messages.success(request, _("已删除“%(name)s”；变更记录里可以恢复。") % {"name": name})
        return redirect("register", scope.county.code, register.code)
    return shown(request, scope, register, "delete.html", {"record": record, "fault": ""})


@register_page
@require_POST
def take_back(request: HttpRequest, scope: Scope, register: Register, pk: int, entry: int) -> HttpResponse:
    record = record_of(scope, register, pk, "change_record")
    found = AuditEntry.objects.filter(model=record._meta.label, key=str(pk), pk=entry).first()
    if found is None:
        raise Http404(_("没有这次变更。"))
    try:
        undo.undo([found], actor(request))
        messages.success(request, _("已撤销这次变更。"))
    except (ValidationError, PermissionDenied) as error:
        messages.error(request, "；".join(getattr(error, "messages", [str(error)])))
    return redirect("record", scope.county.code, register.code, pk)


@register_page
@require_POST
def take_back_set(request: HttpRequest, scope: Scope, register: Register, change_set: str) -> HttpResponse:
    """Take back a whole import or bulk edit."""
    try:
        done = undo.undo_set(change_set, actor(request))
        messages.success(request, _("已撤销，%(n)s 条记录恢复到变更之前。") % {"n": done})
    except (ValidationError, PermissionDenied) as error:
        messages.error(request, "；".join(getattr(error, "messages", [str(error)])))
    return redirect("register", scope.county.code, register.code)
