"""Acknowledged means durable; across a crash at any step everything arrives once."""

import os
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from jiuzhi.engine.observe import drain as draining
from jiuzhi.engine.observe import inbox, lake
from jiuzhi.engine.observe.decoding import Reading, plain
from jiuzhi.engine.observe.drain import drain

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)


def message(value, station="A1", **more) -> Reading:
    return Reading(station, "PM2.5", "hour", NOON, None if value is None else Decimal(value), **more)


def test_messages_come_into_the_lake_in_order():
    plain.put([message("12.5"), message("13"), message("13"), message("7", "B2", qualifier="<", raw="7L")])
    plain.put([])
    assert inbox.waiting() == 4
    assert drain().frames == 4
    assert drain().frames == 0
    assert [row["value"] for row in lake.revisions("A1", "PM2.5").to_pylist()] == [Decimal("12.5"), 13]
    (row,) = lake.current("B2").to_pylist()
    assert (row["qualifier"], row["raw"], row["unit"], row["month"]) == ("<", "7L", "µg/m³", "2026-03")


@pytest.mark.parametrize("bad", [
    message("1")._replace(property="x"), message("1")._replace(time=datetime(2026, 3, 1)), message("NaN"), message("1e12"),
])  # fmt: skip
def test_a_message_that_cannot_be_true_is_not_acknowledged(bad):
    with pytest.raises(ValueError, match=r"认得|时区|范围"):
        plain.put([message("1"), bad])
    assert inbox.waiting() == 0


def test_portions(monkeypatch):
    monkeypatch.setattr(draining, "PORTION", 3)
    plain.put([message("1", f"S{n}") for n in range(8)])
    assert drain().frames == 8
    assert lake.current().num_rows == 8


def test_a_new_inbox_file_starts_its_numbers_again_without_loss(settings):
    plain.put([message(n, f"S{n}") for n in range(5)])
    drain()
    for left in Path(settings.INBOX_FILE).parent.glob("inbox.sqlite3*"):
        left.unlink()
    plain.put([message("9", "new")])
    assert drain().frames == 1
    assert lake.current("new").num_rows == 1


CRASH = """
    import os, sys
    import django
    django.setup()
    from jiuzhi.engine.observe import delta, lake
    from jiuzhi.engine.observe.decoding import plain
    from jiuzhi.engine.observe.drain import drain
    from tests.observe.test_inbox import message

    step = sys.argv[1]
    take_in, commit = lake.take_in, delta.commit

    def dying_take_in(*args, **more):
        if step == "before the commit":
            os._exit(9)
        done = take_in(*args, **more)
        if step == "after the commit":
            os._exit(9)
        return done

    def dying_commit(*args, **more):
        if step == "in the commit":
            os._exit(9)
        commit(*args, **more)

    lake.take_in, delta.commit = dying_take_in, dying_commit
    plain.put([message(n, f"S{n}") for n in range(10)])
    if step == "acknowledged":
        os._exit(9)
    drain()
"""


@pytest.mark.parametrize("step", ["acknowledged", "before the commit", "in the commit", "after the commit"])
def test_killed_between_two_steps(step, tmp_path, settings):
    settings.LAKE_DIR, settings.INBOX_FILE = tmp_path / "lake", tmp_path / "inbox.sqlite3"
    root = Path(__file__).resolve().parents[2]
    given = {**os.environ, "JIUZHI_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "jiuzhi.project.settings",
             "PYTHONPATH": str(root)}  # fmt: skip
    killed = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(CRASH), step], env=given, cwd=root, check=False
    )
    assert killed.returncode == 9
    plain.put([message("99", "later")])
    drain()
    assert inbox.waiting() == 0
    found = lake.current().to_pylist()
    assert sorted(row["station"] for row in found) == sorted([*(f"S{n}" for n in range(10)), "later"])
    assert {row["revision"] for row in found} == {1}
