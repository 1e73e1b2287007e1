"""Devices that post their readings over HTTP. What is answered with 202 is on disk."""

import sqlite3
import time
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import NinjaAPI, Schema, Status
from ninja.security import HttpBearer

from jiuzhi.core.attempts import Door
from jiuzhi.engine.observe import decoding, devices, health, inbox, reception
from jiuzhi.engine.observe.health import Heard, Refusal

from .problems import Refused
from .schemas import Problem

_buckets = reception.Buckets()
_BODY = {
    "requestBody": {
        "required": True,
        "description": '一个对象或对象的列表，如 {"time": "2026-11-25T08:00:00+08:00", "kind": "minute", "values": {"PM2.5": 12.3}}；'
        "其他样式在设备台账写明“取值对应”。",
        "content": {"application/json": {"schema": {"anyOf": [{"type": "object"}, {"type": "array"}]}}},
    }
}


class Taken(Schema):
    """What became of a body: ``values`` that can be read from it, and what was wrong with the rest."""

    values: int
    faults: list[str]


class DevicePassword(HttpBearer):
    """``Authorization: Bearer`` with the device's password from the register."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        return token.strip() or None


def install(api: NinjaAPI, refused: frozenset[int]) -> None:
    """Add the operation to the API."""

    @api.post(
        "/devices/{code}/readings", auth=DevicePassword(), response={202: Taken, refused | {503}: Problem}, operation_id="pushReadings",
        summary="设备上报", tags=["监测设备"], openapi_extra=_BODY,
    )  # fmt: skip
    def push(request: HttpRequest, code: str) -> Any:
        """设备上报一批数值。设备要先在“监测设备”台账登记（通讯协议 HTTP），令牌就是台账里的访问密码。答 202 时数据已落盘。"""
        peer = request.META.get("REMOTE_ADDR", "")
        device = devices.one(code)
        door = Door(f"device {code}", peer)
        if door.shut:
            raise Refused(429, "密码错得太多：请核对台账里的访问密码，十分钟后再试", {})
        why = reception.why_not(device, "HTTP", peer, str(request.auth))  # type: ignore[attr-defined]
        if device is not None and not why and not device.password:
            why = "设备没有访问密码：请先在台账填写"
        if device is None or why:
            door.wrong()
            _turned_away(code, peer, why, request.body)
            raise Refused(403, why, {})
        if not _buckets.take(device, time.monotonic()):
            raise Refused(429, f"一分钟超过 {device.per_minute} 次：请稍后重发", {})
        body = request.body
        if len(body) > reception.LONGEST:
            raise Refused(422, f"正文 {len(body)} 字节，最多 {reception.LONGEST}：请分几次上报", {})
        found = decoding.decode([body], device, "HTTP", timezone.now())
        if not found.readings:
            raise Refused(422, found.faults[0] if found.faults else "没有数值", {})
        at = inbox.now()
        said = found.faults[0] if found.faults else ""
        try:
            with inbox.opened() as database, inbox.committing(database):
                inbox.add(database, [(code, "HTTP", at, 0, body)])
                health.note_heard(database, [Heard(code, "HTTP", peer, at, 1, said=said)])
        except sqlite3.Error as error:
            raise Refused(503, f"收件箱写不进去（{error}）：没有收下，请稍后重发", {}) from error
        return Status(202, {"values": len(found.readings), "faults": found.faults[:20]})


def _turned_away(code: str, peer: str, why: str, body: bytes) -> None:
    at = inbox.now()
    with inbox.opened() as database, inbox.committing(database):
        health.note_heard(database, [Heard(code[:40], "HTTP", peer, at, refused=1, said=why)])
        health.note_refused(database, [Refusal(code[:40], peer, at, why, body[:2000])])
