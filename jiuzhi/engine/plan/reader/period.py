"""The years a plan runs, from its title, its words or the headings of its stages; the year a stage's targets are due."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from jiuzhi.engine.plan.reader import headings as H

if TYPE_CHECKING:
    from jiuzhi.engine.plan.reader.roles import Plan
    from jiuzhi.engine.plan.reader.structure import Node, Outline

_PERIOD = re.compile(r"(20\d\d)年?\s*[-~—至到]{1,2}\s*(20\d\d)\s*年")
_PERIOD_LEAD = re.compile(r"规划(?:实施)?(?:期限?|年限|时限|基期)[^。]{0,8}$|实施期限?[^。]{0,8}$|规划[（(]$")
_PLAN_NAME = re.compile(r"规划|方案|纲要|计划")
_FIVE_YEAR = {"十三五": 2016, "十四五": 2021, "十五五": 2026, "十六五": 2031, "十七五": 2036}
# 近期目标（2026-2028年）, 第一阶段：2026—2027年
_STAGE = re.compile(r"近期|中期|远期|远景|展望|阶段|目标|时期")
_SPAN = re.compile(r"(20\d\d)年?\s*(?:[-~—至]{1,2}|到)\s*(20\d\d)(?=年|[）】\]]|$)")
# 2035年远景目标, 近期目标（到2028年）
_BY = re.compile(r"(?:^|[（：]|[期段])(?:到|至)?(20\d\d)年(?=[）]|[\u4e00-\u9fff]{0,6}(?:目标|愿景)|$)")
GUESSED = "“到某年”字样"
_LONGEST = 30  # years a plan with stages may run


def read_period(plan: Plan, outline: Outline, text: str, head: str, name: str) -> None:
    """Fill the plan's first and last year and whether they are stated, and give every clause of a stage its last year."""
    _period(plan, outline, text, head, name)
    by_id = {n.id: n for n in outline.nodes}
    for node in outline.nodes:
        parent = by_id.get(node.parent)
        own = _stage(node)
        node.due = own[1] if own and own[1] >= plan.start else parent.due if parent else 0


def _stage(node: Node) -> tuple[int, int] | None:
    """First and last year that the title of a part with targets or tasks gives; the first is 0 where one year is named."""
    if node.role not in ("target", "task") or not _STAGE.search(node.title):
        return None
    if found := _SPAN.search(node.title):
        first, last = int(found.group(1)), int(found.group(2))
        return (first, last) if first < last else None
    years = set(re.findall(r"20\d\d", node.title))
    found = _BY.search(node.title)
    return (0, int(found.group(1))) if found and len(years) == 1 else None


def _title_block(text: str) -> str:
    """The plan's title as its first lines give it, on one line or several, with the years below it."""
    block: list[str] = []
    for line in text[:1500].split("\n"):
        line = re.sub(r"^#+\s*", "", line.strip())
        if not line:
            continue
        lead = H.run_in(line)
        if "。" in line or len(line) > 80 or (lead and lead.number) or H.is_toc_title(line) or len(block) > 7:
            break
        block.append(line)
    last = max((n for n, line in enumerate(block) if _PLAN_NAME.search(line)), default=-1)
    return "".join(block[: last + 2]) if last >= 0 else ""


def _period(plan: Plan, outline: Outline, text: str, head: str, name: str) -> None:
    title = _title_block(text) or name
    named = max((word for word in _FIVE_YEAR if word in title), key=_FIVE_YEAR.__getitem__, default="")
    if stated := _stated(title, text, named):
        (plan.start, plan.end), plan.period_basis = stated, "stated"
        return
    stages = [s for n in outline.nodes if (s := _stage(n)) and s[0]]
    if stages and not named:
        first, last = min(s[0] for s in stages), max(s[1] for s in stages)
        if 2 <= last - first <= _LONGEST:
            plan.start, plan.end, plan.period_basis = first, last, "inferred"
            plan.period_source = "各阶段目标的标题"
            return
    plan.period_source = "“五年规划”字样"
    for source in (title, head[:400], text):
        counts = Counter({word: source.count(word) for word in _FIVE_YEAR})
        present = [w for w, n in counts.items() if n]
        if present:
            best = max(present, key=lambda w: (_plan_word(source, w), _FIVE_YEAR[w]))
            plan.start = _FIVE_YEAR[best]
            plan.end, plan.period_basis = plan.start + 4, "inferred"
            return
    years = Counter(int(y) for y in re.findall(r"到(20\d\d)年", text))
    if years:
        plan.end = years.most_common(1)[0][0]
        plan.start, plan.period_basis, plan.period_source = plan.end - 4, "inferred", GUESSED


def _stated(title: str, text: str, named: str) -> tuple[int, int] | None:
    """The years the title or 规划期限 gives outright."""
    spans = [m for m in (_PERIOD.search(title),) if m]
    for m in _PERIOD.finditer(text):
        lead = m.start() < 200 or _PERIOD_LEAD.search(text[max(0, m.start() - 14) : m.start()])
        if lead and (not named or int(m.group(1)) == _FIVE_YEAR[named]):
            spans.append(m)
            break
    if not spans:
        return None
    first, last = int(spans[0].group(1)), int(spans[0].group(2))
    return (first, last) if 3 <= last - first <= 15 else None


def _plan_word(text: str, word: str) -> int:
    """How often a five-year word names the plan itself (“十五五”规划) rather than a time past."""
    return len(re.findall(rf"{word}[”\"]?(?:时期|期间)?[^。\n]{{0,10}}(?:规划|目标|指标)", text))
