"""Loading a pack: versions, updates in place, and nothing that people added is lost."""

import hashlib
from dataclasses import replace
from decimal import Decimal

import pytest
from django.utils import timezone

from jiuzhi.core.models import AuditEntry, Org
from jiuzhi.core.records import SYSTEM
from jiuzhi.engine.indicators.models import ReportedValue
from jiuzhi.engine.plan import documents
from jiuzhi.engine.plan.load import load_pack
from jiuzhi.engine.plan.models import Plan
from jiuzhi.engine.plan.pack import (
    Clause,
    Commitment,
    Pack,
    PackInfo,
    PlanReadError,
    Project,
    Task,
    write_pack,
)
from jiuzhi.master.models import Station

pytestmark = pytest.mark.django_db
TEXT = "第一章 目标\n到2030年，森林覆盖率达到60%以上。[bookmark: _Toc1]\n"
SHA = hashlib.sha256(TEXT.encode()).hexdigest()


def pack(sha=SHA, **info) -> Pack:
    facts = {
        "county": "试验县", "adcode": "500999", "title": "试验县规划", "period_start": "2026", "period_end": "2030",
        "period_basis": "stated", "status": "draft", "document": "plan.txt", "sha256": sha,
    }  # fmt: skip
    return Pack(
        info=PackInfo(**{**facts, **info}),
        clauses=[
            Clause(id="1", level="chapter", number="第一章", title="目标", order=1, start=0, end=6),
            Clause(id="1.1", parent="1", level="paragraph", title="森林", order=2, start=7, end=40),
        ],
        commitments=[
            Commitment(id="C1", name="森林覆盖率", unit="%", kind="target", comparator=">=", value="60", year="2030",
                       year_basis="stated", clause="1.1", baseline="C2", owner="县林业局", start=7, end=26, domain="治山"),
            Commitment(id="C2", name="森林覆盖率", unit="%", kind="baseline", comparator="=", value="55", year="2025"),
            Commitment(id="C3", name="减排量", kind="target", value_text="市级下达", basis="qualitative", year="2030"),
        ],
        tasks=[Task(id="T1", title="造林", verb="推进", clause="1.1", commitments="C1", start=7, end=26)],
        projects=[Project(id="P1", name="造林工程", type="工程", clause="1.1")],
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    return write_pack(pack(), tmp_path / "500999-test")


def test_a_pack_becomes_linked_records(folder):
    plan = load_pack(folder, actor=SYSTEM)
    assert (plan.county.name, plan.version, plan.current, plan.status) == ("试验县", 1, True, "draft")
    target = plan.commitments.get(code="C1")
    assert target.value == Decimal(60)
    assert target.baseline.value == Decimal(55)
    assert target.clause.parent.title == "目标"
    assert target.owner.name == "县林业局"
    assert target.owner.parent == plan.county
    assert plan.tasks.get().commitments.get() == target
    assert plan.projects.get().name == "造林工程"
    assert AuditEntry.objects.filter(model="plan.Plan").count() == 1


def test_words_never_become_numbers(folder):
    plan = load_pack(folder, actor=SYSTEM)
    soft = plan.commitments.get(code="C3")
    assert soft.value is None
    assert soft.value_text == "市级下达"


def test_the_same_document_again_updates_and_keeps_what_people_did(folder, tmp_path):
    plan = load_pack(folder, actor=SYSTEM)
    mine = Org.objects.create(code="500999-x", name="县发改委", kind="department", parent=plan.county)
    plan.commitments.filter(code="C3").update(owner=mine)
    keys = set(plan.commitments.values_list("pk", flat=True))
    edited = pack()
    edited.commitments[0] = replace(edited.commitments[0], value="61")
    again = load_pack(write_pack(edited, tmp_path / "edited"), actor=SYSTEM)
    assert again == plan
    assert again.version == 1
    assert set(again.commitments.values_list("pk", flat=True)) == keys, "reported values hang on these rows"
    assert again.commitments.get(code="C1").value == Decimal(61)
    assert again.commitments.get(code="C3").owner == mine


def test_a_unit_that_a_person_chose_is_not_overwritten(folder):
    plan = load_pack(folder, actor=SYSTEM)
    mine = Org.objects.create(code="500999-x", name="县自然资源局", kind="department", parent=plan.county)
    plan.commitments.filter(code="C1").update(owner=mine)
    again = load_pack(folder, actor=SYSTEM)
    assert again.commitments.get(code="C1").owner == mine
    assert again.commitments.get(code="C1").owner_text == "县林业局"


def test_a_county_hangs_below_its_own_province(tmp_path):
    plan = load_pack(write_pack(pack(adcode="420281"), tmp_path / "lichuan"), actor=SYSTEM)
    assert plan.county.parent.name == "湖北省"


def test_a_new_document_is_a_new_version_and_carries_owners(folder, tmp_path):
    old = load_pack(folder, actor=SYSTEM)
    mine = Org.objects.create(code="500999-x", name="县发改委", kind="department", parent=old.county)
    old.commitments.filter(code="C3").update(owner=mine)
    final = write_pack(pack(sha="f" * 64, status="final"), tmp_path / "final")
    new = load_pack(final, actor=SYSTEM)
    old.refresh_from_db()
    assert (new.version, new.current, old.current) == (2, True, False)
    assert new.commitments.get(code="C3").owner == mine
    assert old.commitments.count() == 3


def test_values_already_reported_are_not_lost(folder, tmp_path):
    plan = load_pack(folder, actor=SYSTEM)
    ReportedValue.objects.create(
        commitment=plan.commitments.get(code="C1"), period="2026", value=56, reported_at=timezone.now()
    )
    shorter = pack()
    del shorter.commitments[0]
    shorter.tasks[0].commitments = ""
    with pytest.raises(PlanReadError, match=r"C1 森林覆盖率.*填报值"):
        load_pack(write_pack(shorter, tmp_path / "shorter"), actor=SYSTEM)
    assert plan.commitments.count() == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"value": "六十"}, "不是数"),
        ({"id": "C2"}, "出现两次"),
        ({"kind": "wish"}, "C1"),
        ({"year": "203O"}, "C1"),
    ],
)
def test_a_bad_row_gets_one_sentence_and_nothing_is_loaded(tmp_path, change, message):
    bad = pack()
    bad.commitments[0] = replace(bad.commitments[0], **change)
    with pytest.raises(PlanReadError, match=message):
        load_pack(write_pack(bad, tmp_path / "bad"), actor=SYSTEM)
    assert not Plan.objects.exists()


