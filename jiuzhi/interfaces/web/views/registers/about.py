"""The documentation of a register, written by its declaration: fields, code lists, steps, rights, systems, indicators."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jiuzhi.core import access
from jiuzhi.core.models import Grant
from jiuzhi.core.registers import Column, Register, of
from jiuzhi.core.registers.lifecycle import ANY, Step
from jiuzhi.engine.indicators.registry import INDICATORS
from jiuzhi.engine.plan import systems

from ..base import Scope
from . import figures
from .base import register_page, shown

_ACTIONS = (
    "view_record",
    "create_record",
    "change_record",
    "delete_record",
    "export_record",
    "see_sensitive",
    "manage_period",
)
_KINDS = {
    "text": gettext_lazy("文字"), "long": gettext_lazy("长文字"), "number": gettext_lazy("数"), "whole": gettext_lazy("整数"), "day": gettext_lazy("日期"), "yes": gettext_lazy("是否"),
    "choice": gettext_lazy("单选"), "several": gettext_lazy("多选"), "ref": gettext_lazy("引用"),
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """A field in words. ``to``: the register a reference leads to, where the person may open it."""

    column: Column
    kind: str
    bounds: str
    to: Register | None


@register_page
def about(request: HttpRequest, scope: Scope, register: Register) -> HttpResponse:
    named = {s.id: s for s in systems.systems()}
    fields = [_said(scope, register, c) for c in register.fields.values()]
    context = {
        "fields": fields, "keys": [register.fields[k].title for k in register.key],
        "steps": [(s, _starts(s), _roles(s.roles), [register.fields[n].title for n in s.needs]) for s in _steps(register)],
        "life": register.lifecycle, "expires": _expires(register), "rights": _rights(register),
        "serves": [(named[s], s in register.whole) for s in register.serves],
        "indicators": [i for i in INDICATORS.values() if i.register == register.code],
        "parent": _parent(scope, register), "children": [c for c in register.children if figures.may_view(scope, c)],
        "period": register.fields[register.period].title if register.period else "",
        "public": [c.title for c in register.fields.values() if c.public],
    }  # fmt: skip
    return shown(request, scope, register, "about.html", context)


def _said(scope: Scope, register: Register, column: Column) -> Said:
    field = register.model._meta.get_field(column.name)
    low, high = getattr(field, "low", None), getattr(field, "high", None)
    parts = []
    if column.kind == "number" and column.digits:
        parts.append(_("%(n)s 位小数") % {"n": column.digits})
    if low is not None:
        parts.append(f"≥ {low:g}")
    if high is not None and high < 2_000_000_000:
        parts.append(f"≤ {high:g}")
    if column.kind == "text" and column.length:
        parts.append(_("最多 %(n)s 字") % {"n": column.length})
    target = of(column.target) if column.target is not None else None
    return Said(
        column,
        str(_KINDS[column.kind]),
        "，".join(parts),
        target if target and figures.may_view(scope, target) else None,
    )


def _steps(register: Register) -> tuple[Step, ...]:
    return register.lifecycle.steps if register.lifecycle else ()


def _starts(step: Step) -> str:
    return _("任何状态") if ANY in step.start else "、".join(step.start)


def _roles(roles: tuple[str, ...]) -> str:
    return "、".join(str(Grant.Role(r).label) for r in roles)


def _expires(register: Register) -> str:
    life = register.lifecycle
    return register.fields[life.expires].title if life and life.expires else ""


def _rights(register: Register) -> list[tuple[str, str]]:
    """Who may do what, in the order of the roles; an enterprise only where it can hold records."""
    found = []
    for action in _ACTIONS:
        if action == "see_sensitive" and not (register.sensitive or register.hides_place):
            continue
        if action == "manage_period" and not register.period:
            continue
        roles = [r for r in Grant.Role if r.value in access.ACTIONS[action]]
        held = [r for r in roles if r != Grant.Role.ENTERPRISE or register.holder]
        found.append((access.WORDS[action], "、".join(_role(r) for r in held)))
    return found


def _role(role: Grant.Role) -> str:
    return _("企业（只限自己的）") if role == Grant.Role.ENTERPRISE else str(role.label)


def _parent(scope: Scope, register: Register) -> Register | None:
    column = register.fields.get(register.within)
    target = of(column.target) if column is not None and column.target is not None else None
    return target if target and figures.may_view(scope, target) else None
