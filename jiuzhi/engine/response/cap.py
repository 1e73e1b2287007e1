"""A public warning as a message of the Common Alerting Protocol (OASIS CAP 1.2, 1 July 2010). Pure: no clock, no records.

`faults` says in words what CAP does not take, `render` writes the XML. Elements and their code lists: §3.2.1 (alert), §3.2.2 (info), §3.2.4
(area); dates: §3.3.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from jiuzhi.core.local import LOCAL

NS = "urn:oasis:names:tc:emergency:cap:1.2"
TYPE = "application/cap+xml"
ALERT, UPDATE, CANCEL = "Alert", "Update", "Cancel"
KINDS = {ALERT: "首发", UPDATE: "更新", CANCEL: "解除"}
CATEGORIES = {
    "Env": "生态环境", "Met": "气象", "Geo": "地质", "Fire": "火灾", "Health": "公共卫生", "Safety": "公共安全", "Security": "治安",
    "Rescue": "救援", "Transport": "交通", "Infra": "基础设施", "CBRNE": "核生化爆", "Other": "其他",
}  # fmt: skip
RESPONSES = {
    "Prepare": "做好准备", "Shelter": "就地防护", "Evacuate": "撤离", "Execute": "按预案行动", "Avoid": "避开", "Monitor": "关注后续信息",
    "Assess": "自行判断", "AllClear": "危险已解除", "None": "不需要行动",
}  # fmt: skip
URGENCIES = {"Immediate": "立即行动", "Expected": "一小时内行动", "Future": "近期行动", "Past": "已过去", "Unknown": "不明"}  # fmt: skip
SEVERITIES = {"Extreme": "特别严重", "Severe": "严重", "Moderate": "较重", "Minor": "一般", "Unknown": "不明"}
CERTAINTIES = {"Observed": "已发生", "Likely": "很可能", "Possible": "可能", "Unlikely": "不太可能", "Unknown": "不明"}  # fmt: skip
COLOURS = ("", "Blue", "Yellow", "Orange", "Red")  # of the levels 蓝 黄 橙 红
BY_LEVEL = ("Unknown", "Minor", "Moderate", "Severe", "Extreme")  # the severity usual for a level
EXERCISE = "模拟数据或演练，不是真实预警"

# What XML 1.0 (§2.2) cannot hold, escaped or not.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NO_NAME = re.compile(r"[\s,<&]")  # §3.2.1: identifier and sender
_WORDS = {
    "identifier": "编号", "sender": "发布者代码", "event": "事件", "sender_name": "发布单位", "headline": "标题", "description": "情况",
    "instruction": "防御指引", "contact": "联系方式", "area": "影响范围", "basis": "依据", "web": "网页地址", "geocodes": "区划代码",
}  # fmt: skip
_REQUIRED = ("identifier", "sender", "event", "sender_name", "headline", "description", "area")

Point = tuple[float, float]  # (lon, lat) [°]


class CapError(ValueError):
    """What CAP does not take, by field: ``faults`` is field → sentence."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__("；".join(faults.values()))
        self.faults = faults


@dataclass(frozen=True)
class Message:
    """One message. ``references``: (sender, identifier, sent) of the messages it updates or cancels. ``polygons``: closed rings in WGS 84,
    with which CGCS2000 agrees to centimetres."""

    identifier: str
    sender: str
    sent: datetime
    event: str
    urgency: str
    severity: str
    certainty: str
    level: int
    expires: datetime
    sender_name: str
    headline: str
    description: str
    area: str
    kind: str = ALERT
    category: str = "Env"
    response: str = ""
    onset: datetime | None = None
    instruction: str = ""
    contact: str = ""
    basis: str = ""
    web: str = ""
    geocodes: Sequence[str] = ()
    polygons: Sequence[Sequence[Point]] = ()
    references: Sequence[tuple[str, str, datetime]] = ()
    exercise: bool = False


def time(at: datetime) -> str:
    """``2026-11-25T15:04:05+08:00``: an offset, never Z, and no fractions (§3.3.2)."""
    return at.astimezone(LOCAL).isoformat(timespec="seconds")


