"""Excel as people keep it: what nuisances are survived, what faults are said, and that a round trip changes only what was edited."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from openpyxl import Workbook, load_workbook
from openpyxl.styles import PatternFill

from jiuzhi.core import records, undo
from jiuzhi.core.models import AuditEntry
from jiuzhi.core.records import Actor
from jiuzhi.core.registers import REGISTERS, get
from jiuzhi.domains.water.models import Outlet
from jiuzhi.engine.exchange.apply import apply
from jiuzhi.engine.exchange.dry_run import dry_run
from jiuzhi.engine.exchange.export import export
from jiuzhi.engine.exchange.handback import TITLE, handback
from jiuzhi.engine.exchange.read import FileFault, read
from jiuzhi.engine.exchange.template import template

HEAD = [
    "排污口编码",
    "名称",
    "一级类别",
    "受纳水体",
    "责任单位",
    "设置方式",
    "批准排放量 [m3/d]",
    "计划完成日期",
]
GOOD = ["N-1", "新排口", "其他排口", "任河", "葛城街道", "登记", 12.5, "2026-12-01"]


@pytest.fixture
def outlet(load):
    load(get("water.outlet"))
    return get("water.outlet")


def book(rows, path):
    made = Workbook()
    for row in rows:
        made.active.append(row)
    made.save(path)
    return path


def tried(register, land, path, user=None):
    return dry_run(register, land["500229"], read(path, register), user)


def exported(register, land, form="xlsx", actor=records.SYSTEM):
    out = io.BytesIO()
    found = register.model.objects.filter(county=land["500229"]).order_by("pk")
    export(out, form, register, land["500229"], found, actor)
    return out.getvalue()


@pytest.mark.parametrize("code", sorted(REGISTERS))
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_an_export_taken_back_changes_nothing(code, form, load, land, tmp_path):
    register = get(code)
    load(register)
    path = tmp_path / f"a.{form}"
    path.write_bytes(exported(register, land, form))
    stored = register.model.objects.filter(county=land["500229"]).count()
    if not stored:
        with pytest.raises(FileFault, match="只有表头"):
            read(path, register)
        return
    outcome = tried(register, land, path)
    assert outcome.faults == []
    assert outcome.count("same") == stored == len(outcome.rows)


@pytest.mark.parametrize("code", sorted(REGISTERS))
def test_a_template_opens_and_an_empty_one_says_so(code, land, tmp_path):
    register, out = get(code), io.BytesIO()
    template(out, register, land["500229"])
    path = tmp_path / "t.xlsx"
    path.write_bytes(out.getvalue())
    sheet = load_workbook(path).worksheets[0]
    heads = [c.value for c in sheet[1]]
    assert heads == [c.heading + ("*" if c.required else "") for c in register.form_fields]
    assert all(c.comment for c in sheet[1])
    choice = any(c.choices for c in register.form_fields)
    assert bool(sheet.data_validations.dataValidation) >= choice
    with pytest.raises(FileFault, match="只有表头"):
        read(path, register)


def test_only_what_was_edited_changes(outlet, land, tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(exported(outlet, land))
    made = load_workbook(path)
    sheet = made.active
    heads = [c.value for c in sheet[2]]
    sheet.cell(3, heads.index("名称") + 1).value = "改过的名称"
    made.save(path)
    outcome = tried(outlet, land, path)
    assert outcome.faults == []
    changed = [r for r in outcome.rows if r.action == "update"]
    assert [r.changed for r in changed] == [("name",)]
    before = AuditEntry.objects.count()
    change = apply(outcome, records.SYSTEM, "导入")
    assert AuditEntry.objects.count() == before + 1
    assert Outlet.objects.filter(name="改过的名称").count() == 1
    undo.undo_set(change, records.SYSTEM)
    assert not Outlet.objects.filter(name="改过的名称").exists()


def test_nuisances_of_real_workbooks(outlet, land, tmp_path):
    """Title over merged cells, empty first column, styled blank rows, full-width digits, blanks, dates in four ways."""
    made = Workbook()
    sheet = made.active
    sheet.append([None, "城口县入河排污口汇总表"])
    sheet.merge_cells("B1:H1")
    sheet.append([])
    sheet.append([None, *HEAD])
    days = ["2026年12月1日", "2026/12/1", date(2026, 12, 1), 46357, "20261201", "2026.12.1"]
    for n, day in enumerate(days):
        sheet.append(
            [None, f" Ｎ－{n} ", " 新　排口 ", "其他排口 ", "任河", "葛城街道", "登记", "１，２００．５", day]
        )
    for n in range(20, 30):
        sheet.cell(n, 3).fill = PatternFill("solid", fgColor="FFFF00")
    path = tmp_path / "a.xlsx"
    made.save(path)
    outcome = tried(outlet, land, path)
    assert outcome.faults == []
    assert outcome.count("create") == len(days)
    apply(outcome, records.SYSTEM, "导入")
    found = Outlet.objects.filter(code__startswith="N-")
    assert {(o.plan_end, o.approved_flow, o.name) for o in found} == {
        (date(2026, 12, 1), Decimal("1200.500"), "新 排口")
    }


def test_every_fault_of_every_row_at_once_with_its_cell(outlet, land, tmp_path):
    rows = [
        HEAD,
        ["N-1", "", "工业", "任合", "没有的街道", "登记", "约12", "2026-02-30"],
        ["N-2", "a", "其他排口", "任河", "葛城街道", "登记", "#REF!", "2026-13"],
        ["N-2", "b", "其他排口", "任河", "葛城街道", "登记", "12%", "明年"],
        [None, "c", "其他排口", "任河", "葛城街道", "登记", 1.23e20, None],
    ]
    outcome = tried(outlet, land, book(rows, tmp_path / "a.xlsx"))
    said = {f.cell: f.said for f in outcome.faults}
    assert set(said) >= {"B2", "C2", "D2", "E2", "G2", "H2", "G3", "H3", "A4", "G4", "H4", "A5", "G5"}
    assert "工业排污口" in said["C2"]
    assert "任河" in said["D2"]
    assert "公式出错" in said["G3"]
    assert "与第 4 行是同一条记录" in said["A3"]
    assert "与第 3 行是同一条记录" in said["A4"]
    assert outcome.count("error") == 4
    with pytest.raises(ValidationError, match="一行也没有写入"):
        apply(outcome, records.SYSTEM, "导入")
    assert not Outlet.objects.filter(code__startswith="N-").exists()


def test_good_rows_only_when_chosen(outlet, land, tmp_path):
    path = book([HEAD, GOOD, ["N-9", *[None] * 7]], tmp_path / "a.xlsx")
    outcome = tried(outlet, land, path)
    apply(outcome, records.SYSTEM, "导入", good_rows=True)
    assert Outlet.objects.get(code="N-1").approved_flow == Decimal("12.500")
    assert not Outlet.objects.filter(code="N-9").exists()


def test_the_own_workbook_comes_back_with_its_faults(outlet, land, tmp_path):
    path = book([HEAD, GOOD, ["N-2", "b", "工业", *GOOD[3:]]], tmp_path / "a.xlsx")
    outcome = tried(outlet, land, path)
    (tmp_path / "b.xlsx").write_bytes(handback(path, "a.xlsx", outcome))
    sheet = load_workbook(tmp_path / "b.xlsx").active
    heads = [c.value for c in sheet[1]]
    assert heads[-1] == TITLE
    assert sheet.cell(2, len(heads)).value == "新增"
    assert "一级类别" in sheet.cell(3, len(heads)).value
    assert sheet["C3"].comment.text.startswith("“工业”不在代码表中")
    again = tried(outlet, land, tmp_path / "b.xlsx")
    assert again.table.unknown == [], "the column handed back is not taken for data"


def test_rights_are_asked_row_by_row(outlet, land, person, tmp_path):
    """Creations need the create right, updates the change right, each over the row's own unit."""
    theirs = Outlet.objects.get(code="T500229-0002")
    rows = [
        HEAD,
        GOOD,
        ["N-2", *GOOD[1:4], "复兴街道", *GOOD[5:]],
        [theirs.code, *GOOD[1:4], theirs.org.name, *GOOD[5:]],
    ]
    path = book(rows, tmp_path / "a.xlsx")
    outcome = tried(outlet, land, path, person("unit", "500229001"))
    assert [r.action for r in outcome.rows] == ["create", "error", "error"]
    assert "没有权限新增" in outcome.rows[1].faults[0].said
    assert "没有权限修改" in outcome.rows[2].faults[0].said
    assert tried(outlet, land, path, person("auditor", "500229")).count("error") == 3


