"""Lists and the board: who finds what, in what order, with how few questions to the database."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from jiuzhi.core.records import SYSTEM
from jiuzhi.engine.cases import lists, rights, work
from jiuzhi.engine.cases.declare import WORKFLOWS
from jiuzhi.engine.cases.models import Case

from .test_work import NOON, UNIT

OTHER = "500229-县林业局"
CEILING = {"cases": 10, "cases_board": 14}  # queries a page, however many cases there are


@pytest.fixture
def many(land):
    """Cases of two units, in every stage of a workflow, terms an hour apart."""
    stages, now = [s.name for s in WORKFLOWS["rectification"].stages if not s.closed], NOON
    opened = [
        work.open_case("rectification", land[(UNIT, OTHER)[n % 2]], f"第{n}处", SYSTEM, at=now) for n in range(70)
    ]  # fmt: skip
    for n, case in enumerate(opened):
        Case.objects.filter(pk=case.pk).update(
            stage=stages[n % len(stages)], due_at=now + timedelta(hours=70 - n)
        )
    return opened


@pytest.mark.parametrize(("role", "unit"), [("leader", "500229"), ("unit", UNIT)])
@pytest.mark.parametrize(
    ("name", "query"),
    [("cases", ""), ("cases", "?page=2"), ("cases", "?q=处&due=all"), ("cases", "?whose=unit&stage=整改&workflow=rectification"), ("cases_board", "")],
)  # fmt: skip
def test_pages_need_few_queries(many, client, person, django_assert_max_num_queries, role, unit, name, query):
    client.force_login(person(role, unit))
    client.get(reverse("cases", args=["500229"]) + "?q=x")
    with django_assert_max_num_queries(CEILING[name]):
        answer = client.get(reverse(name, args=["500229"]) + query)
    assert answer.status_code == 200


def test_pages_follow_one_another_in_order(many, client, person):
    client.force_login(person("leader", "500229"))
    address = reverse("cases", args=["500229"])
    pages = [client.get(f"{address}?page={n}").context["rows"] for n in (1, 2)]
    shown = [case.pk for rows in pages for case, _colour, _left in rows]
    assert shown == [case.pk for case in reversed(many)]  # the nearest term first
    found = client.get(f"{address}?q=第6&page=1").context["page_rows"]
    assert found.paginator.count == 11


def test_a_unit_sees_its_own_those_it_helps_with_and_those_given_to_a_person(many, land, person):
    own, helped, given, other = many[0], many[1], many[3], many[5]
    helped.helpers.add(land[UNIT])
    own.helpers.add(land[UNIT])  # two ways to one case: it is there once
    user = person("unit", UNIT)
    Case.objects.filter(pk=given.pk).update(person=user)
    seen = list(rights.visible(user, land["500229"]).values_list("pk", flat=True))
    assert len(seen) == len(set(seen)) == 35 + 2
    assert {own.pk, helped.pk, given.pk} <= set(seen)
    assert other.pk not in seen


def test_words_find_the_unit_too(many, land, person):
    found = lists.filtered(
        rights.visible(person("leader", "500229"), land["500229"]), {"q": "林业 第1"}, NOON
    )
    assert {case.org for case in found} == {land[OTHER]}
    assert len(found) == 6  # 1, 11, 13 … 19


def test_the_nearest_look_back_comes_first(many, land, person):
    for n, case in enumerate(many[:3]):
        Case.objects.filter(pk=case.pk).update(closed_at=NOON, due_at=None, revisit_on=date(2026, 9, 20 - n))
    seen = rights.visible(person("leader", "500229"), land["500229"])
    found = lists.sorted_(lists.filtered(seen, {"due": "revisit"}, NOON), "revisit")
    assert [case.pk for case in found] == [case.pk for case in reversed(many[:3])]
