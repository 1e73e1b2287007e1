"""The words in which a file format is declared, and what reading a file gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from .. import properties
from .times import TimeRule

# What people and platforms write when there is no value.
MISSING = frozenset(
    ["", "-", "--", "---", "—", "——", "*", "-;", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "/", "缺测", "无数据"]
)  # fmt: skip


_computed = property  # a field of Column is named property


class FileProblem(ValueError):
    """The file as a whole cannot be taken in; the message is one Chinese sentence: what, where, how to mend."""


class Value(NamedTuple):
    """One observed value. ``value`` in ``unit`` (the lake's unit of the property); ``raw`` as the file has it."""

    property: str
    kind: str
    value: Decimal
    unit: str
    qualifier: str  # "" or "<" (not detected; value is the detection limit)
    raw: str


class Row(NamedTuple):
    """One row of a file that could be read; ``values`` leaves out missing and refused cells.

    number: row as a spreadsheet shows it (the heading is row 1); station: code built by the format's station rule;
    name: the station's own name; time: UTC, day: local day; flag: 2 = the source itself does not evaluate the row.
    """

    number: int
    station: str
    name: str
    time: datetime
    day: date
    flag: int
    values: tuple[Value, ...]


class Refusal(NamedTuple):
    """A cell or row that was not taken, and why. ``kind`` is "refused", or "note" where the value was taken after all."""

    row: int
    column: str
    value: str
    why: str
    kind: str = "refused"


@dataclass(frozen=True)
class Column:
    """One column of values.

    source: heading; property, unit [as in the file], kind: see the lake; prefer: a heading whose value is used where it
    has one (unrounded values); codes: text → number for columns of words; missing: further missing marks.
    """

    source: str
    property: str
    unit: str
    kind: str
    prefer: str = ""
    codes: Mapping[str, str] | None = None
    missing: frozenset[str] = frozenset()
    optional: bool = False

    @_computed
    def factor(self) -> Decimal:
        """Exact factor from the file's unit to the lake's."""
        found = properties.factor(properties.PROPERTIES[self.property], self.unit)
        if found is None:
            raise ValueError(f"{self.source}: {self.unit!r} is no unit of {self.property}")
        return found


@dataclass(frozen=True)
class Format:
    """A file format in a few lines.

    station: headings whose texts, joined by "/", make the station code; the last one is the station's name unless
    ``name`` gives a heading of its own.
    status: heading and the texts under which the source does evaluate a row; any other text sets flag 2.
    columns: fixed columns, or for the templates a function that reads them from the heading row.
    kind: "wide" (a column per property) or "long" (a row per value).
    """

    code: str
    title: str
    medium: str
    station: tuple[str, ...]
    time: TimeRule
    columns: tuple[Column, ...] | Callable[[list[str]], tuple[Column, ...]]
    missing: frozenset[str] = MISSING
    kind: str = "wide"
    status: tuple[str, frozenset[str]] | None = None
    name: str = ""

    def required(self) -> list[str]:
        """Headings a file of this format must have."""
        named = [*self.station, *self.time.columns]
        if isinstance(self.columns, tuple):
            named += [column.source for column in self.columns if not column.optional]
        return list(dict.fromkeys(named))

    def bind(self, header: list[str]) -> tuple[Column, ...]:
        """The columns of values in a file with this heading row."""
        if isinstance(self.columns, tuple):
            return tuple(column for column in self.columns if not column.optional or column.source in header)
        return self.columns(header)
