"""From stored values to stored judgements, and from these to what the screens read."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jiuzhi.core import records
from jiuzhi.core.models import AuditEntry
from jiuzhi.core.records import SYSTEM
from jiuzhi.engine.indicators.models import ComputedValue, Judgement, ReportedValue
from jiuzhi.engine.plan import bindings, board
from jiuzhi.engine.plan.judge import judge_plan
from jiuzhi.engine.plan.models import Plan, Task
from jiuzhi.master.models import Station

AS_OF = date(2028, 2, 1)


def approved(commitment, period: str, value: object, on: date, **more: object) -> ReportedValue:
    return ReportedValue.objects.create(
        commitment=commitment, period=period, value=Decimal(str(value)), status="approved",
        reported_at=datetime(on.year, on.month, on.day, 2, tzinfo=UTC), **more,
    )  # fmt: skip


@pytest.fixture
def judged(plan, commit, tmp_path, bureau):
    """Four targets: computed and kept, reported and late, assigned by the city, and one of the period before."""
    air = commit("PM2.5浓度", "<=", 20, baseline=15.6, code="AIR", unit="微克/立方米", domain="治气")
    wood = commit("森林蓄积量", ">=", 2010, baseline=1910, code="WOOD", unit="万立方米", owner=bureau)
    commit("减排", "decrease", None, value_text="市级下达", code="CUT", domain="治理")
    commit("污水处理率", ">=", 95, code="OLD", year=2025, unit="%", note="文中评价：达到")
    commit("污水处理率（乡镇）", "=", 85, kind="achieved", year=2025, unit="%")
    commit("污水处理率（城市）", "=", 98, kind="achieved", year=2025, unit="%")
    (tmp_path / "bindings.csv").write_text(
        "commitment,indicator,progress,baseline,note\nAIR,air.pm25_mean,,,\n", encoding="utf-8"
    )
    with records.change_set(SYSTEM, Plan, plan.county.code, "bindings"):
        assert bindings.apply(plan, tmp_path) == []
    for year, value in ((2024, "16.4"), (2025, "15.6"), (2026, "15.9"), (2027, "15.2")):
        ComputedValue.objects.create(
            county=plan.county, indicator="air.pm25_mean", period=str(year), value=Decimal(value), data_to=date(year, 12, 31),
            complete=True, edition="GB 3095-2026", synthetic=True, computed_at=timezone.now(),
        )  # fmt: skip
    approved(wood, "2026", 1925, date(2027, 1, 20))
    approved(wood, "2027", 1945, date(2028, 1, 20))
    task = Task.objects.create(plan=plan, code="T", title="造林", clause=plan.clauses.get(code="1.1"))
    task.commitments.add(wood)
    judge_plan(plan, AS_OF, actor=SYSTEM)
    air.refresh_from_db()
    wood.refresh_from_db()
    return {"air": air, "wood": wood}


def state(code: str) -> Judgement:
    return Judgement.objects.get(commitment__code=code, as_of=AS_OF)


def test_every_target_is_judged_with_its_reason(judged) -> None:
    assert (state("AIR").state, state("AIR").synthetic) == ("met", True)
    late = state("WOOD")
    assert (late.state, late.value, late.expected) == ("late", Decimal(1945), Decimal(1950))
    assert "21.67 万立方米" in late.reason
    assert (late.forecast["slope_needed"], late.forecast["enough"]) == ("21.666667", False)
    assert state("CUT").state == "no_data"
    assert "市级下达" in state("CUT").reason


def test_what_the_plan_says_of_itself_is_checked(judged) -> None:
    """Townships at 85 % do not keep a promise of 95 %, although the plan rates it 达到."""
    old = state("OLD")
    assert old.state == "badly_late"
    assert "85%" in old.reason
    view = board.commitment_view(old.commitment, AS_OF)
    assert any("与所列数值不符" in note for note in view.scope_notes)


def test_judging_again_changes_nothing(plan, judged) -> None:
    entries = AuditEntry.objects.count()
    assert judge_plan(plan, AS_OF, actor=SYSTEM) == 0
    assert AuditEntry.objects.count() == entries


def test_only_what_was_known_on_the_day_counts(plan, judged) -> None:
    judge_plan(plan, date(2027, 6, 1), actor=SYSTEM)
    earlier = Judgement.objects.get(commitment__code="WOOD", as_of=date(2027, 6, 1))
    assert (earlier.period, earlier.value) == ("2026", Decimal(1925))


def test_a_value_reported_before_its_period_ended_stands_for_its_day(plan, judged) -> None:
    approved(judged["wood"], "2028", 1955, date(2028, 3, 31))
    judge_plan(plan, date(2028, 4, 10), actor=SYSTEM)
    found = Judgement.objects.get(commitment__code="WOOD", as_of=date(2028, 4, 10))
    # 91 of 366 days into 2028: 1910 + 20 × (2 + 91/366)
    assert found.expected == Decimal("1954.972678")
    assert found.state == "on_track"
    assert "截至 3 月 31 日" in found.reason


def test_scoreboard_counts_the_plans_own_period(plan, judged) -> None:
    score = board.scoreboard(plan)
    assert score.as_of == AS_OF
    assert score.counts == {"met": 1, "on_track": 0, "late": 1, "badly_late": 0, "no_data": 1}
    assert score.sentence == "截至 2028 年 2 月 1 日，3 项目标中达标 1 项、滞后 1 项、无数据 1 项。"
    (late,) = score.late
    assert (late.owner, late.target, late.days_left) == ("县林业局", "≥2010 万立方米", 1064)
    assert (score.unassigned, score.synthetic) == (2, True)


def test_the_view_holds_what_the_page_shows(judged) -> None:
    view = board.commitment_view(judged["wood"])
    assert [(p.year, p.value) for p in view.path][:3] == [(2025, 1910), (2026, 1930), (2027, 1950)]
    assert [(p.period, p.value) for p in view.series] == [("2026", Decimal(1925)), ("2027", Decimal(1945))]
    assert [c.title for c in view.breadcrumbs] == ["目标", "森林"]
    assert [t.title for t in view.tasks] == ["造林"]
    assert view.slope_needed == Decimal("21.666667")
    air = board.commitment_view(judged["air"])
    assert air.explanation is not None
    assert (air.explanation.indicator, air.synthetic) == ("air.pm25_mean", True)


def test_tree_counts_upwards(plan, judged) -> None:
    tree = board.tree(plan)
    (chapter,) = tree.chapters
    assert (chapter.total, chapter.task_total, chapter.counts["late"]) == (3, 1, 1)
    assert {c.code for c in chapter.children[0].commitments} >= {"AIR", "WOOD", "CUT", "OLD"}


@pytest.mark.parametrize("many", [0, 30])
def test_pages_ask_few_questions_however_long_the_plan(plan, judged, commit, many) -> None:
    for n in range(many):
        commit(f"目标{n}", ">=", 1, code=f"N{n}")
    for page in (board.scoreboard, board.tree, board.commitments):
        with CaptureQueriesContext(connection) as asked:
            page(plan)
        assert len(asked) <= 6
    with CaptureQueriesContext(connection) as asked:
        board.commitment_view(
            type(judged["air"]).objects.select_related("plan__county", "baseline", "owner").get(code="AIR")
        )
    assert len(asked) <= 8


def test_nothing_judged_yet_is_said(plan, commit) -> None:
    commit("甲", ">=", 1)
    score = board.scoreboard(plan)
    assert (score.as_of, score.counts["no_data"]) == (None, 1)
    assert "尚未研判" in score.sentence


def test_today_answers_where_nothing_was_observed(plan) -> None:
    Station.objects.create(
        code="A", name="甲断面", kind="river", level="national", county=plan.county, target_class="Ⅱ"
    )
    found = board.today(plan.county.code)
    assert (found.air, found.synthetic) == ({}, False)
    assert [(s.name, s.latest_class, s.met) for s in found.sections] == [("甲断面", "", None)]
