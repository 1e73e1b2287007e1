"""One number in its phrase: X率达到N, 完成N处X, 新增XN亩, 居第N, 连续N年, a threshold, a specification."""

from __future__ import annotations

import re
from dataclasses import dataclass

from jiuzhi.engine.plan.reader import lexicon as X
from jiuzhi.engine.plan.reader.kinds import GOES_ON, comparator
from jiuzhi.engine.plan.reader.naming import (
    NAMED_VERB,
    YEAR,
    clean_name,
    measure_name,
    noun_of,
    rate_name,
    shorten,
)
from jiuzhi.engine.plan.reader.numbers import Mention
from jiuzhi.engine.plan.reader.sentences import Sentence, trim

_SHARE = re.compile(r"^(.{0,16})占(.{2,24}?)(比例|比重)?$")
_SPEC_UNIT = re.compile(r"^(?:千伏|伏|蒸吨/小时|分钟|兆帕|千伏安|℃|度|级|吨/小时|小时|升|时速)$")
_OBJECT_VERB = re.compile(
    r"^(?:新增|新建|关闭|改造|淘汰|修复|治理|整治|移植|建设|新改建|扩建|整改|增殖放流|退出|更新|栽植|营造|迁移|搬迁|封育|培育|创建|打造|建成|整治销号)"
)
_HEAD = re.compile(
    rf"(?:{'|'.join(X.ADVERBS)}|累计|共|已|再)*(新增|新建|新改建|扩建|关闭|改造|淘汰|修复|治理|整治|建成|创建|创成|打造|建设|完成|培育打造|培育|"
    r"争取|实施|搬迁|移植|推广|布局|回收|引进|配备|设立|启动|整治销号|营造|栽植|更新|划定|发展|消除)"
)
_BARE_RATE = re.compile(
    r"^(?:完成|达标|治理|覆盖|合格|利用|处理|处置|收集|整改|修复|普及|回收|建成|销号|安装|有效)率$"
)
# 50平方公里以上建设用地面积达到…要求: the measure is how much of it does, no limit of size
_REACHES = re.compile(r"^[^，。；]{0,12}(?:面积|用地|耕地|林地|区域|河段|岸线)(?:达到|实现|建成)")
_PART = re.compile(r"^其中(.{0,12}?)(长度|面积|数量|金额|人数|户数|规模)$")
_RANKED = r"(?:稳居|位居|位列|居于|居|列|获评?|排名|跃居|保持|名列|成为)"


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
    moved: bool = False  # the second figure of 由A增至B: the year said before A is not its own


@dataclass
class State:
    """What the reading of a sentence carries from clause to clause."""

    subject: str = ""
    recent: tuple[str, ...] = ()  # names of the sentence's facts so far
    noun: str = ""
    verb: str = ""
    year: int = 0
    years: tuple[int, ...] = ()  # 到2027年、2030年，分别…


def make_fact(sentence: Sentence, m: Mention, name: str, sign: str) -> Fact:
    approx = "约数" if m.approx else ""
    high = format(m.high, "f") if m.high is not None else ""
    return Fact(sentence, m.begin, m.end, name, m.unit, "", sign, m.plain, high, note=approx)


