"""Who asks: a person signed in in this browser (changes then need the CSRF token), or a program with a personal token."""

from typing import Any

from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import HttpBearer, SessionAuth
from ninja.utils import check_csrf

from jiuzhi.core import tokens


class Token(HttpBearer):
    """``Authorization: Bearer jz_…``"""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        return tokens.check(token.strip(), request.META.get("REMOTE_ADDR", ""))


class Session(SessionAuth):
    """The session of the workbench."""

    def __init__(self) -> None:
        super().__init__(csrf=False)  # asked below, and only of somebody who is signed in

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        if not request.user.is_authenticated:
            return None
        if check_csrf(request):
            raise HttpError(403, "缺少或不符的 CSRF 令牌：请带上 X-CSRFToken 请求头，或改用接口令牌。")
        return request.user
