"""Opening a table: CSV in any usual encoding, gzipped or not, or an Excel workbook. Everything comes out as text."""

from __future__ import annotations

import csv
import gzip
import io
import re
import warnings
import zipfile
import zlib
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE, getincrementaldecoder
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import chain, islice, repeat
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from jiuzhi.core import files

from ..properties import plain
from .declare import FileProblem

_CHUNK = 1 << 20
_FOREIGN = {
    b"%PDF": "PDF",
    b"\xd0\xcf\x11\xe0": "旧版 .xls 或加密的工作簿（请另存为不加密的 .xlsx）",
    b"\x89PNG": "图片",
    b"Rar!": "压缩包",
}
_WHY = {
    FileNotFoundError: "没有这个文件",
    IsADirectoryError: "这是一个文件夹",
    PermissionError: "没有读取权限",
}
_CJK = re.compile(r"[\u3400-\u9fff]")
_SURELY_UTF8 = 4  # characters beyond ASCII that GB18030 text hardly ever forms by chance in a row
csv.field_size_limit(1 << 20)
_WIDEST = 1000  # columns; more is a table turned on its side or no table
_UNPACKED = 1 << 30  # [bytes] of a workbook's parts; more is no file a person made
_DAMAGED = (
    zipfile.BadZipFile, KeyError, ValueError, ParseError, EOFError, zlib.error, OSError, TypeError, AttributeError, IndexError,
    OverflowError, NotImplementedError, RuntimeError,
)  # fmt: skip


@dataclass
class Table:
    """An open table. header: headings as written, blanks and full-width forms evened out; rows: (row number, cells)."""

    name: str
    header: list[str]
    rows: Iterator[tuple[int, list[str]]]
    encoding: str = ""


@contextmanager
def open_table(path: Path, recognise: Callable[[list[str]], object] | None = None) -> Iterator[Table]:
    """Open a CSV, gzipped CSV or Excel file.

    recognise: called with the heading row of each worksheet until one does not raise FileProblem.
    Raises FileProblem: no such file, empty, truncated, not a table, encoding unknown.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            magic = file.read(8)
    except OSError as error:
        why = _WHY.get(type(error)) or files.why(error)
        raise FileProblem(f"打不开文件 {path.name}：{why}，请核对路径。") from None
    if not magic:
        raise FileProblem(f"文件 {path.name} 是空的，请重新导出后再试。")
    for start, what in _FOREIGN.items():
        if magic.startswith(start):
            raise FileProblem(f"文件 {path.name} 是{what}，不是表格，请提供 CSV 或 .xlsx。")
    with ExitStack() as stack:
        if magic.startswith(b"PK"):
            yield _excel(path, stack, recognise)
        else:
            yield _csv(path, magic.startswith(b"\x1f\x8b"), stack)


def garbled(header: list[str]) -> str:
    """What to say of headings that were decoded wrongly before the file was written (ç«™ç‚¹, 绔欑偣, ????, U+FFFD); "" of sound ones."""
    shown = "、".join(header[:6])[:80]
    if any("\ufffd" in name for name in header):
        return f"的表头（{shown}）有无法还原的乱码，请从原系统重新导出为 UTF-8 或 GB18030。"
    for name in header:
        if meant := _meant(name):
            return (
                f"的表头（{shown}）是乱码：“{name[:20]}”应是“{meant[:20]}”，编码转换时弄错了，"
                "请从原系统重新导出为 UTF-8 或 GB18030。"
            )
    return ""


def _meant(name: str) -> str:
    """The Chinese that a heading was before its bytes were read in a Western or another Chinese encoding; "" when it is sound."""
    if name.isascii():
        return ""
    for raw, encodings in ((_western(name), ("utf-8", "gb18030")), (_chinese(name), ("utf-8",))):
        for encoding in encodings if raw else ():
            try:
                text = raw.decode(encoding)
            except UnicodeDecodeError:
                continue
            found = _CJK.findall(text)
            # bytes of µg/m³ or of an accented word may pass for one rare character; a heading is of common ones
            if len(found) >= 2 and all(_common(char) for char in found):
                return text
    return ""


def _western(name: str) -> bytes:
    """The bytes that Latin-1 or Windows-1252 made these characters of; none where they cannot be theirs."""
    out = bytearray()
    for char in name:
        try:
            out += bytes([ord(char)]) if ord(char) < 256 else char.encode("cp1252")
        except UnicodeEncodeError:
            return b""
    return bytes(out)


def _chinese(name: str) -> bytes:
    try:
        return name.encode("gb18030")
    except UnicodeEncodeError:
        return b""


def _common(char: str) -> bool:
    """Whether a character is one of GB 2312's 3,755 of level one."""
    try:
        return 0xB0 <= char.encode("gb2312")[0] <= 0xD7
    except UnicodeEncodeError:
        return False


