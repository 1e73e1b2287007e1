"""What the numbers rest on: formulas, standards with their editions, and which texts nobody has verified yet."""

from datetime import date

from jiuzhi.engine.plan.board_models import CommitmentView
from jiuzhi.science.standards.tables import GRADES, rows

from .model import EditionRow, Method, StandardNote
from .phrases import period
from .words import plain

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


def editions_of(views: list[CommitmentView]) -> list[EditionRow]:
    """Numbers that another edition or formula would put differently, once per indicator."""
    found: dict[tuple[str, str], EditionRow] = {}
    for view in views:
        how = view.explanation
        for other in how.alternatives if how else []:
            counted = f"{plain(view.item.now)} {view.item.unit}".strip()
            if view.item.now_period:
                counted += f"（{period(view.item.now_period, view.as_of)}）"
            row = EditionRow(
                view.item.name,
                counted,
                other.label,
                f"{plain(other.value)} {other.unit}".strip(),
                other.edition,
                other.note,
            )
            found.setdefault((how.indicator if how else "", other.label), row)
    return list(found.values())


def standards_of(views: list[CommitmentView], as_of: date) -> list[StandardNote]:
    """The editions named by what was judged, with the grade of their verification. Source: the packaged table of editions."""
    said = " ".join(
        f"{v.edition} {v.explanation.standard if v.explanation else ''} {_alternatives(v)}" for v in views
    )
    found = []
    for row in rows("editions"):
        if row["edition"] not in said and row["edition"] not in ALWAYS:
            continue
        if row["valid_from"] > as_of.isoformat():
            continue
        end = f"至{row['valid_to']}" if row["valid_to"] else "起"
        found.append(
            StandardNote(
                row["edition"],
                row["title"],
                f"{row['valid_from']}{end}",
                row["verification"] not in _UNVERIFIED,
                GRADES.get(row["verification"], row["verification"]),
                row["note"],
            )
        )
    return found


def _alternatives(view: CommitmentView) -> str:
    how = view.explanation
    return " ".join(a.edition for a in how.alternatives) if how else ""
