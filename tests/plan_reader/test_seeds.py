"""The two real plans: scores against hand-made gold, times, and what only they hold. Needs the shared folder."""

import csv
import re
import subprocess
import sys

import pytest

from jiuzhi.engine.plan.pack import write_pack
from jiuzhi.engine.plan.reader import decode, read_plan

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def seeds(shared):
    return sorted((shared / "seeds").glob("*.txt"))


@pytest.fixture(scope="module")
def packs(seeds):
    return [read_plan(path) for path in seeds]


def test_scores_against_the_gold(shared, seeds, packs, tmp_path):
    write_pack(packs[0], tmp_path / "pack")
    gold = [shared / "gold" / f"chengkou_{name}.csv" for name in ("indicators", "tasks")]
    command = [sys.executable, shared / "checks" / "score_plan.py", seeds[0], tmp_path / "pack", *gold]
    out = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True).stdout
    scores = re.findall(r"^(.*?): recall (\d+)/(\d+).*?(?:precision (\d+)/(\d+)|rows)", out, re.M)
    parts = {label: [int(n) for n in rest if n] for label, *rest in scores}
    hit, of, right, got = parts["stated numeric targets"]
    assert hit >= 0.97 * of
    assert right >= 0.97 * got
    hit, of, right, got = parts["all stated numbers"]
    assert hit >= 0.92 * of
    assert right >= 0.92 * got
    assert "numbers inside names taken as facts: 0 of" in out
    hit, of = parts["tasks"][:2]
    assert hit >= 0.95 * of


def test_every_paragraph_section_and_chapter_of_the_gold_is_found(shared, packs):
    clauses = packs[0].clauses
    flat = {re.sub(r"[\s－-]", "", c.number + c.title) for c in clauses} | {c.title for c in clauses}
    with (shared / "gold" / "chengkou_tasks.csv").open(encoding="utf-8-sig") as source:
        for row in csv.DictReader(source):
            for column in ("chapter", "section", "paragraph_title"):
                if not row[column].startswith("("):
                    assert re.sub(r"\s", "", row[column]) in flat, row[column]


def test_owner_and_baseline_of_every_indicator(packs):
    table = [r for r in packs[0].commitments if r.owner and r.kind == "target"]
    by_id = {r.id: r for r in packs[0].commitments}
    assert len(table) == 17  # fourteen rows, one of them four indicators
    assert all(by_id[r.baseline].year == "2025" and r.year == "2030" for r in table)


def test_a_draft_without_indicator_table(packs):
    info = packs[1].info
    assert (info.adcode, info.status, info.period_start, info.period_end) == (
        "500240",
        "draft",
        "2026",
        "2030",
    )
    assert not any(c.level == "table" for c in packs[1].clauses)
    assert not any(r.owner for r in packs[1].commitments), "the draft names no responsible unit"
    years = {r.year for r in packs[1].commitments if r.kind == "target" and r.value}
    assert years == {"2027", "2030"}


def test_reviewed_packs_in_the_house_are_of_these_documents(seeds, packs, request):
    for path, folder in zip(seeds, ("500229-chengkou", "500240-shizhu"), strict=True):
        rows = (request.config.rootpath / "plans" / folder / "pack.csv").read_text(encoding="utf-8-sig")
        assert decode(path).sha256 in rows


def test_packs_hold_no_sentences(packs):
    for pack in packs:
        assert max(len(t.title) for t in pack.tasks) <= 30
        assert max(len(r.name) for r in pack.commitments) <= 45
        assert not any("。" in cell for r in pack.commitments for cell in (r.name, r.value_text, r.note))
