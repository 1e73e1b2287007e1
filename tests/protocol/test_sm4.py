"""Encrypted segments: the published vector of SM4, whole blocks only, ciphertext with anything in it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from jiuzhi.interfaces.cli.main import app
from jiuzhi.protocol import hj212
from jiuzhi.protocol.hj212 import sm4

KEY = bytes.fromhex("0123456789abcdeffedcba9876543210")
TEXT = "QN=20260801085857223;ST=32;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=9;CP=&&DataTime=20260801085857;w01018-Rtd=1.0&&"


def test_the_example_of_the_standard():
    """GB/T 32907-2016 appendix A.1: one block, key and plain text alike."""
    raw = sm4.sealed(KEY, KEY)
    assert raw[6:22].hex() == "681edf34d206965e86b3e94f536e4246"


@given(st.binary(max_size=600), st.sampled_from(sm4.UNREAD))
def test_a_sealed_segment_is_framed_by_its_length_and_opened_again(data, scope):
    raw = sm4.sealed(data, KEY, scope)
    found = [f for f in hj212.Splitter().feed(raw + hj212.frame("x=1")) if isinstance(f, hj212.Frame)]
    assert len(found) == 2
    assert found[0].declared == len(data)
    assert (
        found[0].data[len(data) - len(data) % 16 :] == data[len(data) - len(data) % 16 :]
    )  # the tail is plain
    assert data in (sm4.opened(found[0], [bytes(16), KEY]), found[0].data)


def test_ciphertext_that_looks_like_a_frame_of_its_own():
    cipher = next(
        sm4.sealed(f"QN={n:017d};ST=32;CP=&&{'x' * 40}&&", KEY) for n in range(200_000)
        if b"##" in sm4.sealed(f"QN={n:017d};ST=32;CP=&&{'x' * 40}&&", KEY)[6:-6]
    )  # fmt: skip
    for cut in range(len(cipher)):
        splitter = hj212.Splitter()
        (found,) = splitter.feed(cipher[:cut]) + splitter.feed(cipher[cut:])
        assert sm4.opened(found, [KEY]).startswith(b"QN=")


def test_another_key_opens_nothing():
    (found,) = hj212.Splitter().feed(sm4.sealed(TEXT, KEY))
    assert sm4.opened(found, [bytes(16)]) is None
    assert not found.crc_ok
    assert sm4.begins_plain(found, KEY)
    assert not sm4.begins_plain(found, bytes(16))


def test_a_log_is_decoded_with_the_key(tmp_path):
    log = tmp_path / "log"
    log.write_bytes(sm4.sealed(TEXT, KEY))
    done = CliRunner().invoke(app, ["protocol", "decode", str(log), "--key", KEY.hex()])
    said = json.loads(done.stdout.split("\n")[0])
    assert (said["crc_ok"], said["encrypted"], said["names"]) == (True, True, {"w01018": "化学需氧量 [mg/L]"})
    assert (
        json.loads(CliRunner().invoke(app, ["protocol", "decode", str(log)]).stdout.split("\n")[0])["crc_ok"]
        is False
    )


@pytest.mark.parametrize("key", ["12", "g" * 32])
def test_a_key_that_is_none(tmp_path, key):
    (tmp_path / "log").write_bytes(b"x")
    done = CliRunner().invoke(app, ["protocol", "decode", str(tmp_path / "log"), "--key", key])
    assert done.exit_code == 2
    assert "32 位" in done.output
