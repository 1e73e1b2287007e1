"""Sensors from the register of devices, and the kinds of values that instruments send."""

from datetime import timedelta
from decimal import Decimal

import pytest

from jiuzhi.interfaces.sta.rows import kind_of
from jiuzhi.master.models import Device, Station

from .conftest import RIVER, START, keep, observation


@pytest.fixture
def device(measured):
    def made(code, station="A1", **more):
        known = {
            "name": "微站",
            "protocol": "HJ212",
            "maker": "某厂",
            "model": "X-1",
            "password": "654321",
            "key_secret": "0" * 32,
        }
        return Device.objects.create(
            code=code,
            station=Station.objects.get(code=station),
            org=measured.county,
            county=measured.county,
            **known | more,
        )

    return made


def test_a_station_without_a_device_says_so(ask):
    sensor = ask.get(f"/Things('{RIVER}')/Datastreams('{RIVER}:NH3N:sample')/Sensor")
    assert (sensor["@iot.id"], sensor["name"]) == (f"station:{RIVER}", "仪器未登记")


def test_the_one_device_of_a_station_is_its_sensor_and_keeps_its_secrets(ask, device):
    device("31110000AB")
    answer = ask.raw("/Datastreams('A1:O3:hour')/Sensor")
    sensor = answer.json()
    assert (sensor["@iot.id"], sensor["name"], sensor["metadata"]) == (
        "31110000AB",
        "微站",
        "某厂，X-1，HJ212",
    )
    assert "654321" not in answer.content.decode()
    assert "0" * 32 not in answer.content.decode()
    assert ask.ids("/Sensors('31110000AB')/Datastreams") == ["A1:O3:hour", "A1:PM2.5:day", "A1:PM2.5:hour"]
    assert ask.ids(
        "/Datastreams?$filter=Sensor/properties/model eq 'X-1' and substringof('O3', @iot.id)"
    ) == ["A1:O3:hour"]


def test_several_devices_stand_together_because_the_lake_does_not_tell_them_apart(ask, device):
    device("D1")
    device("D2", name="备机")
    sensor = ask.get("/Datastreams('A1:O3:hour')/Sensor")
    assert (sensor["@iot.id"], sensor["name"], sensor["metadata"]) == ("station:A1", "2 台仪器", "微站、备机")
    assert len(ask.ids("/Sensors")) == 3


def test_devices_of_another_county_are_not_shown(ask, device, measured):
    made = device("F1", "B1")
    made.county = made.org = measured.other
    made.save()
    assert "F1" not in ask.ids("/Sensors")
    ask.refused("/Sensors('F1')", 404)


@pytest.mark.parametrize(
    ("kind", "title", "hours"),
    [
        ("hour.max", "小时最大", 1),
        ("day.cou", "日总量", 24),
        ("minute", "分钟", 0),
        ("instant.zs", "实时折算", 0),
        ("odd", "odd", 0),
    ],
)
def test_kinds(ask, kind, title, hours):
    assert kind_of(kind).title == title
    keep([observation("A1", "SO2", kind, START, Decimal(9))], 5)
    stream = ask.get(f"/Datastreams('A1:SO2:{kind}')")
    assert f"（{title}）" in stream["name"]
    end = (START + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert stream["resultTime"] == f"{end}/{end}"
    asked = f"/Observations?$filter=resultTime eq {end} and Datastream/properties/kind eq '{kind}'"
    assert len(ask.ids(asked)) == 1


def test_a_property_only_the_instruments_know_is_listed(ask):
    keep([observation("A1", "a21026", "minute", START, Decimal(9), unit="mg/m³")], 5)
    found = ask.get("/Datastreams('A1:a21026:minute')/ObservedProperty")
    assert found["name"].startswith("二氧化硫")
    assert "a21026" in ask.ids("/ObservedProperties?$top=1000")
