"""Whatever a record holds, its export taken back changes nothing; and an edited cell changes its field alone."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiuzhi.core import records, undo
from jiuzhi.core.models import AuditEntry, Grant, Org
from jiuzhi.core.registers import REGISTERS, columns, get
from jiuzhi.core.registers.parse import LEFT_OUT, References, fill
from jiuzhi.engine.exchange.apply import apply
from jiuzhi.engine.exchange.dry_run import dry_run
from jiuzhi.engine.exchange.export import export
from jiuzhi.engine.exchange.read import Table, read

SLOW = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)  # fmt: skip
# What people type and paste: Chinese, digits of both widths, signs Excel would run, quotes, line ends, emoji, blanks.
LETTERS = st.sampled_from(
    [*"排口河０１23.-=+@'\",;|\t\n\r （）%#_xX七é😀", "\r\n", "_x000D_", "  ", "=1+1", "'=", "-—"]
)
TEXTS = st.lists(LETTERS, max_size=12).map("".join)


def typed(column):
    """What a person could type into a cell of this column."""
    if column.kind in (columns.TEXT, columns.LONG):
        return TEXTS.map(lambda t: t[: column.length or None])
    if column.kind == columns.NUMBER:
        return st.decimals("-1000", "99999999999", places=column.digits).map(str)
    if column.kind == columns.WHOLE:
        return st.integers(0, 2_000_000_000).map(str)
    if column.kind == columns.DAY:
        return st.dates(date(1800, 1, 1), date(2200, 12, 31)).map(str)
    if column.kind == columns.YES:
        return st.sampled_from(["是", "否", ""])
    if column.kind in (columns.CHOICE, columns.SEVERAL):
        return st.sampled_from([*column.choices, ""])
    return st.just("")


def taken_back(register, county, form, path):
    out = io.BytesIO()
    found = register.model.objects.filter(county=county).order_by("pk")
    export(out, form, register, county, found, records.SYSTEM)
    path.write_bytes(out.getvalue())
    return read(path, register)


@pytest.mark.parametrize("code", sorted(REGISTERS))
@SLOW
@given(data=st.data())
def test_an_export_taken_back_is_the_same(code, data, load, land, tmp_path):
    """As any register's fields may be filled by hand; also of records that today's rules would not let in."""
    register = get(code)
    if not register.model.objects.exists():
        load(register)
    record = register.model.objects.order_by("pk").first()
    county = land[record.county.code]
    life = register.lifecycle.field if register.lifecycle else ""
    keep = {*register.key, life, "org", "lon", "lat", "crs", "shape"}
    free = [c for c in register.form_fields if c.name not in keep and c.kind != columns.REF]
    chosen = data.draw(st.lists(st.sampled_from(free), min_size=1, max_size=6, unique=True))
    cells = {c.name: data.draw(typed(c), label=c.name) for c in chosen}
    refused = fill(record, register, cells, References(register, county))
    register.model.objects.filter(pk=record.pk).update(
        **{c.name: getattr(record, c.name) for c in chosen if c.name not in refused}
    )
    for form in ("xlsx", "csv"):
        outcome = dry_run(register, county, taken_back(register, county, form, tmp_path / f"a.{form}"), None)
        assert [(f.cell, f.said) for f in outcome.faults] == []
        assert [(r.number, r.changed) for r in outcome.rows if r.action != "same"] == []


def test_a_text_too_long_for_a_cell_stays(load, land, tmp_path):
    register, county = get("water.outlet"), land["500229"]
    record = next(r for r in load(register) if r.county == county)
    record.note = "长" * 40_000
    records.save(record, records.SYSTEM)
    table = taken_back(register, county, "xlsx", tmp_path / "a.xlsx")
    assert any(LEFT_OUT in values for _number, values in table.rows)
    at = next(a for a, n in table.columns.items() if n == "name")
    for _number, values in table.rows:
        values[at] = f"{values[at]}改"
    apply(dry_run(register, county, table, None), records.SYSTEM, "导入")
    record.refresh_from_db()
    assert record.name.endswith("改")
    assert len(record.note) == 40_000


def test_units_of_one_name_are_told_apart(load, land, tmp_path):
    register, county = get("water.outlet"), land["500229"]
    load(register)
    one = register.model.objects.filter(county=county).first().org
    Org.objects.create(code="500229-x", name=one.name, kind="department", parent=county)
    table = taken_back(register, county, "xlsx", tmp_path / "a.xlsx")
    outcome = dry_run(register, county, table, None)
    assert outcome.faults == []
    assert outcome.count("same") == len(outcome.rows)


def many(register, county, count):
    """``count`` new outlets as the rows of a file."""
    names = ["code", "name", "class1", "water_body", "org", "set_mode", "approved_flow"]
    lines = [
        (n + 2, [f"M-{n:05}", f"排口{n}", "其他排口", "任河", "葛城街道", "登记", n / 8])
        for n in range(count)
    ]
    return Table("", 1, dict(enumerate(names)), rows=lines)


def test_a_large_import_asks_no_query_a_row_and_is_taken_back_whole(
    load, land, django_assert_max_num_queries, person
):
    register, county = get("water.outlet"), land["500229"]
    load(register)
    before = list(register.model.objects.order_by("pk").values())
    officer, seen = person("plan_officer", "500229"), []
    with django_assert_max_num_queries(12):
        outcome = dry_run(register, county, many(register, county, 1500), officer, seen.append)
    assert outcome.count("create") == 1500
    assert seen == [500, 1000, 1500, 1500]
    change = apply(outcome, records.Actor(officer, "import"), "导入", progress=seen.append)
    assert register.model.objects.count() == len(before) + 1500
    assert AuditEntry.objects.filter(change_set=change).count() == 1500

    edited = many(register, county, 1500)
    for _number, values in edited.rows:
        values[1] += "改"
    second = apply(dry_run(register, county, edited, officer), records.Actor(officer, "import"), "导入")
    with pytest.raises(ValidationError, match="又改过"):
        undo.undo_set(change, records.Actor(officer))
    assert register.model.objects.filter(name__endswith="改").count() == 1500, "all or nothing"

    told = []
    assert undo.undo_set(second, records.Actor(officer), progress=told.append) == 1500
    assert told == [500, 1000, 1500]
    assert not register.model.objects.filter(name__endswith="改").exists()
    with pytest.raises(ValidationError, match="又改过"):  # the revision has gone on counting
        undo.undo_set(change, records.Actor(officer))


def test_what_was_added_goes_again_and_what_others_refer_to_stays(load, land, person):
    register, county = get("master.waterbody"), land["500229"]
    load(get("water.outlet"))
    names = ["name", "kind", "org"]
    rows = [(n + 2, [f"试河{n}", "河流", "葛城街道"]) for n in range(30)]
    outcome = dry_run(register, county, Table("", 1, dict(enumerate(names)), rows=rows), None)
    change = apply(outcome, records.SYSTEM, "导入")
    unit = records.Actor(person("unit", "500229"))
    with pytest.raises(Exception, match="没有权限删除"):
        undo.undo_set(change, unit)
    outlet = get("water.outlet").model.objects.filter(county=county).first()
    river = outlet.water_body
    outlet.water_body = register.model.objects.get(name="试河7")
    records.save(outlet, records.SYSTEM)
    with pytest.raises(ValidationError, match="引用"):
        undo.undo_set(change, records.SYSTEM)
    assert register.model.objects.filter(name__startswith="试河").count() == 30
    outlet.water_body = river
    records.save(outlet, records.SYSTEM)
    assert undo.undo_set(change, records.SYSTEM) == 30
    assert not register.model.objects.filter(name__startswith="试河").exists()


def test_numbers_that_lose_digits_in_excel_travel_as_text(load, land, tmp_path):
    register, county = get("water.outlet"), land["500229"]
    record = next(r for r in load(register) if r.county == county)
    record.approved_flow = Decimal("123456789012345.125")
    records.save(record, records.SYSTEM)
    outcome = dry_run(register, county, taken_back(register, county, "xlsx", tmp_path / "a.xlsx"), None)
    assert outcome.count("same") == len(outcome.rows)


def test_what_others_keep_unchanged_needs_no_right_and_is_not_judged_anew(load, land, person, tmp_path):
    """A unit exports the county's list, edits its own rows and imports the whole file."""
    register, county = get("water.outlet"), land["500229"]
    load(register)
    mine = register.model.objects.filter(county=county).first()
    unit = person("unit", mine.org.code)
    table = taken_back(register, county, "xlsx", tmp_path / "a.xlsx")
    at = next(a for a, n in table.columns.items() if n == "name")
    for _number, values in table.rows:
        if values[0] == mine.code:
            values[at] = "本单位改的"
    both = person("unit", mine.org.code)
    Grant.objects.create(user=both, role="auditor", org=county)
    outcome = dry_run(register, county, table, both)
    assert outcome.faults == []
    assert [(r.old.pk, r.changed) for r in outcome.rows if r.action != "same"] == [(mine.pk, ("name",))]
    seen = dry_run(register, county, table, unit)
    assert {f.said[:6] for f in seen.faults} == {"没有权限修改"}, "what one may not see is not told apart"
    assert [r.action for r in seen.rows if r.old and r.old.pk == mine.pk] == ["update"]


