"""Nothing a device can send stops the way into the lake: what cannot be read is named, and the frames behind it come in."""

import json
from datetime import datetime

import pytest

from jiuzhi.core.local import LOCAL
from jiuzhi.engine.observe import assessed, devices, health, inbox, lake, quality
from jiuzhi.engine.observe.decoding.explain import explain
from jiuzhi.engine.observe.drain import drain

from .instruments import MN, NOON, STATION, device, frame, report

KNOWN = {
    MN: device(units=(("w01018", "µg/L"),)),
    "good": device("good", protocol="HTTP", station="G1"),
    "h1": device("h1", protocol="HTTP", station="A1"),
    "h2": device("h2", protocol="HTTP", station="A2", mapping="time = ts\nkind = minute\nPM2.5 = v ng/m³"),
    STATION: device(STATION, protocol="SL651", station="H1"),
}


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    monkeypatch.setattr(devices, "listed", lambda: KNOWN)


def receive(code: str, *raw: bytes, part: int = 0) -> None:
    at = int(NOON.replace(tzinfo=LOCAL).timestamp() * 1000)
    with inbox.opened() as database, inbox.committing(database):
        inbox.add(database, [(code, KNOWN[code].protocol, at, part, one) for one in raw])
        health.note_heard(database, [health.Heard(code, KNOWN[code].protocol, "x", at, len(raw))])


TIME = '"2026-11-20T12:00:00+08:00"'
NUMBERS = [
    "1e9999999", "1e99999999999999999999999", "1e-9999999", "1e-999999999999", "0e999999999", "-1e9999999", "999999999999.9999999",
    "-999999999999.9999999", "999999999999", "1e12", "1e11", "12345678901234567890.12345678901234567890", "0." + "1" * 400, "9" * 4000, "9" * 5000,
    "NaN", "Infinity", "-Infinity", "true", "null", "[]", "{}", '"NaN"', '"sNaN"', '"1e9999999"', '"1e99999999999999999999"', '"\\ud800"',
    '"1\\u0000"', '"１２"', '"1_0"', '""', '"-0"', "-0.0", '"999999999999.9999999"',
]  # fmt: skip
TIMES = [
    "1e9999999", "1e99999999999999999999", "1e30", "-1e30", "0", "1e-9999999", "NaN", "true", "null", '"0001-01-01T00:00:00+23:59"', '"0001-01-01"',
    '"9999-12-31T23:59:59-23:59"', '"9999-12-31T23:59:59.999999"', '"\\ud800"', '"20261120"', '"²"', '"1e9"', "9" * 30, '"' + "9" * 5000 + '"',
    "253402300799", "99999999999", "100000000001",
]  # fmt: skip
BODIES = [
    *(f'{{"time": {TIME}, "values": {{"{item}": {n}}}}}' for n in NUMBERS for item in ("PM2.5", "pressure")),
    *(f'{{"time": {t}, "values": {{"PM2.5": 1}}}}' for t in TIMES),
    *(f'{{"ts": {t}, "v": {n}}}' for t, n in [(TIME, n) for n in NUMBERS] + [(t, "1") for t in TIMES]),
    f'{{"time": {TIME}, "kind": "\\ud800", "values": {{"PM2.5": 1}}}}', f'{{"time": {TIME}, "kind": ["minute"], "values": {{"PM2.5": 1}}}}',
    f'{{"time": {TIME}, "values": {{"\\ud800": 1, "": 1, "{"长" * 5000}": 1, "PM2.5": 1}}}}', f'{{"time": {TIME}, "values": {{"PM2.5": 1, "PM2.5": 2}}}}',
    "[" * 50_000, '{"a":' * 50_000, "", "null", "1", '"x"', "[[]]", "[null]", '{"time": {}, "values": {}}',
]  # fmt: skip


