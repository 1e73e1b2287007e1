"""Taking in a file: read and staged first, then compared with the lake and committed at once, then recorded.

The same file again changes nothing. A crash at any point leaves either nothing or everything: rows and the number of
the batch go into the lake in one commit, and a repeated import finds them there and only completes the record.
"""

from __future__ import annotations

import csv
import hashlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.utils import timezone

from jiuzhi.core import files, records
from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Org
from jiuzhi.core.records import Actor

from . import delta, lake
from .formats import Context, FileProblem, Format, Refusal, Row, Value, open_file, rows
from .formats.times import MonthDay, month_in_name
from .models import ImportBatch
from .properties import PROPERTIES, another_unit
from .stations import Match

KEPT_REASONS = 200
_PORTION = 100_000  # values staged at a time
_NOTES = 50
_FOREIGN = "是其他区县的点位，不能在本区县导入"
_MANY = 24  # values of a property from which its median says something
_ID = ", ".join(lake.IDENTITY)
_STAGED = pa.schema([lake.SCHEMA.field(name) for name in lake.GIVEN] + [pa.field("line", pa.int32())])

Progress = Callable[[int], None]
"""Called now and then with the number of rows read so far."""


@dataclass
class _Stage:
    """What reading the file gave: values in a Parquet file, refusals in a CSV file, both in a scratch folder."""

    values: Path
    refusals: Path
    rows: int = 0
    taken: int = 0
    refused_rows: set[int] = field(default_factory=set)
    first: list[dict[str, Any]] = field(default_factory=list)
    notes: list[Refusal] = field(default_factory=list)


def import_file(
    path: Path | str, *, actor: Actor, fmt: Format | str | None = None, synthetic: bool = False,
    year: int | None = None, county: str = "", latest: date | None = None, progress: Progress | None = None,
) -> ImportBatch:  # fmt: skip
    """Take a file of observations into the lake and record the batch.

    fmt: format or its code, found from the heading row if None; year: for times without one; county: match stations of
    this county only; latest: the last local day that can be true (tomorrow if None).
    Raises FileProblem (the file as a whole; nothing is loaded) and LakeBusy.
    """
    path = Path(path)
    latest = latest or timezone.now().astimezone(LOCAL).date() + timedelta(days=1)
    with _scratch() as folder, open_file(path, fmt) as (table, found):
        sha256 = _fingerprint(path)
        stage = _Stage(folder / "values.parquet", folder / "refused.csv")
        match = Match(found, county)
        table.rows = _counted(table.rows, stage, progress)
        _read(rows(table, found, Context(path.name, year, latest)), stage, match, synthetic)
        _reject_nothing(path, stage)
        _reject_other_units(path, stage)
        stage.notes = [*_year_note(found, path, year), *_station_note(match), *_content_notes(stage.values)]
        return _commit(path, sha256, found, stage, synthetic, actor, county)


def refused_path(batch: ImportBatch) -> Path:
    """CSV of every refusal of a batch (row, column, value, why); exists only when something was refused."""
    return Path(settings.HOME) / "refused" / f"{batch.pk}.csv"


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="jiuzhi-import-") as folder:
        yield Path(folder)


