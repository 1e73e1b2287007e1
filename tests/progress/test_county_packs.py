"""The packs in the repository: what their hand-kept tables bind fits, and every target can be judged."""

from datetime import date
from pathlib import Path

import pytest

from jiuzhi.core.models import AuditEntry
from jiuzhi.core.records import SYSTEM
from jiuzhi.engine.indicators.models import Judgement
from jiuzhi.engine.plan.judge import judge_plan
from jiuzhi.engine.plan.load import load_pack
from jiuzhi.master.models import Station

PACKS = sorted(p.parent for p in (Path(__file__).resolve().parents[2] / "plans").glob("*/pack.csv"))
BOUND = {
    "500229": {"air.pm25_mean", "water.national_compliance", "water.city_compliance"},
    "500240": {"water.national_compliance"},
}


@pytest.mark.django_db
@pytest.mark.parametrize("folder", PACKS, ids=lambda p: p.name)
def test_pack_binds_and_every_target_is_judged(folder) -> None:
    code = folder.name[:6]
    plan = load_pack(folder, actor=SYSTEM, county=code)
    loaded = AuditEntry.objects.filter(action="update", key=code).first()
    assert loaded.after["unbound"] == []
    targets = plan.commitments.filter(kind="target", year__gte=plan.period_start)
    assert BOUND[code] <= set(targets.values_list("indicator", flat=True))
    assert not plan.commitments.filter(kind="target", progress="").exists()
    judge_plan(plan, date(2026, 11, 22), actor=SYSTEM)
    judged = Judgement.objects.filter(commitment__plan=plan)
    assert judged.count() == plan.commitments.filter(kind="target").count()
    assert all(j.reason.endswith("。") for j in judged)


@pytest.mark.django_db
def test_named_sections_are_facts_and_invented_points_are_marked() -> None:
    for folder in PACKS:
        load_pack(folder, actor=SYSTEM, county=folder.name[:6])
    named = Station.objects.filter(synthetic=False).order_by("name")
    assert [(s.water_body, s.name, s.level, s.target_class) for s in named] == [
        ("前河", "土堡寨", "national", "Ⅱ"),
        ("任河", "水寨子", "national", "Ⅱ"),
    ]
    assert all("示意" in s.name for s in Station.objects.filter(synthetic=True))
