"""Records as GeoJSON layers: for the map of a list, for the API, and for everybody."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet

from jiuzhi.core import geo
from jiuzhi.core.models import Org, Record, User

from . import query, reading
from .declare import Register

MOST = 20_000  # features in one layer
OPEN, CLOSED, EXPIRED, PLAIN = "open", "closed", "expired", "plain"


def features(
    register: Register, user: User, found: QuerySet[Record], today: date, system: str = "CGCS2000"
) -> dict[str, Any]:
    """Those of ``found`` that have a place, as ``user`` may see them; coordinates [°] in ``system``."""
    rows, total = _placed(register, found)
    clear = reading.unmasked(register, user, rows)
    return collection(
        (
            {
                "type": "Feature", "id": r.pk, "geometry": reading.geometry(register, r, r.pk in clear),
                "properties": {
                    "name": str(r), "label": register.label(r), "unit": str(r.org), "state": _state(register, r),
                    "kind": kind(register, r, today), "synthetic": r.synthetic,
                    "blurred_km": register.blur_km if r.pk not in clear else 0,
                },
            }
            for r in rows
        ), total, system,
    )  # fmt: skip


def exact(register: Register, made: dict[str, Any]) -> list[int]:
    """Ids of those features of a blurred register whose exact place is told: reading them is noted."""
    if not register.blur_km:
        return []
    return [f["id"] for f in made["features"] if not f["properties"]["blurred_km"]]


def public_features(
    register: Register, county: Org, asked: query.Asked, today: date, system: str = "CGCS2000"
) -> dict[str, Any]:
    """The layer everybody may see: public places, the public name, the state where it is public. ``asked``: as the public asks."""
    rows, total = _placed(
        register, query.select(register, reading.public_records(register, county), asked, today)
    )
    life = register.lifecycle
    says = life is not None and life.field in register.public
    return collection(
        (
            {
                "type": "Feature", "id": r.pk, "geometry": reading.public_geometry(register, r),
                "properties": {
                    "name": reading.public_name(register, r), "state": _state(register, r) if says else "",
                    "kind": kind(register, r, None) if says else PLAIN, "synthetic": r.synthetic,
                    "blurred_km": register.blur_km,
                },
            }
            for r in rows
        ), total, system,
    )  # fmt: skip


def kind(register: Register, record: Record, today: date | None) -> str:
    """How a record is marked: closed, still open, expired (asked of ``today``; None: not asked), or plain without a lifecycle."""
    life = register.lifecycle
    if life is None:
        return PLAIN
    if _state(register, record) in life.closed:
        return CLOSED
    until = getattr(record, life.expires) if life.expires and today else None
    return EXPIRED if until and until < today else OPEN


def _state(register: Register, record: Record) -> str:
    return getattr(record, register.lifecycle.field) if register.lifecycle else ""


def _placed(register: Register, found: QuerySet[Record]) -> tuple[list[Record], int]:
    """At most `MOST` records that have a place, and how many there are."""
    if not register.placed:
        return [], 0
    placed = found.filter(lon__isnull=False)
    total = placed.order_by().count()
    return list(placed[:MOST]), total


def collection(made: Iterable[dict[str, Any]], total: int, system: str) -> dict[str, Any]:
    """Features (CGCS2000) as a collection in ``system``; those without a place are left out."""
    listed = [f for f in made if f["geometry"]]
    if system == "GCJ-02":
        for feature in listed:
            feature["geometry"] = _shifted(feature["geometry"])
    return {"type": "FeatureCollection", "system": system, "total": total, "features": listed}


def _shifted(geometry: dict[str, Any]) -> dict[str, Any]:
    """A geometry for a web map that draws in GCJ-02."""

    def each(part: Any) -> Any:
        if isinstance(part[0], int | float):
            return [round(d, 6) for d in geo.to_gcj02(*part[:2])]
        return [each(p) for p in part]

    return {"type": geometry["type"], "coordinates": each(geometry["coordinates"])}
