"""What a rule sees: one county at one moment. Read once, shared by all rules of one look."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Q

from jiuzhi.core import registers
from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Org, ReportingPeriod
from jiuzhi.core.registers import reading
from jiuzhi.engine.indicators import judged
from jiuzhi.engine.indicators.models import Judgement, ReportedValue
from jiuzhi.engine.observe import assessed, devices, health, reported
from jiuzhi.engine.observe.devices import Known
from jiuzhi.engine.observe.quality import capture
from jiuzhi.engine.patrol.models import Duty as PatrolDuty
from jiuzhi.engine.patrol.models import Patrol
from jiuzhi.engine.plan.duties import Duty, duties
from jiuzhi.engine.plan.models import Commitment, Plan
from jiuzhi.master.models import Device, Station

from .declare import Rule
from .models import RuleSetting


class Look:
    """``now``: with zone; ``today``: the local day. Everything is of ``county`` and as of ``now``."""

    def __init__(self, county: Org, now: datetime) -> None:
        self.county = county
        self.now = now
        self.today: date = now.astimezone(LOCAL).date()
        self._rule: Rule | None = None
        self._rows: dict[str, Sequence[Any]] = {}

    def as_(self, rule: Rule) -> Look:
        """This look, with the numbers of ``rule``."""
        self._rule = rule
        return self

    def param(self, name: str) -> Decimal:
        """A number of the present rule, as the county set it. Errors: ``KeyError`` for one nobody declared."""
        if self._rule is None:
            raise KeyError(name)
        own = self.settings.get(self._rule.code)
        declared = self._rule.params[name].value
        return Decimal(str(own.params[name])) if own and name in own.params else declared

    @cached_property
    def settings(self) -> dict[str, RuleSetting]:
        """What the county changed, by rule."""
        return {s.rule: s for s in RuleSetting.objects.filter(county=self.county)}

    # --- places and values ---

    @cached_property
    def every_station(self) -> list[Station]:
        return list(Station.objects.filter(county=self.county).select_related("county"))

    def stations(self, *kinds: str) -> list[Station]:
        return [s for s in self.every_station if not kinds or s.kind in kinds]

    def station(self, code: str) -> Station | None:
        return next((s for s in self.every_station if s.code == code), None)

    @cached_property
    def newest(self) -> dict[str, dict[str, reported.Observed]]:
        """Station → property → its newest value of the last days."""
        return reported.latest([s.code for s in self.every_station], self.now)

    def items(self, station: str) -> list[str]:
        """The properties a station has had values of in the year before now."""
        return reported.properties(station, self.now)

    def line(self, station: str, item: str, kind: str, back: timedelta) -> list[reported.Point]:
        """The usable values of one series in the time before now, oldest first."""
        found = reported.line(station, item, kind, self.now - back, self.now + timedelta(seconds=1))
        return [p for p in found.points if p.usable]

    def table(self, name: str, **equals: Any) -> list[dict[str, Any]]:
        """Rows of an assessed table (``air_day``, ``water_month`` …), oldest first, none later than today."""
        return assessed.rows(name, **equals)

    @cached_property
    def capture(self) -> list[capture.Capture]:
        """How much of what should have come did come, for every station, item and day of yesterday's month up to yesterday."""
        codes, last = [s.code for s in self.every_station], self.today - timedelta(days=1)
        return capture.capture(codes, f"{last:%Y-%m}", last) if codes else []

    # --- devices ---

    @cached_property
    def devices(self) -> list[tuple[Device, Known, health.State | None]]:
        """Devices in use with what is known of their health; None when never heard."""
        rows = list(Device.objects.filter(county=self.county, state="在用").select_related("station", "org"))
        known, states = devices.listed(), health.states([d.code for d in rows])
        return [(d, known[d.code], states.get(d.code)) for d in rows if d.code in known]

    # --- records, commitments ---

    def register(self, code: str) -> Sequence[Any]:
        """All records of a register in the county, with their unit."""
        if code not in self._rows:
            register = registers.get(code)
            found = reading.everything(register, self.county).select_related("org", *register.links())
            self._rows[code] = list(found)
        return self._rows[code]

    @cached_property
    def due_periods(self) -> list[ReportingPeriod]:
        """Reporting periods that were due before today and are still open."""
        return list(ReportingPeriod.objects.filter(county=self.county, due_on__lt=self.today, locked_at=None))

    @cached_property
    def tasks(self) -> list[Duty]:
        """The tasks of the current plan with their next milestone."""
        return [] if self.plan is None else duties(self.plan, self.today)

    @cached_property
    def plan(self) -> Plan | None:
        return Plan.objects.filter(county=self.county, current=True).first()

    @cached_property
    def reported(self) -> list[tuple[Commitment, set[str]]]:
        """The targets of the current plan that units report by hand, with the periods a value was reported for and not sent back."""
        if self.plan is None:
            return []
        values = ReportedValue.objects.filter(
            commitment__plan=self.plan, status__in=("submitted", "approved")
        )
        periods: dict[int, set[str]] = {}
        for pk, period in values.values_list("commitment_id", "period"):
            periods.setdefault(pk, set()).add(period)
        asked = self.plan.commitments.filter(kind=Commitment.Kind.TARGET, indicator="").select_related(
            "owner"
        )
        return [(c, periods.get(c.pk, set())) for c in asked]

    @cached_property
    def walks(self) -> list[tuple[PatrolDuty, list[tuple[date, str]]]]:
        """Duties to patrol that hold today, with the local day and state of each walk of the last 400 days."""
        since = self.now - timedelta(days=400)
        days: dict[int, list[tuple[date, str]]] = {}
        made = Patrol.objects.filter(county=self.county, started__gte=since, started__lte=self.now)
        for pk, started, state in made.values_list("duty_id", "started", "state"):
            days.setdefault(pk, []).append((started.astimezone(LOCAL).date(), state))
        asked = PatrolDuty.objects.filter(county=self.county, valid_from__lte=self.today)
        asked = asked.filter(Q(valid_to=None) | Q(valid_to__gte=self.today)).select_related("org")
        return [(duty, days.get(duty.pk, [])) for duty in asked]

    @cached_property
    def judgements(self) -> list[Judgement]:
        """The newest judgement of every commitment of the current plan."""
        return judged.newest(self.county, self.today)
