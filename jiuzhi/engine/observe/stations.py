"""Which registered station a name in a file means."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from jiuzhi.core.models import Org
from jiuzhi.master.models import Station

from .formats import Format, Row

_KINDS = {"air": {"air"}, "water": {"river", "lake"}}


@dataclass
class Match:
    """Maps station codes built from a file's own words to registered ones.

    A row is matched by code, or by name where kind and place agree and only one station fits; else it keeps the code built
    from its words and is counted in ``unknown``.
    """

    format: Format
    county: str = ""
    unknown: set[str] = field(default_factory=set)
    _found: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        listed = Station.objects.select_related("county")
        self._foreign: set[str] = set()
        if self.county:
            self._foreign = set(listed.exclude(county__code=self.county).values_list("code", flat=True))
            listed = listed.filter(county__code=self.county)
        names = dict(Org.objects.values_list("code", "name"))
        self._codes: set[str] = set()
        self._named: dict[str, list[tuple[str, str, list[str]]]] = defaultdict(list)
        for station in listed:
            above = [names[code] for code in station.county.path.split("/") if code in names]
            self._codes.add(station.code)
            self._named[station.name].append((station.code, station.kind, [*above, station.water_body]))

    def code(self, row: Row) -> str:
        """The registered code, or the code built from the file."""
        key = (row.station, row.name)
        if (found := self._found.get(key)) is None:
            found = self._found[key] = self._match(row.station, row.name)
        return found

    def foreign(self, code: str) -> bool:
        """Whether the station is another county's."""
        return code in self._foreign

    def _match(self, built: str, name: str) -> str:
        if built in self._codes or built in self._foreign:
            return built
        # A file with codes of its own means those codes, whatever its stations are called.
        fitting = [] if self.format.name else self._fitting(built, name)
        if len(fitting) == 1:
            return fitting[0]
        self.unknown.add(built)
        return built

    def _fitting(self, built: str, name: str) -> list[str]:
        places = built.split("/")[:-1]
        kinds = _KINDS.get(self.format.medium)
        return [
            code
            for code, kind, around in self._named.get(name, [])
            if (kinds is None or kind in kinds) and all(_agree(place, around) for place in places)
        ]


def _agree(place: str, around: list[str]) -> bool:
    """Whether a place in a file (重庆, 重庆市, 任河干流) is one of those around a station."""
    return any(one and (place.startswith(one) or one.startswith(place)) for one in around) if place else True
