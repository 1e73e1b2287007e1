"""What a number in a sentence says: its name, kind, comparator and year."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from jiuzhi.engine.plan.reader import lexicon as X
from jiuzhi.engine.plan.reader.kinds import GOES_ON, comparator, kind_of
from jiuzhi.engine.plan.reader.naming import (
    NAMED_VERB,
    UNIT_NAMES,
    YEAR,
    clean_name,
    keeps_noun,
    measure_name,
    noun_of,
    shorten,
    spread_names,
    year_before,
)
from jiuzhi.engine.plan.reader.numbers import Mention, mentions
from jiuzhi.engine.plan.reader.roles import Plan
from jiuzhi.engine.plan.reader.sentences import Sentence, split, trim

_GOVERNS = re.compile(
    r"^(?:力争|确保|计划|并|其中)?(?:到|至|截至|截止|在|于)?(20\d\d)年(?:底前|年底|底|末|前)?(?!的|度)"
)
_MOVED = re.compile(
    r"^(?:左右)?(?:大幅|显著|稳步)?(?:提升|提高|增加|增长|上升|下降|降低?|减少|扩大|增|升)(?:到|至)"
)
_SHARE = re.compile(r"^占(.{2,24})$")
_SPEC_UNIT = re.compile(r"^(?:千伏|伏|蒸吨/小时|分钟|兆帕|千伏安|℃|度|级|吨/小时|小时|升|时速)$")
_OBJECT_VERB = re.compile(
    r"^(?:新增|新建|关闭|改造|淘汰|修复|治理|整治|移植|建设|新改建|扩建|整改|增殖放流|退出|更新|栽植|营造|迁移|搬迁|封育|培育|创建|打造|建成|整治销号)"
)


@dataclass
class Fact:
    """One commitment in the making; begin and end are characters of the clause's body."""

    sentence: Sentence
    begin: int
    end: int
    name: str
    unit: str
    kind: str
    comparator: str
    value: str
    high: str = ""
    words: str = ""
    year: int = 0
    year_basis: str = "inferred"
    basis: str = "explicit"
    scope: str = ""
    note: str = ""
    confidence: float = 0.9
    place: str = ""


@dataclass
class State:
    """What the reading of a sentence carries from clause to clause."""

    subject: str = ""
    verb: str = ""
    year: int = 0


def read_sentence(sentence: Sentence, plan: Plan, state: State) -> list[Fact]:
    """All numeric facts of one sentence or semicolon item."""
    if sentence.item == 0:
        state.subject, state.verb, state.year = "", "", 0
    else:
        state.verb = ""
    facts: list[Fact] = []
    text = sentence.text
    for begin, end in split(text, "，：,:"):
        clause = text[begin:end]
        found = mentions(clause)
        governs = _GOVERNS.match(clause)
        state.year = int(governs.group(1)) if governs else state.year
        if found:
            facts.extend(_read_clause(sentence, begin, clause, found, plan, state))
        _carry(clause, found, state)
    return facts


def _carry(clause: str, found: list[Mention], state: State) -> None:
    """Remember the subject of a clause for the next one (…72.8%，稳居全市第一)."""
    left = clause[: found[0].begin] if found else clause
    name = clean_name(X.strip_link(left)[0])
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
        between = clause[found[k - 1].end : found[k].begin] if k else ""
        if facts and _MOVED.match(between):
            facts.append(_fact(sentence, group[0], facts[-1].name, comparator(group[0], "=", facts[-1].name)))
            facts[-1].year, facts[-1].year_basis = _own_year(between, sentence, plan, state)
        elif len(group) > 1:
            facts.extend(_distribute(left, right, group, sentence, state))
        else:
            facts.extend(_single(left, right, group[0], clause, found, sentence, state))
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
    return (plan.end if sentence.node.role in ("task", "target") else plan.base), "inferred"


