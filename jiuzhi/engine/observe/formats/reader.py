"""Rows of an open table under a format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..properties import PROPERTIES, find, plain
from ..properties import factor as unit_factor
from .declare import Column, FileProblem, Format, Refusal, Row, Value
from .table import Table
from .times import Context, Moment
from .values import Refused, number, read_cell, scaled

_MEMORY = 200_000  # remembered texts per column before the memory is emptied
KINDS = {
    "小时": "hour",
    "日": "day",
    "日均": "day",
    "4小时": "4h",
    "样品": "sample",
    "采样": "sample",
    "月": "month",
}
KINDS |= {kind: kind for kind in KINDS.values()}


def rows(table: Table, fmt: Format, context: Context) -> Iterator[Row | Refusal]:
    """Every row that holds a value, and every refusal, in the file's order."""
    reader = _Wide(table.header, fmt, context) if fmt.kind == "wide" else _Long(table.header, fmt, context)
    width = len(table.header)
    for row_number, cells in table.rows:
        if not any(cells):
            continue
        if len(cells) > width:
            if any(cell.strip() for cell in cells[width:]):
                yield Refusal(
                    row_number, "", ",".join(cells[width:])[:80], "比表头多出单元格，请检查分隔符和引号"
                )
                continue
        elif len(cells) < width:
            cells = [*cells, *[""] * (width - len(cells))]
        yield from reader.read(row_number, cells)


class _Reader:
    """What wide and long tables share: station and time of a row."""

    def __init__(self, header: list[str], fmt: Format, context: Context) -> None:
        self.format = fmt
        self.context = context
        self.missing = fmt.missing
        self.template = fmt.medium == "any"
        _refuse_repeated(header, [*fmt.required(), *([fmt.name] if fmt.name else [])])
        self.index = {name: place for place, name in reversed(list(enumerate(header)))}
        self.stations = [self.index[name] for name in fmt.station]
        self.name = self.index.get(fmt.name) if fmt.name else None
        self.times = [self.index[name] for name in fmt.time.columns]
        self.status = self.index.get(fmt.status[0]) if fmt.status else None
        self._moments: dict[tuple[str, ...], Moment | str] = {}
        self._names: dict[tuple[str, ...], tuple[str, str]] = {}

    def moment(self, cells: Sequence[str]) -> Moment | str:
        """The moment, or the reason why there is none."""
        texts = tuple([cells[place] for place in self.times])
        if (found := self._moments.get(texts)) is None:
            try:
                if texts and plain(texts[0]) in self.missing:
                    raise ValueError("有数值却没有时间，无法入库")
                found = self.format.time.read(texts, self.context)
            except ValueError as error:
                found = str(error)
            self._moments[texts] = found
        return found

    def station(self, cells: Sequence[str]) -> tuple[str, str]:
        """(code, name) by the station rule; the code is empty when the name is missing."""
        texts = tuple([cells[place] for place in self.stations])
        if (found := self._names.get(texts)) is None:
            # A platform's names are kept as they are: two stations can differ by nothing but a full-width blank.
            parts = [
                " ".join(plain(text).split()) if self.template else text.strip(" \t\r\n") for text in texts
            ]
            found = ("" if plain(parts[-1]) in self.missing else "/".join(parts), plain(parts[-1]))
            self._names[texts] = found
        return found

    def flag(self, cells: Sequence[str]) -> int:
        if self.status is None or self.format.status is None:
            return 0
        return 0 if plain(cells[self.status]) in self.format.status[1] else 2

    def row(self, row_number: int, cells: Sequence[str], values: tuple[Value, ...]) -> Row | Refusal:
        when, (station, name) = self.moment(cells), self.station(cells)
        if isinstance(when, str):
            time_columns = self.format.time.columns
            shown = " ".join(cells[place] for place in self.times)
            return Refusal(row_number, time_columns[0] if time_columns else "", shown, when)
        if not station:
            return Refusal(row_number, self.format.station[-1], "", "没有点位名称或编码，无法入库")
        if self.name is not None:
            name = plain(cells[self.name]) or name
        return Row(row_number, station, name, when.time, when.day, self.flag(cells), values)

    def kind(self, cells: Sequence[str], medium: str) -> str:
        """Kind of a template's value: as the row says, else by how fine its time is. Raises Refused."""
        place = self.index.get("类型")
        text = plain(cells[place]) if place is not None else ""
        if not text:
            return kind_of(medium, self.moment(cells))
        if text not in KINDS:
            raise Refused("类型应为 小时、日、4小时、样品、月 之一")
        return KINDS[text]


