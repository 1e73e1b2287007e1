"""From records to the report's data: a small county plan, judged by the product itself."""

import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from typer.testing import CliRunner

from jiuzhi.core.models import Org
from jiuzhi.core.records import SYSTEM
from jiuzhi.engine import reports
from jiuzhi.engine.indicators.models import ComputedValue, ReportedValue
from jiuzhi.engine.indicators.registry import INDICATORS
from jiuzhi.engine.plan.board_models import UNASSIGNED
from jiuzhi.engine.plan.judge import judge_plan
from jiuzhi.engine.plan.models import Clause, Commitment, Plan, Task

pytestmark = pytest.mark.django_db
AS_OF = date(2027, 6, 30)


def _commitment(plan, clause, code, name, value, **more):
    return Commitment.objects.create(
        plan=plan, clause=clause, code=code, name=name, kind=more.pop("kind", "target"), value=value, year=more.pop("year", 2030),
        unit=more.pop("unit", "%"), comparator=more.pop("comparator", ">="), start=int(code[1:]), **more,
    )  # fmt: skip


def _value(commitment, period, value, status="approved", synthetic=False):
    at = datetime(int(period) + 1, 1, 20, 2, tzinfo=UTC)
    ReportedValue.objects.create(
        commitment=commitment,
        period=period,
        value=Decimal(value),
        status=status,
        reported_at=at,
        synthetic=synthetic,
    )


