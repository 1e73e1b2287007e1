"""What stands behind the entities: stations from the records, streams and values from the lake, for one asker."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Org
from jiuzhi.engine.observe import paging
from jiuzhi.engine.observe.paging import Series
from jiuzhi.engine.observe.properties import EVERY, PROPERTIES, Property
from jiuzhi.engine.observe.reported import SIDES
from jiuzhi.master.models import Device, Station

from .functions import Interval

GEOJSON = "application/geo+json"
MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"
SIMULATED = {"synthetic": True, "notice": "模拟数据"}


class Kind(NamedTuple):
    """What a value of a kind stands for. ``lasts``: how long [hours]; 0 is a moment, or a start whose end is not kept; None a local month."""

    title: str
    said: str
    lasts: int | None

    def end(self, start: datetime) -> datetime:
        if self.lasts is not None:
            return start + timedelta(hours=self.lasts)
        first = start.astimezone(LOCAL).replace(day=1)
        return (first + timedelta(days=32)).replace(day=1).astimezone(UTC)


KINDS = {
    "hour": Kind("小时", "小时值，时间为起点", 1), "4h": Kind("4 小时", "每 4 小时一个值", 4), "day": Kind("日", "日值", 24),
    "month": Kind("月", "月值", None), "sample": Kind("采样", "某一时刻的采样或测定", 0), "instant": Kind("实时", "某一时刻的实测值", 0),
    "minute": Kind("分钟", "几分钟的均值或累计，时间为起点", 0),
}  # fmt: skip


def kind_of(name: str) -> Kind:
    """What a kind of the lake means; one nobody declared is a moment and called by its name."""
    base, _, beside = name.partition(".")
    found = KINDS.get(base) or Kind(base, base, 0)
    if not beside:
        return found
    more = SIDES.get(beside, beside)
    return Kind(f"{found.title}{more}", f"{found.said}；{more}", found.lasts)


# Unit of the lake → (name, code of UCUM). What UCUM has no plain code for has none here.
_UNITS = {
    "µg/m³": ("微克每立方米", "ug/m3"), "mg/m³": ("毫克每立方米", "mg/m3"), "mg/L": ("毫克每升", "mg/L"), "℃": ("摄氏度", "Cel"),
    "hPa": ("百帕", "hPa"), "mm": ("毫米", "mm"), "°": ("度", "deg"), "m/s": ("米每秒", "m/s"), "µS/cm": ("微西门子每厘米", "uS/cm"),
    "m": ("米", "m"), "m³/s": ("立方米每秒", "m3/s"), "": ("无量纲", "1"),
}  # fmt: skip


def unit(symbol: str) -> dict[str, Any]:
    """``unitOfMeasurement`` of a unit of the lake."""
    name, code = _UNITS.get(symbol, (symbol, ""))
    return {"name": name, "symbol": symbol, "definition": f"ucum:{code}" if code else None}


@dataclass(frozen=True)
class Stream:
    """A Datastream: a station's series of the lake."""

    series: Series
    station: Station
    item: Property
    kind: Kind

    @property
    def id(self) -> str:
        return ":".join(self.series.key())

    @property
    def phenomenon_time(self) -> Interval:
        return Interval(self.series.first, self.kind.end(self.series.last))

    @property
    def result_time(self) -> Interval:
        return Interval(self.kind.end(self.series.first), self.kind.end(self.series.last))


@dataclass(frozen=True)
class Value:
    """An Observation: the latest revision of a value of the lake."""

    stream: Stream
    time: datetime
    value: Decimal | None
    unit: str
    qualifier: str
    raw: str
    flag: int
    revision: int
    synthetic: bool

    @property
    def id(self) -> str:
        fine = ".%f" if self.time.microsecond else ""
        return f"{self.stream.id}:{self.time.astimezone(UTC):%Y%m%dT%H%M%S{fine}Z}"

    @property
    def phenomenon_time(self) -> Interval | datetime:
        return self.time if self.stream.kind.lasts == 0 else Interval(self.time, self.result_time)

    @property
    def result_time(self) -> datetime:
        """The end of what it stands for: the first moment it can be known. The lake keeps no other."""
        return self.stream.kind.end(self.time)


class Instrument(NamedTuple):
    """A Sensor: what measures at a station."""

    code: str
    name: str
    station: Station
    said: str
    properties: dict[str, Any]


def instrument(station: Station, devices: Sequence[Device]) -> Instrument:
    """The registered device of a station. The lake does not keep which of several a value came from: then, as where none is registered,
    one Sensor stands for all."""
    if len(devices) == 1:
        device = devices[0]
        said = "，".join(filter(None, (device.maker, device.model, device.protocol)))
        known = {
            "station": station.code,
            "maker": device.maker,
            "model": device.model,
            "protocol": device.protocol,
            "state": device.state,
        }
        return Instrument(device.code, device.name, station, said, known | marked(device.synthetic))
    name = f"{len(devices)} 台仪器" if devices else "仪器未登记"
    said = "、".join(d.name for d in devices) if devices else "该站点的监测仪器尚未登记型号与协议"
    return Instrument(f"station:{station.code}", name, station, said, {"station": station.code})


