"""What a person should look at first: low confidence, contradictions, things the text leaves open."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal

from jiuzhi.engine.plan.pack import Clause, Commitment, Doubt, Pack
from jiuzhi.engine.plan.reader.roles import Plan

_LOW = 0.65
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
        words = f"规划期 {plan.start}—{plan.end} 由“五年规划”字样推断，请核对"
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


def _key(name: str) -> str:
    return re.sub(r"（[^）]*）|[“”\s]", "", name)


def _said_twice(pack: Pack) -> list[Doubt]:
    """The same indicator with two values for one year, or nearly the same name before and after."""
    groups: dict[tuple[str, str, bool], list[Commitment]] = defaultdict(list)
    for row in pack.commitments:
        if row.value and row.kind != "scale":
            groups[(_key(row.name), row.year, row.kind == "target")].append(row)
    out: list[Doubt] = []
    for rows in groups.values():
        if len({r.value for r in rows}) > 1:
            said = "、".join(f"{r.id}={r.value}" for r in rows)
            first = rows[-1]
            out.append(
                Doubt(
                    "commitments.csv",
                    first.id,
                    first.name,
                    "0.50",
                    f"同名同年数值不一致：{said}",
                    first.start,
                    first.end,
                )
            )
    seen: dict[str, Commitment] = {}
    for row in pack.commitments:
        short = _RENAMED.sub("", _key(row.name))
        before = seen.get(short)
        if (
            before
            and _key(before.name) != _key(row.name)
            and len(short) >= 5
            and row.kind == "target"
            and row.value
        ):
            reason = f"与 {before.id}“{before.name}”名称相近而口径可能不同，请确认是否同一指标"
            out.append(Doubt("commitments.csv", row.id, row.name, "0.55", reason, row.start, row.end))
        seen.setdefault(short, row)
    return out
