"""The data segment: header fields and the command parameters (CP), read whatever they hold; what is wrong is said, nothing is raised."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from . import tables

_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{0,10})?", re.ASCII)
_HEADER = ("QN", "ST", "CN", "PW", "MN", "Flag", "PNUM", "PNO", "RF")
_CP = "CP=&&"
# Values that are numbers; the rest of a pollutant's values are words and times (SampleTime, Flag, Info, SN …).
_MEASURED = frozenset(
    [
        "Rtd",
        "Min",
        "Avg",
        "Max",
        "ZsRtd",
        "ZsMin",
        "ZsAvg",
        "ZsMax",
        "Cou",
        "Data",
        "DayData",
        "NightData",
        "RT",
    ]
)


@dataclass(frozen=True)
class Fault:
    """One deviation: ``at``: the field, ``said``: what is wrong, in words. ``grave``: what it concerns cannot be used."""

    at: str
    said: str
    grave: bool = True


@dataclass
class Message:
    """One data segment. ``header``: the fields before CP as received; ``items``: pollutant code → value name → text ("a21026" → "Rtd" →
    "12.0"); ``params``: what belongs to no pollutant ("DataTime", "RtdInterval"), several of one name kept in order."""

    header: dict[str, str] = field(default_factory=dict)
    items: dict[str, dict[str, str]] = field(default_factory=dict)
    params: dict[str, list[str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def flag(self) -> int:
        """The flag byte; 0 without one (the 2005 edition lets it be left out)."""
        text = self.header.get("Flag", "0")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 4 and int(text) < 256 else 0

    @property
    def edition(self) -> str:
        """The edition the flag's six version bits name. "2025" rests on value 2 (UNREAD in the text of that edition)."""
        return tables.EDITIONS.get(self.flag >> 2, "")

    @property
    def wants_answer(self) -> bool:
        return bool(self.flag & 1)

    @property
    def split(self) -> bool:
        """Whether the message comes in several packets (PNUM, PNO)."""
        return bool(self.flag & 2)

    @property
    def resent(self) -> bool:
        """Whether the device says that it sends a reading of the past again (RF, 补传). Seen in implementations only (UNREAD)."""
        return self.header.get("RF", self.params.get("RF", [""])[0]) == "1"

    @property
    def command(self) -> str:
        return self.header.get("CN", "")

    @property
    def device(self) -> str:
        return self.header.get("MN", "")

    @property
    def data_time(self) -> datetime | None:
        """The local time of the data: of a reading its instant, of a minute, hour or day value the START of the period."""
        return moment(self.params.get("DataTime", [""])[0])

    def number(self, pollutant: str, name: str) -> Decimal | None:
        """A measured value; None when it is missing or no number."""
        text = self.items.get(pollutant, {}).get(name, "")
        return Decimal(text) if _NUMBER.fullmatch(text) else None

    def mark(self, pollutant: str) -> str:
        """The data flag of a pollutant ("N" normal, "D" fault …); "" when none was sent."""
        return self.items.get(pollutant, {}).get("Flag", "")

    def text(self) -> str:
        """The data segment, as `frames.frame` takes it."""
        head = ";".join(f"{k}={v}" for k, v in self.header.items())
        params = [f"{k}={v}" for k, values in self.params.items() for v in values]
        items = [
            ",".join(f"{code}-{k}={v}" for k, v in values.items()) for code, values in self.items.items()
        ]
        return f"{head};{_CP}{';'.join(params + items)}&&"


def moment(text: str) -> datetime | None:
    """ "20160801085857" (or with milliseconds, 17 digits) as a local time without zone; None for what is no time."""
    if not re.fullmatch(r"\d{14}(\d{3})?", text, re.ASCII):
        return None
    try:
        found = datetime.strptime(text[:14], "%Y%m%d%H%M%S")
    except ValueError:
        return None
    return found.replace(microsecond=int(text[14:] or 0) * 1000)


def read(data: bytes) -> Message:
    """The message a data segment holds. Total: any bytes give a `Message`, what is wrong stands in its ``faults``."""
    found = Message()
    text = _decoded(data, found.faults)
    head, mark, rest = text.partition(_CP)
    body, closed, after = rest.rpartition("&&") if mark else ("", "", "")
    if not mark:
        found.faults.append(Fault("CP", "没有 CP=&&…&&"))
    elif not closed:
        body = rest
        found.faults.append(Fault("CP", "CP 没有以 && 结束", grave=False))
    elif after.strip():
        found.faults.append(Fault("CP", f"CP 之后还有“{after[:20]}”", grave=False))
    for key, value in _pairs(head, ";", found.faults):
        if key in found.header:
            found.faults.append(Fault(key, "出现两次，取前一个", grave=False))
        found.header.setdefault(key, value)
    _parameters(body, found)
    found.faults += _checked(found)
    return found