def _list_of(clause: str, found: list[Mention], k: int) -> list[Mention]:
    """Numbers parted by nothing but list marks: 92.9%、84.6%、70.5%以上."""
    group = [found[k]]
    for m in found[k + 1 :]:
        if (
            re.fullmatch(r"[、和及]", clause[group[-1].end : m.begin])
            and m.unit == group[0].unit
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
        return "".join(parts)
    parts.insert(0, clause[:end])
    return "".join(parts)


def _distribute(left: str, right: str, group: list[Mention], sentence: Sentence, state: State) -> list[Fact]:
    """任河、前河、中河自然岸线率分别达到 a、b、c以上: one fact a number, the last comparator for all."""
    rest, sign, _ = X.strip_link(left)
    names = spread_names(clean_name(rest) or state.subject, len(group))
    last = group[-1]
    facts = []
    for n, m in enumerate(group):
        shared = not m.post and bool(last.post)
        m2 = replace(m, post=last.post) if shared else m
        name = names[n] if n < len(names) else names[-1]
        fact = _fact(sentence, m2, name, comparator(m2, sign, name))
        if shared:
            fact.note = f"“{last.post}”按修饰全部并列数值理解"
            fact.confidence = 0.75
        if len(names) != len(group):
            fact.confidence, fact.note = 0.5, "并列数值与名称个数不一致"
        facts.append(fact)
    return facts


def _fact(sentence: Sentence, m: Mention, name: str, sign: str) -> Fact:
    approx = "约数" if m.approx else ""
    high = format(m.high, "f") if m.high is not None else ""
    return Fact(sentence, m.begin, m.end, name, m.unit, "", sign, m.plain, high, note=approx)


def _single(
    left: str, right: str, m: Mention, clause: str, found: list[Mention], sentence: Sentence, state: State
) -> list[Fact]:
    if m.style == "rank" and clause[m.begin : m.end].endswith("个"):
        subject = clean_name(re.split(r"的|称号", clause[m.end :])[0].removeprefix("获得"))
        return [_fact(sentence, m, f"{subject}获评次序", "=")]
    if m.style == "rank":
        subject = clean_name(
            re.sub(
                r"(?:稳居|位居|位列|居于|居|列|获评?|排名|跃居|保持|名列|成为)[^，]*$", "", clause[: m.begin]
            )
        )
        subject = clean_name(re.split(r"连续", subject)[0]) or state.subject
        scope = re.search(
            r"(?:稳居|位居|位列|居于|居|获评?|排名|跃居|名列)([\u4e00-\u9fff]{2,10}?)$", clause[: m.begin]
        )
        fact = _fact(sentence, m, f"{subject}排名", "=")
        fact.scope = scope.group(1) if scope else ""
        return [fact]
    rest, sign, words = X.strip_link(
        YEAR.sub(lambda y: y.group("ref") or "", left) if YEAR.search(left[-12:]) else left
    )
    noun = "" if GOES_ON.match(right) else noun_of(right)
    if m.unit == "年":
        lead = re.search(r"(连续|提前|缩短|延长|累计)$", clause[: m.begin])
        subject = (
            clean_name(re.sub(r"(?:已)?(?:连续|提前|缩短|延长|累计)$", "", rest))
            or trim(right)[:20]
            or state.subject
        )
        if m.style == "chinese" and not lead:
            subject = clean_name(rest)[-8:] + trim(noun_of(right) or right)[:8]
        return [_fact(sentence, m, f"{subject}{lead.group(1) if lead else ''}年数", "=")]
    if m.unit.endswith(("%", "‰")) and noun and not GOES_ON.match(right):
        name = clean_name(rest) + trim(re.sub(r"^(?:的)", "", right))
        name = shorten(clean_name(name))
        return [
            _fact(sentence, m, name if X.RATE_END.search(name) else name + "比例", comparator(m, sign, name))
        ]
    if m.unit == "次" and re.match(r"获|开展|组织|被", right):
        return [_fact(sentence, m, shorten(clean_name(rest) + trim(right)) + "次数", comparator(m, sign, ""))]
    if noun:
        return [_counted(rest, noun, right, m, sign, sentence, state)]
    return _stated(left, rest, sign, words, m, clause, found, sentence, state)


def _counted(
    rest: str, noun: str, right: str, m: Mention, sign: str, sentence: Sentence, state: State
) -> Fact:
    """完成N处X, 关闭N宗X, 对N处X开展…, 5000平方米以上X (a threshold)."""
    left = trim(rest)
    verb = (re.search(r"([\u4e00-\u9fff]{2,4})$", left) or re.search(r"()$", left)).group(1)  # type: ignore[union-attr]
    own = _OBJECT_VERB.match(verb[-2:]) if verb else None
    prefix = verb[-2:] if own and verb[-2:] in NAMED_VERB else ""
    if not prefix and left in ("", "和", "及") and state.verb:
        prefix = state.verb
    if right.startswith("的") and left:  # 珍稀植物约50亩的保护性移植
        noun = clean_name(left)[-12:] + noun
        prefix = ""
    name = measure_name(prefix, noun, m.unit)
    threshold = bool(m.post) and not X.CLASSIFIER.search(m.unit) and not m.unit.endswith("%") and bool(noun)
    fact = _fact(sentence, m, f"{noun}门槛" if threshold else name, comparator(m, sign, name))
    if threshold:
        fact.scope = "门槛值"
    elif _SPEC_UNIT.match(m.unit):
        fact.scope = "规格"
        spec = {"千伏": "电压等级", "分钟": "时间", "小时": "时间", "蒸吨/小时": "容量"}.get(m.unit, "规格")
        fact.name = re.split(r"和|及|、", noun)[0] + spec
    state.verb = prefix
    return fact


def _stated(
    left: str,
    rest: str,
    sign: str,
    words: str,
    m: Mention,
    clause: str,
    found: list[Mention],
    sentence: Sentence,
    state: State,
) -> list[Fact]:
    """X率达到N%, 新增XN亩, 累计建成“X”N个以上, 占YN%."""
    share = _SHARE.match(trim(rest))
    if share:
        name = f"{state.subject}占{share.group(1)}比例"
        return [_fact(sentence, m, name, comparator(m, sign, name))]
    body = trim(YEAR.sub("", rest))
    body = re.sub(r"^(?:全县|全市|全区|到|并|确保|力争|努力)+", "", body)
    head = re.match(
        rf"(?:{'|'.join(X._ADVERBS)}|累计|共|已|再)*(新增|新建|新改建|扩建|关闭|改造|淘汰|修复|治理|整治|建成|创建|创成|打造|建设|完成|培育打造|培育|"
        r"争取|实施|搬迁|移植|推广|布局|回收|引进|配备|设立|启动|整治销号|营造|栽植|更新|划定|发展)",
        body,
    )
    name = clean_name(body)
    if not name:
        name = state.subject
    if X.RATE_END.search(name):
        name = (
            X.strip_leading(trim(re.sub(r"(?:从|由|自|的)+$", "", body)), verbs=False)
            if keeps_noun(body)
            else name
        )
    measured = (
        bool(X.RATE_END.search(name))
        or m.unit.endswith(("%", "‰"))
        or words.endswith(("达到", "达", "至", "超过", "突破", "保持在"))
    )
    if head and not m.unit.endswith(("%", "‰")):
        verb = head.group(1)
        after = trim(body[head.end() :]) or name
        if len(after) < 2:  # 营造林, 造林: the verb is half of the noun
            after = verb + after
        name = measure_name(verb if verb in NAMED_VERB else "", clean_name(after) or after, m.unit)
        state.verb = ""
    elif not measured and state.subject and len(name) < 2:
        name = state.subject
    elif not measured:
        name = measure_name("", name, m.unit)
    both = [p for p in re.split(r"[、和及]", name) if p] if re.search(r"[均都]", words) else []
    if len(both) > 1 and all(X.RATE_END.search(p) for p in both):
        return [_fact(sentence, m, shorten(p), comparator(m, sign, p)) for p in both]
    if m.unit.endswith("百分点"):
        name += "降幅" if sign == "decrease" else "增幅"
    elif clause.startswith("其中") and state.subject and not X.RATE_END.search(name) and m.unit.endswith("%"):
        name = f"{state.subject}（{name.removeprefix('其中')}）"
    facts = [_fact(sentence, m, shorten(name), comparator(m, sign, name))]
    twin = re.match(r"(?:.*[，：])?([\u4e00-\u9fff]{2,8})(?:及|和|以及)$", clause[: found[0].begin])
    tail = re.search(r"(水质|质量|达标率|处理率|覆盖率)$", name)
    if twin and tail and found[0] is not m and found[-1] is m and not X.LEADING.match(twin.group(1)):
        facts.append(_fact(sentence, m, twin.group(1) + tail.group(1), comparator(m, sign, name)))
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
            left = clause[: m.begin]
            year, stated = (fact.year, fact.year_basis == "stated") if fact.year else year_before(left, plan)
            if state.year and not year:
                year, stated = state.year, True
            future = sentence.node.role in ("task", "target")
            default = plan.end if future else plan.base
            fact.year, fact.year_basis = (
                (year, "stated" if stated else "inferred") if year else (default, "inferred")
            )
            reference = re.search(r"(?:较|比)(20\d\d)年", left)
            if reference:
                fact.scope = f"较{reference.group(1)}年"
            for word in ("累计", "年均", "每年"):
                if word in left[-14:] and word not in fact.name:
                    fact.scope = (fact.scope + " " + word).strip()
            if fact.comparator == "=" and "累计" in fact.scope and "下降" not in left:
                fact.comparator = "累计"
            fact.kind = kind_of(fact, m, clause, sentence, plan)
            fact.unit = UNIT_NAMES.get(fact.unit, fact.unit)
            if len(fact.name) < 3 or fact.name in ("数量", "面积", "排名"):
                fact.confidence = min(fact.confidence, 0.4)
            if m.style in ("chinese", "big") or m.quoted:
                fact.confidence = min(fact.confidence, 0.6)
            fact.begin, fact.end = _span(sentence, offset, clause, m)


def _span(sentence: Sentence, offset: int, clause: str, m: Mention) -> tuple[int, int]:
    """The clause that says it, without its end mark, so that a person sees the number in its words."""
    begin = sentence.begin + offset
    return begin, begin + len(clause.rstrip("，。；：,;、"))
