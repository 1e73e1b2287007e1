"""The 292 systems the two plans name: which are served, where, and which not yet."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse

from jiuzhi.core.files import printable
from jiuzhi.engine.plan import systems

from ..keep import kept
from .base import Scope, any_county_page, page

SHOWN = 60
ORDER = ("whole", "part", "none")


def _places(servings: list[systems.Serving], county: str) -> list[tuple[systems.Serving, str]]:
    """Each serving with the address where its user does the work; empty when it has no page of its own."""
    found = []
    for serving in servings:
        address = ""
        if serving.url_name:
            try:
                address = reverse(serving.url_name, args=[county, *serving.args])
            except NoReverseMatch:
                address = _bare(serving.url_name)
        found.append((serving, address))
    return found


def _bare(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def matching(q: str) -> list[systems.System]:
    """Systems whose name, id or need holds every word."""
    words = q.lower().split()
    return [
        s
        for s in systems.systems()
        if all(w in f"{s.id} {s.name} {s.name_en} {s.domain} {s.need}".lower() for w in words)
    ]


@any_county_page
@kept
def listing(request: HttpRequest, scope: Scope) -> HttpResponse:
    served = systems.served()
    everything = systems.systems()
    standing = {s.id: systems.standing(served.get(s.id, [])) for s in everything}
    q = printable(request.GET.get("q", "")).strip()[:60]
    domain, state, seed = (request.GET.get(k, "") for k in ("domain", "state", "seed"))
    found = [
        s
        for s in matching(q)
        if (not domain or s.domain == domain)
        and (not seed or seed in s.seeds)
        and (state not in ORDER or standing[s.id] == state)
    ]
    found.sort(key=lambda s: ORDER.index(standing[s.id]))
    page_rows = Paginator(found, SHOWN).get_page(request.GET.get("page"))
    domains: dict[str, list[int]] = {}
    for s in everything:
        pair = domains.setdefault(s.domain, [0, 0])
        pair[1] += 1
        pair[0] += s.id in served
    rows: list[Any] = [
        (s, standing[s.id], _places(served.get(s.id, []), scope.county.code)) for s in page_rows
    ]
    reached = list(standing.values())
    context = {
        "rows": rows,
        "page_rows": page_rows,
        "total": len(everything),
        **{f"{name}_count": reached.count(name) for name in ORDER},
        "found_count": len(found),
        "domains": domains,
        "counties": {c.code: c.name for c in scope.counties},
        "q": q,
        "chosen": {"domain": domain, "state": state, "seed": seed},
    }
    return page(request, "web/systems.html", context, active="systems")
