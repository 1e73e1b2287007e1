"""From a file to the decoded text that every offset in a pack counts.

For plain text the offsets are those of ``open(path, encoding=...).read()`` (universal newlines); for .docx, .html and .pdf
they are those of the extracted text, which the same code reproduces from the same document at any time.
"""

from __future__ import annotations

import hashlib
import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from jiuzhi.core import files
from jiuzhi.engine.plan.pack import PlanReadError

MAX_BYTES = 80 * 1024 * 1024
MAX_XML = 100 * 1024 * 1024  # text parts of a .docx, unpacked; a long plan has some ten MB
MAX_CHARACTERS = 2_000_000  # some twenty times the longest five-year plan
_SURELY_UTF8 = 12  # characters beyond ASCII that other encodings hardly ever form by chance
# What parsers of foreign formats raise on damaged or hostile input, beside the errors they declare.
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, LookupError, ValueError,
    TypeError, AttributeError, SyntaxError, ArithmeticError, OSError, AssertionError,
)  # fmt: skip
_CJK = re.compile(r"[\u3400-\u9fff]")
_HTML_START = re.compile(
    rb"^\s*(<!doctype\s+html|<html|<\?xml[^>]*>\s*<html|<head|<body|<div|<table|<meta)", re.I
)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_\-]+)", re.I)
_CLASSIC_MOJIBAKE = ("锟斤拷", "烫烫烫", "屯屯屯", "ï»¿", "â€", "脙", "锘")


@dataclass(frozen=True)
class Document:
    """A decoded document. `sha256` is that of the file's bytes, `kind` one of txt docx html pdf."""

    text: str
    sha256: str
    encoding: str
    kind: str
    name: str = ""
    warnings: tuple[str, ...] = field(default=())


def from_text(text: str, name: str = "text") -> Document:
    """A document from text in memory, checked like one from a file."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Document(text, digest, "utf-8", "txt", name, check_readable(text, name))


def decode(path: str | Path) -> Document:
    """Read and decode a plan document. Raises PlanReadError: missing, empty, encrypted, unreadable, wrong type, mojibake."""
    source = Path(path)
    raw = _read_bytes(source)
    digest = hashlib.sha256(raw).hexdigest()
    kind = sniff(raw, source)
    notes: list[str] = []
    if kind == "txt":
        text, encoding = decode_bytes(raw, source.name)
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    else:
        text, encoding = _extracted(kind, raw, source.name)
    if len(text) > MAX_CHARACTERS:
        raise PlanReadError(f"{source.name} 有 {len(text) // 10000} 万字，不像一部规划：请只提供规划正文。")
    notes.extend(check_readable(text, source.name))
    return Document(text, digest, encoding, kind, source.name, tuple(notes))


def _extracted(kind: str, raw: bytes, name: str) -> tuple[str, str]:
    """Text and encoding of a .docx, .html or .pdf; whatever a parser makes of a damaged file becomes one sentence."""
    from jiuzhi.engine.plan.reader import extract, pdf

    try:
        if kind == "html":
            markup, encoding = decode_html(raw, name)
            return extract.html_text(markup), encoding
        if kind == "docx":
            _check_unpacked(raw, name)
            return extract.docx_text(raw, name), "utf-8"
        return pdf.pdf_text(raw, name), "utf-8"
    except PlanReadError:
        raise
    except RecursionError as error:
        raise PlanReadError(
            f"{name} 的内容层层嵌套，无法解析：请在 Word 或浏览器中打开后另存为纯文本（.txt）。"
        ) from error
    except _DAMAGED as error:
        raise PlanReadError(
            f"{name} 不是完整的 {kind} 文档（可能下载不完整或已损坏）：请重新下载，或打开后另存。"
        ) from error


def _check_unpacked(raw: bytes, name: str) -> None:
    """Refuse a small archive that unpacks to gigabytes before anything is unpacked."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        size = sum(item.file_size for item in archive.infolist() if item.filename.endswith((".xml", ".rels")))
    if size > MAX_XML:
        raise PlanReadError(
            f"{name} 解压后的文字有 {size // 1048576} MB，不像一部规划：请在 Word 中打开后另存，只留正文。"
        )


