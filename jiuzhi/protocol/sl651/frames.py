"""Frames out of a stream of bytes, and back."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from . import tables

_HEAD = b"\x7e\x7e"
_FIXED = 14  # bytes before the body: head, addresses, password, function, length, begin
LONGEST = 0xFFF  # bytes of a body


def _eight_steps(value: int) -> int:
    for _ in range(8):
        value = (value >> 1) ^ 0xA001 if value & 1 else value >> 1
    return value


_STEPS = tuple(_eight_steps(n) for n in range(256))


def crc16(data: bytes) -> int:
    """The CRC-16 of Modbus over all bytes before it, written high byte first. Source: SL 651-2014, checked against published frames."""
    register = 0xFFFF
    for byte in data:
        register = (register >> 8) ^ _STEPS[(register ^ byte) & 0xFF]
    return register


@dataclass(frozen=True)
class Frame:
    """One frame. ``centre``: the centre's address; ``station``: the station's, ten digits; ``function``: what it is about; ``up``: from the
    station; ``packet``: (number, of how many) or None; ``end``: how it ends; ``body``: without packet numbers; ``crc``: as received."""

    centre: int
    station: str
    password: bytes
    function: int
    up: bool
    packet: tuple[int, int] | None
    body: bytes
    end: int
    crc: int
    raw: bytes

    @property
    def crc_ok(self) -> bool:
        return self.crc == crc16(self.raw[:-2])

    @property
    def crc_fault(self) -> str:
        """What is wrong with the checksum, in words; "" when it is right."""
        right = crc16(self.raw[:-2])
        return "" if self.crc == right else f"校验码 {self.crc:04X}，应为 {right:04X}"

    @property
    def about(self) -> str:
        return tables.FUNCTIONS.get(self.function, f"自定义功能 {self.function:02X}")


@dataclass(frozen=True)
class Broken:
    """Bytes that are no frame, and why."""

    raw: bytes
    why: str


def frame(
    *, centre: int, station: str, password: bytes, function: int, body: bytes, up: bool, end: int, packet: tuple[int, int] | None = None
) -> bytes:  # fmt: skip
    """A frame as bytes. ``station``: ten digits; ``password``: two bytes. Errors: ``ValueError`` for a body too long, an address too short."""
    address = bytes.fromhex(station)
    numbers = b"" if packet is None else (packet[1] << 12 | packet[0]).to_bytes(3, "big")
    length = len(numbers) + len(body)
    if len(address) != 5 or len(password) != 2 or length > LONGEST:
        raise ValueError(f"遥测站地址要 10 位、密码 2 字节、正文不超过 {LONGEST} 字节")
    to, of = (bytes([centre]), address) if up else (address, bytes([centre]))
    head = (
        _HEAD + to + of + password + bytes([function]) + (length | (0 if up else 0x8000)).to_bytes(2, "big")
    )
    whole = head + bytes([tables.STX if packet is None else tables.SYN]) + numbers + body + bytes([end])
    return whole + crc16(whole).to_bytes(2, "big")


def answer(asked: Frame, at: datetime, *, stay: bool = True) -> bytes:
    """The centre's acknowledgement of a station's frame: its serial number and the centre's time. ``stay``: the station stays on line."""
    body = asked.body[:2] + bytes.fromhex(f"{at:%y%m%d%H%M%S}")
    return frame(
        centre=asked.centre, station=asked.station, password=asked.password, function=asked.function, body=body, up=False,
        end=tables.ESC if stay else tables.EOT,
    )  # fmt: skip


def split(data: bytes) -> "list[Frame | Broken]":
    """The frames of bytes that are all there is."""
    splitter = Splitter()
    return [*splitter.feed(data), *splitter.end()]


