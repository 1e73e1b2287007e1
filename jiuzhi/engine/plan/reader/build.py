"""From a decoded document to a pack: outline, commitments, tasks, projects, organisations, places, doubts."""

from __future__ import annotations

import re

from jiuzhi.engine.plan.pack import Clause, Commitment, Entity, Pack, PackInfo, Project, Task
from jiuzhi.engine.plan.reader import READER_VERSION
from jiuzhi.engine.plan.reader.commitments import Work, add_commitments, place_of
from jiuzhi.engine.plan.reader.counties import adcode_of
from jiuzhi.engine.plan.reader.document import Document
from jiuzhi.engine.plan.reader.entities import Found, PlaceFinder, organisations_in, parts_of, projects_in
from jiuzhi.engine.plan.reader.indicators import (
    read_indicators,
    read_works,
    table_prose,
    works_prose,
)
from jiuzhi.engine.plan.reader.owners import owner_note, owner_of
from jiuzhi.engine.plan.reader.review import link_baselines, review_pack
from jiuzhi.engine.plan.reader.roles import Plan, assign_roles, domain_of, read_plan_facts
from jiuzhi.engine.plan.reader.sentences import Sentence, sentences_of, trim
from jiuzhi.engine.plan.reader.spans import clean
from jiuzhi.engine.plan.reader.structure import Node, blocks_of, outline_of, split_lines
from jiuzhi.engine.plan.reader.tasks import is_task, verb_and_object


def build_pack(document: Document) -> Pack:
    """Read a decoded document. The same document gives the same pack, to the byte."""
    whole = clean(document.text)
    outline = outline_of(blocks_of(split_lines(whole)))
    assign_roles(outline)
    for node in outline.nodes:
        if node.table is not None and not read_indicators(node, Plan()):
            node.works = bool(read_works(node))
            node.body = works_prose(node) if node.works else table_prose(node)
    plan = read_plan_facts(outline, whole.text, document.name)
    bodies = [n.body.text for n in outline.nodes if n.body.text]
    work = Work(document, outline, plan, PlaceFinder(bodies, plan.county), Pack())
    work.sentences = [s for n in outline.nodes if n.body.text for s in sentences_of(n)]
    _info(work)
    _clauses(work)
    add_commitments(work)
    _tasks(work)
    _listed_projects(work)
    _entities(work)
    link_baselines(work.pack, plan)
    review_pack(work.pack, work.doubts, document.warnings, plan)
    return work.pack


def _info(work: Work) -> None:
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


def _clauses(work: Work) -> None:
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


def _is_intro(work: Work, node: Node) -> bool:
    """A paragraph that stands between a chapter's heading and its first section."""
    parent = next((n for n in work.outline.nodes if n.id == node.parent), None)
    if parent is None or parent.level != "chapter" or node.title:
        return False
    sections = [n for n in work.outline.nodes if n.parent == parent.id and n.level == "section"]
    return bool(sections) and node.start < sections[0].start


def _noted_owners(sentences: list[Sentence]) -> list[str]:
    """Per sentence, the unit of the note that follows it: a note speaks for its paragraph back to the last note before it, and
    one that is a paragraph of its own speaks for the paragraph before."""
    out = [""] * len(sentences)
    for n, sentence in enumerate(sentences):
        note = owner_note(sentence.span.text)
        if not note:
            continue
        k = n - 1
        alone = k >= 0 and sentences[k].node is not sentence.node
        node = (
            sentences[k].node if alone and sentences[k].node.parent == sentence.node.parent else sentence.node
        )
        while k >= 0 and sentences[k].node is node and not out[k] and not owner_note(sentences[k].span.text):
            out[k], k = note, k - 1
    return out


def _tasks(work: Work) -> None:
    rows = work.pack.commitments
    noted = _noted_owners(work.sentences)
    for sentence, owner in zip(work.sentences, noted, strict=True):
        node = sentence.node
        start, end = node.body.bounds(sentence.begin, sentence.end)
        inside = [r for r in rows if r.clause == node.id and start <= r.start < end]
        for row in inside:
            row.owner = row.owner or owner
        if (
            node.works
            or _is_intro(work, node)
            or not is_task(sentence, sum(r.basis == "explicit" for r in inside))
        ):
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
            owner=owner_of(sentence.span.text) or owner,
            start=start,
            end=end,
            confidence="0.90" if verb else "0.50",
            sha256=work.document.sha256,
            note="" if verb else "未识别出动词",
        )
        work.pack.tasks.append(task)
        _projects(work, sentence, task, inside)


def _listed_projects(work: Work) -> None:
    """Works that are numbered items (1. …工程。) or rows of a table, with the unit and the investment the table names."""
    for node in work.outline.nodes:
        if (
            node.role == "task"
            and node.number
            and node.body.text
            and re.search(r"(?:工程|项目|行动)$", node.title)
        ):
            start, end = node.body.bounds(0, len(node.title))
            project = Project(
                work.new_id("P", start),
                node.title,
                "工程",
                place=place_of(work, node.title, ""),
                clause=node.id,
            )
            project.start, project.end, project.confidence, project.sha256 = (
                start,
                end,
                "0.90",
                work.document.sha256,
            )
            work.pack.projects.append(project)
        for row in read_works(node):
            start, end = row.name.bounds()
            work.pack.projects.append(
                Project(
                    id=work.new_id("P", start),
                    name=row.name.text[:60],
                    type=row.kind[:20] or "工程",
                    quantity=row.amount,
                    unit=row.unit,
                    place=place_of(work, row.name.text, ""),
                    owner=row.owner,
                    clause=node.id,
                    start=start,
                    end=end,
                    confidence="0.90",
                    sha256=work.document.sha256,
                    note="列表项目" + ("，数量为投资额" if row.amount else ""),
                )
            )


def _projects(work: Work, sentence: Sentence, task: Task, inside: list[Commitment]) -> None:
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


def _entities(work: Work) -> None:
    organisations: dict[str, Entity] = {}
    places: dict[str, Entity] = {}
    for node in work.outline.nodes:
        for indicator in read_indicators(node, work.plan):
            if indicator.owner:
                begin = max(indicator.span.text.rfind(indicator.owner), 0)
                spot = indicator.span.bounds(begin, begin + len(indicator.owner))
                _count(organisations, Found(indicator.owner, "责任单位", 0, 0), node, spot, "O", work)
        if node.body.text:
            for found in organisations_in(node.body.text):
                _count(organisations, found, node, node.body.bounds(found.begin, found.end), "O", work)
            for found in (part for place in work.places.find(node.body.text) for part in parts_of(place)):
                _count(places, found, node, node.body.bounds(found.begin, found.end), "L", work)
    work.pack.organisations = list(organisations.values())
    work.pack.places = list(places.values())


def _count(
    table: dict[str, Entity], found: Found, node: Node, spot: tuple[int, int], mark: str, work: Work
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
