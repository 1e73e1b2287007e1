"""One record: what it says, what may be done with it now, what belongs to it, and everything that happened to it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiuzhi.core import attachments, local, records, undo
from jiuzhi.core.models import AuditEntry, Record
from jiuzhi.core.registers import Register, Step, guard, reading

from ..base import Scope, actor
from ..cases_new import beside
from . import files, history, parts
from .base import record_of, register_page, shown
from .form import Form


@register_page
def detail(request: HttpRequest, scope: Scope, register: Register, pk: int) -> HttpResponse:
    try:
        record = record_of(scope, register, pk)
    except Http404:
        gone = _gone(scope, register, pk)
        if gone is None:
            raise
        return _shown_gone(request, scope, register, *gone)
    clear = note_reading(request, register, record)
    may = {
        a: reading.may(register, scope.user, f"{a}_record", record) for a in ("create", "change", "delete")
    }
    kept = files.listed(register, record, clear)
    due = parts.due(register, record, local.today())
    moves = parts.moves(register, scope, record, bool(kept))
    context = {
        "record": record, "name": str(record), "clear": clear, "label": register.label(record), "groups": parts.groups(register, record, clear),
        "may_change": may["change"], "may_delete": may["delete"], "locked": parts.locked(register, record),
        "state": parts.state(register, record), "ended": parts.ended(register, record),
        "due": due, "late": -due[2] if due else 0, "soon": due and due[2] <= (register.lifecycle.renew_days or 30),
        "main": parts.main(moves, parts.ended(register, record)), "moves": [m for m in moves if m.mine], "others": [m for m in moves if not m.mine],
        "turn": [m for m in moves if not m.anytime], "place": reading.place(register, record, clear),
        "children": parts.children(scope, register, record), "related": parts.pointing(scope, register, record),
        "files": kept, "files_hidden": _files_hidden(register, clear),
        "history": history.of(register, record, clear, may, scope.user, "history" in request.GET), "synthetic": record.synthetic,
    } | beside(scope, register=register.code, record=record.pk)  # fmt: skip
    return shown(request, scope, register, "record.html", context)


def note_reading(request: HttpRequest, register: Register, record: Record) -> bool:
    """Whether this person reads the sensitive fields too; if so, the reading is noted."""
    clear = record.pk in reading.unmasked(register, request.user, [record])
    if clear and (register.sensitive or register.hides_place):
        reading.note(actor(request), register, record)
    return clear


def _files_hidden(register: Register, clear: bool) -> bool:
    """Photos of a sensitive place would show it."""
    return register.hides_place and not clear


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
    name, before = str(record), parts.state(register, record)
    clear = reading.may(register, scope.user, "see_sensitive", record)
    form = Form(scope, register, record, clear=clear, only=found.needs)
    if request.method == "POST":
        read = form.take(request.POST, request.FILES)
        if read and _stepped(request, register, record, found, form):
            messages.success(request, _("已办理“%(step)s”。") % {"step": step})
            return redirect("record", scope.county.code, register.code, pk)
    has_files = attachments.of(register, record).exists()
    move = next((m for m in parts.moves(register, scope, record, has_files) if m.step is found), None)
    context = {
        "record": record, "name": name, "step": found, "form": form, "inputs": form.inputs(), "state": before,
        "has_files": has_files, "said": request.POST.get("said", ""), "possible": found.leaves(before),
        "missing": move.missing if move else [],
    }  # fmt: skip
    return shown(request, scope, register, "step.html", context, 422 if form.faults else 200)


def _stepped(request: HttpRequest, register: Register, record: Record, found: Step, form: Form) -> bool:
    """Fill in, attach and step in one change set; False with the reason in the form when any of it is refused."""
    filled = {c.name: getattr(record, c.name) for c in form.columns if not form.fixed(c)}
    said = request.POST.get("said", "")[:150]
    try:
        with attachments.together() as kept, records.one_set():
            for file in request.FILES.getlist("files"):
                kept.append(attachments.add(register, record, file, "", actor(request)))
            records.take_step(record, found.name, actor(request), said, filled=filled)
    except ValidationError as error:
        form.refuse(error)
    except PermissionDenied as error:
        form.faults[""] = str(error)
    else:
        return True
    record.refresh_from_db()
    return False


@register_page
def remove(request: HttpRequest, scope: Scope, register: Register, pk: int) -> HttpResponse:
    record = record_of(scope, register, pk, "delete_record")
    fault = ""
    if request.method == "POST":
        try:
            records.delete(record, actor(request), request.POST.get("why", "")[:180])
            return redirect("record", scope.county.code, register.code, pk)
        except ValidationError as error:
            fault = "；".join(error.messages)
    context = {
        "record": record, "fault": fault, "why": request.POST.get("why", ""),
        "children": [c for c in parts.children(scope, register, record) if c.total],
        "related": parts.pointing(scope, register, record),
    }  # fmt: skip
    return shown(request, scope, register, "delete.html", context, 422 if fault else 200)


def _gone(scope: Scope, register: Register, pk: int) -> tuple[AuditEntry, Record] | None:
    """The deletion of a record this person could have deleted, and the record as it was; None for everybody else."""
    found = undo.deleted(register.model, pk)
    if found is None or found[1].county_id != scope.county.pk:
        return None
    try:
        allowed = reading.may(register, scope.user, "delete_record", found[1])
    except ObjectDoesNotExist:  # its unit or its enterprise is gone too: nobody can say whose it was
        return None
    return found if allowed else None


def _shown_gone(
    request: HttpRequest, scope: Scope, register: Register, entry: AuditEntry, record: Record
) -> HttpResponse:
    context = {
        "entry": entry, "name": entry.before.get("name") or entry.before.get(register.key[0]) or entry.key,
        "may_restore": reading.may(register, scope.user, "create_record", record), "pk": record.pk,
    }  # fmt: skip
    return shown(request, scope, register, "gone.html", context, 410)


@register_page
@require_POST
def take_back(request: HttpRequest, scope: Scope, register: Register, pk: int, entry: int) -> HttpResponse:
    """Take back the newest change of a record, its deletion too."""
    gone = _gone(scope, register, pk)
    if gone is None:
        record = record_of(scope, register, pk, "change_record")
        found = AuditEntry.objects.filter(model=record._meta.label, key=str(pk), pk=entry).first()
    else:
        found = gone[0] if gone[0].pk == entry else None
    if found is None:
        raise Http404(_("没有这次变更。"))
    try:
        undo.undo([found], actor(request))
        said = {"delete": _("已恢复这条记录。"), "create": _("已撤销新增，这条记录已删除。")}
        messages.success(request, said.get(found.action, _("已撤销这次变更。")))
    except (ValidationError, PermissionDenied, ObjectDoesNotExist) as error:
        messages.error(request, _why(error))
        return redirect("record", scope.county.code, register.code, pk)
    if found.action == "create":
        return redirect("register", scope.county.code, register.code)
    return redirect("record", scope.county.code, register.code, pk)


def _why(error: Any) -> str:
    if isinstance(error, ObjectDoesNotExist):
        return _("它引用的记录也已删除：请先恢复那一条。")
    return "；".join(getattr(error, "messages", [str(error)]))


@register_page
@require_POST
def take_back_set(request: HttpRequest, scope: Scope, register: Register, change_set: str) -> HttpResponse:
    """Take back a whole import or bulk edit."""
    try:
        done = undo.undo_set(change_set, actor(request))
        messages.success(request, _("已撤销，%(n)s 条记录恢复到变更之前。") % {"n": done})
    except (ValidationError, PermissionDenied) as error:
        messages.error(request, _why(error))
    return redirect("register", scope.county.code, register.code)
