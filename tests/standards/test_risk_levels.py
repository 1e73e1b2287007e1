"""Classes of radioactive sources and risk levels of enterprises: on their borders, against the catalogue's worked values."""

from decimal import Decimal

import pytest

from jiuzhi.science.standards import enterprise_risk, radiation, tables


@pytest.mark.parametrize(
    ("nuclide", "activity", "expected"),
    [
        ("Co-60", "3E11", "Ⅱ类"),
        ("Co-60", "299900000000", "Ⅲ类"),
        ("Ir-192", "8E13", "Ⅰ类"),
        ("Am-241", "5.9E8", "Ⅴ类"),
        ("Cs-137", "9999", radiation.EXEMPT),
        ("Kr-85", "1E12", None),
    ],
)
def test_source_class(nuclide: str, activity: str, expected: str | None) -> None:
    assert radiation.source_class(nuclide, Decimal(activity)) == expected


def test_bounds_fall_from_class_to_class() -> None:
    for row in tables.rows("radiation_source_classes"):
        bounds = [Decimal(row[f"class_{n}_Bq"]) for n in range(1, 6)]
        assert bounds == sorted(bounds, reverse=True), row["nuclide"]


@pytest.mark.parametrize(
    ("q", "m", "e", "expected", "said"),
    [
        ("0.9999", None, "", "一般", "一般-水(Q0)"),
        ("1", 24, "E1", "较大", "较大-水(Q1-M1-E1)"),
        ("1.3", 25, "E3", "一般", "一般-水(Q1-M2-E3)"),
        ("10", 44, "E2", "较大", "较大-水(Q2-M2-E2)"),
        ("10", 45, "E2", "重大", "重大-水(Q2-M3-E2)"),
        ("100", 64, "E2", "重大", "重大-水(Q3-M3-E2)"),
        ("99.9", 65, "E3", "重大", "重大-水(Q2-M4-E3)"),
        ("2", None, "E1", None, "待定-水(Q1)"),
        ("2", 30, "", None, "待定-水(Q1-M2-待定)"),
    ],
)
def test_level_of_a_path(q: str, m: int | None, e: str, expected: str | None, said: str) -> None:
    assert enterprise_risk.path_level(Decimal(q), m, e) == expected
    assert enterprise_risk.notation("水", Decimal(q), m, e) == said


def test_the_higher_path_counts_and_a_penalty_lifts_it_once() -> None:
    assert enterprise_risk.overall(("一般", "较大"), False) == "较大"
    assert enterprise_risk.overall(("一般", "一般"), True) == "较大"
    assert enterprise_risk.overall(("重大", "一般"), True) == "重大"


def test_levels_do_not_fall_when_quantity_or_process_points_grow() -> None:
    order = enterprise_risk.LEVELS.index
    rows = {
        (r["sensitivity"], r["quantity"]): [order(r[f"M{n}"]) for n in range(1, 5)]
        for r in tables.rows("enterprise_risk_levels")
    }
    assert len(rows) == 9
    for (e, quantity), levels in rows.items():
        assert levels == sorted(levels)
        above = rows.get((e, f"Q{int(quantity[1]) + 1}"))
        assert above is None or all(a >= b for a, b in zip(above, levels, strict=True))
