"""Files people open: why one cannot be opened or written, in words they know, and cells that Excel does not run."""

import errno
import hashlib
import re
from typing import Any

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)

_WHY = {
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "那里只能读",
    errno.EEXIST: "那里已有同名的文件",
    errno.ENOTDIR: "路径中有一段是文件，不是文件夹",
    errno.EISDIR: "那里是文件夹",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘配额已满",
    errno.ENAMETOOLONG: "名称太长",
    errno.ELOOP: "链接绕成了圈",
    errno.EMFILE: "打开的文件太多",
}


def excel_text(text: str) -> str:
    """A cell that Excel shows as said: what it would run as a formula gets an apostrophe in front; numbers stay."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def printable(text: str) -> str:
    """Without the control characters that databases, Word and XML do not take; line breaks and tabs stay."""
    return _CONTROL.sub("", text)


def fingerprint(file: Any) -> str:
    """The SHA-256 of an uploaded or stored file (with ``chunks``), which is at its start again after."""
    digest = hashlib.sha256()
    file.seek(0)
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def why(error: OSError) -> str:
    """The reason in Chinese; for a rare one what the operating system says."""
    return _WHY.get(error.errno or 0, error.strerror or str(error))