@pytest.fixture
def plan():
    city = Org.objects.create(code="500000", name="重庆市", kind="city")
    county = Org.objects.create(code="500229", name="城口县", kind="county", parent=city)
    forest = Org.objects.create(code="500229-linye", name="县林业局", kind="department", parent=county)
    plan = Plan.objects.create(
        county=county, title="城口县生态环境保护“十五五”规划", status="final", version=1, period_start=2026, period_end=2030,
        document_name="plan.txt", sha256="c" * 64, loaded_at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    two = Clause.objects.create(plan=plan, code="2", level="chapter", number="第二章", title="总则", order=1)
    table = Clause.objects.create(
        plan=plan, code="2.t", level="table", number="专栏2", title="指标体系", order=2, parent=two
    )
    three = Clause.objects.create(
        plan=plan, code="3", level="chapter", number="第三章", title="治山", order=3
    )
    section = Clause.objects.create(
        plan=plan, code="3.1", level="section", number="第一节", title="造林", order=4, parent=three
    )
    base = _commitment(
        plan, table, "C010", "森林蓄积量", Decimal(1910), kind="baseline", year=2025, unit="万立方米"
    )
    stock = _commitment(plan, table, "C011", "森林蓄积量", Decimal(2010), unit="万立方米", baseline=base, owner=forest, nature="预期性", domain="治山")  # fmt: skip
    _commitment(plan, table, "C012", "绿色贷款余额", None, value_text="持续提升", unit="亿元")
    keep = _commitment(
        plan, section, "C030", "水土保持率", Decimal(83), progress="hold", place="城口县", domain="治山"
    )
    old = _commitment(plan, section, "C031", "森林覆盖率", Decimal("72.8"), year=2025)
    tree = _commitment(plan, section, "C032", "良种使用率", Decimal(60), place="双河乡", domain="治山")
    for year, value in (("2024", "1900"), ("2025", "1910"), ("2026", "1912")):
        _value(stock, year, value, synthetic=True)
    _value(keep, "2026", "84.1")
    _value(tree, "2026", "50", status="submitted")
    _value(old, "2025", "72.8")
    task = Task.objects.create(plan=plan, clause=section, code="T1", title="实施森林抚育", start=40)
    task.commitments.add(stock)
    Task.objects.create(plan=plan, clause=section, code="T2", title="开展草原调查", owner=forest, start=41)
    judge_plan(plan, AS_OF, actor=SYSTEM)
    return plan


@pytest.mark.parametrize("where", ["nowhere", "measured", "waiting"])
def test_whatever_is_simulated_marks_the_report(plan, where):
    ReportedValue.objects.update(synthetic=False)
    judge_plan(plan, AS_OF, actor=SYSTEM)
    if where == "measured":  # no target rests on it, yet the table of measurements shows it
        ComputedValue.objects.create(
            county=plan.county, indicator="air.pm25_mean", period="2026", value=15, unit="微克/立方米", complete=True,
            data_to=date(2026, 12, 31), synthetic=True, computed_at=datetime(2027, 1, 1, tzinfo=UTC),
        )  # fmt: skip
    if where == "waiting":
        ReportedValue.objects.filter(status="submitted").update(synthetic=True)
    report = reports.evaluation(plan, AS_OF)
    assert report.synthetic == (where != "nowhere")
    assert any("含模拟数据" in sentence for sentence in report.summary) == report.synthetic


def test_rows_follow_the_plan_its_own_table_first(plan):
    report = reports.evaluation(plan, AS_OF)
    assert [(t.number, t.code, t.group) for t in report.targets] == [
        (1, "C011", "专栏2 指标体系"),
        (2, "C012", "专栏2 指标体系"),
        (3, "C030", "第三章 治山"),
        (4, "C032", "第三章 治山"),
    ]  # a target of the last period is no row of this plan
    assert report.total == 4
    assert sum(report.counts.values()) == 4


def test_a_row_says_what_the_plans_table_says(plan):
    row = reports.evaluation(plan, AS_OF).targets[0]
    assert (row.name, row.unit, row.nature, row.baseline, row.owner) == (
        "森林蓄积量", "万立方米", "预期性", "1910（2025年）", "县林业局",
    )  # fmt: skip
    assert "2010" in row.target
    assert row.target.endswith("（2030年）")
    assert row.now == "1912（2026年）"
    assert row.state in {"late", "badly_late"}
    assert row.reason
    assert row.synthetic


def test_words_stay_words_and_places_are_said_once(plan):
    rows = {t.code: t for t in reports.evaluation(plan, AS_OF).targets}
    assert "持续提升" in rows["C012"].target
    assert rows["C012"].now == "—"
    assert rows["C030"].name == "水土保持率"  # the county itself is not repeated
    assert rows["C032"].name == "良种使用率（双河乡）"


def test_chapters_hold_their_tasks_with_the_state_of_what_measures_them(plan):
    chapters = reports.evaluation(plan, AS_OF).chapters
    assert [c.number for c in chapters] == ["第二章", "第三章"]
    section = chapters[1].sections[0]
    assert section.title == "造林"
    assert [t.code for t in section.targets] == ["C030", "C032"]
    assert section.tasks[0].targets.startswith("森林蓄积量：")
    assert section.tasks[1].owner == "县林业局"


def test_late_unassigned_and_waiting(plan):
    report = reports.evaluation(plan, AS_OF)
    assert [r.name for r in report.late] == ["森林蓄积量"]
    assert report.late[0].days_left == (date(2030, 12, 31) - AS_OF).days
    assert report.owners[0].owner == "县林业局"
    assert report.owners[-1].owner == UNASSIGNED
    assert set(report.unassigned) == {"绿色贷款余额", "水土保持率", "良种使用率（双河乡）"}
    assert [(p.name, p.period, p.value) for p in report.pending] == [("良种使用率", "2026年", "50 %")]
    text = "".join(report.summary)
    assert "县林业局" in text
    assert "等待审核" in text
    assert "模拟数据" in text


def test_courses_need_three_years(plan):
    curves = reports.evaluation(plan, AS_OF).curves
    assert [c.code for c in curves] == ["C011"]
    assert [(y, v) for y, v, _ in curves[0].values] == [(2024, 1900), (2025, 1910), (2026, 1912)]
    assert curves[0].path[0] == (2025, Decimal(1910))
    assert curves[0].path[-1] == (2030, Decimal(2010))


def test_two_editions_of_the_first_year(plan):
    assert "air.good_days" in INDICATORS
    ComputedValue.objects.create(
        county=plan.county, indicator="air.good_days", period="2026", value=319, unit="天", data_to=date(2026, 12, 31), complete=True,
        edition="HJ 633-2012；HJ 633-2026", computed_at=datetime(2027, 1, 1, tzinfo=UTC),
        explain={"others": [
            {"label": "全部按 HJ 633-2012", "value": "320", "edition": "HJ 633-2012", "note": ""},
            {"label": "全部按 HJ 633-2026", "value": "318", "edition": "HJ 633-2026", "note": ""},
        ]},
    )  # fmt: skip
    report = reports.evaluation(plan, AS_OF)
    said = next(s for s in report.summary if "优良" in s)
    assert "319 天（2026年）" in said
    assert "320 天" in said
    assert "318 天" in said
    assert [e.value for e in report.editions] == ["320 天", "318 天"]
    assert {"HJ 633-2012", "HJ 633-2026"} <= {s.edition for s in report.standards}
    assert report.measured[0].years[-2:] == [("2026年", "319"), ("2027年至今", "—")]


def test_unverified_standards_are_named(plan):
    ComputedValue.objects.create(
        county=plan.county, indicator="air.pm25_mean", period="2026", value=Decimal("15.2"), unit="微克/立方米",
        data_to=date(2026, 12, 31), complete=True, edition="GB 3095-2026；HJ 663-2026", computed_at=datetime(2027, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    notes = {s.edition: s for s in reports.evaluation(plan, AS_OF).standards}
    assert notes["GB 3095-2026"].verified
    assert not notes["HJ 663-2026"].verified


def test_the_judgement_before_the_day_counts(plan):
    report = reports.evaluation(plan, date(2027, 8, 1))
    assert (report.as_of, report.judged_on) == (date(2027, 8, 1), AS_OF)


def test_before_the_first_judgement_and_without_any(plan):
    with pytest.raises(reports.ReportError, match="2027年6月30日"):
        reports.evaluation(plan, date(2026, 1, 1))
    plan.commitments.all().delete()
    with pytest.raises(reports.ReportError, match="jiuzhi judge --county 500229"):
        reports.evaluation(plan, AS_OF)


def test_data_is_plain_and_the_same_again(plan):
    first, second = (asdict(reports.evaluation(plan, AS_OF)) for _ in range(2))
    assert first == second
    assert json.loads(json.dumps(first, default=str, ensure_ascii=False))["county"] == "城口县"


def test_queries_do_not_grow_with_the_rows(plan, django_assert_max_num_queries):
    section = Clause.objects.get(plan=plan, code="3.1")
    for i in range(60, 120):
        _commitment(plan, section, f"C{i:03d}", f"指标{i}", Decimal(90))
    judge_plan(plan, AS_OF, actor=SYSTEM)
    with django_assert_max_num_queries(
        90
    ):  # full views only of the plan's table, of computed and of late targets
        assert reports.evaluation(plan, AS_OF).total == 64


def test_both_files_from_the_command_line(plan, tmp_path):
    from jiuzhi.interfaces.cli.report import app

    done = CliRunner().invoke(
        app,
        ["evaluation", "--county", "500229", "--as-of", "2027-06-30", "-o", str(tmp_path / "out"), "--json"],
    )
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert [f.rsplit(".", 1)[1] for f in said["files"]] == ["docx", "pdf"]
    assert all("模拟数据" in f for f in said["files"])
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_the_command_line_says_what_is_missing(plan, tmp_path):
    from jiuzhi.interfaces.cli.report import app

    for arguments, words in (
        (["--county", "500230"], "没有载入 500230"),
        (["--county", "500229", "--as-of", "2020-01-01"], "没有研判"),
    ):
        done = CliRunner().invoke(app, ["evaluation", *arguments, "-o", str(tmp_path / "none")])
        assert done.exit_code == 2
        assert words in done.output
        assert "Traceback" not in done.output
    assert not (tmp_path / "none").exists()
