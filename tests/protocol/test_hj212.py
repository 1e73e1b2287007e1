"""HJ 212: the published example, any bytes in any pieces, packets, answers, and what real devices send."""

import csv
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiuzhi.protocol import hj212
from jiuzhi.protocol.hj212 import Broken, Frame, Joiner, Splitter, crc16, frame, read

EXAMPLE = (
    b"QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&"
)
READING = (
    "QN=20260301080000123;ST=31;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;"
    "CP=&&DataTime=20260301080000;a21026-Rtd=12.5,a21026-Flag=N;a34013-Rtd=3.2,a34013-Flag=D&&"
)
SEGMENTS = st.binary(max_size=300).filter(lambda b: b"#" not in b)


def by_the_book(data: bytes) -> int:
    """Appendix A, step by step."""
    register = 0xFFFF
    for byte in data:
        register = (register >> 8) ^ byte
        for _ in range(8):
            register = (register >> 1) ^ 0xA001 if register & 1 else register >> 1
    return register


def frames_of(*pieces: bytes) -> list[Frame]:
    splitter = Splitter()
    found = [f for piece in pieces for f in splitter.feed(piece)] + splitter.end()
    return [f for f in found if isinstance(f, Frame)]


def test_the_example_of_the_standard():
    assert crc16(EXAMPLE) == 0x1C80  # appendix A; the sentence below the example misprints it
    assert frame(EXAMPLE) == b"##0101" + EXAMPLE + b"1C80\r\n"
    (found,) = frames_of(frame(EXAMPLE))
    assert (found.data, found.length_ok, found.crc_ok, found.notes) == (EXAMPLE, True, True, ())
    message = read(found.data)
    assert (message.edition, message.wants_answer, message.split, message.command) == (
        "2017",
        True,
        False,
        "1062",
    )
    assert message.params == {"RtdInterval": ["30"]}
    assert message.faults == []
    assert message.text().encode() == EXAMPLE


@given(st.binary(max_size=1200))
def test_the_checksum_is_that_of_the_book(data):
    assert crc16(data) == by_the_book(data)


@given(st.lists(SEGMENTS, min_size=1, max_size=6), st.data())
def test_frames_survive_any_cut(segments, data):
    stream = b"".join(frame(s) for s in segments)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    found = frames_of(*pieces)
    assert [f.data for f in found] == segments
    assert all(f.crc_ok and f.length_ok for f in found)


def test_every_offset_of_two_frames():
    stream = frame(EXAMPLE) + frame(READING)
    for cut in range(len(stream) + 1):
        assert [f.data for f in frames_of(stream[:cut], stream[cut:])] == [EXAMPLE, READING.encode()]


@given(st.lists(st.tuples(st.binary(max_size=60), SEGMENTS), min_size=1, max_size=5))
def test_rubbish_costs_at_most_itself(parts):
    """Whatever stands between them, every whole frame is found — unless the rubbish itself ends in the beginning of a head."""
    stream = b"".join(r.replace(b"#", b"?") + frame(s) for r, s in parts)
    assert [f.data for f in frames_of(stream)] == [s for _r, s in parts]


@pytest.mark.parametrize(
    "rubbish",
    [
        b"#",
        b"##",
        b"##01",
        b"##9999",
        b"##0101QN=2016",
        b"###",
        b"##00x1",
        b"##0004abcd1C80\r\r",
        b"\r\n\r\n",
    ],
)
def test_a_broken_frame_does_not_take_the_next_one_along(rubbish):
    stream = rubbish + frame(EXAMPLE) + frame(READING)
    assert [f.data for f in frames_of(stream)][-1] == READING.encode()
    byte_by_byte = frames_of(*(stream[n : n + 1] for n in range(len(stream))))
    assert [f.data for f in byte_by_byte][-1] == READING.encode()


