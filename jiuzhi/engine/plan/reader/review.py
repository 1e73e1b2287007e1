"""What a person should look at first: low confidence, contradictions, things the text leaves open."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from jiuzhi.engine.plan.pack import Clause, Commitment, Doubt, Pack
from jiuzhi.engine.plan.reader.lexicon import POLLUTANT
from jiuzhi.engine.plan.reader.roles import Plan

_LOW = 0.65
_NEAR = 600  # earlier rows of one unit that a row is compared with
_RENAMED = re.compile(r"无害化|城市|城镇|集中式|规模化|全县|综合|总体|稳定|水质")


def review_pack(
    pack: Pack, doubts: list[tuple[str, str, str]], warnings: tuple[str, ...], plan: Plan
) -> None:
    """Fill `pack.review`, lowest confidence first."""
    rows: dict[tuple[str, str], Commitment | Clause] = {
        ("commitments.csv", r.id): r for r in pack.commitments
    }
    rows |= {("clauses.csv", c.id): c for c in pack.clauses}
    out: list[Doubt] = [Doubt("pack.csv", "", "", "0.30", text) for text in warnings]
    out.extend(_whole(pack, plan))
    for file, row_id, reason in doubts:
        row = rows.get((file, row_id))
        name = getattr(row, "name", "") or getattr(row, "title", "")
        out.append(
            Doubt(file, row_id, name, "0.50", reason, getattr(row, "start", 0), getattr(row, "end", 0))
        )
    for row in pack.commitments:
        reason = _doubt_of(row)
        if reason:
            out.append(Doubt("commitments.csv", row.id, row.name, row.confidence, reason, row.start, row.end))
    out.extend(_against_baseline(pack))
    out.extend(_said_twice(pack))
    for task in pack.tasks:
        if float(task.confidence) < _LOW:
            out.append(
                Doubt(
                    "tasks.csv",
                    task.id,
                    task.title,
                    task.confidence,
                    task.note or "请核对任务",
                    task.start,
                    task.end,
                )
            )
    pack.review = sorted(out, key=lambda d: (float(d.confidence or 1), d.start, d.file, d.row))


def link_baselines(pack: Pack, plan: Plan) -> None:
    """A prose target starts from the value that the plan itself states for its base year under the very same name."""
    known: dict[tuple[str, str], Commitment] = {}
    for row in pack.commitments:
        if (
            row.kind in ("baseline", "achieved")
            and row.value
            and row.year == str(plan.base)
            and row.basis == "explicit"
        ):
            known[(_key(row.name), row.unit)] = row
    for row in pack.commitments:
        base = known.get((_key(row.name), row.unit))
        if base is None or row.kind != "target" or not row.value or row.baseline or row.year <= base.year:
            continue
        if not {"decrease", "increase"} & {row.comparator, base.comparator}:
            row.baseline = base.id


def _whole(pack: Pack, plan: Plan) -> list[Doubt]:
    out: list[Doubt] = []
    tables = [c for c in pack.commitments if c.kind == "target" and c.owner]
    if not plan.county:
        out.append(Doubt("pack.csv", "county", "", "0.30", "没有读出区县名称，请补填"))
    elif not pack.info.adcode:
        out.append(Doubt("pack.csv", "adcode", plan.county, "0.40", "没有读出行政区划代码，请补填"))
    if not plan.end:
        out.append(Doubt("pack.csv", "period_end", "", "0.30", "没有读出规划期，请补填起止年份"))
    elif plan.period_basis == "inferred":
        words = f"规划期 {plan.start}—{plan.end} 由{plan.period_source}推断，请核对"
        out.append(Doubt("pack.csv", "period_end", "", "0.60", words))
    if not tables and pack.commitments:
        out.append(
            Doubt(
                "commitments.csv",
                "",
                "",
                "0.40",
                "文中没有带责任单位的指标表：各项目标暂无责任单位，请补填 owner 列",
            )
        )
    if not pack.commitments and not pack.tasks:
        out.append(Doubt("pack.csv", "", "", "0.10", "没有读出任何目标或任务，请确认这是规划文本"))
    return out


def _doubt_of(row: Commitment) -> str:
    if row.basis == "qualitative" and row.kind == "target" and row.value_text in ("—", "-", "/", "－"):
        return "目标值缺失"
    if row.basis == "qualitative" and row.kind == "target" and re.search(r"下达|分解", row.value_text):
        return f"目标为“{row.value_text}”，待上级下达数值"
    if float(row.confidence or 1) >= _LOW:
        return ""
    if row.note == "隐含值":
        return f"由“{row.value_text}”推出的隐含值，请确认"
    if row.basis == "qualitative":
        return "文字目标，没有数值，请确认是否需要填报值"
    if row.note:
        return f"{row.note}，请核对名称与数值"
    return "名称或类别不确定，请核对"


def _against_baseline(pack: Pack) -> list[Doubt]:
    """Targets looser than or equal to their baseline are hold-targets, not reach-targets."""
    by_id = {r.id: r for r in pack.commitments}
    out: list[Doubt] = []
    for row in pack.commitments:
        base = by_id.get(row.baseline)
        if base is None or not row.value or not base.value or "decrease" in (row.comparator, base.comparator):
            continue
        target, now = Decimal(row.value), Decimal(base.value)
        if target == now:
            reason = f"目标 {row.comparator}{row.value} 等于基线 {base.value}，按维持型目标处理"
        elif (row.comparator in ("<=", "<") and target > now) or (
            row.comparator in (">=", ">") and target < now
        ):
            reason = f"目标 {row.comparator}{row.value} 比基线 {base.value} 宽松，按维持型目标处理，请确认"
        else:
            continue
        out.append(Doubt("commitments.csv", row.id, row.name, "0.60", reason, row.start, row.end))
    return out


@lru_cache(maxsize=20_000)
def _key(name: str) -> str:
    """A name as it is compared: quotes off, a pollutant's concentration whatever it is called."""
    found = POLLUTANT.search(name)
    if found and name.endswith("浓度"):
        return found.group().replace("细颗粒物", "PM2.5") + "浓度"
    return re.sub(r"[“”\s]", "", name)


