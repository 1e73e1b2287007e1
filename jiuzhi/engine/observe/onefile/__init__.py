"""Judge a person's own file in place: their rows, their order, their columns, and the verdict beside them.

Nothing is loaded. The output appears under its name only when it is complete. A row that cannot be judged keeps an empty
verdict and says why; a file that cannot be judged at all raises FileProblem with one sentence.
"""

from __future__ import annotations

import csv
import os
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from jiuzhi.core import files

from ..formats import FileProblem, Table, open_table
from ..formats.times import Context, Moment
from ..formats.values import Refused, number, scaled
from ..properties import plain
from .columns import Layout, Source

FUTURE_YEARS = 10
"""A day further ahead than this is a slip of the pen; a nearer one is judged (scenarios) and remarked on."""

_TOLD_EVERY = 2000  # rows between two words of progress
REASONS = 1000
"""Different reasons counted apart; a file of nothing but oddities must not fill the memory."""


class Cell(NamedTuple):
    """One cell: value in the item's unit or None, qualifier ``<`` for a non-detect, or the reason why it is not taken."""

    value: Decimal | None
    qualifier: str = ""
    problem: str = ""


NOTHING = Cell(None)


class Judge(Protocol):
    """Judges the rows of one file. ``added``: names of the columns it appends, ``why`` last."""

    added: tuple[str, ...]

    def row(self, cells: list[str], when: Moment | str | None) -> tuple[str, ...]:
        """Texts of the added columns; ``when`` is the moment, the reason why it is unreadable, or None without a time."""
        ...

    def label(self, verdict: tuple[str, ...]) -> str:
        """The word by which a verdict is counted; empty when the row got none."""
        ...

    def finish(self) -> None:
        """Raises FileProblem when the columns as a whole cannot be right."""
        ...


@dataclass
class Summary:
    """What became of a file. verdicts: how often each verdict was given; reasons: why rows stayed without one."""

    title: str = ""
    rows: int = 0
    judged: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    first: dict[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "format": self.title,
            "rows": self.rows,
            "judged": self.judged,
            "verdicts": dict(self.verdicts),
            "not_judged": dict(self.reasons.most_common(20)),
        }


