from datetime import date, datetime

import pytest

from jiuzhi.core import records
from jiuzhi.core.local import LOCAL
from jiuzhi.engine.patrol.models import Duty
from tests.registers.conftest import land, person  # noqa: F401

NOW = datetime(2026, 9, 29, 12, tzinfo=LOCAL)
UNIT = "500229-县水利局"


def walk(start, points=40, lon=108.66, lat=31.94):
    """A plausible walk up the river: 1.2 m/s, an accuracy that changes."""
    return [
        [start + 10 * n, lon + n * 0.0001 + (n % 3) * 0.00001, lat + n * 0.00005, 4 + n % 5]
        for n in range(points)
    ]


@pytest.fixture
def duty(land):  # noqa: F811
    found = Duty(
        code="R1", name="任河城区段", kind="河长", level="乡", org=land[UNIT], unit="week",
        valid_from=date(2026, 1, 1),
    )  # fmt: skip
    records.save(found, records.SYSTEM, "test")
    return found


@pytest.fixture
def chief(person):  # noqa: F811
    return person("chief", UNIT)
