"""One field of many records: preview, reason, one change set, undo; nobody changes more than they may, nor what they did not see."""

import re

import pytest
from django.urls import reverse

from jiuzhi.core import periods, records
from jiuzhi.core.models import AuditEntry, ReportingPeriod
from jiuzhi.core.registers import REGISTERS, columns, get, reading
from jiuzhi.engine.exchange import bulk

ALL = sorted(REGISTERS)


def at(register, name="register_bulk"):
    return reverse(name, args=["500229", register.code])


def go_on(client, register, data):
    """Preview and confirm; returns both answers."""
    preview = client.post(at(register), data)
    stamp = re.search(r'name="_go" value="(\w+)"', preview.content.decode())
    assert stamp, preview.content.decode()[:3000]
    return preview, client.post(at(register), data | {"_go": stamp[1]})


@pytest.mark.parametrize("code", ALL)
def test_a_note_for_all_and_back(code, own):
    """Every register: all of the list, one reason, one change set, as many entries as changes; undo restores."""
    register, rows, client = own(code)
    if not rows:
        assert "没有选中" in client.get(at(register) + "?_pick=all").content.decode()
        return
    before = {r.pk: r.note for r in rows}
    data = {"_pick": "all", "_in": "", "_field": "note", "note": "本年已核对", "_why": "年度核对"}
    preview, answer = go_on(client, register, data)
    assert f"<b>{len(rows)}</b> 条的“备注”将改变" in preview.content.decode()
    assert {r.note for r in register.model.objects.filter(pk__in=before)} == {"本年已核对"}
    done = client.get(answer.headers["Location"])
    assert f"已修改 <b>{len(rows)}</b> 条" in done.content.decode()
    entries = AuditEntry.objects.filter(model=register.model._meta.label, why="批量修改备注：年度核对")
    assert entries.count() == len(rows)
    assert len({e.change_set for e in entries}) == 1
    undo = re.search(r'action="([^"]+/undo/\w+/)"', done.content.decode())[1]
    client.post(undo)
    assert {r.pk: r.note for r in register.model.objects.filter(pk__in=before)} == before


def test_only_the_ticked_rows_change_and_the_same_value_leaves_no_entry(own):
    register, rows, client = own("water.outlet")
    chosen = rows[:2]
    count = AuditEntry.objects.count()
    data = {"_pk": [r.pk for r in chosen], "_field": "bank", "bank": "右岸", "_why": "现场核对"}
    same = sum(r.bank == "右岸" for r in chosen)
    assert same < 2
    go_on(client, register, data)
    assert AuditEntry.objects.count() == count + 2 - same
    for row in rows:
        now = register.model.objects.get(pk=row.pk)
        assert now.bank == ("右岸" if row in chosen else row.bank)
    again = client.post(at(register), data).content.decode()
    assert "没有一条会改变" in again
    assert 'name="_go"' not in again


def test_all_means_what_the_list_shows(own):
    register, rows, client = own("water.outlet")
    kind = rows[0].class1
    go_on(
        client,
        register,
        {"_pick": "all", "_in": f"class1={kind}&page=7", "_field": "bank", "bank": "左岸", "_why": "核对"},
    )
    for row in rows:
        assert register.model.objects.get(pk=row.pk).bank == ("左岸" if row.class1 == kind else row.bank)


def test_what_was_previewed_is_what_is_written(own):
    register, rows, client = own("water.outlet")
    data = {"_pick": "all", "_field": "bank", "bank": "右岸", "_why": "核对"}
    stamp = re.search(r'name="_go" value="(\w+)"', client.post(at(register), data).content.decode())[1]
    mover = next(r for r in rows if r.bank != "右岸")
    mover.bank, mover.note = mover.bank, "别人刚改过"
    records.save(mover, records.SYSTEM)
    answer = client.post(at(register), data | {"_go": stamp})
    assert answer.status_code == 409
    assert "还没有写入" in answer.content.decode()
    assert register.model.objects.get(pk=mover.pk).bank == mover.bank


@pytest.mark.parametrize("code", ALL)
def test_a_unit_changes_only_its_own(code, own):
    register, rows, client = own(code, "unit", "500229205")
    mine = {r.pk for r in rows if r.org.code == "500229205"}
    data = {"_pk": [r.pk for r in rows], "_field": "note", "note": "越权", "_why": "试"}
    if mine:
        go_on(client, register, data)
    else:
        assert "没有选中可以修改" in client.post(at(register), data).content.decode()
    changed = set(register.model.objects.filter(note="越权").values_list("pk", flat=True))
    assert changed == mine


@pytest.mark.parametrize("role", ["leader", "auditor", "chief"])
def test_who_may_not_change_gets_no_page(role, own):
    register, _rows, client = own("water.outlet", role)
    assert client.get(at(register)).status_code == 403
    assert (
        client.post(at(register), {"_pick": "all", "_field": "note", "note": "x", "_why": "y"}).status_code
        == 403
    )
    assert not register.model.objects.filter(note="x").exists()
    assert "批量修改" not in client.get(at(register, "register")).content.decode()


@pytest.mark.parametrize("code", ALL)
def test_keys_places_states_and_simulation_are_not_offered(code):
    register = get(code)
    offered = {c.name for c in bulk.changeable(register)}
    assert not offered & {*register.key, "lon", "lat", "shape", "crs", "synthetic", "county", "revision"}
    if register.lifecycle:
        assert register.lifecycle.field not in offered
    assert "note" in offered


