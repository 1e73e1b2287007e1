"""Documents and photos: several at once or none, small pictures, distance, who may have them, hostile files."""

import io
import random
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from jiuzhi.core import attachments, geo
from jiuzhi.core.models import Attachment, AuditEntry
from jiuzhi.core.registers import get

from .places import at

PDF = b"%PDF-1.4 x"


def photo(lon=None, lat=None, size=(640, 480), orientation=1) -> bytes:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = orientation
    exif.get_ifd(0x8769)[0x9003] = "2026:05:01 08:30:00"
    if lon is not None:
        exif.get_ifd(0x8825).update({1: "N", 2: (lat, 0.0, 0.0), 3: "E", 4: (lon, 0.0, 0.0)})
    Image.new("RGB", size, "green").save(out, "JPEG", exif=exif)
    return out.getvalue()


def sent(client, register, row, *files):
    given = [SimpleUploadedFile(name, body) for name, body in files]
    return client.post(at("record_attach", register, row.pk), {"files": given}, follow=True).content.decode()


def test_several_files_come_together_or_not_at_all(own, settings):
    register, rows, client = own("water.outlet")
    page = sent(client, register, rows[0], ("一.pdf", PDF), ("二.jpg", photo()), ("三.docx", b"PK\x03\x04"))
    assert "已上传 3 个文件" in page
    assert all(name in page for name in ("一.pdf", "二.jpg", "三.docx"))
    assert (
        len(set(AuditEntry.objects.filter(model="core.Attachment").values_list("change_set", flat=True))) == 1
    )
    stored = {p for p in Path(settings.MEDIA_ROOT).rglob("*") if p.is_file()}
    page = sent(client, register, rows[0], ("四.pdf", PDF), ("五.svg", b"<svg onload=alert(1)>"))
    assert "五.svg：不接受" in page
    assert Attachment.objects.count() == 3
    assert {p for p in Path(settings.MEDIA_ROOT).rglob("*") if p.is_file()} == stored, "no stray file is left"
    assert (
        "没有选择文件" in client.post(at("record_attach", register, rows[0].pk), follow=True).content.decode()
    )


@pytest.mark.parametrize("ending", ["shtml", "xht", "svgz", "mht", "mhtml", "xhtml", "SHTML"])
def test_what_a_browser_may_run_is_not_taken(own, ending):
    register, rows, client = own("water.outlet")
    assert "不接受" in sent(client, register, rows[0], (f"a.{ending}", b"<script>alert(1)</script>"))
    assert not Attachment.objects.exists()


def test_a_photo_far_from_its_record_is_pointed_out(own):
    register, rows, client = own("water.outlet")
    row = rows[0]
    lon, lat = float(row.lon), float(row.lat)
    page = sent(
        client, register, row, ("近.jpg", photo(lon + 0.001, lat)), ("远.jpg", photo(lon, lat + 0.01))
    )
    near, far = (round(geo.distance(lon, lat, x, y)) for x, y in ((lon + 0.001, lat), (lon, lat + 0.01)))
    assert near < 500 < far
    assert f"距记录位置 {near} m" in page
    assert f"拍摄处距记录位置 {far} m，请核对" in page
    assert page.count("请核对照片或坐标") == 1
    assert "2026-05-01 08:30" in page


def test_a_small_picture_is_upright_without_tags_and_made_once(own, settings):
    register, rows, client = own("water.outlet")
    sent(client, register, rows[0], ("现场.jpg", photo(108.6, 31.9, (640, 480), orientation=6)))
    kept = Attachment.objects.get()
    address = at("record_file", register, rows[0].pk, kept.pk) + "?small"
    answer = client.get(address)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    with Image.open(io.BytesIO(answer.content)) as small:
        assert small.height > small.width, "turned upright"
        assert max(small.size) <= 320
        assert not small.getexif().get_ifd(0x8825), "the place does not travel along"
    cached = list((Path(settings.HOME) / "thumbnails").rglob("*.jpg"))
    assert [p.stem for p in cached] == [kept.sha256]
    Path(kept.file.path).unlink()
    assert client.get(address).content == answer.content


