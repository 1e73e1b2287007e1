"""/api/v1/: every register as JSON, generated from the registry when the application starts."""

import json
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from ninja import NinjaAPI

from jiuzhi.core.models import Org
from jiuzhi.core.registers import REGISTERS, Register, of, reading

from . import problems, push, values, work
from .auth import Session, Token
from .build import Operations
from .schemas import Problem, RegisterInfo

api = NinjaAPI(
    title="九治接口", version="1.0.0", urls_namespace="api", docs_url=None, openapi_url=None, auth=[Token(), Session()],
    parser=values.ExactParser(),
    description="各台账的读写接口，由台账声明生成。权限、遮盖、校验、变更记录与页面相同。数字保持精确；空值为 null；"
    "无权查看的字段为 null 并列入 masked。出错时答 {status, detail, fields}。",
)  # fmt: skip
problems.install(api)
_REFUSED = frozenset({401, 403, 404, 422, 429, 500})


@api.get(
    "/registers", response={200: list[RegisterInfo], _REFUSED: Problem}, operation_id="listRegisters", summary="台账清单", tags=["台账"]
)  # fmt: skip
def registers(request: HttpRequest) -> HttpResponse:
    """您可以查看的台账，各带字段、单位、代码表和办理步骤。"""
    work.only_known(request, set(), set())
    who = work.user(request)
    found = [_described(r, who) for r in REGISTERS.values() if reading.may(r, who, "view_record")]
    return values.answer(found)


def _described(register: Register, who: Any) -> dict[str, Any]:
    life = register.lifecycle
    return {
        "code": register.code, "title": register.title, "about": register.about, "domain": register.domain,
        "key": list(register.key), "placed": register.placed,
        "fields": [
            {
                "name": c.name, "title": c.title, "kind": c.kind, "unit": c.unit, "help": c.help, "required": c.required,
                "choices": list(c.choices), "refers_to": _target(c.target), "sensitive": c.sensitive, "public": c.public,
                "editable": c.editable,
            }
            for c in register.fields.values()
        ],
        "steps": [
            {
                "name": s.name, "start": list(s.start), "end": s.end, "needs": list(s.needs), "evidence": s.evidence,
                "roles": list(s.roles),
            }
            for s in (life.steps if life else ())
        ],
        "may": [a for a in ("view", "create", "change", "delete") if reading.may(register, who, f"{a}_record")],
    }  # fmt: skip


def _target(model: Any) -> str:
    if model is None:
        return ""
    found = of(model)
    return found.code if found else "core.org" if model is Org else model._meta.label_lower


for _register in REGISTERS.values():
    Operations(api, _register)
push.install(api, _REFUSED)


@cache
def schema() -> str:
    """The OpenAPI description, built once."""
    return json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), ensure_ascii=False)


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    return HttpResponse(schema(), content_type="application/json; charset=utf-8")


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The documentation as plain pages: no script, no foreign host. ``?register=`` shows one register."""
    spec = json.loads(schema())
    chosen = REGISTERS.get(request.GET.get("register", ""))
    context: dict[str, Any] = {"registers": list(REGISTERS.values()), "chosen": chosen, "spec": spec["info"]}
    if chosen is not None:
        start = f"/api/v1/registers/{chosen.code}/"
        context["operations"] = [
            {"method": method.upper(), "path": path, **operation}
            for path, methods in spec["paths"].items()
            if path.startswith(start)
            for method, operation in methods.items()
        ]
    return render(request, "api/docs.html", context)


def unknown(request: HttpRequest, rest: str = "") -> HttpResponse:
    return problems.problem(404, "接口没有这个地址：请看 /api/v1/docs。")
