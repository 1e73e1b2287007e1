"""What a number in a sentence says: its name, kind, comparator and year."""

from __future__ import annotations

import re
from dataclasses import replace

from jiuzhi.engine.plan.reader import lexicon as X
from jiuzhi.engine.plan.reader.kinds import comparator, kind_of
from jiuzhi.engine.plan.reader.naming import (
    YEAR,
    clean_name,
    normal_unit,
    rate_name,
    spread_names,
    year_before,
)
from jiuzhi.engine.plan.reader.numbers import Mention, mentions
from jiuzhi.engine.plan.reader.phrases import Fact, State, make_fact, single
from jiuzhi.engine.plan.reader.roles import Plan
from jiuzhi.engine.plan.reader.sentences import Sentence, split

_GOVERNS = re.compile(
    r"^(?:力争|确保|计划|并|其中)?(?:近期|中期|远期|展望)?(?:到|至|截至|截止|在|于)?(20\d\d)年(?:底前|年底|底|末|前)?(?!的|度|起|以来)"
)
_DONE_BY = re.compile(
    r"[^，。；]{0,12}?(?:于|在|力争|确保)(20\d\d)年(?:\d{1,2}月)?(?:底前|年底|底|末|前)?(?:基本|全部|全面)?(?:完成|建成|实现|投用|投产|开工)"
)
# 五年累计完成营造林, 年均完成草原改良: the name is what is counted
_OVER = re.compile(
    r"^([^，]{0,16}?)(?:[三四五]年)?(?:累计|年均)(?:完成|(?=营造|治理|修复|改造|建成|新增|淘汰|投入|实施|种植|栽植))(?=..)"
)
_MEASURE = re.compile(r"(?:数量|面积|长度|金额|门槛|人数|户数|占比)$")
_MOVED = re.compile(
    r"^(?:左右)?(?:大幅|显著|稳步)?(?:提升|提高|增加|增长|上升|下降|降低?|减少|扩大|延长|增|升)(?:到|至)"
)


def read_sentence(sentence: Sentence, plan: Plan, state: State) -> list[Fact]:
    """All numeric facts of one sentence or semicolon item."""
    if sentence.item == 0:
        state.subject, state.noun, state.verb, state.year, state.recent, state.years = "", "", "", 0, (), ()
    else:
        state.verb = ""
    facts: list[Fact] = []
    text = sentence.text
    for begin, end in split(text, "，：,:"):
        clause = text[begin:end]
        found = mentions(clause)
        governs = _GOVERNS.match(clause)
        state.year = int(governs.group(1)) if governs else state.year
        if governs and not found:
            state.years = tuple(int(y) for y in re.findall(r"(20\d\d)年", clause))
        if found:
            said = _read_clause(sentence, begin, clause, found, plan, state)
            facts.extend(said)
            state.recent += tuple(f.name for f in said)
        _carry(clause, found, state)
    return facts


def _carry(clause: str, found: list[Mention], state: State) -> None:
    """Remember the subject of a clause for the next one (…72.8%，稳居全市第一)."""
    left = clause[: found[0].begin] if found else clause
    name = clean_name(X.strip_link(left)[0])
    if X.RATE_END.search(name):
        name = rate_name(X.strip_link(YEAR.sub("", left))[0]) or name
    if clause.startswith("其中"):
        return
    if len(name) >= 2 and not (not found and len(name) > 16):
        state.subject = name


def _read_clause(
    sentence: Sentence, offset: int, clause: str, found: list[Mention], plan: Plan, state: State
) -> list[Fact]:
    facts: list[Fact] = []
    k = 0
    while k < len(found):
        group = _list_of(clause, found, k)
        left = _left_of(clause, found, k)
        right_end = found[k + len(group)].begin if k + len(group) < len(found) else len(clause)
        right = clause[group[-1].end : right_end]
        if not right and right_end < len(clause):  # 建设1座110千伏变电站: the noun stands behind both numbers
            right = clause[found[k + len(group)].end :]
        between = clause[found[k - 1].end : found[k].begin] if k else ""
        if facts and _MOVED.match(between):
            facts.append(
                make_fact(sentence, group[0], facts[-1].name, comparator(group[0], "=", facts[-1].name))
            )
            facts[-1].year, facts[-1].year_basis = _own_year(between, sentence, plan, state)
            facts[-1].moved = True
        elif len(group) > 1:
            facts.extend(_distribute(left, right, group, sentence, state))
        else:
            said = single(left, right, group[0], clause, found, sentence, state)
            if facts and not said[0].name:  # 2027年的76%、2030年的80%
                said[0].name = facts[-1].name
            before = facts[-1].name if facts else state.recent[-1] if state.recent else ""
            if said[0].name in ("面积", "长度", "数量", "金额", "占比") and before:  # 矿山37处412公顷
                said[0].name = _MEASURE.sub("", before) + said[0].name
            facts.extend(said)
        _finish(facts, group, sentence, offset, clause, plan, state)
        k += len(group)
    return facts


def _own_year(between: str, sentence: Sentence, plan: Plan, state: State) -> tuple[int, str]:
    """Year of the second figure of 从…提升至…: its own, else the plan's for that part of the text."""
    year, stated = year_before(between, plan)
    if year:
        return year, "stated" if stated else "inferred"
    if state.year:
        return state.year, "stated"
    return plan.year_of(sentence.node), "inferred"


