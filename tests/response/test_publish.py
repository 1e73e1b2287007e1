"""A warning from draft to its end: what is refused, what is kept as published, which messages an update names."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from lxml import etree

from jiuzhi.core import audit, records
from jiuzhi.core.models import AuditEntry, Org
from jiuzhi.core.records import SYSTEM, Actor
from jiuzhi.engine.response import publish
from jiuzhi.engine.response.models import PublicWarning
from jiuzhi.engine.rules.models import Episode

from .conftest import BUREAU, NOW, words

A = "{urn:oasis:names:tc:emergency:cap:1.2}"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[108.6, 31.9], [108.7, 31.9], [108.7, 32.0], [108.6, 32.0], [108.6, 31.9]]],
}


def written(found):
    return etree.fromstring(found.xml.encode())


def test_a_draft_is_published_as_it_was_seen(drafted, land):
    found = drafted(shape=json.dumps(SQUARE))
    assert (found.identifier, found.sender, found.state) == ("500229-2026-0001", "cn-500229", "draft")
    assert found.severity == "Moderate"  # usual for 黄
    assert not publish.in_force(land["500229"], NOW).exists()
    preview = publish.rendered(found, NOW, "https://county.example/w")
    publish.publish(found, SYSTEM, at=NOW, web="https://county.example/w", seen=found.revision)
    assert found.xml.encode() == preview
    tree = written(found)
    assert tree.findtext(f"{A}sent") == "2026-11-25T15:04:05+08:00"
    assert tree.findtext(f"{A}status") == "Actual"
    assert tree.findtext(f"{A}info/{A}senderName") == "县生态环境局"
    assert tree.findtext(f"{A}info/{A}area/{A}polygon").startswith("31.9")
    assert list(publish.in_force(land["500229"], NOW + HOUR)) == [found]
    assert found.standing(NOW + HOUR) == "生效中"


def test_it_expires_by_itself_at_the_time_it_says(out, land):
    found = out()
    assert publish.in_force(land["500229"], found.expires - timedelta(seconds=1)).exists()
    assert not publish.in_force(land["500229"], found.expires).exists()
    assert found.standing(found.expires) == "已过期"


def test_what_is_published_is_never_edited(out, land):
    found = out()
    with pytest.raises(ValidationError, match="不能改"):
        publish.change(found, {"headline": "别的"}, SYSTEM, at=NOW)
    with pytest.raises(ValidationError, match="不能删除"):
        publish.discard(found, SYSTEM)
    for field, value in (
        ("headline", "别的"),
        ("xml", "<x/>"),
        ("expires", NOW + 9 * DAY),
        ("synthetic", True),
    ):
        held = PublicWarning.objects.get(pk=found.pk)
        setattr(held, field, value)
        with pytest.raises(ValidationError, match="不能改"):
            records.save(held, SYSTEM, "try")
    with pytest.raises(ValidationError, match="刚被别人发布"):
        publish.publish(found, SYSTEM, at=NOW)
    before = found.xml
    Org.objects.filter(pk=land[BUREAU].pk).update(name="改名后的局")
    assert PublicWarning.objects.get(pk=found.pk).xml == before


def test_a_draft_published_meanwhile_is_not_thrown_away(drafted):
    found = drafted()
    stale = PublicWarning.objects.get(pk=found.pk)
    publish.publish(found, SYSTEM, at=NOW)
    with pytest.raises(ValidationError, match="不能删除"):
        publish.discard(stale, SYSTEM)
    assert PublicWarning.objects.filter(pk=found.pk).exists()


def test_a_draft_thrown_away_twice_is_said(drafted):
    found = drafted()
    publish.discard(PublicWarning.objects.get(pk=found.pk), SYSTEM)
    with pytest.raises(ValidationError, match="放弃"):
        publish.discard(found, SYSTEM)


def test_an_update_names_every_earlier_message_a_receiver_may_still_hold(drafted, out):
    first = out()
    second = drafted(kind="Update", replaces=first, level=3, at=NOW + HOUR)
    publish.publish(second, SYSTEM, at=NOW + HOUR)
    first.refresh_from_db()
    assert (first.state, first.standing(NOW + 2 * HOUR)) == ("replaced", "已更新")
    third = drafted(kind="Cancel", replaces=second, response="AllClear", at=NOW + 2 * HOUR)
    publish.publish(third, SYSTEM, at=NOW + 2 * HOUR)
    tree = written(third)
    assert tree.findtext(f"{A}msgType") == "Cancel"
    assert tree.findtext(f"{A}references") == (
        "cn-500229,500229-2026-0001,2026-11-25T15:04:05+08:00 cn-500229,500229-2026-0002,2026-11-25T16:04:05+08:00"
    )
    second.refresh_from_db()
    assert second.state == "cancelled"
    assert not publish.in_force(first.county, NOW + 3 * HOUR).exists()
    assert third.standing(NOW + 3 * HOUR) == "解除通知"


def test_a_message_that_has_expired_by_then_is_not_named(drafted, out):
    first = out(expires=NOW + 2 * HOUR)
    second = drafted(kind="Update", replaces=first, at=NOW + HOUR)
    publish.publish(second, SYSTEM, at=NOW + HOUR)
    third = drafted(kind="Update", replaces=second, at=NOW + 3 * HOUR)
    publish.publish(third, SYSTEM, at=NOW + 3 * HOUR)
    assert written(third).findtext(f"{A}references") == "cn-500229,500229-2026-0002,2026-11-25T16:04:05+08:00"


def test_what_has_ended_is_neither_updated_nor_cancelled(drafted, out):
    first = out()
    with pytest.raises(ValidationError, match="已过失效时间"):
        drafted(kind="Cancel", replaces=first, at=first.expires)
    one, two = (drafted(kind="Update", replaces=first, at=NOW + HOUR) for _ in range(2))
    publish.publish(one, SYSTEM, at=NOW + HOUR)
    with pytest.raises(ValidationError, match="这条预警已更新"):
        publish.publish(two, SYSTEM, at=NOW + HOUR)
    two.refresh_from_db()
    assert two.state == "draft"
    end = drafted(kind="Cancel", replaces=one, at=NOW + HOUR)
    publish.publish(end, SYSTEM, at=NOW + HOUR)
    with pytest.raises(ValidationError, match="解除通知不能再"):
        drafted(kind="Update", replaces=end, at=NOW + HOUR)
    with pytest.raises(ValidationError, match="首发不写"):
        drafted(replaces=one)
    with pytest.raises(ValidationError, match="要写明"):
        drafted(kind="Update")


def test_a_draft_gone_stale_is_refused_when_published(drafted):
    found = drafted(expires=NOW + HOUR)
    with pytest.raises(ValidationError, match="失效时间要晚于发布时间"):
        publish.publish(found, SYSTEM, at=NOW + HOUR)
    found.refresh_from_db()
    assert (found.state, found.sent, found.xml) == ("draft", None, "")
    seen = found.revision
    publish.change(found, {"description": "另一段"}, SYSTEM, at=NOW)
    with pytest.raises(ValidationError, match="刚被别人改过"):
        publish.publish(found, SYSTEM, at=NOW, seen=seen)


@pytest.mark.parametrize(("more", "field", "said"), [
    ({"expires": NOW}, "expires", "失效时间要晚于发布时间"),
    ({"headline": "坏\x08字"}, "headline", "控制字符（U+0008）"),
    ({"headline": ""}, "headline", ""),
    ({"level": 5}, "level", ""),
    ({"shape": json.dumps({"type": "Polygon", "coordinates": [SQUARE["coordinates"][0][:4]]})}, "shape", "没有闭合"),
    ({"shape": "POLYGON((108.6 31.9, 108.7 31.9, 108.7 32, 108.6 32))"}, "shape", "没有闭合"),
    ({"shape": "POLYGON((31.9 108.6, 31.9 108.7, 32 108.7, 31.9 108.6))"}, "shape", "写反了"),
    ({"shape": '{"type":"Point","coordinates":[108.6,31.9]}'}, "shape", "这里要面"),
    ({"shape": "{坏"}, "shape", "读不懂"),
    ({"shape": "POLYGON((108 31,109 31,109 32,108 32,108 31),(108.4 31.4,108.6 31.4,108.6 31.6,108.4 31.4))"}, "shape", "有洞"),
])  # fmt: skip
def test_refused_with_a_sentence_at_its_field(drafted, more, field, said):
    with pytest.raises(ValidationError) as refused:
        drafted(**more)
    assert any(said in s for s in refused.value.message_dict[field])
    assert not PublicWarning.objects.exists()


def test_wkt_in_gcj02_is_moved(drafted):
    found = drafted(shape="POLYGON((108.6 31.9,108.7 31.9,108.7 32,108.6 31.9))", crs="GCJ-02")
    assert found.crs == "CGCS2000"
    assert "108.6 31.9," not in found.shape
    was = found.lon
    publish.change(found, {"shape": "POLYGON((109.6 31.9,109.7 31.9,109.7 32,109.6 31.9))"}, SYSTEM, at=NOW)
    assert found.lon - was > 0.9
    publish.change(found, {"shape": ""}, SYSTEM, at=NOW)
    assert (found.shape, found.lon) == ("", None)


def test_a_simulated_alarm_makes_an_exercise_and_so_do_its_followers(land):
    alarm = Episode.objects.create(
        county=land["500229"], org=land[BUREAU], rule="air.warning_suggest", subject="x", name="城口", severity="high", cause="空气",
        group="g", since=NOW, fired_at=NOW, noticed_at=NOW, synthetic=True,
    )  # fmt: skip
    found = publish.draft(land[BUREAU], words(synthetic=False), SYSTEM, at=NOW, episode=alarm)
    publish.change(found, {"synthetic": False}, SYSTEM, at=NOW)
    publish.publish(found, SYSTEM, at=NOW)
    assert written(found).findtext(f"{A}status") == "Exercise"
    assert "模拟数据" in written(found).findtext(f"{A}note")
    after = publish.draft(
        land[BUREAU], words(synthetic=False), SYSTEM, at=NOW + HOUR, kind="Update", replaces=found
    )
    assert after.synthetic
    assert after.episode == alarm


@pytest.mark.parametrize(("role", "unit", "may"), [
    ("duty", "500229", True), ("leader", BUREAU, True), ("duty", "500229-县水利局", False), ("unit", BUREAU, False),
    ("auditor", "500229", False), ("duty", "500240", False),
])  # fmt: skip
def test_only_who_may_publish_in_that_unit(land, person, out, role, unit, may):
    actor = Actor(person(role, unit))

    def all_of_it():
        found = publish.draft(land[BUREAU], words(), actor, at=NOW)
        publish.change(found, {"basis": "县应急预案"}, actor, at=NOW)
        publish.publish(found, actor, at=NOW)
        return found

    if may:
        found = all_of_it()
        log = AuditEntry.objects.filter(model="response.PublicWarning", key=str(found.pk), user=actor.user)
        assert {e.why.partition("：")[0] for e in log} == {"起草预警", "修改预警草稿", "发布预警"}
        assert audit.verify()[1] == ""
    else:
        with pytest.raises(PermissionDenied, match="名义发布预警"):
            all_of_it()
        foreign = out()
        with pytest.raises(PermissionDenied):
            publish.draft(land[BUREAU], words(), actor, at=NOW, kind="Cancel", replaces=foreign)


def test_numbers_count_on_within_county_and_year(drafted, land):
    first, second = drafted(), drafted()
    assert second.identifier == "500229-2026-0002"
    publish.discard(first, SYSTEM)
    assert drafted().identifier == "500229-2026-0003"
    assert drafted(at=NOW + 60 * DAY, expires=NOW + 61 * DAY).identifier == "500229-2027-0001"
    other = publish.draft(land["500240"], words(geocodes="500240"), SYSTEM, at=NOW)
    assert other.identifier == "500240-2026-0001"
    with pytest.raises(ValidationError, match="某个区县之内"):
        publish.draft(land["500000"], words(), SYSTEM, at=NOW)


def test_the_feed_holds_thirty_days_and_what_is_still_in_force(out, land):
    short = out(expires=NOW + HOUR)
    long = out(expires=NOW + 90 * DAY)
    assert set(publish.recent(land["500229"], NOW + 29 * DAY)) == {short, long}
    assert set(publish.recent(land["500229"], NOW + 31 * DAY)) == {long}
    assert not publish.recent(land["500240"], NOW).exists()
