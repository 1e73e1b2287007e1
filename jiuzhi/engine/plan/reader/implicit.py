"""Goals said without a number: 全覆盖, 清零, 应收尽收, 全面完成, 未发生; water classes, emission stages; goals in words."""

from __future__ import annotations

import re

from jiuzhi.engine.plan.reader import lexicon as X
from jiuzhi.engine.plan.reader.naming import clean_name, rate_name, spread_names, year_before
from jiuzhi.engine.plan.reader.numbers import NUMBER
from jiuzhi.engine.plan.reader.phrases import Fact, State
from jiuzhi.engine.plan.reader.roles import Plan
from jiuzhi.engine.plan.reader.sentences import Sentence, depths, split, trim

# pattern, value, unit, ending of the name
_IMPLIED: tuple[tuple[re.Pattern[str], str, str, str], ...] = (
    (re.compile(r"(?:基本|总体)?(?:实现|达到)?(?P<w>(?:动态|有序|全域|全面|全部)?全覆盖)"), "100", "%", "覆盖率"),
    (re.compile(r"(?:加快|实现|推动|推进|全面|动态|全部)*(?P<w>(?:销号|动态|全面|全部)?清零)"), "0", "", "存量"),
    (re.compile(r"(?P<w>应([\u4e00-\u9fff])尽\2)"), "100", "%", "完成率"),
    (
        re.compile(r"(?:已)?(?P<w>全部(?:整改)?(?:销号|整改|纳入|完成|达标|安装|关闭|退出|建成|取缔|拆除|整治|修复|收贮|淘汰))"),
        "100", "%", "完成率",
    ),
    (re.compile(r"(?P<w>全面(?:完成|消除|销号|建成(?!小康)|禁止))"), "100", "%", "完成率"),
    (re.compile(r"(?P<w>未发生|无|零)(?=重?特?大|重污染|突发)"), "0", "", "数"),
    (re.compile(r"(?:实现|保持|稳定|控制|力争|始终|全年|总体)*(?P<w>(?:下?降[为到至]|减少?[为到至]|保持为?|控制[为在]|[为是])零)(?=$|[（、及和])"), "0", "", ""),
)  # fmt: skip
_COUNTED = (
    ("天数", "天"),
    ("事件", "起"),
    ("事件数", "起"),
    ("事故", "起"),
    ("率", "%"),
    ("比例", "%"),
    ("占比", "%"),
)
_COUNT = re.compile(rf"^(?:全[县市区])?{NUMBER.pattern}(?=[\u4e00-\u9fff]{{2}})")
_GONE = re.compile(
    r"(?P<w>(?:基本|逐步|动态|有效)*消除)(?P<n>[^，。；“”]{0,12}(?:黑臭水体|劣[ⅤV5五]类[^，。；“”]{0,6}|重污染天气|超标断面|不达标断面))$"
)
# 煤炭消费总量实现负增长, 化肥、农药使用量零增长: a direction, no figure
_SHRINKS = re.compile(
    r"(?P<w>(?:实现|保持|持续|继续|稳定)*(?:零增长(?:或|、|和|并逐步|基础上)?)?(?:逐步)?(?:负增长|零增长))$"
)
_ASSIGNED = re.compile(
    r"(?:达到|完成|落实|控制在)(?P<w>(?:国家|省级?|市级?|上级)(?:级)?(?:下达|考核|要求|目标|规定|核定)[\u4e00-\u9fff]{0,6})$"
)
_ASSIGNED_NOUN = re.compile(
    r"(?:国家|省级?|市级?|上级)(?:级)?(?:下达|考核|规定|核定)?的?(?:各项)?(?:目标|任务|指标|要求)"
)
_STAGE = re.compile(r"国([一二三四五六]|[ⅠⅡⅢⅣⅤⅥ])(?P<post>及以[上下])?(?=[^家内外务际道有土])")
_CLASS = re.compile(
    r"(?P<verb>达到|达|优于|好于|[保维]持在?|为|稳定在)?(?:或好于|以上)?(?P<c>[ⅠⅡⅢⅣⅤ]|I{1,3}|IV|V)类(?P<post>及以上|以上|标准|水质)?"
)
_IN_PLACE = re.compile(r"^(?:确保|保障|保证)(?P<name>.{3,40}?)(?P<w>落实到位|到位)(?=[，。；]|$)")
_HOW = (
    r"(?:如期|基本|全面|显著|大幅|明显|持续(?!性)|不断|稳步|逐步|更加|进一步|总体|率先|有效|有力|充分|加快|切实|稳中|保持|努力|力争|稳固|稳定(?!性)|"
    r"日益|普遍|深度|整体)"
)
_OUTCOMES = (
    re.compile(
        rf"^(?P<w>{_HOW}*(?:实现|筑牢|打造|构建|形成|建成|达到|完成|建立|健全|遏制|消除|夯实))(?P<n>[\u4e00-\u9fff“”·、（）A-Z]{{3,40}})$"
    ),
    re.compile(rf"^(?P<n>.{{3,40}}?)(?P<w>{_HOW}+[\u4e00-\u9fff“”]{{2,12}})$"),
    re.compile(r"^(?P<n>.{3,30}?)(?P<w>(?:实现|达到|走在|得到|成为|稳居|取得)[\u4e00-\u9fff“”]{2,12})$"),
    re.compile(
        r"^(?P<n>.{3,24}?)(?P<w>(?:(?:巩固|提升|改善|完善|形成|增强|优化|下降|减少|好转|达峰|拓展|彰显|健全|提高|夯实|消除|清零)){1,2})$"
    ),
)
_AWARD = re.compile(
    r"(?:力争)?(?:成功)?(?:创建|创成|建成|争创|打造|获评|入选)(?P<name>[\u4e00-\u9fff“”（）、]{2,40})"
)


