"""Reported values: every behaviour is seen, the path is respected, nothing pretends to be real."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from jiuzhi.core.models import Org
from jiuzhi.engine.plan.models import Commitment, Plan
from jiuzhi.science.statistics.attainment import Point, judge
from simulate import Promise, read_stations, reported_rows, reported_values, write_reported

AS_OF = date(2026, 10, 31)
PROMISES = [
    Promise(f"C{i:03d}{kind}", Decimal(value), 2030, kind, better, unit, base)
    for i in range(40)
    for value, kind, better, unit, base in [
        ("95", "reach", "up", "%", Decimal("93")),
        ("20", "hold", "down", "微克/立方米", Decimal("15.6")),
        ("53", "cumulative", "up", "个", None),
        ("50", "reach", "up", "%", None),
        ("10", "growth", "up", "%", Decimal("1.5")),
    ]
]


def test_same_seed_same_values():
    assert reported_rows("500229", PROMISES, AS_OF) == reported_rows("500229", PROMISES, AS_OF)
    assert reported_rows("500229", PROMISES, AS_OF) != reported_rows("500240", PROMISES, AS_OF)


def test_a_later_day_adds_and_never_changes_complete_years():
    before = {
        (r.commitment, r.period): r.value
        for r in reported_rows("500229", PROMISES, AS_OF)
        if r.period < "2026"
    }
    after = {(r.commitment, r.period): r.value for r in reported_rows("500229", PROMISES, date(2028, 6, 1))}
    assert before
    assert before.items() <= after.items()


def test_all_five_states_are_seen():
    """Judged by the product's own rule, with the values a unit would have reported."""
    states = set()
    year_end = date(2026, 12, 31)
    rows = reported_rows("500229", PROMISES, year_end)
    for promise in PROMISES:
        points = [Point(r.period, r.value) for r in rows if r.commitment == promise.code]
        verdict = judge(
            promise.kind, promise.better, ">=" if promise.better == "up" else "<=", promise.value, promise.year,
            promise.baseline, 2025 if promise.baseline is not None else None, points, year_end, start=2026, unit=promise.unit,
        )  # fmt: skip
        states.add(str(verdict.state))
    assert states == {"met", "on_track", "late", "badly_late", "no_data"}


def test_values_are_possible_and_marked():
    rows = reported_rows("500229", PROMISES, AS_OF)
    units = {p.code: p.unit for p in PROMISES}
    for row in rows:
        assert row.value >= 0
        assert "模拟" in row.note
        assert row.period <= "2026"
        if units[row.commitment] == "%":
            assert row.value <= 100


def test_some_are_silent_some_late_some_kept():
    codes = {p.code for p in PROMISES}
    told = {r.commitment for r in reported_rows("500229", PROMISES, AS_OF)}
    assert 0.5 < len(told) / len(codes) < 0.95
    goals = [p for p in PROMISES if p.kind == "hold"]
    now = {r.commitment: r.value for r in reported_rows("500229", goals, AS_OF) if r.period == "2026"}
    assert any(v > 20 for v in now.values())
    assert sum(v <= 20 for v in now.values()) > len(now) / 2


def test_csv_opens_in_excel(tmp_path):
    rows = reported_rows("500229", PROMISES[:8], AS_OF)
    write_reported(rows, tmp_path / "v.csv")
    assert (tmp_path / "v.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "v.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [r["commitment"] for r in csv.DictReader(file)] == [r.commitment for r in rows]


def test_stations_file_without_columns_is_refused(tmp_path):
    path = tmp_path / "stations.csv"
    path.write_text("code,name\n1,a\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"stations\.csv.*kind、level"):
        read_stations(path)


@pytest.mark.django_db
def test_records_of_a_loaded_plan():
    city = Org.objects.create(code="500000", name="重庆市", kind="city")
    county = Org.objects.create(code="500229", name="城口县", kind="county", parent=city)
    plan = Plan.objects.create(
        county=county, title="规划", status="final", version=1, period_start=2026, period_end=2030,
        document_name="x.txt", sha256="0" * 64, loaded_at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    for i in range(30):
        Commitment.objects.create(
            plan=plan, code=f"C{i}", name=f"指标{i}", unit="%", kind="target", comparator=">=", value=Decimal(90), year=2030,
            indicator="air.pm25_mean" if i == 0 else "", start=i,
        )  # fmt: skip
    values = reported_values(plan, AS_OF)
    assert values
    assert all(v.synthetic for v in values)
    assert "C0" not in {v.commitment.code for v in values}  # a measured one is never reported
    assert {v.status for v in values} <= {"approved", "submitted"}
    for value in values:
        value.full_clean(exclude=["reported_by"])
        value.save()  # one approved value per commitment and period holds


def test_a_series_is_as_fine_as_its_baseline():
    """人均公园绿地面积 15.6 → 16 平方米: between a whole target and a baseline with a decimal stand values with one."""
    goals = [Promise(f"G{n}", Decimal(16), 2030, unit="平方米", baseline=Decimal("15.6")) for n in range(30)]
    values = [r.value for r in reported_rows("500229", goals, AS_OF)]
    assert values
    assert {-int(v.as_tuple().exponent) for v in values} == {1}
    assert any(v != v.to_integral_value() for v in values)
