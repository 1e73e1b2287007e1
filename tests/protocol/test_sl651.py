"""SL 651-2014: frames written and read back, any bytes in any pieces, packets, and frames of real stations."""

import csv
import json
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from jiuzhi.interfaces.cli.main import app
from jiuzhi.protocol import sl651
from jiuzhi.protocol.sl651 import Frame, Joiner, Splitter, crc16, read, tables

STATION = "0050022901"
SERIAL = bytes.fromhex("0007260301080005")
HOURLY = SERIAL + bytes.fromhex(
    f"F1F1{STATION}48F0F02603010700F46005000000000000000000FFFF2619000040F0F026030108003923000104903923FF001234381210A9"
)


def made(body=SERIAL, function=0x2F, packet=None, end=tables.ETX, up=True) -> bytes:
    return sl651.frame(
        centre=1, station=STATION, password=b"\x12\x34", function=function, body=body, up=up, end=end, packet=packet
    )  # fmt: skip


def frames_of(*pieces: bytes) -> list[Frame]:
    splitter = Splitter()
    found = [f for piece in pieces for f in splitter.feed(piece)] + splitter.end()
    return [f for f in found if isinstance(f, Frame)]


def test_the_checksum_is_that_of_modbus():
    assert crc16(b"123456789") == 0x4B37  # the check value catalogues give for CRC-16/MODBUS


@given(st.binary(max_size=200), st.booleans(), st.sampled_from(sorted(tables.FUNCTIONS)))
def test_a_frame_is_read_as_it_was_written(body, up, function):
    (found,) = frames_of(made(body, function, up=up))
    assert (found.body, found.up, found.function, found.station, found.centre) == (
        body,
        up,
        function,
        STATION,
        1,
    )
    assert found.crc_ok
    assert found.packet is None


def test_every_offset_of_two_frames():
    stream = made() + made(HOURLY, 0x34)
    for cut in range(len(stream) + 1):
        assert [f.function for f in frames_of(stream[:cut], stream[cut:])] == [0x2F, 0x34]


@settings(max_examples=300)
@given(
    st.lists(
        st.binary(max_size=120) | st.sampled_from([b"\x7e\x7e", b"\x7e", made(), made(HOURLY, 0x34)]),
        max_size=10,
    )
)
def test_any_bytes_give_frames_or_a_reason(pieces):
    splitter = Splitter()
    for piece in pieces:
        for found in splitter.feed(piece):
            assert found.raw
            if isinstance(found, Frame):
                read(found)
            else:
                assert found.why
        assert splitter.waiting <= tables.ETX + 14 + 0xFFF
    splitter.end()


@given(st.binary(max_size=120), st.sampled_from(sorted(tables.ELEMENTARY)))
def test_a_body_is_read_whatever_it_holds(body, function):
    for whole in (body, SERIAL + body, SERIAL + b"\xf1\xf1" + body):
        (found,) = frames_of(made(whole, function))
        said = read(found)
        assert all(said.faults)
        assert all(e.code for e in said.elements)


@pytest.mark.parametrize(
    "rubbish", [b"\x7e\x7e", b"\x7e\x7e\x01", made()[:-5], made(HOURLY, 0x34)[:20], b"\x00\x7e"]
)
def test_a_broken_frame_does_not_take_the_next_one_along(rubbish):
    found = frames_of(rubbish + made(HOURLY, 0x34) + made() + made())
    assert [f.function for f in found if f.crc_ok][-2:] == [0x2F, 0x2F]


def test_an_hour_of_rain_and_level():
    (found,) = frames_of(made(HOURLY, 0x34))
    said = read(found)
    assert (said.serial, said.sent, said.station, said.kind) == (
        7,
        datetime(2026, 3, 1, 8, 0, 5),
        STATION,
        "48",
    )
    rain, total, level, low, _power = said.elements
    assert rain.at == datetime(2026, 3, 1, 7)
    assert rain.values[0] == Decimal("0.5")
    assert rain.values[-1] is None  # FF: invalid
    assert (total.code, total.values, total.unit) == ("26", (Decimal("4.0"),), "mm")
    assert (level.at, level.values) == (datetime(2026, 3, 1, 8), (Decimal("10.490"),))
    assert low.values == (Decimal("-1.234"),)
    assert said.faults == ["电源电压（38）的值 10A9 不是十进制数字"]


def test_an_element_longer_than_the_body_is_said():
    (found,) = frames_of(made(SERIAL + bytes.fromhex(f"F1F1{STATION}4839230001"), 0x32))
    said = read(found)
    assert said.elements == []
    assert said.faults == ["要素 39 要 4 字节，只剩 2 字节"]


@given(st.permutations([1, 2, 3]))
def test_packets_are_joined_in_any_order(order):
    parts = {
        n: made(bytes([n]) * 4, 0x36, packet=(n, 3), end=tables.ETX if n == 3 else tables.ETB) for n in order
    }
    joiner = Joiner()
    whole = [w for n in [*order[:2], order[0], order[2]] for f in frames_of(parts[n]) if (w := joiner.add(f))]
    assert [w.body for w in whole] == [b"\x01\x01\x01\x01\x02\x02\x02\x02\x03\x03\x03\x03"]
    assert joiner.waiting == 0


def test_the_centre_acknowledges_with_the_same_number():
    (asked,) = frames_of(made(HOURLY, 0x34))
    (said,) = frames_of(sl651.answer(asked, datetime(2026, 3, 1, 8, 0, 9)))
    assert (said.up, said.station, said.function, said.end) == (False, STATION, 0x34, tables.ESC)
    assert said.body.hex() == "0007260301080009"
    (leave,) = frames_of(sl651.answer(asked, datetime(2026, 3, 1), stay=False))
    assert leave.end == tables.EOT


def test_published_frames_of_other_projects(shared, tmp_path):
    with (shared / "data" / "protocol" / "sl651_frames_hex.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 20
    for row in rows:
        found = frames_of(bytes.fromhex(row["frame_hex"]))
        assert [f.crc_ok for f in found] == ([True] if row["crc16_modbus_valid"] == "True" else [])
    hourly = next(f for r in rows for f in frames_of(bytes.fromhex(r["frame_hex"])) if f.function == 0x34)
    said = {e.code: e.values for e in read(hourly).elements}
    assert said["39"] == (Decimal("10.490"),)
    assert said["38"] == (Decimal("10.99"),)
    (tmp_path / "hex.log").write_text("\n".join(r["frame_hex"] for r in rows), encoding="ascii")
    done = CliRunner().invoke(app, ["protocol", "decode", str(tmp_path / "hex.log")])
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert sum(line.get("crc_ok", False) for line in lines) == sum(
        r["crc16_modbus_valid"] == "True" for r in rows
    )
    assert any(e["name"] == "瞬时河道水位、潮位" for line in lines for e in line.get("elements", []))