def _read_bytes(source: Path) -> bytes:
    try:
        if not source.exists():
            raise PlanReadError(f"找不到文件 {source}：请检查路径和文件名。")
        if source.is_dir():
            raise PlanReadError(f"{source} 是文件夹：请指定其中的规划文档（.docx、.txt、.html 或 .pdf）。")
        if not source.is_file():
            raise PlanReadError(f"{source} 不是普通文件（是设备或管道）：请指定规划文档。")
        size = source.stat().st_size
        if size > MAX_BYTES:
            raise PlanReadError(f"{source.name} 有 {size // 1048576} MB，超过 80 MB：请去掉图片后另存再读。")
        raw = source.read_bytes()
    except OSError as error:
        raise PlanReadError(f"无法读取 {source}（{files.why(error)}）：请检查文件权限。") from error
    if not raw.strip():
        raise PlanReadError(f"{source.name} 是空文件：请重新导出规划文档。")
    return raw


def sniff(raw: bytes, source: Path) -> str:
    """Kind of document by content first, by name second."""
    name, suffix = source.name, source.suffix.lower()
    if raw.startswith(b"%PDF"):
        return "pdf"
    if raw.startswith(b"PK\x03\x04"):
        if b"word/document" in raw:
            return "docx"
        raise PlanReadError(
            f"{name} 不是 Word 文档（是其他压缩包或表格）：请提供 .docx、.txt、.html 或文字版 .pdf。"
        )
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in raw:
            raise PlanReadError(f"{name} 已加密：请在 Word 中去掉打开密码后另存为 .docx。")
        raise PlanReadError(f"{name} 是旧版 .doc：请在 Word 或 WPS 中另存为 .docx。")
    if raw.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*")):
        raise PlanReadError(f"{name} 是图片：请先做文字识别（OCR），再提供 .docx 或 .txt。")
    if suffix in {".docx", ".pdf"}:
        raise PlanReadError(f"{name} 的内容不是 {suffix} 文档（可能下载不完整）：请重新下载或另存。")
    if suffix in {".html", ".htm"} or _HTML_START.match(raw[:2000].lstrip(b"\xef\xbb\xbf")):
        return "html"
    if suffix not in {"", ".txt", ".text", ".md", ".csv"}:
        raise PlanReadError(f"{name} 的类型 {suffix} 不支持：请提供 .docx、.txt、.html 或文字版 .pdf。")
    return "txt"


def decode_bytes(raw: bytes, name: str) -> tuple[str, str]:
    """Text and encoding: UTF-8 (a BOM stays as U+FEFF, as `open` keeps it), UTF-16 with or without BOM, GB18030."""
    if raw.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return _strict(raw, "utf-32", name), "utf-32"
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strict(raw, "utf-16", name), "utf-16"
    try:
        text = raw.decode("utf-8")
        if "\x00" not in text[:4000]:
            return _without_nulls(text, name), "utf-8-sig" if text.startswith("\ufeff") else "utf-8"
    except UnicodeDecodeError as error:
        sound = raw[: error.start].decode("utf-8")
        if sum(char > "\x7f" for char in sound) >= _SURELY_UTF8:  # as GB18030 the rest would be other words
            line = sound.count("\n") + 1
            raise PlanReadError(
                f"{name} 第 {line} 行（第 {error.start + 1} 字节）起不是 UTF-8：文件可能截断或编码混杂，请重新导出为 UTF-8 文本。"
            ) from error
    for guess in ("utf-16-le", "utf-16-be"):  # no BOM: Chinese full stops and newlines give it away
        try:
            text = raw.decode(guess)
        except UnicodeDecodeError:
            continue
        if _looks_chinese(text[:4000]):
            return text, guess
    if b"\x00" in raw[:4000]:
        raise PlanReadError(f"{name} 是二进制文件，不是文本：请提供 .docx、.txt、.html 或文字版 .pdf。")
    return _strict(raw, "gb18030", name), "gb18030"


