"""What the API does with records: read through `core.registers.reading`, write through `core.records`."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict

from jiuzhi.core import access, local, records
from jiuzhi.core.models import AuditEntry, Org, Record, User
from jiuzhi.core.records import Actor
from jiuzhi.core.registers import Register, Step, guard, layer, query, reading
from jiuzhi.core.registers.parse import References

from . import values
from .problems import Refused

_HISTORY = 200  # entries


def actor(request: HttpRequest) -> Actor:
    return Actor(request.auth, "api")  # type: ignore[attr-defined]


def user(request: HttpRequest) -> User:
    return request.auth  # type: ignore[attr-defined]


def only_known(request: HttpRequest, known: set[str], several: set[str]) -> None:
    """Errors: `Refused` for a parameter nobody declared — a filter with a slip of the pen must not answer with everything."""
    faults = dict.fromkeys((k for k in request.GET if k not in known), "没有这个参数：请对照接口文档")
    for name in known - several:
        if len(request.GET.getlist(name)) > 1:
            faults[name] = "只能给一次"
    if faults:
        raise Refused(422, "请求中有读不懂的参数：请按各参数的说明改正。", faults)


def allowed(register: Register, who: User, action: str = "view_record") -> None:
    if not reading.may(register, who, action):
        raise PermissionDenied(
            f"您没有{access.WORDS[action]}“{register.title}”的权限，需要时请联系管理员授权。"
        )


def county_of(who: User, code: str | None, action: str = "view_record") -> Org | None:
    """The county asked for; None when none is named. Errors: 404 outside the grants."""
    if not code:
        return None
    found = access.counties(who, action).filter(code=code).first()
    if found is None:
        raise Http404("没有这个区县，或您没有查看它的权限。")
    return found


def one(register: Register, who: User, pk: int, action: str = "view_record") -> Record:
    """Errors: 404 for what the person may not see, 403 for what they may see and not do."""
    found = reading.visible_to(register, who).select_related(*register.links()).filter(pk=pk).first()
    if found is None:
        raise Http404(f"没有这条{register.title}，或您没有查看它的权限。")
    guard.allowed(register, who, action, found)
    return found


def shown(register: Register, record: Record, clear: bool) -> dict[str, Any]:
    masked = [
        c.name
        for c in register.fields.values()
        if c.sensitive and not clear and values.give(c, record) not in (None, [])
    ]
    fields = {c.name: None if c.name in masked else values.give(c, record) for c in register.fields.values()}
    return {
        "id": record.pk,
        "revision": record.revision,
        "county": record.county.code,
        **fields,
        "masked": masked,
    }


def answered(request: HttpRequest, register: Register, record: Record, status: int = 200) -> HttpResponse:
    clear = record.pk in reading.unmasked(register, user(request), [record])
    if clear and any(c.sensitive for c in register.fields.values()):
        reading.note(actor(request), register, record)
    return values.answer(shown(register, record, clear), status)


def listed(request: HttpRequest, register: Register, asked: Any) -> HttpResponse:
    """One page. What is sensitive and was handed out is noted, with the ids."""
    who = user(request)
    allowed(register, who)
    county = county_of(who, asked.county)
    visible = reading.visible_to(register, who, county=county)
    found = query.select(register, visible, query.ask(register, request.GET), local.today())
    count = found.order_by().count()
    start = (asked.page - 1) * asked.size
    # Ids first: joining the references of every row before a far page would be slow.
    ids = list(found.values_list("pk", flat=True)[start : start + asked.size]) if start < count else []
    by_id = {r.pk: r for r in visible.filter(pk__in=ids).select_related("county", *register.links())}
    rows = [by_id[pk] for pk in ids if pk in by_id]
    clear = reading.unmasked(register, who, rows)
    hidden = any(c.sensitive for c in register.fields.values())
    if hidden:
        reading.note_many(actor(request), register, county.code if county else "", clear)
    return values.answer(
        {
            "count": count, "next": _link(request, asked.page + 1) if start + asked.size < count else None,
            "previous": _link(request, asked.page - 1) if asked.page > 1 else None,
            "results": [shown(register, r, r.pk in clear) for r in rows],
        }
    )  # fmt: skip


def _link(request: HttpRequest, page: int) -> str:
    given: QueryDict = request.GET.copy()
    given["page"] = str(page)
    return f"{request.path}?{given.urlencode()}"


def create(request: HttpRequest, register: Register, given: Any, code: str | None) -> HttpResponse:
    who = user(request)
    allowed(register, who, "create_record")
    county = county_of(who, code, "create_record") or only_county(who)
    record = register.model()
    named = _named(register, given)
    _take(who, record, register, named, county)
    records.save(record, actor(request), given.why.strip())
    response = answered(request, register, record, 201)
    response["Location"] = f"{request.path}/{record.pk}"
    return response


def only_county(who: User) -> Org:
    found = list(access.counties(who, "create_record")[:2])
    if len(found) != 1:
        raise Refused(
            422, "您有多个区县的权限：请用 county 参数指明新记录属于哪个区县。", {"county": "必须填写"}
        )
    return found[0]


def change(request: HttpRequest, register: Register, pk: int, given: Any) -> HttpResponse:
    who = user(request)
    record = one(register, who, pk, "change_record")
    named = _named(register, given)
    _not_hidden(register, who, record, named)
    _as_seen(record, given.revision)
    _take(who, record, register, named, record.county)
    records.save(record, actor(request), given.why.strip(), revision=given.revision)
    return answered(request, register, one(register, who, pk))


def _named(register: Register, given: Any) -> dict[str, Any]:
    return {n: getattr(given, n) for n in given.model_fields_set if n in register.fields}


def _as_seen(record: Record, revision: int) -> None:
    if record.revision != revision:
        raise Refused(
            409,
            f"这条记录已是第 {record.revision} 版，您读到的是第 {revision} 版：请重新读取，在新版本上重做您的修改。",
        )


def _not_hidden(register: Register, who: User, record: Record, named: dict[str, Any]) -> None:
    """Errors: `Refused` for a masked field, whatever value is given: else a right guess would answer differently from a wrong one."""
    if reading.may(register, who, "see_sensitive", record):
        return
    fields = [register.fields[n] for n in named]
    if hidden := [c.name for c in fields if c.sensitive and values.give(c, record) not in (None, [])]:
        raise Refused(
            422, "有字段您无权查看，因此不能改。",
            dict.fromkeys(hidden, "没有权限查看这一项，因此不能改：请交给有权限的人"),
        )  # fmt: skip


def _take(who: User, record: Record, register: Register, named: dict[str, Any], county: Org) -> None:
    faults = values.take(record, register, named, References(register, county, who, record))
    if faults:
        raise Refused(422, f"有 {len(faults)} 个字段不能保存：请按各字段的说明改正。", faults)


def remove(request: HttpRequest, register: Register, pk: int, why: str) -> HttpResponse:
    record = one(register, user(request), pk, "delete_record")
    records.delete(record, actor(request), why)
    return HttpResponse(status=204)


def step(request: HttpRequest, register: Register, pk: int, found: Step, given: Any) -> HttpResponse:
    who = user(request)
    record = one(register, who, pk)
    if not guard.may_step(register, who, found, record):
        raise PermissionDenied(f"您没有办理“{found.name}”的权限。")
    named = _named(register, given)
    _not_hidden(register, who, record, named)
    _as_seen(record, given.revision)
    _take(who, record, register, named, record.county)
    filled = {n: getattr(record, n) for n in named}
    records.take_step(record, found.name, actor(request), given.why, filled=filled)
    return answered(request, register, one(register, who, pk))


def history(request: HttpRequest, register: Register, pk: int) -> HttpResponse:
    """The newest entries first; values as the log keeps them (references by id, numbers as text)."""
    record = one(register, user(request), pk)
    clear = record.pk in reading.unmasked(register, user(request), [record])
    if clear and any(c.sensitive for c in register.fields.values()):
        reading.note(actor(request), register, record)
    entries = AuditEntry.objects.filter(model=record._meta.label, key=str(pk)).select_related("user")
    found = entries.filter(action__in=("create", "update", "delete")).order_by("-id")[:_HISTORY]
    return values.answer(
        {
            "results": [
                {
                    "id": e.pk, "at": e.at.isoformat(), "by": str(e.user) if e.user else None, "route": e.route,
                    "action": e.action, "why": e.why, "changes": _changes(register, e, clear),
                }
                for e in found
            ]
        }
    )  # fmt: skip


def _changes(register: Register, entry: AuditEntry, clear: bool) -> list[dict[str, Any]]:
    before, after = entry.before or {}, entry.after or {}
    found = []
    for column in register.fields.values():
        old, new = before.get(column.attribute), after.get(column.attribute)
        if old == new:
            continue
        masked = column.sensitive and not clear
        found.append(
            {
                "field": column.name, "title": column.title, "masked": masked,
                "before": None if masked else old, "after": None if masked else new,
            }
        )  # fmt: skip
    return found


def features(request: HttpRequest, register: Register, asked: Any) -> HttpResponse:
    who = user(request)
    allowed(register, who)
    county = county_of(who, asked.county)
    visible = reading.visible_to(register, who, county=county)
    found = query.select(register, visible, query.ask(register, request.GET), local.today())
    made = layer.features(register, who, found, local.today())
    reading.note_many(actor(request), register, county.code if county else "", layer.exact(register, made))
    return values.answer(made)
