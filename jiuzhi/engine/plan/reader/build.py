"""From a decoded document to a pack: outline, commitments, tasks, projects, organisations, places, doubts."""

from __future__ import annotations

from dataclasses import dataclass, field

from jiuzhi.engine.plan.pack import Clause, Commitment, Entity, Pack, PackInfo, Project, Task
from jiuzhi.engine.plan.reader import READER_VERSION
from jiuzhi.engine.plan.reader.counties import adcode_of
from jiuzhi.engine.plan.reader.document import Document
from jiuzhi.engine.plan.reader.entities import Found, PlaceFinder, organisations_in, parts_of, projects_in
from jiuzhi.engine.plan.reader.facts import read_sentence
from jiuzhi.engine.plan.reader.implicit import implied_facts, qualitative_facts
from jiuzhi.engine.plan.reader.indicators import Indicator, Value, falling, read_indicators, read_works
from jiuzhi.engine.plan.reader.naming import normal_unit
from jiuzhi.engine.plan.reader.phrases import Fact, State
from jiuzhi.engine.plan.reader.review import link_baselines, review_pack
from jiuzhi.engine.plan.reader.roles import Plan, assign_roles, domain_of, read_plan_facts
from jiuzhi.engine.plan.reader.sentences import Sentence, sentences_of, trim
from jiuzhi.engine.plan.reader.spans import clean
from jiuzhi.engine.plan.reader.structure import Node, Outline, blocks_of, outline_of, split_lines
from jiuzhi.engine.plan.reader.tasks import is_task, owner_note, owner_of, verb_and_object


@dataclass
class _Work:
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


def build_pack(document: Document) -> Pack:
    """Read a decoded document. The same document gives the same pack, to the byte."""
    whole = clean(document.text)
    outline = outline_of(blocks_of(split_lines(whole)))
    assign_roles(outline)
    plan = read_plan_facts(outline, whole.text, document.name)
    bodies = [n.body.text for n in outline.nodes if n.body.text]
    work = _Work(document, outline, plan, PlaceFinder(bodies, plan.county), Pack())
    work.sentences = [s for n in outline.nodes if n.body.text for s in sentences_of(n)]
    _info(work)
    _clauses(work)
    _commitments(work)
    _tasks(work)
    _table_projects(work)
    _entities(work)
    link_baselines(work.pack, plan)
    review_pack(work.pack, work.doubts, document.warnings, plan)
    return work.pack


def _info(work: _Work) -> None:
    plan, document = work.plan, work.document
    work.pack.info = PackInfo(
        county=plan.county,
        adcode=adcode_of(plan.county),
        title=plan.title,
        period_start=str(plan.start or ""),
        period_end=str(plan.end or ""),
        period_basis=plan.period_basis,
        base_year=str(plan.base or ""),
        status="draft" if plan.draft else "final",
        document=document.name,
        sha256=document.sha256,
        encoding=document.encoding,
        document_kind=document.kind,
        characters=str(len(document.text)),
        reader_version=READER_VERSION,
    )


def _clauses(work: _Work) -> None:
    for order, node in enumerate(work.outline.nodes, start=1):
        title = node.title[:60]
        if not title:
            title = (
                "（章引言）"
                if _is_intro(work, node)
                else "（无标题表）"
                if node.level == "table"
                else "（无标题段）"
            )
        work.pack.clauses.append(
            Clause(
                node.id, node.parent, node.level, node.number, title, order, node.start, node.end, node.note
            )
        )
    work.doubts.extend(("clauses.csv", ident, reason) for ident, reason in work.outline.doubts)


def _is_intro(work: _Work, node: Node) -> bool:
    """A paragraph that stands between a chapter's heading and its first section."""
    parent = next((n for n in work.outline.nodes if n.id == node.parent), None)
    if parent is None or parent.level != "chapter" or node.title:
        return False
    sections = [n for n in work.outline.nodes if n.parent == parent.id and n.level == "section"]
    return bool(sections) and node.start < sections[0].start


def _commitments(work: _Work) -> None:
    """Numbers, implied values and goals in words, in document order: tables and prose together."""
    by_node: dict[str, list[Sentence]] = {}
    for sentence in work.sentences:
        by_node.setdefault(sentence.node.id, []).append(sentence)
    for node in work.outline.nodes:
        if node.table is not None:
            for indicator in read_indicators(node, work.plan):
                _indicator_rows(work, node, indicator)
            continue
        state, soft = State(), State()
        for sentence in by_node.get(node.id, []):
            facts = read_sentence(sentence, work.plan, state)
            if sentence.node.role != "problem":
                facts += implied_facts(sentence, work.plan, soft, facts)
            facts += qualitative_facts(sentence, work.plan, facts)
            for fact in sorted(facts, key=lambda f: (f.begin, f.end)):
                _prose_row(work, fact)


def _prose_row(work: _Work, fact: Fact) -> None:
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
        place=_place(work, fact.name, words),
        owner=owner_of(fact.sentence.text),
        domain=domain_of(fact.name, "") or domain_of(words, node.domain) or node.domain,
        clause=node.id,
        start=start,
        end=end,
        confidence=f"{fact.confidence:.2f}",
        sha256=work.document.sha256,
        note=fact.note,
    )
    work.pack.commitments.append(row)


