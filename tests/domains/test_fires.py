"""Fire points from FIRMS files: times, confidence, each once, and the alarm inside a ban zone."""

from datetime import UTC, date, datetime, timedelta

import pytest
from typer.testing import CliRunner

from jiuzhi.core import records
from jiuzhi.domains.air.models import BanZone, BurnPoint
from jiuzhi.engine.observe import fires
from jiuzhi.engine.rules import standing
from jiuzhi.engine.rules.models import Episode
from jiuzhi.protocol import firms
from tests.registers.conftest import land, person  # noqa: F401

VIIRS = "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,confidence,version,bright_ti5,frp,daynight\n"
MODIS = "latitude,longitude,brightness,scan,track,acq_date,acq_time,satellite,confidence,version,bright_t31,frp,daynight\n"


def viirs(clock, confidence="n", day="2026-11-24", lat="31.95", lon="108.65"):
    return f"{lat},{lon},331.2,0.4,0.4,{day},{clock},N20,{confidence},2.0NRT,290.1,3.2,D\n"


def modis(clock, confidence="76"):
    return f"31.96,108.66,318.4,1.1,1.0,2026-11-24,{clock},Aqua,{confidence},6.1NRT,295.0,9.7,D\n"


@pytest.mark.parametrize(
    ("clock", "hour", "minute"), [("5", 0, 5), ("0005", 0, 5), ("0", 0, 0), ("59", 0, 59), ("100", 1, 0), ("2359", 23, 59)]
)  # fmt: skip
def test_time_without_leading_zeros(clock, hour, minute):
    assert firms.time_of("2026-11-24", clock) == datetime(2026, 11, 24, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize("clock", ["60", "2400", "", "-5", "abc", "12345", "１２"])
def test_no_time_of_a_day(clock):
    with pytest.raises(ValueError, match="acq_time"):
        firms.time_of("2026-11-24", clock)


@pytest.mark.parametrize(
    ("said", "level"),
    [("l", 0), ("n", 1), ("h", 2), ("nominal", 1), ("0", 0), ("29", 0), ("30", 1), ("79", 1), ("80", 2), ("100", 2)],
)  # fmt: skip
def test_confidence(said, level):
    assert firms.confidence_of(said) == level


@pytest.mark.parametrize("said", ["", "x", "101", "-1", "30.5"])
def test_no_confidence(said):
    with pytest.raises(ValueError, match="confidence"):
        firms.confidence_of(said)


def bring(text, land, **more):  # noqa: F811
    return fires.bring(text, land["500229"], records.SYSTEM, **more)


def test_local_day_and_clock(land):  # noqa: F811
    bring(VIIRS + viirs("5") + viirs("1630") + viirs("1559"), land)
    held = [(p.seen_on, p.seen_at) for p in BurnPoint.objects.order_by("code")]
    assert held == [
        (date(2026, 11, 24), "08:05"), (date(2026, 11, 24), "23:59"), (date(2026, 11, 25), "00:30"),
    ]  # fmt: skip


def test_both_instruments_once_each(land):  # noqa: F811
    text = VIIRS + viirs("5") + viirs("5", lat="31.951")
    first = bring(text, land)
    assert (first.new, first.known, first.refused) == (2, 0, [])
    again = bring(text, land)
    assert (again.new, again.known) == (0, 2)
    assert bring(MODIS + modis("610"), land).new == 1
    codes = sorted(BurnPoint.objects.values_list("code", flat=True))
    assert codes == [
        "HD-500229-202611240805-1", "HD-500229-202611240805-2", "HD-500229-202611241410-1",
    ]  # fmt: skip
    point = BurnPoint.objects.get(code=codes[2])
    assert (point.satellite, point.confidence, point.said, point.precision) == ("Aqua", "中", "76", 1000)


def test_every_refused_row_says_why(land):  # noqa: F811
    bad = (
        viirs("5", "x") + viirs("2400") + viirs("5", day="24.11.2026") + viirs("5", lat="91") + viirs("5", lat="") + viirs("5", lon="10")
    )  # fmt: skip
    done = bring(VIIRS + bad + viirs("7"), land)
    assert (done.rows, done.new) == (7, 1)
    assert [r.row for r in done.refused] == [2, 3, 4, 5, 6, 7]
    assert all(len(r.why) > 5 for r in done.refused)


def test_another_file_is_no_fire_file(land):  # noqa: F811
    with pytest.raises(firms.NoFires, match="acq_time"):
        bring("a,b\n1,2\n", land)


NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def zone(land, start=date(2026, 1, 1), end=None, kind="秸秆禁烧区"):  # noqa: F811
    square = "POLYGON((108.60 31.90,108.72 31.90,108.72 32.00,108.60 32.00,108.60 31.90))"
    found = BanZone(
        org=land["500229"],
        code="Z1",
        name="禁烧区",
        kind=kind,
        valid_from=start,
        valid_to=end,
        shape=square,
    )
    records.save(found, records.SYSTEM, "试")
    return found


def alarms(land, now=NOW):  # noqa: F811
    standing.look_at(land["500229"], now, only=["air.fire_in_ban_zone"], force=True)
    return Episode.objects.filter(rule="air.fire_in_ban_zone")


def test_a_fire_inside_a_zone_in_force_raises_an_alarm_until_it_is_dealt_with(land):  # noqa: F811
    zone(land, date(2026, 11, 24), date(2026, 11, 24))
    bring(VIIRS + viirs("5") + viirs("6", lat="31.80") + viirs("1630") + viirs("9", "l"), land)
    (episode,) = alarms(land)
    assert "禁烧区" in episode.text
    assert episode.fired_at == NOW
    BurnPoint.objects.filter(seen_at="08:05").update(state="误报")
    assert alarms(land, NOW + timedelta(minutes=5)).get().cleared_at is not None


def test_no_zone_of_that_kind_no_alarm(land):  # noqa: F811
    zone(land, kind="烟花爆竹禁放区")
    bring(VIIRS + viirs("5"), land)
    assert not alarms(land).exists()


def test_an_old_archive_raises_no_storm(land):  # noqa: F811
    zone(land, date(2020, 1, 1))
    bring(VIIRS + "".join(viirs(str(n), day="2025-03-01") for n in range(9)), land)
    assert not alarms(land).exists()


def test_command(land, tmp_path):  # noqa: F811
    from jiuzhi.interfaces.cli.main import app

    file = tmp_path / "fires.csv"
    file.write_text(VIIRS + viirs("5") + viirs("99"), encoding="utf-8")
    told = CliRunner().invoke(app, ["observe", "fires", str(file), "--county", "500229"])
    assert told.exit_code == 0, told.output
    assert "新登记 1" in told.output
    assert "第 3 行" in told.output
    assert (
        CliRunner()
        .invoke(app, ["observe", "fires", str(file), "--county", "500229", "--box", "1,2"])
        .exit_code
        == 2
    )
    file.write_bytes(b"\xff\xfe\x00")
    assert CliRunner().invoke(app, ["observe", "fires", str(file), "--county", "500229"]).exit_code == 2


def test_a_person_brings_a_file_by_the_import_page(land, client, person):  # noqa: F811
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.urls import reverse

    from jiuzhi.master.models import Station

    Station.objects.create(code="S1", name="甲", kind="air", county=land["500229"], lon="108.66", lat="31.95")
    text = VIIRS + viirs("615") + viirs("616", lat="10.0") + viirs("2460")

    def send():
        file = SimpleUploadedFile("fires.csv", text.encode(), "text/csv")
        return client.post(reverse("imports", args=["500229"]), {"file": file}, follow=True).content.decode()

    client.force_login(person("monitoring", "500229"))
    assert "读了 3 行，新增 1 个，已有 0 个，未收 2 行" in send()
    assert "新增 0 个，已有 1 个" in send()
    assert "第 4 行：acq_time" in send()
    assert BurnPoint.objects.count() == 1


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "1999-12-31", "2101-01-01"])
def test_no_day_of_these_years(day):
    with pytest.raises(ValueError, match="acq_date"):
        firms.time_of(day, "2359")


