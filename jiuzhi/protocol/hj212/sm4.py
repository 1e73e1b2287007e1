"""Encrypted data segments (edition 2025, over the internet): SM4 (GB/T 32907-2016) in ECB, whole blocks only, the rest left plain.

How much of the segment is encrypted could not be read in the edition's own text: `UNREAD`. Two readings are known and can be chosen: all of the
data segment (``"segment"``), or only what stands between CP=&& and && (``"content"``). In both the length field counts the bytes as sent
(the same number) and the checksum is that of the plain segment, so it also says whether a key is the right one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

from .crc import crc16
from .frames import Frame

UNREAD = ("segment", "content")
_BLOCK = 16
_CONTENT = re.compile(rb"(.*?CP=&&)(.*)(&&)\Z", re.DOTALL)


def _blocks(data: bytes, key: bytes, seal: bool) -> bytes:
    whole = len(data) - len(data) % _BLOCK
    cipher = Cipher(SM4(key), modes.ECB())
    worker = cipher.encryptor() if seal else cipher.decryptor()
    return worker.update(data[:whole]) + worker.finalize() + data[whole:]


def _within(data: bytes, key: bytes, scope: str, seal: bool) -> bytes:
    if scope == "segment":
        return _blocks(data, key, seal)
    found = _CONTENT.fullmatch(data)
    return found[1] + _blocks(found[2], key, seal) + found[3] if found else data


def sealed(text: str | bytes, key: bytes, scope: str = "segment") -> bytes:
    """A data segment as an encrypted frame. ``key``: 16 bytes. Errors: ``ValueError`` for another length of key, or a segment too long."""
    data = text.encode() if isinstance(text, str) else text
    if len(data) > 9999:
        raise ValueError(f"数据段 {len(data)} 字节，最多 9999：请分包")
    return b"##%04d%b%04X\r\n" % (len(data), _within(data, key, scope, True), crc16(data))


def opened(found: Frame, keys: Iterable[bytes], scopes: Iterable[str] = UNREAD) -> bytes | None:
    """The plain data segment of an encrypted frame: that of the first key and scope whose checksum is right; None when none is."""
    for key in keys:
        for scope in scopes:
            data = _within(found.data, key, scope, False)
            if data != found.data and crc16(data) == found.crc:
                return data
    return None


def begins_plain(found: Frame, key: bytes) -> bool:
    """Whether the first block under ``key`` looks like the begin of a segment: a cheap look before the whole is opened."""
    return len(found.data) >= _BLOCK and bool(
        re.match(rb"(QN=\d|ST=\d|MN=)", _blocks(found.data[:_BLOCK], key, False))
    )
