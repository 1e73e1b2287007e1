"""What every page shares: who looks, at which county, on which plan and day — and nothing outside the person's grants."""

from collections.abc import Callable
from datetime import date
from functools import cached_property, wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jiuzhi.core import access
from jiuzhi.core.models import Org, User
from jiuzhi.core.records import Actor
from jiuzhi.core.registers import REGISTERS
from jiuzhi.engine.plan import board
from jiuzhi.engine.plan.models import Plan

from ..keep import changes, data_version, shared
from ..present import STATE_MARKS, STATE_NAMES

COUNTY_COOKIE = "jz_county"
NINE = ("治水", "治气", "治土", "治废", "治塑", "治山", "治岸", "治城", "治乡")
OTHER = "其他"  # commitments that belong to none of the plan's domains
MENU = (
    # (address name, label, key)
    ("home", gettext_lazy("总览")),
    ("plan", gettext_lazy("规划")),
    ("commitments", gettext_lazy("承诺")),
    ("alerts", gettext_lazy("报警")),
    ("cases", gettext_lazy("问题")),
    ("patrols", gettext_lazy("巡查")),
    ("duties", gettext_lazy("责任清单")),
    ("scores", gettext_lazy("生态报表")),
    ("registers", gettext_lazy("台账")),
    ("stations", gettext_lazy("监测")),
    ("imports", gettext_lazy("数据导入")),
    ("report", gettext_lazy("评估报告")),
    ("systems", gettext_lazy("系统清单")),
)
MENU_OF_ENTERPRISES = tuple(item for item in MENU if item[0] == "registers")
PHONE_MENU = ("home", "alerts", "cases", "registers")


class Scope:
    """Where the person stands: county, plan and day; read once per request."""

    def __init__(self, user: User, counties: list[Org], county: Org) -> None:
        self.user = user
        self.counties = counties
        self.county = county

    @cached_property
    def plan(self) -> Plan | None:
        """The county's current plan, or None before one is loaded."""
        current = Plan.objects.select_related("county").filter(county=self.county, current=True)
        return current.annotate(judged_to=Max("commitments__judgements__as_of")).first()

    @cached_property
    def as_of(self) -> date | None:
        """The day of the newest judgement."""
        if self.plan is None:
            return None
        known = getattr(
            self.plan, "judged_to", self
        )  # came along with the plan, unless a page brought its own
        return board.latest_as_of(self.plan) if known is self else known

    @cached_property
    def items(self) -> list[board.CommitmentItem]:
        """The plan's targets with their states; shared by everybody until something changes."""
        plan = self.plan
        if plan is None:
            return []
        return shared(
            ("items", plan.pk, self.as_of), self.plan_version, lambda: board.commitments(plan, self.as_of)
        )

    @cached_property
    def score(self) -> board.Scoreboard | None:
        plan = self.plan
        if plan is None:
            return None
        return shared(
            ("score", plan.pk, self.as_of), self.plan_version, lambda: board.scoreboard(plan, self.as_of)
        )

    @cached_property
    def version(self) -> str:
        return data_version()

    @cached_property
    def changes(self) -> dict[str, int]:
        """`keep.changes`, asked once a request."""
        return changes()

    @cached_property
    def plan_version(self) -> int:
        """Changes with every change of what is no register: a plan's targets and their judgements are in the database alone."""
        registers = {r.model._meta.label for r in REGISTERS.values()}
        return max(n for model, n in self.changes.items() if model not in registers)

    def behind(self) -> tuple[int, int]:
        """How many targets are late or badly late, and how many of these badly: the number beside the menu."""
        counts = self.score.counts if self.score else {}
        return counts.get("late", 0) + counts.get("badly_late", 0), counts.get("badly_late", 0)

    def may(self, action: str, org: Org | None = None) -> bool:
        return access.can(self.user, action, org or self.county)


def scope_of(request: HttpRequest, code: str | None = None, action: str = "view") -> Scope:
    """The scope of this request. ``action``: what the person must be allowed somewhere in the county.

    Errors: 404 for a county outside the grants, 403 for a person without any grant.
    """
    counties = list(access.counties(request.user, action).select_related("parent"))
    if not counties:
        raise PermissionDenied(_("您的账号还没有授权任何区县，请联系管理员。"))
    wanted = code or request.COOKIES.get(COUNTY_COOKIE, "")
    county = next((c for c in counties if c.code == wanted), None)
    if county is None:
        if code:
            raise Http404(_("没有这个区县，或您没有查看它的权限。"))
        county = counties[0]
    return Scope(request.user, counties, county)


