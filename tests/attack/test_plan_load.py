"""Packs as they come back from Excel: file, row and column are named, and nothing is half-loaded."""

import csv

import pytest

from jiuzhi.core.models import AuditEntry, Org
from jiuzhi.core.records import SYSTEM
from jiuzhi.engine.plan import pack as packs
from jiuzhi.engine.plan.load import load_pack
from jiuzhi.engine.plan.models import Clause, Commitment, Plan, Task
from jiuzhi.engine.plan.pack import PlanReadError
from jiuzhi.master.models import Station

pytestmark = pytest.mark.django_db
SHA = "a" * 64
STATIONS = [
    "code",
    "name",
    "kind",
    "level",
    "water_body",
    "target_class",
    "evaluated",
    "lon",
    "lat",
    "synthetic",
]


@pytest.fixture
def folder(tmp_path):
    info = packs.PackInfo(
        county="沙河县", adcode="500998", title="沙河县规划", period_start="2026", period_end="2030", period_basis="stated",
        status="final", document="规划.docx", sha256=SHA,
    )  # fmt: skip
    made = packs.Pack(
        info=info,
        clauses=[
            packs.Clause("1", "", "chapter", "第一章", "目标", 1, 0, 90),
            packs.Clause("1.1", "1", "section", "第一节", "水", 2, 10, 90),
        ],
        commitments=[
            packs.Commitment("I-1", "优良比例", "%", "baseline", "=", "90", year="2025", clause="1.1", start=10, end=20),
            packs.Commitment("I-2", "优良比例", "%", "target", ">=", "95", year="2030", clause="1.1", baseline="I-1", start=20, end=30),
        ],
        tasks=[packs.Task("T-1", "建厂", "新建", clause="1.1", start=30, end=40)],
    )  # fmt: skip
    home = packs.write_pack(made, tmp_path / "包")
    _write(
        home / "stations.csv",
        [STATIONS, ["500998-W1", "甲断面", "river", "national", "白河", "Ⅱ", "1", "108.5", "31.5", "0"]],
    )
    return home


def _rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def _write(path, rows, encoding="utf-8-sig", delimiter=","):
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)


def _everything():
    counted = [m.objects.count() for m in (Plan, Clause, Commitment, Task, Org, Station, AuditEntry)]
    return counted, list(
        Commitment.objects.order_by("pk").values_list("code", "name", "value", "year", "unit")
    )


def _cell(column, text, row=1):
    def change(rows):
        rows[row][rows[0].index(column)] = text
        return rows

    return change


def _without(column):
    return lambda rows: [[c for n, c in enumerate(r) if n != rows[0].index(column)] for r in rows]


EXCEL = {
    "gbk": ("commitments", lambda r: r, {"encoding": "gb18030"}, "CSV UTF-8"),
    "semicolons": ("commitments", lambda r: r, {"delimiter": ";"}, "分号"),
    "tabs": ("tasks", lambda r: r, {"delimiter": "\t"}, "制表符"),
    "column removed": ("commitments", _without("year"), {}, "缺少列 year"),
    "column twice": ("commitments", lambda rows: [[*r, r[5]] for r in rows], {}, "出现两次"),
    "headings translated": ("clauses", lambda rows: [["编号", *rows[0][1:]], *rows[1:]], {}, "缺少列 id"),
    "id twice": ("clauses", _cell("id", "1", 2), {}, "第 2 行和第 3 行"),
    "id as date": ("clauses", _cell("id", "1月1日", 2), {}, "clauses.csv 里没有"),
    "value as date": ("commitments", _cell("value", "5月20日"), {}, "第 2 行（I-1）的 value 列“5月20日”像是被 Excel 改成了日期"),
    "scientific": ("commitments", _cell("value", "1.2E+05"), {}, "科学计数"),
    "thousands": ("commitments", _cell("value", "12,345"), {}, "千分位"),
    "percent": ("commitments", _cell("value", "95%"), {}, "百分号"),
    "NaN": ("commitments", _cell("value", "NaN"), {}, "不是数"),
    "huge": ("commitments", _cell("value", "1" * 30), {}, "位数太多"),
    "#REF!": ("commitments", _cell("value", "#REF!"), {}, "不是数"),
    "year": ("commitments", _cell("year", "203"), {}, "不是年份"),
    "kind": ("commitments", _cell("kind", "goal"), {}, "可用 target"),
    "comparator": ("commitments", _cell("comparator", "≥"), {}, "可用"),
    "confidence": ("commitments", _cell("confidence", "nan"), {}, "0 到 1"),
    "clause unknown": ("commitments", _cell("clause", "9.9"), {}, "clauses.csv 里没有"),
    "target without value": ("commitments", _cell("value", "", 2), {}, "第 3 行（I-2）是目标"),
    "cycle": ("clauses", _cell("parent", "1.1"), {}, "绕回"),
    "row longer": ("tasks", lambda rows: [rows[0], [*rows[1], "多"]], {}, "比表头多"),
    "name too long": ("commitments", _cell("name", "长" * 500), {}, "name"),
    "period": ("pack", lambda rows: [[k, "2026年" if k == "period_start" else v] for k, v in rows], {}, "规划期"),
    "fingerprint": ("pack", lambda rows: [[k, "../../x" if k == "sha256" else v] for k, v in rows], {}, "sha256"),
    "status": ("pack", lambda rows: [[k, "草" if k == "status" else v] for k, v in rows], {}, "draft"),
    "no clause": ("clauses", lambda rows: rows[:1], {}, "clauses.csv"),
    "station degrees": ("stations", _cell("lon", "东经108"), {}, "lon 列“东经108”"),
    "station column": ("stations", _without("water_body"), {}, "缺少列 water_body"),
    "station gbk": ("stations", lambda r: r, {"encoding": "gb18030"}, "UTF-8"),
    "station class": ("stations", _cell("target_class", "ⅡⅡ"), {}, "Ⅰ、Ⅱ"),
    "station twice": ("stations", lambda rows: [*rows, rows[1]], {}, "与第 2 行相同"),
}  # fmt: skip


