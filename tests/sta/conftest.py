"""Two counties with stations and a few values in the lake, and people who may see one of them."""

import shutil
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from urllib.parse import quote

import pyarrow as pa
import pytest
from django.test import Client
from django.test.utils import override_settings

from jiuzhi.core import records, tokens
from jiuzhi.core.models import Grant, Org, User
from jiuzhi.engine.observe import lake
from jiuzhi.master.models import Station

BASE = "/sta/v1.1"
START = datetime(2026, 11, 19, 16, tzinfo=UTC)  # midnight of 20 November in China
RIVER = "重庆市/水寨子"


def person(name, role, org):
    user = User.objects.create_user(name, password="x" * 12)
    Grant.objects.create(user=user, role=role, org=org)
    return user


@pytest.fixture
def land(db):
    city = Org.objects.create(code="500000", name="重庆市", kind="city")
    county = Org.objects.create(code="500229", name="城口县", kind="county", parent=city)
    other = Org.objects.create(code="500240", name="石柱县", kind="county", parent=city)

    def station(code, name, kind, county=county, **more):
        return Station.objects.create(code=code, name=name, kind=kind, level="county", county=county, **more)

    station("A1", "县城站", "air", lon=Decimal("108.664900"), lat=Decimal("31.947500"), synthetic=True)
    station("A'2", "高观站", "air", lon=Decimal("108.9"), lat=Decimal("31.8"))
    station(RIVER, "水寨子", "river", water_body="任河", target_class="Ⅱ")  # nobody wrote its place down
    station("B1", "石柱站", "air", other, lon=Decimal("108.1"), lat=Decimal("30.0"))
    return SimpleNamespace(city=city, county=county, other=other)


def observation(station, item, kind, time, value, **more):
    local = time + timedelta(hours=8)
    known = {
        "station": station, "property": item, "kind": kind, "time": time, "day": local.date(), "value": Decimal(value), "unit": "µg/m³",
        "qualifier": "", "raw": str(value), "flag": 0, "batch": "b", "synthetic": False, "month": f"{local:%Y-%m}",
    }  # fmt: skip
    return known | more


def keep(rows, number=1):
    """Commit observations; those that were there before become revisions."""
    full = [r | {"revision": 1} for r in rows]
    lake.append(pa.Table.from_pylist(full, schema=lake.SCHEMA), app="test", version=number)


@pytest.fixture(scope="session")
def told(tmp_path_factory):
    """The lake of these tests, written once: each test has a copy.

    A1: 48 hours of PM2.5 (value = hour) and O3, a day of each; one hour revised. The river: three samples. The neighbour: hours.
    """
    folder = tmp_path_factory.mktemp("told") / "lake"
    with override_settings(LAKE_DIR=folder):
        hours = [START + timedelta(hours=n) for n in range(48)]
        rows = [observation("A1", "PM2.5", "hour", t, n, synthetic=True) for n, t in enumerate(hours)]
        rows += [observation("A1", "O3", "hour", t, 100 - n) for n, t in enumerate(hours)]
        rows += [
            observation("A1", "PM2.5", "day", START, "23.5"),
            observation("A'2", "PM2.5", "hour", START, 7),
        ]
        rows += [observation("B1", "PM2.5", "hour", t, 500) for t in hours]
        for n in range(3):
            moment = datetime(2026, 9 + n, 3, 2, 30, tzinfo=UTC)
            below = "" if n else "L"
            rows.append(
                observation(RIVER, "NH3N", "sample", moment, f"0.{n + 1}", unit="mg/L", qualifier=below)
            )
        keep(rows)
        keep([observation("A1", "PM2.5", "hour", START, "0.125", synthetic=True)], 2)
    return folder


@pytest.fixture
def measured(land, told, settings):
    shutil.copytree(told, settings.LAKE_DIR)
    return land


class Asker:
    """A program with somebody's token."""

    def __init__(self, user):
        _token, self.token = tokens.issue(user, "试", 30, records.SYSTEM)
        self.client = Client(headers={"Authorization": f"Bearer {self.token}"})

    def raw(self, path):
        """``path`` as a person writes it: blanks, quotes and Chinese are encoded on the way."""
        address, _, query = path.partition("?")
        return self.client.get(f"{BASE}{quote(address)}" + (f"?{quote(query, safe='&=$')}" if query else ""))

    def get(self, path, status=200):
        answer = self.raw(path)
        assert answer.status_code == status, answer.content.decode()
        return answer.json()

    def ids(self, path):
        return [one["@iot.id"] for one in self.get(path)["value"]]

    def follow(self, link):
        """The page at an address the server gave."""
        answer = self.client.get(link.removeprefix("http://testserver"))
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()

    def refused(self, path, status=400):
        found = self.get(path, status)
        assert set(found) == {"code", "type", "message"}
        assert (found["code"], found["type"]) == (status, "error")
        assert any("一" <= c <= "鿿" for c in found["message"])
        return found["message"]


@pytest.fixture
def ask(measured):
    return Asker(person("monitor", "monitoring", measured.county))
