"""Tasks: each sentence or semicolon item of the measures chapters, with verb, short object, places and owner."""

from __future__ import annotations

import re

from jiuzhi.engine.plan.reader import lexicon as X
from jiuzhi.engine.plan.reader.owners import MANNER, owner_note
from jiuzhi.engine.plan.reader.sentences import Sentence, trim

_GOAL_START = re.compile(r"^(?:到|至)20\d\d年(?:\d{1,2}月)?(?:底前|年底|底|末|前)?")
_DOES = re.compile(
    r"(?:全部|基本|全面)?(?:淘汰|划定|整治|关闭|拆除|取缔|完成[^，]{2,40}(?:治理|整治|改造|修复|建设|清理|搬迁)$)"
)
_MANNER = re.compile(
    r"^(?:以|按|按照|依据|根据|围绕|聚焦|立足|针对|结合|依托|通过|坚持|在|对|将|从|为|面向|着眼|瞄准|锚定|紧扣|对照|充分|学习运用|适时)"
)
TITLE_LIMIT = 30


def is_pure_goal(text: str, clauses_with_numbers: int) -> bool:
    """到2030年，… with nothing to do in it is a commitment, not a task."""
    if not _GOAL_START.match(text):
        return False
    parts = [trim(p) for p in re.split(r"[，、]", _GOAL_START.sub("", text)) if trim(p)]
    if any(_DOES.match(p) for p in parts):
        return False
    if clauses_with_numbers:
        return len(parts) <= 2 * clauses_with_numbers + 2
    return not any(X.VERB.match(p) for p in parts)


def verb_and_object(text: str) -> tuple[str, str, str]:
    """(verbs joined by 、, object, title) of a sentence, in few words."""
    verbs = X.verbs_in(text)
    parts = [
        trim(p)
        for p in re.split(
            r"[，：]", re.sub(r"^(?:其中|一是|二是|三是|四是|五是|同时|此外)[：:，]?", "", text)
        )
        if trim(p)
    ]
    parts = [p for p in parts if not MANNER.match(p)] or parts
    ranked = [p for p in parts if not _MANNER.match(X.TIME_HEAD.sub("", p))] or parts
    chosen = next((p for p in ranked if _opening(p)[0]), ranked[0] if ranked else text)
    verb, rest = _opening(chosen)
    if not verbs and not verb:  # 对甲、乙等进行绿色改造
        last = [m.group() for m in X.VERB.finditer(text)][-1:]
        verbs = last
    obj = _short(rest, TITLE_LIMIT - len(verb)) or ("" if verb else _short(text, TITLE_LIMIT))
    return "、".join(verbs[:4]) or verb, obj, (verb + obj)[:TITLE_LIMIT]


def _opening(part: str) -> tuple[str, str]:
    bare = X.TIME_HEAD.sub("", part)
    head = X.ADVERB_HEAD.match(bare)
    if head:
        found = X.VERB.match(bare, head.end())
        if found:
            return found.group(), bare[found.end() :]
    found = X.VERB.match(bare)
    if found:
        return found.group(), bare[found.end() :]
    return "", bare


def _short(text: str, limit: int) -> str:
    """`text` in at most `limit` characters, cut at a list mark where one is near, never inside an open quote."""
    text = trim(text)
    if len(text) <= limit:
        return text
    listed = re.match(r"([^、]{2,14})、.*?等([^、，]{2,})$", text)
    if listed and len(listed.group(1)) + len(listed.group(2)) < limit:
        return f"{listed.group(1)}等{listed.group(2)}"
    cut = text[:limit]
    for mark in ("等", "、", "和", "及", "的"):
        at = cut.rfind(mark)
        if at >= 6:
            cut = cut[: at + (mark == "等")]
            break
    for opened, closed in ("“”", "《》", "（）"):
        if cut.count(opened) > cut.count(closed):
            cut = cut[: cut.rfind(opened)] if cut.rfind(opened) >= 4 else cut.replace(opened, "")
    return trim(cut)


def is_task(sentence: Sentence, numbers: int) -> bool:
    """Whether a sentence of the measures chapters asks for something."""
    text = trim(sentence.text)
    if (
        re.match(r"注[：:]|资料来源|（?说明[：:]", text)
        or owner_note(sentence.span.text)
        or sentence.lead
        or sentence.node.role != "task"
        or len(X.TIME_HEAD.sub("", text)) < 3
        or len(text) < 5
    ):
        return False
    return not is_pure_goal(text, numbers)
