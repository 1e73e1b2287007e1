"""What the numbers rest on: formulas, standards with their editions, and which texts nobody has verified yet."""

from collections.abc import Iterable
from datetime import date

from jiuzhi.engine.indicators.models import ComputedValue
from jiuzhi.engine.indicators.registry import INDICATORS
from jiuzhi.engine.plan.board_models import CommitmentView
from jiuzhi.science.standards.tables import GRADES, rows

from .model import Method, StandardNote

_UNVERIFIED = ("M", "X")
ALWAYS = ("GB/T 8170-2008",)  # every printed number is rounded by it


def methods_of(views: list[CommitmentView]) -> list[Method]:
    """One entry per computed indicator, in the plan's order."""
    found: dict[str, Method] = {}
    for view in views:
        how = view.explanation
        if how is not None and how.indicator not in found:
            found[how.indicator] = Method(
                how.title,
                how.formula,
                how.standard,
                view.edition,
                how.missing,
                list(how.inputs),
                list(how.notes),
            )
    return list(found.values())


def standards_of(
    views: list[CommitmentView], computed: Iterable[ComputedValue], as_of: date
) -> list[StandardNote]:
    """The editions named by what was judged or computed, with the grade of their verification, in the order of the
    packaged table of editions; parts of one document under one entry."""
    said = " ".join([*(_standards_in(v) for v in views), *(_computed_by(v) for v in computed)])
    named = [
        row
        for row in rows("editions")
        if (row["edition"] in said or row["edition"] in ALWAYS) and row["valid_from"] <= as_of.isoformat()
    ]
    found = []
    for edition in dict.fromkeys(row["edition"] for row in named):
        parts = [row for row in named if row["edition"] == edition]
        first = parts[0]
        end = f"至{first['valid_to']}" if first["valid_to"] else "起"
        found.append(
            StandardNote(
                edition,
                "；".join(dict.fromkeys(p["title"] for p in parts)),
                f"{first['valid_from']}{end}",
                all(p["verification"] not in _UNVERIFIED for p in parts),
                "；".join(dict.fromkeys(GRADES.get(p["verification"], p["verification"]) for p in parts)),
                "；".join(dict.fromkeys(p["note"] for p in parts if p["note"])),
            )
        )
    return found


def _standards_in(view: CommitmentView) -> str:
    how = view.explanation
    return " ".join(
        [view.edition, how.standard if how else "", *(a.edition for a in (how.alternatives if how else []))]
    )


def _computed_by(value: ComputedValue) -> str:
    declared = INDICATORS.get(value.indicator)
    others = (str(o.get("edition", "")) for o in value.explain.get("others", []))
    return " ".join([value.edition, declared.standard if declared else "", *others])
