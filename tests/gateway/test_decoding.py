"""What frames say, as values for the lake: HJ 212, SL 651, JSON."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiuzhi.core.local import LOCAL
from jiuzhi.engine.observe import decoding
from jiuzhi.engine.observe.decoding.explain import explain
from jiuzhi.protocol import hj212
from jiuzhi.protocol.hj212 import sm4

from .instruments import NOON, STATION, device, frame, report, segment

RECEIVED = NOON.replace(tzinfo=LOCAL)
HYDROLOGY = device(STATION, protocol="SL651", password="1234")


def said(raw: bytes, known=None, protocol="HJ212"):
    return decoding.decode([raw], known or device(), protocol, RECEIVED)


def values(found) -> dict:
    return {(r.property, r.kind): r.value for r in found.readings}


@pytest.mark.parametrize(
    ("cn", "body", "expected"),
    [
        ("2011", "w01018-Rtd=12.5,w01018-Flag=N", {("COD", "instant"): Decimal("12.5")}),
        ("2011", "011-Rtd=231.0,060-Rtd=1.803", {("COD", "instant"): Decimal("231.0"), ("NH3N", "instant"): Decimal("1.803")}),
        ("2051", "w00000-Avg=50,w00000-Cou=3.0", {("flow", "minute"): Decimal("0.050"), ("flow", "minute.cou"): Decimal("3.0")}),
        ("2061", "a21026-Avg=40,a21026-Min=1,a21026-Max=90,a21026-ZsAvg=55", {
            ("a21026", "hour"): 40, ("a21026", "hour.min"): 1, ("a21026", "hour.max"): 90, ("a21026", "hour.zs"): 55}),
        ("2031", "Leq-Data=55.1,Leq-DayData=57.0,Leq-NightData=44.8", {
            ("Leq", "day"): Decimal("55.1"), ("Leq", "day.daytime"): Decimal("57.0"), ("Leq", "day.night"): Decimal("44.8")}),
        ("2021", "SB1-RS=1", {}),
    ],
)  # fmt: skip
def test_readings_by_kind_of_message(cn, body, expected):
    found = said(frame(cn=cn, body=body))
    assert values(found) == expected
    assert {r.time for r in found.readings} <= {RECEIVED}


def test_the_same_code_is_another_property_in_ambient_air():
    text = segment(body="a21026-Rtd=8,a34004-Rtd=21").replace("ST=32", "ST=22")
    found = said(hj212.frame(text))
    assert values(found) == {("SO2", "instant"): 8, ("PM2.5", "instant"): 21}
    in_milligrams = device(units=(("a34004", "mg/m³"), ("a21026", "µg/m³")))
    text = text.replace("a34004-Rtd=21", "a34004-Rtd=0.021")
    assert values(said(hj212.frame(text), in_milligrams))["PM2.5", "instant"] == 21


def test_marks_amounts_and_what_is_not_known():
    found = said(
        frame(cn="2061", body="w01018-Avg=12,w01018-Flag=D;w01018x-Avg=1;w21003-Avg=x;w21011-Cou=1.5")
    )
    by = {r.property: r for r in found.readings}
    assert (by["COD"].flag, by["COD"].qualifier) == (2, "D")
    assert by["TP"].unit == "kg"
    assert any("w01018x" in fault for fault in found.faults)
    assert any("不是数" in fault for fault in found.faults)
    assert "NH3N" not in by


@pytest.mark.parametrize(("body", "reason", "kept"), [
    ("w01018-Rtd=99999", "可能的范围", 1), ("w01001-Rtd=15", "可能的范围", 1), ("a34004-Rtd=1,zz-Rtd=1", "zz", 1),
])  # fmt: skip
def test_what_the_weak_checksum_lets_through_is_looked_at_again(body, reason, kept):
    found = said(frame(body=body))
    assert any(reason in fault for fault in found.faults)
    assert len(found.readings) == kept


@pytest.mark.parametrize("at", [NOON + timedelta(days=3), datetime(1985, 1, 1)])
def test_a_time_that_cannot_be_is_left_out(at):
    found = said(frame(at=at))
    assert not found.readings
    assert any("不入库" in fault for fault in found.faults)


def test_an_encrypted_frame_is_read_with_the_old_secret_too():
    new, old = bytes(range(16)), bytes(16)
    raw = sm4.sealed(segment(flag="9"), old)
    assert values(said(raw, device(keys=(new, old)))) == {("COD", "instant"): Decimal("12.5")}
    assert "校验码" in said(raw, device(keys=(new,))).faults[-1]


def test_hydrology():
    found = said(report(), HYDROLOGY, "SL651")
    assert values(found) == {("water_level", "instant"): Decimal("31.23")}
    assert found.data_time == RECEIVED
    hourly = bytes.fromhex(
        f"0007261120120000F1F1{STATION}48F0F02611201100F46005000000000000000000FFFF2619000040F0F026112012003923000104903923FF001234381210A9"
    )
    found = said(report(function=0x34, body=hourly), HYDROLOGY, "SL651")
    rain = [r for r in found.readings if r.property == "rain"]
    assert [r.value for r in rain] == [Decimal("0.5"), *[0] * 9]
    assert rain[1].time - rain[0].time == timedelta(minutes=5)


def test_the_hourly_report_of_a_published_frame():
    """yu-xiaoyao/sl651-2014-server: rain of five minutes from 10:00 on, a level above an unknown base, current rain and level at 11:00."""
    raw = bytes.fromhex(
        "7E7E05001122334403E8340068020033170718110014F1F1001122334448F0F01707181005F4600500000014FFFFFFFFFF0000F0F0170718110026190000"
        "40F0F01707181005F5C0000C000C001C00310031FFFFFFFFFFFFFFFFFFFF00310031F0F0170718110039230001049020190000403812109903F502"
    )
    found = decoding.decode([raw], HYDROLOGY, "SL651", datetime(2017, 7, 18, 11, 1, tzinfo=LOCAL))
    told = [(r.property, r.kind, f"{r.time:%H:%M}", r.value) for r in found.readings]
    assert told[:2] == [("rain", "minute", "10:00", Decimal("0.5")), ("rain", "minute", "10:05", Decimal(0))]
    assert told[4] == ("rain", "minute", "10:20", Decimal("2.0"))
    assert ("water_level", "instant", "11:00", Decimal("10.490")) in told
    assert ("rain", "instant", "11:00", Decimal("4.0")) in told
    assert (
        len([1 for name, kind, at, _ in told if (name, kind, at) == ("water_level", "instant", "11:00")]) == 1
    )


def test_json_as_we_write_it_and_as_others_do():
    mqtt = device("m1", protocol="MQTT")
    own = {
        "time": "2026-11-20T12:00:00",
        "kind": "minute",
        "values": {"PM2.5": 12.3, "细颗粒物": "x", "新东西": 1},
    }
    found = said(json.dumps(own).encode(), mqtt, "MQTT")
    assert values(found) == {("PM2.5", "minute"): Decimal("12.3")}
    assert len(found.faults) == 2
    mapped = device(
        "m1",
        protocol="MQTT",
        mapping="time = ts\nkind = minute\nPM2.5 = d.pm µg/m³\nflow = d.q.0 L/s\nCO = d.none",
    )
    other = [{"ts": int(RECEIVED.timestamp() * 1000), "d": {"pm": 7, "q": ["50"]}}]
    found = said(json.dumps(other).encode(), mapped, "MQTT")
    assert values(found) == {("PM2.5", "minute"): 7, ("flow", "minute"): Decimal("0.050")}
    assert not found.faults
    assert found.readings[0].time == RECEIVED


@pytest.mark.parametrize(("mapping", "reason"), [
    ("PM2.5", "应如"), ("火星 = x", "不认得"), ("PM2.5 = x kPa", "换算"), ("kind = week", "时段类型"),
])  # fmt: skip
def test_a_mapping_that_says_nothing(mapping, reason):
    found = said(b"{}", device(protocol="MQTT", mapping=mapping), "MQTT")
    assert reason in found.faults[0]


@given(st.binary(max_size=300), st.sampled_from(["HJ212", "SL651", "MQTT", "HTTP"]), st.integers(0, 40))
def test_any_bytes_are_decoded_and_explained(data, protocol, at):
    whole = {"HJ212": frame(), "SL651": report()}.get(
        protocol, b'{"time": 1795000000, "values": {"PM2.5": 1}}'
    )
    for raw in (data, whole[:at] + data + whole[at:]):
        found = decoding.decode([raw], device(), protocol, RECEIVED)
        shown = explain(raw, device(), protocol, RECEIVED)
        assert shown.values == len(found.readings)
        assert all(r.time.tzinfo for r in found.readings)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text() | st.integers(),
        lambda x: st.lists(x) | st.dictionaries(st.text(), x),
    )
)
def test_any_json_is_decoded(value):
    raw = json.dumps({"time": value, "values": {"PM2.5": value, "x": value}}).encode()
    decoding.decode([raw], device(protocol="HTTP"), "HTTP", datetime.now(UTC))


def test_a_password_is_never_shown():
    shown = explain(frame(pw="654321"), device(), "HJ212", RECEIVED)
    assert "654321" not in shown.text + repr(shown.parts)
    assert {"w01018-Rtd", "w01018-Flag", "MN", "校验码"} <= {part.name for part in shown.parts}
    assert not shown.wrong


def test_each_wrong_field_says_so():
    shown = explain(frame(body="w01018-Rtd=x,w01018-Flag=Z"), device(), "HJ212", RECEIVED)
    wrong = {part.name: part.fault for part in shown.parts if part.fault}
    assert set(wrong) == {"w01018-Rtd", "w01018-Flag"}


def test_the_past_sent_again_is_late_whatever_its_time():
    found = said(hj212.frame(segment().replace("CP=&&", "CP=&&RF=1;")))
    assert found.resent
    assert found.about.endswith("（补传）")
    assert not said(frame()).resent


@pytest.mark.parametrize(("flag", "mark", "usable"), [
    ("0", "3", True), ("0", "2", False), ("0", "P", False), ("0", "N", True), ("4", "3", False), ("4", "N", True),
])  # fmt: skip
def test_the_first_edition_marks_in_its_own_way(flag, mark, usable):
    (reading,) = said(frame(flag=flag, body=f"w01018-Rtd=1,w01018-Flag={mark}")).readings
    assert (reading.flag == 0) is usable
