"""Devices on line: who speaks, who is silent, what was wrong, and what they sent last, field by field."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from jiuzhi.core import records
from jiuzhi.core.local import LOCAL
from jiuzhi.core.registers import of, reading
from jiuzhi.engine.observe import devices, health, inbox, orders, reported
from jiuzhi.engine.observe.decoding.explain import explain
from jiuzhi.engine.observe.devices import Known
from jiuzhi.engine.observe.health import State
from jiuzhi.engine.observe.quality.capture import observed, of_device
from jiuzhi.master.models import Device

from .. import quality
from .base import Scope, actor, county_page, page, require

SHOWN = 100  # frames
VIEWS = {
    "": gettext_lazy("全部"), "on": gettext_lazy("在线"), "off": gettext_lazy("离线"), "wrong": gettext_lazy("有问题"),
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A device of the list: its record, what the gateway knows of it, how it is."""

    record: Device
    known: Known
    state: State
    now: datetime

    @property
    def off(self) -> bool:
        return self.record.state == "在用" and self.state.offline(self.known, self.now)

    @property
    def on(self) -> bool:
        return self.record.state == "在用" and not self.off

    @property
    def clock(self) -> str:
        """How far its clock is off, in words."""
        ahead = self.state.clock
        if ahead is None:
            return ""
        if not ahead:
            return _("准")
        return (_("快 %(n)s 秒") if ahead > 0 else _("慢 %(n)s 秒")) % {"n": abs(ahead)}

    @property
    def clock_off(self) -> bool:
        return self.state.clock_off(self.known)

    @property
    def wrong(self) -> bool:
        return self.clock_off or bool(
            self.state.said_at and (self.now - self.state.said_at).total_seconds() < 86400
        )

    @property
    def mark(self) -> tuple[str, str, str]:
        """Class, sign and word of its state."""
        if self.record.state != "在用":
            return "no_data", "○", self.record.state
        if self.state.last_at is None:
            return "no_data", "○", _("还没有连上过")
        if self.off:
            return "badly_late", "■", _("离线")
        return ("late", "◆", _("在线，有问题")) if self.wrong else ("met", "●", _("在线"))


def _rows(scope: Scope, **only: Any) -> list[Row]:
    """The devices the person may see in this county, all or those of these fields."""
    register = of(Device)
    assert register is not None
    seen = reading.visible_to(register, scope.user, county=scope.county).filter(**only)
    found = list(seen.select_related("station", "county", "org", "enterprise").order_by("code"))
    states, now = health.states(r.code for r in found), timezone.now()
    return [Row(r, devices.known(r), states.get(r.code, State(r.code)), now) for r in found]


@county_page
def listing(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Every device of the county with its state, and devices that knocked and are not registered."""
    rows = _rows(scope)
    view = request.GET.get("view", "")
    q = request.GET.get("q", "").strip()
    chosen = {
        "on": lambda r: r.on,
        "off": lambda r: r.off,
        "wrong": lambda r: r.wrong,
    }.get(view)
    shown = [
        r
        for r in rows
        if (chosen is None or chosen(r))
        and (not q or q in r.record.name or q in r.record.code or q in str(r.record.station or ""))
    ]
    register = of(Device)
    assert register is not None
    may_create = reading.may(register, scope.user, "create_record")
    context = {
        "rows": shown, "all": len(rows), "off": sum(r.off for r in rows), "wrong": sum(bool(r.wrong) for r in rows), "q": q, "view": view,
        "on": sum(r.on for r in rows),
        "views": VIEWS.items(), "may_create": may_create, "strangers": _strangers() if may_create else [],
        "synthetic": any(r.record.synthetic for r in rows),
    }  # fmt: skip
    return page(request, "web/devices.html", context, active="stations")


def _strangers() -> list[State]:
    """Devices that spoke and are registered nowhere, newest first."""
    registered = set(Device.objects.values_list("code", flat=True))
    found = [
        s
        for s in health.states().values()
        if s.code not in registered and s.said_at and not s.code.startswith("?")
    ]
    return sorted(found, key=lambda s: s.said_at or timezone.now(), reverse=True)[:20]


def _row(scope: Scope, pk: int) -> Row:
    found = _rows(scope, pk=pk)
    if not found:
        raise Http404(_("没有这台设备，或您没有查看它的权限。"))
    return found[0]


@county_page
def detail(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """One device: state, last frames decoded, what was turned away, orders."""
    row = _row(scope, pk)
    only = "wrong" in request.GET
    whole = "HX-Request" not in request.headers  # the page asks for its state again every few seconds
    frames = [
        explain(f.raw, row.known, f.protocol, f.received)
        for f in (inbox.last_frames(row.record.code, SHOWN) if whole else ())
    ]
    context: dict[str, Any] = {
        "row": row, "record": row.record, "state": row.state, "frames": [f for f in frames if f.wrong] if only else frames,
        "total": len(frames), "wrong_frames": sum(f.wrong for f in frames), "only": only,
        "refusals": [(inbox.moment(r.at), r) for r in health.refusals(row.record.code)],
        "orders": orders.of_device(row.record.code), "offered": orders.OFFERED.items(),
        "may_ask": row.known.protocol == "HJ212" and scope.may("import_observations"),
        "synthetic": row.record.synthetic, "capture": _captured(row) if whole else {},
    }  # fmt: skip
    return page(request, "web/device.html", context, active="stations")


def _captured(row: Row) -> dict[str, Any]:
    """The data capture at the device's station up to yesterday, because today is not over: all together, then each property."""
    station, yesterday = row.known.station, row.now.astimezone(LOCAL).date() - timedelta(days=1)
    month = f"{yesterday:%Y-%m}"
    found = of_device(station, reported.properties(station, row.now), month, yesterday, row.known.interval)
    return {
        "rows": [{"property": one.property} | quality.rates(one) for one in found],
        "upto": yesterday,
        "synthetic": any(observed(month, [station]).values()),
    }


@county_page
@require_POST
def ask(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Send an order to a device (HJ 212)."""
    require(scope, "import_observations")
    row = _row(scope, pk)
    if row.record.state != "在用":
        raise PermissionDenied(_("设备不在用，不能下发命令。"))
    cn = request.POST.get("cn", "")
    given = {"BeginTime": "begin", "EndTime": "end", "RtdInterval": "interval"}
    wanted = orders.OFFERED.get(cn, ("", ()))[1]
    try:
        params = {name: _typed(name, request.POST.get(given[name], "").strip()) for name in wanted}
        orders.ask(row.known, cn, params, str(request.user))
    except ValueError as error:
        messages.error(request, str(error))
    else:
        records.noted(
            actor(request), "order", Device._meta.label, str(row.record.pk), orders.OFFERED[cn][0], params
        )
        messages.success(request, _("已交给网关：设备在线时立即下发，结果写在下面。"))
    return redirect("device", scope.county.code, pk)


def _typed(name: str, text: str) -> str:
    """A parameter as the protocol writes it. Errors: ``ValueError``, one sentence."""
    if name == "RtdInterval":
        if not (text.isascii() and text.isdigit() and 30 <= int(text) <= 3600):
            raise ValueError(_("实时数据间隔填 30–3600 秒"))
        return text
    try:
        return f"{datetime.fromisoformat(text):%Y%m%d%H%M%S}"
    except ValueError:
        raise ValueError(_("请填开始和结束时间")) from None
