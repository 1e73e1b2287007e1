"""Pig equivalents (猪当量) of livestock, from the guide to the land's capacity for manure (2018), recorded from memory (grade M)."""

from __future__ import annotations

from decimal import Decimal

from jiuzhi.science.standards.tables import rows

SPECIES = (*(row["species"] for row in rows("pig_equivalents")), "兔", "其他")


def pig_equivalents(species: str, heads: int) -> Decimal | None:
    """How many pigs ``heads`` animals weigh as [猪当量]; None for a species without factor."""
    for row in rows("pig_equivalents"):
        if row["species"] == species:
            return Decimal(heads) * 100 / int(row["heads_per_100_pigs"])
    return None
