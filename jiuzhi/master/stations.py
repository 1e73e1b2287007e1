"""Monitoring points from a county's ``stations.csv``."""

import re
from decimal import Decimal
from pathlib import Path

from django.core.exceptions import ValidationError

from jiuzhi.core import records, tables
from jiuzhi.core.models import Org
from jiuzhi.core.records import Actor

from .models import Station

COLUMNS = (
    "code",
    "name",
    "kind",
    "level",
    "water_body",
    "target_class",
    "evaluated",
    "lon",
    "lat",
    "synthetic",
)
_DEGREES = re.compile(r"-?\d{1,3}(\.\d+)?", re.ASCII)
_CLASSES = ("", "Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ")
_SWITCH = {"1": True, "0": False, "": False}


def load(path: Path, county: Org, actor: Actor) -> int:
    """Create or update the stations listed in ``path``; returns how many the file holds (0 when there is no file).

    Columns: code, name, kind, level, water_body, target_class, evaluated, lon [°], lat [°], synthetic.
    Errors: ``ValidationError``, one Chinese sentence with row and column.
    """
    if not path.exists():
        return 0
    rows = tables.read_table(path, COLUMNS)
    seen: dict[str, int] = {}
    for number, row in rows:
        where = f"{path.name} 第 {number} 行"
        if row["code"] in seen:
            raise ValidationError(
                f"{where}的 code“{row['code']}”与第 {seen[row['code']]} 行相同：请让每行编码唯一"
            )
        seen[row["code"]] = number
        _save(row, county, actor, where)
    return len(rows)


def _save(row: dict[str, str], county: Org, actor: Actor, where: str) -> None:
    station = Station.objects.select_related("county").filter(code=row["code"]).first() or Station(
        code=row["code"]
    )
    if station.pk and station.county_id != county.pk:
        raise ValidationError(f"{where}的 code“{row['code']}”已是{station.county}的点位：请改用本县的编码")
    station.county = county
    for name in ("name", "kind", "level", "water_body", "target_class"):
        setattr(station, name, row[name])
    for name in ("evaluated", "synthetic"):
        if row[name] not in _SWITCH:
            raise ValidationError(f"{where}的 {name} 列“{row[name]}”不认得：是填 1，否填 0")
        setattr(station, name, _SWITCH[row[name]])
    if row["target_class"] not in _CLASSES:
        raise ValidationError(
            f"{where}的 target_class 列“{row['target_class']}”不认得：请填 Ⅰ、Ⅱ、Ⅲ、Ⅳ、Ⅴ 之一，没有时留空"
        )
    for name, low, high in (("lon", 73, 136), ("lat", 3, 54)):
        text = row[name]
        if text and not (_DEGREES.fullmatch(text) and low <= Decimal(text) <= high):
            raise ValidationError(
                f"{where}的 {name} 列“{text}”不是中国境内的度数：请填 {low}–{high} 之间的十进制度，不明时留空"
            )
        setattr(station, name, Decimal(text) if text else None)
    try:
        records.save(station, actor, "载入点位表")
    except ValidationError as error:
        said = "；".join(
            f"{name} {m.rstrip('。.')}" for name, found in error.message_dict.items() for m in found
        )
        raise ValidationError(f"{where}：{said}，请改正") from error
