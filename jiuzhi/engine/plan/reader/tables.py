"""Tables in all the shapes plans come in: one cell a line led by TAB, one row a line, pipes, HTML left in text, bare lines."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import dataclass

from jiuzhi.engine.plan.reader.headings import heading_of, is_caption, is_page_number
from jiuzhi.engine.plan.reader.spans import EMPTY, Span, join, tighten

HEADER_WORD = re.compile(
    r"^(?:序\s*号|编号|领\s*域|类\s*别|分\s*类|维度|指\s*标(?:名称|类别|类型|内容|项)?|(?:计量)?单\s*位|类\s*型|属\s*性|性\s*质|指标(?:属性|性质)"
    r"|.{0,6}20\d\d年?.{0,8}|.{0,4}(?:目标值?|现状值?|基期值?|完成值?|实际值?).{0,4}|责任(?:单位|部门)|牵头.{0,4}|进度评价|完成情况|备\s*注"
    r"|累计.{0,6}|年均.{0,6}|项目名称|建设内容.{0,8}|评价|数据来源)$"
)
_SERIAL = re.compile(r"^\d{1,3}[.、]?$")
_NUMBERED = re.compile(r"^\d{1,2}[.、]\s*[\u4e00-\u9fffA-Z]")
_RULE = re.compile(r"^[\s|:\-]+$")
_HTML_ROW = re.compile(r"<tr[^>]*>(.*?)</tr>", re.S | re.I)
_TAG_OR_TEXT = re.compile(r"<[^>]*>|([^<>]+)")
_HTML_CELL = re.compile(r"<t[dh]([^>]*)>(.*?)</t[dh]>", re.S | re.I)
Row = list[Span]


@dataclass
class Table:
    """Rows of cells, all of one length; empty cells keep their place."""

    rows: list[Row]
    begin: int  # line index
    end: int

    @property
    def width(self) -> int:
        return max((len(row) for row in self.rows), default=0)


def is_cell_line(line: str) -> bool:
    """A line that can only belong to a table."""
    body = line.lstrip(" ")
    return body.startswith("\t") or line.count("\t") >= 2 or body.count("|") >= 3


def find_table(lines: list[Span], i: int, dead: list[int]) -> Table | None:
    """The table that begins at line i, or None. `dead[0]` keeps where the last run of cell lines that is no table ends."""
    text = lines[i].text
    if "<table" in text[:400].lower():
        return _html(lines, i)
    if is_cell_line(text):
        if i < dead[0]:
            return None
        table, dead[0] = _cell_lines(lines, i)
        return table
    words = text.split()
    if len(words) >= 3 and sum(bool(HEADER_WORD.match(w)) for w in words) >= 3 and "。" not in text:
        return _spaced(lines, i)
    if HEADER_WORD.match(text.strip()) and len(text.strip()) <= 12:
        return _bare(lines, i)
    return None


def _square(rows: list[Row], begin: int, end: int) -> Table | None:
    rows = [row for row in rows if any(cell.text for cell in row)]
    width = max((len(row) for row in rows), default=0)
    if len(rows) < 2 or width < 2:
        return None
    return Table([row + [EMPTY] * (width - len(row)) for row in rows], begin, end)


def _cell_lines(lines: list[Span], i: int) -> tuple[Table | None, int]:
    end, k = i, i
    while k < len(lines):
        if is_cell_line(lines[k].text):
            end = k + 1
        elif (text := lines[k].text.strip()) and not _interrupts(lines, k, k == end, text):
            break
        k += 1
    region = [line for n, line in enumerate(lines[i:end], i) if not _page_between(lines, n)]
    if any(line.text.strip(" \t|").count("\t") >= 1 or line.text.count("|") >= 3 for line in region):
        shown = [line for line in region if line.text.strip() and not _RULE.match(line.text)]
        return _square(_aligned(_row_lines(shown)), i, end), end
    cells = [line for line in region if line.text.strip()]
    prose = sum("。" in line.text for line in cells)
    if len(cells) < 6 or prose > 0.3 * len(cells):
        return None, end
    return _square(_groups(region), i, end), end


def _interrupts(lines: list[Span], k: int, after_cell: bool, text: str) -> bool:
    """A line without cell mark inside a table: a cell broken over two lines, or a page number between two rows."""
    following = next((n for n in range(k + 1, min(k + 4, len(lines))) if lines[n].text.strip()), k)
    if following == k or not is_cell_line(lines[following].text):
        return False
    if is_page_number(text):
        return True
    ends_row = following == k + 1 or (len(text) <= 20 and "。" not in text)
    return after_cell and ends_row and not heading_of(text) and not is_caption(text)


def _page_between(lines: list[Span], k: int) -> bool:
    """A page number with a blank line before or after it."""
    gap = k == 0 or not lines[k - 1].text.strip() or not lines[min(k + 1, len(lines) - 1)].text.strip()
    return not is_cell_line(lines[k].text) and is_page_number(lines[k].text.strip()) and gap


def _row_lines(lines: list[Span]) -> list[Row]:
    """One row a line. The header tells whether a mark at the edge is a frame or parts an empty cell from the rest."""
    head = lines[0].text.strip(" ") if lines else ""
    mark = "|" if head.count("|") >= 2 and "\t" not in head.strip("\t") else "\t"
    left, right = head.startswith(mark), mark == "|" and head.endswith(mark)
    rows: list[Row] = []
    for line in lines:
        if mark not in line.text and rows and not is_cell_line(line.text):  # the rest of the last cell
            rows[-1][-1] = tighten(join([rows[-1][-1], line]))
            continue
        rows.append(_split(line, mark, left, right))
    return rows


def _split(line: Span, mark: str, left: bool, right: bool) -> Row:
    body = line.strip(" ")
    if left and body.text[:1] == mark:
        body = body.cut(1)
    if right and body.text[-1:] == mark:
        body = body.cut(0, len(body) - 1)
    row, begin = [], 0
    for n, char in enumerate(body.text + mark):
        if char == mark:
            row.append(tighten(body.cut(begin, n)))
            begin = n + 1
    return row


def _aligned(rows: list[Row]) -> list[Row]:
    """Rows that lack the cell of a merged first column, moved under their own heads: by the serial, else from the right."""
    if not rows:
        return rows
    header = [cell.text for cell in rows[0]]
    serial = next((n for n, text in enumerate(header) if re.fullmatch(r"序\s*号|编号", text)), -1)
    category = bool(re.search(r"领\s*域|类\s*别|分\s*类|维度|方面", header[0]))
    out = [rows[0]]
    for row in rows[1:]:
        lack = len(header) - len(row)
        if 0 < lack == serial and row and _SERIAL.match(row[0].text):
            row = [EMPTY] * lack + row
        elif lack == 1 and category and serial < 0 and len(row) > 1 and not HEADER_WORD.match(row[0].text):
            row = [EMPTY, *row]
        out.append(row)
    return out


def _groups(region: list[Span]) -> list[Row]:
    """Rows of a table with one cell a line: blank lines part the rows; a TAB alone is an empty cell."""
    groups: list[Row] = [[]]
    for line in region:
        if is_cell_line(line.text):
            groups[-1].append(tighten(line))
        elif line.text.strip():  # a cell that was broken over two lines
            last = groups[-1] or groups[-2]
            last[-1] = tighten(join([last[-1], line]))
        elif groups[-1]:
            groups.append([])
    groups = [g for g in groups if g]
    return _regroup(groups)


def _regroup(groups: list[Row]) -> list[Row]:
    header = groups[0]
    words = sum(bool(HEADER_WORD.match(c.text)) for c in header)
    if len(groups) == 1 or words < 2:
        width = Counter(len(g) for g in groups).most_common(1)[0][0]
    else:
        width = len(header)
    if len(groups) == 1:
        width = next((n for n, c in enumerate(header) if not HEADER_WORD.match(c.text)), len(header))
    serial = next((n for n, c in enumerate(header[:width]) if re.fullmatch(r"序号|编号", c.text)), -1)
    rows: list[Row] = []
    for group in groups:
        if len(group) > width and width >= 2:
            rows.extend(_by_serial(group, width, serial))
        elif len(group) < width and serial > 0 and group and _SERIAL.match(group[0].text):
            rows.append([EMPTY] * serial + group)
        else:
            rows.append(group)
    return rows


def _by_serial(cells: Row, width: int, serial: int) -> list[Row]:
    """Cut a run of cells into rows where row breaks were lost."""
    named = next((n for n, c in enumerate(cells[:width]) if "指标" in c.text or "项目" in c.text), -1)
    starts = [n for n, c in enumerate(cells[width:], width) if _NUMBERED.match(c.text)]
    if serial < 0 and named >= 0 and len(starts) >= 2:
        return _by_names(cells, width, named, starts)
    if len(cells) % width == 0:
        return [cells[n : n + width] for n in range(0, len(cells), width)]
    if serial < 0:
        return [cells[n : n + width] for n in range(0, len(cells), width)]
    rows: list[Row] = [cells[:width]]
    expected, n = 1, width
    starts = []
    while n < len(cells):
        if _SERIAL.match(cells[n].text) and int(re.sub(r"\D", "", cells[n].text)) == expected:
            starts.append(n)
            expected += 1
            n += max(1, width - serial - 1)
        else:
            n += 1
    for a, b in zip(starts, [*starts[1:], len(cells)], strict=True):
        row = cells[a:b][: width - serial]
        rows.append([EMPTY] * serial + row)
    return rows


def _by_names(cells: Row, width: int, named: int, starts: list[int]) -> list[Row]:
    """Rows found by numbered names (1.空气质量…); a cell left over in front of one is the category above it."""
    rows: list[Row] = [cells[:width]]
    category, size = cells[width : starts[0]][-1:], width - named
    for a, b in zip(starts, [*starts[1:], len(cells)], strict=True):
        front = [EMPTY] * (named - len(category)) + category if named else []
        rows.append((front + cells[a : min(b, a + size)])[:width])
        category = cells[a + size : b][-1:]
    return rows


def _spaced(lines: list[Span], i: int) -> Table | None:
    """A table whose cells are parted by blanks, as PDF text gives it."""
    header = _words(lines[i])
    rows, k, misses = [header], i + 1, 0
    while k < len(lines) and misses < 4:
        text = lines[k].text.strip()
        if not text or is_page_number(text):
            k += 1
            continue
        words = _words(lines[k])
        if "。" in text or (heading_of(text) and not _SERIAL.match(words[0].text)) or is_caption(text):
            break
        if len(words) == len(header):
            rows.append(words)
            misses = 0
        elif (
            len(words) == len(header) - 1
            and _SERIAL.match(words[0].text)
            and not _SERIAL.match(header[0].text)
        ):
            rows.append([EMPTY, *words] if header[0].text not in ("序号", "编号") else [*words, EMPTY])
            misses = 0
        elif (whole := _wrapped_row(words, lines[k + 1 : k + 2], len(header))) is not None:
            rows.append(whole)
            misses, k = 0, k + 1
        else:
            misses += 1
        k += 1
    return _square(rows, i, k) if len(rows) >= 3 else None


def _wrapped_row(words: Row, following: list[Span], width: int) -> Row | None:
    """A row whose name goes on in the next line: the last word here and the first there are one cell."""
    rest = _words(following[0]) if following else []
    if len(words) < 2 or not rest or len(words) + len(rest) - 1 != width or not _SERIAL.match(words[0].text):
        return None
    return [*words[:-1], join([words[-1], rest[0]]), *rest[1:]]


def _words(line: Span) -> Row:
    return [tighten(line.cut(*m.span())) for m in re.finditer(r"\S+", line.text)]


def _bare(lines: list[Span], i: int) -> Table | None:
    """One cell a line without any mark: begins with a run of header words."""
    following = [line.text.strip() for line in lines[i : i + 12] if line.text.strip()]
    if sum(bool(HEADER_WORD.match(text)) for text in following[:3]) < 3:
        return None
    header = 0
    groups: list[Row] = [[]]
    k, end, blanks = i, i, 0
    while k < len(lines) and blanks < (4 if len(groups) > 3 else 7):
        text = lines[k].text.strip()
        if not text:
            blanks += 1
            if groups[-1]:
                groups.append([])
        elif len(text) > 60 or re.search(r"[。；]$", text) or is_caption(text) or _outranks(text):
            break
        else:
            blanks = 0
            groups[-1].append(tighten(lines[k]))
            end = k + 1
        k += 1
    groups = [g for g in groups if g]
    cells = [cell for group in groups for cell in group]
    while header < len(cells) and HEADER_WORD.match(cells[header].text):
        header += 1
    if header < 3 or len(cells) < 2 * header:
        return None
    if (two := _two_levels(cells, header, len(groups[0]))) is not None:
        return _square(two, i, end)
    if not all(len(g) == header for g in groups):
        groups = [cells]
        serial = next((n for n, c in enumerate(cells[:header]) if re.fullmatch(r"序号|编号", c.text)), -1)
        return _square(_by_serial(cells, header, serial), i, end)
    return _square(groups, i, end)


def _two_levels(cells: Row, header: int, top: int) -> list[Row] | None:
    """Rows under a header of two levels (2025年 over 目标, 实际): the width is the distance between the serials 1, 2, 3."""
    if not 3 <= top < header or not re.fullmatch(r"序\s*号|编号", cells[0].text):
        return None
    starts = [header]
    for n in range(header + 1, len(cells)):
        if cells[n].text.rstrip(".、") == str(len(starts) + 1) and n - starts[-1] >= 3:
            starts.append(n)
    gaps = Counter(b - a for a, b in itertools.pairwise(starts))
    if not gaps or cells[header].text.rstrip(".、") != "1":
        return None
    width, under = gaps.most_common(1)[0][0], header - top
    parents = [n for n in range(top) if re.search(r"20\d\d|目标|现状", cells[n].text)]
    if width != top - 1 + under or not parents:
        return None
    upper = [*cells[: parents[-1] + 1], *[EMPTY] * (under - 1), *cells[parents[-1] + 1 : top]]
    lower = [EMPTY] * parents[-1] + cells[top:header]
    lower += [EMPTY] * (width - len(lower))
    return [
        upper,
        lower,
        *(cells[a:b][:width] for a, b in zip(starts, [*starts[1:], len(cells)], strict=True)),
    ]


def _outranks(text: str) -> bool:
    """A chapter or section heading, which ends a bare table; 1.指标名 does not."""
    found = heading_of(text)
    return found is not None and found.rank <= 5


def _html(lines: list[Span], i: int) -> Table | None:
    end = i
    while end < len(lines) and "</table>" not in lines[end].text.lower() and end - i < 400:
        end += 1
    whole = join(lines[i : end + 1])
    rows: list[Row] = []
    carry: dict[int, int] = {}
    for tr in _HTML_ROW.finditer(whole.text):
        row: Row = []
        for cell in _HTML_CELL.finditer(whole.text, *tr.span(1)):
            while carry.get(len(row), 0):
                carry[len(row)] -= 1
                row.append(EMPTY)
            found = re.findall(r"(colspan|rowspan)\s*=\s*\W?(\d{1,3})", cell.group(1), re.I)
            spans = {k.lower(): min(60, int(v)) for k, v in found}
            runs = _TAG_OR_TEXT.finditer(whole.text, *cell.span(2))
            content = join(whole.cut(*m.span(1)) for m in runs if m.group(1))
            for n in range(spans.get("colspan", 1)):
                carry[len(row)] = spans.get("rowspan", 1) - 1
                row.append(tighten(content) if n == 0 else EMPTY)
        while carry.get(len(row), 0):
            carry[len(row)] -= 1
            row.append(EMPTY)
        rows.append(row)
    return _square(rows, i, min(end + 1, len(lines)))
