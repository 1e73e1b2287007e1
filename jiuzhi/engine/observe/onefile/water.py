"""Judging the rows of a surface-water file: class, indicators beyond the target, trophic state, and why."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Any

from jiuzhi.science.standards import lake, water
from jiuzhi.science.standards.water_body import Body, body_of_section, body_of_word

from ..formats import MISSING, FileProblem
from ..formats.times import Moment
from ..properties import plain
from . import Cell, Reader
from .columns import Layout, layout

CODES = {"sulfide": "S", "coliform": "fecal_coliform"}
_TYPICAL = {"NH3N": Decimal(30), "TP": Decimal(5), "TN": Decimal(100)}
_SUB_INDEX = re.compile(r"TLI\s*\(\s*(chl\.?\s*a|chla|TP|TN|SD|CODMn|IMn)\s*\)", re.I)
_SUB_CODES = {
    "chl.a": "chla",
    "chla": "chla",
    "tp": "TP",
    "tn": "TN",
    "sd": "SD",
    "codmn": "CODMn",
    "imn": "CODMn",
}
_BODY_WORDS = {"river": "河流", "lake": "湖库"}
TARGET = 3


def water_judge(
    header: list[str],
    *,
    body: str = "",
    target: str = "",
    not_monitored: tuple[str, ...] = (),
    wanted: str = "",
) -> tuple[Layout, WaterJudge]:
    """The judge of a heading row of sections on rivers and lakes.

    body: ``river`` / ``lake`` for every row, or "" (by the 水体类型 column, else by names); target: class such as Ⅲ for rows without
    one; not_monitored: basic indicators the file lacks on purpose.
    Raises FileProblem when a basic indicator (pH, DO, CODMn, NH3N, TP) has no column.
    """
    found = layout(header, "water", wanted)
    return found, WaterJudge(found, body, _target_of(target), not_monitored)


def lake_judge(header: list[str], *, target: str = "", wanted: str = "") -> tuple[Layout, LakeJudge]:
    """The judge of a heading row of lakes and reservoirs: class without total nitrogen, TLI(Σ) and trophic state."""
    found = layout(header, "water", wanted)
    return found, LakeJudge(found, header, _target_of(target))


def _target_of(text: str) -> int:
    number = water.class_number(text) if text else TARGET
    if number is None or number > 5:
        raise FileProblem(f"目标类别“{text}”认不出：请写 Ⅰ Ⅱ Ⅲ Ⅳ Ⅴ 之一。")
    return number


class _Sections:
    """What both judges share: reading indicators, limits of the body of water, the target of a row."""

    def __init__(self, found: Layout, body: str, target: int) -> None:
        self.layout, self.body, self.target = found, body, target
        codes = {name: CODES.get(name, name) for name in found.sources}
        self.readers = {
            codes[name]: Reader(source)
            for name, source in found.sources.items()
            if codes[name] in (*water.CLASS_ITEMS, "TN", "chla", "SD")
        }
        self.classed = {name: reader for name, reader in self.readers.items() if name in water.CLASS_ITEMS}

    def require(self, items: tuple[str, ...]) -> None:
        lacking = [item for item in items if item not in self.classed]
        if not self.classed:
            raise FileProblem(
                "没有找到水质指标的列：需要 pH、溶解氧、高锰酸盐指数、氨氮、总磷 等，请核对表头。"
            )
        if lacking:
            words = "、".join(f"{item}（{water.ITEM_NAMES[item]}）" for item in lacking)
            raise FileProblem(
                f"缺少列 {words}：请补上；确实不测的项目用 --not-monitored {','.join(lacking)} 说明。"
            )

    def text(self, cells: list[str], role: str) -> str:
        place = self.layout.roles.get(role)
        return cells[place] if place is not None else ""

    def row_target(self, cells: list[str]) -> int:
        return water.class_number(plain(self.text(cells, "target"))) or self.target

    def judge(
        self, cells: list[str], is_lake: bool
    ) -> tuple[int | None, list[tuple[str, Cell, int]], list[str]]:
        """Class, (item, cell, class) of each indicator, and the reasons of refused cells."""
        found, problems = [], []
        for item, reader in self.classed.items():
            cell = reader.read(cells)
            if cell.problem:
                problems.append(cell.problem)
            elif cell.value is not None:
                found.append((item, cell, _class_of(item, _used(cell), is_lake)))
        return max((number for _, _, number in found), default=None), found, problems

    def remarks(
        self, cells: list[str], problems: list[str], found: list[tuple[str, Cell, int]], when: Any
    ) -> list[str]:
        status = plain(self.text(cells, "status"))
        remarks = list(problems)
        undetected = [water.ITEM_NAMES[item] for item, cell, _ in found if cell.qualifier]
        if undetected:
            remarks.append(f"{'、'.join(undetected)}未检出，按检出限一半")
        if status and status not in self.layout.normal_status:
            remarks.append(f"测站状态“{status}”，仅供参考")
        if isinstance(when, str) and when != "没有时间":
            remarks.append(when)
        return remarks

    def label(self, verdict: tuple[str, ...]) -> str:
        """Counted by class."""
        return verdict[0]

    def finish(self) -> None:
        """Raises FileProblem when a column's unit must be wrong."""
        for item, reader in self.readers.items():
            reader.check(typical=_TYPICAL.get(item))


