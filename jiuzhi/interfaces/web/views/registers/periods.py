"""Reporting periods of a county: due days, locks, unlocking by exception, and who came late."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from jiuzhi.core import access, local, periods
from jiuzhi.core.files import printable
from jiuzhi.core.models import LateReport, Org, PeriodUnlock, ReportingPeriod
from jiuzhi.core.registers import REGISTERS, Register

from ..base import Scope, actor, page
from . import figures
from .base import registers_page

_SHOWN = 24  # periods of a register


@dataclass
class Standing:
    """One period: its unlocks still open, and per unit how many came late and by how many days at most."""

    period: ReportingPeriod
    unlocks: list[PeriodUnlock] = field(default_factory=list)
    late: list[tuple[str, int, int]] = field(default_factory=list)
    overdue: int = 0

    @property
    def late_count(self) -> int:
        return sum(n for _unit, n, _days in self.late)


def _may_manage(scope: Scope, register: Register) -> bool:
    return access.can(scope.user, "manage_period", scope.county, register.code)


@registers_page
def listing(request: HttpRequest, scope: Scope) -> HttpResponse:
    if request.method == "POST":
        return _act(request, scope)
    registers = [r for r in REGISTERS.values() if r.period and figures.may_view(scope, r)]
    standing = _standing(scope, registers)
    rows = [(r, standing[r.code][:_SHOWN], _may_manage(scope, r)) for r in registers if standing[r.code]]
    manageable = [r for r in registers if _may_manage(scope, r)]
    all_ = [s for periods in standing.values() for s in periods]
    context = {
        "rows": rows, "manageable": manageable, "units": _units(scope) if manageable else [],
        "without": [r for r in registers if not standing[r.code]],
        "today": local.today(), "open": sum(not s.period.locked_at for s in all_), "overdue": sum(s.overdue > 0 for s in all_),
        "late": sum(s.late_count for s in all_), "total": len(all_),
    }  # fmt: skip
    return page(request, "web/registers/periods.html", context, active="registers")


def _standing(scope: Scope, registers: list[Register]) -> dict[str, list[Standing]]:
    found: dict[str, list[Standing]] = defaultdict(list)
    today = local.today()
    held = ReportingPeriod.objects.filter(county=scope.county, register__in=[r.code for r in registers])
    by_id: dict[int, Standing] = {}
    for period in held.select_related("locked_by"):
        overdue = 0 if period.locked_at else max((today - period.due_on).days, 0)
        by_id[period.pk] = one = Standing(period, overdue=overdue)
        found[period.register].append(one)
    for opened in PeriodUnlock.objects.filter(period__in=by_id, until__gte=today).select_related("org", "by"):
        by_id[opened.period_id].unlocks.append(opened)
    for code, units in _seen(scope, registers).items():
        mine = LateReport.objects.filter(units, period__in=[s.period.pk for s in found[code]]).order_by()
        counted = mine.values_list("period_id", "org__name").annotate(Count("pk"), Max("days"))
        for pk, unit, n, days in counted.order_by("-pk__count"):
            by_id[pk].late.append((unit, n, days))
    return found


def _seen(scope: Scope, registers: list[Register]) -> dict[str, Q]:
    """Of which units the person sees who came late: those whose records they answer for, never an enterprise's neighbours."""
    found = {}
    for register in registers:
        held = access.grants(scope.user, "view_record", register.code)
        units = Q(pk__in=[])
        for grant in held:
            if grant.role != "enterprise":
                units |= Q(org__path__startswith=grant.org.path)
        found[register.code] = units
    return found


def _units(scope: Scope) -> list[Org]:
    kinds = (Org.Kind.COUNTY, Org.Kind.DEPARTMENT, Org.Kind.TOWNSHIP, Org.Kind.OTHER)
    return list(Org.objects.filter(path__startswith=scope.county.path, kind__in=kinds))


def _act(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Declare a period, lock it, or open it for one unit; the answer is a sentence above the list."""
    given = request.POST
    acts: dict[str, Callable[[HttpRequest, Scope], str]] = {"open": _open, "lock": _lock, "unlock": _unlock}
    act = acts.get(given.get("act", ""))
    try:
        if act is None:
            raise ValidationError(_("看不懂这项操作：请刷新页面重试。"))
        messages.success(request, act(request, scope))
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    return redirect("periods", scope.county.code)


def _managed(scope: Scope, code: str) -> Register:
    """Errors: ``ValidationError`` for a register without periods, ``PermissionDenied``."""
    register = REGISTERS.get(code)
    if register is None or not register.period:
        raise ValidationError(_("这个台账不按时期报送。"))
    if not _may_manage(scope, register):
        raise PermissionDenied(_("您没有管理报送时期的权限，需要时请联系规划专员。"))
    return register


def _day(text: str, said: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValidationError(_("%(what)s要写成 2026-10-31 这样的日期。") % {"what": said}) from None


def _open(request: HttpRequest, scope: Scope) -> str:
    register = _managed(scope, request.POST.get("register", ""))
    period = printable(request.POST.get("period", "")).strip()[:10]
    due = _day(request.POST.get("due_on", ""), _("应报日"))
    periods.open_period(scope.county, register.code, period, due, actor(request))
    return _("已设立 %(title)s %(period)s，%(due)s 前报送。") % {
        "title": register.title, "period": period, "due": due.isoformat(),
    }  # fmt: skip


def _period(request: HttpRequest, scope: Scope) -> ReportingPeriod:
    pk = request.POST.get("pk", "")
    known = pk if pk.isascii() and pk.isdigit() and len(pk) < 19 else "0"
    found = ReportingPeriod.objects.filter(county=scope.county, pk=int(known)).first()
    if found is None:
        raise ValidationError(_("没有这个时期：请刷新页面重试。"))
    _managed(scope, found.register)
    return found


def _lock(request: HttpRequest, scope: Scope) -> str:
    period = _period(request, scope)
    if not periods.lock([period], actor(request)):
        raise ValidationError(_("这个时期已经锁定。"))
    return _("已锁定 %(period)s：此后只能按例外解锁更正。") % {"period": period.period}


def _unlock(request: HttpRequest, scope: Scope) -> str:
    period = _period(request, scope)
    if period.locked_at is None:
        raise ValidationError(_("这个时期没有锁定，不用解锁。"))
    code = request.POST.get("org", "")[:40]
    org = next((o for o in _units(scope) if o.code == code), None)
    if org is None:
        raise ValidationError(_("请选择对哪个单位解锁。"))
    until = _day(request.POST.get("until", ""), _("开放至"))
    periods.unlock(period, org, until, printable(request.POST.get("reason", "")), actor(request))
    return _("已对%(unit)s开放 %(period)s 至 %(until)s。") % {
        "unit": org.name, "period": period.period, "until": until.isoformat(),
    }  # fmt: skip