def _said_twice(pack: Pack) -> list[Doubt]:
    """One indicator with two values for one year; nearly the same name with another value or scope."""
    rows = [r for r in pack.commitments if r.value and r.kind != "scale"]
    out: list[Doubt] = []
    earlier: dict[str, list[Commitment]] = {}
    for row in rows:
        beside = earlier.setdefault(row.unit, [])  # only values of one unit can clash
        if reason := next((found for other in beside[-_NEAR:] if (found := _clash(other, row))), ""):
            out.append(Doubt("commitments.csv", row.id, row.name, "0.55", reason, row.start, row.end))
        beside.append(row)
    return out


def _clash(first: Commitment, row: Commitment) -> str:
    """Why two rows should be looked at together, or nothing."""
    a, b = _key(first.name), _key(row.name)
    same_side = (first.kind == "target") == (row.kind == "target")
    there = f"{first.id}“{first.name}”"
    if (
        first.unit == row.unit
        and first.year == row.year
        and same_side
        and first.value != row.value
        and first.start != row.start
    ):
        if a == b:
            return f"与 {there} 同名同年而数值不同（{first.value}、{row.value}）"
        if min(len(a), len(b)) >= 4 and (a.endswith(b) or b.endswith(a)):
            return f"与 {there} 名称相近、同年而数值不同（{first.value}、{row.value}），请确认口径"
    if row.kind != "target" or same_side or a == b or first.unit != row.unit:
        return ""
    if _RENAMED.sub("", a) == _RENAMED.sub("", b) and len(_RENAMED.sub("", a)) >= 5:
        return f"与 {there} 名称相近而口径可能不同，请确认是否同一指标"
    if row.unit == "%":  # …安全利用率, …处置率: a shared ending says nothing
        return ""
    shorter = min(len(a.removesuffix("规模")), len(b.removesuffix("规模")))
    common = _common_end(a.removesuffix("规模"), b.removesuffix("规模"))
    if common >= 4 and common > 0.6 * shorter and common < shorter:
        return f"与 {there} 只差限定词，口径可能不同，不可直接相减"
    return ""


def _common_end(a: str, b: str) -> int:
    count = 0
    for x, y in zip(reversed(a), reversed(b), strict=False):
        if x != y:
            break
        count += 1
    return count
