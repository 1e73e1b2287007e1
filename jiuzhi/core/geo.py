"""Places: one reference system inside (CGCS2000, degrees), others converted on the way in; areas and lengths on the ellipsoid.

CGCS2000 and WGS 84 differ by centimetres and are taken as one. GCJ-02 is the shift of Chinese web maps (up to some hundred
metres); it is undone by iteration to better than 0.1 m. Areas and lengths are geodesic on the CGCS2000 ellipsoid (GB/T 17798).
"""

import math
import re
from decimal import Decimal
from functools import cache
from typing import Any

from shapely import force_2d, from_wkt, get_coordinates, is_valid_reason
from shapely.errors import ShapelyError
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import transform

SYSTEMS = ("CGCS2000", "WGS84", "GCJ-02")
_PLAIN = re.compile(r"\s*(MULTI)?(POINT|LINESTRING|POLYGON)\b", re.IGNORECASE)
KINDS = {
    "point": ("Point",),
    "line": ("LineString", "MultiLineString"),
    "polygon": ("Polygon", "MultiPolygon"),
}
_A, _F = 6378137.0, 1 / 298.257222101  # CGCS2000 ellipsoid
_KA, _KEE = 6378245.0, 0.00669342162296594323  # Krasovsky 1940, on which GCJ-02 is defined


class PlaceError(ValueError):
    """A place that cannot be read or lies outside China, in one sentence."""