def test_a_state_cannot_be_smuggled_in(own):
    register, rows, client = own("water.outlet")
    for name, value in (
        ("state", "已销号"),
        ("code", "X"),
        ("revision", "9"),
        ("county_id", "1"),
        ("synthetic", "否"),
    ):
        client.post(at(register), {"_pick": "all", "_field": name, name: value, "_why": "x", "_go": "0"})
    for row in rows:
        now = register.model.objects.get(pk=row.pk)
        assert (now.state, now.code, now.revision, now.synthetic) == (
            row.state,
            row.code,
            row.revision,
            row.synthetic,
        )


def test_a_value_that_cannot_be_read_is_said_at_its_field(own):
    register, _rows, client = own("water.outlet")
    for name, value, said in (
        ("bank", "上岸", "代码表"),
        ("approved_flow", "很多", "不是数"),
        ("plan_end", "明天", "日期"),
    ):
        answer = client.post(at(register), {"_pick": "all", "_field": name, name: value, "_why": "x"})
        assert answer.status_code == 422
        assert 'class="err"' in answer.content.decode(), said
    answer = client.post(at(register), {"_pick": "all", "_field": "bank", "bank": "左岸", "_why": " "})
    assert answer.status_code == 422
    assert "请写明修改原因" in answer.content.decode()


def test_a_rule_across_fields_refuses_some_and_the_rest_goes_on(own):
    register, rows, client = own("water.outlet")
    register.model.objects.filter(pk=rows[0].pk).update(state="日常监管", remediation="")
    data = {"_pick": "all", "_field": "remediation", "remediation": "依法取缔", "_why": "核对"}
    preview, _answer = go_on(client, register, data)
    refused = (
        register.model.objects.filter(county__code="500229", state="日常监管")
        .exclude(remediation="依法取缔")
        .count()
    )
    assert refused >= 1
    assert f'<b class="bad">{refused}</b> 条不能改' in preview.content.decode()
    assert "依法取缔的排污口不能列入日常监管" in preview.content.decode()
    assert not register.model.objects.filter(state="日常监管", remediation="依法取缔").exists()
    assert register.model.objects.filter(remediation="依法取缔").exists()


def test_a_locked_period_refuses(own, person):
    register = next(r for r in REGISTERS.values() if r.period)
    register, rows, client = own(register.code)
    assert rows
    for name in {periods.period_of(register, r) for r in rows}:
        one = ReportingPeriod.objects.create(
            county=rows[0].county, register=register.code, period=name, due_on="2026-01-31"
        )
        periods.lock([one], records.SYSTEM)
    answer = client.post(
        at(register), {"_pick": "all", "_field": "note", "note": "补报", "_why": "x"}
    ).content.decode()
    assert "已锁定" in answer
    assert 'name="_go"' not in answer


def test_masked_fields_are_not_offered_to_who_may_not_read_them(own):
    code = next(c for c in ALL if any(get(c).fields[n].kind == columns.TEXT for n in get(c).sensitive))
    register, _rows, client = own(code, "unit", "500229")
    secret = next(n for n in register.sensitive if register.fields[n].kind == columns.TEXT)
    text = client.get(at(register) + "?_pick=all").content.decode()
    assert f'<option value="{secret}"' not in text
    client.post(at(register), {"_pick": "all", "_field": secret, secret: "改掉", "_why": "x", "_go": "0"})
    assert not register.model.objects.filter(**{secret: "改掉"}).exists()


def test_another_persons_change_set_is_not_shown(own, client, person):
    register, rows, client = own("water.outlet")
    _preview, answer = go_on(
        client, register, {"_pk": [rows[0].pk], "_field": "note", "note": "甲", "_why": "x"}
    )
    client.force_login(person("admin", "500240"))
    assert client.get(answer.headers["Location"]).status_code == 404
    client.force_login(person("admin", "500229"))
    assert client.get(answer.headers["Location"]).status_code == 404
    for set_ in ("", "x", "0" * 32, "%00"):
        assert client.get(f"{at(register)}?_set={set_}").status_code == 404


def test_queries_do_not_grow_with_the_records(own, django_assert_max_num_queries):
    register, rows, client = own("master.village")
    unit, county = rows[0].org, rows[0].county
    register.model.objects.bulk_create(
        register.model(county=county, org=unit, code=f"T{n:04}", name=f"测村{n:04}") for n in range(300)
    )
    data = {"_pick": "all", "_in": "q=测村", "_field": "population", "population": "1,200", "_why": "普查"}
    with django_assert_max_num_queries(30):
        stamp = re.search(r'name="_go" value="(\w+)"', client.post(at(register), data).content.decode())[1]
    with django_assert_max_num_queries(40):
        client.post(at(register), data | {"_go": stamp})
    assert register.model.objects.filter(population=1200, revision=1).count() == 300


def test_more_than_the_most_are_refused(own, monkeypatch):
    from jiuzhi.interfaces.web.views.registers import bulk as page

    register, rows, client = own("water.outlet")
    monkeypatch.setattr(page, "MOST", len(rows) - 1)
    assert "请先用筛选缩小范围" in client.get(at(register) + "?_pick=all").content.decode()
    assert reading.may(register, client.get(at(register)).wsgi_request.user, "change_record")
