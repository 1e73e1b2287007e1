"""The instruments that report by themselves."""

import ipaddress
import re

from jiuzhi.core.fields import Choice, Long, Ref, Text, Whole
from jiuzhi.core.models import Record

from .shared import Enterprise
from .station import Station

PROTOCOLS = "HJ212 SL651 MQTT HTTP"
_KEY = (r"[0-9A-Fa-f]{32}", "SM4 密钥是 32 位十六进制数（16 字节）：请照数采仪上的抄，不带空格")


class Device(Record, title="监测设备", key=["code"]):
    """An instrument or data logger and what the gateway allows it: who is not listed here, or not 在用, is not heard.

    ``code``: MN of HJ 212, station address of SL 651, the name a topic or an address of the others carries."""

    code = Text(
        "设备编码",
        40,
        required=True,
        help="HJ 212 填 MN，SL 651 填 10 位遥测站地址，MQTT、HTTP 填设备自己的名字",
    )
    name = Text("名称", 80, required=True)
    protocol = Choice("通讯协议", PROTOCOLS, required=True)
    station = Ref(Station, "监测点位", related_name="+", help="数值归到哪个点位；不填时归到设备编码名下")
    enterprise = Ref(Enterprise, "企业", related_name="+", help="企业自己的在线监测设备填")
    maker = Text("厂家", 80)
    model = Text("型号", 80)
    interval = Whole("上报间隔", "s", low=1, default=600, help="多久应有一次数据；超过三倍没有就算离线")
    per_minute = Whole(
        "每分钟最多报文", "条", low=1, default=120, help="超过的先不收，设备会重发；补传多时可调大"
    )
    clock = Whole("时钟允许偏差", "s", low=1, default=300)
    sources = Text("允许的来源地址", 120, help="IP 或网段，用 、 分隔，如 10.20.0.0/16；不填不限")
    units = Text("另用的单位", 200, help="与标准编码表不同的单位，如 a34004=µg/m³、a21005=mg/m³")
    topic = Text("MQTT 主题", 120, help="MQTT 设备填，如 county/micro/17")
    mapping = Long(
        "取值对应",
        help="JSON 不是标准样式时，一行一个“项目 = 路径 单位”，如 PM2.5 = data.pm25 µg/m³；time = ts；kind = minute",
    )
    password = Text("访问密码", 20, help="HJ 212 的 PW，SL 651 为 4 位十六进制；不填不核对")
    key_secret = Text("SM4 密钥", 32, pattern=_KEY, help="加密上报的设备填；没有加密的不填")
    old_secret = Text("上一个 SM4 密钥", 32, pattern=_KEY, help="换密钥期间两个都认，换完清空")
    state = Choice("状态", "在用 检修 停用", required=True, default="在用")

    def faults(self) -> dict[str, str]:
        twin = (
            Device.objects.filter(code=self.code)
            .exclude(county=self.county_id)
            .select_related("county")
            .first()
        )
        said = {
            "code": (self.protocol == "SL651" and not re.fullmatch(r"[0-9A-F]{10}", self.code)
                     and "SL 651 的遥测站地址是 10 位数字或大写 A–F：请核对")
            or (twin and f"{twin.county}已登记了这个编码：一台设备只能在一个区县登记，请核对"),
            "sources": _sources_fault(self.sources),
            "topic": self.protocol == "MQTT" and self.topic and self._topic_fault(),
            "mapping": _mapping_fault(self.mapping),
            "units": _units_fault(self.units),
            "old_secret": self.old_secret and not self.key_secret and "没有现用密钥：请把密钥填在“SM4 密钥”里",
        }  # fmt: skip
        return {name: str(text) for name, text in said.items() if text}

    def _topic_fault(self) -> str:
        first, *_ = levels = self.topic.split("/")
        wild = any(sign in self.topic for sign in "+#")
        if any(("+" in one or "#" in one) and one not in ("+", "#") for one in levels) or "#" in levels[:-1]:
            return "+ 要独占一段，# 只能独占最后一段：应如 county/micro/+/data 或 county/micro/17/#"
        if (
            first in ("+", "#")
            or first.startswith("$")
            or (first == "jiuzhi" and self.topic != f"jiuzhi/{self.code}")
        ):
            return "这个主题会收到别的设备的数据：请写明本设备自己的主题，如 county/micro/17"
        twin = (
            None
            if wild
            else Device.objects.filter(topic=self.topic, protocol="MQTT").exclude(pk=self.pk).first()
        )
        return f"设备 {twin.code} 已用这个主题：一个主题只能归一台设备" if twin else ""


def _mapping_fault(text: str) -> str:
    for line in filter(None, (line.strip() for line in text.splitlines())):
        if not re.fullmatch(r"[^=\s]{1,40}\s*=\s*\S{1,120}(\s+\S{1,12})?", line):
            return f"“{line[:40]}”不是“项目 = 路径 单位”：应如 PM2.5 = data.pm25 µg/m³"
    return ""


def _sources_fault(text: str) -> str:
    for part in filter(None, re.split(r"[、,，\s]+", text)):
        try:
            ipaddress.ip_network(part, strict=False)
        except ValueError:
            return f"“{part}”不是 IP 地址或网段：应如 10.20.0.8 或 10.20.0.0/16"
    return ""


def _units_fault(text: str) -> str:
    for part in filter(None, re.split(r"[、,，\s]+", text)):
        if not re.fullmatch(r"[A-Za-z0-9]{1,10}=\S{1,12}", part):
            return f"“{part}”不是“编码=单位”：应如 a34004=µg/m³"
    return ""
