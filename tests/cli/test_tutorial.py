"""The tutorial tells the truth: its commands are run, in order, as a reader would."""

import csv
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What each `sh` block of the tutorial printed, and the folder it ran in."""
    work = tmp_path_factory.mktemp("tutorial")
    for name in ("docs", "plans"):
        (work / name).symlink_to(ROOT / name)
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8"), re.S)
    assert len(blocks) >= 7
    # One shell for all blocks, so that what an earlier one exports still holds; a mark between them.
    script = "set -e\n" + "\necho '<<<next>>>'\n".join(blocks)
    script = script.replace(
        'export PATH="$PWD/.venv/bin:$PATH"', f'export PATH="{Path(sys.executable).parent}:$PATH"'
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith("JIUZHI_")} | {"COLUMNS": "160"}
    done = subprocess.run(
        ["bash", "-c", script], cwd=work, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.split("<<<next>>>"), work


def test_reading_and_review(said):
    _, work = said
    with (work / "var/tutorial-pack/commitments.csv").open(encoding="utf-8-sig") as file:
        rows = {r["id"]: r for r in csv.DictReader(file)}
    target = rows["I-00187b"]
    assert (target["comparator"], target["value"], target["year"]) == ("<=", "25", "2030")
    assert rows[target["baseline"]]["value"] == "28"
    reasons = (work / "var/tutorial-pack/review.csv").read_text(encoding="utf-8-sig")
    assert "行政区划代码" in reasons
    assert "清零" in reasons


def test_second_import_changes_nothing(said):
    out, _ = said
    first, second = (line for line in "".join(out).splitlines() if line.startswith("water.csv（"))
    assert "新增 110" in first
    assert "新增 0" in second
    assert "未变 110" in second


def test_the_file_is_judged_in_place(said):
    _, work = said
    with (work / "var/tutorial-judged.csv").open(encoding="utf-8-sig") as file:
        rows = {r["时间"]: r for r in csv.DictReader(file)}
    assert rows["2026-07-05"]["judged_class"] == "Ⅲ"
    assert "0.112" in rows["2026-07-05"]["why"]
    assert rows["2026-06-05"]["judged_class"] in {"Ⅰ", "Ⅱ"}


def test_status_and_report(said):
    out, work = said
    status = "".join(out)
    assert "市级及以上控制断面水质达标率" in status
    assert "● 达标" in status or "▲ 正常" in status
    assert "○ 无数据" in status
    made = sorted(p.suffix for p in (work / "var/tutorial-report").iterdir())
    assert made == [".docx", ".pdf"]
    assert "张三 在安和县担任规划专员" in status
