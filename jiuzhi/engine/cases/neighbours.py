"""The counties beside a county, for what is handed over to them. Codes: GB/T 2260 (2023); ``named``: the plan names it as a partner."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources
from typing import NamedTuple


class Neighbour(NamedTuple):
    county: str
    code: str
    name: str
    province: str
    named: bool

    def __str__(self) -> str:
        return f"{self.province}{self.name}（{self.code}）"


@cache
def of(county: str) -> tuple[Neighbour, ...]:
    """The neighbours of the county with this code; none for a county nobody entered."""
    table = resources.files(__package__).joinpath("neighbours.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(table.splitlines())
    return tuple(
        Neighbour(r["county"], r["code"], r["name"], r["province"], r["named_in_plan"] == "1")
        for r in rows
        if r["county"] == county
    )
