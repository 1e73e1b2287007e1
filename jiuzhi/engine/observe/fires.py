"""Fire points of a FIRMS file into the register: each detection once, however often its file is brought."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Max, Min

from jiuzhi.core import records, registers
from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Org
from jiuzhi.core.records import Actor
from jiuzhi.master.models import Station
from jiuzhi.protocol import firms

REGISTER = "air.burnpoint"
_CONFIDENCE = ("低", "中", "高")  # of the register, by FIRMS's low, nominal, high
_AROUND = Decimal("0.4")  # [°] beyond the outermost station, some 40 km
Box = tuple[Decimal, Decimal, Decimal, Decimal]  # west, south, east, north [°]


@dataclass
class Brought:
    """What came of a file."""

    rows: int = 0
    new: int = 0
    known: int = 0
    refused: list[firms.Refused] = field(default_factory=list)


class TooMany(ValueError):
    """More detections than are taken in at once."""


def is_firms(head: str) -> bool:
    """Whether a text begins like a FIRMS file."""
    return set(firms.NEEDED) <= {
        name.strip().lower() for name in head.lstrip("\ufeff").partition("\n")[0].split(",")
    }


def around(county: Org) -> Box | None:
    """A box about the county's stations; None where none has a place. Files of FIRMS hold a country or more."""
    box = Station.objects.filter(county=county).aggregate(
        west=Min("lon"), south=Min("lat"), east=Max("lon"), north=Max("lat")
    )
    if box["west"] is None or box["south"] is None:
        return None
    return box["west"] - _AROUND, box["south"] - _AROUND, box["east"] + _AROUND, box["north"] + _AROUND


def bring(
    text: str, county: Org, actor: Actor, *, box: Box | None = None, synthetic: bool = False, most: int | None = None
) -> Brought:  # fmt: skip
    """Take in the detections of a file; those outside ``box`` are refused. Nothing is stored before the whole file is read.

    Errors: `firms.NoFires`; `TooMany` for more than ``most`` of them within ``box``."""
    done, inside = Brought(), list[firms.Fire]()
    for found in firms.read(text):
        done.rows += 1
        if isinstance(found, firms.Refused):
            done.refused.append(found)
        elif box is not None and not (box[0] <= found.lon <= box[2] and box[1] <= found.lat <= box[3]):
            done.refused.append(firms.Refused(found.row, f"位置 {found.lon},{found.lat} 在给出的范围以外"))
        elif most is not None and len(inside) >= most:
            raise TooMany
        else:
            inside.append(found)
    with records.one_set():
        for fire in inside:
            _take(fire, county, actor, synthetic, done)
    done.refused.sort(key=lambda r: r.row)
    return done


def _take(found: firms.Fire, county: Org, actor: Actor, synthetic: bool, done: Brought) -> None:
    local = found.time.astimezone(LOCAL)
    lon, lat = (v.quantize(Decimal("0.000001")) for v in (found.lon, found.lat))
    point_of = registers.get(REGISTER).model
    same = point_of.objects.filter(county=county, seen_on=local.date(), seen_at=f"{local:%H:%M}")
    if same.filter(satellite=found.satellite, lon=lon, lat=lat).exists():
        done.known += 1
        return
    start = f"HD-{county.code}-{local:%Y%m%d%H%M}-"
    taken = [int(c.removeprefix(start)) for c in point_of.objects.filter(code__startswith=start).values_list("code", flat=True)
             if c.removeprefix(start).isdecimal()]  # fmt: skip
    point = point_of(
        org=county, code=f"{start}{max(taken, default=0) + 1}", source="卫星", seen_on=local.date(), seen_at=f"{local:%H:%M}",
        satellite=found.satellite, confidence=_CONFIDENCE[found.confidence], said=found.said, frp=found.frp,
        precision=Decimal(found.precision), lon=lon, lat=lat, synthetic=synthetic,
    )  # fmt: skip
    try:
        records.save(point, actor, "导入卫星火点")
    except ValidationError as error:
        done.refused.append(firms.Refused(found.row, "；".join(error.messages)))
    else:
        done.new += 1
