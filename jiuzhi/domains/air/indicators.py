"""Indicators of ambient air, over the county's own daily values (mean of the evaluated sites, HJ 663); then those of registers."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal

from jiuzhi.engine.indicators.registry import Inputs, Other, Result, Row, indicator, share
from jiuzhi.engine.observe.assessed.air import UNROUNDED
from jiuzhi.science.standards import air_year
from jiuzhi.science.standards.air_days import minimum
from jiuzhi.science.standards.tables import air_limit, edition_on

HJ663 = "HJ 663-2013（2026-03-01 起 HJ 663-2026，文本未见，暂按 2013 版方法）；有效性 GB 3095 表4"
HJ633 = "HJ 633-2012（至 2026-02-28）、HJ 633-2026（自 2026-03-01），按当日现行版本判定"
ENOUGH = "年至少 324 个有效日、每月至少 27 个（2 月 25 个），不足则全年无值；不插补"


def _known(data: Inputs, item: str) -> list[Decimal]:
    """Daily values before their rounding, because GB/T 8170 forbids rounding twice; as reported where a row holds no other."""
    return [r.get(f"{UNROUNDED}{item}", r[item]) for r in data.rows if r[item] is not None]


def _mean(data: Inputs, item: str) -> Result:
    known = _known(data, item)
    return _figure(data, item, "annual", Decimal(sum(known)) / len(known) if known else None, len(known))


def _figure(
    data: Inputs, item: str, averaging: str, value: Decimal | None, days: int, name: str = "有效日均值"
) -> Result:
    """A statistic of daily values with its validity; short of days, a finished period has no value."""
    short = list(_short(data, item))
    if data.over and short:
        return Result(
            None, "有效数据不足：" + "；".join(short), sufficient=False, inputs=[(name, f"{days} 个")]
        )
    limit = air_limit(item, averaging, day=data.end)
    return Result(
        value, "" if days else "没有有效日值", edition=f"{limit.edition}；HJ 663",
        inputs=[(name, f"{days} 个"), ("数据截至", data.end.isoformat())],
        notes=[f"现行二级限值：{limit.text}", *([f"有效日偏少：{'；'.join(short)}"] if short else [])],
    )  # fmt: skip


def _short(data: Inputs, item: str) -> Iterator[str]:
    """Which requirements of GB 3095 table 4 are not met, in words; of an unfinished year only its finished months."""
    months: dict[int, int] = {}
    for row in data.rows:
        if row[item] is not None:
            months[row["day"].month] = months.get(row["day"].month, 0) + 1
    last = data.end.month if data.over else data.end.month - 1
    for month in range(data.start.month, last + 1):
        need = 25 if month == 2 else minimum("PM2.5", "annual", "daily_means_per_month")
        if months.get(month, 0) < need:
            yield f"{month} 月有效日 {months.get(month, 0)} 个，少于 {need} 个"
    need = minimum("PM2.5", "annual", "daily_means_per_year")
    if data.year_long and data.over and sum(months.values()) < need:
        yield f"全年有效日 {sum(months.values())} 个，少于 {need} 个"


@indicator("air.pm25_mean", "细颗粒物（PM2.5）平均浓度", unit="微克/立方米", better="down", table="air_day", months="mean",
           serves=["SYS-100"], standard=HJ663, formula="县域日均值（参评站点日均值的平均，修约前）的算术平均", missing=ENOUGH)  # fmt: skip
def pm25_mean(data: Inputs) -> Result:
    return _mean(data, "PM2.5")


@indicator("air.pm10_mean", "可吸入颗粒物（PM10）平均浓度", unit="微克/立方米", better="down", table="air_day", months="mean",
           serves=[], standard=HJ663, formula="县域日均值（参评站点日均值的平均，修约前）的算术平均", missing=ENOUGH)  # fmt: skip
def pm10_mean(data: Inputs) -> Result:
    return _mean(data, "PM10")


@indicator("air.o3_p90", "臭氧日最大8小时平均第90百分位数", unit="微克/立方米", better="down", table="air_day", serves=[],
           standard=HJ663, formula="有效日最大8小时平均值由小到大，k＝1＋(n－1)×90%，相邻两值线性内插", missing=ENOUGH)  # fmt: skip
def o3_p90(data: Inputs) -> Result:
    known = _known(data, "O3_8h")
    # HJ 663 sets its day counts for means; the same counts stand in for ozone, and the note says so.
    days = [{**r, "O3": r["O3_8h"]} for r in data.rows]
    found = _figure(
        Inputs(data.county, data.period, data.start, data.end, data.over, days),
        "O3",
        "mda8",
        air_year.percentile(known, 90),
        len(known),
        "有效日最大8小时值",
    )
    found.notes.append("臭氧的年有效日数按颗粒物的要求掌握")
    return found


def _good(rows: list, column: str) -> tuple[int, int]:
    known = [r[column] for r in rows if r[column] is not None]
    return sum(a <= 100 for a in known), len(known)


def _days(data: Inputs, share: bool) -> Result:
    """Good-air days by the law of each day, with both single editions beside it."""
    rows = list(data.rows)
    figures = {
        name: _good(rows, column)
        for name, column in (("law", "aqi"), ("2012", "aqi_2012"), ("2026", "aqi_2026"))
    }
    good, valid = figures["law"]
    if not valid:
        return Result(None, "没有有效日 AQI")
    say = {
        k: Decimal(100 * g) / n if share and n else Decimal(g) if n else None for k, (g, n) in figures.items()
    }
    switch = edition_on("HJ 633", date(2026, 3, 1)).valid_from
    both = data.start < switch <= data.end
    old, new = (
        _good([r for r in rows if r["day"] < switch], "aqi"),
        _good([r for r in rows if r["day"] >= switch], "aqi"),
    )
    span = (
        f"；{switch} 前优良 {old[0]} 天（有效 {old[1]} 天），其后优良 {new[0]} 天（有效 {new[1]} 天）"
        if both
        else ""
    )
    names = sorted({r["edition"] for r in rows if r.get("edition")}) or [edition_on("HJ 633", data.end).name]
    return Result(
        say["law"], edition="、".join(names),
        inputs=[("优良天数", f"{good} 天"), ("有效天数", f"{valid} 天"), ("数据截至", data.end.isoformat())],
        notes=[f"逐日按当日现行版本判定{span}"] + ([_effect(figures)] if both else []),
        others=[Other(f"全部按 HJ 633-{y}", say[y], f"HJ 633-{y}", "同口径比较用，不作考核") for y in ("2012", "2026")],
        sufficient=valid >= minimum("PM2.5", "annual", "daily_means_per_year") or not data.year_long,
    )  # fmt: skip


def _effect(figures: dict[str, tuple[int, int]]) -> str:
    lost = figures["2012"][0] - figures["law"][0]
    return f"仅因换版，优良天数比全部按 2012 版少 {lost} 天" if lost > 0 else "换版没有改变优良天数"


@indicator("air.good_days", "空气质量优良天数", unit="天", better="up", table="air_day", months="sum", accumulates=True, bounds=(0, 366),
           serves=[], standard=HJ633, formula="AQI≤100 的有效天数之和", missing="无效日不计为优良；有效天数列在旁边")  # fmt: skip
def good_days(data: Inputs) -> Result:
    return _days(data, share=False)


@indicator("air.good_rate", "空气质量优良天数比率", unit="%", better="up", table="air_day", months="mean", bounds=(0, 100),
           serves=[], standard=HJ633, formula="100×优良天数÷有效天数", missing="分母只计有效日")  # fmt: skip
def good_rate(data: Inputs) -> Result:
    return _days(data, share=True)


@indicator("air.heavy_days", "重污染天数", unit="天", better="down", table="air_day", accumulates=True, bounds=(0, 366),
           serves=[], standard=HJ633, formula="AQI＞200 的有效天数之和", missing="无效日不计；有效天数列在旁边")  # fmt: skip
def heavy_days(data: Inputs) -> Result:
    known = [r for r in data.rows if r["aqi"] is not None]
    heavy = [r["day"].isoformat() for r in known if r["aqi"] > 200]
    return Result(
        Decimal(len(heavy)), edition=edition_on("HJ 633", data.end).name, notes=heavy[:20],
        inputs=[("重污染天数", f"{len(heavy)} 天"), ("有效天数", f"{len(known)} 天")],
        sufficient=len(known) >= minimum("PM2.5", "annual", "daily_means_per_year"),
    )  # fmt: skip


@indicator("air.composite", "环境空气质量综合指数", unit="", better="down", table="air_day", serves=[],
           standard="环办监测[2018]19号；标准值为时段末日现行二级限值（2026-03-01 起按过渡限值，未核实）",
           formula="六项单项指数之和：SO2、NO2、PM10、PM2.5 取平均，CO 取第95百分位，O3 取第90百分位，各除以标准值", missing=ENOUGH)  # fmt: skip
def composite(data: Inputs) -> Result:
    columns = {p: _known(data, "O3_8h" if p == "O3" else p) for p in air_year.RANKING_ITEMS}
    short = list(_short(data, "PM2.5")) if data.over else []
    if short or not all(columns.values()):
        return Result(None, "有效数据不足：" + ("；".join(short) or "六项不齐"), sufficient=False)
    figures = {
        p: air_year.percentile(v, 95 if p == "CO" else 90) if p in ("CO", "O3") else Decimal(sum(v)) / len(v)
        for p, v in columns.items()
    }
    limits = air_year.ranking_limits(data.end)
    return Result(
        air_year.composite_index({p: round(v, 3) for p, v in figures.items() if v is not None}, day=data.end),
        edition=f"环办监测[2018]19号；{limits['PM2.5'].edition}",
        inputs=[(f"{p} {figures[p]:.1f}÷{limits[p].value}", f"{figures[p] / limits[p].value:.3f}") for p in columns],
    )  # fmt: skip


OLD_STAGES = ("国一前", "国一", "国二")  # what both plans call 国二及以下
GONE = ("已淘汰", "已转出")


@indicator("air.sources_closed", "涉气企业整治完成数", unit="家", better="up", register="air.source", bounds=(0, None), serves=["SYS-076"],
           standard="台账口径：列入整治的企业，按家计", formula="已销号或关停取缔的企业数；完成率列在旁边", missing="没有列入整治的企业时无值；摸排、建档无问题的不计")  # fmt: skip
def sources_closed(data: Inputs) -> Result:
    listed = [r for r in data.rows if r["state"] not in ("摸排", "建档")]
    found = share(listed, lambda r: r["state"] in ("已销号", "关停取缔"), "列入整治的企业", "已完成")
    if found.value is None:
        return found
    done = Decimal(found.inputs[0][1])
    return Result(done, inputs=found.inputs, others=[Other("整治完成率（%）", found.value, "台账口径")])


@indicator("air.dust_video", "建成区大型工地视频在线率", unit="%", better="up", register="air.dustsite", bounds=(0, 100), serves=["SYS-084"],
           standard="规划口径：建成区 5000 平方米及以上工地；在线率 80% 的界线为产品默认", formula="100×视频在线且上月在线率不低于 80% 的工地÷在册的应装视频工地",
           missing="没有应装视频的在册工地时无值；未填在线率的不算在线")  # fmt: skip
def dust_video(data: Inputs) -> Result:
    due = [r for r in data.rows if r["video_due"] and r["state"] not in ("新增", "出册")]
    return share(
        due,
        lambda r: r["video"] == "在线" and (r["video_rate"] or 0) >= 80,
        "应装视频的在册工地",
        "视频在线",
    )


@indicator("air.dust_covered", "扬尘源裸土覆盖率", unit="%", better="up", register="air.dustsite", bounds=(0, 100), serves=["SYS-085"],
           standard="台账口径：按占地面积加权", formula="Σ（占地面积×裸土覆盖率）÷Σ占地面积；未填覆盖率的按 0 计", missing="没有在册扬尘源时无值")  # fmt: skip
def dust_covered(data: Inputs) -> Result:
    listed = [r for r in data.rows if r["state"] not in ("新增", "出册")]
    blank = sum(1 for r in listed if r["covered"] is None)
    inputs = [("在册扬尘源", f"{len(listed)} 处"), ("未填覆盖率", f"{blank} 处")]
    if not listed:
        return Result(None, "没有在册的扬尘源", sufficient=False, inputs=inputs)
    return Result(_weighted(listed, "area", lambda r: r["covered"] or Decimal(0)), inputs=inputs)


def _weighted(rows: Iterable[Row], weight: str, value: Callable[[Row], Decimal]) -> Decimal:
    return sum((r[weight] * value(r) for r in rows), Decimal(0)) / sum((r[weight] for r in rows), Decimal(0))


@indicator("air.bare_done", "城市裸地治理率", unit="%", better="up", register="air.bareland", bounds=(0, 100), serves=["SYS-086"],
           standard="台账口径：按面积计", formula="100×Σ已治理面积÷Σ裸露面积；只有复核通过（已治理、出册）的计入分子，待核实的不计",
           missing="没有核实过的裸地时无值")  # fmt: skip
def bare_done(data: Inputs) -> Result:
    # Struck off without cover: never was bare land.
    known = [r for r in data.rows if r["state"] != "待核实" and (r["state"] != "出册" or r["covered"])]
    area = sum((r["area"] for r in known), Decimal(0))
    done = sum((r["covered"] or Decimal(0) for r in known if r["state"] in ("已治理", "出册")), Decimal(0))
    inputs = [("裸露面积", f"{area} m2"), ("已治理", f"{done} m2"), ("地块", f"{len(known)} 块")]
    if not known:
        return Result(None, "没有核实过的裸地", sufficient=False, inputs=inputs)
    return Result(100 * done / area, inputs=inputs)


@indicator("air.old_machine_out", "淘汰国二及以下非道路移动机械数", unit="台", better="up", register="air.machine", accumulates=True,
           bounds=(0, None), serves=["SYS-083"], standard="规划口径：国二及以下；凭淘汰日期", formula="本年淘汰的国二及以下机械台数；转出的不计，存量列在旁边",
           missing="没有登记机械时无值；农业机械一并计入，台数列出")  # fmt: skip
def old_machine_out(data: Inputs) -> Result:
    old = [r for r in data.rows if r["stage"] in OLD_STAGES]
    out = [r for r in old if r["state"] == "已淘汰" and data.start <= r["scrapped_on"] <= data.end]
    left = [r for r in old if r["state"] not in GONE]
    farm = sum(1 for r in out if r["scope"] == "农业机械")
    inputs = [("本年淘汰", f"{len(out)} 台"), ("其中农业机械", f"{farm} 台"), ("在册存量", f"{len(left)} 台")]
    if not data.rows:
        return Result(None, "没有登记非道路移动机械", sufficient=False, inputs=inputs)
    return Result(
        Decimal(len(out)),
        inputs=inputs,
        others=[Other("国二及以下存量（台）", Decimal(len(left)), "台账口径")],
    )
