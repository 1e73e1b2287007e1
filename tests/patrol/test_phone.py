"""What the phone page is answered: signed in or not, kept, refused."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from jiuzhi.core import records
from jiuzhi.engine.patrol.models import Duty, Finding, Patrol

from .conftest import NOW, UNIT
from .test_work import picture, seen, sent


@pytest.fixture
def phone(client, chief):
    client.force_login(chief)
    return client


@pytest.fixture(autouse=True)
def _then(monkeypatch):
    monkeypatch.setattr("jiuzhi.interfaces.field.views.timezone.now", lambda: NOW)


def post(client, given):
    return client.post(reverse("field_patrol"), json.dumps(given), content_type="application/json")


def test_the_shell_names_nobody_and_is_installable(client, db):
    assert client.get("/field/").status_code == 200
    worker = client.get("/field/sw.js").content.decode()
    assert "VERSION" in worker
    for address in json.loads(worker.split("const KEPT = ")[1].split(";\n")[0]):
        assert client.get(address).status_code == 200, address
    assert client.get("/field/manifest.webmanifest").json()["scope"] == "/field/"


def test_a_session_that_ended_is_told(client, db):
    for name in ("field_patrol", "field_finding"):
        assert client.post(reverse(name)).status_code == 401
    assert "登录" in client.get(reverse("field_state")).json()["why"]


def test_a_patrol_and_a_finding_sent_twice(phone, duty):
    given, found = sent(duty), seen(duty)
    assert phone.get(reverse("field_state")).json()["duties"][0]["id"] == duty.pk
    for _ in range(2):
        assert post(phone, given).json()["kept"] == given["uuid"]
        answer = phone.post(reverse("field_finding"), {"data": json.dumps(found), "photo": picture()})
        assert answer.json()["kept"] == found["uuid"]
        assert answer.json()["case"]
    assert (Patrol.objects.count(), Finding.objects.count()) == (1, 1)


def test_what_is_due_stands_first_and_what_was_walked_last(phone, duty, land, monkeypatch):
    monkeypatch.setattr("jiuzhi.interfaces.field.views.today", NOW.date)
    later = Duty(
        code="R2",
        name="牧龙河",
        kind="河长",
        level="乡",
        org=land[UNIT],
        unit="month",
        valid_from=duty.valid_from,
    )
    records.save(later, records.SYSTEM, "test")

    def shown():
        duties = phone.get(reverse("field_state")).json()["duties"]
        return [(d["name"], d["done"], d["due"], d["rhythm"]) for d in duties]

    month = ("牧龙河", False, "最晚 09-30", "每月一次")
    assert shown() == [month, ("任河城区段", False, "最晚 10-04", "每周一次")]
    post(phone, sent(duty))
    assert shown() == [month, ("任河城区段", True, "本期已巡", "每周一次")]
    phone.cookies["django_language"] = "en"
    assert shown()[1][2:] == ("walked this period", "weekly")


@pytest.mark.parametrize("body", ["", "{", "[]", "null", "1", "[" * 100_000, '{"uuid": NaN}', '"\\ud800"'])
def test_what_is_no_record_is_refused_with_a_sentence(phone, duty, body):
    answer = phone.post(reverse("field_patrol"), body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["why"]
    assert phone.post(reverse("field_finding"), {"data": body}).status_code == 422


def test_another_persons_number_is_refused(phone, duty, person):
    given = sent(duty)
    post(phone, given)
    phone.force_login(person("chief", UNIT))
    assert post(phone, given).status_code == 403
    assert post(phone, given | {"uuid": sent(duty)["uuid"], "duty": 10**9}).status_code == 403


def test_without_the_token_nothing_is_taken(duty, chief):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(chief)
    assert post(strict, sent(duty)).status_code == 403
    assert not Patrol.objects.exists()
