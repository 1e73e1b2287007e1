"""Reporting periods of a county: due, locked, opened by exception, and who came late."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from jiuzhi.core import local, periods
from jiuzhi.core.models import Org, ReportingPeriod
from jiuzhi.core.registers import REGISTERS

from ..base import Scope, actor, county_page, page


@county_page
def listing(request: HttpRequest, scope: Scope) -> HttpResponse:
    allowed = scope.may("manage_period")
    if request.method == "POST":
        if not allowed:
            raise PermissionDenied(_("您没有管理报送时期的权限。"))
        try:
            _act(request, scope)
        except ValidationError as error:
            messages.error(request, "；".join(error.messages))
        return redirect("periods", scope.county.code)
    found = ReportingPeriod.objects.filter(county=scope.county).prefetch_related("late__org", "unlocks__org")
    rows = [(p, REGISTERS.get(p.register), list(p.late.all()), list(p.unlocks.all())) for p in found[:200]]
    context = {
        "rows": rows, "today": local.today(), "allowed": allowed,
        "registers": [r for r in REGISTERS.values() if r.period],
        "units": Org.objects.filter(path__startswith=scope.county.path).order_by("path")[:500] if allowed else [],
    }  # fmt: skip
    return page(request, "web/registers/periods.html", context, active="registers")


def _act(request: HttpRequest, scope: Scope) -> None:
    """Open, lock or unlock. Errors: ``ValidationError`` in words."""
    given = request.POST
    if given.get("do") == "open":
        register = REGISTERS.get(given.get("register", ""))
        if register is None or not register.period:
            raise ValidationError(_("请选择按时期报送的台账。"))
        periods.open_period(
            scope.county,
            register.code,
            given.get("period", "").strip(),
            _day(given.get("due", "")),
            actor(request),
        )
        messages.success(request, _("已设立报送时期。"))
        return
    number = given.get("id", "")
    found = ReportingPeriod.objects.filter(
        county=scope.county, pk=int(number) if number.isdecimal() else 0
    ).first()
    if found is None:
        raise ValidationError(_("没有这个报送时期：请刷新页面。"))
    if given.get("do") == "lock":
        periods.lock([found], actor(request))
        messages.success(request, _("已锁定。"))
    else:
        unit = Org.objects.filter(path__startswith=scope.county.path, code=given.get("org", "")).first()
        if unit is None:
            raise ValidationError(_("请选择向哪个单位开放。"))
        periods.unlock(found, unit, _day(given.get("until", "")), given.get("reason", ""), actor(request))
        messages.success(request, _("已按例外解锁。"))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValidationError(_("日期没有填好：请按 2026-01-31 的写法。")) from error
