"""The body of an uplink frame: serial number, time, and elements with their values."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from . import tables
from .frames import Frame

_BATCH = {"F4": (1, 1), **{f"F{n:X}": (2, 2) for n in range(5, 13)}}  # element → (bytes of a value, decimals)


@dataclass(frozen=True)
class Element:
    """One value, or a series of them (every five minutes of an hour). ``at``: local time of observation. ``verified``: whether the meaning of
    its code was seen in a published frame; ``values``: None where the station says "invalid"."""

    code: str
    name: str
    unit: str
    at: datetime | None
    values: tuple[Decimal | None, ...]
    verified: bool = True


@dataclass
class Report:
    """What an uplink frame says. ``rest``: what could not be read, or is no element (a picture, a manual entry), as bytes."""

    serial: int | None = None
    sent: datetime | None = None
    station: str = ""
    kind: str = ""
    elements: list[Element] = field(default_factory=list)
    manual: str = ""
    rest: bytes = b""
    faults: list[str] = field(default_factory=list)


def _moment(data: bytes) -> datetime | None:
    """Packed decimal digits YYMMDDHHmm(SS) as a local time; None for what is no time."""
    try:
        return datetime.strptime(data.hex().ljust(12, "0"), "%y%m%d%H%M%S")
    except ValueError:
        return None


def read(found: Frame) -> Report:
    """The report an uplink frame holds. Total: any body gives a `Report`, what is wrong stands in its ``faults``."""
    said = Report()
    body = found.body
    if not found.up:
        said.faults.append("下行报文，没有上报内容")
        said.rest = body
        return said
    if len(body) < 8:
        said.faults.append("正文太短：没有流水号和发报时间")
        said.rest = body
        return said
    said.serial, said.sent = int.from_bytes(body[:2], "big"), _moment(body[2:8])
    if said.sent is None:
        said.faults.append(f"发报时间 {body[2:8].hex().upper()} 不是时间")
    said.rest = body[8:]
    if said.rest[:2] == b"\xf1\xf1" and len(said.rest) >= 7:
        said.station, said.rest = said.rest[2:7].hex().upper(), said.rest[7:]
        if found.function in tables.CLASSED:
            said.kind, said.rest = said.rest[:1].hex().upper(), said.rest[1:]
    if found.function in tables.ELEMENTARY:
        _elements(said)
    return said


def _elements(said: Report) -> None:
    """Take elements off ``said.rest`` until it is empty or cannot be read."""
    at: datetime | None = said.sent
    while said.rest:
        lead = said.rest[:2]
        if lead == b"\xf0\xf0" and len(said.rest) >= 7:
            at = _moment(said.rest[2:7])
            if at is None:
                said.faults.append(f"观测时间 {said.rest[2:7].hex().upper()} 不是时间")
            said.rest = said.rest[7:]
        elif lead == b"\xf2\xf2":
            said.manual, said.rest = said.rest[2:].decode("ascii", "replace"), b""
        elif lead == b"\xf3\xf3" or not _element(said, at):
            return


def _element(said: Report, at: datetime | None) -> bool:
    """Take one element; False, with a fault, when its length goes beyond the body."""
    width = 2 if said.rest[:1] == b"\xff" else 1
    code = said.rest[:width].hex().upper()
    if len(said.rest) < width + 1:
        said.faults.append(f"要素 {code} 没有数据定义")
        return False
    size, digits = said.rest[width] >> 3, said.rest[width] & 7
    data = said.rest[width + 1 : width + 1 + size]
    if len(data) < size:
        said.faults.append(f"要素 {code} 要 {size} 字节，只剩 {len(data)} 字节")
        return False
    name, unit = tables.ELEMENTS.get(code) or tables.UNREAD.get(code) or (f"要素 {code}", "")
    values, fault = _values(code, data, digits)
    if fault:
        said.faults.append(f"{name}（{code}）的值 {data.hex().upper()} {fault}")
    said.elements.append(Element(code, name, unit, at, values, code in tables.ELEMENTS))
    said.rest = said.rest[width + 1 + size :]
    return True


def _values(code: str, data: bytes, digits: int) -> tuple[tuple[Decimal | None, ...], str]:
    """The values, and what is wrong with them."""
    if code in _BATCH:
        size, decimals = _BATCH[code]
        parts = [data[n : n + size] for n in range(0, len(data), size)]
        numbers = (
            None if p == b"\xff" * size else Decimal(int.from_bytes(p, "big")).scaleb(-decimals)
            for p in parts
        )
        return tuple(numbers), "" if len(data) % size == 0 else "长度不成整"
    if code == "45":
        return (Decimal(int.from_bytes(data, "big")),), ""  # bits, not packed digits
    text = data.hex()
    sign = -1 if text.startswith("ff") and len(text) > 2 else 1
    text = text[2:] if sign < 0 else text
    if not text:
        return (), "没有值"
    if set(text) <= {"a"} or set(text) <= {"f"}:
        return (None,), ""
    if not text.isdigit():
        return (None,), "不是十进制数字"
    return (sign * Decimal(int(text)).scaleb(-digits),), ""
