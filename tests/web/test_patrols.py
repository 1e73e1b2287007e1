"""The staff pages of patrols: within the grants, decided with a reason, duties made by forms."""

import io
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import openpyxl
import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from jiuzhi.core import local
from jiuzhi.core.models import AuditEntry
from jiuzhi.core.records import SYSTEM
from jiuzhi.engine.patrol import arrange, work
from jiuzhi.engine.patrol.models import Duty, Finding
from tests.patrol.conftest import walk
from tests.patrol.test_work import picture, seen
from tests.registers.conftest import land, person  # noqa: F401

UNIT, OTHER = "500229-县水利局", "500229-县林业局"


def go(name, *args, county="500229"):
    return reverse(name, args=[county, *args])


def text(answer):
    return answer.content.decode()


@pytest.fixture
def scene(land, person):  # noqa: F811
    """A duty of the water bureau, one good walk with a finding and a photo, one doubted."""
    today, now = local.today(), timezone.now()
    duty = Duty(
        name="任河城区段",
        kind="河长",
        level="乡",
        org=land[UNIT],
        unit="day",
        valid_from=today - timedelta(days=20),
    )
    arrange.save(duty, SYSTEM)
    chief = person("chief", UNIT)
    start = (now - timedelta(hours=30)).timestamp()
    given = {
        "uuid": str(uuid4()),
        "duty": duty.pk,
        "started": start,
        "ended": start + 400,
        "track": walk(start),
        "note": "",
    }
    good = work.take_patrol(chief, given, now)
    found = work.take_finding(chief, seen(duty, patrol=given["uuid"], at=start + 60), [picture()], now)
    bad = work.take_patrol(chief, given | {"uuid": str(uuid4()), "track": walk(start)[:3]}, now)
    return SimpleNamespace(duty=duty, chief=chief, good=good, bad=bad, found=found)


def test_the_list_and_one_patrol(scene, client, person, django_assert_max_num_queries):  # noqa: F811
    client.force_login(person("plan_officer", "500229"))
    with django_assert_max_num_queries(40):
        shown = text(client.get(go("patrols")))
    assert "任河城区段" in shown
    assert "1 次存疑待核实" in shown
    assert "轨迹只有 3 个点" in shown
    assert "到位率 <b>5%</b>（应巡 20 次，到位 1 次）" in shown  # today is not over
    one = text(client.get(go("patrol", scene.good.pk)))
    assert scene.found.case.code in one
    assert "速度在合理范围" in one
    assert "河边有垃圾" in one
    layer = client.get(go("patrol_layer", scene.good.pk)).json()
    kinds = [(f["geometry"]["type"], f["properties"]["kind"]) for f in layer["features"]]
    assert kinds == [("LineString", "plain"), ("Point", "closed"), ("Point", "expired"), ("Point", "open")]
    assert layer["features"][3]["id"] == scene.found.case_id
    shifted = client.get(go("patrol_layer", scene.good.pk), {"crs": "GCJ-02"}).json()
    assert shifted["features"][1]["geometry"] != layer["features"][1]["geometry"]


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ({"q": "任河 水利"}, True), ({"q": "不存在"}, False), ({"kind": "河长"}, True), ({"kind": "林长"}, False), ({"level": "乡"}, True),
        ({"level": "市"}, False), ({"unit": UNIT}, True), ({"unit": OTHER}, False), ({"unit": "500229"}, True), ({"state": "doubtful"}, True),
        ({"state": "refused"}, False), ({"person": "nobody"}, False), ({"when": "year"}, True), ({"when": "2020-01"}, False),
        ({"page": "9" * 40, "when": "x", "state": "x"}, True),
    ],
)  # fmt: skip
def test_filters(scene, client, person, asked, there):  # noqa: F811
    client.force_login(person("plan_officer", "500229"))
    shown = text(client.get(go("patrols"), asked))
    assert (go("patrol", scene.bad.pk) in shown) is there
    assert ("没有符合条件的巡查" in shown) is not there


