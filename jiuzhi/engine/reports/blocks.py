"""The few kinds of block a report is made of. One composition, two renderers (Word, PDF)."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Heading:
    """``level`` 1…3: 一、 / （一） / 1. (the ordinal is already in ``text``)."""

    level: int
    text: str
    kind: str = "heading"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; ``style`` body, note (smaller, grey) or lead (a note that stays with what follows)."""

    text: str
    style: str = "body"
    kind: str = "paragraph"


@dataclass(frozen=True)
class Column:
    """``width`` is a share of the table's width; ``align`` left, center or right."""

    title: str
    width: int
    align: str = "left"


@dataclass(frozen=True)
class Table:
    """Rows of text cells under a header that repeats on every page; ``caption`` may be empty. A row of one cell is a heading across the table."""

    caption: str
    columns: list[Column]
    rows: list[list[str]]
    kind: str = "table"


@dataclass(frozen=True)
class Figure:
    """A drawing by its key in ``Composition.figures``; ``width`` [% of the text width]; ``with_next``: stays with what follows."""

    key: str
    caption: str
    width: int = 100
    with_next: bool = False
    kind: str = "figure"


Block = Heading | Paragraph | Table | Figure


@dataclass(frozen=True)
class Composition:
    """A report laid out: cover lines, header mark, and the blocks in order. ``as_of``: its day; ``heading``: the lines of its title."""

    title: str
    heading: list[str]
    as_of: date
    cover: list[tuple[str, str]]  # label, text
    mark: str  # "含模拟数据" or ""
    subject: str
    blocks: list[Block]
    figures: dict[str, bytes] = field(default_factory=dict)  # key → PNG, or SVG with text as outlines

    def text(self) -> str:
        """Every character the report prints, for the check that the font has them all."""
        parts = [self.title, self.mark, self.subject, *(part for line in self.cover for part in line)]
        for block in self.blocks:
            if isinstance(block, Table):
                parts += [
                    block.caption,
                    *(c.title for c in block.columns),
                    *(c for row in block.rows for c in row),
                ]
            else:
                parts.append(block.caption if isinstance(block, Figure) else block.text)
        return "\n".join(parts)
