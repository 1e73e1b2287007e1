"""Taking in files: once, wholly or not at all, with every refusal."""

import csv
import gzip
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from typer.testing import CliRunner

from jiuzhi.core.models import AuditEntry, Org
from jiuzhi.core.records import SYSTEM
from jiuzhi.engine.observe import importer, lake
from jiuzhi.engine.observe.decoding import Reading, plain
from jiuzhi.engine.observe.formats import FileProblem
from jiuzhi.engine.observe.importer import import_file, refused_path
from jiuzhi.engine.observe.models import ImportBatch
from jiuzhi.interfaces.cli.observe import app
from jiuzhi.master.models import Station

pytestmark = pytest.mark.django_db
HEAD = "站点编码,时间,项目,数值,单位\n"


def lines(*values, station="A1"):
    return HEAD + "".join(
        f"{station},2026-10-01 {n:02d}:00,PM2.5,{value},\n" for n, value in enumerate(values)
    )


def counts(batch):
    return batch.rows, batch.new, batch.revised, batch.unchanged, batch.refused


def test_the_same_file_twice_changes_nothing(file):
    path = file(lines(1, 2, 3))
    first = import_file(path, actor=SYSTEM)
    version = lake.version()
    second = import_file(path, actor=SYSTEM)
    assert (counts(first), counts(second)) == ((3, 3, 0, 0, 0), (3, 0, 0, 3, 0))
    assert lake.version() == version
    assert first.format == "template"
    assert AuditEntry.objects.filter(model="observe.ImportBatch", key=first.sha256).count() == 2


def test_a_later_file_revises_and_the_old_file_again_revises_back(file):
    old, new = file(lines(1, 2, 3), "old.csv"), file(lines(1, 20, 3, 4), "new.csv")
    import_file(old, actor=SYSTEM)
    assert counts(import_file(new, actor=SYSTEM)) == (4, 1, 1, 2, 0)
    assert counts(import_file(old, actor=SYSTEM)) == (3, 0, 1, 2, 0)
    history = lake.revisions("A1", "PM2.5").to_pylist()
    assert [(row["value"], row["revision"]) for row in history if row["time"].hour == 17] == [
        (2, 1),
        (20, 2),
        (2, 3),
    ]
    assert len({row["batch"] for row in history}) == 3


def test_two_values_for_one_moment_in_a_file_the_later_one_counts_and_it_is_said(file):
    path = file(lines(1, 2) + "A1,2026-10-01 00:00,PM2.5,7,\nA1,2026-10-01 01:00,PM2.5,2,\n")
    batch = import_file(path, actor=SYSTEM)
    assert counts(batch) == (4, 2, 0, 2, 0)
    assert sorted(row["value"] for row in lake.current().to_pylist()) == [2, 7]
    notes = [item for item in batch.reasons if item.get("kind") == "note"]
    assert any("不同数值 1 处" in item["why"] for item in notes)
    assert any(item["row"] == 4 and "取本行" in item["why"] for item in notes)
    assert counts(import_file(path, actor=SYSTEM)) == (4, 0, 0, 4, 0)


def test_refusals_are_listed_and_the_rest_is_taken(file):
    path = file(lines(1, -2, "x", 4))
    batch = import_file(path, actor=SYSTEM)
    assert counts(batch) == (4, 2, 0, 0, 2)
    refused = [item for item in batch.reasons if "kind" not in item]
    assert [(item["row"], item["value"]) for item in refused] == [(3, "-2"), (4, "x")]
    with refused_path(batch).open(encoding="utf-8-sig") as listed:
        assert [row["行"] for row in csv.DictReader(listed)] == ["3", "4"]


def test_the_record_keeps_two_hundred_reasons_and_the_list_all(file):
    path = file(lines(1) + "".join(f"A1,2026-10-02 08:00,PM2.5,x{n},\n" for n in range(500)))
    batch = import_file(path, actor=SYSTEM)
    assert batch.refused == 500
    assert len([item for item in batch.reasons if "kind" not in item]) == 200
    assert len(refused_path(batch).read_text(encoding="utf-8-sig").splitlines()) == 501