def _place(work: _Work, name: str, words: str) -> str:
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


def _indicator_rows(work: _Work, node: Node, indicator: Indicator) -> None:
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


def _indicator_row(work: _Work, node: Node, indicator: Indicator, value: Value) -> Commitment:
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


def _check_verdict(work: _Work, indicator: Indicator, targets: list[Commitment]) -> None:
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


def _tasks(work: _Work) -> None:
    rows = work.pack.commitments
    notes: dict[str, str] = {}
    for sentence in work.sentences:
        note = owner_note(trim(sentence.text))
        if note:
            notes[sentence.node.id] = note
    for row in rows:
        row.owner = row.owner or notes.get(row.clause, "")
    for sentence in work.sentences:
        node = sentence.node
        start, end = node.body.bounds(sentence.begin, sentence.end)
        inside = [r for r in rows if r.clause == node.id and start <= r.start < end]
        if _is_intro(work, node) or not is_task(sentence, sum(r.basis == "explicit" for r in inside)):
            continue
        text = trim(sentence.text)
        verb, obj, title = verb_and_object(text)
        places = [f.name for f in work.places.find(text)]
        task = Task(
            id=work.new_id("T", start),
            title=title,
            verb=verb,
            object=obj,
            places="、".join(dict.fromkeys(places)),
            domain=domain_of(text, node.domain),
            clause=node.id,
            commitments=" ".join(r.id for r in inside),
            owner=owner_of(text) or notes.get(node.id, ""),
            start=start,
            end=end,
            confidence="0.90" if verb else "0.50",
            sha256=work.document.sha256,
            note="" if verb else "未识别出动词",
        )
        work.pack.tasks.append(task)
        _projects(work, sentence, task, inside)


def _table_projects(work: _Work) -> None:
    """Works listed in tables, with the unit and the investment the table names."""
    for node in work.outline.nodes:
        for row in read_works(node):
            start, end = row.name.bounds()
            work.pack.projects.append(
                Project(
                    id=work.new_id("P", start),
                    name=row.name.text[:60],
                    type=row.kind[:20] or "工程",
                    quantity=row.amount,
                    unit=row.unit,
                    place=_place(work, row.name.text, ""),
                    owner=row.owner,
                    clause=node.id,
                    start=start,
                    end=end,
                    confidence="0.90",
                    sha256=work.document.sha256,
                    note="列表项目" + ("，数量为投资额" if row.amount else ""),
                )
            )


def _projects(work: _Work, sentence: Sentence, task: Task, inside: list[Commitment]) -> None:
    known = {p.name for p in work.pack.projects}
    for found in projects_in(sentence.text):
        if found.name in known:
            continue
        known.add(found.name)
        start, end = sentence.node.body.bounds(sentence.begin + found.begin, sentence.begin + found.end)
        number = next((r for r in inside if r.value and r.start <= start < r.end), None)
        places = [f.name for f in work.places.find(found.name)]
        work.pack.projects.append(
            Project(
                id=work.new_id("P", start),
                name=found.name,
                type=found.type,
                quantity=number.value if number else "",
                unit=number.unit if number else "",
                place="、".join(dict.fromkeys(places)) or work.plan.county,
                owner=task.owner,
                verb=task.verb.split("、")[0],
                clause=task.clause,
                task=task.id,
                start=start,
                end=end,
                confidence="0.70",
                sha256=work.document.sha256,
            )
        )


def _entities(work: _Work) -> None:
    organisations: dict[str, Entity] = {}
    places: dict[str, Entity] = {}
    for node in work.outline.nodes:
        if node.table is not None:
            for indicator in read_indicators(node, work.plan):
                if indicator.owner:
                    at = indicator.span.text.rfind(indicator.owner)
                    begin = max(at, 0)
                    spot = indicator.span.bounds(begin, begin + len(indicator.owner))
                    _count(organisations, Found(indicator.owner, "责任单位", 0, 0), node, spot, "O", work)
        elif node.body.text:
            for found in organisations_in(node.body.text):
                _count(organisations, found, node, node.body.bounds(found.begin, found.end), "O", work)
            for found in (part for place in work.places.find(node.body.text) for part in parts_of(place)):
                _count(places, found, node, node.body.bounds(found.begin, found.end), "L", work)
    work.pack.organisations = list(organisations.values())
    work.pack.places = list(places.values())


def _count(
    table: dict[str, Entity], found: Found, node: Node, spot: tuple[int, int], mark: str, work: _Work
) -> None:
    row = table.get(found.name)
    if row is None:
        table[found.name] = row = Entity(
            id=work.new_id(mark, spot[0]),
            name=found.name,
            type=found.type,
            clause=node.id,
            start=spot[0],
            end=spot[1],
            confidence="0.70",
            sha256=work.document.sha256,
        )
    row.count += 1
    if found.type == "责任单位":
        row.type, row.confidence = "责任单位", "0.95"