@settings(max_examples=300)
@given(
    st.lists(
        st.binary(max_size=200)
        | st.sampled_from([b"##", b"##0010", b"#", b"\r\n", b"##9999", frame(EXAMPLE)]),
        max_size=12,
    )
)
def test_any_bytes_give_frames_or_a_reason(pieces):
    splitter, given_back = Splitter(), 0
    for piece in pieces:
        for found in splitter.feed(piece):
            given_back += len(found.raw)
            assert found.raw
            if isinstance(found, Frame):
                read(found.data).text()
            else:
                assert found.why
        assert splitter.waiting <= hj212.frames.LONGEST + 12
    splitter.end()
    assert splitter.waiting == 0


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_a_segment_is_read_whatever_it_holds(data):
    for found in (read(data), read(b"ST=31;CN=2011;MN=1;Flag=5;CP=&&" + data + b"&&")):
        assert all(f.said for f in found.faults)
        assert found.data_time is None or found.data_time.year > 0
        for code in found.items:
            found.number(code, "Rtd")


def test_lengths_that_devices_get_wrong():
    text = READING.replace("CP=&&", "CP=&&Info=城口;")
    short = b"##%04d%b%04X\r\n" % (len(text), text.encode(), crc16(text.encode()))  # counted in characters
    for pieces in ([short + frame(EXAMPLE)], [short[:30], short[30:] + frame(EXAMPLE)]):
        first, second = frames_of(*pieces)
        assert first.data == text.encode()
        assert (first.length_ok, first.crc_ok) == (False, True)
        assert second.data == EXAMPLE
    lower = frame(EXAMPLE).replace(b"1C80\r\n", b"1c80\n")
    (found,) = frames_of(lower)
    assert found.crc_ok
    assert found.notes == ("包尾只有 LF",)


def test_a_head_inside_the_data_is_data():
    """Encrypted segments may hold anything: frames follow the declared length."""
    data = b"ab##0005\r\ncd##"
    assert [f.data for f in frames_of(frame(data), frame(EXAMPLE))] == [data, EXAMPLE]


def test_a_reading_with_its_marks_and_values():
    message = read(READING.encode())
    assert message.data_time == datetime(2026, 3, 1, 8)
    assert message.number("a21026", "Rtd") == Decimal("12.5")
    assert (message.mark("a21026"), message.mark("a34013"), message.mark("a05002")) == ("N", "D", "")
    assert message.number("a05002", "Rtd") is None
    assert message.text() == READING


@pytest.mark.parametrize(
    ("old", "new", "at", "grave"),
    [
        ("QN=20260301080000123", "QN=2026", "QN", False),
        ("ST=31", "ST=031", "ST", False),
        ("CN=2011", "CN=20A1", "CN", True),
        ("MN=010000A8900016F000169DC0", "MN=", "MN", True),
        ("Flag=5", "Flag=x", "Flag", True),
        ("Flag=5;", "", "Flag", False),
        ("Flag=5", "Flag=7", "PNO", True),
        ("20260301080000;", "20261301080000;", "DataTime", True),
        ("DataTime=20260301080000;", "", "DataTime", True),
        ("Rtd=12.5", "Rtd=1e5", "a21026-Rtd", True),
        ("Rtd=12.5", "Rtd=", "a21026-Rtd", True),
        ("Flag=D", "Flag=Z", "a34013-Flag", False),
        ("a34013-Rtd=3.2", "a21026-Rtd=3.2", "a21026-Rtd", False),
        ("&&DataTime", "&DataTime", "CP", True),
    ],
)
def test_what_is_wrong_is_said_at_its_place(old, new, at, grave):
    assert old in READING
    found = [f for f in read(READING.replace(old, new, 1).encode()).faults if f.at == at]
    assert found
    assert found[0].grave == grave


def test_chinese_in_gbk_is_read_and_reported():
    message = read("ST=91;CN=3020;MN=1;Flag=4;CP=&&i11001-Info=数采仪&&".encode("gbk"))
    assert message.items["i11001"]["Info"] == "数采仪"
    assert any("GBK" in f.said for f in message.faults)


def packets(numbers, total=3):
    head = "QN=20260301080000123;ST=31;CN=2061;PW=123456;MN=010000A8900016F000169DC0;Flag=7;PNUM={};PNO={};"
    body = "CP=&&DataTime=20260301080000;a{:05}-Avg={}.5,a{:05}-Flag=N&&"
    return [read((head.format(total, n) + body.format(n, n, n)).encode()) for n in numbers]