def test_the_county_must_be_known(tmp_path):
    nameless = write_pack(pack(adcode=""), tmp_path / "nameless")
    with pytest.raises(PlanReadError, match="--county"):
        load_pack(nameless, actor=SYSTEM)
    assert load_pack(nameless, actor=SYSTEM, county="500999").county.code == "500999"


def test_the_document_gives_sentences_and_only_the_right_one(folder, tmp_path):
    document = tmp_path / "plan.txt"
    document.write_text(TEXT, encoding="utf-8")
    plan = load_pack(folder, actor=SYSTEM)
    assert documents.sentence(plan, 7, 26) is None
    load_pack(folder, actor=SYSTEM, document=document)
    start = TEXT.index("到2030")
    assert documents.sentence(plan, start, len(TEXT)) == "到2030年，森林覆盖率达到60%以上。"
    document.write_text(TEXT + "x", encoding="utf-8")
    with pytest.raises(PlanReadError, match="不是同一份"):
        load_pack(folder, actor=SYSTEM, document=document)


def test_stations_come_with_the_pack(folder):
    (folder / "stations.csv").write_text(
        "code,name,kind,level,water_body,target_class,evaluated,lon,lat,synthetic\n"
        "S1,断面甲,river,national,甲河,Ⅱ,1,108.5,31.9,0\n",
        encoding="utf-8",
    )
    load_pack(folder, actor=SYSTEM)
    station = Station.objects.get()
    assert (station.county.code, station.target_class, station.evaluated) == ("500999", "Ⅱ", True)


def test_both_reviewed_packs_load(settings):
    for folder in sorted(p.parent for p in settings.PLANS_DIR.glob("*/pack.csv")):
        plan = load_pack(folder, actor=SYSTEM)
        assert plan.commitments.filter(kind="target").count() > 20
        assert plan.tasks.count() > 100
