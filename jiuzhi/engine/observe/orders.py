"""What people ask of a device over the gateway (HJ 212): set its clock, send the time, send readings of the past again.

Kept in the inbox's file: the workbench asks, the gateway sends and notes the answers. Flow, timeouts and retries: HJ 212-2017 clause 6.6.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from typing import NamedTuple

from jiuzhi.core.local import LOCAL
from jiuzhi.protocol import hj212
from jiuzhi.protocol.hj212 import tables

from . import inbox
from .devices import Known

WAIT = 10_000  # [ms] for an answer over a wireless line
TRIES = 3
# What people may ask for: command → (title, parameters it needs).
OFFERED = {
    "1011": ("提取现场机时间", ()), "1012": ("设置现场机时间", ()), "2011": ("取实时数据", ()), "2012": ("停止察看实时数据", ()),
    "2051": ("补传分钟数据", ("BeginTime", "EndTime")), "2061": ("补传小时数据", ("BeginTime", "EndTime")),
    "2031": ("补传日数据", ("BeginTime", "EndTime")), "1061": ("提取实时数据间隔", ()), "1062": ("设置实时数据间隔", ("RtdInterval",)),
}  # fmt: skip
STATES = {
    "waiting": "待发送",
    "sent": "已发送，等应答",
    "accepted": "设备已接受",
    "done": "完成",
    "failed": "未完成",
}


class Order(NamedTuple):
    """One request to a device. ``state``: waiting, sent, accepted, done, failed; ``said``: how it ended, in words. Times [ms]."""

    id: int
    device: str
    cn: str
    params: str
    asked_by: str
    asked_at: int
    qn: str
    tries: int
    sent_at: int | None
    state: str
    said: str

    @property
    def title(self) -> str:
        return OFFERED.get(self.cn, (tables.NAMES.get(self.cn, self.cn), ()))[0]

    @property
    def state_word(self) -> str:
        return STATES[self.state]

    @property
    def asked(self) -> datetime:
        return inbox.moment(self.asked_at)


def ask(device: Known, cn: str, params: dict[str, str], by: str) -> int:
    """Ask something of a device; the gateway sends it as soon as the device is connected. Returns the number of the order.

    Errors: ``ValueError``, one Chinese sentence, for what cannot be asked.
    """
    if device.protocol != "HJ212":
        raise ValueError(f"{device.name}不是 HJ 212 设备，不能下发命令")
    if cn not in OFFERED:
        raise ValueError(f"命令 {cn[:8]} 不在可下发之列")
    missing = [name for name in OFFERED[cn][1] if not params.get(name)]
    if missing:
        raise ValueError(f"{OFFERED[cn][0]}要填 {'、'.join(missing)}")
    for name, value in params.items():
        if any(mark in value for mark in ";,&=\r\n"):
            raise ValueError(f"{name} 里有不能用的符号")
    with inbox.opened() as database:
        found = database.execute(
            "INSERT INTO command (device, cn, params, asked_by, asked_at, state) VALUES (?, ?, ?, ?, ?, 'waiting') RETURNING id",
            [device.code, cn, json.dumps(params), by[:60], inbox.now()],
        ).fetchone()
        return int(found[0])


def of_device(device: str, most: int = 20) -> list[Order]:
    """The newest orders to a device, newest first."""
    with inbox.opened() as database:
        rows = database.execute(
            "SELECT * FROM command WHERE device = ? ORDER BY id DESC LIMIT ?", [device, most]
        )
        return [Order(*row) for row in rows]


def open_orders(database: sqlite3.Connection) -> list[Order]:
    """Those the device has not answered yet, oldest first."""
    rows = database.execute("SELECT * FROM command WHERE state IN ('waiting', 'sent') ORDER BY id LIMIT 500")
    return [Order(*row) for row in rows]


def due(order: Order, now: int) -> bool:
    """Whether it is time to send an order (again)."""
    return order.state == "waiting" or (order.state == "sent" and now - (order.sent_at or 0) > WAIT)


def sending(
    database: sqlite3.Connection, order: Order, device: Known, system: str, edition: str, now: int
) -> bytes | None:  # fmt: skip
    """The data segment to send at ``now`` [ms], noted as sent; None when it was tried often enough, and is noted as failed.

    system: the device's own (ST). The device answers with the same QN: no two orders may be given one ``now``.
    """
    if order.tries >= TRIES:
        _note(database, order.id, "failed", f"设备 {TRIES} 次没有应答")
        return None
    local = inbox.moment(now).astimezone(LOCAL)
    qn = order.qn or f"{local:%Y%m%d%H%M%S}{now % 1000:03d}"
    params = dict(json.loads(order.params))
    if order.cn == "1012":
        params["SystemTime"] = f"{local:%Y%m%d%H%M%S}"
    said = hj212.request(
        order.cn, qn=qn, st=system, mn=device.code, pw=device.password, edition=edition, params=params
    )
    database.execute(
        "UPDATE command SET state = 'sent', tries = tries + 1, sent_at = ?, qn = ? WHERE id = ?",
        [now, qn, order.id],
    )
    return said.text().encode()


def answered(database: sqlite3.Connection, device: str, message: hj212.Message) -> None:
    """A device answers (9011 it will, 9012 it has, 9013 it was told): noted beside the order with the same QN."""
    row = database.execute(
        "SELECT * FROM command WHERE device = ? AND qn = ? AND state IN ('sent', 'accepted') ORDER BY id DESC LIMIT 1",
        [device, message.header.get("QN", "")],
    ).fetchone()
    if row is None:
        return
    order = Order(*row)
    if message.command == "9011":
        code = message.params.get("QnRtn", [""])[0]
        right = code == "1"
        _note(
            database,
            order.id,
            "accepted" if right else "failed",
            tables.QN_RETURNS.get(code, f"QnRtn={code[:8]}"),
        )
    elif message.command == "9012":
        code = message.params.get("ExeRtn", [""])[0]
        _note(
            database,
            order.id,
            "done" if code == "1" else "failed",
            tables.EXE_RETURNS.get(code, f"ExeRtn={code[:8]}"),
        )
    elif message.command == "9013":  # all there is to say to 2012
        _note(database, order.id, "done", tables.NAMES["9013"])


def _note(database: sqlite3.Connection, id: int, state: str, said: str) -> None:
    database.execute("UPDATE command SET state = ?, said = ? WHERE id = ?", [state, said, id])
