"""Who is let in: the same questions for every way a device may report."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime

from . import inbox
from .devices import Known

LONGEST = 256 * 1024  # bytes of one JSON message
_SINCE = datetime(
    2024, 1, 1, tzinfo=UTC
)  # an earlier clock is wrong: a machine without a battery begins in 1970


def why_not(device: Known | None, protocols: str, peer: str, password: str | None) -> str:
    """Why a device is not heard, in one sentence; "" when it is. ``protocols``: those of this way in, parted by blanks; ``password``: as sent,
    None where the protocol has none."""
    if inbox.now() < _SINCE.timestamp() * 1000:
        return "网关所在机器的时钟不对：请先校时，在此之前不收数据"
    if device is None:
        return "设备没有登记：请在“监测设备”台账登记这个编码"
    if device.state != "在用":
        return f"设备在台账中是“{device.state}”：改为“在用”才收它的数据"
    if device.protocol not in protocols.split():
        return f"设备在台账中登记的通讯协议是 {device.protocol}，来的是 {protocols.split()[0]}"
    if not device.may_come_from(peer):
        return f"来源地址 {peer} 不在台账允许的范围内"
    if (
        device.password
        and password is not None
        and not hmac.compare_digest(device.password.encode(), password.encode())
    ):
        return "访问密码不对"
    return ""


class Buckets:
    """How many frames each device may still send: its allowance of a minute, refilled evenly. Times [s] of any steady clock."""

    def __init__(self) -> None:
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, device: Known, now: float) -> bool:
        """Take one frame; False when the device has sent more than it may."""
        most = float(device.per_minute)
        left, last = self._left.get(device.code, (most, now))
        left = min(most, left + (now - last) * most / 60)
        allowed = left >= 1
        self._left[device.code] = (left - allowed, now)
        return allowed

    def keep_only(self, devices: Mapping[str, Known]) -> None:
        """Forget devices that are no longer registered."""
        self._left = {code: left for code, left in self._left.items() if code in devices}
