"""Files as they come: encodings, gzip, Excel, damage. One clear sentence, and nothing but FileProblem."""

import gzip
import io
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiuzhi.engine.observe import formats
from jiuzhi.engine.observe.formats import FORMATS, FileProblem, Refusal, Row
from jiuzhi.engine.observe.formats.table import garbled
from jiuzhi.engine.observe.formats.template import LONG_COLUMNS, csv_template, write_template

TEXT = "站点编码,时间,项目,数值\n城口一站,2026-10-01 08:00,PM2.5,12\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_encodings(file, encoding):
    (row,) = formats.read(file(TEXT, encoding=encoding))
    assert row.station == "城口一站"


def test_damaged_utf8_is_said_and_not_read_as_something_else(file):
    content = TEXT.encode() + b"\xe4\xb8" + "，城口\n".encode() * 3
    with pytest.raises(FileProblem, match="编码认不出"):
        list(formats.read(file(content)))
    with pytest.raises(FileProblem, match="编码认不出"):
        list(formats.read(file((TEXT + "城").encode()[:-1])))


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_delimiters(file, delimiter):
    (row,) = formats.read(file(TEXT.replace(",", delimiter)))
    assert row.values[0].value == 12


def test_gzip_and_a_truncated_one(file):
    packed = gzip.compress(TEXT.encode() + b"A,2026-10-01 08:00,PM2.5,13\n" * 20000)
    assert len(list(formats.read(file(packed, "data.csv.gz")))) == 20001
    for cut in (3, 15, len(packed) // 2, len(packed) - 4):
        with pytest.raises(FileProblem, match="不完整或已损坏"):
            list(formats.read(file(packed[:cut], "data.csv.gz")))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "是空的"), (b"\n\n , ,\n", "没有内容"), (b"%PDF-1.7 x", "是PDF"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版 .xls"),
        (b"PK\x03\x04 not a workbook", "打不开或已损坏"), (b"\xff\xfe\xd8", "编码认不出"),
        ("站点编码,时间\n".encode() + b"\xff\xff\xff\n", "编码认不出"), (gzip.compress(b"", mtime=0), "是空的"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_said_in_one_sentence(file, content, sentence):
    with pytest.raises(FileProblem, match=sentence) as caught:
        list(formats.read(file(content)))
    assert "\n" not in str(caught.value)


def test_no_such_file(tmp_path):
    with pytest.raises(FileProblem, match="打不开文件"):
        list(formats.read(tmp_path / "none.csv"))
    with pytest.raises(FileProblem, match="打不开文件"):
        list(formats.read(tmp_path))


def workbook(**sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, lines in sheets.items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_excel_cells(file):
    lines = [
        ["站点编码", "时间", "项目", "数值"],
        ["A1", datetime(2026, 10, 1, 8, 0), "PM2.5", 0.1 + 0.2],
        ["A1", date(2026, 10, 1), "PM2.5", 12],
        ["A1", datetime(2026, 10, 1, 0, 0), "PM2.5", "１２"],
        [None, None, None, None],
    ]
    rows = list(formats.read(file(workbook(说明=[["随便"]], 观测=lines), "x.xlsx")))
    assert [(r.values[0].value, r.values[0].kind) for r in rows] == [
        (Decimal("0.3"), "hour"), (Decimal(12), "day"), (Decimal(12), "hour"),
    ]  # fmt: skip
    assert [r.number for r in rows] == [2, 3, 4]


def test_wrong_sheets(file):
    with pytest.raises(FileProblem, match="工作表“表一”"):
        list(formats.read(file(workbook(表一=[["甲", "乙"], [1, 2]]), "x.xlsx")))
    with pytest.raises(FileProblem, match="2 张工作表都不是"):
        list(formats.read(file(workbook(表一=[["甲"]], 表二=[["乙"]]), "x.xlsx")))
    with pytest.raises(FileProblem, match="没有内容"):
        list(formats.read(file(workbook(表一=[]), "x.xlsx")))
    good = [["站点编码", "时间", "项目", "数值"], ["A1", "2026-10-01", "PM2.5", 3]]
    with pytest.raises(FileProblem, match="多张工作表填了数据（一月、二月）"):
        list(formats.read(file(workbook(一月=good, 二月=good), "x.xlsx")))


def test_the_template_can_be_filled_in_and_read(tmp_path):
    path = tmp_path / "t.xlsx"
    write_template(path)
    assert list(formats.read(path)) == []
    book = openpyxl.load_workbook(path)
    book["观测_宽表_水"].append(["W1", "2026-10-01 09:00", "12.1", "7.9", "8.8", "1.2", "0.5L"])
    book.save(path)
    (row,) = formats.read(path)
    assert [v.property for v in row.values] == ["water_temperature", "pH", "DO", "CODMn", "COD"]
    assert row.values[-1].qualifier == "<"
    assert csv_template().lstrip("\ufeff").strip().split(",") == LONG_COLUMNS


def outcome(path) -> None:
    """Reads everything; the only error allowed is FileProblem with one sentence."""
    try:
        for item in formats.read(path):
            assert isinstance(item, Row | Refusal)
            if isinstance(item, Refusal):
                assert item.why
            else:
                assert item.values
                assert all(v.value.is_finite() for v in item.values)
    except FileProblem as problem:
        sentence = str(problem)
    else:
        return
    assert sentence.endswith("。")
    assert "\n" not in sentence


FUZZ = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)


@FUZZ
@given(content=st.binary(max_size=300))
def test_any_bytes(tmp_path, content):
    path = tmp_path / "any"
    path.write_bytes(content)
    outcome(path)


cells = st.one_of(
    st.sampled_from(
        [
            "",
            "-",
            "NA",
            "12",
            "-1",
            "0.002L",
            "2026-10-01",
            "20200402",
            "08",
            "PM2.5",
            '"',
            "\x00",
            "9" * 40,
            "1e99",
        ]
    ),
    st.text(max_size=8),
)


@FUZZ
@given(data=st.data(), code=st.sampled_from(sorted(FORMATS)))
def test_any_cells_under_a_known_heading(tmp_path, data, code):
    head = FORMATS[code].required() + {
        "template": ["项目", "数值", "单位", "类型"],
        "template_wide": ["PM2.5", "总磷(mg/L)"],
    }.get(code, [])
    lines = data.draw(st.lists(st.lists(cells, min_size=0, max_size=len(head) + 2), max_size=5))
    path = tmp_path / "any_202104.csv"
    path.write_text("\n".join(",".join(line) for line in [head, *lines]), encoding="utf-8", errors="replace")
    outcome(path)


@FUZZ
@given(cut=st.integers(0, 5000), flip=st.integers(0, 5000), byte=st.integers(0, 255))
def test_a_damaged_workbook(tmp_path, cut, flip, byte):
    content = bytearray(
        workbook(观测=[["站点编码", "时间", "项目", "数值"], ["A1", "2026-10-01", "PM2.5", 3]])
    )
    content[flip % len(content)] = byte
    path = tmp_path / "x.xlsx"
    path.write_bytes(
        bytes(content[: max(1, len(content) - cut % len(content))]) if cut % 3 == 0 else bytes(content)
    )
    outcome(path)


def test_a_broken_workbook_and_garbled_headings_are_told_as_such(file):
    with pytest.raises(FileProblem, match="不是 Excel 工作簿"):
        list(formats.read(file(b"\xff\x81\xff not a workbook", "data.xlsx")))
    with pytest.raises(FileProblem, match="乱码"):
        list(formats.read(file("绔欑偣\ufffd,鏃堕棿\n1,2\n".encode(), "data.csv")))


HEADINGS = "站点编码,时间,项目,数值\nA1,2026-10-01,PM2.5,3\n"
GARBLED = [
    HEADINGS.encode().decode("latin-1"),
    HEADINGS.encode().decode("cp1252", "ignore"),
    HEADINGS.encode("gb18030").decode("latin-1"),
    HEADINGS.encode().decode("gb18030", "ignore"),
]


@pytest.mark.parametrize("text", GARBLED)
def test_headings_garbled_without_a_mark_of_it_are_told_as_such(file, text):
    assert "\ufffd" not in text
    with pytest.raises(FileProblem, match=r"乱码.*重新导出"):
        list(formats.read(file(text.encode(), "data.csv")))


@pytest.mark.parametrize(
    "header",
    [
        ["PM2.5(µg/m³)", "Größe"],
        ["时间", "氨氮（mg/L）"],
        ["Time", "O₃_8h", "CO（毫克/立方米）"],
        ["Höhe über NN", "Straße"],
    ],
)
def test_sound_headings_with_foreign_letters_are_not_taken_for_garbled(header):
    assert garbled(header) == ""
