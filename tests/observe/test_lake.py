"""Revisions, exactly once, one writer at a time, pruning."""

import os
import subprocess
import sys
import tempfile
import textwrap
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiuzhi.core.local import LOCAL
from jiuzhi.engine.observe import delta, lake

START = datetime(2026, 3, 1, tzinfo=UTC)


def table(*values, station="A1", prop="PM2.5", kind="hour", start=START, **more) -> pa.Table:
    """One row per value, an hour apart."""
    rows = []
    for n, value in enumerate(values):
        moment = start + timedelta(hours=n)
        day = moment.astimezone(LOCAL).date()
        rows.append({
            "station": station, "property": prop, "kind": kind, "time": moment, "day": day,
            "value": None if value is None else Decimal(value), "unit": "µg/m³", "qualifier": "", "raw": str(value), "flag": 0,
            "revision": 1, "batch": "b", "synthetic": False, "month": f"{day:%Y-%m}",
        } | more)  # fmt: skip
    return pa.Table.from_pylist(rows, schema=lake.SCHEMA)


def values(found: pa.Table) -> list[object]:
    return [row["value"] for row in sorted(found.to_pylist(), key=lambda row: row["time"])]


def test_an_empty_lake():
    assert lake.version() == -1
    assert lake.current().num_rows == 0
    assert lake.current().schema == lake.SCHEMA
    assert lake.last_version("x") is None
    assert lake.compact() == 0


def test_a_transaction_counts_once():
    assert lake.append(table(1, 2), app="a", version=7)
    assert not lake.append(table(3, 4), app="a", version=7)
    assert not lake.append(table(3, 4), app="a", version=6)
    assert lake.last_version("a") == 7
    assert values(lake.current()) == [1, 2]
    assert lake.append(table(5, start=START + timedelta(hours=9)), app="a", version=8)
    assert lake.current().num_rows == 3


def test_a_later_value_is_a_revision_and_the_old_one_stays():
    lake.append(table(1, 2, 3), app="a", version=1)
    assert lake.take_in(table(1, 20, 3), app="b", version=1) == (0, 1, 2, True)
    assert lake.take_in(table(1, 20, 3), app="b", version=2) == (0, 0, 3, True)
    assert values(lake.current()) == [1, 20, 3]
    old = lake.revisions("A1", "PM2.5").to_pylist()
    assert [(row["value"], row["revision"]) for row in old] == [(1, 1), (2, 1), (20, 2), (3, 1)]
    lake.take_in(table(None), app="b", version=3)
    assert values(lake.current()) == [None, 20, 3]


def test_a_real_value_replaces_a_synthetic_one():
    lake.append(table(1, synthetic=True), app="a", version=1)
    assert lake.take_in(table(1), app="b", version=1).revised == 1
    assert [row["synthetic"] for row in lake.current().to_pylist()] == [False]


def test_every_value_of_a_line_becomes_a_revision_when_asked():
    rows = pa.concat_tables([table(5), table(5), table(6), table(5)]).append_column("id", pa.array(range(4)))
    assert lake.take_in(rows, app="a", version=1, sequence="id", every=True) == (1, 2, 1, True)
    assert [row["value"] for row in lake.revisions("A1", "PM2.5").to_pylist()] == [5, 6, 5]
    again = table(5).append_column("id", pa.array([9]))
    assert lake.take_in(again, app="a", version=2, sequence="id", every=True).unchanged == 1