def test_only_who_sees_the_record_gets_its_files(own, person):
    register, rows, client = own("water.outlet")
    row, other = rows[0], rows[1]
    sent(client, register, row, ("批复.pdf", PDF))
    kept = Attachment.objects.get()
    address = at("record_file", register, row.pk, kept.pk)
    answer = client.get(address)
    assert answer["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert answer["Content-Type"] == "application/octet-stream"
    assert client.get(at("record_file", register, other.pk, kept.pk)).status_code == 404
    assert client.get(at("record_file", get("water.source"), row.pk, kept.pk)).status_code == 404
    for role, unit, status in (
        ("plan_officer", "500240", 404),
        ("unit", "500229205", 404),
        ("auditor", "500229", 200),
    ):
        client.force_login(person(role, unit))
        assert row.org.code != "500229205"
        assert client.get(address).status_code == status
        drop = client.post(at("record_file_drop", register, row.pk, kept.pk), {"why": "越权"})
        add = client.post(at("record_attach", register, row.pk), {"files": SimpleUploadedFile("x.pdf", PDF)})
        assert (drop.status_code, add.status_code) == (404, 404)
    client.logout()
    assert client.get(address).status_code == 302
    assert Attachment.objects.count() == 1


def test_a_file_goes_only_with_a_reason(own):
    register, rows, client = own("water.outlet")
    sent(client, register, rows[0], ("批复.pdf", PDF))
    kept = Attachment.objects.get()
    drop = at("record_file_drop", register, rows[0].pk, kept.pk)
    assert "需要写明原因" in client.post(drop, {"why": " "}, follow=True).content.decode()
    assert client.get(drop).status_code == 405
    assert Attachment.objects.exists()
    client.post(drop, {"why": "传错"})
    assert not Attachment.objects.exists()


def test_photos_of_a_blurred_place_are_for_those_who_see_it(own, person):
    register, rows, client = own("mountain.occurrence")
    row = rows[0]
    sent(client, register, row, ("崖柏.jpg", photo(float(row.lon), float(row.lat))))
    kept = Attachment.objects.get()
    assert f"{kept.lon}" in client.get(at("record", register, row.pk)).content.decode()
    client.force_login(person("unit", "500229"))
    page = client.get(at("record", register, row.pk)).content.decode()
    assert "照片和文件只对有权限的人开放" in page
    assert f"{kept.lon}" not in page
    assert "距记录位置" not in page
    assert kept.sha256[:8] not in page
    for tail in ("", "?small"):
        assert client.get(at("record_file", register, row.pk, kept.pk) + tail).status_code == 403


@pytest.mark.parametrize("name", [
    "../../越狱.pdf", "a" * 300 + ".pdf", "换行\r\nSet-Cookie: x.pdf", "引号\".pdf", "没有后缀", ".pdf", "两层.html.pdf", "空格 .pdf",
])  # fmt: skip
def test_a_hostile_name_stays_a_name(name, own, settings):
    register, rows, client = own("water.outlet")
    sent(client, register, rows[0], (name, PDF))
    kept = Attachment.objects.get()
    assert Path(kept.file.path).resolve().is_relative_to(Path(settings.MEDIA_ROOT).resolve())
    answer = client.get(at("record_file", register, rows[0].pk, kept.pk))
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer
    assert all(c not in answer["Content-Disposition"] for c in '\r\n"')
    assert b"".join(answer.streaming_content) == PDF


@pytest.mark.parametrize(
    "name", ["a.html", "a.HTM", "a.svg", "a.js", "a.exe", "a.xhtml", "a.xml", "a.pdf.html", "a.bat"]
)
def test_what_a_browser_may_run_is_refused(name, own):
    register, rows, client = own("water.outlet")
    assert "不接受" in sent(client, register, rows[0], (name, b"<script>alert(1)</script>"))
    assert not Attachment.objects.exists()


def test_a_script_dressed_as_a_photo_is_never_run(own):
    register, rows, client = own("water.outlet")
    sent(client, register, rows[0], ("假.jpg", b"<html><script>alert(1)</script>"))
    kept = Attachment.objects.get()
    address = at("record_file", register, rows[0].pk, kept.pk)
    assert client.get(address + "?small").status_code == 404
    answer = client.get(address)
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_picture_that_claims_to_be_huge_is_not_opened(own):
    register, rows, client = own("water.outlet")
    out = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(out, "PNG")  # 144 million pixels in some kilobytes
    assert len(out.getvalue()) < 100_000
    sent(client, register, rows[0], ("炸弹.png", out.getvalue()))
    kept = Attachment.objects.get()
    assert client.get(at("record_file", register, rows[0].pk, kept.pk) + "?small").status_code == 404


@pytest.mark.parametrize("gps", [
    {1: "N", 2: (float("nan"), 0.0, 0.0), 3: "E", 4: (108.0, 0.0, 0.0)}, {1: "N", 2: (0, 0), 3: "E", 4: (1, 2)},
    {1: "N", 2: (1e30, 0.0, 0.0), 3: "E", 4: (-1e30, 0.0, 0.0)}, {2: None},
])  # fmt: skip
def test_a_place_a_camera_garbled_is_no_place(gps):
    assert attachments._degrees(gps, 3, 4, "W") in (None, 108)
    assert attachments._degrees(gps, 1, 2, "S") is None


def test_a_damaged_photo_never_breaks_the_reading_of_its_tags():
    whole, dice = photo(108.6, 31.9), random.Random(5)
    for _ in range(400):
        broken = bytearray(whole)
        for _ in range(dice.randint(1, 12)):
            broken[dice.randrange(min(len(broken), 400))] = dice.randrange(256)
        _taken, lon, lat = attachments.exif(io.BytesIO(bytes(broken)))
        assert lon is None or abs(lon) <= 180
        assert lat is None or abs(lat) <= 180


def test_a_file_lost_from_the_store_is_said(own):
    register, rows, client = own("water.outlet")
    sent(client, register, rows[0], ("批复.pdf", PDF))
    kept = Attachment.objects.get()
    Path(kept.file.path).unlink()
    answer = client.get(at("record_file", register, rows[0].pk, kept.pk))
    assert answer.status_code == 404
    assert "文件已不在存储中" in answer.content.decode()
