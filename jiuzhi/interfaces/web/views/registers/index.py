"""The index of all registers of a county, by domain: how much is in each, what waits there, which named systems it serves."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from jiuzhi.core.files import printable
from jiuzhi.core.registers import Register, query
from jiuzhi.engine.plan import systems

from ...keep import kept
from ..base import Scope, page
from . import figures
from .base import registers_page

_NAMED = 2  # systems a card names; the documentation of the register names all


@dataclass(frozen=True)
class Entry:
    """One register in the index."""

    register: Register
    count: int
    open: int
    expired: int
    soon: int
    synthetic: bool
    serves: tuple[str, ...]

    @property
    def named(self) -> tuple[str, ...]:
        return self.serves[:_NAMED]

    @property
    def more(self) -> int:
        return len(self.serves) - _NAMED


@registers_page
@kept
def index(request: HttpRequest, scope: Scope) -> HttpResponse:
    q = printable(request.GET.get("q", "")).strip()[:60]
    named = {s.id: s.name for s in systems.systems()}
    groups = []
    for domain, title in [*settings.DOMAINS.items(), ("master", _("主数据"))]:
        entries = [
            _entry(scope, register, tuple(named[s] for s in register.serves))
            for register in query.registers_of(domain)
            if figures.may_view(scope, register) and _has(register, f"{title} {_systems(register, named)}", q)
        ]
        if entries:
            groups.append((title, domain, entries))
    found = [e for _title, _domain, entries in groups for e in entries]
    context = {
        "groups": groups, "q": q, "registers": len(found), "records": sum(e.count for e in found),
        "open": sum(e.open for e in found), "expired": sum(e.expired for e in found), "periods": any(e.register.period for e in found),
        "synthetic": any(e.synthetic for e in found),
    }  # fmt: skip
    return page(request, "web/registers/index.html", context, active="registers")


def _systems(register: Register, named: dict[str, str]) -> str:
    return " ".join(named[s] for s in register.serves)


def _has(register: Register, more: str, q: str) -> bool:
    text = f"{register.title} {register.about} {register.code} {more}".lower()
    return all(word in text for word in q.lower().split())


def _entry(scope: Scope, register: Register, serves: tuple[str, ...]) -> Entry:
    counted = figures.tally(scope, register, query.Asked())
    due = query.due_choices(register)
    waiting = (counted.total(due=what) if what in due else 0 for what in ("open", "expired", "soon"))
    return Entry(register, counted.total(), *waiting, counted.synthetic, serves)


def titled(scope: Scope, words: list[str]) -> list[Register]:
    """Registers whose title holds every word, for the global search."""
    return [
        r
        for domain in (*settings.DOMAINS, "master")
        for r in query.registers_of(domain)
        if figures.may_view(scope, r) and all(w.lower() in r.title.lower() for w in words)
    ]