def _fingerprint(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _counted(
    lines: Iterator[tuple[int, list[str]]], stage: _Stage, progress: Progress | None
) -> Iterator[tuple[int, list[str]]]:
    for line in lines:
        stage.rows += any(line[1])
        if progress and stage.rows % 5000 == 0:
            progress(stage.rows)
        yield line


def _read(found: Iterator[Row | Refusal], stage: _Stage, match: Match, synthetic: bool) -> None:
    with (
        pq.ParquetWriter(stage.values, _STAGED) as staged,
        stage.refusals.open("w", encoding="utf-8-sig", newline="") as file,
    ):
        portion = _Portion(synthetic)
        refuse = _refuser(stage, file)
        for item in found:
            if isinstance(item, Refusal):
                refuse(item)
                continue
            code = match.code(item)
            if match.foreign(code):
                refuse(Refusal(item.number, match.format.station[-1], item.station, _FOREIGN))
                continue
            portion.add(item, code)
            if len(portion) >= _PORTION:
                stage.taken += portion.write(staged)
        stage.taken += portion.write(staged)


def _refuser(stage: _Stage, file: TextIO) -> Callable[[Refusal], None]:
    writer = csv.writer(file)
    writer.writerow(["行", "列", "值", "原因"])

    def refuse(item: Refusal) -> None:
        stage.refused_rows.add(item.row)
        writer.writerow([files.excel_text(str(cell)) for cell in item[:4]])
        if len(stage.first) < KEPT_REASONS:
            stage.first.append(_reason(item))

    return refuse


def _reason(item: Refusal) -> dict[str, Any]:
    reason: dict[str, Any] = {
        "row": item.row,
        "column": item.column,
        "value": item.value[:80],
        "why": item.why,
    }
    return reason if item.kind == "refused" else reason | {"kind": item.kind}


class _Portion:
    """Values on their way to the stage. Few values differ, so each is turned into Arrow once and taken by its place."""

    def __init__(self, synthetic: bool) -> None:
        self.synthetic = synthetic
        self._months: dict[date, str] = {}
        self._clear()

    def _clear(self) -> None:
        self.rows: list[tuple[str, datetime, date, int, int, str]] = []
        self.counts: list[int] = []
        self.values: list[Value] = []

    def __len__(self) -> int:
        return len(self.values)

    def add(self, row: Row, code: str) -> None:
        if (month := self._months.get(row.day)) is None:
            month = self._months[row.day] = f"{row.day:%Y-%m}"
        self.rows.append((code, row.time, row.day, row.flag, row.number, month))
        self.counts.append(len(row.values))
        self.values += row.values

    def write(self, staged: pq.ParquetWriter) -> int:
        n = len(self)
        if not n:
            return 0
        of_row = pa.array(np.repeat(np.arange(len(self.rows), dtype=np.int32), self.counts))
        columns: dict[str, Any] = _taken(
            ("station", "time", "day", "flag", "line", "month"), self.rows, of_row
        )
        # The formats hand out one and the same object for one text of a column.
        same = pa.array(list(map(id, self.values)), pa.int64()).dictionary_encode()
        by_id = dict(zip(map(id, self.values), self.values, strict=True))
        different = [by_id[key] for key in same.dictionary.to_pylist()]
        columns |= _taken(("property", "kind", "value", "unit", "qualifier", "raw"), different, same.indices)
        columns["batch"] = pa.repeat("", n)
        columns["synthetic"] = pa.repeat(self.synthetic, n)
        staged.write_table(pa.table(columns).select(_STAGED.names).cast(_STAGED))
        self._clear()
        return n


def _taken(names: tuple[str, ...], records: Sequence[tuple], places: pa.Array) -> dict[str, pa.Array]:
    return {
        name: pa.array(column, _STAGED.field(name).type).take(places)
        for name, column in zip(names, zip(*records, strict=True), strict=True)
    }


def _reject_nothing(path: Path, stage: _Stage) -> None:
    if stage.taken:
        return
    if not stage.first:
        raise FileProblem(f"文件 {path.name} 里没有可入库的数值，请确认已填写数据。")
    why = stage.first[0]
    where = f"第 {why['row']} 行“{why['column']}”" if why["column"] else f"第 {why['row']} 行"
    raise FileProblem(
        f"文件 {path.name} 没有一个数值可入库，{len(stage.refused_rows)} 行被退回；{where}：{why['why']}。"
    )


def _reject_other_units(path: Path, stage: _Stage) -> None:
    """A whole column in another unit passes cell by cell when it is too small: its median gives it away."""
    with delta.connect() as session:
        found = session.execute(f"""
            SELECT property, quantile_disc(value, 0.5), count(*) FROM read_parquet({delta.literal(stage.values)})
            WHERE value > 0 GROUP BY property HAVING count(*) >= {_MANY} ORDER BY property""").fetchall()
    for code, median, n in found:
        item = PROPERTIES[code]
        if off := another_unit(item, median):
            raise FileProblem(
                f"文件 {path.name} 中{item.title}的 {n} 个数值按 {item.unit} 看像是{off}（中位数 {median.normalize():f}），"
                "整个文件没有入库；请核对并写明单位。"
            )


def _year_note(fmt: Format, path: Path, year: int | None) -> list[Refusal]:
    if not isinstance(fmt.time, MonthDay) or fmt.time.reference:
        return []
    known, source = (
        (year, "按所给年份") if year else (getattr(month_in_name(path.name), "year", None), "按文件名")
    )
    return [Refusal(0, fmt.time.column, "", f"时间没有年份，{source}取 {known} 年", "note")]


def _station_note(match: Match) -> list[Refusal]:
    if not match.unknown:
        return []
    names = sorted(match.unknown)
    more = " …" if len(names) > 20 else ""
    return [
        Refusal(
            0,
            "、".join(match.format.station),
            "、".join(names[:20]) + more,
            f"未登记点位 {len(names)} 个",
            "note",
        )
    ]


def _content_notes(values: Path) -> list[Refusal]:
    """What a person should know of rows that were taken: two values for one identity, times far from all others."""
    with delta.connect() as session:
        session.execute(f"CREATE TEMP VIEW staged AS SELECT * FROM read_parquet({delta.literal(values)})")
        session.execute(f"""
            CREATE TEMP TABLE repeated AS SELECT {_ID} FROM staged GROUP BY {_ID} HAVING count(*) > 1""")
        clashes = session.execute(f"""
            SELECT max(line), any_value(property), string_agg(DISTINCT raw, ' / ' ORDER BY raw), min(line), count(*) OVER ()
            FROM staged SEMI JOIN repeated USING ({_ID}) GROUP BY {_ID} HAVING count(DISTINCT value) > 1
            ORDER BY 1 LIMIT {_NOTES}""").fetchall()
        frozen = session.execute("""
            WITH span AS (SELECT quantile_disc(day, 0.05) AS low, quantile_disc(day, 0.95) AS high FROM staged)
            SELECT day, min(line), count(DISTINCT line) FROM staged, span
            WHERE high - low <= 62 AND (day < low - 62 OR day > high + 62) GROUP BY day ORDER BY day LIMIT 50""").fetchall()
    notes = []
    if clashes:
        notes.append(
            Refusal(0, "", "", f"同一点位、项目和时间出现不同数值 {clashes[0][4]} 处，取后出现的一个", "note")
        )
    notes += [
        Refusal(row, name, texts, f"与第 {first} 行重复而数值不同，取本行", "note")
        for row, name, texts, first, _ in clashes
    ]
    notes += [Refusal(row, "", str(day), f"{n} 行的日期远离文件其余数据，可能是停更的旧数据，已按所写日期入库", "note")
              for day, row, n in frozen]  # fmt: skip
    return notes


def _commit(
    path: Path, sha256: str, fmt: Format, stage: _Stage, synthetic: bool, actor: Actor, county: str
) -> ImportBatch:
    with lake.writing():
        number = ImportBatch.objects.filter(sha256=sha256).count() + 1
        app = f"import:{sha256[:32]}"
        batch = sha256 if number == 1 else f"{sha256}:{number}"
        counts = lake.take_in(stage.values, app=app, version=number, sequence="line", batch=batch)
        if not counts.written:  # committed before a crash that kept the record from being made
            counts = lake.counts_of(batch, stage.taken)
        done = ImportBatch(
            sha256=sha256, name=path.name[:200], format=fmt.code, at=timezone.now(), by=actor.user, rows=stage.rows,
            county=Org.objects.filter(code=county).first(), new=counts.new, revised=counts.revised, unchanged=counts.unchanged, refused=len(stage.refused_rows),
            reasons=[*map(_reason, stage.notes), *stage.first], synthetic=synthetic,
        )  # fmt: skip
        done.clean_fields()
        with records.change_set(actor, ImportBatch, sha256, "导入监测数据") as facts:
            records.bulk_create([done])
            facts |= {"batch": done.pk, "file": done.name, "rows": done.rows, **counts._asdict()}
        if stage.refused_rows:
            target = refused_path(done)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(stage.refusals.read_bytes())
        lake.compact()
        return done