def _decoded(data: bytes, faults: list[Fault]) -> str:
    for encoding in ("ascii", "utf-8"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        faults.append(Fault("", "不是 ASCII、UTF-8 或 GBK 文字"))
        return data.decode("latin-1")
    faults.append(Fault("", "中文用 GBK 编码，标准是 UTF-8", grave=False))
    return text


def _pairs(text: str, parted: str, faults: list[Fault]) -> Iterator[tuple[str, str]]:
    for part in re.split(f"[{parted}]", text):
        key, sign, value = part.partition("=")
        if sign and key.strip():
            yield key.strip(), value.strip()
        elif part.strip():
            faults.append(Fault(part.strip()[:20], "不是“名称=值”", grave=False))


def _parameters(body: str, found: Message) -> None:
    for key, value in _pairs(body, ";,", found.faults):
        code, dash, name = key.rpartition("-")
        if not dash or not code:
            found.params.setdefault(key, []).append(value)
        elif name in found.items.setdefault(code, {}):
            found.faults.append(Fault(key, "出现两次，取前一个", grave=False))
        else:
            found.items[code][name] = value


def _checked(found: Message) -> Iterator[Fault]:
    """What does not fit the standard's own table of fields. Field practice that can be read all the same is no grave fault."""
    header = found.header
    for name in ("ST", "CN", "MN"):
        if not header.get(name):
            yield Fault(name, "缺少这一项")
    if (qn := header.get("QN", "")) and (len(qn) != 17 or moment(qn) is None):
        yield Fault("QN", f"“{qn[:20]}”不是 17 位时间（到毫秒）", grave=False)
    if (st := header.get("ST", "")) and st not in tables.SYSTEMS:
        yield Fault("ST", f"系统编码“{st[:8]}”不在标准表中", grave=False)
    if (cn := header.get("CN", "")) and cn not in tables.COMMANDS:
        yield Fault("CN", f"命令编码“{cn[:8]}”不在标准表中", grave=not re.fullmatch(r"\d{4}", cn, re.ASCII))
    if (mn := header.get("MN", "")) and found.edition != "2005" and not re.fullmatch(r"[0-9A-F]{24}", mn):
        yield Fault("MN", "不是 24 位十六进制设备编码", grave=False)
    flag = header.get("Flag")
    if flag is None:
        yield Fault("Flag", "没有 Flag：按 2005 版、不需应答处理", grave=False)
    elif not flag.isascii() or not flag.isdigit() or int(flag[:4]) > 255 or not found.edition:
        yield Fault("Flag", f"“{flag[:8]}”不是已知的标志")
    if found.split:
        total, number = (header.get(n, "") for n in ("PNUM", "PNO"))
        right = all(t.isascii() and t.isdigit() and len(t) < 5 for t in (total, number))
        if not right or not 1 <= int(number) <= int(total):
            yield Fault("PNO", f"分包标志已置，PNUM={total[:8]}、PNO={number[:8]} 不成立")
    for key in header:
        if key not in _HEADER:
            yield Fault(key[:20], "标准没有这一项", grave=False)
    yield from _checked_values(found)


def _checked_intervals(found: Message) -> Iterator[Fault]:
    low, high = tables.RTD_INTERVAL
    for text in found.params.get("RtdInterval", []):
        if not (_NUMBER.fullmatch(text) and low <= Decimal(text) <= high):
            yield Fault("RtdInterval", f"“{text[:8]}”不在 {low}–{high} 秒之间", grave=False)
    for text in found.params.get("MinInterval", []):
        if not (_NUMBER.fullmatch(text) and Decimal(text) in tables.MIN_INTERVALS):
            yield Fault("MinInterval", f"“{text[:8]}”不是标准的分钟数据间隔", grave=False)


def _checked_values(found: Message) -> Iterator[Fault]:
    times = found.params.get("DataTime", [])
    if found.command in tables.READINGS and not times and found.items:
        yield Fault("DataTime", "缺少数据时间")
    for text in times[:1]:
        if moment(text) is None or len(text) != 14:
            yield Fault("DataTime", f"“{text[:20]}”不是 14 位时间")
    yield from _checked_intervals(found)
    for code, values in found.items.items():
        for name, text in values.items():
            if name in _MEASURED and not _NUMBER.fullmatch(text):
                yield Fault(f"{code}-{name}", f"“{text[:20]}”不是数")
            elif name == "Flag" and text not in (
                tables.MARKS_2005 if found.edition == "2005" else tables.MARKS
            ):
                yield Fault(f"{code}-Flag", f"数据标记“{text[:8]}”不在标准表中", grave=False)
