"""A register on the map: the same questions as its list, the same masks and blurred places."""

from django.http import HttpRequest, HttpResponse, JsonResponse

from jiuzhi.core import local
from jiuzhi.core.registers import Register, layer, reading

from ..base import Scope, actor
from .base import register_page, shown
from .listing import Listing


@register_page
def register_layer(request: HttpRequest, scope: Scope, register: Register) -> HttpResponse:
    """GeoJSON of what the list shows. ``?only=`` one record; ``?crs=GCJ-02`` for web maps that draw so."""
    found = Listing(scope, register, request.GET).found
    only = request.GET.get("only", "")
    if only:
        found = (
            found.filter(pk=int(only))
            if only.isascii() and only.isdigit() and len(only) < 19
            else found.none()
        )
    system = "GCJ-02" if request.GET.get("crs") == "GCJ-02" else "CGCS2000"
    made = layer.features(register, scope.user, found, local.today(), system)
    reading.note_many(actor(request), register, scope.county.code, layer.exact(register, made))
    return JsonResponse(made, content_type="application/geo+json", json_dumps_params={"ensure_ascii": False})


@register_page
def register_map(request: HttpRequest, scope: Scope, register: Register) -> HttpResponse:
    asked = Listing(scope, register, request.GET)
    total = asked.found.order_by().count()
    placed = asked.found.order_by().filter(lon__isnull=False).count() if register.placed else 0
    main = {register.lifecycle.field if register.lifecycle else "", "org", *register.columns}
    context = {
        "asked": asked.asked, "states": asked.counts(), "closed": register.lifecycle.closed if register.lifecycle else (),
        "state_field": asked.state_field, "chosen_states": asked.chosen_states,
        "filters": [f for f in asked.choices() if f[0].name in main], "total": total, "placed": placed,
        "unplaced": total - placed, "drawn": min(placed, layer.MOST), "kept": asked.kept,
        "synthetic": asked.found.order_by().filter(lon__isnull=False, synthetic=True).exists() if register.placed else False,
    }  # fmt: skip
    return shown(request, scope, register, "map.html", context)
