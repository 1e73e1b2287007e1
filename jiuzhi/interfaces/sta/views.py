"""/sta/v1.1/: OGC SensorThings API v1.1, sensing part, read only."""

import base64
import binascii
import logging
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from jiuzhi.core import access, files, tokens
from jiuzhi.core.models import User
from jiuzhi.core.tokens import TokenFault
from jiuzhi.interfaces.api.values import text

from . import answers, paths
from .answers import Answer, plain
from .entities import SETS
from .faults import Fault, absent, unreadable
from .query import Options
from .reader import parse
from .rows import Scene

_log = logging.getLogger("django.request")
VERSION = "v1.1"
_SPEC = "http://www.opengis.net/spec/iot_sensing/1.1/req"
CONFORMANCE = [
    f"{_SPEC}/datamodel", f"{_SPEC}/resource-path/resource-path-to-entities",
    *(f"{_SPEC}/request-data/{one}" for one in (
        "status-code", "query-status-code", "order", "orderby", "top", "skip", "pagination", "count", "filter", "select", "expand",
        "built-in-filter-operations",
    )),
]  # fmt: skip


@csrf_exempt  # nothing is changed here, and a refused POST shall be told so in JSON
def answer(request: HttpRequest, path: str) -> HttpResponse:
    """Answers every address below /sta. What goes wrong is said as ``{code, type, message}``."""
    try:
        return _answer(request, path)
    except Fault as fault:
        return _refused(fault)
    except Exception:  # noqa: BLE001 - whatever breaks is logged, and answered in the form clients read
        _log.exception("SensorThings %s", request.path)
        return _refused(Fault(500, "系统出错，错误已记入日志：请稍后重试或联系管理员"))


def _refused(fault: Fault) -> HttpResponse:
    response = _json(
        {"code": fault.status, "type": "error", "message": files.printable(fault.said)}, fault.status
    )
    # Django would log 501 as an error of ours; what truly broke is logged above.
    response._has_been_logged = True  # type: ignore[attr-defined]
    if fault.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="jiuzhi"'
    if fault.status == 405:
        response["Allow"] = "GET, HEAD"
    if fault.status == 429:
        response["Retry-After"] = "600"
    return response


def _json(found: Any, status: int = 200) -> HttpResponse:
    response = HttpResponse(text(found), status=status, content_type="application/json; charset=utf-8")
    response["Cache-Control"] = "private, no-cache"
    return response


def _answer(request: HttpRequest, path: str) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        raise Fault(405, "这个接口只供读取：只接受 GET 和 HEAD")
    version, _, rest = path.strip("/").partition("/")
    if version != VERSION:
        raise absent(f"没有这个地址：接口在 /sta/{VERSION}/")
    # Behind a proxy that speaks https for us, the addresses we give must be https too.
    scheme = "https" if settings.SESSION_COOKIE_SECURE else request.scheme
    base = f"{scheme}://{request.get_host()}{request.META.get('SCRIPT_NAME', '')}/sta/{VERSION}"
    if not rest:
        return _json(root(base))
    scene = Scene(access.counties(asker(request)))
    return _found(request, paths.find(f"/{rest}", scene), Answer(base, scene))


def root(base: str) -> dict[str, Any]:
    """The landing page. It tells no data, so that a client can look at it before it has signed in."""
    return {
        "value": [{"name": name, "url": f"{base}/{name}"} for name in SETS],
        "serverSettings": {"conformance": CONFORMANCE},
    }


def asker(request: HttpRequest) -> User:
    """Who asks: a token (as a Bearer, or as the password of a Basic header, whatever its user name), or a session.

    Errors: `Fault` 401, 403, 429.
    """
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        given = _password(given)
    if scheme.lower() in ("bearer", "basic"):
        try:
            user: Any = tokens.check(given.strip(), request.META.get("REMOTE_ADDR", ""))
        except TokenFault as fault:
            raise Fault(429 if fault.shut else 401, str(fault)) from fault
    else:
        user = request.user
    if not user.is_authenticated:
        raise Fault(401, "请带上接口令牌（Authorization: Bearer jz_…），或先登录")
    if not access.grants(user, "view"):
        raise Fault(403, "您的账号没有查看监测数据的授权：请联系管理员")
    return user


def _password(given: str) -> str:
    try:
        return base64.b64decode(given, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        raise Fault(401, "Authorization: Basic 后面的内容读不懂：密码处填接口令牌") from None


def _options(request: HttpRequest) -> Options:
    given: dict[str, str] = {}
    for name, texts in request.GET.lists():
        if name.startswith("$") or name == "resultFormat":
            if len(texts) > 1:
                raise unreadable(f"{name[:40]} 写了两次：请只写一次")
            given[name] = texts[0]
    return parse(given)


def _found(request: HttpRequest, place: paths.Place, by: Answer) -> HttpResponse:
    options = _options(request)
    if options.form and (
        options.form != "dataArray" or not place.kind.measured or not place.many or place.end
    ):
        raise unreadable("resultFormat 只能是 dataArray，且只用于 Observations")
    if place.inner:
        if options.texts:
            raise unreadable("属性的地址后面不能带查询选项")
        return _property(place, by.scene)
    answers.check(options, place.kind)
    if not place.many:
        if others := set(options.texts) - {"$select", "$expand"}:
            raise unreadable(f"单个实体的地址后面不能带 {'、'.join(sorted(others))}")
        if place.end:
            return _json({"@iot.selfLink": by.link(place.kind, place.found)})
        return _json(by.entity(place.kind, place.found, options))
    below = request.path_info.partition(f"/sta/{VERSION}")[2]
    address = by.base + quote(below, safe="/()',$@.:")
    made = by.references if place.end else by.arrays if options.form else by.collection
    return _json(made(place.kind, place.found, options, address))


def _property(place: paths.Place, scene: Scene) -> HttpResponse:
    value = plain(paths.value_at(place, scene))
    if value is None:
        return HttpResponse(status=204)
    if place.end:
        said = value if isinstance(value, str) else text(value)
        return HttpResponse(said, content_type="text/plain; charset=utf-8")
    return _json({place.inner[-1]: value})