def behind(code: str, *raw: bytes, part: int = 0) -> None:
    """All these frames, and a good one behind them: it comes in, and the page shows each of them."""
    receive(code, *raw, part=part)
    receive("good", json.dumps({"time": "2026-11-20T12:00:00+08:00", "values": {"PM2.5": 1}}).encode())
    assert drain().frames == len(raw) + 1
    assert len(lake.current("G1")) == 1
    for one in raw:
        said = explain(one, KNOWN[code], KNOWN[code].protocol, datetime.now(LOCAL))
        assert not any("程序没能解读" in fault for fault in said.faults)
    health.states()
    assessed.refresh(NOON.date())
    quality.refresh()


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["h1", "h2"])
def test_no_json_stops_the_frames_behind_it(code):
    behind(code, *(body.encode("utf-8", "surrogatepass") for body in BODIES))


def test_what_is_no_moment_of_this_world_is_no_last_data_time():
    receive("h1", b'{"time": "9999-12-31T23:59:59-23:59", "values": {"PM2.5": 1}}')
    drain()
    assert health.states()["h1"].data_at is None


def test_a_decoder_that_fails_holds_nothing_up(monkeypatch):
    from jiuzhi.engine.observe.decoding import pollution

    monkeypatch.setattr(pollution, "decode", lambda *_: 1 / 0)
    receive(MN, frame())
    receive("good", json.dumps({"time": "2026-11-20T12:00:00+08:00", "values": {"PM2.5": 1}}).encode())
    done = drain()
    assert (done.frames, done.faulty, done.new) == (2, 1, 1)
    assert "没能解读" in explain(frame(), KNOWN[MN], "HJ212", datetime.now(LOCAL)).faults[0]


SEGMENTS = [
    *({"body": f"w01018-Rtd={n},w01018-Flag=N"} for n in ("999999999999.9999999", "-999999999999.9999999", "9" * 15, "9" * 15 + ".9999999999", "1e5", "NaN", "", "--1", "1" * 300)),
    *({"body": f"w01018-Rtd=1,w01018-Flag={mark}"} for mark in ("\0", "\x01\x02", "<b>", "长长长长长", "\x85", "\u2028", "N" * 500)),
    *({"body": f"{code}-Rtd=1"} for code in ("w" * 300, "\0", "<script>", "a-b-c", "")),
    *({"at": at} for at in (datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59), datetime(1991, 4, 14, 2, 30), datetime(1990, 1, 1), datetime(1900, 1, 1))),
    *({"flag": flag} for flag in ("5555555", "-1", "255", "7", "", "²", "0005", "\0")),
    {"cn": "2011" * 50}, {"cn": "\0"}, {"cn": "2061", "body": "w01018-Avg=1,w01018-Min=2,w01018-Max=3,w01018-Cou=999999999999.9999999"},
]  # fmt: skip


@pytest.mark.django_db
def test_no_segment_stops_the_frames_behind_it():
    behind(MN, *(frame(**given) for given in SEGMENTS))


REPORTS = [
    b"", b"\0", b"\0" * 8, bytes.fromhex(f"0007261120120000F1F1{STATION}48"), bytes.fromhex(f"0007000000000000F1F1{STATION}48F0F00001010000") + b"\x39\xf8" + b"\x99" * 31,
    bytes.fromhex(f"0007261120120000F1F1{STATION}48F0F02611201200") + b"\x39\xff" + b"\x99" * 31, bytes.fromhex(f"0007261120120000F1F1{STATION}48F0F02611201200") + b"\xf4\xf8" + b"\xfe" * 31,
    bytes.fromhex(f"0007261120120000F1F1{STATION}48F0F02611201200") + b"\x39\x07", bytes.fromhex(f"0007261120120000F1F1{STATION}48F0F06902292460") + b"\x39\x1a\x00\x00\x01", b"\xff" * 4000,
]  # fmt: skip


@pytest.mark.django_db
def test_no_report_stops_the_frames_behind_it():
    behind(STATION, *(report(body=body) for body in REPORTS))


@pytest.mark.django_db
def test_no_packets_stop_the_frames_behind_them():
    packets = [(1, 1), (0, 0), (5, 2), (4095, 4095), (1, 0), (0, 1)]
    behind(STATION, *(report(body=body, packet=packet) for body in REPORTS for packet in packets), part=1)
