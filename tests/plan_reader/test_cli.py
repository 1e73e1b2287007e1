"""`jiuzhi plan read` from the command line: summary, JSON, refusals."""

import json

import pytest
import typer
from typer.testing import CliRunner

from jiuzhi.engine.plan.pack import read_pack
from jiuzhi.interfaces.cli.plan_read import read

from .county_plan import plan_text

RUN = CliRunner()


@pytest.fixture
def app():
    app = typer.Typer()
    app.command()(read)
    return app


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "规划.txt"
    path.write_text(plan_text(), encoding="gb18030")
    return path


def test_reads_and_says_what_it_found(app, document, tmp_path):
    result = RUN.invoke(app, [str(document), "-o", str(tmp_path / "pack")])
    assert result.exit_code == 0
    assert "云溪县" in result.output
    assert "review.csv" in result.output
    assert read_pack(tmp_path / "pack").info.encoding == "gb18030"


def test_json_for_scripts(app, document, tmp_path):
    result = RUN.invoke(app, [str(document), "-o", str(tmp_path / "pack"), "--json", "--adcode", "509999"])
    summary = json.loads(result.stdout)
    assert (summary["county"], summary["adcode"], summary["period"]) == ("云溪县", "509999", ["2021", "2025"])
    assert summary["commitments"]["target"] > 10
    assert read_pack(tmp_path / "pack").info.adcode == "509999"


def test_a_second_read_keeps_the_reviewed_pack(app, document, tmp_path):
    command = [str(document), "-o", str(tmp_path / "pack"), "--json"]
    assert RUN.invoke(app, command).exit_code == 0
    again = RUN.invoke(app, command)
    assert again.exit_code == 2
    assert "--force" in json.loads(again.stdout)["error"]
    assert RUN.invoke(app, [*command, "--force"]).exit_code == 0


def test_a_bad_document_gives_one_sentence_and_no_folder(app, tmp_path):
    path = tmp_path / "空.txt"
    path.write_bytes(b"")
    result = RUN.invoke(app, [str(path), "-o", str(tmp_path / "pack")])
    assert result.exit_code == 2
    assert "空文件" in result.stderr
    assert not (tmp_path / "pack").exists()
