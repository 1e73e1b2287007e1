"""Patrols (巡查) as supervisors see them: the list with its rates, one patrol with its track, and what is decided about a doubted one."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiuzhi.core import access, local
from jiuzhi.core.files import printable
from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Attachment, AuditEntry, Org, Record, User
from jiuzhi.core.registers import REGISTERS, reading
from jiuzhi.core.registers import layer as layers
from jiuzhi.engine.cases import rights
from jiuzhi.engine.exchange.workbook import tables
from jiuzhi.engine.patrol import lists, plausible, work
from jiuzhi.engine.patrol.models import Duty, Finding, Patrol

from .base import Scope, actor, county_page, number, page
from .registers.files import sent_inline, small
from .scores import FORMS, sent

_PAGE, _MOST = 50, 20_000
_ASKED = ("q", "kind", "level", "unit", "person", "state", "when")
_PAST = ("create", "update")
_UNITS = 8  # units whose rate is shown at once
# What a browser may show in our name, by the ending of the stored file; anything else is handed out to be saved.
COLOURS = {"good": "met", "accepted": "met", "doubtful": "late", "refused": "badly_late"}


def way(metres: int) -> str:
    """A distance [m] as people say it."""
    return f"{metres} m" if metres < 1000 else f"{metres / 1000:.1f} km"


def lasting(seconds: int) -> str:
    """A duration [s] as people say it."""
    said = {"h": seconds // 3600, "m": seconds % 3600 // 60}
    return _("%(h)s 小时 %(m)s 分") % said if seconds >= 3600 else _("%(m)s 分钟") % said


def allowed(scope: Scope) -> None:
    if access.within(scope.user, "view_patrol", scope.county) is None:
        raise PermissionDenied(_("您没有查看巡查的权限，需要时请联系管理员授权。"))


def units_of(scope: Scope, action: str = "view_patrol") -> QuerySet[Org]:
    """The units a filter offers: those within the grants."""
    reach = access.within(scope.user, action, scope.county, field="pk")
    below = Org.objects.filter(path__startswith=scope.county.path).exclude(kind=Org.Kind.ENTERPRISE)
    return below.none() if reach is None else below.filter(reach)


class _Chosen:
    """What a list of patrols is asked for."""

    def __init__(self, request: HttpRequest, scope: Scope) -> None:
        allowed(scope)
        self.asked = {n: printable(request.GET.get(n, "")).strip()[:60] for n in _ASKED}
        self.first, self.last = lists.span(self.asked["when"], local.today())
        self.seen = work.visible(scope.user, scope.county)
        self.found = lists.filtered(self.seen, self.asked, self.first, self.last)
        self.duties = lists.of_kind(work.visible_duties(scope.user, scope.county), self.asked)

    def standings(self) -> list[lists.Standing]:
        """Of the periods that are over: today is not."""
        over = min(self.last, local.today() - timedelta(days=1))
        return lists.standings(self.duties, self.first, over)


def _months(today: date) -> list[str]:
    """The months a list can be asked for, newest first."""
    found, day = [], today.replace(day=1)
    for _n in range(13):
        found.append(f"{day:%Y-%m}")
        day = (day - timedelta(days=1)).replace(day=1)
    return found


@county_page
def listing(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Patrols, newest first, under the rates of the same days."""
    chosen = _Chosen(request, scope)
    rows = chosen.found.defer("track").select_related("duty", "user", "org")
    at = Paginator(rows.annotate(found=Count("findings")), _PAGE).get_page(request.GET.get("page", "1"))
    counts = chosen.found.order_by().aggregate(
        all=Count("pk"), walkers=Count("user", distinct=True), doubtful=Count("pk", filter=Q(state="doubtful")),
        refused=Count("pk", filter=Q(state="refused")),
    )  # fmt: skip
    standings = chosen.standings()
    units = lists.by_unit(standings)
    lost = work.visible_findings(scope.user, scope.county).filter(patrol=None).exclude(patrol_uuid=None)
    context = {
        "page_rows": at, "rows": [(p, COLOURS[p.state], way(p.distance), lasting(p.duration)) for p in at], "chosen": chosen.asked,
        "filtered": any(chosen.asked.values()), "first": chosen.first, "last": chosen.last, "months": _months(local.today()),
        "counts": counts, "total": lists.rates(standings, lambda d: ("", "")), "levels": lists.by_level(standings),
        "units_first": units[:_UNITS], "units_rest": units[_UNITS:], "units": units_of(scope), "kinds": Duty.Kind.choices,
        "level_choices": Duty.Level.choices, "states": Patrol.State.choices, "lost": lost.select_related("duty", "user", "case")[:20],
        "people": User.objects.filter(pk__in=chosen.seen.order_by().values("user")).order_by("first_name", "username")[:500],
        "walks": bool(access.grants(scope.user, "walk_patrol")), "synthetic": any(p.synthetic for p in at),
    }  # fmt: skip
    return page(request, "web/patrols/list.html", context, active="patrols")


