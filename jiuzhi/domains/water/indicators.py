"""Indicators of surface water, over the monthly values of the county's sections and lake points."""

from collections.abc import Sequence
from decimal import Decimal

from jiuzhi.engine.indicators.registry import Inputs, Other, Part, Point, Result, Row, indicator, share
from jiuzhi.science.standards import lake, water

METHOD = "GB 3838-2002 表1；环办[2011]22号 2.1（21 项，水温、总氮、粪大肠菌群不参评）"
LEAST_MONTHS = 8  # 环办[2011]22号: a year is the mean of twelve months, not fewer than eight
ANY = "任一应评断面全年不足 8 个月有月值，则全年无值，并写明断面"
ABOVE = ("national", "city")
MINE_DONE = ("验收", "长期监测")


def _number(row: Row) -> int:
    return water.class_number(row["class"]) or 6


def _called(p: Point) -> str:
    """Water body and section, the body once."""
    return p.name if p.water_body in p.name else f"{p.water_body}{p.name}"


def _section(data: Inputs, point: Point) -> tuple[int | None, int, list[str]]:
    """(class of the period by the mean of its months, months with a value, items worse than the target)."""
    rows = [r for r in data.of(point.code) if r.get("class")]
    if not rows:
        return None, 0, []
    is_lake = point.kind == "lake"
    values = [{i: r[i] for i in water.CLASS_ITEMS if r.get(i) is not None} for r in rows]
    number, classes = water.mean_class(values, is_lake)
    if len(rows) == 1 or number is None:  # a single month is as it was assessed
        return _number(rows[0]), len(rows), []
    target = water.class_number(point.target_class) or 3
    return (
        number,
        len(rows),
        [f"{water.ITEM_NAMES[i]}（{water.class_name(c)}类）" for i, c in classes.items() if c and c > target],
    )


def _assess(data: Inputs, points: Sequence[Point], met: str) -> tuple[list[Part], list[str]]:
    """Every section with its class and whether it is good enough, and the names of those with too few months."""
    parts, short = [], []
    for p in points:
        number, months, worse = _section(data, p)
        if number is None or (data.year_long and data.over and months < LEAST_MONTHS):
            short.append(f"{_called(p)}（{months} 个月）")
            continue
        target = (water.class_number(p.target_class) or 3) if met == "target" else 3
        note = f"{'目标' if met == 'target' else '要求'} {water.class_name(target)} 类，{months} 个月" + (
            f"；{'、'.join(worse)}" if worse else ""
        )
        parts.append(Part(p.code, _called(p), water.class_name(number), "类", note, number <= target))
    return parts, short


def _share(data: Inputs, points: Sequence[Point], met: str, what: str) -> Result:
    parts, short = _assess(data, points, met)
    if not points:
        return Result(None, f"没有{what}：请在站点表中登记级别", sufficient=False)
    if short or not parts:
        return Result(None, f"月值不足：{'、'.join(short)}", sufficient=False, parts=parts)
    good = sum(bool(p.met) for p in parts)
    months = [r for p in points for r in data.of(p.code) if r.get("class")]
    fine = [r for r in months if (r.get("met") if met == "target" else _number(r) <= 3)]
    return Result(
        Decimal(100 * good) / len(parts), edition="GB 3838-2002；环办[2011]22号",
        inputs=[(what, f"{len(parts)} 个"), ("达到要求", f"{good} 个"), ("数据截至", data.end.isoformat())],
        others=[Other("逐月（断面·月）", Decimal(100 * len(fine)) / len(months), "GB 3838-2002", f"{len(months)} 个断面·月中 {len(fine)} 个达到")],
        parts=parts,
    )  # fmt: skip


@indicator("water.national_compliance", "国控考核断面水质达标率", unit="%", better="up", table="water_month", kinds=("river",), months="shown",
           bounds=(0, 100), serves=["SYS-055"], standard=METHOD, missing=ANY, foretold_by="water.national_margin",
           formula="100×类别不差于考核目标的国控断面数÷参评国控断面数；类别按各项月均值的算术平均，单因子评价")  # fmt: skip
def national_compliance(data: Inputs) -> Result:
    return _share(
        data, [p for p in data.points if p.evaluated and p.level == "national"], "target", "国控考核断面"
    )


