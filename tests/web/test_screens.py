"""What the screens say of figures: units of a change, classes as numerals, whose data they are, what is held, in both languages."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from jiuzhi.interfaces.web import closed, present
from jiuzhi.science.statistics.wording import apart, figure, say


def test_a_water_class_is_a_numeral_everywhere():
    assert say(Decimal(2), "类") == "Ⅱ类"
    assert say(Decimal("6"), "类") == "劣Ⅴ类"
    assert figure(Decimal("2.000000"), "类") == "Ⅱ"
    assert figure(Decimal("2"), "个") == "2"
    assert say(Decimal("2.5"), "类") == "2.5 类"  # a mean of classes is no class
    assert apart(Decimal(1), "类") == "1 个类别"
    assert present.graded(Decimal(3), "类") == "Ⅲ类"
    assert present.unit("类") == ""


@pytest.mark.parametrize(
    ("unit", "kind", "said"),
    [
        ("%", "reach", "个百分点"),
        ("%", "growth", "%"),
        ("类", "reach", "个类别"),
        ("微克/立方米", "hold", "μg/m³"),
        ("处", "cumulative", "处"),
    ],
)
def test_a_change_has_the_unit_of_a_change(unit, kind, said):
    assert present.change_unit(unit, kind) == said


def test_the_short_sign_of_ozone_is_printed_as_the_standards_do():
    assert present.property_name("O3_8h") == "臭氧8小时"
    assert present.property_name("O3") == "臭氧 O3"
    assert present.printed("O3_8h") == "O3-8h"


def test_words_of_closed_lists_in_the_readers_language():
    assert [closed.word("治水"), closed.goal("≤20 μg/m³"), closed.period("2026年至今")] == [
        "治水",
        "≤20 μg/m³",
        "2026年至今",
    ]
    with translation.override("en"):
        assert closed.word("治水") == "Water"
        assert closed.word("县水利局") == "县水利局"  # what the county wrote stays
        assert closed.goal("累计 ≥53 个") == "in all ≥53 items"
        assert closed.goal("10 万亩") == "10 ×10⁴ mu"
        assert closed.goal("年均 10%") == "a year on average 10%"
        assert closed.goal("市级下达") == "assigned by the municipality"
        assert closed.goal("持续提升") == "持续提升"
        assert closed.unit("平方米/人") == "m²/people"
        assert closed.unit("7 天外") == "7 天外"
        assert closed.period("2026年至今") == "2026 so far"
        assert closed.period("2026年10月") == "2026-10"
        assert present.property_name("SO2") == "Sulphur dioxide SO2"
        assert present.change_unit("%") == "percentage points"


def test_english_pages_name_domains_and_states_in_english(officer, plan):
    officer.cookies["django_language"] = "en"
    page = officer.get("/county/500229/").content.decode()
    assert ">Water<" in page
    assert "治水" not in page


def test_the_commitment_page_gives_every_figure_its_unit(officer, plan):
    from jiuzhi.engine.indicators.models import Judgement

    record = plan.commitments.filter(kind="target", unit="%").first()
    said = {"slope_needed": "1.5", "slope_seen": "-0.4", "kind": "reach"}
    Judgement.objects.filter(commitment=record).update(expected=Decimal("91"), forecast=said)
    page = officer.get(f"/county/500229/commitments/{record.pk}/").content.decode()
    assert page.count("<small>个百分点</small>") == 2
    assert '<span title="91">91</span> <small>%</small>' in page


def test_on_a_strict_limit_the_goal_is_said_and_no_change_of_nought(officer, plan):
    from jiuzhi.engine.indicators.models import Judgement

    record = plan.commitments.filter(kind="target", unit="%").first()
    type(record).objects.filter(pk=record.pk).update(comparator="<", value=Decimal(90))
    Judgement.objects.filter(commitment=record).update(
        value=Decimal(90), forecast={"slope_needed": "0", "kind": "reach"}
    )
    page = officer.get(f"/county/500229/commitments/{record.pk}/").content.decode()
    assert "须 &lt;90%" in page
    assert "<small>个百分点</small>" not in page


def test_the_import_page_says_what_is_held_though_no_file_was_imported(
    officer, orgs, stations, tmp_path, monkeypatch
):
    from jiuzhi.interfaces.web import monitoring

    held = {"stations": 2, "first": date(2021, 1, 1), "last": date(2026, 11, 20), "synthetic": True}
    monkeypatch.setattr(monitoring, "holdings", lambda codes: held)
    page = officer.get("/county/500229/imports/").content.decode()
    assert "2 个点位，2021-01-01 至 2026-11-20。" in page
    assert "由演示程序模拟生成" in page
    assert "还没有导入过数据" not in page


def test_what_is_held_is_counted_from_the_lake(officer, measured, tmp_path):
    from jiuzhi.interfaces.web import monitoring

    assert monitoring.holdings(["A1"]) == {}
    measured(tmp_path)
    held = monitoring.holdings(["A1", "重庆市/水寨子"])
    assert held["stations"] == 2
    assert held["synthetic"] is False
    assert held["first"] <= held["last"] == date(2026, 11, 20)


def test_the_table_of_results_is_narrow_and_its_workings_one_link_away(measured, tmp_path, orgs):
    from jiuzhi.engine.plan.board import RowsLink
    from jiuzhi.interfaces.web import rowsource

    measured(tmp_path)
    link = RowsLink("air_day", {"station": "A1"}, date(2026, 11, 20), date(2026, 11, 20))
    narrow, full = (rowsource.assessed_rows(link, orgs.county, full=full) for full in (False, True))
    assert len(narrow.columns) <= 18 < len(full.columns) - 5
    assert "O3-8h\n有效小时" in full.columns
    assert not any("O3_8h" in column for column in full.columns)
    assert not any("有效小时" in column or "修约前" in column for column in narrow.columns)