@county_page
def export(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The list as chosen and the rates above it, in Excel."""
    chosen = _Chosen(request, scope)
    rows = list(
        chosen.found.defer("track")
        .select_related("duty", "user", "org")
        .annotate(found=Count("findings"))[:_MOST]
    )
    head = ["巡查对象", "任务编号", "类别", "层级", "责任单位", "巡查人", "日期", "开始", "结束", "时长 [分]", "距离 [m]", "发现", "状态",
            "存疑原因", "核实说明", "模拟"]  # fmt: skip
    told = [_told(p) for p in rows]
    standings = chosen.standings()
    rates = ["任务", "应巡 [次]", "到位 [次]", "到位率 [%]"]
    sheets = [("巡查", head, told)] + [
        (f"到位率（按{word}）", [word, *rates], [[r.name, r.duties, r.asked, r.done, r.share] for r in found])
        for word, found in (("层级", lists.by_level(standings)), ("单位", lists.by_unit(standings)))
    ]
    synthetic = any(p.synthetic for p in rows) or any(s.duty.synthetic for s in standings)
    name = f"{scope.county.name}巡查{chosen.first}至{chosen.last}.xlsx"
    return sent(tables(sheets, synthetic), name, FORMS["xlsx"])


def _told(p: Any) -> list[Any]:
    begun, ended = p.started.astimezone(LOCAL), p.ended.astimezone(LOCAL)
    return [
        p.duty.name, p.duty.code, p.duty.get_kind_display(), p.duty.get_level_display(), p.org.name, str(p.user), begun.date(),
        f"{begun:%H:%M}", f"{ended:%H:%M}", p.duration // 60, p.distance, p.found, p.get_state_display(),
        "；".join(d[1] for d in p.doubts), p.decision, "是" if p.synthetic else "",
    ]  # fmt: skip


def _seen(scope: Scope, pk: int) -> Patrol:
    found = work.visible(scope.user, scope.county).select_related(
        "duty__person", "user", "org", "county", "decided_by"
    )
    return get_object_or_404(found, pk=pk)


def _findings(scope: Scope, patrol: Patrol) -> list[tuple[Finding, list[Attachment], bool]]:
    """What was found on a patrol, with photos, and whether the person may open its case."""
    found = list(patrol.findings.select_related("case", "user").order_by("at", "pk"))
    photos: dict[int, list[Attachment]] = {}
    for one in Attachment.objects.filter(register=work.OWNER, record__in=[f.pk for f in found]):
        photos.setdefault(one.record, []).append(one)
    cases = rights.visible(scope.user, scope.county).filter(pk__in=[f.case_id for f in found])
    opened = set(cases.values_list("pk", flat=True))
    return [(f, photos.get(f.pk, []), f.case_id in opened) for f in found]


def _checks(patrol: Patrol) -> list[tuple[str, str, bool]]:
    """Every check of a patrol: what it says, and whether it is doubted; doubts first."""
    doubted = dict(patrol.doubts)
    passed = [(code, said, False) for code, said in plausible.CHECKS.items() if code not in doubted]
    return [(code, said, True) for code, said in doubted.items()] + passed


@county_page
def detail(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """One patrol: where it went, what was found, whether it is believed, and who said so."""
    return _one(request, scope, _seen(scope, pk))


def _one(request: HttpRequest, scope: Scope, patrol: Patrol, fault: str = "") -> HttpResponse:
    """The page of a patrol. ``fault``: why a decision was refused, shown with the words that were typed."""
    past = AuditEntry.objects.filter(model=Patrol._meta.label, key=str(patrol.pk), action__in=_PAST)
    near = [abs(p[3]) for p in patrol.track]
    context = {
        "patrol": patrol, "duty": patrol.duty, "colour": COLOURS[patrol.state], "way": way(patrol.distance),
        "lasting": lasting(patrol.duration), "findings": _findings(scope, patrol), "checks": _checks(patrol),
        "points": len(patrol.track), "accuracy": sorted(near)[len(near) // 2] if near else None,
        "late": round((patrol.received - patrol.ended).total_seconds() / 60), "past": past.select_related("user").order_by("id"),
        "decides": work.may_decide(scope.user, patrol), "own": patrol.user_id == scope.user.pk, "synthetic": patrol.synthetic,
        "about": linked(scope, patrol.duty), "arranges": scope.may("set_patrol", patrol.duty.org), "fault": fault,
        "why": request.POST.get("why", ""),
    }  # fmt: skip
    return page(request, "web/patrols/patrol.html", context, active="patrols", status=422 if fault else 200)


def record_of(duty: Duty) -> Record | None:
    """The record of a register that a duty is about."""
    register = REGISTERS.get(duty.register)
    return (
        register.model._default_manager.filter(pk=duty.record).first() if register and duty.record else None
    )


def linked(scope: Scope, duty: Duty) -> tuple[str, str] | None:
    """Title and address of the record a duty is about, for who may see it."""
    register, record = REGISTERS.get(duty.register), record_of(duty)
    if register is None or record is None or not reading.may(register, scope.user, "view_record", record):
        return None
    return f"{register.title} {register.label(record)}", reverse(
        "record", args=[scope.county.code, register.code, record.pk]
    )


@county_page
def layer(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """The track and what was found on it, as GeoJSON. ``?crs=GCJ-02`` for web maps that draw so."""
    patrol = _seen(scope, pk)
    line = [[p[1], p[2]] for p in patrol.track]
    made = []
    if len(line) > 1:
        made.append(_feature("LineString", line, "plain", patrol.duty.name, _("轨迹"), patrol))
    for at, kind, word in ((0, "closed", _("起点")), (-1, "expired", _("终点"))):
        if line:
            made.append(_feature("Point", line[at], kind, word, _clock(patrol.track[at][0]), patrol))
    for found, _photos, opened in _findings(scope, patrol):
        if found.lon is not None:
            where = [float(found.lon), float(found.lat)]
            one = _feature("Point", where, "open", found.kind, found.words, patrol)
            made.append(one | ({"id": found.case_id} if opened else {}))
    system = "GCJ-02" if request.GET.get("crs") == "GCJ-02" else "CGCS2000"
    answer = layers.collection(made, len(made), system)
    return JsonResponse(
        answer, content_type="application/geo+json", json_dumps_params={"ensure_ascii": False}
    )


def _clock(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, LOCAL):%Y-%m-%d %H:%M}"


def _feature(shape: str, at: Any, kind: str, name: str, said: str, patrol: Patrol) -> dict[str, Any]:
    about = {
        "name": name, "label": said, "unit": "", "state": "", "kind": kind, "synthetic": patrol.synthetic,
        "blurred_km": 0,
    }  # fmt: skip
    return {"type": "Feature", "geometry": {"type": shape, "coordinates": at}, "properties": about}


@county_page
def photo(request: HttpRequest, scope: Scope, pk: int, file: int) -> HttpResponse | FileResponse:
    """A photo of a finding, to who sees the finding; with ``?small`` a small picture of it."""
    seen = get_object_or_404(work.visible_findings(scope.user, scope.county), pk=pk)
    found = get_object_or_404(Attachment, pk=file, register=work.OWNER, record=seen.pk)
    if "small" in request.GET:
        return small(found)
    return sent_inline(found)


@require_POST
@county_page
def decide(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Accept or refuse a doubted patrol, with a reason."""
    patrol = _seen(scope, pk)
    verdict = request.POST.get("verdict", "")
    revision = number(request.POST.get("revision"), 0, 0)
    try:
        if verdict not in ("valid", "invalid"):
            raise ValidationError(_("请选认可或不认可。"))
        work.decide(patrol, verdict == "valid", request.POST.get("why", ""), actor(request), revision)
    except ValidationError as error:
        return _one(request, scope, _seen(scope, pk), "；".join(error.messages))  # as it stands now
    messages.success(request, _("已核实：%(state)s。") % {"state": patrol.get_state_display()})
    return redirect("patrol", scope.county.code, pk)