def test_a_file_that_breaks_off_loads_nothing(file):
    packed = gzip.compress((lines(1) + "A1,2026-10-02 08:00,PM2.5,3,\n" * 50000).encode())
    with pytest.raises(FileProblem):
        import_file(file(packed[:-9], "data.csv.gz"), actor=SYSTEM)
    with pytest.raises(FileProblem, match="没有一个数值可入库，2 行被退回；第 2 行“数值”"):
        import_file(file(lines("x", "y")), actor=SYSTEM)
    with pytest.raises(FileProblem, match="没有可入库的数值"):
        import_file(file(HEAD), actor=SYSTEM)
    assert lake.version() == -1
    assert not ImportBatch.objects.exists()


def test_a_crash_between_the_lake_and_the_record_is_made_good(file, monkeypatch):
    import_file(file(lines(1, 2, 3), "before.csv"), actor=SYSTEM)
    path = file(lines(1, 20, 3, 4))

    def crash(*_):
        raise SystemExit("power cut")

    with monkeypatch.context() as broken:
        broken.setattr(importer.records, "bulk_create", crash)
        with pytest.raises(SystemExit):
            import_file(path, actor=SYSTEM)
    assert ImportBatch.objects.count() == 1
    assert lake.current().num_rows == 4  # in the lake, not yet on record
    version = lake.version()
    assert counts(import_file(path, actor=SYSTEM)) == (4, 1, 1, 2, 0)
    assert lake.version() == version
    assert counts(import_file(path, actor=SYSTEM)) == (4, 0, 0, 4, 0)


@pytest.mark.parametrize(
    ("prop", "value", "off"), [("PM2.5", "0.035", "小 1000 倍"), ("TP", "45", "大 1000 倍")]
)
def test_a_column_in_another_unit_stops_the_file(file, prop, value, off):
    rows = "".join(f"A1,2026-10-{1 + n // 24:02d} {n % 24:02d}:00,{prop},{value},\n" for n in range(30))
    with pytest.raises(FileProblem, match=off):
        import_file(file(HEAD + rows + "A1,2026-10-01 00:00,pH,7,\n"), actor=SYSTEM)
    assert lake.version() == -1


def test_names_are_matched_to_registered_stations(file, stations):
    head = ("province,basin,section,time_text,class_published,temp_C,pH,DO_mgL,cond_uScm,turb_NTU,CODMn_mgL,NH3N_mgL,TP_mgL,"
            "TN_mgL,chla_mgL,algae_cellsL,status\n")  # fmt: skip
    row = ",长江流域,水寨子,04-01 04:00,Ⅱ,13.2,8.15,7.34,268.9,4.1,0.68,0.025,0.022,1.13,*,*,正常\n"
    path = file(head + "重庆市" + row + "四川省" + row, "auto_202104.csv")
    batch = import_file(path, actor=SYSTEM)
    assert {r["station"] for r in lake.current().to_pylist()} == {"500229-W01", "四川省/水寨子"}
    notes = {item["why"]: item["value"] for item in batch.reasons}
    assert notes["未登记点位 1 个"] == "四川省/水寨子"
    assert "时间没有年份，按文件名取 2021 年" in notes


def test_a_section_in_the_countys_own_table_is_found_by_its_name(file, stations):
    batch = import_file(file("断面名称,采样日期,溶解氧(mg/L)\n水寨子,2026-10-09,8.8\n"), actor=SYSTEM)
    assert batch.format == "template_wide"
    assert [row["station"] for row in lake.current().to_pylist()] == ["500229-W01"]


def test_another_countys_stations_are_left_alone(file, stations):
    other = Org.objects.create(
        code="500240", name="石柱土家族自治县", kind="county", parent=Org.objects.get(code="500000")
    )
    Station.objects.create(code="B1", name="B1", kind="air", level="county", county=other)
    path = file(lines(1) + lines(2, station="B1").removeprefix(HEAD))
    batch = import_file(path, actor=SYSTEM, county="500229")
    assert counts(batch) == (2, 1, 0, 0, 1)
    assert any("其他区县" in item["why"] for item in batch.reasons)
    assert {row["station"] for row in lake.current().to_pylist()} == {"A1"}
    assert import_file(path, actor=SYSTEM).new == 1  # the city, for all its counties


def test_a_simulated_value_never_replaces_a_measured_one(file):
    import_file(file(lines(1, 2)), actor=SYSTEM)
    batch = import_file(file(lines(7, 8, 9), "simulated.csv"), actor=SYSTEM, synthetic=True)
    assert counts(batch) == (3, 1, 0, 2, 0)
    assert sorted(row["value"] for row in lake.current().to_pylist()) == [1, 2, 9]


