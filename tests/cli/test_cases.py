"""`jiuzhi cases`: the list as the pages show it, and the matrix of rights."""

import json

import pytest
from typer.testing import CliRunner

from jiuzhi.core.records import SYSTEM
from jiuzhi.engine.cases import work
from jiuzhi.interfaces.cli.main import app
from tests.cases.test_work import NOON, UNIT
from tests.registers.conftest import land  # noqa: F401

run = CliRunner()


@pytest.fixture
def case(land):  # noqa: F811
    return work.open_case("rectification", land[UNIT], "河边堆渣", SYSTEM, at=NOON)


def test_the_list_is_that_of_the_pages(case):
    said = run.invoke(app, ["cases", "list", "--county", "500229", "--due", "overdue", "--json"])
    rows = json.loads(said.stdout)
    assert [(r["code"], r["colour"], r["unit"]) for r in rows] == [(case.code, "超期", "县水利局")]
    assert (
        json.loads(run.invoke(app, ["cases", "list", "--county", "500229", "--due", "soon", "--json"]).stdout)
        == []
    )
    assert (
        "河边堆渣" in run.invoke(app, ["cases", "list", "--county", "500229"], env={"COLUMNS": "200"}).stdout
    )


@pytest.mark.parametrize(("given", "said"), [
    (["--county", "999999"], "没有区县"), (["--county", "500229", "--due", "x"], "overdue"),
    (["--county", "500229", "--workflow", "x"], "rectification"),
])  # fmt: skip
def test_a_mistake_is_one_sentence(land, given, said):  # noqa: F811
    told = run.invoke(app, ["cases", "list", *given])
    assert told.exit_code == 2
    assert said in told.output


def test_the_matrix_says_who_and_from_where(db):
    rows = json.loads(run.invoke(app, ["cases", "matrix", "--workflow", "complaint", "--json"]).stdout)
    may = {(r["role"], r["place"]) for r in rows if r["step"] == "不予受理" and r["may"]}
    assert ("monitoring", "责任单位") in may
    assert ("monitoring", "上级") in may
    assert not may & {("monitoring", "外县"), ("unit", "责任单位"), ("monitoring", "配合单位")}
    told = run.invoke(app, ["cases", "matrix"], env={"COLUMNS": "220"}).stdout
    assert "销号" in told
    assert "随关联事项" in told
