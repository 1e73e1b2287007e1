"""What the pages of registers share: the register, the county, and nothing outside the person's grants."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from jiuzhi.core.models import Record
from jiuzhi.core.registers import REGISTERS, Register, reading

from ..base import Scope, page, remembered, scope_of


def register_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of one register in one county: ``view(request, scope, register, …)``.

    Errors: 404 for a register nobody declared, 403 for a person who may view no record of it.
    """

    @login_required
    @wraps(view)
    def inner(request: HttpRequest, code: str, register: str, **kwargs: Any) -> HttpResponse:
        request.scope = scope = scope_of(request, code, "view_record")
        found = REGISTERS.get(register)
        if found is None:
            raise Http404(_("没有这个台账。"))
        if not reading.may(found, request.user, "view_record", org=scope.county):
            raise PermissionDenied(_("您没有查看这个台账的权限，需要时请联系管理员授权。"))
        return remembered(view(request, scope, found, **kwargs), request, scope)

    return inner


def registers_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of all registers of one county: ``view(request, scope)``."""

    @login_required
    @wraps(view)
    def inner(request: HttpRequest, code: str | None = None, **kwargs: Any) -> HttpResponse:
        request.scope = scope = scope_of(request, code, "view_record")
        return remembered(view(request, scope, **kwargs), request, scope)

    return inner


def record_of(scope: Scope, register: Register, pk: int, action: str = "view_record") -> Record:
    """The record, when the person may do ``action`` on it. Errors: 404 — what one may not see does not exist."""
    found = reading.visible_to(register, scope.user, action, scope.county).select_related(*register.links())
    record = found.filter(pk=pk).first()
    if record is None:
        raise Http404(_("没有这条记录，或您没有查看它的权限。"))
    return record


def may(scope: Scope, register: Register) -> dict[str, bool]:
    """What the person may do with some record of this register in this county, for the buttons of a page."""
    actions = ("create", "change", "delete", "export")
    return {a: reading.may(register, scope.user, f"{a}_record", org=scope.county) for a in actions}


def shown(
    request: HttpRequest, scope: Scope, register: Register, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:  # fmt: skip
    """A whole page of a register with what every such page needs."""
    shared = {"register": register, "may": may(scope, register)}
    return page(request, f"web/registers/{template}", shared | context, active="registers", status=status)
