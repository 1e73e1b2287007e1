"""The codecs under a coverage-guided fuzzer: ``python -m tests.protocol.fuzz CORPUS -runs=N``. Any bytes give frames or reasons, never an exception."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["jiuzhi.protocol"]):
    from jiuzhi.protocol import hj212, sl651
    from jiuzhi.protocol.hj212 import pollutants, sm4

SEEDS = (
    "QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&",
    "QN=20261101000000000;ST=22;CN=2011;PW=123456;MN=A;Flag=7;PNUM=2;PNO=1;CP=&&DataTime=20261101000000;a34004-Rtd=1.5,a34004-Flag=D&&",
    "ST=31;CN=2051;MN=B;CP=&&DataTime=20261101000000;02-Avg=3,02-Cou=1;S01-Avg=8&&",
)
KEY = bytes(range(16))
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def seeds(folder: Path) -> None:
    """Whole frames to begin with."""
    for n, text in enumerate(SEEDS):
        (folder / f"hj{n}").write_bytes(b"\x01\x20" + hj212.frame(text) * 2)
        (folder / f"sm{n}").write_bytes(b"\x01\x07" + sm4.sealed(text, KEY))
    body = bytes.fromhex("0007260301080005F1F1005022290148F0F02603010800392300010490")
    for packet in (None, (1, 2)):
        whole = sl651.frame(
            centre=1,
            station="0050022901",
            password=b"12",
            function=0x34,
            body=body,
            up=True,
            end=3,
            packet=packet,
        )
        (folder / f"sl{packet is None}").write_bytes(b"\x02\x11" + whole * 2)


def pieces(data: bytes, step: int) -> list[bytes]:
    return [data[n : n + step] for n in range(0, len(data), step)]


def one(data: bytes) -> None:
    """The first byte says which protocol, the second in what pieces the rest comes."""
    if len(data) < 3:
        return
    stream = data[2:]
    module = sl651 if data[0] & 2 else hj212
    splitter, held = module.Splitter(), 0
    found = []
    for piece in pieces(stream, data[1] + 1):
        found += splitter.feed(piece)
        held = max(held, splitter.waiting)
    found += splitter.end()
    assert held <= 65536
    assert sum(len(part.raw) for part in found) <= len(stream)
    joiner = module.Joiner()
    for part in found:
        if isinstance(part, hj212.Frame):
            plain = part.data if part.crc_ok else sm4.opened(part, [KEY]) or part.data
            message = hj212.read(plain)
            for code, items in message.items.items():
                pollutants.find(code)
                for name in items:
                    message.number(code, name)
            assert hj212.read(message.text().encode()).header == message.header or message.faults
            for whole in joiner.add(message):
                assert whole.data_time is None or whole.data_time.year
            hj212.answer(message).text()
        elif isinstance(part, sl651.Frame):
            whole = joiner.add(part)
            if whole is not None:
                sl651.read(whole)


if __name__ == "__main__":
    corpus = Path(sys.argv[1])
    corpus.mkdir(exist_ok=True)
    seeds(corpus)
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
