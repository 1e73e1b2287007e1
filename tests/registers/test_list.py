"""Index, list, saved views, documentation, search and systems of every register: counts, scope, ceilings, hostile addresses."""

import re
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jiuzhi.core import local, records
from jiuzhi.core.models import AuditEntry, Org, SavedView
from jiuzhi.core.registers import REGISTERS, columns, get, query, reading
from jiuzhi.engine.plan import systems
from jiuzhi.interfaces.web import keep

from .places import at

ALL = sorted(REGISTERS)
CEILING = 12  # queries of a list page
STATEFUL = [c for c in ALL if get(c).lifecycle]


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()
    keep._held.clear()
    keep._newest.clear()


def shown(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


@pytest.mark.parametrize("code", ALL)
def test_the_first_look_keeps_under_the_ceiling(code, own):
    """Nothing is kept yet: as after a change, or in a server just started."""
    register, _rows, client = own(code)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        shown(client, at("register", register) + "?page=1")
    assert len(seen) <= CEILING, "\n".join(q["sql"][:160] for q in seen)


@pytest.mark.parametrize("code", STATEFUL)
def test_counts_are_those_of_the_records(code, own):
    register, rows, _client = own(code)
    life, today = register.lifecycle, local.today()
    found = register.model.objects.filter(county__code="500229")
    counted = query.tally(register, found, today)
    by_state = {}
    for row in rows:
        state = getattr(row, life.field) or ""
        by_state[state] = by_state.get(state, 0) + 1
    assert counted.states() == by_state
    assert counted.total() == len(rows)
    open_ = [r for r in rows if getattr(r, life.field) not in life.closed]
    if life.closed:
        assert counted.total(due="open") == len(open_)
    if life.expires:
        gone = [r for r in open_ if getattr(r, life.expires) and getattr(r, life.expires) < today]
        assert counted.total(due="expired") == len(gone)
    for state, n in by_state.items():
        assert counted.total((state or query.NONE,)) == n


@pytest.mark.parametrize("code", ALL)
def test_reference_filters_offer_what_the_person_sees(code, own, person, land):
    """Names as the records themselves say them, and none from records outside the person's reach."""
    register, rows, _client = own(code)
    user = person("unit", "500229205")
    mine = [r for r in rows if r.org.code == "500229205"]
    for visible, expected in (
        (register.model.objects.filter(county__code="500229"), rows),
        (reading.visible_to(register, user, county=land["500229"]), mine),
    ):
        offered = query.reference_choices(register, visible)
        for column in register.fields.values():
            if column.kind != columns.REF or column.sensitive:
                continue
            held = {getattr(r, column.attribute) for r in expected} - {None}
            assert {pk for pk, _name in offered.get(column.name, ())} == held, column.name
            for pk, name in offered.get(column.name, ()):
                assert name
                assert name == str(column.target.objects.get(pk=pk)), column.name


@pytest.mark.parametrize("code", STATEFUL)
def test_chips_and_sentence_say_the_counts(code, own):
    register, rows, client = own(code)
    life = register.lifecycle
    text = shown(client, at("register", register))
    assert f"共 <b>{len(rows)}</b> 条" in text
    for row in rows:
        state = getattr(row, life.field)
        n = sum(getattr(r, life.field) == state for r in rows)
        assert re.search(
            rf"{life.field}={quote(state)}[^>]*>(?:<i[^>]*>.</i> )?{state} <span class=\"num\">{n}<", text
        ), state
        found = shown(client, f"{at('register', register)}?{life.field}={quote(state)}")
        assert f"找到 <b>{n}</b> 条" in found
        listed = {r.pk for r in rows if at("record", register, r.pk) in found}
        assert listed == {r.pk for r in rows if getattr(r, life.field) == state}


@pytest.mark.parametrize("code", ALL)
def test_hostile_addresses_give_a_page(code, own):
    register, rows, client = own(code)
    number = next(
        (
            c
            for c in register.fields.values()
            if c.kind in (columns.NUMBER, columns.WHOLE) and c.name != "lon"
        ),
        None,
    )
    day = next((c for c in register.fields.values() if c.kind == columns.DAY), None)
    ref = next(c for c in register.fields.values() if c.kind == columns.REF)
    asked = [
        "?page=-1", "?page=99999999999999999999", "?page=x", "?sort=-password", "?sort=org__path", "?sort=--code", "?due=x",
        "?col=id&col=county&col=revision", "?q=%00%25_\\'\"", "?q=" + "水" * 3000, f"?{ref.name}=1 OR 1=1",
        f"?{ref.name}=99999999999999999999999", "?state=%3Cscript%3E", "?org=%D9%A3", "?note=x&synthetic=maybe",
        "?" + "&".join(f"col={n}" for n in register.fields),
    ]  # fmt: skip
    if number:
        asked += [f"?{number.name}_from={v}" for v in ("NaN", "1e999", "Infinity", "--1", "９")]
    if day:
        asked += [f"?{day.name}_to={v}" for v in ("2026-13-40", "9999-12-31", "x", "20261101")]
    for query_ in asked:
        text = shown(client, at("register", register) + query_)
        assert "<script>" not in text.replace("<script type", "")
    assert f"共 <b>{len(rows)}</b> 条" in shown(client, at("register", register) + "?unknown=1")


def test_pages_do_not_overlap_and_end(own):
    """230 records over five pages: each once, in the order asked for, also of equal values."""
    register, rows, client = own("master.village")
    county, unit = rows[0].county, rows[0].org
    made = [
        register.model(county=county, org=unit, code=f"T{n:04}", name=f"测村{n:04}", households=n % 3) for n in range(230)
    ]  # fmt: skip
    register.model.objects.bulk_create(made)
    records.save(register.model.objects.get(code="T0000"), records.SYSTEM)
    for sort in ("", "households", "-households", "org"):
        seen = []
        for page in range(1, 7):
            text = shown(client, f"{at('register', register)}?q=测村&sort={sort}&page={page}")
            seen += re.findall(r'class="rec" href="[^"]*/(\d+)/"', text)
        assert len(seen) == 260, "the sixth page is the last one again"
        assert len(set(seen[:230])) == 230
    text = shown(client, at("register", register) + "?q=测村&sort=-households")
    held = dict(register.model.objects.values_list("pk", "households"))
    counts = [held[int(pk)] for pk in re.findall(r'class="rec" href="[^"]*/(\d+)/"', text)]
    assert counts == sorted(counts, reverse=True)


def test_a_change_shows_in_the_counts_at_once(own):
    register, rows, client = own("water.outlet")
    assert f"共 <b>{len(rows)}</b> 条" in shown(client, at("register", register))
    row = rows[0]
    row.pk, row.code, row._state.adding = None, "T500229-9999", True
    records.save(row, records.SYSTEM)
    assert f"共 <b>{len(rows) + 1}</b> 条" in shown(client, at("register", register))
    assert f'<span class="num">{len(rows) + 1}</span>' in shown(client, reverse("registers", args=["500229"]))


def test_a_figure_outlives_changes_of_other_registers(own, land):
    register, rows, client = own("water.outlet")
    shown(client, at("register", register))
    village = get("master.village")
    unit = rows[0].org
    records.save(village.model(org=unit, code="T1", name="新村"), records.SYSTEM)
    shown(client, at("register", village))
    with CaptureQueriesContext(connection) as seen:
        shown(client, at("register", register))
    assert not [q for q in seen if "COUNT(" in q["sql"] and "water_outlet" in q["sql"]]
    name = rows[0].water_body
    name.name += "甲"
    records.save(name, records.SYSTEM)
    assert name.name in shown(client, at("register", register))


@pytest.mark.parametrize("code", ALL)
def test_columns_are_chosen_and_kept_in_a_view(code, own, client, person):
    register, _rows, client = own(code)
    extra = next(n for n, c in register.fields.items() if n not in register.columns and not c.sensitive)
    asked = f"col={extra}&sort=-{register.key[0]}"
    text = shown(client, f"{at('register', register)}?{asked}")
    heads = re.findall(r"<th[^>]*>(.*?)</th>", text)
    assert any(register.fields[extra].title in h for h in heads)
    answer = client.post(at("register_view_save", register), {"_in": asked + "&page=3", "_name": "我的列"})
    assert answer.status_code == 302
    view = SavedView.objects.get()
    assert (view.name, view.columns) == ("我的列", extra)
    assert f"?{view.query}".replace("&", "&amp;") in shown(client, at("register", register))
    assert "page" not in view.query
    client.force_login(person("admin", "500229"))
    assert "我的列" not in shown(client, at("register", register)), "a view is its maker's own"
    assert client.post(at("register_view_drop", register, view.pk)).status_code == 404
    assert SavedView.objects.exists()


def test_a_view_is_replaced_by_name_and_dropped(own):
    register, _rows, client = own("water.outlet")
    for asked in ("q=a", "q=b"):
        client.post(at("register_view_save", register), {"_in": asked, "_name": "一"})
    assert SavedView.objects.get().query == "q=b"
    for name in ("", "  ", "\x00"):
        client.post(at("register_view_save", register), {"_in": "", "_name": name})
    assert SavedView.objects.count() == 1
    client.post(at("register_view_drop", register, SavedView.objects.get().pk))
    assert not SavedView.objects.exists()
    assert client.get(at("register_view_save", register)).status_code == 405


@pytest.mark.parametrize("code", ALL)
def test_the_documentation_says_every_field_and_step(code, own):
    register, _rows, client = own(code)
    text = shown(client, at("register_about", register))
    for column in register.fields.values():
        assert f'id="f-{column.name}"' in text
        assert column.title in text
        assert all(word in text for word in column.choices)
    for step in register.lifecycle.steps if register.lifecycle else ():
        assert f"<b>{step.name}</b>" in text
    for system in systems.systems():
        assert (system.id in text) == (system.id in register.serves)
    assert ("查看敏感字段" in text) == bool(register.sensitive or register.hides_place)


def test_the_index_lists_every_register_once_and_finds_by_system(own):
    _register, _rows, client = own("water.outlet")
    text = shown(client, reverse("registers", args=["500229"]))
    for code in ALL:
        assert text.count(f'class="reg" href="{at("register", get(code))}"') == 1
    served = next(r for r in REGISTERS.values() if r.serves)
    name = next(s.name for s in systems.systems() if s.id == served.serves[0])
    found = shown(client, reverse("registers", args=["500229"]) + f"?q={quote(name)}")
    assert at("register", served) in found
    assert "没有找到台账" in shown(client, reverse("registers", args=["500229"]) + "?q=不会有的词")


def test_the_index_asks_once_a_register_and_then_no_more(own):
    _register, _rows, client = own("water.outlet")
    address = reverse("registers", args=["500229"])
    with CaptureQueriesContext(connection) as first:
        shown(client, address)
    assert len(first) <= len(ALL) + CEILING
    with CaptureQueriesContext(connection) as second:
        shown(client, address + "?q=a")  # another page, the same figures
    assert len(second) <= CEILING


@pytest.mark.parametrize("code", ALL)
def test_the_search_finds_records_only_for_those_who_may_see_them(code, own, client, person):
    register, rows, client = own(code)
    if not rows:
        return
    row = rows[0]
    word = register.fields[next((n for n in ("name", *register.key) if n in register.fields and register.fields[n].searchable), "")
                           or register.columns[0]].of(row)  # fmt: skip
    address = reverse("search") + f"?q={quote(word)}"
    first = list(
        query.select(
            register,
            reading.visible_to(register, person("admin", "500229")),
            query.Asked(q=word),
            local.today(),
        )[:3]
    )
    text = shown(client, address)
    for hit in first:
        if hit.county.code == "500229":
            assert at("record", register, hit.pk) in text or text.count("/registers/") >= 12
    client.force_login(person("admin", "500240"))
    assert at("record", register, row.pk) not in shown(client, address)
    client.force_login(person("unit", "500229205"))
    text = shown(client, address)
    for other in rows:
        if other.org.code != "500229205":
            assert at("record", register, other.pk) not in text


def test_the_search_asks_all_registers_in_one_query(own):
    _register, rows, client = own("water.outlet")
    river = next(r.water_body.name for r in rows if r.water_body)
    address = reverse("search") + "?q=" + quote(river)
    shown(client, address)  # whose page it is, what is kept
    with CaptureQueriesContext(connection) as seen:
        text = shown(client, address + "+")
    asked = [q["sql"] for q in seen if river in q["sql"] and "LIKE" in q["sql"] and "UNION" in q["sql"]]
    assert len(asked) == 1
    assert len(seen) <= CEILING
    for row in [r for r in rows if r.water_body and r.water_body.name == river][:1]:
        assert f'href="{at("record", _register, row.pk)}"' in text


def test_systems_name_the_registers_that_serve_them(own):
    register, _rows, client = own("water.outlet")
    text = shown(client, reverse("systems") + f"?q={register.serves[0]}")
    assert f'<a href="{at("register", register)}">{register.title}</a>' in text
    served = systems.served()
    for one in REGISTERS.values():
        for system in one.serves:
            mine = [s for s in served[system] if (s.kind, s.code) == ("台账", one.code)]
            assert [s.whole for s in mine] == [system in one.whole]


def test_an_enterprise_sees_its_registers_and_nothing_of_the_plan(own, client, person, land):
    register, rows, client = own("water.outlet")
    firm = next(r for r in rows if r.enterprise)
    land["E1"] = Org.objects.create(code="E1", name="模拟企业账号", kind="enterprise", parent=firm.org)
    firm.enterprise.unit = land["E1"]
    records.save(firm.enterprise, records.SYSTEM)
    client.force_login(person("enterprise", "E1"))
    for address in (
        reverse("registers", args=["500229"]),
        at("register", register),
        at("register_about", register),
    ):
        text = shown(client, address)
        assert "承诺" not in text
        assert "commitments/" not in text
        assert "/more/" not in text
    text = shown(client, at("register", register))
    assert "模拟企业账号共 <b>" in text
    for other in rows:
        if other.enterprise_id != firm.enterprise_id:
            assert str(other.org) == str(firm.org) or f">{other.org}</option>" not in text
            assert other.name not in text
    found = shown(client, reverse("search") + f"?q={quote(firm.name)}")
    assert at("record", register, firm.pk) in found
    assert client.get(reverse("systems")).status_code == 403
    home = client.get(reverse("home", args=["500229"]))
    assert home.headers["Location"] == reverse("registers", args=["500229"])


def test_an_unknown_register_is_not_there(own):
    _register, _rows, client = own("water.outlet")
    for code in ("water.none", "core.user", "auth.group", "..", "%2e%2e"):
        for name in ("register", "register_about", "register_bulk"):
            assert client.get(reverse(name, args=["500229", code])).status_code == 404
    assert not AuditEntry.objects.filter(action="export").exists()
