"""Classes of sealed radioactive sources by activity (放射源分类办法, notice 62 of 2005).

The activity bounds were recorded from memory (grade M): a class computed here is shown as 未核实.
"""

from __future__ import annotations

from decimal import Decimal

from jiuzhi.science.standards.tables import rows

CLASSES = ("Ⅰ类", "Ⅱ类", "Ⅲ类", "Ⅳ类", "Ⅴ类")
EXEMPT = "低于Ⅴ类下限"


def nuclides() -> tuple[str, ...]:
    """The nuclides whose bounds are known, as written in the table."""
    return tuple(row["nuclide"] for row in rows("radiation_source_classes"))


def source_class(nuclide: str, activity: Decimal) -> str | None:
    """Class of a source; a bound belongs to the class above it.

    ``activity`` [Bq]. Returns None for a nuclide without bounds in the table, `EXEMPT` below class Ⅴ.
    """
    row = next((r for r in rows("radiation_source_classes") if r["nuclide"] == nuclide), None)
    if row is None:
        return None
    bounds = (Decimal(row[f"class_{n}_Bq"]) for n in range(1, 6))
    return next((name for name, bound in zip(CLASSES, bounds, strict=True) if activity >= bound), EXEMPT)
