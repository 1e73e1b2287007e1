"""One promise in full: is it kept, how far will it be, why — and down to the rows the number rests on."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from jiuzhi.engine.indicators.models import Judgement
from jiuzhi.engine.plan import board
from jiuzhi.engine.plan.models import Commitment

from .. import closed, rowsource
from ..keep import kept
from ..present import STATE_NAMES, number, unit, units_in
from .base import Scope, county_page, page
from .base import number as whole
from .cases_new import beside

ROWS_SHOWN = 50


def _commitment(scope: Scope, pk: int) -> Commitment:
    judged = Judgement.objects.filter(commitment__plan=OuterRef("plan")).order_by("-as_of").values("as_of")
    found = get_object_or_404(
        Commitment.objects.select_related("plan__county", "owner", "clause", "baseline").annotate(
            judged_to=Subquery(judged[:1])
        ),
        pk=pk,
        plan__county=scope.county,
    )
    if found.plan.current:
        found.plan.judged_to = found.judged_to
        scope.plan = found.plan  # the county's current plan came along; no second look for it
    return found


def _series(points: list[board.ValuePoint]) -> list[dict[str, Any]]:
    return [
        {
            "period": p.period,
            "value": number(p.value),
            "complete": p.complete,
            "label": closed.period(p.label),
            "source": p.source,
        }
        for p in points
    ]


def chart(view: board.CommitmentView) -> dict[str, Any]:
    """What the chart draws: values so far, the path, the target and the fan. Judging never uses these floats."""
    fan = view.forecast.get("fan") or [] if view.forecast.get("enough") else []
    return {
        "name": view.item.name,
        "unit": unit(view.item.unit),
        "target": {"value": number(view.item.value), "year": view.item.year, "label": _("目标 %(value)s") % {"value": closed.goal(units_in(view.item.target))}},
        "baseline": {"value": number(view.baseline), "year": view.baseline_year},
        "path": [{"year": p.year, "value": number(p.value), "basis": p.basis} for p in view.path],
        "series": _series(view.series),
        "monthly": _series(view.monthly),
        "fan": [[int(row[0]), *(number(v) for v in row[1:])] for row in fan],
        "state": view.item.state,
        "words": {
            "seen": _("实际值"), "path": _("应达路径"), "fan": _("90% 预测区间"), "median": _("预测中值"),
            "target": _("目标"), "soFar": _("至今"), "sim": _("模拟数据") if view.synthetic else "",
        },
    }  # fmt: skip


def _must_beat(view: board.CommitmentView, commitment: Commitment) -> bool:
    """Whether the value stands on a strict limit (<30 at 30): no change per year says that, only the goal itself."""
    strict = commitment.comparator in ("<", ">")
    return (
        strict and view.slope_needed == 0 and view.item.now is not None and view.item.now == commitment.value
    )


def _pending(view: board.CommitmentView) -> int:
    return sum(1 for r in view.reported if r.status == "submitted")


@county_page
@kept
def detail(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    commitment = _commitment(scope, pk)
    as_of = scope.as_of if commitment.plan_id == getattr(scope.plan, "pk", None) else None
    view = board.commitment_view(commitment, as_of)
    year = as_of.year if as_of else commitment.plan.period_start
    drawable = bool([p for p in view.series if p.value is not None] or view.path)
    context = {
        "view": view,
        "item": view.item,
        "state_name": STATE_NAMES.get(view.item.state, ""),
        "chart": chart(view) if drawable else None,
        "values": list(reversed(view.series)),
        "monthly": list(reversed(view.monthly))[:24],
        "synthetic": view.synthetic,
        "must_beat": _must_beat(view, commitment),
        "by_hand": commitment.kind == "target" and not commitment.indicator,
        "periods": [str(y) for y in range(year, commitment.plan.period_start - 2, -1)],
        "may_report": scope.may("report_value", commitment.owner),
        "may_see_evidence": scope.may("view", commitment.owner),
        "may_approve": scope.may("approve_value", commitment.owner),
        "may_assign": scope.may("assign_owner"),
        "pending": _pending(view),
        "may_export_report": scope.may("make_report"),
    } | beside(scope, commitment=commitment.pk)
    return page(request, "web/commitment.html", context, active="commitments")


@county_page
@kept
def rows(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """The assessed rows under the number, and below each the raw observations with their text, revision and file."""
    commitment = _commitment(scope, pk)
    view = board.commitment_view(commitment, scope.as_of)
    links = view.explanation.rows if view.explanation else []
    context: dict[str, Any] = {"view": view, "item": view.item, "links": links, "synthetic": view.synthetic}
    if links:
        chosen = whole(request.GET.get("t"), 1, 1, len(links)) - 1
        link = links[chosen]
        full = request.GET.get("full") == "1"
        station, period = request.GET.get("station", ""), request.GET.get("period", "")
        if station and period:
            if not rowsource.belongs(station, scope.county):
                raise Http404
            table = rowsource.raw(station, period, request.GET.get("property", ""), scope.county)
        else:
            table = rowsource.assessed_rows(link, scope.county, full=full)
        paged = Paginator(table.rows, ROWS_SHOWN).get_page(request.GET.get("page"))
        context |= {
            "chosen": chosen + 1, "link": link, "table": table, "page_rows": paged, "station": station, "period": period,
            "place": rowsource.place(station, scope.county), "full": full, "workings": link.table == "air_day" and not period,
            "tables": list(enumerate(rowsource.titles(links, scope.county), 1)),
        }  # fmt: skip
    return page(request, "web/rows.html", context, active="commitments")