class Reader:
    """Reads the cells of one item; texts repeat a lot, so each is read once.

    highest: taken up to here even where the lake would ask back, because the standard still has an answer.
    """

    def __init__(self, source: Source, highest: Decimal | None = None) -> None:
        self.source = source
        self.highest = max(highest or source.item.high, source.item.high)
        self.memory: dict[str, Cell] = {}
        self.counts = Counter[str]()
        self.problems: dict[str, str] = {}

    def read(self, cells: list[str]) -> Cell:
        """The first of the item's columns that has a value."""
        found = NOTHING
        for place in self.source.places:
            text = cells[place]
            found = self.memory.get(text) or self._remember(text)
            if found is not NOTHING:
                break
        if found.problem:
            self.counts["refused"] += 1
        elif found is not NOTHING:
            self.counts["taken"] += 1
        return found

    def _remember(self, text: str) -> Cell:
        if len(self.memory) > 200_000:
            self.memory.clear()
        written = plain(text)
        if written in self.source.missing:
            found = NOTHING
        else:
            try:
                parsed = number(written)
                value = parsed.value * self.source.factor
                if not self.source.item.low <= value <= self.highest:
                    scaled(parsed, self.source.item, self.source.factor)  # says why not
                # The rule looks at the value itself, not at the six decimals the lake keeps of it.
                found = Cell(value, parsed.qualifier)
            except Refused as problem:
                found = Cell(None, "", f"{self.source.heading}“{text[:40]}”{problem}")
                self.problems.setdefault(str(problem), text[:40])
        self.memory[text] = found
        return found

    def check(self, tiny: Decimal | None = None, typical: Decimal | None = None) -> None:
        """Raises FileProblem when most cells are refused, or all values are of another magnitude (wrong unit).

        tiny: no real file has all its values below this; typical: nor its median above this.
        """
        name, item = self.source.heading, self.source.item
        if self.counts["refused"] > self.counts["taken"] and self.problems:
            reason, text = next(iter(self.problems.items()))
            raise FileProblem(f"列“{name}”大多数值不能用（例如“{text}”）：{reason}。")
        values = sorted(cell.value for cell in self.memory.values() if cell.value)
        if tiny is not None and values and values[-1] < tiny:
            raise FileProblem(
                f"列“{name}”最大只有 {values[-1]} {item.unit}，像是单位差了 1000 倍，请在表头写明单位，"
                f"例如 {name}(mg/m³)。"
            )
        if typical is not None and values and values[len(values) // 2] > typical:
            raise FileProblem(
                f"列“{name}”多数值大于 {typical} {item.unit}，像是单位差了 1000 倍，请在表头写明单位，"
                f"例如 {name}({'µg/L' if '/L' in item.unit else 'µg/m³'})。"
            )


def judge_file(
    path: Path,
    out: Path,
    make: Any,
    *,
    as_of: date,
    year: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Summary:
    """Judge ``path`` into ``out`` (CSV, UTF-8 with the mark Excel needs). ``progress``: told the rows done, every few thousand.

    make: header -> (Layout, Judge). as_of: the day of judging, for dates that lie ahead. year: for times without one.
    Raises FileProblem and leaves no output when the file cannot be read or no row can be judged.
    """
    if out.resolve() == Path(path).resolve():
        raise FileProblem("输出文件就是输入文件，请另取一个名字。")
    with open_table(Path(path), lambda header: make(header)) as table:
        layout, judge = make(table.header)
        context = Context(
            table.name, year, as_of.replace(year=as_of.year + FUTURE_YEARS, day=min(as_of.day, 28))
        )
        with _whole_or_nothing(out) as (file, keep):
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([*_written_header(Path(path), table), *judge.added])
            summary = _rows(table, layout, judge, context, as_of, writer, progress)
            judge.finish()
            if not summary.judged:
                raise FileProblem(_nothing_judged(table.name, summary))
            keep()
    return summary


def _rows(
    table: Table,
    layout: Layout,
    judge: Judge,
    context: Context,
    as_of: date,
    writer: Any,
    progress: Callable[[int], None] | None,
) -> Summary:
    summary, width = Summary(layout.title), len(table.header)
    times: dict[tuple[str, ...], Moment | str] = {}
    for number_, cells in table.rows:
        if not cells or (table.encoding == "xlsx" and not any(cells)):
            continue  # an empty line of a text file, or the empty rows below a worksheet
        full = cells if len(cells) >= width else [*cells, *[""] * (width - len(cells))]
        when = _moment(full, layout, context, times)
        verdict = judge.row(full, when)
        summary.rows += 1
        if progress and summary.rows % _TOLD_EVERY == 0:
            progress(summary.rows)
        if label := judge.label(verdict):
            summary.judged += 1
            summary.verdicts[label] += 1
            if isinstance(when, Moment) and when.day > as_of:
                verdict = (*verdict[:-1], f"{verdict[-1]}；日期晚于 {as_of}，请核对")
        else:
            reason = (
                verdict[-1]
                if len(summary.reasons) < REASONS or verdict[-1] in summary.reasons
                else "其他原因"
            )
            summary.reasons[reason] += 1
            summary.first.setdefault(reason, number_)
        if len(cells) > width:  # more cells than headings: kept, the verdict stays under its own heading
            extra = "、".join(cell for cell in cells[width:] if cell)
            verdict = (*verdict[:-1], f"{verdict[-1]}；比表头多出单元格：{extra}" if extra else verdict[-1])
        writer.writerow([*full[:width], *verdict])
    return summary


def _moment(
    cells: list[str], layout: Layout, context: Context, times: dict[tuple[str, ...], Moment | str]
) -> Moment | str | None:
    if layout.time is None:
        return None
    texts = tuple([cells[place] for place in layout.time_places])
    found = times.get(texts)
    if found is None:
        try:
            if not any(plain(text) for text in texts):
                raise ValueError("没有时间")
            found = layout.time.read(texts, context)
        except (ValueError, IndexError) as error:
            found = str(error)
        if len(times) > 200_000:
            times.clear()
        times[texts] = found
    return found


def _nothing_judged(name: str, summary: Summary) -> str:
    if not summary.rows:
        return f"文件 {name} 只有表头，没有数据行，请重新导出后再试。"
    reason, count = summary.reasons.most_common(1)[0]
    return f"文件 {name} 的 {summary.rows} 行都不能评价：{reason}（第 {summary.first[reason]} 行起，共 {count} 行），请改正后再试。"


def _written_header(path: Path, table: Table) -> list[str]:
    """The headings exactly as the person wrote them (the table's own are evened out for recognition)."""
    if table.encoding == "xlsx":
        return table.header
    import gzip

    with path.open("rb") as start:
        opener = gzip.open if start.read(2) == b"\x1f\x8b" else open
    with opener(path, "rt", encoding=table.encoding, newline="") as file:
        first = file.readline(1 << 16)
        file.seek(0)
        for cells in csv.reader(file, delimiter=max(",\t;", key=first.count)):
            if any(cell.strip() for cell in cells):
                return cells
    return table.header


class _whole_or_nothing:
    """A temporary file beside the output that takes its name only after ``keep()``."""

    def __init__(self, out: Path) -> None:
        self.out, self.kept = out, False

    def __enter__(self) -> tuple[Any, Any]:
        if self.out.is_dir():
            raise FileProblem(
                f"不能写到 {self.out}：这是一个文件夹，请给出文件名，例如 {self.out / '评价结果.csv'}。"
            )
        if not self.out.parent.is_dir():
            raise FileProblem(f"不能写到 {self.out}：没有文件夹 {self.out.parent}，请先建立或换一个位置。")
        try:
            self.file = tempfile.NamedTemporaryFile(
                "w",
                encoding="utf-8-sig",
                newline="",
                dir=self.out.parent,
                prefix=f".{self.out.name}.",
                delete=False,
            )
        except OSError as error:
            raise FileProblem(f"不能写到 {self.out}：{files.why(error)}，请换一个文件夹。") from None
        return self.file, self._keep

    def _keep(self) -> None:
        self.kept = True

    def __exit__(self, *_: object) -> None:
        self.file.close()
        if self.kept:
            os.chmod(self.file.name, 0o644)
            os.replace(self.file.name, self.out)
        else:
            Path(self.file.name).unlink(missing_ok=True)
