"""The pages of alarms and cases: within the grants, explained, worked by forms."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from jiuzhi.core.records import SYSTEM
from jiuzhi.engine.cases import work
from jiuzhi.engine.cases.models import Case
from jiuzhi.engine.rules import episodes
from jiuzhi.engine.rules.declare import RULES, Finding
from jiuzhi.engine.rules.hysteresis import FIRED, Event
from jiuzhi.engine.rules.look import Look
from jiuzhi.engine.rules.models import AfterTheFact, Episode
from tests.registers.conftest import land, person  # noqa: F401

UNIT, OTHER = "500229-县水利局", "500229-县林业局"


@pytest.fixture
def alarm(land):  # noqa: F811
    at = timezone.now() - timedelta(hours=1)
    finding = Finding(
        "device:X", "甲站设备", "没有报文", value=Decimal("1.5"), limit=Decimal(1), unit="h", org=land[UNIT]
    )
    return episodes.write(
        Look(land["500229"], at), RULES["observe.device_offline"], finding, Event(FIRED, at, at, at, 0, 0)
    ).episode


@pytest.fixture
def case(land):  # noqa: F811
    return work.open_case("rectification", land[UNIT], "河边堆渣", SYSTEM, at=timezone.now())


def go(name, *args):
    return reverse(name, args=["500229", *args])


def test_an_alarm_is_listed_explained_acknowledged_and_handed_over(alarm, client, person):  # noqa: F811
    client.force_login(person("monitoring", "500229"))
    assert "甲站设备" in client.get(go("alerts")).content.decode()
    shown = client.get(go("alert", alarm.pk)).content.decode()
    assert "超过三倍上报间隔" in shown
    assert "本县可调" in shown
    client.post(go("alert_act", alarm.pk, "ack"), {"text": "去看"})
    alarm.refresh_from_db()
    assert alarm.acked_at
    said = client.post(go("alert_act", alarm.pk, "ack"), {"text": "again"}, follow=True).content.decode()
    assert "已经确认过" in said
    client.post(go("alert_act", alarm.pk, "case"), {"workflow": "rectification"})
    assert Case.objects.get().episodes.get() == alarm
    client.post(go("alert_act", alarm.pk, "case"), {"workflow": "rectification"})
    assert Case.objects.count() == 1


def test_another_unit_sees_neither_alarm_nor_case(alarm, case, client, person):  # noqa: F811
    client.force_login(person("unit", OTHER))
    assert "甲站设备" not in client.get(go("alerts")).content.decode()
    assert client.get(go("alert", alarm.pk)).status_code == 404
    assert client.get(go("case", case.pk)).status_code == 404
    assert client.post(go("case_act", case.pk), {"do": "note", "words": "x"}).status_code == 404
    assert "河边堆渣" not in client.get(go("cases")).content.decode()


def test_late_values_wait_for_a_person(land, client, person):  # noqa: F811
    AfterTheFact.objects.create(
        county=land["500229"], rule="x", subject="s", name="甲站", time=datetime(2026, 11, 1, tzinfo=UTC), value=2, limit=1, bad=True,
        text="迟到的值越限", noticed_at=timezone.now(),
    )  # fmt: skip
    client.force_login(person("monitoring", "500229"))
    assert "甲站" in client.get(go("alerts_later")).content.decode()
    client.post(go("alerts_later"), {"entry": AfterTheFact.objects.get().pk, "decision": "已核实"})
    assert AfterTheFact.objects.get().decision == "已核实"


def test_a_case_is_registered_and_moved_by_forms(land, client, person):  # noqa: F811
    client.force_login(person("plan_officer", "500229"))
    form = {
        "title": "河边堆渣",
        "workflow": "rectification",
        "unit": UNIT,
        "risk": "高",
        "lon": "108.6",
        "lat": "31.9",
    }
    refused = client.post(go("case_new"), form | {"lat": "北纬"})
    assert refused.status_code == 422
    assert "十进制度" in refused.content.decode()
    client.post(go("case_new"), form)
    case = Case.objects.get()
    assert (case.risk, case.lon) == ("高", Decimal("108.6"))
    shown = client.get(go("case", case.pk)).content.decode()
    assert 'value="交办"' in shown
    client.post(
        go("case_act", case.pk), {"do": "step", "step": "交办", "unit": UNIT, "revision": case.revision}
    )
    case.refresh_from_db()
    assert case.stage == "制定方案"
    stale = client.post(
        go("case_act", case.pk), {"do": "step", "step": "报方案", "words": "x", "revision": 1}, follow=True
    )
    assert "刚被别人办理过" in stale.content.decode()
    client.post(go("case_act", case.pk), {"do": "back"})
    case.refresh_from_db()
    assert case.stage == "交办"


def test_photos_stand_with_their_fingerprint_and_only_who_sees_the_case_gets_them(case, client, person):  # noqa: F811
    client.force_login(person("unit", UNIT))
    photo = SimpleUploadedFile("前.jpg", b"\xff\xd8jpeg", content_type="image/jpeg")
    client.post(go("case_act", case.pk), {"do": "file", "moment": "before", "file": photo})
    kept = case.files.get()
    assert kept.attachment.sha256[:8] in client.get(go("case", case.pk)).content.decode()
    address = go("case_file", case.pk, kept.pk)
    assert b"".join(client.get(address).streaming_content) == b"\xff\xd8jpeg"
    page = SimpleUploadedFile("x.html", b"<script>", content_type="text/html")
    said = client.post(go("case_act", case.pk), {"do": "file", "moment": "proof", "file": page}, follow=True)
    assert "不接受" in said.content.decode()
    client.force_login(person("unit", OTHER))
    assert client.get(address).status_code == 404


def test_supervision_by_forms(case, land, client, person):  # noqa: F811
    client.force_login(person("plan_officer", "500229"))
    act = go("case_act", case.pk)
    client.post(act, {"do": "pause", "words": "等鉴定"})
    case.refresh_from_db()
    assert case.paused_at
    client.post(act, {"do": "resume"})
    said = client.post(act, {"do": "extend", "until": "明年", "words": "x"}, follow=True).content.decode()
    assert "不是日期" in said
    client.post(act, {"do": "assign", "unit": OTHER, "words": "归林业"})
    case.refresh_from_db()
    assert case.org == land[OTHER]
    client.post(act, {"do": "split", "parts": "南岸 县水利局\n北岸　县林业局"})
    assert sorted(p.org.name for p in case.parts.all()) == ["县林业局", "县水利局"]


def test_lists_board_and_export(case, client, person, django_assert_max_num_queries):  # noqa: F811
    client.force_login(person("plan_officer", "500229"))
    for query in (
        {},
        {"whose": "mine"},
        {"due": "overdue"},
        {"q": "堆渣 水利"},
        {"workflow": "rectification", "stage": "交办"},
        {"page": "x"},
    ):
        assert client.get(go("cases"), query).status_code == 200
    assert "河边堆渣" in client.get(go("cases"), {"q": "堆渣 水利"}).content.decode()
    with django_assert_max_num_queries(30):
        assert "河边堆渣" in client.get(go("cases_board")).content.decode()
    assert client.get(go("cases_export")).content[:2] == b"PK"


@pytest.mark.parametrize("role", ["enterprise", "auditor", "leader", "chief", "duty"])
def test_no_role_breaks_a_page(role, alarm, case, client, person):  # noqa: F811
    client.force_login(person(role, "500229"))
    for name in ("alerts", "alerts_later", "cases", "cases_board", "case_new", "duties", "scores"):
        assert client.get(go(name)).status_code in (200, 302, 403), name
    assert Episode.objects.count() == 1
