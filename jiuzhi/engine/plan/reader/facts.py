"""What a number in a sentence says: its name, kind, comparator and year."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from jiuzhi.engine.plan.reader import lexicon as X
from jiuzhi.engine.plan.reader.numbers import Mention, mentions
from jiuzhi.engine.plan.reader.roles import Plan
from jiuzhi.engine.plan.reader.sentences import Sentence, split, trim

YEAR = re.compile(r"(?P<ref>较|比|相较于?|与|自|从|由|以)?(?P<to>到|至|截至|截止|在|于)?(?P<y>20\d\d)年(?P<tail>底前|年底|底|末|前|的)?(?!度|第)")
_GOVERNS = re.compile(r"^(?:力争|确保|计划|并|其中)?(?:到|至|截至|截止|在|于)?(20\d\d)年(?:底前|年底|底|末|前)?(?!的|度)")
_MOVED = re.compile(r"^(?:左右)?(?:大幅|显著|稳步)?(?:提升|提高|增加|增长|上升|下降|降低?|减少|扩大|增|升)(?:到|至)")
_FIVE = re.compile(r"“?十([三四五六])五”?(初|末)")
_FIVE_START = {"三": 2016, "四": 2021, "五": 2026, "六": 2031}
_CUT = re.compile(
    r"(?<=..)(?:开展|实施|全部|(?<!年)均|年均|已|实现|融入|深度融入|高端化|为重点|为主|为核心|为支撑|智能化|完成|纳入|获评|获|入选|得到|达到|达|全面|稳定|常年|保持|进行|建成|形成|安装|采用|启动|成功|有效|水质|并|以及|列入|通过|提升|增加|位居|稳居|编制)"
)
_TAIL = re.compile(r"(?:等?(?:重点)?(?:工程|工作|任务|建设|等|等工程|项目))$")
_THEN = re.compile(
    r"^(?:的)?(?:[，、。；]|$|提升|提高|增加|增长|上升|下降|降|减少|扩大|到|至|和|及|与|以及|并|\(|（|以上|的?(?:目标|水平|标准|以内)?$)"
)
_SHARE = re.compile(r"^占(.{2,24})$")
_SPEC_UNIT = re.compile(r"^(?:千伏|伏|蒸吨/小时|分钟|兆帕|千伏安|℃|度|级|吨/小时|小时|升|时速)$")
_AREA = re.compile(r"(?:亩|公顷|平方公里|平方千米|平方米|㎡|km2|hm2)$")
_LENGTH = re.compile(r"(?:(?<!平方)公里|(?<!平方)千米|(?<!方)米|km)$")
_NAMED_VERB = ("新增", "新建", "关闭", "改造", "淘汰", "修复", "治理", "退出", "拆除", "搬迁")
UNIT_NAMES = {
    "m3": "立方米", "万m3": "万立方米", "km2": "平方公里", "平方千米": "平方公里", "㎡": "平方米", "km": "公里", "千米": "公里",
    "hm2": "公顷", "μg/m3": "微克/立方米", "ug/m3": "微克/立方米", "mg/m3": "毫克/立方米", "mg/L": "毫克/升", "mg/l": "毫克/升",
    "kW": "千瓦", "MW": "兆瓦", "kV": "千伏", "dB": "分贝", "dB（A）": "分贝",
}  # fmt: skip
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


def year_before(text: str, plan: Plan) -> tuple[int, bool]:
    """The year a number at the end of `text` is for; True when the words say so outright."""
    best, at, stated = 0, -1, False
    for found in YEAR.finditer(text):
        ref = found.group("ref")
        if ref in ("较", "比", "相较于", "相较", "与", "自", "以"):
            continue
        best, at, stated = int(found.group("y")), found.end(), True
    for found in _FIVE.finditer(text):
        if found.end() > at:
            start = _FIVE_START[found.group(1)]
            best, at, stated = (start - 1 if found.group(2) == "初" else start + 4), found.end(), False
    return best, stated


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
        if re.fullmatch(r"[、和及]", clause[group[-1].end : m.begin]) and m.unit == group[0].unit and m.style == "arabic":
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
        parts.insert(0, between if parts or found[j].unit == "年" else re.sub(r"^[^、]*?(?:、|(?:和|及|与|以及)$)", "", between))
        if found[j].unit == "年" and re.search(r"连续$|提前$|累计$", clause[: found[j].begin]):
            end = found[j].begin - 2
            j -= 1
            continue
        return "".join(parts)
    parts.insert(0, clause[:end])
    return "".join(parts)


def clean_name(text: str) -> str:
    """A name without years, linking words, leading verbs, list marks."""
    text = YEAR.sub("", text)
    text = _FIVE.sub("", text)
    text = re.sub(r"“?十[三四五六]五”?(?:时期|期间|以来)?，?", "", text)
    text = re.sub(r"^[、和及与并，]+|(?:从|由|自|的|约|近|超|逾|累计|共|每年|年均|连续|已|实现|分别|共计|提前|为)+$", "", trim(text))
    text = X.strip_leading(trim(text))
    text = re.sub(r"(?:从|由|自|的|约|近|累计|共|完成)+$", "", text)
    return trim(text)


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


def spread_names(name: str, count: int) -> list[str]:
    """任河、前河、中河自然岸线率 → three names; 甲率、乙率 → two. Falls back to the name as it stands."""
    items = re.split(r"[、和与及]", name)
    items = [i for i in items if i]
    if len(items) != count:
        return [name]
    pollutant = X.POLLUTANT.match(items[-1])
    if pollutant and pollutant.end() < len(items[-1]) and all(X.POLLUTANT.fullmatch(i) for i in items[:-1]):
        return [*(i + items[-1][pollutant.end() :] for i in items[:-1]), items[-1]]
    if all(X.RATE_END.search(i) for i in items):
        return items
    last, ending = items[-1], items[0][-1]
    lengths = {len(i) for i in items[:-1]}
    cut = last.find(ending) + 1
    if all(i.endswith(ending) for i in items[:-1]) and 0 < cut < len(last):
        return [*(i + last[cut:] for i in items[:-1]), last]
    if len(lengths) == 1 and len(last) > (size := lengths.pop()):
        return [*(i + last[size:] for i in items[:-1]), last]
    return [name]


def comparator(m: Mention, link: str, name: str) -> str:
    """The comparator that signs, suffixes and linking words give together."""
    sign = {"≥": ">=", "≤": "<="}.get(m.sign, m.sign)
    if m.high is not None:
        return "range"
    if sign:
        return sign
    if m.post in ("以上", "及以上"):
        return ">=" if link not in ("decrease", "increase") else link
    if m.post in ("以下", "及以下", "以内", "之内"):
        return "<="
    if link == "better":
        return "<" if X.LOWER_IS_BETTER.search(name) else ">"
    if m.approx in ("余", "多", "逾", "超") and link in ("", "="):
        return ">"
    return link or "="


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
        subject = clean_name(re.sub(r"(?:稳居|位居|位列|居于|居|列|获评?|排名|跃居|保持|名列|成为)[^，]*$", "", clause[: m.begin]))
        subject = clean_name(re.split(r"连续", subject)[0]) or state.subject
        scope = re.search(r"(?:稳居|位居|位列|居于|居|获评?|排名|跃居|名列)([\u4e00-\u9fff]{2,10}?)$", clause[: m.begin])
        fact = _fact(sentence, m, f"{subject}排名", "=")
        fact.scope = scope.group(1) if scope else ""
        return [fact]
    rest, sign, words = X.strip_link(YEAR.sub(lambda y: y.group("ref") or "", left) if YEAR.search(left[-12:]) else left)
    noun = "" if _THEN.match(right) else _noun_of(right)
    if m.unit == "年":
        lead = re.search(r"(连续|提前|缩短|延长|累计)$", clause[: m.begin])
        subject = clean_name(re.sub(r"(?:已)?(?:连续|提前|缩短|延长|累计)$", "", rest)) or trim(right)[:20] or state.subject
        if m.style == "chinese" and not lead:
            subject = clean_name(rest)[-8:] + trim(_noun_of(right) or right)[:8]
        return [_fact(sentence, m, f"{subject}{lead.group(1) if lead else ''}年数", "=")]
    if m.unit.endswith(("%", "‰")) and noun and not _THEN.match(right):
        name = clean_name(rest) + trim(re.sub(r"^(?:的)", "", right))
        name = _shorten(clean_name(name))
        return [_fact(sentence, m, name if X.RATE_END.search(name) else name + "比例", comparator(m, sign, name))]
    if m.unit == "次" and re.match(r"获|开展|组织|被", right):
        return [_fact(sentence, m, _shorten(clean_name(rest) + trim(right)) + "次数", comparator(m, sign, ""))]
    if noun:
        return [_counted(rest, noun, right, m, sign, sentence, state)]
    return _stated(left, rest, sign, words, m, clause, found, sentence, state)


def _noun_of(right: str) -> str:
    """The counted noun after a number: cut at the next verb or 的."""
    listed = re.match(r"([^，。；\d]{4,36}?)等(?:重点)?(?:工程|项目|任务|工作|措施)?$", trim(right))
    if listed and "、" in listed.group(1) and not re.search(r"[厂站（]", listed.group(1)):
        return listed.group(1)
    text = trim(re.split(r"[，、。；]", right, maxsplit=1)[0])
    if text.startswith("的"):
        return text[1:]
    found = _CUT.search(text)
    text = text[: found.start()] if found else text
    inner = re.match(r"(.{2,16}?)的", text)
    text = inner.group(1) if inner else text
    text = X.strip_link(text)[0]
    return trim(re.sub(r"(?:和|及|与|以及|，)$", "", text))


def _counted(rest: str, noun: str, right: str, m: Mention, sign: str, sentence: Sentence, state: State) -> Fact:
    """完成N处X, 关闭N宗X, 对N处X开展…, 5000平方米以上X (a threshold)."""
    left = trim(rest)
    verb = (re.search(r"([\u4e00-\u9fff]{2,4})$", left) or re.search(r"()$", left)).group(1)  # type: ignore[union-attr]
    own = _OBJECT_VERB.match(verb[-2:]) if verb else None
    prefix = verb[-2:] if own and verb[-2:] in _NAMED_VERB else ""
    if not prefix and left in ("", "和", "及") and state.verb:
        prefix = state.verb
    if right.startswith("的") and left:  # 珍稀植物约50亩的保护性移植
        noun = clean_name(left)[-12:] + noun
        prefix = ""
    name = _measure_name(prefix, noun, m.unit)
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


def _measure_name(prefix: str, noun: str, unit: str) -> str:
    noun = _shorten(_TAIL.sub("", noun) if len(noun) > 4 else noun)
    if X.RATE_END.search(noun):
        return prefix + noun
    if _AREA.search(unit):
        return f"{prefix}{noun}面积"
    if _LENGTH.search(unit):
        return f"{prefix}{noun}长度"
    if unit.endswith("元"):
        return f"{prefix}{noun}金额"
    if re.search(r"(?:千瓦|兆瓦|kW|MW)$", unit):
        return f"{prefix}{noun}规模"
    if re.search(r"(?:吨|千克|公斤|立方米|千瓦时|标煤|标准煤|m3)$", unit):
        return f"{prefix}{noun}量"
    if unit.endswith(("人", "人次", "户")):
        return f"{prefix}{noun}{'户数' if unit.endswith('户') else '人数'}"
    return f"{prefix}{noun}数量"


def _shorten(name: str, limit: int = 36) -> str:
    name = trim(re.sub(r"\s", "", name))
    if len(name) <= limit:
        return name
    tail = re.split(r"[、，]", name)[-1]
    return (tail if len(tail) >= 4 else name)[-limit:]


def _stated(
    left: str, rest: str, sign: str, words: str, m: Mention, clause: str, found: list[Mention], sentence: Sentence, state: State
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
        name = X.strip_leading(trim(re.sub(r"(?:从|由|自|的)+$", "", body)), verbs=False) if _keeps_noun(body) else name
    measured = bool(X.RATE_END.search(name)) or m.unit.endswith(("%", "‰")) or words.endswith(("达到", "达", "至", "超过", "突破", "保持在"))
    if head and not m.unit.endswith(("%", "‰")):
        verb = head.group(1)
        after = trim(body[head.end() :]) or name
        if len(after) < 2:  # 营造林, 造林: the verb is half of the noun
            after = verb + after
        name = _measure_name(verb if verb in _NAMED_VERB else "", clean_name(after) or after, m.unit)
        state.verb = ""
    elif not measured and state.subject and len(name) < 2:
        name = state.subject
    elif not measured:
        name = _measure_name("", name, m.unit)
    both = [p for p in re.split(r"[、和及]", name) if p] if re.search(r"[均都]", words) else []
    if len(both) > 1 and all(X.RATE_END.search(p) for p in both):
        return [_fact(sentence, m, _shorten(p), comparator(m, sign, p)) for p in both]
    if m.unit.endswith("百分点"):
        name += "降幅" if sign == "decrease" else "增幅"
    elif clause.startswith("其中") and state.subject and not X.RATE_END.search(name) and m.unit.endswith("%"):
        name = f"{state.subject}（{name.removeprefix('其中')}）"
    facts = [_fact(sentence, m, _shorten(name), comparator(m, sign, name))]
    twin = re.match(r"(?:.*[，：])?([\u4e00-\u9fff]{2,8})(?:及|和|以及)$", clause[: found[0].begin])
    tail = re.search(r"(水质|质量|达标率|处理率|覆盖率)$", name)
    if twin and tail and found[0] is not m and found[-1] is m and not X.LEADING.match(twin.group(1)):
        facts.append(_fact(sentence, m, twin.group(1) + tail.group(1), comparator(m, sign, name)))
    return facts


def _finish(
    facts: list[Fact], group: list[Mention], sentence: Sentence, offset: int, clause: str, plan: Plan, state: State
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
            fact.year, fact.year_basis = (year, "stated" if stated else "inferred") if year else (default, "inferred")
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


def _keeps_noun(body: str) -> bool:
    """建设用地安全利用率: what looks like a verb opens the name of a rate."""
    return bool(re.match(r"(?:重点)?(?:建设用地|使用|应用|管理|治理|保护|监测|排放|服务|发展|规模|集中|综合)", body))


def kind_of(fact: Fact, m: Mention, clause: str, sentence: Sentence, plan: Plan) -> str:
    """baseline, achieved, target or scale, by the part of the plan and the words around."""
    role, left, right = sentence.node.role, clause[: m.begin], clause[m.end :]
    if fact.scope in ("门槛值", "规格"):
        return "scale"
    if m.style == "rank" and role == "achieved":
        return "achieved"
    if re.search(r"全[市国省]$", left) or m.style == "big" or m.quoted:
        return "scale"
    subject_of_rate = not m.unit.endswith("%") and re.search(r"(?:率|比例|水质)[^，]*\d", right) and bool(_noun_of(right))
    if subject_of_rate:
        return "scale"
    if role == "problem":
        return "baseline"
    if role == "achieved":
        if plan.start and fact.year >= plan.start and fact.year_basis == "stated":
            return "target"
        moved = re.match(r"(?:的)?(?:提升|提高|增加|增长|上升|下降|降|减少|扩大)(?:到|至)", right)
        if moved or (X.STATE_NAME.search(fact.name) and re.search(r"保持|装机|优于", left)):
            return "baseline"
        return "achieved"
    if role in ("opportunity", "principle"):
        return "target" if fact.year_basis == "stated" and fact.year >= plan.start > 0 else "scale"
    if plan.start and fact.year < plan.start and fact.year_basis == "stated":
        return "baseline"
    if re.search(r"(?:现有|现状|目前|已有|原有|已建成?|已完成)[^，]*$", left):
        return "baseline"
    if m.style == "chinese" and m.unit == "年":
        return "scale"
    if re.match(r"[^，]*为(?:重点|主|核心|支撑|引领|抓手)", right) and re.search(r"以", left):
        return "scale"
    ongoing = X.PROGRESS_VERB.search(trim(X.strip_link(left)[0])) and re.search(r"^[^，、]{2,16}的", right)
    if ongoing and re.search(r"持续", left):
        return "scale"
    if not m.unit.endswith("%") and _noun_of(right) and not X.DONE_VERB.search(clause) and not _THEN.match(right):
        return "scale"
    return "target"
