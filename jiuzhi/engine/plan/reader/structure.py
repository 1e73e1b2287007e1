"""From cleaned lines to the outline: chapters, sections, paragraphs with their lead sentence, tables with their caption."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from jiuzhi.engine.plan.reader import headings as H
from jiuzhi.engine.plan.reader.lexicon import VERB
from jiuzhi.engine.plan.reader.owners import owner_note
from jiuzhi.engine.plan.reader.spans import EMPTY, Span, join, tighten
from jiuzhi.engine.plan.reader.tables import Table, find_table

_LINE_BREAK = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_FINISHED = re.compile(
    r"[。！？](?:（[^（）]{0,60}）)?['”’\"）】]*$|（(?:责任|牵头|配合)[^（）]{2,80}）$|（[^（）]{2,40}(?:牵头|负责)[^（）]{0,60}）$"
)
_LEAD = re.compile(r"^[^。，；：]{6,24}。")
_QUANTITY = re.compile(r"^\d+(?:\.\d+)?\s*(?:[%‰亿万千]|公顷|平方|立方|公里|吨|亩|个|座|处|条|家|天|微克)")
_ITEM = re.compile(r"^.{1,6}[、.）)]?\s*[^。，；]{4,32}。")
_STARTER = re.compile(
    r"^(?:到20\d\d年|推进|加强|强化|深化|深入|持续|全面|坚持|围绕|以|实施|开展|落实|严格|完善|健全|推动|加快|建立|构建|提升|优化|统筹|聚焦|积极"
    r"|大力|着力|切实|有序|稳步|巩固|按照|依托|立足|严守|编制|制定|支持|鼓励|引导|培育|打造|科学|分类|依法|规范|进一步|扎实|充分)"
)


@dataclass
class Block:
    """A heading, a paragraph of text or a table, in document order."""

    kind: str  # heading text table caption
    span: Span
    heading: H.Heading | None = None
    table: Table | None = None


@dataclass
class Node:
    """One clause of the outline. `role` is what the text under it is for (see `roles`)."""

    id: str
    parent: str
    level: str
    number: str
    title: str
    start: int
    end: int
    note: str = ""
    role: str = ""
    due: int = 0  # last year of the stage that its headings name, else 0
    domain: str = ""
    body: Span = EMPTY
    lead: int = 0  # characters of the body that are its lead sentence
    table: Table | None = None
    works: bool = False  # the table lists works; its rows are projects, their contents commitments


@dataclass
class Outline:
    """The document's clauses in order, and what stands before the first heading."""

    nodes: list[Node] = field(default_factory=list)
    front: list[str] = field(default_factory=list)
    doubts: list[tuple[str, str]] = field(default_factory=list)  # (clause id, reason)


def split_lines(span: Span) -> list[Span]:
    """The document's lines, white space at the left kept (a TAB marks a table cell)."""
    lines, begin = [], 0
    for found in _LINE_BREAK.finditer(span.text):
        lines.append(span.cut(begin, found.start()))
        begin = found.end()
    lines.append(span.cut(begin))
    return lines


def blocks_of(lines: list[Span]) -> list[Block]:
    """Headings, paragraphs (hard wraps and page breaks joined) and tables."""
    texts = [line.text.strip() for line in lines]
    keep = _without_contents(texts)
    wrapped = _wrap_width(texts)
    out: list[Block] = []
    buffer: list[Span] = []
    i, gap, dead = 0, False, [0]

    def flush() -> None:
        if buffer:
            body = tighten(join(buffer))
            if body.text:
                out.append(Block("text", body))
            buffer.clear()

    while i < len(lines):
        text = texts[i]
        if not text and "\t" not in lines[i].text:
            gap, i = True, i + 1
            continue
        if i not in keep:
            i += 1
            continue
        table = find_table(lines, i, dead)
        if table:
            flush()
            out.append(Block("table", join(lines[table.begin : table.end]), table=table))
            i, gap = table.end, False
            continue
        if not text or H.is_page_number(text):
            i += 1
            continue
        heading, caption = H.heading_of(re.sub(r"\s+", " ", text)), H.is_caption(text)
        starts_item = H.run_in(text) is not None and (_finished(buffer) or bool(_ITEM.match(text)))
        if _broken_number(buffer, text):
            heading, caption, starts_item = None, False, False
        inside_list = bool(buffer) and not _finished(buffer) and heading is not None and heading.rank >= 7
        if (heading or caption) and not inside_list:
            flush()
            out.append(Block("heading" if heading else "caption", tighten(lines[i]), heading=heading))
            i, gap = i + 1, False
            continue
        if buffer and (starts_item or _parts(buffer, text, gap, wrapped, bool(out))):
            flush()
        buffer.append(lines[i].strip() if not buffer else _glue(lines[i]))
        i, gap = i + 1, False
    flush()
    return out


def _glue(line: Span) -> Span:
    """A continuation line: a newline in front, so that Latin words stay apart and broken numbers do not."""
    body = line.strip()
    return join([Span("\n", body.at[:1]), body]) if body.at else body


