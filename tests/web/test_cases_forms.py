"""Registering cases from where they are found, forms that keep what was typed, people and files of a case."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from jiuzhi.core.models import Attachment, Org
from jiuzhi.core.records import SYSTEM, Actor
from jiuzhi.core.registers import REGISTERS
from jiuzhi.engine.cases import evidence, lists, neighbours, work
from jiuzhi.engine.cases.models import Case
from jiuzhi.engine.rules import episodes
from jiuzhi.engine.rules.declare import RULES, Finding
from jiuzhi.engine.rules.hysteresis import FIRED, Event
from jiuzhi.engine.rules.look import Look
from jiuzhi.engine.rules.models import AfterTheFact
from tests.registers.conftest import land, load, person  # noqa: F401

UNIT, OTHER = "500229-县水利局", "500229-县林业局"
PHOTO = b"\xff\xd8photo"


def go(name, *args):
    return reverse(name, args=["500229", *args])


@pytest.fixture
def alarm(land):  # noqa: F811
    at = timezone.now() - timedelta(hours=1)
    finding = Finding(
        "device:X", "甲站设备", "没有报文", value=Decimal(2), limit=Decimal(1), unit="h", org=land[UNIT]
    )
    return episodes.write(
        Look(land["500229"], at), RULES["observe.device_offline"], finding, Event(FIRED, at, at, at, 0, 0)
    ).episode


@pytest.fixture
def case(land):  # noqa: F811
    return work.open_case("rectification", land[UNIT], "河边堆渣", SYSTEM, at=timezone.now())


FORM = {"title": "排口冒水", "workflow": "rectification", "unit": UNIT, "risk": "高"}


def test_a_case_is_registered_from_a_record_and_stands_on_its_page(load, client, person):  # noqa: F811
    register = REGISTERS["culture.venue"]
    record = next(r for r in load(register) if r.county.code == "500229")
    client.force_login(person("plan_officer", "500229"))
    page = client.get(go("record", register.code, record.pk)).content.decode()
    address = go("case_new") + f"?register={register.code}&amp;record={record.pk}"
    assert address in page
    form = client.get(address.replace("&amp;", "&")).content.decode()
    assert f'name="record" value="{record.pk}"' in form
    client.post(go("case_new"), FORM | {"register": register.code, "record": record.pk})
    case = Case.objects.get()
    assert (case.register, case.record) == (register.code, record.pk)
    assert case.code in client.get(go("record", register.code, record.pk)).content.decode()
    client.force_login(person("auditor", "500229"))
    seen = client.get(go("record", register.code, record.pk)).content.decode()
    assert case.code in seen
    assert go("case_new") not in seen


def test_a_record_one_may_not_see_binds_nothing(load, client, person):  # noqa: F811
    register = REGISTERS["culture.venue"]
    record = next(r for r in load(register) if r.county.code == "500240")
    client.force_login(person("plan_officer", "500229"))
    client.post(go("case_new"), FORM | {"register": register.code, "record": record.pk})
    assert Case.objects.get().record is None


def test_a_case_is_registered_from_an_alarm_once(alarm, client, person):  # noqa: F811
    client.force_login(person("monitoring", "500229"))
    form = client.get(go("case_new"), {"alarm": alarm.pk}).content.decode()
    assert "甲站设备" in form
    client.post(go("case_new"), FORM | {"alarm": alarm.pk})
    alarm.refresh_from_db()
    assert alarm.case == Case.objects.get()
    again = client.post(go("case_new"), FORM | {"alarm": alarm.pk})
    assert again.status_code == 422
    assert alarm.case.code in again.content.decode()
    assert episodes.hand_over(alarm, "rectification", SYSTEM, at=timezone.now()) == alarm.case


def test_a_refused_form_keeps_the_words_and_leaves_nothing(client, person, land, settings):  # noqa: F811
    client.force_login(person("plan_officer", "500229"))
    bad = [SimpleUploadedFile("前.jpg", PHOTO), SimpleUploadedFile("x.html", b"<script>")]
    said = client.post(go("case_new"), FORM | {"detail": "沿河三百米", "helper": [OTHER], "photo": bad})
    shown = said.content.decode()
    assert said.status_code == 422
    assert "不接受 .html" in shown
    assert "沿河三百米" in shown
    assert f'value="{OTHER}" checked' in shown
    assert not Case.objects.exists()
    assert not Attachment.objects.exists()
    assert not [p for p in settings.MEDIA_ROOT.rglob("*") if p.is_file()]


def test_photos_persons_and_helpers_come_with_the_form(client, person, land):  # noqa: F811
    hand = person("unit", UNIT)
    client.force_login(person("plan_officer", "500229"))
    client.post(
        go("case_new"),
        FORM | {"person": hand.pk, "helper": [OTHER], "photo": [SimpleUploadedFile("前.jpg", PHOTO)]},
    )
    case = Case.objects.get()
    assert (case.person, [o.code for o in case.helpers.all()]) == (hand, [OTHER])
    assert case.files.get().moment == "before"
    stranger = person("unit", "500240")
    refused = client.post(go("case_new"), FORM | {"person": stranger.pk})
    assert "没有这位承办人" in refused.content.decode()
    act = {"do": "step", "step": "交办", "unit": UNIT, "helpers": "1", "revision": case.revision}
    client.post(go("case_act", case.pk), act)
    assert not case.helpers.exists()
    client.post(go("case_act", case.pk), {"do": "back"})
    case.refresh_from_db()
    assert (case.person, [o.code for o in case.helpers.all()]) == (hand, [OTHER])


def test_a_refused_step_keeps_its_words_and_says_what_to_mend(case, client, person):  # noqa: F811
    client.force_login(person("unit", UNIT))
    work.take(case, "交办", SYSTEM, at=timezone.now())
    work.take(case, "报方案", SYSTEM, at=timezone.now(), words="清运")
    said = client.post(go("case_act", case.pk), {"do": "step", "step": "自查报验", "words": "三车都运走了"})
    shown = said.content.decode()
    assert said.status_code == 422
    assert "请先上传：整改后的照片" in shown
    assert "三车都运走了" in shown
    client.force_login(person("plan_officer", "500229"))
    late = client.post(
        go("case_act", case.pk), {"do": "extend", "until": "2020-01-01", "words": "等雨季过去"}
    )
    assert "等雨季过去" in late.content.decode()
    assert "要晚于" in late.content.decode()


def test_files_are_corrected_or_removed_with_a_reason(case, client, person):  # noqa: F811
    user = person("unit", UNIT)
    client.force_login(user)
    act = go("case_act", case.pk)
    client.post(act, {"do": "file", "moment": "proof", "file": SimpleUploadedFile("后.jpg", PHOTO)})
    kept = case.files.get()
    client.post(
        act, {"do": "file_correct", "file": kept.pk, "moment": "after", "spot": "桥下", "words": "选错了"}
    )
    kept.refresh_from_db()
    assert (kept.moment, kept.spot) == ("after", "桥下")
    assert "需要写明原因" in client.post(act, {"do": "file_drop", "file": kept.pk}).content.decode()
    work.take(case, "交办", SYSTEM, at=timezone.now())
    moved_on = client.post(act, {"do": "file_drop", "file": kept.pk, "words": "重拍"})
    assert "督办人员" in moved_on.content.decode()
    client.force_login(person("enforcement", "500229"))
    client.post(act, {"do": "file_drop", "file": kept.pk, "words": "拍的是别处"})
    assert not case.files.exists()
    assert "拍的是别处" in case.events.last().text


def test_another_unit_changes_no_file(case, client, person):  # noqa: F811
    kept = evidence.attach(case, SimpleUploadedFile("前.jpg", PHOTO), SYSTEM)
    case.helpers.add(case.county.children.get(code=OTHER))
    client.force_login(person("unit", OTHER))
    act = {"do": "file_drop", "file": kept.pk, "words": "x"}
    assert client.post(go("case_act", case.pk), act).status_code == 403
    assert case.files.exists()


def test_a_capped_export_says_so(case, client, person, land, monkeypatch):  # noqa: F811
    work.open_case("rectification", land[UNIT], "第二件", SYSTEM, at=timezone.now())
    monkeypatch.setattr(lists, "MOST", 1)
    client.force_login(person("plan_officer", "500229"))
    book = load_workbook(BytesIO(client.get(go("cases_export")).content))
    cells = [str(c.value) for row in book.active.iter_rows() for c in row if c.value]
    assert any("只导出前 1 件，共 2 件" in c for c in cells)


def test_a_correction_puts_a_case_on_the_map(case, client, person):  # noqa: F811
    client.force_login(person("plan_officer", "500229"))
    client.post(
        go("case_act", case.pk),
        {"do": "change", "title": "河边堆渣", "lon": "108.6", "lat": "31.9", "risk": "高", "words": "补坐标"},
    )
    case.refresh_from_db()
    assert (case.lon, case.risk) == (Decimal("108.6"), "高")


def test_a_county_offers_its_own_neighbours(land, client, person):  # noqa: F811
    assert {n.name for n in neighbours.of("500229")} >= {"万源市", "宣汉县", "紫阳县", "开州区"}
    assert {n.name for n in neighbours.of("500240")} >= {"丰都县", "忠县", "万州区", "利川市"}
    assert neighbours.of("500999") == ()
    assert all(
        n.code.isdecimal() and len(n.code) == 6 for c in ("500229", "500240") for n in neighbours.of(c)
    )
    case = work.open_case("neighbour", land["500229"], "上游来水超标", SYSTEM, at=timezone.now())
    client.force_login(person("plan_officer", "500229"))
    shown = client.get(go("case", case.pk)).content.decode()
    assert "四川省万源市（511781）" in shown
    assert "利川市" not in shown


def test_what_came_late_is_its_units(land, client, person):  # noqa: F811
    for org, name in ((land[UNIT], "水利站"), (land[OTHER], "林业站"), (None, "旧站")):
        AfterTheFact.objects.create(
            county=land["500229"], org=org, rule="x", subject=name, name=name, time=timezone.now(), value=2, limit=1, bad=True,
            text="迟到的值越限", noticed_at=timezone.now(),
        )  # fmt: skip
    client.force_login(person("unit", UNIT))
    shown = client.get(go("alerts_later")).content.decode()
    assert "水利站" in shown
    assert "林业站" not in shown
    assert "旧站" not in shown
    other = AfterTheFact.objects.get(name="林业站")
    assert client.post(go("alerts_later"), {"entry": other.pk, "decision": "x"}).status_code == 404
    own = AfterTheFact.objects.get(name="水利站")
    client.post(go("alerts_later"), {"entry": own.pk, "decision": "已核实"})
    own.refresh_from_db()
    assert own.decision == "已核实"
    client.force_login(person("monitoring", "500229"))
    assert "旧站" in client.get(go("alerts_later")).content.decode()


@pytest.mark.parametrize("between", ["　", "\t", "，", " , ", "、"])
def test_a_part_names_its_unit_however_it_is_set_off(case, client, person, between):  # noqa: F811
    client.force_login(person("plan_officer", "500229"))
    parts = f"南岸 一段{between}县林业局\n北岸{between}县水利局"
    client.post(go("case_act", case.pk), {"do": "split", "parts": parts})
    assert [(p.title, p.org.name) for p in case.parts.order_by("pk")] == [
        ("南岸 一段", "县林业局"), ("北岸", "县水利局")
    ]  # fmt: skip


@pytest.mark.parametrize("line", ["北岸", "北岸 林业", "县林业局"])
def test_a_part_without_a_known_unit_is_refused_with_its_line(case, client, person, line):  # noqa: F811
    client.force_login(person("plan_officer", "500229"))
    said = client.post(go("case_act", case.pk), {"do": "split", "parts": f"南岸 县水利局\n{line}"})
    assert f"“{line}”没有写明" in said.content.decode()
    assert not case.parts.exists()


def test_no_case_is_given_to_an_enterprise_or_a_village(case, land, client, person):  # noqa: F811
    firm = Org.objects.create(parent=land["500229"], code="500229-甲厂", name="甲厂", kind="enterprise")
    client.force_login(person("plan_officer", "500229"))
    act = go("case_act", case.pk)
    for sent in (
        {"do": "assign", "unit": firm.code, "words": "x"},
        {"do": "step", "step": "交办", "unit": firm.code},
        {"do": "split", "parts": "南岸 甲厂\n北岸 县水利局"},
    ):
        assert client.post(act, sent).status_code == 422
    case.refresh_from_db()
    assert (case.org, case.stage, case.parts.count()) == (land[UNIT], case.flow.first.name, 0)


def test_a_refused_file_form_keeps_what_was_typed(case, client, person):  # noqa: F811
    kept = evidence.attach(case, SimpleUploadedFile("前.jpg", PHOTO), SYSTEM)
    client.force_login(person("plan_officer", "500229"))
    act = go("case_act", case.pk)
    shown = client.post(act, {"do": "file", "moment": "after", "spot": "桥东头"}).content.decode()
    assert 'value="桥东头"' in shown
    assert '<option value="after" selected>' in shown
    wrong = {"do": "file_correct", "file": kept.pk, "moment": "x", "spot": "桥西头", "words": "点错了"}
    shown = client.post(act, wrong).content.decode()
    assert 'value="桥西头"' in shown
    assert 'value="点错了"' in shown


def test_a_file_is_not_kept_by_browsers_and_a_lost_one_is_said(case, client, person):  # noqa: F811
    kept = evidence.attach(case, SimpleUploadedFile("前.jpg", PHOTO), SYSTEM)
    client.force_login(person("plan_officer", "500229"))
    address = go("case_file", case.pk, kept.pk)
    assert client.get(address)["Cache-Control"] == "private, no-store"
    kept.attachment.file.storage.delete(kept.attachment.file.name)
    assert client.get(address).status_code == 404


def test_what_no_database_takes_is_left_out(client, person, land):  # noqa: F811
    client.force_login(person("plan_officer", "500229"))
    assert client.get(go("cases"), {"q": "堆\0渣"}).context["chosen"]["q"] == "堆渣"
    client.post(go("case_new"), FORM | {"kind": "水\0", "source": "检\0查"})
    assert (Case.objects.get().kind, Case.objects.get().source) == ("水", "检查")


def test_refused_words_stand_apart(client, person, land):  # noqa: F811
    client.force_login(person("plan_officer", "500229"))
    shown = client.post(go("case_new"), FORM | {"title": ""}).content.decode()
    assert "请用一句话写明是什么问题</p>" in shown
    assert shown.count("已填的内容还在") == 1


def test_nothing_offers_to_take_back_a_step_of_a_case_that_follows(land, client, person):  # noqa: F811
    case = work.open_case("value_approval", land["500229"], "审核", SYSTEM, at=timezone.now())
    user = person("plan_officer", "500229")
    work.follow(case, "退回改报", Actor(user), at=timezone.now(), words="x")
    client.force_login(user)
    assert 'value="back"' not in client.get(go("case", case.pk)).content.decode()


def test_a_photo_is_shown_as_a_picture_whatever_its_title(case, client, person):  # noqa: F811
    kept = evidence.attach(case, SimpleUploadedFile("前.jpg", PHOTO), SYSTEM, moment="before")
    kept.attachment.title = "现场.html"
    kept.attachment.save()
    client.force_login(person("plan_officer", "500229"))
    answer = client.get(go("case_file", case.pk, kept.pk))
    assert answer["Content-Type"] in ("image/jpeg", "image/png")
    assert answer["X-Content-Type-Options"] == "nosniff"
