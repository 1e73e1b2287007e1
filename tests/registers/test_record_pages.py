"""A record's page: what it says and to whom, steps, history in words, undo, deletion and return."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jiuzhi.core import local, periods, records
from jiuzhi.core.models import Attachment, AuditEntry
from jiuzhi.core.records import SYSTEM, Actor
from jiuzhi.core.registers import REGISTERS, get, reading
from jiuzhi.engine.exchange import samples

from .places import at

WITH_CHILDREN = sorted(r.code for r in REGISTERS.values() if r.children)
EXPIRING = sorted(r.code for r in REGISTERS.values() if r.lifecycle and r.lifecycle.expires)
PDF = b"%PDF-1.4 x"


def text_of(answer) -> str:
    """What a person reads: no tags, one blank."""
    body = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


@pytest.fixture
def every(load, land, client, person):
    """``every(role)``: client signed in, with the samples of all registers kept once for a test that goes through them."""

    def made(role="admin"):
        samples.load_samples(SYSTEM)
        client.force_login(person(role, "500229"))
        return client

    return made


def rows_of(register):
    return list(register.model.objects.filter(county__code="500229").select_related("org", "county"))


def outlet(rows, state):
    return next(r for r in rows if r.state == state)


def test_the_sentence_says_whose_turn_it_is(own, person):
    register, rows, client = own("water.outlet")
    row = outlet(rows, "疑似")
    said = text_of(client.get(at("record", register, row.pk)))
    assert f"{row.org}负责的入河排污口" in said
    assert "轮到您：核实" in said
    assert "还缺：佐证文件或照片" in said
    client.force_login(person("auditor", "500229"))
    said = text_of(client.get(at("record", register, row.pk)))
    assert f"轮到{row.org}的填报人" in said
    assert "核实" in said
    assert at("record_step", register, row.pk, "核实") not in unquote(
        client.get(at("record", register, row.pk)).content.decode()
    )
    closed = outlet(rows, "日常监管")
    assert "已办结" in text_of(client.get(at("record", register, closed.pk)))


def test_what_is_due_is_counted_in_days(every):
    client = every()
    for code in EXPIRING:
        register = get(code)
        rows = rows_of(register)
        life = register.lifecycle
        row = next(r for r in rows if getattr(r, life.field) not in life.closed)
        for days, said in ((-3, "已过 3 天"), (0, "今天到期"), (12, "还有 12 天")):
            type(row).objects.filter(pk=row.pk).update(**{life.expires: local.today() + timedelta(days)})
            assert said in text_of(client.get(at("record", register, row.pk)))
        if life.closed:
            type(row).objects.filter(pk=row.pk).update(**{life.field: life.closed[0]})
            assert "还有 12 天" not in text_of(client.get(at("record", register, row.pk)))


def test_children_stand_with_their_parent_and_can_be_added(every):
    client = every()
    for code in WITH_CHILDREN:
        register = get(code)
        for child in register.children:
            own_children = child.model.objects.filter(county__code="500229")
            if not own_children:
                continue
            parent = getattr(own_children[0], child.within)
            page = client.get(at("record", register, parent.pk)).content.decode()
            for record in own_children.filter(**{child.within: parent})[:20]:
                assert at("record", child, record.pk) in page
            form = re.search(rf'href="({re.escape(at("record_new", child))}\?[^"]+)"', page)
            assert form, "a way to add one"
            filled = client.get(unescape(form[1])).content.decode()
            assert re.search(rf'(value="[^"]+" selected|name="{child.within}" value="[^"]+")', filled)
            from jiuzhi.core.registers.parse import written

            assert unescape(filled).count(f'"{written(parent)}"') >= 1


def test_records_that_point_here_are_counted_and_lead_to_their_list(own):
    register, rows, client = own("water.outlet")
    river = rows[0].water_body
    page = client.get(at("record", get("master.waterbody"), river.pk)).content.decode()
    address = f"{at('register', register)}?water_body={river.pk}"
    assert address in unescape(page)
    total = register.model.objects.filter(county__code="500229", water_body=river).count()
    assert f"{total} 条在“受纳水体”一栏引用它" in page
    listed = client.get(address).content.decode()
    assert all((at("record", register, r.pk) in listed) == (r.water_body_id == river.pk) for r in rows)


def test_pointing_records_of_others_are_not_counted(own, person):
    _register, rows, client = own("water.outlet")
    unit = rows[0].org.code
    river = rows[0].water_body
    type(river).objects.filter(pk=river.pk).update(org=rows[0].org)
    client.force_login(person("unit", unit))
    mine = sum(r.org.code == unit and r.water_body_id == river.pk for r in rows)
    assert mine < sum(r.water_body_id == river.pk for r in rows)
    page = client.get(at("record", get("master.waterbody"), river.pk)).content.decode()
    assert f"{mine} 条在“受纳水体”一栏引用它" in page


def test_a_reading_of_what_is_sensitive_is_noted_once_an_hour_for_each_person(own, person):
    register, rows, client = own("mountain.occurrence", "monitoring")
    row = rows[0]
    reads = AuditEntry.objects.filter(action="read", model=row._meta.label, key=str(row.pk))
    client.get(at("record", register, row.pk))
    client.get(at("record", register, row.pk))
    client.get(at("record_edit", register, row.pk))
    assert reads.count() == 1
    AuditEntry.objects.filter(pk=reads.get().pk).update(at=reads.get().at - timedelta(minutes=61))
    client.get(at("record", register, row.pk))
    assert reads.count() == 2
    client.force_login(person("plan_officer", "500229"))
    assert "谁看过敏感字段" in client.get(at("record", register, row.pk)).content.decode()
    assert reads.count() == 3
    client.force_login(person("unit", "500229"))
    said = client.get(at("record", register, row.pk)).content.decode()
    assert reads.count() == 3
    assert "谁看过敏感字段" not in said
    assert "● 无权查看" in text_of(client.get(at("record", register, row.pk)))


def test_history_says_everything_in_words(own, person, land):
    register, rows, client = own("water.outlet")
    row = outlet(rows, "整治中")
    who = person("monitoring", "500229")
    other = next(r for r in rows if r.water_body_id != row.water_body_id)
    old = row.water_body
    row.water_body, row.approved_flow, row.sources = other.water_body, "1250.500", "上游选矿厂"
    records.save(row, Actor(who, "import"), "汛后复核")
    said = text_of(client.get(at("record", register, row.pk)))
    assert (
        f"修改 {AuditEntry.objects.filter(action='update').first().at.astimezone(local.LOCAL):%Y-%m-%d %H:%M} · {who} · 导入"
        in said
    )
    assert "汛后复核" in said
    assert f"受纳水体： {old} → {other.water_body}" in said
    assert "批准排放量 [m3/d]： 600 → 1250.5" in said
    assert "溯源结论： （空） → 上游选矿厂" in said
    client.force_login(person("unit", row.org.code))
    masked = text_of(client.get(at("record", register, row.pk)))
    assert "上游选矿厂" not in masked
    assert f"溯源结论： （空） → {reading.MASK}" in masked


def test_a_long_history_is_shown_on_demand(own):
    register, rows, client = own("water.outlet")
    row = rows[0]
    for n in range(25):
        row.note = f"第{n}次"
        records.save(row, SYSTEM)
    page = client.get(at("record", register, row.pk)).content.decode()
    assert "第24次" in page
    assert "→ 第2次" not in page
    assert "再看更早的 6 次变更" in page
    assert "→ 第2次" in client.get(at("record", register, row.pk) + "?history").content.decode()


def test_files_belong_to_the_history_after_they_are_gone(own):
    register, rows, client = own("water.outlet")
    row = rows[0]
    client.post(at("record_attach", register, row.pk), {"files": SimpleUploadedFile("批复.pdf", PDF)})
    client.post(at("record_file_drop", register, row.pk, Attachment.objects.get().pk), {"why": "传错了"})
    said = text_of(client.get(at("record", register, row.pk)))
    assert "上传文件 批复.pdf" in said
    assert "移除文件 批复.pdf" in said
    assert "传错了" in said
    assert "批复.pdf" not in text_of(client.get(at("record", register, rows[1].pk)))


def test_only_the_newest_change_can_be_undone_and_no_step(own):
    register, rows, client = own("water.outlet")
    row = outlet(rows, "疑似")
    first, second = [], []
    for note, kept in (("一", first), ("二", second)):
        row.note = note
        records.save(row, SYSTEM)
        kept.append(AuditEntry.objects.filter(model=row._meta.label, key=str(row.pk)).first())
    page = client.get(at("record", register, row.pk)).content.decode()
    assert at("record_undo", register, row.pk, second[0].pk) in page
    assert at("record_undo", register, row.pk, first[0].pk) not in page
    answer = client.post(at("record_undo", register, row.pk, first[0].pk), follow=True)
    assert "又改过" in answer.content.decode()
    client.post(at("record_undo", register, row.pk, second[0].pk))
    row.refresh_from_db()
    assert row.note == "一"
    client.post(at("record_step", register, row.pk, "核实"), {
        "lon": "108.5", "lat": "31.9", "files": SimpleUploadedFile("照.pdf", PDF), "said": "看过",
    })  # fmt: skip
    page = client.get(at("record", register, row.pk))
    assert "办理“核实”" in text_of(page)
    assert "看过" in text_of(page)
    assert "撤销这次修改" not in page.content.decode()


def test_an_entry_of_another_record_is_not_undone_from_here(own):
    register, rows, client = own("water.outlet")
    rows[1].note = "别处的改动"
    records.save(rows[1], SYSTEM)
    entry = AuditEntry.objects.filter(model=rows[1]._meta.label, key=str(rows[1].pk)).first()
    assert client.post(at("record_undo", register, rows[0].pk, entry.pk)).status_code == 404
    rows[1].refresh_from_db()
    assert rows[1].note == "别处的改动"


def test_a_deleted_record_can_be_brought_back_by_who_may_delete(own, person):
    register, rows, client = own("water.outlet")
    row = rows[0]
    before = records.snapshot(row)
    client.post(at("record_attach", register, row.pk), {"files": SimpleUploadedFile("批复.pdf", PDF)})
    for part in client.get(at("record_delete", register, row.pk)).context[
        "related"
    ]:  # what points here stands in the way
        for r in part.rows:
            type(r).objects.filter(pk=r.pk).update(**{part.column.name: None})
    answer = client.post(at("record_delete", register, row.pk), {"why": "重复登记"}, follow=True)
    assert answer.status_code == 410
    assert "重复登记" in answer.content.decode()
    entry = AuditEntry.objects.filter(action="delete", key=str(row.pk)).get()
    for role, unit in (("unit", "500229"), ("plan_officer", "500240")):
        client.force_login(person(role, unit))
        assert client.get(at("record", register, row.pk)).status_code == 404
        assert client.post(at("record_undo", register, row.pk, entry.pk)).status_code == 404
    client.force_login(person("plan_officer", "500229"))
    back = client.post(at("record_undo", register, row.pk, entry.pk), follow=True)
    row = type(row).objects.get(pk=row.pk)
    assert {k: v for k, v in records.snapshot(row).items() if k != "revision"} == {
        k: v for k, v in before.items() if k != "revision"
    }
    said = text_of(back)
    assert "恢复" in said
    assert "批复.pdf" in said, "its files were kept"
    assert "撤销新增" not in said


@pytest.mark.parametrize("role", ["plan_officer", "unit"])
def test_a_record_added_by_mistake_is_taken_back_by_who_added_it(own, person, role):
    """Also by who may delete nothing; what another added they can not take back."""
    register, rows, client = own("master.waterbody")
    client.force_login(person(role, "500229"))
    data = {"name": "误录沟", "kind": "河流", "org": rows[0].org.name, "synthetic": "否"}
    answer = client.post(at("record_new", register), data)
    assert answer.status_code == 302, text_of(answer)
    made = register.model.objects.get(name="误录沟")
    entry = AuditEntry.objects.get(model=made._meta.label, key=str(made.pk), action="create")
    other = Client()
    other.force_login(person("unit", "500229"))
    assert "撤销新增" not in other.get(at("record", register, made.pk)).content.decode()
    other.post(at("record_undo", register, made.pk, entry.pk))
    assert register.model.objects.filter(pk=made.pk).exists()
    assert "撤销新增" in client.get(at("record", register, made.pk)).content.decode()
    assert client.post(at("record_undo", register, made.pk, entry.pk), follow=True).status_code == 200
    assert not register.model.objects.filter(pk=made.pk).exists()


def test_a_step_fills_attaches_and_moves_in_one_change_set(own):
    register, rows, client = own("water.outlet")
    row = outlet(rows, "疑似")
    step = at("record_step", register, row.pk, "核实")
    assert client.get(step).status_code == 200
    refused = client.post(step, {"lon": "108.5", "lat": ""})
    assert refused.status_code == 422
    assert 'value="108.5"' in refused.content.decode(), "what was typed is kept"
    refused = client.post(step, {"lon": "108.51", "lat": "31.91"})
    assert "佐证" in text_of(refused)
    row.refresh_from_db()
    assert (row.state, str(row.lon)) != ("已核实", "108.510000")
    assert not Attachment.objects.exists()
    evidence = [SimpleUploadedFile(f"{n}.pdf", PDF) for n in range(2)]
    done = client.post(step, {"lon": "108.51", "lat": "31.91", "files": evidence, "said": "到场"})
    assert done.status_code == 302
    row.refresh_from_db()
    assert (row.state, str(row.lon), Attachment.objects.count()) == ("已核实", "108.510000", 2)
    sets = set(AuditEntry.objects.order_by("-pk").values_list("change_set", flat=True)[:3])
    assert len(sets) == 1
    assert sets != {""}
    again = client.post(step, {"lon": "108.51", "lat": "31.91"})
    assert again.status_code == 422
    assert "不能办理" in text_of(again)


def test_a_refused_step_leaves_no_file_behind(own, settings):
    from pathlib import Path

    register, rows, client = own("water.outlet")
    row = outlet(rows, "疑似")
    files = [SimpleUploadedFile("好.pdf", PDF), SimpleUploadedFile("坏.html", b"<script>")]
    client.post(at("record_step", register, row.pk, "核实"), {"lon": "108.5", "lat": "31.9", "files": files})
    row.refresh_from_db()
    assert row.state == "疑似"
    assert not Attachment.objects.exists()
    assert [p for p in Path(settings.MEDIA_ROOT).rglob("*") if p.is_file()] == []


def test_a_step_for_another_person_and_one_for_nobody(own, person):
    register, rows, client = own("water.outlet")
    row = outlet(rows, "整治中")
    client.post(at("record_step", register, row.pk, "报验"), {"files": SimpleUploadedFile("完工.pdf", PDF)})
    said = text_of(client.get(at("record", register, row.pk)))
    assert "由另一个人办理" in said
    own_step = client.post(at("record_step", register, row.pk, "销号"), {"closed_on": "2026-11-01"})
    assert own_step.status_code == 422
    assert "另一个人" in text_of(own_step)
    client.force_login(person("unit", "500229"))
    assert (
        client.post(at("record_step", register, row.pk, "销号"), {"closed_on": "2026-11-01"}).status_code
        == 403
    )
    assert client.get(at("record_step", register, row.pk, "没有这步")).status_code == 404
    client.force_login(person("monitoring", "500229"))
    client.post(at("record_step", register, row.pk, "销号"), {"closed_on": "2026-11-01"})
    row.refresh_from_db()
    assert row.state == "已销号"


def test_a_locked_period_is_said_before_anybody_types(own, land):
    register, rows, client = own("water.plantmonth")
    row = rows[0]
    name = periods.period_of(register, row)
    opened = periods.open_period(land["500229"], register.code, name, local.today(), SYSTEM)
    assert "已锁定" not in text_of(client.get(at("record", register, row.pk)))
    periods.lock([opened], SYSTEM)
    for page in ("record", "record_edit"):
        assert "已锁定" in text_of(client.get(at(page, register, row.pk)))


def test_a_page_asks_the_database_a_bounded_number_of_questions(own, django_assert_max_num_queries):
    """However long the history and however many children: references are looked up together."""
    register, rows, client = own("water.outlet")
    row = rows[0]
    rivers = list({r.water_body for r in rows})
    assert len(rivers) > 1
    for n in range(15):
        row.water_body, row.note = rivers[n % len(rivers)], str(n)
        records.save(row, SYSTEM)
    client.get(at("record", register, row.pk))
    pointing = sum(c.target is register.model for other in REGISTERS.values() for c in other.fields.values())
    with django_assert_max_num_queries(30 + 2 * pointing):
        assert client.get(at("record", register, row.pk)).status_code == 200
