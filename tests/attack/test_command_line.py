"""Slips on the command line: one Chinese sentence, never a traceback, never English."""

import re
import socket

import pytest
from typer.testing import CliRunner

from jiuzhi.core.models import Org, User
from jiuzhi.engine.indicators.models import Judgement
from jiuzhi.engine.plan.models import Plan
from jiuzhi.interfaces.cli.main import app


def _said(*words: str) -> str:
    done = CliRunner().invoke(app, list(words))
    assert isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code == 2
    said = done.output.strip()
    assert re.fullmatch(r"[^\n]*[\u4e00-\u9fff][^\n]*。", said), said
    return said


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["plan", "status"], "缺少 --county（六位区县代码"),
        (["plan", "statu"], "没有命令“statu”"),
        (["plan", "status", "--countyy", "1"], "相近的有 --county"),
        (["plan", "status", "--county", "500229", "--as-of", "2026-02-31"], "应为日历上的日期"),
        (["plan", "read", "a", "b", "-o", "c"], "多出参数 b"),
        (["plan", "read", "a", "-o"], "后面缺少值"),
        (["plan", "read"], "缺少 DOCUMENT"),
        (["serve", "--port", "99999"], "不能大于 65535"),
        (["serve", "--port", "x"], "应为整数"),
        (["serve", "--host", "no such host"], "监听地址"),
        (["observe", "import", "x", "--year", "3"], "不能小于 1980"),
        (["report", "evaluation", "--county", "500229", "--format", "odt"], "可用 docx、pdf、both"),
    ],
)
def test_a_slip_is_one_sentence(words, expected):
    assert expected in _said(*words)


def test_a_taken_port_is_said_before_anything_starts():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"端口 {port} 已被占用" in _said("serve", "--port", str(port))
        assert f"端口 {port} 已被占用" in _said("demo", "--port", str(port))


def test_a_template_where_nothing_can_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    assert "没有这个文件" in _said("observe", "template", "-o", str(tmp_path / "no" / "x.xlsx"))
    assert "是文件，不是文件夹" in _said("observe", "template", "-o", str(tmp_path / "file" / "x.csv"))


@pytest.fixture
def plan(db):
    county = Org.objects.create(code="500229", name="城口县", kind="county")
    return Plan.objects.create(
        county=county, title="规划", status="final", version=1, period_start=2026, period_end=2030,
        document_name="x", sha256="0" * 64, loaded_at="2026-01-01T00:00:00Z",
    )  # fmt: skip


@pytest.mark.parametrize("day", ["1990-01-01", "9999-12-31", "2099-01-01"])
def test_a_day_far_from_the_plan_is_not_judged(plan, day):
    assert "规划期太远" in _said("judge", "--as-of", day)
    assert "规划期太远" in _said("report", "evaluation", "--county", "500229", "--as-of", day)
    assert not Judgement.objects.exists()


def test_one_wrong_county_among_right_ones(plan):
    assert "没有载入 500999 的规划" in _said("judge", "--county", "500229", "--county", "500999")


def test_a_report_where_nothing_can_be_written(plan, tmp_path, monkeypatch):
    from jiuzhi.engine import reports

    class Made:
        county, as_of, synthetic = "城口县", "2026-01-01", False

    monkeypatch.setattr(reports, "evaluation", lambda plan, day: Made())
    (tmp_path / "file").write_text("")
    said = _said(
        "report", "evaluation", "--county", "500229", "--as-of", "2026-06-30", "-o", str(tmp_path / "file")
    )
    assert "已有同名的文件" in said


@pytest.mark.parametrize("name", ["", "  ", "长" * 200])
def test_a_user_needs_a_name(plan, name):
    said = _said("user", "add", name, "--role", "admin", "--org", "500229", "--password", "12345678")
    assert "用户名" in said
    assert not User.objects.exists()
