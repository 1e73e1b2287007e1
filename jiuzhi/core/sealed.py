"""Secrets that the program must be able to use again (the key of a group robot): kept encrypted, under a key made from the installation's."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class Unreadable(Exception):
    """The installation's key is no longer the one the secret was sealed with."""


def seal(text: str) -> str:
    """``text`` encrypted; the same text gives another seal each time. "" stays ""."""
    return _box().encrypt(text.encode()).decode() if text else ""


def unseal(sealed: str) -> str:
    """What was sealed. Errors: `Unreadable`."""
    try:
        return _box().decrypt(sealed.encode()).decode() if sealed else ""
    except InvalidToken:
        raise Unreadable("系统密钥换过，原先保存的地址和密钥读不出来：请重新填写。") from None


def _box() -> Fernet:
    digest = hashlib.sha256(b"jiuzhi sealed\n" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
