"""Add and change a record, and look up what a reference may lead to while typing."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from jiuzhi.core import local, records
from jiuzhi.core.files import printable
from jiuzhi.core.models import AuditEntry, Record
from jiuzhi.core.registers import Register, columns, reading

from ..base import Scope, actor
from . import parts
from .base import record_of, register_page, shown
from .form import Form
from .record import note_reading

_FOUND = 20  # records offered while typing


@register_page
def new(request: HttpRequest, scope: Scope, register: Register) -> HttpResponse:
    if not reading.may(register, scope.user, "create_record", org=scope.county):
        raise PermissionDenied(_("您没有新增这类记录的权限，需要时请联系管理员授权。"))
    record = register.model()
    form = Form(scope, register, record, clear=True)
    if request.method != "POST":
        form.start(request.GET)
    elif form.take(request.POST, request.FILES) and _saved(request, form, None):
        said = {"title": register.title, "name": record}
        messages.success(request, _("已新增 %(title)s“%(name)s”。") % said)
        if "another" in request.POST:
            start = urlencode(form.again())
            return redirect(f"{reverse('record_new', args=[scope.county.code, register.code])}?{start}")
        return redirect("record", scope.county.code, register.code, record.pk)
    return _shown(request, scope, register, form, {"record": None})


@register_page
def edit(request: HttpRequest, scope: Scope, register: Register, pk: int) -> HttpResponse:
    record = record_of(scope, register, pk, "change_record")
    name, revision = str(record), record.revision
    form = Form(scope, register, record, clear=note_reading(request, register, record))
    met: dict[str, Any] = {}
    if request.method == "POST":
        seen = request.POST.get("revision", "")
        form.seen = int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 9 else -1
        read = form.take(request.POST, request.FILES)
        if form.seen != revision:
            met = _met(register, form, record_of(scope, register, pk))
        elif read and (said := _saved(request, form, form.seen)):
            messages.success(request, _("已保存。") if said == "saved" else _("没有改动，未保存。"))
            return redirect("record", scope.county.code, register.code, record.pk)
    context = {
        "record": record, "name": name, "synthetic": record.synthetic, "revision": revision, "why": request.POST.get("why", "")[:180],
        "locked": parts.locked(register, record_of(scope, register, pk)) if register.period else "", **met,
    }  # fmt: skip
    return _shown(request, scope, register, form, context)


def _met(register: Register, form: Form, current: Record) -> dict[str, Any]:
    """Somebody else saved first: who, when and what; the form goes on from their version."""
    newest = AuditEntry.objects.filter(model=current._meta.label, key=str(current.pk)).exclude(
        action__in=("read", "export")
    )
    theirs = newest.select_related("user").first()
    changed = form.meet(current)
    form.faults[""] = _("这条记录刚被别人改过，还没有保存您的修改：请看对方改了什么，核对后再保存。")
    return {"theirs": theirs, "their_changes": changed}


def _shown(
    request: HttpRequest, scope: Scope, register: Register, form: Form, context: dict[str, Any]
) -> HttpResponse:
    context = {"form": form, "groups": form.grouped(), "today": local.today(), **context}
    return shown(request, scope, register, "form.html", context, 422 if form.faults else 200)


def _saved(request: HttpRequest, form: Form, revision: int | None) -> str:
    """ "saved", "same" when nothing changed, "" with the reasons in the form when it was refused."""
    why = request.POST.get("why", "")[:180]
    try:
        done = records.save(form.record, actor(request), why, revision=revision)
    except ValidationError as error:
        form.refuse(error)
        return ""
    except PermissionDenied as error:
        form.faults["org"] = str(error)
        return ""
    return "saved" if done else "same"


@register_page
def choices(request: HttpRequest, scope: Scope, register: Register, field: str) -> HttpResponse:
    """What a reference may lead to, found by the words typed so far: the options of a list, for whoever fills in such a form."""
    column = register.fields.get(field)
    if column is None or column.kind != columns.REF:
        raise Http404(_("没有这一项。"))
    if not any(
        reading.may(register, scope.user, f"{a}_record", org=scope.county) for a in ("create", "change")
    ):
        raise PermissionDenied(_("您没有填写这类记录的权限。"))
    form = Form(scope, register, register.model(), clear=False)
    words = printable(request.GET.get(field, request.GET.get("q", ""))).strip()[:80]
    found = [form.option(r) for r in form.offered(column, words)[:_FOUND]]
    return render(request, "web/registers/options.html", {"options": found})
