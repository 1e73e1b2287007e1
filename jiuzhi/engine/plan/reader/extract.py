"""Text of .docx and .html in reading order: one paragraph a line, one table row a line of TAB-led cells."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

from jiuzhi.engine.plan.pack import PlanReadError

if TYPE_CHECKING:
    from bs4 import Tag

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_SPACE = re.compile(r"\s+")
_HEADING_STYLE = re.compile(r"^(?:heading|标题)\s*([1-6])$", re.I)
_TOC_STYLE = re.compile(r"^(?:toc|目录)\s*(?:heading|\d)", re.I)


def _cell(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _row(cells: list[str]) -> str:
    return "\t" + "\t".join(_cell(c) for c in cells)


def docx_text(raw: bytes, name: str) -> str:
    """Paragraphs and real tables of a .docx in order; merged cells are blank after their first."""
    import docx

    try:
        document: Any = docx.Document(io.BytesIO(raw))
        styles = {s.style_id: s.name or "" for s in document.styles}
        lines: list[str] = []
        _docx_blocks(document.element.body, styles, lines)
    except (zipfile.BadZipFile, KeyError, ValueError, SyntaxError, AttributeError) as error:
        raise PlanReadError(
            f"{name} 不是完整的 .docx（可能下载不完整或已损坏）：请在 Word 中打开后另存。"
        ) from error
    return "\n".join(lines) + "\n"


def _docx_blocks(parent: Any, styles: dict[str, str], lines: list[str]) -> None:
    for child in parent:
        if child.tag == _W + "p":
            lines.extend(_docx_paragraph(child, styles))
        elif child.tag == _W + "tbl":
            lines.append("")
            lines.extend(_docx_table(child))
            lines.append("")
        elif child.tag == _W + "sdt":
            content = child.find(_W + "sdtContent")
            if content is not None:
                _docx_blocks(content, styles, lines)


def _docx_runs(node: Any) -> str:
    out: list[str] = []
    for child in node:
        if child.tag == _W + "t":
            out.append(child.text or "")
        elif child.tag in (_W + "tab",) and node.tag == _W + "r":
            out.append("\t")
        elif child.tag in (_W + "br", _W + "cr"):
            out.append("\n")
        elif child.tag in (_W + "pPr", _W + "rPr", _W + "instrText", _W + "del", _MC + "Fallback"):
            continue
        elif len(child):
            out.append(_docx_runs(child))
    return "".join(out)


def _docx_paragraph(node: Any, styles: dict[str, str]) -> list[str]:
    style = node.find(f"{_W}pPr/{_W}pStyle")
    style_name = styles.get(style.get(_W + "val"), "") if style is not None else ""
    if _TOC_STYLE.match(style_name):
        return []
    text = _docx_runs(node).lstrip("\t")
    heading = _HEADING_STYLE.match(style_name)
    if (
        heading
        and text.strip()
        and not re.match(r"\s*(第.{1,4}[章节篇]|[一二三四五六七八九十]+、|[（(])", text)
    ):
        text = "#" * int(heading.group(1)) + " " + text.strip()
    return text.split("\n")


def _docx_table(table: Any) -> list[str]:
    if all(len(tr.findall(_W + "tc")) == 1 for tr in table.iter(_W + "tr")):  # a box around text, not a table
        return [line for p in table.iter(_W + "p") for line in _docx_runs(p).split("\n")]
    rows: list[str] = []
    for tr in table.iter(_W + "tr"):
        cells: list[str] = []
        for tc in tr.iter(_W + "tc"):
            text = " ".join(_docx_runs(p) for p in tc.iter(_W + "p"))
            merge = tc.find(f"{_W}tcPr/{_W}vMerge")
            if merge is not None and merge.get(_W + "val") != "restart":
                text = ""
            span = tc.find(f"{_W}tcPr/{_W}gridSpan")
            width = int(span.get(_W + "val")) if span is not None else 1
            cells.extend([text] + [""] * (min(width, 60) - 1))
        rows.append(_row(cells))
    return rows


_BLOCKS = {
    "p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "section", "article", "body", "html", "blockquote",
    "tr", "td", "th", "tbody", "center", "pre", "main", "header", "footer", "caption", "dl", "dt", "dd", "figure",
}  # fmt: skip
_SKIP = {"script", "style", "nav", "noscript", "head", "title", "button", "select", "form", "iframe", "svg"}


def html_text(markup: str) -> str:
    """Text of an HTML page: blocks as lines, tables as rows with merged cells blank after their first."""
    import warnings

    from bs4 import BeautifulSoup

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        soup = BeautifulSoup(markup, "lxml")
    lines: list[str] = [""]
    _html_walk(soup, lines)
    return "\n".join(line.strip(" \r\n") for line in lines) + "\n"


def _html_walk(node: Tag, lines: list[str]) -> None:
    from bs4 import Comment, NavigableString, Tag

    for child in node.children:
        if isinstance(child, NavigableString):
            if type(child) is NavigableString and not isinstance(child, Comment):
                lines[-1] += _SPACE.sub(" ", str(child))
        elif isinstance(child, Tag):
            if child.name in _SKIP:
                continue
            if child.name == "table" and _is_data_table(child):
                lines.extend(["", *_html_table(child), "", ""])
            elif child.name == "br":
                lines.append("")
            elif child.name in _BLOCKS:
                lines.append("#" * int(child.name[1]) + " " if re.fullmatch(r"h[1-6]", child.name) else "")
                _html_walk(child, lines)
                lines.append("")
            else:
                _html_walk(child, lines)


def _is_data_table(table: Tag) -> bool:
    """Rows of several cells; a table that only boxes text or lays out the page is walked through."""
    rows = table.find_all("tr")
    wide = sum(len(tr.find_all(["td", "th"], recursive=False)) > 1 for tr in rows)
    return table.find("table") is None and len(rows) > 1 and wide * 2 > len(rows)


def _span(cell: Tag, name: str) -> int:
    value = str(cell.get(name) or "1")
    return min(int(value), 60) if value.isdigit() and int(value) else 1


def _html_table(table: Tag) -> list[str]:
    carry: dict[int, int] = {}  # column -> rows still covered by a cell above
    rows: list[str] = []
    for tr in table.find_all("tr"):
        cells: list[str] = []
        for cell in tr.find_all(["td", "th"], recursive=False):
            while carry.get(len(cells), 0):
                carry[len(cells)] -= 1
                cells.append("")
            width, height = _span(cell, "colspan"), _span(cell, "rowspan")
            for k in range(width):
                carry[len(cells)] = height - 1
                cells.append(cell.get_text(" ") if k == 0 else "")
        while carry.get(len(cells), 0):
            carry[len(cells)] -= 1
            cells.append("")
        rows.append(_row(cells))
    return rows