def implied_facts(sentence: Sentence, plan: Plan, state: State, numeric: list[Fact]) -> list[Fact]:
    """Implied values (100 %, 0) and thresholds in words of one sentence."""
    out: list[Fact] = []
    text = sentence.text
    for begin, end in split(text, "，：,:"):
        clause = text[begin:end].rstrip("，。；：,;")
        if not clause:
            continue
        inside = depths(clause)
        taken: list[tuple[int, int]] = []
        for pattern, value, unit, ending in _IMPLIED:
            for found in pattern.finditer(clause):
                a, b = found.span("w")
                if (word_of := found.group("w"))[0] == "应" and any(clause[s] == "应" for s, _ in taken):
                    continue  # “应分尽分、应截尽截” is one goal
                if (
                    not value
                    or not word_of
                    or any(s < b and a < e for s, e in taken)
                    or (inside[a] and not _goal_in_quotes(clause, a))
                ):
                    continue
                taken.append((a, b))
                fact = _implied(sentence, begin, clause, found, value, unit, ending, plan, state)
                if fact:
                    out.append(fact)
        gone = _GONE.search(clause)
        if gone and not taken and sentence.node.role in ("task", "target") and not inside[gone.start()]:
            fact = _make(
                sentence,
                begin,
                clause,
                clean_name(gone.group("n"))[-26:],
                "",
                "",
                gone.group("w"),
                plan,
                state,
            )
            fact.basis, fact.note = "qualitative", "定性目标"
            out.append(fact)
        shrinks = _SHRINKS.search(clause)
        if shrinks and not taken and sentence.node.role in ("task", "target") and not inside[shrinks.start()]:
            name = rate_name(clause[: shrinks.start()]) or state.subject
            fact = _make(sentence, begin, clause, name[-26:], "", "", shrinks.group("w"), plan, state)
            fact.basis, fact.note = "qualitative", "定性目标"
            out.append(fact)
        assigned = _ASSIGNED.search(clause)
        if (
            assigned
            and not taken
            and sentence.node.role in ("task", "target")
            and not re.search(r"\d", X.POLLUTANT.sub("", clause))
        ):
            name = clean_name(clause[: assigned.start()])
            if X.RATE_END.search(name) or X.POLLUTANT.search(name):
                fact = _make(sentence, begin, clause, name, "", "", assigned.group("w"), plan, state)
                fact.basis, fact.note = "qualitative", "待上级下达"
                out.append(fact)
        out.extend(_stages(sentence, begin, clause, inside, plan))
        out.extend(_classes(sentence, begin, clause, inside, plan, state))
        place = _IN_PLACE.match(clause)
        if place and not taken:
            fact = _make(
                sentence,
                begin,
                clause,
                clean_name(place.group("name")),
                "",
                "",
                place.group("w"),
                plan,
                state,
            )
            fact.basis, fact.note = "qualitative", "定性目标"
            out.append(fact)
        subject = clean_name(X.strip_link(re.split(r"\d", clause)[0])[0])
        if 2 <= len(subject) <= 24:
            state.subject = subject
    return out


