"""What a device sees: who is heard, what is acknowledged, what is turned away and why."""

import asyncio
import logging

import pytest

from jiuzhi.engine.observe import health, inbox, orders
from jiuzhi.interfaces.gateway import pollution
from jiuzhi.protocol import hj212, sl651
from jiuzhi.protocol.hj212 import sm4

from .instruments import MN, STATION, Link, device, frame, many, report, running, segment

KEY, OLD = bytes(range(16)), bytes(range(16, 32))


def talk(*pieces: bytes, known=(), protocol="HJ212", again: float = 0.4) -> bytes:
    """Connect, send, and hear what comes back."""

    async def run() -> bytes:
        async with running(*(known or (device(),))) as gateway:
            link = await Link.to(gateway, protocol)
            await link.send(*pieces)
            return await link.hear(again)

    return asyncio.run(run())


def why(code: str = MN) -> str:
    found = health.refusals(code)
    return found[0].why if found else ""


@pytest.mark.parametrize("flag", ["1", "5", "9"])
def test_a_reading_is_kept_and_answered_as_the_standard_says(flag):
    sent = frame(flag=flag)
    said = talk(sent)
    (kept,) = inbox.last_frames(MN)
    assert kept.raw == sent
    assert said == hj212.frame(hj212.answer(hj212.read(segment(flag=flag).encode())).text())


@pytest.mark.parametrize(
    ("flag", "cn", "answer"), [("5", "1013", "9013"), ("4", "2011", ""), ("5", "9011", "")]
)
def test_what_is_answered(flag, cn, answer):
    said = talk(frame(flag=flag, cn=cn))
    assert (f"CN={answer}" in said.decode()) if answer else said == b""
    assert len(inbox.last_frames(MN)) == 1


def test_the_fast_answer_is_the_one_the_codec_gives():
    for flag in ("1", "5", "7", "9"):
        for cn in ("2011", "2061", "1013", "2081"):
            data = segment(flag=flag, cn=cn).encode()
            message = hj212.read(data)
            slow = hj212.notice_answer(message) if cn == "1013" else hj212.answer(message)
            assert pollution.reply_to(pollution.header(data)) == slow.text().encode()


def test_glued_and_torn_and_broken_pieces_lose_only_the_broken_one():
    frames = many(30)
    broken = frames[7].replace(b"w01018", b"w01019")
    stream = b"".join([*frames[:7], broken, *frames[8:], b"rubbish"])
    said = talk(*(stream[n : n + 97] for n in range(0, len(stream), 97)))
    assert said.count(b"##") == 29
    assert {f.raw for f in inbox.last_frames(MN)} == set(frames) - {frames[7]}
    state = health.states()[MN]
    assert (state.frames, state.broken) == (29, 2)


@pytest.mark.parametrize(
    ("known", "sent", "reason"),
    [
        (device("other"), frame(), "没有登记"),
        (device(state="停用"), frame(), "停用"),
        (device(protocol="SL651"), frame(), "SL651"),
        (device(sources=("10.0.0.0/8",)), frame(), "来源地址"),
        (device(), frame(pw="000000"), "密码"),
        (device(), frame()[:-6] + b"0000\r\n", "校验码"),
    ],
)
def test_who_is_not_heard_is_told_apart_and_not_acknowledged(known, sent, reason):
    assert talk(sent, known=[known]) == b""
    assert not inbox.last_frames(MN)
    assert reason in (why() or why("?127.0.0.1"))


def test_too_many_frames_a_minute_wait():
    assert talk(*many(12), known=[device(per_minute=5)]).count(b"##") == 5
    assert "超过 5 条" in why()


def test_more_connections_than_there_is_room_for(caplog):
    async def run() -> tuple[bool, bytes]:
        async with running(device(), connections=2) as gateway:
            first, second = await Link.to(gateway), await Link.to(gateway)
            await asyncio.sleep(0.05)
            third = await Link.to(gateway)
            refused = await third.closed()
            await first.send(frame())
            return refused, await first.hear() + await second.hear(0.1)

    with caplog.at_level(logging.WARNING):
        refused, said = asyncio.run(run())
    assert refused
    assert said.count(b"##") == 1
    assert "上限 2" in caplog.text


