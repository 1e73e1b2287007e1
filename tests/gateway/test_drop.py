"""File drop: whatever lies in the folder is taken, refused with a reason, or left with a warning; it never stops the writer."""

import gzip
import io
import os
import time
import zipfile

import pytest

from jiuzhi.core.models import Org
from jiuzhi.engine.observe import lake
from jiuzhi.interfaces.gateway import drop, writer

GOOD = "站点编码,项目,时间,类型,数值,单位\nS1,PM2.5,2026-03-01 08:00,小时,30,µg/m³\n"


@pytest.fixture
def folder(db, settings):
    Org.objects.create(code="500229", name="城口县", kind="county")
    found = drop.folder() / "500229"
    found.mkdir(parents=True)
    return found


def bomb() -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<x/>")
        packed.writestr("xl/worksheets/sheet1.xml", b"\0" * 300_000_000)
    return kept.getvalue()


def test_names_and_contents_of_every_kind(folder):
    (folder / "a\nb.csv").write_text(GOOD, encoding="utf-8")
    (folder / ("长" * 83 + ".csv")).write_text(GOOD, encoding="utf-8")
    (folder / "空.csv").write_bytes(b"")
    (folder / "nul.csv").write_bytes(b"\0" * 5000)
    (folder / "x.xlsx").write_bytes(b"PK\3\4rubbish")
    (folder / "x.gz").write_bytes(b"\x1f\x8brubbish")
    (folder / "half.csv.gz").write_bytes(gzip.compress(GOOD.encode())[:-9])
    (folder / "bomb.xlsx").write_bytes(bomb())
    (folder / "bomb.csv.gz").write_bytes(gzip.compress(b"a" * 300_000_000))
    (folder / "folder.csv").mkdir()
    (folder.parent / "loose.csv").write_text(GOOD, encoding="utf-8")
    os.mkfifo(folder / "pipe.csv")
    bad = os.fsencode(folder) + b"/\xff\xfe.csv"
    with open(bad, "w", encoding="utf-8") as file:
        file.write(GOOD)
    drop.take(quiet=0)
    assert {p.name for p in folder.iterdir()} == {"folder.csv", drop.TAKEN, drop.REFUSED}
    assert len(list((folder / drop.TAKEN).iterdir())) == 3
    assert drop.take(quiet=0) == 0
    assert lake.current("S1").num_rows == 1


def test_a_link_out_of_the_folder_is_not_followed(folder, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text(GOOD, encoding="utf-8")
    (folder / "link.csv").symlink_to(secret)
    (folder / "gone.csv").symlink_to(tmp_path / "nothing.csv")
    drop.take(quiet=0)
    assert lake.current("S1").num_rows == 0
    assert secret.exists()
    assert "链接" in next((folder / drop.REFUSED).glob("*link.csv.txt")).read_text(encoding="utf-8")


def test_a_file_from_the_future_is_taken(folder):
    (folder / "a.csv").write_text(GOOD, encoding="utf-8")
    os.utime(folder / "a.csv", (time.time() + 86400 * 365,) * 2)
    assert drop.take() == 1


def test_a_folder_that_is_no_county_says_so(folder):
    for name in ("999999", "城口", "500229x"):
        (folder.parent / name).mkdir()
        (folder.parent / name / "a.csv").write_text(GOOD, encoding="utf-8")
    drop.take(quiet=0)
    assert lake.current("S1").num_rows == 0
    for name in ("999999", "城口", "500229x"):
        (reason,) = (folder.parent / name / drop.REFUSED).glob("*.txt")
        assert "区县" in reason.read_text(encoding="utf-8")


def test_a_file_that_cannot_be_moved_aside_is_left_and_said_once(folder, caplog):
    (folder / drop.TAKEN).write_text("a file where the folder should be")
    (folder / "a.csv").write_text(GOOD, encoding="utf-8")
    (folder / "b.csv").write_text(GOOD.replace("S1", "S2"), encoding="utf-8")
    for _ in range(3):
        drop.take(quiet=0)
    assert lake.current("S2").num_rows == 1
    assert caplog.text.count("a.csv") == 1


def test_the_writer_goes_on_when_one_of_its_works_fails(db, monkeypatch, caplog):
    turns = []
    monkeypatch.setattr(writer, "PAUSE", 0)
    monkeypatch.setattr(writer.drop, "take", lambda: 1 / 0)
    monkeypatch.setattr(writer.inbox, "forget", lambda days: turns.append(days))
    monkeypatch.setattr(writer, "FORGET_EVERY", -1.0)

    class Stop:
        def is_set(self):
            return len(turns) >= 2

        def set(self):
            raise AssertionError

        def wait(self, seconds):
            pass

    monkeypatch.setattr(writer.threading, "Event", Stop)
    writer.write(30)
    assert len(turns) == 3
    assert "ZeroDivisionError" in caplog.text