def _broken_number(buffer: list[Span], text: str) -> bool:
    """Whether a line goes on with a number that the last one broke off (…面积 12 / 3.3 公顷), or is a quantity itself."""
    before = buffer[-1].text.rstrip()[-1:] if buffer else ""
    if before.isdigit() or before == ".":
        return text[:1].isdigit() or text[:1] == "."
    return not _finished(buffer) and bool(_QUANTITY.match(text))


def _finished(buffer: list[Span]) -> bool:
    return not buffer or bool(_FINISHED.search(buffer[-1].text.rstrip()))


def _wrap_width(texts: list[str]) -> int:
    """Line width of a document whose every line is broken at one width (PDF text), else 0."""
    body = [t for t in texts if len(t) >= 12]
    if len(body) < 40:
        return 0
    open_ended = sum(not _FINISHED.search(t) for t in body)
    width = sorted(len(t) for t in body)[int(len(body) * 0.9)]
    return width if open_ended > 0.5 * len(body) and width < 90 else 0


def _parts(buffer: list[Span], text: str, gap: bool, wrapped: int, inside: bool) -> bool:
    """Whether `text` begins a new paragraph after the lines in `buffer`."""
    last = buffer[-1].text.strip()
    if _FINISHED.search(last):
        fills_the_line = wrapped and len(last) >= wrapped - 2 and not gap
        return not fills_the_line or bool(_STARTER.match(text) and _LEAD.match(text))
    if inside and len(buffer) > 1:
        return False
    whole = "".join(b.text for b in buffer[:40]).strip()
    plain = not re.search(r"[，。；：、,;:\d]", whole)
    if not inside:
        return (len(whole) < 40 and plain) or gap
    if not plain or not re.search(r"[，。；]", text):
        return False
    starts = bool(_STARTER.match(text) or VERB.match(text))
    return starts and (4 <= len(whole) <= 12 or (len(whole) <= 25 and len(text) > 30))


def _without_contents(texts: list[str]) -> set[int]:
    """Indices of the lines that are not the table of contents."""
    drop = {n for n, t in enumerate(texts) if H.is_toc_line(t)}
    for n, text in enumerate(texts[:400]):
        if not H.is_toc_title(text):
            continue
        drop.add(n)
        following = [(k, H.without_page(t)) for k, t in enumerate(texts[n + 1 : n + 400], n + 1) if t]
        if following:
            first = following[0][1]
            again = next(
                (k for k, t in following[1:] if t == first or (len(first) > 8 and t.startswith(first))), None
            )
            if again is not None:
                drop.update(range(n, again))
        break
    if len(drop) < 3:
        drop = {n for n in drop if H.is_toc_title(texts[n])}
    return set(range(len(texts))) - drop


def outline_of(blocks: list[Block]) -> Outline:
    """Clauses numbered by their true order; levels follow the ranks the document uses."""
    outline = Outline()
    blocks = _without_title(blocks, outline)
    ranks = sorted({b.heading.rank for b in blocks if b.heading})
    counters: dict[str, int] = {}
    stack: list[tuple[int, Node]] = []
    seen: dict[tuple[str, str], Node] = {}
    caption: Block | None = None

    def add(level: str, number: str, title: str, block: Block) -> Node:
        parent = stack[-1][1].id if stack else ""
        mark = {"text": "p", "table": "t", "caption": "t"}.get(block.kind, "")
        key = f"{parent}/{mark}"
        counters[key] = counters.get(key, 0) + 1
        ident = f"{parent}.{mark}{counters[key]}" if parent else f"{mark}{counters[key]}"
        start, end = block.span.bounds()
        node = Node(ident, parent, level, number, title, start, end)
        outline.nodes.append(node)
        return node

    for block in blocks:
        if block.kind == "heading" and block.heading:
            _bare_caption(add, caption)
            caption, head = None, block.heading
            while stack and stack[-1][0] >= head.rank:
                stack.pop()
            level = (
                ("chapter", "section")[ranks.index(head.rank)] if ranks.index(head.rank) < 2 else "paragraph"
            )
            tight = H.heading_of(block.span.text)
            title = re.sub(r"\s+", "", tight.title if tight else head.title)
            node = add(level, head.number, title, block)
            _note_repeat(outline, seen, node, head)
            stack.append((head.rank, node))
        elif block.kind == "caption":
            _bare_caption(add, caption)
            caption = block
        elif not stack and block.kind == "text" and len(outline.nodes) == 0 and _front_matter(block, outline):
            continue
        elif block.kind == "table" and block.table:
            text = caption.span.text if caption else ""
            number = H.caption_number(text)
            node = add(
                "table", number, text[len(number) :].strip(" :：") if number else text, caption or block
            )
            node.end = block.span.bounds()[1]
            node.table, caption = block.table, None
        else:
            _bare_caption(add, caption)
            caption = None
            _paragraph(add("paragraph", "", "", block), block)
    _bare_caption(add, caption)
    _vote_on_leads(outline)
    _rejoin_pages(outline)
    _extend_ends(outline.nodes)
    return outline


