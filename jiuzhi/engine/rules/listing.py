"""All declared rules as a table, for the command line and for docs/rules-list.md."""

from __future__ import annotations

from typing import NamedTuple

from . import declare
from .declare import GRADES, SEVERITIES, Rule


class Row(NamedTuple):
    """One rule in words. ``conduct``: after how many evaluations it fires and clears; ``numbers``: what a county may change."""

    code: str
    title: str
    severity: str
    basis: str
    grade: str
    conduct: str
    looks: str
    opens: str
    numbers: str
    serves: str


HEADS = ("代码", "规则", "程度", "依据", "核实", "触发/解除", "判断", "转办", "可调数值", "系统")
_EVERY = {"minute": "每分钟", "hour": "每小时", "day": "每天"}


def rows(domain: str = "") -> list[Row]:
    """By code; of one domain or of all."""
    return [_row(rule) for _code, rule in sorted(declare.RULES.items()) if domain in ("", rule.domain)]


def _row(rule: Rule) -> Row:
    return Row(
        rule.code, rule.title, SEVERITIES[rule.severity], " ".join(filter(None, (rule.standard, rule.basis))), GRADES[rule.grade],
        f"{rule.fire}/{rule.clear}", "数值到达" if rule.watches else _EVERY[rule.every], rule.opens,
        "；".join(f"{p.words} {p.value} {p.unit}".strip() for p in rule.params.values()), " ".join(rule.serves),
    )  # fmt: skip


def markdown() -> str:
    """The contents of docs/rules-list.md."""
    listed = rows()
    head = (
        "# All rules\n\nMade by `jiuzhi rules list --markdown > docs/rules-list.md`; a test holds it to the declarations. "
        "触发/解除: evaluations in a row. 未核实 stands where no text was read, 本县可调 where the product's own number waits for the county's.\n\n"
    )
    table = [HEADS, tuple("---" for _ in HEADS), *listed]
    return (
        head
        + "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in table)
        + f"\n\n{len(listed)} rules.\n"
    )