def _goal_in_quotes(clause: str, at: int) -> bool:
    """生活污水“全覆盖、全收集、全处理” is a goal; “零直排村” is a name."""
    opened = clause.rfind("“", 0, at)
    content = clause[opened + 1 : clause.find("”", at)] if opened >= 0 else ""
    return "、" in content and clause.endswith("”")


def _implied(
    sentence: Sentence,
    begin: int,
    clause: str,
    found: re.Match[str],
    value: str,
    unit: str,
    ending: str,
    plan: Plan,
    state: State,
) -> Fact | None:
    word = found.group("w")
    left, right = clause[: found.start()], clause[found.end("w") :]
    if word in ("未发生", "无", "零"):
        name = trim(right)[:20] + ("天数" if right.endswith("天气") else ending)
        unit = "天" if right.endswith("天气") else "起" if right.endswith("事件") else unit
    elif word.endswith("零") and not ending:  # 重度及以上污染天数为零
        name = rate_name(left) or state.subject
        unit = next((u for end, u in _COUNTED if name.endswith(end)), "")
    elif word.startswith("全面") and not trim(right) and len(clean_name(left)) >= 4:  # …任务全面完成
        name = re.sub(r"(?:任务|问题|工作|目标)+$", "", clean_name(left))[-30:] + (
            "完成率" if "完成" in word else word[2:] + "率"
        )
    elif word.startswith("全面"):
        if _ASSIGNED_NOUN.match(trim(right)):
            return _assigned(sentence, begin, clause, clean_name(left) or state.subject, word, plan, state)
        if len(trim(right)) < 3 or (re.search(r"(?:禁止|消除)", word) and "禁止" in word):
            return None
        name = clean_name(trim(right))[:40] + ("率" if "消除" in word else ending)
    else:
        name = clean_name(X.strip_link(left)[0].removesuffix("实现"))
        if len(name) < 2:
            name = state.subject if word[0] == "应" else trim(right)[:16] or state.subject
        name = _COUNT.sub("", re.sub(r"(?:的|实现|动态|问题|已|“)+$", "", name))
        if name in ("存量", "问题", "总量", "隐患"):
            name = clean_name(sentence.node.title) + name
        if word[0] == "应" or word.startswith("全部"):
            ending = word.removeprefix("全部") + "率"
        name = name[-30:].removesuffix(ending) + ending
    if len(name) <= len(ending) + 1:
        return None
    return _make(sentence, begin, clause, name, unit, value, word, plan, state)


def _assigned(
    sentence: Sentence, begin: int, clause: str, name: str, word: str, plan: Plan, state: State
) -> Fact | None:
    """全面完成国家下达目标: as assigned, no figure."""
    if len(name) < 2:
        return None
    fact = _make(sentence, begin, clause, name[-30:], "", "", word, plan, state)
    fact.basis, fact.note = "qualitative", "待上级下达"
    return fact


def _make(
    sentence: Sentence,
    begin: int,
    clause: str,
    name: str,
    unit: str,
    value: str,
    word: str,
    plan: Plan,
    state: State,
) -> Fact:
    year, stated = year_before(sentence.text[: begin + len(clause)], plan)
    future = sentence.node.role in ("task", "target")
    if not year:
        year, stated = plan.year_of(sentence.node), False
    kind = "target" if future else "achieved" if sentence.node.role in ("achieved", "problem") else "scale"
    start = sentence.begin + begin
    return Fact(
        sentence, start, start + len(clause), name, unit, kind, "=", value, words=word, year=year,
        year_basis="stated" if stated else "inferred", basis="implicit", confidence=0.6, note="隐含值",
    )  # fmt: skip


