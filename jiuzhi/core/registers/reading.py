"""The only way interfaces read records: within the grants, with sensitive fields masked and places blurred."""

from collections.abc import Iterable
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from jiuzhi.core import access, audit, geo, records
from jiuzhi.core.models import AuditEntry, Org, Placed, Record, User

from .columns import Column
from .declare import Register, of

MASK = "（无权查看）"
_OWN = "enterprise"  # the role whose subtree is what it holds, not what it is responsible for


def visible_to(
    register: Register, user: User, action: str = "view_record", county: Org | None = None
) -> QuerySet[Record]:
    """The records on which ``user`` may do ``action``, of one county or of all.

    An enterprise sees what it holds; a register without a holder shows it nothing.
    """
    found = register.model._default_manager.all()
    if county is not None:
        found = found.filter(county=county)
    held = access.grants(user, action, register.code)
    parts = [part for g in held if (part := _bounds(register, g, county)) is not None]
    if not parts:
        return found.none()
    if any(part == Q() for part in parts):
        return found
    return found.filter(reduce(or_, parts))


def _bounds(register: Register, grant: Any, county: Org | None) -> Q | None:
    """What a grant lets through; an empty ``Q`` is everything of the county asked for."""
    path = grant.org.path
    if grant.role == _OWN:
        return Q(**{f"{register.holder}__path__startswith": path}) if register.holder else None
    if county is not None and county.path.startswith(path):
        return Q()
    # Units are few: their ids are cheaper to compare than a join over every record.
    return Q(org__in=Org.objects.filter(path__startswith=path).values("pk"))


def referable(register: Register, user: User, county: Org) -> QuerySet[Record]:
    """The records of a county that ``user`` may refer to: what they may view, and all of a register that nobody holds and everybody
    may read about (rivers, villages)."""
    if register.public and not register.holder:
        return register.model._default_manager.filter(county=county)
    return visible_to(register, user, county=county)


def may(
    register: Register, user: User, action: str, record: Record | None = None, org: Org | None = None
) -> bool:
    """Whether ``user`` may do ``action`` on ``record``; without one, on some record of ``org`` (create)."""
    held = access.grants(user, action, register.code)
    if record is None:
        return any(
            (org is None or org.path.startswith(g.org.path) or g.org.path.startswith(org.path))
            and (g.role != _OWN or register.holder)
            for g in held
        )
    return any(_reaches(register, g, record) for g in held)


def _reaches(register: Register, grant: Any, record: Record) -> bool:
    if grant.role == _OWN:
        held = holder(register, record)
        return held is not None and held.path.startswith(grant.org.path)
    return record.org.path.startswith(grant.org.path)


def holder(register: Register, record: Record) -> Org | None:
    """The unit of the enterprise that holds a record."""
    found: Any = record
    for name in register.holder.split("__") if register.holder else []:
        found = getattr(found, name, None)
        if found is None:
            return None
    return found if register.holder else None


def unmasked(register: Register, user: User, records: Iterable[Record]) -> set[int]:
    """Ids of those records whose sensitive fields ``user`` may read."""
    if not (register.sensitive or register.hides_place):
        return {r.pk for r in records}
    return {r.pk for r in records if may(register, user, "see_sensitive", r)}


def note(actor: records.Actor, register: Register, record: Record) -> None:
    """Note that a person read the sensitive fields of a record: once an hour for each person and record."""
    since = timezone.now() - timedelta(hours=1)
    model, key = record._meta.label, str(record.pk)
    read = AuditEntry.objects.filter(model=model, key=key, action="read", user=actor.user, at__gte=since)
    if not read.exists():
        records.noted(actor, "read", model, key, f"查看{register.title}的敏感字段")


def note_many(actor: records.Actor, register: Register, where: str, ids: Iterable[int]) -> None:
    """Note that a person read sensitive fields, or exact places, of many records at once: the same ones once an hour.
    ``where``: the county's code, or ""."""
    facts = {"ids": sorted(ids)}
    model, since = register.model._meta.label, timezone.now() - timedelta(hours=1)
    read = AuditEntry.objects.filter(model=model, key=where, action="read", user=actor.user, at__gte=since)
    if facts["ids"] and not read.filter(after_text=audit.text(facts)).exists():
        records.noted(actor, "read", model, where, f"批量读取{register.title}的敏感内容", facts)


def value(column: Column, record: Record, clear: bool) -> str:
    """A field as this reader sees it."""
    if column.sensitive and not clear:
        return MASK if getattr(record, column.name) not in (None, "") else ""
    return column.of(record)


def place(register: Register, record: Record, clear: bool) -> tuple[Any, Any] | None:
    """Longitude and latitude [°] as this reader sees them; None without a place."""
    if not isinstance(record, Placed) or record.lon is None or record.lat is None:
        return None
    if register.blur_km and not clear:
        return geo.blurred(record.lon, record.lat, register.blur_km)
    return record.lon, record.lat


def geometry(register: Register, record: Record, clear: bool) -> dict[str, Any] | None:
    """The GeoJSON geometry as this reader sees it: the drawn shape, or the point, or a blurred point."""
    at = place(register, record, clear)
    if at is None:
        return None
    drawn = getattr(record, "shape", "")
    if drawn and (clear or not register.blur_km) and (clear or not register.fields["shape"].sensitive):
        return geo.geojson(drawn)
    return {"type": "Point", "coordinates": [float(at[0]), float(at[1])]}


def everything(register: Register, county: Org) -> QuerySet[Record]:
    """All records of a county, for the system's own jobs and the command line; never for a person's page."""
    return register.model._default_manager.filter(county=county)


def public_records(register: Register, county: Org) -> QuerySet[Record]:
    """What everybody may read, of one county: records in a public state, below records in a public state. A register without
    public fields shows nothing."""
    found = register.model._default_manager.filter(county=county)
    if not register.public:
        return found.none()
    at, path = register, ""
    while True:
        if states := at.public_states.split():
            found = found.filter(**{f"{path}{at.state_field}__in": states})
        above = of(at.fields[at.within].target) if at.within else None  # type: ignore[arg-type]
        if above is None or above is at:
            return found
        at, path = above, f"{path}{at.within}__"


def public_value(register: Register, column: Column, record: Record) -> str:
    """A public field as everybody reads it; a blurred place is the middle of its cell."""
    if column.name in ("lon", "lat"):
        at = place(register, record, clear=False)
        return "" if at is None else f"{at[column.name == 'lat']:f}"
    return column.of(record)


def public_name(register: Register, record: Record) -> str:
    """What everybody may call a record: its name, else its key, else its first public field — of these only what is public."""
    names = ["name"] if "name" in register.public else [k for k in register.key if k in register.public]
    said = " ".join(public_value(register, register.fields[n], record) for n in names or register.public[:1])
    return said.strip() or register.title


def public_geometry(register: Register, record: Record) -> dict[str, Any] | None:
    """The GeoJSON geometry everybody may see; None unless longitude and latitude are public."""
    if not {"lon", "lat"} <= set(register.public):
        return None
    if "shape" in register.public:
        return geometry(register, record, clear=False)
    at = place(register, record, clear=False)
    return at and {"type": "Point", "coordinates": [float(at[0]), float(at[1])]}


def public_fields(register: Register) -> list[Column]:
    return [register.fields[name] for name in register.public]
