"""Words and figures of the data-quality page: what each check means, and the data capture as rows of cells."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jiuzhi.core.local import LOCAL
from jiuzhi.engine.observe import delta, lake, quality
from jiuzhi.engine.observe.properties import EVERY
from jiuzhi.engine.observe.quality.capture import Capture, totals
from jiuzhi.engine.observe.quality.declare import GAPS, RESENT, WHOLES, Checks, checks_of
from jiuzhi.master.models import Station
from jiuzhi.science.statistics.quality import FAIL, MISSING, SUSPECT

from . import present
from .live import kind_word

Row = dict[str, Any]


class Words(NamedTuple):
    """A check as people call it, and how to look into what it found."""

    title: Any
    look: Any


WORDS = {
    "mark": Words(gettext_lazy("仪器标记异常"), gettext_lazy("查当时的运维记录：校准、维护、故障或停运是否属实。")),
    "source": Words(gettext_lazy("来源标为不评价"), gettext_lazy("数据照留，不参与评价。确认有效时可判为有效。")),
    "range": Words(gettext_lazy("超出范围"), gettext_lazy("先核对单位和小数点，再看仪器量程和当天的污染过程。")),
    "spike": Words(gettext_lazy("孤立突跳"), gettext_lazy("看同站其他项目和邻近站点是否同时变化；只有它变，多半是仪器。")),
    "rate": Words(gettext_lazy("变化过快"), gettext_lazy("看是否有降雨、烟花、泄漏等真实原因，再查仪器。")),
    "flat": Words(gettext_lazy("长时间不变"), gettext_lazy("查采样管路、滤膜和数采仪：仪器停走或平台重复上报都会这样。")),
    "gap": Words(gettext_lazy("断线后的首个值"), gettext_lazy("断电或断网恢复后，仪器可能还没有稳定。")),
    "drift": Words(gettext_lazy("逐渐偏离邻近站点"), gettext_lazy("安排校准或手工比对；也看站点周边是否有新的污染源。")),
    "detection": Words(gettext_lazy("低于检出限未标"), gettext_lazy("请实验室确认：未检出应写成“检出限L”，如 0.025L。")),
    "unit": Words(gettext_lazy("单位可能不对"), gettext_lazy("核对数采仪和平台设置的单位，例如 mg/m³ 与 μg/m³。")),
    "parts": Words(gettext_lazy("部分大于总量"), gettext_lazy("两个项目至少一个不对：各自校准后再判。")),
    "clock": Words(gettext_lazy("数据时间可疑"), gettext_lazy("核对数采仪时钟和上报设置。")),
}  # fmt: skip
STATES = {
    "open": gettext_lazy("待判断"),
    "unused": gettext_lazy("来源注明不用"),
    "ruled": gettext_lazy("已人工判定"),
    "missing": gettext_lazy("空值"),
    "all": gettext_lazy("全部"),
}
STEPS = ((95, "≥95%"), (90, "90–95%"), (75, "75–90%"), (50, "50–75%"), (0, "<50%"))
"""Lower ends of the colours [%]; their places from the best, 5, to 1."""


def _number(value: Decimal, prop: str) -> str:
    return f"{present.plain(value)} {present.unit(EVERY[prop].unit)}".strip()


def _range(row: Row, checks: Checks) -> str:
    item = EVERY[row["property"]]
    low, high = checks.usual or (item.low, item.high)
    return _("常见范围 %(low)s–%(high)s，仪器可能的范围 %(least)s–%(most)s") % {
        "low": present.plain(low), "high": _number(high, item.code), "least": present.plain(item.low),
        "most": _number(item.high, item.code),
    }  # fmt: skip


def _parts(row: Row, checks: Checks) -> str:
    named = [rule for rule in WHOLES if row["property"] in (rule.whole, *rule.parts)]
    pairs = "、".join(f"{'+'.join(rule.parts)} ＞ {rule.whole}" for rule in named)
    return _("同一时间 %(pairs)s") % {"pairs": pairs}


_WHY: dict[str, Callable[[Row, Checks], str]] = {
    "mark": lambda row, c: _("数据标记 %(mark)s") % {"mark": row["qualifier"]},
    "source": lambda row, c: _("来源注明这个值不用于评价"),
    "range": _range,
    "spike": lambda row, c: _("比前后两个值都高出或低于 %(limit)s 以上") % {"limit": _number(c.spike, row["property"])},
    "rate": lambda row, c: _("每小时变化超过 %(limit)s") % {"limit": _number(c.rate, row["property"])},
    "flat": lambda row, c: _("连续 %(n)s 小时一个数不变") % {"n": c.flat},
    "gap": lambda row, c: _("前面 %(n)s 小时以上没有数据") % {"n": GAPS[row["kind"]] // 3600},
    "drift": lambda row, c: _("与本县其他站点的差距比月初多了 %(limit)s 以上") % {"limit": _number(c.drift, row["property"])},
    "detection": lambda row, c: _("常用方法的检出限是 %(limit)s") % {"limit": _number(c.detection, row["property"])},
    "unit": lambda row, c: _("整月的中位数差 10 倍或 1000 倍"),
    "parts": _parts,
    "clock": lambda row, c: _("不在整点上、比收到的时间还晚，或同一时间先后报了 %(n)s 个以上不同的值") % {"n": RESENT},
}  # fmt: skip


def findings(row: Row) -> list[tuple[Any, str, Any]]:
    """What the checks found about a value: title, why, how to look into it."""
    checks = checks_of(row["property"])
    named = filter(None, row["checks"].split(","))
    return [(WORDS[name].title, _WHY[name](row, checks), WORDS[name].look) for name in named]


# --- the review list ---


def select(table: pa.Table, state: str, station: str, prop: str, check: str) -> pa.Table:
    """Rows of ``quality`` as chosen. What is open: suspect or failed, still counted, nobody decided."""
    for column, chosen in (("station", station), ("property", prop)):
        if chosen:
            table = table.filter(pc.equal(table[column], chosen))
    if check:
        within = pc.find_substring(pc.binary_join_element_wise("", table["checks"], "", ","), f",{check},")
        table = table.filter(pc.greater_equal(within, 0))
    if state == "all":
        return table
    decided, counted = pc.not_equal(table["verdict"], ""), table["used"]
    found = pc.is_in(table["flag"], pa.array([SUSPECT, FAIL], pa.int8()))
    if state == "ruled":
        wanted = decided
    elif state == "missing":
        wanted = pc.equal(table["flag"], MISSING)
    elif state == "unused":
        wanted = pc.and_(pc.and_not(found, decided), pc.invert(counted))
    else:
        wanted = pc.and_(pc.and_not(found, decided), counted)
        if not check:  # a value after a gap alone is looked at only when asked for
            wanted = pc.and_not(wanted, pc.equal(table["checks"], "gap"))
    return table.filter(wanted)


class Listed(Sequence[Row]):
    """Runs of flagged values for the paginator: only those of a page become dicts."""

    def __init__(self, table: pa.Table, stations: dict[str, Station]) -> None:
        self.table, self.stations = quality.runs(table), stations

    def __len__(self) -> int:
        return len(self.table)

    def __getitem__(self, cut: Any) -> Any:
        rows = self.table.slice(cut.start, cut.stop - cut.start).to_pylist()
        return [self._shown(row) for row in rows]

    def _shown(self, row: Row) -> Row:
        low, high = present.plain(row["low"]), present.plain(row["high"])
        one = row["values"] == 1
        return row | {
            "station": self.stations[row["station"]],
            "first": row["start"].astimezone(LOCAL),
            "last": None if one else row["end"].astimezone(LOCAL),
            "time": row["start"].isoformat(),
            "until": "" if one else (row["end"] + timedelta(seconds=1)).isoformat(),
            "findings": findings(row),
            "kind_name": kind_word(row["kind"]),
            "printed": f"{'＜' if row['qualifier'] in ('<', 'L') else ''}{low}"
            + ("" if low == high else f"–{high}"),
        }


# --- data capture ---


def months() -> list[str]:
    """Months with observations, newest first."""
    return sorted({file["partition.month"] for file in delta.files(lake.NAME)}, reverse=True)


def percent(share: Fraction | None) -> str:
    """A share as a percentage with one decimal, cut and not rounded: 99.96 % is not 100 %."""
    if share is None:
        return "—"
    tenths = share.numerator * 1000 // share.denominator
    return f"{tenths // 10}.{tenths % 10}%" if tenths % 10 else f"{tenths // 10}%"


def _step(share: Fraction | None) -> int:
    if share is None:
        return 0
    return next(len(STEPS) - n for n, (low, _said) in enumerate(STEPS) if share * 100 >= low)


def _cell(shares: Capture | None, counts: Capture | None, day: date) -> Row:
    share = shares.effective if shares else None
    if counts is None or share is None:
        return {"step": 0, "text": "", "title": f"{day:%m-%d} {_('无应收数据')}"}
    said = _("应收 %(due)s，收到 %(got)s，有效 %(good)s") % {
        "due": counts.expected,
        "got": counts.received,
        "good": counts.valid,
    }
    return {
        "step": _step(share),
        "text": str(share.numerator * 100 // share.denominator),
        "title": f"{day:%m-%d} {percent(share)}　{said}",
    }


def rates(row: Capture) -> Row:
    """Counts and shares of a data capture as they are printed."""
    return {
        "expected": row.expected, "received": row.received, "valid": row.valid, "transmission": percent(row.transmission),
        "validity": percent(row.validity), "effective": percent(row.effective), "step": _step(row.effective),
    }  # fmt: skip


def heat(rows: list[Capture], stations: list[Station], month: str, last: date) -> Row:
    """The month as a map of stations × days, each with its row of cells, and the same by station and property as a table."""
    first = date.fromisoformat(f"{month}-01")
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    counts = {(row.station, row.day): row for row in totals(rows, ("station", "day"))}
    daily = {(row.station, row.day): row for row in totals(rows, ("station", "day"), evenly=True)}
    monthly = {row.station: row for row in totals(rows, evenly=True)}
    whole = totals(rows, (), evenly=True)
    lines = [
        {
            "station": station,
            "cells": [
                _cell(daily.get(key), counts.get(key), key[1])
                for key in ((station.code, day) for day in days)
            ],
            "total": rates(monthly[station.code]),
        }
        for station in stations
        if station.code in monthly
    ]
    names = {station.code: station for station in stations}
    table = [
        {"station": names[row.station], "property": row.property, "kind": kind_word(row.kind)} | rates(row)
        for row in totals(rows, ("station", "property", "kind"))
    ]
    return {
        "days": days,
        "lines": lines,
        "table": table,
        "total": rates(whole[0]) if whole else None,
        "silent": [station for station in stations if station.code not in monthly],
        "steps": [(len(STEPS) - n, said) for n, (_low, said) in enumerate(STEPS)],
    }
