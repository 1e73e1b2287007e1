"""A county with stations, and small files."""

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def county(db):
    from jiuzhi.core.models import Org

    city = Org.objects.create(code="500000", name="重庆市", kind="city")
    return Org.objects.create(code="500229", name="城口县", kind="county", parent=city)


@pytest.fixture
def stations(county):
    from jiuzhi.master.models import Station

    def make(code, kind, **more):
        return Station.objects.create(
            code=code, name=more.pop("name", code), kind=kind, level="national", county=county, **more
        )

    return {
        "A1": make("A1", "air"), "A2": make("A2", "air"), "A3": make("A3", "air", evaluated=False),
        "W1": make("500229-W01", "river", name="水寨子", water_body="任河", target_class="Ⅱ"),
        "L1": make("L1", "lake", target_class="Ⅲ"),
    }  # fmt: skip


@pytest.fixture
def file(tmp_path) -> Callable[..., Path]:
    """Write text or bytes to a file of this test."""

    def write(content: str | bytes, name: str = "data.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write
