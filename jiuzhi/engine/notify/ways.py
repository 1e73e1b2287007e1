"""How each way of telling is written and how its answer is read. No I/O: `sending` carries it.

WeCom: developer.work.weixin.qq.com, "群机器人配置说明" (markdown ≤ 4,096 bytes, 20 messages a minute). DingTalk: open.dingtalk.com,
"自定义机器人接入" and "自定义机器人安全设置" (signature: HMAC-SHA256 of "timestamp\\nsecret", base64, address-encoded; 20 a minute).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from .models import Channel, Delivery

A_MINUTE = 18  # messages to one robot; both services stop listening for ten minutes after 20
_LONGEST = 4096  # bytes of a robot's message
_BUSY = {"wecom": {45009, -1}, "dingtalk": {130101, 410100, -1}}  # error codes that pass by themselves


@dataclass(frozen=True)
class Request:
    """What is posted. ``body``: bytes of JSON."""

    url: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Verdict:
    """Whether it arrived; if not, whether trying again may help; ``said``: what the other side answered, in a few words."""

    ok: bool
    again: bool
    said: str


def compose(kind: str, url: str, secret: str, delivery: Delivery, page: str, at: datetime) -> Request:
    """The request for a robot or a program. ``page``: address of the page it is about, "" when the installation does not know its own."""
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "jiuzhi"}
    if kind == Channel.Kind.WECOM:
        return Request(
            url, headers, _json({"msgtype": "markdown", "markdown": {"content": _markdown(delivery, page)}})
        )
    if kind == Channel.Kind.DINGTALK:
        said = {
            "msgtype": "markdown",
            "markdown": {"title": _title(delivery), "text": _markdown(delivery, page)},
        }
        return Request(_signed(url, secret, at), headers, _json(said))
    body = _json({
        "id": f"{delivery.pk}", "key": delivery.key, "time": delivery.made_at.isoformat(), "topic": delivery.topic,
        "severity": delivery.severity, "title": delivery.title, "text": delivery.text, "link": page,
        "county": delivery.channel.county.code, "synthetic": delivery.synthetic,
    })  # fmt: skip
    stamp = str(int(at.timestamp()))
    headers |= {"Idempotency-Key": f"jiuzhi-{delivery.pk}", "X-Jiuzhi-Timestamp": stamp}
    if secret:
        mark = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        headers["X-Jiuzhi-Signature"] = f"sha256={mark}"
    return Request(url, headers, body)


def read(kind: str, status: int, body: bytes) -> Verdict:
    """What an answer means. Robots answer 200 to everything and put the truth into ``errcode``."""
    if status in (408, 425, 429) or status >= 500:
        return Verdict(False, True, f"HTTP {status}，稍后再试")
    if not 200 <= status < 300:
        return Verdict(False, False, f"HTTP {status}：对方不收，请核对地址")
    if kind == Channel.Kind.WEBHOOK:
        return Verdict(True, False, f"HTTP {status}")
    try:
        said = json.loads(body)
        code, words = int(said["errcode"]), str(said.get("errmsg", ""))[:120]
    except (ValueError, KeyError, TypeError, UnicodeDecodeError):
        return Verdict(False, False, "对方的回应不是群机器人的：请核对地址")
    if code == 0:
        return Verdict(True, False, "errcode 0")
    return Verdict(False, code in _BUSY[kind], f"errcode {code} {words}".strip())


def plain(delivery: Delivery, page: str) -> str:
    """The words of an e-mail."""
    return "\n\n".join(filter(None, [delivery.text, page, _SIMULATED if delivery.synthetic else ""]))


def subject(delivery: Delivery) -> str:
    return " ".join(_title(delivery).split())


_SIMULATED = "模拟数据，不可作为处置依据。"


def _title(delivery: Delivery) -> str:
    return ("【模拟数据】" if delivery.synthetic else "") + delivery.title


def _markdown(delivery: Delivery, page: str) -> str:
    """Title, words and link within what a robot takes; the words give way, not the link."""
    head, tail = f"**{_quiet(_title(delivery))}**\n", f"\n[打开查看]({page})" if page else ""
    room = _LONGEST - len((head + tail).encode())
    text = "\n".join(f"> {line}" for line in _quiet(delivery.text).splitlines() if line.strip())
    if len(text.encode()) > room:
        text = text.encode()[: room - 3].decode(errors="ignore") + "…"
    return head + text + tail


def _quiet(text: str) -> str:
    """Words that a person typed make no links, pictures or calls to everybody in a group."""
    for sign in "[]<>*`@":
        text = text.replace(sign, chr(ord(sign) + 0xFEE0))  # its full-width form
    return text


def _signed(url: str, secret: str, at: datetime) -> str:
    if not secret:
        return url
    stamp = str(int(at.timestamp() * 1000))
    mark = base64.b64encode(hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest())
    return f"{url}{'&' if '?' in url else '?'}{urlencode({'timestamp': stamp, 'sign': mark.decode()}, quote_via=quote)}"


def _json(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode(errors="replace")
