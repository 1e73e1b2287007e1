"""Cleaned text that remembers where each character stood in the document."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

_FULL_TO_HALF = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF1A)}  # digits
_FULL_TO_HALF |= {code: code - 0xFEE0 for code in (*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_ONE_TO_ONE = _FULL_TO_HALF | {
    ord(a): ord(b)
    for a, b in (
        ("％", "%"), ("．", "."), ("＜", "<"), ("＞", ">"), ("＝", "="), ("＋", "+"), ("－", "-"), ("–", "-"), ("−", "-"),
        ("～", "~"), ("〜", "~"), ("≦", "≤"), ("≧", "≥"), ("⩽", "≤"), ("⩾", "≥"), ("(", "（"), (")", "）"), ("＃", "#"),
        ("／", "/"), ("²", "2"), ("³", "3"), ("㎡", "㎡"), ("\u3000", " "), ("\xa0", " "), ("\u2002", " "), ("\u2003", " "),
        ("﹤", "<"), ("﹥", ">"), ("＊", "*"), ("＂", '"'), ("｡", "。"), ("､", "、"),
    )
}  # fmt: skip
# Radicals that PDF fonts put in place of the characters (⽔ for 水): Kangxi block by its compatibility form, one to one.
_ONE_TO_ONE |= {code: ord(unicodedata.normalize("NFKC", chr(code))) for code in range(0x2F00, 0x2FD6)}
_ONE_TO_ONE |= {
    ord(a): ord(b)
    for a, b in zip(
        "⻘⻓⻚⻔⻝⻋⻅⻄⻢⻦⻩⻰⻣⻥⻛⻜⻬⻮⻆⻉⻙⻨⻤⺠⺟⻯⻳",
        "青长页门食车见西马鸟黄龙骨鱼风飞齐齿角贝韦麦鬼民母龙龟",
        strict=True,
    )
}
_BOOKMARK = re.compile(r"\[bookmark:[^\]]{0,160}\]|(?:HYPERLINK|PAGEREF)\s+\\?[^\s\u4e00-\u9fff]*(?:\s*\\h)?")
_LATEX_COMMAND = {
    "geq": "≥", "ge": "≥", "leq": "≤", "le": "≤", "geqslant": "≥", "leqslant": "≤", "times": "×", "sim": "~", "mu": "μ",
    "cdot": "·", "circ": "°", "pm": "±", "%": "%", "_": "_", "&": "&", "#": "#", "sharp": "#", "gt": ">", "lt": "<",
}  # fmt: skip
_ENTITY = {
    "&nbsp;": " ",
    "&ge;": "≥",
    "&le;": "≤",
    "&gt;": ">",
    "&lt;": "<",
    "&amp;": "&",
    "&quot;": '"',
    "&emsp;": " ",
}
_LATEX = re.compile(
    r"\\(geqslant|leqslant|geq|leq|ge|le|gt|lt|times|sim|mu|cdot|circ|pm|sharp|[%_&#])(?![a-zA-Z])"
)
_LATEX_GROUP = re.compile(r"([_^]|\\(?:mathrm|text|mathbf|mathsf|rm|textbf|mathit)\s*)\{([^{}]{0,40})\}")
_LATEX_ONE = re.compile(r"(?<=[A-Za-z0-9）])[_^](?=[0-9A-Za-z])")
_DOLLAR = re.compile(r"\$([^$\n]{1,120})\$")
_LATEX_BLANK = re.compile(r"\s+")
_CJK = re.compile(r"[\u4e00-\u9fff]")
# 10 000亩, 1 865.2平方千米; also with a full-width comma
_THOUSANDS = re.compile(
    r"(?<![\d.])(?<!\d[ \u202f\u2009，])[1-9]\d{0,2}(?:[ \u202f\u2009，]\d{3})+(?=(?:\.\d+)?\s*(?:[%‰㎡]|[万亿千百]?[\u4e00-\u9fff]))"
)
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202a\u202c\u200e\u200f"


@dataclass(frozen=True)
class Span:
    """A piece of cleaned text; `at[i]` is the document offset of character i."""

    text: str
    at: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.text)

    def cut(self, begin: int, end: int | None = None) -> Span:
        """Characters begin..end as a span of their own."""
        return Span(self.text[begin:end], self.at[begin:end])

    def strip(self, chars: str | None = None) -> Span:
        """Without white space (or `chars`) at both ends."""
        left = len(self.text) - len(self.text.lstrip(chars))
        return self.cut(left, max(left, len(self.text.rstrip(chars))))

    def bounds(self, begin: int = 0, end: int | None = None) -> tuple[int, int]:
        """Document offsets (start, end) of characters begin..end; never empty when the span is not."""
        end = len(self.text) if end is None else end
        if not self.at:
            return (0, 0)
        begin = min(begin, len(self.at) - 1)
        end = max(begin + 1, min(end, len(self.at)))
        return self.at[begin], self.at[end - 1] + 1


EMPTY = Span("", ())


def join(parts: Iterable[Span]) -> Span:
    """One span after another."""
    parts = list(parts)
    return Span("".join(p.text for p in parts), tuple(n for p in parts for n in p.at))


def clean(text: str) -> Span:
    """The whole document without bookmark marks, LaTeX left-overs, entities and invisible characters; signs half-width."""
    drop = [False] * len(text)
    swap: dict[int, str] = {}

    def erase(begin: int, end: int) -> None:
        drop[begin:end] = [True] * (end - begin)

    for found in _BOOKMARK.finditer(text):
        erase(*found.span())
    if "\\" in text or "{" in text or "$" in text:
        _clean_latex(text, erase, swap)
    if "&" in text:
        for entity, plain in _ENTITY.items():
            for found in re.finditer(entity, text):
                erase(found.start() + 1, found.end())
                swap[found.start()] = plain
    out: list[str] = []
    at: list[int] = []
    for n, char in enumerate(text):
        if drop[n] or char in _INVISIBLE:
            continue
        char = swap.get(n, char)
        code = ord(char)
        if code > 126 or char in "()":
            char = chr(_ONE_TO_ONE.get(code, code))
        out.append(char)
        at.append(n)
    return Span("".join(out), tuple(at))


Erase = Callable[[int, int], None]


def _clean_latex(text: str, erase: Erase, swap: dict[int, str]) -> None:
    """LaTeX between dollars, where OCR parts even digits with blanks ($9 0 \\%$), and commands left in the text."""
    for found in _DOLLAR.finditer(text):
        erase(found.start(), found.start() + 1)
        erase(found.end() - 1, found.end())
        inner, begin = found.group(1), found.start(1)
        if _CJK.search(inner):
            continue
        blanks = {n for m in _LATEX_BLANK.finditer(inner) for n in range(*m.span())}
        for n in blanks:
            erase(begin + n, begin + n + 1)
        kept = [n for n in range(len(inner)) if n not in blanks]
        _commands("".join(inner[n] for n in kept), [begin + n for n in kept], erase, swap)
    _commands(text, range(len(text)), erase, swap)


def _commands(text: str, at: Sequence[int], erase: Erase, swap: dict[int, str]) -> None:
    """Commands, groups and indices of `text`, whose character n stands at document offset at[n]."""

    def drop(begin: int, end: int) -> None:
        for n in range(begin, end):
            erase(at[n], at[n] + 1)

    for found in _LATEX_GROUP.finditer(text):
        drop(found.start(), found.start(2))
        drop(found.end() - 1, found.end())
    for found in _LATEX_ONE.finditer(text):
        drop(*found.span())
    for found in _LATEX.finditer(text):
        drop(found.start() + 1, found.end())
        swap[at[found.start()]] = _LATEX_COMMAND[found.group(1)]


def tighten(span: Span) -> Span:
    """Without the white space that typesetting put between Chinese characters and numbers; one space inside Latin words."""
    text, keep = span.text, []
    parted = {
        n for m in _THOUSANDS.finditer(text) for n in range(*m.span()) if not text[n].isdigit()
    }  # marks between thousands
    for n, char in enumerate(text):
        if n in parted:
            continue
        if not char.isspace():
            keep.append(n)
            continue
        before = text[keep[-1]] if keep else ""
        rest = text[n + 1 : n + 40].lstrip()
        after = rest[:1]
        latin = before.isascii() and before.isalnum() and after.isascii() and after.isalnum()
        broken = char in "\n\f\r" and not (before.islower() and after.isalpha())
        if latin and not broken:
            keep.append(n)
    return Span("".join(" " if text[n].isspace() else text[n] for n in keep), tuple(span.at[n] for n in keep))
