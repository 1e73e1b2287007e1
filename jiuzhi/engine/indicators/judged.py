"""What was said last of every commitment of a county."""

from __future__ import annotations

from datetime import date

from jiuzhi.core.models import Org

from .models import Judgement


def newest(county: Org, as_of: date) -> list[Judgement]:
    """The newest judgement, up to ``as_of``, of every commitment of the current plan, with its owner and plan."""
    found: dict[int, Judgement] = {}
    rows = Judgement.objects.filter(
        commitment__plan__county=county, commitment__plan__current=True, as_of__lte=as_of
    )
    for one in rows.select_related("commitment__owner", "commitment__plan").order_by("as_of"):
        found[one.commitment_id] = one
    return list(found.values())
