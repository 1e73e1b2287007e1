"""Change one field of many records: chosen rows or all that a list shows; preview, reason, one change set, undo."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from jiuzhi.core import local
from jiuzhi.core.files import printable
from jiuzhi.core.models import AuditEntry, Record
from jiuzhi.core.records import Actor
from jiuzhi.core.registers import Column, Register, columns, query, reading
from jiuzhi.engine.exchange import bulk

from ..base import Scope, actor
from .base import register_page, shown
from .form import Form
from .listing import MOST, Listing

_SAMPLE = 12  # changes shown before they are made
_REFUSED = 20  # refusals shown


class Edit:
    """What the person chose so far, read from an address or a form. Names begin with "_", which no field's does.

    ``_in``: the list it came from; ``_pick``: "all" of it, else the rows ``_pk``; ``_field``; ``_why``.
    """

    def __init__(self, scope: Scope, register: Register, given: QueryDict) -> None:
        self.scope, self.register, self.given = scope, register, given
        self.within = given.get("_in", "")[:2000]
        self.all = given.get("_pick") == "all"
        self.why = printable(given.get("_why", "")).strip()[:150]

    @cached_property
    def listing(self) -> Listing:
        return Listing(self.scope, self.register, QueryDict(self.within))

    @cached_property
    def ids(self) -> list[int]:
        given = self.given.getlist("_pk")[:MOST]
        return [int(pk) for pk in given if pk.isascii() and pk.isdigit() and len(pk) < 19]

    @cached_property
    def stored(self) -> list[Record]:
        """The chosen records that the person may change, one more than `MOST` at most."""
        found = reading.visible_to(self.register, self.scope.user, "change_record", self.scope.county)
        if self.all:
            found = query.select(self.register, found, self.listing.asked, local.today())
        else:
            found = query.ordered(self.register, found.filter(pk__in=self.ids), "")
        return list(found.select_for_update(of=("self",))[: MOST + 1] if self._writing else found[: MOST + 1])

    _writing = False

    def lock(self) -> None:
        """Read the records anew, held until the transaction ends."""
        self._writing = True
        self.__dict__.pop("stored", None)

    @property
    def chosen(self) -> int:
        """How many the person chose, whether they may change them or not."""
        return self.listing.total if self.all else len(self.ids)

    @cached_property
    def columns(self) -> list[Column]:
        sees = reading.may(self.register, self.scope.user, "see_sensitive", org=self.scope.county)
        return [c for c in bulk.changeable(self.register) if sees or not c.sensitive]

    @cached_property
    def column(self) -> Column | None:
        return next((c for c in self.columns if c.name == self.given.get("_field")), None)

    @cached_property
    def form(self) -> Form:
        """The one input, as in the register's form."""
        assert self.column is not None
        form = Form(self.scope, self.register, self.register.model(), clear=True, only=(self.column.name,))
        form.typed[self.column.name] = self.raw
        return form

    @property
    def raw(self) -> str:
        assert self.column is not None
        if self.column.kind == columns.SEVERAL:
            return "、".join(self.given.getlist(self.column.name))
        return str(self.given.get(self.column.name, ""))

    def attempt(self) -> bulk.Trial:
        assert self.column is not None
        return bulk.attempt(
            self.register, self.stored, self.column, self.raw, self.form.refs, self.scope.user
        )

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What goes on to the next step."""
        return [
            ("_in", self.within), ("_pick", "all" if self.all else ""), *(("_pk", str(pk)) for pk in self.ids if not self.all),
        ]  # fmt: skip

    @property
    def back(self) -> str:
        at = reverse("register", args=[self.scope.county.code, self.register.code])
        return f"{at}?{self.listing.kept}" if self.listing.kept else at


@register_page
def register_bulk(request: HttpRequest, scope: Scope, register: Register) -> HttpResponse:
    if not reading.may(register, scope.user, "change_record", org=scope.county):
        raise PermissionDenied(_("您没有修改这个台账的权限，需要时请联系管理员授权。"))
    if "_set" in request.GET:
        return _done(request, scope, register, request.GET["_set"])
    edit = Edit(scope, register, request.POST if request.method == "POST" else request.GET)
    context: dict[str, Any] = {"edit": edit, "most": MOST, "fault": "", "status": 200}
    if len(edit.stored) > MOST:
        context["fault"] = _("一次最多改 %(n)s 条：请先用筛选缩小范围。") % {"n": MOST}
    elif not edit.stored:
        context["fault"] = _("没有选中可以修改的记录：请回到列表勾选，或换一个筛选。")
    elif request.method == "POST" and edit.column is not None:
        answer = _write(request, edit, context) if "_go" in request.POST else _preview(edit, context)
        if answer is not None:
            return answer
    if edit.column is not None and not context["fault"]:
        context["input"] = edit.form.inputs()[0]
    return shown(request, scope, register, "bulk.html", context, context.pop("status"))


def _preview(edit: Edit, context: dict[str, Any], trial: bulk.Trial | None = None) -> None:
    """Put into ``context`` what the change would do, or the fault of the value."""
    assert edit.column is not None
    trial = trial or edit.attempt()
    if trial.fault or not edit.why:
        if trial.fault:
            edit.form.faults[edit.column.name] = trial.fault
        context |= {"status": 422, "why_fault": "" if edit.why else _("请写明修改原因。")}
        return
    sample = trial.pairs[:_SAMPLE]
    clear = reading.unmasked(edit.register, edit.scope.user, [old for _new, old in sample])
    if edit.column.sensitive:
        reading.note_many(Actor(edit.scope.user), edit.register, edit.scope.county.code, clear)

    def said(record: Record) -> str:
        assert edit.column is not None
        return reading.value(edit.column, record, record.pk in clear)

    context |= {
        "trial": trial, "changes": [(old, edit.register.label(old), said(old), said(new)) for new, old in sample],
        "refused": trial.refused[:_REFUSED], "typed": [(edit.column.name, v) for v in edit.given.getlist(edit.column.name)],
        "beyond": edit.chosen - len(edit.stored),
    }  # fmt: skip


def _write(request: HttpRequest, edit: Edit, context: dict[str, Any]) -> HttpResponse | None:
    """Write what was previewed; None, with a new preview in ``context``, when records have changed since."""
    assert edit.column is not None
    why = f"批量修改{edit.column.title}：{edit.why}"
    try:
        with transaction.atomic():
            edit.lock()
            trial = edit.attempt()
            if trial.fault or not trial.pairs or not edit.why or trial.stamp != request.POST["_go"]:
                context["notice"] = _("预览之后有记录变动，还没有写入：请按现在的内容再核对一次。")
                context["status"] = 409
                _preview(edit, context, trial)
                return None
            change_set = bulk.write(trial, actor(request), why)
    except (ValidationError, PermissionDenied) as error:
        messages.error(request, "；".join(getattr(error, "messages", [str(error)])))
        return redirect(edit.back)
    at = reverse("register_bulk", args=[edit.scope.county.code, edit.register.code])
    return redirect(f"{at}?{urlencode({'_set': change_set, '_in': edit.within})}")


def _done(request: HttpRequest, scope: Scope, register: Register, change_set: str) -> HttpResponse:
    """What a bulk edit did, and the way back."""
    entries = AuditEntry.objects.filter(
        change_set=printable(change_set)[:32],
        user=scope.user,
        model=register.model._meta.label,
        action="update",
    )
    count = entries.count() if change_set else 0
    if not count:
        raise Http404(_("没有这次批量修改。"))
    edit = Edit(scope, register, request.GET)
    said = entries.values_list("why", flat=True)[0]
    return shown(
        request,
        scope,
        register,
        "bulk_done.html",
        {"count": count, "set": change_set, "why": said, "edit": edit},
    )