def single(
    left: str, right: str, m: Mention, clause: str, found: list[Mention], sentence: Sentence, state: State
) -> list[Fact]:
    """The facts of one number: `left` is what it refers back to, `right` what follows up to the next number."""
    if m.style == "rank":
        return [_rank(m, clause, sentence, state)]
    timeless = YEAR.sub(lambda y: y.group("ref") or "", left) if YEAR.search(left[-12:]) else left
    rest, sign, words = X.strip_link(timeless)
    noun = "" if GOES_ON.match(right) else noun_of(right)
    if m.unit == "年":
        return [_years(rest, right, m, clause, sentence, state)]
    if m.unit.endswith(("%", "‰")) and noun:
        judged = sign in (">", "<", ">=", "<=") and not m.post and right.startswith("的")
        if judged and X.RATE_END.search(clean_name(rest)):  # 负荷率低于30%的污水处理站: which of them
            fact = make_fact(
                sentence, m, rate_name(trim(rest)).lstrip("对将凡")[-20:] + "门槛", comparator(m, sign, rest)
            )
            fact.scope = "门槛值"
            return [fact]
        name = shorten(clean_name(clean_name(rest) + trim(right.removeprefix("的"))))
        name = name if X.RATE_END.search(name) else name + "比例"
        return [make_fact(sentence, m, name, comparator(m, sign, name))]
    if m.unit == "次" and re.match(r"获|开展|组织|被", right):
        name = shorten(clean_name(rest) + trim(right)) + "次数"
        return [make_fact(sentence, m, name, comparator(m, sign, ""))]
    if re.match(r"范围(?:以?内)?|半径", right):  # 岸线1公里范围内: a rule's reach
        fact = make_fact(sentence, m, (clean_name(rest) or state.subject)[-20:] + "范围", "<=")
        fact.scope = "门槛值"
        return [fact]
    if noun:
        fact = _counted(rest, noun, right, m, sign, sentence, state)
        if any(f.end == m.begin for f in found) and not X.CLASSIFIER.search(m.unit):  # 2台60万千瓦机组
            fact.scope = fact.scope or "规格"
        return [fact]
    return _stated(rest, sign, words, m, clause, found, sentence, state)


def _rank(m: Mention, clause: str, sentence: Sentence, state: State) -> Fact:
    """稳居全市第一, 全市首个, 排名第5位."""
    if clause[m.begin : m.end].endswith("个"):
        subject = clean_name(re.split(r"的|称号", clause[m.end :])[0].removeprefix("获得"))
        return make_fact(sentence, m, f"{subject}获评次序", "=")
    left = clause[: m.begin]
    subject = clean_name(re.sub(rf"{_RANKED}[^，]*$", "", left))
    subject = clean_name(re.split(r"连续|在全[市省国]\d", subject)[0]) or state.subject
    scope = re.search(rf"{_RANKED}([\u4e00-\u9fff]{{2,10}}?)$", left)
    fact = make_fact(sentence, m, f"{subject}排名", "=")
    fact.scope = scope.group(1) if scope else ""
    return fact


def _years(rest: str, right: str, m: Mention, clause: str, sentence: Sentence, state: State) -> Fact:
    """连续N年, 提前N年."""
    lead = re.search(r"(连续|提前|缩短|延长|累计)$", clause[: m.begin])
    subject = clean_name(re.sub(r"(?:已)?(?:连续|提前|缩短|延长|累计)$", "", rest))
    subject = subject or trim(right)[:20] or state.subject
    if m.style == "chinese" and not lead:
        subject = clean_name(rest)[-8:] + trim(noun_of(right) or right)[:8]
    return make_fact(sentence, m, f"{subject}{lead.group(1) if lead else ''}年数", "=")


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
    capacity = re.search(r"(?:日|年)?(?:处理|产|处置|供水|库容|容量|规模)$", left) and right.startswith("的")
    if right.startswith("的") and left and not capacity:  # 珍稀植物约50亩的保护性移植
        before = re.sub(r"(?:(?:全|总|共)?长|(?:总|占地)?面积|占地|规模)(?:为|达)?$", "", clean_name(left))[
            -12:
        ]
        noun = before + noun
        prefix = ""
    name = measure_name(prefix, noun, m.unit)
    heads = m.unit.endswith(("人", "户")) and re.match(
        r"或|的|[\u4e00-\u9fff]{2,}", right
    )  # 20户以上居住点, 100人以上或…
    chosen = right.startswith("的") and sign in (">", "<", ">=", "<=") and left in ("对", "将", "凡", "所有")
    threshold = chosen or (  # 对超过50亩的养殖水面: which of them
        bool(m.post)
        and (not X.CLASSIFIER.search(m.unit) or bool(heads))
        and not m.unit.endswith("%")
        and bool(noun)
        and not _REACHES.match(right)
    )
    fact = make_fact(
        sentence, m, f"{noun.lstrip('对将凡')}门槛" if threshold else name, comparator(m, sign, name)
    )
    if threshold:
        fact.scope = "门槛值"
    elif capacity:
        fact.scope, fact.name = "规格", noun + "规模"
    elif _SPEC_UNIT.match(m.unit):
        fact.scope = "规格"
        spec = {"千伏": "电压等级", "分钟": "时间", "小时": "时间", "蒸吨/小时": "容量"}.get(m.unit, "规格")
        fact.name = re.split(r"和|及|、", noun)[0] + spec
    state.verb, state.noun = prefix, noun
    return fact


