"""What is told goes out by the county's channels, each try on record, tried again, given up in the open."""

import email
import email.policy
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from jiuzhi.core import sealed
from jiuzhi.core.models import AuditEntry
from jiuzhi.core.records import SYSTEM, Actor
from jiuzhi.engine.notify import channels, outbound, sending, tell
from jiuzhi.engine.notify.models import Attempt, Delivery, Message

from .conftest import NOW


def send(at):
    return sending.send_due(lambda: at)


WAITING, SENT, REFUSED, GIVEN_UP = Delivery.State.values


def say(org, title="【重要】总磷超标：任河", key="fired:1", **more):
    return tell.tell(
        org, ("plan_officer",), title, "总磷 0.31 mg/L，限值 0.2", at=NOW, topic=more.pop("topic", "alert"), key=key, link="alert:1",
        severity=more.pop("severity", "high"), **more,
    )  # fmt: skip


def test_a_robot_gets_one_message_however_many_people_are_told(land, person, robot, channel, settings):
    settings.SITE_URL = "https://hb.example"
    person("plan_officer", "500229"), person("plan_officer", "500229")
    channel("wecom", robot.url)
    assert say(land["500229"]) == 2
    assert send(NOW) == 1
    assert send(NOW) == 0
    ((path, _headers, body),) = robot.got
    assert path == "/send?key=abcd1234"
    content = body["markdown"]["content"]
    assert "总磷超标：任河" in content
    assert "https://hb.example/go/alert:1/" in content
    found = Delivery.objects.get()
    assert (found.state, found.sent_at) == (SENT, NOW)
    assert [a.ok for a in found.attempts.all()] == [True]
    say(land["500229"])
    assert Delivery.objects.count() == 1


def test_a_channel_carries_its_own_subtree_topics_and_severities(land, person, robot, channel):
    person("plan_officer", "500229")
    channel("webhook", robot.url, name="水利", unit="500229-县水利局")
    channel("webhook", robot.url, name="紧急", least="critical")
    channel("webhook", robot.url, name="问题", topics=["case"])
    channel("webhook", robot.url, name="停用", active=False)
    say(land["500229"], key="a")
    assert not Delivery.objects.exists()
    say(land["500229-县水利局"], key="b")
    say(land["500229"], key="c", severity="critical")
    say(land["500229"], key="d", topic="case", severity="")
    said = {(d.key, d.channel.name) for d in Delivery.objects.all()}
    assert said == {("b", "水利"), ("c", "紧急"), ("d", "问题"), ("d", "紧急")}


def test_another_county_hears_nothing(land, person, robot, channel):
    person("plan_officer", "500240")
    channel("wecom", robot.url)
    say(land["500240"])
    assert not Delivery.objects.exists()


def test_what_fails_is_tried_again_later_and_later_and_given_up_in_the_open(land, person, robot, channel):
    officer = person("plan_officer", "500229")
    channel("wecom", robot.url)
    say(land["500229"])
    robot.answers = [500, {"errcode": 45009, "errmsg": "freq"}, 429, 503, 500, 500, 500]
    at, waits = NOW, []
    for _ in range(7):
        send(at - timedelta(seconds=1))
        assert len(robot.got) == len(waits)
        send(at)
        found = Delivery.objects.get()
        waits.append(found.next_at - at)
        at = found.next_at
    assert waits[:6] == list(sending.AGAIN)
    assert found.state == GIVEN_UP
    assert found.attempts.filter(ok=False).count() == 7
    assert "通知渠道“wecom”没有送达" in Message.objects.get(user=officer, topic="channel").title
    assert send(at + timedelta(days=1)) == 0
    later = at + timedelta(days=2)
    sending.again(found, SYSTEM, later)
    assert send(later) == 1
    found.refresh_from_db()
    assert (found.state, found.made_at) == (SENT, NOW), "sent again, it is still of its own time"


def test_what_cannot_arrive_is_not_tried_again(land, person, robot, channel):
    person("plan_officer", "500229")
    channel("dingtalk", robot.url, secret="SEC0")
    say(land["500229"])
    robot.answers = [{"errcode": 310000, "errmsg": "sign not match"}]
    send(NOW)
    found = Delivery.objects.get()
    assert found.state == REFUSED
    assert "310000 sign not match" in found.attempts.get().said
    assert "&timestamp=" in robot.got[0][0]
    assert "&sign=" in robot.got[0][0]


@pytest.mark.parametrize("answer", [404, 302, {"hello": 1}])
def test_an_address_that_is_none_is_said_to_be_none(land, person, robot, channel, answer):
    person("plan_officer", "500229")
    channel("wecom", robot.url)
    say(land["500229"])
    robot.answers = [answer]
    send(NOW)
    assert Delivery.objects.get().state == REFUSED
    assert "核对地址" in Attempt.objects.get().said
    assert len(robot.got) == 1, "a redirect is not followed"


def test_nobody_answers(land, person, channel, settings):
    settings.WEBHOOK_HOSTS = ["127.0.0.1"]
    person("plan_officer", "500229")
    channel("webhook", "http://127.0.0.1:9/x")
    say(land["500229"])
    send(NOW)
    assert Delivery.objects.get().state == WAITING
    assert "没有应答" in Attempt.objects.get().said


def test_a_program_can_check_who_sent_it(land, person, robot, channel):
    import hashlib
    import hmac
    import json

    person("plan_officer", "500229")
    channel("webhook", robot.url, secret="k1")
    say(land["500229"], synthetic=True)
    robot.answers = [204]
    send(NOW)
    ((_path, headers, body),) = robot.got
    assert body["synthetic"] is True
    assert body["county"] == "500229"
    raw = json.dumps(body, ensure_ascii=False).encode()
    mark = hmac.new(b"k1", headers["X-Jiuzhi-Timestamp"].encode() + b"." + raw, hashlib.sha256).hexdigest()
    assert headers["X-Jiuzhi-Signature"] == f"sha256={mark}"
    assert Delivery.objects.get().state == SENT


