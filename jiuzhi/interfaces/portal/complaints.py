"""Everybody may complain, look up how it goes with number and code, and say whether the answer will do. No page shows who complained."""

from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from jiuzhi.core import files, geo
from jiuzhi.core.attempts import Door
from jiuzhi.core.models import Org
from jiuzhi.core.registers import REGISTERS, reading
from jiuzhi.engine.cases import complaints
from jiuzhi.engine.cases.models import Complaint
from jiuzhi.engine.cases.workflows import COMPLAINT

from .views import _county

_LANDMARKS, _OF_EACH = 15, 3
_FEW = 3  # landmarks without which an empty map helps nobody


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def _page(
    request: HttpRequest, name: str, county: Org, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    return render(request, f"portal/complaints/{name}.html", {"county": county} | context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, code: str) -> HttpResponse:
    """The form, and what was sent with it. Answers 201 with the receipt, 422 with what to mend, 429 after too many."""
    county = _county(code)
    if request.method != "POST":
        return _form(request, county, {"token": str(uuid4())})
    asked, door = request.POST, Door("complaint", _address(request))
    if door.shut:
        return _form(
            request, county, asked, "同一网络短时间内提交太多：请 10 分钟后再试，或拨打 12345。", 429
        )
    if asked.get("website"):  # people do not see this field
        door.wrong()
        return _form(request, county, asked, "表单里有一项应当空着：请刷新页面重新填写。", 422)
    try:
        case, secret = complaints.submit(
            county, kind=asked.get("kind", ""), text=asked.get("text", ""), place=asked.get("place", "")[:160], point=_point(asked),
            phone=asked.get("phone", ""), photos=request.FILES.getlist("photo"), token=asked.get("token", ""), at=timezone.now(),
        )  # fmt: skip
    except ValidationError as error:
        return _form(request, county, asked, "；".join(error.messages), 422)
    door.wrong()  # every complaint counts, so that nobody floods the county; a form that is mended does not
    return _page(request, "receipt", county, {"number": case.code, "secret": secret, "due": case.due_at}, 201)


def _form(request: HttpRequest, county: Org, given: Any, error: str = "", status: int = 200) -> HttpResponse:
    marks = _landmarks(county)
    context = {
        "given": given, "error": error, "kinds": COMPLAINT.kinds, "longest": complaints.LONGEST, "most": complaints.PHOTOS,
        "marks": [mark[:3] for mark in marks], "has_map": len(marks) >= _FEW or (settings.TILES and marks), "synthetic": any(m[3] for m in marks),
    }  # fmt: skip
    return _page(request, "new", county, context, status)


def _landmarks(county: Org) -> list[tuple[str, float, float, bool]]:
    """Public places by which people find their way on a map without roads: (name, longitude, latitude, simulated)."""
    found: list[tuple[str, float, float, bool]] = []
    for register in REGISTERS.values():
        if register.placed and {"lon", "lat"} <= set(register.public) and not register.hides_place:
            rows = reading.public_records(register, county).exclude(lon=None)[:_OF_EACH]
            found += [
                (reading.public_name(register, r), float(r.lon), float(r.lat), r.synthetic) for r in rows
            ]
    return found[:_LANDMARKS]


def _point(asked: Any) -> complaints.Point | None:
    lon, lat = asked.get("lon", "").strip(), asked.get("lat", "").strip()
    if not lon and not lat:
        return None
    crs = asked.get("crs", "")
    try:
        found = Decimal(lon), Decimal(lat)
    except InvalidOperation:
        found = Decimal("NaN"), Decimal("NaN")
    if not all(n.is_finite() for n in found):  # a Decimal also reads "NaN" and "Infinity"
        raise ValidationError("经度、纬度要一起填十进制度，如 108.6649 和 31.9475；或在图上点一下。")
    return *found, crs if crs in geo.SYSTEMS else "CGCS2000"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def state(request: HttpRequest, code: str) -> HttpResponse:
    """How a complaint goes, for who knows its number and code."""
    county = _county(code)
    if request.method != "POST":
        return _page(request, "ask", county, {"given": {}})
    found, refused = _known(request, county)
    return refused if found is None else _shown(request, county, found)


@never_cache
@require_POST
def rate(request: HttpRequest, code: str) -> HttpResponse:
    county = _county(code)
    found, refused = _known(request, county)
    if found is None:
        return refused
    try:
        complaints.rate(
            found, request.POST.get("rating", ""), request.POST.get("words", ""), at=timezone.now()
        )
    except ValidationError as error:
        return _shown(request, county, found, "；".join(error.messages))
    return _shown(
        request, county, complaints.find(county, found.case.code, request.POST.get("code", "")) or found
    )


def _known(request: HttpRequest, county: Org) -> tuple[Complaint | None, HttpResponse]:
    """The complaint whose number and code were sent, or the page that says why there is none."""
    asked = request.POST
    number = files.printable(asked.get("number", "")).strip()[:24]
    door = Door(f"complaint {county.code} {number}", _address(request))
    if door.shut:
        said = "编号或查询码连续输错：请 10 分钟后再试。"
        return None, _page(request, "ask", county, {"given": asked, "error": said}, 429)
    found = complaints.find(county, number, asked.get("code", "")[:40])
    if found is None:
        door.wrong()
        said = "没有这个编号，或查询码不对：请核对回执上的编号和查询码。"
        return None, _page(request, "ask", county, {"given": asked, "error": said}, 404)
    door.right()
    return found, HttpResponse()


def _shown(request: HttpRequest, county: Org, found: Complaint, error: str = "") -> HttpResponse:
    merged = found.case.merged_into  # another complaint of the same matter answers this one, too
    context = {
        "answer": found.case.answer or (merged.answer if merged and merged.workflow == COMPLAINT.code else ""), "complaint": found, "case": found.case, "passed": complaints.passed(found), "error": error, "code": request.POST.get("code", ""),
        "may_rate": complaints.waits_for_rating(found), "ratings": Complaint.Rating.values, "given": request.POST if error else {},
        "stages": [s.name for s in COMPLAINT.stages if s.outcome == "done"],
    }  # fmt: skip
    return _page(request, "state", county, context, 422 if error else 200)


urlpatterns = [
    path("public/<str:code>/complaints/", new, name="complaint_new"),
    path("public/<str:code>/complaints/state/", state, name="complaint_state"),
    path("public/<str:code>/complaints/rate/", rate, name="complaint_rate"),
]