def test_readings_under_maintenance_are_kept_but_not_evaluated(file):
    head = ("province,basin,section,time_text,class_published,temp_C,pH,DO_mgL,cond_uScm,turb_NTU,CODMn_mgL,NH3N_mgL,TP_mgL,"
            "TN_mgL,chla_mgL,algae_cellsL,status\n")  # fmt: skip
    path = file(head + "重庆市,长江流域,x,04-01 04:00,*,13.2,8.15,--,*,,,,,,*,*,维护\n", "auto_202104.csv")
    import_file(path, actor=SYSTEM)
    assert {(row["property"], row["flag"]) for row in lake.current().to_pylist()} == {
        ("water_temperature", 2),
        ("pH", 2),
    }


def test_old_days_in_a_file_are_pointed_out(file):
    path = file(lines(1, 2) * 1 + "A9,2019-03-11 08:00,PM2.5,3,\n" + "".join(
        f"A1,2026-10-{2 + n // 24:02d} {n % 24:02d}:00,PM2.5,3,\n" for n in range(48)))  # fmt: skip
    batch = import_file(path, actor=SYSTEM)
    (note,) = [item for item in batch.reasons if "远离文件其余数据" in item["why"]]
    assert (note["row"], note["value"]) == (4, "2019-03-11")


def test_the_command_line(file):
    path, bad = file(lines(1, -2), "a.csv"), file("x", "b.csv")
    run = CliRunner()
    done = run.invoke(app, ["import", str(path), "--json"])
    assert done.exit_code == 0, done.output
    (told,) = json.loads(done.stdout)
    assert (told["new"], told["refused"], told["format"]) == (1, 1, "template")
    done = run.invoke(app, ["import", str(path)])
    assert "未变 1；退回 1 行" in done.stdout
    assert "不能为负" in done.stdout
    done = run.invoke(app, ["import", str(path), str(bad), "--json"])
    assert done.exit_code == 2
    assert "error" in json.loads(done.stdout)[1]
    done = run.invoke(app, ["import", str(bad)])
    assert done.exit_code == 2
    assert "认得的格式" in done.stderr


def test_the_inbox_is_drained_from_the_command_line():
    plain.put([Reading("A1", "PM2.5", "hour", datetime(2026, 3, 1, tzinfo=UTC), Decimal(3))])
    assert json.loads(CliRunner().invoke(app, ["drain", "--json"]).stdout)["moved"] == 1
    assert "已入库 0 条" in CliRunner().invoke(app, ["drain"]).stdout


def test_templates_and_formats_from_the_command_line(tmp_path):
    run = CliRunner()
    for name in ("t.xlsx", "t.csv"):
        assert run.invoke(app, ["template", "-o", str(tmp_path / name)]).exit_code == 0
        assert (tmp_path / name).stat().st_size > 0
    assert run.invoke(app, ["template", "-o", str(tmp_path / "no" / "t.csv")]).exit_code == 2
    codes = [item["code"] for item in json.loads(run.invoke(app, ["formats", "--json"]).stdout)]
    assert {"station_hourly_aqi", "national_auto_4h", "template"} <= set(codes)


def test_refresh_from_the_command_line(file, stations):
    path = file(HEAD + "".join(f"A1,2026-10-01 {n:02d}:00,PM2.5,35,\n" for n in range(24)))
    run = CliRunner()
    assert run.invoke(app, ["import", str(path)]).exit_code == 0
    told = json.loads(run.invoke(app, ["refresh", "--as-of", "2026-10-31", "--json"]).stdout)
    assert told["rows"]["air_day"] == 2
    again = run.invoke(app, ["refresh", "--as-of", "2026-10-31"])
    assert "没有变化" in again.stdout


def test_many_small_files_are_joined(file, monkeypatch):
    monkeypatch.setattr(lake, "_FILES_PER_MONTH", 2)
    for n in range(4):
        import_file(file(lines(*range(n + 1)), f"{n}.csv"), actor=SYSTEM)
    assert len(lake.delta.files(lake.NAME)) <= 2
    assert sorted(row["value"] for row in lake.current().to_pylist()) == [0, 1, 2, 3]
