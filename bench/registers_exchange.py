"""Excel in and out of one register, beside django-import-export used plainly on the same model and rows, in the same run.

Each side works in a process and a database of its own, so that its memory can be told. Ours: read the workbook, dry run with every
check, write with an audit entry a record, and export masked and typed. The peer: ``ModelResource`` with its default settings,
references given by id, no checks beyond the field types, no audit.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from .peers import peak_mb
from .testdata import ROOT

ROWS, PEER_ROWS = 50_000, 5_000  # the peer needs minutes for more
COUNTY = "500229"
WATERS = 40
HEAD = (
    "code", "name", "class1", "water_body", "bank", "discharge_rule", "org", "set_mode", "approved_flow", "online", "plan_end", "note",
)  # fmt: skip


def _clock(work: Callable[[], Any]) -> tuple[Any, float]:
    start = time.perf_counter()
    done = work()
    return done, time.perf_counter() - start


def _scene() -> Any:
    """A county with units and waters; returns the county."""
    from jiuzhi.core import records
    from jiuzhi.core.models import Org
    from jiuzhi.master.models import WaterBody

    city = Org(code="500000", name="重庆市", kind="city")
    records.save(city, records.SYSTEM)
    county = Org(code=COUNTY, name="城口县", kind="county", parent=city)
    records.save(county, records.SYSTEM)
    for n in range(25):
        records.save(
            Org(code=f"{COUNTY}{n:03}", name=f"第{n}街道", kind="township", parent=county), records.SYSTEM
        )
    units = list(Org.objects.filter(parent=county))
    for n in range(WATERS):
        records.save(WaterBody(org=units[n % 25], name=f"第{n}河", kind="河流"), records.SYSTEM)
    return county


def _line(n: int) -> list[Any]:
    """One outlet in the order of HEAD, references by name."""
    return [
        f"T{COUNTY}-{n:06}", f"排口{n}", "其他排口", f"第{n % WATERS}河", ("左岸", "右岸")[n % 2], "连续", f"第{n % 25}街道", "登记",
        n % 977 / 8, ("是", "否")[n % 2], date(2026, 1, 1) + timedelta(n % 300), f"第{n}条",
    ]  # fmt: skip


def _workbook(path: Path, lines: Iterator[list[Any]], head: list[str]) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, head)
    for at, line in enumerate(lines, 1):
        for column, value in enumerate(line):
            if isinstance(value, date):
                sheet.write_datetime(at, column, value, day)
            else:
                sheet.write(at, column, value)
    book.close()


def ours(rows: int, folder: Path) -> dict[str, float]:
    """Seconds of each part, and the peak memory [MB]."""
    from jiuzhi.core import records, undo
    from jiuzhi.core.models import AuditEntry
    from jiuzhi.core.registers import get, reading
    from jiuzhi.engine.exchange.apply import apply
    from jiuzhi.engine.exchange.dry_run import dry_run
    from jiuzhi.engine.exchange.export import export
    from jiuzhi.engine.exchange.read import read

    county, register = _scene(), get("water.outlet")
    path, out = folder / "in.xlsx", folder / "out.xlsx"
    _workbook(path, map(_line, range(rows)), [register.fields[n].heading for n in HEAD])
    found: dict[str, float] = {"idle": peak_mb()}
    table, found["read"] = _clock(lambda: read(path, register))
    outcome, found["dry run"] = _clock(lambda: dry_run(register, county, table, None))
    assert outcome.count("create") == rows
    _, found["write"] = _clock(lambda: apply(outcome, records.SYSTEM, "导入"))
    found["peak import"] = peak_mb()
    assert AuditEntry.objects.filter(action="create", model="water.Outlet").count() == rows

    def exported() -> Any:
        with out.open("wb") as file:
            return export(
                file, "xlsx", register, county, reading.everything(register, county), records.SYSTEM
            )

    written, found["export"] = _clock(exported)
    assert written.rows == rows
    del outcome, table
    table = read(out, register)
    again, found["dry run again"] = _clock(lambda: dry_run(register, county, table, None))
    assert again.count("same") == rows
    for row in table.rows:
        row[1][1] = f"{row[1][1]}改"
    outcome = dry_run(register, county, table, None)
    assert outcome.count("update") == rows
    change, found["update"] = _clock(lambda: apply(outcome, records.SYSTEM, "导入"))
    undone, found["undo"] = _clock(lambda: undo.undo_set(change, records.SYSTEM))
    assert undone == rows
    return found


def peer(rows: int, folder: Path) -> dict[str, float]:
    """The same with ``import_export``: workbook → dry run → import → export."""
    import tablib
    from import_export import resources

    from jiuzhi.domains.water.models import Outlet
    from jiuzhi.master.models import WaterBody

    county = _scene()
    units = {o.name: o.pk for o in type(county).objects.all()}
    waters = {w.name: w.pk for w in WaterBody.objects.all()}

    def line(n: int) -> list[Any]:
        said = dict(zip(HEAD, _line(n), strict=True))
        said |= {
            "org": units[said["org"]],
            "water_body": waters[said["water_body"]],
            "online": int(n % 2 == 0),
        }
        return [county.pk, *said.values()]

    class Plain(resources.ModelResource):
        class Meta:
            model = Outlet
            fields = ("county", *HEAD)
            import_id_fields = ("code",)

    path, out = folder / "in.xlsx", folder / "out.xlsx"
    _workbook(path, map(line, range(rows)), ["county", *HEAD])
    found: dict[str, float] = {"idle": peak_mb()}
    data, found["read"] = _clock(lambda: tablib.Dataset().load(path.read_bytes(), "xlsx"))
    said, found["dry run"] = _clock(lambda: Plain().import_data(data, dry_run=True))
    assert not said.has_errors()
    assert said.totals["new"] == rows
    said, found["write"] = _clock(lambda: Plain().import_data(data, dry_run=False, raise_errors=True))
    assert Outlet.objects.count() == rows
    found["peak import"] = peak_mb()
    del said
    _, found["export"] = _clock(lambda: out.write_bytes(Plain().export(Outlet.objects.all()).export("xlsx")))
    return found


def _side(name: str, rows: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as home:
        place = os.environ | {
            "JIUZHI_HOME": home, "JIUZHI_DATABASE": "", "DJANGO_SETTINGS_MODULE": "jiuzhi.project.settings", "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "bench.registers_exchange", name, str(rows)], env=place, cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def rows() -> list[tuple[str, str, str]]:
    """(what, figure, note) for `make bench`."""
    mine, theirs = _side("ours", ROWS), _side("peer", PEER_ROWS)

    def whole(found: dict[str, float]) -> float:
        return found["read"] + found["dry run"] + found["write"]

    def pace(seconds: float, rows: int) -> float:
        return rows / seconds

    ours_in, peer_in = pace(whole(mine), ROWS), pace(whole(theirs), PEER_ROWS)
    ours_out, peer_out = pace(mine["export"], ROWS), pace(theirs["export"], PEER_ROWS)
    parts = ", ".join(f"{n} {mine[n]:.1f} s" for n in ("read", "dry run", "write"))
    peers = ", ".join(f"{n} {theirs[n]:.1f} s" for n in ("read", "dry run", "write"))
    return [
        (f"register import, {ROWS:,} rows of Excel", f"{ours_in:,.0f} rows/s", f"{parts}; peak {mine['peak import']:.0f} MB"),
        (f"the same, django-import-export, {PEER_ROWS:,} rows", f"{peer_in:,.0f} rows/s", f"{peers}; peak {theirs['peak import']:.0f} MB"),
        ("import, ours over theirs", f"{ours_in / peer_in:.1f}×", "ours checks every rule and writes an audit entry a record; theirs neither"),
        (f"register export, {ROWS:,} rows to Excel", f"{ours_out:,.0f} rows/s", f"{mine['export']:.1f} s"),
        ("the same, django-import-export", f"{peer_out:,.0f} rows/s", f"{theirs['export']:.1f} s; ours over theirs {ours_out / peer_out:.1f}×"),
        ("the export taken back, nothing edited", f"{pace(mine['dry run again'], ROWS):,.0f} rows/s", "dry run: every row the same"),
        ("all of that undone", f"{pace(mine['undo'], ROWS):,.0f} rows/s", "one change set taken back as a whole"),
        ("one column edited in every row", f"{pace(mine['update'], ROWS):,.0f} rows/s", "written, with an audit entry a record"),
    ]  # fmt: skip


def _main(side: str, count: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps({"ours": ours, "peer": peer}[side](count, Path(folder))))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _main(sys.argv[1], int(sys.argv[2]))
    else:
        for row in rows():
            print("\t".join(row))
