"""Frames out of a stream of bytes, and back: framed by the declared length, never by the line end."""

from collections.abc import Iterator
from dataclasses import dataclass

from .crc import crc16

LONGEST = 9999  # bytes of a data segment that four digits can declare; the 2017 edition allows 1024
_HEAD, _TAIL = b"##", b"\r\n"
_HEX = frozenset(b"0123456789abcdefABCDEF")
_DIGITS = frozenset(b"0123456789")


@dataclass(frozen=True)
class Frame:
    """One frame. ``data``: the data segment; ``declared``: the length the frame gives [bytes]; ``crc``: as received, ``raw``: all of it.
    ``notes``: deviations that were tolerated, in words."""

    data: bytes
    declared: int
    crc: int
    raw: bytes
    notes: tuple[str, ...] = ()

    @property
    def length_ok(self) -> bool:
        return self.declared == len(self.data)

    @property
    def crc_ok(self) -> bool:
        return self.crc == crc16(self.data)

    @property
    def crc_fault(self) -> str:
        """What is wrong with the checksum, in words; "" when it is right."""
        right = crc16(self.data)
        return "" if self.crc == right else f"校验码 {self.crc:04X}，应为 {right:04X}"


@dataclass(frozen=True)
class Broken:
    """Bytes that are no frame, and why."""

    raw: bytes
    why: str


def frame(text: str | bytes) -> bytes:
    """A data segment as a frame. Errors: ``ValueError`` when it is longer than four digits can say."""
    data = text.encode() if isinstance(text, str) else text
    if len(data) > LONGEST:
        raise ValueError(f"数据段 {len(data)} 字节，最多 {LONGEST}：请分包")
    return b"##%04d%b%04X\r\n" % (len(data), data, crc16(data))


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
        """What is left when nothing more comes: a frame without its line end, or a broken one."""
        found = list(self._complete(end=True))
        self._held.clear()
        return found

    def _complete(self, end: bool) -> Iterator[Frame | Broken]:
        held, at = bytes(self._held), 0
        while at < len(held):
            start = held.find(_HEAD, at)
            if start < 0:
                # The last byte may be the first half of a head.
                keep = len(held) - (held[-1:] == b"#" and not end)
                yield from _rubbish(held[at:keep], "没有包头 ##")
                at = keep
                break
            yield from _rubbish(held[at:start], "没有包头 ##")
            found = _frame(held, start, end)
            if found is None:
                at = start
                break
            at = start + len(found.raw)
            yield found
        del self._held[:at]


def _rubbish(raw: bytes, why: str) -> Iterator[Broken]:
    if raw.strip(b"\r\n\0 "):
        yield Broken(raw, why)


def _frame(held: bytes, start: int, end: bool) -> Frame | Broken | None:
    """The frame that begins at ``start``; None when its rest has not come yet."""
    digits = held[start + 2 : start + 6]
    if not all(b in _DIGITS for b in digits):
        return Broken(_until_next(held, start, end), "包头 ## 之后不是 4 位数字的长度")
    if len(digits) < 4:
        return Broken(held[start:], "包不完整：长度没有收全") if end else None
    declared = int(digits)
    close = start + 6 + declared
    crc, tail = held[close : close + 4], held[close + 4 : close + 6]
    if len(crc) == 4 and all(b in _HEX for b in crc):
        if tail == _TAIL or (len(tail) < 2 and _TAIL.startswith(tail) and end):
            return _made(held, start, close, declared, len(tail), () if tail == _TAIL else ("缺包尾 CR LF",))
        if len(tail) < 2 and not end and tail in (b"", b"\r", b"#"):
            return None
        if tail[:1] == b"\n" or tail == _HEAD:
            eats = int(tail[:1] == b"\n")
            return _made(held, start, close, declared, eats, ("包尾只有 LF" if eats else "缺包尾 CR LF",))
    if close + 6 > len(held) and not end:
        return _other_length(held, start, declared)  # the rest may still come
    # The length is wrong, or bytes were lost: where the line ends with the right checksum the frame is whole all the same.
    if (
        not end
        and len(held) - start < LONGEST + 12
        and held.find(_HEAD, start + 1) < 0
        and held.find(_TAIL, start + 10) < 0
    ):
        return None
    return _other_length(held, start, declared) or Broken(
        _until_next(held, start, end), "声明的长度处没有校验码：长度有误，或中间丢了字节"
    )


def _made(held: bytes, start: int, close: int, declared: int, tail: int, notes: tuple[str, ...]) -> Frame:
    raw = held[start : close + 4 + tail]
    return Frame(held[start + 6 : close], declared, int(held[close : close + 4], 16), raw, notes)


def _other_length(held: bytes, start: int, declared: int) -> Frame | None:
    """The frame up to its line end, when its checksum is right there: a device that counts characters, or miscounts."""
    line = held.find(_TAIL, start + 10, _next_head(held, start + 2))
    if line < 0:
        return None
    close = line - 4
    crc = held[close:line]
    if not all(b in _HEX for b in crc) or close - start - 6 == declared:
        return None
    found = _made(held, start, close, declared, 2, (f"声明长度 {declared}，实际 {close - start - 6} 字节",))
    return found if found.crc_ok else None


def _next_head(held: bytes, start: int) -> int:
    """Where the next head stands, else the end. Nothing is searched beyond it: else many heads would cost the square of their number."""
    head = held.find(_HEAD, start)
    return head if head >= 0 else len(held)


def _until_next(held: bytes, start: int, end: bool) -> bytes:
    """The broken frame's bytes: all before the next head, which may begin within this one ("###0101…"), or with its line end."""
    head = _next_head(held, start + 1)
    line = held.find(_TAIL, start + 1, head)
    if line >= 0:
        return held[start : line + 2]
    if head < len(held):
        return held[start:head]
    return held[start : len(held) - (held[-1:] == b"#" and not end and len(held) > start + 1)]
