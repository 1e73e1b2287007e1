"""The declarations themselves: small, honest about what they serve, and evaluated once."""

import inspect
from datetime import date

import pytest

from jiuzhi.core.models import AuditEntry
from jiuzhi.core.records import SYSTEM
from jiuzhi.engine.indicators.evaluate import compute, evaluate
from jiuzhi.engine.indicators.registry import INDICATORS, indicator
from jiuzhi.engine.plan.systems import served, systems
from tests.indicators.conftest import Rows, days

LINES = 25


@pytest.mark.parametrize("declared", INDICATORS.values(), ids=lambda d: d.code)
def test_a_declaration_is_small_and_says_what_a_person_asks(declared) -> None:
    assert len(inspect.getsource(declared.function).splitlines()) <= LINES
    assert all((declared.title, declared.standard, declared.formula, declared.missing))
    assert set(declared.serves) <= {s.id for s in systems()}


def test_served_systems_name_the_indicator() -> None:
    assert any(s.code == "water.national_compliance" for s in served()["SYS-055"])


def test_a_code_is_declared_once() -> None:
    kept = dict(INDICATORS)
    with pytest.raises(ValueError, match="declared twice"):
        indicator(
            "air.pm25_mean",
            "x",
            unit="",
            better="up",
            table="air_day",
            serves=[],
            standard="",
            formula="",
            missing="",
        )(lambda _: None)
    assert kept == INDICATORS


def test_evaluating_twice_changes_nothing_and_leaves_no_trace(county) -> None:
    source = Rows(air_day=days(date(2025, 1, 1), date(2025, 12, 31), lambda d: 15))
    assert evaluate(county, date(2026, 1, 31), actor=SYSTEM, source=source) > 0
    before = AuditEntry.objects.count()
    assert evaluate(county, date(2026, 1, 31), actor=SYSTEM, source=source) == 0
    assert AuditEntry.objects.count() == before


def test_simulated_rows_make_a_simulated_value(county) -> None:
    rows = [
        r | {"synthetic": r["day"].day == 1} for r in days(date(2025, 1, 1), date(2025, 12, 31), lambda d: 15)
    ]
    evaluate(county, date(2026, 1, 31), actor=SYSTEM, source=Rows(air_day=rows))
    assert all(v.synthetic for v in county.computed_values.filter(period="2025"))


def test_looking_back_does_not_take_away_what_is_known(county) -> None:
    source = Rows(air_day=days(date(2025, 1, 1), date(2026, 6, 30), lambda d: 15))
    evaluate(county, date(2026, 6, 30), actor=SYSTEM, source=source)
    assert evaluate(county, date(2026, 3, 31), actor=SYSTEM, source=source) == 0
    assert county.computed_values.get(indicator="air.pm25_mean", period="2026").data_to == date(2026, 6, 30)
    assert compute(county, date(2026, 3, 31), source=source)["air.pm25_mean", "2026"].data_to == date(
        2026, 3, 31
    )
    assert evaluate(county, date(2026, 3, 31), actor=SYSTEM, source=source, back=True) > 0
