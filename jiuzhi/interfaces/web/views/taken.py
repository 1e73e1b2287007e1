"""Values taken away: one station's, or the series of a comparison, as CSV, Excel or Parquet."""

import tempfile
from datetime import date, timedelta
from urllib.parse import quote

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from jiuzhi.core import local, records
from jiuzhi.engine.exchange.export import SYNTHETIC
from jiuzhi.engine.observe import extract, lake
from jiuzhi.engine.observe.extract import Wanted
from jiuzhi.master.models import Station

from .base import Scope, actor, county_page, page
from .compare import of_address
from .reporting import day

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
DAYS = 30  # without a span in the address


@county_page
def of_station(request: HttpRequest, scope: Scope, station: str, form: str) -> HttpResponse:
    """`from`, `to`: local days; `property`, `kind`: as often as wanted, none for all; `revisions=all`: replaced values too."""
    found = get_object_or_404(Station, code=station, county=scope.county)
    start, end = _span(request)
    wanted = Wanted(
        (found.code,),
        start,
        end,
        tuple(filter(None, request.GET.getlist("property"))),
        _kinds(request),
        every=_every(request),
    )
    return _answer(request, scope, form, wanted, {found.code: found.name}, found.name)


@county_page
def of_compared(request: HttpRequest, scope: Scope, form: str) -> HttpResponse:
    """The series `s` of a comparison, with the options of a station's download."""
    chosen = of_address(request, scope)
    start, end = _span(request)
    names = {one.station.code: one.station.name for one in chosen}
    wanted = Wanted(
        tuple(names), start, end, kinds=_kinds(request), every=_every(request),
        pairs=tuple((one.station.code, one.property) for one in chosen),
    )  # fmt: skip
    return _answer(request, scope, form, wanted, names, f"{scope.county.name}{_('监测对比')}")


def _span(request: HttpRequest) -> tuple[date, date]:
    end = day(request.GET.get("to", "")) or local.today()
    start = day(request.GET.get("from", "")) or end - timedelta(days=DAYS - 1)
    if start > end:
        raise Http404(_("开始日期 %(start)s 晚于结束日期 %(end)s：请对调。") % {"start": start, "end": end})
    return start, end


def _kinds(request: HttpRequest) -> tuple[str, ...]:
    return tuple(filter(None, request.GET.getlist("kind")))


def _every(request: HttpRequest) -> bool:
    return request.GET.get("revisions") == "all"


def _answer(
    request: HttpRequest, scope: Scope, form: str, wanted: Wanted, names: dict[str, str], title: str
) -> HttpResponse:
    """CSV goes out while it is read; the others are written to a file first. Who took what is noted."""
    if form not in TYPES:
        raise Http404
    found = extract.look(wanted)
    try:
        extract.check(found, form)
    except extract.TooMany as error:
        said = {"code": 422, "heading": _("一张表放不下"), "sentence": str(error)}
        return page(request, "web/error.html", said, status=422)
    asked = {
        "stations": list(wanted.stations), "from": str(wanted.start), "to": str(wanted.end), "kinds": list(wanted.kinds),
        "properties": list(wanted.properties) or sorted({item for _code, item in wanted.pairs}), "rows": found.rows, "form": form,
    }  # fmt: skip
    records.noted(actor(request), "export", f"observe.{lake.NAME}", scope.county.code, "下载监测数据", asked)
    mark = f"_{SYNTHETIC}" if found.synthetic else ""
    name = f"{title}_{wanted.start}_{wanted.end}{mark}.{form}"
    if form == "csv":
        response = StreamingHttpResponse(extract.csv_parts(wanted, names), content_type=TYPES[form])
    else:
        out = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
        extract.write(out, form, wanted, names)
        out.seek(0)
        response = FileResponse(out, content_type=TYPES[form])
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return response
