"""The devices the gateway listens to, as the register of devices says: who is allowed, how often, in which units."""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

from jiuzhi.master.models import Device

_PARTED = re.compile(r"[、,，\s]+")


@dataclass(frozen=True)
class Known:
    """What the gateway needs to know of one device. ``station``: where its values belong; ``units``: code → unit where it is not the
    standard's; ``keys``: SM4 keys, the one in use first; ``interval``, ``clock`` [s]."""

    code: str
    name: str
    protocol: str
    station: str
    county: str = ""
    interval: int = 600
    per_minute: int = 120
    clock: int = 300
    password: str = ""
    sources: tuple[str, ...] = ()
    units: tuple[tuple[str, str], ...] = ()
    keys: tuple[bytes, ...] = field(default=(), repr=False)
    topic: str = ""
    mapping: str = ""
    state: str = "在用"
    synthetic: bool = False

    @cached_property
    def unit_of(self) -> dict[str, str]:
        return dict(self.units)

    @cached_property
    def networks(self) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
        return tuple(ipaddress.ip_network(source, strict=False) for source in self.sources)

    def may_come_from(self, peer: str) -> bool:
        """Whether an address is one of those allowed; all are when none is named."""
        if not self.networks:
            return True
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self.networks)


def listed() -> dict[str, Known]:
    """Code → device, of every device registered, also those not 在用. A code that two counties claim is nobody's and left out."""
    found = Device.objects.select_related("station", "county").order_by("pk")
    rows = [known(device) for device in found]
    count = Counter(one.code for one in rows)
    return {one.code: one for one in rows if count[one.code] == 1}


def one(code: str) -> Known | None:
    """The device of a code; None when nobody, or two counties, registered it."""
    found = list(Device.objects.select_related("station", "county").filter(code=code)[:2])
    return known(found[0]) if len(found) == 1 else None


def known(device: Device) -> Known:
    """A record of the register as the gateway takes it."""
    keys = tuple(bytes.fromhex(key) for key in (device.key_secret, device.old_secret) if key)
    units = tuple(
        (code, unit)
        for code, _, unit in (part.partition("=") for part in _PARTED.split(device.units) if part)
    )
    return Known(
        code=device.code, name=device.name, protocol=device.protocol, station=device.station.code if device.station else device.code,
        county=device.county.code, interval=device.interval or 600, per_minute=device.per_minute or 120, clock=device.clock or 300,
        password=device.password.upper() if device.protocol == "SL651" else device.password,  # hexadecimal digits there
        sources=tuple(p for p in _PARTED.split(device.sources) if p), units=units, keys=keys,
        topic=device.topic, mapping=device.mapping, state=device.state,
        synthetic=device.synthetic,
    )  # fmt: skip
