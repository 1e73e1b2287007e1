"""Cleaned text that remembers where each character stood in the document."""

from __future__ import annotations

import re
from collections.abc import Iterable
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
        for n in range(begin, end):
            drop[n] = True

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


def _clean_latex(text: str, erase, swap: dict[int, str]) -> None:  # type: ignore[no-untyped-def]
    for found in _DOLLAR.finditer(text):
        erase(found.start(), found.start() + 1)
        erase(found.end() - 1, found.end())
    for found in _LATEX_GROUP.finditer(text):
        erase(found.start(), found.start(2))
        erase(found.end() - 1, found.end())
    for found in _LATEX_ONE.finditer(text):
        erase(*found.span())
    for found in _LATEX.finditer(text):
        erase(found.start() + 1, found.end())
        swap[found.start()] = _LATEX_COMMAND[found.group(1)]


def tighten(span: Span) -> Span:
    """Without the white space that typesetting put between Chinese characters and numbers; one space inside Latin words."""
    text, keep = span.text, []
    for n, char in enumerate(text):
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
