"""What a hostile visitor, or a hostile instrument, tries on the pages of devices, values, comparison and quality."""

import io
import json
from datetime import timedelta

import pytest
from django.utils import timezone

from jiuzhi.core import records
from jiuzhi.engine.observe import health, inbox, orders
from jiuzhi.engine.observe.drain import drain
from jiuzhi.engine.observe.health import Heard, Refusal
from jiuzhi.master.models import Device
from jiuzhi.protocol import hj212

MN = "500229000000000000000001"
SCRIPT = "<script>alert(1)</script>"
ODD = ["", SCRIPT, "\x00", "'", "../../x", "9" * 30, "-1", "0001-01-01", "9999-12-31", "2026-13-45", "²", "%", "all", "A1|PM2.5", "B1|PM2.5", "|", "{}", "长" * 3000]  # fmt: skip


def made(orgs, code=MN, **more) -> Device:
    found = Device(**({"code": code, "name": f"{SCRIPT}站", "protocol": "HJ212", "org": orgs.county} | more))
    records.save(found, records.SYSTEM)
    return found


def hear(code: str, *raw: bytes, protocol: str = "HJ212", **more) -> None:
    at = inbox.now()
    with inbox.opened() as database, inbox.committing(database):
        inbox.add(database, [(code, protocol, at, 0, one) for one in raw])
        health.note_heard(database, [Heard(code, protocol, SCRIPT, at, len(raw), **more)])


@pytest.fixture
def hostile(orgs, stations):
    """A device whose every text is a script or a control sign, and what it sent, in the lake."""
    device = made(orgs, station=stations[0])
    pushed = made(orgs, "h1", protocol="HTTP", name="推送", station=stations[0])
    now = timezone.localtime()
    head = f"QN={now:%Y%m%d%H%M%S}000;ST=22;CN=2051;PW={SCRIPT};MN={MN};Flag=5;{SCRIPT}=1"
    bodies = [f"a34004-Avg=1,a34004-Flag={mark}" for mark in ("\x01", "\x00", "<b>", "=1+1", "\r\n", "长")]
    bodies += [f"a34004-{SCRIPT}={SCRIPT}", f"{SCRIPT}-Avg=1", f"a34004-Avg={SCRIPT}"]
    frames = [
        hj212.frame(f"{head};CP=&&DataTime={now - timedelta(minutes=n):%Y%m%d%H%M%S};{body}&&".encode())
        for n, body in enumerate(bodies)
    ]
    hear(MN, *frames, b"\xff" * 50, said=SCRIPT, clock=10**12)
    hear(
        "h1",
        json.dumps(
            {SCRIPT: SCRIPT, "time": "0001-01-01T00:00:00+14:00", "values": {SCRIPT: SCRIPT, "PM2.5": 1}}
        ).encode(),
        json.dumps({"time": "9999-12-31T23:59:59-23:59", "values": {"PM2.5": 1}}).encode(),
        protocol="HTTP",
    )
    with inbox.opened() as database, inbox.committing(database):
        health.note_refused(
            database, [Refusal(MN, SCRIPT, inbox.now(), SCRIPT, SCRIPT.encode() + b"\xff\x00")]
        )
        health.note_heard(database, [Heard(SCRIPT, SCRIPT, SCRIPT, inbox.now(), refused=1, said=SCRIPT)])
    assert drain().new >= 6
    return device, pushed


def test_what_instruments_send_is_text_on_every_page(officer, hostile):
    pages = [f"/county/500229/devices/{one.pk}/" for one in hostile]
    for at in [
        "/county/500229/devices/",
        *pages,
        "/county/500229/stations/A1/",
        "/county/500229/quality/",
        "/county/500229/compare/",
    ]:
        answer = officer.get(at)
        assert answer.status_code == 200, at
        assert SCRIPT not in answer.content.decode(), at


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_values_with_control_signs_can_be_taken_away(officer, hostile, form):
    answer = officer.get(f"/county/500229/stations/A1/data.{form}")
    assert answer.status_code == 200
    said = b"".join(answer.streaming_content)
    if form == "xlsx":
        from openpyxl import load_workbook

        cells = [
            cell
            for sheet in load_workbook(io.BytesIO(said))
            for row in sheet.iter_rows(values_only=True)
            for cell in row
        ]
        assert "=1+1" not in cells
    if form == "csv":
        assert b",=1+1" not in said


@pytest.mark.parametrize(("at", "names"), [
    ("devices/", ["q", "view", "page"]), ("devices/{pk}/", ["wrong", "page"]), ("stations/A1/", ["property", "period", "until", "kind", "month"]),
    ("stations/A1/live/", ["seen", "property", "period", "until", "kind"]), ("stations/A1/revisions/", ["property", "kind", "time"]),
    ("stations/A1/data.csv", ["from", "to", "property", "kind", "revisions"]), ("stations/A1/data.xlsx", ["from", "property"]),
    ("compare/", ["s", "station", "property", "period", "until", "kind", "of"]), ("compare/data.csv", ["s", "from", "to", "kind"]),
    ("quality/", ["month", "station", "property", "check", "state", "page"]), ("stations/", ["view", "kind", "q"]),
])  # fmt: skip
def test_no_address_breaks_a_page(officer, hostile, at, names):
    for name in names:
        for value in ODD:
            answer = officer.get(f"/county/500229/{at.format(pk=hostile[0].pk)}", {name: value})
            assert answer.status_code in (200, 204, 302, 400, 404, 422), (name, value, answer.status_code)
            if not answer.streaming and name != "form":
                assert SCRIPT not in answer.content.decode(), (name, value)
            elif answer.streaming:
                b"".join(answer.streaming_content)


@pytest.mark.parametrize("name", ["cn", "begin", "end", "interval"])
def test_no_order_breaks_the_page_or_carries_a_second_one(officer, hostile, name):
    at = f"/county/500229/devices/{hostile[0].pk}/ask/"
    whole = {"cn": "2061", "begin": "2026-11-20T00:00", "end": "2026-11-20T12:00"}
    for value in [*ODD, "0001-01-01T00:00", "9999-12-31T23:59:59+00:00", "1&&;CN=1012", "60\r\n"]:
        given = whole | {name: value} if name != "interval" else {"cn": "1062", "interval": value}
        assert officer.post(at, given, follow=True).status_code == 200, value
    for order in orders.of_device(MN, 100):
        assert all(value.isdigit() for value in json.loads(order.params).values())


def test_a_neighbour_sees_and_takes_nothing(client, people, hostile):
    client.force_login(people.stranger)
    for at in (
        f"devices/{hostile[0].pk}/",
        "devices/",
        "stations/A1/data.csv",
        "stations/A1/live/",
        "compare/data.csv?s=A1|PM2.5",
        "quality/",
    ):
        for code in ("500229", "500240"):
            answer = client.get(f"/county/{code}/{at}")
            said = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert MN.encode() not in said
            assert "县城站".encode() not in said


def test_an_interval_of_ages_breaks_nothing(officer, hostile):
    device = hostile[0]
    device.interval = device.clock = device.per_minute = 2_000_000_000
    records.save(device, records.SYSTEM)
    for at in ("devices/", f"devices/{device.pk}/", "stations/A1/", "stations/", "quality/"):
        assert officer.get(f"/county/500229/{at}").status_code == 200