def registers_only(request: HttpRequest) -> bool:
    return not access.grants(request.user, "view") and bool(access.grants(request.user, "view_record"))


def county_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of one county. Without a code in the address it leads to the county last looked at."""

    @login_required
    @wraps(view)
    def inner(request: HttpRequest, code: str | None = None, **kwargs: Any) -> HttpResponse:
        if registers_only(request):  # an enterprise keeps its records here and sees no plan
            return redirect("registers", *filter(None, [code]))
        scope = scope_of(request, code)
        request.scope = scope
        if code is None and request.resolver_match and request.resolver_match.url_name != "home":
            asked = f"?{query}" if (query := request.META.get("QUERY_STRING")) else ""
            return redirect(reverse(request.resolver_match.url_name, args=[scope.county.code]) + asked)
        return remembered(view(request, scope, **kwargs), request, scope)

    return inner


def remembered(response: HttpResponse, request: HttpRequest, scope: Scope) -> HttpResponse:
    """The county last looked at is the one that opens next."""
    if request.COOKIES.get(COUNTY_COOKIE) != scope.county.code:
        response.set_cookie(
            COUNTY_COOKIE, scope.county.code, max_age=365 * 86400, samesite="Lax", httponly=True
        )
    return response


def any_county_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page whose address names no county (systems): it is seen from the county last looked at."""
    return _from_last_county(view, lambda request: "view")


def everybodys_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """`any_county_page` that is also for people who keep records here and see no plan (the search)."""
    return _from_last_county(view, lambda request: "view_record" if registers_only(request) else "view")


def _from_last_county(
    view: Callable[..., HttpResponse], action: Callable[[HttpRequest], str]
) -> Callable[..., HttpResponse]:
    @login_required
    @wraps(view)
    def inner(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        request.scope = scope = scope_of(request, None, action(request))
        return view(request, scope, **kwargs)

    return inner


def units_of(scope: Scope) -> QuerySet[Org]:
    """The units of the county that work here: not its villages, not its enterprises."""
    return Org.objects.filter(path__startswith=scope.county.path).exclude(kind__in=("village", "enterprise"))


def actor(request: HttpRequest) -> Actor:
    return Actor(request.user, "web")


def require(scope: Scope, action: str, org: Org | None = None) -> None:
    """Errors: 403 with a sentence that names what is missing."""
    if not scope.may(action, org):
        raise PermissionDenied(_("您没有这项操作的权限，需要时请联系管理员授权。"))


def given_day(text: str) -> date | None:
    """A day of a form, None when it was left empty. Errors: ``ValidationError`` for what is no day."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ValidationError(_("“%(text)s”不是日期：请写成 2026-12-31。") % {"text": text[:20]}) from None


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    active: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render a whole page with the frame around it."""
    scope: Scope | None = getattr(request, "scope", None)
    whole = scope is None or not registers_only(request)  # an enterprise sees nothing of a plan
    frame: dict[str, Any] = {
        "scope": scope,
        "menu": MENU if whole else MENU_OF_ENTERPRISES,
        "phone_menu": PHONE_MENU,
        "registers_only": not whole,
        "nine": NINE if whole else (),
        "state_codes": tuple(STATE_MARKS),
        "state_marks": STATE_MARKS,
        "state_names": STATE_NAMES,
        "active": active,
    }
    if scope:
        frame["grants"] = access.grants(scope.user, "enter")
        frame["at"] = reverse("home", args=[scope.county.code])  # one address for the many links of a list
    if scope and whole and scope.plan:
        frame["plan"] = scope.plan
        frame["as_of"] = scope.as_of
        if scope.as_of:
            frame["plan_year"] = max(scope.as_of.year - scope.plan.period_start + 1, 0)
            frame["late_count"], frame["badly_count"] = scope.behind()
    return render(request, template, frame | (context or {}), status=status)


def number(text: str | None, default: int = 1, low: int = 1, high: int = 10**9) -> int:
    """A whole number from the address line; anything else is the default."""
    return min(max(int(text), low), high) if text and text.isdecimal() and len(text) < 12 else default
