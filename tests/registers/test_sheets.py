"""Workbooks as people and programs leave them: what is read, what is said, that nothing is lost on the way in."""

import zipfile
from decimal import Decimal

import pytest
import xlsxwriter
from openpyxl import Workbook, load_workbook
from openpyxl.styles import PatternFill

from jiuzhi.core import records
from jiuzhi.core.registers import get
from jiuzhi.engine.exchange.apply import apply
from jiuzhi.engine.exchange.dry_run import dry_run
from jiuzhi.engine.exchange.read import FileFault, read

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


def edit(whole, path, old, new):
    """A copy of a workbook with other XML."""
    with zipfile.ZipFile(whole) as parts, zipfile.ZipFile(path, "w") as made:
        for name in parts.namelist():
            made.writestr(name, parts.read(name).replace(old.encode(), new.encode()))


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


def test_cells_merged_down_a_column_hold_for_each_of_their_rows(load, land, tmp_path):
    register, county = get("water.outlet"), land["500229"]
    load(register)
    rows = [
        ["入河排污口"],
        [*HEAD, "备注"],
        ["N-1", "甲", "其他排口", "任河", "葛城街道", "登记", "同一批"],
        ["N-2", "乙", None, None, None, "登记"],
        ["N-3", "丙", None, "任河", None, "登记", None],
        [None, "丁", "其他排口", "任河", "葛城街道", "登记"],
        [None] * 7,
    ]
    areas = ["A1:G1", "C3:C5", "E3:E5", "G3:G7", "D3:D4", "A5:A7"]
    table = read(book(rows, tmp_path / "a.xlsx", areas), register)
    outcome = dry_run(register, county, table, None)
    assert [n for n, _values in table.rows] == [3, 4, 5, 6], "a row with nothing but merged cells is blank"
    assert [table.cells(v)["org"] for _n, v in table.rows] == ["葛城街道"] * 4
    assert [table.cells(v)["note"] for _n, v in table.rows] == ["同一批"] * 4
    assert [r.action for r in outcome.rows[:2]] == ["create", "create"]
    assert outcome.rows[1].record.class1 == "其他排口"
    assert table.cells(table.rows[3][1])["code"] == "N-3", (
        "one key over two rows: they are one record, and say so"
    )
    assert "同一条记录" in outcome.faults[-1].said


def test_a_merged_cell_clears_no_stored_field(load, land, tmp_path):
    register, county = get("water.outlet"), land["500229"]
    load(register)
    first, second = register.model.objects.filter(county=county)[:2]
    register.model.objects.filter(pk__in=[first.pk, second.pk]).update(note="旧")
    rows = [["排污口编码", "备注"], [first.code, "新"], [second.code, None]]
    path = book(rows, tmp_path / "a.xlsx", ["B2:B3"])
    apply(dry_run(register, county, read(path, register), None), records.SYSTEM, "导入")
    assert set(
        register.model.objects.filter(pk__in=[first.pk, second.pk]).values_list("note", flat=True)
    ) == {"新"}


def test_overlapping_and_endless_merged_cells_cost_nothing(tmp_path):
    whole, path = book([HEAD, *([GOOD] * 50)], tmp_path / "whole.xlsx", ["A2:A51"]), tmp_path / "a.xlsx"
    many = '<mergeCell ref="A2:F1048576"/>' * 5000
    edit(whole, path, '<mergeCell ref="A2:A51" />', many)
    edit(whole, path, '<mergeCell ref="A2:A51"/>', many)
    table = read(path, get("water.outlet"))
    assert {values[0] for _n, values in table.rows} == {"N-1"}


def test_two_sheets_of_records_are_not_one(load, land, tmp_path):
    """The wider one was taken, the other dropped without a word."""
    register = get("water.outlet")
    more = [("葛城街道", [HEAD[:3], ["N-2", "乙", "其他排口"]]), ("说明", [["导入前请核对"]])]
    with pytest.raises(FileFault, match=r"“Sheet”、“葛城街道” 这 2 张工作表都有数据.*合并到一张"):
        read(book([HEAD, GOOD], tmp_path / "a.xlsx", more=more), register)


def test_a_summary_or_an_empty_template_beside_the_records_is_passed_over(tmp_path):
    register = get("water.outlet")
    summary = ("汇总", [["一级类别", "责任单位", "排口数"], ["其他排口", "葛城街道", 3]])
    assert read(book([HEAD, GOOD], tmp_path / "a.xlsx", more=[summary]), register).sheet == "Sheet"
    mine = ("我的", [HEAD[:2], GOOD[:2]])
    assert read(book([HEAD], tmp_path / "a.xlsx", more=[mine, summary]), register).sheet == "我的"
    wide = ("汇总", [[*HEAD[2:], "名称"], [*GOOD[2:], "x"]])
    with pytest.raises(FileFault, match="“汇总”表 缺少“排污口编码”列"):
        read(book([HEAD[:2], GOOD[:2]], tmp_path / "a.xlsx", more=[wide]), register)
