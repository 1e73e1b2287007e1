"""A citizen complains, looks it up, rates the answer; nobody else learns who complained or what."""

import json
import re
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from jiuzhi.core.models import AuditEntry
from jiuzhi.core.records import SYSTEM
from jiuzhi.core.registers import REGISTERS
from jiuzhi.engine.cases import complaints, manage, work
from jiuzhi.engine.cases.models import Case, Complaint
from tests.registers.conftest import land, load, person  # noqa: F401

UNIT = "500229-县水利局"
NEW, STATE, RATE = (reverse(f"complaint_{n}", args=["500229"]) for n in ("new", "state", "rate"))


def picture(name="河.jpg", form="JPEG", colour=1):
    file = BytesIO()
    Image.new("RGB", (8, 8), (colour, 2, 3)).save(file, form)
    return SimpleUploadedFile(name, file.getvalue())


def form(**more):
    told = {
        "token": str(uuid4()), "kind": "水", "text": "张三家旁边的沟里每晚有白色泡沫", "place": "葛城街道三号桥", "phone": "13800000000",
    }  # fmt: skip
    return told | more


def receipt(page):
    """The number and the code of a receipt."""
    found = re.findall(r'name="(?:number|code)" value="([^"]+)"', page.content.decode())
    return {"number": found[0], "code": found[1]}


@pytest.fixture
def told(land, client):  # noqa: F811
    return receipt(client.post(NEW, form(photo=[picture()], lon="108.6", lat="31.9")))


def walk(answer="已封堵排口"):
    """What staff do until the answer is out."""
    case, now = Case.objects.get(), timezone.now()
    if case.stage == "受理":
        work.take(case, "受理交办", SYSTEM, at=now, org=case.county.children.get(code=UNIT))
    work.take(case, "报办理结果", SYSTEM, at=now, words="办案人员内部记录")
    work.take(case, "答复反映人", SYSTEM, at=now, answer=answer)
    return case


def test_a_complaint_becomes_a_case_with_its_photo_place_and_term(told):
    case = Case.objects.get()
    assert (case.workflow, case.stage, case.kind, str(case.lon)) == ("complaint", "受理", "水", "108.600000")
    assert (case.code, case.files.get().moment) == (told["number"], "before")
    assert case.due_at
    kept = Complaint.objects.get()
    assert len(told["code"]) == 12
    assert told["code"] not in f"{kept.secret} {case.origin}"
    assert not AuditEntry.objects.filter(after_text__contains=told["code"]).exists()


def test_a_form_sent_twice_is_one_complaint_with_one_code(land, client):  # noqa: F811
    sent = form()
    assert receipt(client.post(NEW, sent)) == receipt(client.post(NEW, sent))
    assert Case.objects.count() == 1
    assert receipt(client.post(NEW, form()))["code"] != receipt(client.post(NEW, sent))["code"]


def test_who_knows_number_and_code_sees_stage_and_answer_and_nothing_personal(told, client):
    walk()
    shown = client.post(STATE, told).content.decode()
    assert "已封堵排口" in shown
    assert "评价" in shown
    for private in ("张三", "13800000000", "办案人员", "三号桥", "泡沫"):
        assert private not in shown
    spaced = told | {"code": "-".join(re.findall("....", told["code"].lower()))}
    assert client.post(STATE, spaced).status_code == 200


def test_a_wrong_code_shows_nothing_and_after_five_the_door_is_shut(told, client):
    for _ in range(5):
        wrong = client.post(STATE, told | {"code": "AAAABBBBCCCC"})
        assert wrong.status_code == 404
        assert "受理" not in wrong.content.decode()
    assert client.post(STATE, told).status_code == 429
    assert client.post(RATE, told | {"rating": "满意"}).status_code == 429


def test_a_code_opens_no_other_complaint(told, client, land):  # noqa: F811
    other = receipt(client.post(NEW, form()))
    assert client.post(STATE, other | {"code": told["code"]}).status_code == 404
    elsewhere = reverse("complaint_state", args=["500240"])
    assert client.post(elsewhere, told).status_code == 404


def test_satisfied_it_is_closed_dissatisfied_it_goes_back(told, client):
    early = client.post(RATE, told | {"rating": "满意"})
    assert early.status_code == 422
    case = walk()
    silent = client.post(RATE, told | {"rating": "不满意", "words": ""})
    assert "写明哪里没有解决" in silent.content.decode()
    client.post(RATE, told | {"rating": "不满意", "words": "夜里还在排"})
    case.refresh_from_db()
    assert (case.stage, case.returns) == ("办理", 1)
    assert "夜里还在排" in case.events.last().text
    walk("已停产整治")
    client.post(RATE, told | {"rating": "基本满意"})
    case.refresh_from_db()
    assert (case.stage, case.open, Complaint.objects.get().rating) == ("办结", False, "基本满意")
    assert client.post(RATE, told | {"rating": "不满意", "words": "又来了一次"}).status_code == 422


def test_one_merged_into_another_shows_the_answer_of_that_one(told, client):
    first = Case.objects.get()
    client.post(NEW, form())
    into = Case.objects.exclude(pk=first.pk).get()
    manage.merge([first], into, "同一处", SYSTEM, at=timezone.now())
    Case.objects.filter(pk=into.pk).update(answer="一并处理了")
    assert "一并处理了" in client.post(STATE, told).content.decode()


