"""The pages of devices: states, last frames, refusals, strangers, orders, and who may see and ask."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from jiuzhi.core import records
from jiuzhi.core.models import AuditEntry
from jiuzhi.engine.observe import devices, health, inbox, orders
from jiuzhi.engine.observe.decoding import Reading, plain
from jiuzhi.engine.observe.drain import drain
from jiuzhi.engine.observe.health import Heard, Refusal
from jiuzhi.interfaces.web import closed
from jiuzhi.master.models import Device
from jiuzhi.protocol import hj212

MN = "500229000000000000000001"


def frame(body: str = "w01018-Rtd=12.5,w01018-Flag=N") -> bytes:
    now = timezone.localtime()
    return hj212.frame(
        f"QN={now:%Y%m%d%H%M%S}000;ST=32;CN=2011;PW=123456;MN={MN};Flag=5;CP=&&DataTime={now:%Y%m%d%H%M%S};{body}&&"
    )


def hear(code: str = MN, raw: bytes = b"", ago: timedelta = timedelta(), **more) -> None:
    at = int((timezone.now() - ago).timestamp() * 1000)
    with inbox.opened() as database, inbox.committing(database):
        if raw:
            inbox.add(database, [(code, "HJ212", at, 0, raw)])
        health.note_heard(
            database, [Heard(code, "HJ212", "10.0.0.9", at, **({"frames": 1} if raw else {}), **more)]
        )


@pytest.fixture
def device(orgs, stations):
    made = Device(
        code=MN,
        name="出口数采仪",
        protocol="HJ212",
        password="654321",
        station=stations[0],
        org=orgs.county,
        interval=60,
    )
    records.save(made, records.SYSTEM)
    return made


@pytest.fixture
def at(device):
    return f"/county/500229/devices/{device.pk}/"


@pytest.mark.parametrize(("ago", "more", "said"), [
    (timedelta(), {}, "在线"), (timedelta(hours=1), {}, "离线"), (timedelta(), {"said": "校验错"}, "在线，有问题"), (timedelta(), {"clock": 900}, "在线，有问题"),
])  # fmt: skip
def test_the_state_of_a_device(officer, device, at, ago, more, said):
    hear(raw=frame(), ago=ago, **more)
    for page in ("/county/500229/devices/", at):
        assert f"</span> {said}" in officer.get(page).content.decode()


def test_a_hexadecimal_password_may_be_written_small(device):
    device.protocol, device.password = "SL651", "12ab"
    assert devices.known(device).password == "12AB"


@pytest.mark.parametrize(("ahead", "said"), [(900, "快 900 秒"), (-3700, "慢 3700 秒"), (0, ">准<")])
def test_a_clock_in_words(officer, device, at, ahead, said):
    hear(raw=frame(), clock=ahead)
    for page in ("/county/500229/devices/", at):
        assert said in officer.get(page).content.decode()


def test_a_device_out_of_use_is_not_on_line(officer, device):
    hear(raw=frame())
    device.state = "停用"
    records.save(device, records.SYSTEM)
    page = officer.get("/county/500229/devices/?view=on").content.decode()
    assert "<b>0</b> 台在线" in page
    assert "出口数采仪" not in page


def test_a_device_that_never_spoke(officer, device):
    assert "还没有连上过" in officer.get("/county/500229/devices/").content.decode()


def test_frames_are_shown_field_by_field_and_without_the_password(officer, at):
    hear(raw=frame())
    hear(raw=frame("w01018-Rtd=x,w01018-Flag=N"))
    page = officer.get(at).content.decode()
    assert "化学需氧量 实时值 mg/L" in page
    assert "不是数" in page
    assert "123456" not in page
    assert page.count('class="frame-j"') == 2
    assert officer.get(at + "?wrong").content.decode().count('class="frame-j"') == 1


def test_refusals_and_strangers(officer, device, at):
    now = int(timezone.now().timestamp() * 1000)
    with inbox.opened() as database, inbox.committing(database):
        health.note_refused(database, [Refusal(MN, "10.0.0.9", now, "访问密码不对", b"x")])
    hear("88888888", refused=1, said="设备没有登记")
    assert "访问密码不对" in officer.get(at).content.decode()
    page = officer.get("/county/500229/devices/").content.decode()
    assert "88888888" in page
    assert "?code=88888888&amp;protocol=HJ212" in page


def test_filters(officer, device):
    hear(raw=frame())
    for asked, there in (
        ("?view=on", True),
        ("?view=off", False),
        ("?view=wrong", False),
        ("?q=出口", True),
        ("?q=没有", False),
    ):
        assert ("出口数采仪" in officer.get(f"/county/500229/devices/{asked}").content.decode()) is there


def test_an_order_is_asked_for_and_listed(officer, at):
    answer = officer.post(
        at + "ask/", {"cn": "2061", "begin": "2026-11-20T00:00", "end": "2026-11-20T12:00"}, follow=True
    )
    assert "补传小时数据" in answer.content.decode()
    (order,) = orders.of_device(MN)
    assert (order.cn, order.params) == (
        "2061",
        '{"BeginTime": "20261120000000", "EndTime": "20261120120000"}',
    )
    (noted,) = AuditEntry.objects.filter(action="order")
    assert (noted.why, noted.user.get_username()) == ("补传小时数据", order.asked_by)
    record = officer.get(reverse("record", args=["500229", "master.device", noted.key])).content.decode()
    assert "下发命令" in record
    assert "查看敏感字段" not in record


@pytest.mark.parametrize(
    "form",
    [
        {"cn": "2061"},
        {"cn": "9"},
        {"cn": "1062", "interval": "5"},
        {"cn": "2031", "begin": "x", "end": "y"},
        {},
    ],
)
def test_an_order_that_makes_no_sense_says_so(officer, at, form):
    answer = officer.post(at + "ask/", form, follow=True)
    assert 'class="note error"' in answer.content.decode()
    assert not orders.of_device(MN)


def test_who_may_see_and_ask(client, people, device, at):
    for who, sees, asks in (
        (people.monitor, 200, 302),
        (people.leader, 200, 403),
        (people.stranger, 404, 404),
        (people.auditor, 200, 403),
    ):
        client.force_login(who)
        assert client.get(at).status_code == sees
        assert client.post(at + "ask/", {"cn": "1011"}).status_code == asks


def test_a_device_that_is_not_in_use_is_asked_nothing(officer, device, at):
    device.state = "停用"
    records.save(device, records.SYSTEM)
    assert officer.post(at + "ask/", {"cn": "1011"}).status_code == 403
    assert "停用" in officer.get(at).content.decode()


def test_data_capture_stands_beside_the_state(officer, device, at):
    noon = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
    station = devices.known(device).station
    plain.put(
        Reading(station, item, "instant", noon + timedelta(minutes=n), Decimal(n), synthetic=True)
        for item in ("COD", "pH")
        for n in range(6)
    )
    drain()
    page = officer.get(at).content.decode()
    shown = page[page.index('id="captured"') : page.index('id="orders"')]
    assert shown.count("<tr>") == 4  # the heads, all together, two properties
    assert "模拟数据" in shown
    assert f"到 {noon:%m-%d} 为止" in shown
    again = officer.get(at, headers={"HX-Request": "true"}).content.decode()
    assert 'id="captured"' not in again
    assert 'id="state"' in again


@pytest.mark.parametrize(
    "said", [*(title for title, _ in orders.OFFERED.values()), *orders.STATES.values()], ids=str
)
def test_orders_have_english_words(said):
    with translation.override("en"):
        assert closed.word(said).isascii()
