"""`jiuzhi rules`: the list, what would be raised now without writing, and a span judged again."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jiuzhi.core import records
from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import AuditEntry
from jiuzhi.engine.exchange import samples
from jiuzhi.engine.notify.models import Message
from jiuzhi.engine.rules import listing
from jiuzhi.engine.rules.declare import RULES
from jiuzhi.engine.rules.models import Episode
from jiuzhi.interfaces.cli.main import app
from jiuzhi.master.models import Station
from tests.observe.messages import report
from tests.registers.conftest import land  # noqa: F401

ROOT = Path(__file__).resolve().parents[2]


def run(*words):
    return CliRunner().invoke(app, ["rules", *map(str, words)])


def wrong(*words):
    done = run(*words)
    assert done.exit_code == 2, done.output
    assert "Traceback" not in done.output
    return done.output.strip()


def test_the_list_says_every_rule(db, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    rows = json.loads(run("list", "--json").stdout)
    assert [r["code"] for r in rows] == sorted(RULES)
    shown = run("list", "--domain", "water").stdout
    line = next(text for text in shown.splitlines() if "water.plant_exceeds" in text)
    cells = [c.strip() for c in line.strip("│").split("│")]
    assert cells[1:3] == ["污水处理厂出水日均值超标", "重要"]
    assert cells[4:] == ["未核实", "1/3", "数值到达", "exceedance"]
    assert "governance.permit_limit" not in shown
    assert "water" in wrong("list", "--domain", "moon")


def test_the_table_in_the_documents_is_the_truth(db):
    assert (ROOT / "docs" / "rules-list.md").read_text(encoding="utf-8") == listing.markdown()
    assert run("list", "--markdown").stdout == listing.markdown()


@pytest.fixture
def county(land):  # noqa: F811
    samples.load_samples(records.SYSTEM)
    return land["500229"]


def test_a_dry_run_says_what_it_would_raise_and_writes_nothing(county, settings):
    before = AuditEntry.objects.count()
    told = json.loads(run("run", "--county", "500229", "--at", "2026-11-24T12:00", "--json").stdout)
    by_rule = {f["rule"]: f for f in told["findings"]}
    assert by_rule["mountain.marker_broken"]["name"] == "模拟森林公园甲 MNA-0004"
    assert by_rule["mountain.marker_broken"]["state"] == "将报警"
    assert told["failed"] == {}
    assert AuditEntry.objects.count() == before
    assert not Episode.objects.exists()
    assert not Message.objects.exists()
    assert not (settings.HOME / "rules.sqlite3").exists()


def test_written_on_demand_it_is_known_as_an_alarm(county, monkeypatch):
    monkeypatch.setenv("COLUMNS", "250")
    asked = ("run", "--county", "500229", "--only", "mountain.marker_broken", "--at", "2026-11-24")
    assert "新报警 1 个" in run(*asked, "--write").stdout
    assert Episode.objects.get().rule == "mountain.marker_broken"
    shown = run(*asked).stdout
    assert "已在报警" in shown
    assert "MNA-0004 损坏（模拟）" in shown


def test_a_rule_that_fails_is_said(county, monkeypatch):
    def broken(look):
        raise ZeroDivisionError("除以零")

    monkeypatch.setitem(RULES, "mountain.marker_broken", _with(RULES["mountain.marker_broken"], broken))
    done = run("run", "--county", "500229", "--only", "mountain.marker_broken")
    assert "规则 mountain.marker_broken 无法判断：除以零" in done.output


def _with(rule, function):
    from dataclasses import replace

    return replace(rule, function=function)


def test_mistakes_are_answered_in_a_sentence(county):
    assert "没有区县" in wrong("run", "--county", "500000")
    assert "没有规则" in wrong("run", "--county", "500229", "--only", "moon.full")
    assert "rules replay" in wrong("run", "--county", "500229", "--only", "water.auto_exceeds")
    assert "结束不晚于开始" in wrong(
        "replay", "--county", "500229", "--from", "2026-11-20", "--to", "2026-11-18"
    )


def test_a_span_judged_again(land, monkeypatch):  # noqa: F811
    monkeypatch.setenv("COLUMNS", "200")
    Station.objects.create(
        code="W1", name="水寨子", kind="river", level="county", county=land["500229"], target_class="Ⅱ"
    )
    start = datetime(2026, 11, 20, tzinfo=LOCAL)
    report(
        "W1", "TP", "4h", *((start + timedelta(hours=4 * n), "0.2" if n < 4 else "0.05") for n in range(12))
    )
    asked = ("replay", "--county", "500229", "--from", "2026-11-20", "--to", "2026-11-21")
    rows = json.loads(run(*asked, "--json").stdout)
    assert [(r["name"], r["event"], r["at"][:16]) for r in rows] == [
        ("水寨子 TP", "fired", "2026-11-20T08:00"), ("水寨子 TP", "cleared", "2026-11-21T12:00"),
    ]  # fmt: skip
    shown = run(*asked).stdout
    assert "自动站水质超考核类别" in shown
    assert "2 件，没有写入" in shown
    assert not Episode.objects.exists()