def test_reading_by_station_property_days_and_kind():
    lake.append(table(*range(48)), app="a", version=1)
    lake.append(table(*range(48), station="B2"), app="a", version=2)
    lake.append(table(7, prop="CO", start=START + timedelta(days=40)), app="a", version=3)
    lake.append(table(8, kind="day", prop="CO"), app="a", version=4)
    assert lake.current("A1").num_rows == 50
    assert lake.current(["A1", "B2"], "PM2.5").num_rows == 96
    # 1 March UTC is 08:00 there: 16 hours of the first local day, 24 of the second.
    assert lake.current("B2", start=date(2026, 3, 1), end=date(2026, 3, 1)).num_rows == 16
    assert lake.current("B2", start=date(2026, 3, 2), end=date(2026, 3, 2)).num_rows == 24
    assert lake.current(kind="day").num_rows == 1
    assert lake.current("none").num_rows == 0
    assert [f["partition.month"] for f in lake._chosen({"2026-04"}, None)] == ["2026-04"]
    assert len(lake._chosen(None, ["B2"])) == 1


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batches=st.lists(
        st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=6),
        min_size=1,
        max_size=5,
    ),
    every=st.booleans(),
    compact=st.booleans(),
)
def test_any_sequence_of_batches_keeps_every_different_value(tmp_path, batches, every, compact):
    """Against a plain model: per identity the line of values, without repeats."""
    django_settings.LAKE_DIR = Path(tempfile.mkdtemp(dir=tmp_path))
    model: dict[int, list[int]] = {}
    for version, batch in enumerate(batches):
        rows = pa.concat_tables([table(value, start=START + timedelta(hours=hour)) for hour, value in batch])
        taken = batch if every else list({hour: (hour, value) for hour, value in batch}.values())
        fresh = 0
        for hour, value in taken:
            line = model.setdefault(hour, [])
            if not line or line[-1] != value:
                line.append(value)
                fresh += 1
        counts = lake.take_in(
            rows.append_column("id", pa.array(range(len(batch)))),
            app="a",
            version=version,
            sequence="id",
            every=every,
        )
        assert counts.new + counts.revised == fresh
        assert sum(counts[:3]) == len(batch)
    if compact:
        lake.compact(everything=True)
    found: dict[int, list[int]] = {}
    for row in lake.revisions("A1", "PM2.5").to_pylist():
        hour = int((row["time"] - START).total_seconds()) // 3600
        found.setdefault(hour, []).append(int(row["value"]))
        assert row["revision"] == len(found[hour])
    assert found == model
    assert {
        int((r["time"] - START).total_seconds()) // 3600: int(r["value"]) for r in lake.current().to_pylist()
    } == {hour: line[-1] for hour, line in model.items()}


def test_compaction_keeps_rows_revisions_and_transactions():
    for n in range(5):
        lake.append(table(n, start=START + timedelta(hours=n)), app="a", version=n)
    lake.append(table(99), app="b", version=0)
    before = sorted(map(str, lake.revisions("A1", "PM2.5").to_pylist()))
    version = lake.version()
    assert lake.compact(everything=True) == 6
    assert sorted(map(str, lake.revisions("A1", "PM2.5").to_pylist())) == before
    assert lake.last_version("a") == 4
    assert lake.changes(version) == set()  # joining files is no news


def test_changes_since_a_version():
    lake.append(table(1), app="a", version=1)
    first = lake.version()
    lake.append(table(2, station="B2", start=START + timedelta(days=40)), app="a", version=2)
    assert lake.changes(first) == {("2026-04", "B2")}
    assert lake.changes(-1) == {("2026-03", "A1"), ("2026-04", "B2")}
    delta._log(delta.folder(lake.NAME), first).unlink()
    assert lake.changes(-1) is None


def test_another_process_waits_and_then_is_told(settings):
    held = textwrap.dedent(f"""
        import fcntl, sys
        file = open({str(settings.LAKE_DIR / "writing.lock")!r}, "w")
        fcntl.flock(file, fcntl.LOCK_EX)
        print("held", flush=True)
        sys.stdin.read()
    """)
    settings.LAKE_DIR.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", held], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(lake.LakeBusy, match="正被另一个程序写入"), lake.writing(wait=0.2):
            pass
        other.stdin.close()
    with lake.writing(wait=5), lake.writing():
        assert lake.append(table(1), app="a", version=1)


WRITER = """
    import sys
    import django
    django.setup()
    from jiuzhi.engine.observe import lake
    from tests.observe.test_lake import table

    name = sys.argv[1]
    for n in range(5):
        assert lake.append(table(n, station=f"{name}{n}"), app=name, version=n)
        assert lake.append(table(n, station="both", prop=name), app=name + "both", version=n)
"""


def test_two_writers_at_once_lose_nothing(tmp_path, settings):
    settings.LAKE_DIR = tmp_path / "lake"
    root = Path(__file__).resolve().parents[2]
    given = {
        **os.environ,
        "JIUZHI_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "jiuzhi.project.settings",
        "PYTHONPATH": str(root),
    }
    writers = [
        subprocess.Popen([sys.executable, "-c", textwrap.dedent(WRITER), name], env=given, cwd=root)
        for name in ("PM10", "CO")
    ]
    assert [writer.wait() for writer in writers] == [0, 0]
    found = lake.current()
    assert found.num_rows == 2 * 5 + 2
    assert [row["value"] for row in lake.revisions("both", "CO").to_pylist()] == list(range(5))
    assert [row["revision"] for row in lake.revisions("both", "PM10").to_pylist()] == list(range(1, 6))
