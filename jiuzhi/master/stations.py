"""Monitoring points from a county's ``stations.csv``."""

import csv
from decimal import Decimal
from pathlib import Path

from jiuzhi.core.models import Org

from .models import Station


def load(path: Path, county: Org) -> int:
    """Create or update the stations listed in ``path``; returns how many the file holds (0 when there is no file).

    Columns: code, name, kind, level, water_body, target_class, evaluated, lon [°], lat [°], synthetic.
    Errors: ``ValidationError`` from the model when a value does not fit.
    """
    if not path.exists():
        return 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        station = Station.objects.filter(code=row["code"]).first() or Station(code=row["code"])
        station.county = county
        for name in ("name", "kind", "level", "water_body", "target_class"):
            setattr(station, name, row[name])
        station.evaluated = row["evaluated"] == "1"
        station.synthetic = row["synthetic"] == "1"
        station.lon = Decimal(row["lon"]) if row["lon"] else None
        station.lat = Decimal(row["lat"]) if row["lat"] else None
        station.full_clean()
        station.save()
    return len(rows)
