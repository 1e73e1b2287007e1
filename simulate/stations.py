"""The stations a county is simulated for, as listed in its plan pack."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_REQUIRED = ("code", "name", "kind", "level")


@dataclass(frozen=True)
class Station:
    """One row of ``stations.csv``. ``kind`` is air, river or lake; ``level`` national, city or county."""

    code: str
    name: str
    kind: str
    level: str
    water_body: str = ""
    target_class: str = ""
    evaluated: bool = True

    @classmethod
    def of(cls, source: Any) -> "Station":
        """From a mapping (a CSV row) or any object with the same attributes (``jiuzhi.master.models.Station``)."""
        if isinstance(source, cls):
            return source
        get = (
            source.get
            if isinstance(source, Mapping)
            else lambda name, default="": getattr(source, name, default)
        )
        evaluated = get("evaluated", True)
        if isinstance(evaluated, str):
            evaluated = evaluated.strip().lower() not in {"0", "false", "no", "否"}
        return cls(
            code=str(get("code", "")),
            name=str(get("name", "")),
            kind=str(get("kind", "")),
            level=str(get("level", "")),
            water_body=str(get("water_body", "") or ""),
            target_class=str(get("target_class", "") or ""),
            evaluated=bool(evaluated),
        )


def read_stations(path: Path) -> list[Station]:
    """The stations of a pack's ``stations.csv``. Errors: ``ValueError`` naming the file and the missing columns."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [c for c in _REQUIRED if c not in (reader.fieldnames or [])]
        if missing:
            raise ValueError(f"{path.name} 缺少列 {'、'.join(missing)}：请按站点表的表头补齐。")
        return [Station.of(row) for row in reader]
