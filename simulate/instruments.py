"""A county's instruments: what they are, and what they say at a moment, with the faults real ones have. Always marked synthetic."""

import csv
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from random import Random
from zlib import crc32

from jiuzhi.protocol import hj212, sl651
from jiuzhi.protocol.sl651 import tables

PASSWORD = "123456"
SEATS = {"500229": (108.66, 31.95), "500240": (108.11, 30.00)}  # where the counties are [°]
_FACTOR = re.compile(r"(\w+)=([\d.]+)±([\d.]+)")


@dataclass(frozen=True)
class Instrument:
    """One device at a station of its own. ``interval`` [s]; ``factors``: code → (middle, half of the daily swing);
    ``place``: longitude and latitude in the county, made up [°]."""

    code: str
    name: str
    station: str
    kind: str
    protocol: str
    system: str
    interval: int
    factors: dict[str, tuple[float, float]]
    place: tuple[float, float]


@cache
def instruments(county: str) -> tuple[Instrument, ...]:
    """The instruments of a county, by its six-digit code."""
    text = files(__package__).joinpath("instruments.csv").read_text(encoding="utf-8")
    return tuple(one for row in csv.DictReader(text.splitlines()) for one in _of(county, row))


def _of(county: str, row: dict[str, str]) -> Iterator[Instrument]:
    factors = {code: (float(middle), float(swing)) for code, middle, swing in _FACTOR.findall(row["factors"])}
    for n in range(1, int(row["count"]) + 1):
        station = f"{county}-{row['suffix']}{n:02d}"
        code = {
            "HJ212": f"{county}{ord(row['suffix']):02X}{n:016d}", "SL651": f"00{county}{n:02d}", "HTTP": f"{county}-{row['suffix'].lower()}{n}",
        }[row["protocol"]]  # fmt: skip
        name = f"模拟{row['name']}{n}号"
        place = _place(county, station)
        yield Instrument(
            code,
            name,
            station,
            row["kind"],
            row["protocol"],
            row["system"],
            int(row["interval"]),
            factors,
            place,
        )


def _place(county: str, station: str) -> tuple[float, float]:
    chance = Random(crc32(station.encode()))
    lon, lat = (round(at + chance.uniform(-0.15, 0.15), 4) for at in SEATS.get(county, (108.0, 30.0)))
    return lon, lat


def _chance(one: Instrument, moment: datetime, salt: str = "") -> Random:
    return Random(crc32(f"{one.code}{moment:%Y%m%d%H%M%S}{salt}".encode()))


def values(one: Instrument, moment: datetime) -> dict[str, float]:
    """What an instrument measures at a local moment: the same for the same moment."""
    chance = _chance(one, moment)
    day = math.sin((moment.hour * 60 + moment.minute) / 1440 * 2 * math.pi - 2)
    found = {}
    for code, (middle, swing) in one.factors.items():
        value = middle + swing * (0.7 * day + 0.3 * chance.uniform(-1, 1))
        found[code] = max(0.0, value)
    return found


def message(one: Instrument, moment: datetime, mark: str = "N") -> bytes:
    """What an instrument sends at a local moment (HJ 212: a real-time reading), whole and right."""
    found = values(one, moment)
    if one.protocol == "SL651":
        return _report(one, moment, found)
    if one.protocol == "HTTP":
        said = {
            "time": f"{moment:%Y-%m-%dT%H:%M:%S}+08:00",
            "kind": "minute",
            "values": {k: round(v, 1) for k, v in found.items()},
        }
        return json.dumps(said).encode()
    items = ";".join(f"{code}-Rtd={value:.3f},{code}-Flag={mark}" for code, value in found.items())
    qn = f"{moment:%Y%m%d%H%M%S}{_chance(one, moment).randrange(1000):03d}"
    head = f"QN={qn};ST={one.system};CN=2011;PW={PASSWORD};MN={one.code};Flag=5"
    return hj212.frame(f"{head};CP=&&DataTime={moment:%Y%m%d%H%M%S};{items}&&")


def _report(one: Instrument, moment: datetime, found: dict[str, float]) -> bytes:
    at = f"{moment:%y%m%d%H%M}"
    level, rain, volts = (
        round(found[code] * 10**digits) for code, digits in (("39", 3), ("22", 1), ("38", 2))
    )
    body = f"{moment.minute:04X}{moment:%y%m%d%H%M%S}F1F1{one.code}48F0F0{at}3923{level:08d}2219{rain:06d}3812{volts:04d}"
    return sl651.frame(
        centre=1, station=one.code, password=b"\x12\x34", function=0x32, body=bytes.fromhex(body), up=True, end=tables.ETX
    )  # fmt: skip


def history(county: str, start: datetime, end: datetime) -> Iterator[tuple[Instrument, datetime, bytes]]:
    """What the instruments of a county sent between two local moments, each at its interval, as far as it arrived whole. The first is sent an
    interval after ``start``: what it sums up lies within."""
    for one in instruments(county):
        moment = start + timedelta(seconds=one.interval)
        while moment < end:
            yield from (
                (one, moment, piece)
                for piece in faulty(one, moment, message(one, moment))
                if _whole(one, piece)
            )
            moment += timedelta(seconds=one.interval)


def _whole(one: Instrument, piece: bytes) -> bool:
    if one.protocol == "HTTP":
        return True
    module = hj212 if one.protocol == "HJ212" else sl651
    found = module.Splitter().feed(piece)
    return (
        len(found) == 1 and isinstance(found[0], module.Frame) and found[0].crc_ok and found[0].raw == piece
    )


def faulty(one: Instrument, moment: datetime, whole: bytes) -> list[bytes]:
    """What really goes out: mostly the message, now and then a fault of the field (torn, doubled, another length, a wrong sum)."""
    chance = _chance(one, moment, "fault")
    if one.protocol == "HTTP" or chance.random() > 0.015:
        return [whole]
    (kind,) = chance.choices(("torn", "twice", "sum", "noise", "mark", "high"), (3, 3, 3, 3, 3, 1))
    if kind == "torn":
        return [whole[: len(whole) // 2]]
    if kind == "twice":
        return [whole, whole]
    if kind == "noise":
        return [b"\x00\xff AT+CSQ\r\n", whole]
    if kind == "sum" or one.protocol == "SL651":
        return [whole[:-8] + bytes([whole[-8] ^ 1]) + whole[-7:]]
    if kind == "mark":
        return [message(one, moment, mark=chance.choice("DMC"))]
    return [hj212.frame(hj212.Splitter().feed(whole)[0].data.replace(b"-Rtd=", b"-Rtd=9999", 1))]  # type: ignore[union-attr]