class Scene:
    """Everything one asker may see: the stations of ``counties`` and what the lake holds of them."""

    def __init__(self, counties: Iterable[Org]) -> None:
        listed = Station.objects.filter(county__in=list(counties)).select_related("county")
        self.stations = sorted(listed, key=lambda s: s.code)
        by_code = {s.code: s for s in self.stations}
        self.looked = 0  # values compared for this asker, see `evaluate`
        self.streams: dict[paging.Key, Stream] = {}
        self._by_station: dict[str, list[Stream]] = defaultdict(list)
        self._by_property: dict[str, list[Stream]] = defaultdict(list)
        for key, one in sorted(paging.catalogue().items()):
            if station := by_code.get(one.station):
                stream = Stream(one, station, _property(one.property), kind_of(one.kind))
                self.streams[key] = stream
                self._by_station[one.station].append(stream)
                self._by_property[one.property].append(stream)

    @cached_property
    def properties(self) -> list[Property]:
        """What can be observed: all that is declared, and what the lake holds besides."""
        return [
            *PROPERTIES.values(),
            *(_property(code) for code in self._by_property if code not in PROPERTIES),
        ]

    @cached_property
    def instruments(self) -> dict[str, Instrument]:
        """The Sensor of each station."""
        devices: dict[str, list[Device]] = defaultdict(list)
        for device in (
            Device.objects.filter(station__in=self.stations).select_related("station").order_by("code")
        ):
            devices[device.station.code].append(device)
        return {s.code: instrument(s, devices[s.code]) for s in self.stations}

    def of_station(self, station: Station) -> list[Stream]:
        return self._by_station.get(station.code, [])

    def of_property(self, item: Property) -> list[Stream]:
        return self._by_property.get(item.code, [])

    def value(self, row: dict[str, Any]) -> Value:
        """A row of `paging.page` as an Observation."""
        stream = self.streams[row["station"], row["property"], row["kind"]]
        return Value(
            stream, row["time"], row["value"], row["unit"] or "", row["qualifier"] or "", row["raw"] or "", row["flag"], row["revision"],
            row["synthetic"],
        )  # fmt: skip

    def find_value(self, streams: Iterable[Stream], ident: str) -> Value | None:
        """The Observation of that id among these streams."""
        of, _, when = ident.rpartition(":")
        stream = next((s for s in streams if s.id == of), None)
        try:
            time = datetime.strptime(when, "%Y%m%dT%H%M%S.%fZ" if "." in when else "%Y%m%dT%H%M%SZ")
        except ValueError:
            return None
        found = stream and paging.one(stream.series.key(), time.replace(tzinfo=UTC))
        return self.value(found) if found else None


def _property(code: str) -> Property:
    return EVERY.get(code) or Property(code, code, "", Decimal(0), Decimal(0), "")


def placed(station: Station) -> bool:
    return station.lon is not None and station.lat is not None


def point(station: Station) -> dict[str, Any] | None:
    """The place as GeoJSON, or None."""
    return {"type": "Point", "coordinates": [station.lon, station.lat]} if placed(station) else None


def known_since(station: Station, scene: Scene) -> datetime | None:
    """When the station is first known at its place: the time of its first value. The records keep no other."""
    streams = scene.of_station(station)
    return min(s.series.first for s in streams) if placed(station) and streams else None


def marked(synthetic: bool) -> dict[str, Any]:
    return SIMULATED if synthetic else {"synthetic": False}


def thing_said(station: Station, scene: Scene) -> str:
    return f"{station.county.name}{station}，{station.get_level_display()}{station.get_kind_display()}"


def thing_properties(station: Station, scene: Scene) -> dict[str, Any]:
    synthetic = station.synthetic or any(s.series.synthetic for s in scene.of_station(station))
    return {
        "code": station.code, "kind": station.kind, "kindName": station.get_kind_display(), "level": station.level,
        "levelName": station.get_level_display(), "county": station.county.code, "countyName": station.county.name,
        "waterBody": station.water_body, "targetClass": station.target_class, "evaluated": station.evaluated,
    } | marked(synthetic)  # fmt: skip


def stream_properties(stream: Stream, scene: Scene) -> dict[str, Any]:
    found = {"station": stream.series.station, "property": stream.series.property, "kind": stream.series.kind}
    return found | marked(stream.series.synthetic or stream.station.synthetic)


def observation_parameters(value: Value, scene: Scene) -> dict[str, Any]:
    return {"raw": value.raw, "unit": value.unit, "revision": value.revision} | marked(value.synthetic)
