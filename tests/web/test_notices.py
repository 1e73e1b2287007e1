"""Messages, channels and rules on pages: one's own only, set up by who may, explained."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from jiuzhi.core import sealed
from jiuzhi.engine.notify import tell
from jiuzhi.engine.notify.models import Channel, Delivery, Message
from jiuzhi.engine.rules.models import RuleSetting
from tests.notify.conftest import channel, robot  # noqa: F401
from tests.registers.conftest import land, person  # noqa: F401
from tests.web.test_alerts_cases import alarm, case  # noqa: F401


def go(name, *args):
    return reverse(name, args=["500229", *args])


@pytest.fixture
def officer(land, person):  # noqa: F811
    return person("plan_officer", "500229")


@pytest.fixture
def told(alarm, officer):  # noqa: F811
    tell.tell(
        alarm.org, ("plan_officer",), "【重要】甲站", "没有报文", at=timezone.now(), topic="alert", key="k", link=f"alert:{alarm.pk}", severity="high"
    )  # fmt: skip
    return Message.objects.get()


def test_a_message_is_unread_until_its_page_is_opened(told, officer, client, alarm):  # noqa: F811
    client.force_login(officer)
    assert "甲站" in client.get(go("messages")).content.decode()
    bell = client.get(go("pulse")).content.decode()
    assert "1 条未读" in bell
    assert 'title="未确认的报警">1<' in bell
    assert client.get(go("message", told.pk)).url == go("alert", alarm.pk)
    assert "未读" not in client.get(go("pulse")).content.decode()
    client.get(go("message", told.pk))
    told.refresh_from_db()
    assert told.read_at


def test_all_at_once_and_nobody_elses(told, officer, person, client):  # noqa: F811
    other = person("plan_officer", "500229")
    client.force_login(other)
    assert "甲站" not in client.get(go("messages")).content.decode()
    assert client.get(go("message", told.pk)).status_code == 404
    client.post(go("messages"))
    told.refresh_from_db()
    assert told.read_at is None
    client.force_login(officer)
    client.post(go("messages"))
    told.refresh_from_db()
    assert told.read_at


def test_from_a_letter_to_the_page(told, officer, person, client, alarm):  # noqa: F811
    assert client.get(reverse("go", args=[told.link])).status_code == 302
    client.force_login(officer)
    assert client.get(reverse("go", args=[told.link])).url == go("alert", alarm.pk)
    for nowhere in (
        "alert:0",
        "alert:999999",
        "alert:x",
        "http:1",
        "alert:-1",
        "https:%2f%2fx.cn",
        "alert:99999999999999999999",
    ):
        assert client.get(f"/go/{nowhere}/").status_code == 404, nowhere
    assert client.get("/go/alerts:water.x/").url == "/alerts/?rule=water.x"
    assert client.get("/go/alerts:500229:water.x&y=1/").url == "/county/500229/alerts/?rule=water.x%26y%3D1"
    client.force_login(person("plan_officer", "500240"))
    assert client.get(reverse("go", args=[told.link])).status_code == 404, (
        "nobody learns what another county has"
    )


def test_a_person_gives_an_address(officer, client):
    client.force_login(officer)
    said = client.post(go("messages_mine"), {"email": "没有"}, follow=True).content.decode()
    assert "不是邮箱地址" in said
    assert 'value="没有"' in said, "what was typed stays"
    client.post(go("messages_mine"), {"email": "a@hb.example"})
    officer.refresh_from_db()
    assert officer.email == "a@hb.example"


def test_a_channel_is_set_up_tried_out_and_dropped(officer, client, robot):  # noqa: F811
    client.force_login(officer)
    form = {
        "name": "值班群",
        "kind": "wecom",
        "org": "500229",
        "address": "http://qyapi.weixin.qq.com/x",
        "topics": ["alert"],
        "active": "on",
    }
    refused = client.post(go("channel_new"), form)
    assert refused.status_code == 422
    assert "https://" in refused.content.decode()
    assert 'value="值班群"' in refused.content.decode(), "typed words stay"
    client.post(go("channel_new"), form | {"address": robot.url})
    made = Channel.objects.get()
    page = client.get(go("channel", made.pk)).content.decode()
    assert "abcd1234" not in page
    assert "/…1234" in page
    assert "已送达" in client.post(go("channel", made.pk), {"do": "test"}, follow=True).content.decode()
    robot.answers = [404]
    assert "没有送达" in client.post(go("channel", made.pk), {"do": "test"}, follow=True).content.decode()
    failed = Delivery.objects.get(state="refused")
    client.post(go("channel", made.pk), {"do": "again", "delivery": failed.pk})
    failed.refresh_from_db()
    assert failed.state == "waiting"
    client.post(go("channel", made.pk), form | {"address": "", "name": "新名", "revision": made.revision})
    made.refresh_from_db()
    assert (made.name, sealed.unseal(made.address)) == ("新名", robot.url)
    assert (
        "刚被别人改过"
        in client.post(go("channel", made.pk), form | {"address": "", "revision": "1"}).content.decode()
    )
    client.post(go("channel", made.pk), {"do": "drop", "why": ""})
    assert Channel.objects.exists()
    client.post(go("channel", made.pk), {"do": "drop", "why": "群解散"})
    assert not Channel.objects.exists()


@pytest.mark.parametrize("role", ["unit", "leader", "monitoring", "auditor"])
def test_who_may_not_set_channels_up_sees_none(land, person, client, channel, role):  # noqa: F811
    found = channel("email", "a@x.cn")
    client.force_login(person(role, "500229"))
    for address in (go("channels"), go("channel_new"), go("channel", found.pk)):
        assert client.get(address).status_code == 403
    assert client.post(go("channel", found.pk), {"do": "test"}).status_code == 403


def test_another_countys_channel_is_not_there(land, person, client, channel):  # noqa: F811
    found = channel("email", "a@x.cn", unit="500240")
    client.force_login(person("admin", "500229"))
    assert client.get(go("channel", found.pk)).status_code == 404


def test_a_rule_is_tuned_tried_out_and_put_back(officer, client):
    client.force_login(officer)
    assert "应急物资将过期" in client.get(go("rules"), {"q": "过期"}).content.decode()
    address = go("rule", "risk.expired_supply")
    assert "提前多少天" in client.get(address).content.decode()
    form = {"active": "on", "param-days": "30", "fire": "2", "why": "汛期从严", "do": "save"}
    for wrong, said in (
        ({"param-days": "很多"}, "要是数字"),
        ({"fire": "0"}, "1 到 1000"),
        ({"why": ""}, "请写明依据"),
        ({"quiet": "25-7"}, "22-7"),
    ):
        refused = client.post(address, form | wrong)
        assert refused.status_code == 422
        assert said in refused.content.decode()
        assert not RuleSetting.objects.exists()
    tried = client.post(address, form | {"do": "try"})
    assert "现在有 0 处不正常" in tried.content.decode()
    assert not RuleSetting.objects.exists()
    client.post(address, form)
    held = RuleSetting.objects.get()
    assert (held.params, held.fire, held.why) == ({"days": "30"}, 2, "汛期从严")
    shown = client.get(address).content.decode()
    assert "汛期从严" in shown
    assert 'value="30"' in shown
    client.post(address, form | {"do": "reset"})
    assert not RuleSetting.objects.exists()
    assert "汛期从严" in client.get(address).content.decode(), "what was changed stays on record"


def test_who_may_not_tune_reads_only(person, client):  # noqa: F811
    client.force_login(person("unit", "500229"))
    address = go("rule", "risk.expired_supply")
    assert 'name="param-days"' not in client.get(address).content.decode()
    assert client.post(address, {"why": "x", "do": "save"}).status_code == 403
    assert client.get(go("rule", "no.such")).status_code == 404


def test_overdue_cases_stand_in_the_menu(case, officer, client):  # noqa: F811
    case.due_at = timezone.now() - timedelta(days=1)
    case.save()
    client.force_login(officer)
    assert 'title="超期的问题">1<' in client.get(go("pulse")).content.decode()


@pytest.mark.parametrize("days", ["1e30", "1000000000", "-1", "3651", "NaN"])
def test_no_number_breaks_a_rule(officer, client, days):
    client.force_login(officer)
    for do in ("try", "save"):
        form = {"active": "on", "param-days": days, "why": "试", "do": do}
        refused = client.post(go("rule", "risk.expired_supply"), form)
        assert refused.status_code == 422
        assert "“提前多少天”要是 0 到 3650 的数字" in refused.content.decode()
    assert not RuleSetting.objects.exists()


def test_a_rule_that_cannot_be_judged_is_said(officer, client, monkeypatch, land):  # noqa: F811
    from dataclasses import replace

    from jiuzhi.engine.rules import declare, standing

    def broken(look):
        raise ZeroDivisionError("坏了")

    code = "risk.expired_supply"
    monkeypatch.setitem(declare.RULES, code, replace(declare.RULES[code], function=broken))
    standing.look_at(land["500229"], timezone.now(), only=[code], force=True)
    client.force_login(officer)
    shown = client.get(go("rules")).content.decode()
    assert "应急物资将过期”自" in shown
    assert "ZeroDivisionError: 坏了" in shown
