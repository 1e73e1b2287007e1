"""Issue and check personal tokens: ``jz_<ident>_<secret>``. A token has the grants its person has at that moment, no more."""

import hashlib
import secrets
from datetime import timedelta

from django.utils import timezone
from django.utils.crypto import constant_time_compare

from jiuzhi.core import local, records
from jiuzhi.core.attempts import TRIES, Door
from jiuzhi.core.models import ApiToken, User
from jiuzhi.core.records import Actor

_PREFIX = "jz_"
LONGEST = 3 * 366  # days a token may hold


class TokenFault(Exception):
    """Why a token does not open, in one sentence. ``shut``: too many wrong ones, nothing was looked up."""

    def __init__(self, said: str, shut: bool = False) -> None:
        super().__init__(said)
        self.shut = shut


def issue(user: User, name: str, days: int, actor: Actor) -> tuple[ApiToken, str]:
    """A new token and its text, which is shown this once. ``days``: how long it holds [d]."""
    ident, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    token = ApiToken(
        user=user, name=name, ident=ident, secret=_digest(secret), made_at=timezone.now(),
        expires_on=local.today() + timedelta(days=days),
    )  # fmt: skip
    records.save(token, actor, "签发接口令牌")
    return token, f"{_PREFIX}{ident}_{secret}"


def check(text: str, where: str) -> User:
    """The person a token stands for. ``where``: the network address that asks. Errors: `TokenFault`.

    Wrong secrets of one token count for that token and address alone, so that nobody's guessing locks somebody else's program out.
    """
    ident, _, secret = text.removeprefix(_PREFIX).partition("_")
    token = ApiToken.objects.select_related("user").filter(ident=ident).first() if ident.isalnum() else None
    door = Door(f"token {token.ident if token else ''}", where)
    if door.shut:
        raise TokenFault(f"令牌连续错了 {TRIES} 次：请 10 分钟后再试，并核对令牌。", shut=True)
    if token is None or not constant_time_compare(token.secret, _digest(secret)):
        door.wrong()
        raise TokenFault("令牌不对：请核对 Authorization: Bearer 后面的令牌，或重新签发。")
    door.right()
    today = local.today()
    if token.expires_on < today:
        raise TokenFault(f"令牌已于 {token.expires_on} 到期：请用 jiuzhi user token 重新签发。")
    if not token.user.is_active:
        raise TokenFault("令牌所属的用户已停用：请联系管理员。")
    if token.used_on != today:  # once a day: a trace of use, not of every request
        token.used_on = today
        records.save(token, Actor(token.user, "api"), "使用接口令牌")
    return token.user


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
