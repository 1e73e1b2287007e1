"""Ordinals of headings, tables and figures, and the wording of cells, shared by all parts of the composition."""

from .blocks import Column, Figure, Heading, Table
from .model import LateRow, TargetRow
from .words import MARKS, numeral


class Counter:
    """Ordinals of headings (一、（一）1.) and of tables and figures."""

    def __init__(self) -> None:
        self.levels = [0, 0, 0]
        self.tables = 0
        self.figures = 0

    def heading(self, level: int, text: str) -> Heading:
        self.levels[level - 1] += 1
        self.close(level)
        number = self.levels[level - 1]
        label = (f"{numeral(number)}、", f"（{numeral(number)}）", f"{number}. ")[level - 1]
        return Heading(level, label + text)

    def close(self, level: int) -> None:
        self.levels[level:] = [0] * (3 - level)

    def table(self, caption: str, columns: list[Column], rows: list[list[str]]) -> Table:
        """A numbered table. The many small lists of the chapters stand under their heading without a caption."""
        if not caption:
            return Table("", columns, rows)
        self.tables += 1
        return Table(f"表{self.tables}　{caption}", columns, rows)

    def figure(self, key: str, caption: str, *, with_next: bool = False) -> Figure:
        self.figures += 1
        return Figure(key, f"图{self.figures}　{caption}", with_next=with_next)


def state(row: TargetRow | LateRow) -> str:
    return f"{MARKS[row.state]} {row.state_label}"


def stacked(text: str) -> str:
    """The year on a line of its own, so that a narrow column does not break inside it."""
    head, _, tail = text.rpartition("（")
    return f"{head}\n{tail[:-1]}" if head and tail.endswith(("年）", "至今）", "月）")) else text


def starred(name: str, synthetic: bool) -> str:
    return f"{name}※" if synthetic else name