class _Wide(_Reader):
    """A column per property. Texts repeat a lot, so each column remembers what it has read."""

    def __init__(self, header: list[str], fmt: Format, context: Context) -> None:
        super().__init__(header, fmt, context)
        self.columns: list[tuple[int, int | None, str, _Memory]] = []
        for column in fmt.bind(header):
            prefer = self.index.get(column.prefer) if column.prefer else None
            self.columns.append(
                (self.index[column.source], prefer, column.source, _Memory(column, self.missing))
            )

    def read(self, row_number: int, cells: list[str]) -> Iterator[Row | Refusal]:
        values: list[Any] = []
        refused: list[Refusal] = []
        for place, prefer, source, meaning in self.columns:
            found = meaning[cells[prefer]] if prefer is not None else None
            if found is None:
                found = meaning[cells[place]]
            if found is None:
                continue
            if found.__class__ is str:
                refused.append(Refusal(row_number, source, cells[place], str(found)))
            else:
                values.append(found)
        yield from refused
        if not values:
            return
        if self.template:
            try:
                values = [
                    item._replace(kind=self.kind(cells, PROPERTIES[item.property].medium)) for item in values
                ]
            except Refused as error:
                yield Refusal(row_number, "类型", cells[self.index["类型"]], str(error))
                return
        yield self.row(row_number, cells, tuple(values))


class _Memory(dict[str, "Value | str | None"]):
    """What a text of a column means: a value, the reason why not, or None when missing. Worked out once."""

    def __init__(self, column: Column, missing: frozenset[str]) -> None:
        super().__init__()
        self.column, self.factor, self.absent = column, column.factor, missing | column.missing

    def __missing__(self, text: str) -> Value | str | None:
        if len(self) > _MEMORY:
            self.clear()
        found: Value | str | None = None
        if plain(text) not in self.absent:
            try:
                found = read_cell(self.column, self.factor, text)
            except Refused as error:
                found = str(error)
        self[text] = found
        return found


class _Long(_Reader):
    """A row per value: 项目, 数值, 单位, and if given 类型 and 检出限."""

    def __init__(self, header: list[str], fmt: Format, context: Context) -> None:
        super().__init__(header, fmt, context)
        missing = [name for name in ("项目", "数值") if name not in self.index]
        if missing:
            raise FileProblem(f"缺少列 {'、'.join(missing)}。")

    def _text(self, cells: Sequence[str], name: str) -> str:
        place = self.index.get(name)
        return plain(cells[place]) if place is not None else ""

    def read(self, row_number: int, cells: list[str]) -> Iterator[Row | Refusal]:
        raw = cells[self.index["数值"]]
        if plain(raw) in self.missing:
            return
        if (item := find(self._text(cells, "项目"))) is None:
            yield Refusal(
                row_number, "项目", self._text(cells, "项目"), "项目不认得，请用模板“项目”表里的名称或编码"
            )
            return
        unit = self._text(cells, "单位")
        factor = unit_factor(item, unit or item.unit)
        if factor is None:
            yield Refusal(row_number, "单位", unit, f"不是{item.title}的单位，应为 {item.unit or '无量纲'}")
            return
        try:
            kind = self.kind(cells, item.medium)
        except Refused as error:
            yield Refusal(row_number, "类型", self._text(cells, "类型"), str(error))
            return
        try:
            found = number(raw, self._text(cells, "检出限"))
            value = Value(item.code, kind, scaled(found, item, factor), item.unit, found.qualifier, raw)
        except Refused as error:
            yield Refusal(row_number, "数值", raw, str(error))
            return
        yield self.row(row_number, cells, (value,))


def _refuse_repeated(header: list[str], used: Sequence[str]) -> None:
    for name in used:
        if header.count(name) > 1:
            raise FileProblem(f"列“{name}”出现两次，请只保留一列。")


def kind_of(medium: str, when: Moment | str) -> str:
    """Kind of a value whose row does not say: by how fine its time is."""
    given = "time" if isinstance(when, str) else when.given
    if given == "month":
        return "month"
    if medium == "water":
        return "sample"
    return "day" if given == "day" else "hour"


def template_columns(header: list[str]) -> tuple[Column, ...]:
    """The columns of values of the wide template: a property's name or code, with its unit in brackets or without."""
    columns: list[Column] = []
    known: dict[str, str] = {}
    for heading in header:
        name, bracket, rest = heading.partition("(")
        item, unit = find(heading), ""
        if item is None and bracket and (item := find(name)):
            unit = rest.rstrip(") ")
        if item is not None:
            if unit and unit_factor(item, unit) is None:
                raise FileProblem(
                    f"列“{heading}”的单位不是{item.title}的单位，应为 {item.unit or '无量纲'}。"
                )
            if item.code in known:
                raise FileProblem(f"列“{known[item.code]}”和“{heading}”都是{item.title}，请只保留一列。")
            known[item.code] = heading
            columns.append(Column(heading, item.code, unit or PROPERTIES[item.code].unit, ""))
    return tuple(columns)
