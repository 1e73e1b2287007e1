"""How a commitment is followed: which declared indicator computes it, and which kind of progress it is.

General rules decide from the commitment itself; a county's hand-kept ``bindings.csv`` (commitment, indicator, progress, baseline,
note) decides otherwise where a person knows better. ``baseline`` names the commitment the target starts from; ``-`` cuts a link
that would compare two different things. Nothing here knows a phrase of a particular plan.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from jiuzhi.core import records, tables
from jiuzhi.science.standards.water import class_number
from jiuzhi.science.statistics.paths import Promise

from .models import Commitment, Plan

COLUMNS = ("commitment", "indicator", "progress", "baseline", "note")
KEEP = re.compile(r"保持|稳定|维持|不低于|不超过|控制在|不突破|严守")
LOWER = re.compile(
    r"浓度|排放|能耗|消耗|强度|用量|损失|死亡|受灾|事件|超标|黑臭|劣|存量|填埋|流失面积|投诉|负荷|隐患|返|破坏|缺口|下降至|降至|减至"
)
FLOOR = re.compile(r"达标率|合格率|安全利用率|处置率|收贮|完好率|保障率|优良")
_FLOOR_FROM = (
    90  # a compliance rate promised at 90 % or more is a floor; one promised at 70 % is still to be reached
)
COUNTED = re.compile(
    r"^[万百]?(个|家|座|条|处|人|名|户|亩|公顷|平方公里|平方千米|公里|千米|所|项|辆|台|艘|吨|套|株|件|起|批|场|次|片|口|块|村|只|尾|幅|宗|部|期|类|栋|间|孔|段)$"
)
NEW = re.compile(r"累计|新增|新建|新创建")
RISING, FALLING = (
    re.compile(r"提升|提高|增加|增长|扩大|改善|上升|增强"),
    re.compile(r"下降|降低|减少|缩小|压减|削减|消除|清零|有降"),
)
ASSIGNED = re.compile(r"下达|分解")


@dataclass(frozen=True)
class Reading:
    """How a commitment is to be judged. ``kind`` as in science.statistics.attainment; ``target`` a number, a class counted
    Ⅰ=1 … 劣Ⅴ=6, or None."""

    kind: str
    better: str
    comparator: str
    target: Decimal | None
    text: str


def read(commitment: Commitment, baseline: Commitment | None = None) -> Reading:
    """Kind, direction and number of a target by general rules; a kind set on the commitment itself wins."""
    base = baseline.value if baseline else None
    number = (
        class_number(commitment.value_text)
        if commitment.value is None and "类" in commitment.unit + commitment.name
        else None
    )
    target = commitment.value if number is None else Decimal(number)
    text = commitment.value_text or ("" if target is None else f"{target.normalize():f}")
    if target is None:
        kind = "awaiting" if ASSIGNED.search(text) else "qualitative"
        return Reading(kind, _direction(text, commitment.name), "", None, text or "—")
    better = _better(commitment, target, base, lower_is_better=number is not None)
    comparator = (
        commitment.comparator
        if commitment.comparator in (">", "<", ">=", "<=")
        else (">=" if better == "up" else "<=")
    )
    kind = commitment.progress or _kind(commitment, target, base, better, comparator)
    return Reading(kind, better, comparator, target, text)


def _better(commitment: Commitment, target: Decimal, base: Decimal | None, *, lower_is_better: bool) -> str:
    if commitment.comparator in ("<", "<="):
        return "down"
    if commitment.comparator in (">", ">=", "累计", "年均", "increase", "decrease", "range"):
        return "up"  # "decrease 18 %" promises a drop of at least 18 %: the larger the drop, the better
    if lower_is_better:
        return "down"
    if base is not None and base != target:
        return "up" if target > base else "down"
    return "down" if target == 0 or (LOWER.search(commitment.name) and "率" not in commitment.name) else "up"


def _kind(commitment: Commitment, target: Decimal, base: Decimal | None, better: str, comparator: str) -> str:
    words = f"{commitment.name} {commitment.scope} {commitment.note}"
    if commitment.comparator == "年均" or "年均增" in words or "增速" in commitment.name:
        return "growth"
    if target == 0 and better == "down" and NEW.search(commitment.name):
        return "hold"  # nothing new at all: kept every year or broken
    if commitment.comparator in ("累计", "increase", "decrease") or NEW.search(
        f"{commitment.name} {commitment.scope}"
    ):
        return "cumulative"
    if base is not None and Promise("hold", better, comparator, target, 0, 0).met(base):
        return "hold"  # nothing left to reach: what is promised is not to lose it
    if KEEP.search(words) or (base is None and target >= _FLOOR_FROM and FLOOR.search(commitment.name)):
        return "hold"
    if base is None and better == "up" and target > 0 and COUNTED.match(commitment.unit.strip()):
        return "cumulative"  # so many things to be done in the period, counted from none
    return "reach"


def _direction(text: str, name: str) -> str:
    """up or down where the words say which way, else empty. 下降率提升 is judged by its own word, the text."""
    if RISING.search(text):
        return "up"
    if FALLING.search(text):
        return "down"
    return "up" if RISING.search(name) else ""


def apply(plan: Plan, folder: str | Path) -> list[str]:
    """Write kind, indicator and baseline onto the plan's targets; returns what does not fit, one clear sentence each.

    Called inside the change set of the load. A row that matches nothing is reported, never guessed at.
    """
    listed = {c.code: c for c in plan.commitments.select_related("baseline")}
    path = Path(folder) / "bindings.csv"
    rows = [row for _, row in tables.read_table(path, COLUMNS)] if path.exists() else []
    problems: list[str] = []
    cut = {r["commitment"] for r in rows if r["baseline"] == "-"}
    for commitment in listed.values():
        commitment.indicator, commitment.progress = "", ""
    for row in rows:
        commitment = listed.get(row["commitment"])
        if commitment is None or commitment.kind != Commitment.Kind.TARGET:
            problems.append(
                f"bindings.csv 中的承诺编号 {row['commitment']} 不是本规划的目标：请按 commitments.csv 的 id 改正或删去该行。"
            )
            continue
        problems.extend(_bind(commitment, row, listed))
    for commitment in listed.values():
        if (
            commitment.kind == Commitment.Kind.TARGET
            and commitment.baseline is None
            and commitment.code not in cut
        ):
            commitment.baseline = _stated_before(commitment, listed.values())
        if commitment.kind == Commitment.Kind.TARGET and not commitment.progress:
            kind = read(commitment, commitment.baseline).kind
            commitment.progress = "qualitative" if kind == "awaiting" else kind
    for row in rows:  # last, so that a person's words are shown but never read as the plan's own
        if row["note"] and (commitment := listed.get(row["commitment"])):
            commitment.note = "；".join(filter(None, (commitment.note, row["note"])))[:400]
    records.bulk_update(listed.values(), ["indicator", "progress", "baseline", "note"])
    return problems


def _stated_before(target: Commitment, listed: Iterable[Commitment]) -> Commitment | None:
    """The newest earlier value that the plan states elsewhere under the same name, unit and place."""
    stated = (Commitment.Kind.BASELINE, Commitment.Kind.ACHIEVED)
    same = [
        c for c in listed
        if c.kind in stated and c.value is not None and c.year and c.year < (target.year or target.plan.period_end)
        and (c.name, c.place) == (target.name, target.place) and _plain_unit(c.unit) == _plain_unit(target.unit)
    ]  # fmt: skip
    return max(same, key=lambda c: (c.year or 0, c.kind == Commitment.Kind.BASELINE), default=None)


def _bind(commitment: Commitment, row: dict[str, str], listed: dict[str, Commitment]) -> Iterable[str]:
    from jiuzhi.engine.indicators.registry import INDICATORS

    where = f"bindings.csv 中 {commitment.code}（{commitment.name}）"
    if code := row["indicator"]:
        if code in INDICATORS:
            commitment.indicator = code
            if _plain_unit(INDICATORS[code].unit) != _plain_unit(commitment.unit):
                yield f"{where}的单位是“{commitment.unit}”，指标 {code} 的单位是“{INDICATORS[code].unit}”：请核对后再绑定。"
        else:
            yield f"{where}绑定的指标 {code} 没有声明：请改为 docs/indicators.md 所列的指标，或留空改为填报。"
    if kind := row["progress"]:
        if kind in Commitment.Progress.values:
            commitment.progress = kind
        else:
            yield f"{where}的进度类型“{kind}”不认识：可用 {'、'.join(Commitment.Progress.values)}。"
    if base := row["baseline"]:
        if base == "-":
            commitment.baseline = None
        elif base in listed:
            commitment.baseline = listed[base]
        else:
            yield f"{where}的基线编号 {base} 不在规划包里：请按 commitments.csv 的 id 改正。"


def _plain_unit(unit: str) -> str:
    """Units that mean the same, written alike."""
    text = (
        unit.strip()
        .lower()
        .replace("μ", "µ")
        .replace("立方米", "m³")
        .replace("m3", "m³")
        .replace("微克", "µg")
    )
    return text.replace("％", "%").replace(" ", "")
