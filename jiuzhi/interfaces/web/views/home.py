"""The first screen: what is fine, what is not, whose turn it is."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from jiuzhi.core import access, local
from jiuzhi.core.models import Grant
from jiuzhi.engine.indicators.models import ReportedValue
from jiuzhi.engine.patrol import lists, work
from jiuzhi.engine.patrol.models import Patrol
from jiuzhi.engine.plan import board

from ..keep import kept
from ..present import AQI_LEVELS, STATE_MARKS
from .base import NINE, OTHER, Scope, county_page, page

LATE_SHOWN = 8
WAITING_SHOWN = 30


@dataclass(frozen=True)
class Card:
    """One governance on the home page."""

    domain: str
    total: int
    counts: dict[str, int]
    sentence: str
    lead: Any  # the commitment whose number is shown large, or None
    nine: bool

    @property
    def marks(self) -> list[str]:
        return [state for state in STATE_MARKS for _ in range(self.counts.get(state, 0))]


def _lead(items: list[board.CommitmentItem]) -> board.CommitmentItem | None:
    """The number to show large: one with a value, the worst first, so that trouble is not hidden behind a good one."""
    order = ("badly_late", "late", "on_track", "met")
    with_value = [i for i in items if i.now is not None]
    return min(
        with_value, key=lambda i: (order.index(i.state) if i.state in order else 9, i.start), default=None
    )


def _cards(score: board.Scoreboard, items: list[board.CommitmentItem]) -> list[Card]:
    """The nine governances in the plan's order of words, then whatever else the plan has targets in."""
    known = {d.domain: d for d in score.domains}
    by_domain: dict[str, list[board.CommitmentItem]] = {}
    for item in items:
        by_domain.setdefault(item.domain or OTHER, []).append(item)
    names = [*NINE, *(d for d in known if d not in NINE)]
    cards = []
    for name in names:
        found = known.get(name)
        cards.append(
            Card(
                name,
                found.total if found else 0,
                found.counts if found else {},
                found.sentence if found else "",
                _lead(by_domain.get(name, [])),
                name in NINE,
            )
        )
    return cards


def _air(today: board.Today) -> dict[str, Any]:
    """The air of the last hour; where it cannot be judged, that of the last whole day."""
    air = today.air if today.air.get("aqi") is not None else today.air.get("daily") or {}
    level = AQI_LEVELS.get(air.get("level") or 0)
    hour, day = air.get("hour"), air.get("day")
    when = f"{day:%m-%d}" if day else ""
    if hour and day:  # the hour that ends at midnight is said as 24:00 of its own day
        when += " 24:00" if hour.date() > day else f" {hour:%H:%M}"
    periods = {s.period for s in today.sections if s.latest_class}
    common = periods.pop() if len(periods) == 1 else ""
    return {"section_period": common, "air": air, "aqi_name": level.name if level else "", "when": when}


def _mine(scope: Scope) -> list[board.CommitmentItem]:
    """What the person's own unit answers for, the urgent first; empty for people of the whole county or city."""
    units = {
        g.org_id for g in access.grants(scope.user, "report_value") if g.org.kind not in ("city", "county")
    }
    order = {"badly_late": 0, "late": 1, "no_data": 2}
    return sorted((i for i in scope.items if i.owner_id in units), key=lambda i: order.get(i.state, 3))


def _patrols(scope: Scope) -> dict[str, int]:
    """What waits for the person on patrols: duties not yet walked in their period, and doubted patrols to decide about."""
    held, today = access.grants(scope.user, "walk_patrol"), local.today()
    duties = work.duties(scope.user, today).filter(county=scope.county)
    if not any(g.role == Grant.Role.CHIEF for g in held):
        duties = duties.filter(person=scope.user)  # others may walk, too, but their day is not made of it
    found = {"walk": sum(state == "open" for _duty, state, _day in lists.present(list(duties[:200]), today))}
    if (reach := access.within(scope.user, "set_patrol", scope.county)) is not None:
        doubted = Patrol.objects.filter(reach, county=scope.county, state=Patrol.State.DOUBTFUL)
        found["doubts"] = doubted.exclude(user=scope.user).count()
    return {name: n for name, n in found.items() if n}


def _observed(today: board.Today) -> bool:
    return bool(today.air) or any(s.latest_class for s in today.sections)


@county_page
@kept
def home(request: HttpRequest, scope: Scope) -> HttpResponse:
    today = board.today(scope.county.code)
    context: dict[str, Any] = {"today": today, "observed": _observed(today), "patrols": _patrols(scope)}
    context |= _air(today)
    if scope.plan and scope.may("approve_value"):
        waiting = ReportedValue.objects.filter(commitment__plan=scope.plan, status="submitted")
        context["waiting"] = list(
            waiting.select_related("commitment__owner").order_by("reported_at")[:WAITING_SHOWN]
        )
    if score := scope.score:
        items = scope.items
        context |= {
            "score": score,
            "cards": (cards := _cards(score, items)),
            "others": sum(not card.nine for card in cards),
            "good": score.counts.get("met", 0) + score.counts.get("on_track", 0),
            "badly": [i for i in score.late if i.state == "badly_late"][:3],
            "late": score.late[:LATE_SHOWN],
            "late_more": max(len(score.late) - LATE_SHOWN, 0),
            "mine": _mine(scope),
            "unassigned": [i for i in items if not i.owner_id][:6],
            "synthetic": score.synthetic or context["today"].synthetic,
        }
    else:
        context["synthetic"] = context["today"].synthetic
    return page(request, "web/home.html", context, active="home")


@county_page
def more(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The rest of the menu, for a phone."""
    return page(request, "web/more.html", {}, active="more")