def _stages(sentence: Sentence, begin: int, clause: str, inside: list[int], plan: Plan) -> list[Fact]:
    out: list[Fact] = []
    for found in _STAGE.finditer(clause):
        if inside[found.start()]:
            continue
        noun = re.match(r"(?:排放)?(?:标准)?的?([\u4e00-\u9fff]{2,14})", clause[found.end() :])
        name = (trim(re.split(r"和|、|淘汰", noun.group(1))[0]) if noun else "") + "排放标准门槛"
        fact = _make(sentence, begin, clause, name, "阶段", "", found.group(), plan, State())
        fact.basis, fact.comparator, fact.note, fact.scope = (
            "qualitative",
            "<=" if found.group("post") else "=",
            "排放阶段",
            "门槛值",
        )
        out.append(fact)
    return out


def _classes(
    sentence: Sentence, begin: int, clause: str, inside: list[int], plan: Plan, state: State
) -> list[Fact]:
    out: list[Fact] = []
    for found in _CLASS.finditer(clause):
        if (
            inside[found.start("c")]
            or not (found.group("verb") or found.group("post") or out)
            or "劣" in clause[: found.start("c")][-1:]
        ):
            continue
        left = clause[: found.start()]
        if re.search(r"率|比例|比重", clause) or sentence.node.role == "problem":
            continue
        name = clean_name(X.strip_link(left)[0]) or state.subject
        fact = _make(sentence, begin, clause, name or "水质", "类", "", found.group("c") + "类", plan, state)
        fact.basis, fact.comparator, fact.note = "qualitative", "<=", "水质类别"
        out.append(fact)
    names = spread_names(out[0].name, len(out)) if len(out) > 1 else []
    for n, fact in enumerate(out):
        name = names[n] if len(names) == len(out) else out[0].name
        fact.name = _COUNT.sub("", name)[-24:].removesuffix("稳定") + "类别"
    return out


def qualitative_facts(sentence: Sentence, plan: Plan, busy: list[Fact]) -> list[Fact]:
    """Goals in words of the targets section: each clause without a number that says what will be."""
    dated = sentence.node.role == "task" and re.match(r"(?:到|至)20\d\d年", trim(sentence.text))
    if sentence.lead or not (sentence.node.role == "target" or dated):
        return []
    out: list[Fact] = []
    text = sentence.text
    year, stated = year_before(text, plan)
    for begin, end in split(text, "，：,:"):
        clause = trim(text[begin:end])
        at = begin + text[begin:end].find(clause)
        taken = any(f.begin < sentence.begin + end and sentence.begin + begin < f.end for f in busy)
        if taken or len(clause) < 5 or re.search(r"^(?:到|至)?20\d\d年$|时期的?|通过|努力$", clause):
            continue
        if dated and X.LEADING.match(X.TIME_HEAD.sub("", clause)):
            continue
        award = _AWARD.search(clause)
        outcome = next((m for m in (p.match(clause) for p in _OUTCOMES) if m), None)
        if award and not outcome:
            names = [n for n in re.split(r"、", award.group("name")) if len(n) >= 3]
            said = clause[: award.start("name")][-6:]
        elif outcome:
            said = outcome.group("w")
            listed = (
                re.split(r"、", outcome.group("n"))
                if said.endswith(("建成", "打造"))
                else [outcome.group("n")]
            )
            whole = (
                outcome.group("n") if min(map(len, listed)) < 6 else ""
            )  # short items are one name in several words
            names = [trim(clean_name(n) or n) for n in ([whole] if whole else listed)]
        else:
            continue
        for name in names:
            fact = Fact(
                sentence, sentence.begin + at, sentence.begin + at + len(clause), name[:26], "", "target", "=", "", words=said[:16],
                year=year or sentence.node.due or plan.end, year_basis="stated" if stated else "inferred", basis="qualitative", confidence=0.5, note="定性目标",
            )  # fmt: skip
            out.append(fact)
    return out
