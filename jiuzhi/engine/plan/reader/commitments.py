"""Commitment rows: numbers, implied values and goals in words from sentences; indicators from tables."""

from __future__ import annotations

from dataclasses import dataclass, field

from jiuzhi.engine.plan.pack import Commitment, Pack
from jiuzhi.engine.plan.reader.document import Document
from jiuzhi.engine.plan.reader.entities import PlaceFinder
from jiuzhi.engine.plan.reader.facts import read_sentence
from jiuzhi.engine.plan.reader.implicit import implied_facts, qualitative_facts
from jiuzhi.engine.plan.reader.indicators import (
    Indicator,
    Value,
    falling,
    read_indicators,
)
from jiuzhi.engine.plan.reader.naming import normal_unit
from jiuzhi.engine.plan.reader.owners import owner_of
from jiuzhi.engine.plan.reader.phrases import Fact, State
from jiuzhi.engine.plan.reader.roles import Plan, domain_of
from jiuzhi.engine.plan.reader.sentences import Sentence
from jiuzhi.engine.plan.reader.structure import Node, Outline


@dataclass
class Work:
    """What the reading of one document shares."""

    document: Document
    outline: Outline
    plan: Plan
    places: PlaceFinder
    pack: Pack
    sentences: list[Sentence] = field(default_factory=list)
    doubts: list[tuple[str, str, str]] = field(default_factory=list)  # file, row id, reason
    taken: set[str] = field(default_factory=set)

    def new_id(self, mark: str, start: int) -> str:
        """An id from where the fact stands (I-05213b): a better reader gives the same fact the same id again."""
        for tail in ("", *"bcdefghijklmnopqrstuvwxyz"):
            if (ident := f"{mark}-{start:05d}{tail}") not in self.taken:
                break
        else:
            ident = f"{mark}-{start:05d}.{len(self.taken)}"
        self.taken.add(ident)
        return ident


def add_commitments(work: Work) -> None:
    """Numbers, implied values and goals in words, in document order: tables and prose together."""
    by_node: dict[str, list[Sentence]] = {}
    for sentence in work.sentences:
        by_node.setdefault(sentence.node.id, []).append(sentence)
    for node in work.outline.nodes:
        for indicator in read_indicators(node, work.plan):
            _indicator_rows(work, node, indicator)
        state, soft = State(), State()
        for sentence in by_node.get(node.id, []):
            facts = read_sentence(sentence, work.plan, state)
            if sentence.node.role != "problem":
                facts += implied_facts(sentence, work.plan, soft, facts)
            facts += qualitative_facts(sentence, work.plan, facts)
            for fact in sorted(facts, key=lambda f: (f.begin, f.end)):
                _prose_row(work, fact)


def _prose_row(work: Work, fact: Fact) -> None:
    node = fact.sentence.node
    start, end = node.body.bounds(fact.begin, fact.end)
    words = node.body.text[fact.begin : fact.end]
    row = Commitment(
        id=work.new_id("I", start),
        name=fact.name,
        unit=fact.unit,
        kind=fact.kind,
        comparator=fact.comparator,
        value=fact.value,
        value_high=fact.high,
        value_text=fact.words,
        year=str(fact.year or ""),
        year_basis=fact.year_basis,
        basis=fact.basis,
        scope=fact.scope,
        place=place_of(work, fact.name, words),
        owner=owner_of(fact.sentence.span.text),
        domain=domain_of(fact.name, "") or domain_of(words, node.domain) or node.domain,
        clause=node.id,
        start=start,
        end=end,
        confidence=f"{fact.confidence:.2f}",
        sha256=work.document.sha256,
        note=fact.note,
    )
    work.pack.commitments.append(row)


def place_of(work: Work, name: str, words: str) -> str:
    """Places named in the fact, else the county; 城区 and 农村 stay with it."""
    county = work.plan.county
    for text in (name, words):
        found = [f.name for f in work.places.find(text) if f.name != county]
        if found:
            return "、".join(dict.fromkeys(found))
    for word in ("城市建成区", "县城", "城区"):
        if word in words:
            return county + word
    return county


def _indicator_rows(work: Work, node: Node, indicator: Indicator) -> None:
    start, end = indicator.span.bounds()
    base = ""
    targets: list[Commitment] = []
    for value in indicator.values:
        row = _indicator_row(work, node, indicator, value)
        row.id, row.start, row.end = work.new_id("I", start), start, end
        work.pack.commitments.append(row)
        if value.kind in ("baseline", "achieved"):
            base = base or row.id
        else:
            targets.append(row)
    for row in targets:
        if base and all(v.kind != "achieved" for v in indicator.values):
            row.baseline = base
    if indicator.verdict and indicator.values:
        _check_verdict(work, indicator, targets)


def _indicator_row(work: Work, node: Node, indicator: Indicator, value: Value) -> Commitment:
    cell = value.cell
    sign = cell.comparator
    if sign == "=" and falling(indicator.name):
        sign = "decrease"
    if sign == "=" and "累计" in value.scope and not falling(indicator.name):
        sign = "累计"
    label = f"（{cell.label}）" if cell.label else ""
    notes = [indicator.note, f"领域：{indicator.category}" if indicator.category else ""]
    if indicator.verdict:
        notes.append(f"文中评价：{indicator.verdict}")
    if cell.value and cell.words:
        notes.append("原文另注文字")
    return Commitment(
        name=indicator.name + label,
        unit=normal_unit(indicator.unit),
        kind=value.kind,
        comparator=sign,
        value=cell.value,
        value_high=cell.high,
        value_text=cell.words,
        year=str(value.year or ""),
        year_basis=value.year_basis,
        basis="explicit" if cell.value else "qualitative",
        nature=indicator.nature if indicator.nature in ("约束性", "预期性", "引导性", "指导性") else "",
        scope=value.scope,
        place=work.plan.county + {"城市": "城区"}.get(cell.label, cell.label),
        owner=indicator.owner,
        domain=domain_of(indicator.name, "") or domain_of(indicator.category, node.domain) or node.domain,
        clause=node.id,
        confidence="0.95" if cell.value and not cell.words else "0.80",
        sha256=work.document.sha256,
        note="；".join(n for n in notes if n),
    )


def _check_verdict(work: Work, indicator: Indicator, targets: list[Commitment]) -> None:
    """A verdict that its own figures do not bear out is a contradiction for a person to judge."""
    if not indicator.verdict.startswith(("达", "完成", "已", "是", "实现")):
        return
    for row in targets:
        if not row.value:
            work.doubts.append(
                (
                    "commitments.csv",
                    row.id,
                    f"目标为“{row.value_text}”，文中评价“{indicator.verdict}”无法由数据核验",
                )
            )
            continue
        for value in indicator.values:
            if value.kind == "target" or not value.cell.value:
                continue
            short = float(value.cell.value) < float(row.value) and row.comparator in (">=", ">", "=", "累计")
            if short:
                label = value.cell.label or indicator.name
                reason = f"{label}实际 {value.cell.value} 低于目标 {row.comparator}{row.value}，但文中评价“{indicator.verdict}”"
                work.doubts.append(("commitments.csv", row.id, reason))
