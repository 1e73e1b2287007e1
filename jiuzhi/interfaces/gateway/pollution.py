"""A TCP line that speaks HJ 212."""

from __future__ import annotations

import time
from datetime import datetime

from jiuzhi.core.local import LOCAL
from jiuzhi.engine.observe import orders
from jiuzhi.engine.observe.devices import Known
from jiuzhi.protocol import hj212
from jiuzhi.protocol.hj212 import segment, sm4, tables

from .desk import Desk
from .line import TcpLine

_BASES = (b"0", b"4", b"8")  # flag of an answer, by the version bits of what it answers
_CLOCK_EVERY = 30_000  # [ms] between two looks at a device's clock
_SEARCH_AFTER = 1.0  # [s] after a frame that no key opened, until all keys are tried again
_NOTICES = frozenset(code.encode() for code, who in tables.COMMANDS.items() if "notify" in who)
_INTERACTIVE = frozenset(code.encode() for code, who in tables.COMMANDS.items() if who == "interactive")


def header(data: bytes) -> dict[bytes, bytes]:
    """The fields before CP, as they stand: all that is needed to acknowledge. The rest is read when the frame goes into the lake."""
    head = data[:400].partition(b"CP=")[0]
    pairs = (part.partition(b"=") for part in head.split(b";"))
    return {key: value for key, _, value in pairs if key}


def _edition(flag: bytes) -> str:
    return tables.EDITIONS.get(int(flag[:3]) >> 2, "2017") if flag.isdigit() else "2005"


def reply_to(head: dict[bytes, bytes]) -> bytes | None:
    """The data segment that answers a message; None when it wants none. Source: HJ 212-2017 6.6.1, as `hj212.answer`."""
    flag = head.get(b"Flag", b"")
    if not flag.isdigit() or not int(flag[:3]) & 1 or head.get(b"CN") in _INTERACTIVE:
        return None
    code = b"9013" if head.get(b"CN") in _NOTICES else b"9014"
    base = _BASES[min(int(flag[:3]) >> 2, 2)]
    qn, pw = (b"%b=%b;" % (name, head[name]) if head.get(name) else b"" for name in (b"QN", b"PW"))
    tail = qn, code, pw, head.get(b"MN", b""), base
    return b"%bST=91;CN=%b;%bMN=%b;Flag=%b;CP=&&&&" % tail


class PollutionLine(TcpLine):
    """One connection; usually one data logger, sometimes a relay that carries several."""

    PROTOCOL = "HJ212"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, hj212.Splitter())
        self._key: tuple[bytes, str] | None = None
        self._looked: dict[str, int] = {}
        self._asked: set[bytes] = set()  # QN of our own orders
        self._speaks: dict[str, tuple[str, str]] = {}  # device → its system (ST) and edition
        self._fruitless = -_SEARCH_AFTER

    def frame(self, found: hj212.Frame) -> None:
        data = found.data if found.crc_ok else self._decrypted(found)
        if data is None:
            self.broken(f"{found.crc_fault}（或缺密钥）", found.raw)
            return
        head = header(data)
        code = head.get(b"MN", b"").decode("ascii", "replace")
        device = self.desk.admit(
            code, self.PROTOCOL, self, head.get(b"PW", b"").decode("ascii", "replace"), found.raw
        )
        if device is None:
            return
        self.spoke(code)
        if head.get(b"CN") in _INTERACTIVE:  # goes as system 91, whatever the device is
            self._answered(device, data)
        else:
            system = head.get(b"ST", b"").decode("ascii", "replace") or tables.INTERACTION
            self._speaks[code] = system, _edition(head.get(b"Flag", b""))
        reply = reply_to(head)
        self.desk.keep(
            device,
            self,
            found.raw,
            self.framed(reply, device) if reply else None,
            clock=self._clock(device, head),
        )

    def framed(self, data: bytes, device: Known) -> bytes:
        """A segment to the device as a frame, encrypted when it encrypts."""
        if self._key and self._key[0] in device.keys:
            return sm4.sealed(data, *self._key)
        return hj212.frame(data)

    def order(self, order: orders.Order, device: Known, now: int) -> None:
        """Send an order that is due."""
        system, edition = self._speaks.get(device.code, (tables.INTERACTION, "2017"))
        said = orders.sending(self.desk.database, order, device, system, edition, now)
        if said is not None:
            self._asked.add(header(said)[b"QN"])
            self.send(self.framed(said, device))

    def _decrypted(self, found: hj212.Frame) -> bytes | None:
        """Under the key of this line, else of any device that has one: the sender's code is itself encrypted."""
        if self._key and (data := self._under(found, *self._key)) is not None:
            return data
        if time.monotonic() - self._fruitless < _SEARCH_AFTER:  # else rubbish would cost all keys a frame
            return None
        for device in self.desk.known.values():
            for key in device.keys:
                for scope in sm4.UNREAD:
                    if scope == "segment" and not sm4.begins_plain(found, key):
                        continue
                    if (data := self._under(found, key, scope)) is not None:
                        self._key = (key, scope)
                        return data
        self._fruitless = time.monotonic()
        return None

    def _under(self, found: hj212.Frame, key: bytes, scope: str) -> bytes | None:
        """The segment under a key that still is one of the device it names: only that can be read again on the way to the lake."""
        data = sm4.opened(found, [key], [scope])
        if data is None:
            return None
        device = self.desk.known.get(header(data).get(b"MN", b"").decode("ascii", "replace"))
        return data if device is not None and key in device.keys else None

    def _clock(self, device: Known, head: dict[bytes, bytes]) -> int | None:
        """How far the device's clock is ahead, by the time in its QN [s]; an answer carries the QN of our order, our own time."""
        if head.get(b"QN") in self._asked:
            return None
        now = int(datetime.now().timestamp() * 1000)
        if now - self._looked.get(device.code, 0) < _CLOCK_EVERY:
            return None
        self._looked[device.code] = now
        moment = segment.moment(head.get(b"QN", b"").decode("ascii", "replace"))
        return round(moment.replace(tzinfo=LOCAL).timestamp() - now / 1000) if moment else None

    def _answered(self, device: Known, data: bytes) -> None:
        message = hj212.read(data)
        orders.answered(self.desk.database, device.code, message)
