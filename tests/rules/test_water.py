"""Rules of rivers, sources and outlets over values as stations send them."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from jiuzhi.core import records
from jiuzhi.core.local import LOCAL
from jiuzhi.domains.water.models import Outlet, Plant
from jiuzhi.domains.water.outlook import year_end
from jiuzhi.engine.exchange import samples
from jiuzhi.engine.observe import assessed
from jiuzhi.engine.rules import watching
from jiuzhi.engine.rules.declare import RULES
from jiuzhi.engine.rules.look import Look
from jiuzhi.engine.rules.models import Episode
from jiuzhi.master.models import Device, Enterprise, Station
from tests.observe.messages import report, sample, take

D = Decimal
NOW = datetime(2026, 11, 24, 12, tzinfo=LOCAL)


def found(code, county, now=NOW):
    look = Look(county, now)
    return list(RULES[code].function(look.as_(RULES[code])))


@pytest.fixture
def county(land):
    return land["500229"]


@pytest.fixture
def section(county):
    return Station.objects.create(
        code="W1", name="水寨子", kind="river", level="county", county=county, target_class="Ⅱ"
    )


# --- sections ---


def test_one_item_beyond_its_class_is_named_with_its_multiple(county, section):
    take(sample("W1", datetime(2026, 11, 20, 2, tzinfo=LOCAL), TP="0.15", NH3N="0.5", DO="5.5"))
    assessed.refresh(NOW.date())
    told = {f.name: f for f in found("water.single_factor", county)}
    assert set(told) == {"水寨子 总磷", "水寨子 溶解氧"}  # ammonia equals its limit
    assert told["水寨子 总磷"].text == "2026-11-20 采样为Ⅲ类，超标 0.50 倍"
    assert (told["水寨子 总磷"].value, told["水寨子 总磷"].limit) == (D("0.15"), D("0.1"))
    assert told["水寨子 溶解氧"].text == "2026-11-20 采样为Ⅲ类"


def test_a_sample_of_years_ago_says_nothing_of_today(county, section):
    take(sample("W1", datetime(2024, 11, 20, 2, tzinfo=LOCAL), TP="0.15"))
    assessed.refresh(NOW.date())
    assert found("water.single_factor", county) == []


def test_a_newer_month_speaks_instead_of_an_old_sample(county, section):
    take(sample("W1", datetime(2026, 8, 3, 2, tzinfo=LOCAL), TP="0.15"))
    take(*(sample("W1", datetime(2026, 10, n, 2, tzinfo=LOCAL), kind="4h", TP="0.05") for n in range(1, 29)))
    assessed.refresh(NOW.date())
    assert found("water.single_factor", county) == []


def rows(**months):
    return [
        {"month": m.replace("_", "-").removeprefix("m"), "TP": D(v), "synthetic": False}
        for m, v in months.items()
    ]


def test_the_year_is_foretold_by_same_months_of_years_before():
    """0.08 ×9 measured; the months left were 0.12, 0.12 and, in both years known, (0.20 + 0.10) / 2."""
    this = {f"m2026_{n:02d}": "0.08" for n in range(1, 10)}
    before = {"m2025_10": "0.12", "m2025_11": "0.12", "m2025_12": "0.20", "m2024_12": "0.10"}
    (one,) = year_end(rows(**this, **before), 2026, 2)
    assert one.mean == (D("0.72") + D("0.39")) / 12
    assert one.rest == (D("1.2") - D("0.72")) / 3
    assert not one.missed


def test_without_years_before_the_newest_three_months_speak():
    this = {f"m2026_{n:02d}": "0.08" for n in range(1, 7)} | {f"m2026_{n:02d}": "0.14" for n in (7, 8, 9)}
    (one,) = year_end(rows(**this), 2026, 2)
    assert one.mean == (6 * D("0.08") + 6 * D("0.14")) / 12 == D("0.11")
    assert one.missed
    assert one.rest == D("0.1")


@pytest.mark.parametrize("months", [2, 12])
def test_too_few_months_or_none_left_are_not_foretold(months):
    assert year_end(rows(**{f"m2026_{n:02d}": "0.3" for n in range(1, months + 1)}), 2026, 2) == []


@pytest.mark.parametrize(("value", "said"), [("0.12", False), ("0.095", True), ("0.08", None)])
def test_a_section_at_risk_says_how_it_was_reckoned(county, section, value, said):
    take(*(sample("W1", datetime(2026, n, 8, 2, tzinfo=LOCAL), TP=value) for n in range(1, 11)))
    assessed.refresh(NOW.date())
    told = found("water.section_at_risk", county)
    assert [f.holds for f in told] == ([] if said is None else [said])
    if said is False:
        assert (
            told[0].text.startswith("预计年均 0.120 mg/L，超过限值；余下各月均值须不高于 0.000")
            or "无法挽回" in told[0].text
        )
        assert "10 个月实测，余下 2 个月取近三年同月均值" in told[0].text


@pytest.mark.parametrize(
    ("last", "told"), [(["0.21", "0.25"], 1), (["0.05", "0.25"], 0), (["0.2", "0.2"], 0)]
)
def test_two_values_in_a_row_above_twice_the_median_are_a_jump(county, section, last, told):
    values = ["0.1"] * 20 + last
    start = NOW - timedelta(hours=4 * len(values))
    report("W1", "TP", "4h", *((start + timedelta(hours=4 * n), v) for n, v in enumerate(values)))
    assert len(found("water.auto_jump", county)) == told


def test_a_jump_a_week_ago_is_none_now(county, section):
    start = NOW - timedelta(days=6)
    values = ["0.1"] * 20 + ["0.3", "0.3"]
    report("W1", "TP", "4h", *((start + timedelta(hours=4 * n), v) for n, v in enumerate(values)))
    assert found("water.auto_jump", county) == []


# --- sources ---


@pytest.fixture
def source(county):
    samples.load_samples(records.SYSTEM)
    for one in Look(county, NOW).register("water.source"):
        if one.kind == "河流":
            one.monitoring = "每月"
            one.state = "在用"
            records.save(one, records.SYSTEM)
            Station.objects.create(code=one.code, name=one.name, kind="river", level="county", county=county)
            return one
    raise LookupError("no source of a river among the samples")


def test_a_source_is_judged_by_class_3_and_by_tables_2_and_3(county, source):
    take(sample(source.code, datetime(2026, 11, 2, 2, tzinfo=LOCAL), NH3N="1.0", w21007="10.1", w21022="250"))
    assessed.refresh(NOW.date())
    (one,) = found("water.source_exceeds", county)
    assert (
        one.text == "2026-11-02 采样：硝酸盐超标"
    )  # 1.0 mg/L of ammonia and 250 of chloride equal their limits
    assert one.point is None


def test_a_source_not_sampled_in_its_rhythm(county, source):
    take(sample(source.code, datetime(2026, 10, 15, 2, tzinfo=LOCAL), NH3N="0.1"))
    assessed.refresh(NOW.date())
    assert found("water.source_gap", county) == []  # 40 days: a month and ten days of grace are 41
    assert len(found("water.source_gap", county, NOW + timedelta(days=2))) == 1


def test_hourly_values_are_no_sample(county, source):
    take(sample(source.code, datetime(2026, 9, 1, 2, tzinfo=LOCAL), NH3N="0.1"))
    take(sample(source.code, datetime(2026, 11, 23, 2, tzinfo=LOCAL), kind="4h", NH3N="0.1"))
    assessed.refresh(NOW.date())
    assert len(found("water.source_gap", county)) == 1


def test_metals_of_tables_2_and_3_are_known_by_their_instrument_names(county, source):
    take(
        sample(source.code, datetime(2026, 11, 2, 2, tzinfo=LOCAL), w20124="0.5", w20125="0.3", w20121="0.03")
    )
    assessed.refresh(NOW.date())
    (one,) = found("water.source_exceeds", county)
    assert one.text.endswith("锰、镍超标")


# --- sewage works and permits ---


@pytest.fixture
def works(county):
    """The sample works of the county's town with a station at its outlet."""
    samples.load_samples(records.SYSTEM)
    plant = Plant.objects.select_related("outlet", "site").get(county=county, standard="GB 18918-2002 一级A")
    return plant, Station.objects.create(
        code=plant.outlet.code, name="出口", kind="outlet", level="firm", county=county
    )


