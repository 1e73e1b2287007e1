"""Judging the rows of an air file: AQI, level, primary pollutants, edition and why."""

from __future__ import annotations

import itertools
from decimal import Decimal
from functools import lru_cache
from typing import Any

from jiuzhi.science.standards import aqi
from jiuzhi.science.standards.tables import rows

from ..formats import FileProblem
from ..formats.times import Moment
from ..properties import PROPERTIES
from . import Cell, Reader
from .columns import Layout, Source, layout

LABELS = {
    "SO2": "二氧化硫(SO2)",
    "NO2": "二氧化氮(NO2)",
    "CO": "一氧化碳(CO)",
    "O3": "臭氧(O3)",
    "PM10": "颗粒物(PM10)",
    "PM2.5": "细颗粒物(PM2.5)",
}
FORMS = {"hourly": "实时报", "daily": "日报"}
_TINY = {"PM2.5": Decimal(1), "PM10": Decimal(1), "O3": Decimal(1), "NO2": Decimal("0.5")}
_TYPICAL = {"CO": Decimal(60)}
_HIGHEST = {"SO2": Decimal(4000), "NO2": Decimal(5800), "CO": Decimal(225)}
"""Half as much again as the last breakpoint: an accident is judged, a wrong unit is not."""
_CLAUSE = {row["edition"]: row["clause"] for row in rows("aqi_breakpoints")}


def air_judge(
    header: list[str],
    *,
    form: str = "",
    edition: str = "",
    not_monitored: tuple[str, ...] = (),
    wanted: str = "",
) -> tuple[Layout, AirJudge]:
    """The judge of a heading row. form: ``hourly`` / ``daily`` or "" (told by the file); edition: ``2012`` / ``2026`` or "" (by date).

    Raises FileProblem when columns are missing or the edition cannot be known.
    """
    found = layout(header, "air", wanted)
    return found, AirJudge(found, form, edition, not_monitored)


class AirJudge:
    """See ``judge.Judge``. The edition of HJ 633 follows the sample's local day."""

    added = ("judged_aqi", "judged_level", "judged_primary", "judged_edition", "why")

    def __init__(self, found: Layout, form: str, edition: str, not_monitored: tuple[str, ...]) -> None:
        self.layout, self.not_monitored = found, not_monitored
        self.form = form or found.form
        self.edition = f"HJ 633-{edition}" if edition else ""
        self.readers = {
            name: {p: Reader(s, _HIGHEST.get(p)) for p, s in _sources(found, name).items()} for name in FORMS
        }
        self.mode, self.standard = found.roles.get("mode"), found.roles.get("standard")
        ozone = self.readers["daily"].get("O3")
        self.plain_ozone = ozone is not None and ozone.source.item.code == "O3" and not ozone.source.average
        self.units: dict[tuple[str, Decimal], Any] = {}
        self._require()

    def _require(self) -> None:
        ready = [name for name in FORMS if not self._lacking(name)]
        if not self.form and self.mode is None and len(ready) == 1:
            self.form = ready[0]
        wanted = [self.form] if self.form else list(FORMS)
        if not any(name in ready for name in wanted):
            lacking = min((self._lacking(name) for name in wanted), key=len)
            if len(lacking) > 3:
                raise FileProblem(
                    "表头里认不出六项污染物的列：需要 SO2、NO2、CO、O3、PM10、PM2.5（或中文名），请核对表头。"
                )
            words = "、".join(f"{p}（{aqi.NAMES[p]}）" for p in lacking)
            raise FileProblem(
                f"缺少列 {words}：请补上；确实不监测的项目用 --not-monitored {','.join(lacking)} 说明。"
            )
        if self.layout.time is None and not self.edition and self.standard is None:
            raise FileProblem(
                "没有时间列，不能确定执行哪一版标准：请加“时间”列，或用 --edition 2012 / 2026 指明。"
            )
        if self.layout.time is None and not self.form and self.mode is None:
            raise FileProblem("不能确定是小时值还是日均值：请用 --form hourly 或 --form daily 指明。")

    def _lacking(self, form: str) -> list[str]:
        return [p for p in aqi.POLLUTANTS if p not in self.readers[form] and p not in self.not_monitored]

    def row(self, cells: list[str], when: Moment | str | None) -> tuple[str, ...]:
        """judged_aqi, judged_level, judged_primary, judged_edition, why."""
        edition = self._edition(cells, when)
        if not edition:
            return (
                "",
                "",
                "",
                "",
                when if isinstance(when, str) else f"{when.day if when else ''} 没有在用的空气质量指数标准",
            )
        form = self._form(cells, when)
        readings: dict[str, Cell] = {}
        units: dict[str, int | None] = {}
        for name, reader in self.readers[form].items():
            readings[name] = cell = reader.read(cells)
            if cell.value is not None:
                units[name] = self._reporting(name, cell.value)
        if not units:
            return "", "", "", edition, "；".join(["六项污染物都没有数值", *_problems(readings)])
        judged = aqi.assess_units(form, edition, units, not_monitored=self.not_monitored)
        return self._verdict(judged, form, units, readings)

    def _edition(self, cells: list[str], when: Moment | str | None) -> str:
        if self.edition:
            return self.edition
        if self.standard is not None:
            named = next((name for name in aqi.EDITIONS if name[-4:] in cells[self.standard]), "")
            if named:
                return named
        return _edition_of(when) if isinstance(when, Moment) else ""

    def _form(self, cells: list[str], when: Moment | str | None) -> str:
        if self.mode is not None:
            text = cells[self.mode].strip().casefold()
            if text in ("daily", "day", "日报", "日", "日均"):
                return "daily"
            if text in ("hourly", "hour", "实时报", "小时"):
                return "hourly"
        if self.form:
            return self.form
        return "daily" if isinstance(when, Moment) and when.given == "day" else "hourly"

    def _reporting(self, name: str, value: Decimal) -> int | None:
        key = (name, value)
        if key not in self.units:
            if len(self.units) > 200_000:
                self.units.clear()
            self.units[key] = aqi.reporting_units(name.split("_")[0], value)
        return self.units[key]

    def _verdict(
        self, judged: aqi.Assessment, form: str, units: dict[str, Any], readings: dict[str, Cell]
    ) -> tuple[str, ...]:
        missing = [
            name for name in aqi.POLLUTANTS if judged.iaqi[name] is None and name not in self.not_monitored
        ]
        remarks = _problems(readings)
        if form == "daily" and self.plain_ozone:
            remarks.append("臭氧列按日最大8小时平均")
        if judged.aqi is None:
            absent = "、".join(missing)
            why = f"缺 {absent}，其余项目指数 {judged.aqi_of_known} 不大于 100，按 {judged.edition} 5.3.1 不发布"
            return "", "", "", judged.edition, "；".join([why, *remarks])
        if missing:
            remarks = [f"缺项 {'、'.join(missing)}", *remarks]
        leading = next(name for name in aqi.POLLUTANTS if judged.iaqi[name] == judged.aqi)
        value = units.get(leading)
        reason = _reason(judged.edition, form, leading, judged.aqi, value)
        return (
            str(judged.aqi),
            _level_name(judged.level),
            _primary(judged.primary_mask),
            judged.edition,
            "；".join([reason, *remarks]) if remarks else reason,
        )

    def label(self, verdict: tuple[str, ...]) -> str:
        """Counted by level."""
        return verdict[1]

    def finish(self) -> None:
        """Raises FileProblem when a column's unit must be wrong."""
        for readers in self.readers.values():
            for name, reader in readers.items():
                reader.check(tiny=_TINY.get(name), typical=_TYPICAL.get(name))


