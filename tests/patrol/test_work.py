"""What a phone sends is kept once; what is wrong is refused with a sentence."""

import hashlib
import io
import math
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from jiuzhi.core import records
from jiuzhi.core.models import Attachment, AuditEntry
from jiuzhi.core.records import Actor
from jiuzhi.engine.cases.models import Case
from jiuzhi.engine.patrol import work
from jiuzhi.engine.patrol.models import Finding, Patrol

from .conftest import NOW, UNIT, walk

START = NOW.timestamp() - 3600


def sent(duty, /, **more):
    return {
        "uuid": str(uuid4()), "duty": duty.pk, "started": START, "ended": START + 400, "track": walk(START), "note": "",
    } | more  # fmt: skip


def seen(duty, /, **more):
    return {
        "uuid": str(uuid4()), "duty": duty.pk, "patrol": None, "kind": "垃圾", "words": "河边有垃圾", "at": START,
        "lon": 108.66, "lat": 31.94,
    } | more  # fmt: skip


def picture(colour="red"):
    out = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(out, "JPEG")
    return SimpleUploadedFile("现场.jpg", out.getvalue())


def test_sent_twice_is_kept_once(duty, chief):
    given = sent(duty)
    one, two = (work.take_patrol(chief, given, NOW) for _ in range(2))
    assert one.pk == two.pk
    assert Patrol.objects.count() == 1
    assert (one.state, one.doubts) == ("good", [])
    assert one.distance > 300


def test_a_finding_sent_twice_opens_one_case_and_keeps_one_photo(duty, chief):
    given = seen(duty)
    one, two = (work.take_finding(chief, given, [picture()], NOW) for _ in range(2))
    assert one.pk == two.pk
    assert one.case_id
    photos = Attachment.objects.filter(register=work.OWNER)
    assert (Finding.objects.count(), Case.objects.count(), photos.count()) == (1, 1, 1)
    assert Case.objects.get().origin == f"patrol:{one.uuid}"


def test_photos_stand_with_the_case_too_as_the_same_file(duty, chief):
    found = work.take_finding(chief, seen(duty), [picture(), picture("blue"), picture()], NOW)
    shown = {f.attachment.sha256: f for f in found.case.files.all()}
    own = {a.sha256: a for a in Attachment.objects.filter(register=work.OWNER, record=found.pk)}
    assert len(shown) == found.case.files.count() == 2  # the same photo twice is shown once
    assert shown.keys() == own.keys()
    assert {f.moment for f in shown.values()} == {"before"}
    assert {f.attachment.added_by for f in shown.values()} == {chief}
    for one in shown.values():
        with one.attachment.file.open("rb") as file:
            assert hashlib.sha256(file.read()).hexdigest() == one.attachment.sha256
    names = {a.file.name for a in Attachment.objects.all()}
    assert len(names) == 3  # as many files as the phone sent


def test_who_may_patrol_and_report_only_still_shows_what_was_found(duty, person):
    some = person("chief", UNIT, actions="walk_patrol open_case")
    found = work.take_finding(some, seen(duty), [picture()], NOW)
    assert found.case.files.get().attachment.added_by is None


def test_a_finding_that_cannot_be_shown_leaves_nothing(duty, chief, monkeypatch, settings):
    def refuse(*_given, **_more):
        raise ValidationError("不行")

    monkeypatch.setattr(work.evidence, "attach", refuse)
    with pytest.raises(ValidationError):
        work.take_finding(chief, seen(duty), [picture()], NOW)
    assert not Case.objects.exists()
    assert not [p for p in Path(settings.MEDIA_ROOT).rglob("*") if p.is_file()]


def test_a_finding_that_comes_first_finds_its_patrol(duty, chief):
    given = sent(duty)
    found = work.take_finding(chief, seen(duty, patrol=given["uuid"]), [], NOW)
    walked = work.take_patrol(chief, given, NOW)
    found.refresh_from_db()
    assert found.patrol == walked


def test_another_persons_number_or_other_contents_are_refused(duty, chief, person):
    given = sent(duty)
    work.take_patrol(chief, given, NOW)
    with pytest.raises(PermissionDenied, match="另一个人"):
        work.take_patrol(person("chief", UNIT), given, NOW)
    with pytest.raises(ValidationError, match="内容不同"):
        work.take_patrol(chief, given | {"note": "改了"}, NOW)


def test_without_the_right_nothing_is_kept(duty, person):
    for who in (person("chief", "500229-县林业局"), person("leader", "500229"), person("chief", "500240")):
        with pytest.raises(PermissionDenied):
            work.take_patrol(who, sent(duty), NOW)
    assert not Patrol.objects.exists()


