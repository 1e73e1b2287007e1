"""`jiuzhi observe export`: observations into a file, and one sentence for each mistake."""

import json
from datetime import UTC, datetime

import openpyxl
import pyarrow.parquet as pq
import pytest

from jiuzhi.core.models import Org
from jiuzhi.master.models import Station
from tests.cli.test_commands import run, wrong
from tests.observe.messages import report

pytestmark = pytest.mark.django_db
SPAN = ("--from", "2024-11-01", "--to", "2024-11-30")


@pytest.fixture(autouse=True)
def outlet():
    county = Org.objects.create(code="500229", name="城口县", kind="county")
    Station.objects.create(code="O1", name="甲厂总排口", kind="outlet", level="firm", county=county)
    for value in ("30", "31"):
        report("O1", "COD", "hour", (datetime(2024, 11, 25, 2, tzinfo=UTC), value), synthetic=True)
    report("O1", "TP", "minute", (datetime(2024, 11, 25, 2, tzinfo=UTC), "0.3"))


@pytest.mark.parametrize(
    ("more", "rows"),
    [((), 2), (("--all-revisions",), 3), (("--property", "TP"), 1), (("--kind", "hour"), 1), (("--from", "2024-11-26"), 0)],
)  # fmt: skip
def test_what_is_wanted_is_written(tmp_path, more, rows):
    out = tmp_path / "a.csv"
    done = run("observe", "export", "--station", "O1", *SPAN, *more, "-o", out, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["rows"] == rows
    assert len(out.read_text(encoding="utf-8-sig").splitlines()) == rows + 1


def test_each_form(tmp_path):
    for form in ("xlsx", "parquet"):
        done = run("observe", "export", "--station", "O1", *SPAN, "-o", tmp_path / f"a.{form}")
        assert "2 个值已写到" in done.stdout
        assert "含模拟数据" in done.stdout
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").active.max_row == 3
    assert pq.read_table(tmp_path / "a.parquet").num_rows == 2


def test_mistakes_get_one_sentence(tmp_path):
    out = ("-o", tmp_path / "a.csv")
    assert "请用 .csv、.xlsx 或 .parquet" in wrong(
        "observe", "export", "--station", "O1", *SPAN, "-o", tmp_path / "a.pdf"
    )
    assert "没有登记点位 O9" in wrong("observe", "export", "--station", "O9", *SPAN, *out)
    assert "请对调" in wrong(
        "observe", "export", "--station", "O1", "--from", "2024-12-01", "--to", "2024-11-01", *out
    )
    assert "写不到" in wrong("observe", "export", "--station", "O1", *SPAN, "-o", tmp_path / "none" / "a.csv")
    assert not (tmp_path / "a.csv").exists()