class Splitter:
    """Takes bytes in any pieces and gives frames, and what lay between them. What it holds back never exceeds one longest frame."""

    def __init__(self) -> None:
        self._held = bytearray()

    @property
    def waiting(self) -> int:
        """Bytes held for the rest of a frame."""
        return len(self._held)

    def feed(self, data: bytes) -> list[Frame | Broken]:
        """What is complete after ``data``."""
        self._held += data
        return list(self._complete(end=False))

    def end(self) -> list[Frame | Broken]:
        """What is left when nothing more comes."""
        found = list(self._complete(end=True))
        self._held.clear()
        return found

    def _complete(self, end: bool) -> Iterator[Frame | Broken]:
        held, at = bytes(self._held), 0
        while at < len(held):
            start = held.find(_HEAD, at)
            keep = start if start >= 0 else len(held) - (held[-1:] == b"\x7e" and not end)
            if held[at:keep].strip(b"\0\r\n "):
                yield Broken(held[at:keep], "没有包头 7E7E")
            at = keep
            if start < 0:
                break
            found = _frame(held, start, end)
            if found is None:
                break
            at = start + len(found.raw)
            yield found
        del self._held[:at]


def _frame(held: bytes, start: int, end: bool) -> Frame | Broken | None:
    """The frame that begins at ``start``; None when its rest has not come yet."""
    if len(held) < start + _FIXED:
        return Broken(_until_next(held, start, end), "报文没有收全") if end else None
    length = int.from_bytes(held[start + 11 : start + 13], "big")
    begin, close = held[start + 13], start + _FIXED + (length & LONGEST)
    if begin not in (tables.STX, tables.SYN) or length >> 12 not in (0, 8):
        return Broken(_until_next(held, start, end), "包头之后不是 SL 651 报文：上下行标识或起始符不对")
    if len(held) < close + 3:
        return Broken(_until_next(held, start, end), "报文没有收全") if end else None
    raw = held[start : close + 3]
    if held[close] not in tables.ENDS:
        return Broken(_until_next(held, start, end), "声明的长度处没有结束符：长度有误，或中间丢了字节")
    crc = int.from_bytes(raw[-2:], "big")
    if crc != crc16(raw[:-2]) and held.find(_HEAD, start + 1, close + 3) >= 0:
        # Another head within: bytes were lost, and that one may begin a whole frame.
        return Broken(_until_next(held, start, end), "校验错，其中另有包头：中间丢了字节")
    return _made(raw, length, crc)


def _made(raw: bytes, length: int, crc: int) -> Frame:
    up = length >> 12 == 0
    centre, station = (raw[2], raw[3:8]) if up else (raw[7], raw[2:7])
    body, packet = raw[_FIXED:-3], None
    if raw[13] == tables.SYN and len(body) >= 3:
        numbers = int.from_bytes(body[:3], "big")
        packet, body = (numbers & 0xFFF, numbers >> 12), body[3:]
    return Frame(centre, station.hex().upper(), raw[8:10], raw[10], up, packet, body, raw[-3], crc, raw)


def _until_next(held: bytes, start: int, end: bool) -> bytes:
    """The broken frame's bytes: all before the next head, which may begin within this one."""
    following = held.find(_HEAD, start + 1)
    if following > 0:
        return held[start:following]
    return held[start : len(held) - (held[-1:] == b"\x7e" and not end and len(held) > start + 2)]


class Joiner:
    """Takes frames in the order they come and gives whole ones: packets of one message joined, in whatever order they came."""

    def __init__(self, most: int = 16) -> None:
        self._most = most
        self._open: dict[tuple[str, int, int], dict[int, Frame]] = {}

    @property
    def waiting(self) -> int:
        """Unfinished messages held; the oldest is dropped when there are too many."""
        return len(self._open)

    def add(self, found: Frame) -> Frame | None:
        """The whole message that ``found`` completes, with the first packet's head; None while packets are missing."""
        if found.packet is None:
            return found
        number, total = found.packet
        if not 1 <= number <= total:
            return found
        key = (found.station, found.function, total)
        parts = self._open.setdefault(key, {})
        parts[number] = found
        if len(parts) == total:
            del self._open[key]
            return replace(parts[1], packet=None, body=b"".join(parts[n].body for n in sorted(parts)))
        if len(self._open) > self._most:
            del self._open[next(iter(self._open))]
        return None
