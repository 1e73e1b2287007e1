"""Posting to an address that a person typed in: only where that can do no harm.

The server stands inside the county's network, the person who sets a channel up may not. So: https only, no redirects, public addresses
only, and the connection goes to the very address that was checked. Hosts inside (a government network) are named by who runs the server,
in ``JIUZHI_WEBHOOK_HOSTS``.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from urllib.parse import urlsplit

from django.conf import settings

from .ways import Request

WAIT = 10.0  # [s] for one connection or one answer
_MOST = 65536  # bytes of an answer that are read
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressRefused(Exception):
    """An address nothing is posted to, and why."""


class NotReached(Exception):
    """The other side did not answer; later it may."""


def check(url: str) -> tuple[str, int, bool]:
    """Host, port and whether it is https. Errors: `AddressRefused` for what is no such address."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise AddressRefused("地址读不懂：请把群机器人页面上的 Webhook 地址整段复制过来。") from None
    inside = host in settings.WEBHOOK_HOSTS
    if not host or parts.username or any(ord(c) < 33 for c in url) or not url.isascii():
        raise AddressRefused("地址读不懂：请把群机器人页面上的 Webhook 地址整段复制过来。")
    if parts.scheme != "https" and not (inside and parts.scheme == "http"):
        raise AddressRefused("地址要以 https:// 开头。")
    return host, port or (443 if parts.scheme == "https" else 80), parts.scheme == "https"


def resolve(host: str, port: int) -> str:
    """The network address to connect to. Errors: `AddressRefused` for one inside, `NotReached` when the name is not found."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotReached(f"找不到主机 {host}") from None
    addresses = [str(entry[4][0]) for entry in found]
    if host not in settings.WEBHOOK_HOSTS and not all(_public(a) for a in addresses):
        raise AddressRefused(
            f"{host} 在内部网络，不能作为通知地址；确需使用，请服务器管理员把它列入 JIUZHI_WEBHOOK_HOSTS。"
        )
    return addresses[0]


def _public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and (
        address.ipv4_mapped or address.sixtofour or address.teredo or address in _NAT64
    ):
        return False  # an IPv4 address in other clothes; public hosts have one of their own
    return address.is_global and not address.is_multicast


def post(request: Request) -> tuple[int, bytes]:
    """Status and beginning of the answer. Errors: `AddressRefused`, `NotReached`."""
    host, port, safe = check(request.url)
    parts = urlsplit(request.url)
    connection = (_Https if safe else _Http)(host, port, timeout=WAIT)
    connection.to = resolve(host, port)
    until = time.monotonic() + 2 * WAIT
    try:
        connection.request(
            "POST",
            f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}",
            request.body,
            request.headers,
        )
        answer = connection.getresponse()
        body = b""
        while len(body) < _MOST and time.monotonic() < until and (more := answer.read1(_MOST - len(body))):
            body += more
        return answer.status, body
    except ssl.SSLCertVerificationError:
        raise AddressRefused(f"{host} 的证书不可信：请核对地址。") from None
    except (OSError, http.client.HTTPException) as error:
        raise NotReached(f"{host} 没有应答（{type(error).__name__}）") from error
    finally:
        connection.close()


class _Http(http.client.HTTPConnection):
    to = ""  # the address that was checked: the name is not asked for a second time

    def connect(self) -> None:
        self.sock = socket.create_connection((self.to, self.port), self.timeout)


class _Https(http.client.HTTPSConnection):
    to = ""

    def connect(self) -> None:
        plain = socket.create_connection((self.to, self.port), self.timeout)
        self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)