def _sources(found: Layout, form: str) -> dict[str, Source]:
    """Pollutant (and ``O3_1h`` in the daily form) -> column, for a form."""
    own = "1h" if form == "hourly" else "24h"
    chosen: dict[str, Source] = {}
    for source in found.sources.values():
        code = source.item.code
        if code not in aqi.POLLUTANTS or code == "O3":
            continue
        if source.average in ("", own) and (code not in chosen or source.average == own):
            chosen[code] = source
    ozone = {
        source.average or "plain": source for source in found.sources.values() if source.item.code == "O3"
    }
    eight = next((source for source in found.sources.values() if source.item.code == "O3_8h"), None)
    one_hour = ozone.get("1h") or ozone.get("plain")
    if form == "hourly" and one_hour:
        chosen["O3"] = one_hour
    elif form == "daily":
        daily = eight or ozone.get("24h") or ozone.get("plain")
        if daily:
            chosen["O3"] = daily
        if ozone.get("1h"):
            chosen["O3_1h"] = ozone["1h"]
    return chosen


def _problems(readings: dict[str, Cell]) -> list[str]:
    return [cell.problem for cell in readings.values() if cell.problem]


@lru_cache(maxsize=4096)
def _edition_of(when: Moment) -> str:
    return aqi.edition_in_force(when.day) or ""


@lru_cache
def _level_name(level: int) -> str:
    return aqi.level_name(level)


@lru_cache
def _primary(mask: int) -> str:
    return aqi.primary_text(mask, names=LABELS)


@lru_cache(maxsize=1 << 16)
def _reason(edition: str, form: str, pollutant: str, index: int, units: int | None) -> str:
    """Which value, between which limits of which table, makes the index."""
    item = aqi.item_of(form, pollutant)
    digits, unit = aqi.REPORTING_DIGITS[pollutant], PROPERTIES[pollutant].unit

    def shown(number: int) -> str:
        return f"{Decimal(number).scaleb(-digits):f}"

    start = f"{edition} {_CLAUSE[edition]} {FORMS[form]}"
    if units is None:
        return f"{start}：{aqi.NAMES[pollutant]} 分指数 {index}"
    pairs = aqi.breakpoints(item, edition)
    for (low, i_low), (high, i_high) in itertools.pairwise(pairs):
        if units <= high:
            return f"{start}：{aqi.NAMES[pollutant]} {shown(units)} {unit}，在限值 {shown(low)}～{shown(high)}（分指数 {i_low}～{i_high}）之间，分指数 {index}"
    return f"{start}：{aqi.NAMES[pollutant]} {shown(units)} {unit}，超过最高限值 {shown(pairs[-1][0])}，分指数 {index}"