def test_masked_cells_keep_what_is_stored(outlet, land, person, tmp_path):
    hidden = Outlet.objects.get(code="T500229-0001")
    hidden.sources = "秘密溯源"
    records.save(hidden, records.SYSTEM)
    unit = person("unit", "500229")
    path = tmp_path / "a.xlsx"
    path.write_bytes(exported(outlet, land, actor=Actor(unit)))
    assert "秘密溯源" not in "".join(str(c.value) for r in load_workbook(path).active for c in r)
    outcome = tried(outlet, land, path, unit)
    assert outcome.count("same") == len(outcome.rows) > 3
    assert AuditEntry.objects.filter(action="export", user=unit).exists()


def test_states_move_by_steps_not_by_import(outlet, land, tmp_path):
    path = book([[HEAD[0], "状态"], ["T500229-0003", "已销号"]], tmp_path / "a.xlsx")
    assert "办理相应步骤" in tried(outlet, land, path).faults[0].said


def test_somebody_else_was_quicker(outlet, land, tmp_path):
    path = book([[HEAD[0], "名称"], ["T500229-0003", "导入的名称"]], tmp_path / "a.xlsx")
    outcome = tried(outlet, land, path)
    other = Outlet.objects.get(code="T500229-0003")
    other.name = "别人改的"
    records.save(other, records.SYSTEM)
    with pytest.raises(ValidationError, match="被别人改过"):
        apply(outcome, records.SYSTEM, "导入")
    path = book([HEAD, GOOD], tmp_path / "a.xlsx")
    first, second = tried(outlet, land, path), tried(outlet, land, path)
    apply(first, records.SYSTEM, "导入")
    with pytest.raises(ValidationError, match="已有人新增"):
        apply(second, records.SYSTEM, "导入")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.xlsx", b"", "空文件"),
        ("a.xlsx", b"PK\x03\x04broken", "打不开"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "密码"),
        ("a.xls", b"x", "旧版"),
        ("a.docx", b"x", "不是表格"),
        ("a.csv", "甲,乙\n1,2\n".encode(), "找不到表头"),
        ("a.csv", "名称,一级类别\na,b\n".encode(), "缺少“排污口编码”"),
        ("a.csv", "排污口编码,名称\n".encode(), "只有表头"),
        ("a.csv", "排污口编码,名称\nN,\ufffd\n".encode(), "乱码"),
        ("a.csv", '排污口编码,名称\nN,"没完\n'.encode(), "引号"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_read_say_why(name, data, said, tmp_path):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(FileFault, match=said):
        read(path, get("water.outlet"))


def test_gb18030_and_tabs_are_read(outlet, land, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(
        "\t".join(HEAD).encode("gb18030") + b"\n" + "\t".join(str(v) for v in GOOD).encode("gb18030")
    )
    assert tried(outlet, land, path).count("create") == 1


def test_an_export_cannot_run_in_excel(outlet, land, tmp_path):
    found = Outlet.objects.get(code="T500229-0001")
    found.name = '=HYPERLINK("http://x","点我")'
    records.save(found, records.SYSTEM)
    sheet_path = tmp_path / "a.xlsx"
    sheet_path.write_bytes(exported(outlet, land))
    cells = [
        c
        for row in load_workbook(sheet_path).active
        for c in row
        if isinstance(c.value, str) and "HYPERLINK" in c.value
    ]
    assert [c.data_type for c in cells] == ["s"]
    assert ",'=HYPERLINK" in exported(outlet, land, "csv").decode().replace('"', "")


def test_an_ambiguous_reference_names_the_candidates(outlet, land, tmp_path):
    from jiuzhi.master.models import Enterprise

    twin = Enterprise.objects.filter(county=land["500229"]).first()
    other = Enterprise.objects.filter(county=land["500229"]).exclude(pk=twin.pk).first()
    other.name = twin.name
    records.save(other, records.SYSTEM)
    path = book([[*HEAD, "责任企业"], [*GOOD, twin.name]], tmp_path / "a.xlsx")
    said = tried(outlet, land, path).faults[0].said
    assert "有 2 个" in said
    assert twin.uscc in said


def test_csv_gives_back_what_its_guard_hid(outlet, land, tmp_path):
    found = Outlet.objects.get(code="T500229-0001")
    found.name = "=1+1"
    records.save(found, records.SYSTEM)
    path = tmp_path / "a.csv"
    path.write_bytes(exported(outlet, land, "csv"))
    outcome = tried(outlet, land, path)
    assert outcome.count("same") == len(outcome.rows) > 3


def test_a_csv_handed_back_keeps_what_no_field_answers_to(outlet, land, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "序号,排污口编码,我的备忘,一级类别,错误\n7,N-9,问老李,没有这一类,上次的话\n", encoding="utf-8"
    )
    outcome = tried(outlet, land, path)
    back = handback(path, "a.csv", outcome).decode("utf-8-sig").splitlines()
    assert back[0] == "序号,排污口编码,我的备忘,一级类别,错误"
    assert back[1].startswith("7,N-9,问老李,没有这一类,")
    assert "上次的话" not in back[1]
    assert "一级类别" in back[1]


def test_a_csv_handed_back_keeps_what_stands_above_the_heading(outlet, land, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "城口县排污口台账\n\n填报单位：,县局\n排污口编码,一级类别,位置\n,,经度,纬度\nN-9,没有这一类,108.6,31.9\n",
        encoding="utf-8",
    )
    first = tried(outlet, land, path)
    path.write_bytes(handback(path, "a.csv", first))
    back = path.read_text(encoding="utf-8-sig").splitlines()
    assert back[:3] == ["城口县排污口台账", "", "填报单位：,县局"]
    assert back[3].rstrip(",") == "排污口编码,一级类别,位置"
    assert back[4] == ",,经度,纬度,错误"
    again = tried(outlet, land, path)
    assert [(f.cell, f.said) for f in again.faults] == [(f.cell, f.said) for f in first.faults]
    assert again.table.unknown == []
    assert handback(path, "a.csv", again) == path.read_bytes(), "handed back twice it says the same once"


def test_a_workbook_with_a_heading_of_two_rows_handed_back_can_be_read_again(outlet, land, tmp_path):
    path = book([[*HEAD, "位置"], [*[None] * 8, "经度", "纬度"], ["N-9", "无"]], tmp_path / "a.xlsx")
    first = tried(outlet, land, path)
    path.write_bytes(handback(path, "a.xlsx", first))
    again = tried(outlet, land, path)
    assert [(f.cell, f.said) for f in again.faults] == [(f.cell, f.said) for f in first.faults] != []


def test_rows_of_one_record_are_all_at_fault_and_name_each_other(outlet, land, tmp_path):
    """Taking the good rows must not choose one of them in silence."""
    rows = [HEAD, GOOD, ["N-2", *GOOD[1:]], [GOOD[0], "别名", *GOOD[2:]], *([["N-5", *GOOD[1:]]] * 5)]
    outcome = tried(outlet, land, book(rows, tmp_path / "a.xlsx"))
    assert [r.action for r in outcome.rows] == ["error", "create", *["error"] * 6]
    said = {f.cell: f.said for f in outcome.faults}
    assert said["A2"].startswith("与第 4 行是同一条记录")
    assert said["A4"].startswith("与第 2 行是同一条记录")
    assert said["A5"].startswith("与第 6、7、8 行等是同一条记录")
    apply(outcome, records.SYSTEM, "导入", good_rows=True)
    assert list(Outlet.objects.filter(code__startswith="N-").values_list("code", flat=True)) == ["N-2"]
