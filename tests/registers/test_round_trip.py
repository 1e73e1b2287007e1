"""Whatever a record holds, its export taken back changes nothing; and an edited cell changes its field alone."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest
import xlsxwriter
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.styles import PatternFill

from jiuzhi.core import records, undo
from jiuzhi.core.models import AuditEntry, Grant, Org
from jiuzhi.core.registers import REGISTERS, columns, get
from jiuzhi.core.registers.parse import LEFT_OUT, References, fill
from jiuzhi.engine.exchange.apply import apply
from jiuzhi.engine.exchange.dry_run import dry_run
from jiuzhi.engine.exchange.export import export
from jiuzhi.engine.exchange.read import FileFault, Table, read

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
        return st.dates(date(1950, 1, 1), date(2100, 1, 1)).map(str)
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


HEAD = ["排污口编码", "名称", "一级类别", "受纳水体", "责任单位", "设置方式"]
GOOD = ["N-1", "新排口", "其他排口", "任河", "葛城街道", "登记"]


def book(rows, path, merged=(), more=()):
    made = Workbook()
    for row in rows:
        made.active.append(row)
    for area in merged:
        made.active.merge_cells(area)
    for title, lines in more:
        sheet = made.create_sheet(title)
        for row in lines:
            sheet.append(row)
    made.save(path)
    return path


def test_a_heading_of_two_rows_and_headings_again_on_every_printed_page(load, land, tmp_path):
    register, county = get("water.outlet"), land["500229"]
    load(register)
    upper = [*HEAD, "位置", None, "我的列"]
    rows = [
        upper,
        [*[None] * 6, "经度", "纬度", None],
        [*GOOD, 108.66, 31.95, "x"],
        [*HEAD, "经度", "纬度", "我的列"],
        ["N-2", *GOOD[1:], None, None, "y"],
    ]
    path = book(rows, tmp_path / "a.xlsx", ["G1:H1", *(f"{c}1:{c}2" for c in "ABCDEFI")])
    table = read(path, register)
    assert table.unknown == ["我的列"]
    outcome = dry_run(register, county, table, None)
    assert outcome.faults == []
    assert [(r.number, r.action, r.record.lon) for r in outcome.rows] == [
        (3, "create", Decimal("108.660000")),
        (5, "create", None),
    ]


def test_a_title_line_does_not_hide_what_parts_the_columns(load, land, tmp_path):
    register = get("water.outlet")
    load(register)
    path = tmp_path / "a.csv"
    path.write_text("城口县入河排污口台账\n" + "\t".join(HEAD) + "\n" + "\t".join(GOOD), encoding="utf-8")
    assert dry_run(register, land["500229"], read(path, register), None).count("create") == 1


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"])
def test_a_workbook_with_a_part_cut_short_says_so(part, tmp_path):
    whole = book([HEAD, *([GOOD] * 200)], tmp_path / "whole.xlsx")
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data[: len(data) // 2] if name == part else data)
    with pytest.raises(FileFault, match="重新保存"):
        read(path, get("water.outlet"))


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9])
def test_a_truncated_workbook_says_so(kept, tmp_path):
    data = book([HEAD, *([GOOD] * 200)], tmp_path / "whole.xlsx").read_bytes()
    path = tmp_path / "a.xlsx"
    path.write_bytes(data[: int(len(data) * kept)])
    with pytest.raises(FileFault, match="重新保存"):
        read(path, get("water.outlet"))


def test_a_workbook_that_unfolds_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("jiuzhi.engine.exchange.sheets._LARGEST", 1000)
    with pytest.raises(FileFault, match="太大"):
        read(book([HEAD, GOOD], tmp_path / "a.xlsx"), get("water.outlet"))


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


def edit(whole, path, old, new):
    """A copy of a workbook with other XML."""
    with zipfile.ZipFile(whole) as parts, zipfile.ZipFile(path, "w") as made:
        for name in parts.namelist():
            made.writestr(name, parts.read(name).replace(old.encode(), new.encode()))


@pytest.mark.parametrize("value", [None, "x"])
def test_a_mark_in_the_last_column_of_excel_makes_no_row_wide(value, tmp_path):
    """One stray cell in XFD, valued or only coloured, would cost 130 KB a row."""
    path = book([HEAD, *([GOOD] * 20)], tmp_path / "a.xlsx")
    made = load_workbook(path)
    for row in range(1, 22):
        cell = made.active.cell(row, 16_384)
        cell.value, cell.fill = value, PatternFill("solid", fgColor="FFFF00")
    made.save(path)
    table = read(path, get("water.outlet"))
    assert {len(values) for _number, values in table.rows} == {len(HEAD)}
    assert table.unknown == []


def test_a_row_that_ends_early_is_a_row(load, land, tmp_path):
    """Cells to the left of the fields only: neither blank nor the heading once more."""
    register = get("water.outlet")
    load(register)
    path = book([["我的列", *HEAD], ["x", *GOOD], ["y"]], tmp_path / "a.xlsx")
    outcome = dry_run(register, land["500229"], read(path, register), None)
    assert [(r.number, r.action) for r in outcome.rows] == [(2, "create"), (3, "error")]


def test_rows_out_of_order_are_a_broken_file(tmp_path):
    whole = book([HEAD, GOOD], tmp_path / "whole.xlsx")
    path = tmp_path / "a.xlsx"
    edit(whole, path, '<row r="2"', '<row r="1"')
    with pytest.raises(FileFault, match="重新保存"):
        read(path, get("water.outlet"))


def test_a_formula_nobody_worked_out_clears_nothing(load, land, tmp_path):
    """As a program writes it that never opens Excel; in a cell no field answers to it does not matter."""
    register, county = get("water.outlet"), land["500229"]
    load(register)
    record = register.model.objects.filter(county=county).first()
    head = [*HEAD[:2], "备注", "批准排放量", "我的列"]
    rows = [
        [record.code, "=A2", '="甲"&1', "=1+1", "=1"],
        ["=A2", *GOOD[1:2], "a", None, None],
        [record.code + "x"],
    ]
    outcome = dry_run(register, county, read(book([head, *rows], tmp_path / "a.xlsx"), register), None)
    said = {f.cell for f in outcome.faults if f.said.startswith("公式没有结果：请在 Excel 中打开并保存一次")}
    assert said == {"B2", "C2", "D2", "A3"}
    assert [f.cell for f in outcome.faults if f.cell == "A3"] == ["A3"], (
        "said once, not that it must be filled"
    )
    assert outcome.rows[0].action == "error"


def test_a_formula_with_a_result_is_its_result(load, land, tmp_path):
    register, county = get("water.outlet"), land["500229"]
    load(register)
    record = register.model.objects.filter(county=county).first()
    register.model.objects.filter(pk=record.pk).update(note="旧")
    whole = tmp_path / "whole.xlsx"
    made = xlsxwriter.Workbook(whole)
    sheet = made.add_worksheet()
    sheet.write_row(0, 0, ["排污口编码", "名称", "备注"])
    sheet.write_string(1, 0, record.code)
    sheet.write_formula(1, 1, '="甲"&1', value="甲1")
    sheet.write_formula(1, 2, '=""', value="空的")
    made.close()
    path = tmp_path / "a.xlsx"
    edit(whole, path, "<v>空的</v>", "<v></v>")  # an empty text, as Excel keeps it
    outcome = dry_run(register, county, read(path, register), None)
    assert outcome.faults == []
    assert outcome.rows[0].changed == ("name", "note")
    assert (outcome.rows[0].record.name, outcome.rows[0].record.note) == ("甲1", "")
