"""Fire points of a FIRMS file into the register: each detection once, however often its file is brought."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from django.core.exceptions import ValidationError

from jiuzhi.core import records
from jiuzhi.core.local import LOCAL
from jiuzhi.core.models import Org
from jiuzhi.core.records import Actor
from jiuzhi.protocol import firms

from .models import BurnPoint
from .models.burning import CONFIDENCE

Box = tuple[Decimal, Decimal, Decimal, Decimal]  # west, south, east, north [°]


@dataclass
class Brought:
    """What came of a file."""

    rows: int = 0
    new: int = 0
    known: int = 0
    refused: list[firms.Refused] = field(default_factory=list)


def bring(
    text: str, county: Org, actor: Actor, *, box: Box | None = None, synthetic: bool = False
) -> Brought:
    """Take in the detections of a file; those outside ``box`` are refused. Errors: `firms.NoFires`."""
    done = Brought()
    with records.one_set():
        for found in firms.read(text):
            done.rows += 1
            if isinstance(found, firms.Refused):
                done.refused.append(found)
            elif box is not None and not (box[0] <= found.lon <= box[2] and box[1] <= found.lat <= box[3]):
                done.refused.append(
                    firms.Refused(found.row, f"位置 {found.lon},{found.lat} 在给出的范围以外")
                )
            else:
                _take(found, county, actor, synthetic, done)
    return done


def _take(found: firms.Fire, county: Org, actor: Actor, synthetic: bool, done: Brought) -> None:
    local = found.time.astimezone(LOCAL)
    lon, lat = (v.quantize(Decimal("0.000001")) for v in (found.lon, found.lat))
    same = BurnPoint.objects.filter(county=county, seen_on=local.date(), seen_at=f"{local:%H:%M}")
    if same.filter(satellite=found.satellite, lon=lon, lat=lat).exists():
        done.known += 1
        return
    start = f"HD-{county.code}-{local:%Y%m%d%H%M}-"
    taken = [int(c.removeprefix(start)) for c in BurnPoint.objects.filter(code__startswith=start).values_list("code", flat=True)
             if c.removeprefix(start).isdecimal()]  # fmt: skip
    point = BurnPoint(
        org=county, code=f"{start}{max(taken, default=0) + 1}", source="卫星", seen_on=local.date(), seen_at=f"{local:%H:%M}",
        satellite=found.satellite, confidence=CONFIDENCE[found.confidence], said=found.said, frp=found.frp,
        precision=Decimal(found.precision), lon=lon, lat=lat, synthetic=synthetic,
    )  # fmt: skip
    try:
        records.save(point, actor, "导入卫星火点")
    except ValidationError as error:
        done.refused.append(firms.Refused(found.row, "；".join(error.messages)))
    else:
        done.new += 1
