"""Whatever stands in an address: an answer or one clear sentence, never a broken page."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiuzhi.interfaces.sta.faults import Fault
from jiuzhi.interfaces.sta.reader import parse

WORDS = [
    "result", "name", "@iot.id", "phenomenonTime", "Datastream", "Thing", "properties", "synthetic", "resultQuality", "flag", "Locations",
    "location", "type", "Datastreams", "Observations", "and", "or", "not", "eq", "ne", "gt", "lt", "add", "sub", "mul", "div", "mod",
    "(", ")", ",", "/", ";", "=", "-", "*", "$top", "$filter", "$expand", "$orderby", "$select", "desc", "asc", "null", "true", "1", "0",
    "3.5", "1e9", "1e30", "99999999999999999999", "'a'", "'县'", "''''", "2026-11-20T02:00:00Z", "2026-11-20", "0001-01-01", "9999-12-31",
    "geography'POINT(108 31)'", "geography'POLYGON((0 0,1 1,0 1,1 0,0 0))'", "geography'POLYGON EMPTY'", "length", "concat", "substring",
    "substringof", "geo.intersects", "geo.distance", "st_relate", "year", "date", "round", "now", "in", "any",
]  # fmt: skip
SOUP = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)


def nodes(child):
    compared = st.tuples(
        child, st.sampled_from(["eq", "ne", "gt", "le", "add", "mul", "div", "mod"]), child
    ).map(" ".join)
    joined = st.tuples(child, st.sampled_from(["and", "or"]), child).map(" ".join)
    called = st.tuples(st.sampled_from(["length", "year", "round", "date", "toupper", "not "]), child).map(
        lambda t: f"{t[0]}({t[1]})"
    )
    two = st.tuples(
        st.sampled_from(["concat", "contains", "indexof", "geo.distance", "substring"]), child, child
    )
    return st.one_of(
        compared, joined, called, two.map(lambda t: f"{t[0]}({t[1]},{t[2]})"), child.map(lambda c: f"({c})")
    )


LEAVES = st.sampled_from([
    "result", "phenomenonTime", "resultTime", "parameters/raw", "parameters/synthetic", "Datastream/name", "FeatureOfInterest/feature",
    "resultQuality/flag", "1", "-2.5", "'a'", "null", "true", "2026-11-20", "geography'POINT(108 31)'", "1e30", "0",
])  # fmt: skip
TREES = st.recursive(LEAVES, nodes, max_leaves=10)


@given(
    st.sampled_from(["$filter", "$expand", "$orderby", "$select", "$top", "$skip", "$count", "resultFormat"]),
    st.text() | SOUP,
)
@settings(max_examples=600, deadline=None)
def test_any_text_is_a_tree_or_a_fault(option, text):
    refused = None
    try:
        parse({option: text})
    except Fault as fault:
        refused = fault
    assert refused is None or (refused.status in (400, 501) and refused.said)


@pytest.mark.parametrize(
    "text", ["(" * 5000, "not " * 2000, "-" * 7000, "a add " * 1300 + "a", "a and " * 1300 + "a", "f(" * 3000]
)
def test_long_and_deep_text(ask, text):
    ask.refused(f"/Things?$filter={text}")


@pytest.mark.parametrize(
    "text",
    [
        "Datastreams/Thing/" * 100 + "name eq 'x'", "Datastreams/Thing/Datastreams/Thing/Datastreams/name eq 'x'",
        "concat(Datastreams/name,concat(Datastreams/name,concat(Datastreams/name,concat(Datastreams/name,Datastreams/name)))) eq 'x'",
    ],
)  # fmt: skip
def test_conditions_that_would_take_for_ever(ask, monkeypatch, text):
    monkeypatch.setattr("jiuzhi.interfaces.sta.evaluate._MANY", 100)
    ask.refused(f"/Things?$filter={text}")
    assert ask.get("/Locations?$filter=Things/Datastreams/ObservedProperty/name eq '臭氧'")["value"]


SLOW = {"max_examples": 120, "deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}


@given(
    st.sampled_from(["/Observations", "/Things", "/Locations", "/Datastreams"]),
    st.text(max_size=30) | SOUP | TREES,
)
@settings(**SLOW)
def test_any_filter(ask, path, text):
    answer = ask.client.get(f"/sta/v1.1{path}", {"$filter": text, "$top": "3"})
    assert answer.status_code in (200, 400, 501), (text, answer.content.decode())


@given(TREES)
@settings(**SLOW)
def test_any_expression_over_values(ask, text):
    for option in ("$filter", "$orderby"):
        answer = ask.client.get("/sta/v1.1/Observations", {option: text, "$top": "3"})
        assert answer.status_code in (200, 400, 501), (text, answer.content.decode())


@given(st.sampled_from(["$expand", "$orderby", "$select"]), st.text(max_size=30) | SOUP)
@settings(**SLOW)
def test_any_other_option(ask, option, text):
    answer = ask.client.get("/sta/v1.1/Things", {option: text, "$top": "2"})
    assert answer.status_code in (200, 400, 501), (text, answer.content.decode())


@given(st.text(max_size=40) | SOUP.map(lambda s: "/Things" + s.replace(" ", "")))
@settings(**SLOW)
def test_any_path(ask, text):
    from urllib.parse import quote

    answer = ask.client.get(f"/sta/v1.1/{quote(text)}")
    assert answer.status_code in (200, 204, 400, 404), (text, answer.content.decode())
    if answer.status_code >= 400 and "\0" not in text:
        assert answer.json()["message"]