@pytest.mark.parametrize("name", EXCEL)
@pytest.mark.parametrize("again", [False, True], ids=["first", "again"])
def test_an_edited_pack_says_where_and_loads_nothing(folder, name, again):
    if again:
        load_pack(folder, actor=SYSTEM)
    before = _everything()
    table, change, how, words = EXCEL[name]
    path = folder / f"{table}.csv"
    _write(path, change(_rows(path)), **how)
    with pytest.raises(PlanReadError) as said:
        load_pack(folder, actor=SYSTEM)
    assert words in str(said.value)
    assert str(said.value).endswith("。")
    assert "：" in str(said.value)
    assert _everything() == before


@pytest.mark.parametrize(
    "content", [b"", b"\xff\x00\x9a\x01" * 50, b'id,"name\n1,2\n', b"id,name\x00,kind\n"]
)
def test_a_table_that_is_no_csv(folder, content):
    (folder / "commitments.csv").write_bytes(content)
    with pytest.raises(PlanReadError, match=r"commitments\.csv .*。$"):
        load_pack(folder, actor=SYSTEM)
    assert not Org.objects.exists()


def test_what_excel_adds_without_harm_is_taken(folder):
    path = folder / "commitments.csv"
    rows = _cell("year", "2030.0", 2)(_rows(path))
    blank = [""] * len(rows[0])
    order = [*rows[0][::-1], "备注"]
    _write(path, [order, blank, *([*r[::-1], "看过"] for r in rows[1:]), blank, blank])
    plan = load_pack(folder, actor=SYSTEM)
    assert list(plan.commitments.values_list("code", "year")) == [("I-1", 2025), ("I-2", 2030)]


def test_an_emptied_table_does_not_empty_the_plan(folder):
    load_pack(folder, actor=SYSTEM)
    path = folder / "commitments.csv"
    _write(path, _rows(path)[:1])
    with pytest.raises(PlanReadError, match="删去已有的全部承诺"):
        load_pack(folder, actor=SYSTEM)
    assert Commitment.objects.count() == 2


def test_a_station_of_another_county_stays_there(folder):
    load_pack(folder, actor=SYSTEM)
    with pytest.raises(PlanReadError, match="已是沙河县的点位"):
        load_pack(folder, actor=SYSTEM, county="500999")
    assert not Org.objects.filter(code="500999").exists()
    assert Station.objects.get(code="500998-W1").county.code == "500998"


@pytest.mark.parametrize("county", ["abc", "50099", "５００９９９", "500000", "' or 1=1"])
def test_a_county_is_six_digits(folder, county):
    with pytest.raises(PlanReadError, match="6 位数字"):
        load_pack(folder, actor=SYSTEM, county=county)


def test_long_names_of_units_that_begin_alike_stay_two_units(folder):
    path = folder / "commitments.csv"
    names = ["县" * 60 + end for end in "甲乙"]
    rows = _cell("owner", names[1], 2)(_cell("owner", names[0])(_rows(path)))
    _write(path, rows)
    plan = load_pack(folder, actor=SYSTEM)
    assert sorted(plan.commitments.values_list("owner__name", flat=True)) == sorted(names)


def test_line_breaks_and_control_characters_in_cells_become_blanks(folder):
    path = folder / "commitments.csv"
    _write(path, _cell("name", "优良\n比例\x0b（水）\x01", 2)(_rows(path)))
    plan = load_pack(folder, actor=SYSTEM)
    assert plan.commitments.get(code="I-2").name == "优良 比例 （水）"