class WaterJudge(_Sections):
    """See ``judge.Judge``."""

    added = ("judged_class", "judged_exceeding", "why")

    def __init__(self, found: Layout, body: str, target: int, not_monitored: tuple[str, ...]) -> None:
        super().__init__(found, body, target)
        self.require(tuple(item for item in water.AUTOMATIC_ITEMS if item not in not_monitored))

    def row(self, cells: list[str], when: Moment | str | None) -> tuple[str, ...]:
        """judged_class, judged_exceeding, why."""
        body, told = self._body(cells)
        number, found, problems = self.judge(cells, body == "lake")
        if number is None:
            status = plain(self.text(cells, "status"))
            reason = "没有可评价的指标数值" + (
                f"（状态“{status}”）" if status and status not in self.layout.normal_status else ""
            )
            return "", "", "；".join([reason, *problems])
        target = self.row_target(cells)
        over = _exceeding(found, target, body == "lake")
        why = [
            _why(number, tuple((item, _used(cell), n) for item, cell, n in found if n == number), body, told),
            *self.remarks(cells, problems, found, when),
        ]
        if target != TARGET:
            why.append(f"目标 {water.CLASS_NAMES[target - 1]} 类")
        return _class_name(number), over, "；".join(why)

    def _body(self, cells: list[str]) -> tuple[Body, str]:
        word = body_of_word(self.text(cells, "body"))
        if word:
            return word, "按水体类型列"
        if self.body:
            return ("lake" if self.body == "lake" else "river"), "按 --body"
        return body_of_section(
            self.text(cells, "section"), self.text(cells, "water"), self.text(cells, "province")
        ), "按名称"


