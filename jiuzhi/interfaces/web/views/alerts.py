"""Alarms: what is on, grouped by event, and one alarm explained down to the rows it rests on."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiuzhi.core import access, registers
from jiuzhi.core.local import LOCAL
from jiuzhi.engine.cases import rights
from jiuzhi.engine.cases.declare import WORKFLOWS
from jiuzhi.engine.observe import reported
from jiuzhi.engine.response import publish
from jiuzhi.engine.rules import episodes
from jiuzhi.engine.rules.declare import GRADES, RULES, SEVERITIES
from jiuzhi.engine.rules.models import AfterTheFact, Episode
from jiuzhi.engine.rules.telling import STORM

from .. import live
from .base import Scope, actor, county_page, page

_ORDER = {name: n for n, name in enumerate(reversed(SEVERITIES))}
_PAGE = 40
_AROUND = timedelta(hours=12)  # of values shown before an alarm and after it
_ROWS = 60


def visible(scope: Scope) -> QuerySet[Episode]:
    """The alarms of the county within the person's grants. Errors: 403 without any."""
    reach = access.within(scope.user, "view_alert", scope.county)
    if reach is None:
        raise PermissionDenied(_("您没有查看报警的权限，需要时请联系管理员授权。"))
    return Episode.objects.filter(reach, county=scope.county).select_related(
        "org", "station", "case", "acked_by"
    )


@county_page
def listing(request: HttpRequest, scope: Scope) -> HttpResponse:
    """What is on first, the most urgent first; alarms of one event together. The page renews itself."""
    asked = {name: request.GET.get(name, "").strip()[:60] for name in ("state", "severity", "rule", "q")}
    found = visible(scope)
    open_now = found.filter(cleared_at=None)
    counts = [
        (code, word, open_now.filter(severity=code).count()) for code, word in reversed(SEVERITIES.items())
    ]
    found = (
        found.exclude(cleared_at=None)
        if asked["state"] == "cleared"
        else found
        if asked["state"] == "all"
        else open_now
    )
    if asked["severity"] in SEVERITIES:
        found = found.filter(severity=asked["severity"])
    if asked["rule"] in RULES:
        found = found.filter(rule=asked["rule"])
    for word in asked["q"].split():
        found = (
            found.filter(name__icontains=word)
            | found.filter(place__icontains=word)
            | found.filter(org__name__icontains=word)
        )
    rows = list(found[:2000])
    many = {code for code, n in Counter(e.rule for e in rows if e.on).items() if n > STORM}

    def event(e: Episode) -> str:
        """What stands together: one event, or all of a rule that is on in many places."""
        return e.rule if not e.on or e.rule in many else e.group

    rows.sort(key=lambda e: (not e.on, -e.level, _ORDER[e.severity], event(e), -e.fired_at.timestamp()))
    events = [list(same) for _key, same in groupby(rows, key=lambda e: (e.on, event(e) if e.on else e.pk))]
    pages = Paginator(events, _PAGE)
    context: dict[str, Any] = {
        "page_rows": pages.get_page(request.GET.get("page", "1")), "chosen": asked, "filtered": any(asked.values()), "counts": counts,
        "severities": SEVERITIES.items(), "on": open_now.count(), "now": timezone.now(),
        "rules": sorted({(e.rule, e.title) for e in open_now[:2000]}, key=lambda r: r[1]),
        "later": _later(scope).filter(decided_at=None).count(),
        "synthetic": any(e.synthetic for e in rows),
    }  # fmt: skip
    return page(request, "web/alerts.html", context, active="alerts")


