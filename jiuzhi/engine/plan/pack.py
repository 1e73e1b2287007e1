"""The plan pack: a folder of CSV files that holds what a plan commits to, and where each fact stands.

A pack holds facts and short names, never sentences: `start`/`end` are character offsets into the decoded document, and the
screen shows the sentence by slicing the user's own document. The columns are described in docs/plan-pack.md; other parts of
the product rely on them, so columns are added, never renamed.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from jiuzhi.core import files

from . import pack_checks

PACK_FORMAT = "1"
_FORMULA = re.compile(r"^[=+\-@\t\r].")
_NUMBER = re.compile(r"^[+\-]?\d+(\.\d+)?$")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]|[\n\t]")


class PlanReadError(ValueError):
    """A document or pack that cannot be read. The message is one Chinese sentence: what, where, how to mend."""


@dataclass
class Clause:
    """One place in the document's outline. `id` follows the true order (1.2.3), `number` is what is printed."""

    id: str = ""
    parent: str = ""
    level: str = ""  # chapter section paragraph table
    number: str = ""
    title: str = ""
    order: int = 0
    start: int = 0
    end: int = 0
    note: str = ""


@dataclass
class Commitment:
    """One stated, implied or qualitative value. `value` is a plain decimal or empty; `value_text` keeps words as said."""

    id: str = ""
    name: str = ""
    unit: str = ""
    kind: str = ""  # baseline achieved target scale
    comparator: str = ""  # = > >= < <= 累计 年均 increase decrease range
    value: str = ""
    value_high: str = ""  # upper end of a range, else empty
    value_text: str = ""
    year: str = ""
    year_basis: str = ""  # stated inferred
    basis: str = "explicit"  # explicit implicit qualitative
    nature: str = ""  # 约束性 预期性
    scope: str = ""  # what the figure means when the number alone misleads (累计, 年均, 较某年)
    place: str = ""
    owner: str = ""
    domain: str = ""
    clause: str = ""
    baseline: str = ""  # id of the baseline row a target starts from
    start: int = 0
    end: int = 0
    confidence: str = ""
    sha256: str = ""
    note: str = ""


@dataclass
class Task:
    """One sentence or semicolon item that asks for something to be done."""

    id: str = ""
    title: str = ""
    verb: str = ""
    object: str = ""
    places: str = ""
    domain: str = ""
    clause: str = ""
    commitments: str = ""
    owner: str = ""
    start: int = 0
    end: int = 0
    confidence: str = ""
    sha256: str = ""
    note: str = ""


@dataclass
class Project:
    """A named project, campaign or accreditation."""

    id: str = ""
    name: str = ""
    type: str = ""
    quantity: str = ""
    unit: str = ""
    place: str = ""
    owner: str = ""
    verb: str = ""
    clause: str = ""
    task: str = ""
    start: int = 0
    end: int = 0
    confidence: str = ""
    sha256: str = ""
    note: str = ""


@dataclass
class Entity:
    """An organisation or a place; `start`/`end` are its first mention."""

    id: str = ""
    name: str = ""
    type: str = ""
    count: int = 0
    clause: str = ""
    start: int = 0
    end: int = 0
    confidence: str = ""
    sha256: str = ""
    note: str = ""


@dataclass
class Doubt:
    """One row a person should look at, lowest confidence first."""

    file: str = ""
    row: str = ""
    name: str = ""
    confidence: str = ""
    reason: str = ""
    start: int = 0
    end: int = 0


@dataclass
class PackInfo:
    """What the pack is about and which document it was read from."""

    county: str = ""
    adcode: str = ""
    title: str = ""
    period_start: str = ""
    period_end: str = ""
    period_basis: str = ""  # stated inferred
    base_year: str = ""
    status: str = ""  # final draft
    document: str = ""
    sha256: str = ""
    encoding: str = ""
    document_kind: str = ""
    characters: str = ""
    reader_version: str = ""
    pack_format: str = PACK_FORMAT


@dataclass
class Pack:
    """A whole pack in memory."""

    info: PackInfo = field(default_factory=PackInfo)
    clauses: list[Clause] = field(default_factory=list)
    commitments: list[Commitment] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)
    organisations: list[Entity] = field(default_factory=list)
    places: list[Entity] = field(default_factory=list)
    review: list[Doubt] = field(default_factory=list)


