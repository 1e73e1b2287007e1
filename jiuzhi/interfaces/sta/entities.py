"""The entity types of SensorThings as a table: how each is named, what it says, where its links lead.

A row behind an entity is whatever is at hand: a station, a stream of the lake, a property, a value. A link to Observations gives the
streams whose values they are, because values stay in the lake until a page of them is wanted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import rows
from .rows import Scene


@dataclass(frozen=True)
class Link:
    """``of(row, scene)`` gives the rows it leads to; one at most unless ``many``."""

    target: str
    many: bool
    of: Callable[[Any, Scene], list[Any]]


@dataclass(frozen=True)
class EntityType:
    """``all(scene)``: every row of this type that the asker may see; ``key``: its id; ``properties``: what it says, in order."""

    name: str
    plural: str
    all: Callable[[Scene], list[Any]]
    key: Callable[[Any], str]
    properties: dict[str, Callable[[Any, Scene], Any]]
    links: dict[str, Link]

    @property
    def measured(self) -> bool:
        """Whether its rows are values in the lake."""
        return self.name == "Observation"


def _same(row: Any, scene: Scene) -> list[Any]:
    return [row]


def _station(row: Any, scene: Scene) -> list[Any]:
    return [row.station]


def _streams(row: Any, scene: Scene) -> list[Any]:
    return scene.of_station(row)


def _place(row: Any, scene: Scene) -> list[Any]:
    return [row] if rows.placed(row) else []


def _history(row: Any, scene: Scene) -> list[Any]:
    return [row] if rows.known_since(row, scene) else []


_TYPES = [
    EntityType(
        "Thing", "Things", lambda scene: scene.stations, lambda s: s.code,
        {
            "name": lambda s, _: s.name,
            "description": rows.thing_said,
            "properties": rows.thing_properties,
        },
        {
            "Locations": Link("Location", True, _place),
            "HistoricalLocations": Link("HistoricalLocation", True, _history),
            "Datastreams": Link("Datastream", True, _streams),
        },
    ),
    EntityType(
        "Location", "Locations", lambda scene: [s for s in scene.stations if rows.placed(s)], lambda s: s.code,
        {
            "name": lambda s, _: s.name,
            "description": lambda s, _: f"{s.county.name}{s}的位置",
            "encodingType": lambda s, _: rows.GEOJSON,
            "location": lambda s, _: rows.point(s),
            "properties": lambda s, _: {"crs": "CGCS2000（与 WGS 84 相差厘米级）"} | rows.marked(s.synthetic),
        },
        {
            "Things": Link("Thing", True, _same),
            "HistoricalLocations": Link("HistoricalLocation", True, _history),
        },
    ),
    EntityType(
        "HistoricalLocation", "HistoricalLocations",
        lambda scene: [s for s in scene.stations if rows.known_since(s, scene)], lambda s: s.code,
        {"time": rows.known_since},
        {"Thing": Link("Thing", False, _same), "Locations": Link("Location", True, _place)},
    ),
    EntityType(
        "Datastream", "Datastreams", lambda scene: list(scene.streams.values()), lambda d: d.id,
        {
            "name": lambda d, _: f"{d.station} {d.item.title}（{d.kind.title}）",
            "description": lambda d, _: f"{d.station.county.name}{d.station}的{d.item.title}，{d.kind.said}",
            "observationType": lambda d, _: rows.MEASUREMENT,
            "unitOfMeasurement": lambda d, _: rows.unit(d.series.unit),
            "observedArea": lambda d, _: rows.point(d.station),
            "phenomenonTime": lambda d, _: d.phenomenon_time,
            "resultTime": lambda d, _: d.result_time,
            "properties": rows.stream_properties,
        },
        {
            "Thing": Link("Thing", False, _station),
            "Sensor": Link("Sensor", False, lambda d, scene: [scene.instruments[d.station.code]]),
            "ObservedProperty": Link("ObservedProperty", False, lambda d, scene: [d.item]),
            "Observations": Link("Observation", True, _same),
        },
    ),
    EntityType(
        "Sensor", "Sensors", lambda scene: list(scene.instruments.values()), lambda i: i.code,
        {
            "name": lambda i, _: i.name,
            "description": lambda i, _: f"{i.station.county.name}{i.station}的监测仪器",
            "encodingType": lambda i, _: "text/plain",
            "metadata": lambda i, _: i.said,
            "properties": lambda i, _: i.properties,
        },
        {"Datastreams": Link("Datastream", True, lambda i, scene: scene.of_station(i.station))},
    ),
    EntityType(
        "ObservedProperty", "ObservedProperties", lambda scene: scene.properties, lambda p: p.code,
        {
            "name": lambda p, _: p.title,
            "definition": lambda p, _: f"urn:jiuzhi:observed-property:{p.code}",
            "description": lambda p, _: f"{p.title}（{p.code}）",
            "properties": lambda p, _: {"code": p.code, "unit": p.unit, "medium": p.medium},
        },
        {"Datastreams": Link("Datastream", True, lambda p, scene: scene.of_property(p))},
    ),
    EntityType(
        "Observation", "Observations", lambda scene: list(scene.streams.values()), lambda o: o.id,
        {
            "phenomenonTime": lambda o, _: o.phenomenon_time,
            "resultTime": lambda o, _: o.result_time,
            "result": lambda o, _: o.value,
            "resultQuality": lambda o, _: {"flag": o.flag, "qualifier": o.qualifier},
            "parameters": rows.observation_parameters,
        },
        {
            "Datastream": Link("Datastream", False, lambda o, scene: [o.stream]),
            "FeatureOfInterest": Link("FeatureOfInterest", False, lambda o, scene: [o.stream.station]),
        },
    ),
    EntityType(
        "FeatureOfInterest", "FeaturesOfInterest", lambda scene: scene.stations, lambda s: s.code,
        {
            "name": lambda s, _: s.name,
            "description": lambda s, _: f"{s.county.name}{s}处的环境",
            "encodingType": lambda s, _: rows.GEOJSON,
            "feature": lambda s, _: rows.point(s) or {"type": "Feature", "geometry": None, "properties": {}},
            "properties": lambda s, _: rows.marked(s.synthetic),
        },
        {"Observations": Link("Observation", True, _streams)},
    ),
]  # fmt: skip

TYPES = {one.name: one for one in _TYPES}
SETS = {one.plural: one for one in _TYPES}