@indicator("water.city_compliance", "市级及以上控制断面水质达标率", unit="%", better="up", table="water_month", kinds=("river",), months="shown",
           bounds=(0, 100), serves=["SYS-055"], standard=METHOD, missing=ANY, foretold_by="water.city_margin",
           formula="100×类别不差于考核目标的国控、市控断面数÷参评断面数；类别按各项月均值的算术平均，单因子评价")  # fmt: skip
def city_compliance(data: Inputs) -> Result:
    return _share(
        data, [p for p in data.points if p.evaluated and p.level in ABOVE], "target", "市级及以上控制断面"
    )


def _margin(data: Inputs, points: Sequence[Point]) -> Result:
    """How near the nearest item of the nearest section comes to the limit of its target class. [%]"""
    parts: list[tuple[Decimal, Part]] = []
    for p in points:
        target = water.class_number(p.target_class) or 3
        rows = [r for r in data.of(p.code) if r.get("class")]
        means = {i: _average(rows, i) for i in water.CLASS_ITEMS if i != "pH"}
        ratios = {i: _ratio(i, m, water.target_limit(i, target)) for i, m in means.items() if m is not None}
        if ratios:
            item = max(ratios, key=lambda i: ratios[i])
            note = f"{water.ITEM_NAMES[item]}均值 {means[item]:.3g}，{water.class_name(target)}类限值 {water.target_limit(item, target)}"
            parts.append(
                (
                    ratios[item],
                    Part(p.code, _called(p), f"{ratios[item]:.0f}", "%", note, ratios[item] <= 100),
                )
            )
    if not parts:
        return Result(None, "没有断面月值", sufficient=False)
    months = {r["month"] for r in data.rows}
    return Result(
        max(r for r, _ in parts),
        edition="GB 3838-2002",
        parts=[p for _, p in parts],
        sufficient=not data.year_long or len(months) >= LEAST_MONTHS,
    )


def _ratio(item: str, mean: Decimal, limit: Decimal | None) -> Decimal:
    """Mean ÷ limit, for dissolved oxygen limit ÷ mean. [%]"""
    if not limit or not mean:
        return Decimal(0)
    return 100 * limit / mean if item == "DO" else 100 * mean / limit


@indicator("water.national_margin", "国控断面最紧项目占限值之比", unit="%", better="down", table="water_month", kinds=("river",), months="mean",
           bounds=(0, None), serves=["SYS-055"], standard=METHOD, missing="缺测项目不参与；pH 为范围，不计",
           formula="各国控断面各项均值÷考核目标类别限值（溶解氧取倒数），取最大；超过 100% 即至少一个断面不达标")  # fmt: skip
def national_margin(data: Inputs) -> Result:
    return _margin(data, [p for p in data.points if p.evaluated and p.level == "national"])


@indicator("water.city_margin", "市级及以上断面最紧项目占限值之比", unit="%", better="down", table="water_month", kinds=("river",), months="mean",
           bounds=(0, None), serves=["SYS-055"], standard=METHOD, missing="缺测项目不参与；pH 为范围，不计",
           formula="各国控、市控断面各项均值÷考核目标类别限值（溶解氧取倒数），取最大；超过 100% 即至少一个断面不达标")  # fmt: skip
def city_margin(data: Inputs) -> Result:
    return _margin(data, [p for p in data.points if p.evaluated and p.level in ABOVE])


@indicator("water.good_ratio", "地表水水质优良（达到或好于Ⅲ类）比例", unit="%", better="up", table="water_month", kinds=("river", "lake"), months="shown",
           bounds=(0, 100), serves=["SYS-055"], standard=METHOD, formula="100×Ⅰ—Ⅲ类断面数÷参评断面数", missing=ANY)  # fmt: skip
def good_ratio(data: Inputs) -> Result:
    return _share(data, [p for p in data.points if p.evaluated], "good", "参评断面（点位）")


@indicator("water.worst_class", "国控断面水质类别（最差）", unit="类", better="down", table="water_month", kinds=("river",), bounds=(1, 6),
           serves=["SYS-055"], standard=METHOD, formula="各国控断面类别中最差的一个（Ⅰ＝1 … 劣Ⅴ＝6）", missing=ANY)  # fmt: skip