@county_page
def detail(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """One alarm: why, how to mend it, on what law, what happened, and the values."""
    episode = get_object_or_404(visible(scope), pk=pk)
    rule = episode.declared
    may = access.can(scope.user, "answer_alert", episode.org, episode.rule)
    values, limit = _values(episode)
    context = {
        "episode": episode, "rule": rule, "grade": GRADES[rule.grade] if rule else "", "unverified": bool(rule and rule.grade == "M"),
        "events": episode.events.select_related("user"), "word": episodes.severity_word(episode), "links": _links(scope, episode),
        "values": values, "limit": limit, "siblings": visible(scope).filter(group=episode.group, cleared_at=None).exclude(pk=pk)[:20],
        "earlier": visible(scope).filter(rule=episode.rule, subject=episode.subject).exclude(pk=pk)[:10],
        "revisions": episode.revisions.all()[:20], "may_answer": may, "may_open": access.can(scope.user, "open_case", episode.org),
        "flows": [w for w in WORKFLOWS.values() if not w.driven], "synthetic": episode.synthetic,
        "sees_case": episode.case_id and rights.visible(scope.user, scope.county).filter(pk=episode.case_id).exists(),
        "facts": [r for r in episode.facts.get("rows", []) if "label" in r], "warnings": publish.visible(scope.user, scope.county).filter(episode=episode),
        "may_warn": access.within(scope.user, "publish_warning", scope.county) is not None,
    }  # fmt: skip
    return page(request, "web/alert.html", context, active="alerts")


def _values(episode: Episode) -> tuple[list[dict[str, Any]], Any]:
    """The values of the series around the alarm, newest first, each with what it was: beyond the limit or not."""
    series = next((r["series"] for r in episode.facts.get("rows", []) if "series" in r), None)
    if series is None or episode.limit is None:
        return [], None
    end = (episode.cleared_at or timezone.now()) + timedelta(minutes=1)
    start = max(episode.since - _AROUND, end - timedelta(days=8))
    line = reported.line(*series, start, end)
    below = episode.value is not None and episode.value < episode.limit
    rows = []
    for point in reversed(line.points[-_ROWS:]):
        bad = (
            point.usable
            and point.value is not None
            and ((point.value < episode.limit) if below else (point.value > episode.limit))
        )
        rows.append({
            "time": point.time.astimezone(LOCAL), "said": live.figure(point.value, point.qualifier), "usable": point.usable, "bad": bad,
            "first": point.time == episode.fired_at, "synthetic": point.synthetic,
        })  # fmt: skip
    return rows, episode.limit


def _links(scope: Scope, episode: Episode) -> list[tuple[str, str]]:
    """Where what the alarm rests on can be looked at."""
    found = []
    code = scope.county.code
    if episode.station is not None:
        found.append(
            (
                _("点位 %(name)s") % {"name": episode.station},
                reverse("station", args=[code, episode.station.code]),
            )
        )
    for row in episode.facts.get("rows", []):
        if "record" in row and row["record"][0] in registers.REGISTERS:
            title = registers.get(row["record"][0]).title
            found.append(
                (_("%(title)s记录") % {"title": title}, reverse("record", args=[code, *row["record"]]))
            )
        if "commitment" in row:
            found.append((_("承诺"), reverse("commitment", args=[code, row["commitment"]])))
    return found


@require_POST
@county_page
def act(request: HttpRequest, scope: Scope, pk: int, step: str) -> HttpResponse:
    """Acknowledge, note, or hand over as a case."""
    episode = get_object_or_404(visible(scope), pk=pk)
    text, now = request.POST.get("text", ""), timezone.now()
    try:
        if step == "ack":
            episodes.acknowledge(episode, text, actor(request), at=now)
            messages.success(request, _("已确认。"))
        elif step == "note":
            episodes.remark(episode, text, actor(request), at=now)
        elif step == "case":
            flow = request.POST.get("workflow", "")
            if flow not in WORKFLOWS or WORKFLOWS[flow].driven:
                raise ValidationError(_("请选按哪种流程办理。"))
            case = episodes.hand_over(episode, flow, actor(request), at=now)
            return redirect("case", scope.county.code, case.pk)
        else:
            raise Http404
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    return redirect("alert", scope.county.code, pk)


def _later(scope: Scope) -> QuerySet[AfterTheFact]:
    """What came late within the person's grants; what names no unit is the county's. Errors: 403 without any."""
    reach = access.within(scope.user, "view_alert", scope.county)
    if reach is None:
        raise PermissionDenied(_("您没有查看报警的权限，需要时请联系管理员授权。"))
    return AfterTheFact.objects.filter(reach, county=scope.county).select_related(
        "org", "county", "episode", "decided_by"
    )


@county_page
def later(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Values that came late or were revised and would have mattered: a person decides."""
    rows = _later(scope).order_by("-decided_at", "-id")
    if request.method == "POST":
        number = request.POST.get("entry", "")
        found = get_object_or_404(rows, pk=number if number.isdecimal() and len(number) < 15 else 0)
        try:
            episodes.decide_later(found, request.POST.get("decision", ""), actor(request), at=timezone.now())
        except ValidationError as error:
            messages.error(request, "；".join(error.messages))
        return redirect("alerts_later", scope.county.code)
    waiting = list(rows.filter(decided_at=None)[:200])
    may = {r.pk for r in waiting if access.can(scope.user, "answer_alert", r.org or r.county, r.rule)}
    context = {
        "waiting": waiting, "done": rows.exclude(decided_at=None)[:50], "names": {c: r.title for c, r in RULES.items()}, "may": may,
        "synthetic": any(r.synthetic for r in waiting),
    }  # fmt: skip
    return page(request, "web/alerts_later.html", context, active="alerts")
