"""The pages of the staff: from an alarm to a draft, a look at what goes out, the publication, an update, the end."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from jiuzhi.core.local import LOCAL
from jiuzhi.core.records import SYSTEM
from jiuzhi.engine.plan.systems import served
from jiuzhi.engine.response import publish
from jiuzhi.engine.response.models import PublicWarning
from jiuzhi.engine.rules import episodes
from jiuzhi.engine.rules.declare import RULES, Finding
from jiuzhi.engine.rules.hysteresis import FIRED, Event
from jiuzhi.engine.rules.look import Look

from .conftest import BUREAU

HOUR = timedelta(hours=1)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def alarm(land, now):
    at = now - HOUR
    finding = Finding(
        "county:500229:heavy",
        "城口县",
        "25 日 AQI 210，首要污染物 PM2.5",
        level=3,
        org=land["500229"],
        synthetic=True,
    )
    return episodes.write(
        Look(land["500229"], at), RULES["air.warning_suggest"], finding, Event(FIRED, at, at, at, 3, 0)
    ).episode


def go(name, *args):
    return reverse(name, args=["500229", *args])


def typed(now, **more):
    return {
        "unit": BUREAU, "event": "水源水质", "level": "3", "category": "Env", "response": "Avoid", "urgency": "Immediate", "severity": "",
        "certainty": "Observed", "headline": "水源水质橙色预警", "description": "上游发现超标。\r\n请注意。", "instruction": "请勿直接饮用。",
        "expires": f"{(now + 5 * HOUR).astimezone(LOCAL):%Y-%m-%dT%H:%M}", "onset": "", "area": "", "shape": "", "crs": "CGCS2000",
        "towns": ["500229001", "500229002"],
    } | more  # fmt: skip


@pytest.fixture
def duty(client, person):
    client.force_login(person("duty", "500229"))
    return client


def test_from_nothing_to_a_published_warning(duty, now):
    empty = duty.get(go("warnings")).content.decode()
    assert "现在没有生效的预警" in empty
    saved = duty.post(go("warning_new"), typed(now))
    found = PublicWarning.objects.get()
    assert saved.url == go("warning", found.pk)
    assert (found.area, found.geocodes, found.severity) == (
        "葛城街道、复兴街道",
        "500229001 500229002",
        "Severe",
    )
    preview = duty.get(saved.url).content.decode()
    assert "上游发现超标。<br>请注意。" in preview
    assert "&lt;geocode&gt;" in preview
    assert "&lt;value&gt;500229002&lt;/value&gt;" in preview
    assert duty.get("/public/500229/warnings/").content.decode().count("水源水质橙色预警") == 0
    duty.post(go("warning_act", found.pk, "publish"), {"seen": found.revision})
    found.refresh_from_db()
    assert found.state == "published"
    assert f"<web>http://testserver/public/500229/warnings/{found.identifier}/</web>" in found.xml
    assert "水源水质橙色预警" in duty.get("/public/500229/warnings/").content.decode()
    assert "生效中" in duty.get(go("warning", found.pk)).content.decode()


def test_the_alarm_fills_in_the_form_and_shows_what_came_of_it(duty, alarm, now):
    page = duty.get(go("alert", alarm.pk)).content.decode()
    assert f"{go('warning_new')}?alert={alarm.pk}" in page
    form = duty.get(go("warning_new"), {"alert": alarm.pk}).content.decode()
    assert "发布重污染天气橙色预警" in form
    assert "首要污染物 PM2.5" in form
    duty.post(f"{go('warning_new')}?alert={alarm.pk}", typed(now))
    found = PublicWarning.objects.get()
    assert found.episode == alarm
    assert found.synthetic
    assert found.headline in duty.get(go("alert", alarm.pk)).content.decode()
    assert "Exercise" in duty.get(go("warning", found.pk)).content.decode()


def test_a_refused_form_keeps_what_was_typed_and_says_why_at_the_field(duty, now):
    wrong = typed(
        now,
        headline="坏\x08字",
        expires="2020-01-01T00:00",
        instruction="我写的<b>指引</b>",
        shape="POLYGON((1 2))",
    )
    got = duty.post(go("warning_new"), wrong)
    page = got.content.decode()
    assert got.status_code == 400
    assert "没有闭合" in page
    for kept in ("我写的&lt;b&gt;指引&lt;/b&gt;", "2020-01-01T00:00", "POLYGON((1 2))", "上游发现超标"):
        assert kept in page
    page = duty.post(go("warning_new"), wrong | {"shape": ""}).content.decode()
    assert "控制字符（U+0008）" in page
    assert "失效时间要晚于发布时间" in page
    assert 'value="500229002" checked' in page
    assert not PublicWarning.objects.exists()


@pytest.mark.parametrize(("more", "said"), [
    ({"expires": "明天"}, "不是时间"), ({"expires": ""}, "请填失效时间"), ({"level": "9"}, ""), ({"level": ""}, "请选预警等级"),
    ({"unit": "500240"}, "请选发布单位"), ({"unit": "\x00"}, "请选发布单位"), ({"category": "X"}, ""), ({"headline": "长" * 161}, ""), ({"onset": "0001-01-01T00:00"}, "不是时间"),
    ({"headline": "\x00"}, "U+0000"), ({"shape": '{"type":' * 3000}, "读不懂"), ({"crs": "X"}, ""),
])  # fmt: skip
def test_odd_input_is_a_sentence_never_a_crash(duty, now, more, said):
    got = duty.post(go("warning_new"), typed(now, **more))
    assert got.status_code == 400
    page = got.content.decode()
    assert 'class="err"' in page or 'class="note error"' in page
    assert said in page
    assert not PublicWarning.objects.exists()


def test_update_then_cancel_by_their_forms(duty, land, now):
    first = publish.draft(land[BUREAU], typed_fields(now), SYSTEM, at=now - HOUR)
    publish.publish(first, SYSTEM, at=now - HOUR)
    form = duty.get(go("warning_new"), {"update": first.pk}).content.decode()
    assert first.description in form
    assert 'value="Severe" selected' not in form  # it follows the level, also a raised one
    duty.post(f"{go('warning_new')}?update={first.pk}", typed(now, headline="升级为红色", level="4"))
    second = PublicWarning.objects.get(replaces=first)
    assert (second.kind, second.severity) == ("Update", "Extreme")
    duty.post(go("warning_act", second.pk, "publish"), {"seen": second.revision})
    form = duty.get(go("warning_new"), {"cancel": second.pk}).content.decode()
    assert "解除水源水质红色预警" in form
    duty.post(f"{go('warning_new')}?cancel={second.pk}", typed(now, headline="解除", response="AllClear"))
    third = PublicWarning.objects.get(replaces=second)
    duty.post(go("warning_act", third.pk, "publish"), {"seen": third.revision})
    third.refresh_from_db()
    assert third.xml.count("cn-500229,500229-") == 2
    page = duty.get(go("warnings")).content.decode()
    assert "现在没有生效的预警" in page
    assert page.index("解除通知") < page.index("已更新")
    said = duty.get(go("warning", first.pk)).content.decode()
    assert "?update=" not in said


def test_words_of_the_area_follow_the_townships_unless_somebody_wrote_them(duty, now):
    duty.post(go("warning_new"), typed(now))
    found = PublicWarning.objects.get()
    form = duty.get(go("warning_edit", found.pk)).content.decode()
    assert 'name="area" maxlength="300" value=""' in form
    assert 'value="500229001" checked' in form
    duty.post(go("warning_edit", found.pk), typed(now, towns=[], seen=found.revision))
    found.refresh_from_db()
    assert (found.area, found.geocodes) == (f"{found.county}全域", "500229")
    duty.post(go("warning_edit", found.pk), typed(now, area="任河沿岸", seen=found.revision))
    assert "任河沿岸" in duty.get(go("warning_edit", found.pk)).content.decode()


def typed_fields(now):
    return {
        "event": "水源水质", "level": 3, "urgency": "Immediate", "certainty": "Observed", "headline": "水源水质橙色预警",
        "description": "第一次的情况", "expires": now + 5 * HOUR, "area": "全县", "geocodes": "500229",
    }  # fmt: skip


def test_a_draft_is_changed_or_thrown_away_and_an_old_page_is_refused(duty, land, now):
    found = publish.draft(land[BUREAU], typed_fields(now), SYSTEM, at=now)
    old = found.revision
    duty.post(go("warning_edit", found.pk), typed(now, headline="改过的标题", seen=old))
    found.refresh_from_db()
    assert found.headline == "改过的标题"
    got = duty.post(go("warning_edit", found.pk), typed(now, headline="再改", seen=old))
    assert "刚被别人改过" in got.content.decode()
    said = duty.post(go("warning_act", found.pk, "publish"), {"seen": old}, follow=True).content.decode()
    assert "刚被别人改过" in said
    assert duty.post(go("warning_act", found.pk, "fly")).status_code == 404
    duty.post(go("warning_act", found.pk, "discard"))
    assert not PublicWarning.objects.exists()


def test_a_published_one_opens_no_form(duty, land, now):
    found = publish.draft(land[BUREAU], typed_fields(now), SYSTEM, at=now)
    publish.publish(found, SYSTEM, at=now)
    assert duty.get(go("warning_edit", found.pk)).url == go("warning", found.pk)
    said = duty.post(go("warning_act", found.pk, "discard"), follow=True).content.decode()
    assert "不能删除" in said


def test_a_stale_draft_says_why_it_cannot_go_out(duty, land, now):
    found = publish.draft(land[BUREAU], typed_fields(now - 10 * HOUR), SYSTEM, at=now - 10 * HOUR)
    page = duty.get(go("warning", found.pk)).content.decode()
    assert "现在发布不了" in page
    assert "失效时间要晚于发布时间" in page


@pytest.mark.parametrize(
    ("role", "unit"), [("monitoring", "500229"), ("unit", BUREAU), ("duty", "500229-县水利局")]
)
def test_without_the_right_one_reads_what_is_published_and_no_draft(
    client, person, alarm, land, now, role, unit
):
    draft = publish.draft(land[BUREAU], typed_fields(now), SYSTEM, at=now)
    out = publish.draft(land[BUREAU], typed_fields(now) | {"headline": "已公开的"}, SYSTEM, at=now)
    publish.publish(out, SYSTEM, at=now)
    client.force_login(person(role, unit))
    page = client.get(go("warnings")).content.decode()
    assert "已公开的" in page
    assert draft.identifier not in page
    assert client.get(go("warning", draft.pk)).status_code == 404
    assert client.get(go("warning", out.pk)).status_code == 200
    refused = client.post(f"{go('warning_new')}?cancel={out.pk}", typed(now))
    assert refused.status_code == 403
    assert PublicWarning.objects.count() == 2


def test_a_foreign_county_is_not_there(client, person, land, now):
    found = publish.draft(land[BUREAU], typed_fields(now), SYSTEM, at=now)
    client.force_login(person("admin", "500240"))
    assert client.get(go("warnings")).status_code == 404
    address = reverse("warning", args=["500240", found.pk])
    assert client.get(address).status_code == 404
    assert client.post(reverse("warning_act", args=["500240", found.pk, "publish"])).status_code == 404


def test_the_systems_it_serves_are_listed():
    for system in ("SYS-095", "SYS-247", "SYS-280"):
        assert "response.warning" in {s.code for s in served()[system]}
