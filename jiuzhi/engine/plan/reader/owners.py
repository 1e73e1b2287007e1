"""The unit a text makes responsible: （责任单位：…）, （甲牵头，乙参与）, 由甲牵头，乙配合 — in the sentence or as a note of its own."""

from __future__ import annotations

import re

_UNIT = r"[\u4e00-\u9fff、（）]{2,60}?"
_LED = r"(?:牵头|负总责|负责|主抓)(?:组织)?(?:落实|实施|推进)?"
_HELPED = rf"(?:[，、；]?(?:由)?{_UNIT}(?:配合|参与|参加|协助|协同|协办)(?:落实|实施|推进)?)?"
_LABEL = r"(?:责任|牵头|主责|实施|主管)(?:单位|部门|主体)"
_LABELLED = re.compile(rf"{_LABEL}[:：]\s*([^）)】\]。；]{{2,80}})")
# （县水利局牵头，县林业局参与）: a unit in brackets, of what stands before them
ASIDE = re.compile(
    rf"[（【\[](?:{_LABEL}[:：][^（）【】]{{2,80}}(?:（[^（）]{{1,6}}）[^（）]{{0,60}})*"
    rf"|(?:由)?(?P<lead>[\u4e00-\u9fff、]{{2,40}}?(?:（[\u4e00-\u9fff]{{1,6}}）)?){_LED}{_HELPED})[）】\]]"
)
_NOTE = re.compile(rf"^由(?P<lead>{_UNIT}){_LED}{_HELPED}$")
_WITHIN = re.compile(rf"由(?P<lead>[\u4e00-\u9fff、（）]{{3,40}}?){_LED}")
_TOGETHER = re.compile(r"(?:会同|联合|商)[\u4e00-\u9fff]{2,}$")
_ENDS = re.compile(r"^[\s，、；。：:,;]+|[\s，、；。：:,;]+$")
MANNER = re.compile(rf"^由[^，。；]{{2,60}}{_LED}$|^(?:由)?[^，。；]{{2,60}}(?:配合|参与|协助|协办)$")


def _unit(text: str) -> str:
    return _TOGETHER.sub("", _ENDS.sub("", text))


def owner_of(text: str) -> str:
    """The unit that a sentence itself makes responsible, or nothing."""
    if found := _LABELLED.search(text):
        return _unit(re.split(r"[，；]?(?:配合|参与|协助)(?:单位|部门)", found.group(1))[0])
    if (found := ASIDE.search(text)) or (found := _WITHIN.search(text)):
        return _unit(found.group("lead"))
    return ""


def owner_note(text: str) -> str:
    """The unit of a sentence that says nothing else: （责任单位：…）, （甲牵头，乙参与）, 由甲牵头，乙配合; else nothing."""
    text = _ENDS.sub("", text)
    aside = ASIDE.match(text)
    if (
        (aside and aside.end() == len(text))
        or _NOTE.match(text)
        or re.match(rf"^{_LABEL}[:：][^。；]{{2,80}}$", text)
    ):
        return owner_of(text)
    return ""


def without_asides(text: str) -> str:
    """`text` with units in brackets overwritten by commas, so that every character keeps its place."""
    return ASIDE.sub(lambda m: "，" * len(m.group()), text) if "（" in text or "【" in text else text
