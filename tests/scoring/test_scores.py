"""The monthly score: exact, idempotent, published, objected to, locked."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import AuditEntry, Org
from jiuzhi.core.records import SYSTEM, Actor
from jiuzhi.engine.cases import work
from jiuzhi.engine.cases.models import Case
from jiuzhi.engine.scoring import compute, defaults, documents
from jiuzhi.engine.scoring.ecology import ecology
from jiuzhi.engine.scoring.models import Score, Scorecard, ScoreItem, ScoreLine, ScoreMonth

UNIT, OTHER = "500229-县水利局", "500229-县林业局"
MONTH = "2026-10"
IN = datetime(2026, 10, 12, 9, tzinfo=LOCAL)
AFTER = datetime(2026, 11, 2, 9, tzinfo=LOCAL)


@pytest.fixture
def county(land):
    defaults.begin(land["500229"], "2026-09", SYSTEM)
    return land["500229"]


def problem(org, at=IN, **more):
    return work.open_case("rectification", org, "堆渣", SYSTEM, at=at, **more)


def score(county, code):
    return Score.objects.get(month__county=county, month__month=MONTH, unit__code=code)


def line(county, code, measure):
    return score(county, code).lines.get(item__measure=measure)


def test_an_overdue_case_costs_its_unit_and_is_named(county, land):
    case = problem(land[UNIT])
    compute.compute(county, MONTH, SYSTEM, now=AFTER)
    found = line(county, UNIT, "cases.overdue")
    assert (found.value, found.points) == (1, Decimal("-2.00"))
    assert found.evidence == [{"kind": "case", "id": case.pk, "label": str(case)}]
    assert score(county, OTHER).rank == 1
    assert score(county, UNIT).rank > 1


def test_the_same_records_give_the_same_scores_and_write_nothing(county, land):
    problem(land[UNIT])
    first = compute.compute(county, MONTH, SYSTEM, now=AFTER)
    ids, entries = set(ScoreLine.objects.values_list("pk", flat=True)), AuditEntry.objects.count()
    again = compute.compute(county, MONTH, SYSTEM, now=AFTER + timedelta(days=3))
    assert again.pk == first.pk
    assert set(ScoreLine.objects.values_list("pk", flat=True)) == ids
    assert AuditEntry.objects.count() == entries


def test_what_happens_after_the_month_does_not_move_it(county, land):
    compute.compute(county, MONTH, SYSTEM, now=AFTER)
    problem(land[UNIT], at=AFTER)
    before = score(county, UNIT).total
    compute.compute(county, MONTH, SYSTEM, now=AFTER + timedelta(days=20))
    assert score(county, UNIT).total == before


def test_equal_totals_share_a_rank(county):
    compute.compute(county, MONTH, SYSTEM, now=AFTER)
    ranks = Score.objects.filter(card__group="township").values_list("rank", flat=True)
    assert set(ranks) == {1}


def test_a_unit_objects_is_answered_by_another_and_the_correction_stays_on_record(county, land, person):
    problem(land[UNIT])
    month = compute.compute(county, MONTH, SYSTEM, now=AFTER)
    officer, unit = Actor(person("plan_officer", "500229")), Actor(person("unit", UNIT))
    with pytest.raises(ValidationError, match="公示期"):
        compute.object_to(month, land[UNIT], None, "不是我们的", unit, now=AFTER)
    compute.publish(month, officer, now=AFTER)
    with pytest.raises(PermissionDenied, match="本单位"):
        compute.object_to(month, land[OTHER], None, "x", unit, now=AFTER)
    said = compute.object_to(month, land[UNIT], None, "期限已顺延", unit, now=AFTER)
    with pytest.raises(ValidationError, match="异议期到"):
        compute.lock(month, officer, now=AFTER)
    before = score(county, UNIT).total
    compute.decide(said, True, Decimal(2), "期限顺延属实", officer, now=AFTER)
    assert score(county, UNIT).total == before + 2
    assert score(county, UNIT).lines.last().title == "更正：总分"
    month.refresh_from_db()
    compute.lock(month, officer, now=month.objections_to + timedelta(seconds=1))
    with pytest.raises(ValidationError, match="已锁定"):
        compute.compute(county, MONTH, officer, now=AFTER)


def test_objections_run_for_three_working_days(county):
    month = compute.compute(
        county, "2026-09", SYSTEM, now=datetime(2026, 9, 30, 9, tzinfo=LOCAL) + timedelta(days=1)
    )
    compute.publish(month, SYSTEM, now=datetime(2026, 10, 1, 9, tzinfo=LOCAL))  # the holiday lasts to the 7th
    assert month.objections_to == datetime(
        2026, 10, 10, 23, 59, 59, tzinfo=LOCAL
    )  # 8, 9, and the worked Saturday


def test_a_version_in_force_is_followed_by_the_next_and_the_old_month_keeps_its_own(county, person):
    old = Scorecard.objects.get(county=county, group="township")
    made = compute.next_version(old, "2026-11", "新细则", Actor(person("plan_officer", "500229")))
    assert (made.version, made.items.count()) == (2, old.items.count())
    assert compute.card_of(county, "township", "2026-11") == old  # a draft binds nobody
    compute.put_in_force(made, SYSTEM)
    assert compute.card_of(county, "township", "2026-11") == made
    assert compute.card_of(county, "township", "2026-10") == old


def test_a_month_without_a_card_says_so(land):
    with pytest.raises(ValidationError, match="评分办法"):
        compute.compute(land["500229"], MONTH, SYSTEM, now=AFTER)


@pytest.mark.parametrize("month", ["2026-13", "26-1", "", "2026-12"])
def test_a_month_that_is_none_or_not_yet(county, month):
    with pytest.raises(ValidationError):
        compute.compute(county, month, SYSTEM, now=AFTER)


@given(st.decimals(0, 100, places=3), st.decimals(0, 50, places=2), st.decimals(0, 3, places=1))
def test_a_share_never_gives_more_than_full_points(value, points, weight):
    item = ScoreItem(form="share", points=points, per=0, free=0, weights={"u": str(weight)})
    got = compute.points_of(item, Org(code="u"), value)
    assert got <= points
    assert compute.points_of(item, Org(code="v"), Decimal(100)) == points
    assert compute.points_of(item, Org(code="u"), None) == points


@given(st.integers(0, 500), st.integers(0, 5))
def test_deductions_stop_at_their_most(count, free):
    item = ScoreItem(form="each", points=Decimal(10), per=Decimal("1.5"), free=free, weights={})
    got = compute.points_of(item, Org(code="u"), Decimal(count))
    assert Decimal(-10) <= got <= 0
    assert (got == 0) == (count <= free)


def test_the_report_names_the_months_it_compares_with(county, land):
    problem(land[UNIT], at=datetime(2025, 10, 5, tzinfo=UTC))
    for month, now in (("2026-09", AFTER), (MONTH, AFTER)):
        compute.compute(county, month, SYSTEM, now=now)
    report = ecology(county, MONTH, AFTER)
    figures, units = documents.headings(report)
    assert (figures[2], figures[3]) == ("较上月（2026年9月）", "较去年同月（2025年10月）")
    assert "名次较上月（2026年9月）" in units
    opened = report.work[0]
    assert (opened.now, opened.before, opened.year_before) == (0, 0, 1)
    assert all(
        f.year_before is None for f in ecology(county, "2025-11", AFTER).work
    )  # nothing was kept here in 2024


def test_the_report_in_word_pdf_and_excel(county, land, tmp_path):
    from docx import Document
    from openpyxl import load_workbook
    from pypdf import PdfReader

    case = problem(land[UNIT], synthetic=True)
    compute.compute(county, MONTH, SYSTEM, now=AFTER)
    report = ecology(county, MONTH, AFTER)
    documents.to_docx(report, tmp_path / "r.docx", AFTER.date())
    text = "\n".join(
        c.text for t in Document(tmp_path / "r.docx").tables for row in t.rows for c in row.cells
    )
    assert case.code in text
    documents.to_pdf(report, tmp_path / "r.pdf", AFTER.date())
    assert "含模拟数据" in "".join(p.extract_text() for p in PdfReader(tmp_path / "r.pdf").pages)
    (tmp_path / "r.xlsx").write_bytes(documents.to_xlsx(report))
    book = load_workbook(tmp_path / "r.xlsx")
    assert book.sheetnames == ["总体", "乡镇（街道）", "部门", "得分明细", "超期问题"]
    assert book["得分明细"]["A1"].value == "含模拟数据，不可用于上报"


def test_pages(county, land, person, client):
    problem(land[UNIT])
    client.force_login(person("plan_officer", "500229"))
    act = reverse("score_act", args=["500229", MONTH, "compute"])
    assert client.post(act, follow=True).status_code == 200
    shown = client.get(reverse("scores", args=["500229"]), {"month": MONTH}).content.decode()
    assert "县水利局" in shown
    unit = client.get(reverse("score", args=["500229", score(county, UNIT).pk])).content.decode()
    assert "超期问题" in unit
    for form in ("docx", "pdf", "xlsx"):
        assert client.get(reverse("ecology_file", args=["500229", MONTH, form])).status_code == 200
    assert client.get(reverse("meeting", args=["500229"])).status_code == 200
    assert client.get(reverse("scorecards", args=["500229"])).status_code == 200


def test_before_it_is_published_only_those_who_make_it_see_the_scores(county, land, person, client):
    compute.compute(county, MONTH, SYSTEM, now=AFTER)
    client.force_login(person("unit", UNIT))
    address, sheet = (
        reverse("scores", args=["500229"]),
        reverse("score", args=["500229", score(county, UNIT).pk]),
    )
    assert "还没有公示" in client.get(address, {"month": MONTH}).content.decode()
    assert client.get(sheet).status_code == 404
    assert client.post(reverse("score_act", args=["500229", MONTH, "publish"])).status_code == 403
    compute.publish(ScoreMonth.objects.get(), SYSTEM, now=AFTER)
    assert client.get(sheet).status_code == 200


def test_a_draft_is_edited_with_weights_by_unit(county, person, client, land):
    old = Scorecard.objects.get(county=county, group="department")
    client.force_login(person("plan_officer", "500229"))
    page = reverse("scorecard", args=["500229", old.pk])
    client.post(page, {"do": "version", "since": "2026-12", "why": "差异化考核"})
    made = Scorecard.objects.get(county=county, group="department", version=2)
    item = made.items.first()
    form = {
        "item": item.pk,
        "title": "按期办结",
        "measure": "cases.on_time",
        "form": "share",
        "points": "30",
        "weights": "县水利局 0.5",
    }
    client.post(reverse("scorecard", args=["500229", made.pk]), form)
    item.refresh_from_db()
    assert (item.points, item.weights) == (30, {UNIT: "0.5"})
    said = client.post(
        reverse("scorecard", args=["500229", made.pk]), form | {"weights": "外县局 2"}, follow=True
    )
    assert "读不懂" in said.content.decode()
    said = client.post(page, form | {"item": old.items.first().pk}, follow=True)
    assert "起草下一版" in said.content.decode()
    assert Case.objects.count() == 0


def test_each_unit_stands_with_what_it_had_to_do(county, land):
    problem(land[UNIT])
    closed = problem(land[UNIT], at=IN - timedelta(days=60))
    closed.closed_at = IN
    closed.save()
    problem(land[OTHER], at=AFTER)
    month = compute.compute(county, MONTH, SYSTEM, now=AFTER)
    report = ecology(county, MONTH, AFTER)
    rows = {r.score.unit.code: r for _word, rows in report.groups for r in rows}
    assert rows[UNIT].work[:5] == (1, 1, 1, 1, 0)
    assert rows[OTHER].work[:4] == (0, 0, 0, 0)
    assert [f.now for f in report.work[:4]] == [1, 1, 1, 1]
    assert report.work[0].before == 0, "August's case was there: September is known"
    assert report.work[0].year_before is None, "before the county began nothing is known"
    assert documents.work_cells(rows[UNIT])[:4] == ["1", "1", "1", "1"]
    assert month.scores.count() == len(rows)


def test_a_month_that_has_not_begun_counts_nothing(county, land):
    from jiuzhi.engine.scoring.tally import Tally, Work

    problem(land[UNIT])
    assert Tally(county, "2026-12", AFTER).of(land[UNIT]) == Work()


def test_a_simulated_case_marks_the_report_also_when_it_is_in_time(county, land):
    assert not ecology(county, MONTH, AFTER).synthetic
    problem(land[UNIT], at=AFTER - timedelta(days=3), synthetic=True)
    assert ecology(county, MONTH, AFTER).synthetic


def test_before_the_first_judgement_commitments_are_unknown_not_none(county):
    figures = {f.title: f.now for f in ecology(county, MONTH, AFTER).work}
    assert figures["承担承诺"] is None
    assert figures["滞后承诺"] is None


def test_what_was_overdue_at_the_end_of_a_month_stays_so_when_it_is_done_later(county, land):
    at = IN - timedelta(days=60)
    case = work.open_case("complaint", land[UNIT], "油烟", SYSTEM, at=at)
    work.take(case, "受理交办", SYSTEM, at=at, org=land[UNIT])
    assert case.due_at < AFTER
    before = ecology(county, MONTH, AFTER).work[3]
    work.take(case, "报办理结果", SYSTEM, at=AFTER + timedelta(days=1), words="已处理")
    after = ecology(county, MONTH, AFTER + timedelta(days=2)).work[3]
    assert (before.title, before.now, after.now) == ("月末超期", 1, 1)