def test_a_duty_taken_away_keeps_the_patrol_and_says_so(duty, chief, person):
    duty.person = person("chief", UNIT)
    records.save(duty, records.SYSTEM, "改派")
    found = work.take_patrol(chief, sent(duty), NOW)
    assert [d[0] for d in found.doubts] == ["duty"]
    assert found.state == "doubtful"
    assert duty not in work.duties(chief, NOW.date())
    assert duty in work.duties(duty.person, NOW.date())


@pytest.mark.parametrize(
    "wrong",
    [
        {"uuid": "x"}, {"uuid": 3}, {"duty": "1"}, {"duty": True}, {"started": math.nan}, {"started": "now"}, {"ended": 1e18},
        {"ended": START - 1}, {"track": "x"}, {"track": [[1, 2]]}, {"track": [[START, math.nan, 31, 1]]},
        {"track": [[START, 108, math.inf, 1]]}, {"track": [["1", "2", "3", "4"]]}, {"track": [[START, 0, 0, 1]]},
        {"track": [[START, 108, 31, 1]] * 20_001}, {"track": [[10**400, 108, 31, 1]]}, {"note": "长" * 501}, {"note": None},
    ],
)  # fmt: skip
def test_a_wrong_patrol_is_refused(duty, chief, wrong):
    with pytest.raises(ValidationError):
        work.take_patrol(chief, sent(duty, **wrong), NOW)
    assert not Patrol.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"kind": "x"}, {"kind": []}, {"words": " "}, {"words": 5}, {"lon": math.nan}, {"lat": None}, {"patrol": "x"}, {"at": None}]
)  # fmt: skip
def test_a_wrong_finding_is_refused(duty, chief, wrong):
    with pytest.raises(ValidationError):
        work.take_finding(chief, seen(duty, **wrong), [], NOW)
    assert not Finding.objects.exists()
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    "content", [b"", b"<svg onload=alert(1)>", b"\xff\xd8\xff\xe0", b"GIF89a\x01\x00\x01\x00"]
)
def test_a_photo_that_is_none_is_refused(duty, chief, content):
    with pytest.raises(ValidationError, match="照片"):
        work.take_finding(chief, seen(duty), [SimpleUploadedFile("a.jpg", content)], NOW)
    assert not Finding.objects.exists()


@pytest.mark.parametrize("name", ["a.shtml", "a.svg", "a", "a.jpg.html"])
def test_a_picture_named_as_something_else_is_refused(duty, chief, name):
    content = picture().read() + b"<script>alert(1)</script>"
    with pytest.raises(ValidationError, match="照片"):
        work.take_finding(chief, seen(duty), [SimpleUploadedFile(name, content)], NOW)
    assert not Finding.objects.exists()


def test_a_photo_with_a_second_view_is_taken(duty, chief):
    out, views = io.BytesIO(), [Image.new("RGB", (8, 8), c) for c in ("red", "blue")]
    views[0].save(out, "MPO", save_all=True, append_images=views[1:])
    found = work.take_finding(chief, seen(duty), [SimpleUploadedFile("IMG_1.JPG", out.getvalue())], NOW)
    assert Attachment.objects.filter(register=work.OWNER, record=found.pk).count() == 1


def test_a_supervisor_decides_but_not_about_himself(duty, chief, person):
    found = work.take_patrol(chief, sent(duty, track=walk(START)[:3]), NOW)
    officer = Actor(person("plan_officer", "500229"))
    for who in (Actor(chief), Actor(person("leader", "500229"))):
        with pytest.raises(PermissionDenied):
            work.decide(found, True, "x", who)
    with pytest.raises(ValidationError, match="依据"):
        work.decide(found, True, " ", officer)
    with pytest.raises(ValidationError, match="刚被别人改过"):
        work.decide(found, True, "x", officer, found.revision - 1)
    found.refresh_from_db()
    work.decide(found, True, "现场有照片", officer, found.revision)
    assert found.state == "accepted"
    assert found.doubts
    entry = AuditEntry.objects.filter(model="patrol.Patrol", key=str(found.pk)).order_by("id").last()
    assert (entry.user, entry.why) == (officer.user, "核实有效：现场有照片")


def test_who_sees_a_patrol(duty, chief, person, land):
    work.take_patrol(chief, sent(duty), NOW)
    see = lambda role, unit, county="500229": work.visible(person(role, unit), land[county]).count()  # noqa: E731
    assert (see("plan_officer", "500229"), see("unit", UNIT), see("unit", "500229-县林业局")) == (1, 1, 0)
    assert (see("enterprise", "500229"), see("plan_officer", "500240")) == (0, 0)
