"""Sentences, semicolon items and comma clauses, aware of quotation marks and parentheses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from jiuzhi.engine.plan.reader.owners import ASIDE, without_asides
from jiuzhi.engine.plan.reader.spans import Span
from jiuzhi.engine.plan.reader.structure import Node

_OPEN = dict(zip("“‘（《【〔「[", "”’）》】〕」]", strict=True))
_CLOSE = set(_OPEN.values())


@dataclass(frozen=True)
class Sentence:
    """One sentence or semicolon item: characters begin..end of its clause's body."""

    node: Node
    begin: int
    end: int
    lead: bool
    item: int = 0  # position among the semicolon items of one sentence

    @property
    def span(self) -> Span:
        return self.node.body.cut(self.begin, self.end)

    @cached_property
    def text(self) -> str:
        """The words without the units that brackets make responsible (`span` has them), each at its own offset."""
        return without_asides(self.node.body.text[self.begin : self.end])


def depths(text: str) -> list[int]:
    """Nesting depth per character inside quotes and brackets; an opener that never closes opens nothing."""
    out, stack = [0] * len(text), []
    pairs: list[tuple[int, int]] = []
    for n, char in enumerate(text):
        if char in _OPEN:
            stack.append((char, n))
        elif char in _CLOSE:
            for k in range(len(stack) - 1, -1, -1):
                if _OPEN[stack[k][0]] == char:
                    pairs.append((stack[k][1], n))
                    del stack[k:]
                    break
    for a, b in pairs:
        if b - a <= 120:
            for n in range(a, b + 1):
                out[n] += 1
    return out


def split(text: str, marks: str) -> list[tuple[int, int]]:
    """Pieces of `text` parted by any of `marks` outside quotes and brackets; the mark stays with its piece."""
    inside = depths(text)
    pieces, begin = [], 0
    for n, char in enumerate(text):
        if char in marks and not inside[n] and not (char in ",:" and text[n + 1 : n + 2].isdigit()):
            pieces.append((begin, n + 1))
            begin = n + 1
    if text[begin:].strip():
        pieces.append((begin, len(text)))
    return [(a, b) for a, b in pieces if text[a:b].strip("；。！？;， ")]


def _pieces(text: str, lead: int) -> list[tuple[int, int]]:
    """Sentences; a title that a colon ends and a unit in brackets behind a full stop are sentences of their own."""
    out: list[tuple[int, int]] = []
    for a, b in split(text, "。！？"):
        if a == 0 and 0 < lead < b and text[lead - 1] in "：:":
            out.append((a, lead))
            a = lead
        aside = ASIDE.match(text, a)
        if aside and aside.end() < b and text[aside.end() : b].strip("。 "):
            out.append((a, aside.end()))
            a = aside.end()
        out.append((a, b))
    return out


def sentences_of(node: Node) -> list[Sentence]:
    """The sentences of a paragraph, each cut at its semicolons."""
    out: list[Sentence] = []
    for a, b in _pieces(node.body.text, node.lead):
        for k, (c, d) in enumerate(split(node.body.text[a:b], "；;")):
            lead = a < node.lead and k == 0
            out.append(Sentence(node, a + c, a + d, lead and node.lead <= b, k))
    return out


def trim(text: str) -> str:
    """Without punctuation and blanks at both ends."""
    return re.sub(r"^[\s，、；。：:,;”’）》]+|[\s，、；。：:,;“‘（《]+$", "", text)
