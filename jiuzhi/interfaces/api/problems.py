"""Every refusal in the same form: a status, one Chinese sentence, and a sentence for each field it concerns."""

import logging
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as Unreadable

from jiuzhi.core import files
from jiuzhi.core.tokens import TokenFault

from .values import answer

_log = logging.getLogger("django.request")
_WORDS = {
    "missing": "必须填写",
    "extra_forbidden": "没有这个字段：请对照接口文档",
    "string_too_long": "太长：最多 {max_length} 个字",
    "string_type": "要给文字",
    "string_pattern_mismatch": "写法不对：请对照接口文档",
    "string_unicode": "有不能保存的字符",
    "int_parsing": "要给整数",
    "int_type": "要给整数",
    "int_from_float": "要给整数",
    "int_parsing_size": "数太大",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "literal_error": "只能是 {expected} 之一",
    "model_type": "要给一个 JSON 对象",
    "model_attributes_type": "要给一个 JSON 对象",
    "dict_type": "要给一个 JSON 对象",
}


class Refused(Exception):
    """A refusal with its status and sentences."""

    def __init__(self, status: int, detail: str, fields: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.fields = status, detail, fields or {}


def problem(status: int, detail: str, fields: dict[str, str] | None = None) -> HttpResponse:
    clean = {files.printable(k): files.printable(v) for k, v in (fields or {}).items()}
    response = answer({"status": status, "detail": files.printable(detail), "fields": clean}, status)
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="jiuzhi"'
    if status == 429:
        response["Retry-After"] = "600"
    return response


def of_validation(error: ValidationError) -> Refused:
    """What `core.records` refused. A newer version is a conflict."""
    if hasattr(error, "error_dict"):
        fields = {n: "；".join(m.rstrip("。") for m in found) for n, found in error.message_dict.items()}
        general = fields.pop("__all__", "")
        detail = general or f"有 {len(fields)} 个字段不能保存：请按各字段的说明改正。"
        return Refused(422, detail, fields)
    newer = any(getattr(e, "code", "") == "newer" for e in error.error_list)
    return Refused(409 if newer else 422, "；".join(error.messages))


def install(api: NinjaAPI) -> None:
    """Let ``api`` answer every error in this form."""

    def on(kind: type[Exception], make: Any) -> None:
        api.add_exception_handler(kind, lambda request, error: make(request, error))

    on(Refused, lambda r, e: problem(e.status, e.detail, e.fields))
    on(ValidationError, lambda r, e: _said(of_validation(e)))
    on(Unreadable, lambda r, e: _unreadable(e))
    on(AuthenticationError, lambda r, e: problem(401, "请先登录，或用 Authorization: Bearer 带上接口令牌。"))
    on(TokenFault, lambda r, e: problem(429 if e.shut else 401, str(e)))
    on(HttpError, lambda r, e: problem(e.status_code, str(e)))
    on(
        PermissionDenied,
        lambda r, e: problem(403, str(e) or "您没有这项操作的权限，需要时请联系管理员授权。"),
    )
    on(Http404, lambda r, e: problem(404, str(e) or "没有这条记录，或您没有查看它的权限。"))
    on(Exception, _broken)


def _said(refused: Refused) -> HttpResponse:
    return problem(refused.status, refused.detail, refused.fields)


def _unreadable(error: Unreadable) -> HttpResponse:
    fields: dict[str, str] = {}
    for found in error.errors:
        parts = [str(p) for p in found["loc"][1:] if p not in ("body", "given", "asked")]
        fields[parts[0] if parts else ""] = _sentence(found)
    general = fields.pop("", "")
    return problem(422, general or "请求中有读不懂的内容：请按各字段的说明改正。", fields)


def _sentence(found: dict[str, Any]) -> str:
    if found["type"] == "value_error":
        return str(found.get("ctx", {}).get("error", "")) or found["msg"]
    said = _WORDS.get(found["type"], "写法不对：请对照接口文档")
    return said.format(**found.get("ctx", {})).replace(" or ", " 或 ")


def _broken(request: HttpRequest, error: Exception) -> HttpResponse:
    _log.error("API %s %s", request.method, request.path, exc_info=error)
    return problem(500, "系统出错，这一步没有完成，数据没有改动；错误已记入日志，请稍后重试或联系管理员。")
