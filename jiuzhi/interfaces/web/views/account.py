"""Signing in, choosing a language, and what is said when a page cannot be shown."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import DisallowedHost, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from jiuzhi.core.attempts import TRIES, Door


class LoginForm(AuthenticationForm):
    """Name and password; after too many wrong ones it does not even look."""

    error_messages: ClassVar = {"invalid_login": gettext_lazy("用户名或密码不对，请核对后重试。")}

    def clean(self) -> dict[str, Any]:
        where = self.request.META.get("REMOTE_ADDR", "") if self.request else ""
        door = Door(self.cleaned_data.get("username", ""), where)
        if door.shut:
            raise ValidationError(
                _("密码连续输错 %(n)s 次：请 10 分钟后再试，忘记密码请联系管理员。") % {"n": TRIES}
            )
        try:
            cleaned = super().clean()
        except ValidationError:
            door.wrong()
            raise
        door.right()
        return cleaned


class Login(LoginView):
    """The door. In a demonstration it names the demo logins that `jiuzhi demo` made."""

    template_name = "web/login.html"
    authentication_form = LoginForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(demo_logins=_demo_logins(), **kwargs)


def _demo_logins() -> list[tuple[str, str, str]]:
    if not settings.DEMO:
        return []
    from jiuzhi.interfaces.demo_people import LOGINS, PASSWORD  # a county's own installation never loads it

    return [(name, PASSWORD, title) for name, title, _org, _role in LOGINS]


login = Login.as_view()


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language in a cookie and go back."""
    back = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        back = "/"
    response = redirect(back)
    wanted = request.POST.get("language", "")
    if wanted in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, wanted, max_age=365 * 86400, samesite="Lax")
    return response


def _say(request: HttpRequest, status: int, heading: str, sentence: str) -> HttpResponse:
    return render(
        request, "web/error.html", {"code": status, "heading": heading, "sentence": sentence}, status=status
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    said = (
        str(exception)
        if exception and str(exception)
        else _("您没有查看或操作这里的权限，需要时请联系管理员授权。")
    )
    return _say(request, 403, _("没有权限"), said)


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    reason = exception.args[0] if exception and exception.args and isinstance(exception.args[0], str) else ""
    return _say(
        request,
        404,
        _("没有找到"),
        reason or _("这个地址没有内容：可能已被删除、改名，或您无权查看。请从总览重新进入。"),
    )


def expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: mostly a page left open overnight, sometimes another site's form."""
    return _say(
        request,
        403,
        _("页面已过期"),
        _("这次提交没有执行，数据没有改动：请返回上一页刷新后再提交；若浏览器禁用了 Cookie，请先允许。"),
    )


def unreadable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request that cannot be read: an unknown host name, far too many fields, a broken upload."""
    if isinstance(exception, DisallowedHost):  # no page: every address on it would be built from that name
        host = request.META.get("HTTP_HOST", "")[:80]
        said = f"网址中的主机名“{host}”不在允许之列：请用登记的网址访问，或由管理员在 JIUZHI_HOSTS 中加入它。"
        return HttpResponse(said, status=400, content_type="text/plain; charset=utf-8")
    return _say(
        request,
        400,
        _("请求读不懂"),
        _("这次提交没有执行，数据没有改动：请刷新页面后重试，文件过大时请拆分。"),
    )


def broken(request: HttpRequest) -> HttpResponse:
    return _say(
        request,
        500,
        _("系统出错"),
        _("这一步没有完成，数据没有改动；错误已记入日志，请稍后重试或联系管理员。"),
    )
