"""One field of many records at once: chosen rows or all that the filters match, seen before it is done, undone as one."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiuzhi.core import records
from jiuzhi.core.models import AuditEntry, Record
from jiuzhi.core.registers import Column, Register, reading
from jiuzhi.core.registers.parse import fill

from ..base import Scope, actor
from .base import register_page, shown
from .form import Form
from .listing import Listing

MOST = 2000  # records in one bulk edit
_SAMPLE = 8


@register_page
@require_POST
def bulk(request: HttpRequest, scope: Scope, register: Register) -> HttpResponse:
    """POST with ``ids`` (or ``all`` and the list's own query): choose a field; with ``field`` and a value: preview; with
    ``sure``: do it."""
    if not reading.may(register, scope.user, "change_record", org=scope.county):
        raise PermissionDenied(_("您没有修改这类记录的权限，需要时请联系管理员授权。"))
    rows = _rows(request, scope, register)
    if not rows:
        messages.error(request, _("没有选中可以修改的记录：请先勾选。"))
        return redirect("register", scope.county.code, register.code)
    fields = editable(register)
    column = next((c for c in fields if c.name == request.POST.get("field")), None)
    context: dict[str, Any] = {
        "rows": rows, "fields": fields, "column": column, "ids": [r.pk for r in rows], "why": request.POST.get("why", ""),
        "too_many": len(rows) > MOST,
    }  # fmt: skip
    if column is None or context["too_many"]:
        return shown(request, scope, register, "bulk.html", context)
    form = Form(scope, register, register.model(), clear=True, only=(column.name,))
    tried = column.name in request.POST or "sure" in request.POST
    if tried and form.take(request.POST):
        before = {r.pk: column.of(r) for r in rows}
        for record in rows:
            fill(record, register, {column.name: form.typed[column.name]}, form.refs)
        changed = [(r, before[r.pk], column.of(r)) for r in rows if before[r.pk] != column.of(r)]
        context |= {"changed": len(changed), "sample": changed[:_SAMPLE], "typed": form.typed[column.name]}
        if "sure" in request.POST and changed:
            return _done(request, scope, register, column, [r for r, _before, _after in changed], context)
    context |= {"form": form, "inputs": form.inputs(), "tried": tried and not form.faults}
    return shown(request, scope, register, "bulk.html", context, 422 if form.faults else 200)


def editable(register: Register) -> list[Column]:
    """The fields a bulk edit may change: no key, no state of a lifecycle, nothing sensitive, no place."""
    life = register.lifecycle
    never = {*register.key, *((life.field,) if life else ()), "lon", "lat", "crs", "shape", "synthetic"}
    return [c for c in register.form_fields if c.name not in never and not c.sensitive]


def _rows(request: HttpRequest, scope: Scope, register: Register) -> list[Record]:
    """What was chosen, as far as the person may change it; one more than the most, to tell that it is too many."""
    mine = reading.visible_to(register, scope.user, "change_record", scope.county)
    if request.POST.get("all"):
        asked = Listing(scope, register, QueryDict(request.POST.get("query", "")))
        mine = mine.filter(pk__in=asked.found.order_by().values("pk"))
    else:
        mine = mine.filter(
            pk__in=[int(i) for i in request.POST.getlist("ids") if i.isdecimal() and len(i) < 19]
        )
    return list(mine.select_related("org", "county").order_by("pk")[: MOST + 1])


def _done(
    request: HttpRequest, scope: Scope, register: Register, column: Column, rows: list[Record], context: dict[str, Any]
) -> HttpResponse:  # fmt: skip
    """All or nothing; each record is saved through the one way in, which checks its rules again."""
    why = request.POST.get("why", "").strip()[:120] or f"批量修改{column.title}"
    try:
        with records.one_set() as change_set:
            for record in rows:
                records.save(record, actor(request), why)
    except (ValidationError, PermissionDenied) as error:
        said = "；".join(getattr(error, "messages", [str(error)]))
        context["fault"] = _("“%(name)s”：%(said)s 一条也没有改。") % {"name": record, "said": said}
        return shown(request, scope, register, "bulk.html", context, 422)
    done = AuditEntry.objects.filter(change_set=change_set).count()
    context = {"done": done, "change_set": change_set, "column": column}
    return shown(request, scope, register, "bulk_done.html", context)
