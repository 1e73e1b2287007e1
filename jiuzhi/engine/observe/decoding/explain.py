"""A frame field by field, for people: what stands there, what it means, what is wrong with it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from jiuzhi.protocol import hj212, sl651
from jiuzhi.protocol.hj212 import pollutants, tables

from .. import instrument_codes
from ..devices import Known
from . import decode
from .pollution import plain_segment

_VALUES = {
    "Rtd": "实时值", "Min": "最小值", "Avg": "平均值", "Max": "最大值", "ZsRtd": "折算实时值", "ZsMin": "折算最小值", "ZsAvg": "折算平均值",
    "ZsMax": "折算最大值", "Cou": "累计值", "Data": "值", "DayData": "昼间值", "NightData": "夜间值", "Flag": "数据标记", "SampleTime": "采样时间",
    "EFlag": "设备标志", "Info": "信息", "SN": "序列号", "RS": "运行状态", "RT": "运行时间",
}  # fmt: skip
_HEADER = {
    "QN": "请求编码（发送时刻）", "ST": "系统编码", "CN": "命令编码", "PW": "访问密码", "MN": "设备编码", "Flag": "标志", "PNUM": "总包数", "PNO": "包号", "RF": "补传标志",
}  # fmt: skip


_HIDDEN = "●●●●●●"  # a password, whoever looks


@dataclass(frozen=True)
class Part:
    """One field. ``value``: as sent; ``meaning``, ``fault``: in words."""

    name: str
    value: str
    meaning: str = ""
    fault: str = ""


@dataclass
class Explained:
    """A frame for the page. ``faults``: what concerns no single field; ``text``: the frame as text or hexadecimal digits."""

    received: datetime
    about: str
    text: str
    data_time: datetime | None = None
    values: int = 0
    parts: list[Part] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> bool:
        return bool(self.faults) or any(part.fault for part in self.parts)


def explain(raw: bytes, device: Known, protocol: str, received: datetime) -> Explained:
    """What a frame says. Total: any bytes."""
    found = decode([raw], device, protocol, received)
    said = Explained(received, found.about, "", found.data_time, len(found.readings))
    if protocol == "HJ212":
        said.text = _masked(raw.decode("utf-8", "replace").strip())
        said.parts = list(_pollution(raw, device, said))
        named = {part.name for part in said.parts if part.fault}
        said.faults = [fault for fault in found.faults if not any(fault.startswith(name) for name in named)]
    elif protocol == "SL651":
        said.text = raw.hex(" ").upper()
        said.parts = list(_hydrology(raw))
        said.faults = found.faults
    else:
        said.text = raw.decode("utf-8", "replace")
        said.parts = list(_published(raw))
        said.faults = found.faults
    return said


def _pollution(raw: bytes, device: Known, said: Explained) -> Iterator[Part]:
    frames = [f for f in hj212.split(raw) if isinstance(f, hj212.Frame)]
    for frame in frames:
        data = plain_segment(frame, device)
        yield Part(
            "长度", str(frame.declared), f"{len(frame.data)} 字节", "" if frame.length_ok else "与实际不符"
        )
        right = data is not None
        yield Part(
            "校验码",
            f"{frame.crc:04X}",
            "正确" if right else f"应为 {hj212.crc16(frame.data):04X}",
            "" if right else "校验错",
        )
        if data is None:
            continue
        if not frame.crc_ok:
            said.about += "（SM4 加密）"
            said.text += "\n" + _masked(data.decode("utf-8", "replace"))
        message = hj212.read(data)
        faults = {fault.at: fault.said for fault in message.faults}
        for name, value in message.header.items():
            shown = _HIDDEN if name == "PW" else value
            yield Part(name, shown, _of_header(name, value), faults.get(name, ""))
        for name, values in message.params.items():
            for value in values:
                yield Part(name, value, "数据时间" if name == "DataTime" else "", faults.get(name, ""))
        for code, items in message.items.items():
            for name, value in items.items():
                key = f"{code}-{name}"
                yield Part(
                    key,
                    value,
                    _of_item(code, name, value, message.header.get("ST", ""), device),
                    faults.get(key, ""),
                )


def _masked(text: str) -> str:
    return re.sub(r"PW=[^;]*", f"PW={_HIDDEN}", text)


def _of_header(name: str, value: str) -> str:
    meaning = _HEADER.get(name, "")
    known = {"ST": tables.SYSTEMS, "CN": tables.NAMES}.get(name, {}).get(value, "")
    if name == "Flag" and value.isascii() and value.isdigit():
        flag = int(value[:3])
        said = [
            f"{tables.EDITIONS.get(flag >> 2, '未知')}版",
            "要应答" if flag & 1 else "不要应答",
            *(["分包"] if flag & 2 else []),
        ]
        known = "、".join(said)
    return f"{meaning}：{known}" if known else meaning


def _of_item(code: str, name: str, value: str, system: str, device: Known) -> str:
    found = pollutants.find(code)
    known = instrument_codes.of_hj212(code, system)
    title = (known[0].title if known else "") or (found.name if found else "编码不在标准表中")
    if name == "Flag":
        return f"{title} 数据标记：{tables.MARKS_2005.get(value, '不在标准表中')}"
    unit = (
        (found.total if found else "")
        if name == "Cou"
        else device.unit_of.get(code, known[1] if known else "")
    )
    return f"{title} {_VALUES.get(name, name)} {unit if name not in ('SampleTime', 'Info', 'SN') else ''}".strip()


def _hydrology(raw: bytes) -> Iterator[Part]:
    for frame in sl651.split(raw):
        if isinstance(frame, sl651.Broken):
            continue
        yield Part("中心站地址", f"{frame.centre:02X}")
        yield Part("遥测站地址", frame.station)
        yield Part("功能码", f"{frame.function:02X}", frame.about)
        wrong = "" if frame.crc_ok else f"应为 {sl651.crc16(frame.raw[:-2]):04X}"
        yield Part("校验码", f"{frame.crc:04X}", "" if wrong else "正确", wrong)
        if frame.packet:
            yield Part("包", f"{frame.packet[0]} / {frame.packet[1]}", "多包报文，收齐后一起解读")
            continue
        report = sl651.read(frame)
        yield Part("流水号", str(report.serial or ""))
        yield Part(
            "发报时间",
            f"{report.sent:%Y-%m-%d %H:%M:%S}" if report.sent else "",
            "",
            "" if report.sent else "不是时间",
        )
        for element in report.elements:
            values = "、".join("无效" if v is None else f"{v:f}" for v in element.values)
            meaning = f"{element.name} {element.unit}" + (f"，{element.at:%m-%d %H:%M}" if element.at else "")
            yield Part(element.code, values, meaning + ("" if element.verified else "（编码未核实）"))


def _published(raw: bytes) -> Iterator[Part]:
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError):
        return
    for name, value in _flat("", said, 0):
        yield Part(name, str(value)[:80])


def _flat(path: str, said: object, depth: int) -> Iterator[tuple[str, object]]:
    if depth < 6 and isinstance(said, dict):
        for key, value in list(said.items())[:200]:
            yield from _flat(f"{path}.{key}" if path else str(key), value, depth + 1)
    elif depth < 6 and isinstance(said, list):
        for n, value in enumerate(said[:50]):
            yield from _flat(f"{path}.{n}" if path else str(n), value, depth + 1)
    else:
        yield path, said