def test_no_more_a_minute_than_a_robot_takes(land, person, robot, channel):
    person("plan_officer", "500229")
    channel("wecom", robot.url)
    for n in range(30):
        say(land["500229"], key=str(n))
    assert send(NOW) == 18
    assert send(NOW + timedelta(seconds=30)) == 0
    assert send(NOW + timedelta(seconds=61)) == 12


def test_letters_go_to_who_is_told_and_has_an_address(land, person, mail, channel):
    for address in ("a@hb.example", "", "A@hb.example"):
        officer = person("plan_officer", "500229")
        officer.email = address
        officer.save()
    channel("email")
    say(land["500229"], title="超标\n通知", synthetic=True)
    assert send(NOW) == 1
    letter = email.message_from_bytes(mail.letters[0], policy=email.policy.default)
    assert letter["To"] == "a@hb.example"
    assert letter["Subject"] == "【模拟数据】超标 通知"
    assert "总磷 0.31 mg/L" in letter.get_content()
    assert "模拟数据" in letter.get_content()


def test_a_full_mailbox_is_tried_again_and_an_unknown_one_is_not(land, person, mail, channel):
    person("plan_officer", "500229")
    channel("email", "full@x.cn，gone@x.cn、here@x.cn")
    mail.refuses = {"full@x.cn": "452 mailbox full", "gone@x.cn": "550 no such user"}
    say(land["500229"])
    assert send(NOW) == 1
    states = {d.to: d.state for d in Delivery.objects.all()}
    assert states == {"full@x.cn": WAITING, "gone@x.cn": REFUSED, "here@x.cn": SENT}
    assert "550 no such user" in Attempt.objects.get(delivery__to="gone@x.cn").said


def test_without_a_mail_server_the_reason_is_said(land, person, channel):
    person("plan_officer", "500229")
    channel("email", "a@x.cn")
    say(land["500229"])
    send(NOW)
    assert "JIUZHI_SMTP" in Attempt.objects.get().said


def test_a_person_tries_a_channel_out(land, person, robot, channel):
    found = channel("wecom", robot.url)
    (attempt,) = sending.try_out(found, Actor(person("admin", "500229"), "web"), NOW)
    assert attempt.ok
    assert "渠道可用" in robot.got[0][2]["markdown"]["content"]
    robot.answers = [500]
    (attempt,) = sending.try_out(found, SYSTEM, NOW)
    assert not attempt.ok
    assert attempt.delivery.state == GIVEN_UP
    assert not Message.objects.exists()


def test_keys_are_kept_sealed_and_not_in_the_trail(land, channel, robot, settings):
    found = channel("wecom", robot.url, secret="SECRET-9")
    found.refresh_from_db()
    assert "abcd1234" not in found.address
    assert sealed.unseal(found.secret) == "SECRET-9"
    assert found.shown_address.endswith("/…1234")
    assert not AuditEntry.objects.filter(after_text__contains="SECRET-9").exists()
    channels.keep(found, SYSTEM, address="", secret="")
    assert sealed.unseal(found.address) == robot.url
    settings.SECRET_KEY = "another"
    (attempt,) = sending.try_out(found, SYSTEM, NOW)
    assert "请重新填写" in attempt.said


@pytest.mark.parametrize(
    ("kind", "address", "said"),
    [
        ("wecom", "", "请填群机器人"),
        ("wecom", "http://qyapi.weixin.qq.com/x", "https://"),
        ("webhook", "https://u:p@x.cn/", "读不懂"),
        ("webhook", "https://x.cn/\r\nHost: y", "读不懂"),
        ("webhook", "https://[::1/", "读不懂"),
        ("webhook", "file:///etc/passwd", "读不懂"),
        ("email", "a@x.cn, 张三", "不是邮箱"),
    ],
)
def test_an_address_that_does_not_hold_is_refused(land, channel, kind, address, said):
    with pytest.raises(ValidationError) as refused:
        channel(kind, address)
    assert said in refused.value.message_dict["address"][0]


def test_a_second_process_does_not_say_it_while_the_first_does(land, person, robot, channel, monkeypatch):
    person("plan_officer", "500229")
    channel("wecom", robot.url)
    say(land["500229"])
    really, meanwhile = outbound.post, []

    def post(request):
        meanwhile.append(send(NOW))
        return really(request)

    monkeypatch.setattr(outbound, "post", post)
    assert send(NOW) == 1
    assert meanwhile == [0]
    assert len(robot.got) == 1


def test_a_full_robot_does_not_keep_others_waiting(land, person, robot, channel):
    person("plan_officer", "500229")
    channel("wecom", robot.url, name="忙")
    for n in range(80):
        say(land["500229"], key=f"busy:{n}")
    send(NOW)
    quiet = channel("wecom", robot.url, name="闲")
    say(land["500229"], key="new")
    for second in range(1, 4):
        send(NOW + timedelta(seconds=second))
    assert Delivery.objects.get(channel=quiet).state == SENT


def test_a_robot_is_told_where_the_app_reaches_nobody(land, robot, channel):
    channel("wecom", robot.url)
    assert say(land["500229"]) == 0
    say(land["500229"])
    assert Delivery.objects.count() == 1


def test_another_way_needs_another_address(land, robot, channel):
    found = channel("email", "a@x.cn")
    found.kind = "wecom"
    with pytest.raises(ValidationError) as refused:
        channels.keep(found, SYSTEM, address="", secret="")
    assert "请填群机器人" in refused.value.message_dict["address"][0]
