"""A reported value: submitted with evidence, decided on by somebody else, or taken back."""

import hashlib
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile

from jiuzhi.core.models import AuditEntry
from jiuzhi.core.records import SYSTEM, Actor
from jiuzhi.engine.indicators.models import Judgement, ReportedValue
from jiuzhi.engine.plan import values
from jiuzhi.engine.plan.judge import judge_plan

PAPER = b"%PDF evidence"


@pytest.fixture
def wood(commit, bureau):
    return commit("森林覆盖率", ">=", 70, unit="%", owner=bureau)


@pytest.fixture
def forester(person, bureau) -> Actor:
    return Actor(person("forester", "unit", bureau))


@pytest.fixture
def officer(person) -> Actor:
    return Actor(person("officer", "plan_officer"))


def report(commitment, actor, period="2025", value="68.5", evidence=True) -> ReportedValue:
    file = ContentFile(PAPER, name="report.pdf") if evidence else None
    return values.report_value(commitment, period, Decimal(value), file, "年度调查", actor)


def test_submitted_with_the_fingerprint_of_its_evidence(wood, forester) -> None:
    found = report(wood, forester)
    assert (found.status, found.reported_by) == ("submitted", forester.user)
    assert found.evidence_sha256 == hashlib.sha256(PAPER).hexdigest()
    assert found.evidence.open("rb").read() == PAPER
    assert AuditEntry.objects.filter(model="indicators.ReportedValue", user=forester.user).count() == 1


def test_a_rate_of_growth_may_be_negative(commit, bureau, forester) -> None:
    growth = commit("林业产值增速", ">=", 6, unit="%", owner=bureau, progress="growth")
    assert report(growth, forester, value="-1.2").value == Decimal("-1.2")


def test_somebody_else_approves(wood, forester, officer) -> None:
    found = report(wood, forester)
    values.decide(found, True, "核对无误", officer)
    assert (found.status, found.decided_by) == ("approved", officer.user)
    with pytest.raises(ValidationError, match="不能再审核"):
        values.decide(found, False, "x", officer)


def test_nobody_approves_their_own(wood, officer) -> None:
    found = report(wood, officer)
    with pytest.raises(ValidationError, match="自己填报"):
        values.decide(found, True, "", officer)


def test_the_unit_may_not_approve_and_a_stranger_may_not_report(wood, forester, person, county) -> None:
    found = report(wood, forester)
    with pytest.raises(PermissionDenied):
        values.decide(found, True, "", forester)
    with pytest.raises(PermissionDenied):
        report(wood, Actor(person("leader", "leader")))
    with pytest.raises(PermissionDenied):
        report(wood, Actor(None, "web"))


def test_a_return_needs_a_reason(wood, forester, officer) -> None:
    found = report(wood, forester)
    with pytest.raises(ValidationError, match="原因"):
        values.decide(found, False, " ", officer)
    values.decide(found, False, "缺少调查表", officer)
    assert (found.status, found.decision_note) == ("returned", "缺少调查表")


def test_a_later_approved_value_replaces_the_earlier_one_which_stays_readable(
    wood, forester, officer
) -> None:
    first, second = report(wood, forester), report(wood, forester, value="69.1")
    values.decide(first, True, "", officer)
    values.decide(second, True, "", officer)
    first.refresh_from_db()
    assert (first.status, second.status) == ("withdrawn", "approved")


def test_withdrawing(wood, forester, officer) -> None:
    waiting, approved = report(wood, forester), report(wood, forester, period="2024")
    values.withdraw(waiting, "", forester)
    assert waiting.status == "withdrawn"
    values.decide(approved, True, "", officer)
    with pytest.raises(PermissionDenied):
        values.withdraw(approved, "错了", forester)
    with pytest.raises(ValidationError, match="原因"):
        values.withdraw(approved, "", officer)
    values.withdraw(approved, "调查作废", officer)
    assert approved.status == "withdrawn"


def test_the_newest_judgement_follows_a_decision(wood, forester, officer) -> None:
    judge_plan(wood.plan, date(2027, 3, 1), actor=SYSTEM)
    found = values.report_value(wood, "2026", Decimal("71"), None, "", forester)
    ReportedValue.objects.update(reported_at=datetime(2027, 1, 20, 2, tzinfo=UTC))

    def state() -> str:
        return Judgement.objects.get(commitment=wood, as_of=date(2027, 3, 1)).state

    assert state() == "no_data"
    values.decide(found, True, "", officer)
    assert state() == "met"
    values.withdraw(found, "调查作废", officer)
    assert state() == "no_data"


@pytest.mark.parametrize(
    ("period", "value", "words"),
    [
        ("2025年", "1", "不合写法"),
        ("2025-13", "1", "不合写法"),
        ("2025-1", "1", "不合写法"),
        ("2025-Q5", "1", "不合写法"),
        ("二〇二五", "1", "不合写法"),
        ("2999", "1", "可填报的范围"),
        ("1999", "1", "可填报的范围"),
        ("2025", "101", "不能超过 100%"),
        ("2025", "-1", "不能为负"),
        ("2025", "NaN", "不合理"),
        ("2025", "1e15", "不合理"),
        ("2025", "1.1234567", "小数位"),
    ],
)
def test_bad_values_are_refused_in_one_sentence(wood, forester, period, value, words) -> None:
    with pytest.raises(ValidationError, match=words):
        report(wood, forester, period, value)
    assert not ReportedValue.objects.exists()


def test_what_has_no_number_is_found_by_people(commit, forester, bureau) -> None:
    words = commit("绿色生产生活方式", "=", None, value_text="基本形成", owner=bureau)
    with pytest.raises(ValidationError, match="填 1"):
        report(words, forester, "2025", "60")
    assert report(words, forester, "2025", "1").value == 1


def test_a_computed_commitment_takes_no_reports(wood, forester) -> None:
    wood.indicator = "air.pm25_mean"
    with pytest.raises(ValidationError, match="监测数据计算"):
        report(wood, forester)
