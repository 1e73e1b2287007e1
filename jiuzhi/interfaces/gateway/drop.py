"""File drop: a folder a county; what is put into it is imported like a file given by hand, and moved aside with the reasons.

var/drop/500229/month.xlsx  →  var/drop/500229/已导入/…  or  var/drop/500229/未导入/… with a .txt that says why
"""

from __future__ import annotations

import logging
import re
import shutil
import stat
import time
from datetime import datetime
from pathlib import Path

from django.conf import settings

from jiuzhi.core.models import Org
from jiuzhi.core.records import Actor
from jiuzhi.engine.observe.formats import FileProblem
from jiuzhi.engine.observe.importer import import_file, refused_path
from jiuzhi.engine.observe.lake import LakeBusy

log = logging.getLogger("jiuzhi.gateway")
TAKEN, REFUSED = "已导入", "未导入"
_QUIET = 3.0  # [s] a file must not have changed, so that half of an upload is not read
_LEAVE = 600.0  # [s] a file that could not be moved is left alone
_NAME = 200  # bytes of a file's name
_left: dict[Path, float] = {}
_KINDS = {".csv", ".gz", ".xlsx", ".xlsm"}


def folder() -> Path:
    """The folder in which a folder per county lies."""
    return Path(settings.HOME) / "drop"


def take(root: Path | None = None, quiet: float = _QUIET) -> int:
    """Import what lies in the folders of the counties. Returns how many files were taken or refused. Raises LakeBusy; the file then waits."""
    root = root or folder()
    done = 0
    for path in sorted(root.glob("*/*")) if root.is_dir() else ():
        if path.name.startswith((".", "~")) or time.monotonic() - _left.get(path, -_LEAVE) < _LEAVE:
            continue
        try:
            # lstat: a link is no file that lies here. abs: a copy may bring a time from a clock that is ahead.
            found = path.lstat()
            if not stat.S_ISDIR(found.st_mode) and abs(time.time() - found.st_mtime) >= quiet:
                _one(_named(path))
                done += 1
        except OSError as error:
            _left[path] = time.monotonic()
            log.error("文件投放 %s 没能处理，十分钟后再试：%s", _plain(str(path)), error.strerror)
    return done


def _plain(name: str) -> str:
    """A name without signs that no record and no log can hold."""
    return re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", "_", name)


def _named(path: Path) -> Path:
    """The file under a name that can be recorded, and made longer by what `_aside` adds."""
    stem, suffix = _plain(path.stem), _plain(path.suffix)[:10]
    while len(f"{stem}{suffix}".encode()) > _NAME:
        stem = stem[:-1]
    if stem + suffix == path.name:
        return path
    wanted = path.with_name(stem + suffix)
    if wanted.exists():
        wanted = path.with_name(f"{time.time_ns()}{suffix}")
    return path.rename(wanted)


def _one(path: Path) -> None:
    county = path.parent.name
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise FileProblem(f"{path.name} 是链接或设备，不是文件：请把文件本身放进来。")
        if not Org.objects.filter(code=county, kind="county").exists():
            raise FileProblem(
                f"文件夹 {county} 不是系统中的区县代码：请放进以六位区县代码命名的文件夹，如 500229。"
            )
        if path.suffix.lower() not in _KINDS:
            raise FileProblem(f"文件 {path.name} 不是 CSV 或 Excel：请另存为 .csv 或 .xlsx 后再放入。")
        batch = import_file(path, actor=Actor(None, "import"), county=county)
    except FileProblem as error:
        _refuse(path, str(error))
        return
    except (LakeBusy, OSError):
        raise
    except Exception:  # a fault of ours must not hold up the files behind it
        log.exception("%s 没能读", path)
        _refuse(path, "程序没能读这个文件：请用 Excel 打开后另存，再放入。")
        return
    moved = _aside(path, TAKEN)
    listed = refused_path(batch)
    if listed.exists():
        shutil.copyfile(listed, moved.with_name(f"{moved.name}.退回.csv"))
    log.info("%s 已导入：新值 %s，修订 %s，退回 %s 行", path, batch.new, batch.revised, batch.refused)


def _refuse(path: Path, why: str) -> None:
    moved = _aside(path, REFUSED)
    moved.with_name(moved.name + ".txt").write_text(f"{why}\n", encoding="utf-8")
    log.warning("%s 没有导入：%s", path, why)


def _aside(path: Path, name: str) -> Path:
    """Move a file into the folder ``name`` beside it; a time before its name keeps two of one name apart."""
    target = path.parent / name / f"{datetime.now():%Y%m%d-%H%M%S-%f}-{path.name}"
    target.parent.mkdir(exist_ok=True)
    path.rename(target)
    return target
