"""Who sees what: nobody without signing in, nobody another county."""

import pytest

from jiuzhi.core.models import User
from jiuzhi.engine.plan.models import Commitment

PAGES = [
    "/county/500229/", "/county/500229/plan/", "/county/500229/plan/projects/", "/county/500229/plan/versions/",
    "/county/500229/commitments/", "/county/500229/commitments/export.csv", "/county/500229/commitments/export.xlsx",
    "/county/500229/stations/", "/county/500229/stations/A1/", "/county/500229/stations/重庆市/水寨子/",
    "/county/500229/imports/", "/county/500229/quality/", "/county/500229/report/", "/county/500229/more/", "/systems/", "/search/?q=污水", "/design/",
]  # fmt: skip


@pytest.mark.parametrize("path", [*PAGES, "/"])
def test_a_visitor_is_led_to_the_door(client, plan, stations, path):
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/?next=")


@pytest.mark.parametrize("path", PAGES)
def test_the_countys_own_people_see_every_page(officer, plan, stations, path):
    assert officer.get(path).status_code == 200


@pytest.mark.parametrize("path", [p for p in PAGES if p.startswith("/county")])
def test_another_countys_officer_sees_none(client, people, plan, stations, path):
    client.force_login(people.stranger)
    answer = client.get(path)
    assert answer.status_code == 404
    assert "没有这个区县" in answer.content.decode()


def test_a_record_of_another_county_cannot_be_reached_through_ones_own(client, people, plan):
    client.force_login(people.stranger)
    record = Commitment.objects.get(code="C1")
    for path in (
        f"commitments/{record.pk}/",
        f"commitments/{record.pk}/rows/",
        f"plan/sentence/commitment/{record.pk}/",
    ):
        assert client.get(f"/county/500240/{path}").status_code == 404
    assert client.post(f"/county/500240/plan/owner/commitment/{record.pk}/", {"owner": ""}).status_code == 404
    assert client.post(f"/county/500240/commitments/{record.pk}/report/", {"value": "1"}).status_code == 404


def test_search_finds_nothing_of_another_county(client, people, plan, stations):
    client.force_login(people.stranger)
    page = client.get("/search/?q=水寨子").content.decode()
    assert "/stations/重庆市" not in page
    assert "没有找到" in page


def test_a_person_without_any_grant_is_told_so(client, db):
    client.force_login(User.objects.create(username="nobody"))
    answer = client.get("/")
    assert answer.status_code == 403
    assert "还没有授权任何区县" in answer.content.decode()


def test_a_leader_of_the_city_switches_between_counties(client, people, plan):
    client.force_login(people.leader)
    page = client.get("/county/500229/").content.decode()
    assert 'href="/county/500240/"' in page


def _title(client, path):
    page = client.get(path).content.decode()
    return page[page.index("<title>") : page.index("</title>")]


@pytest.mark.parametrize("path", ["/", "/search/?q=污水", "/systems/", "/design/"])
def test_a_page_without_a_county_in_its_address_is_that_of_the_county_last_looked_at(
    client, people, plan, path
):
    client.force_login(people.leader)
    for _ in range(2):  # the second time both are kept
        for code, name in (("500229", "城口县"), ("500240", "石柱县")):
            client.get(f"/county/{code}/")
            assert name in _title(client, path)


def test_a_bookmark_without_a_county_keeps_what_it_asks_for(officer, plan):
    answer = officer.get("/commitments/?state=late&q=污水")
    assert answer["Location"].startswith("/county/500229/commitments/?state=late&q=")


def test_what_is_kept_for_one_person_is_not_shown_to_another(client, people, plan):
    client.force_login(people.officer)
    assert "officer" in client.get("/county/500229/").content.decode()
    client.force_login(people.auditor)
    page = client.get("/county/500229/").content.decode()
    assert "auditor" in page
    assert ">officer<" not in page


def test_signing_in_and_out(client, people, settings):
    settings.DEMO = False
    people.officer.set_password("correct horse")
    people.officer.save()
    wrong = client.post("/login/", {"username": "officer", "password": "wrong"})
    assert "用户名或密码不对" in wrong.content.decode()
    assert client.post("/login/", {"username": "officer", "password": "correct horse"}).status_code == 302
    assert client.get("/").status_code == 200
    assert client.post("/logout/").status_code == 302
    assert client.get("/").status_code == 302


def test_demo_logins_are_named_only_in_a_demo(client, db, settings):
    settings.DEMO = False
    assert "演示账号" not in client.get("/login/").content.decode()
    settings.DEMO = True
    assert "演示账号" in client.get("/login/").content.decode()


def test_nothing_leads_away_from_here(client, db):
    answer = client.post("/language/", {"language": "en"}, headers={"referer": "https://elsewhere.example/x"})
    assert answer["Location"] == "/"


@pytest.mark.django_db
def test_a_batch_without_a_county_is_shown_to_its_own_person_only():
    from types import SimpleNamespace

    from django.utils import timezone

    from jiuzhi.core.models import Org, User
    from jiuzhi.engine.observe.models import ImportBatch
    from jiuzhi.interfaces.web.views.imports import _batches

    here = Org.objects.create(code="500998", name="甲县", kind="county")
    there = Org.objects.create(code="500997", name="乙县", kind="county")
    me, other = User.objects.create(username="me"), User.objects.create(username="other")
    facts = {
        "format": "x",
        "at": timezone.now(),
        "rows": 1,
        "new": 1,
        "revised": 0,
        "unchanged": 0,
        "refused": 0,
    }
    for name, by, county in (
        ("mine", me, None),
        ("job", None, None),
        ("here", other, here),
        ("there", me, there),
    ):
        ImportBatch.objects.create(sha256=name, name=name, by=by, county=county, **facts)
    seen = _batches(SimpleNamespace(county=here, user=me))
    assert {b.name for b in seen} == {"mine", "here"}


@pytest.mark.django_db
def test_the_door_stays_shut_after_too_many_wrong_passwords(client):
    from django.urls import reverse

    from jiuzhi.core.attempts import TRIES
    from jiuzhi.core.models import User

    User.objects.create_user("wang", password="right-password")

    def knock(name, password, address="10.0.0.1"):
        return client.post(reverse("login"), {"username": name, "password": password}, REMOTE_ADDR=address)

    for _ in range(TRIES):
        assert "用户名或密码不对" in knock("wang", "wrong").content.decode()
    assert "10 分钟后再试" in knock("wang", "right-password").content.decode()
    assert "10 分钟后再试" in knock("WANG", "right-password").content.decode()
    assert knock("li", "wrong").status_code == 200
    assert knock("wang", "right-password", "10.0.0.2").status_code == 302, "another desk is not shut out"


def test_the_product_keeps_passwords_the_slow_way():
    """Tests keep them quickly (`tests/conftest.py`); the product itself leaves Django's own choice as it is."""
    from django.conf import global_settings

    from jiuzhi.project import settings as own

    assert not hasattr(own, "PASSWORD_HASHERS")
    assert global_settings.PASSWORD_HASHERS[0].endswith("PBKDF2PasswordHasher")
