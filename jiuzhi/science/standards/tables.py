"""The packaged limit tables: which standard, edition, clause and limit holds on a day, and how well it is verified.

Tables are CSV files beside this module, so that a person can check and extend them. ``verification`` grades:
T official text read, 2 two independent sources, 1 one source, M from memory, X contested or text not seen.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from jiuzhi.science.expressions import as_day

GRADES: Mapping[str, str] = {
    "T": "已核对标准原文",
    "2": "两个独立来源一致",
    "1": "单一来源",
    "M": "未核实（凭记忆录入）",
    "X": "未核实（有争议或未见文本）",
}


@cache
def rows(name: str) -> tuple[Mapping[str, str], ...]:
    """All rows of the packaged table ``name`` (without ``.csv``), as text."""
    text = files(__package__).joinpath("tables", f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _covers(row: Mapping[str, str], day: date) -> bool:
    return row["valid_from"] <= day.isoformat() and (
        not row["valid_to"] or day.isoformat() <= row["valid_to"]
    )


@dataclass(frozen=True)
class Edition:
    """One edition of a standard and the days it is in force (both ends included)."""

    standard: str
    name: str
    title: str
    valid_from: date
    valid_to: date | None
    verification: str
    note: str


@dataclass(frozen=True)
class Limit:
    """One limit with where it comes from. ``value`` in ``unit``; ``verification`` as in :data:`GRADES`."""

    standard: str
    edition: str
    clause: str
    item: str
    averaging: str
    grade: str
    value: Decimal
    unit: str
    verification: str

    @property
    def text(self) -> str:
        """The limit in words for a screen or report."""
        words = {
            "annual": "年平均",
            "24h": "日平均",
            "1h": "1小时平均",
            "mda8": "日最大8小时平均",
            "quarter": "季平均",
        }
        grade = {"1": "一级", "2": "二级"}.get(self.grade, self.grade)
        mark = "" if is_verified(self.verification) else "（未核实）"
        return (
            f"{self.edition} {self.clause} {self.item} {words.get(self.averaging, self.averaging)}{grade}限值 "
            f"{self.value} {self.unit}{mark}"
        )


@cache
def editions(standard: str) -> tuple[Edition, ...]:
    """Editions of a standard such as ``"GB 3095"``, oldest first. Raises LookupError for an unknown standard."""
    found = tuple(
        Edition(
            row["standard"],
            row["edition"],
            row["title"],
            date.fromisoformat(row["valid_from"]),
            _day(row["valid_to"]),
            row["verification"],
            row["note"],
        )
        for row in rows("editions")
        if row["standard"] == standard
    )
    if not found:
        raise LookupError(f"no such standard: {standard}")
    return tuple(sorted(found, key=lambda edition: edition.valid_from))


def edition_on(standard: str, day: Any) -> Edition:
    """The edition in force on a local day (date or ISO text). Raises LookupError when none is."""
    when = as_day(day)
    for edition in editions(standard):
        if edition.valid_from <= when and (edition.valid_to is None or when <= edition.valid_to):
            return edition
    raise LookupError(f"{standard} has no edition in force on {when}")


def verification(standard: str, edition: str) -> str:
    """Verification grade of an edition: T, 2, 1, M or X. Raises LookupError when unknown."""
    for known in editions(standard):
        if known.name == edition:
            return known.verification
    raise LookupError(f"no such edition: {edition}")


def is_verified(grade: str) -> bool:
    """False for grades M and X, which every screen must show as unverified."""
    return grade not in ("M", "X")


def air_limit(item: str, averaging: str, *, day: Any, grade: int = 2) -> Limit:
    """Limit of GB 3095 in force on ``day``, tables 1 and 2 of either edition, interim or final.

    item: SO2 NO2 CO O3 PM10 PM2.5 TSP NOx Pb BaP; averaging: annual 24h 1h mda8 quarter; grade: 1 or 2.
    Raises LookupError when the standard sets none.
    """
    when = as_day(day)
    for row in rows("air_limits"):
        if (row["item"], row["averaging"], row["grade"]) == (item, averaging, str(grade)) and _covers(
            row, when
        ):
            return Limit(
                row["standard"],
                row["edition"],
                row["clause"],
                item,
                averaging,
                str(grade),
                Decimal(row["limit"]),
                row["unit"],
                row["verification"],
            )
    raise LookupError(f"GB 3095 sets no {averaging} limit for {item}, grade {grade}, on {when}")
