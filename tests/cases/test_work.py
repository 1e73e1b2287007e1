"""A case on its way: steps, terms, who may, what is undone."""

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from jiuzhi.core.local import LOCAL
from jiuzhi.core.records import SYSTEM, Actor
from jiuzhi.engine.cases import clock, evidence, manage, work
from jiuzhi.engine.cases.models import Case
from jiuzhi.engine.notify.models import Message

NOON = datetime(2026, 9, 29, 12, tzinfo=LOCAL)  # Tuesday before the National Day holiday
UNIT = "500229-县水利局"


@pytest.fixture
def case(land):
    return work.open_case("rectification", land[UNIT], "河边堆渣", SYSTEM, at=NOON, found_at=NOON)


@pytest.fixture
def people(person):
    return {
        role: Actor(person(role, UNIT if role == "unit" else "500229"))
        for role in ("unit", "plan_officer", "leader", "auditor")
    }


def after_photo(case, actor=SYSTEM):
    return evidence.attach(
        case, SimpleUploadedFile("后.jpg", b"\xff\xd8" + str(case.pk).encode()), actor, moment="after"
    )


def to_acceptance(case, people):
    work.take(case, "交办", people["plan_officer"], at=NOON)
    work.take(case, "报方案", people["unit"], at=NOON, words="清运")
    after_photo(case)
    work.take(case, "自查报验", people["unit"], at=NOON, words="已清运")


def test_the_whole_way(case, people):
    assert (case.code, case.stage) == ("2026-00001", "交办")
    to_acceptance(case, people)
    work.take(case, "验收通过", people["plan_officer"], at=NOON, words="现场核实")
    work.take(case, "销号", people["leader"], at=NOON)
    assert case.closed_at == NOON
    assert f"{case.revisit_on}" == "2027-03-29"  # middle risk: after six months
    assert [e.kind for e in case.events.all()] == ["opened", *["step"] * 5]


def test_a_term_of_working_days_runs_over_the_holiday(case):
    """交办 within one working day; the holiday of 2026 is 1–7 October, Saturday the 10th is worked."""
    assert case.due_at == datetime(2026, 9, 30, 23, 59, 59, tzinfo=LOCAL)


def test_who_did_the_work_does_not_verify_it(land, case, people, person):
    both = people["plan_officer"]
    work.take(case, "交办", both, at=NOON)
    work.take(case, "报方案", both, at=NOON, words="清运")
    after_photo(case)
    work.take(case, "自查报验", both, at=NOON, words="已清运")
    with pytest.raises(ValidationError, match="没有参与整改"):
        work.take(case, "验收通过", both, at=NOON, words="好")
    work.take(case, "验收通过", Actor(person("enforcement", "500229")), at=NOON, words="好")


def test_without_a_photo_of_this_round_nothing_is_reported_done(case, people):
    to_acceptance(case, people)
    work.take(case, "退回整改", people["plan_officer"], at=NOON + timedelta(days=3650), words="没清完")
    assert case.returns == 1
    with pytest.raises(ValidationError, match="整改后的照片"):
        work.take(case, "自查报验", people["unit"], at=NOON, words="又清了")


def test_another_unit_may_not(case, person):
    stranger = Actor(person("unit", "500229-县林业局"))
    work.take(case, "交办", SYSTEM, at=NOON)
    with pytest.raises(PermissionDenied, match="需要"):
        work.take(case, "报方案", stranger, at=NOON, words="x")
    assert case.stage == "制定方案"


def test_a_step_is_taken_back_by_who_took_it_while_nothing_followed(case, people):
    due = case.due_at
    work.take(case, "交办", people["plan_officer"], at=NOON)
    with pytest.raises(ValidationError, match="自己"):
        work.take_back(case, people["unit"], at=NOON)
    work.take_back(case, people["plan_officer"], at=NOON + timedelta(hours=1))
    assert (case.stage, case.due_at) == ("交办", due)
    with pytest.raises(ValidationError, match="不能撤回"):
        work.take_back(case, people["plan_officer"], at=NOON + timedelta(hours=1))


def test_the_clock_stands_still_while_it_is_paused(case, people):
    work.take(case, "交办", people["plan_officer"], at=NOON)
    due = case.due_at
    manage.pause(case, "等鉴定", people["plan_officer"], at=NOON)
    with pytest.raises(ValidationError, match="暂停"):
        work.take(case, "报方案", people["unit"], at=NOON, words="x")
    manage.resume(case, people["plan_officer"], at=NOON + timedelta(days=4))
    assert case.due_at >= due + timedelta(days=4)


def test_the_same_origin_is_opened_once(land):
    made = [
        work.open_case("rectification", land[UNIT], "一", SYSTEM, at=NOON, origin="x:1") for _ in range(2)
    ]
    assert made[0].pk == made[1].pk
    assert Case.objects.count() == 1


def test_split_parts_are_closed_before_the_whole(land, case, people):
    parts = manage.split(case, [("南岸", land[UNIT]), ("北岸", land[UNIT])], people["plan_officer"], at=NOON)
    with pytest.raises(ValidationError, match="拆出"):
        work.take(case, "不予立案", people["leader"], at=NOON, words="不属实")
    for part in parts:
        work.take(part, "不予立案", people["leader"], at=NOON, words="不属实")
    work.take(case, "不予立案", people["leader"], at=NOON, words="不属实")
    assert case.revisit_on is None  # came to nothing: nothing to look back at


