"""数据质量: how much of what was due arrived, what looks wrong, and what people decided about it."""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from jiuzhi.core.files import printable
from jiuzhi.core.local import LOCAL
from jiuzhi.engine.observe import assessed, lake
from jiuzhi.engine.observe import quality as checks
from jiuzhi.engine.observe.models import Overrule
from jiuzhi.engine.observe.quality import overrule
from jiuzhi.engine.observe.quality.capture import capture, observed
from jiuzhi.master.models import Station

from .. import quality
from ..keep import kept
from .base import Scope, actor, county_page, page, require

SHOWN, HISTORY = 30, 50
ACTION = "overrule_observation"
REASONS = (
    gettext_lazy("仪器校准"), gettext_lazy("仪器维护"), gettext_lazy("仪器故障"), gettext_lazy("停电或断网"), gettext_lazy("录入错误"),
    gettext_lazy("与手工比对一致"), gettext_lazy("真实的污染或天气过程"),
)  # fmt: skip


def _month(asked: str, known: list[str], yesterday: date) -> str:
    """The month asked for, else the newest one with a whole day; today is not over and would count against everybody."""
    if asked in known:
        return asked
    return next((month for month in known if month <= f"{yesterday:%Y-%m}"), known[0] if known else "")


@county_page
@kept
def listing(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The map of data capture of a month, the values to look into, and the decisions on record."""
    stations = list(Station.objects.filter(county=scope.county))
    by_code = {station.code: station for station in stations}
    known, yesterday = quality.months(), timezone.localdate() - timedelta(days=1)
    month = _month(request.GET.get("month", ""), known, yesterday)
    chosen = {name: request.GET.get(name, "") for name in ("station", "property", "check")}
    chosen["state"] = state if (state := request.GET.get("state", "")) in quality.STATES else "open"
    context: dict[str, Any] = {
        "months": known[:60], "month": month, "chosen": chosen, "stations": stations, "checks": quality.WORDS,
        "states": quality.STATES, "may_decide": scope.may(ACTION), "reasons": REASONS, "behind": checks.behind(),
        "history": _history(scope), "synthetic": any(station.synthetic for station in stations), "here": request.get_full_path(),
    }  # fmt: skip
    if month:
        last = min(yesterday, _end(month))
        found, every = checks.read(month, list(by_code)), observed(month, list(by_code))
        context |= {
            "heat": quality.heat(capture(list(by_code), month, last), stations, month, last),
            "last": last,
            "all_properties": list(every),
            "synthetic": context["synthetic"] or any(every.values()),
            "properties": sorted(set(found["property"].to_pylist())),
            "open": len(quality.select(found, "open", "", "", "")),
            "filtered": any(chosen[name] for name in ("station", "property", "check"))
            or chosen["state"] != "open",
        }
        wanted = quality.select(
            found, chosen["state"], chosen["station"], chosen["property"], chosen["check"]
        )
        rows = quality.Listed(wanted, by_code)
        context["page_rows"] = Paginator(rows, SHOWN).get_page(request.GET.get("page"))
    return page(request, "web/quality.html", context, active="stations")


def _end(month: str) -> date:
    return (date.fromisoformat(f"{month}-01") + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _history(scope: Scope) -> list[Overrule]:
    listed = Overrule.objects.filter(station__county=scope.county)
    return list(listed.select_related("station", "by", "undone_by")[:HISTORY])


def _back(request: HttpRequest, scope: Scope) -> HttpResponse:
    """To the page as the person had filtered it."""
    home = reverse("quality", args=[scope.county.code])
    asked = request.POST.get("back", "")
    return redirect(asked if asked.startswith(f"{home}?") else home)


def _recompute() -> None:
    checks.refresh()
    assessed.refresh(timezone.localdate())


@require_POST
@county_page
def check(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Check what came in since the last time."""
    require(scope, ACTION)
    try:
        checks.refresh()
        messages.success(request, _("新数据已检查。"))
    except lake.LakeBusy as error:
        messages.error(request, str(error))
    return _back(request, scope)


def _moment(text: str) -> datetime:
    """A time as the page sends it: with its zone, or local. Errors: ValidationError."""
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=LOCAL)).astimezone(
            timezone.get_default_timezone()
        )
    except (ValueError, OverflowError) as error:
        raise ValidationError(
            _("时间“%(text)s”看不懂，请用日期时间选择框填写。") % {"text": text[:40]}
        ) from error


@require_POST
@county_page
def decide(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Decide on one value, or with ``until`` on everything from ``time`` up to it."""
    require(scope, ACTION)
    asked = {name: printable(text) for name, text in request.POST.items()}
    station = get_object_or_404(Station, code=asked.get("station", ""), county=scope.county)
    revision = asked.get("revision", "")
    try:
        made = overrule.overrule(
            station, asked.get("property", ""), _moment(asked.get("time", "")), asked.get("verdict", ""),
            asked.get("why", ""), actor(request), kind=asked.get("kind", "")[:20],
            end=_moment(asked["until"]) if "until" in asked else None,
            revision=int(revision) if revision.isdecimal() and len(revision) < 9 else None,
        )  # fmt: skip
        _recompute()
        messages.success(
            request,
            _(
                "已把 %(n)s 个值判为%(verdict)s，日、月评价已重算；承诺的研判在“数据导入”里点“用新数据研判”后更新。"
            )
            % {"n": made.values, "verdict": _("有效") if made.verdict == "valid" else _("无效")},
        )
    except ValidationError as error:
        messages.error(request, "".join(error.messages))
    except lake.LakeBusy as error:
        messages.error(request, str(error))
    return _back(request, scope)


@require_POST
@county_page
def undo_one(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Take a decision back."""
    require(scope, ACTION)
    made = get_object_or_404(Overrule, pk=pk, station__county=scope.county)
    try:
        overrule.undo(made, printable(request.POST.get("why", "")), actor(request))
        _recompute()
        messages.success(request, _("已撤销，%(n)s 个值恢复为仪器上报时的状态。") % {"n": made.undone_values})
    except ValidationError as error:
        messages.error(request, "".join(error.messages))
    except lake.LakeBusy as error:
        messages.error(request, str(error))
    return _back(request, scope)
