"""What a person may see and do. Decided per action; never a union of roles.

A grant is (role, unit). A role allows a list of actions; the unit bounds them to its subtree.
"""

from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from .models import Grant, Org, User

# Which roles (`Grant.Role`) may do what.
ACTIONS: dict[str, frozenset[str]] = {
    "view": frozenset(Grant.Role.values),
    "report_value": frozenset({"plan_officer", "unit", "admin"}),
    "approve_value": frozenset({"plan_officer", "admin"}),
    "assign_owner": frozenset({"plan_officer", "admin"}),
    "load_plan": frozenset({"plan_officer", "admin"}),
    "import_observations": frozenset({"monitoring", "plan_officer", "admin"}),
    "make_report": frozenset({"plan_officer", "leader", "admin"}),
}


def grants(user: User, action: str) -> list[Grant]:
    """The grants of ``user`` that allow ``action``. Errors: ``KeyError`` for an action nobody declared."""
    roles = ACTIONS[action]
    if not user.is_authenticated:
        return []
    held = getattr(user, "_grants", None)
    if held is None:  # once per request: the user object lives as long as the request
        held = user._grants = list(user.grants.select_related("org"))  # type: ignore[attr-defined]
    return [g for g in held if g.role in roles]


def can(user: User, action: str, org: Org | None) -> bool:
    """Whether ``user`` may do ``action`` in ``org``. Without a unit (unassigned) the county's grant decides: pass the county."""
    return org is not None and any(org.path.startswith(g.org.path) for g in grants(user, action))


def counties(user: User, action: str = "view") -> QuerySet[Org]:
    """The counties in which ``user`` may do ``action`` somewhere, for the county switch."""
    held = grants(user, action)
    if not held:
        return Org.objects.none()
    below = reduce(or_, (Q(path__startswith=g.org.path) for g in held))
    above = Q(code__in=[g.org.county_code for g in held])
    return Org.objects.filter(kind=Org.Kind.COUNTY).filter(below | above)