def test_a_record_older_than_a_rule_stays_as_long_as_nobody_edits_it(load, land, tmp_path):
    register, county = get("water.outlet"), land["500229"]
    load(register)
    register.model.objects.filter(county=county).update(class1="旧类别", approved_flow=Decimal("-1"))
    table = taken_back(register, county, "xlsx", tmp_path / "a.xlsx")
    outcome = dry_run(register, county, table, None)
    assert outcome.faults == []
    assert outcome.count("same") == len(outcome.rows)
    at = next(a for a, n in table.columns.items() if n == "class1")
    table.rows[0][1][at] = "更旧"
    assert [f.field for f in dry_run(register, county, table, None).faults] == ["class1"]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize(
    "day", ["0001-01-01", "1799-12-31", "1899-12-31", "1900-01-01", "1900-02-28", "1900-03-01"]
)
def test_days_excel_does_not_know_travel_as_text(day, form, load, land, tmp_path):
    """Also such as no form would take today."""
    register, county = get("water.outlet"), land["500229"]
    load(register)
    register.model.objects.filter(county=county).update(plan_end=date.fromisoformat(day))
    outcome = dry_run(register, county, taken_back(register, county, form, tmp_path / f"a.{form}"), None)
    assert outcome.faults == []
    assert outcome.count("same") == len(outcome.rows) > 0


@pytest.mark.parametrize(
    ("said", "good"),
    [("1799-12-31", False), ("1800-01-01", True), ("2200-12-31", True), ("2201/1/1", False), ("0026年1月31日", False)],
)  # fmt: skip
def test_a_day_of_a_mistyped_year_is_refused(said, good, load, land):
    register, county = get("water.outlet"), land["500229"]
    record = register.model()
    refused = fill(record, register, {"plan_end": said}, References(register, county))
    assert bool(refused) is not good
    if not good:
        assert "像是笔误" in refused["plan_end"]
    late = fill(record, register, {"plan_end": date(2201, 1, 1)}, References(register, county))
    assert "2201-01-01" in late["plan_end"]