def _raw(path: Path, zipped: bool) -> IO[bytes]:
    return gzip.open(path, "rb") if zipped else path.open("rb")  # type: ignore[return-value]


@contextmanager
def _whole(path: Path) -> Iterator[None]:
    """Errors of a damaged gzip stream become one sentence."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise FileProblem(f"压缩文件 {path.name} 不完整或已损坏，请重新下载或导出。") from None


def _encoding(path: Path, zipped: bool) -> str:
    """Encoding of the whole file, so that nothing half-read is ever loaded. Raises FileProblem."""
    with _whole(path), _raw(path, zipped) as file:
        start = file.read(4)
    if not start:
        raise FileProblem(f"文件 {path.name} 是空的，请重新导出后再试。")
    if start in (BOM_UTF32_LE, BOM_UTF32_BE):
        candidates = ["utf-32"]
    elif start.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        candidates = ["utf-16"]
    else:
        candidates = ["utf-8-sig"] if start.startswith(BOM_UTF8) else ["utf-8", "gb18030"]
    where = 0
    for name in candidates:
        where, wide = _first_error(path, zipped, name)
        if where < 0:
            return name
        if name == "utf-8" and wide >= _SURELY_UTF8:
            break  # reading the rest as GB18030 would turn every Chinese word into another one
    if path.suffix.lower() in (".xlsx", ".xlsm"):  # no advice about encodings to someone who sent a workbook
        raise FileProblem(
            f"文件 {path.name} 的内容不是 Excel 工作簿（可能下载不完整），请重新下载或用 Excel 另存。"
        )
    raise FileProblem(f"文件 {path.name} 的编码认不出（约第 {where} 字节），请另存为 UTF-8 或 GB18030。")


def _first_error(path: Path, zipped: bool, encoding: str) -> tuple[int, int]:
    """Where the bytes stop being this encoding (-1: nowhere), and how many characters beyond ASCII came before."""
    decoder, where, wide = getincrementaldecoder(encoding)(), 0, 0
    with _whole(path), _raw(path, zipped) as file:
        while chunk := file.read(_CHUNK):
            try:
                text = decoder.decode(chunk)
            except UnicodeDecodeError as error:
                sound = error.object[: error.start].decode(encoding, "ignore")
                return where + error.start, wide + sum(map(str.__gt__, sound, repeat("\x7f")))
            if "\x00" in text:
                raise FileProblem(
                    f"文件 {path.name} 里有空字符，不是文本表格或已损坏，请重新导出为 CSV 或 .xlsx。"
                )
            if wide < _SURELY_UTF8 and not text.isascii():
                wide += sum(map(str.__gt__, text, repeat("\x7f")))
            where += len(chunk)
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return where, wide
    return -1, wide


def _csv(path: Path, zipped: bool, stack: ExitStack) -> Table:
    encoding = _encoding(path, zipped)
    stack.enter_context(_whole(path))
    text = stack.enter_context(io.TextIOWrapper(_raw(path, zipped), encoding=encoding, newline=""))
    first = text.readline(1 << 16)
    delimiter = max(",\t;", key=first.count)
    text.seek(0)
    rows = _numbered(csv.reader(text, delimiter=delimiter, strict=True), path)
    for _, cells in rows:
        if any(cell.strip() for cell in cells):
            header = [plain(cell) for cell in cells]
            if problem := garbled(cells) or _no_heading(header):
                raise FileProblem(f"文件 {path.name} {problem}")
            return Table(path.name, header, rows, encoding)
    raise FileProblem(f"文件 {path.name} 里没有内容，请重新导出后再试。")


def _no_heading(header: list[str]) -> str:
    """Why the first row with text cannot be headings; empty when it can."""
    written = [name for name in header if name]
    if len(written) == 1:
        return (f"的第一行只有一格“{written[0][:40]}”，不是认得的格式：像是标题行，或分隔符不是逗号，请删去标题行和合并单元格，"
                "让第一行是列名，一格一个。")  # fmt: skip
    return f"有 {len(header)} 列，多于 {_WIDEST} 列，请核对是否行列颠倒。" if len(header) > _WIDEST else ""


def _numbered(reader: Iterator[list[str]], path: Path) -> Iterator[tuple[int, list[str]]]:
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise FileProblem(
                f"文件 {path.name} 第 {number} 行起不是完整的 CSV，请检查该行的引号是否成对、单元格是否过长。"
            ) from error
        yield number, cells


def _excel(path: Path, stack: ExitStack, recognise: Callable[[list[str]], object] | None) -> Table:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    warnings.filterwarnings(
        "ignore", module=r"openpyxl\."
    )  # English remarks about styles and dates; cells say it in rows
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(part.file_size for part in archive.infolist()) > _UNPACKED:
                raise FileProblem(f"工作簿 {path.name} 解压后超过 1 GB，请拆分或改存为 CSV。")
        book = load_workbook(path, read_only=True, data_only=True)
        stack.callback(book.close)
        opened = [(sheet.title, _sheet(sheet)) for sheet in book.worksheets]
        heads = [(title, rows, next(rows, None)) for title, rows in opened]
    except FileProblem:
        raise
    except (InvalidFileException, *_DAMAGED):
        raise FileProblem(f"工作簿 {path.name} 打不开或已损坏，请用 Excel 另存一份再试。") from None
    known: list[tuple[str, list[str], list[tuple[int, list[str]]], Iterator[tuple[int, list[str]]]]] = []
    reasons = []
    for title, rows, head in heads:
        if head is None:
            continue
        header = [plain(cell) for cell in head[1]]
        try:
            if problem := garbled(head[1]) or _no_heading(header):
                raise FileProblem(problem)
            if recognise:
                recognise(header)
        except FileProblem as error:
            said = str(error)
            reasons.append(f"工作表“{title}”{'' if said.startswith(('的', '有')) else '：'}{said}")
            continue
        rest = _checked(rows, path)
        known.append((title, header, list(islice((row for row in rest if any(row[1])), 1)), rest))
    if not known:
        raise FileProblem(_no_sheet(path, reasons))
    filled = [item for item in known if item[2]]
    if len(filled) > 1:
        titles = "、".join(item[0] for item in filled)
        raise FileProblem(f"工作簿 {path.name} 有多张工作表填了数据（{titles}），请一张一个文件分别导入。")
    _, header, first, rest = (filled or known)[0]
    return Table(path.name, header, chain(first, rest), "xlsx")


def _no_sheet(path: Path, reasons: list[str]) -> str:
    if not reasons:
        return f"工作簿 {path.name} 里没有内容，请重新导出后再试。"
    if len(reasons) == 1:
        return reasons[0]
    return f"工作簿 {path.name} 的 {len(reasons)} 张工作表都不是认得的格式；{reasons[0]}"


def _checked(rows: Iterator[tuple[int, list[str]]], path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        yield from rows
    except _DAMAGED:
        raise FileProblem(f"工作簿 {path.name} 已损坏，请用 Excel 另存一份再试。") from None


def _sheet(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    started = False
    sheet.reset_dimensions()  # what the file says of its size is often wrong, and rows beyond it would be lost
    for number, cells in enumerate(sheet.iter_rows(), 1):
        texts = [_shown(cell) for cell in cells]
        started = started or any(texts)
        if started:
            yield number, texts


def _shown(cell: Any) -> str:
    value = cell.value
    if type(value) is datetime and "h" not in (cell.number_format or "").lower():
        return value.date().isoformat()  # shown as a day: midnight is not what the person wrote
    return cell_text(value)


def cell_text(cell: object) -> str:
    """A workbook cell as the text a person sees. Floats by 15 significant digits, as Excel keeps them."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return format(cell, ".15g")
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "minutes" if cell.second == 0 else "seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)
