"""File drop: a folder a county; what is put into it is imported like a file given by hand, and moved aside with the reasons.

var/drop/500229/month.xlsx  →  var/drop/500229/已导入/…  or  var/drop/500229/未导入/… with a .txt that says why
"""

from __future__ import annotations

import logging
import shutil
import time
from datetime import datetime
from pathlib import Path

from django.conf import settings

from jiuzhi.core.models import Org
from jiuzhi.core.records import Actor
from jiuzhi.engine.observe.formats import FileProblem
from jiuzhi.engine.observe.importer import import_file, refused_path

log = logging.getLogger("jiuzhi.gateway")
TAKEN, REFUSED = "已导入", "未导入"
_QUIET = 3.0  # [s] a file must not have changed, so that half of an upload is not read
_KINDS = {".csv", ".gz", ".xlsx", ".xlsm"}


def folder() -> Path:
    """The folder in which a folder per county lies."""
    return Path(settings.HOME) / "drop"


def take(root: Path | None = None, quiet: float = _QUIET) -> int:
    """Import what lies in the folders of the counties. Returns how many files were taken or refused. Raises LakeBusy; the file then waits."""
    root = root or folder()
    done = 0
    for path in sorted(root.glob("*/*")) if root.is_dir() else ():
        if (
            not path.is_file()
            or path.name.startswith((".", "~"))
            or time.time() - path.stat().st_mtime < quiet
        ):
            continue
        done += 1
        _one(path)
    return done


def _one(path: Path) -> None:
    county = path.parent.name
    try:
        if not Org.objects.filter(code=county, kind=Org.Kind.COUNTY).exists():
            raise FileProblem(f"文件夹 {county} 不是区县代码：请放进以区县代码命名的文件夹，例如 500229。")
        if path.suffix.lower() not in _KINDS:
            raise FileProblem(f"文件 {path.name} 不是 CSV 或 Excel：请另存为 .csv 或 .xlsx 后再放入。")
        batch = import_file(path, actor=Actor(None, "import"), county=county)
    except FileProblem as error:
        moved = _aside(path, REFUSED)
        moved.with_name(moved.name + ".txt").write_text(f"{error}\n", encoding="utf-8")
        log.warning("%s 没有导入：%s", path, error)
        return
    moved = _aside(path, TAKEN)
    listed = refused_path(batch)
    if listed.exists():
        shutil.copyfile(listed, moved.with_name(f"{moved.name}.退回.csv"))
    log.info("%s 已导入：新值 %s，修订 %s，退回 %s 行", path, batch.new, batch.revised, batch.refused)


def _aside(path: Path, name: str) -> Path:
    """Move a file into the folder ``name`` beside it; a time before its name keeps two of one name apart."""
    target = path.parent / name / f"{datetime.now():%Y%m%d-%H%M%S-%f}-{path.name}"
    target.parent.mkdir(exist_ok=True)
    path.rename(target)
    return target
