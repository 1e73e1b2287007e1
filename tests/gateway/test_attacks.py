"""What somebody, or a broken device, may try against the lines."""

import asyncio
import logging
import sqlite3

import pytest

from jiuzhi.engine.observe import devices, health, inbox
from jiuzhi.engine.observe.drain import drain
from jiuzhi.interfaces.gateway import pollution, server
from jiuzhi.interfaces.gateway.desk import Desk
from jiuzhi.protocol.hj212 import sm4

from .instruments import MN, Link, device, frame, running, segment

OTHER = "500229000000000000000002"
KEY, SECOND = bytes(range(16)), bytes(range(16, 32))


def sealed(code: str = MN, key: bytes = KEY) -> bytes:
    return sm4.sealed(segment(code), key)


def test_a_key_that_was_taken_back_opens_nothing_more_on_a_line_that_is_open():
    async def run() -> None:
        async with running(device(keys=(KEY,))) as gateway:
            link = await Link.to(gateway)
            await link.send(sealed())
            assert await link.hear()
            gateway.desk.replace({MN: device(keys=(SECOND,))})
            await link.send(sealed())
            assert not await link.hear()
            await asyncio.sleep(1)
            await link.send(sealed(key=SECOND))
            assert await link.hear()

    asyncio.run(run())
    assert len(inbox.last_frames(MN)) == 2


def test_the_key_of_one_device_does_not_speak_for_another(monkeypatch):
    known = {MN: device(keys=(KEY,)), OTHER: device(OTHER, keys=(SECOND,), station="S2")}

    async def run() -> None:
        async with running(*known.values()) as gateway:
            link = await Link.to(gateway)
            await link.send(sealed())
            assert await link.hear()
            await link.send(sealed(OTHER, KEY))  # what would be acknowledged could never be read
            assert not await link.hear()
            await asyncio.sleep(1)
            await link.send(sealed(OTHER, SECOND), sealed(MN, KEY))
            assert (await link.hear()).count(b"##") == 2

    asyncio.run(run())
    monkeypatch.setattr(devices, "listed", lambda: known)
    assert drain().readings == 3


def test_a_device_without_a_key_on_a_line_of_one_with_a_key_gets_plain_answers():
    async def run() -> bytes:
        async with running(device(keys=(KEY,)), device(OTHER, keys=(SECOND,))) as gateway:
            link = await Link.to(gateway)
            await link.send(sealed())
            await link.hear()
            await link.send(frame(OTHER))
            return await link.hear()

    assert OTHER.encode() in asyncio.run(run())


def test_rubbish_is_not_tried_under_every_key(monkeypatch):
    tried = []
    look = sm4.begins_plain
    monkeypatch.setattr(pollution.sm4, "begins_plain", lambda *given: tried.append(1) or look(*given))
    known = [device(f"{n:024X}", keys=(n.to_bytes(16, "big"),)) for n in range(100)]

    async def run() -> None:
        async with running(*known, device(keys=(KEY,))) as gateway:
            link = await Link.to(gateway)
            await link.send(*[b"##0016" + bytes(16) + b"0000\r\n"] * 200)
            await asyncio.sleep(1.5)
            await link.send(sealed())
            assert await link.hear()

    asyncio.run(run())
    assert len(tried) < 1000


def test_all_devices_behind_a_modem_are_gone_when_its_line_closes():
    async def run() -> None:
        async with running(device(), device(OTHER)) as gateway:
            link = await Link.to(gateway)
            await link.send(frame(), frame(OTHER))
            await link.hear()
            assert set(gateway.desk.by_device) == {MN, OTHER}
            link.writer.close()
            await asyncio.sleep(2.5)
            assert not gateway.desk.by_device
            assert not [s.code for s in health.states().values() if s.online]

    asyncio.run(run())


def test_the_old_line_of_a_device_closing_leaves_the_new_one_alone():
    async def run() -> None:
        async with running(device()) as gateway:
            old, new = await Link.to(gateway), await Link.to(gateway)
            await old.send(frame())
            await old.hear()
            await asyncio.sleep(1.2)
            old.writer.close()  # the modem dials again
            await asyncio.sleep(0.05)
            await new.send(frame())
            assert await new.hear()
            await asyncio.sleep(2.5)
            assert health.states()[MN].online

    asyncio.run(run())


class _Disk(sqlite3.Connection):
    """A database whose commit fails once, as SQLite does when it cannot write but keeps the transaction."""

    failing = 0

    def execute(self, sql, *more):
        if sql == "COMMIT" and self.failing:
            self.failing -= 1
            raise sqlite3.OperationalError("disk I/O error")
        return super().execute(sql, *more)


def test_a_commit_that_fails_once_is_not_the_end():
    inbox.connect().close()
    from django.conf import settings

    database = sqlite3.connect(settings.INBOX_FILE, isolation_level=None, factory=_Disk)
    database.failing = 1
    row = (MN, "HJ212", 1, 0, b"x")
    with pytest.raises(sqlite3.OperationalError, match="disk"), inbox.committing(database):
        inbox.add(database, [row])
    with inbox.committing(database):
        inbox.add(database, [row])
    assert len(inbox.last_frames(MN)) == 1


def test_a_gateway_whose_inbox_is_taken_away_ends_instead_of_writing_into_nothing(caplog, monkeypatch):
    from django.conf import settings

    ended = []
    monkeypatch.setattr(server.os, "_exit", ended.append)

    async def run() -> None:
        async with running(device()) as gateway:
            link = await Link.to(gateway)
            await link.send(frame())
            assert await link.hear()
            await asyncio.sleep(1.2)
            assert not ended
            settings.INBOX_FILE.unlink()
            await asyncio.sleep(1.5)

    with caplog.at_level(logging.ERROR, "jiuzhi.gateway"):
        asyncio.run(run())
    assert ended[0] == 1
    assert "收件箱文件被移走" in caplog.text


def test_a_device_that_may_not_speak_does_not_take_another_ones_place():
    async def run() -> None:
        async with running(device()) as gateway:
            right, wrong = await Link.to(gateway), await Link.to(gateway)
            await right.send(frame())
            await right.hear()
            await wrong.send(frame(pw="000000"))
            await wrong.hear()
            assert gateway.desk.by_device[MN].device == MN
            wrong.writer.close()
            await asyncio.sleep(2.5)
            assert health.states()[MN].online

    asyncio.run(run())


def test_desk_keeps_what_comes_while_the_disk_is_full(monkeypatch):
    async def run() -> None:
        async with running(device()) as gateway:
            assert isinstance(gateway.desk, Desk)
            link = await Link.to(gateway)
            gateway.desk.database.execute("PRAGMA max_page_count = 1")
            big = frame(body=f"w01018-Rtd=1,w01018-Info={'x' * 9000}")
            for _ in range(40):
                await link.send(big)
            first = (await link.hear()).count(b"##")
            gateway.desk.database.execute("PRAGMA max_page_count = 100000")
            await link.send(big)
            assert await link.hear()
            assert len(inbox.last_frames(MN)) == first + 1

    asyncio.run(run())


def test_while_our_own_clock_is_wrong_nothing_is_acknowledged(monkeypatch):
    """A machine without a battery begins in 1970: every value would be from the future, and every frame too old to be kept."""
    monkeypatch.setattr(inbox, "now", lambda: 86_400_000)

    async def run() -> bytes:
        async with running(device()) as gateway:
            link = await Link.to(gateway)
            await link.send(frame())
            return await link.hear()

    assert asyncio.run(run()) == b""
    assert not inbox.last_frames(MN)
    assert "时钟" in health.refusals(MN)[0].why