def test_the_list_in_excel(scene, client, person):  # noqa: F811
    client.force_login(person("plan_officer", "500229"))
    book = openpyxl.load_workbook(io.BytesIO(client.get(go("patrols_export"), {"state": "doubtful"}).content))
    assert book.sheetnames == ["巡查", "到位率（按层级）", "到位率（按单位）"]
    rows = list(book["巡查"].values)[2:]
    assert [(r[0], r[12]) for r in rows] == [("任河城区段", "存疑")]
    unit = list(book["到位率（按单位）"].values)[2]
    assert (unit[0], unit[1], unit[3]) == ("县水利局", 1, 1)
    assert unit[4] == pytest.approx(100 / unit[2], abs=0.05)


def test_other_units_and_counties_see_nothing(scene, client, person):  # noqa: F811
    photo = go("finding_photo", scene.found.pk, work.Attachment.objects.get(register=work.OWNER).pk)
    pages = [
        go("patrol", scene.good.pk),
        go("patrol_layer", scene.good.pk),
        photo,
        go("patrol_duty", scene.duty.pk),
    ]
    for role, unit in (("unit", OTHER), ("plan_officer", "500240"), ("chief", OTHER)):
        client.force_login(person(role, unit))
        assert {client.get(p).status_code for p in pages} == {404}, (role, unit)
        assert (
            client.post(go("patrol_decide", scene.bad.pk), {"verdict": "valid", "why": "x"}).status_code
            == 404
        )
        county = "500240" if unit == "500240" else "500229"
        for name in ("patrols", "patrol_duties"):
            shown = text(client.get(go(name, county=county), {"when": "year"}))
            assert "任河城区段" not in shown, (role, unit, name)
        assert (
            len(
                list(
                    openpyxl.load_workbook(
                        io.BytesIO(client.get(go("patrols_export", county=county)).content)
                    )["巡查"].values
                )
            )
            == 2
        )
    client.force_login(person("enterprise", "500229"))
    assert client.get(go("patrols")).status_code == 302
    client.force_login(person("unit", UNIT))
    assert [client.get(p).status_code for p in pages] == [200] * 4
    assert b"".join(client.get(photo).streaming_content)[:2] == b"\xff\xd8"
    assert [client.get(photo, q)["Content-Type"] for q in ({}, {"small": ""})] == ["image/jpeg"] * 2
    case = scene.found.case
    shown = client.get(go("case_file", case.pk, case.files.get().pk))
    assert shown["Content-Type"] == "image/jpeg"


@pytest.mark.parametrize("ending", [".shtml", ".svg", ".xhtml", ".tif"])
def test_a_stored_file_that_is_no_photo_is_never_shown_in_the_page(scene, client, person, ending):  # noqa: F811
    kept = work.Attachment.objects.get(register=work.OWNER)
    kept.file.save(f"a{ending}", ContentFile(b"<script>alert(1)</script>"))
    client.force_login(person("unit", UNIT))
    answer = client.get(go("finding_photo", scene.found.pk, kept.pk))
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_doubt_is_decided_by_somebody_else_with_a_reason(scene, client, person):  # noqa: F811
    act = go("patrol_decide", scene.bad.pk)
    form = {"verdict": "valid", "why": "问过同行的人", "revision": scene.bad.revision}
    for role in ("chief", "leader", "monitoring"):
        client.force_login(person(role, "500229"))
        assert client.post(act, form).status_code == 403, role
    walker = person("unit", UNIT)
    client.force_login(walker)
    scene.bad.user = walker
    scene.bad.save()
    assert client.post(act, form).status_code == 403  # nobody decides about one's own
    assert "自己的巡查要由他人核实" in text(client.get(go("patrol", scene.bad.pk)))
    officer = person("plan_officer", "500229")
    client.force_login(officer)
    for wrong, said in (
        ({"why": " "}, "依据"),
        ({"verdict": "x"}, "请选认可或不认可"),
        ({"revision": 0}, "刚被别人改过"),
    ):
        answer = client.post(act, form | wrong)
        assert answer.status_code == 422
        assert said in text(answer), wrong
        assert f"{(form | wrong)['why']}</textarea>" in text(answer)  # what was typed is still there
    scene.bad.refresh_from_db()
    assert scene.bad.state == "doubtful"
    shown = text(client.post(act, form | {"verdict": "invalid"}, follow=True))
    assert "不认可这次巡查" in shown
    assert "核实无效：问过同行的人" in shown
    scene.bad.refresh_from_db()
    assert (scene.bad.state, scene.bad.decided_by) == ("refused", officer)
    assert AuditEntry.objects.filter(model="patrol.Patrol", key=str(scene.bad.pk), user=officer).count() == 1
    said = text(
        client.post(go("patrol_decide", scene.good.pk), form | {"revision": scene.good.revision}, follow=True)
    )
    assert "没有存疑" in said


