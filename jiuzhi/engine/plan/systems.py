"""The 292 systems, registers and mechanisms the two plans name, and which declaration serves each.

The list stands in ``systems.csv`` beside this file (ids and names; no sentence of a plan). What serves a system is never
written there: every registry that declares ``serves`` contributes through `contribute`.
"""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from jiuzhi.core.registers import REGISTERS


@dataclass(frozen=True)
class System:
    """One named system. ``seeds``: the counties whose plan names it, "500229" and/or "500240"."""

    id: str
    name: str
    name_en: str
    domain: str
    package: str
    seeds: tuple[str, ...]
    engine: str
    declaration: str
    need: str


@dataclass(frozen=True)
class Serving:
    """One declaration that serves a system: what it is and the address name where its user does the work (with ``args`` after
    the county).

    ``whole``: with it the system's user can do the work the plan names. Most declarations are a part of that work only, and
    a system with parts alone is shown as partly served.
    """

    kind: str  # 指标, 规划, 报告 …
    code: str
    title: str
    url_name: str = ""
    whole: bool = False
    args: tuple[str, ...] = ()


@cache
def systems() -> tuple[System, ...]:
    """All named systems in the order of their ids."""
    seeds = {"both": ("500229", "500240"), "C": ("500229",), "S": ("500240",)}
    with resources.files(__package__).joinpath("systems.csv").open(encoding="utf-8") as file:
        return tuple(
            System(
                id=r["id"], name=r["name"], name_en=r["name_en"], domain=r["domain"], package=r["package"],
                seeds=seeds[r["seed"]], engine=r["engine"], declaration=r["declaration"], need=r["need"],
            )
            for r in csv.DictReader(file)
        )  # fmt: skip


Contributor = Callable[[], Iterable[tuple[str, Serving]]]
_contributors: list[Contributor] = []


def contribute(source: Contributor) -> Contributor:
    """Register a function that yields (system id, serving); used once by each engine that has declarations."""
    _contributors.append(source)
    return source


@contribute
def _engines() -> Iterable[tuple[str, Serving]]:
    """What the engines themselves serve, without a declaration of a domain."""
    yield "SYS-001", Serving("规划", "plan.tracking", "规划跟踪与实施评估", "home")
    yield "SYS-002", Serving("规划", "plan.commitments", "承诺台账", "commitments", whole=True)
    yield "SYS-002", Serving("规划", "plan.duties", "责任清单", "duties")
    # Readings arrive, are checked and can be looked at; the alarms of these systems stand with the rules.
    for system in ("SYS-030", "SYS-031", "SYS-033", "SYS-035", "SYS-037", "SYS-038", "SYS-039"):
        yield system, Serving("监测", "observe.devices", "自动监测设备接入", "devices")
        yield system, Serving("监测", "observe.quality", "数据质量与有效传输率", "quality")


@contribute
def _registers() -> Iterable[tuple[str, Serving]]:
    """Every register, at its list."""
    for register in REGISTERS.values():
        for system in register.serves:
            yield (
                system,
                Serving(
                    "台账",
                    register.code,
                    register.title,
                    "register",
                    system in register.whole,
                    (register.code,),
                ),
            )


def served() -> dict[str, list[Serving]]:
    """System id → the declarations that serve it. Errors: ``ValueError`` when a declaration names an unknown system."""
    known = {s.id for s in systems()}
    found: dict[str, list[Serving]] = {}
    for source in _contributors:
        for system, serving in source():
            if system not in known:
                raise ValueError(f"{serving.code} serves {system}, which is not in systems.csv")
            found.setdefault(system, []).append(serving)
    return found


def standing(servings: list[Serving]) -> str:
    """How far a system is served by these: "whole", "part" or "none"."""
    return "whole" if any(s.whole for s in servings) else "part" if servings else "none"
