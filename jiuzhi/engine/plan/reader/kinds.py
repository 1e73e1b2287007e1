"""What kind of value a number is, and the comparator that signs and words around it give."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jiuzhi.engine.plan.reader import lexicon as X
from jiuzhi.engine.plan.reader.naming import noun_of
from jiuzhi.engine.plan.reader.numbers import Mention
from jiuzhi.engine.plan.reader.roles import Plan
from jiuzhi.engine.plan.reader.sentences import Sentence, trim

if TYPE_CHECKING:
    from jiuzhi.engine.plan.reader.phrases import Fact

_LOOKS_BACK = re.compile(
    r"^(?:“?十([三四五六])五”?(?:时期|期间|以来)|(?:截至|截止)(?:到|至)?(20\d\d)年(?:底|末|\d)|(20\d\d)年以来|(?:过去|近)[三四五]年)"
)
_FIVE_END = {"三": 2020, "四": 2025, "五": 2030, "六": 2035}
GOES_ON = re.compile(
    r"^(?:的)?(?:[，、。；]|$|提升|提高|增加|增长|上升|下降|降|减少|扩大|到|至|和|及|与|以及|并|\(|（|以上|(?:红线|上限|底线|大关|关口)|的?(?:目标|水平|标准|以内)?$)"
)


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


_MOVES = re.compile(
    r"^(?:左右)?(?:大幅|显著|稳步|逐步)?(?:提升|提高|增加|增长|上升|下降|降低?|减少|扩大|压减|延长|增|升)(?:到|至)"
)
_INVESTED = re.compile(
    r"(?:总投资|(?:估算|概算|计划|匡算|完成|共|总|其中.{0,12})投资(?:额|总额)?|投资(?:估算|总额|规模|额))(?:为|约|达到?|共|预计)?$"
)
_PARTS = re.compile(
    r"^(?:(?:重点|主要|工作|具体|约束性|预期性|引导性|核心|目标|专项)*(?:任务|指标|举措|措施|行动|方面)(?=[，。；、）]|$)|方面|大?类)"
)


def _is_structure(m: Mention, left: str, right: str) -> bool:
    """How the plan is built and what it costs (4大类38个项目, 16项任务, 总投资12.6亿元): its scale, no target."""
    if m.unit.endswith("大类") or (m.unit.endswith("元") and _INVESTED.search(left)):
        return True
    if not re.search(r"[项个条]$", m.unit):
        return False
    listed = re.search(
        r"大类$|(?:谋划|安排|包含|包括|共计?|梳理|明确|提出|部署|确定|设置|设定)[^，。；]{0,10}$", left
    )
    return (
        (bool(_PARTS.match(right)) and not re.search(r"完成$", left))
        or bool(listed and re.match(r"(?:重[点大])?(?:项目|工程)(?=[，。；、）]|$)", right))
        or bool(re.search(r"(?:约束性|预期性|引导性)指标$", left))
    )


def looks_back(text: str, plan: Plan) -> bool:
    """Whether a sentence opens with a time before the plan: “十四五”期间…, 截至2025年底…, 过去五年…"""
    found = _LOOKS_BACK.match(trim(text).lstrip("“"))
    if not found or not plan.start:
        return False
    year = _FIVE_END.get(found.group(1) or "") or int(found.group(2) or found.group(3) or 0)
    return year < plan.start


def kind_of(fact: Fact, m: Mention, clause: str, sentence: Sentence, plan: Plan) -> str:
    """baseline, achieved, target or scale, by the part of the plan and the words around."""
    role, left, right = (
        sentence.node.role,
        clause[max(0, m.begin - 300) : m.begin],
        clause[m.end : m.end + 300],
    )
    if fact.scope in ("门槛值", "规格"):
        return "scale"
    if re.match(r"[^，]*(?:全覆盖|全部)", right) and X.CLASSIFIER.search(m.unit) and role == "task":
        return "scale"
    if m.style == "rank" and role == "achieved":
        return "achieved"
    if (re.search(r"全[市国省]$", left) and not m.unit.endswith("%")) or m.style == "big" or m.quoted:
        return "scale"
    if _is_structure(m, left, right):
        return "scale"
    subject_of_rate = (
        not m.unit.endswith("%") and re.search(r"(?:率|比例|水质)[^，]*\d", right) and bool(noun_of(right))
    )
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
    if looks_back(sentence.text, plan) and not (fact.year >= plan.start and fact.year_basis == "stated"):
        return "achieved"
    if re.search(
        r"(?:从|由|自)(?:20\d\d年(?:底|末)?的?)?(?:目前|现状|现有|当前|原来|原有)?的?(?:每[日天年])?(?:约|近|不足)?$",
        left,
    ) and _MOVES.match(right):
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
    if (
        not m.unit.endswith("%")
        and noun_of(right)
        and not X.DONE_VERB.search(clause)
        and not GOES_ON.match(right)
    ):
        return "scale"
    return "target"
