"""Today's air and water of a county, as the assessed tables say."""

from __future__ import annotations

from jiuzhi.science.standards.water import class_number

from .board_models import SectionToday, Today


def today(county_code: str) -> Today:
    """The newest air and the newest class of every section of a county; empty where nothing was observed."""
    from jiuzhi.engine.observe import assessed  # the board of a plan must also answer where nothing is observed

    found = assessed.latest(county_code)
    air = dict(found.get("air") or {})
    sections = [_section(s) for s in found.get("sections", [])]
    return Today(air, sections, bool(air.get("synthetic")) or any(s.synthetic for s in sections))


def _section(row: dict) -> SectionToday:
    number, target = class_number(row.get("class")), class_number(row.get("target"))
    met = row.get("met")
    if met is None and number is not None and target is not None:
        met = number <= target
    return SectionToday(
        row.get("station_id"), str(row.get("station", row.get("code", ""))), str(row.get("name", "")), str(row.get("water_body", "")),
        str(row.get("target") or ""), str(row.get("class") or ""), met, str(row.get("month") or row.get("period") or ""),
        str(row.get("exceeding") or ""), bool(row.get("synthetic")),
    )  # fmt: skip
