"""Cases on the map and in the calendar: coloured by their terms, within the grants."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Org
from jiuzhi.core.records import SYSTEM
from jiuzhi.engine.cases import lists, manage, terms, work
from jiuzhi.engine.cases.models import Case
from tests.registers.conftest import land, person  # noqa: F401

UNIT, OTHER = "500229-县水利局", "500229-县林业局"
POINT = (Decimal("108.6"), Decimal("31.9"))


def go(name, *args):
    return reverse(name, args=["500229", *args])


def due(case, at):
    Case.objects.filter(pk=case.pk).update(due_at=at)
    case.refresh_from_db()
    return case


@pytest.fixture
def cases(land):  # noqa: F811
    """One of each colour; the overdue one has no place."""
    now = timezone.now()
    made = {
        word: work.open_case(
            "rectification", land[UNIT], f"{word}问题", SYSTEM, at=now, point=POINT if word != "red" else None
        )
        for word in terms.COLOURS
    }
    due(made["red"], now - timedelta(days=1))
    due(made["yellow"], now + timedelta(days=2))
    due(made["green"], now + timedelta(days=9))
    manage.pause(due(made["grey"], now - timedelta(days=1)), "等鉴定", SYSTEM, at=now)
    work.take(made["closed"], "不予立案", SYSTEM, at=now, words="不属实")
    return made


def test_a_colour_is_the_same_of_one_case_and_of_many(cases):
    now = timezone.now()
    for word, case in cases.items():
        assert terms.colour(case, now) == word
        assert list(Case.objects.filter(lists.coloured(word, now))) == [case]
        listed = lists.filtered(Case.objects.all(), {"due": lists.DUE_OF[word]}, now)
        assert list(listed) == [case]
    assert lists.colours(Case.objects.all(), now) == dict.fromkeys(terms.COLOURS, 1)


def test_the_map_draws_what_has_a_place_and_lists_what_has_none(cases, client, person):  # noqa: F811
    client.force_login(person("plan_officer", "500229"))
    drawn = client.get(go("cases_layer"), {"due": "all"}).json()["features"]
    assert {f["properties"]["name"]: f["properties"]["kind"] for f in drawn} == {
        "yellow问题": "open", "green问题": "running", "grey问题": "still", "closed问题": "closed",
    }  # fmt: skip
    assert drawn[0]["geometry"]["coordinates"] == [108.6, 31.9]
    shifted = client.get(go("cases_layer"), {"due": "soon", "crs": "GCJ-02"}).json()
    assert shifted["system"] == "GCJ-02"
    assert shifted["features"][0]["geometry"]["coordinates"] != [108.6, 31.9]
    shown = client.get(go("cases_map")).content.decode()
    assert "red问题" in shown
    assert "不在图上" in shown


def test_another_unit_finds_nothing_on_map_or_calendar(cases, client, person):  # noqa: F811
    client.force_login(person("unit", OTHER))
    assert client.get(go("cases_layer"), {"due": "all"}).json()["features"] == []
    for name in ("cases_map", "cases_calendar"):
        shown = client.get(go(name), {"due": "all"}).content.decode()
        assert not any(f"{word}问题" in shown for word in cases)


def test_by_township_given_to_it_or_named_in_the_place(cases, land, client, person):  # noqa: F811
    town = Org.objects.filter(path__startswith=land["500229"].path, kind="township").first()
    Case.objects.filter(pk=cases["red"].pk).update(org=town)
    Case.objects.filter(pk=cases["green"].pk).update(place=f"{town.name}三号桥下")
    found = dict(lists.by_town(Case.objects.all(), land["500229"], timezone.now()))
    assert (found[town]["red"], found[town]["green"]) == (1, 1)
    assert sum(found[None].values()) == 2
    client.force_login(person("plan_officer", "500229"))
    shown = client.get(go("cases"), {"town": town.code}).content.decode()
    assert "red问题" in shown
    assert "green问题" in shown
    assert "yellow问题" not in shown


def test_the_calendar_holds_terms_and_look_backs_on_their_local_day(cases, client, person):  # noqa: F811
    due(cases["red"], datetime(2026, 9, 30, 23, 59, 59, tzinfo=LOCAL))
    Case.objects.filter(pk=cases["closed"].pk).update(revisit_on="2026-09-02")
    client.force_login(person("plan_officer", "500229"))
    shown = client.get(go("cases_calendar"), {"month": "2026-09"}).content.decode()
    assert "red问题" in shown
    assert "回头看 closed问题" in shown
    assert "green问题" not in shown
    assert "休" in shown
    listed = client.get(go("cases"), {"on": "2026-09-30"}).content.decode()
    assert "red问题" in listed
    assert "closed问题" not in listed
    for odd in ("x", "0000-13", "99999-01"):
        assert client.get(go("cases_calendar"), {"month": odd}).status_code == 200
        assert client.get(go("cases"), {"on": odd}).status_code == 200


def test_cases_are_found_by_their_source(cases, client, person):  # noqa: F811
    Case.objects.filter(pk=cases["red"].pk).update(source="督察")
    client.force_login(person("plan_officer", "500229"))
    shown = client.get(go("cases"), {"source": "督察"}).content.decode()
    assert "red问题" in shown
    assert "green问题" not in shown


def test_a_township_is_of_the_unit_first_and_each_case_counts_once(cases, land, client, person, monkeypatch):  # noqa: F811
    one, two = Org.objects.filter(path__startswith=land["500229"].path, kind="township").order_by("path")[:2]
    Case.objects.filter(pk=cases["red"].pk).update(org=two, place=f"{one.name}三号桥下")
    Case.objects.filter(pk=cases["green"].pk).update(place=f"{two.name}与{one.name}之间")
    now = timezone.now()
    found = dict(lists.by_town(Case.objects.all(), land["500229"], now))
    for town in (one, two):
        listed = lists.filtered(Case.objects.all(), {"town": town.code}, now)
        assert lists.colours(listed, now) == found[town]
    assert (found[one]["green"], found[two]["red"]) == (1, 1)
    client.force_login(person("plan_officer", "500229"))
    assert "只统计前" not in client.get(go("cases_map")).content.decode()
    monkeypatch.setattr(lists, "MOST", 1)
    assert "只统计前 1 件" in client.get(go("cases_map")).content.decode()
