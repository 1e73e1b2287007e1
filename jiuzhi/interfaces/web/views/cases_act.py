"""What is done with a case by its forms. What is refused stands on the page again with the words that were typed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiuzhi.core import attachments, records
from jiuzhi.core.models import Org
from jiuzhi.engine.cases import evidence, manage, rights, work
from jiuzhi.engine.cases.models import Case, CaseFile

from .base import Scope, actor, county_page, given_day
from .cases import person_of, seen, shown, units_named
from .cases_new import point_of


@require_POST
@county_page
def act(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """One act on a case: a step, or what who supervises does."""
    case, asked, now = seen(scope, pk), request.POST, timezone.now()
    who, words, do = actor(request), asked.get("words", ""), asked.get("do", "")
    unit = Org.objects.filter(path__startswith=scope.county.path, code=asked.get("unit", "")).first()
    acts = {
        "step": lambda: _step(request, scope, case, unit),
        "back": lambda: work.take_back(case, who, at=now),
        "note": lambda: manage.remark(case, words, who, at=now),
        "pause": lambda: manage.pause(case, words, who, at=now),
        "resume": lambda: manage.resume(case, who, at=now, words=words),
        "extend": lambda: manage.extend(case, given_day(asked.get("until", "")), words, who, at=now),
        "assign": lambda: manage.reassign(
            case, unit, person_of(scope, asked.get("person", "")), words, who, at=now, helpers=_helpers(request, scope)
        ),
        "change": lambda: manage.change(case, _changed(asked), words, who, at=now, revision=_revision(asked)),
        "reopen": lambda: manage.reopen(case, words, who, at=now),
        "holds": lambda: manage.revisit(case, True, words, who, at=now),
        "rebound": lambda: manage.revisit(case, False, words, who, at=now),
        "split": lambda: manage.split(case, _parts(asked.get("parts", ""), scope, case), who, at=now),
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


def _step(request: HttpRequest, scope: Scope, case: Case, unit: Org | None) -> None:
    asked = request.POST
    work.take(
        case, asked.get("step", ""), actor(request), at=timezone.now(), words=asked.get("words", ""), org=unit,
        person=person_of(scope, asked.get("person", "")), helpers=_helpers(request, scope), counterpart=asked.get("counterpart", ""),
        place=asked.get("place", ""), answer=asked.get("answer", ""), revision=_revision(asked),
    )  # fmt: skip


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


def _parts(text: str, scope: Scope, case: Case) -> list[tuple[str, Org]]:
    """Lines of "问题 单位"; without a unit it stays with this one."""
    units = {o.name: o for o in Org.objects.filter(path__startswith=scope.county.path)}
    found = []
    for line in filter(None, (part.strip() for part in text.splitlines())):
        title, _blank, name = line.rpartition(" ")
        found.append((title, units[name]) if title and name in units else (line, case.org))
    return found


def _other(scope: Scope, code: str) -> Case:
    found = rights.visible(scope.user, scope.county).filter(code=code.strip()).first()
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