TABLES: dict[str, type] = {
    "clauses": Clause,
    "commitments": Commitment,
    "tasks": Task,
    "projects": Project,
    "organisations": Entity,
    "places": Entity,
    "review": Doubt,
}
_OURS = {"pack.csv", *(f"{name}.csv" for name in TABLES)}
_T = TypeVar("_T")


def safe_cell(value: Any) -> str:
    """One cell that Excel shows as said: no control characters, no text that Excel would run as a formula."""
    text = _CONTROL.sub(" ", str(value)).strip()
    if _FORMULA.match(text) and not _NUMBER.match(text):
        return "'" + text
    return text


def plain_cell(text: str | None) -> str:
    """Undo `safe_cell`."""
    text = text or ""
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


def _write_rows(path: Path, names: list[str], rows: Iterable[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(names)
        for row in rows:
            writer.writerow([safe_cell(row[name]) for name in names])


def write_pack(pack: Pack, folder: str | Path, *, force: bool = False) -> Path:
    """Write `pack` into `folder`, whole or not at all. An existing pack (perhaps reviewed by a person) is kept unless `force`."""
    try:
        target = Path(folder).resolve()  # "." has a name only when resolved
        if target.exists() and not target.is_dir():
            raise PlanReadError(f"输出位置 {folder} 是一个文件，不是文件夹：请换一个文件夹名。")
        if any((target / name).exists() for name in _OURS) and not force:
            raise PlanReadError(
                f"文件夹 {folder} 里已有规划包（可能已复核过）：请换一个文件夹，或加 --force 覆盖。"
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise PlanReadError(
            f"无法把规划包写到 {folder}（{files.why(error)}）：请检查文件夹权限或磁盘空间。"
        ) from error
    try:
        info = asdict(pack.info)
        _write_rows(scratch / "pack.csv", ["key", "value"], ({"key": k, "value": v} for k, v in info.items()))
        for name, kind in TABLES.items():
            names = [f.name for f in fields(kind)]
            _write_rows(scratch / f"{name}.csv", names, (asdict(row) for row in getattr(pack, name)))
        scratch.chmod(0o755)
        _put_in_place(scratch, target)
    except OSError as error:
        shutil.rmtree(scratch, ignore_errors=True)
        raise PlanReadError(
            f"无法把规划包写到 {folder}（{files.why(error)}）：请检查文件夹权限或磁盘空间。"
        ) from error
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    return target


def _put_in_place(scratch: Path, target: Path) -> None:
    """Put the finished tables in place; files that are not ours (a reviewer's notes) are not touched.

    ``pack.csv`` goes first and comes last: a folder left by a crash in between is no pack and says so.
    """
    if not target.exists():
        scratch.rename(target)
        return
    (target / "pack.csv").unlink(missing_ok=True)
    for name in sorted(_OURS, key="pack.csv".__eq__):
        (scratch / name).replace(target / name)
    scratch.rmdir()


def _read_rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """(row as Excel numbers it, cells by column) of one table, its shape checked; wholly empty rows are passed over."""
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except FileNotFoundError as error:
        raise PlanReadError(
            f"规划包 {path.parent} 缺少 {path.name}：请用 jiuzhi plan read 重新生成。"
        ) from error
    except OSError as error:
        raise PlanReadError(f"打不开 {path}（{files.why(error)}）：请核对它是文件且有读取权限。") from error
    except UnicodeDecodeError as error:
        raise PlanReadError(
            f"{path} 不是 UTF-8 的 CSV：请在 Excel 中另存为“CSV UTF-8（逗号分隔）”。"
        ) from error
    if "\x00" in text:
        raise PlanReadError(f"{path} 有空字符，不是完整的 CSV：请在 Excel 中另存为“CSV UTF-8（逗号分隔）”。")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: list[tuple[int, dict[str, str]]] = []
    number = 0
    try:
        header = [name.strip() for name in next(reader, [])]
        if problem := pack_checks.header_problem(path.stem, header):
            raise PlanReadError(f"{path} {problem}")
        for number, cells in enumerate(reader, start=2):
            if not any(cell.strip() for cell in cells):
                continue
            if any(cell.strip() for cell in cells[len(header) :]):
                raise PlanReadError(f"{path} 第 {number} 行的单元格比表头多：请检查逗号和引号。")
            texts = [
                *(_CONTROL.sub(" ", plain_cell(cell)).strip() for cell in cells),
                *[""] * (len(header) - len(cells)),
            ]
            row = {name: cell for name, cell in zip(header, texts, strict=False) if name}
            if problem := pack_checks.row_problem(path.stem, row):
                ident = f"（{row['id'][:40]}）" if row.get("id") else ""
                raise PlanReadError(f"{path} 第 {number} 行{ident}{problem}")
            found.append((number, row))
    except csv.Error as error:
        raise PlanReadError(
            f"{path} 第 {number + 1} 行起的引号不成对：请检查该行的双引号，或在 Excel 中另存一次。"
        ) from error
    return found


def _build(kind: type[_T], row: dict[str, str]) -> _T:
    """A row as its dataclass; columns it does not know are left alone."""
    known = {f.name: f.type for f in fields(kind)}  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    for name, text in row.items():
        if name in known:
            values[name] = int(Decimal(text or 0)) if known[name] == "int" else text
            if name == "year":  # Excel may write 2030.0
                values[name] = text.partition(".")[0]
    return kind(**values)


def read_pack(folder: str | Path) -> Pack:
    """Read a pack folder, also one that a person has edited in Excel. Unknown columns are left alone.

    Errors: `PlanReadError` naming file, row and column of the first thing that cannot be right.
    """
    base = Path(folder)
    if not base.is_dir():
        raise PlanReadError(f"找不到规划包文件夹 {base}：请先运行 jiuzhi plan read。")
    info = {row["key"]: row["value"] for _, row in _read_rows(base / "pack.csv")}
    pack = Pack(info=PackInfo(**{f.name: info.get(f.name, "") for f in fields(PackInfo)}))
    for name, kind in TABLES.items():
        path = base / f"{name}.csv"
        rows = _read_rows(path)
        if name != "review" and (twice := pack_checks.repeated((number, row["id"]) for number, row in rows)):
            raise PlanReadError(
                f"{path} 里编号 {twice[0]} 出现两次（第 {twice[1]} 行和第 {twice[2]} 行）：请让每行编号唯一"
                "（Excel 会把 2.10 改成 2.1，请把 id 列设为“文本”）。"
            )
        setattr(pack, name, [_build(kind, row) for _, row in rows])
    _check_references(pack, base)
    return pack


def _check_references(pack: Pack, base: Path) -> None:
    """Clauses and baselines that rows name must be there; else they would hang nowhere without a word."""
    clauses, commitments = {c.id for c in pack.clauses}, {c.id for c in pack.commitments}
    named = [
        *(("clauses", "parent", row.id, row.parent, clauses) for row in pack.clauses),
        *(("commitments", "clause", row.id, row.clause, clauses) for row in pack.commitments),
        *(("commitments", "baseline", row.id, row.baseline, commitments) for row in pack.commitments),
        *(("tasks", "clause", row.id, row.clause, clauses) for row in pack.tasks),
        *(("projects", "clause", row.id, row.clause, clauses) for row in pack.projects),
    ]
    for table, column, ident, wanted, there in named:
        if wanted and wanted not in there:
            home = "commitments" if column == "baseline" else "clauses"
            raise PlanReadError(
                f"{base / table}.csv 中 {ident} 的 {column} 列“{wanted[:40]}”在 {home}.csv 里没有：请改为已有的编号或清空。"
            )
        if wanted == ident and column in ("parent", "baseline"):
            raise PlanReadError(f"{base / table}.csv 中 {ident} 的 {column} 列是它自己：请改正或清空。")
    parents = {row.id: row.parent for row in pack.clauses}
    for ident in parents:
        seen, at = {ident}, parents[ident]
        while at:
            if at in seen:
                raise PlanReadError(f"{base / 'clauses'}.csv 中 {ident} 的上级绕回了自己：请改正 parent 列。")
            seen.add(at)
            at = parents[at]