class LakeJudge(_Sections):
    """See ``judge.Judge``; every row is a lake or reservoir (or one of its points)."""

    added = ("judged_class", "judged_tli", "judged_state", "judged_exceeding", "why")

    def __init__(self, found: Layout, header: list[str], target: int) -> None:
        super().__init__(found, "lake", target)
        self.sub_indices = {
            _SUB_CODES[match[1].lower().replace(" ", "")]: place
            for place, heading in enumerate(header)
            if (match := _SUB_INDEX.fullmatch(heading))
        }
        if not self.sub_indices and "chla" not in self.readers:
            self.require(())

    def row(self, cells: list[str], when: Moment | str | None) -> tuple[str, ...]:
        """judged_class, judged_tli, judged_state, judged_exceeding, why; a row with a TLI alone counts as judged."""
        number, found, problems = self.judge(cells, True)
        index, used = self._trophic(cells)
        if number is None and index is None:
            return "", "", "", "", "；".join(["没有可评价的指标数值", *problems])
        why = []
        if number is not None:
            why.append(
                _why(
                    number,
                    tuple((item, _used(cell), n) for item, cell, n in found if n == number),
                    "lake",
                    "",
                )
            )
        nitrogen = self.readers["TN"].read(cells).value if "TN" in self.readers else None
        if nitrogen is not None:
            why.append(
                f"总氮 {_number(nitrogen)} mg/L 为 {_class_name(lake.nitrogen_class(nitrogen))} 类，单独评价"
            )
        if index is not None:
            why.append(f"TLI(Σ) 用 {'、'.join(used)}（环办[2011]22号）")
        else:
            why.append("没有叶绿素a，不计算营养状态")
        over = _exceeding(found, self.row_target(cells), True)
        why += self.remarks(cells, problems, found, when)
        name = _class_name(number) if number is not None else ""
        return (
            name,
            f"{index:.3f}" if index is not None else "",
            lake.trophic_state(index) or "",
            over,
            "；".join(why),
        )

    def label(self, verdict: tuple[str, ...]) -> str:
        """Counted by class, or by trophic state where only that is known."""
        return verdict[0] or verdict[2]

    def _trophic(self, cells: list[str]) -> tuple[float | None, list[str]]:
        """Index and the parameters that went into it."""
        if self.sub_indices:
            parts = {item: _float(cells[place]) for item, place in self.sub_indices.items()}
        else:
            values = {item: self.readers[item].read(cells) for item in lake.TLI_ITEMS if item in self.readers}
            parts = {
                item: lake.sub_index(item, _used(cell))
                for item, cell in values.items()
                if cell.value is not None
            }
        known = {item: part for item, part in parts.items() if part is not None}
        index = lake.weighted_index(known)
        return index, list(known)


def _used(cell: Cell) -> Decimal:
    """The value the rule sees: half the detection limit for a non-detect."""
    assert cell.value is not None
    return cell.value / 2 if cell.qualifier else cell.value


def _float(text: str) -> float | None:
    written = plain(text)
    try:
        return None if written in MISSING else float(written)
    except ValueError:
        return None


@lru_cache(maxsize=1 << 17)
def _class_of(item: str, value: Decimal, is_lake: bool) -> int:
    return water.body_class(item, value, is_lake)


@lru_cache
def _class_name(number: int) -> str:
    return water.class_name(number)


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"


@lru_cache(maxsize=1 << 16)
def _over_text(item: str, value: Decimal, target: int, is_lake: bool) -> str:
    multiple = water.exceedance_multiple(item, value, target=target, is_lake=is_lake)
    name = water.ITEM_NAMES[item]
    return f"{name}({water.multiple_text(multiple)})" if multiple is not None else name


def _exceeding(found: list[tuple[str, Cell, int]], target: int, is_lake: bool) -> str:
    """Indicators worse than the target with their multiples, worst class first, then largest multiple."""
    over = [(item, _used(cell), number) for item, cell, number in found if number > target]
    if len(over) > 1:
        over.sort(
            key=lambda one: (
                -one[2],
                -(water.exceedance_multiple(one[0], one[1], target=target, is_lake=is_lake) or 0),
            )
        )
    return "、".join(_over_text(item, value, target, is_lake) for item, value, _ in over)


@lru_cache(maxsize=1 << 16)
def _why(number: int, deciding: tuple[tuple[str, Decimal, int], ...], body: Body, told: str) -> str:
    """The indicators that decide the class, each with its value and the limit it is held against."""
    parts = [_part(item, value, number, body) for item, value, _ in deciding[:4]]
    more = f" 等 {len(deciding)} 项" if len(deciding) > 4 else ""
    where = f"{_BODY_WORDS[body]}限值{'，' + told if told else ''}"
    return f"{water.STANDARD} 表1（{where}）：{'，'.join(parts)}{more}"


def _part(item: str, value: Decimal, number: int, body: Body) -> str:
    name, unit = (
        water.ITEM_NAMES[item],
        "" if item == "pH" else " mg/L" if item != "fecal_coliform" else " 个/L",
    )
    if item == "pH":
        return f"pH {_number(value)} {'在' if number < 6 else '超出'} 6～9"
    limits = water.limits(item, body)
    bound = limits[min(number, 5) - 1]
    sign = ("≥" if number < 6 else "<") if item == "DO" else ("≤" if number < 6 else ">")
    return f"{name} {_number(value)}{unit} {sign} {water.CLASS_NAMES[min(number, 5) - 1]}类 {_number(bound)}"