def decode_html(raw: bytes, name: str) -> tuple[str, str]:
    """HTML by its declared charset when that works, else as plain text is decoded."""
    found = _CHARSET.search(raw[:4096])
    if found and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        declared = found.group(1).decode("ascii").lower()
        declared = "gb18030" if declared in {"gb2312", "gbk", "gb18030", "gb-2312"} else declared
        try:
            return raw.decode(declared), declared
        except (UnicodeError, LookupError):
            pass
    return decode_bytes(raw, name)


def _without_nulls(text: str, name: str) -> str:
    if (at := text.find("\x00")) >= 0:
        raise PlanReadError(
            f"{name} 第 {text.count(chr(10), 0, at) + 1} 行有空字符，内容可能损坏：请重新导出为 UTF-8 文本。"
        )
    return text


def _strict(raw: bytes, encoding: str, name: str) -> str:
    try:
        return _without_nulls(raw.decode(encoding), name)
    except UnicodeDecodeError as error:
        known = "既不是 UTF-8 也不是 GB18030" if encoding == "gb18030" else f"不是 {encoding.upper()}"
        raise PlanReadError(
            f"{name} 第 {error.start + 1} 字节{known}：文件可能截断或编码混杂，请另存为 UTF-8 文本。"
        ) from error


def _looks_chinese(text: str) -> bool:
    cjk = _CJK.findall(text)
    return len(cjk) > 0.4 * len(text) and _level_one_share(cjk) > 0.7


def _level_one_share(cjk: list[str]) -> float:
    """Share of characters in GB 2312's first plane: about 0.98 in real prose, low in wrongly decoded text."""
    common = 0
    for char in cjk:
        try:
            common += 0xB0 <= char.encode("gb2312")[0] <= 0xD7
        except UnicodeEncodeError:
            continue
    return common / max(1, len(cjk))


def check_readable(text: str, name: str) -> tuple[str, ...]:
    """Refuse text that is no Chinese text or was decoded wrongly; return warnings for stray damage."""
    if not text.strip("\ufeff \t\r\n\f"):
        raise PlanReadError(f"{name} 里没有文字：若是扫描件请先做文字识别（OCR）。")
    mend = "请用原始文档重新导出为 UTF-8"
    for mark in _CLASSIC_MOJIBAKE:
        at = text.find(mark)
        if at >= 0:
            line = text.count("\n", 0, at) + 1
            raise PlanReadError(f"{name} 第 {line} 行有乱码“{mark}”，内容已损坏：{mend}。")
    lost = text.count("\ufffd")
    cjk = _CJK.findall(text)
    if lost >= 3:
        line = text.count("\n", 0, text.find("\ufffd")) + 1
        raise PlanReadError(f"{name} 第 {line} 行起有 {lost} 处无法还原的乱码（U+FFFD）：{mend}。")
    western = len(re.findall(r"[\u0080-\u00b6\u00b8-\u00ff]", text))
    if western > 20 and western > len(cjk):
        raise PlanReadError(f"{name} 的汉字被当作西文解码成了乱码：{mend}。")
    if not cjk:
        raise PlanReadError(f"{name} 里没有汉字：请确认这是规划文档；若是扫描件请先做文字识别（OCR）。")
    if len(cjk) >= 20 and _level_one_share(cjk) < 0.7:
        raise PlanReadError(f"{name} 的汉字多为生僻字，像是编码错误的乱码或繁体文本：{mend}（简体）。")
    return (f"文中有 {lost} 处损坏字符（U+FFFD），请核对其附近的数字。",) if lost else ()
