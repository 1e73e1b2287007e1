"""Files of observations of a hostile or tired person: one sentence or a reason per row, nothing half-loaded."""

import io
import re
import warnings
import zipfile
from datetime import datetime

import openpyxl
import pytest
from openpyxl.chart import LineChart
from typer.testing import CliRunner

from jiuzhi.core.records import SYSTEM
from jiuzhi.engine.observe import lake
from jiuzhi.engine.observe.formats import FileProblem, table
from jiuzhi.engine.observe.importer import import_file
from jiuzhi.engine.observe.models import ImportBatch
from jiuzhi.interfaces.cli.main import app

pytestmark = pytest.mark.django_db
HEAD = ["站点编码", "时间", "PM2.5", "PM10", "SO2", "NO2", "CO", "O3"]
GOOD = ["S1", datetime(2026, 10, 1, 8), 20, 40, 8, 20, 0.6, 60]
AIR = ",".join(HEAD) + "\n"
ROW = "S1,2026-10-01 08:00,20,40,8,20,0.6,60\n"


def _workbook(*rows) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _with_sheet(old: bytes, new: bytes) -> bytes:
    """A good workbook in whose sheet ``old`` was exchanged by ``new``."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_workbook(HEAD, GOOD))) as source, zipfile.ZipFile(out, "w") as made:
        for name in source.namelist():
            content = source.read(name)
            if "sheet1" in name:
                assert old in content
                content = content.replace(old, new, 1)
            made.writestr(name, content)
    return out.getvalue()


BAD = {
    "nul.csv": ((AIR + ROW).replace("S1", "S\x001").encode(), "空字符"),
    "year9999.csv": ((AIR + ROW.replace("2026-10-01 08:00", "9999-12-31 24:00")).encode(), "9999"),
    "year1.csv": ((AIR + ROW.replace("2026-10-01", "0001-01-01")).encode(), "0001|年份 1 "),
    "serial.csv": ((AIR + ROW.replace("2026-10-01 08:00", "46296.3333")).encode(), "Excel 的日期序号"),
    "quote.csv": ((AIR + f'"{ROW}"{ROW}').encode(), "第 2 行起.*引号"),
    "unended.csv": ((AIR + '"' + ROW * 3).encode(), "引号"),
    "title.csv": (("城口县空气质量数据表,,,,\n" + AIR + ROW).encode(), "标题行"),
    "pipes.csv": ((AIR + ROW).replace(",", "|").encode(), "分隔符"),
    "wide.csv": ((",".join(["站点编码", "时间", *map(str, range(5000))]) + "\n").encode(), "行列颠倒"),
    "merged.xlsx": (_workbook(["城口县空气质量监测数据"], HEAD, GOOD), "标题行"),
    "number.xlsx": (_with_sheet(b"<v>20</v>", b"<v>twenty</v>"), "已损坏"),
    "cell.xlsx": (_with_sheet(b'r="B2"', b'r="??"'), "已损坏"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("way", ["import", "assess"])
def test_one_sentence_and_nothing_stays(tmp_path, name, way):
    content, words = BAD[name]
    path = tmp_path / name
    path.write_bytes(content)
    if way == "import":
        with pytest.raises(FileProblem) as said:
            import_file(path, actor=SYSTEM)
        message = str(said.value)
    else:
        done = CliRunner().invoke(app, ["assess", "air", str(path), "-o", str(tmp_path / "out.csv")])
        assert isinstance(done.exception, SystemExit), done.exception
        assert done.exit_code == 2
        message = done.output.strip().splitlines()[-1]
    assert re.search(words, message), message
    assert re.search(r"[\u4e00-\u9fff].*。$", message), message
    assert [p.name for p in tmp_path.glob("*.*") if p.is_file()] == [name]
    assert lake.version() == -1
    assert not ImportBatch.objects.exists()


@pytest.mark.parametrize(
    ("heads", "words"),
    [("PM2.5,PM2.5", "都是细颗粒物"), ("PM2.5,细颗粒物", "都是细颗粒物"), ("时间,PM2.5", "“时间”出现两次")],
)
def test_one_thing_in_two_columns_is_never_guessed(tmp_path, heads, words):
    path = tmp_path / "twice.csv"
    path.write_text(f"站点编码,时间,{heads}\nS1,2026-10-01 08:00,10,900\n")
    with pytest.raises(FileProblem, match=words):
        import_file(path, actor=SYSTEM)
    assert lake.version() == -1


def test_utf_32_is_text_like_any_other(tmp_path):
    path = tmp_path / "u32.csv"
    path.write_bytes((AIR + ROW).encode("utf-32"))
    assert import_file(path, actor=SYSTEM).new == 6


def test_rows_beyond_the_size_a_workbook_claims_are_read(tmp_path):
    path = tmp_path / "claims.xlsx"
    path.write_bytes(_with_sheet(b'<dimension ref="A1:H2"', b'<dimension ref="A1:B1"'))
    assert import_file(path, actor=SYSTEM).new == 6


def test_a_workbook_with_a_chart_sheet_is_read(tmp_path):
    book = openpyxl.Workbook()
    for row in (HEAD, GOOD):
        book.active.append(row)
    book.create_chartsheet("图").add_chart(LineChart())
    book.save(tmp_path / "chart.xlsx")
    assert import_file(tmp_path / "chart.xlsx", actor=SYSTEM).new == 6


def test_a_workbook_that_unpacks_to_much_more_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(table, "_UNPACKED", 1000)
    (tmp_path / "bomb.xlsx").write_bytes(_workbook(HEAD, GOOD))
    with pytest.raises(FileProblem, match="解压后"):
        import_file(tmp_path / "bomb.xlsx", actor=SYSTEM)


def test_an_impossible_date_in_a_workbook_gives_no_english(tmp_path):
    path = tmp_path / "date.xlsx"
    path.write_bytes(_with_sheet(b"<v>46296", b"<v>999999946296"))
    with warnings.catch_warnings(record=True) as said, pytest.raises(FileProblem):
        import_file(path, actor=SYSTEM)
    assert not said


def test_assess_refuses_a_folder_as_output_and_unknown_formats(tmp_path):
    path = tmp_path / "空气[/b].csv".replace("/", "⁄")
    path.write_text(AIR + ROW + ROW.replace(",20,40", ",[/x],40") + ROW * 5)
    run = CliRunner()
    for more, words in (
        (["-o", str(tmp_path)], "文件夹"),
        (["-o", str(tmp_path / "none" / "x.csv")], "没有文件夹"),
        (["-o", str(tmp_path / "x.csv"), "--format", "zz"], "没有名为“zz”的格式"),
    ):
        done = run.invoke(app, ["assess", "air", str(path), *more])
        assert isinstance(done.exception, SystemExit), done.exception
        assert words in done.output.replace("\n", "")
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    done = run.invoke(app, ["assess", "air", str(path), "-o", str(tmp_path / "x.csv")])
    assert done.exit_code == 0, "cells that look like markup are shown, not run"
    assert "[/x]" in done.output
