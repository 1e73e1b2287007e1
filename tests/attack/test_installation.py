"""Broken installations: a folder that cannot be, a database that is none, a lake with damaged files, two first commands."""

import os
import subprocess
import sys

import pytest

from jiuzhi.core.records import SYSTEM
from jiuzhi.engine.observe import lake
from jiuzhi.engine.observe.importer import import_file
from jiuzhi.engine.observe.lake import LakeBusy
from jiuzhi.engine.observe.models import ImportBatch

ROWS = "站点编码,时间,PM2.5\n" + "".join(f"S1,2026-10-01 {hour:02d}:00,{20 + hour}\n" for hour in range(24))


def _start(home, **more):
    command = [sys.executable, "-m", "jiuzhi.interfaces.cli.main", "plan", "status", "--county", "500229"]
    environment = {**os.environ, "JIUZHI_HOME": str(home), **more}
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _said(home, **more) -> str:
    process = _start(home, **more)
    _, said = process.communicate()
    assert process.returncode == 2, said
    assert "Traceback" not in said
    assert said.strip().endswith("。")
    assert "\n" not in said.strip()
    return said


def test_a_home_that_is_a_file(tmp_path):
    (tmp_path / "home").write_text("")
    assert "JIUZHI_HOME" in _said(tmp_path / "home")


def test_a_database_that_is_none(tmp_path):
    (tmp_path / "records.sqlite3").write_text("garbage, garbage, garbage")
    assert "可能已损坏" in _said(tmp_path, JIUZHI_DATABASE="")


def test_a_database_address_nobody_can_read(tmp_path):
    assert "JIUZHI_DATABASE" in _said(tmp_path, JIUZHI_DATABASE="postgresql://u:p@host:abc/x")


def test_two_first_commands_at_once(tmp_path):
    both = [_start(tmp_path, JIUZHI_DATABASE="") for _ in range(2)]
    for process in both:
        _, said = process.communicate()
        assert process.returncode == 2, said
        assert "没有载入 500229 的规划" in said


@pytest.mark.django_db
@pytest.mark.parametrize("damage", ["missing", "cut"])
def test_a_lake_with_damaged_files(tmp_path, settings, damage):
    path = tmp_path / "x.csv"
    path.write_text(ROWS)
    import_file(path, actor=SYSTEM)
    for part in settings.LAKE_DIR.rglob("month=*/*.parquet"):
        if damage == "missing":
            part.unlink()
        else:
            part.write_bytes(part.read_bytes()[:50])
    version = lake.version()
    path.write_text(ROWS.replace(",20\n", ",21\n"))
    with pytest.raises(LakeBusy, match=r"缺失或损坏.*备份恢复.*。$"):
        import_file(path, actor=SYSTEM)
    assert lake.version() == version
    assert ImportBatch.objects.count() == 1
