"""From frames to the lake: once, in order, late ones known as late, packets joined."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from jiuzhi.core.local import LOCAL
from jiuzhi.engine.observe import devices, health, inbox, lake
from jiuzhi.engine.observe.drain import drain, is_late

from .instruments import MN, NOON, STATION, device, frame, report


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    known = {MN: device(), STATION: device(STATION, protocol="SL651", station="H1")}
    monkeypatch.setattr(devices, "listed", lambda: known)


def receive(
    *frames: bytes, at: datetime = NOON, code: str = MN, protocol: str = "HJ212", part: int = 0
) -> None:
    moment = int(at.replace(tzinfo=LOCAL).timestamp() * 1000)
    with inbox.opened() as database, inbox.committing(database):
        inbox.add(database, [(code, protocol, moment, part, raw) for raw in frames])
        health.note_heard(database, [health.Heard(code, protocol, "x", moment, len(frames))])


def test_a_frame_sent_twice_comes_once():
    receive(frame(), frame())
    assert drain().new == 1
    receive(frame())
    done = drain()
    assert (done.frames, done.new, done.revised) == (1, 0, 0)
    assert lake.revisions("S1", "COD").num_rows == 1


def test_a_corrected_value_is_a_new_revision_that_knows_when_it_came():
    receive(frame())
    drain()
    later = NOON + timedelta(days=2)
    receive(frame(body="w01018-Rtd=20,w01018-Flag=N"), at=later)
    done = drain()
    assert (done.revised, done.late) == (1, 1)
    first, second = lake.revisions("S1", "COD").to_pylist()
    assert (first["value"], second["value"], second["revision"]) == (Decimal("12.5"), 20, 2)
    assert second["received"] == later.replace(tzinfo=LOCAL).astimezone(UTC)
    assert second["batch"].startswith("frame-")
    assert health.states()[MN].late == 1


@pytest.mark.parametrize(("kind", "minutes", "late"), [
    ("instant", 10, False), ("instant", 20, True), ("hour", 170, False), ("hour.max", 190, True), ("sample", 1, True),
])  # fmt: skip
def test_what_is_late(kind, minutes, late):
    time = datetime(2026, 11, 20, tzinfo=UTC)
    assert is_late(kind, time, time + timedelta(minutes=minutes)) is late


def test_packets_are_joined_across_two_runs_and_a_lost_one_holds_nothing_up():
    body = bytes.fromhex(f"0007261120120000F1F1{STATION}48F0F02611201200392300010490")
    first, second = (report(packet=(n, 2), body=part) for n, part in ((1, body[:20]), (2, body[20:])))
    receive(first, code=STATION, protocol="SL651", part=1)
    assert drain().readings == 0
    receive(second, code=STATION, protocol="SL651", part=1)
    assert drain().new == 1
    (row,) = lake.current("H1").to_pylist()
    assert (row["property"], row["value"]) == ("water_level", Decimal("10.490"))
    receive(first, report(at="2611201300"), code=STATION, protocol="SL651", part=1)
    assert drain().frames == 2


def three_packets(serial: int, level: str) -> list[bytes]:
    body = bytes.fromhex(f"{serial:04X}261120120000F1F1{STATION}48F0F02611201200392300{level}3812{level[:4]}")
    return [report(packet=(n + 1, 3), body=body[k : k + 12]) for n, k in enumerate((0, 12, 24))]


@pytest.mark.parametrize(("came", "apart"), [([1, 2], timedelta(hours=1)), ([0, 1], timedelta(0))])
def test_a_report_that_lost_a_packet_does_not_mix_with_the_next(came, apart):
    old, new = three_packets(7, "011111"), three_packets(8, "022222")
    receive(*(old[n] for n in came), code=STATION, protocol="SL651", part=1)
    receive(new[0], code=STATION, protocol="SL651", part=1, at=NOON + apart)
    assert drain().readings == 0
    receive(*new[1:], code=STATION, protocol="SL651", part=1, at=NOON + apart)
    assert drain().new == 2
    assert [row["value"] for row in lake.current("H1", "water_level").to_pylist()] == [Decimal("22.222")]


def test_a_clock_of_another_century_is_no_data_time():
    receive(frame(), frame(at=datetime(2099, 1, 1)))
    drain()
    assert health.states()[MN].data_at == NOON.replace(tzinfo=LOCAL)


def test_frames_that_say_nothing_are_passed_and_noted():
    receive(frame(cn="2021", body="SB1-RS=1"), frame(body="zz-Rtd=1"))
    done = drain()
    assert (done.frames, done.readings, done.faulty) == (2, 0, 1)
    assert drain().frames == 0
    assert health.states()[MN].faulty == 1


def test_old_frames_are_forgotten_only_when_they_are_in_the_lake():
    receive(frame(), at=datetime.now() - timedelta(days=40))
    assert inbox.forget(30) == 0
    drain()
    receive(frame(at=NOON + timedelta(minutes=1)), at=datetime.now() - timedelta(days=40))
    assert inbox.forget(30) == 1
    assert inbox.waiting() == 1
    assert drain().frames == 1


def test_a_lake_from_before_values_knew_when_they_came(monkeypatch):
    import pyarrow as pa
    from deltalake import DeltaTable, write_deltalake

    from jiuzhi.engine.observe import delta

    receive(frame())
    drain()
    old = pa.table(DeltaTable(delta.folder(lake.NAME)).to_pyarrow_table()).drop_columns(["received"])
    write_deltalake(
        delta.folder(lake.NAME), old, mode="overwrite", schema_mode="overwrite", partition_by=["month"]
    )
    assert lake.current("S1").to_pylist()[0]["received"] is None
    receive(frame(at=NOON + timedelta(minutes=1)))
    assert drain().new == 1
    assert lake.compact(everything=True) == 2
    assert [row["received"] is None for row in lake.current("S1").sort_by("time").to_pylist()] == [
        True,
        False,
    ]


def test_an_inbox_put_back_from_a_backup_loses_nothing_that_comes_after(settings):
    """Its numbers begin again below those the lake has seen."""
    receive(frame())
    drain()
    with inbox.opened() as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = settings.INBOX_FILE.read_bytes()
    receive(*(frame(at=NOON + timedelta(minutes=n)) for n in range(1, 6)))
    drain()
    for name in ("", "-wal", "-shm"):
        settings.INBOX_FILE.with_name(settings.INBOX_FILE.name + name).unlink(missing_ok=True)
    settings.INBOX_FILE.write_bytes(kept)
    drain()
    receive(frame(at=NOON + timedelta(minutes=30)))
    assert drain().new == 1
    receive(frame(at=NOON + timedelta(minutes=31)))
    assert drain().new == 1
    assert lake.current("S1").num_rows == 8
    assert lake.revisions("S1", "COD").num_rows == 8