def _shift(lon: float, lat: float) -> tuple[float, float]:
    """How far GCJ-02 moves a point [degrees]."""
    x, y = lon - 105.0, lat - 35.0
    wave = (20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + wave
    north += (20 * math.sin(y * math.pi) + 40 * math.sin(y / 3 * math.pi)) * 2 / 3
    north += (160 * math.sin(y / 12 * math.pi) + 320 * math.sin(y * math.pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + wave
    east += (20 * math.sin(x * math.pi) + 40 * math.sin(x / 3 * math.pi)) * 2 / 3
    east += (150 * math.sin(x / 12 * math.pi) + 300 * math.sin(x / 30 * math.pi)) * 2 / 3
    sine = math.sin(math.radians(lat))
    magic = 1 - _KEE * sine * sine
    meridian = _KA * (1 - _KEE) / (magic * math.sqrt(magic))
    return (
        math.degrees(east / (_KA / math.sqrt(magic) * math.cos(math.radians(lat)))),
        math.degrees(north / meridian),
    )


def to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """CGCS2000 → GCJ-02 [degrees], for handing to web maps."""
    east, north = _shift(lon, lat)
    return lon + east, lat + north


def from_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """GCJ-02 → CGCS2000 [degrees], by iteration."""
    x, y = lon, lat
    for _ in range(20):
        east, north = to_gcj02(x, y)
        x, y = x - (east - lon), y - (north - lat)
        if abs(east - lon) + abs(north - lat) < 1e-9:
            break
    return x, y


def point(lon: Decimal, lat: Decimal, system: str = "CGCS2000") -> tuple[Decimal, Decimal]:
    """A point in ``system`` [degrees] as CGCS2000 with six decimals. Errors: `PlaceError`."""
    if not (lon.is_finite() and lat.is_finite()):
        raise PlaceError(f"经度 {lon}、纬度 {lat} 不是数：请填十进制度，如 108.664900、31.947500")
    x, y = float(lon), float(lat)
    _inside_china(x, y)
    if system == "GCJ-02":
        x, y = from_gcj02(x, y)
        return Decimal(f"{x:.6f}"), Decimal(f"{y:.6f}")
    if system not in SYSTEMS:
        raise PlaceError(f"坐标系“{system}”不认得：请填 {'、'.join(SYSTEMS)} 之一")
    return Decimal(f"{lon:.6f}"), Decimal(f"{lat:.6f}")


def _inside_china(lon: float, lat: float) -> None:
    if 73 <= lon <= 136 and 3 <= lat <= 54:
        return
    if 73 <= lat <= 136 and 3 <= lon <= 54:
        raise PlaceError(f"经度 {lon}、纬度 {lat} 像是写反了：请对调")
    raise PlaceError(f"经度 {lon}、纬度 {lat} 不在中国境内：请填十进制度，如 108.664900、31.947500")


def shape_of(text: str, kind: str, system: str = "CGCS2000") -> BaseGeometry:
    """The geometry a WKT or GeoJSON text holds, in CGCS2000. ``kind``: point, line or polygon. Errors: `PlaceError`."""
    import json

    drawn = text.lstrip().startswith("{")
    try:
        # A collection of collections of … would take the reader's stack, and the process, down: only plain geometries are read.
        if not drawn and not _PLAIN.match(text):
            raise ValueError(text[:40])
        found = shape(_geometry(json.loads(text))) if drawn else from_wkt(text)
        found = found and force_2d(found)  # heights are not kept
    except PlaceError:
        raise
    except (
        ShapelyError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        ArithmeticError,
        RecursionError,
    ) as error:
        raise PlaceError("图形读不懂：请用 WKT（如 POLYGON((108.6 31.9, …))）或 GeoJSON") from error
    if found is None or found.is_empty:
        raise PlaceError("图形是空的：请补上坐标，或删去这一格")
    if found.geom_type not in KINDS[kind]:
        names = {"point": "点", "line": "线", "polygon": "面"}
        raise PlaceError(f"图形是 {found.geom_type}，这里要{names[kind]}：请换成{names[kind]}图形")
    if not found.is_valid:
        raise PlaceError(f"图形有毛病（{is_valid_reason(found)[:60]}）：请在地图软件中修正自相交后再填")
    for x, y in get_coordinates(found):
        _inside_china(x, y)
    if system == "GCJ-02":
        found = transform(lambda xs, ys: _each(xs, ys), found)
    return found


def _geometry(given: dict[str, Any]) -> dict[str, Any]:
    """The geometry of a GeoJSON object: itself, that of a Feature, or that of a collection's only Feature."""
    if given.get("type") == "FeatureCollection":
        features = given["features"]
        if len(features) != 1:
            raise PlaceError(f"文件里有 {len(features)} 个图形，这里只要一个：请只留这条记录的图形")
        given = features[0]
    return given["geometry"] if given.get("type") == "Feature" else given


def _each(xs: Any, ys: Any) -> tuple[list[float], list[float]]:
    pairs = [from_gcj02(x, y) for x, y in zip(xs, ys, strict=True)]
    return [p[0] for p in pairs], [p[1] for p in pairs]


@cache
def _ellipsoid() -> Any:
    from pyproj import Geod

    return Geod(a=_A, f=_F)


def area(found: BaseGeometry) -> float:
    """Geodesic area of polygons [m2]; holes do not count."""
    return abs(_ellipsoid().geometry_area_perimeter(_oriented(found))[0])


def _oriented(found: BaseGeometry) -> BaseGeometry:
    from shapely import orient_polygons

    return orient_polygons(found)


def length(found: BaseGeometry) -> float:
    """Geodesic length of lines [m]."""
    return _ellipsoid().geometry_length(found)


def distance(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Geodesic distance of two points [m]."""
    return _ellipsoid().inv(lon1, lat1, lon2, lat2)[2]


def wkt(found: BaseGeometry) -> str:
    """Well-known text with six decimals (0.1 m)."""
    from shapely import to_wkt

    return to_wkt(found, rounding_precision=6)


def geojson(text: str) -> dict[str, Any]:
    """A stored WKT as a GeoJSON geometry."""
    return mapping(from_wkt(text))


def middle(found: BaseGeometry) -> tuple[Decimal, Decimal]:
    """A point that lies on the geometry, for lists and markers."""
    on = found.representative_point()
    return Decimal(f"{on.x:.6f}"), Decimal(f"{on.y:.6f}")


def blurred(lon: Decimal, lat: Decimal, cell_km: int) -> tuple[Decimal, Decimal]:
    """The middle of the grid cell [about ``cell_km`` km wide] that holds the point: the same for every asker, so that asking
    again tells nothing more."""
    step = Decimal(cell_km) / 100  # one hundredth of a degree is about 1 km
    return tuple((d // step) * step + step / 2 for d in (lon, lat))  # type: ignore[return-value]
