"""Series of the lake and their values page by page, held against plain Python over the same rows."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiuzhi.engine.observe import delta, lake, paging
from jiuzhi.engine.observe.paging import NEWEST, OLDEST, Wanted

START = datetime(2026, 8, 30, 20, tzinfo=UTC)
STATIONS, ITEMS, KINDS = ("A1", "A2", "重庆市/水寨子"), ("PM2.5", "O3"), ("hour", "day")


def row(station, item, kind, time, value):
    local = time + timedelta(hours=8)
    return {
        "station": station, "property": item, "kind": kind, "time": time, "day": local.date(), "value": value, "unit": "µg/m³",
        "qualifier": "", "raw": str(value), "flag": 0, "batch": "b", "synthetic": item == "O3", "month": f"{local:%Y-%m}",
    }  # fmt: skip


def keep(rows, number):
    table = pa.Table.from_pylist([{**r, "revision": 1} for r in rows], schema=lake.SCHEMA)
    lake.append(table, app="t", version=number)


@pytest.fixture
def held():
    """Three months with gaps, every seventh value revised, one withdrawn. Returns the latest of each, in plain Python."""
    times = [START + timedelta(hours=11 * n) for n in range(150)]
    rows = [
        row(s, i, k, t, Decimal(n * 7 % 50) / 4)
        for s in STATIONS
        for i in ITEMS
        for k in KINDS
        for n, t in enumerate(times)
        if (n + len(s)) % 3
    ]
    keep(rows, 1)
    again = [r | {"value": r["value"] + 100} for r in rows[::7]]
    keep(again, 2)
    gone = [rows[3] | {"value": None}]
    keep(gone, 3)
    latest = {}
    for r in [*rows, *again, *gone]:
        latest[r["station"], r["property"], r["kind"], r["time"]] = r
    return [r for r in latest.values() if r["value"] is not None]


def ident(r):
    return r["station"], r["property"], r["kind"], r["time"]


def test_the_catalogue_knows_every_series(held):
    found = paging.catalogue()
    assert len(found) == 12
    mine = [r["time"] for r in held if ident(r)[:3] == ("A2", "O3", "day")]
    one = found["A2", "O3", "day"]
    assert (one.first, one.last, one.unit, one.synthetic) == (min(mine), max(mine), "µg/m³", True)
    assert not found["A2", "PM2.5", "day"].synthetic


def test_the_catalogue_follows_new_values_and_compaction(held, monkeypatch):
    before = paging.catalogue()
    later = START + timedelta(days=200)
    keep([row("A1", "O3", "hour", later, Decimal(1)), row("A9", "O3", "hour", later, Decimal(1))], 4)
    after = paging.catalogue()
    assert after["A1", "O3", "hour"].last == later
    assert set(after) - set(before) == {("A9", "O3", "hour")}
    assert before["A1", "O3", "hour"].last < later  # what somebody holds does not change under him
    held_before = {file["path"] for file in delta.files(lake.NAME)}
    lake.compact(everything=True)
    read, real = [], paging._extents
    monkeypatch.setattr(paging, "_extents", lambda paths: read.extend(paths) or real(paths))
    assert paging.catalogue() == after
    joined = [file["path"] for file in delta.files(lake.NAME) if file["path"] not in held_before]
    assert len(read) == len(joined) < len(delta.files(lake.NAME))  # files of other months are not read again


def test_an_empty_lake_has_no_series_and_empty_pages():
    assert paging.catalogue() == {}
    assert paging.page(Wanted(frozenset({("A1", "O3", "hour")})), count=True) == ([], 0, False)
    assert paging.one(("A1", "O3", "hour"), START) is None


def test_one(held):
    r = held[0]
    assert paging.one(ident(r)[:3], r["time"])["value"] == r["value"]
    assert paging.one(("A1", "O3", "hour"), START - timedelta(hours=1)) is None


KEYS = [(s, i, k) for s in STATIONS for i in ITEMS for k in KINDS]


@given(
    keys=st.frozensets(st.sampled_from(KEYS)),
    order=st.sampled_from([OLDEST, NEWEST, ("value DESC",), ("value", "time DESC")]),
    skip=st.integers(0, 900) | st.just(0),
    top=st.integers(0, 60),
    count=st.booleans(),
    least=st.none() | st.integers(0, 110),
    start=st.none() | st.integers(0, 1700),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_page_is_what_plain_python_cuts_out(held, keys, order, skip, top, count, least, start):
    begin = None if start is None else START + timedelta(hours=start)
    where, values = "true", ()
    if least is not None:
        where, values = "value >= ?", (least,)
    if begin is not None:
        where, values = f"{where} AND time >= ?::TIMESTAMPTZ", (*values, begin.isoformat())
    page = paging.page(Wanted(keys, where, values, begin), order=order, skip=skip, top=top, count=count)
    fitting = sorted((r for r in held if ident(r)[:3] in keys), key=ident)
    fitting = [
        r for r in fitting if (least is None or r["value"] >= least) and (begin is None or r["time"] >= begin)
    ]
    for term in reversed(order):
        name, _, down = term.partition(" ")
        fitting.sort(key=lambda r, n=name: r[n], reverse=bool(down))
    assert [ident(r) for r in page.rows] == [ident(r) for r in fitting[skip : skip + top]]
    assert [r["value"] for r in page.rows] == [r["value"] for r in fitting[skip : skip + top]]
    assert page.total == (len(fitting) if count else None)
    if top:
        assert page.more == (len(fitting) > skip + top)
