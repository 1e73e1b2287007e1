"""`jiuzhi protocol decode`: logs as technicians have them."""

import json

import pytest
from typer.testing import CliRunner

from jiuzhi.interfaces.cli.main import app
from jiuzhi.protocol.hj212 import frame

from .test_hj212 import EXAMPLE, READING

GOOD = frame(EXAMPLE)
BAD = frame(READING)[:-6] + b"0000\r\n"


def decoded(path, *options):
    done = CliRunner().invoke(app, ["protocol", "decode", str(path), *options])
    return done, [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    "log",
    [
        GOOD + BAD,
        b"2026-11-25 10:00:01 <- " + GOOD + b"2026-11-25 10:00:02 <- " + BAD,
        GOOD.hex().encode() + b"\n" + BAD.hex(" ").upper().encode() + b"\r\n",
    ],
)
def test_text_bytes_and_hex_lines(log, tmp_path):
    (tmp_path / "a.log").write_bytes(log)
    done, (first, second) = decoded(tmp_path / "a.log")
    assert done.exit_code == 0
    assert (first["edition"], first["crc_ok"], first["length_ok"], first["faults"]) == (
        "2017",
        True,
        True,
        [],
    )
    assert second["crc_ok"] is False
    assert second["items"]["a21026"] == {"Rtd": "12.5", "Flag": "N"}
    assert second["data_time"] == "2026-03-01T08:00:00"
    assert second["faults"][0]["said"].startswith("校验码 0000，应为 ")
    assert "2 条报文，其中校验错 1 条" in done.stderr
    assert len(decoded(tmp_path / "a.log", "--faults")[1]) == 1


def test_a_file_without_frames_is_refused_in_words(tmp_path):
    (tmp_path / "a.log").write_bytes(b"hello ##0\x00")
    done, _lines = decoded(tmp_path / "a.log")
    assert done.exit_code != 0
    assert "没有完整的报文" in done.stderr
    assert "读不了" in decoded(tmp_path / "none.log")[0].stderr
