"""Rules over registers, on the sample records: whom they name, and that mending clears."""

from datetime import date, datetime, timedelta
from decimal import Decimal as D

from jiuzhi.core import records
from jiuzhi.core.local import LOCAL
from jiuzhi.core.registers import get
from jiuzhi.engine.exchange import samples
from jiuzhi.engine.rules.declare import RULES
from jiuzhi.engine.rules.look import Look

NOW = datetime(2026, 11, 24, 12, tzinfo=LOCAL)


def found(code, county, now=NOW):
    look = Look(county, now)
    return list(RULES[code].function(look.as_(RULES[code])))


# Rule → what the sample records of the two counties are named for, and a change after which the first of them is good.
SAMPLES = {
    "waste.medical_48": ("模拟医院乙（城口） 模拟集中暂存点甲 模拟卫生院乙", {"late": 0}),
    "waste.cell_recheck": ("模拟食品甲厂", {"state": "复核中"}),
    "soil.plot_supplied_early": ("模拟学校扩建地块", {"clear_on": date(2026, 4, 28)}),
    "soil.duty_late": ("模拟企业甲（锰业）|2026|隐患排查回头看|2026-08-31", {"state": "已提交"}),
    "soil.farm_exceeds": ("500229-N-0002 500240-N-0002", {"grade": "未超筛选值"}),
    "countryside.village_fallback": ("模拟村戊", {"state": "已验收", "complaint": False, "overflow": "无"}),
    "countryside.farm_in_ban_zone": ("模拟肉牛养殖户乙", {"state": "关停"}),
    "countryside.ledger_gap": ("模拟蛋鸡养殖场丙", {"scale": "专业户"}),
    "mountain.marker_broken": ("模拟森林公园甲|MNA-0004", {"state": "完好"}),
    "mountain.mine_restore_late": ("模拟钡矿二号 模拟石灰岩矿三号 模拟石灰岩矿二号 模拟砂岩矿三号", {"restore_due_ha": 0}),
    "shore.change_unchecked": ("ZH-L-0001|2026-10-12", {"state": "属实"}),
    "shore.unpermitted": ("ZH-R-0001", {"permit_no": "渝水许可〔2026〕1号"}),
    "plastic.thin_film": ("模拟村己|2026|辣椒普通地膜", {"thickness_mm": D("0.010")}),
    "culture.relic_unpatrolled": ("模拟古墓丙", {"patrolled_on": date(2026, 9, 25)}),
    "culture.open_day_missed": ("模拟监测站开放点", {"opened_on": date(2026, 9, 24)}),
    "water.outlet_overdue": ("模拟集镇散排口 模拟镇级污水站排口", {"state": "日常监管"}),
}  # fmt: skip
# A rule quiet on the sample records, and a change of one of them that it must notice: (register, which record, change).
CHANGED = {
    "waste.plan_late": ("waste.producer", {"site__code": "500229-WASTE-001"}, {"plan_on": date(2025, 3, 20)}),
    "soil.plot_uncontrolled": ("soil.landplot", {"code": "500229-J-001"}, {"hold": False}),
    "soil.measure_missing": ("soil.farmplot", {"code": "500229-N-0003"}, {"category": "安全利用类"}),
    "carbon.grid_late": ("carbon.energyproject", {"code": "500229-NY-901"}, {"grid_due": date(2026, 11, 23)}),
    "carbon.charger_faulty": ("carbon.chargingmonth", {"station__code": "500229-CD-001", "period": "2026-10"}, {"fault_h": 5000}),
    "plastic.weight_odd": ("plastic.filmrecovery", {"village__name": "模拟村乙"}, {"impurity": 0}),
    "culture.relic_danger": ("culture.heritage", {"code": "500229-WH-901"}, {"condition": "差"}),
    "water.mine_exceeds": ("water.minesample", {"point__mineral": "煤", "county__code": "500229"}, {"fe": D("6.001")}),
    "water.outlet_silent": ("water.outlet", {"code": "T500229-0001"}, {"last_sample_on": date(2026, 5, 27)}),
    "water.plant_stopped": ("water.plant", {"site__code": "500229-WATER-001"}, {"state": "停运"}),
    "water.source_risk_late": ("water.sourcerisk", {"source__code": "500229-SY-001"}, {"due": date(2026, 11, 23)}),
}  # fmt: skip


def both(land, code):
    return [f for county in ("500229", "500240") for f in found(code, land[county])]


def test_the_sample_records_are_named_and_mending_clears(land):
    samples.load_samples(records.SYSTEM)
    for code, (names, mend) in SAMPLES.items():
        told = both(land, code)
        assert [f.name for f in told] == [n.replace("|", " ") for n in names.split()], code
        register, pk = told[0].rows[0]["record"]
        get(register).model.objects.filter(pk=pk).update(**mend)
        assert told[0].subject not in {f.subject for f in both(land, code)}, code


def test_what_goes_wrong_is_noticed(land):
    samples.load_samples(records.SYSTEM)
    for code, (register, which, change) in CHANGED.items():
        before = {f.subject for f in both(land, code)}
        changed = get(register).model.objects.filter(**which)
        pk = changed.get().pk
        changed.update(**change)
        after = [f for f in both(land, code) if f.subject not in before]
        assert [f.rows[0]["record"] for f in after] == [[register, pk]], code


def test_borders_of_days(land):
    samples.load_samples(records.SYSTEM)
    relics = get("culture.heritage").model.objects.filter(code="500240-WH-901")
    relics.update(patrolled_on=date(2026, 9, 25))  # sixty days before
    assert found("culture.relic_unpatrolled", land["500240"]) == []
    assert len(found("culture.relic_unpatrolled", land["500240"], NOW + timedelta(days=1))) == 1
    producers = get("waste.producer").model.objects.filter(county=land["500229"])
    producers.update(plan_on=date(2026, 3, 31))
    assert found("waste.plan_late", land["500229"], datetime(2027, 3, 31, 12, tzinfo=LOCAL)) == []
    assert len(found("waste.plan_late", land["500229"], datetime(2027, 4, 1, 12, tzinfo=LOCAL))) == 2
    farm = "模拟生猪养殖场甲"  # its last month is October: 45 days after it is 16 December
    for day, late in ((15, False), (16, True)):
        told = found("countryside.ledger_gap", land["500229"], datetime(2026, 12, day, 12, tzinfo=LOCAL))
        assert (farm in {f.name for f in told}) == late


def test_a_works_that_stood_still_most_of_its_newest_month(land):
    samples.load_samples(records.SYSTEM)
    months = get("water.plantmonth").model.objects.filter(plant__site__code="500229-WATER-001")
    months.filter(period="2026-08").update(days_run=3)  # an older month
    months.filter(period="2026-09").update(days_run=26)  # of thirty days
    assert found("water.plant_stopped", land["500229"]) == []
    months.filter(period="2026-09").update(days_run=25)
    assert [f.text for f in found("water.plant_stopped", land["500229"])] == ["2026-09 停运 5 天"]