def worst_class(data: Inputs) -> Result:
    points = [p for p in data.points if p.evaluated and p.level == "national"]
    parts, short = _assess(data, points, "target")
    if short or not parts:
        return Result(None, f"月值不足：{'、'.join(short) or '没有国控断面'}", sufficient=False, parts=parts)
    worst = max(water.class_number(p.value) or 6 for p in parts)
    return Result(
        Decimal(worst),
        edition="GB 3838-2002；环办[2011]22号",
        parts=parts,
        notes=[f"最差为{water.class_name(worst)}类"],
    )


@indicator("water.tli", "湖库综合营养状态指数（最高）", unit="", better="down", table="water_month", kinds=("lake",), bounds=(0, None),
           serves=["SYS-067"], standard="环办[2011]22号 湖泊（水库）综合营养状态指数，各项取时段均值", missing="缺项时按其余项目重新归一权重；少于叶绿素a 不计算",
           formula="TLI(Σ)＝ΣWj·TLI(j)，j 为叶绿素a、总磷、总氮、透明度、高锰酸盐指数；多个湖库取最高")  # fmt: skip
def tli(data: Inputs) -> Result:
    parts, found = [], []
    for p in data.points:
        means = {i: _average(data.of(p.code), i) for i in lake.TLI_ITEMS}
        index = lake.trophic_index(means) if means.get("chla") is not None else None
        if index is None:
            continue
        found.append(Decimal(str(round(index, 3))))
        said = f"{lake.trophic_state(index)}，{len(data.of(p.code))} 个月"
        parts.append(Part(p.code, _called(p), f"{index:.1f}", "", said, index <= 50))
    if not found:
        return Result(None, "没有叶绿素a 等富营养化项目的月值", sufficient=False)
    inputs = [("湖库点位", f"{len(found)} 个")]
    return Result(max(found), edition="环办[2011]22号", parts=parts, inputs=inputs)


def _average(rows: Sequence[Row], item: str) -> Decimal | None:
    known = [Decimal(str(r[item])) for r in rows if r.get(item) is not None]
    return sum(known, Decimal(0)) / len(known) if known else None


@indicator("water.mine_treated", "矿井涌水治理率", unit="%", better="up", register="water.mineinflow", bounds=(0, 100), serves=["SYS-062"],
           standard="台账口径：按涌水点个数计；分级办法未核实", formula="100×验收或转入长期监测的涌水点÷在册涌水点", missing="没有在册涌水点时无值")  # fmt: skip
def mine_treated(data: Inputs) -> Result:
    return share(data.rows, lambda r: r["state"] in MINE_DONE, "在册涌水点", "已治理")


@indicator("water.mine_done", "累计完成矿井涌水整治数", unit="座", better="up", register="water.mineinflow", bounds=(0, None), serves=["SYS-062"],
           standard="台账口径：按涌水点个数计，一处涌水点为一座；分级办法未核实", formula="验收或转入长期监测的涌水点数", missing="没有在册涌水点时无值")  # fmt: skip
def mine_done(data: Inputs) -> Result:
    done = mine_treated(data)
    treated = sum(r["state"] in MINE_DONE for r in data.rows)
    return Result(None if done.value is None else Decimal(treated), done.why, inputs=done.inputs)


@indicator("water.outlet_rate", "入河排污口整治完成率", unit="%", better="up", register="water.outlet", bounds=(0, 100), serves=["SYS-052"],
           standard="入河排污口监督管理办法（2025-01-01 起施行）；台账口径：按个数计", formula="100×已销号或转日常监管÷（在册－无需整治－注销）", missing="没有需整治的排污口时无值")  # fmt: skip
def outlet_rate(data: Inputs) -> Result:
    due = [r for r in data.rows if r["remediation"] != "无需整治" and r["state"] != "注销"]
    return share(due, lambda r: r["state"] in ("已销号", "日常监管"), "需整治排污口", "已完成")


@indicator("water.plants_upgraded", "污水处理厂（站）更新改造数", unit="座", better="up", register="water.plant", serves=["SYS-059"],
           standard="规划口径：城镇污水处理厂（站）更新改造，按座计", formula="更新改造为“完成”的污水处理厂（站）数", missing="没有登记时无值")  # fmt: skip
def plants_upgraded(data: Inputs) -> Result:
    done = share(data.rows, lambda r: r["upgrade"] == "完成", "在册厂站", "已完成改造")
    return Result(
        None if done.value is None else Decimal(sum(r["upgrade"] == "完成" for r in data.rows)),
        done.why,
        inputs=done.inputs,
    )
