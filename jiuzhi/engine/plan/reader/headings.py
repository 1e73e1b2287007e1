"""What a heading, a caption, a page number or a line of the table of contents looks like."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CN = "[一二三四五六七八九十百零〇]"
# rank, pattern: lower rank stands higher in the outline; which ranks a document uses decides its levels
_PATTERNS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (1, re.compile(rf"^第\s*(?:{_CN}{{1,4}}|\d{{1,2}})\s*(?:篇|编|部\s*分)")),
    (2, re.compile(rf"^第\s*(?:{_CN}{{1,4}}|\d{{1,2}})\s*章")),
    (3, re.compile(rf"^第\s*(?:{_CN}{{1,4}}|\d{{1,2}})\s*节")),
    (4, re.compile(rf"^{_CN}{{1,3}}\s*[、.](?!\d)")),
    (5, re.compile(rf"^（\s*{_CN}{{1,3}}\s*）[、.]?")),
    (6, re.compile(r"^\d{1,2}\.\d{1,2}(?:\.\d{1,2}){0,2}(?![\d%.])(?=[\s、.]|[\u4e00-\u9fff“《])")),
    (7, re.compile(r"^\d{1,2}\s*[、.](?!\d)")),
    (8, re.compile(r"^（\s*\d{1,2}\s*）[、.]?|^\d{1,2}\s*）")),
    (9, re.compile(r"^[①②③④⑤⑥⑦⑧⑨⑩]")),
)
_MARKDOWN = re.compile(r"^(#{1,6})\s+")
_CAPTION = re.compile(
    r"^(?:专\s*栏\s*[\d一二三四五六七八九十]{0,3}|附?表\s*[\d一二三四五六七八九十]{1,3})(?:[-.]\d+)?(?=[\s:：“”\"、]|[\u4e00-\u9fff])"
)
# 近期目标（2026—2028年）, 第二阶段（2031-2035年）: a heading, with or without a number
STAGE = re.compile(
    r"[—\- ]*(?:近期|中期|远期|远景|展望|阶段性?|第[一二三四]阶段)[\u4e00-\u9fff]{0,8}[（(]20\d\d年?\s*[-~—–至到]{1,2}\s*20\d\d年?[）)]"
)
_TOC_TAIL = re.compile(r"(?:\t|[.…·．﹒]{2,}|\s{2,}|\s[.…]\s?|\s)[.…·\s]*[-—]?\s*\d{1,3}\s*[-—]?\s*$")
_TOC_TITLE = re.compile(r"^目\s*[录次]$")
_PAGE = re.compile(
    r"^(?:[-—–·]?\s*\d{1,3}\s*[-—–·]?|第\s*\d{1,3}\s*页(?:\s*[/，,共]\s*共?\s*\d{1,3}\s*页)?|\d{1,3}\s*/\s*\d{1,3})$"
)
_SENTENCE_END = re.compile(r"[。；！？]")


@dataclass(frozen=True)
class Heading:
    """A printed number, the title behind it, its rank, and where the title begins in the line."""

    rank: int
    number: str
    title: str
    at: int


def heading_of(line: str) -> Heading | None:
    """The heading that a stripped line is, or None. A line that goes on as a sentence is none."""
    lead = run_in(line)
    if lead is None:
        return Heading(8, "", line.strip("—- "), 0) if STAGE.fullmatch(line) else None
    limit = 60 if lead.rank <= 6 else 45
    if len(line) > limit or _SENTENCE_END.search(lead.title) or not lead.title.strip():
        return None
    if lead.rank >= 4 and (lead.title.count("，") > 2 or lead.title.endswith(("，", "、", "：", ":"))):
        return None
    return lead


def run_in(line: str) -> Heading | None:
    """The outline number at the start of a line, whatever follows it."""
    shift, rank = 0, 0
    mark = _MARKDOWN.match(line)
    if mark:
        shift, rank = mark.end(), len(mark.group(1)) + 1
    for known, pattern in _PATTERNS:
        found = pattern.match(line[shift:])
        if found:
            end = shift + found.end()
            title = line[end:].strip(" \t、.")
            at = line.find(title, end) if title else end
            return Heading(known, found.group().strip(), title.strip("*"), at)
    if mark:
        return Heading(rank, "", line[shift:].strip(" *"), shift)
    return None


def is_caption(line: str) -> bool:
    """专栏1 …, 表2 … on a line of its own."""
    return len(line) <= 60 and bool(_CAPTION.match(line)) and not _SENTENCE_END.search(line)


def caption_number(line: str) -> str:
    """The 专栏1 of a caption."""
    found = re.match(r"(?:专\s*栏|附?表)\s*[\d一二三四五六七八九十]{0,3}(?:[-.]\d+)?", line)
    return re.sub(r"\s", "", found.group()) if found else ""


def is_page_number(line: str) -> bool:
    """A line that holds a page number and nothing else."""
    return bool(_PAGE.match(line))


def is_toc_title(line: str) -> bool:
    """目录 on a line of its own."""
    return bool(_TOC_TITLE.match(line))


def is_toc_line(line: str) -> bool:
    """A heading-like line that ends in a page number."""
    return len(line) < 90 and bool(_TOC_TAIL.search(line)) and (run_in(line) is not None or is_caption(line))


def without_page(line: str) -> str:
    """A table-of-contents line without its page number, white space removed, for comparing with a heading."""
    return re.sub(r"[\s.…·]", "", _TOC_TAIL.sub("", line[:150]))
