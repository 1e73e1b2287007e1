"""Text of a PDF page by page: prose in lines, ruled tables as rows of TAB-led cells, rows cut by a page break made whole."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from typing import Any

from jiuzhi.engine.plan.pack import PlanReadError

_SPACE = re.compile(r"\s+")
_MANY_STROKES = 4000  # a drawing, not a table: looking for cells in it would take minutes
Grid = list[list[str]]


def pdf_text(raw: bytes, name: str) -> str:
    """Text of a PDF that has text; running heads and page numbers that repeat over pages are dropped."""
    pages = _pages(raw, name)
    if not any(isinstance(part, list) or part.strip() for page in pages for part in page):
        raise PlanReadError(
            f"{name} 是扫描件，没有文字层：请先做文字识别（OCR），再提供 .docx 或文字版 .pdf。"
        )
    return "\n".join(_lines(_without_running_heads(pages))) + "\n"


def _pages(raw: bytes, name: str) -> list[list[str | Grid]]:
    """Per page what stands on it from top to bottom: lines of text and tables."""
    import pdfplumber
    from pdfminer.pdfdocument import PDFEncryptionError
    from pdfminer.pdftypes import PDFException
    from pdfminer.psexceptions import PSException
    from pdfplumber.utils.exceptions import PdfminerException

    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)  # its remarks would stand before our sentence
    try:
        with pdfplumber.open(io.BytesIO(raw)) as document:
            pages = []
            for page in document.pages:
                pages.append(_page(page))
                page.close()
            return pages
    except (PDFException, PSException, PdfminerException) as error:
        causes = (error, *error.args, error.__context__)
        if any(isinstance(cause, PDFEncryptionError) for cause in causes):
            raise PlanReadError(f"{name} 已加密：请去掉打开密码后再读。") from error
        raise PlanReadError(
            f"{name} 不是完整的 PDF（可能下载不完整或已损坏）：请重新下载，或转成 .docx。"
        ) from error


def _page(page: Any) -> list[str | Grid]:
    out: list[str | Grid] = []
    top, bottom = page.bbox[1], page.bbox[3]
    for table in sorted(_tables(page), key=lambda t: float(t.bbox[1])):
        rows = [[_SPACE.sub(" ", cell or "").strip() for cell in row] for row in table.extract()]
        if len(rows[0]) < 2 or table.bbox[1] < top:  # a box around text, or a table inside another
            continue
        out.extend(_prose(page, top, table.bbox[1]))
        out.append(rows)
        top = min(table.bbox[3], bottom)
    out.extend(_prose(page, top, bottom))
    return out


def _tables(page: Any) -> list[Any]:
    if len(page.lines) + len(page.rects) + len(page.curves) > _MANY_STROKES:
        return []
    return list(page.find_tables())


def _prose(page: Any, top: float, bottom: float) -> list[str]:
    """Lines of text between two heights; characters beyond the right margin count too."""

    def between(item: dict[str, Any]) -> bool:
        return top <= (item["top"] + item["bottom"]) / 2 < bottom

    text = page.filter(between).extract_text() if bottom > top else ""
    return [line for line in text.split("\n") if line.strip()]


def _without_running_heads(pages: list[list[str | Grid]]) -> list[list[str | Grid]]:
    edges: Counter[str] = Counter()
    for page in pages:
        edges.update(
            {part.strip() for part in page[:2] + page[-2:] if isinstance(part, str) and part.strip()}
        )
    running = {line for line, n in edges.items() if n >= 3 and n >= 0.5 * len(pages) and len(line) < 40}
    return [[p for p in page if isinstance(p, list) or p.strip() not in running] for page in pages]


def _lines(pages: list[list[str | Grid]]) -> list[str]:
    """The document's lines; a table that goes on over a page break is one table."""
    out: list[str] = []
    table: Grid | None = None

    def flush() -> None:
        nonlocal table
        if table:
            out.extend(["", *("\t" + "\t".join(row) for row in table), ""])
        table = None

    for page in pages:
        for n, part in enumerate(page):
            if isinstance(part, str):
                number = re.fullmatch(r"[-—–\s]*\d{1,3}[-—–\s]*", part)
                if number and n in (0, len(page) - 1):  # the page's own
                    continue
                flush()
                out.append(part)
            elif table and len(table[0]) == len(part[0]):
                _append(table, part)
            else:
                flush()
                table = [list(row) for row in part]
    flush()
    return out


def _append(table: Grid, part: Grid) -> None:
    """Go on with a table from the page before: a head said again is dropped, the rest of a cut row goes to its row."""
    rows = [list(row) for row in part]
    if rows[0] == table[0]:
        rows = rows[1:]
    if rows and not rows[0][0] and sum(not cell for cell in rows[0]) * 2 >= len(rows[0]):
        table[-1] = [a + b for a, b in zip(table[-1], rows[0], strict=True)]
        rows = rows[1:]
    table.extend(rows)
