"""The documentation of a register, made from its declaration."""

from django.http import HttpRequest, HttpResponse

from jiuzhi.core import access
from jiuzhi.core.models import Grant
from jiuzhi.core.registers import Register
from jiuzhi.engine.exchange.template import help_of
from jiuzhi.engine.indicators.registry import INDICATORS
from jiuzhi.engine.plan import systems

from ..base import Scope
from .base import register_page, shown

_ACTIONS = (
    "view_record",
    "create_record",
    "change_record",
    "delete_record",
    "export_record",
    "see_sensitive",
)


@register_page
def about(request: HttpRequest, scope: Scope, register: Register) -> HttpResponse:
    named = {s.id: s for s in systems.systems()}
    life = register.lifecycle
    context = {
        "fields": [(c, help_of(c)) for c in register.fields.values()],
        "keys": [register.fields[k].title for k in register.key],
        "steps": [
            (s, [str(Grant.Role(r).label) for r in s.roles], [register.fields[n].title for n in s.needs])
            for s in (life.steps if life else ())
        ],
        "life": life, "expires": register.fields[life.expires].title if life and life.expires else "",
        "rights": [
            (access.WORDS[a], [str(Grant.Role(r).label) for r in Grant.Role.values if _allowed(register, a, r)]) for a in _ACTIONS
        ],
        "serves": [(named[s], s in register.whole) for s in register.serves],
        "indicators": [i for i in INDICATORS.values() if i.register == register.code],
    }  # fmt: skip
    return shown(request, scope, register, "about.html", context)


def _allowed(register: Register, action: str, role: str) -> bool:
    """An enterprise does nothing in a register that nobody holds."""
    return role in access.ACTIONS[action] and (role != "enterprise" or bool(register.holder))