def _list_of(clause: str, found: list[Mention], k: int) -> list[Mention]:
    """Numbers parted by nothing but list marks: 92.9%、84.6%、70.5%以上."""
    group = [found[k]]
    for m in found[k + 1 :]:
        if (
            re.fullmatch(r"[、和及]", clause[group[-1].end : m.begin])
            and (m.unit == group[0].unit or "分别" in clause[: found[k].begin])
            and m.style == "arabic"
        ):
            group.append(m)
        else:
            break
    return group


def _left_of(clause: str, found: list[Mention], k: int) -> str:
    """Text the k-th number refers back to; 连续13年 in between is looked through."""
    parts: list[str] = []
    j, end = k - 1, found[k].begin
    while j >= 0:
        between = clause[found[j].end : end]
        parts.insert(
            0,
            between
            if parts or found[j].unit == "年"
            else re.sub(r"^[^、]*?(?:、|(?:和|及|与|以及)$)", "", between),
        )
        if found[j].unit == "年" and re.search(r"连续$|提前$|累计$", clause[: found[j].begin]):
            end = found[j].begin - 2
            j -= 1
            continue
        break
    else:
        parts.insert(0, clause[:end])
    left = "".join(parts)
    opened = left.rfind("（")
    return left[opened + 1 :] if opened > left.rfind("）") else left


def _distribute(left: str, right: str, group: list[Mention], sentence: Sentence, state: State) -> list[Fact]:
    """任河、前河、中河自然岸线率分别达到 a、b、c以上: one fact a number, the last comparator for all."""
    rest, sign, _ = X.strip_link(left)
    whole = clean_name(rest)
    if not whole and len(state.recent) >= len(group) and sign in ("decrease", "increase"):
        tail = "减少量" if sign == "decrease" else "增加量"
        names = [name + tail for name in state.recent[-len(group) :]]
    else:
        names = spread_names(whole or state.subject, len(group))
    years = [int(y) for y in re.findall(r"(20\d\d)年", left)] or list(state.years)
    if len(years) == len(group) and len(names) == 1:  # 2027年、2030年…分别达到96%、98%
        names = names * len(group)
    else:
        years = []
    last = group[-1]
    facts = []
    for n, m in enumerate(group):
        shared = not m.post and bool(last.post)
        m2 = replace(m, post=last.post) if shared else m
        name = names[n] if n < len(names) else names[-1]
        fact = make_fact(sentence, m2, name, comparator(m2, sign, name))
        if shared:
            fact.note = f"“{last.post}”按修饰全部并列数值理解"
            fact.confidence = 0.75
        if years:
            fact.year, fact.year_basis = years[n], "stated"
        if len(names) != len(group):
            fact.confidence, fact.note = 0.5, "并列数值与名称个数不一致"
        facts.append(fact)
    return facts


def _finish(
    facts: list[Fact],
    group: list[Mention],
    sentence: Sentence,
    offset: int,
    clause: str,
    plan: Plan,
    state: State,
) -> None:
    """Give the facts just read their place in the body, year, scope and kind."""
    for m in group:
        for fact in facts:
            if fact.kind or (fact.begin, fact.end) != (m.begin, m.end):
                continue
            left = clause[max(0, m.begin - 400) : m.begin]
            year, stated = (
                (fact.year, fact.year_basis == "stated")
                if fact.year or fact.moved
                else year_before(left, plan)
            )
            later = _DONE_BY.match(clause[m.end :])
            if later and not year:  # 146个图斑于2027年底前完成
                year, stated = int(later.group(1)), True
            if state.year and not year:
                year, stated = state.year, True
            future = sentence.node.role in ("task", "target")
            default = plan.year_of(sentence.node)
            if not year and re.search(
                r"(?:从|由)(?:每[日天年])?(?:约|不足)?$", left
            ):  # 由45降至35: when it was 45 is not said
                default = plan.base if future else 0
            fact.year, fact.year_basis = (
                (year, "stated" if stated else "inferred") if year else (default, "inferred")
            )
            reference = re.search(r"(?:较|比)(20\d\d)年|在(20\d\d)年的?基础上", left)
            if reference:
                fact.scope = f"较{reference.group(1) or reference.group(2)}年"
            for word in ("累计", "年均", "每年"):
                if word in left[-14:]:
                    fact.name = _OVER.sub(r"\1", fact.name)
                    fact.scope = (fact.scope + " " + word).strip() if word not in fact.name else fact.scope
            if fact.comparator == "=" and "累计" in fact.scope and "下降" not in left:
                fact.comparator = "累计"
            elif fact.comparator == "=" and fact.scope == "年均":
                fact.comparator = "年均"
            fact.kind = kind_of(fact, m, clause, sentence, plan)
            fact.unit = normal_unit(fact.unit)
            fact.name = fact.name or sentence.node.title[:20]
            if len(fact.name) < 3 or fact.name in ("数量", "面积", "排名"):
                fact.confidence = min(fact.confidence, 0.4)
            if m.style in ("chinese", "big") or m.quoted:
                fact.note = fact.note or ("引号内的数字" if m.quoted else "汉字数字")
                fact.confidence = min(fact.confidence, 0.6)
            fact.begin, fact.end = _span(sentence, offset, clause, m)


def _span(sentence: Sentence, offset: int, clause: str, m: Mention) -> tuple[int, int]:
    """The clause that says it, without its end mark, so that a person sees the number in its words."""
    begin = sentence.begin + offset
    return begin, begin + len(clause.rstrip("，。；：,;、"))
