"""A simulated county speaks as real instruments do, and its values are marked wherever they go."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import typer

import simulate
from jiuzhi.core.local import LOCAL
from jiuzhi.engine.observe import decoding, inbox, lake
from jiuzhi.engine.observe.devices import Known
from jiuzhi.interfaces.cli.simulate import Play

from .instruments import running

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 11, 20, 12)
COUNTY = simulate.instruments("500229")


def known(one) -> Known:
    password = "1234" if one.protocol == "SL651" else simulate.PASSWORD
    return Known(
        one.code, one.name, one.protocol, one.station, password=password, per_minute=100_000, synthetic=True
    )


def test_every_kind_of_station_has_instruments_with_codes_of_their_own():
    both = [*COUNTY, *simulate.instruments("500240")]
    assert len({one.code for one in both}) == len({one.station for one in both}) == len(both)
    assert {one.kind for one in both} == {
        "air",
        "river",
        "outlet",
        "stack",
        "noise",
        "hydrology",
        "radiation",
    }


def test_a_station_that_is_none_of_ours_is_left_alone(db):
    from jiuzhi.core.models import Org
    from jiuzhi.interfaces.cli.simulate import register
    from jiuzhi.master.models import Station

    county = Org.objects.create(code="500229", name="城口县", kind="county")
    Station.objects.create(code=COUNTY[0].station, name="真站", kind="river", level="national", county=county)
    with pytest.raises(typer.Exit):
        register(["500229"])
    assert Station.objects.get(code=COUNTY[0].station).name == "真站"


@pytest.mark.parametrize(
    "one", [one for one in COUNTY if one.code.endswith("1")], ids=lambda one: one.station
)
def test_messages_are_whole_and_their_values_possible(one):
    for hour in range(0, 24, 5):
        moment = NOON + timedelta(hours=hour)
        found = decoding.decode(
            [simulate.message(one, moment)], known(one), one.protocol, moment.replace(tzinfo=LOCAL)
        )
        assert not found.faults
        assert len(found.readings) >= len(one.factors) - 1
        assert all(reading.synthetic for reading in found.readings)
    assert simulate.message(one, NOON) == simulate.message(one, NOON)


def test_faults_are_those_of_the_field():
    one = COUNTY[0]
    pieces = []
    for n in range(8000):
        whole = simulate.message(one, NOON + timedelta(seconds=n))
        said = simulate.faulty(one, NOON + timedelta(seconds=n), whole)
        if said != [whole]:
            pieces.append(said)
    assert 60 < len(pieces) < 180
    assert any(len(said) == 2 for said in pieces)
    assert any(b"9999" in piece for said in pieces for piece in said)


def test_a_county_is_heard_by_the_gateway():
    chosen = [one for one in COUNTY if one.protocol != "HTTP"]

    async def run() -> Play:
        async with running(*map(known, chosen)) as gateway:
            at = {protocol: ("127.0.0.1", port) for protocol, port in gateway.ports.items()}
            play = Play(chosen, at, "", rate=300, faults=True)
            await play.run(2)
            return play

    play = asyncio.run(run())
    assert play.sent > 100
    assert play.answers > play.sent * 0.9
    assert all(inbox.last_frames(one.code) for one in chosen)


def test_the_commands_work_together(tmp_path, settings):
    """`jiuzhi gateway` and `jiuzhi simulate devices` from the command line, stopped in order."""
    given = os.environ | {"JIUZHI_HOME": str(tmp_path)}

    def jiuzhi(*command: str) -> list[str]:
        return [sys.executable, "-m", "jiuzhi.interfaces.cli.main", *command]

    pack = next((ROOT / "plans").glob("500229-*"))
    subprocess.run(
        jiuzhi("plan", "load", str(pack), "--county", "500229"),
        cwd=ROOT,
        env=given,
        check=True,
        capture_output=True,
    )
    ports = []
    for _ in range(2):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            ports.append(str(free.getsockname()[1]))
    where = ["--hj212", ports[0], "--sl651", ports[1]]
    gateway = subprocess.Popen(jiuzhi("gateway", *where), cwd=ROOT, env=given, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", int(ports[0]))) == 0:
                    break
            time.sleep(0.1)
        done = subprocess.run(
            jiuzhi("simulate", "devices", "--county", "500229", "--rate", "200", "--seconds", "9", "--no-faults", *where),
            cwd=ROOT, env=given, check=True, capture_output=True, text=True,
        )  # fmt: skip
    finally:
        gateway.send_signal(signal.SIGTERM)
        assert gateway.wait(60) == 0
    assert "收到应答" in done.stdout
    settings.INBOX_FILE, settings.LAKE_DIR = tmp_path / "inbox.sqlite3", tmp_path / "lake"
    assert inbox.waiting() == 0
    found = lake.current("500229-P01")
    assert found.num_rows > 100
    assert set(found["synthetic"].to_pylist()) == {True}