def test_merged_and_opened_again(land, case, people):
    other = work.open_case("rectification", land[UNIT], "同一处", SYSTEM, at=NOON)
    manage.merge([other], case, "同一处", people["plan_officer"], at=NOON)
    assert other.merged_into == case
    with pytest.raises(ValidationError):
        work.take(other, "交办", people["plan_officer"], at=NOON)
    manage.reopen(other, "不是同一处", people["plan_officer"], at=NOON)
    assert (other.merged_into, other.closed_at) == (None, None)


def test_a_rebound_opens_the_same_case_with_its_history(case, people):
    to_acceptance(case, people)
    work.take(case, "验收通过", people["plan_officer"], at=NOON, words="好")
    work.take(case, "销号", people["leader"], at=NOON)
    manage.revisit(case, False, "又堆了", people["leader"], at=NOON + timedelta(days=180))
    assert (case.stage, case.risk, case.reopenings) == ("制定方案", "高", 1)
    assert [e.kind for e in case.events.all()][-2:] == ["revisited", "reopened"]


def test_overdue_goes_up_once_a_step(case, people):
    late = case.due_at + timedelta(minutes=1)
    assert clock.tick(late)
    assert not clock.tick(late)
    case.refresh_from_db()
    assert case.escalated == 1
    clock.tick(case.due_at + timedelta(days=15))
    case.refresh_from_db()
    assert case.escalated == 2
    assert Message.objects.filter(topic="case", title__contains="红牌").exists()


def test_two_who_act_at_once_do_not_overwrite_each_other(case, people):
    seen = case.revision
    work.take(case, "交办", people["plan_officer"], at=NOON, revision=seen)
    with pytest.raises(ValidationError, match="刚被别人"):
        work.take(case, "报方案", people["unit"], at=NOON, words="x", revision=seen)


def test_a_step_that_names_no_unit_moves_the_case_to_none(land, case, people):
    work.take(case, "交办", people["plan_officer"], at=NOON, org=land[UNIT])
    with pytest.raises(ValidationError, match="改派"):
        work.take(case, "报方案", people["unit"], at=NOON, words="x", org=land["500229-县林业局"])
    with pytest.raises(ValidationError, match="不在"):
        work.take(
            work.open_case("rectification", land[UNIT], "二", SYSTEM, at=NOON),
            "交办",
            people["plan_officer"],
            at=NOON,
            org=land["500240"],
        )


def test_taking_back_undoes_that_step_alone(case, people, person):
    """The photos of the round still count, and who did other work of it still cannot verify."""
    first = Actor(person("enforcement", "500229"))
    work.take(case, "交办", people["plan_officer"], at=NOON)
    work.take(case, "报方案", first, at=NOON, words="清运")
    after_photo(case)
    work.take(case, "自查报验", people["unit"], at=NOON, words="好")
    work.take_back(case, people["unit"], at=NOON)
    work.take(case, "自查报验", people["unit"], at=NOON, words="好")
    with pytest.raises(ValidationError, match="没有参与整改"):
        work.take(case, "验收通过", first, at=NOON, words="好")


def test_who_only_reads_adds_nothing(case, people):
    for act in (
        lambda: after_photo(case, people["auditor"]),
        lambda: manage.remark(case, "x", people["auditor"], at=NOON),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_the_term_of_the_whole_case_bounds_every_stage(land, people):
    found = work.open_case("complaint", land[UNIT], "噪声", SYSTEM, at=NOON)
    late = NOON + timedelta(days=58)
    work.take(found, "受理交办", people["plan_officer"], at=late, org=land[UNIT])
    assert found.due_at == found.final_at


def test_numbers_go_on_beyond_five_digits(land, case):
    Case.objects.filter(pk=case.pk).update(code="2026-99999")
    codes = [work.open_case("rectification", land[UNIT], "x", SYSTEM, at=NOON).code for _ in range(2)]
    assert codes == ["2026-100000", "2026-100001"]


def test_merged_and_reopened_it_goes_on_where_it_stood(land, case, people):
    other = work.open_case("rectification", land[UNIT], "同一处", SYSTEM, at=NOON)
    manage.merge([other], case, "同一处", people["plan_officer"], at=NOON)
    manage.reopen(other, "不是", people["plan_officer"], at=NOON)
    assert (other.stage, other.reopenings) == ("交办", 0)


def test_parts_of_a_paused_case_stand_still_too(land, case, people):
    manage.pause(case, "等鉴定", people["plan_officer"], at=NOON)
    parts = manage.split(case, [("南", land[UNIT]), ("北", land[UNIT])], people["plan_officer"], at=NOON)
    assert all(p.paused_at == NOON for p in parts)


@pytest.mark.parametrize("until", [date(9999, 12, 31), date(2032, 1, 1), date(2026, 9, 28), date(1, 1, 1)])
def test_more_time_is_given_within_bounds(case, people, until):
    with pytest.raises(ValidationError, match=r"五年|要晚于"):
        manage.extend(case, until, "等雨季过去", people["plan_officer"], at=NOON)
    manage.extend(case, date(2030, 1, 1), "等雨季过去", people["plan_officer"], at=NOON)