def limit_of(county, item, now=NOW):
    (one,) = [t for t in found("water.plant_exceeds", county, now) if t.item == item and not t.below]
    return one


def test_a_works_is_watched_by_its_grade_and_by_daily_means(county, works):
    one = limit_of(county, "COD")
    assert (one.kind, one.limits, one.unit) == ("day", [(50, 0)], "mg/L")
    assert one.basis == "GB 18918-2002（含2026年修改单） 表1 一级A"
    assert limit_of(county, "w20127").limits == [(2, 0)]  # 0.002 mg/L in the µg/L of the lake


def test_ammonia_by_the_temperature_of_the_day(county, works):
    assert limit_of(county, "NH3N").basis.endswith("水温>12℃（水温未知）")
    start = datetime(2026, 11, 23, tzinfo=LOCAL)
    report(
        works[1].code,
        "water_temperature",
        "hour",
        *((start + timedelta(hours=n), "11" if n < 13 else "13") for n in range(24)),
    )
    report(
        works[1].code, "water_temperature", "hour", (NOW - timedelta(hours=2), "30")
    )  # today's counts for tomorrow
    assert limit_of(county, "NH3N").limits == [(8, 0)]  # 11.92 ℃
    report(works[1].code, "water_temperature", "day", (start, "12.01"))
    assert limit_of(county, "NH3N").limits == [(5, 0)]


