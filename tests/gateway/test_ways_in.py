"""MQTT, HTTP push and file drop: kept before they are acknowledged, refused with a reason."""

import asyncio
import json
import shutil
import socket
import subprocess
import time

import pytest

from jiuzhi.core.models import Org
from jiuzhi.engine.observe import health, inbox, lake
from jiuzhi.engine.observe.drain import drain
from jiuzhi.interfaces.gateway import drop

from .instruments import device, running

SAID = {"time": "2026-11-20T12:00:00+08:00", "kind": "minute", "values": {"PM2.5": 12.3}}


@pytest.fixture
def broker(tmp_path, lacking):
    """A Mosquitto of this test's own: its port."""
    found = shutil.which("mosquitto")
    if found is None:
        lacking("mosquitto 不在本机：装上后再运行 MQTT 的测试")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "mosquitto.conf").write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    child = subprocess.Popen(
        [found, "-c", str(tmp_path / "mosquitto.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield port
    child.terminate()
    child.wait()


def publish(port: int, *messages: tuple[str, bytes]) -> None:
    import paho.mqtt.client as paho

    client = paho.Client(paho.CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    for topic, payload in messages:
        client.publish(topic, payload, qos=1).wait_for_publish(5)
    client.disconnect()
    client.loop_stop()


async def until(true, seconds: float = 8) -> None:
    for _ in range(int(seconds / 0.05)):
        if true():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come about in time")


def test_a_broker_forgets_a_message_only_when_it_is_kept_here(broker, monkeypatch):
    import sqlite3

    def full(*_):
        raise sqlite3.OperationalError("database or disk is full")

    known = [
        device("m1", protocol="MQTT", topic="county/+/17"),
        device("m2", protocol="MQTT"),
        device("m3", protocol="MQTT", state="停用"),
    ]
    raw = json.dumps(SAID).encode()

    async def run() -> None:
        async with running(*known, hj212=None, sl651=None, mqtt=f"mqtt://127.0.0.1:{broker}") as gateway:
            await asyncio.sleep(3)
            await asyncio.to_thread(
                publish, broker, ("county/micro/17", raw), ("jiuzhi/m2", raw), ("jiuzhi/m3", raw)
            )
            await until(lambda: inbox.last_frames("m1") and inbox.last_frames("m2") and health.refusals("m3"))
            with monkeypatch.context() as broken:
                broken.setattr(inbox, "add", full)
                await asyncio.to_thread(publish, broker, ("jiuzhi/m2", raw + b" "))
                await asyncio.sleep(0.5)
                assert len(inbox.last_frames("m2")) == 1
            await until(lambda: len(inbox.last_frames("m2")) == 2)  # it asks the broker once more
            with monkeypatch.context() as broken:
                broken.setattr(inbox, "add", full)
                broken.setattr(gateway.desk, "unkept", -(10**9))
                await asyncio.to_thread(publish, broker, ("jiuzhi/m2", raw + b"  "))
                await asyncio.sleep(0.5)
        # The gateway comes back: the broker still has what was not kept.
        async with running(*known, hj212=None, sl651=None, mqtt=f"mqtt://127.0.0.1:{broker}"):
            await until(lambda: len(inbox.last_frames("m2")) == 3)

    asyncio.run(run())
    assert [one.raw for one in inbox.last_frames("m2")] == [raw + b"  ", raw + b" ", raw]


def test_a_topic_that_cannot_be_does_not_silence_the_other_devices(broker):
    known = [
        device("m0", protocol="MQTT", topic="a/#/b"),
        device("m1", protocol="MQTT"),
        device("m2", protocol="MQTT", per_minute=1),
    ]
    raw = json.dumps(SAID).encode()

    async def run() -> None:
        async with running(*known, hj212=None, sl651=None, mqtt=f"mqtt://127.0.0.1:{broker}") as gateway:
            await asyncio.sleep(3)
            await asyncio.to_thread(
                publish, broker, ("jiuzhi/m1", raw), ("jiuzhi/m2", raw), ("jiuzhi/m2", raw)
            )
            await until(lambda: inbox.last_frames("m1") and health.refusals("m2"))
            gateway.desk.replace({**gateway.desk.known, "m3": device("m3", protocol="MQTT")})
            await asyncio.sleep(2.5)  # the register is still followed
            await asyncio.to_thread(publish, broker, ("jiuzhi/m3", raw))
            await until(lambda: inbox.last_frames("m3"))

    asyncio.run(run())
    assert "不会重来" in health.refusals("m2")[0].why


@pytest.mark.parametrize("url", ["x", "http://h", "mqtt://", "mqtt://h:99999", "mqtt://[h"])
def test_an_address_of_a_broker_that_cannot_be_is_said(url):
    from jiuzhi.interfaces.gateway.mqtt import broker

    with pytest.raises(ValueError, match="MQTT 地址"):
        broker(url)


@pytest.mark.parametrize(("topic", "said"), [
    ("county/17", ""), ("county/17/#", ""), ("county/+/17", ""), ("jiuzhi/m9", ""), ("#", "别的设备"), ("+/17", "别的设备"),
    ("jiuzhi/m1", "别的设备"), ("jiuzhi/+", "别的设备"), ("$share/x/#", "别的设备"), ("a/#/b", "独占"), ("a+", "独占"), ("taken/1", "一个主题"),
])  # fmt: skip
def test_a_topic_that_would_hear_other_devices_is_not_registered(db, topic, said):
    from jiuzhi.core import records
    from jiuzhi.core.models import Org
    from jiuzhi.master.models import Device

    county = Org.objects.create(code="500229", name="城口县", kind="county")
    records.save(Device(code="m1", name="一号", protocol="MQTT", topic="taken/1", org=county), records.SYSTEM)
    found = Device(code="m9", name="九号", protocol="MQTT", topic=topic, org=county).faults().get("topic", "")
    assert said in found
    assert bool(said) == bool(found)


@pytest.fixture
def pushing(db, client, monkeypatch):
    from jiuzhi.core import records
    from jiuzhi.engine.observe.reception import Buckets
    from jiuzhi.interfaces.api import push
    from jiuzhi.master.models import Device

    monkeypatch.setattr(push, "_buckets", Buckets())
    county = Org.objects.create(code="500229", name="城口县", kind="county")
    records.save(
        Device(code="h1", name="一号", protocol="HTTP", password="secret", org=county, per_minute=3),
        records.SYSTEM,
    )

    def post(body, code="h1", token="secret"):
        given = {"HTTP_AUTHORIZATION": f"Bearer {token}"} if token else {}
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return client.post(f"/api/v1/devices/{code}/readings", data, content_type="application/json", **given)

    return post


def test_what_is_answered_with_202_is_kept(pushing):
    answer = pushing([SAID, {**SAID, "values": {"什么": 1}}])
    assert answer.status_code == 202
    assert answer.json()["values"] == 1
    assert "什么" in answer.json()["faults"][0]
    assert drain().new == 1
    assert lake.current("h1").num_rows == 1
    assert health.states()["h1"].frames == 1


@pytest.mark.parametrize(("body", "more", "status", "said"), [
    (SAID, {"token": "wrong"}, 403, "密码"), (SAID, {"token": ""}, 401, ""), (SAID, {"code": "h2"}, 403, "没有登记"),
    (b"{", {}, 422, "JSON"), ({"values": {}}, {}, 422, "时间"), (b"[" * 100_000, {}, 422, ""), (b" " * 300_000, {}, 422, "最多"),
])  # fmt: skip
def test_what_is_not_taken_says_why(pushing, body, more, status, said):
    answer = pushing(body, **more)
    assert answer.status_code == status
    assert said in answer.json()["detail"]
    assert not inbox.last_frames("h1")


def test_guessing_and_flooding_are_slowed_down(pushing):
    assert [pushing(SAID).status_code for _ in range(4)] == [202, 202, 202, 429]
    assert [pushing(SAID, token="x").status_code for _ in range(6)][-1] == 429
    assert pushing(SAID).status_code == 429


def test_a_file_in_a_folder_of_no_county_is_not_imported(db):
    folder = drop.folder() / "inbox"
    folder.mkdir(parents=True)
    (folder / "good.csv").write_text(
        "站点编码,项目,时间,类型,数值,单位\nS1,PM2.5,2026-03-01 08:00,小时,30,µg/m³\n"
    )
    assert drop.take(quiet=0) == 1
    (said,) = (folder / drop.REFUSED).glob("*.txt")
    assert "区县代码" in said.read_text(encoding="utf-8")
    assert lake.version() == -1


def test_a_dropped_file_is_imported_and_a_wrong_one_says_why(db, settings):
    Org.objects.create(code="500229", name="城口县", kind="county")
    folder = drop.folder() / "500229"
    folder.mkdir(parents=True)
    good = "站点编码,项目,时间,类型,数值,单位\nS1,PM2.5,2026-03-01 08:00,小时,30,µg/m³\n"
    (folder / "good.csv").write_text(good, encoding="utf-8")
    (folder / "bad.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (folder / "picture.png").write_bytes(b"x")
    (folder / ".upload").write_text("half")
    assert drop.take(quiet=60) == 0  # still being written, for all we know
    assert drop.take(quiet=0) == 3
    assert [p.name for p in folder.iterdir() if p.is_file()] == [".upload"]
    (taken,) = (folder / drop.TAKEN).iterdir()
    assert taken.read_text(encoding="utf-8") == good
    assert lake.current("S1").num_rows == 1
    reasons = {
        p.name.split("-", 3)[3]: p.read_text(encoding="utf-8") for p in (folder / drop.REFUSED).glob("*.txt")
    }
    assert set(reasons) == {"bad.csv.txt", "picture.png.txt"}
    assert "CSV 或 Excel" in reasons["picture.png.txt"]


@pytest.mark.parametrize("body", [
    b"\xef\xbb\xbf" + json.dumps(SAID).encode(), json.dumps(SAID).encode("utf-16"), b"\x1f\x8b\x08", b"\xff\xfe", b"\0", b"{" * 200_000, b"9" * 200_000,
    b'{"time":1e9999999,"values":{"PM2.5":1}}', json.dumps([SAID] * 2000).encode(), json.dumps({**SAID, "values": {"PM2.5": "9" * 250_000}}).encode(),
    b" " * 3_000_000, b"x" * 12_000_000,
], ids=lambda body: repr(body[:12]))  # fmt: skip
def test_no_body_is_a_fault_of_ours(pushing, body):
    answer = pushing(body)
    assert answer.status_code in (202, 413, 422)
    assert "没能解读" not in answer.content.decode()
    drain()


@pytest.mark.parametrize(
    "code", ["h1%00", "h1/../h1", "%F0%9F%98%80", "x" * 3000, "%FF%FE", "%3Cscript%3E", "h1%0A", "."]
)
def test_no_name_of_a_device_is_a_fault_of_ours(pushing, code):
    for token in ("secret", "é" * 50, "x" * 9000, "\t"):
        assert pushing(SAID, code=code, token=token).status_code in (401, 403, 404, 429)
    health.states()


def test_a_disk_that_cannot_keep_a_body_says_so(pushing, monkeypatch):
    import sqlite3

    def full(*_):
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(inbox, "add", full)
        answer = pushing(SAID)
    assert answer.status_code == 503
    assert "重发" in answer.json()["detail"]
    assert not inbox.last_frames("h1")
