"""Devices that publish to an MQTT broker. The broker forgets a message (QoS 1, 2) only when it is on disk here."""

from __future__ import annotations

import asyncio
import logging
from urllib.parse import ParseResult, unquote, urlparse

import paho.mqtt.client as paho

from jiuzhi.engine.observe.devices import Known
from jiuzhi.engine.observe.reception import LONGEST

from .desk import Desk

log = logging.getLogger("jiuzhi.gateway")
OWN = "jiuzhi/"  # the topic of a device that names none: jiuzhi/<code>


class _Message:
    """One message on its way; what the desk takes for a line. To be answered means to be acknowledged to the broker."""

    peer = "mqtt"

    def __init__(self, client: paho.Client, message: paho.MQTTMessage) -> None:
        self._client, self._message = client, message

    def send(self, data: bytes) -> None:
        self._client.ack(self._message.mid, self._message.qos)


def broker(url: str) -> ParseResult:
    """The parts of the address of a broker: mqtt://user:password@host:1883, or mqtts://. Errors: ``ValueError``, one sentence."""
    try:
        parts = urlparse(url)
        right = parts.scheme in ("mqtt", "mqtts") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none
        right = False
    if not right:
        raise ValueError("MQTT 地址不对：应如 mqtt://用户:密码@主机:1883")
    return parts


class Subscriber:
    """Subscribes to the topics of all devices registered for MQTT, and follows the register."""

    def __init__(self, url: str, desk: Desk) -> None:
        """``url``: as `broker` reads it."""
        parts = broker(url)
        assert parts.hostname
        self._desk = desk
        self._unkept = desk.unkept
        self._loop = asyncio.get_running_loop()
        self._topics: dict[str, str] = {}
        self._client = paho.Client(
            paho.CallbackAPIVersion.VERSION2, client_id="jiuzhi-gateway", clean_session=False, manual_ack=True
        )
        if parts.username:
            self._client.username_pw_set(unquote(parts.username), unquote(parts.password or ""))
        if parts.scheme == "mqtts":
            self._client.tls_set()
        self._client.on_connect = self._connected
        self._client.on_message = self._arrived
        self._client.on_disconnect = lambda *_: log.warning("与 MQTT 代理断开，自动重连")
        self._client.reconnect_delay_set(1, 30)
        self._client.connect_async(parts.hostname, parts.port or (8883 if parts.scheme == "mqtts" else 1883))
        self._client.loop_start()

    def follow(self) -> None:
        """Subscribe to what is new in the register, and leave what is no longer there."""
        wanted = {
            one.topic or OWN + one.code: one.code
            for one in self._desk.known.values()
            if one.protocol == "MQTT"
        }
        if self._client.is_connected():
            for topic in wanted.keys() - self._topics.keys():
                try:
                    self._client.subscribe(topic, qos=1)
                except ValueError:
                    self._desk.warn(
                        topic, f"设备 {wanted[topic]} 的 MQTT 主题“{topic}”不成立，没有订阅：请在台账改正"
                    )
            for topic in self._topics.keys() - wanted.keys():
                self._client.unsubscribe(topic)
            self._topics = wanted

    def again(self) -> None:
        """Connect anew after a commit that failed: only then a broker sends again what was not acknowledged."""
        if self._desk.unkept != self._unkept and self._client.is_connected():
            self._unkept = self._desk.unkept
            self._client.reconnect()

    def end(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _connected(self, *_: object) -> None:
        log.info("已连上 MQTT 代理")
        self._topics = {}
        self._loop.call_soon_threadsafe(self.follow)

    def _arrived(self, client: paho.Client, _: object, message: paho.MQTTMessage) -> None:
        self._loop.call_soon_threadsafe(self._take, client, message)

    def _take(self, client: paho.Client, message: paho.MQTTMessage) -> None:
        code = self._topics.get(message.topic) or self._matching(message.topic)
        line = _Message(client, message)
        device: Known | None = None
        if len(message.payload) > LONGEST:
            self._desk.refuse(
                code or message.topic,
                "MQTT",
                "mqtt",
                f"消息 {len(message.payload)} 字节，最多 {LONGEST}",
                message.payload,
            )
        else:
            device = self._desk.admit(code or message.topic, "MQTT", line, None, message.payload)
        if device is None:
            line.send(b"")  # the broker would send it for ever
            return
        self._desk.keep(device, line, message.payload, b"\x01")

    def _matching(self, topic: str) -> str:
        return next(
            (code for wanted, code in self._topics.items() if paho.topic_matches_sub(wanted, topic)), ""
        )


async def subscribe(url: str, desk: Desk) -> None:
    """Follow the broker and the register until cancelled."""
    subscriber = Subscriber(url, desk)
    try:
        while True:
            await asyncio.sleep(2)
            subscriber.follow()
            await asyncio.to_thread(subscriber.again)
    finally:
        subscriber.end()
