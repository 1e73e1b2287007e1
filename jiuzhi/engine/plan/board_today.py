"""Today's air and water of a county, as the assessed tables say."""

from __future__ import annotations

from datetime import date
from typing import Any

from .board_models import SectionToday, Today


def today(county_code: str, as_of: date | None = None) -> Today:
    """The newest air and the newest class of every section of a county, not after ``as_of``; empty where nothing was observed.

    ``air`` holds what `assessed.latest` says of it: aqi, level, level_name, primary, edition, hour, sites, synthetic, and the
    ``daily`` row of the last whole day.
    """
    from jiuzhi.engine.observe import (
        assessed,  # the board of a plan must also answer where nothing is observed
    )

    found = assessed.latest(county_code, as_of)
    sections = [_section(row) for row in found["water"]]
    return Today(
        found["air"], sections, bool(found["air"].get("synthetic")) or any(s.synthetic for s in sections)
    )


def _section(row: dict[str, Any]) -> SectionToday:
    return SectionToday(
        station_id=row["id"], code=row["code"], name=row["name"], water_body=row["water_body"], target=row["target"],
        latest_class=row["class"] or "", met=row["met"], period=row["month"], exceeding=row["exceeding"], synthetic=row["synthetic"],
    )  # fmt: skip
