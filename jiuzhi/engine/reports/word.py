"""The evaluation as a Word document in the look of an official paper (GB/T 9704): A4, 黑体 楷体 仿宋 宋体.

Word's own Chinese fonts are named, never embedded. Every run names its East Asian font, because Word falls back to a Latin
one where it is missing.
"""

import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_LINE_SPACING
from docx.shared import Mm, Pt, RGBColor

from .blocks import Column, Composition, Figure, Heading, Paragraph, Table
from .compose import compose
from .model import EvaluationReport
from .words import COLOURS, MARKS
from .wordxml import (
    bookmark,
    cell_margins,
    contents,
    field,
    fonts_of,
    keep_whole,
    repeat_header,
    shade,
    start_at_one,
)

LATIN = "Times New Roman"
BODY, TITLE, KAI, HEI = "仿宋", "宋体", "楷体", "黑体"
_HEADINGS = {1: (HEI, 16, False), 2: (KAI, 16, True), 3: (BODY, 16, True)}  # 三号
_TEXT_WIDTH = 156  # [mm], GB/T 9704-2012 版心
_ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}
_RED = RGBColor(0xC5, 0x30, 0x30)
_GREY = RGBColor(0x4A, 0x55, 0x68)
_BY_MARK = {mark: RGBColor.from_string(COLOURS[state].lstrip("#").upper()) for state, mark in MARKS.items()}


def to_docx(report: EvaluationReport, path: str | Path) -> Path:
    """Write the report as .docx. The same report gives the same bytes. Errors: ``ReportError`` when the chart font is missing."""
    return write(compose(report, "png"), path)


def write(laid_out: Composition, path: str | Path) -> Path:
    """Write any composition as .docx; its figures are PNG."""
    document = Document()
    _prepare(document, laid_out)
    _cover(document, laid_out)
    _body_section(document, laid_out)
    headings = [b for b in laid_out.blocks if isinstance(b, Heading)]
    _contents(document, headings)
    places = {id(heading): index for index, heading in enumerate(headings)}
    for block in laid_out.blocks:
        _add(document, block, laid_out, places)
    target = Path(path)
    part = target.with_name(target.name + ".part")
    part.write_bytes(_frozen(document))
    part.replace(target)
    return target


def _frozen(document: WordDocument) -> bytes:
    """The package with fixed entry times: a zip otherwise remembers when it was made."""
    raw, out = io.BytesIO(), io.BytesIO()
    document.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return out.getvalue()


def _prepare(document: WordDocument, laid_out: Composition) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    normal = document.styles["Normal"]
    fonts_of(normal.element, BODY, LATIN)
    normal.font.size = Pt(16)
    for level, (font, size, bold) in _HEADINGS.items():
        style: Any = document.styles[f"Heading {level}"]
        fonts_of(style.element, font, LATIN)
        style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
        style.font.color.rgb = RGBColor(0, 0, 0)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(12), Pt(6)
        style.paragraph_format.keep_with_next = True
    properties = document.core_properties
    moment = datetime(laid_out.as_of.year, laid_out.as_of.month, laid_out.as_of.day)
    properties.title, properties.author, properties.language = laid_out.title, "九治", "zh-CN"
    properties.subject, properties.comments = laid_out.subject, laid_out.mark
    properties.created = properties.modified = moment
    properties.last_modified_by, properties.revision = "九治", 1


def _say(
    paragraph: Any, text: str, font: str, size: float, *, bold: bool = False, colour: RGBColor | None = None
) -> Any:
    run = paragraph.add_run(text)
    fonts_of(run._element, font, LATIN)
    run.font.size, run.font.bold = Pt(size), bold
    if colour is not None:
        run.font.color.rgb = colour
    return run


def _paragraph(
    document: Any, align: Any = WD_ALIGN_PARAGRAPH.LEFT, before: float = 0, after: float = 0
) -> Any:
    paragraph = document.add_paragraph()
    form = paragraph.paragraph_format
    form.alignment, form.space_before, form.space_after = align, Pt(before), Pt(after)
    return paragraph


def _cover(document: WordDocument, laid_out: Composition) -> None:
    if laid_out.mark:
        _say(_paragraph(document, WD_ALIGN_PARAGRAPH.RIGHT), laid_out.mark, HEI, 16, bold=True, colour=_RED)
    for index, line in enumerate(laid_out.heading):
        paragraph = _paragraph(document, WD_ALIGN_PARAGRAPH.CENTER, before=150 if index == 0 else 6, after=6)
        _say(paragraph, line, TITLE, 26, bold=True)
    for index, (label, text) in enumerate(laid_out.cover):
        paragraph = _paragraph(document, WD_ALIGN_PARAGRAPH.LEFT, before=150 if index == 0 else 4)
        paragraph.paragraph_format.left_indent = Mm(14)
        paragraph.paragraph_format.first_line_indent = Mm(0)
        _say(paragraph, f"{label}：", HEI, 16)
        _say(paragraph, text, BODY, 16)