FORM = {
    "name": "牧龙河", "kind": "河长", "level": "乡", "org": UNIT, "person": "", "every": "2", "unit": "week", "minutes": "20", "metres": "0",
    "valid_from": "2026-09-01", "valid_to": "", "code": "", "register": "", "about": "", "note": "",
}  # fmt: skip


def test_a_duty_is_made_changed_and_stopped_by_forms(scene, client, person):  # noqa: F811
    client.force_login(person("unit", UNIT))
    shown = text(client.get(go("patrol_duty_new")))
    assert f'value="{scene.chief.username}"' in shown
    client.post(go("patrol_duty_new"), FORM | {"person": scene.chief.username})
    duty = Duty.objects.get(name="牧龙河")
    assert (duty.code, duty.every, duty.minutes, duty.person) == ("XC-0002", 2, 20, scene.chief)
    assert "每 2 周一次" in text(client.get(go("patrol_duties")))
    edit = go("patrol_duty", duty.pk)
    client.post(edit, FORM | {"name": "牧龙河下段", "code": duty.code, "revision": duty.revision})
    duty.refresh_from_db()
    assert (duty.name, duty.person) == ("牧龙河下段", None)
    stale = client.post(edit, FORM | {"name": "旧的", "code": duty.code, "revision": 1})
    assert stale.status_code == 422
    assert "刚被别人改过" in text(stale)
    stop = go("patrol_duty_stop", duty.pk)
    assert "写明停止的原因" in text(client.post(stop, {"last": "2026-10-01", "why": ""}))
    for day in ("明天", "2026-08-01", "9999-12-31"):
        answer = client.post(stop, {"last": day, "why": "并入县级"})
        assert answer.status_code == 422
        assert f'value="{day}"' in text(answer)
        assert 'value="并入县级"' in text(answer)
    assert "牧龙河下段" in text(client.post(stop, {"last": "2026-10-01", "why": "并入县级"}, follow=True))
    assert "牧龙河下段" not in text(client.get(go("patrol_duties")))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "不能为空"), ({"kind": "x"}, "x"), ({"org": OTHER}, "只能选您可以安排巡查的单位"), ({"org": ""}, "请选责任单位"),
        ({"person": "nobody"}, "请从名单里选巡查人"), ({"every": "0"}, "1 到 366 的整数"), ({"minutes": "-1"}, "0 到 1440 的整数"),
        ({"valid_from": "明天"}, "不是日期"), ({"valid_from": "9999-12-31"}, "2000 年到 2100 年之间"),
        ({"valid_from": "1999-12-31"}, "2000 年到 2100 年之间"), ({"valid_to": "2101-01-01"}, "2000 年到 2100 年之间"), ({"valid_to": "2026-01-01"}, "结束日期早于开始日期"), ({"about": "任河"}, "请先选是哪个台账"),
        ({"about": "没有的河", "register": "master.waterbody"}, "没有找到这条记录"), ({"code": "XC-0001"}, "编号相同"),
    ],
)  # fmt: skip
def test_a_wrong_duty_is_refused_in_a_sentence(scene, client, person, wrong, said):  # noqa: F811
    client.force_login(person("unit", UNIT))
    answer = client.post(go("patrol_duty_new"), FORM | wrong)
    assert answer.status_code == 422
    assert said in text(answer)
    assert 'value="牧龙河"' in text(answer) or "name" in wrong  # what was filled in is still there
    assert Duty.objects.count() == 1


