"""A rule as one county runs it: declared, then what the county changed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from jiuzhi.core.local import LOCAL

from .declare import Rule
from .hysteresis import Conduct
from .models import RuleSetting, quiet_hours

if TYPE_CHECKING:
    from .look import Look


def is_active(rule: Rule, look: Look) -> bool:
    own = look.settings.get(rule.code)
    return own is None or own.active


def conduct_of(rule: Rule, look: Look) -> Conduct:
    own = look.settings.get(rule.code)
    if own is None:
        return rule.conduct
    return Conduct(own.fire or rule.fire, own.clear or rule.clear, rule.gap, rule.rejoin)


def opens_case(rule: Rule, look: Look) -> str:
    """The workflow an alarm of this rule opens; "" for none."""
    own = look.settings.get(rule.code)
    return rule.opens if own is None or own.opens else ""


def is_quiet(rule: Rule, own: RuleSetting | None, now: datetime) -> bool:
    """Whether nobody is to be woken for it at ``now``. Urgent alarms ignore quiet hours."""
    if rule.severity == "critical":
        return False
    hours = quiet_hours((own and own.quiet) or rule.quiet)
    if hours is None:
        return False
    start, end = hours
    hour = now.astimezone(LOCAL).hour
    return start <= hour < end if start < end else hour >= start or hour < end