@pytest.mark.parametrize(
    "wrong", [{"lat": "NaN"}, {"lon": "sNaN"}, {"lat": "Infinity"}, {"day": "9999-12-31"}]
)
def test_what_is_no_number_or_day_is_refused_by_row(wrong):
    (found,) = firms.read(VIIRS + viirs("2359", **wrong))
    assert isinstance(found, firms.Refused)
    (found,) = firms.read(VIIRS + viirs("5").replace(",3.2,", ",NaN,"))
    assert "frp" in found.why


def test_a_web_import_needs_stations_with_a_place_and_is_bounded(land, client, person, monkeypatch):  # noqa: F811
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.urls import reverse

    from jiuzhi.interfaces.web.views import imports
    from jiuzhi.master.models import Station

    def send(text):
        file = SimpleUploadedFile("fires.csv", text.encode(), "text/csv")
        return client.post(reverse("imports", args=["500229"]), {"file": file}, follow=True).content.decode()

    client.force_login(person("monitoring", "500229"))
    text = VIIRS + viirs("615") + viirs("616") + viirs("617", lat="10.0")
    assert "本县还没有带坐标的监测点位" in send(text)
    Station.objects.create(code="S1", name="甲", kind="air", county=land["500229"], lon="108.66", lat="31.95")
    monkeypatch.setattr(imports, "FIRES", 2)
    assert "火点超过 2 个，没有导入" in send(text + viirs("618"))
    assert not BurnPoint.objects.exists()
    assert "新增 2 个" in send(text)