@given(st.permutations([1, 2, 3]))
def test_packets_are_joined_in_any_order(order):
    joiner = Joiner()
    given_back = [m for p in packets([*order[:2], order[0], order[2]]) for m in joiner.add(p)]
    assert len(given_back) == 1
    assert list(given_back[0].items) == ["a00001", "a00002", "a00003"]
    assert given_back[0].params["DataTime"] == ["20260301080000"]
    assert joiner.waiting == 0


def test_a_message_never_completed_is_given_up_with_a_reason():
    joiner = Joiner()
    assert joiner.add(packets([2])[0]) == []
    (left,) = joiner.end()
    assert list(left.items) == ["a00002"]
    assert "共 3 包，只到 1 包" in left.faults[-1].said


@pytest.mark.parametrize(("flag", "back"), [("1", "0"), ("5", "4"), ("9", "8")])
def test_answers_repeat_the_number_and_speak_the_same_edition(flag, back):
    message = read(READING.replace("Flag=5", f"Flag={flag}").encode())
    said = hj212.answer(message)
    assert (
        said.text()
        == f"QN=20260301080000123;ST=91;CN=9014;PW=123456;MN=010000A8900016F000169DC0;Flag={back};CP=&&&&"
    )
    assert not read(said.text().encode()).wants_answer
    assert hj212.notice_answer(message).command == "9013"


def test_a_request_is_what_the_example_shows():
    asked = hj212.request(
        "1062", qn="20160801085857223", st="32", mn="010000A8900016F000169DC0", pw="100000", params={"RtdInterval": "30"}
    )  # fmt: skip
    assert asked.text().encode() == EXAMPLE
    with pytest.raises(ValueError, match="9014"):
        hj212.request("9014", qn="", st="32", mn="", pw="")


def test_published_frames_of_other_projects(shared):
    """Their own length and checksum, judged once before by hand; a frame that is wrong is reported as it is."""
    with (shared / "data" / "protocol" / "hj212_frames.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 5
    for row in rows:
        (found,) = frames_of(row["frame"].encode())
        assert found.length_ok == (row["length_field_ok"] == "True")
        assert found.crc_ok == (row["crc_ok"] == "True")
        assert f"{crc16(found.data):04X}" == row["crc_computed"]
    text = (shared / "data" / "protocol" / "hj212_command_segments_2017_2025.txt").read_text(encoding="utf-8")
    for line in filter(None, text.splitlines()):
        message = read(line.encode())
        assert not [f for f in message.faults if f.grave], line
        assert message.edition in ("2017", "2025")


def test_a_longest_segment_is_the_longest():
    assert len(frames_of(frame(b"x" * 9999))) == 1
    with pytest.raises(ValueError, match="分包"):
        frame(b"x" * 10_000)
    assert isinstance(Splitter().feed(b"no frame here\r\n")[0], Broken)


@pytest.mark.parametrize(("said", "faulty"), [
    ("RtdInterval=30", False), ("RtdInterval=29", True), ("RtdInterval=x", True), ("MinInterval=10", False), ("MinInterval=7", True),
])  # fmt: skip
def test_intervals_the_standard_knows(said, faulty):
    message = read(
        f"QN=20160801085857223;ST=32;CN=1062;PW=1;MN=010000A8900016F000169DC0;Flag=5;CP=&&{said}&&".encode()
    )
    assert [f.at for f in message.faults] == ([said.partition("=")[0]] if faulty else [])


@pytest.mark.parametrize("piece", [b"##", b"##9999", b"##a", b"##0009zzzzzzzz"])
def test_rubbish_full_of_heads_is_given_back_whole(piece):
    """Searched to the end from each head, this much takes half a minute."""
    splitter, rubbish = Splitter(), piece * (256 * 1024 // len(piece))
    found = [*splitter.feed(rubbish), *splitter.end()]
    assert all(isinstance(one, Broken) for one in found)
    assert b"".join(one.raw for one in found) == rubbish