def faults(message: Message) -> dict[str, str]:
    """Field → one sentence, for everything CAP would not take; empty when the message is sound."""
    found = dict(_of_text(message))
    for name, known, word in (
        ("kind", KINDS, "消息类型"), ("category", CATEGORIES, "类别"), ("urgency", URGENCIES, "紧急程度"),
        ("severity", SEVERITIES, "严重程度"), ("certainty", CERTAINTIES, "确定程度"), ("response", {"": "", **RESPONSES}, "建议行动"),
    ):  # fmt: skip
        if getattr(message, name) not in known:
            found[name] = f"{word}要从列表中选"
    if not 1 <= message.level < len(COLOURS):
        found["level"] = "请选预警等级：蓝、黄、橙或红"
    if message.expires.replace(microsecond=0) <= message.sent:
        found["expires"] = "失效时间要晚于发布时间"
    elif message.onset is not None and message.onset >= message.expires:
        found["onset"] = "开始时间要早于失效时间"
    if bool(message.references) != (message.kind != ALERT):
        found["references"] = "更新和解除要写明所指的预警，首发不写"
    for ring in message.polygons:
        if said := _ring(ring):
            found["shape"] = said
    return found


def _of_text(message: Message) -> Iterator[tuple[str, str]]:
    for name, word in _WORDS.items():
        value = getattr(message, name)
        text = value if isinstance(value, str) else " ".join(value)
        if bad := _NO_XML.search(text):
            yield (
                name,
                f"{word}第 {bad.start() + 1} 个字是 XML 不能写的控制字符（U+{ord(bad[0]):04X}）：请删掉它",
            )
        elif name in _REQUIRED and not text.strip():
            yield name, f"请填写{word}"
        elif name in ("identifier", "sender") and _NO_NAME.search(text):
            yield name, f"{word}里不能有空格、逗号、< 和 &"


def _ring(ring: Sequence[Point]) -> str:
    if any(not (-180 <= x <= 180 and -90 <= y <= 90) for x, y in ring):
        return "图形的经度、纬度超出范围：请检查坐标次序（经度在前）"
    if len(ring) < 4 or _pair(ring[0]) != _pair(ring[-1]):
        return "图形没有闭合：至少四个点，最后一点与第一点相同"
    return ""


def _pair(point: Point) -> str:
    return f"{point[1]:.6f},{point[0]:.6f}"  # §3.2.4: latitude first


def render(message: Message) -> bytes:
    """The message as UTF-8 XML. Errors: `CapError`."""
    if found := faults(message):
        raise CapError(found)
    alert = etree.Element(_tag("alert"), nsmap={None: NS})
    _add(alert, "identifier", message.identifier)
    _add(alert, "sender", message.sender)
    _add(alert, "sent", time(message.sent))
    _add(alert, "status", "Exercise" if message.exercise else "Actual")
    _add(alert, "msgType", message.kind)
    _add(alert, "scope", "Public")
    _add(alert, "note", EXERCISE if message.exercise else "")
    _add(alert, "references", " ".join(f"{s},{i},{time(t)}" for s, i, t in message.references))
    _info(alert, message)
    return etree.tostring(alert, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _info(alert: etree._Element, m: Message) -> None:
    info = etree.SubElement(alert, _tag("info"))
    for name, text in (
        ("language", "zh-CN"), ("category", m.category), ("event", m.event), ("responseType", m.response), ("urgency", m.urgency),
        ("severity", m.severity), ("certainty", m.certainty), ("effective", time(m.sent)),
        ("onset", time(m.onset) if m.onset else ""), ("expires", time(m.expires)), ("senderName", m.sender_name),
        ("headline", m.headline), ("description", m.description), ("instruction", m.instruction), ("web", m.web),
        ("contact", m.contact),
    ):  # fmt: skip
        _add(info, name, text)
    _named(info, "parameter", "color_level", COLOURS[m.level])
    if m.basis:
        _named(info, "parameter", "basis", m.basis)
    area = etree.SubElement(info, _tag("area"))
    _add(area, "areaDesc", m.area)
    for ring in m.polygons:
        _add(area, "polygon", " ".join(_pair(p) for p in ring))
    for code in m.geocodes:
        _named(area, "geocode", "adcode", code)


def _tag(name: str) -> str:
    return f"{{{NS}}}{name}"


def _add(parent: etree._Element, name: str, text: str) -> None:
    """An element with text; none for an empty text, since all that may be empty may be left out."""
    if text:
        etree.SubElement(parent, _tag(name)).text = text


def _named(parent: etree._Element, name: str, key: str, value: str) -> None:
    held = etree.SubElement(parent, _tag(name))
    _add(held, "valueName", key)
    _add(held, "value", value)