def test_who_does_not_arrange_cannot_make_duties(scene, client, person):  # noqa: F811
    for role in ("leader", "monitoring", "chief"):
        client.force_login(person(role, "500229"))
        assert client.get(go("patrol_duty_new")).status_code == 403
        assert client.post(go("patrol_duty_new"), FORM).status_code == 403
        assert client.get(go("patrol_duty", scene.duty.pk)).status_code == 403
        assert (
            client.post(go("patrol_duty_stop", scene.duty.pk), {"last": "2026-10-01", "why": "x"}).status_code
            == 403
        )
        assert "任河城区段" in text(client.get(go("patrol_duties")))
    assert Duty.objects.get().valid_to is None


def test_a_duty_is_about_a_record(scene, client, person, land):  # noqa: F811
    from jiuzhi.core import records
    from jiuzhi.core.registers import get

    river = get("master.waterbody").model(name="任河", org=land["500229"], kind="河流")
    records.save(river, SYSTEM, "test")
    client.force_login(person("unit", UNIT))
    client.post(go("patrol_duty_new"), FORM | {"register": "master.waterbody", "about": "任河"})
    duty = Duty.objects.get(name="牧龙河")
    assert (duty.register, duty.record) == ("master.waterbody", river.pk)
    assert 'value="任河"' in text(client.get(go("patrol_duty", duty.pk)))
    records.save(
        get("master.waterbody").model(name="任河支流", org=land["500229"], kind="河流"), SYSTEM, "test"
    )
    form = FORM | {"register": "master.waterbody", "code": duty.code, "revision": duty.revision}
    assert "有几条记录符合" in text(client.post(go("patrol_duty", duty.pk), form | {"about": "河"}))
    client.post(go("patrol_duty", duty.pk), form | {"about": "任河", "note": "改了"})
    duty.refresh_from_db()
    assert (duty.record, duty.note) == (river.pk, "改了")


def test_empty_pages_say_what_to_do(land, client, person):  # noqa: F811
    client.force_login(person("plan_officer", "500229"))
    assert "还没有巡查任务：先在" in text(client.get(go("patrols")))
    assert "点“新建任务”" in text(client.get(go("patrol_duties")))


def test_home_says_what_waits_and_the_case_leads_back(scene, client, person):  # noqa: F811
    client.force_login(person("plan_officer", "500229"))
    assert "次巡查存疑，等您核实" in text(client.get(go("home")))
    assert go("patrol", scene.good.pk) in text(client.get(go("case", scene.found.case_id)))
    client.force_login(scene.chief)
    shown = text(client.get(go("home")))
    assert "项任务本期还没有巡" in shown
    assert "等您核实" not in shown
    client.force_login(person("leader", "500229"))
    assert "本期还没有巡" not in text(client.get(go("home")))


def test_a_finding_without_its_patrol_is_not_out_of_sight(scene, client, person):  # noqa: F811
    work.take_finding(
        scene.chief,
        seen(
            scene.duty,
            patrol=str(uuid4()),
            words="岸边倒渣",
            at=(timezone.now() - timedelta(hours=1)).timestamp(),
        ),
        [],
        timezone.now(),
    )
    client.force_login(person("unit", UNIT))
    assert "岸边倒渣" in text(client.get(go("patrols")))
    client.force_login(person("unit", OTHER))
    assert "岸边倒渣" not in text(client.get(go("patrols")))
    assert Finding.objects.filter(patrol=None).count() == 1


@pytest.mark.parametrize(
    "role", ["plan_officer", "monitoring", "enforcement", "duty", "auditor", "leader", "chief", "admin"]
)
def test_no_role_breaks_a_page(role, scene, client, person):  # noqa: F811
    client.force_login(person(role, "500229"))
    client.cookies["django_language"] = "en"
    for address in (go("patrols"), go("patrol", scene.good.pk), go("patrol_duties"), go("patrols_export")):
        assert client.get(address).status_code == 200, address
