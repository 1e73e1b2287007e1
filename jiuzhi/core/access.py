"""What a person may see and do. Decided per action; never a union of roles.

A grant is (role, unit) and may be narrowed to some registers and actions. A role allows a list of actions; the unit bounds them
to its subtree.
"""

from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from .models import Grant, Org, User

_EVERY = frozenset(Grant.Role.values)
_STAFF = _EVERY - {"enterprise"}
_EDITORS = frozenset({"plan_officer", "unit", "monitoring", "enforcement", "duty", "admin"})

REPORTERS = frozenset({"enterprise", "chief"})  # they report what is new; how it stands others decide

# Which roles (`Grant.Role`) may do what.
ACTIONS: dict[str, frozenset[str]] = {
    "enter": _EVERY,
    "view": _STAFF,
    "report_value": frozenset({"plan_officer", "unit", "admin"}),
    "approve_value": frozenset({"plan_officer", "admin"}),
    "assign_owner": frozenset({"plan_officer", "admin"}),
    "load_plan": frozenset({"plan_officer", "admin"}),
    "import_observations": frozenset({"monitoring", "plan_officer", "admin"}),
    "overrule_observation": frozenset({"monitoring", "plan_officer", "admin"}),
    "make_report": frozenset({"plan_officer", "leader", "admin"}),
    # Registers. An enterprise does these to its own records only.
    "view_record": _EVERY,
    "create_record": _EDITORS | {"chief", "enterprise"},
    "change_record": _EDITORS | {"enterprise"},
    "delete_record": frozenset({"plan_officer", "admin"}),
    "export_record": _EVERY - {"chief"},
    "see_sensitive": frozenset(
        {"plan_officer", "monitoring", "enforcement", "duty", "enterprise", "auditor", "admin"}
    ),
    "manage_period": frozenset({"plan_officer", "admin"}),
    # Alerts and cases. What a step of a case asks for stands in its workflow (`engine.cases`).
    "view_alert": _STAFF,
    "answer_alert": frozenset(
        {"plan_officer", "unit", "monitoring", "enforcement", "duty", "chief", "admin"}
    ),
    "tune_rule": frozenset({"plan_officer", "monitoring", "admin"}),
    "manage_channel": frozenset({"plan_officer", "admin"}),
    "publish_warning": frozenset({"plan_officer", "duty", "leader", "admin"}),
    "view_case": _STAFF,
    "open_case": _EDITORS | {"chief"},
    "work_case": _STAFF - {"auditor"},
    "manage_case": frozenset({"plan_officer", "monitoring", "enforcement", "duty", "leader", "admin"}),
    # Patrols and scores.
    "view_patrol": _STAFF,
    "walk_patrol": frozenset({"chief", "unit", "enforcement", "monitoring", "admin"}),
    "set_patrol": frozenset({"plan_officer", "unit", "enforcement", "admin"}),
    "view_score": _STAFF,
    "object_score": frozenset({"plan_officer", "unit", "admin"}),
    "manage_score": frozenset({"plan_officer", "admin"}),
    "read_audit": frozenset({"auditor", "admin"}),
}
# What a person asks for, in the words of a refusal.
WORDS = {
    "view_record": "查看", "create_record": "新增", "change_record": "修改", "delete_record": "删除", "export_record": "导出",
    "see_sensitive": "查看敏感字段", "manage_period": "管理报送时期", "read_audit": "查看变更记录",
    "report_value": "填报", "approve_value": "审核",
    "view_alert": "查看报警", "answer_alert": "处理报警", "tune_rule": "调整规则", "manage_channel": "设置通知渠道", "publish_warning": "发布预警",
    "view_case": "查看问题", "open_case": "登记问题", "work_case": "办理问题", "manage_case": "督办问题",
    "view_patrol": "查看巡查", "walk_patrol": "巡查", "set_patrol": "安排巡查",
    "view_score": "查看评分", "object_score": "提出异议", "manage_score": "管理评分",
}  # fmt: skip


def grants(user: User, action: str, register: str = "") -> list[Grant]:
    """The grants of ``user`` that allow ``action`` (on ``register``). Errors: ``KeyError`` for an action nobody declared."""
    roles = ACTIONS[action]
    if not user.is_authenticated:
        return []
    held = getattr(user, "_grants", None)
    if held is None:  # once per request: the user object lives as long as the request
        held = user._grants = list(user.grants.select_related("org"))  # type: ignore[attr-defined]
    return [g for g in held if g.role in roles and (action == "enter" or g.covers(action, register))]


def can(user: User, action: str, org: Org | None, register: str = "") -> bool:
    """Whether ``user`` may do ``action`` in ``org``. Without a unit (unassigned) the county's grant decides: pass the county."""
    return org is not None and any(org.path.startswith(g.org.path) for g in grants(user, action, register))


def within(user: User, action: str, county: Org, field: str = "org", register: str = "") -> Q | None:
    """What of a county ``user`` may do ``action`` on, as a condition on the unit in ``field``: None for nothing, an empty ``Q`` for all."""
    held = grants(user, action, register)
    if any(county.path.startswith(g.org.path) for g in held):
        return Q()
    parts = [g.org.path for g in held if g.org.path.startswith(county.path)]
    if not parts:
        return None
    below = Org.objects.filter(reduce(or_, (Q(path__startswith=path) for path in parts)))
    return Q(**{f"{field}__in": below.values("pk")})


def counties(user: User, action: str = "view") -> QuerySet[Org]:
    """The counties in which ``user`` may do ``action`` somewhere, for the county switch."""
    held = grants(user, action)
    if not held:
        return Org.objects.none()
    below = reduce(or_, (Q(path__startswith=g.org.path) for g in held))
    above = Q(code__in=[g.org.county_code for g in held])
    return Org.objects.filter(kind=Org.Kind.COUNTY).filter(below | above)