def test_what_the_disk_does_not_take_is_not_acknowledged(monkeypatch):
    import sqlite3

    def full(*_):
        raise sqlite3.OperationalError("database or disk is full")

    async def run() -> tuple[bytes, bytes]:
        async with running(device()) as gateway:
            link = await Link.to(gateway)
            with monkeypatch.context() as broken:
                broken.setattr(inbox, "add", full)
                await link.send(frame())
                nothing = await link.hear()
            await link.send(frame())
            return nothing, await link.hear()

    nothing, said = asyncio.run(run())
    assert nothing == b""
    assert said.count(b"##") == 1
    assert len(inbox.last_frames(MN)) == 1


def test_a_stop_takes_in_what_has_come_and_closes():
    async def run() -> bool:
        async with running(device(per_minute=1000)) as gateway:
            link = await Link.to(gateway)
            await link.send(*many(200))
            await asyncio.sleep(0.2)
        return (await link.hear()).count(b"##") == 200

    assert asyncio.run(run())
    assert len(inbox.last_frames(MN, 500)) == 200


@pytest.mark.parametrize("scope", sm4.UNREAD)
@pytest.mark.parametrize("key", [KEY, OLD])
def test_an_encrypted_device_is_found_by_its_key_and_answered_in_its_own(scope, key):
    sent = sm4.sealed(segment(flag="9"), key, scope)
    said = talk(sent, known=[device("a"), device(keys=(KEY, OLD))])
    (answer,) = hj212.Splitter().feed(said)
    # An answer has nothing between its && marks: where only that is encrypted it goes out as it is.
    plain = sm4.opened(answer, [key], [scope]) if scope == "segment" else answer.data
    assert b"CN=9014" in (plain or b"")
    assert inbox.last_frames(MN)[0].raw == sent


def test_an_unknown_key_is_noted():
    assert talk(sm4.sealed(segment(), b"x" * 16), known=[device(keys=(KEY,))]) == b""
    assert health.refusals("?127.0.0.1")


def test_a_clock_that_is_off_shows():
    talk(frame())
    state = health.states()[MN]
    assert state.clock < -3600
    assert state.clock_off(device())


def test_an_order_is_sent_and_its_answers_noted():
    async def run() -> list[str]:
        async with running(device(), device("b")) as gateway:
            link = await Link.to(gateway)
            other = segment("b").replace("ST=32", "ST=22")  # on the same line
            before = f"QN=1;ST=91;CN=9012;PW=123456;MN={MN};Flag=4;CP=&&ExeRtn=1&&"
            await link.send(frame(), hj212.frame(other), hj212.frame(before))
            await link.hear()
            orders.ask(device(), "2061", {"BeginTime": "20261120000000", "EndTime": "20261120120000"}, "张三")
            asked = hj212.read(hj212.Splitter().feed(await link.hear(3))[0].data)
            states = [orders.of_device(MN)[0].state]
            qn = asked.header["QN"]
            assert asked.header["ST"] == "32"
            assert asked.params["BeginTime"] == ["20261120000000"]
            for cn, said in (("9011", "QnRtn=1"), ("9012", "ExeRtn=1")):
                await link.send(hj212.frame(f"QN={qn};ST=91;CN={cn};PW=123456;MN={MN};Flag=4;CP=&&{said}&&"))
                await asyncio.sleep(0.1)
                states.append(orders.of_device(MN)[0].state)
            return states

    assert asyncio.run(run()) == ["sent", "accepted", "done"]


