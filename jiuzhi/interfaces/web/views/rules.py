"""The rules of alarms: what each asks for, on what basis, and what this county changed of it."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from jiuzhi.core import access, records
from jiuzhi.core.models import AuditEntry, Grant
from jiuzhi.engine.cases.declare import WORKFLOWS
from jiuzhi.engine.rules import standing
from jiuzhi.engine.rules.declare import GRADES, RULES, SEVERITIES, Rule
from jiuzhi.engine.rules.look import Look
from jiuzhi.engine.rules.models import Episode, RuleSetting

from .base import Scope, actor, county_page, page, require

_TRIED = 200  # findings of a trial that are counted; more are "so many and more"


def _view(scope: Scope) -> None:
    if access.within(scope.user, "view_alert", scope.county) is None:
        raise PermissionDenied(_("您没有查看报警的权限，需要时请联系管理员授权。"))


@county_page
def listing(request: HttpRequest, scope: Scope) -> HttpResponse:
    """All rules by domain: on or off, changed or as declared, and how many alarms each has on."""
    _view(scope)
    words = request.GET.get("q", "").strip()[:60]
    own = {s.rule: s for s in RuleSetting.objects.filter(county=scope.county)}
    on = Counter(Episode.objects.filter(county=scope.county, cleared_at=None).values_list("rule", flat=True))
    names = settings.DOMAINS | {"observe": _("监测"), "plan": _("规划")}
    groups: dict[str, list[Any]] = {}
    for rule in sorted(RULES.values(), key=lambda r: r.code):
        if all(
            w in f"{rule.title} {rule.code} {rule.why} {rule.standard} {rule.basis}" for w in words.split()
        ):
            groups.setdefault(names.get(rule.domain, rule.domain), []).append(
                (rule, own.get(rule.code), on[rule.code])
            )
    context = {
        "groups": list(groups.items()),
        "q": words,
        "severities": SEVERITIES,
        "total": len(RULES),
        "changed": len(own),
        "faults": [(RULES[f.rule], f) for f in standing.faults(scope.county)],
    }
    return page(request, "web/rules/list.html", context, active="alerts")


@county_page
def detail(request: HttpRequest, scope: Scope, rule: str) -> HttpResponse:
    """One rule; whoever may, changes it for the county, tries it out, or puts it back as declared."""
    _view(scope)
    code, declared = rule, RULES.get(rule)
    if declared is None:
        raise Http404(_("没有这条规则。"))
    held = RuleSetting.objects.filter(county=scope.county, rule=code).first()
    given: dict[str, Any] = _given_of(declared, held)
    errors, trial = list[str](), None
    if request.method == "POST":
        require(scope, "tune_rule")
        given = {name: request.POST.get(name, "").strip() for name in given}
        do = request.POST.get("do", "")
        try:
            if do == "reset" and held is not None:
                records.delete(held, actor(request), given["why"] or _("恢复为规则原定"), right="tune_rule")
                messages.success(request, _("已恢复为规则原定。"))
                return redirect("rule", scope.county.code, code)
            setting = _filled(declared, held or RuleSetting(rule=code, org=scope.county), given)
            if do == "try":
                trial = _trial(declared, setting, scope)
            else:
                records.save(setting, actor(request), f"调整规则 {declared.title}：{setting.why}"[:200])
                messages.success(request, _("已保存，下一次判断起生效。"))
                return redirect("rule", scope.county.code, code)
        except ValidationError as error:
            errors = error.messages
    context = {
        "rule": declared, "held": held, "given": given, "errors": errors, "trial": trial, "may": scope.may("tune_rule"),
        "params": [(name, p, given[f"param-{name}"]) for name, p in declared.params.items()],
        "grade": GRADES[declared.grade], "unverified": declared.grade in ("M", "X"), "severity": SEVERITIES[declared.severity],
        "opens": WORKFLOWS[declared.opens].title if declared.opens else "", "tells": [dict(Grant.Role.choices)[r] for r in declared.tells],
        "on": Episode.objects.filter(county=scope.county, rule=code, cleared_at=None).count(),
        "changes": _changes(scope, code),
    }  # fmt: skip
    return page(request, "web/rules/rule.html", context, active="alerts", status=422 if errors else 200)


def _changes(scope: Scope, code: str) -> Any:
    """Who changed the rule for this county, newest first; also what was put back since."""
    mine = AuditEntry.objects.filter(model=RuleSetting._meta.label).select_related("user").order_by("-id")
    of = [
        Q(**{f"{side}_text__contains": f'"rule":"{code}"'})
        & Q(**{f"{side}_text__contains": f'"county_id":{scope.county.pk},'})
        for side in ("after", "before")
    ]
    return mine.filter(of[0] | of[1])[:20]


def _given_of(rule: Rule, held: RuleSetting | None) -> dict[str, Any]:
    """What the form shows: the county's own numbers, where it has some, else those declared."""
    params = held.params if held else {}
    return {
        "active": "on" if held is None or held.active else "", "opens": "on" if held is None or held.opens else "",
        "fire": str(held.fire or "") if held else "", "clear": str(held.clear or "") if held else "",
        "quiet": held.quiet if held else "", "why": held.why if held else "",
        **{f"param-{name}": str(params.get(name, "")) for name in rule.params},
    }  # fmt: skip


def _filled(rule: Rule, setting: RuleSetting, given: dict[str, str]) -> RuleSetting:
    """``setting`` with what the form says. Errors: ``ValidationError`` naming the field."""
    setting.active, setting.opens, setting.quiet, setting.why = (
        bool(given["active"]),
        bool(given["opens"]),
        given["quiet"],
        given["why"],
    )
    for name, word in (("fire", _("连续几次触发")), ("clear", _("连续几次解除"))):
        text = given[name]
        if text and not (
            text.isdecimal() and text.isascii() and 1 <= int(text[:6]) <= 1000 and len(text) < 5
        ):
            raise ValidationError(
                _("“%(word)s”要是 1 到 1000 的整数，不是“%(text)s”。") % {"word": word, "text": text[:20]}
            )
        setattr(setting, name, int(text) if text else None)
    params = {}
    for name, param in rule.params.items():
        if text := given[f"param-{name}"]:
            try:
                params[name] = str(Decimal(text))
            except InvalidOperation:
                raise ValidationError(
                    _("“%(word)s”要是数字，不是“%(text)s”。") % {"word": param.words, "text": text[:20]}
                ) from None
    setting.params = params
    if not setting.why:
        raise ValidationError(_("请写明依据或原因：这会留在变更记录里。"))
    return setting


def _trial(rule: Rule, setting: RuleSetting, scope: Scope) -> dict[str, Any]:
    """What the rule would say now with these numbers. Nothing is saved and nobody is told."""
    setting.county = scope.county
    setting.clean()
    look = Look(scope.county, timezone.now())
    look.settings[rule.code] = setting
    found = list(islice(rule.function(look.as_(rule)), _TRIED + 1)) if setting.active else []
    return {
        "n": min(len(found), _TRIED),
        "more": len(found) > _TRIED,
        "rows": found[:20],
        "watches": rule.watches,
    }