def test_of_two_works_at_one_outlet_the_strictest_bound_holds(county, works):
    other = Plant.objects.filter(county=county).exclude(pk=works[0].pk).first()
    Plant.objects.filter(pk=other.pk).update(
        outlet=works[0].outlet, state="运行", standard="GB 18918-2002 一级B"
    )
    assert limit_of(county, "COD").limits == [(50, 0)]


def test_a_works_that_stopped_is_not_watched(county, works):
    plant = works[0]
    Plant.objects.filter(pk=plant.pk).update(state="停运")
    assert found("water.plant_exceeds", county) == []


def test_a_daily_mean_beyond_its_limit_raises_an_alarm_with_a_case(county, works, monkeypatch):
    watching.watch_new(NOW)
    day = datetime(2026, 11, 23, tzinfo=LOCAL)
    lake_day = {"station": works[1].code, "item": "TP", "kind": "day"}
    from tests.rules.test_watching import arrive

    arrive("0.5", start=day, received=NOW, **lake_day)
    assert watching.watch_new(NOW) == 0
    arrive("0.51", start=day + timedelta(days=1), received=NOW + timedelta(days=1), **lake_day)
    assert watching.watch_new(NOW + timedelta(days=1)) == 1
    alarm = Episode.objects.get()
    assert (alarm.rule, alarm.value, alarm.limit) == ("water.plant_exceeds", D("0.51"), D("0.5"))
    assert alarm.case is not None


@pytest.fixture
def permitted(county):
    """The sample permits with an instrument of the second enterprise at its waste water."""
    samples.load_samples(records.SYSTEM)
    owner = Enterprise.objects.get(uscc="91500229MAGP0002A3")

    def made(code="P-DW", kind="outlet", **more):
        station = Station.objects.create(code=code, name=code, kind=kind, level="firm", county=county)
        device = Device(
            code=f"D{code}",
            name=code,
            protocol="HJ212",
            station=station,
            enterprise=owner,
            org=county,
            **more,
        )
        records.save(device, records.SYSTEM)
        return station

    return made


def test_a_permit_limits_the_daily_mean_of_its_outlet(county, permitted):
    permitted()
    one = next(t for t in found("governance.permit_limit", county) if t.station == "P-DW" and t.item == "COD")
    assert (one.item, one.kind, one.limits) == ("COD", "day", [(50, 0)])
    assert one.basis.startswith("许可证 91500229MAGP0002A3001U DW001；GB 18918-2002")


def test_two_outlets_are_told_apart_by_their_number_or_not_at_all(county, permitted):
    permitted()
    permitted("P-DW2")
    assert [t for t in found("governance.permit_limit", county) if t.station.startswith("P-DW")] == []
    permitted("P-DW001")
    assert {t.station for t in found("governance.permit_limit", county) if "P-DW" in t.station} == {"P-DW001"}


def test_a_permit_that_ran_out_limits_nothing(county, permitted):
    permitted()
    assert [
        t for t in found("governance.permit_limit", county, NOW + timedelta(days=60)) if t.station == "P-DW"
    ] == []


def test_an_outlet_whose_term_is_over(county, works):
    late = {
        o.code
        for o in Outlet.objects.filter(
            county=county, plan_end__lt=date(2026, 11, 24), state__in=("整治中", "待验收"), closed_on=None
        )
    }
    assert late
    assert {f.rows[0]["record"][1] for f in found("water.outlet_overdue", county)} == {
        Outlet.objects.get(code=code).pk for code in late
    }


def test_the_basis_says_how_many_items_of_a_source_are_judged():
    from jiuzhi.domains.water import rules
    from jiuzhi.science.standards import drinking_source

    every = drinking_source.source_limits()
    judged = [item for item in every if rules._SPECIAL.get(item)]
    assert f"{len(every)} 项中有数据代码的 {len(judged)} 项" in RULES["water.source_exceeds"].basis
