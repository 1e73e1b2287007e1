"""What everybody may see of a county's registers: public fields alone, sensitive places blurred, simulated data marked."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from jiuzhi.core import local
from jiuzhi.core.models import Org, Record
from jiuzhi.core.registers import REGISTERS, Column, Register, columns, layer, query, reading
from jiuzhi.engine.response.publish import in_force

ROWS = 30
_SHOWN = 6  # columns of a list
_PLACE = ("lon", "lat", "shape", "shape_m", "shape_m2")


def _county(code: str) -> Org:
    digits = code.isascii() and code.isdigit()
    found = Org.objects.filter(code=code, kind=Org.Kind.COUNTY).first() if digits else None
    if found is None:
        raise Http404("没有这个区县的公开数据。")
    return found


def _public(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of one public register: ``view(request, county, register, …)``. Errors: 404 for what is not public."""

    @require_safe
    @wraps(view)
    def inner(request: HttpRequest, code: str, register: str, **kwargs: Any) -> HttpResponse:
        county = _county(code)
        found = REGISTERS.get(register)
        if found is None or not found.public:
            raise Http404("没有这个公开台账。")
        return view(request, county, found, **kwargs)

    return inner


def _page(request: HttpRequest, template: str, county: Org, context: dict[str, Any]) -> HttpResponse:
    return render(request, f"portal/{template}", {"county": county} | context)


@require_safe
def index(request: HttpRequest, code: str) -> HttpResponse:
    county = _county(code)
    groups = []
    for domain, title in [*settings.DOMAINS.items(), ("master", "基础名录")]:
        entries = [
            (register, query.tally(register, reading.public_records(register, county), local.today()))
            for register in query.registers_of(domain)
            if register.public
        ]
        if listed := [(r, tally.total(), tally.synthetic) for r, tally in entries if tally.total()]:
            groups.append((title, listed))
    warnings = list(in_force(county, timezone.now()))
    synthetic = any(s for _title, listed in groups for _r, _n, s in listed) or any(
        w.synthetic for w in warnings
    )
    context = {"groups": groups, "synthetic": synthetic, "warnings": warnings}
    return _page(request, "index.html", county, context)


@_public
def listing(request: HttpRequest, county: Org, register: Register) -> HttpResponse:
    asked = query.ask(register, request.GET, public=True)
    found = query.select(register, reading.public_records(register, county), asked, local.today())
    rows = Paginator(found, ROWS).get_page(request.GET.get("page"))
    shown = [c for c in reading.public_fields(register) if c.name not in _PLACE and c.kind != columns.LONG][
        :_SHOWN
    ]
    context = {
        "register": register, "asked": asked, "page": rows, "columns": [(c, not c.sensitive) for c in shown],
        "filters": _filters(register, asked), "has_map": _has_map(register), "kept": _kept(request),
        "rows": [(r, _called(register, r, shown), [reading.public_value(register, c, r) for c in shown]) for r in rows],
        "synthetic": any(r.synthetic for r in rows),
    }  # fmt: skip
    return _page(request, "list.html", county, context)


def _called(register: Register, record: Record, shown: list[Column]) -> str:
    """What the link to a record says: its first column, else its public name."""
    return (shown and reading.public_value(register, shown[0], record)) or reading.public_name(
        register, record
    )


def _filters(register: Register, asked: query.Asked) -> list[tuple[Column, tuple[str, ...], tuple[str, ...]]]:
    """The code lists among the public fields: (column, words, chosen)."""
    return [
        (c, c.choices, asked.filters.get(c.name, ()))
        for c in reading.public_fields(register)
        if c.kind == columns.CHOICE and c.filterable
    ]


def _has_map(register: Register) -> bool:
    return register.placed and {"lon", "lat"} <= set(register.public)


def _kept(request: HttpRequest) -> str:
    """The questions of this address, without the page, for links that keep them."""
    given = request.GET.copy()
    given.pop("page", None)
    return given.urlencode()


@_public
def detail(request: HttpRequest, county: Org, register: Register, pk: int) -> HttpResponse:
    links = [c.name for c in reading.public_fields(register) if c.kind == columns.REF]
    record = (
        reading.public_records(register, county).select_related(*links).filter(pk=min(pk, 2**63 - 1)).first()
    )
    if record is None:
        raise Http404("没有这条公开记录。")
    fields = [
        (c, reading.public_value(register, c, record))
        for c in reading.public_fields(register)
        if c.name != "shape"
    ]
    context = {
        "register": register, "name": reading.public_name(register, record), "synthetic": record.synthetic,
        "fields": fields, "place": _has_map(register) and reading.place(register, record, clear=False), "pk": record.pk,
    }  # fmt: skip
    return _page(request, "record.html", county, context)


@_public
def layer_of(request: HttpRequest, county: Org, register: Register) -> HttpResponse:
    """The public places as GeoJSON; ``?crs=GCJ-02`` for web maps that draw so."""
    if not _has_map(register):
        raise Http404("这个台账没有公开的位置。")
    asked = query.ask(register, request.GET, public=True)
    system = "GCJ-02" if request.GET.get("crs") == "GCJ-02" else "CGCS2000"
    found = layer.public_features(register, county, asked, local.today(), system)
    return JsonResponse(found, content_type="application/geo+json", json_dumps_params={"ensure_ascii": False})
