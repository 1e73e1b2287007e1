"""What is done with a case by its forms. What is refused stands on the page again with the words that were typed."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiuzhi.core import attachments, files, records
from jiuzhi.core.models import Org
from jiuzhi.engine.cases import evidence, manage, rights, work
from jiuzhi.engine.cases.models import Case, CaseFile

from .base import Scope, actor, county_page, given_day, units_of
from .cases import person_of, seen, shown, units_named
from .cases_new import point_of


@require_POST
@county_page
def act(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """One act on a case: a step, or what who supervises does."""
    case, asked, now = seen(scope, pk), request.POST, timezone.now()
    who, words, do = actor(request), asked.get("words", ""), asked.get("do", "")
    acts = {
        "step": lambda: _step(request, scope, case),
        "back": lambda: work.take_back(case, who, at=now),
        "note": lambda: manage.remark(case, words, who, at=now),
        "pause": lambda: manage.pause(case, words, who, at=now),
        "resume": lambda: manage.resume(case, who, at=now, words=words),
        "extend": lambda: manage.extend(case, given_day(asked.get("until", "")), words, who, at=now),
        "assign": lambda: manage.reassign(
            case, _unit(request, scope), person_of(scope, asked.get("person", "")), words, who, at=now, helpers=_helpers(request, scope)
        ),
        "change": lambda: manage.change(case, _changed(asked), words, who, at=now, revision=_revision(asked)),
        "reopen": lambda: manage.reopen(case, words, who, at=now),
        "holds": lambda: manage.revisit(case, True, words, who, at=now),
        "rebound": lambda: manage.revisit(case, False, words, who, at=now),
        "split": lambda: manage.split(case, _parts(asked.get("parts", ""), scope), who, at=now),
        "merge": lambda: manage.merge([case], _other(scope, asked.get("into", "")), words, who, at=now),
        "file": lambda: _attach(request, case),
        "file_drop": lambda: evidence.drop(_file(request, case), who, words, at=now),
        "file_correct": lambda: evidence.correct(
            _file(request, case), asked.get("moment", ""), asked.get("spot", ""), who, words, at=now
        ),
    }  # fmt: skip
    if do not in acts:
        raise Http404
    try:
        acts[do]()
    except ValidationError as error:
        return shown(request, scope, seen(scope, pk), refused="；".join(error.messages))
    messages.success(request, _("已办理。"))
    return redirect("case", scope.county.code, pk)


def _step(request: HttpRequest, scope: Scope, case: Case) -> None:
    asked = request.POST
    work.take(
        case, asked.get("step", ""), actor(request), at=timezone.now(), words=asked.get("words", ""), org=_unit(request, scope),
        person=person_of(scope, asked.get("person", "")), helpers=_helpers(request, scope), counterpart=asked.get("counterpart", ""),
        place=asked.get("place", ""), answer=asked.get("answer", ""), revision=_revision(asked),
    )  # fmt: skip


def _unit(request: HttpRequest, scope: Scope) -> Org | None:
    """The unit chosen in a form; None for a form without one. Errors: ``ValidationError`` for one that cases are not given to."""
    code = files.printable(request.POST.get("unit", "")).strip()
    found = units_of(scope).filter(code=code).first() if code else None
    if code and found is None:
        raise ValidationError(_("没有这个责任单位：请在列表里选，问题不交给村和企业。"))
    return found


def _revision(asked: Any) -> int | None:
    number = asked.get("revision", "")
    return int(number) if number.isdecimal() and len(number) < 10 else None


def _helpers(request: HttpRequest, scope: Scope) -> list[Org] | None:
    """The helping units of a form that asks for them; None for a form that does not."""
    if "helpers" not in request.POST:
        return None
    return units_named(scope, request.POST.getlist("helper"))


def _changed(asked: Any) -> dict[str, Any]:
    """What a correction says anew. Errors: ``ValidationError``."""
    if not asked.get("title", "").strip():
        raise ValidationError(_("请用一句话写明是什么问题。"))
    risk = asked.get("risk", "")
    place = point_of(asked.get("lon", ""), asked.get("lat", "")) or (None, None)
    return {
        "title": asked["title"][:160], "place": asked.get("place", "")[:160], "lon": place[0], "lat": place[1],
        "risk": risk if risk in Case.Risk.values else "中", "kind": asked.get("kind", "")[:40],
    }  # fmt: skip


_PART = re.compile(r"(.*?)[\s，,、]+([^\s，,、]+)")  # \s is also the full-width blank and the tab


def _parts(text: str, scope: Scope) -> list[tuple[str, Org]]:
    """Lines of "问题 单位". Errors: ``ValidationError`` with the line that names no unit."""
    units = {o.name: o for o in units_of(scope)}
    found = []
    for line in filter(None, (part.strip() for part in text.splitlines())):
        match = _PART.fullmatch(line)
        if match is None or not match[1] or match[2] not in units:
            raise ValidationError(
                _("“%(line)s”没有写明本县的责任单位：请写成“问题 单位”，单位写全名。") % {"line": line[:80]}
            )
        found.append((match[1], units[match[2]]))
    return found


def _other(scope: Scope, code: str) -> Case:
    found = rights.visible(scope.user, scope.county).filter(code=files.printable(code).strip()).first()
    if found is None:
        raise ValidationError(_("没有编号为“%(code)s”的问题：请核对。") % {"code": code[:24]})
    return found


def _file(request: HttpRequest, case: Case) -> CaseFile:
    number = request.POST.get("file", "")
    found = case.files.select_related("attachment", "case")
    return get_object_or_404(found, pk=int(number) if number.isdecimal() and len(number) < 15 else 0)


def _attach(request: HttpRequest, case: Case) -> None:
    given = request.FILES.getlist("file")
    if not given:
        raise ValidationError(_("请选择文件。"))
    moment, spot = request.POST.get("moment", "proof"), request.POST.get("spot", "")
    with attachments.together() as kept, records.one_set():  # all of them or none
        for one in given:
            kept.append(evidence.attach(case, one, actor(request), moment=moment, spot=spot).attachment)
