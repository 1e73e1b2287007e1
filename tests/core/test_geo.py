"""Places: published pairs of GCJ-02, published areas and lengths, and what is refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, Polygon

from jiuzhi.core import geo

# WGS 84 → GCJ-02 as the test suite of the public eviltransform library gives them.
PAIRS = [
    ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
]


@pytest.mark.parametrize(("plain", "shifted"), PAIRS)
def test_gcj02_as_published(plain, shifted):
    assert geo.to_gcj02(*plain) == pytest.approx(shifted, abs=2e-6)
    assert geo.from_gcj02(*shifted) == pytest.approx(plain, abs=2e-6)


@given(st.floats(105, 111), st.floats(28, 33))
def test_gcj02_there_and_back(lon, lat):
    back = geo.from_gcj02(*geo.to_gcj02(lon, lat))
    assert geo.distance(lon, lat, *back) < 0.1


def test_area_and_length_as_geographiclib_publishes_them():
    """One degree square at the equator: area 12308778361.469 m2, perimeter 443770.917 m (GeographicLib, Planimeter)."""
    square = Polygon([(0, 0), (1, 0), (1, 1), (0, 1)])
    assert geo.area(square) == pytest.approx(12308778361.469, rel=1e-6)
    assert geo.length(LineString(square.exterior.coords)) == pytest.approx(443770.917, rel=1e-6)


def test_a_hole_does_not_count():
    hole = [(108.62, 31.92), (108.62, 31.98), (108.68, 31.98), (108.68, 31.92)]
    outer = [(108.6, 31.9), (108.7, 31.9), (108.7, 32.0), (108.6, 32.0)]
    assert geo.area(Polygon(outer, [hole])) == pytest.approx(
        geo.area(Polygon(outer)) - geo.area(Polygon(hole)), rel=1e-9
    )


@pytest.mark.parametrize(
    ("lon", "lat", "said"),
    [
        ("31.95", "108.66", "写反"),
        ("0", "0", "不在中国境内"),
        ("108.66", "3195", "不在中国境内"),
        ("sNaN", "31", "不是数"),
        ("108", "Infinity", "不是数"),
    ],
)
def test_points_that_cannot_be(lon, lat, said):
    with pytest.raises(geo.PlaceError, match=said):
        geo.point(Decimal(lon), Decimal(lat))


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("POLYGON((108 31,109 32,109 31,108 32,108 31))", "polygon", "毛病"),
        ("POINT(108 31)", "polygon", "要面"),
        ("LINESTRING EMPTY", "line", "空"),
        ("这不是图形", "line", "读不懂"),
        (
            '{"type":"Polygon","coordinates":[[[200,31],[201,31],[201,32],[200,31]]]}',
            "polygon",
            "不在中国境内",
        ),
    ],
)
def test_shapes_that_cannot_be(text, kind, said):
    with pytest.raises(geo.PlaceError, match=said):
        geo.shape_of(text, kind)


@given(st.decimals(105, 111, places=6), st.decimals(28, 33, places=6), st.sampled_from([1, 5, 10]))
def test_a_blurred_place_is_one_of_few(lon, lat, cell):
    """The same for all points of a cell, never further than a cell, so that asking again tells nothing more."""
    at = geo.blurred(lon, lat, cell)
    assert geo.blurred(*at, cell) == at
    assert geo.distance(float(lon), float(lat), float(at[0]), float(at[1])) < cell * 1000