def test_two_orders_of_one_moment_are_told_apart_and_the_clock_is_not_ours():
    async def run() -> None:
        async with running(device()) as gateway:
            link = await Link.to(gateway)
            await link.send(frame())
            await link.hear()
            for cn in ("1011", "2012"):
                orders.ask(device(), cn, {}, "张三")
            asked = [hj212.read(f.data) for f in hj212.Splitter().feed(await link.hear(3))]
            assert len({one.header["QN"] for one in asked}) == 2
            told = next(one for one in asked if one.command == "2012")
            await link.send(
                hj212.frame(f"QN={told.header['QN']};ST=91;CN=9013;PW=123456;MN={MN};Flag=4;CP=&&&&")
            )
            await asyncio.sleep(0.1)

    asyncio.run(run())
    assert [one.state for one in orders.of_device(MN)] == ["done", "sent"]
    assert health.states()[MN].clock < -3600  # as its own frame said, not as the QN of our order


@pytest.mark.parametrize("cn", orders.OFFERED)
def test_every_order_that_is_offered_can_be_sent(cn):
    orders.ask(device(), cn, dict.fromkeys(orders.OFFERED[cn][1], "60"), "张三")
    with inbox.opened() as database:
        (order,) = orders.open_orders(database)
        said = orders.sending(database, order, device(), "32", "2017", inbox.now())
    assert said is not None
    assert f"CN={cn};" in said.decode()


def test_every_device_of_a_relay_goes_with_its_line():
    async def run() -> dict:
        async with running(device(), device("b")) as gateway:
            link = await Link.to(gateway)
            await link.send(frame(), frame("b"))
            await link.hear()
            assert set(gateway.desk.by_device) == {MN, "b"}
            link.writer.close()
            await asyncio.sleep(0.1)
            return dict(gateway.desk.by_device)

    assert asyncio.run(run()) == {}
    assert not any(state.online for state in health.states().values())


def test_only_a_device_with_a_line_is_called_connected():
    with inbox.opened() as database, inbox.committing(database):
        health.note_heard(
            database, [health.Heard("h", "HTTP", "x", 1, 1), health.Heard("t", "HJ212", "x", 1, 1)]
        )
    assert {code: state.online for code, state in health.states().items()} == {"h": False, "t": True}


def test_an_order_nobody_answers_fails_after_three_tries(monkeypatch):
    monkeypatch.setattr(orders, "WAIT", 100)
    order = orders.ask(device(), "1012", {}, "张三")

    async def run() -> int:
        async with running(device()) as gateway:
            link = await Link.to(gateway)
            await link.send(frame(flag="4"))
            for _ in range(200):
                await asyncio.sleep(0.05)
                if orders.of_device(MN)[0].state == "failed":
                    break
            return (await link.hear()).count(b"CN=1012")

    assert asyncio.run(run()) == 3
    (found,) = orders.of_device(MN)
    assert (found.id, found.state, found.tries) == (order, "failed", 3)


@pytest.mark.parametrize(("cn", "params", "said"), [
    ("9999", {}, "不在可下发"), ("2061", {"BeginTime": "1"}, "EndTime"), ("2061", {"BeginTime": "1;x", "EndTime": "2"}, "符号"),
])  # fmt: skip
def test_what_cannot_be_asked(cn, params, said):
    with pytest.raises(ValueError, match=said):
        orders.ask(device(), cn, params, "张三")


def test_hydrology_is_kept_and_confirmed():
    station = device(STATION, protocol="SL651", password="1234")
    said = talk(report(), known=[station], protocol="SL651")
    (answer,) = sl651.Splitter().feed(said)
    assert (answer.up, answer.function, answer.station, answer.crc_ok) == (False, 0x32, STATION, True)
    assert len(inbox.last_frames(STATION)) == 1


def test_hydrology_with_a_wrong_password_or_sum():
    station = device(STATION, protocol="SL651", password="9999")
    assert talk(report(), known=[station], protocol="SL651") == b""
    assert "密码" in why(STATION)
    assert talk(report()[:-1] + b"\x00", known=[station], protocol="SL651") == b""


def test_a_link_is_kept_alive_without_an_answer():
    station = device(STATION, protocol="SL651", password="1234")
    alive = report(function=0x2F, body=bytes.fromhex("0007261120120000"))
    assert talk(alive, known=[station], protocol="SL651") == b""
    assert inbox.last_frames(STATION)
