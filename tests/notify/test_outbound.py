"""Nothing is posted into the county's own network, and what is written for a robot is what its makers describe."""

import base64
import hashlib
import hmac
import socket
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiuzhi.engine.notify import outbound, ways
from jiuzhi.engine.notify.models import Delivery

from .conftest import NOW


@pytest.fixture(autouse=True)
def _nobody_inside(settings):
    settings.WEBHOOK_HOSTS = []


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.8", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1", "::1", "fe80::1", "fc00::1",
     "::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::"],
)  # fmt: skip
def test_an_address_inside_is_refused_whatever_its_name(monkeypatch, address):
    found = [(0, socket.SOCK_STREAM, 6, "", ("1.1.1.1", 443)), (0, socket.SOCK_STREAM, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: found)
    with pytest.raises(outbound.AddressRefused, match="内部网络"):
        outbound.resolve("looks.public.example", 443)


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch):
    asked, went = [], []

    def names(host, port, **more):
        asked.append(host)
        return [(0, socket.SOCK_STREAM, 6, "", ("1.1.1.1", port))]

    def connect(address, timeout):
        went.append(address)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", names)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(outbound.NotReached):
        outbound.post(ways.Request("https://robot.example/x", {}, b"{}"))
    assert asked == ["robot.example"]
    assert went == [("1.1.1.1", 443)]


def test_a_host_inside_must_be_named_by_who_runs_the_server(settings):
    with pytest.raises(outbound.AddressRefused, match="JIUZHI_WEBHOOK_HOSTS"):
        outbound.resolve("127.0.0.1", 80)
    settings.WEBHOOK_HOSTS = ["127.0.0.1"]
    assert outbound.resolve("127.0.0.1", 80) == "127.0.0.1"


def delivery(title="题", text="文", **more):
    return Delivery(pk=1, key="k", topic="alert", title=title, text=text, made_at=NOW, **more)


def test_the_signature_is_the_one_dingtalk_describes():
    url = ways.compose(
        "dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=x", "SECabc", delivery(), "", NOW
    ).url
    asked = parse_qs(urlsplit(url).query)
    stamp = asked["timestamp"][0]
    assert stamp == str(int(NOW.timestamp() * 1000))
    expected = hmac.new(b"SECabc", f"{stamp}\nSECabc".encode(), hashlib.sha256).digest()
    assert base64.b64decode(asked["sign"][0]) == expected


@given(title=st.text(max_size=200), text=st.text(max_size=6000))
def test_a_robots_message_is_never_longer_than_it_takes_and_keeps_its_link(title, text):
    import json

    body = json.loads(
        ways.compose(
            "wecom", "https://x", "", delivery(title, text), "https://hb.example/go/alert:1/", NOW
        ).body
    )
    content = body["markdown"]["content"]
    assert len(content.encode()) <= 4096
    assert content.endswith("[打开查看](https://hb.example/go/alert:1/)")


def test_words_of_a_person_make_no_links_in_a_group():
    content = ways._markdown(delivery(text="[点我](http://bad) <@all> ![](x)"), "")
    assert not set("[]<@`") & set(content)
    assert "［点我］(http://bad)" in content


@given(
    status=st.integers(100, 599),
    body=st.binary(max_size=300),
    kind=st.sampled_from(["wecom", "dingtalk", "webhook"]),
)
def test_no_answer_breaks_the_reading(status, body, kind):
    verdict = ways.read(kind, status, body)
    assert not (verdict.ok and verdict.again)
    assert verdict.said
    if kind != "webhook":
        assert not verdict.ok or b"errcode" in body