def _stated(
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
    rest = re.sub(r"(?:从|由|自)(?:每[日天年])?$", "", rest)
    share = _SHARE.match(trim(rest))
    if share and m.unit.endswith("%") and not re.search(r"(?:占比|率)$", trim(rest)):
        name = f"{clean_name(share.group(1)) or state.subject}占{share.group(2)}{share.group(3) or '比例'}"
        return [make_fact(sentence, m, name, comparator(m, sign, name))]
    body = trim(YEAR.sub("", rest))
    body = re.sub(r"^(?:全县|全市|全区|到|并|确保|力争|努力)+", "", body)
    lowered = re.match(r"(?:进一步|逐步|持续|力争)*(?:降低|减少|压减|削减|减排)(?=..)", body)
    if lowered and sign in ("", "="):  # 降低化肥施用量10%
        sign, body = "decrease", body[lowered.end() :]
    head = _HEAD.match(body)
    name = clean_name(body)
    if not name:
        name = state.subject
    if m.unit.endswith(("%", "‰")) or not m.unit:
        name = rate_name(body) or name
    if _BARE_RATE.match(name) and (state.noun or state.subject) != name:
        whole = state.noun or state.subject
        name = (whole.removesuffix(name[:-1]) if whole.endswith(name[:-1]) else whole) + name
    measured = (
        bool(X.RATE_END.search(name))
        or m.unit.endswith(("%", "‰"))
        or words.endswith(("达到", "达", "至", "超过", "突破", "保持在"))
    )
    if head and not m.unit.endswith(("%", "‰")):
        verb = head.group(1)
        after = trim(body[head.end() :]) or state.noun or (state.subject if name == verb else name)
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
        return [make_fact(sentence, m, shorten(p), comparator(m, sign, p)) for p in both]
    if m.unit.endswith("百分点"):
        name += "降幅" if sign == "decrease" else "增幅"
    elif sign in ("decrease", "increase") and not m.unit.endswith(("%", "‰")):
        name += "减少量" if sign == "decrease" else "增加量"
    elif clause.startswith("其中") and state.subject and not X.RATE_END.search(name) and m.unit.endswith("%"):
        name = f"{state.subject}（{name.removeprefix('其中')}）"
    part = _PART.match(name)
    if part and state.recent and state.recent[-1].endswith(part.group(2)):  # 污水管网145公里，其中县城58公里
        whole = state.recent[-1]
        name = f"{whole}（{part.group(1)}）" if part.group(1) else whole
    facts = [make_fact(sentence, m, shorten(name), comparator(m, sign, name))]
    twin = re.match(r"(?:.*[，：])?([\u4e00-\u9fff]{2,8})(?:及|和|以及)$", clause[: found[0].begin])
    tail = re.search(r"(水质|质量|达标率|处理率|覆盖率)$", name)
    if twin and tail and found[0] is not m and found[-1] is m and not X.LEADING.match(twin.group(1)):
        facts.append(make_fact(sentence, m, twin.group(1) + tail.group(1), comparator(m, sign, name)))
    return facts
