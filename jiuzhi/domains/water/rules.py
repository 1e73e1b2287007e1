"""Alarms of the water domain."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from jiuzhi.engine.observe.properties import EVERY, factor
from jiuzhi.engine.reports.words import plain
from jiuzhi.engine.rules.declare import Finding, Threshold, rule, watch
from jiuzhi.engine.rules.look import Look
from jiuzhi.master.models import Station
from jiuzhi.science.standards import drinking_source, sewage, water

from . import works_limits
from .outlook import Outlook, year_end


@rule(
    "water.section_exceeds", "断面水质低于考核类别", severity="high", cause="水质", every="day", fire=1, clear=2,
    standard="GB 3838-2002", basis="环办〔2011〕22号", grade="T", opens="exceedance", why="月评价类别劣于考核目标",
    fix="核对监测数据，排查上游排污口，点名责任河段", tells=("monitoring", "plan_officer", "leader"), serves=["SYS-045", "SYS-055"],
)  # fmt: skip
def section_exceeds(look: Look) -> Iterator[Finding]:
    for station in look.stations("river", "lake"):
        months = [
            r for r in look.table("water_month", station=station.code) if r["month"] < f"{look.today:%Y-%m}"
        ]
        if months and months[-1]["met"] is False:
            last = months[-1]
            yield Finding(
                f"section:{station.code}", str(station), f"{last['month']} 为{last['class']}类，考核{last['target']}类；{last['exceeding']}",
                station=station.code, point=(station.lon, station.lat), place=str(station), basis=last["edition"],
                rows=[{"table": ["water_month", {"station": station.code}]}], synthetic=last["synthetic"],
            )  # fmt: skip


@rule(
    "water.eflow_low", "生态流量不足", severity="high", cause="生态流量", every="hour", fire=2, clear=4, quiet="",
    params={"hours": (2, "看最近几小时的均值", "h")}, why="下泄流量小于核定生态流量", fix="电话联系放水责任人，看视频，补泄",
    tells=("monitoring", "unit", "duty"), serves=["SYS-069"],
)  # fmt: skip
def eflow_low(look: Look) -> Iterator[Finding]:
    exempt = {e.point_id for e in look.register("water.flowexemption") if e.start <= look.today <= e.end}
    for point in look.register("water.flowpoint"):
        if point.state != "在运" or point.pk in exempt:
            continue
        seen = look.line(point.code, "flow", "hour", timedelta(hours=int(look.param("hours"))))
        values = [p.value for p in seen if p.value is not None]
        mean = sum(values, Decimal(0)) / len(values) if values else None
        if mean is not None and mean < point.approved:
            yield Finding(
                f"record:water.flowpoint:{point.pk}", point.name, "小时均值小于核定流量", value=mean, limit=point.approved, unit="m3/s",
                org=point.org, point=(point.lon, point.lat), basis=point.approved_by,
                rows=[{"record": ["water.flowpoint", point.pk]}], synthetic=any(p.synthetic for p in seen),
            )  # fmt: skip


@watch(
    "water.auto_exceeds", "自动站水质超考核类别", severity="high", cause="水质", fire=3, clear=6, gap=timedelta(hours=13), quiet="",
    standard="GB 3838-2002", basis="表 1；连续 3 个 4 小时值（本县可调）", grade="T", why="自动站单因子劣于考核类别", opens="exceedance",
    fix="现场核实并留样，排查上游排口、降雨和施工", tells=("monitoring", "duty"), serves=["SYS-039", "SYS-055"],
)  # fmt: skip
def auto_exceeds(look: Look) -> Iterator[Threshold]:
    for station in look.stations("river", "lake"):
        target = water.class_number(station.target_class) if station.target_class else None
        for item in _AUTOMATIC if target else ():
            limit = water.target_limit(item, target, is_lake=station.kind == "lake")
            if limit is not None:
                name = f"{station} {item}"
                yield Threshold(
                    station.code,
                    item,
                    "4h",
                    [(limit, 0)],
                    name,
                    "mg/L",
                    below=item == "DO",
                    synthetic=station.synthetic,
                )


_AUTOMATIC = ("CODMn", "NH3N", "TP", "DO")  # what automatic stations measure of table 1


@rule(
    "water.single_factor", "断面单因子超标", severity="mid", cause="水质", every="day", clear=2, quiet="20-8", standard="GB 3838-2002",
    basis="表 1；超标倍数按环办〔2011〕22号", grade="T", why="最近一次采样或最近一个月的项目浓度超过考核类别限值",
    fix="核对监测数据，按超标项目排查上游排口和面源", tells=("monitoring",), serves=["SYS-045", "SYS-055"],
)  # fmt: skip
def single_factor(look: Look) -> Iterator[Finding]:
    for station in look.stations("river", "lake"):
        target, (when, row) = water.class_number(station.target_class), _newest(look, station)
        is_lake = station.kind == "lake"
        for one in water.exceeding(_values(row), target=target, is_lake=is_lake) if target else ():
            times = f"，超标 {water.multiple_text(one.multiple)} 倍" if one.multiple is not None else ""
            yield Finding(
                f"section:{station.code}:{one.item}", f"{station} {one.name}", f"{when}为{water.class_name(one.number)}类{times}",
                value=row[one.item], limit=water.target_limit(one.item, target, is_lake=is_lake), unit=EVERY[one.item].unit,
                station=station.code, place=str(station), rows=[{"table": ["water_month", {"station": station.code}]}],
                synthetic=row["synthetic"], point=(station.lon, station.lat),
            )  # fmt: skip


def _newest(look: Look, station: Station) -> tuple[str, dict[str, Any]]:
    """What is newest of a section, the last sample taken by hand or the last whole month, in words and as a row; ("", {}) without any."""
    samples = [
        r
        for r in look.table("water_sample", station=station.code)
        if r["kind"] == "sample" and r["day"] <= look.today
    ]
    months = [r for r in look.table("water_month", station=station.code) if r["month"] < f"{look.today:%Y-%m}"]  # fmt: skip
    since = look.today - timedelta(days=366)  # what is older says nothing of today
    samples = [r for r in samples if r["day"] >= since]
    months = [r for r in months if r["month"] >= f"{since:%Y-%m}"]
    if samples and (not months or samples[-1]["month"] >= months[-1]["month"]):
        return f"{samples[-1]['day']} 采样", samples[-1]
    return (f"{months[-1]['month']} 月均值", months[-1]) if months else ("", {})


def _values(row: dict[str, Any]) -> dict[str, Decimal]:
    return {item: row[item] for item in water.CLASS_ITEMS if row.get(item) is not None}


@rule(
    "water.section_at_risk", "断面年均水质有超考核类别的风险", severity="low", cause="水质预测", every="day", clear=3, quiet="20-8",
    params={"share": (90, "年均预计占限值的百分之几起关注", "%")}, why="按已有月份和余下月份的预计，年均浓度将超过考核类别限值",
    fix="看余下各月允许的均值，提前安排上游减排、调度和加密监测", tells=("monitoring", "plan_officer"), serves=["SYS-055"],
)  # fmt: skip
def section_at_risk(look: Look) -> Iterator[Finding]:
    """The year's mean is reckoned as in `outlook.year_end`: months measured, and for those left the mean of the same months of three years (or of
    the newest three months). Beyond the limit it fires; from the share on it holds."""
    for station in look.stations("river", "lake"):
        target = water.class_number(station.target_class)
        months = [
            r for r in look.table("water_month", station=station.code) if r["month"] < f"{look.today:%Y-%m}"
        ]
        listed = year_end(months, look.today.year, target, is_lake=station.kind == "lake") if target else []
        if listed and listed[0].share * 100 >= look.param("share"):
            worst = listed[0]
            yield Finding(
                f"section:{station.code}:outlook", f"{station} {water.ITEM_NAMES[worst.item]}", _foretold(worst), value=worst.mean, limit=worst.limit,
                unit="mg/L", station=station.code, place=str(station), rows=[{"table": ["water_month", {"station": station.code}]}],
                synthetic=any(r["synthetic"] for r in months), point=(station.lon, station.lat), holds=not worst.missed,
            )  # fmt: skip


def _foretold(one: Outlook) -> str:
    bound, way = ("不低于", "低于") if one.item == "DO" else ("不高于", "超过")
    room = f"余下各月均值须{bound} {one.rest:.3f} mg/L" if one.rest > 0 else "余下月份已无法挽回"
    state = f"预计年均 {one.mean:.3f} mg/L，{way if one.missed else '接近'}限值；{room}"
    return (
        f"{state}。算法：{one.known} 个月实测，余下 {one.left} 个月取近三年同月均值，没有的取最近三个月均值"
    )


@rule(
    "water.auto_jump", "自动站数值突变", severity="mid", cause="水质突变", every="hour", clear=6, quiet="22-7",
    params={"times": (2, "超过中位数的倍数", "倍"), "hours": (168, "中位数取多少小时", "h")},
    why="连续两个值超过近期中位数的数倍", fix="核对仪器；看上游排口、降雨和施工，必要时留样", tells=("monitoring", "duty"), serves=["SYS-039"],
)  # fmt: skip
def auto_jump(look: Look) -> Iterator[Finding]:
    for station in look.stations("river", "lake"):
        for item in _JUMPING:
            seen = _automatic(look, station, item) if item in look.newest.get(station.code, {}) else []
            if len(seen) < _LEAST + 2:
                continue
            usual = median(p.value for p in seen[:-2])
            if min(p.value for p in seen[-2:]) > usual * look.param("times") and usual > 0:
                yield Finding(
                    f"series:{station.code}:{item}:jump", f"{station} {EVERY[item].title}", f"近期中位数 {plain(usual)}，连续两个值超过其 {plain(look.param('times'))} 倍",
                    value=seen[-1].value, limit=usual * look.param("times"), unit=EVERY[item].unit, station=station.code, place=str(station),
                    point=(station.lon, station.lat), rows=[{"label": "近期中位数", "value": plain(usual)}], synthetic=seen[-1].synthetic,
                )  # fmt: skip


_JUMPING = ("TP", "NH3N", "conductivity", "w20124")
_LEAST = 12  # values a median rests on


def _automatic(look: Look, station: Station, item: str) -> list[Any]:
    """The usable 4-hour values, else hourly ones, of the time a median is taken over; they must reach into the last day."""
    back = timedelta(hours=int(look.param("hours")))
    seen = look.line(station.code, item, "4h", back) or look.line(station.code, item, "hour", back)
    return seen if seen and look.now - seen[-1].time < timedelta(days=1) else []


# --- drinking-water sources ---


@rule(
    "water.source_exceeds", "饮用水水源水质超标", severity="critical", cause="水源", every="hour", clear=2, standard="GB 3838-2002",
    basis="表 1 Ⅲ类（化学需氧量不参评，未核实）；表 2、表 3 的 85 项中有数据代码的 14 项", grade="M", why="水源地最近一次监测有项目超过Ⅲ类或补充、特定项目限值",
    fix="通知水厂和卫生健康部门，切换备用水源，加密监测，查明来源", tells=("monitoring", "duty", "leader"), opens="exceedance", serves=["SYS-072"],
)  # fmt: skip
def source_exceeds(look: Look) -> Iterator[Finding]:
    for source in look.register("water.source"):
        station = (
            look.station(source.code)
            if source.state in ("在用", "备用") and source.kind != "地下水"
            else None
        )
        when, row = _newest(look, station) if station else ("", {})
        judged = (
            drinking_source.judge_source(
                _values(row) | _special(look, station), is_lake=source.kind == "湖库"
            )
            if station
            else None
        )
        if judged and judged.met is False:
            yield Finding.of(
                source, f"{when or '最近监测'}：{'、'.join(judged.beyond)}超标", station=station.code,
                rows=[{"record": ["water.source", source.pk]}, {"table": ["water_sample", {"station": station.code}]}],
                synthetic=source.synthetic or bool(row.get("synthetic")),
            )  # fmt: skip


def _special(look: Look, station: Station) -> dict[str, Decimal]:
    """The newest samples of tables 2 and 3 by name, in the unit of the table. Not detected is not beyond."""
    found, had = {}, look.items(station.code)
    for item, limit in drinking_source.source_limits().items():
        code = _SPECIAL.get(item, "")
        seen = look.line(station.code, code, "sample", timedelta(days=366)) if code in had else []
        by = factor(EVERY[code], limit.unit) if seen else None
        if by and seen[-1].value is not None and seen[-1].qualifier != "<":
            found[item] = seen[-1].value / by
    return found


# HJ 212 names some items otherwise than the tables do. Items of the tables without a code here are not judged.
_SPECIAL = {EVERY[code].title: code for code in EVERY if code.startswith("w")} | {
    "铁": "w20125", "锰": "w20124", "镍": "w20121", "铍": "w20127", "苯并[a]芘": "w25043",
}  # fmt: skip


@rule(
    "water.source_gap", "水源地没有按期监测", severity="mid", cause="水源", every="day", quiet="20-8",
    params={"grace": (10, "逾期多少天起算", "天")}, why="超过监测频次规定的间隔没有新的采样结果", fix="补测并录入；停止监测的写明原因",
    tells=("monitoring",), serves=["SYS-072"],
)  # fmt: skip
def source_gap(look: Look) -> Iterator[Finding]:
    for source in look.register("water.source"):
        station, days = look.station(source.code), _EVERY.get(source.monitoring)
        samples = [
            r["day"]
            for r in look.table("water_sample", station=source.code)
            if r["kind"] == "sample" and r["day"] <= look.today
        ]
        if station is None or days is None or source.state != "在用" or not samples:
            continue  # nothing ever came in here: the source is watched elsewhere
        if (look.today - samples[-1]).days > days + look.param("grace"):
            yield Finding.of(source, f"最近一次采样 {samples[-1]}，应{source.monitoring}一次")


_EVERY = {"每月": 31, "每季": 92, "每半年": 184, "每年": 366}


# --- outlets and sewage works ---


@watch(
    "water.plant_exceeds", "污水处理厂出水日均值超标", severity="high", cause="排放", clear=3, gap=timedelta(days=3), quiet="20-8",
    standard="GB 18918-2002", basis="表 1—3，按日均值；2026-03-01 修改单只见到开头", grade="M", opens="exceedance",
    why="出水日均值超过执行标准", fix="查进水、工艺和仪器；依法留样、报告，必要时减量或停排", tells=("monitoring", "enforcement", "unit"),
    serves=["SYS-059", "SYS-273"],
)  # fmt: skip
def plant_exceeds(look: Look) -> Iterator[Threshold]:
    """GB 18918 judges the mean of a day (a mixed sample of 24 hours): the ``day`` values of an instrument. Ammonia nitrogen by the water's
    temperature of that day. Where works share an outlet the strictest bound holds."""
    strictest: dict[str, Threshold] = {}
    day = look.today - timedelta(days=1)  # a daily mean comes in after its day
    for plant in look.register("water.plant"):
        grade = plant.standard.removeprefix("GB 18918-2002 ") if plant.state in ("运行", "间歇") else ""
        for station in works_limits.outlets(look, plant) if grade in sewage.GRADES else ():
            warm = works_limits.temperature(look, station)
            for item in sewage.ITEMS:
                for one in works_limits.bounds(station, item, grade, day, warm, plant):
                    held, limit = strictest.get(one.subject), one.limits[0][0]
                    if held is None or (
                        limit > held.limits[0][0] if one.below else limit < held.limits[0][0]
                    ):
                        strictest[one.subject] = one
    yield from strictest.values()


@rule(
    "water.outlet_overdue", "排污口整治逾期", severity="mid", cause="排污口", every="day", quiet="20-8", why="计划完成日期已过，排污口没有销号",
    fix="催办责任单位；确需延期的写明理由并报批", tells=("unit", "enforcement"), serves=["SYS-052", "SYS-075"],
)  # fmt: skip
def outlet_overdue(look: Look) -> Iterator[Finding]:
    for outlet in look.register("water.outlet"):
        if (
            outlet.plan_end
            and outlet.plan_end < look.today
            and outlet.state in ("整治中", "待验收")
            and not outlet.closed_on
        ):
            yield Finding.of(
                outlet, f"应于 {outlet.plan_end} 完成，现为{outlet.state}", point=(outlet.lon, outlet.lat)
            )


@rule(
    "water.mine_exceeds", "关闭煤矿涌水超标", severity="high", cause="矿井涌水", every="day", clear=2, quiet="20-8", standard="GB 20426-2006",
    grade="M", why="最近一次采样有项目超过煤炭工业排放限值（未核实）", fix="停排或应急处理，通知下游断面和水厂，加密监测",
    tells=("monitoring", "enforcement", "unit"), serves=["SYS-062"],
)  # fmt: skip
def mine_exceeds(look: Look) -> Iterator[Finding]:
    newest = {s.point_id: s for s in sorted(look.register("water.minesample"), key=lambda s: s.sampled_on)}
    for sample in newest.values():
        if sample.point.mineral == "煤":
            for name, said, limit in sample.COAL:
                value = getattr(sample, name)
                if value is not None and value > limit:
                    yield Finding.of(
                        sample.point, f"{sample.sampled_on} 采样", subject=f"record:water.mineinflow:{sample.point_id}:{name}",
                        name=f"{sample.point} {said}", place=str(sample.point), value=value, limit=Decimal(limit), unit="mg/L", synthetic=sample.synthetic,
                        rows=[{"record": ["water.minesample", sample.pk]}],
                    )  # fmt: skip


@rule(
    "water.outlet_silent", "排污口长期没有采样", severity="low", cause="排污口", every="day", quiet="20-8",
    params={"days": (180, "多少天没有采样", "天")}, why="日常监管的排污口超过规定时间没有采样", fix="安排补测，登记采样日期", tells=("monitoring",), serves=["SYS-052"],
)  # fmt: skip
def outlet_silent(look: Look) -> Iterator[Finding]:
    for outlet in look.register("water.outlet"):
        last = outlet.last_sample_on
        if outlet.state in ("已监测", "日常监管") and (
            last is None or (look.today - last).days > look.param("days")
        ):
            yield Finding.of(outlet, f"最近采样 {last or '没有'}", point=(outlet.lon, outlet.lat))


@rule(
    "water.plant_stopped", "污水处理厂（站）停运", severity="high", cause="污水处理", every="day", quiet="20-8",
    params={"days": (5, "最近一个月停了几天起算", "天")}, why="登记为停运，或最近一个月报的运行天数明显少于当月天数", fix="查停电、堵塞、设备故障和缺运维经费；停运要事先报告，安排应急抽排",
    tells=("unit", "enforcement"), serves=["SYS-059", "SYS-273", "SYS-181"],
)  # fmt: skip
def plant_stopped(look: Look) -> Iterator[Finding]:
    newest = {m.plant_id: m for m in sorted(look.register("water.plantmonth"), key=lambda m: m.period)}
    for plant in look.register("water.plant"):
        month = newest.get(plant.pk)
        stood = 0
        if month is not None and month.days_run is not None and plant.state == "运行":
            stood = monthrange(int(month.period[:4]), int(month.period[5:]))[1] - month.days_run
        if plant.state == "停运" or stood >= look.param("days"):
            yield Finding.of(plant, f"{month.period} 停运 {stood} 天" if stood else "登记为停运")


@rule(
    "water.source_risk_late", "水源地风险源整改逾期", severity="high", cause="水源", every="day", quiet="20-8", why="保护区内风险源的整改期限已过，没有完成",
    fix="催办责任单位；一、二级保护区内的排污口依法取缔", tells=("unit", "enforcement", "leader"), serves=["SYS-072"],
)  # fmt: skip
def source_risk_late(look: Look) -> Iterator[Finding]:
    for risk in look.register("water.sourcerisk"):
        if risk.due and risk.due < look.today and not risk.done_on:
            yield Finding.of(risk, f"{risk.zone}{risk.kind}，应于 {risk.due} 完成")
