"""Codes of what is measured: HJ 212-2017 appendix B, with the codes of the 2005 edition beside them."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

STANDARD = "HJ 212-2017 附录 B"


class Pollutant(NamedTuple):
    """``old``: its code in the 2005 edition; ``medium``: 水, 气, 声 or "" (state of equipment); ``unit`` of a value, ``total`` of an amount."""

    code: str
    old: str
    name: str
    medium: str
    unit: str
    total: str


@cache
def listed() -> Mapping[str, Pollutant]:
    """Code → pollutant, in the order of the standard. ``xx`` at the end of a code stands for the number of a piece of equipment."""
    text = files(__package__).joinpath("pollutants.csv").read_text(encoding="utf-8")
    return {row["code"]: Pollutant(**row) for row in csv.DictReader(text.splitlines())}


@cache
def _old() -> Mapping[str, Pollutant]:
    return {p.old: p for p in listed().values() if p.old}


def find(code: str) -> Pollutant | None:
    """What a code of either edition means; None when neither has it."""
    numbered = code[:-2] + "xx" if code[-2:].isdigit() else ""
    return listed().get(code) or _old().get(code) or listed().get(numbered)


def named(code: str) -> str:
    """The name of a code: ``w01018`` is 化学需氧量; "" when unknown."""
    found = listed().get(code)
    return found.name if found else ""


def medium(code: str) -> str:
    """水 or 气; "" when unknown."""
    found = listed().get(code)
    return found.medium if found else ""


def codes_of(name: str) -> tuple[str, ...]:
    """The codes under which a name stands; most names that water and gas share have one in each."""
    return tuple(p.code for p in listed().values() if p.name == name and p.medium in ("水", "气"))


def fault(code: str, name: str = "", within: str = "") -> str:
    """What is wrong with a code beside the name written with it, in one sentence; "" when nothing is known to be.

    ``within``: 水 or 气 where only one is possible. A name the table does not use (颗粒物) contradicts nothing.
    """
    found = listed().get(code)
    if found is None or found.medium not in ("水", "气"):
        known = [c for c in codes_of(name) if within in ("", medium(c))]
        return f"{STANDARD} 没有 {code}：" + (
            f"{name}是 {known[0]}" if known else "废水以 w、废气以 a 开头，后接 5 位数字，请核对"
        )
    if within and within != found.medium:
        return f"{code} 是{'废水' if found.medium == '水' else '废气'}中的{found.name}：请核对排放口或编码"
    if name and name != found.name and codes_of(name):
        return f"{code} 是{found.name}，不是{name}：请核对"
    return ""