def _body_section(document: WordDocument, laid_out: Composition) -> None:
    """The pages after the cover: subject and mark above, the page number below."""
    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False
    start_at_one(section)
    above = section.header.paragraphs[0]
    _say(above, laid_out.subject, TITLE, 9, colour=_GREY)
    if laid_out.mark:
        _say(above, f"　{laid_out.mark}", HEI, 9, colour=_RED)
    below = section.footer.paragraphs[0]
    below.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _say(below, "— ", TITLE, 14)
    field(_say(below, "", TITLE, 14), "PAGE")
    _say(below, " —", TITLE, 14)


def _contents(document: WordDocument, headings: list[Heading]) -> None:
    _say(_paragraph(document, WD_ALIGN_PARAGRAPH.CENTER, after=10), "目　录", HEI, 16)
    entries = [(index, h) for index, h in enumerate(headings) if h.level <= 2]
    first: Any = None
    last: Any = None
    for index, entry in entries:
        paragraph = _paragraph(document)
        paragraph.paragraph_format.left_indent = Mm(0 if entry.level == 1 else 9)
        run = _say(paragraph, entry.text, HEI if entry.level == 1 else BODY, 14)
        bookmark(run, f"_Toc{index:06d}", link=True)
        first, last = first or paragraph, paragraph
    if first is not None:
        contents(first, last, 'TOC \\o "1-2" \\h \\z \\u')
        last.add_run().add_break(WD_BREAK.PAGE)


def _add(document: WordDocument, block: Any, laid_out: Composition, places: dict[int, int]) -> None:
    if isinstance(block, Heading):
        paragraph = document.add_paragraph(style=f"Heading {block.level}")
        font, size, bold = _HEADINGS[block.level]
        run = _say(paragraph, block.text, font, size, bold=bold)
        bookmark(run, f"_Toc{places[id(block)]:06d}")
    elif isinstance(block, Paragraph):
        _text(document, block)
    elif isinstance(block, Table):
        _table(document, block)
    elif isinstance(block, Figure):
        _figure(document, block, laid_out)


def _text(document: WordDocument, block: Paragraph) -> None:
    paragraph = _paragraph(document, WD_ALIGN_PARAGRAPH.JUSTIFY)
    form = paragraph.paragraph_format
    if block.style == "body":
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(28)
        form.first_line_indent = Pt(32)  # two characters of 三号
        _say(paragraph, block.text, BODY, 16)
    else:
        form.space_before, form.space_after = Pt(3), Pt(6)
        form.keep_with_next = block.style == "lead"
        _say(paragraph, block.text, TITLE, 10.5, colour=_GREY)


def _table(document: WordDocument, block: Table) -> None:
    if block.caption:
        caption = _paragraph(document, WD_ALIGN_PARAGRAPH.CENTER, before=8, after=4)
        caption.paragraph_format.keep_with_next = True
        _say(caption, block.caption, HEI, 12)
    table: Any = document.add_table(rows=1, cols=len(block.columns), style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    whole = sum(c.width for c in block.columns)
    widths = [Mm(_TEXT_WIDTH * c.width / whole) for c in block.columns]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    _row(table.rows[0], [c.title for c in block.columns], block.columns, widths, head=True)
    repeat_header(table.rows[0])
    cell_margins(table, Mm(0.9))
    for cells in block.rows:
        row = table.add_row()
        keep_whole(row)
        if len(cells) == 1:
            merged = row.cells[0].merge(row.cells[-1])
            _cell(merged, cells[0], "left", bold=True)
            merged.paragraphs[0].paragraph_format.keep_with_next = True
            shade(merged, "F7FAFC")
        else:
            _row(row, cells, block.columns, widths)
    _paragraph(document, after=4).paragraph_format.line_spacing = Pt(8)


def _row(row: Any, texts: list[str], columns: list[Column], widths: list[Any], head: bool = False) -> None:
    for cell, text, column, width in zip(row.cells, texts, columns, widths, strict=True):
        cell.width = width
        _cell(cell, text, "center" if head else column.align, bold=head)
        if head:
            shade(cell, "EDF2F7")


def _cell(cell: Any, text: str, align: str, bold: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.alignment = _ALIGN[align]
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1.5)
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    colour = _BY_MARK.get(text[:1]) if len(text) < 12 else None
    _say(paragraph, text, TITLE, 9, bold=bold, colour=colour)


def _figure(document: WordDocument, block: Figure, laid_out: Composition) -> None:
    holder = _paragraph(document, WD_ALIGN_PARAGRAPH.CENTER, before=6)
    holder.paragraph_format.keep_with_next = True
    run = _say(holder, "", TITLE, 9)
    shape = run.add_picture(
        io.BytesIO(laid_out.figures[block.key]), width=Mm(_TEXT_WIDTH * block.width / 100)
    )
    shape._inline.docPr.set("descr", block.caption)
    caption = _paragraph(document, WD_ALIGN_PARAGRAPH.CENTER, after=4)
    caption.paragraph_format.keep_with_next = block.with_next
    _say(caption, block.caption, HEI, 12)