def _without_title(blocks: list[Block], outline: Outline) -> list[Block]:
    """A markdown heading that is the plan's own title (# …规划) is no chapter."""
    first = next((n for n, b in enumerate(blocks) if b.heading), -1)
    head = blocks[first].heading if 0 <= first <= 8 else None
    if head is None or head.number or not re.search(r"(?:规划|方案|纲要)(?:（.*）)?$", head.title):
        return blocks
    if not any(b.heading and b.heading is not head and b.heading.rank != head.rank for b in blocks):
        return blocks
    outline.front.append(head.title)
    return blocks[:first] + blocks[first + 1 :]


def _bare_caption(add: Callable[[str, str, str, Block], Node], caption: Block | None) -> None:
    """A caption without a table behind it stays in the outline as a table's place."""
    if caption is not None:
        text = caption.span.text
        number = H.caption_number(text)
        add("table", number, text[len(number) :].strip(" :："), caption)


def _vote_on_leads(outline: Outline) -> None:
    """Whether paragraphs open with a title sentence is a habit of the whole document; elsewhere a short sentence is a sentence."""
    bodies = [n for n in outline.nodes if n.body.text.count("。") >= 2 and not n.number]
    siblings = Counter(n.parent for n in outline.nodes if n.body.text)
    for node in bodies:
        if (
            "，" in node.title and siblings[node.parent] == 1
        ):  # nothing to tell apart: a sentence, not a title
            node.title, node.lead = "", 0
    short = sum(bool(n.title) and len(n.title) <= 22 for n in bodies)
    if short >= 0.5 * len(bodies):
        return
    for node in bodies:
        if H.STAGE.fullmatch(node.title):
            continue
        if len(node.title) > 16 or "，" in node.title or "、" in node.title:
            node.title, node.lead = "", 0


def _rejoin_pages(outline: Outline) -> None:
    """Where paragraphs open with a lead sentence, one without is the rest of the last one, cut off by a page break."""
    bodies = [n for n in outline.nodes if n.body.text]
    groups: dict[str, list[Node]] = {}
    for node in bodies:
        groups.setdefault(node.parent, []).append(node)
    many = [g for g in groups.values() if len(g) >= 2]
    led = sum(bool(n.title) for g in many for n in g)
    if led < 10 or led < 0.8 * sum(len(g) for g in many):
        return
    for group in many:
        for before, node in itertools.pairwise(group):
            if before.title and not node.title and not node.number:
                while before.note.startswith("并入"):
                    before = next(n for n in group if n.id == before.note[2:])
                before.body, before.end = join([before.body, node.body]), node.end
                node.note, node.title = f"并入{before.id}", before.title
    merged = {n.id for n in outline.nodes if n.note.startswith("并入")}
    outline.nodes = [n for n in outline.nodes if n.id not in merged]


def _front_matter(block: Block, outline: Outline) -> bool:
    """Title lines before the first heading are no clauses."""
    text = block.span.text
    outline.front.append(text)
    return len(text) <= 60 and "。" not in text


def _note_repeat(outline: Outline, seen: dict[tuple[str, str], Node], node: Node, head: H.Heading) -> None:
    if not head.number:
        return
    key = (node.parent, head.number)
    if key in seen and head.rank <= 5:
        node.note = "编号重复"
        outline.doubts.append(
            (
                node.id,
                f"编号“{head.number}”在同一上级下重复出现（先见于 {seen[key].id}），按真实顺序编为 {node.id}",
            )
        )
    seen.setdefault(key, node)


def _paragraph(node: Node, block: Block) -> None:
    """Give a paragraph its body and, when it opens with one, the lead sentence as title."""
    body = block.span
    lead = H.run_in(body.text)
    if lead and lead.rank >= 4:
        node.number = lead.number
        body = body.cut(lead.at)
    node.body = body
    found = re.match(r"([^。！？；：]{4,45})[。：:]", body.text)
    rest = len(body.text) - (found.end() if found else 0)
    if (
        found is None or rest < 8 or owner_note(body.text[found.end() :])
    ):  # 加强某事。由某局牵头: no title, the work
        return
    commas, dated = found.group(1).count("，"), re.search(r"\d{2,}|到20\d\d年", found.group(1))
    dated = None if H.STAGE.fullmatch(found.group(1)) else dated
    if (commas <= 1 and not dated) or (commas == 2 and len(found.group(1)) <= 32 and not dated):
        node.title, node.lead = found.group(1).strip("—- "), found.end()
        node.title = re.sub(r"^[一二三四五六七八九十]是(?=..)", "", node.title)


def _extend_ends(nodes: list[Node]) -> None:
    """A heading's span reaches to the end of what stands under it."""
    by_id = {n.id: n for n in nodes}
    for node in nodes:
        parent = by_id.get(node.parent)
        while parent is not None:
            parent.end = max(parent.end, node.end)
            parent = by_id.get(parent.parent)
