"""Observations taken away."""

import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import openpyxl
import pyarrow.parquet as pq
import pytest

from jiuzhi.engine.observe import extract, lake
from jiuzhi.engine.observe.extract import Wanted
from tests.observe.messages import report

NOW = datetime(2024, 11, 25, 2, 0, tzinfo=UTC)
NAMES = {"O1": "=1+1", "O2": "乙厂"}
ALL = Wanted(("O1", "O2"), date(2024, 1, 1), date(2024, 12, 31))


@pytest.fixture
def values():
    report("O1", "COD", "hour", (NOW - timedelta(days=30), "30.5"), (NOW, "31"), synthetic=True)
    report("O1", "COD", "hour", (NOW, "32"), synthetic=True)  # revised
    report("O1", "NH3N", "hour", (NOW, "0.02"), qualifier="<")
    report("O2", "COD", "minute", (NOW, "88"), qualifier="D", flag=2)
    report("O2", "COD", "hour.max", (NOW, None))


def csv_of(wanted):
    text = b"".join(extract.csv_parts(wanted, NAMES)).decode("utf-8")
    assert text.startswith("\ufeff")
    return [line.split(",") for line in text[1:].splitlines()]


def test_the_columns_and_what_a_person_reads_in_them(values):
    head, *rows = csv_of(ALL)
    assert tuple(head) == extract.HEADINGS
    assert rows == [
        ["O1", "'=1+1", "化学需氧量", "mg/L", "2024-10-26 10:00:00", "小时", "30.5", "", "是", "1", "30.5", "是"],
        ["O1", "'=1+1", "化学需氧量", "mg/L", "2024-11-25 10:00:00", "小时", "32", "", "是", "2", "32", "是"],
        ["O1", "'=1+1", "氨氮", "mg/L", "2024-11-25 10:00:00", "小时", "0.02", "< 未检出", "是", "1", "0.02", "否"],
        ["O2", "乙厂", "化学需氧量", "mg/L", "2024-11-25 10:00:00", "小时最大", "", "", "否", "1", "", "否"],
        ["O2", "乙厂", "化学需氧量", "mg/L", "2024-11-25 10:00:00", "分钟", "88", "D 故障", "否", "1", "88", "否"],
    ]  # fmt: skip
    assert extract.look(ALL) == extract.Found(5, True)


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        ({"every": True}, 6),
        ({"start": date(2024, 11, 1)}, 4),
        ({"end": date(2024, 10, 26)}, 1),
        ({"stations": ("O2",)}, 2),
        ({"properties": ("NH3N",)}, 1),
        ({"kinds": ("hour",)}, 3),
        ({"pairs": (("O1", "NH3N"), ("O2", "COD"))}, 3),
        ({"stations": ("O9",)}, 0),
    ],
)
def test_what_is_wanted(values, change, rows):
    wanted = Wanted(**({name: getattr(ALL, name) for name in ("stations", "start", "end")} | change))
    assert extract.look(wanted).rows == rows
    assert len(csv_of(wanted)) == rows + 1


def test_excel_has_numbers_and_moments_and_no_formula(values):
    out = io.BytesIO()
    assert extract.write(out, "xlsx", ALL, NAMES).rows == 5
    sheet = openpyxl.load_workbook(out).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == extract.HEADINGS
    assert rows[1][4:8] == (datetime(2024, 10, 26, 10), "小时", 30.5, None)
    assert rows[1][1] == "'=1+1"
    assert len(rows) == 6
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_parquet_keeps_decimals_and_types(values):
    out = io.BytesIO()
    extract.write(out, "parquet", ALL, NAMES)
    out.seek(0)
    table = pq.read_table(out)
    assert tuple(table.column_names) == extract.HEADINGS
    assert table["数值"].to_pylist() == [Decimal("30.5"), 32, Decimal("0.02"), None, 88]
    assert table["有效"].to_pylist() == [True, True, True, False, False]


def test_a_sheet_that_cannot_hold_it_says_so(values, monkeypatch):
    monkeypatch.setattr(extract, "EXCEL_ROWS", 4)
    with pytest.raises(extract.TooMany, match="共 5 行"):
        extract.write(io.BytesIO(), "xlsx", ALL, NAMES)
    with pytest.raises(KeyError):
        extract.write(io.BytesIO(), "pdf", ALL, NAMES)


def test_a_number_longer_than_excel_holds_goes_as_text(values):
    report("O2", "algae", "sample", (NOW, "4999999999.123456"))
    out = io.BytesIO()
    extract.write(out, "xlsx", Wanted(("O2",), NOW.date(), NOW.date(), ("algae",)), NAMES)
    assert openpyxl.load_workbook(out).active["G2"].value == "4999999999.123456"


def test_nought_is_a_number_and_not_an_empty_cell(values):
    report("O2", "rain", "hour", (NOW, "0"))
    out = io.BytesIO()
    extract.write(out, "xlsx", Wanted(("O2",), NOW.date(), NOW.date(), ("rain",)), NAMES)
    assert openpyxl.load_workbook(out).active["G2"].value == 0


def test_one_months_files_are_open_at_a_time(values, monkeypatch):
    """A year of five-minute values is never in memory: each query reads a month."""
    asked = []
    real = lake.select

    def select(session, stations, items, first, last, *more, **options):
        asked.append((first, last))
        return real(session, stations, items, first, last, *more, **options)

    monkeypatch.setattr(lake, "select", select)
    list(extract.csv_parts(ALL, NAMES))
    assert asked[1:] == [(date(2024, 10, 1), date(2024, 10, 31)), (date(2024, 11, 1), date(2024, 11, 30))]