def test_the_map_shows_public_places_alone(land, load, client):  # noqa: F811
    load(REGISTERS["water.outlet"])
    hidden = [r for r in load(REGISTERS["culture.heritage"]) if r.county.code == "500229"]
    shown = client.get(NEW).content.decode()
    assert "data-spot" in shown
    assert "排口" in json.loads(re.search(r'id="marks"[^>]*>(.*?)</script>', shown)[1])[0][0]
    assert not any(str(r) in shown for r in hidden)


@pytest.mark.parametrize(("more", "said"), [
    ({"kind": "王法"}, "哪一类"), ({"text": "臭"}, "写明发生了什么"), ({"text": "字" * 2001}, "2000"), ({"place": ""}, "在哪里"),
    ({"phone": "<script>"}, "电话"), ({"lon": "x", "lat": "1"}, "十进制度"), ({"lon": "0", "lat": "0"}, "中国境内"),
    ({"lon": "NaN", "lat": "31"}, "十进制度"), ({"lon": "sNaN", "lat": "31"}, "十进制度"), ({"token": "x"}, "过期"), ({"website": "http://x"}, "空着"),
])  # fmt: skip
def test_what_is_wrong_is_said_and_the_words_stay(land, client, more, said):  # noqa: F811
    answer = client.post(NEW, form(**more))
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert said in shown
    assert "葛城街道三号桥" in shown or more.get("place") == ""
    assert not Case.objects.exists()


@pytest.mark.parametrize("photos", [
    [SimpleUploadedFile("坏.jpg", b"<html><script>1</script>")], [picture("图.html")], [picture("图.gif", "GIF")],
    [picture(f"{n}.png", "PNG", n) for n in range(4)],
])  # fmt: skip
def test_only_real_photos_and_only_a_few(land, client, settings, photos):  # noqa: F811
    for photo in photos:
        photo.seek(0)
    assert client.post(NEW, form(photo=photos)).status_code == 422
    assert not Case.objects.exists()
    assert not [p for p in settings.MEDIA_ROOT.rglob("*") if p.is_file()]


def test_nobody_floods_the_county(land, client):  # noqa: F811
    answers = [client.post(NEW, form()).status_code for _ in range(7)]
    assert answers == [201] * 5 + [429] * 2


def test_without_the_forms_token_nothing_is_taken(land):  # noqa: F811
    careful = Client(enforce_csrf_checks=True)
    assert careful.post(NEW, form()).status_code == 403
    assert careful.get(NEW).status_code == 200
    assert careful.post(STATE, {"number": "1", "code": "2"}).status_code == 403
    assert Case.objects.count() == 0


def test_pages_open_for_everybody_and_nothing_is_kept_by_browsers(land, client):  # noqa: F811
    for address in (NEW, STATE, reverse("public_registers", args=["500229"])):
        assert client.get(address).status_code == 200
    assert "no-store" in client.get(NEW)["Cache-Control"]
    assert client.get(RATE).status_code == 405
    assert client.get(reverse("complaint_new", args=["999999"])).status_code == 404
    assert NEW in client.get(reverse("public_registers", args=["500229"])).content.decode()


def test_the_phone_is_for_who_works_on_it(told, client, person):  # noqa: F811
    case = Case.objects.get()
    address = reverse("case", args=["500229", case.pk])
    client.force_login(person("enforcement", "500229"))
    assert "13800000000" in client.get(address).content.decode()
    client.force_login(person("auditor", "500229"))
    shown = client.get(address)
    assert shown.status_code == 200
    assert "13800000000" not in shown.content.decode()


def test_a_code_cannot_be_told_from_another_token(land):  # noqa: F811
    codes = {complaints._code(land[c], str(uuid4())) for c in ("500229", "500240") for _ in range(200)}
    assert len(codes) == 400


@pytest.mark.parametrize("more", [{"text": "又有别的味道了"}, {"place": "四号桥"}, {"kind": "噪声"}])
def test_a_form_sent_again_with_other_words_is_refused(land, client, more):  # noqa: F811
    sent = form()
    client.post(NEW, sent)
    again = client.post(NEW, sent | more)
    assert again.status_code == 422
    assert "已经提交过，内容不同" in again.content.decode()
    assert Case.objects.count() == 1


def test_two_forms_at_the_same_moment_are_one_complaint(land, client, monkeypatch):  # noqa: F811
    sent, opening, first = form(photo=[picture()]), work.open_case, []

    def meanwhile(*args, **more):
        """The other one comes in after this one was found to be new."""
        monkeypatch.setattr(work, "open_case", opening)
        first.append(receipt(client.post(NEW, form(**sent | {"photo": [picture()]}))))
        return opening(*args, **more)

    monkeypatch.setattr(work, "open_case", meanwhile)
    assert receipt(client.post(NEW, sent)) == first[0]
    assert (Case.objects.count(), Complaint.objects.count(), Case.objects.get().files.count()) == (1, 1, 1)


def test_the_same_photo_chosen_twice_is_kept_once(land, client):  # noqa: F811
    photos = [picture("一.jpg"), picture("二.jpg"), picture("三.jpg", colour=200)]
    assert client.post(NEW, form(photo=photos)).status_code == 201
    assert Case.objects.get().files.count() == 2


def test_a_number_is_asked_without_what_no_database_takes(told, client):
    assert client.post(STATE, told | {"number": told["number"] + "\0"}).status_code == 200
